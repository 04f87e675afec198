#include "line.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "match/match.h"
#include "match/payer_name.h"
#include "match/payment_qr.h"
#include "match/trust.h"
#include "rule_set.h"
#include "undo.h"

/* What a line might be: candidates with everything that speaks for and against them, and what the matcher makes of it. */

/* The bank takes back without a reason for up to thirteen months, and its days in between. */
enum { RETURN_DAYS = 400 };

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

/* What is the whole end-to-end id, as printed or mended. */
static void mark_end_to_end(struct span end_to_end, struct tokens *tokens)
{
	for (size_t i = 0; end_to_end.size && i < tokens->count; i++)
		if (reference_is_whole(tokens->at[i], end_to_end))
			tokens->how[i] |= HOW_END_TO_END;
}

void line_tokens(struct arena *arena, const struct line *line, struct tokens *tokens)
{
	struct span *structured, *texts, *all;
	struct payment_qr qr;
	size_t n = split(arena, line->references, &structured), m = split(arena, line->texts, &texts);
	all = ARENA_ARRAY(arena, struct span, m + 1);
	all[0] = line->end_to_end;
	if (m)
		memcpy(all + 1, texts, m * sizeof(*all));
	/* Some apps send all that they scanned; split() left room for one more. */
	if (payment_qr_read(line->texts, &qr) && qr.reference.size)
		structured[n++] = qr.reference;
	reference_find(arena, structured, n, all, m + 1, tokens);
	mark_end_to_end(line->end_to_end, tokens);
}

void line_cut_tokens(struct arena *arena, const struct line *line, struct tokens *tokens)
{
	struct span *texts;
	size_t n = line->amount.minor > 0 ? split(arena, line->texts, &texts) : 0;
	*tokens = (struct tokens){ 0 };
	if (n)
		reference_complete(arena, texts, n, tokens);
}

size_t line_forms(struct arena *arena, const struct line *line, struct span *out)
{
	struct span *texts;
	size_t n = split(arena, line->texts, &texts);
	return reference_forms(arena, texts, n, out);
}

struct look {
	struct ledger *l;
	const struct line *line;
	const struct hints *hints;
	struct difference_policy policy;
	const struct line_detail *detail; /* NULL: nothing is told beyond the line */
	int64_t charges; /* told */
	struct candidate *candidates;
	size_t count;
};

