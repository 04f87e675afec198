#include "line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "match.h"

/* The bank takes back without a reason for up to thirteen months, and its days in between. */
enum { RETURN_DAYS = 400 };

static const struct line_rule state_rules[] = {
	{ LINE_STAGED, LINE_ACCEPT, LINE_WAITING, "its statement was accepted: cash is posted, nobody knows yet what it is" },
	{ LINE_STAGED, LINE_PASS_OVER, LINE_KNOWN, "an earlier statement brought it already" },
	{ LINE_WAITING, LINE_MATCH, LINE_MATCHED, "the matcher or a person knows what it is" },
	{ LINE_WAITING, LINE_RETURN, LINE_RETURNED, "the bank took all of it back before anybody knew what it was" },
	{ LINE_MATCHED, LINE_UNMATCH, LINE_WAITING, "a person took the match back" },
	{ LINE_MATCHED, LINE_RETURN, LINE_RETURNED,
		"the bank took all of it back; what it had paid is owed again, what it had taken is paid again" },
	{ LINE_RETURNED, LINE_RESTORE_MATCHED, LINE_MATCHED,
		"the return was another line's: the money is its customer's again, unapplied" },
	{ LINE_RETURNED, LINE_RESTORE_WAITING, LINE_WAITING, "the return was another line's: the money waits again" },
};
static const char *const state_words[LINE_STATES] = { "staged", "known", "waiting", "matched", "returned" };
static const char *const act_words[LINE_ACTS] = { "accept", "pass_over", "match", "unmatch", "return", "restore_matched",
	"restore_waiting" };
static const char *const as_words[LINE_AS_KINDS] = { "nothing", "receipts", "payout", "return", "refund", "booked" };
static const char *const verdict_words[] = { "not_yet", "unique", "ambiguous", "none" };

const struct line_rule *line_rules(size_t *n)
{
	*n = sizeof(state_rules) / sizeof(state_rules[0]);
	return state_rules;
}

const char *line_state_word(enum line_state state)
{
	return state_words[state];
}

const char *line_act_word(enum line_act act)
{
	return act_words[act];
}

const char *line_as_word(enum line_as as)
{
	return as_words[as];
}

const char *verdict_word(enum verdict verdict)
{
	return verdict_words[verdict];
}

enum err line_act(struct line *line, enum line_act act, struct why *why)
{
	for (size_t i = 0; i < sizeof(state_rules) / sizeof(state_rules[0]); i++)
		if (state_rules[i].from == line->state && state_rules[i].act == act) {
			line->state = state_rules[i].to;
			return OK;
		}
	return why_set(why, ERR_CONFLICT, "line_state", "the line is %s", state_words[line->state]);
}

/* ---- identity ---- */

/* Without blanks, which banks add and drop where they cut, and without letters beyond ASCII, which the same bank writes in one set today and another tomorrow. */
static void add_squeezed(struct text *t, struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!isspace((unsigned char)text.at[i]) && (unsigned char)text.at[i] < 0x80)
			text_char(t, text.at[i]);
}

struct digest line_key(struct span account, const struct reading_line *line)
{
	struct arena *arena = arena_open();
	char booking[DATE_TEXT + 1], value[DATE_TEXT + 1], amount[64];
	struct text references, texts;
	text_init(&references, arena);
	text_init(&texts, arena);
	for (int i = 0; i < line->reference_count; i++) {
		add_squeezed(&references, line->references[i]);
		text_char(&references, '\n');
	}
	/* One run of characters, however many pieces the bank cut it into. */
	for (int i = 0; i < line->text_count; i++)
		add_squeezed(&texts, line->texts[i]);
	date_print(line->booking, booking);
	date_print(line->value, value);
	snprintf(amount, sizeof(amount), "%lld %s%s", (long long)line->amount.minor, line->amount.currency.code, line->rest ? " rest" : "");
	const struct span parts[] = { account, span_of(booking), span_of(value), span_of(amount), line->end_to_end, line->bank_ref,
		line->transaction_ref, text_done(&references), text_done(&texts), line->party_iban };
	struct digest key = digest_list(parts, sizeof(parts) / sizeof(parts[0]));
	arena_close(arena);
	return key;
}

