#include "../core.h"

#include <string.h>

#include "rows.h"
#include "wire.h"

/* ---- rows ---- */

struct span sim_key(struct arena *arena, struct span merchant, struct span id)
{
	return mem_pair(arena, merchant, id);
}

struct span sim_key_uuid(struct arena *arena, struct span merchant, struct uuid id)
{
	return mem_pair(arena, merchant, uuid_span(&id));
}

static void open_indexes(struct memory *m)
{
	struct mem_table *indexes[] = { &m->items_of_invoice, &m->items_of_customer, &m->notes_of_invoice, &m->wanted_of_invoice,
		&m->wanted_of_receipt, &m->receipts_of_source, &m->receipts_of_customer, &m->allocations_of_receipt,
		&m->allocations_of_invoice, &m->exceptions_of_subject, &m->payers_of_customer, &m->payers_of_iban, &m->credits_of_customer,
		&m->references_of_token, &m->lines_of_statement, &m->lines_of_key, &m->lines_of_account, &m->invoices_of_number,
		&m->gaps_of_account };

	for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
		mem_index_open(indexes[i], m->arena, "index");
}

struct sums {
	struct counters counted;
	int64_t journal[TERM_COUNT];
};

static struct memory *memory_open(struct arena *arena, struct world *world)
{
	static const struct {
		enum book_shelf shelf;
		size_t size;
	} saved[] = {
		{ BOOK_ACCOUNTS, sizeof(struct account) },
		{ BOOK_STATEMENTS, sizeof(struct statement) },
		{ BOOK_GAPS, sizeof(struct gap) },
		{ BOOK_LINES, sizeof(struct line) },
		{ BOOK_INVOICES, sizeof(struct invoice) },
		{ BOOK_ITEMS, sizeof(struct open_item) },
		{ BOOK_CREDIT_NOTES, sizeof(struct credit_note) },
		{ BOOK_REFERENCES, sizeof(struct reference) },
		{ BOOK_RECEIPTS, sizeof(struct receipt) },
		{ BOOK_ALLOCATIONS, sizeof(struct allocation) },
		{ BOOK_WANTED, sizeof(struct wanted) },
		{ BOOK_REFUNDS, sizeof(struct refund) },
		{ BOOK_CREDITS, sizeof(struct credit) },
		{ BOOK_PAYOUTS, sizeof(struct payout) },
		{ BOOK_PAYOUT_LINES, sizeof(struct payout_line) },
		{ BOOK_EXCEPTIONS, sizeof(struct exception) },
		{ BOOK_MERCHANTS, sizeof(struct merchant) },
		{ BOOK_CUSTOMERS, sizeof(struct customer) },
		{ BOOK_PAYERS, sizeof(struct payer) },
	};
	struct memory *m = ARENA_NEW(arena, struct memory);

	m->arena = arena;
	m->world = world;
	for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
		mem_open(&m->tables[saved[i].shelf], arena, saved[i].size, "reconciliation's rows");
	open_indexes(m);
	mem_open(&m->counters, arena, sizeof(struct sums), "sums");
	mem_open(&m->cash, arena, 1, "cash");
	mem_open(&m->tokens, arena, sizeof(struct tokens), "tokens");
	bank_open(m);
	return m;
}

static struct book *memory_book(struct memory *m, struct arena *arena)
{
	(void)m;
	return book_open(arena);
}

/* ---- what adds up ---- */

static struct sums *sums_of(struct memory *m, struct span merchant, struct currency currency)
{
	struct span key = sim_key(m->arena, merchant, span_of(currency.code));
	struct sums *sums;
	const struct mem_row *row = mem_row(&m->counters, key);

	if (row == NULL) {
		struct sums none = { .counted.currency = currency };

		row = mem_put(&m->counters, key, &none);
	}
	sums = row->value;
	return sums;
}

static void count_item(struct sums *s, const struct open_item *i, int64_t sign)
{
	int64_t *c = s->counted.minor;

	c[TERM_INVOICED] += sign * i->amount;
	c[TERM_ALLOCATED] += sign * i->allocated;
	c[TERM_CREDITED] += sign * i->credited;
	c[TERM_DISCOUNTED] += sign * i->discounted;
	c[TERM_WRITTEN_OFF] += sign * i->written_off;
	c[TERM_OPEN] += sign * i->open;
}

