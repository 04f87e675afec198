#include "web.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "json_in.h"

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

struct service web;

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

void web_script(struct world *world, const char *sql)
{
	struct why why;

	if (db_script(world->db, sql, &why) != OK)
		fail_msg("%s: %s", sql, why.text);
}

static void make_token(
	struct world *world, const char *token, const char *merchant, const char *role, const char *expires, const char *revoked)
{
	web_script(world, arena_printf(world->arena,
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

int web_begin(void **state)
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

int web_end(void **state)
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

struct span web_request(struct world *world, const char *line, const char *token, const char *headers, const char *body)
{
	const char *bearer = token == NULL ? "" : arena_printf(world->arena, "Authorization: Bearer %s\r\n", token);

	return span_of(arena_printf(world->arena, "%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s%s%s\r\n%s", line, bearer, headers,
		body == NULL ? "" : arena_printf(world->arena, "Content-Length: %zu\r\n", strlen(body)), body == NULL ? "" : body));
}

struct span web_ask(struct world *world, const char *line, const char *token, const char *headers, const char *body)
{
	return peer_exchange(world->arena, world->port, web_request(world, line, token, headers, body));
}

struct span web_add(struct world *world, const char *token, const char *key, const char *body)
{
	return web_ask(world, "POST /v1/counters", token,
		arena_printf(world->arena, "Content-Type: application/json\r\nIdempotency-Key: %s\r\n", key), body);
}

struct span web_get(struct world *world, const char *path, const char *token)
{
	return web_ask(world, arena_printf(world->arena, "GET %s", path), token, "", NULL);
}

struct span web_hook(struct world *world, const char *event, const char *signature, const char *body)
{
	return web_ask(world, "POST /hook", NULL, arena_printf(world->arena, "Event: %s\r\nSignature: %s\r\n", event, signature), body);
}

struct span web_ops(struct world *world, const char *path)
{
	return peer_exchange(world->arena, ops_port(), web_request(world, arena_printf(world->arena, "GET %s", path), NULL, "", NULL));
}

/* A problem document of this status and code. */
void web_assert_problem(struct span response, int status, const char *code)
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

void web_assert_answer(struct span response, int status, const char *body)
{
	if (peer_status(response) != status || !span_is(peer_body(response), body))
		fail_msg("not %d %s but: %.*s", status, body, SPAN_ARG(response));
}
