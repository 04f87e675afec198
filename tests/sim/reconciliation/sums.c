#include "rows.h"

#include <string.h>

/* What must add up: the terms of items, receipts and credits, and both sums of the design, from the rows and from the journal. */

struct sums {
	struct counters counted;
	int64_t journal[TERM_COUNT];
	int64_t exchanged, fx_position; /* both legs of what banks exchanged: by the rows, by the journal */
};

void sums_open(struct memory *m)
{
	mem_open(&m->counters, m->arena, sizeof(struct sums), "sums");
}

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

void saved_item(void *ctx, const void *old, const void *now, struct mem_row *row)
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
	s->counted.minor[TERM_KEPT] += sign * r->kept;
	s->counted.minor[TERM_RECEIVED] += r->kind != RECEIPT_BANK ? sign * r->amount : 0;
	s->exchanged += r->kind == RECEIPT_EXCHANGED ? sign * r->amount : 0;
}

void saved_receipt(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct receipt *was = old, *r = now;

	SIM_HOLDS(r->amount == r->allocated + r->unapplied + r->refunded + r->kept, "receipt_sum", "a receipt's terms are not its amount");
	SIM_HOLDS(r->allocated >= 0 && r->unapplied >= 0 && r->refunded >= 0 && r->kept >= 0 && r->amount >= 0, "receipt_negative",
		"a term of a receipt is below 0");
	if (r->kind == RECEIPT_EXCHANGED && (was == NULL || r->amount < was->amount))
		cover(was == NULL ? "exchange: received" : "exchange: taken back");
	if (was != NULL)
		count_receipt(sums_of(m, was->merchant, was->currency), was, -1);
	count_receipt(sums_of(m, r->merchant, r->currency), r, 1);
	if (was != NULL)
		return;
	mem_index_add(&m->receipts_of_source, sim_key_uuid(m->arena, r->merchant, r->source), row);
	mem_index_add(&m->receipts_of_customer, sim_key(m->arena, r->merchant, r->customer), row);
}

/* The sums of what stands, beside the rows that say them. */
void saved_allocation(void *ctx, const void *old, const void *now, struct mem_row *row)
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
	SIM_HOLDS(a->undone == 0 || (a->minor == 0 && !uuid_is_zero(a->beside)), "allocation_stands",
		"an allocation stands and is undone at once");
	if (!uuid_is_zero(a->beside) && change != 0)
		cover(change > 0 ? "credit note: deducted" : "credit note: no longer deducted");
	SIM_HOLDS(receipt != NULL && of != NULL, "allocation_of_nothing", "an allocation has no receipt or no item");
	receipt->sum += change;
	of->sum += change;
	if (was != NULL)
		return;
	mem_index_add(&m->allocations_of_receipt, sim_key_uuid(m->arena, a->merchant, a->receipt), row);
	mem_index_add(&m->allocations_of_invoice, sim_key_uuid(m->arena, a->merchant, a->invoice), row);
	if (!uuid_is_zero(a->beside))
		mem_index_add(&m->allocations_beside, sim_key_uuid(m->arena, a->merchant, a->beside), row);
}

void saved_credit(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct credit *was = old, *c = now;

	SIM_HOLDS(c->unapplied >= 0, "credit_negative", "a customer's unapplied cash is below 0");
	sums_of(m, c->merchant, c->currency)->counted.minor[TERM_UNAPPLIED] += c->unapplied - (was != NULL ? was->unapplied : 0);
	if (was == NULL)
		mem_index_add(&m->credits_of_customer, sim_key(m->arena, c->merchant, c->customer), row);
}
void sums_line(struct memory *m, const struct line *l, int64_t sign)
{
	struct sums *s = sums_of(m, l->merchant, l->amount.currency);
	int64_t left = l->amount.minor - l->returned;

	s->exchanged -= l->as == LINE_AS_EXCHANGED ? sign * left : 0;
	if (l->amount.minor <= 0 || l->state == LINE_STAGED || l->state == LINE_KNOWN || l->state == LINE_UNDONE ||
		(l->as != LINE_AS_NOTHING && l->as != LINE_AS_RECEIPTS))
		return;
	s->counted.minor[TERM_RECEIVED] += sign * left;
	s->counted.minor[TERM_UNIDENTIFIED] += l->state == LINE_WAITING ? sign * left : 0;
}

/* ---- the journal ---- */

static void keep_entry(struct memory *m, const struct transfer *t)
{
	struct posted p = { *t, (int64_t)m->journal.rows.count + 1 };

	mem_put(&m->journal, span_copy(m->arena, span_bytes(&p.entry, sizeof p.entry)), &p);
	seals_posted(m, &p);
}

