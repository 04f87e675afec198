#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json_in.h"
#include "metrics.h"
#include "ops.h"
#include "peer.h"
#include "role.h"
#include "toy.h"

/* A toy service behind real HTTP and ops threads. */
struct world {
	struct arena *arena;
	struct db *db;
	struct role http, ops;
	pthread_t http_thread, ops_thread;
	enum err http_err, ops_err;
	int port;
};

static enum err show_sum(struct request *request, struct db *db, struct response *response, struct why *why)
{
	struct rows rows;

	TRY(db_query(db, request->arena, "select coalesce(sum(value), 0)::int8 from counter", NULL, &rows, why));
	response->body = span_of(arena_printf(request->arena, "{\"sum\":%lld,\"merchant\":\"%.*s\",\"id\":\"%.*s\"}",
		(long long)rows_int8(&rows, 0, 0), SPAN_ARG(request->merchant), SPAN_ARG(request_param(request, "id"))));
	return OK;
}

static enum err show_page(struct request *request, struct db *db, struct response *response, struct why *why)
{
	(void)request;
	(void)db;
	(void)why;
	*response = (struct response){ .type = "text/html; charset=utf-8", .body = SPAN("<p>hello</p>") };
	return OK;
}

static enum err show_nothing(struct request *request, struct db *db, struct response *response, struct why *why)
{
	(void)db;
	(void)response;
	return why_field(why, ERR_NOT_FOUND, "thing_unknown", "id", "there is no thing %.*s", SPAN_ARG(request_param(request, "id")));
}

static enum err go_elsewhere(struct request *request, struct db *db, struct response *response, struct why *why)
{
	(void)request;
	(void)db;
	(void)why;
	*response = (struct response){ .status = 303, .location = SPAN("https://pay.example/x") };
	return OK;
}

/* A provider's event: its id is a header, its signature the word "signed". */
static enum err read_hook(struct request *request, struct message *message, struct why *why)
{
	if (!span_is(request_header(request, "signature"), "signed"))
		return why_set(why, ERR_INVALID, "signature_invalid", "the signature does not fit");
	message->source = SPAN("hook:m");
	message->id = request_header(request, "event");
	return OK;
}

static enum err take_upload(struct request *request, struct db *db, struct response *response, struct why *why)
{
	(void)db;
	(void)why;
	response->status = 202;
	response->body = span_of(arena_printf(request->arena, "{\"bytes\":%zu}", request->body.size));
	return OK;
}

static const struct route routes[] = {
	{ .method = "POST", .path = "/v1/counters", .access = ACCESS_WRITE, .help = "adds", .command = "toy.Add" },
	{ .method = "GET", .path = "/v1/counters/{id}", .access = ACCESS_READ, .help = "sum", .show = show_sum },
	{ .method = "GET", .path = "/v1/things/{id}", .access = ACCESS_READ, .help = "none", .show = show_nothing },
	{ .method = "POST", .path = "/v1/merchant", .access = ACCESS_ADMIN, .help = "admin", .command = "toy.Add" },
	{ .method = "POST", .path = "/v1/upload", .access = ACCESS_WRITE, .help = "upload", .accept = take_upload, .body_limit = 1 << 20 },
	{ .method = "POST", .path = "/hook", .help = "webhook", .command = "toy.Add", .message = read_hook, .webhook = true },
	{ .method = "GET", .path = "/page", .help = "page", .show = show_page },
	{ .method = "GET", .path = "/pay", .help = "redirect", .show = go_elsewhere },
	{ .path = NULL },
};

static struct service web;

/* --- the world --- */

static void *http_main(void *arg)
{
	struct world *world = arg;
	struct why why;

	world->http_err = httpd_run(&web, &world->http, &why);
	return NULL;
}

static void *ops_main(void *arg)
{
	struct world *world = arg;
	struct why why;

	world->ops_err = ops_run(&web, &world->ops, &why);
	return NULL;
}

static void script(struct world *world, const char *sql)
{
	struct why why;

	if (db_script(world->db, sql, &why) != OK)
		fail_msg("%s: %s", sql, why.text);
}

static void make_token(
	struct world *world, const char *token, const char *merchant, const char *role, const char *expires, const char *revoked)
{
	script(world, arena_printf(world->arena,
			      "insert into token (token_sha256, client, merchant, role, expires_at, revoked_at)"
			      " values (sha256('%s'), 'client-%s', '%s', '%s', %s, %s) on conflict do nothing",
			      token, token, merchant, role, expires, revoked));
}