static bool is_among(const struct span *customers, size_t n, struct span customer)
{
	for (size_t i = 0; i < n; i++)
		if (span_equal(customers[i], customer))
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

static const struct payer *payer_of(const struct look *k, struct span mark, struct span customer)
{
	const struct payer *p = book_find(k->l->book, BOOK_PAYERS, book_key_pair(k->l->book, k->l->merchant, mark, customer));
	return payer_holds(p) ? p : NULL;
}

static uint64_t account_signs(const struct look *k, struct span customer)
{
	const struct payer *p = payer_of(k, k->line->party_iban, customer);
	if (!is_among(k->hints->payers, k->hints->payer_count, customer))
		return k->hints->payer_count ? SIGN_OTHER_PAYER : 0;
	return SIGN_PAYER | (p && !p->told ? SIGN_LEARNED : 0u);
}

static uint64_t name_signs(const struct look *k, struct span customer)
{
	const struct customer *c = book_find(k->l->book, BOOK_CUSTOMERS, book_key(k->l->book, k->l->merchant, customer));
	switch (c ? name_compare(c->name, k->line->party_name) : NAME_UNKNOWN) {
	case NAME_UNKNOWN: return 0;
	case NAME_ALIKE: return SIGN_NAME;
	case NAME_OTHER: break;
	}
	return payer_of(k, payer_name_mark(k->l->arena, k->line->party_name), customer) ? SIGN_NAME | SIGN_NAME_TAUGHT : SIGN_OTHER_NAME;
}

static uint64_t mandate_signs(const struct look *k, struct span customer)
{
	const struct hints *h = k->hints;
	if (!h->mandate_count)
		return 0;
	return is_among(h->mandates, h->mandate_count, customer) ? SIGN_MANDATE : SIGN_OTHER_MANDATE;
}

static uint64_t payer_signs(const struct look *k, struct span customer)
{
	const struct hints *h = k->hints;
	bool has_form = h->form_count == 1 && span_equal(h->forms[0], customer);
	return account_signs(k, customer) | mandate_signs(k, customer) | name_signs(k, customer) |
	       (is_among(h->customers, h->customer_count, customer) ? SIGN_CUSTOMER : 0u) | (has_form ? SIGN_FORM : 0u);
}

static uint64_t date_signs(const struct look *k, const struct invoice *v)
{
	return v->has_issued_on && date_compare(k->line->booking, v->issued_on) < 0 ? SIGN_EARLY : 0u;
}

static uint64_t amount_signs(const struct look *k, const struct invoice *v)
{
	int64_t left = line_left(k->line), open = invoice_open(k->l, v);
	if (!currency_equal(v->currency, k->line->amount.currency))
		return SIGN_OTHER_CURRENCY;
	if (owes_exactly(k, v, left))
		return SIGN_AMOUNT;
	return open <= 0 ? SIGN_SETTLED : left < open ? SIGN_PART : SIGN_OVER;
}

/* ---- what is lacking, or too much ---- */

static bool is_untouched(const struct open_item *i)
{
	return !i->allocated && !i->discounted && !i->written_off;
}

/* The line against what is open of the invoice, or, where that is not near, of its part that is due next. */
static struct settling settling_of(const struct look *k, const struct invoice *v, int64_t open, bool whole)
{
	const struct open_item **items;
	struct settling s = { .open = open,
		.paid = line_left(k->line),
		.charges_told = k->charges,
		.may_discount = whole && v->has_issued_on,
		.issued = v->issued_on,
		.valued = k->line->value,
		.terms = discount_read(v->discounts) };
	for (size_t i = 0, n = whole ? invoice_items(k->l, v, &items) : 0; i < n; i++)
		s.may_discount &= is_untouched(items[i]);
	return s;
}

static int64_t open_next(const struct look *k, const struct invoice *v)
{
	const struct open_item **items;
	for (size_t i = 0, n = invoice_items(k->l, v, &items); i < n; i++)
		if (items[i]->open > 0)
			return items[i]->open;
	return 0;
}

/* What may be deducted of all that is open, if this is how it is paid. */
static int64_t discount_of(const struct look *k, const struct settling *whole)
{
	struct due_discount due;
	return difference_discount(&k->policy, whole, &due) ? due.minor : 0;
}

/* Of the part that is due next: what goes beyond it pays the next. */
static struct found_difference difference_of_part(const struct look *k, const struct invoice *v)
{
	struct settling part = settling_of(k, v, open_next(k, v), false);
	return part.paid < part.open ? difference_find(&k->policy, &part) : (struct found_difference){ DIFFERENCE_NONE, 0 };
}

/* A policy is the currency's, and so are the charges. */
static uint64_t lacking_signs(const struct look *k, const struct invoice *v, struct candidate *c)
{
	static const uint64_t signs[DIFFERENCE_KINDS] = { 0, SIGN_CHARGES, SIGN_DISCOUNT, SIGN_TOLERANCE, SIGN_OVER_TOLERANCE };
	struct settling whole = settling_of(k, v, c->open, true);
	if (c->open <= 0 || !currency_equal(v->currency, k->line->amount.currency))
		return 0;
	c->discount = discount_of(k, &whole);
	if (c->signs & SIGN_AMOUNT)
		return 0;
	c->difference = difference_find(&k->policy, &whole);
	c->dispute = difference_dispute(&k->policy, &whole);
	if (c->difference.kind == DIFFERENCE_NONE && v->parts > 1)
		c->difference = difference_of_part(k, v);
	return signs[c->difference.kind] | (c->dispute ? SIGN_DISPUTED : 0u);
}

static void add_invoice(struct look *k, struct uuid id, uint64_t signs)
{
	const struct invoice *v = book_invoice(k->l->book, k->l->merchant, id);
	if (!v || !v->issued)
		return;
	struct candidate *c = candidate_of(k, CANDIDATE_INVOICE, id);
	c->customer = v->customer;
	c->label = v->number;
	c->open = invoice_open(k->l, v);
	c->signs |= signs | payer_signs(k, v->customer) | amount_signs(k, v) | date_signs(k, v);
	c->signs |= lacking_signs(k, v, c);
}

/* ---- what was instructed in another currency ---- */

static bool is_strong(const struct candidate *c)
{
	return c->kind == CANDIDATE_INVOICE && (c->signs & (SIGN_REFERENCE | SIGN_NUMBER));
}

static bool is_owed_in(const struct look *k, const struct candidate *c, struct currency currency)
{
	return currency_equal(book_invoice(k->l->book, k->l->merchant, c->target)->currency, currency);
}

/* All that is open and named by strong words in other currencies than the account's is owed in the one that was instructed, and is exactly that. */
static void mark_original(struct look *k)
{
	struct money original;
	struct candidate *c;
	__int128 sum = 0;
	if (!line_original(k->line, k->detail, &original))
		return;
	for (c = k->candidates; c < k->candidates + k->count; c++) {
		if (!is_strong(c) || !(c->signs & SIGN_OTHER_CURRENCY) || c->open <= 0)
			continue;
		if (!is_owed_in(k, c, original.currency))
			return;
		sum += c->open;
	}
	if (sum != original.minor)
		return;
	for (c = k->candidates; c < k->candidates + k->count; c++)
		if (is_strong(c) && (c->signs & SIGN_OTHER_CURRENCY) && c->open > 0)
			c->signs |= SIGN_ORIGINAL;
}

static bool is_inside(struct span part, struct span whole)
{
	return part.size < whole.size && memmem(whole.at, whole.size, part.at, part.size);
}

/* A weak word that is a part of another's whole number says nothing: NORD-000042 is not KRED-000042 without its letters. */
static bool is_explained(const struct hints *h, const struct hint *weak)
{
	for (size_t i = 0; i < h->invoice_count; i++)
		if ((h->invoices[i].signs & (SIGN_REFERENCE | SIGN_NUMBER)) && is_inside(weak->token, h->invoices[i].token))
			return true;
	return false;
}

static void add_named(struct look *k, const struct hint *named)
{
	bool strong = named->signs & (SIGN_REFERENCE | SIGN_NUMBER);
	if (strong || !is_explained(k->hints, named))
		add_invoice(k, named->target, named->signs);
}

static void add_payout(struct look *k, struct uuid id, uint64_t sign)
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
		c->signs = (c->signs & ~(uint64_t)SIGN_AMOUNT) | SIGN_OTHER_CURRENCY;
}

