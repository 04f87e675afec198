#include "http_export.h"

#include "http_rows.h"
#include "reconciliation_queries.h"
#include "store_export.h"

#define SHOWN_END { NULL, SHOWN_TEXT }

static const struct shown exports[] = {
	{ "target", SHOWN_TEXT },
	{ "number", SHOWN_NUMBER },
	{ "month", SHOWN_TEXT },
	{ "mapping", SHOWN_INT },
	{ "entries", SHOWN_NUMBER },
	{ "made_by", SHOWN_TEXT },
	{ "made_at", SHOWN_INSTANT },
	SHOWN_END,
};
static const struct shown mappings[] = {
	{ "target", SHOWN_TEXT },
	{ "version", SHOWN_INT },
	{ "base", SHOWN_TEXT },
	{ "consultant", SHOWN_NUMBER },
	{ "client", SHOWN_NUMBER },
	{ "year_start", SHOWN_NUMBER },
	{ "tax_rate", SHOWN_TEXT },
	{ "made_by", SHOWN_TEXT },
	{ "made_at", SHOWN_INSTANT },
	SHOWN_END,
};

/* "EUR 120 4711": a currency's entries and their minor units. */
static struct currency read_sum(struct span line, int64_t *entries, int64_t *minor)
{
	struct span code, count, sum;
	struct currency currency = { "" };
	span_cut(line, ' ', &code, &line);
	span_cut(line, ' ', &count, &sum);
	if (currency_parse(code, &currency) != OK || span_int64(count, entries) != OK || span_int64(sum, minor) != OK)
		bug("an export's sums");
	return currency;
}

static void print_files(struct json_out *out, enum export_target target, struct span sums)
{
	int64_t most = (int64_t)export_target_row(target)->entries, entries, minor;
	struct span line;
	json_out_array(out, "files");
	while (span_cut(sums, '\n', &line, &sums)) {
		struct currency currency = read_sum(line, &entries, &minor);
		json_out_object(out, NULL);
		json_out_string(out, "currency", currency.code);
		json_out_int(out, "parts", (entries + most - 1) / most);
		json_out_int(out, "entries", entries);
		json_out_money(out, "sum", (struct money){ minor, currency });
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void print_codes(struct json_out *out, struct span accounts)
{
	struct span line, account, code;
	json_out_array(out, "accounts");
	while (span_cut(accounts, '\n', &line, &accounts)) {
		span_cut(line, '\t', &account, &code);
		json_out_object(out, NULL);
		json_out_span(out, "account", account);
		json_out_span(out, "code", code);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void print_export(struct json_out *out, struct arena *arena, const struct rows *rows, size_t row)
{
	rows_members(out, arena, rows, row, exports);
	print_files(out, export_target_find(rows_text(rows, row, rows_column(rows, "target"))),
		rows_text(rows, row, rows_column(rows, "sums")));
}

static void print_mapping(struct json_out *out, struct arena *arena, const struct rows *rows, size_t row)
{
	rows_members(out, arena, rows, row, mappings);
	print_codes(out, rows_text(rows, row, rows_column(rows, "accounts")));
}

static enum err show(struct request *r, struct db *db, const struct query *query, const char *name,
	void (*print)(struct json_out *, struct arena *, const struct rows *, size_t), struct response *response, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct json_out out;
	struct rows rows;
	struct text t;
	args_text(args, r->merchant);
	TRY(db_exec(db, r->arena, query, args, &rows, why));
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_array(&out, name);
	for (size_t i = 0; i < rows.count; i++) {
		json_out_object(&out, NULL);
		print(&out, r->arena, &rows, i);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}

enum err show_exports(struct request *r, struct db *db, struct response *response, struct why *why)
{
	return show(r, db, &q_show_exports, "exports", print_export, response, why);
}

enum err show_export_mappings(struct request *r, struct db *db, struct response *response, struct why *why)
{
	return show(r, db, &q_show_export_mappings, "mappings", print_mapping, response, why);
}

static enum err read_number(const struct request *r, const char *name, bool needed, int64_t *n, struct why *why)
{
	struct span text = request_query(r, name);
	*n = 1;
	if (!text.size && !needed)
		return OK;
	if (span_int64(text, n) != OK || *n < 1 || *n > INT32_MAX)
		return why_field(why, ERR_INVALID, "field_invalid", name, "%s is a number from 1", name);
	return OK;
}

enum err show_export_file(struct request *r, struct db *db, struct response *response, struct why *why)
{
	enum export_target target = export_target_find(request_query(r, "target"));
	struct currency currency;
	struct export export;
	struct export_mapping mapping;
	int64_t number, part;
	if (target == EXPORT_TARGETS)
		return why_field(why, ERR_INVALID, "field_invalid", "target", "target is csv, datev, xero or quickbooks");
	if (currency_parse(request_query(r, "currency"), &currency) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "currency", "a currency");
	TRY(read_number(r, "number", true, &number, why));
	TRY(read_number(r, "part", false, &part, why));
	TRY(export_find(db, r->arena, r->merchant, target, number, &export, &mapping, why));
	*response = (struct response){ .status = 200, .type = export_target_row(target)->type };
	return export_read(db, r->arena, &export, &mapping, currency, part, &response->body, why);
}
