#include "webhook.h"

#include "account.h"
#include "agenda.h"
#include "clock.h"
#include "digest.h"
#include "fetch.h"
#include "json_out.h"
#include "log.h"
#include "metrics.h"
#include "mischief.h"
#include "mover.h"
#include "print.h"

#define API_VERSION "2025-04-30.basil"

enum { MAGIC = 0x64656c69, FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 3000, TRIES_MOST = 30 };

static struct metric ended = {
	.name = "dunlin_sandbox_webhooks_total",
	.type = METRIC_COUNTER,
	.help = "Webhooks that were delivered, given up or lost on purpose.",
	.labels = "state",
};

struct provider_event {
	struct head head;
	const char *type;
	struct span body;
};

enum delivery_state { DELIVERY_PUT_OFF, DELIVERY_UNDER_WAY, DELIVERY_DONE, DELIVERY_FAILED, DELIVERY_LOST };

static const char *const state_words[] = { "put off", "under way", "delivered", "failed", "lost" };

struct delivery {
	uint32_t magic;
	struct world *world;
	const struct provider_event *event;
	struct endpoint *endpoint;
	enum delivery_state state;
	int tries, status;
	bool forged; /* the next try has a wrong signature */
	struct task *task;
};

static void deliver(struct delivery *);

/* --- one delivery --- */

static const char *signature(struct arena *arena, const struct delivery *delivery)
{
	int64_t t = clock_real().us / US_PER_SECOND;
	const char *at = arena_printf(arena, "%lld", (long long)t);
	const struct span parts[] = { span_of(at), SPAN("."), delivery->event->body };
	struct span secret = delivery->forged ? SPAN("whsec_of_somebody_else") : span_of(delivery->endpoint->secret);
	struct digest digest = digest_hmac(secret, parts, 3);

	return arena_printf(arena, "Stripe-Signature: t=%s,v1=%.*s", at, SPAN_ARG(span_hex(arena, span_bytes(digest.b, sizeof(digest.b)))));
}

static void end(struct delivery *delivery, enum delivery_state state)
{
	delivery->state = state;
	metric_add(&ended, 1, state_words[state], NULL);
	mover_end(delivery->world);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct delivery *delivery = checked(arg, MAGIC);

	(void)fd;
	(void)what;
	deliver(delivery);
}

static void try_again(struct delivery *delivery)
{
	int ms = delivery->tries < 7 ? FIRST_PAUSE_MS << (delivery->tries - 1) : LONGEST_PAUSE_MS;

	world_after(delivery->world, ms, on_timer, delivery);
}

static void start(struct delivery *delivery)
{
	delivery->state = DELIVERY_UNDER_WAY;
	mover_begin(delivery->world);
	deliver(delivery);
}

/* What was to come after this one. */
static void start_waiting(struct endpoint *endpoint)
{
	while (endpoint->waiting.n > 0) {
		struct delivery *next = endpoint->waiting.at[0];

		list_remove(&endpoint->waiting, 0);
		agenda_cancel(next->world, next->task);
		next->task = NULL;
		start(next);
	}
}

static void on_answer(void *arg, const struct fetched *fetched)
{
	struct delivery *delivery = checked(arg, MAGIC);
	bool was_forged = delivery->forged;

	delivery->status = fetched->status;
	delivery->forged = false;
	if (!was_forged && fetched->status >= 200 && fetched->status < 300) {
		end(delivery, DELIVERY_DONE);
		start_waiting(delivery->endpoint);
	} else if (delivery->tries < TRIES_MOST)
		try_again(delivery);
	else {
		log_warn("a webhook was given up", LOG_TEXT("event", delivery->event->head.id), LOG_NUMBER("status", fetched->status));
		end(delivery, DELIVERY_FAILED);
	}
}

static void deliver(struct delivery *delivery)
{
	struct arena *arena = arena_open();
	const char *const headers[] = { "Content-Type: application/json; charset=utf-8", signature(arena, delivery), NULL };

	delivery->tries++;
	fetch_start(delivery->world,
		&(struct fetch){ .method = "POST", .url = delivery->endpoint->url, .headers = headers, .body = delivery->event->body },
		on_answer, delivery);
	arena_close(arena);
}

/* --- an event --- */

static struct delivery *delivery_make(struct world *world, const struct provider_event *event, struct endpoint *endpoint)
{
	struct delivery *delivery = ARENA_NEW(world->life, struct delivery);

	*delivery = (struct delivery){ .magic = MAGIC, .world = world, .event = event, .endpoint = endpoint };
	list_add(&world->provider->deliveries, delivery);
	return delivery;
}

static void on_delayed(struct world *world, void *arg)
{
	struct delivery *delivery = checked(arg, MAGIC);
	struct list *waiting = &delivery->endpoint->waiting;

	(void)world;
	delivery->task = NULL;
	for (size_t i = waiting->n; i > 0; i--)
		if (waiting->at[i - 1] == delivery)
			list_remove(waiting, i - 1);
	start(delivery);
}

static void put_off(struct world *world, struct delivery *delivery, int64_t hours)
{
	struct instant at;

	if (instant_add(world->now, hours * 3600 * US_PER_SECOND, &at) != OK)
		bug("sandbox: the calendar ends");
	delivery->task = agenda_add(world, at, on_delayed, delivery);
}

