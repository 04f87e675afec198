#include "common_queries.h"
#include "kafka.h"
#include "ops.h"
#include "service.h"

static void take_next(struct idle *idle, struct instant next)
{
	if (next.us < idle->next_due.us)
		idle->next_due = next;
}

static enum err read_now(struct db *db, struct arena *arena, struct idle *idle, struct why *why)
{
	struct rows rows;

	TRY(db_exec(db, arena, &q_business_now, NULL, &rows, why));
	idle->now = rows_instant(&rows, 0, 0);
	return OK;
}

static enum err read_due(const struct service *service, struct db *db, struct arena *arena, struct idle *idle, struct why *why)
{
	for (const struct duty *duty = service->duties; duty != NULL && duty->name != NULL; duty++) {
		struct instant next = { INT64_MAX };
		int64_t due = 0;

		TRY(duty->next(db, arena, idle->now, &due, &next, why));
		idle->due += due;
		take_next(idle, next);
	}
	return OK;
}

static enum err read_sending(const struct service *service, struct db *db, struct arena *arena, struct idle *idle, struct why *why)
{
	for (const struct errand *errand = service->errands; errand != NULL && errand->name != NULL; errand++) {
		struct instant next = { INT64_MAX };
		int64_t pending = 0;

		TRY(errand->pending(db, arena, idle->now, &pending, &next, why));
		idle->sending += pending;
		take_next(idle, next);
	}
	return OK;
}

static enum err read_backlog(struct db *db, struct arena *arena, struct idle *idle, struct why *why)
{
	struct rows rows;

	TRY(db_exec(db, arena, &q_ops_backlog, NULL, &rows, why));
	idle->backlog = rows_int8(&rows, 0, rows_column(&rows, "backlog"));
	idle->parked = rows_int8(&rows, 0, rows_column(&rows, "parked"));
	idle->produced = rows_int8(&rows, 0, rows_column(&rows, "produced"));
	return OK;
}

enum err idle_read(const struct service *service, struct db *db, struct arena *arena, struct idle *idle, struct why *why)
{
	*idle = (struct idle){ .next_due = { INT64_MAX } };
	if (service->intakes != NULL)
		TRY(kafka_lag(service, db, arena, &idle->lag, &idle->consumed, why));
	TRY(read_now(db, arena, idle, why));
	TRY(read_due(service, db, arena, idle, why));
	TRY(read_sending(service, db, arena, idle, why));
	return read_backlog(db, arena, idle, why);
}

bool idle_is(const struct idle *idle)
{
	return idle->lag == 0 && idle->due == 0 && idle->sending == 0 && idle->backlog == 0;
}
