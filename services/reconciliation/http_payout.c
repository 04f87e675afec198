#include "http_payout.h"

#include "http_lists.h"
#include "http_rows.h"
#include "reconciliation_queries.h"

enum { PAGE = 1000, ITEMS_MOST = 1000 }; /* of one page: the statement asks for one more */

#define SHOWN_END { NULL, SHOWN_TEXT }

static const struct shown payouts[] = {
	{ "id", SHOWN_UUID },
	{ "provider_account", SHOWN_TEXT },
	{ "provider_ref", SHOWN_TEXT },
	{ "amount", SHOWN_MONEY },
	{ "gross", SHOWN_MONEY },
	{ "fees", SHOWN_MONEY },
	{ "line_count", SHOWN_INT },
	{ "lines_seen", SHOWN_INT },
	{ "arrival_date", SHOWN_DATE },
	{ "paid", SHOWN_BOOL },
	{ "has_arrived", SHOWN_BOOL },
	{ "line_id", SHOWN_UUID },
	{ "report_id", SHOWN_UUID },
	{ "report_state", SHOWN_TEXT },
	{ "seen", SHOWN_WORDS },
	{ "three_ways", SHOWN_TEXT },
	{ "differences", SHOWN_WORDS },
	SHOWN_END,
};
const struct listed list_payouts = { .name = "payouts",
	.query = &q_show_payouts,
	.end = &q_end_payouts,
	.columns = payouts,
	.filters = (const char *const[]){ "has_arrived", "provider_account", NULL },
	.most = PAGE };

static const struct shown reports[] = {
	{ "id", SHOWN_UUID },
	{ "identifier", SHOWN_TEXT },
	{ "payout_ref", SHOWN_TEXT },
	{ "payout_id", SHOWN_UUID },
	{ "item_count", SHOWN_INT },
	{ "gross", SHOWN_MONEY },
	{ "fees", SHOWN_MONEY },
	{ "net", SHOWN_MONEY },
	{ "expected_date", SHOWN_DATE },
	{ "told", SHOWN_INT },
	{ "state", SHOWN_TEXT },
	{ "differences", SHOWN_WORDS },
	{ "detail", SHOWN_TEXT },
	{ "posted", SHOWN_BOOL },
	SHOWN_END,
};
const struct listed list_reports = { .name = "payout_reports",
	.query = &q_show_reports,
	.end = &q_end_reports,
	.columns = reports,
	.filters = (const char *const[]){ "state", "identifier", "payout_ref", NULL },
	.most = PAGE };

static const struct shown items[] = {
	{ "id", SHOWN_UUID },
	{ "kind", SHOWN_TEXT },
	{ "type", SHOWN_TEXT },
	{ "created_date", SHOWN_DATE },
	{ "gross", SHOWN_MONEY },
	{ "fee", SHOWN_MONEY },
	{ "net", SHOWN_MONEY },
	{ "rate", SHOWN_TEXT },
	{ "item_ref", SHOWN_TEXT },
	{ "payment_ref", SHOWN_TEXT },
	{ "original_ref", SHOWN_TEXT },
	{ "reference", SHOWN_TEXT },
	{ "attempt_id", SHOWN_UUID },
	{ "place_line", SHOWN_NUMBER },
	{ "file_sha256", SHOWN_TEXT },
	{ "differences", SHOWN_WORDS },
	SHOWN_END,
};
static const struct shown lines[] = {
	{ "line_number", SHOWN_INT },
	{ "item_ref", SHOWN_TEXT },
	{ "payment_ref", SHOWN_TEXT },
	{ "attempt_id", SHOWN_UUID },
	{ "gross", SHOWN_MONEY },
	{ "fee", SHOWN_MONEY },
	{ "net", SHOWN_MONEY },
	SHOWN_END,
};
static const struct shown postings[] = {
	{ "number", SHOWN_INT },
	{ "kind", SHOWN_TEXT },
	{ "told", SHOWN_BOOL },
	{ "account", SHOWN_TEXT },
	{ "gross", SHOWN_MONEY },
	{ "fee", SHOWN_MONEY },
	SHOWN_END,
};

static struct args *args_of(struct request *r, struct uuid id)
{
	struct args *args = args_new(r->arena);
	args_text(args, r->merchant);
	args_uuid(args, id);
	return args;
}