/* Families of ISO 20022's external bank transaction codes whose money comes back: rejected, returned, reversed, refunded. */
bool line_is_return(const struct line *line)
{
	static const char *const sub_families[] = { "RRTN", "UPDD", "RDDT", "PRDD", "RPCR", "RRCT", "ARET", "UPCT", "UPCQ" };
	struct span tail = line->code.size > 4 ? span_from(line->code, line->code.size - 4) : SPAN("");
	if (line->return_reason.size || line->reversal)
		return true;
	for (size_t i = 0; i < sizeof(sub_families) / sizeof(sub_families[0]); i++)
		if (span_is(tail, sub_families[i]))
			return true;
	return false;
}

int64_t line_left(const struct line *line)
{
	return llabs(line->amount.minor) - line->returned;
}

struct span line_holding(struct arena *arena, const struct line *line)
{
	return chart_account(arena, line->amount.minor > 0 ? CHART_UNIDENTIFIED_RECEIPTS : CHART_UNIDENTIFIED_PAYMENTS, SPAN(""));
}

struct line *line_edit(struct ledger *l, struct uuid id)
{
	return book_edit(l->book, BOOK_LINES, book_key_uuid(l->book, l->merchant, id));
}

/* ---- candidates ---- */

static size_t split(struct arena *arena, struct span lines, struct span **out)
{
	size_t n = 0;
	for (size_t i = 0; i < lines.size; i++)
		n += lines.at[i] == '\n';
	*out = ARENA_ARRAY(arena, struct span, n + 2);
	for (n = 0; lines.size; n++)
		span_cut(lines, '\n', &(*out)[n], &lines);
	return n;
}

void line_tokens(struct arena *arena, const struct line *line, struct tokens *tokens)
{
	struct span *structured, *texts, *all;
	size_t n = split(arena, line->references, &structured), m = split(arena, line->texts, &texts);
	all = ARENA_ARRAY(arena, struct span, m + 1);
	all[0] = line->end_to_end;
	if (m)
		memcpy(all + 1, texts, m * sizeof(*all));
	reference_find(arena, structured, n, all, m + 1, tokens);
}

struct look {
	struct ledger *l;
	const struct line *line;
	const struct hints *hints;
	struct candidate *candidates;
	size_t count;
};

static bool is_payer(const struct hints *h, struct span customer)
{
	for (size_t i = 0; i < h->payer_count; i++)
		if (span_equal(h->payers[i], customer))
			return true;
	return false;
}

static struct candidate *candidate_of(struct look *k, enum candidate_kind kind, struct uuid target)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->candidates[i].kind == kind && uuid_equal(k->candidates[i].target, target))
			return &k->candidates[i];
	struct candidate *c = &k->candidates[k->count++];
	*c = (struct candidate){ .kind = kind, .target = target };
	return c;
}

static bool owes_exactly(const struct look *k, const struct invoice *v, int64_t minor)
{
	const struct open_item **items;
	bool exact = invoice_open(k->l, v) == minor;
	for (size_t i = 0, n = invoice_items(k->l, v, &items); i < n; i++)
		exact |= items[i]->open == minor;
	return exact;
}

static void add_invoice(struct look *k, struct uuid id, unsigned sign)
{
	const struct invoice *v = book_invoice(k->l->book, k->l->merchant, id);
	if (!v || !v->issued)
		return;
	struct candidate *c = candidate_of(k, CANDIDATE_INVOICE, id);
	c->customer = v->customer;
	c->label = v->number;
	c->open = invoice_open(k->l, v);
	c->signs |= sign;
	if (owes_exactly(k, v, line_left(k->line)))
		c->signs |= SIGN_AMOUNT;
	if (is_payer(k->hints, v->customer))
		c->signs |= SIGN_PAYER;
	else if (k->hints->payer_count)
		c->signs |= SIGN_OTHER_PAYER;
	if (!currency_equal(v->currency, k->line->amount.currency))
		c->signs = (c->signs & ~(unsigned)SIGN_AMOUNT) | SIGN_OTHER_CURRENCY;
}

