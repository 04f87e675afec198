#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "world.h"

#include "clock.h"
#include "kafka.h"

#define APPLIED "select count(*) from applied"
#define POSITIONS "select coalesce(sum(next_offset), 0)::int8 from consumer_position"

static void publish_facts(struct world *w, int from, int to)
{
	for (int i = from; i < to; i++) {
		char key[16];

		snprintf(key, sizeof key, "m:c%d", i % 7);
		world_fact(w, i, i % PARTITIONS, key, "told");
	}
}

/* Numbers that must be so whatever happened: each event once, in the order of its partition. */
static void assert_each_once(struct world *w, int64_t n)
{
	assert_int_equal(world_number(w, APPLIED), n);
	assert_int_equal(world_number(w, "select count(distinct id) from applied"), n);
	assert_int_equal(world_number(w, "select count(*) from (select message_offset, lag(message_offset) over (partition by topic, part "
					 "order by n) as before from applied) a where before > message_offset"),
		0);
}

static void what_is_published_is_applied_once_in_the_order_of_its_partition(void **state)
{
	struct world *w = *state;
	struct process *p;

	publish_facts(w, 0, 40);
	publish_facts(w, 0, 20);
	p = world_start(w, CONSUME, NULL);
	world_until(w, POSITIONS, 60);
	assert_each_once(w, 40);
	publish_facts(w, 40, 50);
	world_until(w, APPLIED, 50);
	world_stop(w, p);
	assert_each_once(w, 50);
	assert_int_equal(world_number(w, "select count(*) from consumer_position where tries > 0"), 0);
	assert_int_equal(world_number(w, "select count(*) from consumer_position"), 2 * PARTITIONS);
}

static void bad_and_refused_orders_are_dead_letters_and_hold_up_nothing(void **state)
{
	struct world *w = *state;
	struct process *p;

	world_publish(w, w->orders, 0, "m:c1", "1", "probe.Told", "garbage");
	world_publish(w, w->orders, 0, "m:c1", "2", NULL, "told");
	world_publish(w, w->orders, 0, "m:c1", "3", "probe.Unheard", "told");
	world_publish(w, w->orders, 0, "m:c1", "4", "probe.Told", "refuse");
	world_publish(w, w->orders, 0, "", "5", "probe.Told", "garbage");
	world_publish(w, w->orders, 0, "m:c1", NULL, "probe.Told", "told");
	world_publish(w, w->orders, 0, "m:c1", "6", "probe.Ignored", "told");
	world_publish(w, w->orders, 0, "m:c1", "7", "probe.Told", "told");
	p = world_start(w, CONSUME, NULL);
	world_until(w, POSITIONS, 8);
	world_stop(w, p);
	assert_int_equal(world_number(w, APPLIED), 2);
	assert_int_equal(world_number(w, "select count(*) from applied where source like 'kafka:%' and id = '0/5'"), 1);
	assert_int_equal(world_number(w, "select count(*) from dead_letter"), 5);
	assert_int_equal(
		world_number(w, "select count(*) from dead_letter where id = '2' and code = 'header_missing' and field = 'ce_type'"), 1);
	assert_int_equal(world_number(w, "select count(*) from parked"), 0);
}

/* What Kafka takes may be more than an event of ours holds. */
static void the_largest_messages_are_dead_letters_like_any_other(void **state)
{
	struct world *w = *state;
	char *large = arena_alloc(w->arena, 1040001);
	struct process *p;

	memset(large, 'x', 1040000);
	world_publish(w, w->orders, 0, "m:c1", "1", "probe.Unheard", large);
	world_publish(w, w->facts, 0, "m:c1", world_id(w, 1), "probe.Unheard", large);
	world_fact(w, 2, 0, "m:c2", "told");
	p = world_start(w, CONSUME, NULL);
	world_until(w, POSITIONS, 3);
	world_stop(w, p);
	assert_int_equal(world_number(w, APPLIED), 1);
	assert_int_equal(world_number(w, "select octet_length(payload)::int8 from dead_letter"), 1040000);
	assert_int_equal(world_number(w, "select octet_length(payload)::int8 from parked"), 1040000);
	assert_int_equal(world_number(w, "select count(*) from outbox where octet_length(payload) = 0 and topic like '%.dlq'"), 2);
}

static void a_fact_that_cannot_be_read_holds_up_its_customer_alone(void **state)
{
	struct world *w = *state;
	struct process *p;

	world_fact(w, 1, 0, "m:c1", "garbage");
	world_fact(w, 2, 0, "m:c1", "told");
	world_fact(w, 3, 0, "m:c2", "told");
	world_publish(w, w->facts, 0, "m:c2", "no-uuid", "probe.Told", "told");
	world_fact(w, 4, 0, "m:c3", "told");
	p = world_start(w, CONSUME, NULL);
	world_until(w, POSITIONS, 5);
	world_stop(w, p);
	assert_int_equal(world_number(w, APPLIED), 2);
	assert_int_equal(world_number(w, "select count(*) from parked where key = 'm:c1'"), 2);
	assert_int_equal(world_number(w, "select count(*) from parked where key = 'm:c2' and code = 'header_malformed'"), 1);
}

