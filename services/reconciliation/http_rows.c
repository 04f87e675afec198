#include "http_rows.h"

#include <string.h>

#include "csv.h"
#include "line.h"
#include "match/match.h"

enum { LIMIT = 100 };

static const char *const receipt_kinds[] = { "", "bank", "provider", "manual", "exchanged" };
static const char *const candidate_kinds[] = { "invoice", "payout", "line", "credit_note" };

static struct currency currency_of(const struct rows *r, size_t row, const char *column)
{
	struct span text = rows_text(r, row, rows_column(r, column));
	struct currency currency = { "" };
	if (text.size == 3)
		memcpy(currency.code, text.at, 3);
	return currency;
}

struct currency rows_currency(const struct rows *r, size_t row)
{
	return currency_of(r, row, "currency");
}

static struct money money_at(const struct rows *r, size_t row, int column)
{
	return (struct money){ rows_int8(r, row, column), rows_currency(r, row) };
}

/* ---- JSON ---- */

static void add_words(struct json_out *out, const char *name, struct span text)
{
	json_out_array(out, name);
	while (text.size) {
		size_t n = 0;
		while (n < text.size && text.at[n] != ' ' && text.at[n] != '\n')
			n++;
		if (n)
			json_out_span(out, NULL, span_bytes(text.at, n));
		text = span_from(text, n + 1);
	}
	json_out_array_end(out);
}

static void add_signs(struct json_out *out, const char *name, uint64_t signs)
{
	json_out_array(out, name);
	for (unsigned bit = 0; bit < SIGNS; bit++)
		if (signs & UINT64_C(1) << bit)
			json_out_string(out, NULL, sign_word(bit));
	json_out_array_end(out);
}

static void add_amount(struct json_out *out, const char *name, struct money money)
{
	if (money.currency.code[0])
		json_out_money(out, name, money);
	else
		json_out_null(out, name);
}

static const char *exchange_at(struct arena *arena, const struct rows *r, size_t row)
{
	struct money booked = { rows_int8(r, row, rows_column(r, "booked")), currency_of(r, row, "booked_currency") };
	struct money original = { rows_int8(r, row, rows_column(r, "original")), currency_of(r, row, "original_currency") };
	return exchange_text(arena, booked, original);
}

static void add_member(struct json_out *out, struct arena *arena, const struct rows *r, size_t row, const struct shown *s)
{
	int at = rows_column(r, s->name);
	if (rows_is_null(r, row, at)) {
		json_out_null(out, s->name);
		return;
	}
	switch (s->type) {
	case SHOWN_TEXT: json_out_span(out, s->name, rows_text(r, row, at)); break;
	case SHOWN_UUID: json_out_uuid(out, s->name, rows_uuid(r, row, at)); break;
	case SHOWN_DATE: json_out_date(out, s->name, rows_date(r, row, at)); break;
	case SHOWN_INSTANT: json_out_instant(out, s->name, rows_instant(r, row, at)); break;
	case SHOWN_NUMBER: json_out_int(out, s->name, rows_int8(r, row, at)); break;
	case SHOWN_INT: json_out_int(out, s->name, rows_int4(r, row, at)); break;
	case SHOWN_BOOL: json_out_bool(out, s->name, rows_bool(r, row, at)); break;
	case SHOWN_MONEY: add_amount(out, s->name, money_at(r, row, at)); break;
	case SHOWN_WORDS: add_words(out, s->name, rows_text(r, row, at)); break;
	case SHOWN_RECEIPT: json_out_string(out, s->name, receipt_kinds[rows_int4(r, row, at)]); break;
	case SHOWN_SIGNS: add_signs(out, s->name, (uint64_t)rows_int8(r, row, at)); break;
	case SHOWN_KIND: json_out_string(out, s->name, candidate_kinds[rows_int4(r, row, at)]); break;
	case SHOWN_EXCHANGE: json_out_string(out, s->name, exchange_at(arena, r, row)); break;
	}
}

void rows_members(struct json_out *out, struct arena *arena, const struct rows *r, size_t row, const struct shown *columns)
{
	for (; columns->name; columns++)
		add_member(out, arena, r, row, columns);
}

