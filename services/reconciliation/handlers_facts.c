#include <string.h>

#include "handlers_inside.h"

/* Facts of other services. The merchant and the stream are the key's; the unit locks the stream. */

static struct span merchant_of(const struct message *m)
{
	struct span merchant = SPAN(""), ref;
	if (message_key(m->key, &merchant, &ref) != OK)
		return SPAN("");
	return merchant;
}

static struct span stream_of(const struct message *m)
{
	struct span merchant, ref = SPAN("");
	if (message_key(m->key, &merchant, &ref) != OK)
		return SPAN("");
	return ref;
}

static void need_stream(const struct message *m, struct need *need)
{
	need_key(need, KIND_CUSTOMER, merchant_of(m), stream_of(m));
}

/* ---- invoices ---- */

enum err read_invoice(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct invoice_issued, wire_read_invoice);
}

enum err need_invoice(const struct message *m, struct need *need, struct why *why)
{
	const struct invoice_issued *i = m->body;
	(void)why;
	need_stream(m, need);
	want_id(need, WANT_INVOICE, i->invoice.merchant, &i->invoice.id);
	return OK;
}

enum err apply_invoice(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct invoice_issued *i = m->body;
	struct ledger l = ledger_open(book, say, now, i->invoice.merchant, i->day);
	TRY(invoice_issue(&l, i, why));
	ledger_tell(&l);
	return OK;
}

enum err read_credit_note(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct credit_note, wire_read_credit_note);
}

enum err need_credit_note(const struct message *m, struct need *need, struct why *why)
{
	const struct credit_note *c = m->body;
	(void)why;
	need_stream(m, need);
	want_id(need, WANT_INVOICE, c->merchant, &c->invoice);
	want_id(need, WANT_CREDIT_NOTE, c->merchant, &c->id);
	return OK;
}

enum err apply_credit_note(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct credit_note *c = m->body;
	struct ledger l = ledger_open(book, say, now, c->merchant, c->day);
	TRY(credit_note_issue(&l, c, why));
	ledger_tell(&l);
	return OK;
}

/* ---- payments ---- */

enum err read_payment(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct attempt, wire_read_payment);
}

static void need_attempt(const struct message *m, const struct attempt *a, struct need *need)
{
	struct span merchant = merchant_of(m);
	need_stream(m, need);
	want_id(need, WANT_RECEIPT, merchant, &a->id);
	for (size_t i = 0; i < a->item_count; i++)
		want_id(need, WANT_INVOICE, merchant, &a->items[i].invoice);
	need_want(need, WANT_MERCHANT, merchant, SPAN(""));
}

enum err need_payment(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	need_attempt(m, m->body, need);
	return OK;
}

/* The day on which the payer paid, where the merchant is. */
static struct attempt dated(const struct book *book, struct span merchant, const struct attempt *a)
{
	struct attempt dated = *a;
	dated.value_date = book_day(book, merchant, a->value_time);
	return dated;
}

enum err apply_payment(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct span merchant = merchant_of(m);
	struct attempt a = dated(book, merchant, m->body);
	struct ledger l = ledger_open(book, say, now, merchant, a.value_date);
	TRY(payment_succeed(&l, &a, why));
	ledger_tell(&l);
	return OK;
}

enum err read_refund(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct refunded, wire_read_refund);
}

enum err need_refund(const struct message *m, struct need *need, struct why *why)
{
	const struct refunded *r = m->body;
	struct span merchant = merchant_of(m);
	(void)why;
	need_attempt(m, &r->attempt, need);
	want_id(need, WANT_REFUND, merchant, &r->id);
	need_want(need, WANT_UNAPPLIED, merchant, r->attempt.customer);
	/* What no payout named is waited for no longer: that is under the lock of the payouts. */
	need_key(need, KIND_CUSTOMER, merchant, payout_stream(need->arena, r->attempt.provider_account));
	for (size_t i = 0; i < r->item_count; i++)
		want_id(need, WANT_INVOICE, merchant, &r->items[i].invoice);
	return OK;
}

