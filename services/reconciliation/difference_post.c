#include "ledger.h"
#include "match/difference.h"

/* Differences in the books: granted, taken back, and there again. */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static struct span key_of(const struct ledger *l, struct uuid id)
{
	return book_key_uuid(l->book, l->merchant, id);
}

static enum told_cause told_of(enum difference_kind kind)
{
	return kind == DIFFERENCE_DISCOUNT ? TOLD_DISCOUNT : kind == DIFFERENCE_CHARGES ? TOLD_CHARGES : TOLD_WRITE_OFF;
}

/* Where it counts: in the item, and in the ledger with its share of tax; below 0 takes it back. The cause is put back: what follows is the caller's. */
static enum err post(struct ledger *l, const struct difference *d, int64_t minor, struct why *why)
{
	const struct difference_row *row = difference_row(d->kind);
	const struct invoice *v = book_invoice(l->book, l->merchant, d->invoice);
	enum cause cause = l->cause;
	struct uuid cause_id = l->cause_id;
	struct span customer = l->customer;
	l->cause = row->cause;
	l->cause_id = d->id;
	l->customer = d->customer;
	enum err err = invoice_post_given_up(l, v, row->account, row->takes_tax, minor, why);
	l->cause = cause;
	l->cause_id = cause_id;
	l->customer = customer;
	return err;
}

/* The item stands as if `minor` more, or less, of it were given up. */
static void settle(struct ledger *l, const struct difference *d, int64_t minor)
{
	struct open_item *item = ledger_item(l, d->invoice, d->part, told_of(d->kind), d->id);
	item->open -= minor;
	*(d->kind == DIFFERENCE_DISCOUNT ? &item->discounted : &item->written_off) += minor;
}

/* The whole is posted back and the rest anew, so that the shares of tax come out to the cent. */
static enum err change(struct ledger *l, struct difference *d, int64_t minor, struct why *why)
{
	if (d->minor)
		TRY(post(l, d, -d->minor, why));
	settle(l, d, minor - d->minor);
	d->minor = minor;
	return minor ? post(l, d, minor, why) : OK;
}

static enum err grant_item(struct ledger *l, const struct difference *of, const struct open_item *item, int64_t minor, struct why *why)
{
	struct uuid id = say_id(l->say);
	struct difference *d = book_add(l->book, BOOK_DIFFERENCES, key_of(l, id));
	*d = *of;
	d->id = id;
	d->part = item->part;
	return change(l, d, minor, why);
}

enum err difference_grant(
	struct ledger *l, struct uuid receipt, struct uuid line, struct uuid invoice, struct found_difference found, struct why *why)
{
	const struct invoice *v = book_invoice(l->book, l->merchant, invoice);
	const struct open_item **items;
	struct difference of = {
		.merchant = l->merchant,
		.customer = v->customer,
		.receipt = receipt,
		.line = line,
		.invoice = invoice,
		.currency = v->currency,
		.kind = found.kind,
	};
	int64_t left = found.minor;
	for (size_t i = 0, n = invoice_items(l, v, &items); i < n && left; i++) {
		int64_t minor = least(left, items[i]->open);
		if (minor <= 0)
			continue;
		TRY(grant_item(l, &of, items[i], minor, why));
		left -= minor;
	}
	return OK;
}

/* Those of a receipt; the shelf holds but what this batch's payments have. */
static struct difference *next_of(struct ledger *l, struct uuid receipt, size_t *i)
{
	const struct difference *d;
	while ((d = book_next(l->book, BOOK_DIFFERENCES, i)))
		if (uuid_equal(d->receipt, receipt) && span_equal(d->merchant, l->merchant))
			return book_edit(l->book, BOOK_DIFFERENCES, key_of(l, d->id));
	return NULL;
}

