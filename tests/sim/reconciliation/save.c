#include "rows.h"

/* What a commit does to the rows, and what must never be of one. */

/* ---- lines and statements ---- */

/* Moves by one rule of the table, or by two in one message. */
static void check_line_move(enum line_state from, enum line_state to)
{
	size_t n;
	const struct line_rule *rules = line_rules(&n);

	for (size_t i = 0; i < n; i++)
		if (rules[i].from == from && rules[i].to == to) {
			cover_pair("line", line_state_word(from), line_state_word(to));
			return;
		}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			if (rules[i].from == from && rules[i].to == rules[k].from && rules[k].to == to) {
				cover_pair("line", line_state_word(from), line_state_word(rules[i].to));
				cover_pair("line", line_state_word(rules[i].to), line_state_word(to));
				return;
			}
	sim_fail("line_move", "a line went from %s to %s", line_state_word(from), line_state_word(to));
}

static bool is_cash(enum line_state state)
{
	return state != LINE_STAGED && state != LINE_KNOWN && state != LINE_UNDONE;
}

static void count_cash(struct memory *m, const struct line *was, const struct line *l)
{
	int change = is_cash(l->state) - is_cash(was->state);

	if (change != 0)
		mem_put(&m->cash, sim_key_uuid(m->arena, l->merchant, l->account), "")->sum += change * l->amount.minor;
}

static void saved_line(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct line *was = old, *l = now;

	(void)row;
	if (was == NULL)
		sim_fail("line_new", "a line that no statement brought");
	SIM_HOLDS(l->returned >= 0 && line_left(l) >= 0, "line_returned", "more was taken back of a line than it is");
	if (was->state != l->state)
		check_line_move(was->state, l->state);
	else if (was->state == LINE_MATCHED && was->as != l->as)
		cover("line: matched anew");
	count_cash(m, was, l);
	sums_line(m, was, -1);
	sums_line(m, l, 1);
	if (l->state == LINE_WAITING && l->looks == 1 && !l->by_person) {
		struct tokens tokens;

		line_tokens(m->arena, l, &tokens);
		mem_put(&m->tokens, sim_key_uuid(m->arena, l->merchant, l->id), &tokens);
	} else if (l->state != LINE_WAITING ? l->state == LINE_UNDONE || l->looks > 1 || l->by_person || l->returned : l->by_person)
		mem_put(&m->tokens, sim_key_uuid(m->arena, l->merchant, l->id), NULL);
}

static bool has_statement_rule(enum statement_state from, enum statement_state to)
{
	size_t n;
	const struct statement_rule *rules = statement_rules(&n);

	for (size_t i = 0; i < n; i++)
		if (rules[i].from == from && rules[i].to == to)
			return true;
	return false;
}

/* One without lines ends at once what it begins: it is accepted and posted, or taken back and undone. */
static void check_statement_move(enum statement_state from, enum statement_state to)
{
	enum statement_state by = to == STATEMENT_POSTED ? STATEMENT_ACCEPTED : STATEMENT_UNDOING;

	if (has_statement_rule(from, to)) {
		cover_pair("statement", statement_state_word(from), statement_state_word(to));
		return;
	}
	SIM_HOLDS(has_statement_rule(from, by) && has_statement_rule(by, to), "statement_move", "a statement went from %s to %s",
		statement_state_word(from), statement_state_word(to));
	cover_pair("statement", statement_state_word(from), statement_state_word(by));
	cover_pair("statement", statement_state_word(by), statement_state_word(to));
}

static void saved_statement(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	const struct statement *was = old, *s = now;
	struct statement *kept = row->value;

	if (was == NULL)
		sim_fail("statement_new", "a statement that nobody brought");
	kept->just_accepted = false;
	SIM_HOLDS(s->remaining >= 0, "statement_remaining", "more lines were posted than a statement has");
	if (was->state == s->state)
		return;
	if (was->state != STATEMENT_UNDOING && (s->state == STATEMENT_UNDOING || s->state == STATEMENT_UNDONE))
		seals_taken_back(ctx, s);
	check_statement_move(was->state, s->state);
}

static void saved_gap(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct gap *g = now;

	if (old == NULL)
		mem_index_add(&m->gaps_of_account, sim_key_uuid(m->arena, g->merchant, g->account), row);
	cover(g->open ? "gap: opened" : "gap: closed");
}

/* ---- the rest of the rows ---- */

static void saved_invoice(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct invoice *was = old, *v = now;

	if (v->issued && (was == NULL || !was->issued))
		mem_index_add(&m->invoices_of_number, sim_key(m->arena, v->merchant, v->number), row);
}

static void saved_note(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct credit_note *n = now;

	if (old == NULL)
		mem_index_add(&m->notes_of_invoice, sim_key_uuid(m->arena, n->merchant, n->invoice), row);
}

static void saved_wanted(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct wanted *w = now;

	if (old != NULL)
		return;
	row->sum = m->world->now.us;
	mem_index_add(&m->wanted_of_invoice, sim_key_uuid(m->arena, w->merchant, w->invoice), row);
	mem_index_add(&m->wanted_of_receipt, sim_key_uuid(m->arena, w->merchant, w->receipt), row);
}

