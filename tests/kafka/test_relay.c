#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "world.h"

#include "clock.h"
#include "common_queries.h"

#define CURSOR "select coalesce(max(last_seq), 0)::int8 from relay_cursor where not retired"
#define LAST "select coalesce(max(seq), 0)::int8 from outbox"
#define MISSING "select count(*) from outbox left join seen on event_id = id where id is null"

/* n events of `keys` keys, the payload is the number, in one transaction with the outbox lock, as the unit of work writes them. */
static void say(struct world *w, int n, int keys)
{
	char sql[700];

	snprintf(sql, sizeof sql,
		"begin; select pg_advisory_xact_lock(hashtextextended('dunlin.outbox', 0));"
		"insert into outbox (topic, part_key, event_id, type, trace, payload) select '%s', 'm:c' || i %% %d, gen_random_uuid(),"
		" 'probe.Said', '', convert_to(i::text, 'UTF8') from generate_series(1, %d) as i order by i; commit",
		w->said, keys, n);
	world_sql(w, sql);
}

/* Waits until all that was said so far is acknowledged. */
static void until_said(struct world *w)
{
	world_until(w, CURSOR, world_number(w, LAST));
}

/* The ids of what a topic holds, into table `seen` in the order of reading. */
static size_t load_seen(struct world *w)
{
	size_t n;
	struct seen *seen = world_read(w, w->said, &n);
	struct text sql;

	text_init(&sql, w->arena);
	text_add(&sql, "truncate seen;");
	for (size_t i = 0; i < n; i++)
		text_printf(&sql, "%s(%zu, %d, %lld, '%s', '%s')%s", i % 1000 == 0 ? "insert into seen values " : "", i,
			(int)seen[i].partition, (long long)seen[i].offset, seen[i].id, seen[i].key,
			i % 1000 == 999 || i + 1 == n ? ";" : ",");
	world_sql(w, text_done(&sql).at);
	return n;
}

/* What was said and isn't there, with what stands around the place where it should be. */
static void print_missing(struct world *w)
{
	struct why why;
	struct rows r;

	if (db_query(w->db, w->arena,
		    "select format('seq %s, id %s, key %s is missing; before it partition %s offset %s', o.seq, o.event_id, o.part_key, "
		    "b.part, b.message_offset) from outbox o left join seen on event_id = id left join lateral (select s.part, "
		    "s.message_offset from outbox p join seen s on s.id = p.event_id where p.part_key = o.part_key and p.seq < o.seq "
		    "order by p.seq desc limit 1) b on true where seen.id is null order by o.seq limit 20",
		    NULL, &r, &why) != OK)
		fail_msg("%s", why.text);
	for (size_t i = 0; i < r.count; i++)
		fprintf(stderr, "# %.*s\n", SPAN_ARG(rows_text(&r, i, 0)));
}

static void assert_all_said(struct world *w)
{
	int64_t missing = world_number(w, MISSING);

	if (missing != 0)
		print_missing(w);
	assert_int_equal(missing, 0);
}

/* Nothing skipped, and first occurrences in the order of seq within each key. */
static void assert_all_said_in_order(struct world *w)
{
	assert_all_said(w);
	assert_int_equal(
		world_number(w,
			"select count(*) from (select seq, lag(seq) over (partition by key order by message_offset) as before from "
			"(select key, id, min(message_offset) as message_offset from seen group by 1, 2) s join outbox on event_id = id) x "
			"where before > seq"),
		0);
}

static void all_that_was_said_is_published_once_in_order(void **state)
{
	struct world *w = *state;
	struct process *p = world_start(w, RELAY, NULL);

	say(w, 60000, 100);
	say(w, 40000, 100);
	until_said(w);
	world_stop(w, p);
	assert_int_equal(load_seen(w), 100000);
	assert_all_said_in_order(w);
	assert_int_equal(world_number(w, "select last_seq from relay_cursor"), 100000);
}

