#include "door.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <sys/queue.h>
/* evkeyval, whose list evhttp_request_get_input_headers gives */
#include <event2/keyvalq_struct.h>
#include <sys/socket.h>

#include "json_out.h"
#include "log.h"
#include "port.h"

enum { MAGIC = 0x61736b21, HEADERS_MOST = 16 << 10, BODY_MOST = 16 << 20, TIMEOUT_S = 120 };

static struct evhttp *server;
static const struct door *const *doors;

/* --- reading --- */

static const char *method_of(struct evhttp_request *request)
{
	return evhttp_request_get_command(request) == EVHTTP_REQ_GET ? "GET" : "POST";
}

static struct span lower(struct arena *arena, const char *name)
{
	char *copy = arena_strdup(arena, name);

	for (char *c = copy; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	return span_of(copy);
}

static struct ask *ask_of(struct world *world, struct evhttp_request *request)
{
	struct arena *arena = arena_open();
	struct ask *ask = ARENA_NEW(arena, struct ask);
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	const struct evkeyval *header;

	ask->magic = MAGIC;
	ask->world = world;
	ask->arena = arena;
	ask->request = request;
	ask->method = method_of(request);
	for (header = evhttp_request_get_input_headers(request)->tqh_first; header != NULL; header = header->next.tqe_next)
		form_add(&ask->headers, arena, lower(arena, header->key), span_copy(arena, span_of(header->value)));
	if (evbuffer_get_length(body) > 0)
		ask->body = span_copy(arena, span_bytes(evbuffer_pullup(body, -1), evbuffer_get_length(body)));
	return ask;
}

static enum err read_target(struct ask *ask, struct why *why)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(ask->request);
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	size_t size = 0;
	char *decoded = evhttp_uridecode(path != NULL ? path : "", 0, &size);

	if (decoded == NULL)
		bug("no memory");
	ask->path = span_copy(ask->arena, span_bytes(decoded, size));
	free(decoded);
	if (!span_is_utf8(ask->path))
		return why_set(why, ERR_INVALID, "path_malformed", "the path is not UTF-8");
	return form_read(&ask->query, ask->arena, span_of(query), why);
}

/* --- finding the door --- */

static const struct door *door_find(struct ask *ask, bool *path_known)
{
	*path_known = false;
	for (const struct door *const *table = doors; *table != NULL; table++)
		for (const struct door *door = *table; door->path != NULL; door++) {
			if (!form_path(&ask->params, ask->arena, door->path, ask->path))
				continue;
			*path_known = true;
			if (door->method == NULL || strcmp(door->method, ask->method) == 0)
				return door;
		}
	return NULL;
}

static enum err pass(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct door *door;
	bool path_known;

	TRY(read_target(ask, why));
	door = door_find(ask, &path_known);
	if (door == NULL && path_known)
		return why_set(why, ERR_INVALID, "method_not_allowed", "%s is not for %.*s", ask->method, SPAN_ARG(ask->path));
	if (door == NULL)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is no %.*s", SPAN_ARG(ask->path));
	return door->open(ask, answer, why);
}

static void on_request(struct evhttp_request *request, void *arg)
{
	struct world *world = checked(arg, WORLD_MAGIC);
	struct ask *ask = ask_of(world, request);
	struct answer answer = { 0 };
	struct why why = { 0 };

	if (pass(ask, &answer, &why) != OK)
		answer_problem(ask->arena, &why, &answer);
	if (!answer.later)
		door_answer(ask, &answer);
}

/* --- answering --- */

