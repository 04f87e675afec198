#include "clock.h"
#include "common_queries.h"
#include "crash.h"
#include "log.h"
#include "metrics.h"
#include "role.h"
#include "service.h"

enum { IDLE_MS = 1000, SPACING_MS = 100, SANDBOX_SPACING_MS = 2, FOLLOWER_MS = 1000, KEEP_S = 600, LAZY = 50, LAZY_MOST_S = 30 };
enum { LOOK_MOST = 64 * UNIT_MESSAGES };
enum { OUTBOX_ROWS = 1000000, OUTBOX_DAYS = 30, INBOX_DAYS = 400 };

static struct metric due_total = {
	.name = "dunlin_due_total", .type = METRIC_COUNTER, .help = "Due actions taken, by duty.", .labels = "duty"
};

struct tick {
	const struct service *service;
	struct role *role;
	struct db *db;
	struct unit *unit;
	bool leads;
	int64_t kept_at, house_at;
	struct instant moved_to;
	int64_t *look_at; /* per duty, monotonic: not before */
};

static enum err lead(struct tick *t, struct why *why)
{
	struct rows r;

	if (t->leads && db_is_alive(t->db))
		return OK;
	TRY(db_exec(t->db, unit_arena(t->unit), &q_tick_lead, NULL, &r, why));
	t->leads = rows_bool(&r, 0, rows_column(&r, "lead"));
	return OK;
}

/* The outbox is about to enter its last partition: a backlog can fill one between two turns. */
static enum err is_room_short(struct tick *t, bool *is_short, struct why *why)
{
	struct args *a = args_new(unit_arena(t->unit));
	struct rows r;

	args_int8(a, OUTBOX_ROWS);
	TRY(db_exec(t->db, unit_arena(t->unit), &q_partition_missing, a, &r, why));
	*is_short = rows_bool(&r, 0, rows_column(&r, "missing"));
	return OK;
}

static enum err keep_partitions(struct tick *t, int64_t now, struct why *why)
{
	struct args *a = args_new(unit_arena(t->unit));
	bool is_short = false;
	struct rows r;

	TRY(is_room_short(t, &is_short, why));
	if (t->kept_at != 0 && !is_short && now - t->kept_at < KEEP_S * US_PER_SECOND)
		return OK;
	args_int8(a, OUTBOX_ROWS);
	args_int4(a, OUTBOX_DAYS);
	args_int4(a, INBOX_DAYS);
	TRY(db_exec(t->db, unit_arena(t->unit), &q_partition_keep, a, &r, why));
	if (r.count > 0 && rows_text(&r, 0, 0).size > 0)
		log_info("partitions", LOG_SPAN("done", rows_text(&r, 0, 0)));
	t->kept_at = now;
	return OK;
}

static enum err keep_statistics(struct tick *t, struct why *why)
{
	struct rows r;

	TRY(db_exec(t->db, unit_arena(t->unit), &q_statistics_keep, NULL, &r, why));
	if (r.count > 0 && rows_text(&r, 0, 0).size > 0)
		log_info("statistics", LOG_SPAN("of", rows_text(&r, 0, 0)));
	return OK;
}

/* Once a second, within long work too. */
static enum err keep_house(struct tick *t, struct why *why)
{
	int64_t now = clock_monotonic_us();

	if (t->house_at != 0 && now - t->house_at < US_PER_SECOND)
		return OK;
	t->house_at = now;
	TRY(keep_partitions(t, now, why));
	return keep_statistics(t, why);
}

/* How many of them were new: what was set aside stays due and comes again each time. */
static size_t count_new(struct message **messages, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += messages[i]->outcome != OUTCOME_DUPLICATE;
	return count;
}

static enum err run_due(struct tick *t, const struct duty *duty, struct message **messages, size_t n, struct why *why)
{
	for (size_t from = 0; from < n; from += UNIT_MESSAGES) {
		size_t most = n - from;

		crash_here(CRASH_TICK_DUE);
		crash_here_in(CRASH_TICK_DUE, span_of(duty->name));
		TRY(unit_run(t->unit, messages + from, most < UNIT_MESSAGES ? most : UNIT_MESSAGES, NULL, 0, why));
		crash_here(CRASH_TICK_COMMITTED);
		crash_here_in(CRASH_TICK_COMMITTED, span_of(duty->name));
	}
	return OK;
}

/* What was held is given back even if the deed failed; of two failures the first is told. */
static enum err take_up(struct tick *t, const struct duty *duty, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	struct why after;
	struct rows r;
	enum err err, given;

	TRY(db_exec(t->db, unit_arena(t->unit), &q_business_now, NULL, &r, why));
	err = duty->due(t->db, unit_arena(t->unit), rows_instant(&r, 0, 0), limit, messages, n, why);
	if (err == OK)
		err = run_due(t, duty, *messages, *n, why);
	if (duty->done == NULL)
		return err;
	given = duty->done(t->db, unit_arena(t->unit), &after);
	if (err == OK && given != OK)
		*why = after;
	return err == OK ? given : err;
}

