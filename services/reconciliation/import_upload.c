#include "import_upload.h"

#include "crash.h"
#include "http_preview.h"
#include "log.h"
#include "reconciliation_queries.h"

enum { PIECE = 1 << 20 };

/* One upload that is being read. */
struct upload {
	struct role *role;
	struct db *db;
	struct arena *arena, *piece; /* piece: of one read */
	struct span merchant;
	struct uuid id;
	int64_t size;
	int32_t part_size;
	struct digest sha256;
};

static struct args *args_of(const struct upload *u)
{
	struct args *args = args_new(u->arena);
	args_text(args, u->merchant);
	args_uuid(args, u->id);
	return args;
}

/* ---- its bytes ---- */

static struct args *piece_args(const struct upload *u, int64_t at)
{
	struct args *args = args_new(u->piece);
	int64_t inside = at % u->part_size;
	args_text(args, u->merchant);
	args_uuid(args, u->id);
	args_int8(args, at - inside);
	args_int4(args, (int32_t)inside);
	args_int4(args, PIECE);
	return args;
}

static enum err read_piece(struct import_source *source, struct span *bytes, struct why *why)
{
	struct upload *u = source->ctx;
	struct rows rows;
	if (u->role && role_stopping(u->role))
		return why_set(why, ERR_RETRY, "stopping", "the process is told to stop");
	if (u->role)
		role_beat(u->role);
	arena_reset(u->piece);
	*bytes = SPAN("");
	if ((int64_t)source->at == u->size)
		return OK;
	TRY(db_exec(u->db, u->piece, &q_upload_read, piece_args(u, (int64_t)source->at), &rows, why));
	if (!rows.count)
		return why_set(why, ERR_BUG, "part_gone", "a part of an upload that is complete is not there");
	*bytes = rows_text(&rows, 0, 0);
	source->at += bytes->size;
	return OK;
}

static void again(struct import_source *source)
{
	source->at = 0;
}

static struct span text_of(const struct rows *rows, const char *column)
{
	return rows_text(rows, 0, rows_column(rows, column));
}

static struct import_source source_of(struct upload *u, const struct rows *rows)
{
	struct import_source source = { .read = read_piece, .again = again, .ctx = u, .expected = &u->sha256 };
	source.reading = (struct reading_settings){
		.charset = charset_find(text_of(rows, "charset")),
		.account = text_of(rows, "account"),
		.profile = text_of(rows, "profile"),
		.currency = text_of(rows, "currency"),
		.opening = text_of(rows, "opening"),
		.closing = text_of(rows, "closing"),
	};
	return source;
}

/* ---- what became of it ---- */

static void add_refusal(const struct upload *u, struct args *args, const struct violation *refused)
{
	bool good = refused->rule == RULE_NONE;
	args_text(args, good ? SPAN("") : span_of(rule_word(refused->rule)));
	args_int8(args, refused->place.line);
	args_text(args, good ? SPAN("") : span_of(arena_strdup(u->arena, refused->text[0] ? refused->text : rule_help(refused->rule))));
}

static void queue_taken(const struct upload *u, const struct imported *imported)
{
	struct args *args = args_of(u);
	args_text(args, SPAN("taken"));
	add_refusal(u, args, &imported->refused);
	args_bool(args, imported->is_new);
	db_queue(u->db, &q_upload_close, args, 1);
}

static enum err take(struct upload *u, const struct import_origin *from, struct import_source *source, struct why *why)
{
	struct imported imported;
	TRY(import_stage(u->db, u->arena, from, source, &imported, why));
	queue_taken(u, &imported);
	TRY(db_flush(u->db, why));
	crash_here(CRASH_STATEMENT_STAGED);
	TRY(db_commit(u->db, why));
	crash_here(CRASH_STATEMENT_COMMITTED);
	role_wake(ROLE_TICK);
	return OK;
}

static enum err look(struct upload *u, const struct import_origin *from, struct import_source *source, struct why *why)
{
	struct args *args = args_of(u);
	struct preview preview;
	struct rows rows;
	TRY(import_preview(u->db, u->arena, from, source, &preview, why));
	args_text(args, preview_print(u->arena, &preview));
	add_refusal(u, args, &preview.imported.refused);
	return db_exec(u->db, u->arena, &q_upload_previewed, args, &rows, why);
}

/* What no other try would make better is said to who asks for it. */
static enum err fail(const struct upload *u, const struct why *failure, struct why *why)
{
	struct args *args = args_of(u);
	struct rows rows;
	log_why(failure->err == ERR_BUG ? LOG_ERROR : LOG_WARN, "an upload failed", failure);
	args_text(args, SPAN("failed"));
	args_text(args, span_of(failure->err == ERR_BUG ? "internal" : failure->code));
	args_int8(args, 0);
	args_text(args, span_of(failure->err == ERR_BUG ? "the file can't be imported; the log says why" : failure->text));
	args_bool(args, false);
	return db_exec(u->db, u->arena, &q_upload_close, args, &rows, why);
}

/* ---- one of them ---- */

static enum err read_it(struct upload *u, const struct rows *rows, struct why *why)
{
	struct import_origin from = { u->merchant, text_of(rows, "client"), text_of(rows, "name"), text_of(rows, "uploaded_by") };
	struct import_source source = source_of(u, rows);
	struct why failure = { 0 };
	memcpy(u->sha256.b, text_of(rows, "sha256").at, sizeof(u->sha256.b));
	u->size = rows_int8(rows, 0, rows_column(rows, "size"));
	u->part_size = rows_int4(rows, 0, rows_column(rows, "part_size"));
	u->piece = arena_open();
	enum err err =
		span_is(text_of(rows, "state"), "previewing") ? look(u, &from, &source, &failure) : take(u, &from, &source, &failure);
	arena_close(u->piece);
	if (err == OK)
		return OK;
	db_rollback(u->db);
	*why = failure;
	failure.err = err;
	return err == ERR_RETRY ? err : fail(u, &failure, why);
}

/* The lock comes before the look: what its last holder committed is seen. */
static enum err try(struct upload *u, bool *did, struct why *why)
{
	struct args *args = args_new(u->arena);
	struct rows rows;
	args_text(args, span_of(uuid_text(u->arena, u->id)));
	TRY(db_exec(u->db, u->arena, &q_upload_take, args, &rows, why));
	if (!rows_bool(&rows, 0, 0))
		return OK;
	TRY(db_exec(u->db, u->arena, &q_upload_taken_up, args_of(u), &rows, why));
	*did = rows.count;
	crash_here(CRASH_UPLOAD_TAKEN);
	return *did ? read_it(u, &rows, why) : OK;
}

enum err upload_read_next(struct role *role, struct db *db, struct arena *arena, bool *did, struct why *why)
{
	struct rows waiting, rows;
	TRY(db_exec(db, arena, &q_upload_give_back, NULL, &rows, why));
	TRY(db_exec(db, arena, &q_upload_waiting, NULL, &waiting, why));
	for (size_t i = 0; i < waiting.count && !*did; i++) {
		struct upload u = { .role = role, .db = db, .arena = arena };
		u.merchant = rows_text(&waiting, i, rows_column(&waiting, "merchant_id"));
		u.id = rows_uuid(&waiting, i, rows_column(&waiting, "upload_id"));
		TRY(try(&u, did, why));
	}
	return OK;
}