enum err difference_undo(struct ledger *l, struct uuid receipt, struct why *why)
{
	struct difference *d;
	for (size_t i = 0; (d = next_of(l, receipt, &i));) {
		if (!d->minor)
			continue;
		d->undone = d->minor;
		TRY(change(l, d, 0, why));
	}
	return OK;
}

enum err difference_redo(struct ledger *l, struct uuid receipt, struct why *why)
{
	struct difference *d;
	for (size_t i = 0; (d = next_of(l, receipt, &i));) {
		const struct open_item *item = book_item(l->book, l->merchant, d->invoice, d->part);
		int64_t minor = item ? least(d->undone, item->open) : 0;
		if (minor)
			TRY(change(l, d, minor, why));
		d->undone = 0;
	}
	return OK;
}

enum err difference_shrink(
	struct ledger *l, struct uuid invoice, int32_t part, bool discounts, int64_t minor, int64_t *taken, struct why *why)
{
	const struct difference *d;
	*taken = 0;
	for (size_t i = 0; *taken < minor && (d = book_next(l->book, BOOK_DIFFERENCES, &i));) {
		if (!d->minor || d->part != part || (d->kind == DIFFERENCE_DISCOUNT) != discounts || !uuid_equal(d->invoice, invoice) ||
			!span_equal(d->merchant, l->merchant))
			continue;
		int64_t take = least(minor - *taken, d->minor);
		TRY(change(l, book_edit(l->book, BOOK_DIFFERENCES, key_of(l, d->id)), d->minor - take, why));
		*taken += take;
	}
	return OK;
}

/* ---- disputes ---- */

static const struct receipt *receipt_of(const struct ledger *l, struct uuid line, struct span customer)
{
	const struct receipt *r;
	for (size_t i = 0; i < l->receipt_count; i++) {
		r = l->receipts[i].receipt;
		if (uuid_equal(r->source, line) && span_equal(r->customer, customer))
			return r;
	}
	return NULL;
}

void difference_dispute_open(struct ledger *l, struct uuid line, struct uuid invoice, enum dispute dispute)
{
	const struct invoice *v = book_invoice(l->book, l->merchant, invoice);
	const struct receipt *r = receipt_of(l, line, v->customer);
	int64_t open = invoice_open(l, v);
	if (!r || !open)
		return;
	exception_open(
		l, EXCEPTION_DISCOUNT_DISPUTED, r->id, v->customer, (struct money){ open, v->currency }, span_of(dispute_help(dispute)));
	exception_suggest(l, EXCEPTION_DISCOUNT_DISPUTED, r->id, SUGGEST_GRANT_DISCOUNT, invoice, SPAN(""));
}

/* It was told before, so that something may be disputed of it. */
static bool is_settled_now(const struct open_item *item)
{
	return !item->open && item->revision > 1;
}

static void settle_of(struct ledger *l, const struct open_item *item)
{
	const struct exception *e;
	for (size_t i = 0; (e = book_next(l->book, BOOK_EXCEPTIONS, &i));)
		if (e->open && e->kind == EXCEPTION_DISCOUNT_DISPUTED && uuid_equal(e->suggested, item->invoice) &&
			span_equal(e->merchant, l->merchant))
			exception_close(l, e->kind, e->subject, l->by);
}

void difference_dispute_settle(struct ledger *l)
{
	for (size_t i = 0; i < l->receipt_count; i++)
		if (!l->receipts[i].receipt->allocated)
			exception_close(l, EXCEPTION_DISCOUNT_DISPUTED, l->receipts[i].receipt->id, l->by);
	for (size_t i = 0; i < l->item_count; i++)
		if (is_settled_now(l->items[i].item))
			settle_of(l, l->items[i].item);
}

/* ---- policy ---- */

struct difference_policy difference_policy_of(const struct ledger *l, struct currency currency)
{
	const struct difference_policy *p = book_find(l->book, BOOK_POLICIES, book_key(l->book, l->merchant, span_of(currency.code)));
	return p ? *p : difference_default(l->merchant, currency);
}
