#include "world.h"

#include "common/verbs.h"
#include "common_queries.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "payments_migrations.h"
#include "payments_queries.h"
#include "protobuf.h"
#include "settings.h"
#include "tick.h"
#include "webhook.h"

static const struct kind kinds[] = {
	[KIND_ACCOUNT] = { .name = "account" },
	[KIND_PAYOUT] = { .name = "payout" },
	[KIND_CUSTOMER] = { .name = "customer", .stream = true },
	{ .name = NULL },
};

const struct service world_service = {
	.name = "payments",
	.kinds = kinds,
	.handlers = payments_handlers,
	.store = &payments_store,
	.queries = payments_queries,
	.migrations = payments_migrations,
};

static struct db *connect_to(const char *variable)
{
	struct why why = { .err = OK };
	struct db *db;

	if (db_open(&db, &(struct db_options){ .url = getenv(variable), .name = "test" }, &why) != OK)
		fail_msg("%s", why.text);
	return db;
}

struct db *world_connect(void)
{
	return connect_to("DUNLIN_TEST_DATABASE_URL");
}

void world_script(struct world *w, const char *sql)
{
	struct why why = { .err = OK };

	if (db_script(w->owner, sql, &why) != OK)
		fail_msg("%s: %s %s", sql, why.code, why.text);
}

static struct rows query(struct world *w, const char *sql)
{
	struct why why = { .err = OK };
	struct rows rows;

	if (db_query(w->owner, w->arena, sql, NULL, &rows, &why) != OK)
		fail_msg("%s: %s %s", sql, why.code, why.text);
	assert_int_equal(rows.count, 1);
	return rows;
}

int64_t world_number(struct world *w, const char *sql)
{
	struct rows rows = query(w, TEXT(w, "select (%s)::int8", sql));

	return rows_int8(&rows, 0, 0);
}

const char *world_word(struct world *w, const char *sql)
{
	struct rows rows = query(w, TEXT(w, "select (%s)::text", sql));

	return span_cstr(w->arena, rows_text(&rows, 0, 0));
}

void world_wait(struct world *w, int64_t seconds)
{
	world_script(w, TEXT(w, "update clock set at = at + interval '%lld s'", (long long)seconds));
}

