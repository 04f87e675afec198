#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <unistd.h>

#include "web.h"

static void live_ready_and_version_answer_in_one_line(void **state)
{
	struct world *world = *state;

	web_assert_answer(web_ops(world, "/livez"), 200, "{\"roles\":{},\"alive\":true}\n");
	web_assert_answer(
		web_ops(world, "/readyz"), 200, "{\"checks\":{\"database\":\"ok\",\"schema\":\"ok\",\"http\":\"ok\"},\"ready\":true}\n");
	assert_true(peer_has(web_ops(world, "/version"), "{\"service\":\"toy\",\"version\":\""));
	assert_int_equal(peer_status(web_ops(world, "/nothing")), 404);
	assert_int_equal(peer_status(peer_exchange(world->arena, ops_port(), web_request(world, "POST /livez", NULL, "", ""))), 405);
}

static void a_schema_that_is_not_current_is_not_ready(void **state)
{
	static const struct migration future[] = { { 1, "0001_toy", "select 1" }, { 0, NULL, NULL } };
	struct world *world = *state;
	struct span response;

	web.migrations = future;
	response = web_ops(world, "/readyz");
	web.migrations = toy_service.migrations;
	assert_int_equal(peer_status(response), 503);
	assert_true(peer_has(response, "\"database\":\"ok\""));
	assert_true(peer_has(response, "\"ready\":false"));
}

static void idle_counts_what_the_relay_has_not_said_yet(void **state)
{
	struct world *world = *state;

	web_script(world,
		"insert into relay_cursor (cluster_id, last_seq) select 'c', case when is_called then last_value else 0 end from outbox_seq");
	assert_true(peer_has(
		web_ops(world, "/idle"), "{\"idle\":true,\"backlog\":0,\"lag\":0,\"due\":0,\"sending\":0,\"parked\":0,\"next_due\":null,"));
	assert_int_equal(peer_status(web_add(world, "writer", "k1", "add 5")), 201);
	assert_true(peer_has(web_ops(world, "/idle"), "{\"idle\":false,\"backlog\":1,"));
	assert_int_equal(peer_status(web_hook(world, "e1", "signed", "refuse")), 200);
	assert_true(peer_has(web_ops(world, "/idle"), "\"parked\":1,"));
	web_script(world, "update relay_cursor set last_seq = (select last_value from outbox_seq)");
	assert_true(peer_has(web_ops(world, "/idle"), "{\"idle\":true,\"backlog\":0,"));
}

static void metrics_count_requests_by_route_method_and_status(void **state)
{
	struct world *world = *state;
	struct span text;

	assert_int_equal(peer_status(web_get(world, "/v1/things/8", "reader")), 404);
	text = web_ops(world, "/metrics");
	assert_true(peer_has(text, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
	assert_true(peer_has(text, "dunlin_http_requests_total{route=\"/v1/things/{id}\",method=\"GET\",status=\"404\"} "));
	assert_true(peer_has(text, "dunlin_database_up 1\n"));
	assert_true(peer_has(text, "dunlin_build_info{service=\"toy\","));
	assert_false(peer_has(text, "/v1/things/8"));
}

static void a_database_that_is_away_is_said_and_nothing_hangs(void **state)
{
	struct world *world = *state;
	const char *there = common_settings.database_url;

	common_settings.database_url = "postgresql://127.0.0.1:1/nowhere";
	web_script(world, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dunlin-toy-ops'");
	assert_int_equal(peer_status(web_ops(world, "/idle")), 503);
	assert_int_equal(peer_status(web_ops(world, "/readyz")), 503);
	assert_int_equal(peer_status(web_ops(world, "/livez")), 200);
	assert_true(peer_has(web_ops(world, "/metrics"), "dunlin_database_up 0\n"));
	common_settings.database_url = there;
	while (peer_status(web_ops(world, "/readyz")) != 200)
		usleep(50000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, web_begin, web_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(live_ready_and_version_answer_in_one_line),
		TEST(a_schema_that_is_not_current_is_not_ready),
		TEST(idle_counts_what_the_relay_has_not_said_yet),
		TEST(metrics_count_requests_by_route_method_and_status),
		TEST(a_database_that_is_away_is_said_and_nothing_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
