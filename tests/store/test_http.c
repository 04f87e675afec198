#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "web.h"

/* --- commands --- */

static void a_command_is_answered_by_its_handler_once_it_is_committed(void **state)
{
	struct world *world = *state;

	web_assert_answer(web_add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
	web_assert_answer(web_add(world, "writer", "k2", "add 2"), 201, "{\"value\":7}");
}

static void the_same_key_gives_the_same_answer_and_another_body_is_refused(void **state)
{
	struct world *world = *state;

	web_assert_answer(web_add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	web_assert_answer(web_add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	web_assert_problem(web_add(world, "writer", "k1", "add 6"), 422, "idempotency_key_reused");
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
}

static void a_key_belongs_to_its_merchant_and_client(void **state)
{
	struct world *world = *state;

	web_assert_answer(web_add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	web_assert_answer(web_add(world, "other", "k1", "add 5"), 201, "{\"value\":10}");
	web_assert_answer(web_add(world, "admin", "k1", "add 5"), 201, "{\"value\":15}");
}

static void a_command_needs_a_key_of_visible_ascii(void **state)
{
	struct world *world = *state;
	char long_key[257];

	memset(long_key, 'k', 256);
	long_key[256] = '\0';
	web_assert_problem(web_ask(world, "POST /v1/counters", "writer", "Content-Type: application/json\r\n", "add 5"), 400,
		"idempotency_key_missing");
	web_assert_problem(web_add(world, "writer", "a b", "add 5"), 400, "idempotency_key_invalid");
	web_assert_problem(web_add(world, "writer", "\xc3\xa4", "add 5"), 400, "idempotency_key_invalid");
	web_assert_problem(web_add(world, "writer", long_key, "add 5"), 400, "idempotency_key_invalid");
	web_assert_answer(web_add(world, "writer", long_key + 1, "add 5"), 201, "{\"value\":5}");
}

static void a_refusal_is_422_and_remembered(void **state)
{
	struct world *world = *state;

	web_assert_problem(web_add(world, "writer", "k1", "refuse"), 422, "not_today");
	web_assert_problem(web_add(world, "writer", "k1", "refuse"), 422, "not_today");
	assert_int_equal(toy_number(world->db, "select count(*) from answer"), 1);
	assert_int_equal(toy_number(world->db, "select count(*) from counter"), 0);
}

static void a_malformed_body_is_400_and_not_remembered(void **state)
{
	struct world *world = *state;

	web_assert_problem(web_add(world, "writer", "k1", "subtract 5"), 400, "unreadable");
	web_assert_answer(web_add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
}

static void our_own_bug_is_500_without_its_reason(void **state)
{
	struct world *world = *state;
	struct span response = web_add(world, "writer", "k1", "abort");

	web_assert_problem(response, 500, "internal_error");
	assert_false(peer_has(response, "handler"));
	web_assert_answer(web_add(world, "writer", "k2", "add 5"), 201, "{\"value\":5}");
}

static void commands_of_many_connections_are_all_answered(void **state)
{
	enum { MANY = 100 };
	struct world *world = *state;
	int fds[MANY];

	for (int i = 0; i < MANY; i++)
		fds[i] = peer_connect(world->port);
	for (int i = 0; i < MANY; i++)
		peer_send(fds[i],
			web_request(world, "POST /v1/counters", "writer",
				arena_printf(world->arena, "Content-Type: application/json\r\nIdempotency-Key: many-%d\r\n", i), "add 1"));
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(peer_status(peer_read_all(world->arena, fds[i])), 201);
		close(fds[i]);
	}
	assert_int_equal(toy_number(world->db, "select value from counter"), MANY);
}

static void a_lost_connection_to_the_database_costs_nobody_an_answer(void **state)
{
	struct world *world = *state;

	web_assert_answer(web_add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	web_script(world, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dunlin-toy-http'");
	web_assert_answer(web_add(world, "writer", "k2", "add 5"), 201, "{\"value\":10}");
	web_script(world, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dunlin-toy-http'");
	assert_int_equal(peer_status(web_get(world, "/v1/counters/1", "reader")), 200);
}

extern char **environ;

/* tests/env/postgres COMMAND, on the server of this run. */
static void postgres(const char *command)
{
	char script[] = "tests/env/postgres", *argv[] = { script, strdup(command), strdup(getenv("DUNLIN_TEST_POSTGRES")), NULL };
	int status = -1;
	pid_t pid;

	assert_int_equal(posix_spawn(&pid, script, NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(argv[1]);
	free(argv[2]);
}

static void without_a_database_it_is_503_and_nothing_is_done(void **state)
{
	struct world *world = *state;
	struct span command, look, event;

	if (getenv("DUNLIN_TEST_POSTGRES") == NULL)
		skip();
	web_assert_answer(web_add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	postgres("kill");
	command = web_add(world, "writer", "k2", "add 5");
	look = web_get(world, "/v1/counters/1", "reader");
	event = web_hook(world, "e1", "signed", "add 5");
	postgres("start");
	db_close(world->db);
	world->db = toy_connect();
	web_assert_problem(command, 503, "unavailable");
	assert_true(peer_has(command, "Retry-After: 1\r\n"));
	web_assert_problem(look, 503, "unavailable");
	web_assert_problem(event, 503, "unavailable");
	web_assert_answer(web_add(world, "writer", "k2", "add 5"), 201, "{\"value\":10}");
	web_assert_answer(web_hook(world, "e1", "signed", "add 5"), 200, "{}");
	assert_int_equal(toy_number(world->db, "select value from counter"), 15);
}

/* --- who may --- */

static void without_a_valid_token_it_is_401(void **state)
{
	static const char *const bad[] = { "unknown", "expired", "revoked", "", "x y" };
	struct world *world = *state;
	struct span response = web_get(world, "/v1/counters/1", NULL);

	web_assert_problem(response, 401, "token_invalid");
	assert_true(peer_has(response, "WWW-Authenticate: Bearer\r\n"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		web_assert_problem(web_get(world, "/v1/counters/1", bad[i]), 401, "token_invalid");
	web_assert_problem(web_ask(world, "GET /v1/counters/1", NULL, "Authorization: Basic cmVhZGVy\r\n", NULL), 401, "token_invalid");
	assert_int_equal(peer_status(web_ask(world, "GET /v1/counters/1", NULL, "Authorization: bEARER reader\r\n", NULL)), 200);
}

static void a_role_that_is_too_low_is_403(void **state)
{
	struct world *world = *state;

	web_assert_problem(web_add(world, "reader", "k1", "add 5"), 403, "role_too_low");
	web_assert_problem(
		web_ask(world, "POST /v1/merchant", "writer", "Idempotency-Key: k\r\nContent-Type: application/json\r\n", "add 5"), 403,
		"role_too_low");
	assert_int_equal(peer_status(web_ask(
				 world, "POST /v1/merchant", "admin", "Idempotency-Key: k\r\nContent-Type: application/json\r\n", "add 5")),
		201);
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
}

static void the_merchant_is_the_tokens(void **state)
{
	struct world *world = *state;

	web_assert_answer(web_get(world, "/v1/counters/a%20b?merchant=m", "other"), 200, "{\"sum\":0,\"merchant\":\"n\",\"id\":\"a b\"}");
}

/* --- what is there --- */

static void paths_methods_and_types_that_are_not_there_are_told_apart(void **state)
{
	struct world *world = *state;
	struct span response = web_ask(world, "PUT /v1/counters", "writer", "", NULL);

	web_assert_problem(web_get(world, "/v1/nothing", "reader"), 404, "path_unknown");
	web_assert_problem(response, 405, "method_not_allowed");
	assert_true(peer_has(response, "Allow: POST\r\n"));
	web_assert_problem(web_get(world, "/v1/things/7", "reader"), 404, "thing_unknown");
	web_assert_problem(web_ask(world, "POST /v1/counters", "writer", "Idempotency-Key: k\r\n", "add 5"), 415, "media_type_refused");
	web_assert_problem(web_ask(world, "POST /v1/counters", "writer", "Idempotency-Key: k\r\nContent-Type: text/plain\r\n", "add 5"),
		415, "media_type_refused");
	web_assert_problem(web_ask(world, "POST /v1/counters", "writer",
				   "Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n", "add 5"),
		415, "content_encoding_refused");
	assert_int_equal(peer_status(web_ask(world, "POST /v1/counters", "writer",
				 "Idempotency-Key: k\r\nContent-Type: Application/JSON; charset=utf-8\r\n", "add 5")),
		201);
}

static void each_route_has_a_limit_of_its_own(void **state)
{
	struct world *world = *state;
	char *body = arena_alloc(world->arena, (1 << 20) + 1);

	memset(body, 'x', (64 << 10) + 1);
	web_assert_problem(web_add(world, "writer", "k1", body), 413, "body_too_large");
	web_assert_problem(web_hook(world, "e1", "signed", body), 413, "body_too_large");
	web_assert_answer(web_ask(world, "POST /v1/upload", "writer", "", body), 202, "{\"bytes\":65537}");
	memset(body, 'x', 1 << 20);
	web_assert_answer(web_ask(world, "POST /v1/upload", "writer", "", body), 202, "{\"bytes\":1048576}");
}

static void answers_say_how_they_may_be_used(void **state)
{
	struct world *world = *state;
	struct span page = web_get(world, "/page", NULL), redirect = web_get(world, "/pay", NULL),
		    json = web_get(world, "/v1/counters/1", "reader");

	web_assert_answer(page, 200, "<p>hello</p>");
	assert_true(peer_has(page, "Content-Type: text/html; charset=utf-8\r\n"));
	assert_true(peer_has(page, "Content-Security-Policy: default-src 'none';"));
	assert_true(peer_has(page, "Referrer-Policy: no-referrer\r\n"));
	web_assert_answer(redirect, 303, "");
	assert_true(peer_has(redirect, "Location: https://pay.example/x\r\n"));
	assert_true(peer_has(json, "Content-Type: application/json\r\n"));
	assert_true(peer_has(json, "Cache-Control: no-store\r\n"));
	assert_true(peer_has(json, "X-Content-Type-Options: nosniff\r\n"));
	assert_false(peer_has(json, "Server:"));
}

/* --- webhooks --- */

static void a_webhook_is_200_once_it_is_stored_whatever_becomes_of_it(void **state)
{
	struct world *world = *state;

	web_assert_answer(web_hook(world, "e1", "signed", "add 5"), 200, "{}");
	web_assert_answer(web_hook(world, "e1", "signed", "add 5"), 200, "{}");
	web_assert_answer(web_hook(world, "e2", "signed", "refuse"), 200, "{}");
	web_assert_answer(web_hook(world, "e3", "signed", "gibberish"), 200, "{}");
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
	assert_int_equal(toy_number(world->db, "select count(*) from parked where state = 'parked'"), 2);
}

static void a_webhook_that_is_not_signed_is_400_and_leaves_nothing(void **state)
{
	struct world *world = *state;

	web_assert_problem(web_hook(world, "e1", "forged", "add 5"), 400, "signature_invalid");
	assert_int_equal(toy_number(world->db, "select count(*) from inbox"), 0);
}

static void an_idempotency_key_of_a_stranger_identifies_nothing(void **state)
{
	struct world *world = *state;

	web_assert_problem(
		web_ask(world, "POST /hook", NULL, "Signature: signed\r\nIdempotency-Key: k\r\n", "add 5"), 400, "idempotency_key_missing");
}

/* --- traces --- */

static void a_trace_goes_on_into_what_is_said(void **state)
{
	static const char trace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
	struct world *world = *state;

	assert_int_equal(
		peer_status(web_ask(world, "POST /v1/counters", "writer",
			arena_printf(world->arena, "Content-Type: application/json\r\nIdempotency-Key: k\r\ntraceparent: %s\r\n", trace),
			"add 5")),
		201);
	assert_int_equal(peer_status(web_add(world, "writer", "k2", "add 5")), 201);
	assert_int_equal(toy_number(world->db, arena_printf(world->arena, "select count(*) from outbox where trace = '%s'", trace)), 1);
	assert_int_equal(toy_number(world->db, "select count(*) from outbox where trace ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$'"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, web_begin, web_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_command_is_answered_by_its_handler_once_it_is_committed),
		TEST(the_same_key_gives_the_same_answer_and_another_body_is_refused),
		TEST(a_key_belongs_to_its_merchant_and_client),
		TEST(a_command_needs_a_key_of_visible_ascii),
		TEST(a_refusal_is_422_and_remembered),
		TEST(a_malformed_body_is_400_and_not_remembered),
		TEST(our_own_bug_is_500_without_its_reason),
		TEST(commands_of_many_connections_are_all_answered),
		TEST(a_lost_connection_to_the_database_costs_nobody_an_answer),
		TEST(without_a_database_it_is_503_and_nothing_is_done),
		TEST(without_a_valid_token_it_is_401),
		TEST(a_role_that_is_too_low_is_403),
		TEST(the_merchant_is_the_tokens),
		TEST(paths_methods_and_types_that_are_not_there_are_told_apart),
		TEST(each_route_has_a_limit_of_its_own),
		TEST(answers_say_how_they_may_be_used),
		TEST(a_webhook_is_200_once_it_is_stored_whatever_becomes_of_it),
		TEST(a_webhook_that_is_not_signed_is_400_and_leaves_nothing),
		TEST(an_idempotency_key_of_a_stranger_identifies_nothing),
		TEST(a_trace_goes_on_into_what_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
