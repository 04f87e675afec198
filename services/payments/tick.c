#include "tick.h"

#include "clock.h"
#include "metrics.h"
#include "settings.h"
#include "store.h"
#include "wire.h"

static struct metric alarms_open = {
	.name = "dunlin_payments_alarms_open",
	.type = METRIC_GAUGE,
	.help = "What a person should look at, by kind.",
	.labels = "kind",
};

static struct message *due_message(struct arena *arena, const char *source, const char *type, struct span merchant, struct span client)
{
	struct message *m = ARENA_NEW(arena, struct message);

	m->source = span_of(source);
	m->type = span_of(type);
	m->format = FORMAT_TEXT;
	m->time = clock_real();
	m->fate = FATE_SET_ASIDE;
	m->merchant = merchant;
	m->client = client;
	return m;
}

/* ---- links ---- */

static enum err expiry_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	struct due_attempt *due;

	TRY(store_unused(db, arena, now, limit, &due, n, why));
	*messages = ARENA_ARRAY(arena, struct message *, *n);
	for (size_t i = 0; i < *n; i++) {
		struct message *m = due_message(arena, "tick:expiry", "payments.ExpireAttempt", due[i].merchant, SPAN(""));

		m->id = span_of(uuid_text(arena, due[i].attempt));
		m->payload = wire_print_attempt(arena, due[i].attempt, due[i].customer);
		(*messages)[i] = m;
	}
	return OK;
}

/* ---- webhooks that wait ---- */

static void webhook_messages(
	struct arena *arena, const char *source, const char *type, const struct due_webhook *due, size_t n, struct message ***messages)
{
	*messages = ARENA_ARRAY(arena, struct message *, n);
	for (size_t i = 0; i < n; i++) {
		struct message *m = due_message(arena, source, type, due[i].merchant, due[i].account);

		m->id = span_of(
			arena_printf(arena, "%.*s:%.*s:%.*s", SPAN_ARG(due[i].merchant), SPAN_ARG(due[i].account), SPAN_ARG(due[i].event)));
		m->payload = wire_print_webhook(arena, due[i].event, due[i].attempt, due[i].customer);
		(*messages)[i] = m;
	}
}

static enum err join_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	struct due_webhook *due;

	(void)now;
	TRY(store_joinable(db, arena, limit, &due, n, why));
	webhook_messages(arena, "tick:join", "payments.JoinWebhook", due, *n, messages);
	return OK;
}

static enum err join_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct due_webhook *found;
	size_t n;

	(void)now;
	TRY(store_joinable(db, arena, 1, &found, &n, why));
	*due = (int64_t)n;
	next->us = INT64_MAX;
	return OK;
}

static struct instant deadline(struct instant now)
{
	struct instant since = now;

	return instant_add(now, -payments_settings.reference_hours * 3600 * US_PER_SECOND, &since) == OK ? since : now;
}

static enum err count_alarms(struct db *db, struct arena *arena, struct why *why)
{
	int64_t *counts;

	TRY(store_count_alarms(db, arena, &counts, why));
	for (size_t i = 0; alarm_kinds[i].name != NULL; i++)
		metric_set(&alarms_open, (double)counts[i], alarm_kinds[i].name, NULL);
	return OK;
}

static enum err overdue_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	struct due_webhook *due;

	TRY(count_alarms(db, arena, why));
	TRY(store_overdue(db, arena, deadline(now), limit, &due, n, why));
	webhook_messages(arena, "tick:overdue", "payments.OverdueWebhook", due, *n, messages);
	return OK;
}

static enum err overdue_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	TRY(store_overdue_next(db, arena, deadline(now), due, next, why));
	/* It comes due a deadline after it came. */
	if (next->us != INT64_MAX)
		next->us += now.us - deadline(now).us;
	return OK;
}

/* ---- calls ---- */

/* Whoever made the call is gone: its answer will never come, which is an answer too. */
static enum err lapse_due(
	struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***messages, size_t *n, struct why *why)
{
	struct due_call *due;

	(void)now;
	TRY(store_lapsed(db, arena, limit, &due, n, why));
	*messages = ARENA_ARRAY(arena, struct message *, *n);
	for (size_t i = 0; i < *n; i++) {
		struct message *m =
			due_message(arena, "send:provider", "payments.CallAnswered", due[i].intent.merchant, due[i].intent.account);
		struct call_answer answer = {
			.kind = due[i].intent.kind,
			.subject = due[i].intent.subject,
			.attempt = due[i].intent.attempt,
			.customer = due[i].intent.customer,
			.payout = due[i].payout,
			.call = due[i].intent.tries,
			.sent = true,
			.unknown = true,
		};

		m->id = wire_call_id(arena, &answer);
		m->payload = wire_print_answer(arena, &answer);
		(*messages)[i] = m;
	}
	return OK;
}

static enum err nothing_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	/* Calls that are being made count as such (send.c). */
	(void)db, (void)arena, (void)now, (void)why;
	*due = 0;
	next->us = INT64_MAX;
	return OK;
}

const struct duty payments_duties[] = {
	{ .name = "expiry", .period_ms = 1000, .due = expiry_due, .next = store_unused_next },
	{ .name = "join", .period_ms = 1000, .due = join_due, .next = join_next, .lazy = true },
	{ .name = "overdue", .period_ms = 1000, .due = overdue_due, .next = overdue_next },
	{ .name = "lapse", .period_ms = 5000, .due = lapse_due, .next = nothing_next, .lazy = true },
	{ .name = NULL },
};
