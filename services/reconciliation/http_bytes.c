#include "http_bytes.h"

#include "common_queries.h"
#include "reconciliation_queries.h"

static enum err read_piece(const struct request *r, int64_t *piece, struct why *why)
{
	struct span text = request_query(r, "piece");
	*piece = 1;
	if (text.size && (span_int64(text, piece) != OK || *piece < 1 || *piece > INT32_MAX))
		return why_field(why, ERR_INVALID, "field_invalid", "piece", "piece is a number from 1");
	return OK;
}

/* Who looked, and at what: the page itself is no unit of work. */
static enum err note_look(struct request *r, struct db *db, struct span hash, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct rows rows;
	args_text(args, r->client);
	args_text(args, SPAN("read statement file"));
	args_text(args, span_of(arena_printf(r->arena, "%.*s/%.*s", SPAN_ARG(r->merchant), SPAN_ARG(hash))));
	args_text(args, SPAN(""));
	return db_exec(db, r->arena, &q_audit_write, args, &rows, why);
}

enum err show_file_bytes(struct request *r, struct db *db, struct response *response, struct why *why)
{
	struct args *args = args_new(r->arena);
	struct span hash = request_param(r, "id");
	struct rows rows;
	int64_t piece;
	TRY(read_piece(r, &piece, why));
	args_text(args, r->merchant);
	args_text(args, hash);
	args_int4(args, (int32_t)piece);
	TRY(db_exec(db, r->arena, &q_show_file_bytes, args, &rows, why));
	if (!rows.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no such file");
	if (rows_is_null(&rows, 0, rows_column(&rows, "bytes")))
		return why_set(why, ERR_NOT_FOUND, "bytes_gone", "the file has no such piece, or its bytes are kept no longer");
	TRY(note_look(r, db, hash, why));
	*response = (struct response){
		.status = 200, .type = "application/octet-stream", .body = rows_text(&rows, 0, rows_column(&rows, "bytes"))
	};
	return OK;
}
