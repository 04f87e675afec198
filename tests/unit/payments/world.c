#include "world.h"

#include "seal.h"

struct policy world_policy(struct arena *arena)
{
	struct span key = SPAN("0123456789abcdef0123456789abcdef");

	return (struct policy){ .secret_key = key,
		.link_key = seal_derive(arena, key, "links"),
		.public_url = SPAN("https://pay.example"),
		.link_days = 30,
		.session_minutes = 1380,
		.reference_hours = 24 };
}

struct uuid world_invoice(int n)
{
	return (struct uuid){ { 0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, (uint8_t)n } };
}

void world_item(struct world *w, int invoice, int part, struct span customer, int64_t minor, const char *currency)
{
	struct item *item = book_item_of(w->book, MERCHANT, customer, world_invoice(invoice), part);
	struct currency code;

	assert_int_equal(currency_parse(span_of(currency), &code), OK);
	item_issue(item, span_of(TEXT(w, "NORD-%d", invoice)), (struct money){ minor, code }, (struct date){ 20000 });
}

struct world *world_open(struct arena *arena)
{
	struct world *w = ARENA_NEW(arena, struct world);
	struct policy *policy = ARENA_NEW(arena, struct policy);
	struct provider_account *account;

	*policy = world_policy(arena);
	w->arena = arena;
	w->book = book_open(arena, policy);
	w->now = (struct instant){ INT64_C(1790000000) * SECOND };
	account = shelf_add(&w->book->accounts, key_account(arena, MERCHANT, ACCOUNT));
	account->merchant = MERCHANT;
	account->name = ACCOUNT;
	account->provider = SPAN("stripe");
	account->preferred = true;
	world_item(w, 1, 1, CUSTOMER, 10000, "EUR");
	world_item(w, 2, 1, CUSTOMER, 2000, "EUR");
	world_item(w, 2, 2, CUSTOMER, 3000, "EUR");
	world_item(w, 3, 1, CUSTOMER, 1000, "USD");
	world_item(w, 9, 1, SPAN("c2"), 700, "EUR");
	book_mark(w->book);
	return w;
}

static const struct handler *handler_of(const char *type)
{
	const struct handler *h = payments_handlers;

	while (h->type != NULL && strcmp(h->type, type) != 0)
		h++;
	assert_non_null(h->type);
	assert_non_null(h->apply);
	return h;
}

static enum err run(struct world *w, struct message *m)
{
	const struct handler *handler = handler_of(span_cstr(w->arena, m->type));
	struct need need = { .arena = w->arena };
	struct say *say = say_open(w->arena, m);

	m->time = w->now;
	m->id = span_of(TEXT(w, "%d", w->messages++));
	w->why = (struct why){ .err = OK };
	w->said_count = 0;
	w->err = handler->read(m, w->arena, &w->why);
	assert_true(w->err == OK || m->body == NULL);
	if (w->err == OK)
		w->err = handler->need(m, &need, &w->why);
	if (w->err != OK)
		return w->err;
	book_mark(w->book);
	w->err = handler->apply(w->book, m, w->now, say, &w->why);
	if (w->err != OK) {
		book_restore(w->book);
		return w->err;
	}
	w->said = say_events(say, &w->said_count);
	w->reply = say_replied(say);
	return OK;
}

enum err world_run(struct world *w, const char *type, struct span payload, struct span target)
{
	struct message m = { .source = SPAN("test"), .type = span_of(type), .payload = payload, .merchant = MERCHANT, .target = target };

	m.client = strstr(type, "Webhook") != NULL || strstr(type, "Answered") != NULL ? ACCOUNT : SPAN("tester");
	return run(w, &m);
}

enum err world_fact(struct world *w, const char *type, struct span key, struct span payload)
{
	struct message m = { .source = SPAN("fact"), .type = span_of(type), .payload = payload, .key = key };

	return run(w, &m);
}

void world_apply(struct world *w, const char *type, struct span payload, struct span target)
{
	if (world_run(w, type, payload, target) != OK)
		fail_msg("%s: %s (%s) %s", type, w->why.text, w->why.code, w->why.field);
}

void world_event(struct world *w, const char *event, const char *type, const char *object)
{
	world_apply(w, "payments.ReceiveWebhook",
		span_of(TEXT(w,
			"{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"livemode\":false,\"created\":1790000100,\"data\":{\"object\":%s}}",
			event, type, object)),
		SPAN(""));
}

struct uuid world_checkout(struct world *w, int invoice)
{
	const char *body = TEXT(w, "{\"invoice_id\":\"%s\"}", uuid_text(w->arena, world_invoice(invoice)));
	const struct item *item;

	world_apply(w, "payments.CreateCheckout", span_of(body), SPAN("/v1/checkouts"));
	item = book_item(w->book, MERCHANT, world_invoice(invoice), 1);
	return item->live_attempt;
}

