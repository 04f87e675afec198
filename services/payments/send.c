#include "send.h"

#include "clock.h"
#include "log.h"
#include "seal.h"
#include "settings.h"
#include "store.h"
#include "stripe.h"
#include "wire.h"

static enum err request_of(
	struct arena *arena, const struct due_call *due, const struct policy *policy, struct stripe_request *request, struct why *why)
{
	const struct attempt *attempt = &due->attempt;

	switch (due->intent.kind) {
	case INTENT_OPEN: return stripe_open_request(arena, attempt, policy, request, why);
	case INTENT_REFUND: return stripe_refund_request(arena, attempt, &due->refund, request, why);
	case INTENT_EXPIRE: *request = stripe_expire_request(arena, attempt); return OK;
	case INTENT_ASK: *request = stripe_ask_request(arena, attempt, due->intent.cursor); return OK;
	case INTENT_FEE: *request = stripe_fee_request(arena, attempt); return OK;
	case INTENT_REFUNDS: *request = stripe_refunds_request(arena, attempt, due->intent.cursor); return OK;
	case INTENT_PAYOUT: *request = stripe_lines_request(arena, due->payout, due->intent.cursor); return OK;
	case INTENT_KINDS: break;
	}
	bug("an intent of no kind");
}

static const char *const *headers_of(struct arena *arena, const struct stripe_request *request, struct span key)
{
	const char **headers = ARENA_ARRAY(arena, const char *, 5);
	size_t n = 0;

	headers[n++] = arena_printf(arena, "Authorization: Bearer %.*s", SPAN_ARG(key));
	headers[n++] = "Stripe-Version: " STRIPE_VERSION;
	if (request->body.size > 0)
		headers[n++] = "Content-Type: application/x-www-form-urlencoded";
	if (request->idempotency_key.size > 0)
		headers[n++] = arena_printf(arena, "Idempotency-Key: %.*s", SPAN_ARG(request->idempotency_key));
	return headers;
}

/* A call that can't be built is one that never leaves: an empty address, which the answer says. */
static void build(struct arena *arena, struct due_call *due, const struct policy *policy, struct call *call)
{
	struct span place = book_pair(arena, due->intent.merchant, due->intent.account), key;
	struct stripe_request request;
	struct why why = { .err = OK };

	call->kind = CALL_HTTP;
	call->intent = due;
	call->id = span_of(arena_printf(arena, "%s:%s", uuid_text(arena, due->intent.subject), intent_kind_name(due->intent.kind)));
	call->timeout_ms = (int)payments_settings.call_timeout_ms;
	call->method = "GET";
	call->url = "";
	if (seal_open(arena, policy->secret_key, place, due->api_key, &key, &why) != OK ||
		request_of(arena, due, policy, &request, &why) != OK) {
		log_why(LOG_ERROR, "a call can't be made", &why);
		return;
	}
	call->method = request.method;
	call->url = arena_printf(arena, "%s%.*s", payments_settings.stripe_url, SPAN_ARG(request.path));
	call->headers = headers_of(arena, &request, key);
	call->body = request.body;
}

static enum err claim(struct db *db, struct arena *arena, struct instant now, size_t max, struct call **calls, size_t *n, struct why *why)
{
	const struct policy *policy;
	struct due_call *due;

	TRY(settings_policy(&policy, why));
	TRY(store_claim(db, arena, now, max, &due, n, why));
	*calls = ARENA_ARRAY(arena, struct call, *n);
	for (size_t i = 0; i < *n; i++)
		build(arena, &due[i], policy, &(*calls)[i]);
	return OK;
}

static void answered(struct arena *arena, const struct call *call, struct message *m)
{
	const struct due_call *due = call->intent;
	struct call_answer answer = {
		.kind = due->intent.kind,
		.subject = due->intent.subject,
		.attempt = due->intent.attempt,
		.customer = due->intent.customer,
		.payout = due->payout,
		.call = due->intent.tries,
		.sent = call->sent,
		.unknown = call->unknown,
		.status = call->status,
		.body = call->answer,
	};

	m->source = SPAN("send:provider");
	m->id = wire_call_id(arena, &answer);
	m->type = SPAN("payments.CallAnswered");
	m->merchant = due->intent.merchant;
	m->client = due->intent.account;
	m->payload = wire_print_answer(arena, &answer);
}

const struct errand payments_errands[] = {
	{ .name = "provider",
		.period_ms = 500,
		.at_once = 16,
		.claim = claim,
		.answered = answered,
		.carry = outside_run,
		.pending = store_calls_next },
	{ .name = NULL },
};
