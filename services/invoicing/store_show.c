#include <stdatomic.h>
#include <string.h>

#include "invoicing_queries.h"
#include "log.h"
#include "metrics.h"
#include "store.h"
#include "store_fetch.h"
#include "store_rows.h"

/* A function that reads every row as a value, into an array of the arena. */
#define READ_ALL(name, type, read)                                                        \
	static struct type *name(struct arena *arena, const struct rows *from, size_t *n) \
	{                                                                                 \
		struct reader in = { .rows = from, .arena = arena };                      \
		struct type *all = ARENA_ARRAY(arena, struct type, from->count);          \
                                                                                          \
		for (; in.row < from->count; in.row++)                                    \
			all[in.row] = read(&in);                                          \
		*n = from->count;                                                         \
		return all;                                                               \
	}

READ_ALL(all_merchants, merchant, read_merchant)
READ_ALL(all_customers, customer, read_customer)
READ_ALL(all_invoices, invoice, read_invoice)
READ_ALL(all_credit_notes, credit_note, read_credit_note)
READ_ALL(all_items, item, read_item)

/* Parallel arrays of one element: a merchant and an id. */
static struct args *one(struct arena *arena, struct span merchant, struct uuid id)
{
	struct args *a = args_new(arena);

	array_text(args_array(a, DB_TEXT), merchant);
	array_uuid(args_array(a, DB_UUID), id);
	return a;
}

enum err store_merchant(struct db *db, struct arena *arena, struct span merchant, const struct merchant **found, struct why *why)
{
	struct args *a = args_new(arena);
	struct merchant *all;
	struct rows r;
	size_t n;

	array_text(args_array(a, DB_TEXT), merchant);
	TRY(db_exec(db, arena, &q_merchant_fetch, a, &r, why));
	all = all_merchants(arena, &r, &n);
	*found = n > 0 ? all : NULL;
	return OK;
}

enum err store_customers(struct db *db, struct arena *arena, struct span merchant, struct span after, int32_t limit,
	struct customer **customers, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r;

	args_text(a, merchant);
	args_text(a, after);
	args_int4(a, limit);
	TRY(db_exec(db, arena, &q_customer_list, a, &r, why));
	*customers = all_customers(arena, &r, n);
	return OK;
}

enum err store_customer(struct db *db, struct arena *arena, struct span merchant, struct span ref, const struct customer **customer,
	struct invoice **drafts, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows customers, r;
	struct customer *all;
	size_t count;

	array_text(args_array(a, DB_TEXT), merchant);
	array_text(args_array(a, DB_TEXT), ref);
	db_queue_rows(db, arena, &q_customer_fetch, a, &customers);
	TRY(db_exec(db, arena, &q_draft_fetch, a, &r, why));
	all = all_customers(arena, &customers, &count);
	*drafts = all_invoices(arena, &r, n);
	*customer = count > 0 ? all : NULL;
	return OK;
}

static void args_optional(struct args *a, struct span text)
{
	if (text.size > 0)
		args_text(a, text);
	else
		args_null(a);
}

enum err store_invoices(
	struct db *db, struct arena *arena, const struct invoice_filter *f, struct invoice **invoices, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r;

	args_text(a, f->merchant);
	args_uuid(a, f->before);
	args_optional(a, f->customer_ref);
	args_optional(a, span_of(f->state));
	args_optional(a, span_of(f->standing));
	args_int4(a, f->limit);
	TRY(db_exec(db, arena, &q_invoice_list, a, &r, why));
	*invoices = all_invoices(arena, &r, n);
	return OK;
}

static void take_parties(struct invoice *invoice, struct reader *in)
{
	for (; in->row < in->rows->count; in->row++) {
		bool is_seller = span_is(read_text(in, "role"), "seller");

		*(is_seller ? &invoice->seller : &invoice->buyer) = read_party(in);
	}
}

enum err store_invoice(
	struct db *db, struct arena *arena, struct span merchant, struct uuid id, const struct invoice **found, struct why *why)
{
	struct rows r, parties;
	struct invoice *invoice;
	size_t n;

