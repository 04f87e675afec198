#include "tick_ledger.h"

#include "metrics.h"
#include "reconciliation_queries.h"
#include "store_ledger.h"

static struct metric unsealed = { .name = "dunlin_ledger_unsealed_seconds",
	.type = METRIC_GAUGE,
	.help = "Age of the oldest entry of the journal that no block seals; 0: all are sealed." };

enum err tick_seal(struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	(void)limit, (void)out;
	*n = 0;
	metrics_register(&unsealed);
	TRY(ledger_seal(db, now, why));
	args_instant(args, now);
	TRY(db_exec(db, arena, &q_unsealed_age, args, &rows, why));
	metric_set(&unsealed, (double)rows_int8(&rows, 0, 0), NULL);
	return OK;
}
