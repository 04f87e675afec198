#include "tick_report.h"

#include "handlers.h"
#include "reconciliation_queries.h"
#include "tick.h"

enum { WAYS = 4 }; /* to pair an item with a line: those of the statement report_pair */

static struct args *keys_of(struct arena *arena, const struct rows *due)
{
	struct args *args = args_new(arena);
	struct array *merchants = args_array(args, DB_TEXT), *ids = args_array(args, DB_UUID);
	for (size_t i = 0; i < due->count; i++) {
		array_text(merchants, rows_text(due, i, rows_column(due, "merchant_id")));
		array_uuid(ids, rows_uuid(due, i, rows_column(due, "report_id")));
	}
	return args;
}

/* What it was paired with is noted first: what comes while it is paired makes it due again. */
static enum err pair(struct db *db, struct arena *arena, const struct rows *due, struct why *why)
{
	struct rows rows;
	if (!due->count)
		return OK;
	TRY(db_exec(db, arena, &q_report_mark, keys_of(arena, due), &rows, why));
	for (int way = 1; way <= WAYS; way++) {
		struct args *args = keys_of(arena, due);
		args_int4(args, way);
		TRY(db_exec(db, arena, &q_report_pair, args, &rows, why));
	}
	return OK;
}

enum err report_due(struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	TRY(tick_look(db, arena, &q_report_due, &now, limit, &rows, why));
	TRY(pair(db, arena, &rows, why));
	tick_messages(arena, &rows, "tick:report", type_compare_report, "report_id", out, n);
	return OK;
}

enum err report_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return tick_next(db, arena, now, &q_report_due, &q_report_next, due, next, why);
}

enum err unreported_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	TRY(tick_look(db, arena, &q_unreported_due, &now, limit, &rows, why));
	tick_messages(arena, &rows, "tick:unreported", type_miss_report, "payout_id", out, n);
	return OK;
}

enum err unsettled_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	TRY(tick_look(db, arena, &q_unsettled_due, &now, limit, &rows, why));
	tick_messages(arena, &rows, "tick:settlement", type_miss_settlement, "receipt_id", out, n);
	return OK;
}

enum err unsettled_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return tick_next(db, arena, now, &q_unsettled_due, &q_unsettled_next, due, next, why);
}

enum err unreported_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return tick_next(db, arena, now, &q_unreported_due, &q_unreported_next, due, next, why);
}