/* One look at one duty. *limit: how many to look for the next time, 0 when nothing more is to be found. Behind many that were set aside it looks
 * further. */
static enum err look(struct tick *t, const struct duty *duty, size_t *limit, struct why *why)
{
	struct message **messages = NULL;
	size_t n = 0, fresh;

	TRY(lead(t, why));
	if (t->leads)
		TRY(keep_house(t, why));
	TRY(take_up(t, duty, *limit, &messages, &n, why));
	fresh = count_new(messages, n);
	metric_add(&due_total, (int64_t)fresh, duty->name, NULL);
	if (n < *limit || (fresh == 0 && *limit >= LOOK_MOST))
		*limit = 0;
	else if (fresh < n / 2 && *limit < LOOK_MOST)
		*limit *= 2;
	unit_forget(t->unit);
	return OK;
}

static enum err look_at_all(struct tick *t, bool woken, struct why *why)
{
	for (size_t i = 0; t->service->duties != NULL && t->service->duties[i].name != NULL; i++) {
		const struct duty *duty = &t->service->duties[i];
		size_t limit = UNIT_MESSAGES;
		int64_t period = (int64_t)duty->period_ms * 1000, began = clock_monotonic_us(), ended, rest;

		if (!t->leads && !duty->shared)
			continue;
		if ((!woken || duty->lazy) && began < t->look_at[i])
			continue;
		while (limit > 0 && !role_stopping(t->role)) {
			role_beat(t->role);
			TRY(look(t, duty, &limit, why));
		}
		/* One that looks at much looks less often: it takes a fiftieth of the database's time, or a look in half a minute. */
		ended = clock_monotonic_us();
		rest = (ended - began) * LAZY < LAZY_MOST_S * US_PER_SECOND ? (ended - began) * LAZY : LAZY_MOST_S * US_PER_SECOND;
		t->look_at[i] = ended + (duty->lazy && rest > period ? rest : period);
	}
	return OK;
}

/* Business time that is moved wakes whoever leads, also if another process read the word: a duty's period is of time that passes. */
static enum err notice_move(struct tick *t, bool *woken, struct why *why)
{
	struct rows r;

	if (!common_settings.sandbox)
		return OK;
	TRY(db_exec(t->db, unit_arena(t->unit), &q_business_now, NULL, &r, why));
	*woken = *woken || rows_instant(&r, 0, 0).us != t->moved_to.us;
	t->moved_to = rows_instant(&r, 0, 0);
	return OK;
}

static enum err turn(struct tick *t, bool woken, struct why *why)
{
	enum err err = lead(t, why);

	if (err == OK && t->leads)
		err = keep_house(t, why);
	if (err == OK)
		err = notice_move(t, &woken, why);
	if (err == OK)
		err = look_at_all(t, woken, why);
	unit_forget(t->unit);
	return err;
}

/* Work that the world keeps from being done is done later: it stays due. */
static enum err tick_loop(struct tick *t, struct why *why)
{
	int spacing = common_settings.sandbox ? SANDBOX_SPACING_MS : SPACING_MS;

	while (!role_stopping(t->role)) {
		int64_t before = clock_monotonic_us();
		bool woken;
		enum err err;

		role_wait(t->role, t->leads ? IDLE_MS : FOLLOWER_MS);
		woken = clock_monotonic_us() - before < (int64_t)IDLE_MS * 1000;
		if (role_stopping(t->role))
			break;
		err = turn(t, woken, why);
		if (err == ERR_RETRY) {
			t->leads = false;
			log_why(LOG_WARN, "due work waits", why);
			role_wait(t->role, FOLLOWER_MS);
		} else if (err != OK)
			return err;
		clock_pause_ms(spacing);
	}
	return OK;
}

static size_t duty_count(const struct service *s)
{
	size_t n = 0;

	while (s->duties != NULL && s->duties[n].name != NULL)
		n++;
	return n;
}

enum err tick_run(const struct service *service, struct role *role, struct why *why)
{
	struct tick t = { .service = service, .role = role };
	struct arena *arena = arena_open();
	enum err err;

	metrics_register(&due_total);
	t.look_at = ARENA_ARRAY(arena, int64_t, duty_count(service) + 1);
	err = service_db_wait(service, role, "tick", &t.db, why);
	if (err == OK && t.db != NULL) {
		t.unit = unit_open(service, t.db);
		err = tick_loop(&t, why);
		unit_close(t.unit);
	}
	db_close(t.db);
	arena_close(arena);
	return err;
}