static bool is_same(struct span a, struct span b)
{
	return a.size && span_equal(a, b);
}

/* What an earlier line has in common with this one. */
static uint64_t common_signs(const struct line *line, const struct line *earlier)
{
	bool same_ref = is_same(line->end_to_end, earlier->end_to_end) || is_same(line->bank_ref, earlier->bank_ref) ||
			is_same(line->transaction_ref, earlier->transaction_ref);
	bool recent = line->booking.day - earlier->booking.day <= RETURN_DAYS;
	return (same_ref ? SIGN_SAME_REF : 0u) | (recent && is_same(line->party_iban, earlier->party_iban) ? SIGN_PAYER : 0u) |
	       (line_is_return(line) ? SIGN_RETURN : 0u);
}

static void add_line(struct look *k, const struct line *earlier, int64_t minor)
{
	uint64_t signs = common_signs(k->line, earlier);
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
	if (earlier && !statement_is_undone(k->l, earlier->statement) && date_compare(earlier->booking, k->line->booking) <= 0 &&
		line_can_be_returned(earlier) && uuid_equal(earlier->account, k->line->account))
		add_line(k, earlier, line_can_be_taken(k->l, earlier));
}

/* A return that this line may take back; what it shares with the payment that was returned counts like its own. */
static void add_return(struct look *k, struct uuid id)
{
	const struct line *back = book_line(k->l->book, k->l->merchant, id);
	const struct line *of = back ? book_line(k->l->book, k->l->merchant, back->counterpart) : NULL;
	if (!of || statement_is_undone(k->l, back->statement) || date_compare(back->booking, k->line->booking) > 0 ||
		!uuid_equal(back->account, k->line->account) || !line_can_be_restored(k->l, back))
		return;
	size_t before = k->count;
	add_line(k, back, line_left(back));
	uint64_t signs = common_signs(k->line, of);
	if (k->count == before && (signs & (SIGN_SAME_REF | SIGN_PAYER))) {
		struct candidate *c = candidate_of(k, CANDIDATE_LINE, id);
		c->label = of->end_to_end.size ? of->end_to_end : of->bank_ref;
		c->open = line_left(back);
		c->signs |= signs | (c->open == line_left(k->line) ? SIGN_AMOUNT : 0u);
	}
}