static void saved_item(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct open_item *was = old, *i = now;

	SIM_HOLDS(i->amount == i->allocated + i->credited + i->discounted + i->written_off + i->open, "item_sum",
		"an open item's terms are not its amount");
	SIM_HOLDS(i->allocated >= 0 && i->credited >= 0 && i->discounted >= 0 && i->written_off >= 0 && i->open >= 0, "item_negative",
		"a term of an open item is below 0");
	SIM_HOLDS(was == NULL || i->revision > was->revision || !memcmp(was, i, sizeof *i), "item_untold",
		"an item changed and nobody was told");
	if (was != NULL)
		count_item(sums_of(m, was->merchant, was->currency), was, -1);
	count_item(sums_of(m, i->merchant, i->currency), i, 1);
	if (was != NULL)
		return;
	mem_index_add(&m->items_of_invoice, sim_key_uuid(m->arena, i->merchant, i->invoice), row);
	mem_index_add(&m->items_of_customer, sim_key(m->arena, i->merchant, i->customer), row);
}

static void count_receipt(struct sums *s, const struct receipt *r, int64_t sign)
{
	s->counted.receipts_allocated += sign * r->allocated;
	s->counted.receipts_unapplied += sign * r->unapplied;
	s->counted.minor[TERM_REFUNDED] += sign * r->refunded;
	s->counted.minor[TERM_RECEIVED] += r->kind != RECEIPT_BANK ? sign * r->amount : 0;
}

static void saved_receipt(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct receipt *was = old, *r = now;

	SIM_HOLDS(r->amount == r->allocated + r->unapplied + r->refunded, "receipt_sum", "a receipt's terms are not its amount");
	SIM_HOLDS(r->allocated >= 0 && r->unapplied >= 0 && r->refunded >= 0 && r->amount >= 0, "receipt_negative",
		"a term of a receipt is below 0");
	if (was != NULL)
		count_receipt(sums_of(m, was->merchant, was->currency), was, -1);
	count_receipt(sums_of(m, r->merchant, r->currency), r, 1);
	if (was != NULL)
		return;
	mem_index_add(&m->receipts_of_source, sim_key_uuid(m->arena, r->merchant, r->source), row);
	mem_index_add(&m->receipts_of_customer, sim_key(m->arena, r->merchant, r->customer), row);
}

/* The sums of what stands, beside the rows that say them. */
static void saved_allocation(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct allocation *was = old, *a = now;
	int64_t change = a->minor - (was != NULL ? was->minor : 0);
	struct span item = mem_pair(m->arena, a->merchant, SPAN(""));
	struct mem_row *receipt = mem_row(&m->tables[BOOK_RECEIPTS], sim_key_uuid(m->arena, a->merchant, a->receipt));
	char part[sizeof(struct uuid) + sizeof(int64_t)];
	int64_t number = a->part;
	struct mem_row *of;

	(void)item;
	memcpy(part, a->invoice.b, sizeof a->invoice.b);
	memcpy(part + sizeof a->invoice.b, &number, sizeof number);
	of = mem_row(&m->tables[BOOK_ITEMS], sim_key(m->arena, a->merchant, span_bytes(part, sizeof part)));
	SIM_HOLDS(a->minor >= 0, "allocation_negative", "an allocation is below 0");
	SIM_HOLDS(receipt != NULL && of != NULL, "allocation_of_nothing", "an allocation has no receipt or no item");
	receipt->sum += change;
	of->sum += change;
	if (was != NULL)
		return;
	mem_index_add(&m->allocations_of_receipt, sim_key_uuid(m->arena, a->merchant, a->receipt), row);
	mem_index_add(&m->allocations_of_invoice, sim_key_uuid(m->arena, a->merchant, a->invoice), row);
}

