#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "outside.h"
#include "role.h"
#include "toy.h"

/* The send role over a toy errand, whose outside is the test. */
static struct world {
	struct db *db;
	struct role role;
	pthread_t thread;
	enum err err;
	struct why why;
	_Atomic int wanted;  /* intents that are still to be claimed */
	_Atomic int carried, failures, away;
	size_t most; /* calls of one tour */
} world;

static enum err claim(struct db *db, struct arena *arena, struct instant now, size_t max, struct call **calls, size_t *n, struct why *why)
{
	struct rows rows;

	assert_true(now.us > 0);
	if (atomic_load(&world.away) > 0) {
		atomic_fetch_sub(&world.away, 1);
		return why_set(why, ERR_RETRY, "away", "the database is away");
	}
	TRY(db_query(db, arena, "select 1", NULL, &rows, why));
	*calls = ARENA_ARRAY(arena, struct call, max);
	for (*n = 0; *n < max && atomic_load(&world.wanted) > 0; (*n)++) {
		int number = atomic_fetch_sub(&world.wanted, 1);

		(*calls)[*n] = (struct call){ .id = span_of(arena_printf(arena, "intent-%d", number)) };
	}
	return OK;
}

static void carry(struct arena *arena, struct call *calls, size_t n, size_t at_once)
{
	(void)arena;
	assert_int_equal(at_once, 3);
	world.most = n > world.most ? n : world.most;
	for (size_t i = 0; i < n; i++) {
		calls[i].sent = true;
		calls[i].status = 200;
		atomic_fetch_add(&world.carried, 1);
	}
}

/* The answer adds one to the counter, unless the database is made to fail first. */
static void answered(struct arena *arena, const struct call *call, struct message *message)
{
	struct why why;
	struct db *db;

	message->source = SPAN("send:toy");
	message->id = span_of(arena_printf(arena, "%.*s:1", SPAN_ARG(call->id)));
	message->type = SPAN("toy.Add");
	message->payload = SPAN("add 1");
	if (atomic_exchange(&world.failures, 0) == 0)
		return;
	db = toy_connect();
	if (db_script(db, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dunlin-toy-send'", &why) != OK)
		abort();
	db_close(db);
}

static enum err pending(struct db *db, struct arena *arena, struct instant now, int64_t *n, struct instant *next, struct why *why)
{
	(void)db;
	(void)arena;
	(void)now;
	(void)next;
	(void)why;
	*n = atomic_load(&world.wanted);
	return OK;
}

static const struct errand errands[] = {
	{ .name = "toy", .period_ms = 10, .at_once = 3, .claim = claim, .answered = answered, .carry = carry, .pending = pending },
	{ .name = NULL },
};

static void *send_main(void *arg)
{
	static struct service service;

	(void)arg;
	service = toy_service;
	service.errands = errands;
	world.err = outside_role(&service, &world.role, &world.why);
	return NULL;
}

static int begin(void **state)
{
	(void)state;
	world = (struct world){ .db = toy_database() };
	common_settings.database_url = getenv("DUNLIN_TEST_DATABASE_URL");
	world.role = (struct role){ .kind = ROLE_SEND, .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	return pthread_create(&world.thread, NULL, send_main, NULL);
}

static int end(void **state)
{
	(void)state;
	atomic_store(&world.role.stop, true);
	assert_int_equal(write(world.role.wake_fd, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
	pthread_join(world.thread, NULL);
	if (world.err != OK)
		fail_msg("%s", world.why.text);
	close(world.role.wake_fd);
	db_close(world.db);
	return 0;
}

static void wait_for_sum(int64_t sum)
{
	for (int i = 0; i < 2000 && toy_number(world.db, "select coalesce(sum(value), 0)::int8 from counter") != sum; i++)
		usleep(10000);
	assert_int_equal(toy_number(world.db, "select coalesce(sum(value), 0)::int8 from counter"), sum);
}

static void what_is_claimed_is_carried_out_and_its_answer_applied(void **state)
{
	(void)state;
	atomic_store(&world.wanted, 7);
	wait_for_sum(7);
	assert_int_equal(atomic_load(&world.carried), 7);
	assert_int_equal(world.most, 3);
}

static void an_answer_outlives_a_lost_connection(void **state)
{
	(void)state;
	atomic_store(&world.failures, 1);
	atomic_store(&world.wanted, 2);
	wait_for_sum(2);
	assert_int_equal(atomic_load(&world.carried), 2);
}

static void a_database_that_is_away_before_the_claim_costs_nothing(void **state)
{
	(void)state;
	atomic_store(&world.away, 2);
	atomic_store(&world.wanted, 2);
	wait_for_sum(2);
	assert_int_equal(atomic_load(&world.away), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_claimed_is_carried_out_and_its_answer_applied, begin, end),
		cmocka_unit_test_setup_teardown(an_answer_outlives_a_lost_connection, begin, end),
		cmocka_unit_test_setup_teardown(a_database_that_is_away_before_the_claim_costs_nothing, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