static void migrate(struct world *w)
{
	const char *role = world_word(w, "select rolname from pg_roles where rolname = replace(current_user, '_owner', '')");
	struct why why = { .err = OK };
	int applied;

	if (migrate_run(w->owner, "common", common_migrations, role, 0, &applied, &why) != OK ||
		migrate_run(w->owner, "payments", payments_migrations, role, 0, &applied, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

static void furnish(struct world *w)
{
	static const char *const merchants[] = { "nord", "volt" };

	for (size_t i = 0; i < 2; i++)
		world_do(w,
			world_command(w, merchants[i], "PutProviderAccount", "/v1/provider-accounts",
				"{\"account\":\"main\",\"provider\":\"stripe\",\"live\":false,\"preferred\":true,\"api_key\":\"sk_test_123\","
				"\"webhook_secrets\":[\"whsec_one\",\"whsec_two\"]}"));
	for (int i = 1; i <= 3; i++)
		world_do(w, world_issued(w, i, "c1", 10000));
}

int world_open(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (getenv("DUNLIN_TEST_DATABASE_URL") == NULL)
		skip();
	payments_settings = (struct payments_settings){ .secret_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.stripe_url = "http://127.0.0.1:1",
		.link_days = 30,
		.session_minutes = 1380,
		.reference_hours = 24,
		.call_timeout_ms = 1000 };
	common_settings.public_url = "https://pay.example";
	w->arena = arena_open();
	w->db = world_connect();
	w->owner = connect_to("DUNLIN_TEST_OWNER_DATABASE_URL");
	migrate(w);
	w->unit = unit_open(&world_service, w->db);
	world_script(w,
		"truncate inbox, inbox_own, answer, key, outbox, parked, dead_letter, merchant, provider_account, item, attempt, attempt_item, "
		"refund, webhook, payout, payout_line, intent, alarm");
	world_script(w, "update clock set sandbox = true, at = '2026-11-23T12:00:00Z'");
	furnish(w);
	*state = w;
	return 0;
}

int world_close(void **state)
{
	struct world *w = *state;

	unit_close(w->unit);
	db_close(w->db);
	db_close(w->owner);
	arena_close(w->arena);
	free(w);
	return 0;
}

struct uuid world_invoice(int n)
{
	return (struct uuid){ { 0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, (uint8_t)n } };
}

static struct message *message(struct world *w, enum fate fate)
{
	struct message *m = ARENA_NEW(w->arena, struct message);

	m->source = SPAN("test");
	m->id = span_of(TEXT(w, "%d", ++w->messages));
	m->time = (struct instant){ INT64_C(1795435200000000) + w->messages };
	m->fate = fate;
	return m;
}

struct message *world_issued(struct world *w, int invoice, const char *customer, int64_t minor)
{
	struct message *m = message(w, FATE_SET_ASIDE);
	Dunlin__Invoices__V1__InvoiceIssued issued = DUNLIN__INVOICES__V1__INVOICE_ISSUED__INIT;
	Dunlin__Invoices__V1__InvoicePart part = DUNLIN__INVOICES__V1__INVOICE_PART__INIT, *parts[] = { &part };
	Dunlin__Type__V1__Money money = DUNLIN__TYPE__V1__MONEY__INIT;
	Dunlin__Type__V1__Date due = DUNLIN__TYPE__V1__DATE__INIT;
	struct uuid id = world_invoice(invoice);

	issued.merchant_id = TEXT(w, "nord");
	issued.customer_ref = arena_strdup(w->arena, customer);
	issued.invoice_id = protobuf_data(uuid_span(&id));
	issued.revision = 1;
	issued.number = TEXT(w, "NORD-%d", invoice);
	issued.n_parts = 1;
	issued.parts = parts;
	part.part = 1;
	part.amount = &money;
	part.due_date = &due;
	money.minor = minor;
	money.currency = TEXT(w, "EUR");
	due.year = 2026;
	due.month = due.day = 12;
	m->type = SPAN("dunlin.invoices.v1.InvoiceIssued");
	m->key = span_of(TEXT(w, "nord:%s", customer));
	m->topic = SPAN("dunlin.invoices.v1");
	m->payload = protobuf_print(w->arena, &issued.base);
	return m;
}

struct message *world_command(struct world *w, const char *merchant, const char *type, const char *target, const char *json)
{
	struct message *m = message(w, FATE_ANSWER);

	m->type = span_of(TEXT(w, "payments.%s", type));
	m->format = FORMAT_JSON;
	m->merchant = span_of(merchant);
	m->client = SPAN("tester");
	m->target = span_of(target);
	m->payload = span_of(arena_strdup(w->arena, json));
	return m;
}

struct message *world_event(struct world *w, const char *event, const char *type, const char *object)
{
	struct message *m = message(w, FATE_SET_ASIDE);
	struct digest digest;

	m->type = SPAN("payments.ReceiveWebhook");
	m->format = FORMAT_JSON;
	m->merchant = SPAN("nord");
	m->client = SPAN("main");
	m->payload = span_of(TEXT(w,
		"{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"livemode\":false,\"created\":1795435300,\"data\":{\"object\":%s}}",
		event, type, object));
	digest = webhook_digest(m->payload);
	m->source = SPAN("webhook:stripe:nord:main");
	m->id = span_of(TEXT(w, "%s:%.16s", event, span_hex(w->arena, span_bytes(digest.b, 8)).at));
	return m;
}

void world_run(struct world *w, struct message **messages, size_t n)
{
	struct why why = { .err = OK };

	if (unit_run(w->unit, messages, n, NULL, 0, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

void world_do(struct world *w, struct message *m)
{
	world_run(w, &m, 1);
	if (m->outcome != OUTCOME_APPLIED)
		fail_msg("%.*s: outcome %d: %s %s %s", SPAN_ARG(m->type), (int)m->outcome, m->why.code, m->why.field, m->why.text);
}

struct uuid world_checkout(struct world *w, int invoice)
{
	struct uuid id;

	world_do(w, world_command(w, "nord", "CreateCheckout", "/v1/checkouts",
			    TEXT(w, "{\"invoice_id\":\"%s\"}", uuid_text(w->arena, world_invoice(invoice)))));
	assert_int_equal(uuid_parse(span_of(world_word(w, TEXT(w, "select live_attempt from item where invoice_id = '%s'",
								  uuid_text(w->arena, world_invoice(invoice))))),
				 &id),
		OK);
	return id;
}

struct uuid world_opened(struct world *w, int invoice)
{
	struct uuid id = world_checkout(w, invoice);
	struct message *m = message(w, FATE_SET_ASIDE);
	struct due_call *calls;
	size_t n;

	m->type = SPAN("payments.OpenAttempt");
	m->merchant = SPAN("nord");
	m->payload = wire_print_attempt(w->arena, id, SPAN("c1"));
	world_do(w, m);
	n = world_claim(w, &calls);
	for (size_t i = 0; i < n; i++)
		if (calls[i].intent.kind == INTENT_OPEN)
			world_answer(w, &calls[i], false, 200, session_json(w, invoice, id, "open", "unpaid"));
	assert_string_equal(world_state(w, id), "open");
	return id;
}

static struct instant business_now(struct world *w)
{
	struct why why = { .err = OK };
	struct rows rows;

	assert_int_equal(db_exec(w->db, w->arena, &q_business_now, NULL, &rows, &why), OK);
	return rows_instant(&rows, 0, 0);
}

size_t world_claim(struct world *w, struct due_call **calls)
{
	struct why why = { .err = OK };
	size_t n;

	if (store_claim(w->db, w->arena, business_now(w), 100, calls, &n, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return n;
}

void world_answer(struct world *w, const struct due_call *due, bool unknown, int status, const char *body)
{
	struct message *m = message(w, FATE_SET_ASIDE);
	struct call_answer answer = { .kind = due->intent.kind,
		.subject = due->intent.subject,
		.attempt = due->intent.attempt,
		.customer = due->intent.customer,
		.payout = due->payout,
		.call = due->intent.tries,
		.sent = true,
		.unknown = unknown,
		.status = status,
		.body = span_of(body) };

	m->type = SPAN("payments.CallAnswered");
	m->source = SPAN("send:provider");
	m->id = wire_call_id(w->arena, &answer);
	m->merchant = due->intent.merchant;
	m->client = due->intent.account;
	m->payload = wire_print_answer(w->arena, &answer);
	world_do(w, m);
}

size_t world_tick(struct world *w, const char *name)
{
	const struct duty *duty = payments_duties;
	struct message **messages;
	struct why why = { .err = OK };
	size_t n;

	while (duty->name != NULL && strcmp(duty->name, name) != 0)
		duty++;
	assert_non_null(duty->name);
	if (duty->due(w->db, w->arena, business_now(w), 100, &messages, &n, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	world_run(w, messages, n);
	return n;
}

const char *session_json(struct world *w, int invoice, struct uuid attempt, const char *status, const char *paid)
{
	const char *id = uuid_text(w->arena, attempt);

	return TEXT(w,
		"{\"id\":\"cs_%d\",\"object\":\"checkout.session\",\"livemode\":false,\"status\":\"%s\",\"payment_status\":\"%s\",\"payment_intent\":%s,"
		"\"amount_total\":10000,\"currency\":\"eur\",\"client_reference_id\":\"%s\",\"metadata\":{\"attempt_id\":\"%s\"},"
		"\"url\":\"https://checkout.example/c/1\"}",
		invoice, status, paid, strcmp(paid, "paid") == 0 ? TEXT(w, "\"pi_%d\"", invoice) : "null", id, id);
}

const char *charge_json(struct world *w, int invoice, int64_t refunded)
{
	return TEXT(w,
		"{\"id\":\"ch_%d\",\"object\":\"charge\",\"livemode\":false,\"status\":\"succeeded\",\"captured\":true,\"amount\":10000,"
		"\"amount_captured\":10000,\"amount_refunded\":%lld,\"currency\":\"eur\",\"payment_intent\":\"pi_%d\",\"metadata\":{},"
		"\"balance_transaction\":\"txn_%d\",\"payment_method_details\":{\"type\":\"card\"},\"created\":1795435250}",
		invoice, (long long)refunded, invoice, invoice);
}

const char *world_state(struct world *w, struct uuid attempt)
{
	return world_word(w, TEXT(w, "select state from attempt where attempt_id = '%s'", uuid_text(w->arena, attempt)));
}