static void a_restart_goes_on_where_it_was(void **state)
{
	struct world *w = *state;
	struct process *p;

	publish_facts(w, 0, 20);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 20);
	world_stop(w, p);
	publish_facts(w, 20, 30);
	world_sql(w,
		"insert into applied (topic, part, message_offset, source, id, key, payload, pid) values ('mark', 0, 0, '', '', '', '', 0)");
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 31);
	world_stop(w, p);
	assert_int_equal(world_number(w, "select count(*) from inbox_own"), 30);
	assert_int_equal(world_number(w, POSITIONS), 30);
}

static void another_log_under_a_position_stops_the_consumer(void **state)
{
	struct world *w = *state;
	struct process *p;

	publish_facts(w, 0, 8);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 8);
	world_stop(w, p);
	world_sql(w, "update consumer_position set last_id = '019aa3f0-1c2d-7a3b-8c4d-5e6f708192a3' where part = 2 and last_id <> ''");
	publish_facts(w, 8, 12);
	p = world_start(w, CONSUME, NULL);
	assert_int_equal(world_wait(w, p), 1);
	assert_true(world_logged(p, "this is another log"));
}

static void a_position_past_the_log_stops_the_consumer(void **state)
{
	struct world *w = *state;
	struct process *p;

	publish_facts(w, 0, 8);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 8);
	world_stop(w, p);
	world_sql(w, "update consumer_position set next_offset = next_offset + 100 where part = 2 and last_id <> ''");
	p = world_start(w, CONSUME, NULL);
	assert_int_equal(world_wait(w, p), 1);
	assert_true(world_logged(p, "position_expired"));
}

static void an_unknown_cluster_stops_the_consumer_until_it_is_adopted(void **state)
{
	struct world *w = *state;
	const char *const adopt[] = { "positions", "adopt", "--who", "ann", "--why", "moved house", NULL };
	const char *const in_secret[] = { "positions", "adopt", "--who", "ann", NULL };
	struct process *p;

	publish_facts(w, 0, 8);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 8);
	world_stop(w, p);
	world_sql(w, "update consumer_position set cluster_id = 'elsewhere'");
	p = world_start(w, CONSUME, NULL);
	assert_int_equal(world_wait(w, p), 1);
	assert_true(world_logged(p, "positions adopt"));
	assert_int_equal(world_wait(w, world_start(w, in_secret, NULL)), 2);
	assert_int_equal(world_wait(w, world_start(w, adopt, NULL)), 0);
	assert_int_equal(
		world_number(w, "select count(*) from audit where who = 'ann' and act = 'positions adopt' and why = 'moved house'"), 1);
	publish_facts(w, 8, 10);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 10);
	world_stop(w, p);
	assert_each_once(w, 10);
}

static void a_new_embedded_broker_is_adopted_by_itself(void **state)
{
	struct world *w = *state;
	struct process *p;

	if (!w->is_mock)
		skip();
	publish_facts(w, 0, 8);
	p = world_start(w, CONSUME, "W_EMBEDDED=1", NULL);
	world_until(w, APPLIED, 8);
	world_stop(w, p);
	world_new_mock(w);
	publish_facts(w, 4, 12);
	p = world_start(w, CONSUME, "W_EMBEDDED=1", NULL);
	world_until(w, APPLIED, 12);
	world_stop(w, p);
	assert_each_once(w, 12);
}

/* Four tries alone over two minutes that ended nowhere, and any that got a bit further first. What was innocent in the same batches is not set aside. */
static void a_message_that_ends_the_process_is_set_aside(void **state)
{
	struct world *w = *state;
	struct process *p;
	int crashes = 0;

	if (w->is_mock)
		skip(); /* it lets nobody in for ten seconds after each death */
	publish_facts(w, 0, 8);
	world_fact(w, 100, 1, "m:bad", "crash");
	world_fact(w, 101, 1, "m:bad", "told");
	publish_facts(w, 102, 110);
	p = world_start(w, CONSUME, "W_INSTANCE=one", NULL);
	while (world_wait(w, p) == -SIGKILL && world_number(w, "select max(tries)::int8 from consumer_position") < 7) {
		crashes++;
		p = world_start(w, CONSUME, "W_INSTANCE=one", NULL);
	}
	assert_in_range(crashes, 5, 8);
	assert_int_equal(world_number(w, "select count(*) from parked"), 0);
	world_sql(w, "update consumer_position set updated_at = updated_at - interval '2 minutes'");
	p = world_start(w, CONSUME, "W_INSTANCE=one", NULL);
	world_until(w, APPLIED, 16);
	world_until(w, "select count(*) from parked", 2);
	world_stop(w, p);
	assert_each_once(w, 16);
	assert_int_equal(world_number(w, "select count(*) from parked where key = 'm:bad' and head and code = 'crashed_the_process'"), 1);
	assert_int_equal(world_number(w, "select count(*) from parked where key = 'm:bad' and not head"), 1);
	assert_int_equal(world_number(w, "select sum(tries)::int8 from consumer_position where part = 1 and next_offset > 0"), 0);
}

