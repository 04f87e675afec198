#include "mover.h"

#include <inttypes.h>
#include <netdb.h>

#include "agenda.h"
#include "clock.h"
#include "fetch.h"
#include "json_in.h"
#include "json_out.h"
#include "log.h"
#include "metrics.h"
#include "stream.h"

enum { MAGIC = 0x6d6f7665, WATCHED_MAGIC = 0x77617463, PAUSE_MOST_MS = 16, ANSWER_MS = 5000 };

static struct metric moved = {
	.name = "dunlin_sandbox_moves_total",
	.type = METRIC_COUNTER,
	.help = "Moves of business time.",
};

/* What a service's /idle says. */
struct idle {
	bool there; /* it answered, and made sense */
	bool idle;
	int64_t consumed, produced, due, lag, backlog, sending;
	int64_t next_due; /* INT64_MAX: nothing */
	int64_t now;      /* its business time; 0: not said */
	char trouble[100]; /* why it is not there */
};

struct watched {
	uint32_t magic;
	struct mover *mover;
	const char *name; /* as it was set */
	const char *url;
	struct idle now, before;
};

struct mover {
	uint32_t magic;
	struct world *world;
	struct list watched;
	bool is_moving;
	bool only_quiet; /* no move: until everything is quiet */
	struct instant from, target;
	const char *ops_urls;
	int64_t moves, rounds;
	int64_t progress_at; /* monotonic µs when anything last changed */
	int pause_ms;        /* before the next round */
	int asked;           /* answers of this round that are missing */
	int under_way;
	char waiting[200], failed[260];
};

/* --- who is watched --- */

static void watch(struct mover *mover, const char *name, const char *url)
{
	struct watched *one = ARENA_NEW(mover->world->life, struct watched);

	*one = (struct watched){ .magic = WATCHED_MAGIC, .mover = mover, .name = name, .url = url };
	list_add(&mover->watched, one);
}

