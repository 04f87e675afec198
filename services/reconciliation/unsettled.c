#include "unsettled.h"

#include "ledger.h"

struct date settlement_day(struct date paid)
{
	struct date day;
	return date_add_days(paid, SETTLEMENT_DAYS, &day) == OK ? day : paid;
}

int64_t settlement_lacks(const struct settlement *s, const struct receipt *r)
{
	int64_t lacks = r->amount - r->refunded - s->named;
	return s->exchanged || s->hidden || lacks < 0 ? 0 : lacks;
}

void unsettled_expect(struct ledger *l, const struct attempt *a)
{
	struct receipt *r = ledger_receipt(l, a->id);
	r->provider_account = a->provider_account;
	r->provider_payment = a->provider_payment;
	r->settle_by = settlement_day(book_day(l->book, l->merchant, l->now));
	r->unsettled = true;
}

static struct span detail_of(const struct ledger *l, const struct receipt *r)
{
	struct span ref = r->provider_payment.size ? r->provider_payment : SPAN("it");
	return span_of(arena_printf(l->arena, "paid on %s, %.*s was to be in a payout by %s", date_text(l->arena, r->value_date),
		SPAN_ARG(ref), date_text(l->arena, r->settle_by)));
}

void unsettled_look(struct ledger *l, struct uuid id)
{
	struct span key = book_key_uuid(l->book, l->merchant, id);
	const struct receipt *found = book_find(l->book, BOOK_RECEIPTS, key);
	const struct settlement *s = book_find(l->book, BOOK_SETTLEMENTS, key);
	if (!found || !s || !found->unsettled)
		return;
	struct receipt *r = book_edit(l->book, BOOK_RECEIPTS, key);
	int64_t lacks = settlement_lacks(s, r);
	r->unsettled = false;
	if (lacks)
		exception_open(l, EXCEPTION_PAYMENT_NOT_PAID_OUT, id, payout_stream(l->arena, r->provider_account),
			(struct money){ lacks, r->currency }, detail_of(l, r));
	else if (!s->hidden)
		exception_close(l, EXCEPTION_PAYMENT_NOT_PAID_OUT, id, l->by);
}

void unsettled_lower(struct ledger *l, struct uuid id, struct money by)
{
	struct span key = book_key_part(l->book, l->merchant, id, EXCEPTION_PAYMENT_NOT_PAID_OUT);
	const struct exception *e = book_find(l->book, BOOK_EXCEPTIONS, key);
	if (!e || !e->open)
		return;
	struct money rest = e->amount;
	rest.minor -= by.minor < 0 ? -by.minor : by.minor;
	if (currency_equal(by.currency, rest.currency) && rest.minor > 0)
		exception_open(l, EXCEPTION_PAYMENT_NOT_PAID_OUT, id, e->stream, rest, e->detail);
	else
		exception_close(l, EXCEPTION_PAYMENT_NOT_PAID_OUT, id, l->by);
}
