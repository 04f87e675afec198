#include <string.h>

#include "clock.h"
#include "guard.h"
#include "httpd_inside.h"
#include "log.h"
#include "log_format.h"
#include "random.h"
#include "route.h"

enum { KEY_MOST = 255 };

static enum err refuse(struct refusal *refusal, int status, const char *code, const char *text)
{
	refusal->status = status;
	return why_set(&refusal->why, ERR_REFUSED, code, "%s", text);
}

static enum err find_route(struct job *job, struct refusal *refusal)
{
	const char *allow;
	enum err err = route_find(job->httpd->service->routes, job->visit->target, &job->request, &allow, &refusal->why);

	if (err == ERR_REFUSED) {
		refusal->status = 405;
		refusal->header = "Allow";
		refusal->value = allow;
	}
	return err;
}

/* The caller's trace goes on; without one a new begins (W3C Trace Context §3.2, §4.1). */
static struct span trace_of(const struct request *request)
{
	struct span given = request_header(request, "traceparent");
	uint8_t ids[24];
	struct span hex;

	if (given.size == 55 && log_trace_id(given).size > 0)
		return given;
	random_bytes(ids, sizeof(ids));
	hex = span_hex(request->arena, span_bytes(ids, sizeof(ids)));
	return span_of(arena_printf(request->arena, "00-%.32s-%.16s-01", hex.at, hex.at + 32));
}

static enum err check_access(struct job *job, struct refusal *refusal)
{
	struct httpd *httpd = job->httpd;
	struct request *request = &job->request;
	struct caller caller;
	enum err err;

	if (request->route->access == ACCESS_PUBLIC)
		return OK;
	err = token_find(httpd->tokens, httpd->db, request->arena, request_header(request, "authorization"), &caller, &refusal->why);
	if (err == ERR_REFUSED) {
		refusal->status = 401;
		refusal->header = "WWW-Authenticate";
		refusal->value = "Bearer";
	}
	TRY(err);
	if (caller.access < request->route->access)
		return refuse(refusal, 403, "role_too_low", "this token's role may not do this");
	request->access = caller.access;
	request->client = span_copy(request->arena, caller.client);
	request->merchant = span_copy(request->arena, caller.merchant);
	return OK;
}

/* "application/json" with parameters or without. */
static bool is_json(struct span type)
{
	struct span media, parameters;

	span_cut(type, ';', &media, &parameters);
	return guard_name_is(span_trim(media), "application/json");
}

static enum err check_body(const struct job *job, struct refusal *refusal)
{
	const struct request *request = &job->request;
	const struct route *route = request->route;

	if (request->body.size > (route->body_limit == 0 ? BODY_LIMIT : route->body_limit))
		return refuse(refusal, 413, "body_too_large", "the body is larger than this path takes");
	if (request_header(request, "content-encoding").size > 0)
		return refuse(refusal, 415, "content_encoding_refused", "bodies are taken as they are, without Content-Encoding");
	if (request->body.size > 0 && route->accept == NULL && route->access != ACCESS_PUBLIC &&
		!is_json(request_header(request, "content-type")))
		return refuse(refusal, 415, "media_type_refused", "the body must be application/json");
	return OK;
}

enum err httpd_admit(struct job *job, struct refusal *refusal)
{
	const struct visit *visit = job->visit;

	job->request = (struct request){
		.arena = visit->arena,
		.method = visit->method,
		.headers = visit->headers,
		.header_count = visit->header_count,
		.body = visit->body,
		.received = clock_real(),
		.options = job->httpd->service->options,
		.db = job->httpd->db,
	};
	job->request.trace = trace_of(&job->request);
	log_trace(job->request.trace);
	TRY(find_route(job, refusal));
	TRY(check_access(job, refusal));
	return check_body(job, refusal);
}

static enum err check_key(struct span key, struct why *why)
{
	for (size_t i = 0; i < key.size; i++)
		if (key.at[i] <= ' ' || key.at[i] >= 0x7f)
			return why_set(why, ERR_INVALID, "idempotency_key_invalid", "Idempotency-Key must be visible ASCII");
	if (key.size > KEY_MOST)
		return why_set(why, ERR_INVALID, "idempotency_key_invalid", "Idempotency-Key must have at most %d bytes", KEY_MOST);
	return OK;
}

enum err httpd_compose(struct job *job, struct why *why)
{
	struct request *request = &job->request;
	const struct route *route = request->route;
	/* The keys of strangers are no secrets among them: what anyone may send is identified by what it is. */
	bool is_public = route->access == ACCESS_PUBLIC;
	struct span key = is_public ? SPAN("") : request_header(request, "idempotency-key");

	TRY(check_key(key, why));
	job->message = (struct message){
		.source = span_of(arena_printf(
			request->arena, "http:%.*s:%.*s:%s", SPAN_ARG(request->merchant), SPAN_ARG(request->client), route->path)),
		.id = key,
		.type = span_of(route->command),
		.format = FORMAT_JSON,
		.payload = request->body.size == 0 && !is_public ? SPAN("{}") : request->body,
		.time = request->received,
		.trace = request->trace,
		.fate = route->webhook ? FATE_SET_ASIDE : FATE_ANSWER,
		.merchant = request->merchant,
		.client = request->client,
		.target = request->path,
	};
	if (route->message != NULL)
		TRY(route->message(request, &job->message, why));
	if (job->message.id.size == 0)
		return why_set(
			why, ERR_INVALID, "idempotency_key_missing", "send a header Idempotency-Key: the same for each try of one request");
	return OK;
}
