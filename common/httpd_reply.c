#include <string.h>

#include "clock.h"
#include "httpd_inside.h"
#include "log.h"
#include "metrics.h"

enum { HEADERS_MOST = 8 };

static struct metric requests_total = {
	.name = "dunlin_http_requests_total",
	.type = METRIC_COUNTER,
	.help = "Requests answered, by route, method and status.",
	.labels = "route,method,status",
};
static struct metric request_seconds = {
	.name = "dunlin_http_request_seconds",
	.type = METRIC_HISTOGRAM,
	.help = "From the last byte of a request to its answer.",
	.labels = "route",
	.bounds = metric_seconds,
};

static void count(const struct job *job, int status)
{
	const char *path = job->request.route == NULL ? "none" : job->request.route->path;
	double seconds = (double)(clock_monotonic_us() - job->started) / (double)US_PER_SECOND;
	char number[16];

	snprintf(number, sizeof(number), "%d", status);
	metric_add(&requests_total, 1, path, job->request.method, number, NULL);
	metric_observe(&request_seconds, seconds, path, NULL);
}

/* What changes something is worth a line, and what went wrong. */
static void note(const struct job *job, int status)
{
	const struct request *request = &job->request;
	bool changes = strcmp(request->method, "POST") == 0;

	log_trace(request->trace);
	log_with(status >= 500 ? LOG_WARN
		 : changes     ? LOG_INFO
			       : LOG_DEBUG,
		"request", LOG_TEXT("method", request->method), LOG_TEXT("route", request->route == NULL ? "none" : request->route->path),
		LOG_NUMBER("status", status), LOG_SPAN("client", request->client), LOG_SPAN("merchant", request->merchant),
		LOG_NUMBER("us", clock_monotonic_us() - job->started));
	log_trace(SPAN(""));
}

static void add(struct param *headers, size_t *n, const char *name, struct span value)
{
	if (*n == HEADERS_MOST)
		bug("httpd: too many headers");
	headers[(*n)++] = (struct param){ name, value };
}

static size_t usual_headers(struct param *headers, const struct response *response)
{
	size_t n = 0;

	add(headers, &n, "Cache-Control", SPAN("no-store"));
	add(headers, &n, "X-Content-Type-Options", SPAN("nosniff"));
	if (response->location.size > 0)
		add(headers, &n, "Location", response->location);
	if (response->status == 503)
		add(headers, &n, "Retry-After", SPAN("1"));
	if (response->type == NULL || strncmp(response->type, "text/html", 9) != 0)
		return n;
	/* Pages here need no script, and their addresses may be secrets. */
	add(headers, &n, "Content-Security-Policy",
		SPAN("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"));
	add(headers, &n, "Referrer-Policy", SPAN("no-referrer"));
	return n;
}

static void reply_with(struct job *job, const struct response *response, const char *header, const char *value)
{
	struct param headers[HEADERS_MOST];
	size_t n = usual_headers(headers, response);

	if (header != NULL)
		add(headers, &n, header, span_of(value));
	count(job, response->status);
	note(job, response->status);
	http_door_answer(job->visit, &(struct answer){
					     .status = response->status,
					     .type = response->type,
					     .body = response->body,
					     .headers = headers,
					     .header_count = n,
				     });
}

void httpd_reply(struct job *job, const struct response *response)
{
	struct response whole = *response;

	whole.status = whole.status == 0 ? 200 : whole.status;
	reply_with(job, &whole, NULL, NULL);
}

void httpd_refuse(struct job *job, const struct refusal *refusal)
{
	struct response response = { .status = refusal->status, .type = PROBLEM_TYPE };

	if (refusal->status == 0)
		response.body = problem_print(job->visit->arena, &refusal->why, &response.status);
	else
		response.body = problem_status(job->visit->arena, refusal->status, refusal->why.code, refusal->why.text);
	reply_with(job, &response, refusal->header, refusal->value);
}

void httpd_fail(struct job *job, const struct why *why)
{
	if (why->err == ERR_BUG || why->err == ERR_RETRY)
		log_why(why->err == ERR_BUG ? LOG_ERROR : LOG_WARN, "a request failed", why);
	httpd_refuse(job, &(struct refusal){ .why = *why });
}

static bool is_stored(const struct message *message)
{
	switch (message->outcome) {
	case OUTCOME_APPLIED:
	case OUTCOME_REFUSED:
	case OUTCOME_SET_ASIDE:
	case OUTCOME_DUPLICATE: return true;
	case OUTCOME_NONE:
	case OUTCOME_NOT_TAKEN: return false;
	}
	bug("httpd: outcome %d", (int)message->outcome);
}

void httpd_reply_outcome(struct job *job)
{
	const struct message *message = &job->message;
	const struct reply *reply = &message->reply;
	struct why why = message->why;

	/* A provider is told that its event is stored, whatever we make of it. */
	if (job->request.route->webhook && is_stored(message)) {
		httpd_reply(job, &(struct response){ .status = 200, .body = SPAN("{}") });
	} else if (reply->status == 0 || message->outcome == OUTCOME_SET_ASIDE) {
		why.err = ERR_BUG;
		httpd_fail(job, &why);
	} else
		httpd_reply(job, &(struct response){ .status = reply->status, .type = reply->type, .body = reply->body });
}