static void add_payout(struct look *k, struct uuid id, unsigned sign)
{
	const struct payout *p = book_find(k->l->book, BOOK_PAYOUTS, book_key_uuid(k->l->book, k->l->merchant, id));
	int64_t left = k->line->amount.minor > 0 ? line_left(k->line) : -line_left(k->line);
	if (!p || !p->paid || p->has_arrived)
		return;
	struct candidate *c = candidate_of(k, CANDIDATE_PAYOUT, id);
	c->label = p->provider_ref;
	c->open = p->amount;
	c->signs |= sign | (p->amount == left ? SIGN_AMOUNT : 0u);
	if (p->statement_text.size && reference_is_in(p->statement_text, k->line->texts))
		c->signs |= SIGN_PAYOUT_TEXT;
	if (!currency_equal(p->currency, k->line->amount.currency))
		c->signs = (c->signs & ~(unsigned)SIGN_AMOUNT) | SIGN_OTHER_CURRENCY;
}

static bool is_same(struct span a, struct span b)
{
	return a.size && span_equal(a, b);
}

/* What an earlier line has in common with this one. */
static unsigned common_signs(const struct line *line, const struct line *earlier)
{
	bool same_ref = is_same(line->end_to_end, earlier->end_to_end) || is_same(line->bank_ref, earlier->bank_ref) ||
			is_same(line->transaction_ref, earlier->transaction_ref);
	bool recent = line->booking.day - earlier->booking.day <= RETURN_DAYS;
	return (same_ref ? SIGN_SAME_REF : 0u) | (recent && is_same(line->party_iban, earlier->party_iban) ? SIGN_PAYER : 0u) |
	       (line_is_return(line) ? SIGN_RETURN : 0u);
}

static void add_line(struct look *k, const struct line *earlier, int64_t minor)
{
	unsigned signs = common_signs(k->line, earlier);
	if (!(signs & (SIGN_SAME_REF | SIGN_PAYER)))
		return;
	struct candidate *c = candidate_of(k, CANDIDATE_LINE, earlier->id);
	c->label = earlier->end_to_end.size ? earlier->end_to_end : earlier->bank_ref;
	c->open = minor;
	c->signs |= signs | (minor == line_left(k->line) ? SIGN_AMOUNT : 0u);
}

/* An earlier line that this one may take back: it came before, from the same account, and something of it is left. */
static void add_earlier(struct look *k, struct uuid id)
{
	const struct line *earlier = book_line(k->l->book, k->l->merchant, id);
	if (earlier && date_compare(earlier->booking, k->line->booking) <= 0 && line_can_be_returned(earlier) &&
		uuid_equal(earlier->account, k->line->account))
		add_line(k, earlier, line_can_be_taken(k->l, earlier));
}

/* A return that this line may take back; what it shares with the payment that was returned counts like its own. */
static void add_return(struct look *k, struct uuid id)
{
	const struct line *back = book_line(k->l->book, k->l->merchant, id);
	const struct line *of = back ? book_line(k->l->book, k->l->merchant, back->counterpart) : NULL;
	if (!of || date_compare(back->booking, k->line->booking) > 0 || !uuid_equal(back->account, k->line->account) ||
		!line_can_be_restored(k->l, back))
		return;
	size_t before = k->count;
	add_line(k, back, line_left(back));
	unsigned signs = common_signs(k->line, of);
	if (k->count == before && (signs & (SIGN_SAME_REF | SIGN_PAYER))) {
		struct candidate *c = candidate_of(k, CANDIDATE_LINE, id);
		c->label = of->end_to_end.size ? of->end_to_end : of->bank_ref;
		c->open = line_left(back);
		c->signs |= signs | (c->open == line_left(k->line) ? SIGN_AMOUNT : 0u);
	}
}

static void gather(struct look *k)
{
	const struct hints *h = k->hints;
	size_t room = h->invoice_count + h->payout_count + h->payouts_of_amount_count + h->of_payer_count + h->earlier_count;
	bool came = k->line->amount.minor > 0;
	k->candidates = ARENA_ARRAY(k->l->arena, struct candidate, room + 1);
	for (size_t i = 0; came && i < h->invoice_count; i++)
		add_invoice(k, h->invoices[i].target, h->invoices[i].structured ? SIGN_REFERENCE : SIGN_NUMBER);
	for (size_t i = 0; came && i < h->of_payer_count; i++)
		add_invoice(k, h->of_payer[i].target, 0);
	for (size_t i = 0; i < h->payout_count; i++)
		add_payout(k, h->payouts[i].target, SIGN_PAYOUT_REF);
	for (size_t i = 0; i < h->payouts_of_amount_count; i++)
		add_payout(k, h->payouts_of_amount[i], 0);
	for (size_t i = 0; i < h->earlier_count; i++)
		(came ? add_return : add_earlier)(k, h->earlier[i]);
}