/* What the line names first, then by what is older: whoever looks, and in whatever order the rows came, sees the same. */
static int compare_candidates(const void *one, const void *other)
{
	const struct candidate *a = one, *b = other;
	uint64_t named = SIGN_REFERENCE | SIGN_NUMBER | SIGN_MENDED | SIGN_SHORT | SIGN_BROKEN;
	int by = (a->kind > b->kind) - (a->kind < b->kind);
	by = by ? by : !(a->signs & named) - !(b->signs & named);
	return by ? by : memcmp(a->target.b, b->target.b, sizeof(a->target.b));
}

static void gather(struct look *k)
{
	const struct hints *h = k->hints;
	size_t room =
		h->invoice_count + h->payout_count + h->payouts_of_amount_count + h->of_payer_count + h->earlier_count + h->credit_count;
	bool came = k->line->amount.minor > 0;
	k->candidates = ARENA_ARRAY(k->l->arena, struct candidate, room + 1);
	for (size_t i = 0; came && i < h->invoice_count; i++)
		add_named(k, &h->invoices[i]);
	for (size_t i = 0; came && i < h->of_payer_count; i++)
		add_invoice(k, h->of_payer[i].target, 0);
	for (size_t i = 0; i < h->payout_count; i++)
		add_payout(k, h->payouts[i].target, SIGN_PAYOUT_REF);
	for (size_t i = 0; i < h->payouts_of_amount_count; i++)
		add_payout(k, h->payouts_of_amount[i], 0);
	for (size_t i = 0; i < h->earlier_count; i++)
		(came ? add_return : add_earlier)(k, h->earlier[i]);
	line_add_credits(k->l, k->line, h, k->candidates, &k->count);
	mark_original(k);
	qsort(k->candidates, k->count, sizeof(*k->candidates), compare_candidates);
}

/* ---- looking ---- */

/* As it is kept, where what would be chosen waits. */
static struct kept_candidate held_for(enum loss loss, struct kept_candidate kept)
{
	if (kept.candidate.chosen) {
		kept.lost = loss;
		kept.candidate.chosen = false;
		kept.candidate.minor = 0;
	}
	return kept;
}

static void keep_candidates(const struct look *k, enum match_rule_id rule, enum loss held)
{
	struct ledger *l = k->l;
	for (size_t i = 0; i < k->count; i++) {
		int64_t place = (int64_t)k->line->looks << 32 | (int64_t)(i + 1);
		struct kept_candidate *kept = book_add(l->book, BOOK_CANDIDATES, book_key_part(l->book, l->merchant, k->line->id, place));
		*kept = (struct kept_candidate){ l->merchant, k->line->id, k->line->looks, (int32_t)i + 1, rule,
			match_loss(rule, &k->candidates[i]), k->candidates[i] };
		if (held != LOSS_NONE)
			*kept = held_for(held, *kept);
	}
}

