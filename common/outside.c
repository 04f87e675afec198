#include "outside.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crash.h"
#include "version.h"

enum { HOST_MOST = 8, TIMEOUT_MS = 10000, CONNECT_MS = 5000, POLL_MS = 1000, ANSWER_MOST = 1 << 20, REPLY_MOST = 1024 };

/* One call on its way. */
struct trip {
	struct call *call;
	struct arena *arena;
	CURL *easy;
	struct curl_slist *headers, *recipients;
	const char *host; /* "host:port", for the cap */
	struct text answer;
	struct span reply; /* the line by which an SMTP server refused, else its last one */
	size_t given;      /* bytes of the mail that libcurl has taken */
	bool started, done;
	char error[CURL_ERROR_SIZE];
};

/* All trips of one outside_run. */
struct tour {
	CURLM *multi;
	struct trip *trips;
	size_t count, running, at_once;
};

/* --- connections, kept by each thread for its next calls --- */

static pthread_key_t of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void close_multi(void *multi)
{
	curl_multi_cleanup(multi);
}

static void start_library(void)
{
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK || pthread_key_create(&of_thread, close_multi) != 0)
		bug("outside: libcurl can't start");
}

static CURLM *multi_of_thread(void)
{
	CURLM *multi;

	pthread_once(&once, start_library);
	multi = pthread_getspecific(of_thread);
	if (multi != NULL)
		return multi;
	multi = curl_multi_init();
	if (multi == NULL || pthread_setspecific(of_thread, multi) != 0)
		bug("outside: no memory");
	return multi;
}

/* --- what libcurl calls --- */

static size_t take_answer(char *at, size_t size, size_t n, void *arg)
{
	struct trip *trip = arg;

	if (size * n > ANSWER_MOST - trip->answer.size)
		return 0;
	text_bytes(&trip->answer, at, size * n);
	return size * n;
}

static bool is_refusal(struct span reply)
{
	return reply.size > 0 && (reply.at[0] == '4' || reply.at[0] == '5');
}

static size_t take_header(char *at, size_t size, size_t n, void *arg)
{
	static const char name[] = "request-id:";
	struct trip *trip = arg;
	struct span line = span_trim(span_bytes(at, size * n));

	if (trip->call->kind == CALL_SMTP) {
		line.size = line.size < REPLY_MOST ? line.size : REPLY_MOST;
		if (!is_refusal(trip->reply) || is_refusal(line))
			trip->reply = span_copy(trip->arena, line);
	} else if (line.size >= sizeof(name) - 1 && strncasecmp(line.at, name, sizeof(name) - 1) == 0)
		trip->call->request_id = span_copy(trip->arena, span_trim(span_from(line, sizeof(name) - 1)));
	return size * n;
}

static size_t give_mail(char *to, size_t size, size_t n, void *arg)
{
	struct trip *trip = arg;
	struct span rest = span_from(trip->call->body, trip->given);
	size_t taken = rest.size < size * n ? rest.size : size * n;

	crash_here(CRASH_MAIL_DATA);
	memcpy(to, rest.at, taken);
	trip->given += taken;
	return taken;
}

/* libcurl calls it while it waits, too: then the mail system's last word may be there already, unread. */
static int look_on(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all, curl_off_t up)
{
	const struct trip *trip = arg;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	if (trip->given > 0 && trip->given == trip->call->body.size)
		crash_here(CRASH_MAIL_GIVEN);
	return 0;
}

/* --- setting out --- */

static void set_long(struct trip *trip, CURLoption option, long value)
{
	if (curl_easy_setopt(trip->easy, option, value) != CURLE_OK)
		bug("outside: libcurl does not know option %d", (int)option);
}

static void set_at(struct trip *trip, CURLoption option, const void *value)
{
	if (value != NULL && curl_easy_setopt(trip->easy, option, value) != CURLE_OK)
		bug("outside: libcurl does not take option %d", (int)option);
}

static void append(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer == NULL)
		bug("outside: no memory");
	*list = longer;
}

static bool is_one_line(const char *text)
{
	return text != NULL && strpbrk(text, "\r\n") == NULL;
}

/* What would break out of its line of the protocol is not sent. */
static bool is_clean(const struct call *call)
{
	bool clean = is_one_line(call->url);

	for (const char *const *header = call->headers; header != NULL && *header != NULL; header++)
		clean = clean && is_one_line(*header);
	if (call->kind == CALL_HTTP)
		return clean && is_one_line(call->method);
	return clean && is_one_line(call->mail_from) && is_one_line(call->rcpt_to) && strpbrk(call->mail_from, "<> ") == NULL &&
	       strpbrk(call->rcpt_to, "<> ") == NULL;
}