/* ---- looking ---- */

static void keep_candidates(const struct look *k, enum match_rule_id rule)
{
	struct ledger *l = k->l;
	for (size_t i = 0; i < k->count; i++) {
		int64_t place = (int64_t)k->line->looks << 32 | (int64_t)(i + 1);
		struct kept_candidate *kept = book_add(l->book, BOOK_CANDIDATES, book_key_part(l->book, l->merchant, k->line->id, place));
		*kept = (struct kept_candidate){ l->merchant, k->line->id, k->line->looks, (int32_t)i + 1, rule, k->candidates[i] };
	}
}

static enum err become_invoices(const struct look *k, struct line *line, enum evidence evidence, struct why *why)
{
	struct share *shares = ARENA_ARRAY(k->l->arena, struct share, k->count + 1);
	size_t n = 0;
	for (size_t i = 0; i < k->count; i++)
		if (k->candidates[i].chosen)
			shares[n++] = (struct share){ k->candidates[i].customer, { k->candidates[i].target, 0, k->candidates[i].minor } };
	return line_become_receipts(k->l, line, shares, n, evidence, why);
}

static enum err become(const struct look *k, struct line *line, const struct match_rule *rule, struct why *why)
{
	for (size_t i = 0; i < k->count; i++) {
		const struct candidate *c = &k->candidates[i];
		if (!c->chosen)
			continue;
		if (c->kind == CANDIDATE_PAYOUT)
			return line_become_payout(k->l, line, c->target, why);
		if (c->kind == CANDIDATE_LINE && line->amount.minor > 0)
			return line_become_reversal(k->l, line, c->target, why);
		if (c->kind == CANDIDATE_LINE)
			return line_become_return(k->l, line, c->target, rule->evidence, why);
	}
	return become_invoices(k, line, rule->evidence, why);
}

static enum err look(struct ledger *l, struct line *line, struct why *why)
{
	static const struct hints nothing;
	const struct hints *hints = book_find(l->book, BOOK_HINTS, book_key_uuid(l->book, l->merchant, line->id));
	struct look k = { .l = l, .line = line, .hints = hints ? hints : &nothing };
	line->looks++;
	gather(&k);
	struct match match = line->amount.minor > 0 ? match_credit(k.candidates, k.count, line_left(line), line_is_return(line))
						    : match_debit(k.candidates, k.count, line_left(line), line_is_return(line));
	if (match.rule == MATCH_NOTHING && line->rest)
		match.rule = MATCH_REST;
	const struct match_rule *rule = match_rule(match.rule);
	keep_candidates(&k, match.rule);
	l->cause = CAUSE_MATCH;
	l->cause_id = line->id;
	if (rule->posts)
		return become(&k, line, rule, why);
	return line_conclude(l, line, LINE_AS_NOTHING, rule->verdict, match.candidates, rule->evidence, why);
}

enum err line_accept(struct ledger *l, struct uuid id, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, id);
	if (!old)
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such line");
	if (old->state != LINE_STAGED)
		return OK;
	struct line *line = line_edit(l, id);
	TRY(line_act(line, LINE_ACCEPT, why));
	l->cause = CAUSE_LINE;
	l->cause_id = id;
	l->day = line->booking;
	l->customer = SPAN("");
	ledger_post(l, chart_account(l->arena, CHART_CASH, span_of(uuid_text(l->arena, line->account))),
		chart_account(l->arena, line->amount.minor > 0 ? CHART_UNIDENTIFIED_RECEIPTS : CHART_UNIDENTIFIED_PAYMENTS, SPAN("")),
		line->amount);
	ledger_line(l, line, LINE_TOLD_ACCEPTED);
	l->counts = line->statement;
	TRY(look(l, line, why));
	statement_line_posted(l, line->statement, ledger_new_receipts(l));
	return OK;
}

enum err line_try(struct ledger *l, struct uuid id, struct why *why)
{
	const struct line *old = book_line(l->book, l->merchant, id);
	if (!old)
		return why_set(why, ERR_NOT_FOUND, "line_unknown", "there is no such line");
	if (old->state != LINE_WAITING || old->by_person)
		return OK;
	l->day = old->booking;
	return look(l, line_edit(l, id), why);
}