	db_queue_rows(db, arena, &q_party_fetch, one(arena, merchant, id), &parties);
	TRY(db_exec(db, arena, &q_invoice_fetch, one(arena, merchant, id), &r, why));
	invoice = all_invoices(arena, &r, &n);
	*found = n > 0 ? invoice : NULL;
	if (n == 0)
		return OK;
	take_parties(invoice, &(struct reader){ .rows = &parties, .arena = arena });
	return fetch_parts(db, arena, invoice, 1, why);
}

static void take_credit_lines(struct credit_note *note, struct reader *in)
{
	struct line *lines = ARENA_ARRAY(in->arena, struct line, in->rows->count);

	for (; in->row < in->rows->count; in->row++) {
		struct line *line = &lines[in->row];

		*line = read_line(in, note->currency);
		line->net = read_money(in, "credited_net", note->currency);
		credit_line_print(line);
	}
	note->lines = lines;
	note->line_count = in->rows->count;
}

static void take_credit_taxes(struct credit_note *note, struct reader *in)
{
	struct tax_total *taxes = ARENA_ARRAY(in->arena, struct tax_total, in->rows->count);

	for (; in->row < in->rows->count; in->row++) {
		taxes[in->row] = read_tax(in, note->currency);
		taxes[in->row].taxable = read_money(in, "credited_taxable", note->currency);
		taxes[in->row].amount = read_money(in, "credited_tax", note->currency);
	}
	note->totals.taxes = taxes;
	note->totals.tax_count = in->rows->count;
}

enum err store_credit_note(
	struct db *db, struct arena *arena, struct span merchant, struct uuid id, const struct credit_note **found, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r, lines, taxes;
	struct credit_note *note;
	size_t n;

	args_text(a, merchant);
	args_uuid(a, id);
	db_queue_rows(db, arena, &q_credit_note_lines, a, &lines);
	db_queue_rows(db, arena, &q_credit_note_taxes, a, &taxes);
	TRY(db_exec(db, arena, &q_credit_note_fetch, one(arena, merchant, id), &r, why));
	note = all_credit_notes(arena, &r, &n);
	*found = n > 0 ? note : NULL;
	if (n == 0)
		return OK;
	take_credit_lines(note, &(struct reader){ .rows = &lines, .arena = arena });
	take_credit_taxes(note, &(struct reader){ .rows = &taxes, .arena = arena });
	return OK;
}

enum err store_credit_notes(
	struct db *db, struct arena *arena, const struct invoice *invoice, struct credit_note **notes, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r;

	args_text(a, invoice->merchant);
	args_uuid(a, invoice->id);
	TRY(db_exec(db, arena, &q_invoice_credit_notes, a, &r, why));
	*notes = all_credit_notes(arena, &r, n);
	return OK;
}

enum err store_items(
	struct db *db, struct arena *arena, const struct invoice *invoices, size_t count, struct item **items, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct array *merchants = args_array(a, DB_TEXT), *ids = args_array(a, DB_UUID);
	struct rows r;

	for (size_t i = 0; i < count; i++) {
		array_text(merchants, invoices[i].merchant);
		array_uuid(ids, invoices[i].id);
	}
	TRY(db_exec(db, arena, &q_invoice_items, a, &r, why));
	*items = all_items(arena, &r, n);
	return OK;
}

enum err store_token(struct db *db, struct arena *arena, enum document document, struct span token, struct span *merchant, struct uuid *id,
	struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r;

	*id = (struct uuid){ 0 };
	args_text(a, token);
	TRY(db_exec(db, arena, document == DOCUMENT_INVOICE ? &q_invoice_by_token : &q_credit_note_by_token, a, &r, why));
	if (r.count == 0)
		return OK;
	*merchant = rows_text(&r, 0, 0);
	*id = rows_uuid(&r, 0, 1);
	return OK;
}

/* --- the billing day --- */

static struct metric without_zone = {
	.name = "dunlin_invoicing_merchants_without_zone",
	.type = METRIC_GAUGE,
	.help = "Merchants whose billing day waits because this machine's tzdata has no such time zone.",
};

