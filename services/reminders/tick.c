#include "tick.h"

#include "clock.h"
#include "handlers.h"
#include "metrics.h"
#include "settings.h"
#include "store.h"

static struct metric waiting = {
	.name = "dunlin_reminders_waiting_for_statements",
	.type = METRIC_GAUGE,
	.help = "Customers whose next level waits until bank statements are up to date.",
};

static struct metric held_back = {
	.name = "dunlin_reminders_held_back",
	.type = METRIC_GAUGE,
	.help = "Notices that wait because their merchant has sent its notices of this hour.",
};

enum { PERIOD_MS = 5000, COUNT_MOST = 1000 };

/* The messages of one kind of work. Ids that come of them are of real time, as those of other roads. */
static enum err messages(struct db *db, struct arena *arena, enum due_kind kind, const char *type, struct instant now, size_t limit,
	struct message ***out, size_t *n, struct why *why)
{
	struct due *due;

	TRY(store_due(db, arena, kind, now, limit, &due, n, why));
	*out = ARENA_ARRAY(arena, struct message *, *n);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = named_message(arena, type, &due[i].what, due[i].no, clock_real());
	return OK;
}

#define DUTY(name, KIND, type)                                                                                                           \
	static enum err name##_due(                                                                                                      \
		struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why) \
	{                                                                                                                                \
		return messages(db, arena, KIND, type, now, limit, out, n, why);                                                         \
	}                                                                                                                                \
	static enum err name##_next(                                                                                                     \
		struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)             \
	{                                                                                                                                \
		return store_due_next(db, arena, KIND, now, due, next, why);                                                             \
	}

DUTY(revise, DUE_REVISE, type_revise)
DUTY(expire, DUE_EXPIRE, type_expire)
DUTY(look, DUE_LOOK, type_look)

/* Whoever was handing it over did not come back: the answer is that nobody knows. */
static enum err lapse_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct due *due;

	TRY(store_due(db, arena, DUE_LAPSE, now, limit, &due, n, why));
	*out = ARENA_ARRAY(arena, struct message *, *n);
	for (size_t i = 0; i < *n; i++) {
		struct answered answered = { .of = due[i].what, .tries = (int)due[i].no, .handover = { .sent = true, .unknown = true } };

		(*out)[i] = ARENA_NEW(arena, struct message);
		(*out)[i]->time = clock_real();
		answered_message(arena, &answered, (*out)[i]);
	}
	return OK;
}

static enum err lapse_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	return store_due_next(db, arena, DUE_LAPSE, now, due, next, why);
}

/* A statement all of whose receipts have been read, or are set aside. */
static enum err count_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct due *due;

	(void)now;
	TRY(store_due_statements(db, arena, limit, &due, n, why));
	*out = ARENA_ARRAY(arena, struct message *, *n);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = named_message(arena, type_count, &due[i].what, 0, clock_real());
	return OK;
}

static enum err count_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct due *found;
	size_t n;

	(void)now;
	TRY(store_due_statements(db, arena, COUNT_MOST, &found, &n, why));
	*due = (int64_t)n;
	next->us = INT64_MAX;
	return OK;
}

/* Makes no messages: counts who waits for what. */
static enum err measure_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	static int64_t measured_at; /* by the one tick thread; it is woken more often than there is need for numbers */
	int64_t customers, pending, held, started = clock_monotonic_us();
	struct instant next;

	(void)limit;
	*out = NULL;
	*n = 0;
	if (measured_at != 0 && started - measured_at < PERIOD_MS * INT64_C(1000))
		return OK;
	measured_at = started;
	TRY(store_waiting(db, arena, &customers, why));
	TRY(store_pending(db, arena, now, reminders_settings.notices_per_hour, &pending, &held, &next, why));
	metric_set(&waiting, (double)customers, NULL);
	metric_set(&held_back, (double)held, NULL);
	return OK;
}

static enum err measure_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	(void)db;
	(void)arena;
	(void)now;
	(void)why;
	*due = 0;
	next->us = INT64_MAX;
	return OK;
}

/* A notice is revised, and a statement counted, before customers are looked at: the day that it takes is then taken. */
const struct duty reminders_duties[] = {
	{ .name = "revise", .period_ms = PERIOD_MS, .due = revise_due, .next = revise_next },
	{ .name = "expire", .period_ms = PERIOD_MS, .due = expire_due, .next = expire_next },
	{ .name = "lapse", .period_ms = PERIOD_MS, .due = lapse_due, .next = lapse_next },
	{ .name = "count", .period_ms = PERIOD_MS, .due = count_due, .next = count_next },
	{ .name = "look", .period_ms = PERIOD_MS, .due = look_due, .next = look_next },
	{ .name = "measure", .period_ms = PERIOD_MS, .due = measure_due, .next = measure_next },
	{ .name = NULL },
};