/* Partitions by the murmur2 of Java's client: its own test vectors, modulo the number of partitions. */
static void an_event_is_a_cloudevent_that_java_clients_find_in_the_same_partition(void **state)
{
	static const struct {
		const char *key;
		uint32_t murmur2;
	} known[] = { { "21", (uint32_t)-973932308 }, { "foobar", (uint32_t)-790332482 },
		{ "a-little-bit-long-string", (uint32_t)-985981536 },
		{ "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", (uint32_t)-58897971 } };
	struct world *w = *state;
	struct process *p = world_start(w, RELAY, NULL);
	struct seen *seen;
	char sql[900];
	size_t n;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		snprintf(sql, sizeof sql,
			"insert into outbox (topic, part_key, event_id, type, trace, extra, payload, created_at) values ('%s', '%s', "
			"'019aa3f0-1c2d-7a3b-8c4d-5e6f708192a3', 'probe.Said', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', "
			"E'dlq_topic: here\\ndlq_reason: a: b\\n', %s, '2026-11-22T13:00:00.5Z')",
			w->said, known[i].key,
			i == 0   ? "null"
			: i == 1 ? "''"
				 : "'\\x0801'");
		world_sql(w, sql);
	}
	until_said(w);
	world_stop(w, p);
	seen = world_read(w, w->said, &n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
			if (strcmp(seen[i].key, known[k].key) != 0)
				continue;
			assert_int_equal(seen[i].partition, (known[k].murmur2 & 0x7fffffff) % PARTITIONS);
			assert_string_equal(seen[i].payload == NULL ? "tombstone" : seen[i].payload, k == 0   ? "tombstone"
												     : k == 1 ? ""
													      : "\x08\x01");
			snprintf(sql, sizeof sql,
				"ce_specversion=1.0\nce_id=019aa3f0-1c2d-7a3b-8c4d-5e6f708192a3\nce_source=dunlin/%s\nce_type=probe.Said\n"
				"ce_time=2026-11-22T13:00:00.500000Z\nce_subject=%s\ncontent-type=application/protobuf\n"
				"traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\ndlq_topic=here\ndlq_reason=a: b\n",
				w->service->name, known[k].key);
			assert_string_equal(seen[i].headers, sql);
		}
}

/* The cursor's row is locked, so that acknowledgements come and the cursor stays. */
static void a_relay_killed_between_acknowledgement_and_cursor_says_it_again_and_skips_nothing(void **state)
{
	struct world *w = *state;
	struct process *p = world_start(w, RELAY, NULL);
	struct db *locker = world_connect();
	struct why why = { 0 };
	int64_t before;
	size_t n;

	say(w, 100, 10);
	until_said(w);
	assert_int_equal(
		db_script(locker, "set idle_in_transaction_session_timeout to 0; begin; select * from relay_cursor for update", &why), OK);
	say(w, 500, 10);
	do
		(void)world_read(w, w->said, &n);
	while (n < 600);
	world_signal(p, SIGKILL);
	assert_int_equal(world_wait(w, p), -SIGKILL);
	/* What it sent last, its server process would still run. */
	world_sql(w, "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dunlin-probe%relay' and "
		     "datname = current_database()");
	world_until(w,
		"select -count(*) from pg_stat_activity where application_name like 'dunlin-probe%relay' and "
		"datname = current_database()",
		0);
	db_close(locker);
	before = world_number(w, CURSOR);
	assert_true(before < 600);
	p = world_start(w, RELAY, NULL);
	say(w, 50, 10);
	until_said(w);
	world_stop(w, p);
	assert_true(load_seen(w) >= 650 + (size_t)(600 - before));
	assert_all_said_in_order(w);
}

static void of_two_relays_one_leads_and_the_other_takes_over(void **state)
{
	struct world *w = *state;
	struct process *one = world_start(w, RELAY, NULL), *two;

	say(w, 100, 10);
	until_said(w);
	two = world_start(w, RELAY, NULL);
	world_until(w,
		"select count(*) from pg_stat_activity where application_name like 'dunlin-probe%relay' and datname = current_database()",
		2);
	say(w, 100, 10);
	until_said(w);
	assert_false(world_logged(two, "relay leads"));
	world_signal(one, SIGKILL);
	assert_int_equal(world_wait(w, one), -SIGKILL);
	say(w, 100, 10);
	world_until_logged(w, two, "relay leads");
	until_said(w);
	assert_int_equal(world_number(w, "select epoch from relay_cursor"), 2);
	world_stop(w, two);
	(void)load_seen(w);
	assert_all_said_in_order(w);
}