/* How many merchants wait, and one of them; a line of log where that changes. */
static void tell_without_zone(int count, struct span merchant, struct span zone)
{
	static atomic_int told;

	metric_set(&without_zone, count, NULL);
	if (atomic_exchange(&told, count) != count && count > 0)
		log_error("no billing day without a time zone", LOG_NUMBER("merchants", count), LOG_SPAN("merchant", merchant),
			LOG_SPAN("zone", zone));
}

/* Today in each merchant's zone, as parallel arrays. Those whose zone is missing stay due. */
static enum err merchants_today(
	struct db *db, struct arena *arena, struct instant now, struct args *a, struct rows *merchants, struct why *why)
{
	struct array *ids = args_array(a, DB_TEXT), *days = args_array(a, DB_DATE);
	struct reader in = { .rows = merchants, .arena = arena };
	struct span lost_merchant = SPAN(""), lost_zone = SPAN("");
	int lost = 0;

	TRY(db_exec(db, arena, &q_billing_merchants, NULL, merchants, why));
	for (; in.row < merchants->count; in.row++) {
		struct span name = read_text(&in, "zone");
		const struct zone *zone = zone_load(span_cstr(arena, name));

		if (zone == NULL) {
			lost++;
			lost_zone = name;
			lost_merchant = read_text(&in, "merchant_id");
			continue;
		}
		array_text(ids, read_text(&in, "merchant_id"));
		array_date(days, zone_date(zone, now));
	}
	tell_without_zone(lost, lost_merchant, lost_zone);
	return OK;
}

static struct bill_customer read_due(struct reader *in)
{
	return (struct bill_customer){
		.merchant = read_text(in, "merchant_id"),
		.customer_ref = read_text(in, "customer_ref"),
		.currency = read_currency(in, "currency"),
		.date = read_date(in, "bill_on"),
		.charges = read_int4(in, "waiting_count"),
	};
}

READ_ALL(all_due, bill_customer, read_due)

enum err store_billing_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct bill_customer **due, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows merchants, r;

	TRY(merchants_today(db, arena, now, a, &merchants, why));
	args_int4(a, (int32_t)limit);
	TRY(db_exec(db, arena, &q_billing_due, a, &r, why));
	*due = all_due(arena, &r, n);
	return OK;
}

/* The earliest midnight, in its merchant's zone, on which something falls due. */
static struct instant earliest(struct arena *arena, const struct rows *merchants, const struct rows *dates)
{
	struct reader in = { .rows = merchants, .arena = arena };
	struct instant first = { INT64_MAX };

	for (; in.row < merchants->count; in.row++) {
		struct span merchant = read_text(&in, "merchant_id");

		for (struct reader date = { .rows = dates, .arena = arena }; date.row < dates->count; date.row++) {
			struct instant at;

			if (!span_equal(read_text(&date, "merchant_id"), merchant))
				continue;
			at = zone_instant(zone_load(span_cstr(arena, read_text(&in, "zone"))), read_date(&date, "bill_on"), 0);
			first = instant_compare(at, first) < 0 ? at : first;
		}
	}
	return first;
}

enum err store_billing_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows merchants, count, dates;

	TRY(merchants_today(db, arena, now, a, &merchants, why));
	db_queue_rows(db, arena, &q_billing_next, a, &dates);
	TRY(db_exec(db, arena, &q_billing_count, a, &count, why));
	*due = rows_int8(&count, 0, rows_column(&count, "due"));
	*next = earliest(arena, &merchants, &dates);
	return OK;
}

/* --- saying it again --- */

enum err store_merchants_again(
	struct db *db, struct arena *arena, struct span after, int32_t limit, struct merchant **merchants, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r;

	args_text(a, after);
	args_int4(a, limit);
	TRY(db_exec(db, arena, &q_merchant_again, a, &r, why));
	*merchants = all_merchants(arena, &r, n);
	return OK;
}

enum err store_customers_again(struct db *db, struct arena *arena, struct span merchant, struct span ref, int32_t limit,
	struct customer **customers, size_t *n, struct why *why)
{
	struct args *a = args_new(arena);
	struct rows r;

	args_text(a, merchant);
	args_text(a, ref);
	args_int4(a, limit);
	TRY(db_exec(db, arena, &q_customer_again, a, &r, why));
	*customers = all_customers(arena, &r, n);
	return OK;
}
