#include <string.h>

#include "common_queries.h"
#include "store.h"
#include "wire.h"

/* Where a page of republishing ended: "m:MERCHANT" among merchants, "c:MERCHANT:REF" among customers, which come after. */
static enum err say_merchants(struct db *db, struct arena *arena, struct span *after, int32_t limit, struct say *say, struct instant now,
	size_t *n, struct why *why)
{
	struct merchant *merchants;

	TRY(store_merchants_again(db, arena, span_from(*after, 2), limit, &merchants, n, why));
	for (size_t i = 0; i < *n; i++)
		wire_say_merchant(say, &merchants[i], now);
	if (*n > 0)
		*after = span_of(arena_printf(arena, "m:%.*s", SPAN_ARG(merchants[*n - 1].id)));
	return OK;
}

static enum err say_customers(struct db *db, struct arena *arena, struct span *after, int32_t limit, struct say *say, struct instant now,
	size_t *n, struct why *why)
{
	struct span merchant = { 0 }, ref = { 0 };
	struct customer *customers;

	if (span_starts(*after, "c:"))
		span_cut(span_from(*after, 2), ':', &merchant, &ref);
	TRY(store_customers_again(db, arena, merchant, ref, limit, &customers, n, why));
	for (size_t i = 0; i < *n; i++)
		wire_say_customer(say, &customers[i], now);
	if (*n > 0)
		*after = span_of(arena_printf(arena, "c:%.*s:%.*s", SPAN_ARG(customers[*n - 1].merchant), SPAN_ARG(customers[*n - 1].ref)));
	return OK;
}

enum err store_republish(struct db *db, struct arena *arena, const char *topic, struct span *after, size_t limit, struct say *say,
	size_t *n, struct why *why)
{
	struct rows now;

	if (strcmp(topic, topic_customers) != 0)
		return why_set(why, ERR_INVALID, "topic_unknown", "%s is not a compacted topic of this service", topic);
	TRY(db_exec(db, arena, &q_business_now, NULL, &now, why));
	*n = 0;
	if (!span_starts(*after, "c:"))
		TRY(say_merchants(db, arena, after, (int32_t)limit, say, rows_instant(&now, 0, 0), n, why));
	if (*n == 0)
		return say_customers(db, arena, after, (int32_t)limit, say, rows_instant(&now, 0, 0), n, why);
	return OK;
}