static void make_tokens(struct world *world)
{
	make_token(world, "reader", "m", "read", "null", "null");
	make_token(world, "writer", "m", "write", "clock_timestamp() + interval '1 hour'", "null");
	make_token(world, "other", "n", "write", "null", "null");
	make_token(world, "admin", "m", "admin", "null", "null");
	make_token(world, "expired", "m", "write", "clock_timestamp() - interval '1 second'", "null");
	make_token(world, "revoked", "m", "write", "null", "clock_timestamp()");
}

static int wake_fd(void)
{
	return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static int begin(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->arena = arena_open();
	world->db = toy_database();
	make_tokens(world);
	common_settings.database_url = getenv("DUNLIN_TEST_DATABASE_URL");
	common_settings.http_address = "127.0.0.1:0";
	common_settings.ops_address = "127.0.0.1:0";
	common_settings.http_threads = 1;
	common_settings.http_connections = 200;
	common_settings.drain_seconds = 5;
	web = toy_service;
	web.routes = routes;
	world->http = (struct role){ .kind = ROLE_HTTP, .wake_fd = wake_fd() };
	world->ops = (struct role){ .kind = ROLE_OPS, .wake_fd = wake_fd() };
	if (pthread_create(&world->http_thread, NULL, http_main, world) != 0 ||
		pthread_create(&world->ops_thread, NULL, ops_main, world) != 0)
		fail_msg("no thread");
	for (int i = 0; i < 20000 && (httpd_listening() == 0 || ops_port() == 0); i++)
		usleep(1000);
	world->port = httpd_port();
	*state = world;
	return 0;
}

static enum err stop(struct role *role, pthread_t thread, const enum err *err)
{
	atomic_store(&role->stop, true);
	assert_int_equal(write(role->wake_fd, &(uint64_t){ 1 }, sizeof(uint64_t)), sizeof(uint64_t));
	pthread_join(thread, NULL);
	close(role->wake_fd);
	return *err;
}

static int end(void **state)
{
	struct world *world = *state;

	assert_int_equal(stop(&world->http, world->http_thread, &world->http_err), OK);
	assert_int_equal(stop(&world->ops, world->ops_thread, &world->ops_err), OK);
	db_close(world->db);
	arena_close(world->arena);
	free(world);
	return 0;
}

/* --- requests --- */

static struct span request_text(struct world *world, const char *line, const char *token, const char *headers, const char *body)
{
	const char *bearer = token == NULL ? "" : arena_printf(world->arena, "Authorization: Bearer %s\r\n", token);

	return span_of(arena_printf(world->arena, "%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s%s%s\r\n%s", line, bearer, headers,
		body == NULL ? "" : arena_printf(world->arena, "Content-Length: %zu\r\n", strlen(body)), body == NULL ? "" : body));
}

static struct span ask(struct world *world, const char *line, const char *token, const char *headers, const char *body)
{
	return peer_exchange(world->arena, world->port, request_text(world, line, token, headers, body));
}

static struct span add(struct world *world, const char *token, const char *key, const char *body)
{
	return ask(world, "POST /v1/counters", token,
		arena_printf(world->arena, "Content-Type: application/json\r\nIdempotency-Key: %s\r\n", key), body);
}

static struct span get(struct world *world, const char *path, const char *token)
{
	return ask(world, arena_printf(world->arena, "GET %s", path), token, "", NULL);
}

static struct span hook(struct world *world, const char *event, const char *signature, const char *body)
{
	return ask(world, "POST /hook", NULL, arena_printf(world->arena, "Event: %s\r\nSignature: %s\r\n", event, signature), body);
}

static struct span ops(struct world *world, const char *path)
{
	return peer_exchange(world->arena, ops_port(), request_text(world, arena_printf(world->arena, "GET %s", path), NULL, "", NULL));
}

/* A problem document of this status and code. */
static void assert_problem(struct span response, int status, const char *code)
{
	struct json_in in;
	struct span said;
	int64_t number;
	struct arena *arena = arena_open();

	if (peer_status(response) != status)
		fail_msg("not %d %s but: %.*s", status, code, SPAN_ARG(response));
	assert_true(peer_has(response, "Content-Type: application/problem+json\r\n"));
	assert_int_equal(json_in_open(&in, arena, peer_body(response), NULL), OK);
	assert_int_equal(json_in_text(&in, "code", 1, 64, &said, NULL), OK);
	assert_int_equal(json_in_int64(&in, "status", status, status, &number, NULL), OK);
	if (!span_is(said, code))
		fail_msg("not %s but: %.*s", code, SPAN_ARG(response));
	arena_close(arena);
}

static void assert_answer(struct span response, int status, const char *body)
{
	if (peer_status(response) != status || !span_is(peer_body(response), body))
		fail_msg("not %d %s but: %.*s", status, body, SPAN_ARG(response));
}

/* --- commands --- */

static void a_command_is_answered_by_its_handler_once_it_is_committed(void **state)
{
	struct world *world = *state;

	assert_answer(add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
	assert_answer(add(world, "writer", "k2", "add 2"), 201, "{\"value\":7}");
}

static void the_same_key_gives_the_same_answer_and_another_body_is_refused(void **state)
{
	struct world *world = *state;

	assert_answer(add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	assert_answer(add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	assert_problem(add(world, "writer", "k1", "add 6"), 422, "idempotency_key_reused");
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
}

static void a_key_belongs_to_its_merchant_and_client(void **state)
{
	struct world *world = *state;

	assert_answer(add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	assert_answer(add(world, "other", "k1", "add 5"), 201, "{\"value\":10}");
	assert_answer(add(world, "admin", "k1", "add 5"), 201, "{\"value\":15}");
}

static void a_command_needs_a_key_of_visible_ascii(void **state)
{
	struct world *world = *state;
	char long_key[257];

	memset(long_key, 'k', 256);
	long_key[256] = '\0';
	assert_problem(
		ask(world, "POST /v1/counters", "writer", "Content-Type: application/json\r\n", "add 5"), 400, "idempotency_key_missing");
	assert_problem(add(world, "writer", "a b", "add 5"), 400, "idempotency_key_invalid");
	assert_problem(add(world, "writer", "\xc3\xa4", "add 5"), 400, "idempotency_key_invalid");
	assert_problem(add(world, "writer", long_key, "add 5"), 400, "idempotency_key_invalid");
	assert_answer(add(world, "writer", long_key + 1, "add 5"), 201, "{\"value\":5}");
}

static void a_refusal_is_422_and_remembered(void **state)
{
	struct world *world = *state;

	assert_problem(add(world, "writer", "k1", "refuse"), 422, "not_today");
	assert_problem(add(world, "writer", "k1", "refuse"), 422, "not_today");
	assert_int_equal(toy_number(world->db, "select count(*) from answer"), 1);
	assert_int_equal(toy_number(world->db, "select count(*) from counter"), 0);
}

static void a_malformed_body_is_400_and_not_remembered(void **state)
{
	struct world *world = *state;

	assert_problem(add(world, "writer", "k1", "subtract 5"), 400, "unreadable");
	assert_answer(add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
}

static void our_own_bug_is_500_without_its_reason(void **state)
{
	struct world *world = *state;
	struct span response = add(world, "writer", "k1", "abort");

	assert_problem(response, 500, "internal_error");
	assert_false(peer_has(response, "handler"));
	assert_answer(add(world, "writer", "k2", "add 5"), 201, "{\"value\":5}");
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
			request_text(world, "POST /v1/counters", "writer",
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

	assert_answer(add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	script(world, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dunlin-toy-http'");
	assert_answer(add(world, "writer", "k2", "add 5"), 201, "{\"value\":10}");
	script(world, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dunlin-toy-http'");
	assert_int_equal(peer_status(get(world, "/v1/counters/1", "reader")), 200);
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
	assert_answer(add(world, "writer", "k1", "add 5"), 201, "{\"value\":5}");
	postgres("kill");
	command = add(world, "writer", "k2", "add 5");
	look = get(world, "/v1/counters/1", "reader");
	event = hook(world, "e1", "signed", "add 5");
	postgres("start");
	db_close(world->db);
	world->db = toy_connect();
	assert_problem(command, 503, "unavailable");
	assert_true(peer_has(command, "Retry-After: 1\r\n"));
	assert_problem(look, 503, "unavailable");
	assert_problem(event, 503, "unavailable");
	assert_answer(add(world, "writer", "k2", "add 5"), 201, "{\"value\":10}");
	assert_answer(hook(world, "e1", "signed", "add 5"), 200, "{}");
	assert_int_equal(toy_number(world->db, "select value from counter"), 15);
}

/* --- who may --- */

static void without_a_valid_token_it_is_401(void **state)
{
	static const char *const bad[] = { "unknown", "expired", "revoked", "", "x y" };
	struct world *world = *state;
	struct span response = get(world, "/v1/counters/1", NULL);

	assert_problem(response, 401, "token_invalid");
	assert_true(peer_has(response, "WWW-Authenticate: Bearer\r\n"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_problem(get(world, "/v1/counters/1", bad[i]), 401, "token_invalid");
	assert_problem(ask(world, "GET /v1/counters/1", NULL, "Authorization: Basic cmVhZGVy\r\n", NULL), 401, "token_invalid");
	assert_int_equal(peer_status(ask(world, "GET /v1/counters/1", NULL, "Authorization: bEARER reader\r\n", NULL)), 200);
}

static void a_role_that_is_too_low_is_403(void **state)
{
	struct world *world = *state;

	assert_problem(add(world, "reader", "k1", "add 5"), 403, "role_too_low");
	assert_problem(ask(world, "POST /v1/merchant", "writer", "Idempotency-Key: k\r\nContent-Type: application/json\r\n", "add 5"), 403,
		"role_too_low");
	assert_int_equal(
		peer_status(ask(world, "POST /v1/merchant", "admin", "Idempotency-Key: k\r\nContent-Type: application/json\r\n", "add 5")),
		201);
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
}

static void the_merchant_is_the_tokens(void **state)
{
	struct world *world = *state;

	assert_answer(get(world, "/v1/counters/a%20b?merchant=m", "other"), 200, "{\"sum\":0,\"merchant\":\"n\",\"id\":\"a b\"}");
}

/* --- what is there --- */

static void paths_methods_and_types_that_are_not_there_are_told_apart(void **state)
{
	struct world *world = *state;
	struct span response = ask(world, "PUT /v1/counters", "writer", "", NULL);

	assert_problem(get(world, "/v1/nothing", "reader"), 404, "path_unknown");
	assert_problem(response, 405, "method_not_allowed");
	assert_true(peer_has(response, "Allow: POST\r\n"));
	assert_problem(get(world, "/v1/things/7", "reader"), 404, "thing_unknown");
	assert_problem(ask(world, "POST /v1/counters", "writer", "Idempotency-Key: k\r\n", "add 5"), 415, "media_type_refused");
	assert_problem(ask(world, "POST /v1/counters", "writer", "Idempotency-Key: k\r\nContent-Type: text/plain\r\n", "add 5"), 415,
		"media_type_refused");
	assert_problem(ask(world, "POST /v1/counters", "writer",
			       "Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n", "add 5"),
		415, "content_encoding_refused");
	assert_int_equal(peer_status(ask(world, "POST /v1/counters", "writer",
				 "Idempotency-Key: k\r\nContent-Type: Application/JSON; charset=utf-8\r\n", "add 5")),
		201);
}

static void each_route_has_a_limit_of_its_own(void **state)
{
	struct world *world = *state;
	char *body = arena_alloc(world->arena, (1 << 20) + 1);

	memset(body, 'x', (64 << 10) + 1);
	assert_problem(add(world, "writer", "k1", body), 413, "body_too_large");
	assert_problem(hook(world, "e1", "signed", body), 413, "body_too_large");
	assert_answer(ask(world, "POST /v1/upload", "writer", "", body), 202, "{\"bytes\":65537}");
	memset(body, 'x', 1 << 20);
	assert_answer(ask(world, "POST /v1/upload", "writer", "", body), 202, "{\"bytes\":1048576}");
}

static void answers_say_how_they_may_be_used(void **state)
{
	struct world *world = *state;
	struct span page = get(world, "/page", NULL), redirect = get(world, "/pay", NULL), json = get(world, "/v1/counters/1", "reader");

	assert_answer(page, 200, "<p>hello</p>");
	assert_true(peer_has(page, "Content-Type: text/html; charset=utf-8\r\n"));
	assert_true(peer_has(page, "Content-Security-Policy: default-src 'none';"));
	assert_true(peer_has(page, "Referrer-Policy: no-referrer\r\n"));
	assert_answer(redirect, 303, "");
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

	assert_answer(hook(world, "e1", "signed", "add 5"), 200, "{}");
	assert_answer(hook(world, "e1", "signed", "add 5"), 200, "{}");
	assert_answer(hook(world, "e2", "signed", "refuse"), 200, "{}");
	assert_answer(hook(world, "e3", "signed", "gibberish"), 200, "{}");
	assert_int_equal(toy_number(world->db, "select value from counter"), 5);
	assert_int_equal(toy_number(world->db, "select count(*) from parked where state = 'parked'"), 2);
}

static void a_webhook_that_is_not_signed_is_400_and_leaves_nothing(void **state)
{
	struct world *world = *state;

	assert_problem(hook(world, "e1", "forged", "add 5"), 400, "signature_invalid");
	assert_int_equal(toy_number(world->db, "select count(*) from inbox"), 0);
}

static void an_idempotency_key_of_a_stranger_identifies_nothing(void **state)
{
	struct world *world = *state;

	assert_problem(
		ask(world, "POST /hook", NULL, "Signature: signed\r\nIdempotency-Key: k\r\n", "add 5"), 400, "idempotency_key_missing");
}

/* --- traces --- */

static void a_trace_goes_on_into_what_is_said(void **state)
{
	static const char trace[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
	struct world *world = *state;

	assert_int_equal(
		peer_status(ask(world, "POST /v1/counters", "writer",
			arena_printf(world->arena, "Content-Type: application/json\r\nIdempotency-Key: k\r\ntraceparent: %s\r\n", trace),
			"add 5")),
		201);
	assert_int_equal(peer_status(add(world, "writer", "k2", "add 5")), 201);
	assert_int_equal(toy_number(world->db, arena_printf(world->arena, "select count(*) from outbox where trace = '%s'", trace)), 1);
	assert_int_equal(toy_number(world->db, "select count(*) from outbox where trace ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$'"), 2);
}

/* --- the ops port --- */

static void live_ready_and_version_answer_in_one_line(void **state)
{
	struct world *world = *state;

	assert_answer(ops(world, "/livez"), 200, "{\"roles\":{},\"alive\":true}\n");
	assert_answer(ops(world, "/readyz"), 200, "{\"checks\":{\"database\":\"ok\",\"schema\":\"ok\",\"http\":\"ok\"},\"ready\":true}\n");
	assert_true(peer_has(ops(world, "/version"), "{\"service\":\"toy\",\"version\":\""));
	assert_int_equal(peer_status(ops(world, "/nothing")), 404);
	assert_int_equal(peer_status(peer_exchange(world->arena, ops_port(), request_text(world, "POST /livez", NULL, "", ""))), 405);
}

static void a_schema_that_is_not_current_is_not_ready(void **state)
{
	static const struct migration future[] = { { 1, "0001_toy", "select 1" }, { 0, NULL, NULL } };
	struct world *world = *state;
	struct span response;

	web.migrations = future;
	response = ops(world, "/readyz");
	web.migrations = toy_service.migrations;
	assert_int_equal(peer_status(response), 503);
	assert_true(peer_has(response, "\"database\":\"ok\""));
	assert_true(peer_has(response, "\"ready\":false"));
}

static void idle_counts_what_the_relay_has_not_said_yet(void **state)
{
	struct world *world = *state;

	script(world, "insert into relay_cursor (cluster_id, last_seq) select 'c', last_value from outbox_seq");
	assert_true(peer_has(
		ops(world, "/idle"), "{\"idle\":true,\"backlog\":0,\"lag\":0,\"due\":0,\"sending\":0,\"parked\":0,\"next_due\":null,"));
	assert_int_equal(peer_status(add(world, "writer", "k1", "add 5")), 201);
	assert_true(peer_has(ops(world, "/idle"), "{\"idle\":false,\"backlog\":1,"));
	assert_int_equal(peer_status(hook(world, "e1", "signed", "refuse")), 200);
	assert_true(peer_has(ops(world, "/idle"), "\"parked\":1,"));
	script(world, "update relay_cursor set last_seq = (select last_value from outbox_seq)");
	assert_true(peer_has(ops(world, "/idle"), "{\"idle\":true,\"backlog\":0,"));
}

static void metrics_count_requests_by_route_method_and_status(void **state)
{
	struct world *world = *state;
	struct span text;

	assert_int_equal(peer_status(get(world, "/v1/things/8", "reader")), 404);
	text = ops(world, "/metrics");
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
	script(world, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dunlin-toy-ops'");
	assert_int_equal(peer_status(ops(world, "/idle")), 503);
	assert_int_equal(peer_status(ops(world, "/readyz")), 503);
	assert_int_equal(peer_status(ops(world, "/livez")), 200);
	assert_true(peer_has(ops(world, "/metrics"), "dunlin_database_up 0\n"));
	common_settings.database_url = there;
	while (peer_status(ops(world, "/readyz")) != 200)
		usleep(50000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

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
		TEST(live_ready_and_version_answer_in_one_line),
		TEST(a_schema_that_is_not_current_is_not_ready),
		TEST(idle_counts_what_the_relay_has_not_said_yet),
		TEST(metrics_count_requests_by_route_method_and_status),
		TEST(a_database_that_is_away_is_said_and_nothing_hangs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