static void saved_reference(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct reference *r = now;

	if (old == NULL)
		mem_index_add(&m->references_of_token, sim_key(m->arena, r->merchant, r->token), row);
}

static void saved_exception(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct exception *was = old, *e = now;

	if (was == NULL || was->open != e->open)
		cover_pair("exception", exception_word(e->kind), e->open ? "opened" : "closed");
	if (old == NULL)
		mem_index_add(&m->exceptions_of_subject, sim_key_uuid(m->arena, e->merchant, e->subject), row);
}

static void saved_payer(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct payer *p = now;

	if (p->gone) {
		row->value = NULL;
		return;
	}
	if (old != NULL || row->sum)
		return;
	row->sum = 1; /* is indexed, though it may come and go */
	mem_index_add(&m->payers_of_customer, sim_key(m->arena, p->merchant, p->customer), row);
	mem_index_add(&m->payers_of_iban, sim_key(m->arena, p->merchant, p->iban), row);
}

/* As the store reads it again. */
static void saved_merchant(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	struct merchant *kept = row->value;

	(void)old;
	(void)now;
	kept->zone = zone_load(span_cstr(m->arena, kept->zone_name));
}

static void saved_difference(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct difference *was = old, *d = now;

	SIM_HOLDS(d->minor >= 0 && d->undone >= 0 && (d->minor == 0 || d->undone == 0), "difference_stands",
		"a difference stands and is undone at once");
	if (was == NULL || (was->minor > 0) != (d->minor > 0))
		cover_pair("difference", difference_row(d->kind)->word, d->minor > 0 ? "granted" : "undone");
	if (was != NULL && was->minor == 0 && d->minor > 0)
		cover("difference: granted again");
	if (was == NULL)
		mem_index_add(&m->differences_of_receipt, sim_key_uuid(m->arena, d->merchant, d->receipt), row);
}

static void saved_rule_set(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	const struct stored_rule_set *was = old, *is = now;

	(void)ctx;
	(void)row;
	SIM_HOLDS(was == NULL || is->state >= was->state || is->state == RULE_SET_LIVE, "rule_set_back",
		"a version of the rules is a draft again");
	if (was != NULL && was->state != is->state)
		cover_pair("rule set", rule_set_state_word(was->state), rule_set_state_word(is->state));
}

static void saved_payout(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	const struct payout *was = old, *p = now;

	(void)ctx;
	(void)row;
	if (p->paid && (was == NULL || !was->paid))
		cover(was == NULL ? "payout: told before its lines" : "payout: told after its lines");
	if (p->has_arrived && (was == NULL || !was->has_arrived))
		cover("payout: arrived");
}

static void saved_plain(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	(void)ctx;
	(void)old;
	(void)now;
	(void)row;
}

static void saved_once(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	saved_plain(ctx, old, now, row);
	SIM_HOLDS(old == NULL, "changed_once", "what is written once was changed");
}

void sim_save(struct memory *m, struct book *book, struct instant now)
{
	static const struct {
		enum book_shelf shelf;
		mem_saved *saved;
	} shelves[] = { { BOOK_ACCOUNTS, saved_plain }, { BOOK_STATEMENTS, saved_statement }, { BOOK_GAPS, saved_gap },
		{ BOOK_LINES, saved_line }, { BOOK_INVOICES, saved_invoice }, { BOOK_ITEMS, saved_item }, { BOOK_CREDIT_NOTES, saved_note },
		{ BOOK_REFERENCES, saved_reference }, { BOOK_RECEIPTS, saved_receipt }, { BOOK_ALLOCATIONS, saved_allocation },
		{ BOOK_WANTED, saved_wanted }, { BOOK_REFUNDS, saved_once }, { BOOK_CREDITS, saved_credit }, { BOOK_PAYOUTS, saved_payout },
		{ BOOK_PAYOUT_LINES, saved_payout_line }, { BOOK_EXCEPTIONS, saved_exception }, { BOOK_MERCHANTS, saved_merchant },
		{ BOOK_CUSTOMERS, saved_plain }, { BOOK_PAYERS, saved_payer }, { BOOK_EXCEPTION_STEPS, saved_once },
		{ BOOK_LIMITS, saved_plain }, { BOOK_CHAINS_BEFORE, saved_once }, { BOOK_GAPS_BEFORE, saved_once },
		{ BOOK_POLICIES, saved_plain }, { BOOK_RULE_SETS, saved_rule_set }, { BOOK_DIFFERENCES, saved_difference },
		{ BOOK_PERIODS, saved_period }, { BOOK_PERIOD_BALANCES, saved_once }, { BOOK_EXPORT_MAPPINGS, saved_once },
		{ BOOK_EXPORTS, saved_export }, { BOOK_CANDIDATES, saved_once }, { BOOK_AUDITS, saved_once } };

	(void)now;
	sim_flip(m, book);
	for (size_t i = 0; i < sizeof shelves / sizeof *shelves; i++)
		mem_save(&m->tables[shelves[i].shelf], &book->shelves[shelves[i].shelf], shelves[i].saved, m);
	sums_post(m, book);
	sums_check(m, book);
	seals_check(m, book);
}
