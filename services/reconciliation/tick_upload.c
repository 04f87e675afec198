#include "tick_upload.h"

#include "reconciliation_queries.h"
#include "settings.h"

enum { COUNT_MOST = 1000 };

static struct args *leftover_args(struct arena *arena, const struct rows *leftover)
{
	struct args *args = args_new(arena);
	args_text(args, rows_text(leftover, 0, rows_column(leftover, "merchant_id")));
	args_uuid(args, rows_uuid(leftover, 0, rows_column(leftover, "upload_id")));
	return args;
}

/* Some parts of one that is closed: many megabytes are not deleted at once. */
static enum err drop_some(struct db *db, struct arena *arena, struct why *why)
{
	struct rows leftover, rows;
	TRY(db_exec(db, arena, &q_upload_leftover, NULL, &leftover, why));
	if (!leftover.count)
		return OK;
	TRY(db_exec(db, arena, &q_upload_parts_drop, leftover_args(arena, &leftover), &rows, why));
	return rows.affected ? OK : db_exec(db, arena, &q_upload_dropped, leftover_args(arena, &leftover), &rows, why);
}

enum err upload_clear(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	(void)now, (void)limit, (void)out;
	*n = 0;
	args_int4(args, (int32_t)reconciliation_settings.upload_hours);
	TRY(db_exec(db, arena, &q_upload_expire, args, &rows, why));
	return drop_some(db, arena, why);
}

enum err upload_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	(void)now;
	args_int8(args, COUNT_MOST);
	TRY(db_exec(db, arena, &q_upload_waiting_count, args, &rows, why));
	*due = rows_int8(&rows, 0, 0);
	next->us = INT64_MAX;
	return OK;
}