enum err apply_refund(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct span merchant = merchant_of(m);
	struct refunded r = *(const struct refunded *)m->body;
	r.attempt = dated(book, merchant, &r.attempt);
	struct ledger l = ledger_open(book, say, now, merchant, book_day(book, merchant, now));
	TRY(payment_refund(&l, &r, why));
	ledger_tell(&l);
	return OK;
}

/* ---- payouts ---- */

enum err read_payout_lines(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct payout_lines, wire_read_payout_lines);
}

enum err need_payout_lines(const struct message *m, struct need *need, struct why *why)
{
	const struct payout_lines *p = m->body;
	struct span merchant = merchant_of(m);
	(void)why;
	need_stream(m, need);
	need_want(need, WANT_MERCHANT, merchant, SPAN(""));
	want_id(need, WANT_PAYOUT, merchant, &p->id);
	int32_t ends[2] = { INT32_MAX, 0 };
	for (size_t i = 0; i < p->count; i++) {
		ends[0] = p->lines[i].number < ends[0] ? p->lines[i].number : ends[0];
		ends[1] = p->lines[i].number > ends[1] ? p->lines[i].number : ends[1];
		if (!uuid_is_zero(p->lines[i].attempt))
			want_id(need, WANT_SUBJECT, merchant, &p->lines[i].attempt);
	}
	char *range = arena_raw(need->arena, sizeof(p->id.b) + sizeof(ends));
	memcpy(range, p->id.b, sizeof(p->id.b));
	memcpy(range + sizeof(p->id.b), ends, sizeof(ends));
	need_want(need, WANT_PAYOUT_LINES, merchant, span_bytes(range, sizeof(p->id.b) + sizeof(ends)));
	return OK;
}

enum err apply_payout_lines(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct span merchant = merchant_of(m);
	struct ledger l = ledger_open(book, say, now, merchant, book_day(book, merchant, now));
	TRY(payout_add_lines(&l, m->body, why));
	ledger_tell(&l);
	return OK;
}

enum err read_payout_paid(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct payout_paid, wire_read_payout_paid);
}

enum err need_payout_paid(const struct message *m, struct need *need, struct why *why)
{
	const struct payout_paid *p = m->body;
	(void)why;
	need_stream(m, need);
	want_id(need, WANT_PAYOUT, merchant_of(m), &p->id);
	return OK;
}

enum err apply_payout_paid(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct payout_paid *p = m->body;
	struct ledger l = ledger_open(book, say, now, merchant_of(m), p->arrival);
	TRY(payout_pay(&l, p, why));
	ledger_tell(&l);
	return OK;
}

/* ---- customers and merchants ---- */

enum err read_customer(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct customer_changed, wire_read_customer);
}

enum err need_customer(const struct message *m, struct need *need, struct why *why)
{
	(void)why;
	need_stream(m, need);
	need_want(need, WANT_CUSTOMER, merchant_of(m), stream_of(m));
	return OK;
}

enum err apply_customer(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	struct span merchant = merchant_of(m);
	struct ledger l = ledger_open(book, say, now, merchant, book_day(book, merchant, now));
	(void)why;
	customer_change(&l, m->body);
	return OK;
}

enum err read_merchant(struct message *m, struct arena *arena, struct why *why)
{
	READ(struct merchant, wire_read_merchant);
}

enum err need_merchant(const struct message *m, struct need *need, struct why *why)
{
	const struct merchant *told = m->body;
	(void)why;
	need_stream(m, need);
	if (told->revision)
		need_find(need, FIND_ZONE, told->id, told->zone_name);
	need_want(need, WANT_MERCHANT, merchant_of(m), SPAN(""));
	return OK;
}

enum err apply_merchant(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct merchant *told = m->body;
	struct span key = book_key(book, told->id, SPAN(""));
	const struct merchant *old = book_find(book, BOOK_MERCHANTS, key);
	(void)now, (void)say, (void)why;
	if (!told->revision || (old && old->revision >= told->revision))
		return OK;
	struct merchant *now_is = old ? book_edit(book, BOOK_MERCHANTS, key) : book_add(book, BOOK_MERCHANTS, key);
	*now_is = *told;
	now_is->zone = book_zone(book, told->zone_name);
	return OK;
}
