#include "tick.h"

#include <stdatomic.h>

#include "clock.h"
#include "handlers.h"
#include "log.h"
#include "metrics.h"
#include "reconciliation_queries.h"
#include "settings.h"
#include "tick_ledger.h"
#include "tick_lines.h"
#include "tick_queue.h"
#include "tick_report.h"
#include "tick_undo.h"
#include "tick_upload.h"
#include "wire.h"

enum { REMATCH_SPACING_MS = 1000, COUNT_MOST = 1000, CAUSES = 1000, CAUSE_ROUNDS = 50 };

void tick_messages(struct arena *arena, const struct rows *rows, const char *source, const char *type, const char *column,
	struct message ***out, size_t *n)
{
	*out = ARENA_ARRAY(arena, struct message *, rows->count + 1);
	for (*n = 0; *n < rows->count; (*n)++) {
		struct message *m = ARENA_NEW(arena, struct message);
		struct own *own = ARENA_NEW(arena, struct own);
		own->merchant = rows_text(rows, *n, rows_column(rows, "merchant_id"));
		own->id = rows_uuid(rows, *n, rows_column(rows, column));
		m->source = span_of(source);
		m->id = rows_text(rows, *n, rows_column(rows, "id"));
		m->type = span_of(type);
		m->format = FORMAT_JSON;
		m->payload = wire_print_own(arena, own);
		m->time = clock_real();
		m->fate = FATE_SET_ASIDE;
		(*out)[*n] = m;
	}
}

enum err tick_look(struct db *db, struct arena *arena, const struct query *query, const struct instant *now, size_t limit,
	struct rows *rows, struct why *why)
{
	struct args *args = args_new(arena);
	args_int8(args, (int64_t)limit);
	if (now)
		args_instant(args, *now);
	return db_exec(db, arena, query, args, rows, why);
}

/* ---- statements ---- */

static enum err staged(struct db *db, struct arena *arena, int64_t least, int64_t most, size_t limit, struct rows *rows, struct why *why)
{
	struct args *args = args_new(arena);
	args_int8(args, (int64_t)limit);
	args_int8(args, least);
	args_int8(args, most);
	return db_exec(db, arena, &q_statement_due, args, rows, why);
}

static int64_t large(void)
{
	return reconciliation_settings.statement_large_lines ? reconciliation_settings.statement_large_lines : INT64_MAX;
}

static enum err statement_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	(void)now;
	TRY(staged(db, arena, 0, large() - 1, limit, &rows, why));
	tick_messages(arena, &rows, "tick:statement", type_decide_statement, "statement_id", out, n);
	return OK;
}

enum err statement_large_due(struct db *db, struct arena *arena, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	TRY(staged(db, arena, large(), INT64_MAX, limit, &rows, why));
	tick_messages(arena, &rows, "tick:statement", type_decide_statement, "statement_id", out, n);
	return OK;
}

static enum err statement_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct rows rows;
	(void)now;
	TRY(staged(db, arena, 0, INT64_MAX, COUNT_MOST, &rows, why));
	*due = (int64_t)rows.count;
	next->us = INT64_MAX;
	return OK;
}

/* ---- lines that wait ---- */

/* Under load every commit wakes the tick; looking again once a second is enough there. */
static bool is_too_soon(void)
{
	static _Atomic int64_t last;
	int64_t now = clock_monotonic_us();
	if (!common_settings.sandbox && last && now - last < REMATCH_SPACING_MS * INT64_C(1000))
		return true;
	last = now;
	return false;
}

/* One round over the causes that came first: what they find is due; where they find nothing they have served. */
static enum err rematch_round(
	struct db *db, struct arena *arena, size_t limit, struct message ***out, size_t *n, bool *more, struct why *why)
{
	struct args *due = args_new(arena), *done = args_new(arena);
	struct rows causes, rows;
	args_int8(due, (int64_t)limit);
	struct array *of_due = args_array(due, DB_INT8), *of_done = args_array(done, DB_INT8);
	TRY(tick_look(db, arena, &q_rematch_first, NULL, CAUSES, &causes, why));
	*more = causes.count == CAUSES;
	for (size_t i = 0; i < causes.count; i++) {
		array_int8(of_due, rows_int8(&causes, i, 0));
		array_int8(of_done, rows_int8(&causes, i, 0));
	}
	if (!causes.count)
		return OK;
	TRY(db_exec(db, arena, &q_rematch_due, due, &rows, why));
	tick_messages(arena, &rows, "tick:rematch", type_try_line, "line_id", out, n);
	return rows.count ? OK : db_exec(db, arena, &q_rematch_done, done, &rows, why);
}

static enum err rematch_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	bool more = true;
	(void)now;
	*n = 0;
	if (is_too_soon())
		return OK;
	for (int round = 0; round < CAUSE_ROUNDS && more && !*n; round++)
		TRY(rematch_round(db, arena, limit, out, n, &more, why));
	return OK;
}

static enum err rematch_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct rows rows;
	(void)now;
	TRY(tick_look(db, arena, &q_rematch_waiting, NULL, COUNT_MOST, &rows, why));
	*due = rows_int8(&rows, 0, rows_column(&rows, "count"));
	next->us = INT64_MAX;
	return OK;
}

/* ---- what did not come ---- */

static enum err later(
	struct db *db, struct arena *arena, struct instant now, const struct query *query, struct instant *next, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_instant(args, now);
	TRY(db_exec(db, arena, query, args, &rows, why));
	int at = rows_column(&rows, "at");
	next->us = rows.count && !rows_is_null(&rows, 0, at) ? rows_instant(&rows, 0, at).us + 1 : INT64_MAX;
	return OK;
}

