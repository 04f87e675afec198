#include "open_item.h"

#include <stdlib.h>

#include "ledger.h"
#include "match/difference.h"

static struct money in(struct currency currency, int64_t minor)
{
	return (struct money){ minor, currency };
}

static int compare_items(const void *one, const void *other)
{
	const struct open_item *a = *(const struct open_item *const *)one, *b = *(const struct open_item *const *)other;
	int by_due = date_compare(a->due, b->due);
	return by_due ? by_due : (a->part > b->part) - (a->part < b->part);
}

size_t invoice_items(const struct ledger *l, const struct invoice *invoice, const struct open_item ***out)
{
	const struct open_item **items = arena_array(l->arena, sizeof(*items), (size_t)invoice->parts + 1);
	size_t n = 0;
	for (int32_t part = 1; part <= invoice->parts; part++) {
		const struct open_item *item = book_item(l->book, l->merchant, invoice->id, part);
		if (item)
			items[n++] = item;
	}
	qsort(items, n, sizeof(*items), compare_items);
	*out = items;
	return n;
}

int64_t invoice_open(const struct ledger *l, const struct invoice *invoice)
{
	const struct open_item **items;
	int64_t open = 0;
	for (size_t i = 0, n = invoice_items(l, invoice, &items); i < n; i++)
		open += items[i]->open;
	return open;
}

bool share_next(struct span *rest, struct tax_share *share)
{
	struct span line, minor;
	if (!rest->size)
		return false;
	span_cut(*rest, '\n', &line, rest);
	if (!span_cut(line, ' ', &share->category, &minor) || span_int64(minor, &share->minor) != OK)
		bug("share '%.*s'", SPAN_ARG(line));
	return true;
}

void share_add(struct text *t, struct span word, int64_t minor)
{
	text_printf(t, "%s%.*s %lld", t->size ? "\n" : "", SPAN_ARG(word), (long long)minor);
}

/* ---- issue ---- */

/* Net and taxes make the gross, and so do the parts. */
static enum err check_sums(struct currency currency, int64_t net, int64_t gross, struct span taxes, struct span parts, struct why *why)
{
	struct money sum = in(currency, net), part = in(currency, 0);
	struct tax_share share;
	while (share_next(&taxes, &share))
		TRY(money_add(sum, in(currency, share.minor), &sum, why));
	while (share_next(&parts, &share))
		TRY(money_add(part, in(currency, share.minor), &part, why));
	if (sum.minor != gross || part.minor != gross)
		return why_field(why, ERR_INVALID, "sums_differ", "gross", "net and tax, or the parts, do not make the gross amount");
	return OK;
}

static void add_reference(struct ledger *l, const struct invoice *v, enum reference_kind kind, struct span token)
{
	struct span key = book_key_reference(l->book, l->merchant, token, v->id);
	if (book_find(l->book, BOOK_REFERENCES, key))
		return;
	struct reference *r = book_add(l->book, BOOK_REFERENCES, key);
	*r = (struct reference){ l->merchant, token, kind, v->id, v->customer };
}

/* Every word by which a payer can name it. */
static void add_references(struct ledger *l, const struct invoice *v)
{
	struct span token;
	if (reference_normalise_rf(l->arena, v->rf, &token))
		add_reference(l, v, REFERENCE_RF, token);
	if (reference_normalise(l->arena, v->number, &token))
		add_reference(l, v, REFERENCE_NUMBER, token);
	if (reference_normalise_tail(l->arena, v->number, &token))
		add_reference(l, v, REFERENCE_TAIL, token);
}

static void add_items(struct ledger *l, const struct invoice *v, const struct issued_part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct open_item *item = book_add(l->book, BOOK_ITEMS, book_key_part(l->book, l->merchant, v->id, parts[i].part));
		*item = (struct open_item){
			.merchant = l->merchant,
			.customer = v->customer,
			.invoice = v->id,
			.part = parts[i].part,
			.number = v->number,
			.due = parts[i].due,
			.currency = v->currency,
			.amount = parts[i].minor,
			.open = parts[i].minor,
		};
		ledger_item(l, v->id, parts[i].part, TOLD_INVOICE, v->id);
	}
}

/* Receivable against revenue and tax; `sign` -1 takes it back. */
static void post_document(struct ledger *l, struct currency currency, int64_t net, struct span taxes, int sign)
{
	struct tax_share share;
	struct span receivable = chart_account(l->arena, CHART_RECEIVABLE, SPAN(""));
	ledger_post(l, receivable, chart_account(l->arena, CHART_REVENUE, SPAN("")), in(currency, sign * net));
	while (share_next(&taxes, &share))
		ledger_post(l, receivable, chart_account(l->arena, CHART_TAX, share.category), in(currency, sign * share.minor));
}

static enum err credit(struct ledger *, const struct invoice *, const struct credit_note *, struct why *) MUST_CHECK;