static void send_to(struct world *world, const struct provider_event *event, struct endpoint *endpoint)
{
	struct span type = span_of(event->type);
	struct delivery *delivery = delivery_make(world, event, endpoint);

	delivery->forged = mischief_take(world, WEBHOOK_FORGE, type);
	if (mischief_take(world, WEBHOOK_LOST, type))
		delivery->state = DELIVERY_LOST;
	else if (mischief_take(world, WEBHOOK_DELAY, type))
		put_off(world, delivery, mischief_value(world, WEBHOOK_DELAY));
	else if (mischief_take(world, WEBHOOK_REORDER, type)) {
		/* Should nothing follow, it comes an hour late. */
		put_off(world, delivery, 1);
		list_add(&endpoint->waiting, delivery);
	} else
		start(delivery);
	if (mischief_take(world, WEBHOOK_REPEAT, type))
		start(delivery_make(world, event, endpoint));
}

static void body_begin(struct json_out *out, const struct provider_event *event)
{
	json_out_object(out, NULL);
	json_out_string(out, "id", event->head.id);
	json_out_string(out, "object", "event");
	json_out_string(out, "api_version", API_VERSION);
	json_out_int(out, "created", event->head.created.us / US_PER_SECOND);
	json_out_object(out, "data");
}

static void body_end(struct json_out *out, const struct provider_event *event)
{
	json_out_object_end(out);
	json_out_bool(out, "livemode", false);
	json_out_int(out, "pending_webhooks", (int64_t)event->head.account->endpoints.n);
	json_out_object(out, "request");
	json_out_null(out, "id");
	json_out_null(out, "idempotency_key");
	json_out_object_end(out);
	json_out_string(out, "type", event->type);
	json_out_object_end(out);
}

/* print writes the object, whose head is given. */
static void say(struct world *world, const char *type, const struct head *head, void (*print)(struct json_out *, const void *object))
{
	struct provider_event *event = ARENA_NEW(world->life, struct provider_event);
	struct arena *arena = arena_open();
	struct json_out out;
	struct text text;

	event->head = (struct head){ world_id(world, "evt_", 24), head->account, world->now };
	event->type = type;
	text_init(&text, arena);
	json_out_init(&out, &text);
	body_begin(&out, event);
	print(&out, head);
	body_end(&out, event);
	event->body = world_keep(world, text_done(&text));
	arena_close(arena);
	list_add(&world->provider->events, event);
	for (size_t i = 0; i < head->account->endpoints.n; i++)
		send_to(world, event, head->account->endpoints.at[i]);
}

static void object_session(struct json_out *out, const void *object)
{
	print_session(out, "object", object, NULL);
}

static void object_payment(struct json_out *out, const void *object)
{
	print_payment(out, "object", object, NULL);
}

static void object_charge(struct json_out *out, const void *object)
{
	print_charge(out, "object", object, NULL);
}

static void object_refund(struct json_out *out, const void *object)
{
	print_refund(out, "object", object, NULL);
}

static void object_payout(struct json_out *out, const void *object)
{
	print_payout(out, "object", object, NULL);
}

void webhook_session(struct world *world, const char *type, const struct session *session)
{
	say(world, type, &session->head, object_session);
}

void webhook_payment(struct world *world, const char *type, const struct payment *payment)
{
	say(world, type, &payment->head, object_payment);
}

void webhook_charge(struct world *world, const char *type, const struct charge *charge)
{
	say(world, type, &charge->head, object_charge);
}

void webhook_refund(struct world *world, const char *type, const struct refund *refund)
{
	say(world, type, &refund->head, object_refund);
}

void webhook_payout(struct world *world, const char *type, const struct payout *payout)
{
	say(world, type, &payout->head, object_payout);
}

/* --- doors --- */

static void print_delivery(struct json_out *out, const struct delivery *delivery)
{
	json_out_object(out, NULL);
	json_out_string(out, "event", delivery->event->head.id);
	json_out_string(out, "type", delivery->event->type);
	json_out_string(out, "url", delivery->endpoint->url);
	json_out_string(out, "state", state_words[delivery->state]);
	json_out_int(out, "tries", delivery->tries);
	json_out_int(out, "status", delivery->status);
	json_out_object_end(out);
}

static enum err list(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct list *deliveries = &ask->world->provider->deliveries;
	struct json_out out;
	struct text text;

	(void)why;
	text_init(&text, ask->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_array(&out, "deliveries");
	for (size_t i = 0; i < deliveries->n; i++)
		print_delivery(&out, deliveries->at[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	answer_json(answer, 200, &text);
	return OK;
}

static enum err find(struct ask *ask, const struct provider_event **found, struct why *why)
{
	const struct list *events = &ask->world->provider->events;
	struct span id = form_get(&ask->params, "event");

	for (size_t i = 0; i < events->n; i++) {
		const struct provider_event *event = events->at[i];

		if (span_is(id, event->head.id)) {
			*found = event;
			return OK;
		}
	}
	return answer_not_found("event", id, why);
}

static enum err show(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct provider_event *event;

	TRY(find(ask, &event, why));
	answer->body = event->body;
	return OK;
}

static enum err resend(struct ask *ask, struct answer *answer, struct why *why)
{
	const struct provider_event *event;
	struct list *endpoints;

	TRY(find(ask, &event, why));
	endpoints = &event->head.account->endpoints;
	for (size_t i = 0; i < endpoints->n; i++)
		start(delivery_make(ask->world, event, endpoints->at[i]));
	answer_done(answer);
	return OK;
}

const struct door webhook_doors[] = {
	{ "GET", "/sandbox/webhooks", "deliveries of webhooks, in order", list },
	{ "GET", "/sandbox/webhooks/{event}", "an event as it is sent", show },
	{ "POST", "/sandbox/webhooks/{event}/resend", "sends an event once more to all endpoints of its account", resend },
	{ 0 },
};
