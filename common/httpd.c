#include "httpd.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "httpd_inside.h"
#include "log.h"

enum { PAUSE_FIRST_MS = 2, PAUSE_MOST_MS = 250, STOP_SECONDS = 10 };

/* How long requests wait for a database that has gone, before they are told to come again. */
static const int64_t patience_us = 2 * US_PER_SECOND;

static _Atomic int listening, port;

int httpd_listening(void)
{
	return atomic_load(&listening);
}

int httpd_port(void)
{
	return atomic_load(&port);
}

/* --- patience --- */

/* True while something that failed with ERR_RETRY is worth another try; pauses before it. */
static bool is_worth_a_try(struct httpd *httpd, enum err err, int *pause_ms)
{
	int64_t now = clock_monotonic_us();

	if (err != ERR_RETRY) {
		httpd->failing_since = 0;
		return false;
	}
	if (httpd->failing_since == 0)
		httpd->failing_since = now;
	if (now - httpd->failing_since > patience_us)
		return false;
	*pause_ms = *pause_ms == 0 ? PAUSE_FIRST_MS : *pause_ms * 2 < PAUSE_MOST_MS ? *pause_ms * 2 : PAUSE_MOST_MS;
	role_beat(httpd->role);
	clock_pause_ms(*pause_ms);
	return true;
}

/* --- one request --- */

static void show(struct job *job)
{
	struct httpd *httpd = job->httpd;
	struct response response;
	struct why why;
	enum err err;
	int pause_ms = 0;

	do {
		response = (struct response){ .status = 0 };
		why = (struct why){ .err = OK };
		err = job->request.route->show(&job->request, httpd->db, &response, &why);
		db_rollback(httpd->db);
	} while (is_worth_a_try(httpd, err, &pause_ms));
	why.err = err;
	if (err == OK)
		httpd_reply(job, &response);
	else
		httpd_fail(job, &why);
}

static void accept_upload(struct job *job)
{
	struct response response = { .status = 0 };
	struct why why = { .err = OK };
	enum err err = job->request.route->accept(&job->request, job->httpd->db, &response, &why);

	crash_here(CRASH_UPLOAD_COMMITTED);
	db_rollback(job->httpd->db);
	why.err = err;
	if (err == OK)
		httpd_reply(job, &response);
	else
		httpd_fail(job, &why);
}

static void enqueue(struct job *job)
{
	struct httpd *httpd = job->httpd;
	struct why why = { .err = OK };
	enum err err = httpd_compose(job, &why);

	why.err = err;
	if (err != OK) {
		httpd_fail(job, &why);
		return;
	}
	if (httpd->count == httpd->room) {
		httpd->room = httpd->room == 0 ? UNIT_MESSAGES : httpd->room * 2;
		httpd->queue = realloc(httpd->queue, httpd->room * sizeof(struct job *));
		if (httpd->queue == NULL)
			bug("httpd: no memory");
	}
	httpd->queue[httpd->count++] = job;
}

static void enter(void *arg, struct visit *visit)
{
	struct job *job = ARENA_NEW(visit->arena, struct job);
	struct refusal refusal = { .status = 0 };
	const struct route *route;
	int pause_ms = 0;
	enum err err;

	*job = (struct job){ .httpd = arg, .visit = visit, .started = clock_monotonic_us() };
	do
		err = httpd_admit(job, &refusal);
	while (err == ERR_RETRY && is_worth_a_try(arg, err, &pause_ms));
	route = job->request.route;
	if (err != OK) {
		refusal.why.err = err;
		httpd_refuse(job, &refusal);
	} else if (route->show != NULL)
		show(job);
	else if (route->accept != NULL)
		accept_upload(job);
	else
		enqueue(job);
	log_trace(SPAN(""));
}

/* --- a turn's commands, a batch at a time --- */

static size_t take_slice(const struct httpd *httpd, size_t from, struct message **messages)
{
	size_t n = 0, bytes = 0;

	for (; from + n < httpd->count && n < UNIT_MESSAGES; n++) {
		bytes += httpd->queue[from + n]->message.payload.size;
		if (n > 0 && bytes > UNIT_BYTES)
			break;
		messages[n] = &httpd->queue[from + n]->message;
	}
	return n;
}