/* What came before the invoice and waited for it. */
static enum err settle_waiting(struct ledger *l, const struct invoice *v, struct why *why)
{
	const struct credit_note *note;
	for (size_t i = 0; (note = book_next(l->book, BOOK_CREDIT_NOTES, &i));) {
		if (note->applied || !uuid_equal(note->invoice, v->id) || !span_equal(note->merchant, l->merchant))
			continue;
		struct credit_note *now = book_edit(l->book, BOOK_CREDIT_NOTES, book_key_uuid(l->book, l->merchant, note->id));
		now->applied = true;
		l->day = now->day;
		TRY(credit(l, v, now, why));
	}
	wanted_settle(l, v->id);
	return OK;
}

static enum err check_parts(const struct invoice_issued *issued, struct why *why)
{
	for (size_t i = 0; i < issued->part_count; i++)
		if (issued->parts[i].part != (int32_t)i + 1 || issued->parts[i].minor < 0)
			return why_field(why, ERR_INVALID, "part_invalid", "parts", "parts count from 1 and are not below 0");
	return issued->part_count ? OK : why_field(why, ERR_INVALID, "part_invalid", "parts", "there is no part");
}

enum err invoice_issue(struct ledger *l, const struct invoice_issued *issued, struct why *why)
{
	const struct invoice *old = book_invoice(l->book, l->merchant, issued->invoice.id);
	struct text parts;
	if (old && old->issued)
		return OK;
	TRY(check_parts(issued, why));
	text_init(&parts, l->arena);
	for (size_t i = 0; i < issued->part_count; i++)
		share_add(&parts, SPAN("part"), issued->parts[i].minor);
	TRY(check_sums(
		issued->invoice.currency, issued->invoice.net, issued->invoice.gross, issued->invoice.taxes, text_done(&parts), why));
	struct span key = book_key_uuid(l->book, l->merchant, issued->invoice.id);
	struct invoice *v = old ? book_edit(l->book, BOOK_INVOICES, key) : book_add(l->book, BOOK_INVOICES, key);
	*v = issued->invoice;
	v->merchant = l->merchant;
	v->issued = true;
	v->parts = (int32_t)issued->part_count;
	v->has_issued_on = true;
	v->issued_on = issued->day;
	l->customer = v->customer;
	l->cause = CAUSE_INVOICE;
	l->cause_id = v->id;
	post_document(l, v->currency, v->net, v->taxes, 1);
	add_items(l, v, issued->parts, issued->part_count);
	add_references(l, v);
	return old ? settle_waiting(l, v, why) : OK;
}

/* ---- write-off ---- */

/* The net and the tax of part of an invoice: shares of the whole, the largest remainder makes them sum. */
static enum err post_shares(struct ledger *l, const struct invoice *v, enum chart chart, int64_t minor, struct why *why)
{
	size_t n = 1, i = 0;
	struct tax_share share;
	for (struct span rest = v->taxes; share_next(&rest, &share);)
		n++;
	int64_t *weights = ARENA_ARRAY(l->arena, int64_t, n);
	struct money *shares = ARENA_ARRAY(l->arena, struct money, n);
	struct span receivable = chart_account(l->arena, CHART_RECEIVABLE, SPAN(""));
	weights[0] = v->net;
	for (struct span rest = v->taxes; share_next(&rest, &share);)
		weights[++i] = share.minor;
	TRY(money_split(in(v->currency, minor), weights, n, shares, why));
	ledger_post(l, chart_account(l->arena, chart, SPAN("")), receivable, shares[0]);
	i = 0;
	for (struct span rest = v->taxes; share_next(&rest, &share);)
		ledger_post(l, chart_account(l->arena, CHART_TAX, share.category), receivable, shares[++i]);
	return OK;
}

enum err invoice_post_given_up(struct ledger *l, const struct invoice *v, enum chart chart, bool with_tax, int64_t minor, struct why *why)
{
	if (with_tax)
		return post_shares(l, v, chart, minor, why);
	ledger_post(
		l, chart_account(l->arena, chart, SPAN("")), chart_account(l->arena, CHART_RECEIVABLE, SPAN("")), in(v->currency, minor));
	return OK;
}

enum err item_write_off(struct ledger *l, struct uuid invoice, int32_t part, int64_t minor, struct why *why)
{
	const struct invoice *v = book_invoice(l->book, l->merchant, invoice);
	const struct open_item *old = book_item(l->book, l->merchant, invoice, part);
	if (!v || !old)
		return why_set(why, ERR_NOT_FOUND, "item_unknown", "there is no such open item");
	if (minor == 0)
		minor = old->open;
	if (minor > old->open || minor <= 0)
		return why_field(
			why, ERR_REFUSED, "amount_not_open", "amount", "%s is open", money_text(l->arena, in(old->currency, old->open)));
	l->customer = v->customer;
	l->cause = CAUSE_WRITE_OFF;
	l->cause_id = say_id(l->say);
	struct open_item *item = ledger_item(l, invoice, part, TOLD_WRITE_OFF, l->cause_id);
	item->open -= minor;
	item->written_off += minor;
	return post_shares(l, v, CHART_WRITE_OFF, minor, why);
}

