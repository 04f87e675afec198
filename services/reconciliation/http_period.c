#include "http_period.h"

#include "http_rows.h"
#include "period.h"
#include "reconciliation_queries.h"

static const struct shown periods[] = {
	{ "month", SHOWN_TEXT },
	{ "state", SHOWN_TEXT },
	{ "last_entry", SHOWN_NUMBER },
	{ "forced", SHOWN_BOOL },
	{ "asked_by", SHOWN_TEXT },
	{ "closed_by", SHOWN_TEXT },
	{ "closed_at", SHOWN_INSTANT },
	{ "reason", SHOWN_TEXT },
	{ "warning_count", SHOWN_NUMBER },
	{ "seal", SHOWN_TEXT },
	{ NULL, SHOWN_TEXT },
};

enum err show_periods(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct json_out out;
	struct rows rows;
	struct text t;
	args_text(args, r->merchant);
	TRY(db_exec(db, r->arena, &q_show_periods, args, &rows, why));
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	rows_array(&out, r->arena, "periods", &rows, periods);
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}

static struct period_balance balance_at(const struct rows *r, size_t row)
{
	return (struct period_balance){
		.currency = rows_currency(r, row),
		.account = rows_text(r, row, rows_column(r, "account")),
		.opening = rows_int8(r, row, rows_column(r, "opening")),
		.debit = rows_int8(r, row, rows_column(r, "debit")),
		.credit = rows_int8(r, row, rows_column(r, "credit")),
	};
}

/* The balances of a closed month; it must be one, and they must be those that were sealed. */
static enum err read_balances(struct request *r, struct db *db, struct period_balance **out, size_t *n, struct span *csv, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct date month;
	struct rows rows;
	if (month_parse(request_param(r, "month"), &month) != OK)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is nothing at %.*s", SPAN_ARG(r->path));
	args_text(args, r->merchant);
	args_date(args, month);
	TRY(db_exec(db, r->arena, &q_period_balances, args, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "%s is not closed", month_text(r->arena, month));
	*out = ARENA_ARRAY(r->arena, struct period_balance, rows.count);
	*n = 0;
	for (size_t i = 0; i < rows.count; i++)
		if (!rows_is_null(&rows, i, rows_column(&rows, "account")))
			(*out)[(*n)++] = balance_at(&rows, i);
	*csv = period_csv(r->arena, *out, *n);
	struct digest digest = digest_sha256(*csv);
	if (!span_equal(rows_text(&rows, 0, rows_column(&rows, "seal")), span_bytes(digest.b, sizeof(digest.b))))
		return why_set(
			why, ERR_BUG, "seal_broken", "the trial balance of %s is not the one that was sealed", month_text(r->arena, month));
	return OK;
}

static void print_balance(struct json_out *out, const struct period_balance *b)
{
	json_out_object(out, NULL);
	json_out_span(out, "account", b->account);
	json_out_string(out, "class", chart_class_word(chart_row(chart_of(b->account))->of_class));
	json_out_string(out, "currency", b->currency.code);
	json_out_money(out, "opening", (struct money){ b->opening, b->currency });
	json_out_money(out, "debit", (struct money){ b->debit, b->currency });
	json_out_money(out, "credit", (struct money){ b->credit, b->currency });
	json_out_money(out, "closing", (struct money){ b->opening + b->debit - b->credit, b->currency });
	json_out_object_end(out);
}

enum err show_period_balance(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct period_balance *balances = NULL;
	struct json_out out;
	struct span csv;
	struct text t;
	size_t n = 0;
	TRY(read_balances(r, db, &balances, &n, &csv, why));
	if (rows_wants_csv(r)) {
		*response = (struct response){ .status = 200, .type = "text/csv; charset=utf-8", .body = csv };
		return OK;
	}
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_span(&out, "month", request_param(r, "month"));
	json_out_array(&out, "accounts");
	for (size_t i = 0; i < n; i++)
		print_balance(&out, &balances[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}
