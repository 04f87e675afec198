#include "tick.h"

#include "store.h"

/* Lines of one batch, about: how many customers are billed at once depends on how much waits on their drafts. */
enum { BATCH_LINES = 20000 };

static enum err billing_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	struct bill_customer *due;
	size_t count, lines = 0;

	TRY(store_billing_due(db, arena, now, limit, &due, &count, why));
	*messages = ARENA_ARRAY(arena, struct message *, count);
	for (*n = 0; *n < count && lines < BATCH_LINES; (*n)++) {
		(*messages)[*n] = bill_customer_message(arena, &due[*n], now);
		lines += (size_t)due[*n].charges;
	}
	return OK;
}

const struct duty invoicing_duties[] = {
	{ .name = "billing_day", .period_ms = 1000, .due = billing_due, .next = store_billing_next },
	{ .name = NULL },
};
