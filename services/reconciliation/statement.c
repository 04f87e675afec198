#include "statement.h"

#include <string.h>

#include "ledger.h"

/* ---- states ---- */

static const struct statement_rule state_rules[] = {
	{ STATEMENT_STAGED, STATEMENT_ACCEPT, STATEMENT_ACCEPTED, "it closes, and follows from what is booked" },
	{ STATEMENT_STAGED, STATEMENT_QUARANTINE, STATEMENT_QUARANTINED, "it breaks a rule: stored, visible, nothing of it is posted" },
	{ STATEMENT_STAGED, STATEMENT_REPLACE, STATEMENT_REPLACED, "its file was imported again before it was looked at" },
	{ STATEMENT_QUARANTINED, STATEMENT_OVERRIDE, STATEMENT_ACCEPTED, "a person accepts it; what it leaves unexplained becomes a gap" },
	{ STATEMENT_QUARANTINED, STATEMENT_REPLACE, STATEMENT_REPLACED, "its file was imported again" },
	{ STATEMENT_ACCEPTED, STATEMENT_FINISH, STATEMENT_POSTED, "all its new lines are in the books" },
	{ STATEMENT_ACCEPTED, STATEMENT_UNDO, STATEMENT_UNDOING, "a person takes the import back before all of it is posted" },
	{ STATEMENT_POSTED, STATEMENT_UNDO, STATEMENT_UNDOING, "a person takes the import back: its lines leave the books one by one" },
	{ STATEMENT_UNDOING, STATEMENT_END_UNDO, STATEMENT_UNDONE, "nothing of it is in the books any more" },
	{ STATEMENT_UNDONE, STATEMENT_REPLACE, STATEMENT_REPLACED, "its file was imported again" },
};
static const char *const state_words[STATEMENT_STATES] = { "staged", "accepted", "posted", "quarantined", "replaced", "undoing", "undone" };
static const char *const act_words[STATEMENT_ACTS] = { "accept", "quarantine", "override", "finish", "replace", "undo", "end_undo" };
static const char *const placement_words[PLACEMENTS] = { "first", "next", "later", "before", "earlier", "fill", "overlap" };

const struct statement_rule *statement_rules(size_t *n)
{
	*n = sizeof(state_rules) / sizeof(state_rules[0]);
	return state_rules;
}

const char *statement_state_word(enum statement_state state)
{
	return state_words[state];
}

const char *statement_act_word(enum statement_act act)
{
	return act_words[act];
}

const char *placement_word(enum placement placement)
{
	return placement_words[placement];
}

bool placement_is_disjoint(enum placement placement)
{
	return placement != PLACE_OVERLAP;
}

enum err statement_act(struct statement *s, enum statement_act act, struct why *why)
{
	for (size_t i = 0; i < sizeof(state_rules) / sizeof(state_rules[0]); i++)
		if (state_rules[i].from == s->state && state_rules[i].act == act) {
			s->state = state_rules[i].to;
			return OK;
		}
	return why_set(why, ERR_CONFLICT, "statement_state", "a statement that is %s can't be %s", state_words[s->state],
		act == STATEMENT_OVERRIDE ? "accepted by hand" : act_words[act]);
}

/* ---- the gate ---- */

enum rule statement_balance(
	struct arena *arena, struct money opening, int64_t line_sum, int64_t reversal_sum, int64_t closing, struct span *reason)
{
	struct money sum = { line_sum, opening.currency }, made;
	struct why why = { 0 };
	if (money_add(opening, sum, &made, &why) == OK && made.minor == closing)
		return RULE_NONE;
	const char *hint = opening.minor + line_sum - 2 * reversal_sum == closing && reversal_sum
				   ? "; it would if its reversals had the opposite sign"
				   : "";
	*reason = span_of(arena_printf(arena, "%s and lines of %s are not %s%s", money_text(arena, opening), money_digits(arena, sum),
		money_digits(arena, (struct money){ closing, opening.currency }), hint));
	return RULE_NOT_CLOSING;
}