/* Frozen while another took over (its connection was cut, as a network does): its epoch is stale when it wakes. */
static void a_relay_that_was_replaced_moves_the_cursor_no_more(void **state)
{
	struct world *w = *state;
	struct process *one = world_start(w, RELAY, NULL);

	say(w, 100, 10);
	until_said(w);
	world_sql(w, "update relay_cursor set epoch = epoch + 1");
	say(w, 10, 10);
	world_until_logged(w, one, "not_leader");
	until_said(w);
	assert_int_equal(world_number(w, "select epoch from relay_cursor"), 3);
	world_stop(w, one);
	(void)load_seen(w);
	assert_all_said_in_order(w);
}

struct writer {
	struct world *w;
	int number;
};

/* Draws sequence numbers and commits later, now and then much later, with what the unit of work uses. */
static void *write_slowly(void *arg)
{
	struct writer *me = arg;
	struct arena *arena = arena_open();
	struct why why = { 0 };
	struct db *db;

	if (db_open(&db, &(struct db_options){ .url = getenv("DUNLIN_TEST_DATABASE_URL"), .name = "writer" }, &why) != OK)
		return arg;
	for (int i = 0; i < 200; i++) {
		struct args *a = args_new(arena);
		struct rows r;
		char sql[300];

		snprintf(sql, sizeof sql,
			"insert into outbox (topic, part_key, event_id, type, trace, payload) select '%s', 'm:c%d', gen_random_uuid(), "
			"'probe.Said', '', 'x' from generate_series(1, 3)",
			me->w->said, me->number);
		if (db_begin(db, &why) != OK || db_exec(db, arena, &q_unit_outbox_lock, NULL, &r, &why) != OK ||
			db_query(db, arena, sql, a, &r, &why) != OK)
			return arg;
		(void)poll(NULL, 0, (i * 7 + me->number) % 5);
		if (i % 10 == 9)
			db_rollback(db);
		else if (db_commit(db, &why) != OK)
			return arg;
	}
	db_close(db);
	arena_close(arena);
	return NULL;
}

static void with_two_writers_no_event_is_ever_skipped(void **state)
{
	struct world *w = *state;
	struct process *p = world_start(w, RELAY, NULL);
	struct writer writers[2] = { { w, 0 }, { w, 1 } };
	pthread_t threads[2];
	void *failed;

	say(w, 1, 1);
	until_said(w);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_slowly, &writers[i]), 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	until_said(w);
	world_stop(w, p);
	assert_int_equal(load_seen(w), 1 + 2 * 180 * 3);
	assert_all_said_in_order(w);
}

static void set_largest(struct world *w, const char *bytes)
{
	rd_kafka_ConfigResource_t *topic = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, w->said);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(w->client);
	rd_kafka_event_t *e;

	(void)rd_kafka_ConfigResource_set_config(topic, "max.message.bytes", bytes);
	rd_kafka_AlterConfigs(w->client, &topic, 1, NULL, queue);
	e = rd_kafka_queue_poll(queue, 30000);
	assert_non_null(e);
	assert_int_equal(rd_kafka_event_error(e), RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_event_destroy(e);
	rd_kafka_queue_destroy(queue);
	rd_kafka_ConfigResource_destroy(topic);
}

/* A message that the topic does not take for a while, in the middle of others. */
static void fail_on_kafka(struct world *w, struct process *p)
{
	char sql[300];

	set_largest(w, "2000");
	say(w, 3000, 10);
	snprintf(sql, sizeof sql,
		"insert into outbox (topic, part_key, event_id, type, trace, payload) select '%s', 'm:c1', gen_random_uuid(), 'probe.Said', '', "
		"string_agg(sha256(i::text::bytea), '') from generate_series(1, 1000) i",
		w->said);
	world_sql(w, sql);
	say(w, 3000, 10);
	world_until_logged(w, p, "Message size too large");
	world_until_logged(w, p, "\"epoch\":1");
	say(w, 3000, 10);
	set_largest(w, "1048576");
}