static bool has_header(const struct call *call, const char *name)
{
	for (const char *const *header = call->headers; header != NULL && *header != NULL; header++)
		if (strncasecmp(*header, name, strlen(name)) == 0)
			return true;
	return false;
}

static void set_common(struct trip *trip)
{
	const struct call *call = trip->call;
	long timeout_ms = call->timeout_ms == 0 ? TIMEOUT_MS : call->timeout_ms;

	set_at(trip, CURLOPT_URL, call->url);
	set_at(trip, CURLOPT_PRIVATE, trip);
	set_at(trip, CURLOPT_ERRORBUFFER, trip->error);
	set_at(trip, CURLOPT_USERAGENT, "dunlin/" DUNLIN_VERSION);
	set_at(trip, CURLOPT_USERNAME, call->user);
	set_at(trip, CURLOPT_PASSWORD, call->password);
	set_at(trip, CURLOPT_CAINFO, call->ca_file);
	set_at(trip, CURLOPT_WRITEDATA, trip);
	set_at(trip, CURLOPT_HEADERDATA, trip);
	curl_easy_setopt(trip->easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(trip->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(trip->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)ANSWER_MOST);
	set_long(trip, CURLOPT_NOSIGNAL, 1);
	set_long(trip, CURLOPT_FOLLOWLOCATION, 0);
	set_long(trip, CURLOPT_SSL_VERIFYPEER, 1);
	set_long(trip, CURLOPT_SSL_VERIFYHOST, 2);
	set_long(trip, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	set_long(trip, CURLOPT_TIMEOUT_MS, timeout_ms);
	set_long(trip, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms < CONNECT_MS ? timeout_ms : CONNECT_MS);
}

static void set_http(struct trip *trip)
{
	const struct call *call = trip->call;
	bool is_get = strcmp(call->method, "GET") == 0;

	set_at(trip, CURLOPT_PROTOCOLS_STR, "http,https");
	set_long(trip, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	if (strcmp(call->method, "HEAD") == 0)
		set_long(trip, CURLOPT_NOBODY, 1);
	else if (!is_get) {
		set_at(trip, CURLOPT_POSTFIELDS, call->body.at == NULL ? "" : call->body.at);
		curl_easy_setopt(trip->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
		set_at(trip, CURLOPT_CUSTOMREQUEST, call->method);
		set_long(trip, CURLOPT_FRESH_CONNECT, !has_header(call, "Idempotency-Key:"));
	}
	for (const char *const *header = call->headers; header != NULL && *header != NULL; header++)
		append(&trip->headers, *header);
	append(&trip->headers, "Expect:");
	set_at(trip, CURLOPT_HTTPHEADER, trip->headers);
}

static void set_smtp(struct trip *trip)
{
	const struct call *call = trip->call;

	set_at(trip, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	set_at(trip, CURLOPT_MAIL_FROM, arena_printf(trip->arena, "<%s>", call->mail_from));
	append(&trip->recipients, arena_printf(trip->arena, "<%s>", call->rcpt_to));
	set_at(trip, CURLOPT_MAIL_RCPT, trip->recipients);
	set_long(trip, CURLOPT_UPLOAD, 1);
	set_at(trip, CURLOPT_READDATA, trip);
	curl_easy_setopt(trip->easy, CURLOPT_READFUNCTION, give_mail);
	curl_easy_setopt(trip->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body.size);
	if (crash_armed == CRASH_MAIL_GIVEN) {
		set_at(trip, CURLOPT_XFERINFODATA, trip);
		curl_easy_setopt(trip->easy, CURLOPT_XFERINFOFUNCTION, look_on);
		set_long(trip, CURLOPT_NOPROGRESS, 0);
	}
	/* Where TLS is not asked for it is still taken when it is offered, and verified. */
	set_long(trip, CURLOPT_USE_SSL, call->tls_required ? CURLUSESSL_ALL : CURLUSESSL_TRY);
}

static void set_out(struct tour *tour, struct trip *trip)
{
	trip->started = true;
	if (!is_clean(trip->call)) {
		snprintf(trip->call->error, sizeof(trip->call->error), "a line break or bracket where none may be");
		trip->done = true;
		return;
	}
	trip->easy = curl_easy_init();
	if (trip->easy == NULL)
		bug("outside: no memory");
	set_common(trip);
	if (trip->call->kind == CALL_HTTP) {
		set_http(trip);
		crash_here(CRASH_CALL_BEFORE);
	} else
		set_smtp(trip);
	if (curl_multi_add_handle(tour->multi, trip->easy) != CURLM_OK)
		bug("outside: libcurl does not take the call");
	tour->running++;
}

/* --- coming back --- */

static long number_of(struct trip *trip, CURLINFO what)
{
	long value = 0;

	curl_easy_getinfo(trip->easy, what, &value);
	return value;
}

static void judge_http(struct trip *trip, CURLcode code)
{
	struct call *call = trip->call;

	call->sent = code == CURLE_OK || number_of(trip, CURLINFO_REQUEST_SIZE) > 0;
	call->unknown = call->sent && code != CURLE_OK;
	call->answer = text_done(&trip->answer);
}

/* A mail is accepted by the reply to its last line and not before (RFC 5321 §4.1.1.4, §4.2.5); 4xx and 5xx are refusals. Trouble with TLS
 * or the log-in says nothing about the mail. */
static void judge_smtp(struct trip *trip, CURLcode code)
{
	struct call *call = trip->call;
	bool before_mail = code == CURLE_USE_SSL_FAILED || code == CURLE_LOGIN_DENIED;
	bool refused = code != CURLE_OK && call->status >= 400 && !before_mail;
	bool all_given = trip->given == call->body.size && call->body.size > 0;

	call->answer = trip->reply;
	call->sent = code == CURLE_OK || refused || (all_given && !before_mail);
	call->unknown = call->sent && code != CURLE_OK && !refused;
}

static void come_back(struct tour *tour, struct trip *trip, CURLcode code)
{
	struct call *call = trip->call;

	crash_here(call->kind == CALL_HTTP ? CRASH_CALL_ANSWERED : CRASH_MAIL_ANSWERED);
	call->status = (int)number_of(trip, CURLINFO_RESPONSE_CODE);
	if (code != CURLE_OK)
		snprintf(call->error, sizeof(call->error), "%.150s", trip->error[0] != '\0' ? trip->error : curl_easy_strerror(code));
	if (call->kind == CALL_HTTP)
		judge_http(trip, code);
	else
		judge_smtp(trip, code);
	curl_multi_remove_handle(tour->multi, trip->easy);
	curl_easy_cleanup(trip->easy);
	curl_slist_free_all(trip->headers);
	curl_slist_free_all(trip->recipients);
	trip->done = true;
	tour->running--;
}

static void collect(struct tour *tour)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(tour->multi, &left)) != NULL) {
		char *at;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &at);
		come_back(tour, (struct trip *)(void *)at, message->data.result);
	}
}

/* --- the tour --- */

static const char *host_of(struct arena *arena, const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL, *port = NULL;
	const char *both = "";

	if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	if (host != NULL)
		both = arena_printf(arena, "%s:%s", host, port == NULL ? "" : port);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parts);
	return both;
}

