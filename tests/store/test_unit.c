#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toy.h"

struct world {
	struct db *db;
	struct unit *unit;
	struct arena *arena;
};

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	w->db = toy_database();
	w->unit = unit_open(&toy_service, w->db);
	w->arena = arena_open();
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	unit_close(w->unit);
	db_close(w->db);
	arena_close(w->arena);
	free(w);
	return 0;
}

static void run(struct world *w, struct message **messages, size_t n)
{
	struct why why = { 0 };

	if (unit_run(w->unit, messages, n, NULL, 0, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

static void run_one(struct world *w, struct message *m)
{
	run(w, &m, 1);
}

static int64_t number(struct world *w, const char *sql)
{
	return toy_number(w->db, sql);
}

static void a_second_delivery_changes_nothing(void **state)
{
	struct world *w = *state;

	run_one(w, toy_fact(w->arena, 1, "m:c1", "add 5"));
	run_one(w, toy_fact(w->arena, 1, "m:c1", "add 5"));
	assert_int_equal(number(w, "select value from counter"), 5);
	assert_int_equal(number(w, "select count(*) from outbox"), 1);
}

static void two_alike_in_one_batch_are_one(void **state)
{
	struct world *w = *state;
	struct message *m[3];

	for (int i = 0; i < 3; i++)
		m[i] = toy_foreign(w->arena, "x1", "m:c1", "add 5");
	run(w, m, 3);
	assert_int_equal(m[0]->outcome, OUTCOME_APPLIED);
	assert_int_equal(m[1]->outcome, OUTCOME_DUPLICATE);
	assert_int_equal(m[2]->outcome, OUTCOME_DUPLICATE);
	assert_int_equal(number(w, "select value from counter"), 5);
}

static void a_batch_is_applied_in_order_over_one_book(void **state)
{
	struct world *w = *state;
	struct message *m[UNIT_MESSAGES];

	for (int i = 0; i < UNIT_MESSAGES; i++)
		m[i] = toy_fact(w->arena, i, i % 2 ? "m:c1" : "m:c2", "add 2");
	run(w, m, UNIT_MESSAGES);
	assert_int_equal(number(w, "select count(*) from counter"), 2);
	assert_int_equal(number(w, "select sum(value)::int8 from counter"), 2 * UNIT_MESSAGES);
	assert_int_equal(number(w, "select count(*) from outbox where payload = '500'"), 2);
}

static void the_same_key_gets_the_same_answer_for_ever(void **state)
{
	struct world *w = *state;
	struct message *first = toy_command(w->arena, "k1", "add 5"), *again = toy_command(w->arena, "k1", "add 5");

	run_one(w, first);
	assert_int_equal(first->reply.status, 201);
	run_one(w, toy_command(w->arena, "k2", "add 7"));
	run_one(w, again);
	assert_int_equal(again->outcome, OUTCOME_DUPLICATE);
	assert_int_equal(again->reply.status, 201);
	assert_true(span_is(again->reply.body, "{\"value\":5}"));
	assert_int_equal(number(w, "select value from counter"), 12);
}

static void another_body_under_the_same_key_is_422(void **state)
{
	struct world *w = *state;
	struct message *other = toy_command(w->arena, "k1", "add 6"), *pair[2];

	run_one(w, toy_command(w->arena, "k1", "add 5"));
	run_one(w, other);
	assert_int_equal(other->reply.status, 422);
	pair[0] = toy_command(w->arena, "k3", "add 1");
	pair[1] = toy_command(w->arena, "k3", "add 2");
	run(w, pair, 2);
	assert_int_equal(pair[0]->reply.status, 201);
	assert_int_equal(pair[1]->reply.status, 422);
	assert_int_equal(number(w, "select value from counter"), 6);
}

static void a_refusal_is_remembered_and_leaves_no_trace_in_the_book(void **state)
{
	struct world *w = *state;
	struct message *m = toy_command(w->arena, "k1", "refuse"), *again = toy_command(w->arena, "k1", "refuse");

	run_one(w, m);
	assert_int_equal(m->outcome, OUTCOME_REFUSED);
	assert_int_equal(m->reply.status, 422);
	run_one(w, again);
	assert_int_equal(again->outcome, OUTCOME_DUPLICATE);
	assert_int_equal(again->reply.status, 422);
	assert_int_equal(number(w, "select count(*) from counter"), 0);
	assert_int_equal(number(w, "select count(*) from outbox"), 0);
}

/* The toy's read sets the body first: what stayed would be taken for the whole when the batch runs again. */
static void what_was_read_in_part_is_not_read(void **state)
{
	struct world *w = *state;
	struct message *m = toy_command(w->arena, "k1", "nonsense");

	for (int i = 0; i < 2; i++) {
		run_one(w, m);
		assert_int_equal(m->outcome, OUTCOME_NOT_TAKEN);
		assert_null(m->body);
	}
	assert_int_equal(number(w, "select count(*) from counter"), 0);
}

static void malformed_http_is_not_remembered(void **state)
{
	struct world *w = *state;
	struct message *m = toy_command(w->arena, "k1", "nonsense"), *mended = toy_command(w->arena, "k1", "add 5");

	run_one(w, m);
	assert_int_equal(m->outcome, OUTCOME_NOT_TAKEN);
	assert_int_equal(m->reply.status, 400);
	run_one(w, mended);
	assert_int_equal(mended->reply.status, 201);
}

static void a_refused_foreign_command_is_a_dead_letter_and_blocks_nothing(void **state)
{
	struct world *w = *state;
	struct message *m[2] = { toy_foreign(w->arena, "x1", "m:c1", "refuse"), toy_foreign(w->arena, "x2", "m:c1", "add 5") };

	run(w, m, 2);
	assert_int_equal(m[0]->outcome, OUTCOME_REFUSED);
	assert_int_equal(m[1]->outcome, OUTCOME_APPLIED);
	assert_int_equal(number(w, "select count(*) from dead_letter where code = 'not_today'"), 1);
	assert_int_equal(number(w, "select count(*) from outbox where topic = 'dunlin.toy.dlq' and extra like '%dlq_code: not_today%'"), 1);
	assert_int_equal(number(w, "select value from counter"), 5);
}

static void a_poisoned_fact_holds_up_its_own_key_alone(void **state)
{
	struct world *w = *state;
	struct message *m[3] = { toy_fact(w->arena, 1, "m:c1", "poison"), toy_fact(w->arena, 2, "m:c1", "add 5"),
		toy_fact(w->arena, 3, "m:c2", "add 7") };

	run(w, m, 3);
	assert_int_equal(m[0]->outcome, OUTCOME_SET_ASIDE);
	assert_int_equal(m[1]->outcome, OUTCOME_SET_ASIDE);
	assert_int_equal(m[2]->outcome, OUTCOME_APPLIED);
	/* A later batch queues behind it too: the flag is on the key. */
	run_one(w, toy_fact(w->arena, 4, "m:c1", "add 9"));
	assert_int_equal(number(w, "select count(*) from parked where state = 'parked' and not head"), 2);
	assert_int_equal(number(w, "select value from counter where key = 'm:c2'"), 7);
	assert_int_equal(number(w, "select count(*) from counter"), 1);
}

static struct message *parked_message(struct world *w, int n, const char *payload)
{
	return toy_fact(w->arena, n, "m:c1", payload);
}

static int64_t parked_seq(struct world *w, int n)
{
	return number(w, arena_printf(w->arena, "select seq from parked where message_offset = %d", n));
}

static void a_retry_applies_in_order_and_lets_the_key_flow_again(void **state)
{
	struct world *w = *state;
	struct why why = { 0 };
	struct message *head;

	run_one(w, parked_message(w, 1, "refuse"));
	run_one(w, parked_message(w, 2, "add 5"));
	head = parked_message(w, 1, "refuse");
	assert_int_equal(unit_retry(w->unit, head, parked_seq(w, 1), &why), OK);
	assert_int_equal(head->outcome, OUTCOME_SET_ASIDE);
	assert_int_equal(number(w, "select tries::int8 from parked where message_offset = 1"), 2);
	head = parked_message(w, 1, "add 3");
	assert_int_equal(unit_retry(w->unit, head, parked_seq(w, 1), &why), OK);
	assert_int_equal(head->outcome, OUTCOME_APPLIED);
	assert_int_equal(number(w, "select count(*) from key where parked <> '{}'"), 1);
	assert_int_equal(unit_retry(w->unit, parked_message(w, 2, "add 5"), parked_seq(w, 2), &why), OK);
	assert_int_equal(number(w, "select count(*) from key where parked <> '{}'"), 0);
	run_one(w, parked_message(w, 3, "add 1"));
	assert_int_equal(number(w, "select value from counter"), 9);
	assert_int_equal(number(w, "select count(*) from inbox_own where outcome = 1"), 3);
}

static void a_missing_key_blocks_nothing(void **state)
{
	struct world *w = *state;

	run_one(w, toy_fact(w->arena, 1, "", "refuse"));
	run_one(w, toy_fact(w->arena, 2, "m:c1", "add 5"));
	assert_int_equal(number(w, "select count(*) from parked where key = ''"), 1);
	assert_int_equal(number(w, "select value from counter"), 5);
}

static void a_message_that_the_database_refuses_is_found_and_set_aside(void **state)
{
	struct world *w = *state;
	struct message *m[3] = { toy_fact(w->arena, 1, "m:c1", "add 1"), toy_fact(w->arena, 2, "m:c2", "bug"),
		toy_fact(w->arena, 3, "m:c3", "add 3") };

	run(w, m, 3);
	assert_int_equal(m[1]->outcome, OUTCOME_SET_ASIDE);
	assert_int_equal(number(w, "select sum(value)::int8 from counter"), 4);
	assert_int_equal(number(w, "select count(*) from parked where code = '23514'"), 1);
}

static void a_bug_in_an_http_command_is_500_and_forgotten(void **state)
{
	struct world *w = *state;
	struct message *m = toy_command(w->arena, "k1", "abort");

	run_one(w, m);
	assert_int_equal(m->reply.status, 500);
	assert_int_equal(number(w, "select count(*) from inbox"), 0);
}

static void a_type_that_is_passed_over_is_not_claimed(void **state)
{
	struct world *w = *state;
	struct message *m = toy_fact(w->arena, 1, "m:c1", "anything");

	m->type = SPAN("toy.Ignored");
	run_one(w, m);
	assert_int_equal(m->outcome, OUTCOME_APPLIED);
	assert_int_equal(number(w, "select count(*) from inbox_own"), 0);
}

/* --- positions --- */

static struct position position(int64_t epoch, int64_t next)
{
	return (struct position){ .cluster = SPAN("k"), .topic = SPAN("toy.facts"), .partition = 0, .epoch = epoch, .next_offset = next };
}

static void a_stale_owner_commits_nothing(void **state)
{
	struct world *w = *state;
	struct why why = { 0 };
	struct message *m = toy_fact(w->arena, 1, "m:c1", "add 5");
	struct position stale = position(1, 2), mine = position(2, 2);

	assert_int_equal(db_script(w->db,
				 "insert into consumer_position (cluster_id, topic, part, next_offset, owner_epoch, tries)"
				 " values ('k', 'toy.facts', 0, 1, 2, 3)",
				 &why),
		OK);
	assert_int_equal(unit_run(w->unit, &m, 1, &stale, 1, &why), ERR_CONFLICT);
	assert_string_equal(why.code, "fenced");
	assert_int_equal(number(w, "select count(*) from counter"), 0);
	assert_int_equal(number(w, "select next_offset from consumer_position"), 1);
	assert_int_equal(unit_run(w->unit, &m, 1, &mine, 1, &why), OK);
	assert_int_equal(number(w, "select next_offset from consumer_position where tries = 0"), 2);
}

static void a_position_never_goes_back(void **state)
{
	struct world *w = *state;
	struct why why = { 0 };
	struct message *m = toy_fact(w->arena, 1, "m:c1", "add 5");
	struct position back = position(1, 2);

	assert_int_equal(db_script(w->db,
				 "insert into consumer_position (cluster_id, topic, part, next_offset, owner_epoch)"
				 " values ('k', 'toy.facts', 0, 9, 1)",
				 &why),
		OK);
	assert_int_equal(unit_run(w->unit, &m, 1, &back, 1, &why), ERR_CONFLICT);
}

static void a_bad_message_of_a_batch_moves_its_position_too(void **state)
{
	struct world *w = *state;
	struct why why = { 0 };
	struct message *m[2] = { toy_fact(w->arena, 1, "m:c1", "bug"), toy_fact(w->arena, 2, "m:c2", "add 1") };
	struct position p = position(1, 3);

	assert_int_equal(db_script(w->db,
				 "insert into consumer_position (cluster_id, topic, part, next_offset, owner_epoch)"
				 " values ('k', 'toy.facts', 0, 1, 1)",
				 &why),
		OK);
	assert_int_equal(unit_run(w->unit, m, 2, &p, 1, &why), OK);
	assert_int_equal(number(w, "select next_offset from consumer_position"), 3);
	assert_int_equal(number(w, "select count(*) from parked"), 1);
}

static void a_message_that_crashes_the_process_is_set_aside_unread(void **state)
{
	struct world *w = *state;
	struct why why = { 0 };
	struct message *m = toy_fact(w->arena, 1, "m:c1", "add 5");
	struct position p = position(1, 2);

	assert_int_equal(db_script(w->db,
				 "insert into consumer_position (cluster_id, topic, part, next_offset, owner_epoch, tries)"
				 " values ('k', 'toy.facts', 0, 1, 1, 4)",
				 &why),
		OK);
	assert_int_equal(unit_set_aside(w->unit, m, &p, "crashed_the_process", "it took the process down", &why), OK);
	assert_int_equal(number(w, "select next_offset from consumer_position where tries = 0"), 2);
	assert_int_equal(number(w, "select count(*) from parked where code = 'crashed_the_process'"), 1);
	assert_int_equal(number(w, "select count(*) from counter"), 0);
}

/* --- order --- */

enum { WRITERS = 4, ROUNDS = 60 };

static void *write_much(void *arg)
{
	struct db *db = toy_connect();
	struct unit *unit = unit_open(&toy_service, db);
	int writer = *(int *)arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct message *m[5];
		struct why why = { 0 };

		/* Keys overlap between the writers and come in different orders: the lock order must hold. */
		for (int k = 0; k < 5; k++)
			m[k] = toy_fact(unit_arena(unit), 1000000 * writer + i * 5 + k,
				arena_printf(unit_arena(unit), "m:c%d", writer % 2 ? k : 4 - k), "add 1");
		if (unit_run(unit, m, 5, NULL, 0, &why) != OK)
			bug("%s: %s", why.code, why.text);
		unit_forget(unit);
	}
	unit_close(unit);
	db_close(db);
	return NULL;
}

/* Reads on by a cursor, as the relay does, while the writers write. */
static int64_t read_along(struct world *w, int64_t total)
{
	int64_t cursor = number(w, "select coalesce(min(seq), 1) - 1 from outbox"), seen = 0;
	struct why why = { 0 };

	while (seen < total) {
		struct args *a = args_new(w->arena);
		/* Counted first: what is there by now must be seen by the statement after it, or is skipped for ever. */
		int64_t there = number(w, "select count(*) from outbox");
		struct rows r;

		args_int8(a, cursor);
		assert_int_equal(
			db_query(w->db, w->arena, "select seq from outbox where seq > $1::int8 order by seq limit 50", a, &r, &why), OK);
		for (size_t i = 0; i < r.count; i++)
			cursor = rows_int8(&r, i, 0);
		seen += (int64_t)r.count;
		if (r.count == 0 && there == total)
			break;
		arena_reset(w->arena);
	}
	return seen;
}

static void a_cursor_over_the_outbox_skips_nothing(void **state)
{
	struct world *w = *state;
	pthread_t threads[WRITERS];
	int numbers[WRITERS];

	run_one(w, toy_fact(w->arena, 999, "m:c0", "add 0"));
	for (int i = 0; i < WRITERS; i++) {
		numbers[i] = i + 1;
		pthread_create(&threads[i], NULL, write_much, &numbers[i]);
	}
	assert_int_equal(read_along(w, WRITERS * ROUNDS * 5 + 1), WRITERS * ROUNDS * 5 + 1);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(number(w, "select sum(value)::int8 from counter"), WRITERS * ROUNDS * 5);
}

static void *write_one(void *arg)
{
	struct world *w = arg;
	struct message *m = toy_fact(unit_arena(w->unit), 1, "m:c1", "add 5");
	struct why why = { 0 };

	if (unit_run(w->unit, &m, 1, NULL, 0, &why) != OK)
		bug("%s: %s", why.code, why.text);
	return NULL;
}

/* One writer has drawn its number and not committed: a second one must not overtake it, or a reader's cursor would pass the first for ever. */
static void no_writer_overtakes_one_that_has_drawn_its_number(void **state)
{
	static const char waiting[] = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
	struct world *w = *state;
	struct db *first = toy_connect(), *reader = toy_connect();
	struct why why = { 0 };
	pthread_t second;

	assert_int_equal(db_begin(first, &why), OK);
	assert_int_equal(db_script(first,
				 "select pg_advisory_xact_lock(hashtextextended('dunlin.outbox', 0));"
				 "insert into outbox (topic, part_key, event_id, type, trace)"
				 " values ('t', 'first', gen_random_uuid(), 'x', '')",
				 &why),
		OK);
	pthread_create(&second, NULL, write_one, w);
	while (toy_number(reader, waiting) == 0 && toy_number(reader, "select count(*) from outbox") == 0)
		continue;
	assert_int_equal(toy_number(reader, "select count(*) from outbox"), 0);
	assert_int_equal(db_commit(first, &why), OK);
	pthread_join(second, NULL);
	assert_int_equal(toy_number(reader, "select count(*) from outbox a, outbox b where a.part_key = 'first' and b.seq > a.seq"), 1);
	db_close(first);
	db_close(reader);
}

static void a_lost_connection_is_try_later_and_then_works(void **state)
{
	struct world *w = *state;
	struct why why = { 0 };
	struct message *m = toy_fact(w->arena, 1, "m:c1", "add 5");
	struct db *killer = toy_connect();
	struct arena *arena = arena_open();
	struct rows r;

	run_one(w, toy_fact(w->arena, 2, "m:c1", "add 1"));
	assert_int_equal(db_query(killer, arena,
				 "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test'"
				 " and pid <> pg_backend_pid() and usename = current_user",
				 NULL, &r, &why),
		OK);
	assert_int_equal(unit_run(w->unit, &m, 1, NULL, 0, &why), ERR_RETRY);
	assert_int_equal(unit_run(w->unit, &m, 1, NULL, 0, &why), OK);
	assert_int_equal(number(w, "select value from counter"), 6);
	db_close(killer);
	arena_close(arena);
}

static void partitions_are_made_ahead(void **state)
{
	struct world *w = *state;

	assert_int_equal(number(w, "select count(partition_keep(1000000, 30, 400))"), 1);
	assert_true(number(w, "select count(*) from pg_inherits where inhparent = 'outbox'::regclass") >= 2);
	assert_true(number(w, "select count(*) from pg_inherits where inhparent = 'inbox_own'::regclass") >= 3);
}

static void statistics_follow_a_table_that_has_outgrown_them(void **state)
{
	struct world *w = *state;

	assert_int_equal(number(w, "select (statistics_keep() like '%inbox%')::int::int8"), 0);
	assert_int_equal(
		number(w,
			"with n as (insert into inbox (source, id) select 'bulk', g from generate_series(1, 5000) g returning 1) select count(*) from n"),
		5000);
	assert_int_equal(number(w, "select (statistics_keep() like '%inbox%')::int::int8"), 1);
	assert_int_equal(number(w, "select reltuples::bigint from pg_class where relname = 'inbox'"), 5000);
	assert_int_equal(number(w, "select (statistics_keep() like '%inbox%')::int::int8"), 0);
}

/* Analysed while the transaction that fills it is open, a table seems empty: what was committed then is seen. */
static void statistics_follow_what_is_committed_after_them(void **state)
{
	struct world *w = *state;
	struct why why = { 0 };
	struct db *owner;

	assert_int_equal(
		db_open(&owner, &(struct db_options){ .url = getenv("DUNLIN_TEST_OWNER_DATABASE_URL"), .name = "owner" }, &why), OK);
	assert_int_equal(db_begin(owner, &why), OK);
	assert_int_equal(db_script(owner, "insert into inbox (source, id) select 'bulk', g from generate_series(1, 5000) g", &why), OK);
	assert_int_equal(number(w, "select (statistics_keep() like '%inbox%')::int::int8"), 1);
	assert_int_equal(number(w, "select reltuples::bigint from pg_class where relname = 'inbox'"), 0);
	assert_int_equal(number(w, "select (statistics_keep() like '%inbox%')::int::int8"), 0);
	assert_int_equal(db_commit(owner, &why), OK);
	assert_int_equal(db_script(owner, "select pg_stat_force_next_flush()", &why), OK);
	db_close(owner);
	assert_int_equal(number(w, "select (statistics_keep() like '%inbox%')::int::int8"), 1);
	assert_int_equal(number(w, "select reltuples::bigint from pg_class where relname = 'inbox'"), 5000);
	assert_int_equal(number(w, "select (statistics_keep() like '%inbox%')::int::int8"), 0);
}

/* A backlog that outran the making of partitions waits for them: nothing of it is set aside. */
static void a_batch_without_a_partition_is_run_again(void **state)
{
	struct world *w = *state;
	struct message *m = toy_fact(w->arena, 1, "m:c1", "add 7");
	struct why why = { 0 };

	struct db *owner;

	assert_int_equal(
		db_open(&owner, &(struct db_options){ .url = getenv("DUNLIN_TEST_OWNER_DATABASE_URL"), .name = "owner" }, &why), OK);
	assert_int_equal(db_script(owner, "select setval('outbox_seq', 77000000)", &why), OK);
	db_close(owner);
	assert_int_equal(unit_run(w->unit, &m, 1, NULL, 0, &why), ERR_RETRY);
	assert_int_equal(number(w, "select count(*) from parked"), 0);
	assert_int_equal(number(w, "select count(partition_keep(1000000, 30, 400))"), 1);
	assert_int_equal(unit_run(w->unit, &m, 1, NULL, 0, &why), OK);
	assert_int_equal(number(w, "select value from counter"), 7);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_delivery_changes_nothing),
		TEST(two_alike_in_one_batch_are_one),
		TEST(a_batch_is_applied_in_order_over_one_book),
		TEST(the_same_key_gets_the_same_answer_for_ever),
		TEST(another_body_under_the_same_key_is_422),
		TEST(a_refusal_is_remembered_and_leaves_no_trace_in_the_book),
		TEST(what_was_read_in_part_is_not_read),
		TEST(malformed_http_is_not_remembered),
		TEST(a_refused_foreign_command_is_a_dead_letter_and_blocks_nothing),
		TEST(a_poisoned_fact_holds_up_its_own_key_alone),
		TEST(a_retry_applies_in_order_and_lets_the_key_flow_again),
		TEST(a_missing_key_blocks_nothing),
		TEST(a_message_that_the_database_refuses_is_found_and_set_aside),
		TEST(a_bug_in_an_http_command_is_500_and_forgotten),
		TEST(a_type_that_is_passed_over_is_not_claimed),
		TEST(a_stale_owner_commits_nothing),
		TEST(a_position_never_goes_back),
		TEST(a_bad_message_of_a_batch_moves_its_position_too),
		TEST(a_message_that_crashes_the_process_is_set_aside_unread),
		TEST(a_cursor_over_the_outbox_skips_nothing),
		TEST(no_writer_overtakes_one_that_has_drawn_its_number),
		TEST(a_lost_connection_is_try_later_and_then_works),
		TEST(partitions_are_made_ahead),
		TEST(statistics_follow_a_table_that_has_outgrown_them),
		TEST(statistics_follow_what_is_committed_after_them),
		TEST(a_batch_without_a_partition_is_run_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