static void fail_on_mock(struct world *w)
{
	for (int i = 0; i < 3; i++) {
		rd_kafka_mock_push_request_errors(
			w->mock, 0 /* Produce */, 2, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_INVALID_RECORD);
		say(w, 1000, 10);
		until_said(w);
	}
}

/* The mock cluster takes what is in flight behind a refused batch, which Kafka does not: there only that nothing is lost. */
static void an_error_of_delivery_makes_a_new_producer_and_loses_nothing(void **state)
{
	struct world *w = *state;
	struct process *p = world_start(w, RELAY, NULL);

	say(w, 100, 10);
	until_said(w);
	if (w->is_mock)
		fail_on_mock(w);
	else
		fail_on_kafka(w, p);
	until_said(w);
	world_stop(w, p);
	assert_true(world_logged(p, "new producer"));
	(void)load_seen(w);
	if (w->is_mock)
		assert_all_said(w);
	else
		assert_all_said_in_order(w);
}

/*
 * A broker that has just begun to lead says that it does not, and leads when the next batch comes, which was on its way already. Kafka takes it from a
 * producer of which it knows nothing there, and so does the mock cluster, which looks at no sequence number at all.
 */
static void a_first_batch_that_is_refused_is_not_taken_for_said_because_the_second_is_there(void **state)
{
	struct world *w = *state;
	struct process *p;

	if (!w->is_mock)
		skip();
	say(w, 100, 1);
	rd_kafka_mock_push_request_errors(w->mock, 0 /* Produce */, 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
	p = world_start(w, RELAY, "W_OPTIONS=batch.num.messages=1", NULL);
	until_said(w);
	world_stop(w, p);
	assert_false(world_logged(p, "new producer"));
	(void)load_seen(w);
	assert_all_said_in_order(w);
}

/* The same where the partition is known: librdkafka infers from the batch behind that the one before it is there. */
static void a_report_of_delivery_without_an_offset_is_not_believed(void **state)
{
	struct world *w = *state;
	struct process *p;

	if (!w->is_mock)
		skip();
	p = world_start(w, RELAY, "W_OPTIONS=batch.num.messages=1", NULL);
	say(w, 1, 1);
	until_said(w);
	/* The refusal takes so long that more batches are on their way when it comes. */
	rd_kafka_mock_broker_set_rtt(w->mock, 1, 500);
	rd_kafka_mock_push_request_errors(w->mock, 0 /* Produce */, 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
	say(w, 100, 1);
	world_until_logged(w, p, "a report without an offset");
	rd_kafka_mock_broker_set_rtt(w->mock, 1, 0);
	until_said(w);
	world_stop(w, p);
	(void)load_seen(w);
	assert_all_said(w);
}

/* While nothing is acknowledged the cursor stays, and neither the broker's return nor another relay skips anything. */
static void a_broker_that_goes_and_returns_gets_everything(void **state)
{
	struct world *w = *state;
	struct process *p;

	if (!w->is_mock)
		skip();
	p = world_start(w, RELAY, NULL);
	say(w, 100, 10);
	until_said(w);
	for (int i = 0; i < 2; i++) {
		int64_t before = world_number(w, CURSOR);

		rd_kafka_mock_broker_set_down(w->mock, 1);
		say(w, 3000, 10);
		world_until_logged(w, p, "kafka client error");
		assert_int_equal(world_number(w, CURSOR), before);
		if (i == 1) {
			world_signal(p, SIGKILL);
			assert_int_equal(world_wait(w, p), -SIGKILL);
			p = world_start(w, RELAY, NULL);
			world_until_logged(w, p, "kafka_away");
		}
		rd_kafka_mock_broker_set_up(w->mock, 1);
		until_said(w);
	}
	world_stop(w, p);
	(void)load_seen(w);
	assert_all_said_in_order(w);
}

static void a_broken_database_connection_is_mended(void **state)
{
	struct world *w = *state;
	struct process *p = world_start(w, RELAY, NULL);

	say(w, 100, 10);
	until_said(w);
	for (int i = 0; i < 3; i++) {
		world_sql(w, "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dunlin-probe%relay' and "
			     "datname = current_database()");
		say(w, 1000, 10);
	}
	until_said(w);
	world_stop(w, p);
	(void)load_seen(w);
	assert_all_said_in_order(w);
}

static void an_unknown_cluster_is_told_nothing_until_it_is_adopted(void **state)
{
	struct world *w = *state;
	const char *const adopt[] = { "positions", "adopt", "--who", "ann", "--why", "moved house", NULL };
	struct process *p = world_start(w, RELAY, NULL);
	size_t n;

	say(w, 100, 10);
	until_said(w);
	world_stop(w, p);
	world_sql(w, "update relay_cursor set cluster_id = 'elsewhere'");
	p = world_start(w, RELAY, NULL);
	assert_int_equal(world_wait(w, p), 1);
	assert_true(world_logged(p, "positions adopt"));
	assert_int_equal(world_wait(w, world_start(w, adopt, NULL)), 0);
	p = world_start(w, RELAY, NULL);
	until_said(w);
	world_stop(w, p);
	n = load_seen(w);
	assert_all_said_in_order(w);
	assert_int_equal(n, 200);
	assert_int_equal(world_number(w, "select count(*) from relay_cursor where retired and cluster_id = 'elsewhere'"), 1);
}

static void a_new_embedded_broker_is_told_all_that_the_outbox_holds(void **state)
{
	struct world *w = *state;
	struct process *p;

	if (!w->is_mock)
		skip();
	p = world_start(w, RELAY, "W_EMBEDDED=1", NULL);
	say(w, 100, 10);
	until_said(w);
	world_stop(w, p);
	world_new_mock(w);
	p = world_start(w, RELAY, "W_EMBEDDED=1", NULL);
	say(w, 50, 10);
	until_said(w);
	world_stop(w, p);
	assert_int_equal(load_seen(w), 150);
	assert_all_said_in_order(w);
}

static void topics_are_made_and_differences_are_told(void **state)
{
	struct world *w = *state;
	const char *const print[] = { "topics", "print", NULL }, *const create[] = { "topics", "create", NULL },
			  *const check[] = { "topics", "check", NULL };
	struct process *p = world_start(w, print, NULL);

	assert_int_equal(world_wait(w, p), 0);
	assert_true(world_logged(p, arena_printf(w->arena, "%s:4", w->said)));
	assert_true(world_logged(p, arena_printf(w->arena, "%s:4", w->dlq)));
	if (w->is_mock)
		return;
	p = world_start(w, create, NULL);
	assert_int_equal(world_wait(w, p), 0);
	assert_true(world_logged(p, "is there"));
	p = world_start(w, check, NULL);
	assert_int_equal(world_wait(w, p), 1);
	assert_true(world_logged(p, "retention.ms is 604800000, not 2592000000"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(all_that_was_said_is_published_once_in_order),
		IN_WORLD(an_event_is_a_cloudevent_that_java_clients_find_in_the_same_partition),
		IN_WORLD(a_relay_killed_between_acknowledgement_and_cursor_says_it_again_and_skips_nothing),
		IN_WORLD(of_two_relays_one_leads_and_the_other_takes_over),
		IN_WORLD(a_relay_that_was_replaced_moves_the_cursor_no_more),
		IN_WORLD(with_two_writers_no_event_is_ever_skipped),
		IN_WORLD(an_error_of_delivery_makes_a_new_producer_and_loses_nothing),
		IN_WORLD(a_first_batch_that_is_refused_is_not_taken_for_said_because_the_second_is_there),
		IN_WORLD(a_report_of_delivery_without_an_offset_is_not_believed),
		IN_WORLD(a_broker_that_goes_and_returns_gets_everything),
		IN_WORLD(a_broken_database_connection_is_mended),
		IN_WORLD(an_unknown_cluster_is_told_nothing_until_it_is_adopted),
		IN_WORLD(a_new_embedded_broker_is_told_all_that_the_outbox_holds),
		IN_WORLD(topics_are_made_and_differences_are_told),
	};
	int code;

	if (world_main(argc, argv, &code))
		return code;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