/* What was learned has been right once more, where who pays decided. */
static void note_learned(const struct look *k)
{
	struct span marks[PAYER_MARKS];
	size_t n = payer_marks(k->l->arena, k->line, marks);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < k->count; j++)
			if (k->candidates[j].chosen) {
				payer_stands(k->l, marks[i], k->candidates[j].customer);
				break;
			}
}

static bool chose_original(const struct look *k)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->candidates[i].chosen && (k->candidates[i].signs & SIGN_ORIGINAL))
			return true;
	return false;
}

/* What the line itself pays of each chosen invoice: all of it, but for what is deducted of the last. */
static size_t shares_of(const struct look *k, const struct line *line, struct share *shares)
{
	bool deducts = line_deducted(k->candidates, k->count) > 0;
	int64_t left = line_left(line);
	size_t n = 0;
	for (size_t i = 0; i < k->count; i++) {
		const struct candidate *c = &k->candidates[i];
		if (!c->chosen || c->kind != CANDIDATE_INVOICE || (deducts && !left))
			continue;
		int64_t minor = deducts && left < c->minor ? left : c->minor;
		shares[n++] = (struct share){ c->customer, { c->target, 0, minor }, c->difference };
		left -= minor;
	}
	return n;
}

static enum err become_invoices(const struct look *k, struct line *line, enum evidence evidence, struct why *why)
{
	struct share *shares = ARENA_ARRAY(k->l->arena, struct share, k->count + 1);
	size_t n = shares_of(k, line, shares);
	if (chose_original(k))
		return line_become_exchange(k->l, line, shares, n, evidence, why);
	if (evidence == EVIDENCE_PAYER)
		note_learned(k);
	TRY(line_become_receipts(k->l, line, shares, n, evidence, why));
	line_deduct(k->l, line, k->hints, k->candidates, k->count, evidence);
	for (size_t i = 0; i < k->count; i++)
		if (k->candidates[i].chosen && k->candidates[i].dispute)
			difference_dispute_open(k->l, line->id, k->candidates[i].target, k->candidates[i].dispute);
	return OK;
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

enum err line_look(struct ledger *l, struct line *line, struct why *why)
{
	static const struct hints nothing;
	struct span key = book_key_uuid(l->book, l->merchant, line->id);
	const struct hints *hints = book_find(l->book, BOOK_HINTS, key);
	const struct line_detail *detail = book_find(l->book, BOOK_LINE_DETAILS, key);
	struct look k = { .l = l,
		.line = line,
		.hints = hints ? hints : &nothing,
		.policy = difference_policy_of(l, line->amount.currency),
		.detail = detail,
		.charges = line_charges(line, detail) };
	line->looks++;
	gather(&k);
	struct rule_set set;
	struct trust trust = account_trust(book_find(l->book, BOOK_ACCOUNTS, book_key_uuid(l->book, l->merchant, line->account)));
	enum loss held;
	line->rule_set = rule_set_live(l->book, l->merchant, &set);
	int64_t left = line->amount.minor > 0 ? line_left(line) : -line_left(line);
	struct match match = trust_match(l->arena, &trust, &set, k.candidates, k.count, left, line_is_return(line), &held);
	if (match.rule == MATCH_NOTHING && line->rest)
		match.rule = MATCH_REST;
	const struct match_rule *rule = match_rule(match.rule);
	keep_candidates(&k, match.rule, held);
	l->cause = CAUSE_MATCH;
	l->cause_id = line->id;
	if (held == LOSS_NONE)
		return become(&k, line, rule, why);
	return line_conclude(l, line, LINE_AS_NOTHING, rule->verdict, match.candidates, rule->evidence, why);
}