enum rule statement_gate(struct arena *arena, const struct statement *s, const struct account *account, struct span *reason)
{
	*reason = s->reason;
	if (s->rule != RULE_NONE)
		return s->rule;
	*reason = SPAN("");
	if (!account)
		return RULE_ACCOUNT_UNKNOWN;
	if (account->closed)
		return RULE_ACCOUNT_CLOSED;
	if (!currency_equal(account->currency, s->currency)) {
		*reason =
			span_of(arena_printf(arena, "the statement is in %s, the account in %s", s->currency.code, account->currency.code));
		return RULE_ACCOUNT_CURRENCY;
	}
	return statement_balance(arena, (struct money){ s->opening, s->currency }, s->line_sum, s->reversal_sum, s->closing, reason);
}

/* ---- its place among the others ---- */

/* Days at its edges may be shared only where the balances meet there. */
static bool fits_gap(const struct gap *g, const struct statement *s)
{
	int from = date_compare(s->from, g->from_day), to = date_compare(s->to, g->to_day);
	return (from > 0 || (from == 0 && s->opening == g->before)) && (to < 0 || (to == 0 && s->closing == g->after));
}

enum placement statement_place(const struct chain *chain, const struct gap *const *gaps, size_t n, const struct statement *s, size_t *gap)
{
	if (!chain->started)
		return PLACE_FIRST;
	if (s->is_known)
		return PLACE_OVERLAP;
	if (date_compare(s->from, chain->to) >= 0 && s->opening == chain->closing)
		return PLACE_NEXT;
	if (date_compare(s->from, chain->to) > 0)
		return PLACE_LATER;
	if (date_compare(s->to, chain->from) <= 0 && s->closing == chain->opening)
		return PLACE_BEFORE;
	if (date_compare(s->to, chain->from) < 0)
		return PLACE_EARLIER;
	for (size_t i = 0; i < n; i++)
		if (date_compare(gaps[i]->from_day, gaps[i]->to_day) < 0 && fits_gap(gaps[i], s)) {
			*gap = i;
			return PLACE_FILL;
		}
	return PLACE_OVERLAP;
}

/* ---- deciding ---- */

/* What a decision works with. */
struct decision {
	struct ledger *l;
	struct statement *s;
	struct account *account;
	struct gap **gaps;
	size_t gap_count;
	struct span by;
	int64_t news, news_sum; /* lines that are new: how many, and their sum */
};

static struct money in(const struct statement *s, int64_t minor)
{
	return (struct money){ minor, s->currency };
}

void gap_tell(struct ledger *l, const struct gap *g)
{
	struct money missing = { g->minor, g->currency }, before = { g->before, g->currency }, after = { g->after, g->currency };
	if (!g->minor)
		exception_close(l, EXCEPTION_STATEMENT_GAP, g->statement, l->by);
	else
		exception_open(l, EXCEPTION_STATEMENT_GAP, g->statement, account_stream(l->arena, g->account), missing,
			span_of(arena_printf(l->arena, "%s at the end of %s, %s at the beginning of %s", money_digits(l->arena, before),
				date_text(l->arena, g->from_day), money_digits(l->arena, after), date_text(l->arena, g->to_day))));
}

/* As it was before this statement, once; its own gaps were not there. */
static void gap_keep(struct decision *d, const struct gap *g)
{
	struct book *book = d->l->book;
	struct span key = book_key(book, book_key_uuid(book, d->l->merchant, d->s->id), uuid_span(&g->id));
	if (uuid_equal(g->statement, d->s->id) || book_find(book, BOOK_GAPS_BEFORE, key))
		return;
	struct gap_before *kept = book_add(book, BOOK_GAPS_BEFORE, key);
	*kept = (struct gap_before){ g->merchant, d->s->id, g->id, g->from_day, g->to_day, g->before, g->after, g->open };
}

static bool is_hole(struct date from, int64_t before, struct date to, int64_t after)
{
	return before != after || to.day - from.day > 1;
}