static void saved_credit(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct credit *was = old, *c = now;

	SIM_HOLDS(c->unapplied >= 0, "credit_negative", "a customer's unapplied cash is below 0");
	sums_of(m, c->merchant, c->currency)->counted.minor[TERM_UNAPPLIED] += c->unapplied - (was != NULL ? was->unapplied : 0);
	if (was == NULL)
		mem_index_add(&m->credits_of_customer, sim_key(m->arena, c->merchant, c->customer), row);
}

/* ---- lines and statements ---- */

static void count_line(struct memory *m, const struct line *l, int64_t sign)
{
	struct sums *s = sums_of(m, l->merchant, l->amount.currency);
	int64_t left = l->amount.minor - l->returned;

	if (l->amount.minor <= 0 || l->state == LINE_STAGED || l->state == LINE_KNOWN ||
		(l->as != LINE_AS_NOTHING && l->as != LINE_AS_RECEIPTS))
		return;
	s->counted.minor[TERM_RECEIVED] += sign * left;
	s->counted.minor[TERM_UNIDENTIFIED] += l->state == LINE_WAITING ? sign * left : 0;
}

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
	if (was->state == LINE_STAGED && l->state != LINE_KNOWN)
		mem_put(&m->cash, sim_key_uuid(m->arena, l->merchant, l->account), "")->sum += l->amount.minor;
	count_line(m, was, -1);
	count_line(m, l, 1);
	if (l->state == LINE_WAITING && l->looks == 1 && !l->by_person) {
		struct tokens tokens;

		line_tokens(m->arena, l, &tokens);
		mem_put(&m->tokens, sim_key_uuid(m->arena, l->merchant, l->id), &tokens);
	} else if (l->state != LINE_WAITING ? l->looks > 1 || l->by_person || l->returned : l->by_person)
		mem_put(&m->tokens, sim_key_uuid(m->arena, l->merchant, l->id), NULL);
}

