#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common_queries.h"
#include "crash.h"
#include "log.h"
#include "metrics.h"
#include "outside.h"
#include "role.h"
#include "service.h"

enum { SANDBOX_MS = 10, SPACING_MS = 20, AWAY_MS = 500, GIVE_UP_SECONDS = 60 };

static struct metric calls_total = {
	.name = "dunlin_calls_total",
	.type = METRIC_COUNTER,
	.help = "Calls to the outside, by errand and what is known of them.",
	.labels = "errand,result",
};
static struct metric call_batch_seconds = {
	.name = "dunlin_call_batch_seconds",
	.type = METRIC_HISTOGRAM,
	.help = "From setting out to the last answer of calls that were made side by side.",
	.labels = "errand",
	.bounds = metric_seconds,
};

struct send {
	const struct service *service;
	struct role *role;
	struct db *db;
	struct unit *unit;
	int64_t *looked_at; /* per errand, monotonic */
	bool is_away;       /* said so already */
};

static const char *result_of(const struct call *call)
{
	return !call->sent ? "not_sent" : call->unknown ? "unknown" : call->status >= 400 ? "refused" : "done";
}

static void note(const struct errand *errand, const struct call *call)
{
	metric_add(&calls_total, 1, errand->name, result_of(call), NULL);
	log_with(call->sent && !call->unknown ? LOG_INFO : LOG_WARN, "call", LOG_TEXT("errand", errand->name), LOG_SPAN("id", call->id),
		LOG_TEXT("result", result_of(call)), LOG_NUMBER("status", call->status), LOG_SPAN("request_id", call->request_id),
		call->error[0] == '\0' ? (struct log_field){ .name = NULL } : LOG_TEXT("reason", call->error));
}

static struct message **messages_of(const struct errand *errand, struct arena *arena, const struct call *calls, size_t n)
{
	struct message **messages = ARENA_ARRAY(arena, struct message *, n);

	for (size_t i = 0; i < n; i++) {
		messages[i] = ARENA_NEW(arena, struct message);
		*messages[i] = (struct message){ .fate = FATE_SET_ASIDE, .format = FORMAT_TEXT, .time = clock_real() };
		errand->answered(arena, &calls[i], messages[i]);
	}
	return messages;
}

/* What was answered must not be forgotten while the database is away for a moment; past that the process ends and the intents' leases run
 * out, which leaves them unknown. */
static enum err commit(struct send *send, struct message **messages, size_t n, struct why *why)
{
	int64_t until = clock_monotonic_us() + GIVE_UP_SECONDS * US_PER_SECOND;
	enum err err;

	while ((err = unit_run(send->unit, messages, n, NULL, 0, why)) == ERR_RETRY && clock_monotonic_us() < until) {
		role_beat(send->role);
		clock_pause_ms(AWAY_MS / 10);
	}
	return err;
}

/* One claim of one errand; *full when there may be more. *carried: the calls were made, so an error now is an answer lost. */
static enum err look(struct send *send, const struct errand *errand, bool *full, bool *carried, struct why *why)
{
	struct arena *arena = unit_arena(send->unit);
	struct call *calls = NULL;
	int64_t started;
	struct rows rows;
	size_t n = 0;

	TRY(db_exec(send->db, arena, &q_business_now, NULL, &rows, why));
	TRY(errand->claim(send->db, arena, rows_instant(&rows, 0, 0), errand->at_once, &calls, &n, why));
	*full = n == errand->at_once;
	if (n == 0)
		return OK;
	crash_here(CRASH_SEND_CLAIMED);
	*carried = true;
	started = clock_monotonic_us();
	errand->carry(arena, calls, n, errand->at_once);
	metric_observe(&call_batch_seconds, (double)(clock_monotonic_us() - started) / (double)US_PER_SECOND, errand->name, NULL);
	for (size_t i = 0; i < n; i++)
		note(errand, &calls[i]);
	crash_here(CRASH_SEND_ANSWERED);
	TRY(commit(send, messages_of(errand, arena, calls, n), n, why));
	crash_here(CRASH_SEND_COMMITTED);
	return OK;
}

/* Before the calls a database that is away costs nothing: the intents stay due. */
static enum err look_until_empty(struct send *send, const struct errand *errand, struct why *why)
{
	bool full = true;

	while (full && !role_stopping(send->role)) {
		bool carried = false;
		enum err err = look(send, errand, &full, &carried, why);

		role_beat(send->role);
		unit_forget(send->unit);
		if (err == ERR_RETRY && !carried) {
			if (!send->is_away)
				log_why(LOG_WARN, "calls wait for the database", why);
			send->is_away = true;
			role_wait(send->role, AWAY_MS);
			return OK;
		}
		TRY(err);
		send->is_away = false;
	}
	return OK;
}

static int period_of(const struct errand *errand)
{
	return common_settings.sandbox && errand->period_ms > SANDBOX_MS ? SANDBOX_MS : errand->period_ms;
}

static enum err look_at_all(struct send *send, bool woken, int *wait_ms, struct why *why)
{
	*wait_ms = 1000;
	for (size_t i = 0; send->service->errands[i].name != NULL; i++) {
		const struct errand *errand = &send->service->errands[i];
		int period_ms = period_of(errand);

		*wait_ms = period_ms < *wait_ms ? period_ms : *wait_ms;
		if (!woken && clock_monotonic_us() - send->looked_at[i] < (int64_t)period_ms * 1000)
			continue;
		TRY(look_until_empty(send, errand, why));
		send->looked_at[i] = clock_monotonic_us();
	}
	return OK;
}

/* Whoever comes alone is looked after at once; every batch of a storm wakes us too, and most of them want nothing sent. */
static void space_out(int64_t looked)
{
	int64_t rest = looked + SPACING_MS * 1000 - clock_monotonic_us();

	if (rest > 0 && !common_settings.sandbox)
		clock_pause_ms((int)(rest / 1000) + 1);
}

static enum err send_loop(struct send *send, struct why *why)
{
	bool woken = true;

	while (!role_stopping(send->role)) {
		int64_t before;
		int wait_ms;

		TRY(look_at_all(send, woken, &wait_ms, why));
		before = clock_monotonic_us();
		role_wait(send->role, wait_ms);
		space_out(before);
		/* Woken early, or only after the whole wait. */
		woken = clock_monotonic_us() - before < (int64_t)wait_ms * 1000;
	}
	return OK;
}

static size_t errand_count(const struct service *service)
{
	size_t n = 0;

	while (service->errands != NULL && service->errands[n].name != NULL)
		n++;
	return n;
}

enum err outside_role(const struct service *service, struct role *role, struct why *why)
{
	struct send send = { .service = service, .role = role };
	enum err err = service_db_wait(service, role, "send", &send.db, why);

	metrics_register(&calls_total);
	metrics_register(&call_batch_seconds);
	send.looked_at = calloc(errand_count(service) + 1, sizeof(*send.looked_at));
	if (send.looked_at == NULL)
		bug("send: no memory");
	if (err == OK && send.db != NULL && service->errands != NULL) {
		send.unit = unit_open(service, send.db);
		err = send_loop(&send, why);
	}
	unit_close(send.unit);
	db_close(send.db);
	free(send.looked_at);
	return err;
}
