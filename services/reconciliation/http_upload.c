#include "http_upload.h"

#include "clock.h"
#include "crash.h"
#include "digest.h"
#include "http_reading.h"
#include "http_rows.h"
#include "json_in.h"
#include "random.h"
#include "reconciliation_queries.h"
#include "role.h"
#include "settings.h"

#define SHOWN_END { NULL, SHOWN_TEXT }
enum { MIB = 1 << 20, GAPS_SHOWN = 100, WHO_MOST = 100, PAGE = 100 };

static const struct shown uploads[] = {
	{ "id", SHOWN_UUID },
	{ "name", SHOWN_TEXT },
	{ "size", SHOWN_NUMBER },
	{ "sha256", SHOWN_TEXT },
	{ "part_size", SHOWN_INT },
	{ "parts", SHOWN_NUMBER },
	{ "state", SHOWN_TEXT },
	{ "code", SHOWN_TEXT },
	{ "line", SHOWN_NUMBER },
	{ "reason", SHOWN_TEXT },
	{ "is_new", SHOWN_BOOL },
	{ "has_preview", SHOWN_BOOL },
	{ "tries", SHOWN_INT },
	{ "made_at", SHOWN_INSTANT },
	SHOWN_END,
};
static const struct listed list_uploads = {
	.name = "uploads",
	.query = &q_show_uploads,
	.end = &q_end_uploads,
	.columns = uploads,
	.filters = (const char *const[]){ "state", NULL },
	.most = PAGE,
};

static struct args *args_of(const struct request *r, struct uuid id)
{
	struct args *args = args_new(r->arena);
	args_text(args, r->merchant);
	args_uuid(args, id);
	return args;
}

/* ---- one of them, as it is ---- */

/* Parts that have not come, as stretches. */
static void print_missing(struct json_out *out, const struct rows *missing, int64_t part_size, int64_t size)
{
	int64_t from = 0, to = 0;
	size_t shown = 0;
	json_out_array(out, "missing");
	for (size_t i = 0; i <= missing->count && shown < GAPS_SHOWN; i++) {
		int64_t at = i < missing->count ? rows_int8(missing, i, 0) : -1;
		if (i && at != to) {
			json_out_object(out, NULL);
			json_out_int(out, "from", from);
			json_out_int(out, "to", to < size ? to : size);
			json_out_object_end(out);
			shown++;
		}
		from = i && at == to ? from : at;
		to = at + part_size;
	}
	json_out_array_end(out);
}

