#include "tick_recount.h"

#include "http_sums.h"
#include "log.h"
#include "reconciliation_queries.h"

static struct args *args_of(struct arena *arena, struct span text)
{
	struct args *args = args_new(arena);
	args_text(args, text);
	return args;
}

static enum err count(struct db *db, struct arena *arena, struct span merchant, struct rows *rows, struct why *why)
{
	TRY(db_begin(db, why));
	db_patience(db, RECOUNT_PATIENCE_S);
	db_queue(db, &q_recount_plan, NULL, 1);
	enum err err = db_exec(db, arena, &q_recount_run, args_of(arena, merchant), rows, why);
	if (err == OK)
		err = db_commit(db, why);
	if (err != OK)
		db_rollback(db);
	return err;
}

static enum err recount(struct db *db, struct arena *arena, struct span merchant, struct why *why)
{
	struct rows rows;
	TRY(count(db, arena, merchant, &rows, why));
	int32_t differences = rows_int4(&rows, 0, rows_column(&rows, "differences"));
	if (differences)
		log_error("recount", LOG_SPAN("merchant", merchant), LOG_NUMBER("differences", differences),
			LOG_NUMBER("minor", rows_int8(&rows, 0, rows_column(&rows, "minor"))));
	return OK;
}

/* The lock, which upload_read_next gives back, comes before the look: a recount that its last holder ended is seen. */
static enum err take(struct db *db, struct arena *arena, struct span merchant, bool *taken, struct why *why)
{
	struct rows rows;
	struct span name = span_of(arena_printf(arena, "recount:%.*s", SPAN_ARG(merchant)));
	TRY(db_exec(db, arena, &q_upload_take, args_of(arena, name), &rows, why));
	*taken = rows_bool(&rows, 0, 0);
	if (!*taken)
		return OK;
	TRY(db_exec(db, arena, &q_recount_begin, args_of(arena, merchant), &rows, why));
	*taken = rows.affected;
	return OK;
}

enum err recount_next(struct db *db, struct arena *arena, bool *did, struct why *why)
{
	struct rows due;
	TRY(db_exec(db, arena, &q_recount_due, NULL, &due, why));
	for (size_t i = 0; i < due.count && !*did; i++) {
		struct span merchant = rows_text(&due, i, 0);
		TRY(take(db, arena, merchant, did, why));
		if (*did)
			TRY(recount(db, arena, merchant, why));
	}
	return OK;
}