/* What the payer was charged in another currency, and what payments told of the line that it is. */
static void print_beside(struct json_out *out, const struct rows *rows, size_t row)
{
	struct currency charged = { "" };
	int64_t minor = rows_int8(rows, row, rows_column(rows, "charged"));
	int line = rows_column(rows, "line_number");
	if (currency_parse(rows_text(rows, row, rows_column(rows, "charged_currency")), &charged) == OK)
		json_out_money(out, "charged", (struct money){ minor, charged });
	if (rows_is_null(rows, row, line))
		return;
	json_out_object(out, "line");
	json_out_int(out, "number", rows_int4(rows, row, line));
	json_out_money(out, "gross", (struct money){ rows_int8(rows, row, rows_column(rows, "line_gross")), rows_currency(rows, row) });
	json_out_money(out, "fee", (struct money){ rows_int8(rows, row, rows_column(rows, "line_fee")), rows_currency(rows, row) });
	json_out_object_end(out);
}

static void print_items(struct json_out *out, struct arena *arena, const struct rows *rows)
{
	size_t n = rows->count < ITEMS_MOST ? rows->count : ITEMS_MOST;
	json_out_array(out, "items");
	for (size_t i = 0; i < n; i++) {
		json_out_object(out, NULL);
		rows_members(out, arena, rows, i, items);
		print_beside(out, rows, i);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	if (rows->count > ITEMS_MOST)
		json_out_string(out, "next", uuid_text(arena, rows_uuid(rows, n - 1, rows_column(rows, "id"))));
}

/* The report with its items, from where the last page ended, and what it posted. */
static enum err print_report(struct request *r, struct db *db, struct uuid id, struct json_out *out, struct why *why)
{
	struct args *args = args_of(r, id);
	struct span from = request_query(r, "after");
	struct uuid after = { 0 };
	struct rows report, told, posted;
	if (from.size && uuid_parse(from, &after) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "after", "after is the next of the page before");
	args_uuid(args, after);
	TRY(db_exec(db, r->arena, &q_show_report, args_of(r, id), &report, why));
	TRY(db_exec(db, r->arena, &q_show_report_items, args, &told, why));
	TRY(db_exec(db, r->arena, &q_show_report_postings, args_of(r, id), &posted, why));
	json_out_object(out, "report");
	rows_members(out, r->arena, &report, 0, reports);
	json_out_object_end(out);
	print_items(out, r->arena, &told);
	rows_array(out, r->arena, "postings", &posted, postings);
	return OK;
}

static enum err is_there(const struct request *r, const struct rows *rows, struct why *why)
{
	return rows->count ? OK : why_set(why, ERR_NOT_FOUND, "not_found", "there is nothing at %.*s", SPAN_ARG(r->path));
}

static struct json_out begin(struct request *r, struct text *t)
{
	struct json_out out;
	text_init(t, r->arena);
	json_out_init(&out, t);
	json_out_object(&out, NULL);
	return out;
}

static enum err finish(struct json_out *out, const struct text *t, struct response *response)
{
	json_out_object_end(out);
	json_out_done(out);
	*response = (struct response){ .status = 200, .body = text_done(t) };
	return OK;
}

enum err show_payout(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows payout, unreported;
	struct json_out out;
	struct text t;
	struct uuid id;
	TRY(rows_id(r, &id, why));
	TRY(rows_one(r, db, &q_show_payout, id, &payout, why));
	TRY(is_there(r, &payout, why));
	TRY(db_exec(db, r->arena, &q_show_unreported_lines, args_of(r, id), &unreported, why));
	out = begin(r, &t);
	int report = rows_column(&payout, "report_id");
	rows_members(&out, r->arena, &payout, 0, payouts);
	if (!rows_is_null(&payout, 0, report))
		TRY(print_report(r, db, rows_uuid(&payout, 0, report), &out, why));
	rows_array(&out, r->arena, "unreported", &unreported, lines);
	return finish(&out, &t, response);
}

enum err show_report(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct rows report;
	struct json_out out;
	struct text t;
	struct uuid id;
	TRY(rows_id(r, &id, why));
	TRY(rows_one(r, db, &q_show_report, id, &report, why));
	TRY(is_there(r, &report, why));
	out = begin(r, &t);
	TRY(print_report(r, db, id, &out, why));
	return finish(&out, &t, response);
}