static enum err print_upload(struct request *r, struct db *db, struct uuid id, int status, struct response *response, struct why *why)
{
	struct rows rows, missing;
	struct json_out out;
	struct text t;
	TRY(rows_one(r, db, &q_upload_fetch, id, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no such upload");
	TRY(db_exec(db, r->arena, &q_upload_missing, args_of(r, id), &missing, why));
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	rows_members(&out, r->arena, &rows, 0, uploads);
	print_missing(
		&out, &missing, rows_int4(&rows, 0, rows_column(&rows, "part_size")), rows_int8(&rows, 0, rows_column(&rows, "size")));
	json_out_object_end(&out);
	json_out_done(&out);
	*response = (struct response){ .status = status, .body = text_done(&t) };
	return OK;
}

enum err show_upload(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct uuid id;
	TRY(rows_id(r, &id, why));
	return print_upload(r, db, id, 200, response, why);
}

enum err show_uploads(struct request *r, struct db *db, struct response *response, struct why *why)
{
	return rows_list(r, db, &list_uploads, response, why);
}

enum err show_upload_preview(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct uuid id;
	struct rows rows;
	TRY(rows_id(r, &id, why));
	TRY(db_exec(db, r->arena, &q_upload_preview_fetch, args_of(r, id), &rows, why));
	if (!rows.count || !rows_text(&rows, 0, 0).size)
		return why_set(why, ERR_NOT_FOUND, rows.count ? "preview_missing" : "not_found", "there is no preview of such an upload");
	*response = (struct response){ .status = 200, .body = rows_text(&rows, 0, 0) };
	return OK;
}

/* ---- opened ---- */

struct opening {
	struct span name, sha256;
	int64_t size, part_size;
};

static enum err read_opening(const struct request *r, struct opening *o, struct why *why)
{
	struct json_in in;
	struct span hex;
	o->part_size = MIB;
	TRY(json_in_open(&in, r->arena, r->body, why));
	TRY(json_in_text(&in, "name", 1, 200, &o->name, why));
	TRY(json_in_int64(&in, "size", 1, reconciliation_settings.upload_most_mb * MIB, &o->size, why));
	TRY(json_in_text(&in, "sha256", 64, 64, &hex, why));
	if (span_unhex(r->arena, hex, &o->sha256) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "sha256", "SHA-256 of the whole file, as 64 hexadecimal digits");
	if (json_in_has(&in, "part_size"))
		TRY(json_in_int64(&in, "part_size", MIB, UPLOAD_PART_MOST, &o->part_size, why));
	if (o->part_size % MIB)
		return why_field(why, ERR_INVALID, "field_invalid", "part_size", "1, 2, 3 or 4 MiB");
	return json_in_done(&in, why);
}

static struct args *opening_args(const struct request *r, const struct opening *o, struct uuid id)
{
	struct args *args = args_of(r, id);
	args_text(args, o->name);
	args_int8(args, o->size);
	args_bytes(args, o->sha256);
	args_int4(args, (int32_t)o->part_size);
	args_text(args, r->client);
	args_int8(args, reconciliation_settings.upload_open_most);
	return args;
}

/* One of the same bytes that is not closed; where there is none, there are too many others. */
static enum err find_same(struct request *r, struct db *db, const struct opening *o, struct uuid *id, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct rows rows;
	args_text(args, r->merchant);
	args_bytes(args, o->sha256);
	TRY(db_exec(db, r->arena, &q_upload_same, args, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_CONFLICT, "too_many_uploads", "%ld uploads are open; complete or cancel one",
			(long)reconciliation_settings.upload_open_most);
	if (rows_int8(&rows, 0, rows_column(&rows, "size")) != o->size)
		return why_set(why, ERR_CONFLICT, "upload_differs", "an upload with this sha256 is open, of another size");
	*id = rows_uuid(&rows, 0, rows_column(&rows, "upload_id"));
	return OK;
}

enum err upload_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct opening o;
	struct rows rows;
	uint8_t random[10];
	random_bytes(random, sizeof(random));
	struct uuid id = uuid_v7(r->received, random);
	TRY(read_opening(r, &o, why));
	TRY(db_exec(db, r->arena, &q_upload_open, opening_args(r, &o, id), &rows, why));
	bool is_new = rows.affected;
	if (!is_new)
		TRY(find_same(r, db, &o, &id, why));
	return print_upload(r, db, id, is_new ? 201 : 200, response, why);
}

/* ---- a part ---- */

/* A part begins at a multiple of the part size and is as long, the last one shorter: so none overlaps another. */
static enum err check_place(const struct request *r, const struct rows *upload, int64_t *at, struct why *why)
{
	int64_t size = rows_int8(upload, 0, rows_column(upload, "size")), part = rows_int4(upload, 0, rows_column(upload, "part_size"));
	if (span_int64(request_query(r, "offset"), at) != OK || *at < 0 || *at >= size || *at % part)
		return why_field(why, ERR_INVALID, "field_invalid", "offset", "a multiple of %ld below %ld", (long)part, (long)size);
	int64_t expected = size - *at < part ? size - *at : part;
	if ((int64_t)r->body.size != expected)
		return why_set(why, ERR_REFUSED, "part_size_differs", "the part at %ld has %ld bytes, not %zu", (long)*at, (long)expected,
			r->body.size);
	return OK;
}

static enum err closed(const struct rows *upload, struct why *why)
{
	struct span state = rows_text(upload, 0, rows_column(upload, "state"));
	return why_set(why, ERR_CONFLICT, "upload_closed", "the upload is %.*s", SPAN_ARG(state));
}

/* It was there before, or the upload is not open any more. */
static enum err compare_part(
	struct request *r, struct db *db, const struct rows *upload, struct args *args, const struct digest *digest, struct why *why)
{
	struct rows rows;
	TRY(db_exec(db, r->arena, &q_upload_part_fetch, args, &rows, why));
	if (!rows.count)
		return closed(upload, why);
	return span_equal(rows_text(&rows, 0, 0), span_bytes(digest->b, sizeof(digest->b)))
		       ? OK
		       : why_set(why, ERR_CONFLICT, "part_differs", "other bytes are there already");
}

static struct args *part_args(const struct request *r, struct uuid id, int64_t at)
{
	struct args *args = args_of(r, id);
	args_int8(args, at);
	return args;
}

static enum err put_part(struct request *r, struct db *db, struct uuid id, const struct rows *upload, int64_t at, struct digest *digest,
	bool *is_new, struct why *why)
{
	struct args *args = part_args(r, id, at);
	struct rows rows;
	*digest = digest_sha256(r->body);
	args_bytes(args, span_bytes(digest->b, sizeof(digest->b)));
	args_bytes(args, r->body);
	TRY(db_exec(db, r->arena, &q_upload_part_put, args, &rows, why));
	*is_new = rows.affected;
	return *is_new ? OK : compare_part(r, db, upload, part_args(r, id, at), digest, why);
}

static struct response print_part(const struct request *r, int64_t at, const struct digest *digest, bool is_new)
{
	struct json_out out;
	struct text t;
	text_init(&t, r->arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_int(&out, "offset", at);
	json_out_int(&out, "size", (int64_t)r->body.size);
	json_out_span(&out, "sha256", span_hex(r->arena, span_bytes(digest->b, sizeof(digest->b))));
	json_out_bool(&out, "is_new", is_new);
	json_out_object_end(&out);
	json_out_done(&out);
	return (struct response){ .status = is_new ? 201 : 200, .body = text_done(&t) };
}

enum err upload_part_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct uuid id;
	struct rows upload;
	struct digest digest;
	int64_t at;
	bool is_new;
	TRY(rows_id(r, &id, why));
	TRY(rows_one(r, db, &q_upload_fetch, id, &upload, why));
	if (!upload.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no such upload");
	TRY(check_place(r, &upload, &at, why));
	TRY(put_part(r, db, id, &upload, at, &digest, &is_new, why));
	crash_here(CRASH_PART_STORED);
	*response = print_part(r, at, &digest, is_new);
	return OK;
}

/* ---- what is to be done with it ---- */

static struct args *ask_args(const struct request *r, struct uuid id, const char *state, const struct reading_settings *s)
{
	struct args *args = args_of(r, id);
	args_text(args, span_of(state));
	args_text(args, request_query(r, "who"));
	args_text(args, s->account);
	args_text(args, s->profile);
	args_text(args, s->currency);
	args_text(args, s->opening);
	args_text(args, s->closing);
	args_text(args, span_of(charset_word(s->charset)));
	return args;
}

/* Nothing was changed: it was asked before, or parts are missing, or it is somebody else's, or given up. */
static enum err why_not(struct request *r, struct db *db, struct uuid id, const char *state, struct why *why)
{
	struct rows rows, missing;
	TRY(rows_one(r, db, &q_upload_fetch, id, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no such upload");
	TRY(db_exec(db, r->arena, &q_upload_missing, args_of(r, id), &missing, why));
	if (missing.count)
		return why_set(why, ERR_CONFLICT, "upload_incomplete", "%zu parts are missing, the first at %ld", missing.count,
			(long)rows_int8(&missing, 0, 0));
	struct span now = rows_text(&rows, 0, rows_column(&rows, "state"));
	bool was_read = !strcmp(state, "due") && (span_is(now, "taken") || span_is(now, "failed"));
	return was_read || span_is(now, state) ? OK : closed(&rows, why);
}

static enum err ask(struct request *r, struct db *db, const char *state, struct response *response, struct why *why)
{
	struct reading_settings settings;
	struct uuid id;
	struct rows rows;
	TRY(rows_id(r, &id, why));
	TRY(reading_settings_read(r, &settings, why));
	if (request_query(r, "who").size > WHO_MOST)
		return why_field(why, ERR_INVALID, "field_invalid", "who", "who is at most %d bytes", WHO_MOST);
	TRY(db_exec(db, r->arena, &q_upload_ask, ask_args(r, id, state, &settings), &rows, why));
	if (!rows.affected)
		TRY(why_not(r, db, id, state, why));
	crash_here(CRASH_UPLOAD_COMPLETE);
	role_wake(ROLE_BULK);
	return print_upload(r, db, id, rows.affected ? 202 : 200, response, why);
}

enum err upload_complete_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	return ask(r, db, "due", response, why);
}

enum err upload_preview_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	return ask(r, db, "previewing", response, why);
}

enum err upload_cancel_accept(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct uuid id;
	struct rows rows;
	TRY(rows_id(r, &id, why));
	TRY(db_exec(db, r->arena, &q_upload_cancel, args_of(r, id), &rows, why));
	if (rows.affected)
		return print_upload(r, db, id, 200, response, why);
	TRY(rows_one(r, db, &q_upload_fetch, id, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no such upload");
	return span_is(rows_text(&rows, 0, rows_column(&rows, "state")), "cancelled") ? print_upload(r, db, id, 200, response, why)
										      : closed(&rows, why);
}