enum err tick_next(struct db *db, struct arena *arena, struct instant now, const struct query *is_due, const struct query *is_later,
	int64_t *due, struct instant *next, struct why *why)
{
	struct rows rows;
	TRY(tick_look(db, arena, is_due, &now, COUNT_MOST, &rows, why));
	*due = (int64_t)rows.count;
	return later(db, arena, now, is_later, next, why);
}

static enum err payout_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	TRY(tick_look(db, arena, &q_payout_late_due, &now, limit, &rows, why));
	tick_messages(arena, &rows, "tick:payout", type_miss_payout, "payout_id", out, n);
	return OK;
}

static enum err payout_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return tick_next(db, arena, now, &q_payout_late_due, &q_payout_late_next, due, next, why);
}

static enum err wanted_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	TRY(tick_look(db, arena, &q_wanted_late_due, &now, limit, &rows, why));
	tick_messages(arena, &rows, "tick:wanted", type_miss_reference, "receipt_id", out, n);
	return OK;
}

static enum err wanted_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return tick_next(db, arena, now, &q_wanted_late_due, &q_wanted_late_next, due, next, why);
}

static enum err unapplied_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	TRY(tick_look(db, arena, &q_unapplied_aged_due, &now, limit, &rows, why));
	tick_messages(arena, &rows, "tick:unapplied", type_age_unapplied, "receipt_id", out, n);
	return OK;
}

static enum err unapplied_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return tick_next(db, arena, now, &q_unapplied_aged_due, &q_unapplied_aged_next, due, next, why);
}

/* ---- what is kept for a while ---- */

static enum err retention_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	(void)now, (void)limit, (void)out;
	*n = 0;
	args_int4(args, (int32_t)reconciliation_settings.statement_bytes_days);
	return reconciliation_settings.statement_bytes_days ? db_exec(db, arena, &q_file_bytes_expire, args, &rows, why) : OK;
}

/* ---- running sums ---- */

static struct metric recount_differences = { .name = "dunlin_recount_differences",
	.type = METRIC_GAUGE,
	.help = "Running sums that the last recount of each merchant found to differ from their rows." };

static enum err sum_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	(void)now, (void)limit, (void)out;
	*n = 0;
	metrics_register(&recount_differences);
	TRY(db_exec(db, arena, &q_sum_fold, NULL, &rows, why));
	TRY(db_exec(db, arena, &q_recount_expect, NULL, &rows, why));
	TRY(db_exec(db, arena, &q_recount_known, NULL, &rows, why));
	metric_set(&recount_differences, (double)rows_int8(&rows, 0, 0), NULL);
	return OK;
}

static struct metric unexplained = { .name = "dunlin_unexplained_minor_units",
	.type = METRIC_GAUGE,
	.help = "What an account of the ledger differs by from its sub-ledger, without signs; anything but 0 is a broken book.",
	.labels = "account" };

static enum err tie_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct rows rows;
	(void)now, (void)limit, (void)out;
	*n = 0;
	TRY(db_exec(db, arena, &q_tie_breaks, NULL, &rows, why));
	for (size_t i = 0; i < rows.count; i++) {
		struct span account = rows_text(&rows, i, rows_column(&rows, "name"));
		int64_t minor = rows_int8(&rows, i, rows_column(&rows, "minor"));
		metric_set(&unexplained, (double)minor, span_cstr(arena, account), NULL);
		if (minor)
			log_error("the books are broken", LOG_SPAN("account", account), LOG_NUMBER("minor", minor));
	}
	return OK;
}

/* Nothing of business waits for it. */
static enum err sum_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	(void)db, (void)arena, (void)now, (void)why;
	*due = 0;
	next->us = INT64_MAX;
	return OK;
}

const struct duty reconciliation_duties[] = {
	{ .name = "statements", .period_ms = 1000, .due = statement_due, .next = statement_next },
	{ .name = "lines", .period_ms = 1000, .due = lines_due, .next = lines_next, .done = lines_done, .shared = true },
	{ .name = "undo", .period_ms = 1000, .due = undo_due, .next = undo_next },
	{ .name = "rematch", .period_ms = 1000, .due = rematch_due, .next = rematch_next },
	{ .name = "payouts", .period_ms = 60000, .due = payout_due, .next = payout_next },
	{ .name = "reports", .period_ms = 1000, .due = report_due, .next = report_next },
	{ .name = "unreported", .period_ms = 60000, .due = unreported_due, .next = unreported_next },
	{ .name = "unsettled", .period_ms = 60000, .due = unsettled_due, .next = unsettled_next },
	{ .name = "references", .period_ms = 60000, .due = wanted_due, .next = wanted_next },
	{ .name = "unapplied", .period_ms = 60000, .due = unapplied_due, .next = unapplied_next },
	{ .name = "sums", .period_ms = 1000, .due = sum_due, .next = sum_next, .lazy = true },
	{ .name = "ties", .period_ms = 10000, .due = tie_due, .next = sum_next, .lazy = true },
	{ .name = "seal", .period_ms = 2000, .due = tick_seal, .next = sum_next, .lazy = true },
	{ .name = "retention", .period_ms = 60000, .due = retention_due, .next = sum_next, .lazy = true },
	{ .name = "uploads", .period_ms = 1000, .due = upload_clear, .next = upload_next, .lazy = true },
	{ .name = "queue", .period_ms = 30000, .due = queue_count, .next = sum_next, .lazy = true },
	{ .name = NULL },
};