void world_claim(struct world *w, struct uuid subject, enum intent_kind kind)
{
	struct span key = key_intent(w->arena, MERCHANT, subject, kind);
	const struct intent *intent = shelf_find(&w->book->intents, key);

	assert_non_null(intent);
	assert_true(intent->is_due);
	((struct intent *)shelf_edit(&w->book->intents, key))->tries++;
}

void world_answer(struct world *w, struct uuid attempt, struct uuid subject, enum intent_kind kind, bool sent, bool unknown, int status,
	const char *body)
{
	world_answer_of(w, world_intent(w, subject, kind)->tries, attempt, subject, kind, sent, unknown, status, body);
}

void world_answer_of(struct world *w, int call, struct uuid attempt, struct uuid subject, enum intent_kind kind, bool sent, bool unknown,
	int status, const char *body)
{
	struct call_answer answer = { .kind = kind,
		.subject = subject,
		.attempt = attempt,
		.customer = CUSTOMER,
		.call = call,
		.sent = sent,
		.unknown = unknown,
		.status = status,
		.body = span_of(body) };

	world_apply(w, "payments.CallAnswered", wire_print_answer(w->arena, &answer), SPAN(""));
}

struct uuid world_opened(struct world *w, int invoice)
{
	struct uuid id = world_checkout(w, invoice);
	const struct attempt *attempt = world_attempt(w, id);

	world_apply(w, "payments.OpenAttempt", wire_print_attempt(w->arena, id, CUSTOMER), SPAN(""));
	world_claim(w, id, INTENT_OPEN);
	world_answer(w, id, id, INTENT_OPEN, true, false, 200, session_json(w, id, "open", "unpaid", NULL, attempt->amount.minor));
	world_expect(w, id, ATTEMPT_OPEN);
	return id;
}

const struct attempt *world_attempt(const struct world *w, struct uuid id)
{
	const struct attempt *attempt = book_attempt(w->book, MERCHANT, id);

	assert_non_null(attempt);
	return attempt;
}

void world_expect(const struct world *w, struct uuid attempt, enum attempt_state state)
{
	assert_string_equal(attempt_state_name(world_attempt(w, attempt)->state), attempt_state_name(state));
}

void world_expect_said(const struct world *w, const char *types)
{
	struct text text;

	text_init(&text, w->arena);
	for (size_t i = 0; i < w->said_count; i++)
		text_printf(&text, "%s%s", i > 0 ? " " : "", strrchr(w->said[i].type, '.') + 1);
	text_char(&text, '\0');
	assert_string_equal(text_done(&text).at, types);
}

const struct alarm *world_alarm(const struct world *w, const char *kind, struct span subject)
{
	return shelf_find(&w->book->alarms, key_alarm(w->arena, MERCHANT, span_of(kind), subject));
}

const struct intent *world_intent(const struct world *w, struct uuid subject, enum intent_kind kind)
{
	return book_intent(w->book, MERCHANT, subject, kind);
}

const char *world_print(const struct world *w, struct uuid id)
{
	return span_cstr(w->arena, wire_attempt_json(w->arena, world_attempt(w, id), w->book->policy));
}

const char *session_json(struct world *w, struct uuid attempt, const char *status, const char *paid, const char *payment, int64_t amount)
{
	const char *id = uuid_text(w->arena, attempt);

	return TEXT(w,
		"{\"id\":\"cs_1\",\"object\":\"checkout.session\",\"livemode\":false,\"status\":\"%s\",\"payment_status\":\"%s\","
		"\"payment_intent\":%s,\"amount_total\":%lld,\"currency\":\"eur\",\"client_reference_id\":\"%s\",\"metadata\":{\"attempt_id\":\"%s\"},"
		"\"url\":\"https://checkout.example/c/1\"}",
		status, paid, payment == NULL ? "null" : TEXT(w, "\"%s\"", payment), (long long)amount, id, id);
}

const char *payment_json(struct world *w, struct uuid attempt, const char *status, int64_t received)
{
	return TEXT(w,
		"{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"livemode\":false,\"status\":\"%s\",\"amount\":10000,\"amount_received\":%lld,"
		"\"currency\":\"eur\",\"metadata\":{\"attempt_id\":\"%s\"},\"last_payment_error\":{\"code\":\"card_declined\","
		"\"decline_code\":\"insufficient_funds\"},\"latest_charge\":\"ch_1\"}",
		status, (long long)received, uuid_text(w->arena, attempt));
}

const char *charge_json(struct world *w, const char *transaction, int64_t refunded)
{
	return TEXT(w,
		"{\"id\":\"ch_1\",\"object\":\"charge\",\"livemode\":false,\"status\":\"succeeded\",\"captured\":true,\"paid\":true,\"amount\":10000,"
		"\"amount_captured\":10000,\"amount_refunded\":%lld,\"currency\":\"eur\",\"payment_intent\":\"pi_1\",\"metadata\":{},"
		"\"balance_transaction\":%s,\"payment_method_details\":{\"type\":\"card\"},\"created\":1790000050}",
		(long long)refunded, transaction);
}
