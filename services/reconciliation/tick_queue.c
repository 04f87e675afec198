#include "tick_queue.h"

#include "exception.h"
#include "metrics.h"
#include "reconciliation_queries.h"

static struct metric exceptions = { .name = "dunlin_exceptions",
	.type = METRIC_GAUGE,
	.help = "Open exceptions by type and by the days since they were opened.",
	.labels = "type,age" };

/* As the statement queue_counts numbers them. */
static const char *const ages[] = { "up to 1 day", "up to 7 days", "up to 30 days", "up to 90 days", "over 90 days" };
enum { AGES = sizeof(ages) / sizeof(ages[0]) };

enum err queue_count(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	int64_t counts[EXCEPTION_KINDS + 1][AGES] = { 0 };
	struct args *args = args_new(arena);
	struct rows rows;
	(void)limit, (void)out;
	*n = 0;
	args_instant(args, now);
	TRY(db_exec(db, arena, &q_queue_counts, args, &rows, why));
	for (size_t i = 0; i < rows.count; i++)
		counts[exception_find(rows_text(&rows, i, rows_column(&rows, "kind")))][rows_int4(&rows, i, rows_column(&rows, "age"))] =
			rows_int8(&rows, i, rows_column(&rows, "count"));
	for (int kind = 1; kind < EXCEPTION_KINDS; kind++)
		for (int age = 0; age < AGES; age++)
			metric_set(&exceptions, (double)counts[kind][age], exception_word((enum exception_kind)kind), ages[age], NULL);
	return OK;
}
