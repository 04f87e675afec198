#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "http_door_inside.h"
#include "log.h"
#include "metrics.h"

static struct metric guarded_total = {
	.name = "dunlin_http_guarded_total",
	.type = METRIC_COUNTER,
	.help = "Requests refused and connections closed for being ambiguous, by rule.",
	.labels = "rule",
};

static struct arena *arena_take(struct door *door)
{
	return door->spare_count > 0 ? door->spare[--door->spare_count] : arena_open();
}

static void arena_give_back(struct door *door, struct arena *arena)
{
	if (door->spare_count == SPARE_ARENAS) {
		arena_close(arena);
		return;
	}
	arena_reset(arena);
	door->spare[door->spare_count++] = arena;
}

static const char *method_name(enum evhttp_cmd_type method)
{
	switch (method) {
	case EVHTTP_REQ_GET: return "GET";
	case EVHTTP_REQ_POST: return "POST";
	case EVHTTP_REQ_HEAD: return "HEAD";
	case EVHTTP_REQ_PUT: return "PUT";
	case EVHTTP_REQ_DELETE: return "DELETE";
	case EVHTTP_REQ_OPTIONS: return "OPTIONS";
	case EVHTTP_REQ_TRACE: return "TRACE";
	case EVHTTP_REQ_CONNECT: return "CONNECT";
	case EVHTTP_REQ_PATCH: return "PATCH";
	}
	return "";
}

static const char *lower(struct arena *arena, const char *name)
{
	char *copy = arena_strdup(arena, name);

	for (char *c = copy; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	return copy;
}

static size_t count_headers(const struct evkeyvalq *from)
{
	const struct evkeyval *header;
	size_t n = 0;

	TAILQ_FOREACH(header, from, next)
	n++;
	return n;
}

/* Takes over the request's text and checks it. */
static enum err take(struct guest *guest, struct why *why)
{
	const struct evkeyvalq *from = evhttp_request_get_input_headers(guest->request);
	struct visit *visit = &guest->visit;
	size_t n = count_headers(from);
	struct guard_header *headers = ARENA_ARRAY(visit->arena, struct guard_header, n);
	const struct evkeyval *header;

	visit->method = method_name(evhttp_request_get_command(guest->request));
	visit->target = span_copy(visit->arena, span_of(evhttp_request_get_uri(guest->request)));
	visit->headers = ARENA_ARRAY(visit->arena, struct param, n);
	TAILQ_FOREACH(header, from, next)
	{
		struct span value = span_copy(visit->arena, span_of(header->value));

		headers[visit->header_count] = (struct guard_header){ span_of(header->key), value };
		visit->headers[visit->header_count++] = (struct param){ lower(visit->arena, header->key), value };
	}
	return guard_check(span_of(visit->method), visit->target, headers, n, why);
}

/* The body's chains move into a buffer of the guest's own: evhttp may free the request before it is answered. */
static void take_body(struct guest *guest)
{
	struct evbuffer *from = evhttp_request_get_input_buffer(guest->request);
	size_t size = evbuffer_get_length(from);

	if (size == 0)
		return;
	guest->body = evbuffer_new();
	if (guest->body == NULL || evbuffer_add_buffer(guest->body, from) != 0)
		bug("door: no memory");
	guest->visit.body = span_bytes(evbuffer_pullup(guest->body, -1), size);
}

static void refuse(struct guest *guest, const struct why *why)
{
	int status;
	struct span body = problem_print(guest->visit.arena, why, &status);

	metric_add(&guarded_total, 1, why->code, NULL);
	log_with(LOG_DEBUG, "refused by the guard", LOG_TEXT("code", why->code));
	guest->connection->refused = true;
	http_door_answer(&guest->visit, &(struct answer){ .status = status, .type = PROBLEM_TYPE, .body = body });
}

void http_visited(struct evhttp_request *request, void *arg)
{
	struct door *door = arg;
	struct evhttp_connection *http = evhttp_request_get_connection(request);
	struct connection *connection = http_connection_of(door, bufferevent_getfd(evhttp_connection_get_bufferevent(http)));
	struct guest *guest;
	struct why why;

	if (connection == NULL)
		bug("door: a request of no connection");
	if (connection->refused) {
		evhttp_connection_free(http);
		return;
	}
	guest = calloc(1, sizeof(*guest));
	if (guest == NULL)
		bug("door: no memory");
	*guest = (struct guest){ .visit.arena = arena_take(door), .door = door, .connection = connection, .request = request };
	connection->guest = guest;
	http_connection_begin(connection, PHASE_WORKING, 0);
	if (take(guest, &why) != OK) {
		refuse(guest, &why);
		return;
	}
	take_body(guest);
	door->options.enter(door->options.arg, &guest->visit);
}

void http_guest_lost(struct guest *guest)
{
	/* A request that has left its connection is the user's, and freed by its answer; any other goes with the connection. */
	if (evhttp_request_get_connection(guest->request) != NULL)
		guest->request = NULL;
	guest->connection = NULL;
}

static void add_header(struct evhttp_request *request, const char *name, const char *value)
{
	if (evhttp_add_header(evhttp_request_get_output_headers(request), name, value) != 0)
		bug("door: header %s can't be sent", name);
}

static void send_answer(struct guest *guest, const struct answer *answer)
{
	struct evhttp_request *request = guest->request;
	bool is_head = strcmp(guest->visit.method, "HEAD") == 0;
	struct evbuffer *body = evbuffer_new();

	if (answer->status != 204)
		add_header(request, "Content-Type", answer->type == NULL ? "application/json" : answer->type);
	/* evhttp would neither count the body of an answer to HEAD nor hold it back. */
	if (is_head)
		add_header(request, "Content-Length", arena_printf(guest->visit.arena, "%zu", answer->body.size));
	for (size_t i = 0; i < answer->header_count; i++)
		add_header(request, answer->headers[i].name, span_cstr(guest->visit.arena, answer->headers[i].value));
	if (guest->door->is_shut || guest->connection->refused)
		add_header(request, "Connection", "close");
	if (body == NULL || (!is_head && evbuffer_add(body, answer->body.at, answer->body.size) != 0))
		bug("door: no memory");
	evhttp_send_reply(request, answer->status, problem_phrase(answer->status), body);
	evbuffer_free(body);
}

void http_door_answer(struct visit *visit, const struct answer *answer)
{
	struct guest *guest = (struct guest *)visit;
	struct connection *connection = guest->connection;

	if (connection != NULL) {
		connection->guest = NULL;
		guest->door->held -= connection->held;
		connection->held = 0;
		http_connection_begin(connection, PHASE_WRITING, answer->body.size);
		send_answer(guest, answer);
	} else if (guest->request != NULL)
		evhttp_send_reply(guest->request, answer->status, "", NULL);
	if (guest->body != NULL)
		evbuffer_free(guest->body);
	arena_give_back(guest->door, visit->arena);
	free(guest);
}