static void post(struct memory *m, const struct transfer *t)
{
	const struct flow flow = { t->amount.currency, t->debit, t->credit, t->cause, t->amount.minor };
	struct sums *sums = sums_of(m, t->merchant, t->amount.currency);
	struct proof_row *row;

	SIM_HOLDS(t->amount.minor > 0 && !span_equal(t->debit, t->credit), "transfer", "a transfer of nothing, or to itself");
	SIM_HOLDS(proof_make(m->arena, &flow, 1, NULL, 0, &row) == 1 && row->balances, "transfer_balance", "a transfer does not balance");
	for (int i = 0; i < TERM_COUNT; i++)
		sums->journal[i] += row->journal[i];
	sums->fx_position += span_is(t->debit, "fx_position") ? t->amount.minor : span_is(t->credit, "fx_position") ? -t->amount.minor : 0;
	keep_entry(m, t);
	mem_put(&m->cash, sim_key(m->arena, t->merchant, t->debit), "")->sum += t->amount.minor;
	mem_put(&m->cash, sim_key(m->arena, t->merchant, t->credit), "")->sum -= t->amount.minor;
}

void sums_post(struct memory *m, const struct book *book)
{
	const struct transfer *t;

	for (size_t i = 0; (t = book_next(book, BOOK_TRANSFERS, &i));)
		post(m, t);
}

/* I1, and both sums of the design: each term from the journal and from the counters. */
static void check_terms(struct memory *m)
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
		SIM_HOLDS(
			c[TERM_RECEIVED] == c[TERM_ALLOCATED] + c[TERM_UNAPPLIED] + c[TERM_UNIDENTIFIED] + c[TERM_REFUNDED] + c[TERM_KEPT],
			"received", "received is not allocated, unapplied, unidentified, refunded and kept");
		SIM_HOLDS(s->counted.receipts_allocated == c[TERM_ALLOCATED] && s->counted.receipts_unapplied == c[TERM_UNAPPLIED],
			"receipts", "receipts do not say what items and credits say");
		SIM_HOLDS(s->exchanged == s->fx_position, "exchanged", "fx_position is not what lines brought and receipts took");
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

/* What is kept of a receipt is what stands of its differences of that kind. */
static void check_kept(struct memory *m, const struct receipt *r)
{
	const struct mem_rows *rows = mem_index_find(&m->differences_of_receipt, sim_key_uuid(m->arena, r->merchant, r->id));
	int64_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct difference *d = rows->at[i]->value;

		kept += d->kind == DIFFERENCE_OVER ? d->minor : 0;
	}
	SIM_HOLDS(r->kept == kept, "receipt_kept", "of a receipt something else is kept than its differences say");
}

/* What stands against an item, and of a receipt, is the sum of allocations. */
static void check_allocations(struct memory *m, const struct book *book)
{
	const struct mem_row *row;

	for (size_t i = 0; (row = changed(m, book, BOOK_ITEMS, &i)) != NULL;)
		SIM_HOLDS(((const struct open_item *)row->value)->allocated == row->sum, "item_allocated",
			"an item is allocated %lld, the allocations say %lld", (long long)((const struct open_item *)row->value)->allocated,
			(long long)row->sum);
	for (size_t i = 0; (row = changed(m, book, BOOK_RECEIPTS, &i)) != NULL;) {
		SIM_HOLDS(((const struct receipt *)row->value)->allocated == row->sum, "receipt_allocated",
			"a receipt is allocated something else than its allocations say");
		check_kept(m, row->value);
	}
}

static int64_t sum_at(const struct memory *m, struct span key)
{
	const struct mem_row *row = mem_row(&m->cash, key);

	return row != NULL ? row->sum : 0;
}

/* The books have the cash that the bank's accepted lines are, and what the chains say. */
static void check_cash(struct memory *m)
{
	const struct mem_rows *accounts = &m->tables[BOOK_ACCOUNTS].rows;

	for (size_t i = 0; i < accounts->count; i++) {
		const struct account *a = accounts->at[i]->value;
		struct span name = span_of(arena_printf(m->arena, "cash:%s", uuid_text(m->arena, a->id)));
		int64_t lines = sum_at(m, sim_key_uuid(m->arena, a->merchant, a->id)),
			cash = sum_at(m, sim_key(m->arena, a->merchant, name));

		SIM_HOLDS(cash == a->chain.opening + lines, "cash", "%.*s holds %lld, opening and lines are %lld", SPAN_ARG(name),
			(long long)cash, (long long)(a->chain.opening + lines));
		SIM_HOLDS(!a->chain.started || a->chain.opening + a->chain.line_sum + a->chain.gap_sum == a->chain.closing, "chain",
			"opening, lines and gaps are not the closing of an account");
	}
}

void sums_check(struct memory *m, const struct book *book)
{
	check_allocations(m, book);
	check_terms(m);
	check_cash(m);
}