static const char *numeric(struct mover *mover, const struct addrinfo *at)
{
	char host[64], port[16];

	if (getnameinfo(at->ai_addr, at->ai_addrlen, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		bug("sandbox: an address without a name");
	return arena_printf(mover->world->life, at->ai_family == AF_INET6 ? "http://[%s]:%s/idle" : "http://%s:%s/idle", host, port);
}

/* A name may stand for several replicas: each of its addresses is asked. */
static enum err watch_url(struct mover *mover, struct span url, struct why *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct arena *life = mover->world->life;
	struct addrinfo *found;
	struct span authority, host, port;

	if (!span_starts(url, "http://") || memchr(url.at + strlen("http://"), '/', url.size - strlen("http://")) != NULL)
		return why_field(why, ERR_INVALID, "ops_url", "ops_urls", "%.*s is not http://host:port", SPAN_ARG(url));
	authority = span_from(url, strlen("http://"));
	if (!span_cut(authority, ':', &host, &port) || getaddrinfo(span_cstr(life, host), span_cstr(life, port), &hints, &found) != 0)
		return why_field(why, ERR_RETRY, "ops_url", "ops_urls", "%.*s has no address", SPAN_ARG(url));
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
		watch(mover, span_cstr(life, authority), numeric(mover, at));
	freeaddrinfo(found);
	return OK;
}

static enum err watch_all(struct mover *mover, struct why *why)
{
	struct span rest = span_of(mover->ops_urls), url;

	mover->watched.n = 0;
	while (rest.size > 0) {
		span_cut(rest, ',', &url, &rest);
		TRY(watch_url(mover, span_trim(url), why));
	}
	return OK;
}

/* --- one round --- */

static void on_timer(evutil_socket_t, short, void *);

static void again(struct mover *mover, int ms)
{
	world_after(mover->world, ms, on_timer, mover);
}

static void optional(const struct json_in *in, const char *name, int64_t *value)
{
	if (json_in_has(in, name) && json_in_int64(in, name, INT64_MIN, INT64_MAX, value, NULL) != OK)
		*value = -1;
}

static void read_idle(struct idle *idle, struct span body)
{
	struct arena *arena = arena_open();
	struct json_in in;

	*idle = (struct idle){ .next_due = INT64_MAX };
	if (json_in_open(&in, arena, body, NULL) == OK && json_in_bool(&in, "idle", &idle->idle, NULL) == OK) {
		idle->there = true;
		optional(&in, "consumed", &idle->consumed);
		optional(&in, "produced", &idle->produced);
		optional(&in, "due", &idle->due);
		optional(&in, "lag", &idle->lag);
		optional(&in, "backlog", &idle->backlog);
		optional(&in, "sending", &idle->sending);
		optional(&in, "next_due", &idle->next_due);
		optional(&in, "now", &idle->now);
	}
	arena_close(arena);
}

static void wait_for(struct mover *mover, const char *fmt, ...) PRINTF(2, 3);

static void wait_for(struct mover *mover, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(mover->waiting, sizeof(mover->waiting), fmt, ap);
	va_end(ap);
}

static bool is_equal(const struct idle *a, const struct idle *b)
{
	return b->there && b->idle && a->consumed == b->consumed && a->produced == b->produced && a->next_due == b->next_due;
}

static bool has_changed(const struct idle *a, const struct idle *b)
{
	return a->there != b->there || a->idle != b->idle || a->consumed != b->consumed || a->produced != b->produced || a->due != b->due ||
	       a->lag != b->lag || a->backlog != b->backlog || a->sending != b->sending;
}

static void forget_rounds(struct mover *mover)
{
	for (size_t i = 0; i < mover->watched.n; i++)
		((struct watched *)mover->watched.at[i])->now.there = false;
	mover->progress_at = clock_monotonic_us();
	mover->pause_ms = 1;
}

/* Services that keep their time and a world that forgets it: the latest time holds. */
static void catch_up(struct mover *mover)
{
	struct world *world = mover->world;
	struct instant before = world->now;

	for (size_t i = 0; i < mover->watched.n; i++) {
		const struct watched *one = mover->watched.at[i];

		if (one->now.there && one->now.now > world->now.us && instant_make(one->now.now, &world->now) != OK)
			bug("sandbox: business time has come to its end");
	}
	if (world->now.us == before.us)
		return;
	log_warn("business time was behind that of a service", LOG_NUMBER("by_seconds", (world->now.us - before.us) / US_PER_SECOND));
	if (mover->target.us < world->now.us)
		mover->target = world->now;
	stream_say_clock(world, before, "sandbox");
	forget_rounds(mover);
}

static bool has_heard(const struct mover *mover, const struct watched *one)
{
	return mover->world->stream == NULL || one->now.now == 0 || one->now.now == mover->world->now.us;
}

/* Everybody is idle, now and in the round before, with nothing in between. */
static bool services_are_quiet(struct mover *mover)
{
	bool equal = true;

	for (size_t i = 0; i < mover->watched.n; i++) {
		struct watched *one = mover->watched.at[i];

		if (!one->now.there)
			wait_for(mover, "%s does not answer: %s", one->name, one->now.trouble);
		else if (!one->now.idle)
			wait_for(mover, "%s: due %" PRId64 ", lag %" PRId64 ", backlog %" PRId64 ", sending %" PRId64, one->name,
				one->now.due, one->now.lag, one->now.backlog, one->now.sending);
		else if (!has_heard(mover, one))
			wait_for(mover, "%s has another business time: is it in sandbox mode?", one->name);
		if (!one->now.there || !one->now.idle || !has_heard(mover, one))
			return false;
		equal = equal && is_equal(&one->now, &one->before);
	}
	if (!equal) {
		wait_for(mover, "a second round that equals the first");
		mover->pause_ms = 0;
	}
	return equal;
}

static bool world_is_quiet(struct mover *mover)
{
	if (mover->under_way > 0) {
		wait_for(mover, "webhooks, uploads or payers: %d", mover->under_way);
		return false;
	}
	if (!stream_is_quiet(mover->world)) {
		wait_for(mover, "the broker");
		return false;
	}
	return true;
}

/* --- moving --- */

static struct instant next_instant(const struct mover *mover)
{
	struct instant next = agenda_next(mover->world);

	for (size_t i = 0; i < mover->watched.n; i++) {
		const struct watched *one = mover->watched.at[i];

		/* What it calls idle although it is past is none of our business. */
		if (one->now.next_due > mover->world->now.us && one->now.next_due < next.us)
			next.us = one->now.next_due;
	}
	return next.us < mover->target.us ? next : mover->target;
}

static void finish(struct mover *mover, const char *failed)
{
	mover->is_moving = false;
	mover->waiting[0] = '\0';
	snprintf(mover->failed, sizeof(mover->failed), "%s", failed);
	if (failed[0] != '\0')
		log_error("the clock has stopped", LOG_TEXT("why", failed));
	else
		log_info("the clock has arrived", LOG_NUMBER("moves", mover->moves), LOG_NUMBER("rounds", mover->rounds));
}

static void move(struct mover *mover)
{
	struct world *world = mover->world;
	struct instant before = world->now;

	world->now = next_instant(mover);
	mover->moves++;
	metric_add(&moved, 1, NULL);
	stream_say_clock(world, before, "sandbox");
	forget_rounds(mover);
}

/* Everything is quiet: what is planned for now happens, then time moves on. */
static void go_on(struct mover *mover)
{
	struct world *world = mover->world;

	if (agenda_due(world) > 0) {
		agenda_run(world);
		forget_rounds(mover);
	} else if (mover->only_quiet || world->now.us >= mover->target.us) {
		finish(mover, "");
		return;
	} else
		move(mover);
	again(mover, 0);
}

static bool is_stalled(struct mover *mover)
{
	for (size_t i = 0; i < mover->watched.n; i++) {
		const struct watched *one = mover->watched.at[i];

		if (has_changed(&one->now, &one->before))
			mover->progress_at = clock_monotonic_us();
	}
	return clock_monotonic_us() - mover->progress_at > mover->world->options->stall_seconds * US_PER_SECOND;
}

static void round_end(struct mover *mover)
{
	char failed[sizeof(mover->failed)];

	mover->rounds++;
	if (mover->world->stream != NULL)
		catch_up(mover);
	if (services_are_quiet(mover) && world_is_quiet(mover)) {
		go_on(mover);
		return;
	}
	if (is_stalled(mover)) {
		snprintf(failed, sizeof(failed), "nothing changed for %" PRId64 " s, waiting for: %s", mover->world->options->stall_seconds,
			mover->waiting);
		finish(mover, failed);
		return;
	}
	again(mover, mover->pause_ms);
	mover->pause_ms = mover->pause_ms == 0 ? 1 : mover->pause_ms * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : mover->pause_ms * 2;
}

static void on_idle(void *arg, const struct fetched *fetched)
{
	struct watched *one = checked(arg, WATCHED_MAGIC);
	struct mover *mover = one->mover;

	one->before = one->now;
	read_idle(&one->now, fetched->status == 200 ? fetched->body : SPAN(""));
	if (!one->now.there)
		snprintf(one->now.trouble, sizeof(one->now.trouble), "%d %.*s", fetched->status,
			SPAN_ARG(fetched->status != 0 ? fetched->body : span_of(fetched->error)));
	if (--mover->asked == 0)
		round_end(mover);
}

static void ask_all(struct mover *mover)
{
	mover->asked = (int)mover->watched.n;
	if (mover->asked == 0)
		round_end(mover);
	for (size_t i = 0; i < mover->watched.n; i++) {
		struct watched *one = mover->watched.at[i];

		fetch_start(mover->world, &(struct fetch){ .method = "GET", .url = one->url, .timeout_ms = ANSWER_MS }, on_idle, one);
	}
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct mover *mover = checked(arg, MAGIC);

	(void)fd;
	(void)what;
	if (mover->is_moving)
		ask_all(mover);
}

struct mover *mover_open(struct world *world)
{
	struct mover *mover = ARENA_NEW(world->life, struct mover);

	*mover = (struct mover){ .magic = MAGIC, .world = world, .ops_urls = world->options->ops_urls };
	return mover;
}

void mover_close(struct mover *mover)
{
	list_clear(&mover->watched);
}

void mover_begin(struct world *world)
{
	world->mover->under_way++;
	world->mover->progress_at = clock_monotonic_us();
}

void mover_end(struct world *world)
{
	if (world->mover->under_way-- == 0)
		bug("sandbox: more ends than beginnings");
	world->mover->progress_at = clock_monotonic_us();
}

/* --- doors --- */

static void print(struct ask *ask, int status, struct answer *answer)
{
	const struct mover *mover = ask->world->mover;
	struct instant next = agenda_next(ask->world);
	struct json_out out;
	struct text text;

	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_instant(&out, "now", ask->world->now);
	json_out_bool(&out, "moving", mover->is_moving);
	if (mover->is_moving) {
		json_out_instant(&out, "from", mover->from);
		json_out_instant(&out, "target", mover->target);
		json_out_string(&out, "waiting_for", mover->waiting);
	}
	json_out_string(&out, "failed", mover->failed[0] != '\0' ? mover->failed : NULL);
	json_out_int(&out, "moves", mover->moves);
	json_out_int(&out, "rounds", mover->rounds);
	if (next.us != INT64_MAX)
		json_out_instant(&out, "next_planned", next);
	json_out_object_end(&out);
	answer_json(answer, status, &text);
}

static enum err show(struct ask *ask, struct answer *answer, struct why *why)
{
	(void)why;
	print(ask, 200, answer);
	return OK;
}

/* {"to": instant} or {"days": n} or {"until_idle": true}. */
static enum err read_target(struct ask *ask, struct instant *target, bool *only_quiet, struct why *why)
{
	struct instant now = ask->world->now;
	struct json_in in;
	int64_t days = 0;

	*target = now;
	TRY(json_in_open(&in, ask->arena, ask->body, why));
	if (json_in_has(&in, "until_idle"))
		TRY(json_in_bool(&in, "until_idle", only_quiet, why));
	else if (json_in_has(&in, "to"))
		TRY(json_in_instant(&in, "to", target, why));
	else
		TRY(json_in_int64(&in, "days", 0, 3660, &days, why));
	TRY(json_in_done(&in, why));
	if (target->us < now.us)
		return why_field(
			why, ERR_REFUSED, "clock_back", "to", "business time never goes back; it is %s", instant_text(ask->arena, now));
	return instant_add(*target, days * US_PER_DAY, target);
}

/* Answers at once; GET /sandbox/clock says how it goes. */
static enum err advance(struct ask *ask, struct answer *answer, struct why *why)
{
	struct mover *mover = ask->world->mover;
	struct instant target;
	bool only_quiet = false;

	if (mover->is_moving)
		return why_set(why, ERR_CONFLICT, "clock_moving", "the clock is moving already");
	TRY(read_target(ask, &target, &only_quiet, why));
	TRY(watch_all(mover, why));
	mover->from = ask->world->now;
	mover->target = target;
	mover->only_quiet = only_quiet;
	mover->is_moving = true;
	mover->moves = mover->rounds = 0;
	mover->failed[0] = mover->waiting[0] = '\0';
	forget_rounds(mover);
	again(mover, 0);
	print(ask, 202, answer);
	return OK;
}

/* {"ops_urls": "http://127.0.0.1:9101,…"}: who is waited for from the next advance on. */
static enum err set_services(struct ask *ask, struct answer *answer, struct why *why)
{
	struct json_in in;
	struct span urls;

	TRY(json_in_open(&in, ask->arena, ask->body, why));
	TRY(json_in_text(&in, "ops_urls", 0, 4000, &urls, why));
	TRY(json_in_done(&in, why));
	ask->world->mover->ops_urls = world_cstr(ask->world, urls);
	answer_done(answer);
	return OK;
}

static enum err show_idle(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct mover *mover = ask->world->mover;
	struct instant next = agenda_next(ask->world);
	size_t due = agenda_due(ask->world);
	struct json_out out;
	struct text text;

	(void)why;
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_bool(&out, "idle", due == 0 && mover->under_way == 0);
	json_out_int(&out, "due", (int64_t)due);
	json_out_int(&out, "sending", mover->under_way);
	if (next.us != INT64_MAX)
		json_out_int(&out, "next_due", next.us);
	else
		json_out_null(&out, "next_due");
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
	return OK;
}

const struct door mover_doors[] = {
	{ "GET", "/sandbox/clock", "business time, and how an advance goes", show },
	{ "POST", "/sandbox/clock/advance", "moves business time: to, days, or until_idle", advance },
	{ "POST", "/sandbox/clock/services", "whose /idle is asked: ops_urls", set_services },
	{ "GET", "/idle", "what of the world's own is under way or due", show_idle },
	{ 0 },
};