/* ---- credit notes ---- */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Takes money that stands against the item back to unapplied, the latest first. */
static void release_item(struct ledger *l, const struct open_item *item, int64_t minor)
{
	const struct allocation *a, **all;
	size_t n = 0;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ALLOCATIONS, &i));)
		n++;
	all = arena_array(l->arena, sizeof(*all), n + 1);
	n = 0;
	for (size_t i = 0; (a = book_next(l->book, BOOK_ALLOCATIONS, &i));)
		if (a->minor && a->part == item->part && uuid_equal(a->invoice, item->invoice) && span_equal(a->merchant, l->merchant))
			all[n++] = a;
	while (n-- > 0 && minor) {
		struct payable which = { item->invoice, item->part, minor };
		minor -= receipt_release(l, all[n]->receipt, &which, least(minor, all[n]->minor), REVERSAL_CREDITED);
	}
	if (minor)
		bug("an item has more allocated than allocations stand");
}

/* A person's write-off undone, of which the item has at least that. */
static enum err take_write_off_back(struct ledger *l, const struct invoice *v, struct open_item *item, int64_t minor, struct why *why)
{
	enum cause cause = l->cause;
	item->written_off -= minor;
	item->open += minor;
	l->cause = CAUSE_WRITE_OFF;
	TRY(post_shares(l, v, CHART_WRITE_OFF, -minor, why));
	l->cause = cause;
	return OK;
}

/* Opens up to `minor` of what was given up of the item again: differences before a person's write-offs. *opened is how much it was. */
static enum err give_up_less(
	struct ledger *l, const struct invoice *v, struct open_item *item, int64_t minor, int64_t *opened, struct why *why)
{
	int64_t taken = 0;
	TRY(difference_shrink(l, item->invoice, item->part, true, minor, opened, why));
	TRY(difference_shrink(l, item->invoice, item->part, false, minor - *opened, &taken, why));
	*opened += taken;
	int64_t rest = least(minor - *opened, item->written_off);
	*opened += rest;
	return rest ? take_write_off_back(l, v, item, rest, why) : OK;
}

/* First what is open, then what was given up, then what was paid. */
static enum err credit_item(struct ledger *l, const struct invoice *v, int32_t part, int64_t minor, struct why *why)
{
	if (!book_item(l->book, l->merchant, v->id, part))
		return why_field(why, ERR_INVALID, "part_unknown", "parts", "the invoice has no part %d", (int)part);
	struct open_item *item = ledger_item(l, v->id, part, TOLD_CREDIT_NOTE, l->cause_id);
	if (minor < 0 || minor > item->amount - item->credited)
		return why_field(why, ERR_INVALID, "credit_exceeds", "parts", "more is credited than part %d was", (int)part);
	int64_t open = least(minor, item->open), given_up = 0;
	TRY(give_up_less(l, v, item, minor - open, &given_up, why));
	if (minor > open + given_up)
		release_item(l, item, minor - open - given_up);
	ledger_item(l, v->id, part, TOLD_CREDIT_NOTE, l->cause_id);
	item->open -= minor;
	item->credited += minor;
	return OK;
}

static enum err credit(struct ledger *l, const struct invoice *v, const struct credit_note *note, struct why *why)
{
	l->customer = v->customer;
	l->cause = CAUSE_CREDIT_NOTE;
	l->cause_id = note->id;
	if (!currency_equal(v->currency, note->currency))
		return why_field(why, ERR_INVALID, "currency_differs", "currency", "the invoice is in %s", v->currency.code);
	post_document(l, note->currency, note->net, note->taxes, -1);
	struct tax_share part;
	for (struct span rest = note->parts; share_next(&rest, &part);) {
		int64_t number;
		if (span_int64(part.category, &number) != OK)
			bug("part '%.*s'", SPAN_ARG(part.category));
		TRY(credit_item(l, v, (int32_t)number, part.minor, why));
	}
	return OK;
}

/* An invoice that has not come yet, so that what names it can wait there. */
static const struct invoice *await(struct ledger *l, const struct credit_note *note)
{
	struct invoice *v = book_add(l->book, BOOK_INVOICES, book_key_uuid(l->book, l->merchant, note->invoice));
	*v = (struct invoice){ .merchant = l->merchant, .customer = note->customer, .id = note->invoice, .currency = note->currency };
	return v;
}

enum err credit_note_issue(struct ledger *l, const struct credit_note *note, struct why *why)
{
	struct span key = book_key_uuid(l->book, l->merchant, note->id);
	const struct invoice *v = book_invoice(l->book, l->merchant, note->invoice);
	if (book_find(l->book, BOOK_CREDIT_NOTES, key))
		return OK;
	TRY(check_sums(note->currency, note->net, note->gross, note->taxes, note->parts, why));
	if (!v)
		v = await(l, note);
	struct credit_note *kept = book_add(l->book, BOOK_CREDIT_NOTES, key);
	*kept = *note;
	kept->merchant = l->merchant;
	kept->applied = v->issued;
	kept->token = SPAN("");
	if (reference_normalise(l->arena, note->number, &kept->token))
		add_reference(l, v, REFERENCE_CREDIT_NOTE, kept->token);
	return v->issued ? credit(l, v, kept, why) : OK;
}
