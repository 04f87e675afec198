#include "world.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

static struct message *define(struct world *w, int n, const char *customer)
{
	return world_command(w->arena, n, "nord", customer, "DefineCustomer",
		arena_printf(w->arena, "{\"customer_ref\":\"%s\",\"name\":\"N %s\"}", customer, customer));
}

static struct message *issue(struct arena *arena, int n, const char *customer, const char *ref, int minor)
{
	return world_command(arena, n, "nord", customer, "AddCharge",
		arena_printf(arena,
			"{\"customer_ref\":\"%s\",\"external_ref\":\"%s\",\"description\":\"x\",\"amount\":{\"minor\":%d,\"currency\":\"EUR\"},"
			"\"tax_category\":\"S\",\"tax_rate\":\"19\",\"when\":\"at_once\"}",
			customer, ref, minor));
}

static void expect_gapless(struct world *w, int64_t count)
{
	assert_int_equal(world_number(w, "select count(*) from invoice where state = 'issued'"), count);
	assert_int_equal(world_number(w, "select count(distinct number_count) from invoice"), count);
	assert_int_equal(world_number(w, "select coalesce(max(number_count), 0) from invoice"), count);
	assert_int_equal(world_number(w, "select coalesce(max(last_count), 0) from number_series where document = 'invoice'"), count);
}

/* --- two connections --- */

enum { WRITERS = 2, ROUNDS = 30, BATCH = 5 };

struct writer {
	pthread_t thread;
	int number;
	int applied, refused;
	char wrong[400];
};

/* Charges of two customers of its own, and one under a reference that the other writer uses too, for something else. */
static struct message *message_of(struct arena *arena, const struct writer *w, int round, int k)
{
	int n = 1000 * (w->number + 1) + round * BATCH + k;
	const char *customer = arena_printf(arena, "w%d-%d", w->number, k % 2);

	if (k == BATCH - 1)
		return issue(arena, n, customer, arena_printf(arena, "shared-%d", round), 1 + w->number);
	return issue(arena, n, customer, arena_printf(arena, "own-%d", n), n);
}

static void *write_rounds(void *arg)
{
	struct writer *w = arg;
	struct db *db = world_connect();
	struct unit *unit = unit_open(&world_service, db);

	for (int round = 0; round < ROUNDS && w->wrong[0] == '\0'; round++) {
		struct message *m[BATCH];
		struct why why = { 0 };
		enum err err;

		for (int k = 0; k < BATCH; k++)
			m[k] = message_of(unit_arena(unit), w, round, k);
		while ((err = unit_run(unit, m, BATCH, NULL, 0, &why)) == ERR_RETRY)
			continue;
		if (err != OK)
			snprintf(w->wrong, sizeof w->wrong, "%s: %s", why.code, why.text);
		for (int k = 0; k < BATCH; k++) {
			w->applied += m[k]->outcome == OUTCOME_APPLIED;
			w->refused += m[k]->outcome == OUTCOME_REFUSED;
		}
		unit_forget(unit);
	}
	unit_close(unit);
	db_close(db);
	return NULL;
}