/* However often: what comes later is not run alone, let alone set aside. */
static void who_is_killed_while_nothing_waits_blames_nobody(void **state)
{
	struct world *w = *state;
	struct process *p;

	if (w->is_mock)
		skip(); /* it lets nobody in for ten seconds after each death */
	publish_facts(w, 0, 8);
	p = world_start(w, CONSUME, "W_INSTANCE=one", NULL);
	world_until(w, APPLIED, 8);
	for (int i = 0; i < 4; i++) {
		world_signal(p, SIGKILL);
		(void)world_wait(w, p);
		p = world_start(w, CONSUME, "W_INSTANCE=one", NULL);
		world_until_logged(w, p, "partitions assigned");
	}
	assert_int_equal(world_number(w, "select max(tries)::int8 from consumer_position"), 0);
	publish_facts(w, 8, 12);
	world_until(w, APPLIED, 12);
	world_stop(w, p);
}

/* One consumer stops at the gate in the middle of its transaction and is frozen; another takes its place. */
static void a_zombie_that_wakes_commits_nothing(void **state)
{
	struct world *w = *state;
	struct process *zombie, *heir;
	char gate[200], setting[220], sql[120];
	pid_t pid;
	FILE *f;

	snprintf(gate, sizeof gate, "%s/gate", w->dir);
	snprintf(setting, sizeof setting, "W_GATE=%s", gate);
	world_fact(w, 1, 0, "m:c1", "gate");
	publish_facts(w, 2, 10);
	zombie = world_start(w, CONSUME, setting, NULL);
	pid = zombie->pid;
	world_until_logged(w, zombie, "at the gate");
	world_signal(zombie, SIGSTOP);
	heir = world_start(w, CONSUME, "W_GATE=/", NULL);
	world_until(w, APPLIED, 9);
	f = fopen(gate, "w");
	assert_non_null(f);
	fclose(f);
	world_signal(zombie, SIGCONT);
	world_until_logged(w, zombie, "leaving the group to join anew");
	snprintf(sql, sizeof sql, "select count(*) from applied where pid = %d", (int)pid);
	assert_int_equal(world_number(w, sql), 0);
	publish_facts(w, 10, 20);
	world_until(w, APPLIED, 19);
	assert_each_once(w, 19);
	world_stop(w, heir);
	world_stop(w, zombie);
}

static void of_two_consumers_one_is_killed_under_load_and_nothing_is_lost_or_doubled(void **state)
{
	struct world *w = *state;
	struct process *one = world_start(w, CONSUME, NULL), *two = world_start(w, CONSUME, NULL);

	publish_facts(w, 0, 200);
	world_until(w, APPLIED, 100);
	world_until(w, "select count(distinct owner) from consumer_position where owner <> ''", 2);
	publish_facts(w, 200, 400);
	world_signal(one, SIGKILL);
	assert_int_equal(world_wait(w, one), -SIGKILL);
	publish_facts(w, 400, 600);
	world_until(w, APPLIED, 600);
	world_stop(w, two);
	assert_each_once(w, 600);
}

static void a_reset_replays_and_changes_nothing(void **state)
{
	struct world *w = *state;
	const char *const reset[] = { "positions", "reset", "--topic", w->facts, "--to", "beginning", "--who", "ann", "--why", "drill",
		NULL };
	const char *const beyond[] = { "positions", "reset", "--topic", w->facts, "--partition", "0", "--to", "1000", "--who", "ann",
		"--why", "drill", NULL };
	const char *const show[] = { "positions", "show", NULL };
	struct process *p, *shown;

	publish_facts(w, 0, 20);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 20);
	assert_int_equal(world_wait(w, world_start(w, beyond, NULL)), 2);
	assert_int_equal(world_wait(w, world_start(w, reset, NULL)), 0);
	assert_int_equal(world_number(w, "select count(*) from audit where act = 'positions reset'"), PARTITIONS);
	publish_facts(w, 20, 24);
	world_until_logged(w, p, "leaving the group to join anew");
	world_until(w, POSITIONS, 24);
	world_stop(w, p);
	assert_each_once(w, 24);
	shown = world_start(w, show, NULL);
	assert_int_equal(world_wait(w, shown), 0);
	assert_true(world_logged(shown, w->facts));
}

