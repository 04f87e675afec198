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

/* What is lacking goes from what is owed with its share of tax, what is too much from what is the customer's. */
static enum err post_from(struct ledger *l, const struct difference *d, int64_t minor, struct why *why)
{
	const struct difference_row *row = difference_row(d->kind);
	if (d->kind != DIFFERENCE_OVER)
		return invoice_post_given_up(l, book_invoice(l->book, l->merchant, d->invoice), row->account, row->takes_tax, minor, why);
	ledger_post(l, chart_account(l->arena, CHART_UNAPPLIED, SPAN("")), chart_account(l->arena, row->account, SPAN("")),
		(struct money){ minor, d->currency });
	return OK;
}

/* In the ledger; below 0 takes it back. The cause is put back: what follows is the caller's. */
static enum err post(struct ledger *l, const struct difference *d, int64_t minor, struct why *why)
{
	enum cause cause = l->cause;
	struct uuid cause_id = l->cause_id;
	struct span customer = l->customer;
	l->cause = difference_row(d->kind)->cause;
	l->cause_id = d->id;
	l->customer = d->customer;
	enum err err = post_from(l, d, minor, why);
	l->cause = cause;
	l->cause_id = cause_id;
	l->customer = customer;
	return err;
}

static void keep(struct ledger *l, const struct difference *d, int64_t minor)
{
	struct receipt *r = ledger_receipt(l, d->receipt);
	r->unapplied -= minor;
	r->kept += minor;
	ledger_credit(l, d->customer, (struct money){ -minor, d->currency }, minor > 0 ? TOLD_ALLOCATION : TOLD_REVERSAL, r->id);
}

/* The item stands as if `minor` more, or less, of it were given up; or the receipt, as if so much were kept. */
static void settle(struct ledger *l, const struct difference *d, int64_t minor)
{
	if (d->kind == DIFFERENCE_OVER) {
		keep(l, d, minor);
		return;
	}
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

static enum err grant_items(
	struct ledger *l, const struct difference *of, const struct open_item **items, size_t n, int64_t left, struct why *why)
{
	for (size_t i = 0; i < n && left; i++) {
		int64_t minor = least(left, items[i]->open);
		if (minor <= 0)
			continue;
		TRY(grant_item(l, of, items[i], minor, why));
		left -= minor;
	}
	return OK;
}

/* It names the first part: it is none's of them. */
static enum err grant_over(
	struct ledger *l, const struct difference *of, const struct open_item **items, size_t n, int64_t over, struct why *why)
{
	int64_t minor = least(over, book_receipt(l->book, l->merchant, of->receipt)->unapplied);
	return n && minor > 0 ? grant_item(l, of, items[0], minor, why) : OK;
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
	size_t n = invoice_items(l, v, &items);
	return (found.kind == DIFFERENCE_OVER ? grant_over : grant_items)(l, &of, items, n, found.minor, why);
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

/* As much of it as can stand again. */
static int64_t room_for(const struct ledger *l, const struct difference *d)
{
	const struct open_item *item = book_item(l->book, l->merchant, d->invoice, d->part);
	if (d->kind == DIFFERENCE_OVER)
		return least(d->undone, book_receipt(l->book, l->merchant, d->receipt)->unapplied);
	return item ? least(d->undone, item->open) : 0;
}

int64_t difference_was_kept(const struct ledger *l, struct uuid receipt)
{
	const struct difference *d;
	int64_t minor = 0;
	for (size_t i = 0; (d = book_next(l->book, BOOK_DIFFERENCES, &i));)
		if (d->kind == DIFFERENCE_OVER && uuid_equal(d->receipt, receipt) && span_equal(d->merchant, l->merchant))
			minor += d->undone;
	return minor;
}

enum err difference_redo(struct ledger *l, struct uuid receipt, struct why *why)
{
	struct difference *d;
	for (size_t i = 0; (d = next_of(l, receipt, &i));) {
		int64_t minor = room_for(l, d);
		if (minor)
			TRY(change(l, d, minor, why));
		d->undone = 0;
	}
	return OK;
}

/* Given up of the item in that way. */
static bool is_given_up(const struct difference *d, int32_t part, bool discounts)
{
	return d->minor && d->part == part && d->kind != DIFFERENCE_OVER && (d->kind == DIFFERENCE_DISCOUNT) == discounts;
}

enum err difference_shrink(
	struct ledger *l, struct uuid invoice, int32_t part, bool discounts, int64_t minor, int64_t *taken, struct why *why)
{
	const struct difference *d;
	*taken = 0;
	for (size_t i = 0; *taken < minor && (d = book_next(l->book, BOOK_DIFFERENCES, &i));) {
		if (!is_given_up(d, part, discounts) || !uuid_equal(d->invoice, invoice) || !span_equal(d->merchant, l->merchant))
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

/* What is disputed, and the terms where they are the invoice's own. */
static struct span dispute_text(const struct ledger *l, const struct invoice *v, enum dispute dispute)
{
	struct discount terms = discount_read(v->discounts);
	const char *help = dispute_help(dispute);
	if (!terms.count)
		return span_of(help);
	struct span text = discount_text(l->arena, &terms, v->issued_on);
	return span_of(arena_printf(l->arena, "%s; the invoice grants %.*s", help, SPAN_ARG(text)));
}

void difference_dispute_open(struct ledger *l, struct uuid line, struct uuid invoice, enum dispute dispute)
{
	const struct invoice *v = book_invoice(l->book, l->merchant, invoice);
	const struct receipt *r = receipt_of(l, line, v->customer);
	int64_t open = invoice_open(l, v);
	if (!r || !open)
		return;
	exception_open(
		l, EXCEPTION_DISCOUNT_DISPUTED, r->id, v->customer, (struct money){ open, v->currency }, dispute_text(l, v, dispute));
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

struct found_difference difference_over(const struct ledger *l, struct currency currency, int64_t open, int64_t paid)
{
	struct difference_policy p = difference_policy_of(l, currency);
	struct found_difference found = difference_find(&p, &(struct settling){ .open = open, .paid = paid });
	return found.kind == DIFFERENCE_OVER ? found : (struct found_difference){ DIFFERENCE_NONE, 0 };
}
