#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "role.h"
#include "toy.h"

/* More than one look finds, all of them older than what can be done. */
enum { STUCK = 1300, DUE = 40, LOOKS_MOST = 200 };

static struct role role;
static int looks;

/* What was set aside stays due, as it does with a query over facts; the others are due until they are counted. */
static enum err due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	int64_t done = toy_number(db, "select coalesce(sum(value), 0)::bigint from counter");

	(void)now;
	(void)why;
	*n = 0;
	*messages = ARENA_ARRAY(arena, struct message *, limit);
	if (done == DUE || ++looks > LOOKS_MOST) {
		atomic_store(&role.stop, true);
		return OK;
	}
	for (int i = 0; i < STUCK + DUE - done && *n < limit; i++) {
		int id = i < STUCK ? i : i + (int)done;
		struct message *m = toy_fact(arena, id, arena_printf(arena, "m:c%d", id), i < STUCK ? "refuse" : "add 1");

		m->topic = SPAN("");
		(*messages)[(*n)++] = m;
	}
	return OK;
}

static void what_was_set_aside_keeps_nothing_else_from_being_done(void **state)
{
	static const struct duty duties[] = { { .name = "count", .period_ms = 1, .due = due }, { .name = NULL } };
	struct service service = toy_service;
	struct why why = { 0 };
	struct db *db = toy_database();

	(void)state;
	service.duties = duties;
	common_settings.database_url = getenv("DUNLIN_TEST_DATABASE_URL");
	role.kind = ROLE_TICK;
	role.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(tick_run(&service, &role, &why), OK);
	assert_int_equal(toy_number(db, "select sum(value)::bigint from counter"), DUE);
	assert_int_equal(toy_number(db, "select count(*) from parked where state = 'parked'"), STUCK);
	close(role.wake_fd);
	db_close(db);
}

static int due_of_leader, due_of_all, done_of_all;

static enum err due_leader(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	(void)db, (void)arena, (void)now, (void)limit, (void)messages, (void)why;
	*n = 0;
	due_of_leader++;
	return OK;
}

static enum err due_all(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	(void)db, (void)arena, (void)now, (void)limit, (void)messages, (void)why;
	*n = 0;
	atomic_store(&role.stop, ++due_of_all == 2);
	return OK;
}

static enum err done_all(struct db *db, struct arena *arena, struct why *why)
{
	(void)db, (void)arena, (void)why;
	done_of_all++;
	return OK;
}

static void who_does_not_lead_does_what_is_shared_and_nothing_else(void **state)
{
	static const struct duty duties[] = { { .name = "leaders", .period_ms = 1, .due = due_leader },
		{ .name = "shared", .period_ms = 1, .due = due_all, .done = done_all, .shared = true }, { .name = NULL } };
	struct service service = toy_service;
	struct why why = { 0 };
	struct db *leader = toy_database();

	(void)state;
	service.duties = duties;
	assert_int_equal(toy_number(leader, "select pg_try_advisory_lock(hashtextextended('dunlin.tick', 0))::int::bigint"), 1);
	atomic_store(&role.stop, false);
	role.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(tick_run(&service, &role, &why), OK);
	assert_int_equal(due_of_all, 2);
	assert_int_equal(done_of_all, 2);
	assert_int_equal(due_of_leader, 0);
	close(role.wake_fd);
	db_close(leader);
}

static int looks_at_time;

/* The time is moved behind the back of whoever leads, as another process does that reads the clock's topic; what is due by it is looked at, whatever the
 * period. */
static enum err due_seldom(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	(void)arena, (void)now, (void)limit, (void)messages, (void)why;
	*n = 0;
	if (++looks_at_time == 1)
		toy_number(db, "update clock set at = '2026-04-13 00:00Z' returning 1::bigint");
	else
		atomic_store(&role.stop, true);
	return OK;
}

/* Ends the test where the move is not noticed. */
static enum err due_often(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	static int turns;

	(void)db, (void)arena, (void)now, (void)limit, (void)messages, (void)why;
	*n = 0;
	if (++turns == 4)
		atomic_store(&role.stop, true);
	return OK;
}

static void time_that_another_process_moved_makes_what_is_seldom_looked_at_due_at_once(void **state)
{
	static const struct duty duties[] = { { .name = "seldom", .period_ms = 60000, .due = due_seldom },
		{ .name = "often", .period_ms = 1, .due = due_often }, { .name = NULL } };
	struct service service = toy_service;
	struct why why = { 0 };
	struct db *db = toy_database();

	(void)state;
	service.duties = duties;
	toy_number(db, "update clock set sandbox = true, at = '2026-04-12 00:00Z' returning 1::bigint");
	common_settings.sandbox = true;
	atomic_store(&role.stop, false);
	role.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_int_equal(tick_run(&service, &role, &why), OK);
	assert_int_equal(looks_at_time, 2);
	common_settings.sandbox = false;
	toy_number(db, "update clock set sandbox = false returning 1::bigint");
	close(role.wake_fd);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_set_aside_keeps_nothing_else_from_being_done),
		cmocka_unit_test(who_does_not_lead_does_what_is_shared_and_nothing_else),
		cmocka_unit_test(time_that_another_process_moved_makes_what_is_seldom_looked_at_due_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