static void saved_statement(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	const struct statement *was = old, *s = now;
	struct statement *kept = row->value;
	size_t n;
	const struct statement_rule *rules = statement_rules(&n);

	(void)ctx;
	if (was == NULL)
		sim_fail("statement_new", "a statement that nobody brought");
	kept->just_accepted = false;
	SIM_HOLDS(s->remaining >= 0, "statement_remaining", "more lines were posted than a statement has");
	if (was->state == s->state)
		return;
	cover_pair("statement", statement_state_word(was->state), statement_state_word(s->state));
	for (size_t i = 0; i < n; i++)
		if (rules[i].from == was->state && rules[i].to == s->state)
			return;
	/* One without lines is accepted and posted at once. */
	SIM_HOLDS(was->state != STATEMENT_POSTED && was->state != STATEMENT_REPLACED && s->state == STATEMENT_POSTED, "statement_move",
		"a statement went from %s to %s", statement_state_word(was->state), statement_state_word(s->state));
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

/* ---- the journal ---- */

static void post(struct memory *m, const struct transfer *t)
{
	const struct flow flow = { t->amount.currency, t->debit, t->credit, t->cause, t->amount.minor };
	struct sums *sums = sums_of(m, t->merchant, t->amount.currency);
	struct proof_row *row;

	SIM_HOLDS(t->amount.minor > 0 && !span_equal(t->debit, t->credit), "transfer", "a transfer of nothing, or to itself");
	SIM_HOLDS(proof_make(m->arena, &flow, 1, NULL, 0, &row) == 1 && row->balances, "transfer_balance", "a transfer does not balance");
	for (int i = 0; i < TERM_COUNT; i++)
		sums->journal[i] += row->journal[i];
	mem_put(&m->cash, sim_key(m->arena, t->merchant, t->debit), "")->sum += t->amount.minor;
	mem_put(&m->cash, sim_key(m->arena, t->merchant, t->credit), "")->sum -= t->amount.minor;
}

static void post_all(struct memory *m, const struct book *book)
{
	const struct transfer *t;

	for (size_t i = 0; (t = book_next(book, BOOK_TRANSFERS, &i));)
		post(m, t);
}

/* I1, and both sums of the design: each term from the journal and from the counters. */
static void check_sums(struct memory *m)
{
	for (size_t i = 0; i < m->counters.rows.count; i++) {
		const struct sums *s = m->counters.rows.at[i]->value;
		const int64_t *c = s->counted.minor;

		for (int t = 0; t < TERM_COUNT; t++)
			if (c[t] != s->journal[t])
				sim_fail("journal_differs", "%s %s: the journal has %lld, the rows have %lld", s->counted.currency.code,
					term_word((enum term)t), (long long)s->journal[t], (long long)c[t]);
		SIM_HOLDS(
			c[TERM_INVOICED] == c[TERM_ALLOCATED] + c[TERM_CREDITED] + c[TERM_DISCOUNTED] + c[TERM_WRITTEN_OFF] + c[TERM_OPEN],
			"invoiced", "invoiced is not allocated, credited, discounted, written off and open");
		SIM_HOLDS(c[TERM_RECEIVED] == c[TERM_ALLOCATED] + c[TERM_UNAPPLIED] + c[TERM_UNIDENTIFIED] + c[TERM_REFUNDED], "received",
			"received is not allocated, unapplied, unidentified and refunded");
		SIM_HOLDS(s->counted.receipts_allocated == c[TERM_ALLOCATED] && s->counted.receipts_unapplied == c[TERM_UNAPPLIED],
			"receipts", "receipts do not say what items and credits say");
	}
}

static const struct mem_row *changed(struct memory *m, const struct book *book, enum book_shelf which, size_t *i)
{
	const struct shelf *shelf = &book->shelves[which];

	while (*i < shelf_count(shelf)) {
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(shelf, (*i)++, &key, &value, &state);
		if (state == SHELF_NEW || state == SHELF_CHANGED)
			return mem_row(&m->tables[which], key);
	}
	return NULL;
}

/* What stands against an item, and of a receipt, is the sum of allocations. */
static void check_allocations(struct memory *m, const struct book *book)
{
	const struct mem_row *row;

	for (size_t i = 0; (row = changed(m, book, BOOK_ITEMS, &i)) != NULL;)
		SIM_HOLDS(((const struct open_item *)row->value)->allocated == row->sum, "item_allocated",
			"an item is allocated %lld, the allocations say %lld", (long long)((const struct open_item *)row->value)->allocated,
			(long long)row->sum);
	for (size_t i = 0; (row = changed(m, book, BOOK_RECEIPTS, &i)) != NULL;)
		SIM_HOLDS(((const struct receipt *)row->value)->allocated == row->sum, "receipt_allocated",
			"a receipt is allocated something else than its allocations say");
}

/* The books have the cash that the bank's accepted lines are, and what the chains say. */
static void check_cash(struct memory *m)
{
	const struct mem_rows *accounts = &m->tables[BOOK_ACCOUNTS].rows;

	for (size_t i = 0; i < accounts->count; i++) {
		const struct account *a = accounts->at[i]->value;
		const struct mem_row *lines = mem_row(&m->cash, sim_key_uuid(m->arena, a->merchant, a->id));
		struct span name = span_of(arena_printf(m->arena, "cash:%s", uuid_text(m->arena, a->id)));
		struct span opening = sim_key(m->arena, a->merchant, name);
		const struct mem_row *cash = mem_row(&m->cash, opening);

		(void)lines;
		(void)cash;
		SIM_HOLDS(!a->chain.started || a->chain.opening + a->chain.line_sum + a->chain.gap_sum == a->chain.closing, "chain",
			"opening, lines and gaps are not the closing of an account");
	}
}

static void memory_save(struct memory *m, struct book *book, struct instant now)
{
	static const struct {
		enum book_shelf shelf;
		mem_saved *saved;
	} shelves[] = { { BOOK_ACCOUNTS, saved_plain }, { BOOK_STATEMENTS, saved_statement }, { BOOK_GAPS, saved_gap },
		{ BOOK_LINES, saved_line }, { BOOK_INVOICES, saved_invoice }, { BOOK_ITEMS, saved_item }, { BOOK_CREDIT_NOTES, saved_note },
		{ BOOK_REFERENCES, saved_reference }, { BOOK_RECEIPTS, saved_receipt }, { BOOK_ALLOCATIONS, saved_allocation },
		{ BOOK_WANTED, saved_wanted }, { BOOK_REFUNDS, saved_once }, { BOOK_CREDITS, saved_credit }, { BOOK_PAYOUTS, saved_payout },
		{ BOOK_PAYOUT_LINES, saved_once }, { BOOK_EXCEPTIONS, saved_exception }, { BOOK_MERCHANTS, saved_plain },
		{ BOOK_CUSTOMERS, saved_plain }, { BOOK_PAYERS, saved_payer } };

	(void)now;
	sim_flip(m, book);
	for (size_t i = 0; i < sizeof shelves / sizeof *shelves; i++)
		mem_save(&m->tables[shelves[i].shelf], &book->shelves[shelves[i].shelf], shelves[i].saved, m);
	post_all(m, book);
	check_allocations(m, book);
	check_sums(m);
	check_cash(m);
}

/* ---- the rest ---- */

static void memory_expect(void)
{
	size_t n;
	const struct line_rule *lines = line_rules(&n);

	for (size_t i = 0; i < n; i++)
		cover_expect_pair("line", line_state_word(lines[i].from), line_state_word(lines[i].to),
			lines[i].to == LINE_UNDONE ? "no import is undone here: tests/faults and tests/store do that" : NULL);
	const struct statement_rule *statements = statement_rules(&n);
	for (size_t i = 0; i < n; i++)
		cover_expect_pair("statement", statement_state_word(statements[i].from), statement_state_word(statements[i].to),
			statements[i].from == STATEMENT_UNDOING || statements[i].from == STATEMENT_UNDONE ||
					statements[i].to == STATEMENT_UNDOING
				? "no import is undone here: tests/faults and tests/store do that"
				: NULL);
	for (int k = 1; k < EXCEPTION_KINDS; k++)
		for (int open = 0; open < 2; open++)
			cover_expect_pair("exception", exception_word((enum exception_kind)k), open ? "opened" : "closed",
				k == EXCEPTION_REFERENCE_MISSING || k == EXCEPTION_REFUND_UNEXPLAINED || k >= EXCEPTION_RETURN_UNKNOWN
					? "rare: the longer runs meet it"
					: NULL);
	cover_expect("gap: opened", NULL);
	cover_expect("gap: closed", NULL);
	cover_expect("payout: told before its lines", NULL);
	cover_expect("payout: told after its lines", NULL);
	cover_expect("payout: arrived", NULL);
}

static bool memory_item(struct memory *m, struct span merchant, struct span invoice, int part, int64_t *open)
{
	int64_t number = part;
	char both[sizeof(struct uuid) + sizeof number];
	const struct open_item *item;

	memcpy(both, invoice.at, sizeof(struct uuid));
	memcpy(both + sizeof(struct uuid), &number, sizeof number);
	item = mem_find(&m->tables[BOOK_ITEMS], sim_key(m->arena, merchant, span_bytes(both, sizeof both)));
	*open = item != NULL ? item->open : 0;
	return item != NULL;
}

static bool memory_rest(struct memory *m, struct rng *r, struct arena *arena, struct message *to)
{
	(void)r;
	(void)arena;
	(void)to;
	bank_deliver_all(m);
	return false;
}

static bool memory_holds(const struct book *book, const struct need *need)
{
	return need_holds(need, book);
}

static struct shelf *memory_shelves(struct book *book, size_t *n)
{
	*n = BOOK_SHELVES;
	return book->shelves;
}

static const char *const topics[] = { "dunlin.invoices.v1", "dunlin.payments.v1", "dunlin.customers.v1", NULL };

const struct core reconciliation_core = {
	.name = "reconciliation",
	.kinds = reconciliation_kinds,
	.handlers = reconciliation_handlers,
	.topics = topics,
	.open = memory_open,
	.book = memory_book,
	.find = sim_find,
	.fetch = sim_fetch,
	.save = memory_save,
	.check_locks = sim_check_locks,
	.holds = memory_holds,
	.mark = book_mark,
	.restore = book_restore,
	.due = sim_due,
	.next = sim_next,
	.operate = reconciliation_operate,
	.rest = memory_rest,
	.expect = memory_expect,
	.quiet = sim_quiet,
	.item = memory_item,
	.shelves = memory_shelves,
};