/* The gap is from before to after now; the account's sum follows. */
static void gap_set(struct decision *d, struct gap *g, struct date from, int64_t before, struct date to, int64_t after)
{
	int64_t minor = g->minor;
	gap_keep(d, g);
	g->from_day = from;
	g->to_day = to;
	g->before = before;
	g->after = after;
	g->minor = after - before;
	g->open = is_hole(from, before, to, after);
	d->account->chain.gap_sum += g->minor - minor;
	gap_tell(d->l, g);
}

static void gap_add(struct decision *d, struct uuid statement, struct date from, int64_t before, struct date to, int64_t after)
{
	struct ledger *l = d->l;
	if (!is_hole(from, before, to, after))
		return;
	struct uuid id = say_id(l->say);
	struct gap *g = book_add(l->book, BOOK_GAPS, book_key_uuid(l->book, l->merchant, id));
	*g = (struct gap){
		.merchant = l->merchant, .id = id, .account = d->account->id, .statement = statement, .currency = d->s->currency
	};
	gap_set(d, g, from, before, to, after);
}

/* What a statement leaves of a gap whose days it shares: before its first day, and after its last. */
static int64_t left_of(const struct gap *g, const struct statement *s)
{
	return date_compare(s->from, g->from_day) > 0 ? s->opening - g->before : 0;
}

static int64_t right_of(const struct gap *g, const struct statement *s)
{
	return date_compare(s->to, g->to_day) < 0 ? g->after - s->closing : 0;
}

static bool shares_days(const struct gap *g, const struct statement *s)
{
	return date_compare(g->from_day, s->to) < 0 && date_compare(g->to_day, s->from) > 0;
}

/* It stands inside a gap, or reaches into it: the left of what remains is its own gap, the right the old one's. */
static void gap_fill(struct decision *d, struct gap *g)
{
	const struct statement *s = d->s;
	struct gap old = *g;
	if (date_compare(s->to, old.to_day) < 0)
		gap_set(d, g, s->to, s->closing, old.to_day, old.after);
	else
		gap_set(d, g, old.to_day, old.after, old.to_day, old.after);
	if (date_compare(s->from, old.from_day) > 0)
		gap_add(d, s->id, old.from_day, old.before, s->from, s->opening);
}

/* The one gap of no days, left by a person's word, that the new lines of an overlapping statement explain; NULL when there is none, or more. */
static struct gap *gap_explained(struct decision *d, int64_t minor)
{
	struct gap *only = NULL;
	for (size_t i = 0; i < d->gap_count; i++) {
		struct gap *g = d->gaps[i];
		if (g->minor != minor || date_compare(g->from_day, g->to_day) < 0 || date_compare(g->to_day, d->s->from) < 0 ||
			date_compare(g->from_day, d->s->to) > 0)
			continue;
		if (only)
			return NULL;
		only = g;
	}
	return only;
}

/* How much of the open gaps an overlapping statement explains. */
static int64_t explained(const struct decision *d)
{
	int64_t minor = 0;
	for (size_t i = 0; i < d->gap_count; i++)
		if (shares_days(d->gaps[i], d->s))
			minor += d->gaps[i]->minor - left_of(d->gaps[i], d->s) - right_of(d->gaps[i], d->s);
	return minor;
}

/* An overlapping statement brings lines of the past: chain and balances must still meet. False when they don't. */
static bool join_overlap(struct decision *d)
{
	struct chain *c = &d->account->chain;
	const struct statement *s = d->s;
	bool first = date_compare(s->from, c->from) < 0, last = date_compare(s->to, c->to) >= 0;
	int64_t opening = first ? s->opening : c->opening, closing = last ? s->closing : c->closing;
	int64_t unexplained = closing - (opening + c->line_sum + d->news_sum + c->gap_sum - explained(d));
	struct gap *g = unexplained ? gap_explained(d, -unexplained) : NULL;
	if (unexplained && !g && !d->by.size)
		return false;
	for (size_t i = 0; i < d->gap_count; i++)
		if (shares_days(d->gaps[i], s))
			gap_fill(d, d->gaps[i]);
	if (g)
		gap_set(d, g, g->from_day, g->before, g->to_day, g->before);
	else if (unexplained)
		gap_add(d, s->id, s->to, s->closing - unexplained, s->to, s->closing);
	c->opening = opening;
	c->closing = closing;
	return true;
}

