#include "fetch.h"

#include <curl/curl.h>
#include <event2/event.h>

#include "list.h"

enum { FETCHER_MAGIC = 0x66657463, SOCKET_MAGIC = 0x736f636b, TIMEOUT_MS = 15000, CONNECT_MS = 3000, ANSWER_MOST = 16 << 20 };

struct fetcher {
	uint32_t magic;
	struct world *world;
	CURLM *multi;
	struct event *timer;
	struct list calls; /* under way */
	struct list spare; /* easy handles to be used again */
};

/* What libcurl wants to hear of one socket. */
struct socket_watch {
	uint32_t magic;
	struct fetcher *fetcher;
	struct event *event;
};

struct call {
	struct arena *arena;
	CURL *easy;
	struct curl_slist *headers;
	struct text answer;
	bool too_long;
	const char *url;
	void (*done)(void *arg, const struct fetched *);
	void *arg;
	char error[CURL_ERROR_SIZE];
};

/* --- ended calls --- */

static void call_forget(struct fetcher *fetcher, struct call *call)
{
	for (size_t i = 0; i < fetcher->calls.n; i++)
		if (fetcher->calls.at[i] == call)
			list_remove(&fetcher->calls, i--);
	curl_slist_free_all(call->headers);
	curl_easy_reset(call->easy);
	list_add(&fetcher->spare, call->easy);
	arena_close(call->arena);
}

static void call_end(struct fetcher *fetcher, struct call *call, CURLcode code)
{
	struct fetched fetched = { .body = text_done(&call->answer), .url = call->url, .error = call->error };
	char *location = NULL;
	long status = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(call->easy, CURLINFO_REDIRECT_URL, &location);
	} else if (call->error[0] == '\0')
		fetched.error = curl_easy_strerror(code);
	fetched.status = (int)status;
	fetched.location = location != NULL ? arena_strdup(call->arena, location) : NULL;
	curl_multi_remove_handle(fetcher->multi, call->easy);
	call->done(call->arg, &fetched);
	call_forget(fetcher, call);
}

static void end_calls(struct fetcher *fetcher)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(fetcher->multi, &left)) != NULL) {
		struct call *call;

		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		call_end(fetcher, call, msg->data.result);
	}
}

/* --- libcurl's sockets and timer on the event loop --- */

static void act(struct fetcher *fetcher, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(fetcher->multi, fd, what, &running);
	end_calls(fetcher);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct socket_watch *watch = checked(arg, SOCKET_MAGIC);

	act(watch->fetcher, fd, ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(checked(arg, FETCHER_MAGIC), CURL_SOCKET_TIMEOUT, 0);
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
	struct fetcher *fetcher = checked(arg, FETCHER_MAGIC);
	struct timeval wait = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	(void)multi;
	if (ms < 0)
		event_del(fetcher->timer);
	else
		event_add(fetcher->timer, &wait);
	return 0;
}

static void forget_socket(struct fetcher *fetcher, curl_socket_t fd, struct socket_watch *watch)
{
	curl_multi_assign(fetcher->multi, fd, NULL);
	if (watch == NULL)
		return;
	event_free(watch->event);
	free(watch);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	struct fetcher *fetcher = checked(arg, FETCHER_MAGIC);
	struct socket_watch *watch = assigned != NULL ? checked(assigned, SOCKET_MAGIC) : NULL;
	short events = (short)(((what & CURL_POLL_IN) != 0 ? EV_READ : 0) | ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0) | EV_PERSIST);

	(void)easy;
	forget_socket(fetcher, fd, watch);
	if (what == CURL_POLL_REMOVE)
		return 0;
	watch = calloc(1, sizeof(*watch));
	if (watch == NULL)
		bug("no memory");
	*watch = (struct socket_watch){ SOCKET_MAGIC, fetcher, event_new(fetcher->world->base, fd, events, on_socket, watch) };
	event_add(watch->event, NULL);
	curl_multi_assign(fetcher->multi, fd, watch);
	return 0;
}

/* --- beginning --- */

static size_t on_answer(char *at, size_t one, size_t size, void *arg)
{
	struct call *call = arg;

	call->too_long = call->too_long || call->answer.size + size > ANSWER_MOST;
	if (call->too_long)
		return 0;
	text_bytes(&call->answer, at, one * size);
	return size;
}

static struct call *call_open(struct fetcher *fetcher, const struct fetch *fetch)
{
	struct arena *arena = arena_open();
	struct call *call = ARENA_NEW(arena, struct call);

	call->arena = arena;
	text_init(&call->answer, arena);
	call->url = arena_strdup(arena, fetch->url);
	if (fetcher->spare.n > 0)
		call->easy = fetcher->spare.at[--fetcher->spare.n];
	else
		call->easy = curl_easy_init();
	if (call->easy == NULL)
		bug("no memory");
	/* libcurl would wait a second for "100 Continue" before a long body, and sends a type that is not ours. */
	call->headers = curl_slist_append(NULL, "Expect:");
	for (const char *const *header = fetch->headers; header != NULL && *header != NULL; header++)
		call->headers = curl_slist_append(call->headers, *header);
	return call;
}

void fetch_start(struct world *world, const struct fetch *fetch, void (*done)(void *arg, const struct fetched *), void *arg)
{
	struct fetcher *fetcher = world->fetcher;
	struct call *call = call_open(fetcher, fetch);
	CURL *easy = call->easy;

	call->done = done;
	call->arg = arg;
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(fetch->timeout_ms != 0 ? fetch->timeout_ms : TIMEOUT_MS));
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "dunlin-sandbox");
	if (strcmp(fetch->method, "POST") == 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body.size);
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, fetch->body.size > 0 ? fetch->body.at : "");
	}
	list_add(&fetcher->calls, call);
	curl_multi_add_handle(fetcher->multi, easy);
}

const char *fetch_resolve(struct arena *arena, const char *url, struct span reference)
{
	CURLU *parts = curl_url();
	const char *found = url;
	char *whole = NULL;

	if (parts == NULL)
		bug("no memory");
	if (reference.size > 0 && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
		curl_url_set(parts, CURLUPART_URL, span_cstr(arena, reference), 0) == CURLUE_OK &&
		curl_url_get(parts, CURLUPART_URL, &whole, 0) == CURLUE_OK)
		found = arena_strdup(arena, whole);
	curl_free(whole);
	curl_url_cleanup(parts);
	return found;
}

struct fetcher *fetcher_open(struct world *world)
{
	struct fetcher *fetcher = ARENA_NEW(world->life, struct fetcher);

	*fetcher = (struct fetcher){ .magic = FETCHER_MAGIC, .world = world };
	curl_global_init(CURL_GLOBAL_DEFAULT);
	fetcher->multi = curl_multi_init();
	fetcher->timer = evtimer_new(world->base, on_timer, fetcher);
	if (fetcher->multi == NULL || fetcher->timer == NULL)
		bug("no memory");
	curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
	curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
	curl_multi_setopt(fetcher->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 16L);
	return fetcher;
}

/* Nobody hears of calls that are under way. */
void fetcher_close(struct fetcher *fetcher)
{
	while (fetcher->calls.n > 0) {
		struct call *call = fetcher->calls.at[0];

		curl_multi_remove_handle(fetcher->multi, call->easy);
		call_forget(fetcher, call);
	}
	list_clear(&fetcher->calls);
	while (fetcher->spare.n > 0)
		curl_easy_cleanup(fetcher->spare.at[--fetcher->spare.n]);
	list_clear(&fetcher->spare);
	curl_multi_cleanup(fetcher->multi);
	event_free(fetcher->timer);
	curl_global_cleanup();
}