static void two_connections_number_without_a_gap_or_a_double(void **state)
{
	struct writer writers[WRITERS] = { 0 };
	struct world *w = *state;
	int applied = 0, refused = 0;

	for (int i = 0; i < WRITERS; i++) {
		world_do(w, define(w, 10 + 2 * i, arena_printf(w->arena, "w%d-0", i)));
		world_do(w, define(w, 11 + 2 * i, arena_printf(w->arena, "w%d-1", i)));
	}
	for (int i = 0; i < WRITERS; i++) {
		writers[i].number = i;
		assert_int_equal(pthread_create(&writers[i].thread, NULL, write_rounds, &writers[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		if (writers[i].wrong[0] != '\0')
			fail_msg("%s", writers[i].wrong);
		applied += writers[i].applied;
		refused += writers[i].refused;
	}
	/* Of each reference that both used, one won. */
	assert_int_equal(refused, ROUNDS);
	assert_int_equal(applied, WRITERS * ROUNDS * BATCH - ROUNDS);
	expect_gapless(w, applied);
	assert_int_equal(world_number(w, "select count(*) from dead_letter where code = 'charge_differs'"), ROUNDS);
}

/* --- killed at a point --- */

static void lock_by(struct world *w, const char *sql)
{
	struct why why = { 0 };

	if (db_script(w->owner, sql, &why) != OK)
		fail_msg("%s", why.text);
}

/* Waits until the database says so; a test that never sees it fails. */
static void until(struct world *w, struct db *db, const char *sql, int64_t value)
{
	int64_t end = clock_monotonic_us() + 20 * US_PER_SECOND;
	struct why why = { 0 };
	struct rows r;

	do {
		if (clock_monotonic_us() > end)
			fail_msg("never: %s", sql);
		if (db_query(db, w->arena, sql, NULL, &r, &why) != OK)
			fail_msg("%s", why.text);
	} while (rows_int8(&r, 0, 0) != value);
}

/* --- one reference, two customers --- */

static struct message *wait_charge(struct arena *arena, int n, const char *customer, const char *ref)
{
	return world_command(arena, n, "nord", customer, "AddCharge",
		arena_printf(arena,
			"{\"customer_ref\":\"%s\",\"external_ref\":\"%s\",\"description\":\"x\",\"amount\":{\"minor\":1,\"currency\":\"EUR\"},"
			"\"tax_category\":\"S\",\"tax_rate\":\"19\",\"when\":\"on_request\"}",
			customer, ref));
}

struct second {
	struct message *m[2];
	enum err err;
	struct why why;
};

static void *run_second(void *arg)
{
	struct second *s = arg;
	struct db *db = world_connect();
	struct unit *unit = unit_open(&world_service, db);

	s->err = unit_run(unit, s->m, 2, NULL, 0, &s->why);
	unit_close(unit);
	db_close(db);
	return NULL;
}

/* The row is the lock: whoever comes second waits at it, finds it in the same batch run again, and is refused. */
static void a_reference_that_another_customer_takes_meanwhile_is_refused(void **state)
{
	struct world *w = *state;
	struct second second = { .err = OK };
	pthread_t thread;

	world_do(w, define(w, 10, "c1"));
	world_do(w, define(w, 11, "c2"));
	world_do(w, wait_charge(w->arena, 12, "c1", "first"));
	lock_by(w,
		"begin; insert into charge select (jsonb_populate_record(c, '{\"external_ref\": \"shared\", \"state\": \"cancelled\"}')).* from charge c");
	second.m[0] = wait_charge(w->arena, 13, "c2", "mine");
	second.m[1] = wait_charge(w->arena, 14, "c2", "shared");
	assert_int_equal(pthread_create(&thread, NULL, run_second, &second), 0);
	until(w, w->db, "select count(*) from pg_locks where not granted", 1);
	lock_by(w, "commit");
	pthread_join(thread, NULL);
	if (second.err != OK)
		fail_msg("%s", second.why.text);
	assert_int_equal(second.m[0]->outcome, OUTCOME_APPLIED);
	assert_int_equal(second.m[1]->outcome, OUTCOME_REFUSED);
	assert_string_equal(second.m[1]->why.code, "charge_differs");
	assert_int_equal(world_number(w, "select waiting_count::bigint from invoice where customer_ref = 'c2'"), 1);
	/* In one transaction: the batch was not taken apart. */
	assert_int_equal(
		world_number(w, "select count(distinct xmin::text) from (select xmin from inbox order by seen_at desc limit 2) i"), 1);
	assert_int_equal(world_number(w, "select count(*) from parked"), 0);
}

/* A process of its own runs the batch, and is killed when it waits for what this test holds. */
static void run_and_kill(struct world *w, struct message **m, size_t n)
{
	struct db *watch = world_connect();
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct db *db = world_connect();
		struct unit *unit = unit_open(&world_service, db);
		struct why why = { 0 };

		_exit(unit_run(unit, m, n, NULL, 0, &why) == OK ? 0 : 1);
	}
	until(w, watch, "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", 1);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	lock_by(w, "commit");
	until(w, watch, "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'test'", 3);
	db_close(watch);
}

static const char *clean_run(void **state, size_t n, struct message *(*make)(struct world *, int))
{
	struct world *w = *state;
	char *print;

	for (size_t i = 0; i < n; i++)
		world_do(w, make(w, (int)i));
	print = strdup(world_print(w));
	world_close(state);
	world_open(state);
	return print;
}

static struct message *step(struct world *w, int i)
{
	return i == 0 ? define(w, 10, "a") : issue(w->arena, 10 + i, "a", arena_printf(w->arena, "r%d", i), 100 * i);
}

/* `hold` is what the batch runs into; whether it was committed or not, running it again leaves what a clean run leaves. */
static void kill_at(void **state, const char *hold, int64_t committed)
{
	enum { STEPS = 8, BEFORE = 3 };
	char *clean = (char *)(uintptr_t)clean_run(state, STEPS, step);
	struct world *w = *state;
	struct message *m[STEPS];

	for (int i = 0; i < STEPS; i++)
		m[i] = step(w, i);
	world_run(w, m, BEFORE);
	lock_by(w, "begin");
	lock_by(w, hold);
	run_and_kill(w, m + BEFORE, STEPS - BEFORE);
	expect_gapless(w, committed);
	for (int i = 0; i < STEPS; i++)
		m[i] = step(w, i);
	world_run(w, m, STEPS);
	expect_gapless(w, STEPS - 1);
	assert_string_equal(world_print(w), clean);
	free(clean);
}

/* Nothing was decided: the transaction goes with its connection. */
static void killed_while_it_waits_for_its_keys_nothing_is_left(void **state)
{
	kill_at(state, "select from key where kind = 2 for update", 2);
}

/* COMMIT was on its way: it is done, and the answer reached nobody. */
static void killed_before_the_answer_of_its_commit_nothing_is_doubled(void **state)
{
	kill_at(state, "select pg_advisory_xact_lock(hashtextextended('dunlin.outbox', 0))", 7);
}

/* --- rolled back --- */

static void a_number_that_was_rolled_back_is_taken_by_the_next(void **state)
{
	struct world *w = *state;
	struct message *m;
	struct why why = { 0 };

	world_do(w, define(w, 10, "a"));
	world_do(w, issue(w->arena, 11, "a", "r1", 100));
	/* The line can't be written: the batch fails at its save, after the number was taken. */
	lock_by(w, "alter table invoice_line add constraint never check (charge_ref <> 'r2')");
	m = issue(w->arena, 12, "a", "r2", 100);
	assert_int_equal(unit_run(w->unit, &m, 1, NULL, 0, &why), OK);
	assert_int_equal(m->outcome, OUTCOME_SET_ASIDE);
	lock_by(w, "alter table invoice_line drop constraint never");
	world_do(w, define(w, 13, "b"));
	world_do(w, issue(w->arena, 14, "b", "r3", 100));
	expect_gapless(w, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_connections_number_without_a_gap_or_a_double, world_open, world_close),
		cmocka_unit_test_setup_teardown(killed_while_it_waits_for_its_keys_nothing_is_left, world_open, world_close),
		cmocka_unit_test_setup_teardown(killed_before_the_answer_of_its_commit_nothing_is_doubled, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_number_that_was_rolled_back_is_taken_by_the_next, world_open, world_close),
		cmocka_unit_test_setup_teardown(a_reference_that_another_customer_takes_meanwhile_is_refused, world_open, world_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
