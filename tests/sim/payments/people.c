#include "rows.h"

/* What clerks and payers ask of payments. */

struct asking {
	struct memory *m;
	struct rng *r;
	struct arena *arena;
	struct message *to;
};

static const struct attempt *pick_attempt(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->attempts);

	return row != NULL ? row->value : NULL;
}

static bool checkout(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->items), *second = rng_row(a->r, &a->m->items);
	const struct item *i = row != NULL ? row->value : NULL, *other = second != NULL ? second->value : NULL;
	const char *id;

	if (i == NULL)
		return false;
	id = uuid_text(a->arena, i->invoice);
	switch (rng_below(a->r, 8)) {
	case 0:
		world_ask(a->to, a->arena, i->merchant, "payments.CreateCheckout", "/v1/checkouts",
			"{\"items\":[{\"invoice_id\":\"%s\",\"part\":1,\"amount\":{\"minor\":%lld,\"currency\":\"%s\"}}]}", id,
			(long long)(1 + rng_below(a->r, (uint64_t)i->amount + 2)), rng_one_in(a->r, 8) ? "USD" : i->currency.code);
		return true;
	case 1:
		world_ask(a->to, a->arena, i->merchant, "payments.CreateCheckout", "/v1/checkouts",
			"{\"items\":[{\"invoice_id\":\"%s\"},{\"invoice_id\":\"%s\",\"part\":1}]}", id,
			uuid_text(a->arena, other->invoice));
		return true;
	case 2:
		world_ask(a->to, a->arena, i->merchant, "payments.CreateCheckout", "/v1/checkouts",
			"{\"invoice_id\":\"%s\",\"account\":\"%s\"}", id, rng_one_in(a->r, 3) ? "none" : "main");
		return true;
	default:
		world_ask(a->to, a->arena, i->merchant, "payments.CreateCheckout", "/v1/checkouts", "{\"invoice_id\":\"%s\"}", id);
		return true;
	}
}

/* Pressing twice is one message. */
static bool press(const struct asking *a)
{
	const struct attempt *t = pick_attempt(a);

	for (int tries = 0; t != NULL && tries < 5 && t->state != ATTEMPT_CREATED; tries++)
		t = pick_attempt(a);
	if (t == NULL)
		return false;
	*a->to = (struct message){ .source = SPAN("http:pay"),
		.id = span_of(uuid_text(a->arena, t->id)),
		.type = SPAN("payments.OpenAttempt"),
		.format = FORMAT_TEXT,
		.payload = wire_print_attempt(a->arena, t->id, t->customer),
		.fate = FATE_SET_ASIDE,
		.merchant = t->merchant };
	return true;
}

static bool give_back(const struct asking *a)
{
	static const char *const reasons[] = { "unapplied", "reopen", "reopen" };
	const struct attempt *t = pick_attempt(a);
	const char *amount = "";

	for (int tries = 0; t != NULL && tries < 8 && t->captured.minor == 0; tries++)
		t = pick_attempt(a);
	if (t == NULL)
		return false;
	if (rng_one_in(a->r, 2))
		amount = arena_printf(a->arena, ",\"amount\":{\"minor\":%lld,\"currency\":\"%s\"}",
			(long long)(1 + rng_below(a->r, (uint64_t)t->amount.minor)), t->amount.currency.code);
	world_ask(a->to, a->arena, t->merchant, "payments.RefundPayment",
		arena_printf(a->arena, "/v1/payments/%s/refunds", uuid_text(a->arena, t->id)), "{\"reason\":\"%s\"%s}",
		reasons[rng_below(a->r, 3)], amount);
	return true;
}

static bool dismiss(const struct asking *a)
{
	const struct attempt *t = pick_attempt(a);

	for (int tries = 0; t != NULL && tries < 8 && t->state != ATTEMPT_REVIEW; tries++)
		t = pick_attempt(a);
	if (t == NULL)
		return false;
	world_ask(a->to, a->arena, t->merchant, "payments.DismissAttempt",
		arena_printf(a->arena, "/v1/attempts/%s/dismiss", uuid_text(a->arena, t->id)), "{\"note\":\"keine Zahlung\"}");
	return true;
}

/* What nobody should ask for. */
static bool odd(const struct asking *a)
{
	const struct attempt *t = pick_attempt(a);

	if (t == NULL || rng_one_in(a->r, 3))
		world_ask(a->to, a->arena, SPAN("nord"), "payments.CloseAlarm", "/v1/alarms/mismatch/none/close", "{\"note\":\"gesehen\"}");
	else if (rng_one_in(a->r, 3))
		world_ask(a->to, a->arena, t->merchant, "payments.CreateCheckout", "/v1/checkouts", "{\"items\":[{\"part\":1}]}");
	else
		world_ask(a->to, a->arena, t->merchant, "payments.RefundPayment",
			arena_printf(a->arena, "/v1/payments/%s/refunds", uuid_text(a->arena, t->id)),
			"{\"reason\":\"reopen\",\"amount\":{\"minor\":1,\"currency\":\"%s\"},\"items\":[{\"invoice_id\":\"%s\",\"part\":7,\"amount\":{\"minor\":1,"
			"\"currency\":\"%s\"}}]}",
			t->amount.currency.code, uuid_text(a->arena, t->id), t->amount.currency.code);
	return true;
}

static bool close_alarm(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->alarms);
	const struct alarm *alarm = row != NULL ? row->value : NULL;

	if (alarm == NULL)
		return false;
	world_ask(a->to, a->arena, alarm->merchant, "payments.CloseAlarm",
		arena_printf(a->arena, "/v1/alarms/%.*s/%.*s/close", SPAN_ARG(alarm->kind), SPAN_ARG(alarm->subject)),
		"{\"note\":\"gesehen\"}");
	return true;
}

static bool put_account(const struct asking *a)
{
	world_ask(a->to, a->arena, world_pick_merchant(a->r), "payments.PutProviderAccount", "/v1/provider-accounts",
		"{\"account\":\"%s\",\"provider\":\"stripe\",\"live\":%s,\"preferred\":true,\"closed\":%s,\"webhook_secrets\":[\"whsec_%d\"]}",
		"main", rng_one_in(a->r, 6) ? "true" : "false", rng_one_in(a->r, 8) ? "true" : "false", (int)rng_below(a->r, 1000) + 1000);
	return true;
}

bool payments_operate(struct memory *m, struct rng *r, struct arena *arena, struct instant now, struct message *to)
{
	struct asking a = { m, r, arena, to };

	switch (rng_below(r, 20)) {
	case 0:
	case 1:
	case 2: return checkout(&a);
	case 3:
	case 4: return press(&a);
	case 5: return give_back(&a);
	case 6: return rng_one_in(r, 2) ? dismiss(&a) : close_alarm(&a);
	case 7: return rng_one_in(r, 4) ? odd(&a) : rng_one_in(r, 10) && put_account(&a);
	case 8:
	case 9:
	case 10:
	case 11:
	case 12:
	case 13: return provider_move(m, r, now) && false;
	default: return provider_tell(m, r, arena, false, to);
	}
}