static void a_broken_database_connection_is_mended(void **state)
{
	struct world *w = *state;
	struct process *p;

	publish_facts(w, 0, 20);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 20);
	for (int i = 0; i < 5; i++) {
		world_sql(w,
			"select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'dunlin-probe%consume' and "
			"datname = current_database()");
		publish_facts(w, 20 + i * 4, 24 + i * 4);
	}
	world_until(w, APPLIED, 40);
	world_stop(w, p);
	assert_each_once(w, 40);
}

/* An aborted transaction of somebody who has no business there leaves offsets that hold nothing for us. */
static void missing_offsets_raise_the_alarm(void **state)
{
	struct world *w = *state;
	rd_kafka_conf_t *conf;
	char text[200];
	struct process *p;
	rd_kafka_t *rk;

	if (w->is_mock)
		skip();
	conf = rd_kafka_conf_new();
	rd_kafka_conf_set(conf, "bootstrap.servers", w->brokers, text, sizeof text);
	rd_kafka_conf_set(conf, "transactional.id", w->service->name, text, sizeof text);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
	world_fact(w, 1, 0, "m:c1", "told");
	assert_null(rd_kafka_init_transactions(rk, 30000));
	assert_null(rd_kafka_begin_transaction(rk));
	rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(w->facts), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_VALUE(text, 1), RD_KAFKA_V_END);
	rd_kafka_flush(rk, 10000);
	assert_null(rd_kafka_abort_transaction(rk, 30000));
	rd_kafka_destroy(rk);
	world_fact(w, 2, 0, "m:c1", "told");
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 2);
	world_stop(w, p);
	assert_true(world_logged(p, "offsets are missing"));
}

static void lag_counts_what_is_not_committed(void **state)
{
	struct world *w = *state;
	int64_t lag, consumed;
	struct why why = { 0 };
	struct process *p;

	common_settings.brokers = w->brokers;
	publish_facts(w, 0, 20);
	assert_int_equal(kafka_lag(w->service, w->db, w->arena, &lag, &consumed, &why), OK);
	assert_int_equal(lag, 20);
	assert_int_equal(consumed, 0);
	p = world_start(w, CONSUME, NULL);
	world_until(w, APPLIED, 20);
	world_stop(w, p);
	publish_facts(w, 20, 23);
	assert_int_equal(kafka_lag(w->service, w->db, w->arena, &lag, &consumed, &why), OK);
	assert_int_equal(lag, 3);
	assert_int_equal(consumed, 20);
}

static void options_of_ours_are_not_for_others_to_set(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(kafka_check_options("", &why), OK);
	assert_int_equal(kafka_check_options("debug=cgrp\\,topic,socket.timeout.ms=5000", &why), OK);
	assert_int_equal(kafka_check_options("enable.auto.commit=true", &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "enable.auto.commit"));
	assert_int_equal(kafka_check_options("no.such.thing=1", &why), ERR_INVALID);
	assert_int_equal(kafka_check_options("debug", &why), ERR_INVALID);
	assert_int_equal(kafka_check_options("=x", &why), ERR_INVALID);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_ours_are_not_for_others_to_set),
		IN_WORLD(what_is_published_is_applied_once_in_the_order_of_its_partition),
		IN_WORLD(bad_and_refused_orders_are_dead_letters_and_hold_up_nothing),
		IN_WORLD(the_largest_messages_are_dead_letters_like_any_other),
		IN_WORLD(a_fact_that_cannot_be_read_holds_up_its_customer_alone),
		IN_WORLD(a_restart_goes_on_where_it_was),
		IN_WORLD(another_log_under_a_position_stops_the_consumer),
		IN_WORLD(a_position_past_the_log_stops_the_consumer),
		IN_WORLD(an_unknown_cluster_stops_the_consumer_until_it_is_adopted),
		IN_WORLD(a_new_embedded_broker_is_adopted_by_itself),
		IN_WORLD(a_message_that_ends_the_process_is_set_aside),
		IN_WORLD(who_is_killed_while_nothing_waits_blames_nobody),
		IN_WORLD(a_zombie_that_wakes_commits_nothing),
		IN_WORLD(of_two_consumers_one_is_killed_under_load_and_nothing_is_lost_or_doubled),
		IN_WORLD(a_reset_replays_and_changes_nothing),
		IN_WORLD(a_broken_database_connection_is_mended),
		IN_WORLD(missing_offsets_raise_the_alarm),
		IN_WORLD(lag_counts_what_is_not_committed),
	};
	int code;

	if (world_main(argc, argv, &code))
		return code;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