/* What a person accepted although it does not close is a gap of no days. */
static void override_difference(struct decision *d)
{
	const struct statement *s = d->s;
	gap_add(d, s->id, s->to, s->opening + s->line_sum, s->to, s->closing);
}

static bool join(struct decision *d, enum placement placement, size_t gap)
{
	struct chain *c = &d->account->chain;
	const struct statement *s = d->s;
	switch (placement) {
	case PLACE_FIRST:
		c->opening = s->opening;
		c->closing = s->closing;
		break;
	case PLACE_NEXT:
	case PLACE_LATER:
		gap_add(d, s->id, c->to, c->closing, s->from, s->opening);
		c->closing = s->closing;
		break;
	case PLACE_BEFORE:
	case PLACE_EARLIER:
		gap_add(d, s->id, s->to, s->closing, c->from, c->opening);
		c->opening = s->opening;
		break;
	case PLACE_FILL: gap_fill(d, d->gaps[gap]); break;
	case PLACE_OVERLAP:
		if (!join_overlap(d))
			return false;
		break;
	case PLACEMENTS: bug("no such placement");
	}
	if (placement != PLACE_OVERLAP)
		override_difference(d);
	return true;
}

/* Up to which day nothing is missing. */
static void cover(struct decision *d)
{
	struct chain *c = &d->account->chain;
	const struct gap *g;
	const struct statement *s = d->s;
	if (!c->started || date_compare(s->from, c->from) < 0)
		c->from = s->from;
	if (!c->started || date_compare(s->to, c->to) > 0)
		c->to = s->to;
	c->started = true;
	c->covered_to = c->to;
	for (size_t i = 0; (g = book_next(d->l->book, BOOK_GAPS, &i));)
		if (g->minor && uuid_equal(g->account, d->account->id) && date_compare(g->from_day, g->to_day) < 0 &&
			date_compare(g->from_day, c->covered_to) < 0)
			c->covered_to = g->from_day;
}

/* What the bank held before everything that is booked. */
void statement_post_opening(struct ledger *l, const struct statement *s, struct uuid account, int64_t change)
{
	l->cause = CAUSE_OPENING;
	l->cause_id = s->id;
	l->day = s->from;
	ledger_post(l, chart_account(l->arena, CHART_CASH, span_of(uuid_text(l->arena, account))),
		chart_account(l->arena, CHART_OPENING, SPAN("")), in(s, change));
}

static void collect_gaps(struct decision *d)
{
	const struct gap *g;
	size_t n = 0;
	for (size_t i = 0; (g = book_next(d->l->book, BOOK_GAPS, &i));)
		n++;
	d->gaps = arena_array(d->l->arena, sizeof(*d->gaps), n + 1);
	for (size_t i = 0; (g = book_next(d->l->book, BOOK_GAPS, &i));)
		if (g->open && uuid_equal(g->account, d->account->id) && span_equal(g->merchant, d->l->merchant))
			d->gaps[d->gap_count++] = book_edit(d->l->book, BOOK_GAPS, book_key_uuid(d->l->book, d->l->merchant, g->id));
}

static enum err quarantine(
	struct ledger *l, struct statement *s, const struct account *account, enum rule rule, struct span reason, struct why *why)
{
	TRY(statement_act(s, STATEMENT_QUARANTINE, why));
	s->rule = rule;
	s->reason = reason.size ? reason : span_of(rule_help(rule));
	struct span stream = account ? account_stream(l->arena, account->id) : SPAN("@merchant");
	struct money amount = { 0 };
	if (rule == RULE_NOT_CLOSING)
		amount = in(s, s->closing - s->opening - s->line_sum);
	exception_open(l, EXCEPTION_STATEMENT_QUARANTINED, s->id, stream, amount,
		span_of(arena_printf(l->arena, "line %ld: %s: %.*s", (long)s->place.line, rule_word(rule), SPAN_ARG(s->reason))));
	/* What can't be read can only come anew. */
	if (!s->damaged && (rule == RULE_NOT_CLOSING || rule == RULE_CHAIN))
		exception_suggest(l, EXCEPTION_STATEMENT_QUARANTINED, s->id, SUGGEST_ACCEPT_STATEMENT, s->id, span_of(rule_word(rule)));
	return OK;
}

