#include "rows.h"

/* Payments and the payouts that name them: what the store finds and fetches of them, and what holds at rest. */

void saved_payout_line(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct payout_line *l = now;

	SIM_HOLDS(old == NULL, "payout_line_changed", "a payout's line was changed");
	if (!uuid_is_zero(l->attempt))
		mem_index_add(&m->lines_of_attempt, sim_key_uuid(m->arena, l->merchant, l->attempt), row);
	else if (l->provider_payment.size)
		mem_index_add(&m->lines_of_payment, sim_key(m->arena, l->merchant, l->provider_payment), row);
}

static void add_named(struct settlement *s, const struct receipt *r, const struct mem_rows *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		const struct payout_line *l = lines->at[i]->value;

		if (l->is_refund)
			continue;
		if (currency_equal(l->currency, r->currency))
			s->named += l->gross < 0 ? -l->gross : l->gross;
		else
			s->exchanged = true;
	}
}

static bool is_hidden(const struct memory *m, const struct receipt *r)
{
	const struct mem_rows *rows = &m->tables[BOOK_PAYOUTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct payout *p = rows->at[i]->value;

		if (p->paid && p->line_count == 0 && !p->by_report && span_equal(p->merchant, r->merchant) &&
			span_equal(p->provider_account, r->provider_account) && date_compare(p->arrival, r->value_date) >= 0 &&
			date_compare(p->arrival, r->settle_by) <= 0)
			return true;
	}
	return false;
}

static struct settlement settlement_of(struct memory *m, const struct receipt *r)
{
	struct settlement s = { .merchant = r->merchant, .receipt = r->id, .hidden = is_hidden(m, r) };

	add_named(&s, r, mem_index_find(&m->lines_of_attempt, sim_key_uuid(m->arena, r->merchant, r->source)));
	if (r->provider_payment.size)
		add_named(&s, r, mem_index_find(&m->lines_of_payment, sim_key(m->arena, r->merchant, r->provider_payment)));
	return s;
}

void sim_find_settlement(struct memory *m, struct need *need, const struct find *what)
{
	const struct receipt *r = mem_find(&m->tables[BOOK_RECEIPTS], sim_key(m->arena, what->merchant, what->text));
	struct span id;

	if (r == NULL)
		return;
	id = span_copy(need->arena, what->text);
	need_key(need, KIND_CUSTOMER, r->merchant, r->customer);
	need_key(need, KIND_CUSTOMER, r->merchant, payout_stream(need->arena, r->provider_account));
	need_want(need, WANT_RECEIPT, r->merchant, id);
	need_want(need, WANT_SETTLEMENT, r->merchant, id);
}

void sim_fetch_settlement(struct memory *m, struct book *book, const struct want *w)
{
	struct span key = sim_key(m->arena, w->merchant, w->id);
	const struct receipt *r = mem_find(&m->tables[BOOK_RECEIPTS], key);
	struct settlement s;

	if (r == NULL || shelf_is_loaded(&book->shelves[BOOK_SETTLEMENTS], key))
		return;
	s = settlement_of(m, r);
	shelf_put(&book->shelves[BOOK_SETTLEMENTS], key, &s);
}

static const struct exception *exception_of(struct memory *m, const struct receipt *r)
{
	const struct mem_rows *rows = mem_index_find(&m->exceptions_of_subject, sim_key_uuid(m->arena, r->merchant, r->id));

	for (size_t i = 0; i < rows->count; i++)
		if (((const struct exception *)rows->at[i]->value)->kind == EXCEPTION_PAYMENT_NOT_PAID_OUT)
			return rows->at[i]->value;
	return NULL;
}

/* What was looked at is named by payouts, went back, or was somebody's exception: open ones are of what lacks today. */
void settlements_quiet(struct memory *m)
{
	const struct mem_rows *rows = &m->tables[BOOK_RECEIPTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct receipt *r = rows->at[i]->value;
		const struct exception *e;
		struct settlement s;
		int64_t lacks;

		if (r->kind != RECEIPT_PROVIDER || r->unsettled)
			continue;
		e = exception_of(m, r);
		s = settlement_of(m, r);
		lacks = settlement_lacks(&s, r);
		SIM_HOLDS(e != NULL || lacks == 0, "not_paid_out", "%lld of a payment are in no payout, and nobody is told",
			(long long)lacks);
		SIM_HOLDS(e == NULL || !e->open || e->amount.minor == lacks, "not_paid_out_amount",
			"an exception says that %lld of a payment are in no payout, and %lld are", (long long)(e ? e->amount.minor : 0),
			(long long)lacks);
	}
}