static size_t run_slice(struct httpd *httpd, size_t from)
{
	struct message **messages = ARENA_ARRAY(unit_arena(httpd->unit), struct message *, UNIT_MESSAGES);
	size_t n = take_slice(httpd, from, messages);
	struct why why = { .err = OK };
	int pause_ms = 0;
	enum err err;

	do
		err = unit_run(httpd->unit, messages, n, NULL, 0, &why);
	while (is_worth_a_try(httpd, err, &pause_ms));
	why.err = err;
	crash_here(CRASH_HTTP_COMMITTED);
	for (size_t i = 0; i < n; i++) {
		if (err == OK)
			httpd_reply_outcome(httpd->queue[from + i]);
		else
			httpd_fail(httpd->queue[from + i], &why);
	}
	crash_here(CRASH_HTTP_ANSWERED);
	return n;
}

/* While a batch commits, requests wait in the kernel and are the next one. The answers of the last batch go out first, and whoever has them may ask again at once:
 * as long as a look finds more, they are taken along, or every other batch would be of the one request that had come before the answers left. */
static void gather(struct httpd *httpd)
{
	size_t before = httpd->count;

	http_door_turn(httpd->door);
	while (httpd->count > before && httpd->count < UNIT_MESSAGES) {
		before = httpd->count;
		http_door_look(httpd->door);
	}
}

static void turn(struct httpd *httpd)
{
	gather(httpd);
	for (size_t from = 0; from < httpd->count;)
		from += run_slice(httpd, from);
	httpd->count = 0;
	unit_forget(httpd->unit);
}

/* --- the thread --- */

static size_t largest_body(const struct route *route)
{
	size_t largest = BODY_LIMIT;

	for (; route != NULL && route->path != NULL; route++)
		largest = route->body_limit > largest ? route->body_limit : largest;
	return largest;
}

/* The first thread may be given any port; the others share it. */
static enum err open_door(struct httpd *httpd, struct why *why)
{
	static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
	int64_t threads = common_settings.http_threads;
	struct door_options options = {
		.address = common_settings.http_address,
		.shared = threads > 1,
		.connections = (size_t)((common_settings.http_connections + threads - 1) / threads),
		.body_limit = largest_body(httpd->service->routes),
		.role = httpd->role,
		.enter = enter,
		.arg = httpd,
	};
	enum err err;

	pthread_mutex_lock(&opening);
	options.port = atomic_load(&port);
	err = http_door_open(&httpd->door, &options, why);
	if (err == OK)
		atomic_store(&port, http_door_port(httpd->door));
	pthread_mutex_unlock(&opening);
	if (err == OK)
		log_info("listening", LOG_TEXT("address", common_settings.http_address), LOG_NUMBER("port", http_door_port(httpd->door)));
	return err;
}

/* Whoever is being served gets his answer, as far as the time allows. */
static void stop(struct httpd *httpd)
{
	int64_t seconds = common_settings.drain_seconds < STOP_SECONDS ? common_settings.drain_seconds : STOP_SECONDS;
	int64_t until = clock_monotonic_us() + seconds * US_PER_SECOND;

	http_door_shut(httpd->door);
	while (!http_door_is_empty(httpd->door) && clock_monotonic_us() < until)
		turn(httpd);
}

static enum err serve(struct httpd *httpd, struct why *why)
{
	TRY(open_door(httpd, why));
	atomic_fetch_add(&listening, 1);
	while (!role_stopping(httpd->role))
		turn(httpd);
	atomic_fetch_sub(&listening, 1);
	stop(httpd);
	return OK;
}

enum err httpd_run(const struct service *service, struct role *role, struct why *why)
{
	struct httpd httpd = { .service = service, .role = role };
	enum err err = service_db_wait(service, role, "http", &httpd.db, why);

	if (err == OK && httpd.db != NULL) {
		httpd.unit = unit_open(service, httpd.db);
		httpd.tokens = tokens_open();
		err = serve(&httpd, why);
	}
	http_door_close(httpd.door);
	tokens_close(httpd.tokens);
	unit_close(httpd.unit);
	db_close(httpd.db);
	free(httpd.queue);
	return err;
}