void rows_array(struct json_out *out, struct arena *arena, const char *name, const struct rows *r, const struct shown *columns)
{
	json_out_array(out, name);
	for (size_t i = 0; i < r->count; i++) {
		json_out_object(out, NULL);
		rows_members(out, arena, r, i, columns);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

/* ---- CSV ---- */

static const char *plain_text(struct arena *arena, const struct rows *r, size_t row, int at, const struct shown *s)
{
	switch (s->type) {
	case SHOWN_UUID: return uuid_text(arena, rows_uuid(r, row, at));
	case SHOWN_DATE: return date_text(arena, rows_date(r, row, at));
	case SHOWN_INSTANT: return instant_text(arena, rows_instant(r, row, at));
	case SHOWN_NUMBER: return arena_printf(arena, "%lld", (long long)rows_int8(r, row, at));
	case SHOWN_INT:
	case SHOWN_SIGNS: return arena_printf(arena, "%d", (int)rows_int4(r, row, at));
	case SHOWN_BOOL: return rows_bool(r, row, at) ? "true" : "false";
	case SHOWN_MONEY: return rows_currency(r, row).code[0] ? money_digits(arena, money_at(r, row, at)) : "";
	case SHOWN_RECEIPT: return receipt_kinds[rows_int4(r, row, at)];
	case SHOWN_KIND: return candidate_kinds[rows_int4(r, row, at)];
	case SHOWN_EXCHANGE: return exchange_at(arena, r, row);
	case SHOWN_TEXT:
	case SHOWN_WORDS: break;
	}
	return NULL;
}

struct span rows_csv(struct arena *arena, const struct rows *r, const struct shown *columns)
{
	struct text t;
	text_init(&t, arena);
	for (const struct shown *s = columns; s->name; s++)
		csv_plain(&t, s == columns, s->name);
	csv_end(&t);
	for (size_t row = 0; row < r->count; row++) {
		for (const struct shown *s = columns; s->name; s++) {
			int at = rows_column(r, s->name);
			const char *plain = rows_is_null(r, row, at) ? "" : plain_text(arena, r, row, at, s);
			if (plain)
				csv_plain(&t, s == columns, plain);
			else
				csv_text(&t, s == columns, rows_text(r, row, at));
		}
		csv_end(&t);
	}
	return text_done(&t);
}

static struct span signs_text(struct arena *arena, uint64_t signs)
{
	struct text t;
	const char *between = "";
	text_init(&t, arena);
	for (unsigned bit = 0; bit < SIGNS; bit++) {
		if (!(signs & UINT64_C(1) << bit))
			continue;
		text_printf(&t, "%s%s", between, sign_word(bit));
		between = " ";
	}
	return text_done(&t);
}

struct span rows_cell(struct arena *arena, const struct rows *r, size_t row, const struct shown *s)
{
	int at = rows_column(r, s->name);
	if (rows_is_null(r, row, at))
		return SPAN("");
	if (s->type == SHOWN_SIGNS)
		return signs_text(arena, (uint64_t)rows_int8(r, row, at));
	const char *plain = plain_text(arena, r, row, at, s);
	return plain ? span_of(plain) : rows_text(r, row, at);
}

bool rows_wants_csv(const struct request *r)
{
	return span_is(request_query(r, "format"), "csv");
}

/* ---- lists ---- */

static enum err read_limit(const struct request *r, const struct listed *list, int64_t *limit, struct why *why)
{
	struct span text = request_query(r, "limit");
	*limit = LIMIT;
	if (text.size && (span_int64(text, limit) != OK || *limit < 1 || *limit > (int64_t)list->most))
		return why_field(why, ERR_INVALID, "field_invalid", "limit", "limit is 1 to %zu", list->most);
	return OK;
}

static enum err read_format(const struct request *r, const struct listed *list, struct why *why)
{
	struct span format = request_query(r, "format");
	if (format.size && !span_is(format, "json") && !(list->is_csv_too && span_is(format, "csv")))
		return why_field(why, ERR_INVALID, "field_invalid", "format", "format is json%s", list->is_csv_too ? " or csv" : "");
	return OK;
}

static enum err read_after(const struct request *r, const struct listed *list, struct args *args, struct why *why)
{
	struct span after = request_query(r, "after");
	struct uuid id = { 0 };
	if (list->by_text)
		args_text(args, after);
	else if (after.size && uuid_parse(after, &id) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "after", "after is the `next` of the page before");
	else
		args_uuid(args, id);
	return OK;
}

/* Where the next page begins: after the last row; or where the walk ended, if that was before the end. */
static enum err add_next(struct request *r, struct db *db, struct json_out *out, const struct rows *rows, const struct listed *list,
	const struct query *query, struct span after, int64_t limit, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct rows end = { 0 };
	struct uuid id = { 0 };
	bool full = rows->count && (int64_t)rows->count >= limit;
	if (!full && list->end && query == list->query) {
		args_text(args, r->merchant);
		if (list->by_text)
			args_text(args, after);
		else if (!after.size || uuid_parse(after, &id) == OK)
			args_uuid(args, id);
		TRY(db_exec(db, r->arena, list->end, args, &end, why));
	}
	const struct rows *from = full ? rows : &end;
	if (!from->count)
		json_out_null(out, "next");
	else if (list->by_text)
		json_out_span(out, "next", rows_text(from, from->count - 1, 0));
	else
		json_out_uuid(out, "next", rows_uuid(from, from->count - 1, 0));
	return OK;
}

/* The statement that walks the fewest rows for the filters that are given. */
static enum err pick_query(const struct request *r, const struct listed *list, const struct query **query, struct why *why)
{
	*query = list->query;
	for (const struct listed_by *by = list->by; by && by->filter; by++) {
		struct span given = request_query(r, by->filter);
		struct uuid id;
		if (!given.size || (by->value && !span_is(given, by->value)))
			continue;
		if (by->by_uuid && uuid_parse(given, &id) != OK)
			return why_field(why, ERR_INVALID, "field_invalid", by->filter, "%s is an id", by->filter);
		*query = by->query;
		return OK;
	}
	return OK;
}

static enum err ask_page(struct request *r, struct db *db, const struct listed *list, const struct query *query, int64_t limit,
	struct rows *rows, struct why *why)
{
	struct args *args = args_new(r->arena);
	args_text(args, r->merchant);
	args_int8(args, limit);
	TRY(read_after(r, list, args, why));
	for (const char *const *filter = list->filters; *filter; filter++)
		args_text(args, request_query(r, *filter));
	return db_exec(db, r->arena, query, args, rows, why);
}

static struct uuid uuid_before(struct uuid id)
{
	for (size_t i = sizeof(id.b); i-- > 0 && id.b[i]-- == 0;)
		;
	return id;
}

enum err rows_of_id(struct request *r, struct db *db, const struct listed *list, struct uuid id, struct rows *rows, struct why *why)
{
	struct args *args = args_new(r->arena);
	args_text(args, r->merchant);
	args_int8(args, 1);
	args_uuid(args, uuid_before(id));
	for (const char *const *filter = list->filters; *filter; filter++)
		args_text(args, SPAN(""));
	TRY(db_exec(db, r->arena, list->query, args, rows, why));
	if (rows->count && !uuid_equal(rows_uuid(rows, 0, 0), id))
		rows->count = 0;
	return OK;
}

/* The page, or the one row that is asked for by its id; *alone: no page follows. */
static enum err ask_rows(struct request *r, struct db *db, const struct listed *list, const struct query *query, int64_t limit, bool *alone,
	struct rows *rows, struct why *why)
{
	struct span one = list->by_text ? SPAN("") : request_query(r, "id");
	struct uuid id;
	*alone = one.size > 0;
	if (!*alone)
		return ask_page(r, db, list, query, limit, rows, why);
	if (uuid_parse(one, &id) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "id", "id is an id");
	return rows_of_id(r, db, list, id, rows, why);
}

enum err rows_list(struct request *r, struct db *db, const struct listed *list, struct response *response, struct why *why)
{
	const struct query *query;
	struct rows rows;
	struct json_out out;
	struct text t;
	int64_t limit;
	bool alone;
	TRY(read_limit(r, list, &limit, why));
	TRY(read_format(r, list, why));
	TRY(pick_query(r, list, &query, why));
	TRY(ask_rows(r, db, list, query, limit, &alone, &rows, why));
	if (rows_wants_csv(r)) {
		*response = (struct response){
			.status = 200, .type = "text/csv; charset=utf-8", .body = rows_csv(r->arena, &rows, list->columns)
		};
		return OK;
	}
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	rows_array(&out, r->arena, list->name, &rows, list->columns);
	if (alone)
		json_out_null(&out, "next");
	else
		TRY(add_next(r, db, &out, &rows, list, query, request_query(r, "after"), limit, why));
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = 200, .body = text_done(&t) };
	return OK;
}

enum err rows_id(const struct request *r, struct uuid *id, struct why *why)
{
	if (uuid_parse(request_param(r, "id"), id) != OK)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is nothing at %.*s", SPAN_ARG(r->path));
	return OK;
}

enum err rows_one(struct request *r, struct db *db, const struct query *query, struct uuid id, struct rows *rows, struct why *why)
{
	struct args *args = args_new(r->arena);
	args_text(args, r->merchant);
	args_uuid(args, id);
	return db_exec(db, r->arena, query, args, rows, why);
}