void door_answer(struct ask *ask, const struct answer *answer)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(ask->request);
	struct evbuffer *body = evbuffer_new();
	int status = answer->status != 0 ? answer->status : 200;

	checked(ask, MAGIC);
	if (body == NULL)
		bug("no memory");
	evhttp_add_header(headers, "Content-Type", answer->type != NULL ? answer->type : "application/json");
	evhttp_add_header(headers, "Cache-Control", "no-store");
	if (answer->location.size > 0)
		evhttp_add_header(headers, "Location", span_cstr(ask->arena, answer->location));
	for (size_t i = 0; i < answer->headers.n; i++)
		evhttp_add_header(headers, span_cstr(ask->arena, answer->headers.pairs[i].name),
			span_cstr(ask->arena, answer->headers.pairs[i].value));
	evbuffer_add(body, answer->body.at, answer->body.size);
	log_with(LOG_DEBUG, "answered", LOG_TEXT("method", ask->method), LOG_SPAN("path", ask->path), LOG_NUMBER("status", status));
	evhttp_send_reply(ask->request, status, NULL, body);
	evbuffer_free(body);
	arena_close(ask->arena);
}

void door_drop(struct ask *ask)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(ask->request);

	checked(ask, MAGIC);
	shutdown(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), SHUT_RDWR);
	/* What can't be written any more: evhttp finds out and lets go of request and connection. */
	evhttp_send_reply(ask->request, 500, NULL, NULL);
	arena_close(ask->arena);
}

static int status_of(const struct why *why)
{
	switch (why->err) {
	case OK: return 200;
	case ERR_INVALID: return strcmp(why->code, "method_not_allowed") == 0 ? 405 : 400;
	case ERR_REFUSED: return 422;
	case ERR_NOT_FOUND: return 404;
	case ERR_CONFLICT: return 409;
	case ERR_RETRY: return 503;
	case ERR_BUG: return 500;
	}
	return 500;
}

void answer_problem(struct arena *arena, const struct why *why, struct answer *answer)
{
	struct text text;
	struct json_out out;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_string(&out, "type", "about:blank");
	json_out_string(&out, "title", err_name(why->err));
	json_out_int(&out, "status", status_of(why));
	json_out_string(&out, "code", why->code);
	if (why->field[0] != '\0')
		json_out_string(&out, "field", why->field);
	json_out_string(&out, "detail", why->text);
	json_out_object_end(&out);
	*answer = (struct answer){ .status = status_of(why), .type = "application/problem+json", .body = text_done(&text) };
}

void answer_html(struct answer *answer, struct span page)
{
	answer->type = "text/html; charset=utf-8";
	answer->body = page;
}

void answer_json(struct answer *answer, int status, const struct text *text)
{
	answer->status = status;
	answer->body = text_done(text);
}

void answer_done(struct answer *answer)
{
	answer->body = SPAN("{\"done\":true}");
}

enum err answer_not_found(const char *what, struct span name, struct why *why)
{
	return why_set(why, ERR_NOT_FOUND, "not_found", "there is no %s %.*s", what, SPAN_ARG(name));
}

/* --- listening --- */

static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct world *world = checked(arg, WORLD_MAGIC);

	(void)listener;
	log_error("no connection can be taken", LOG_TEXT("at", world->http_url));
	event_base_loopexit(world->base, NULL);
}

enum err door_listen(struct world *world, const char *address, const struct door *const *tables, struct why *why)
{
	struct evconnlistener *listener;
	const char *name;

	TRY(port_open(world->base, world->life, address, NULL, world, &listener, &name, why));
	evconnlistener_set_error_cb(listener, on_accept_error);
	world->http_url = arena_printf(world->life, "http://%s", name);
	doors = tables;
	server = evhttp_new(world->base);
	if (server == NULL || evhttp_bind_listener(server, listener) == NULL)
		bug("no memory");
	evhttp_set_max_headers_size(server, HEADERS_MOST);
	evhttp_set_max_body_size(server, BODY_MOST);
	evhttp_set_timeout(server, TIMEOUT_S);
	evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
	evhttp_set_default_content_type(server, NULL);
	evhttp_set_gencb(server, on_request, world);
	return OK;
}

void door_close(void)
{
	if (server != NULL)
		evhttp_free(server);
	server = NULL;
}