/* All its new lines have had their verdict. */
static enum err finish(struct ledger *l, struct statement *s, struct why *why)
{
	TRY(statement_act(s, STATEMENT_FINISH, why));
	l->matched = s;
	return OK;
}

static enum err accept(struct decision *d, enum placement placement, struct why *why)
{
	struct statement *s = d->s;
	struct chain *c = &d->account->chain;
	TRY(statement_act(s, d->by.size ? STATEMENT_OVERRIDE : STATEMENT_ACCEPT, why));
	c->line_sum += d->news_sum;
	c->last = s->id;
	cover(d);
	s->placement = placement;
	s->just_accepted = true;
	s->line_new = s->remaining = d->news;
	s->accepted_by = d->by.size ? d->by : SPAN("machine");
	d->account->revision++;
	ledger_statement(d->l, s, d->account);
	if (!s->remaining)
		TRY(finish(d->l, s, why));
	exception_close(d->l, EXCEPTION_STATEMENT_QUARANTINED, s->id, s->accepted_by);
	return OK;
}

/* Lines that the bank told and tells no more: they stay in the books, and somebody asks. */
static void tell_vanished(struct ledger *l, const struct statement *s, const struct account *account)
{
	if (s->vanished && account)
		exception_open(l, EXCEPTION_LINE_VANISHED, s->id, account_stream(l->arena, account->id), in(s, s->vanished_sum),
			span_of(arena_printf(l->arena, "%ld lines that %.*s had when it was delivered before are not in it",
				(long)s->vanished, SPAN_ARG(s->bank_ref))));
}

/* The numbers of a bank's statements count up by one, and begin anew with a year; pages of one statement share theirs. */
static bool follows(const struct chain *c, const struct statement *s)
{
	if (!c->sequence || !s->sequence || s->sequence == c->sequence || s->sequence == c->sequence + 1)
		return true;
	return s->sequence == 1 && date_parts(s->to).year != date_parts(c->to).year;
}

static void tell_sequence(struct decision *d, enum placement placement)
{
	struct chain *c = &d->account->chain;
	const struct statement *s = d->s;
	if (placement != PLACE_FIRST && placement != PLACE_NEXT)
		return;
	if (placement == PLACE_NEXT && !follows(c, s))
		exception_open(d->l, EXCEPTION_SEQUENCE, s->id, account_stream(d->l->arena, d->account->id), (struct money){ 0 },
			span_of(arena_printf(d->l->arena, "number %ld comes after number %ld", (long)s->sequence, (long)c->sequence)));
	c->sequence = s->sequence;
}

/* What undoing it brings back. */
static void keep_chain(struct decision *d, const struct chain *before)
{
	struct ledger *l = d->l;
	struct chain_before *kept = book_add(l->book, BOOK_CHAINS_BEFORE, book_key_uuid(l->book, l->merchant, d->s->id));
	*kept = (struct chain_before){ l->merchant, d->s->id, d->account->id, *before };
}

static enum err place_and_accept(struct decision *d, struct why *why)
{
	struct statement *s = d->s;
	struct ledger *l = d->l;
	size_t gap = 0;
	struct chain before = d->account->chain;
	collect_gaps(d);
	enum placement placement = statement_place(&d->account->chain, (const struct gap *const *)d->gaps, d->gap_count, s, &gap);
	d->news = placement == PLACE_OVERLAP ? s->overlap_new : s->line_count;
	d->news_sum = placement == PLACE_OVERLAP ? s->overlap_sum : s->line_sum;
	if (!join(d, placement, gap))
		return quarantine(l, s, d->account, RULE_CHAIN,
			span_of(arena_printf(l->arena, "%ld new lines of %s between %s and %s have no room in the booked balances",
				(long)d->news, money_digits(l->arena, in(s, d->news_sum)), date_text(l->arena, s->from),
				date_text(l->arena, s->to))),
			why);
	keep_chain(d, &before);
	statement_post_opening(l, s, d->account->id, d->account->chain.opening - (before.started ? before.opening : 0));
	tell_sequence(d, placement);
	return accept(d, placement, why);
}