static bool host_has_room(const struct tour *tour, const char *host)
{
	size_t n = 0;

	for (size_t i = 0; i < tour->count; i++)
		n += tour->trips[i].started && !tour->trips[i].done && strcmp(tour->trips[i].host, host) == 0;
	return n < HOST_MOST;
}

/* libcurl's own caps let calls wait with their time-outs running. */
static void set_out_all(struct tour *tour)
{
	for (size_t i = 0; i < tour->count && tour->running < tour->at_once; i++)
		if (!tour->trips[i].started && host_has_room(tour, tour->trips[i].host))
			set_out(tour, &tour->trips[i]);
}

static bool is_over(const struct tour *tour)
{
	for (size_t i = 0; i < tour->count; i++)
		if (!tour->trips[i].done)
			return false;
	return true;
}

void outside_run(struct arena *arena, struct call *calls, size_t n, size_t at_once)
{
	struct tour tour = {
		.multi = multi_of_thread(),
		.trips = ARENA_ARRAY(arena, struct trip, n),
		.count = n,
		.at_once = at_once == 0 ? 1 : at_once,
	};

	for (size_t i = 0; i < n; i++) {
		tour.trips[i] = (struct trip){ .call = &calls[i], .arena = arena, .host = host_of(arena, calls[i].url) };
		text_init(&tour.trips[i].answer, arena);
	}
	while (!is_over(&tour)) {
		int still;

		set_out_all(&tour);
		if (curl_multi_perform(tour.multi, &still) != CURLM_OK)
			bug("outside: libcurl fails");
		collect(&tour);
		if (tour.running > 0 && still > 0 && curl_multi_poll(tour.multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
			bug("outside: libcurl can't wait");
	}
}
