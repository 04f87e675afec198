#include "tick_undo.h"

#include "handlers.h"
#include "reconciliation_queries.h"
#include "tick.h"

enum { COUNT_MOST = 1000 };

static enum err look(struct db *db, struct arena *arena, size_t limit, struct rows *rows, struct why *why)
{
	struct args *args = args_new(arena);
	args_int8(args, (int64_t)limit);
	return db_exec(db, arena, &q_undo_due, args, rows, why);
}

enum err undo_due(struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	(void)now;
	TRY(look(db, arena, limit, &rows, why));
	tick_messages(arena, &rows, "tick:undo", type_undo_line, "line_id", out, n);
	return OK;
}

enum err undo_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct rows rows;
	(void)now;
	TRY(look(db, arena, COUNT_MOST, &rows, why));
	*due = (int64_t)rows.count;
	next->us = INT64_MAX;
	return OK;
}