static const struct account *account_of(const struct ledger *l, const struct statement *s)
{
	const struct account *a;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ACCOUNTS, &i));)
		if (span_equal(a->identifier, s->identifier) && span_equal(a->merchant, l->merchant))
			return a;
	return NULL;
}

/* What a person can accept although a rule is broken: amounts that don't meet, never bytes that could not be read. */
static enum err check_override(const struct statement *s, enum rule rule, struct why *why)
{
	if (s->state != STATEMENT_QUARANTINED)
		return why_set(why, ERR_CONFLICT, "statement_state", "the statement is %s", statement_state_word(s->state));
	if (s->damaged || (rule != RULE_NONE && rule != RULE_NOT_CLOSING && rule != RULE_CHAIN))
		return why_set(
			why, ERR_REFUSED, "statement_unreadable", "%s: nobody can accept that; import a corrected file", rule_help(rule));
	return OK;
}

/* The client system alone, where it said no user, may be anybody of it. */
enum err statement_second_person(const struct ledger *l, const struct statement *s, struct why *why)
{
	struct span client, who, rest;
	bool named = span_cut(s->uploader, '/', &client, &who);
	(void)span_cut(l->person, '/', &rest, &who);
	if (s->uploader.size && (named ? span_equal(s->uploader, l->person) : span_equal(client, rest)))
		return why_set(why, ERR_REFUSED, "same_person", "who brought the file can't override what is said of it%s",
			named ? "" : ": it was brought without saying who");
	return OK;
}

enum err statement_decide(struct ledger *l, struct uuid id, struct span by, struct why *why)
{
	struct span key = book_key_uuid(l->book, l->merchant, id), reason;
	const struct statement *found = book_find(l->book, BOOK_STATEMENTS, key);
	if (!found)
		return why_set(why, ERR_NOT_FOUND, "statement_unknown", "there is no such statement");
	if (found->state == STATEMENT_REPLACED)
		exception_close(l, EXCEPTION_STATEMENT_QUARANTINED, id, l->by);
	if (!by.size && found->state != STATEMENT_STAGED)
		return OK;
	const struct account *account = account_of(l, found);
	struct statement *s = book_edit(l->book, BOOK_STATEMENTS, key);
	tell_vanished(l, s, account);
	/* What was wrong with the account or the chain may have been put right since. */
	bool by_itself = s->rule != RULE_NONE && s->rule < RULE_NOT_CLOSING;
	s->rule = by_itself ? s->rule : RULE_NONE;
	enum rule rule = statement_gate(l->arena, s, account, &reason);
	if (by.size) {
		TRY(check_override(s, rule, why));
		TRY(statement_second_person(l, s, why));
	} else if (rule != RULE_NONE)
		return quarantine(l, s, account, rule, reason, why);
	struct decision d = { .l = l, .s = s, .by = by };
	d.account = book_edit(l->book, BOOK_ACCOUNTS, book_key_uuid(l->book, l->merchant, account->id));
	s->account = account->id;
	return place_and_accept(&d, why);
}

void statement_line_posted(struct ledger *l, struct uuid id, int64_t receipts)
{
	struct statement *s = book_edit(l->book, BOOK_STATEMENTS, book_key_uuid(l->book, l->merchant, id));
	struct why why = { 0 };
	if (s->remaining <= 0)
		bug("a statement has more lines than it accepted");
	s->receipts += receipts;
	if (--s->remaining == 0 && finish(l, s, &why) != OK)
		bug("%s", why.text);
}
