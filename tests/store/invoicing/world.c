#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "common/verbs.h"
#include "invoicing_migrations.h"
#include "invoicing_queries.h"

const struct service world_service = {
	.name = "invoicing",
	.kinds = book_locks,
	.handlers = invoicing_handlers,
	.store = &invoicing_store,
	.queries = invoicing_queries,
	.migrations = invoicing_migrations,
	.refused = invoicing_refused,
	.republish = store_republish,
};

static const char *const tables[] = { "merchant", "customer", "number_series", "invoice", "charge", "invoice_line", "invoice_tax",
	"invoice_party", "credit_note", "credit_note_line", "credit_note_tax", "open_item", NULL };

static struct db *connect_to(const char *variable)
{
	struct why why = { 0 };
	struct db *db;

	if (db_open(&db, &(struct db_options){ .url = getenv(variable), .name = "test" }, &why) != OK)
		fail_msg("%s", why.text);
	return db;
}

struct db *world_connect(void)
{
	return connect_to("DUNLIN_TEST_DATABASE_URL");
}

static void script(struct db *db, const char *sql)
{
	struct why why = { 0 };

	if (db_script(db, sql, &why) != OK)
		fail_msg("%s: %s %s", sql, why.code, why.text);
}

static void empty(struct world *w)
{
	struct text t;

	text_init(&t, w->arena);
	text_add(&t, "truncate inbox, inbox_own, answer, key, outbox, parked, dead_letter");
	for (size_t i = 0; tables[i] != NULL; i++)
		text_printf(&t, ", %s", tables[i]);
	script(w->owner, text_done(&t).at);
}

static void migrate(struct world *w)
{
	const char *role = world_text(w, "select rolname::text from pg_roles where rolname = replace(current_user, '_owner', '')");
	struct why why = { 0 };
	int applied;

	if (migrate_run(w->owner, "common", common_migrations, role, 0, &applied, &why) != OK ||
		migrate_run(w->owner, "invoicing", invoicing_migrations, role, 0, &applied, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

static void define(struct world *w, int n, const char *merchant, const char *zone, const char *currency, const char *prefix)
{
	struct message *m = world_command(w->arena, n, merchant, "", "",
		arena_printf(w->arena,
			"{\"name\":\"Merchant %s\",\"zone\":\"%s\",\"currency\":\"%s\",\"invoice_prefix\":\"%s-\",\"credit_note_prefix\":\"C%s-\","
			"\"address\":{\"lines\":[\"Hafen 1\",\"Tor 2\"],\"city\":\"Hamburg\",\"country\":\"DE\"},"
			"\"transfer_accounts\":[{\"iban\":\"DE89370400440532013000\",\"bic\":\"COBADEFFXXX\"}]}",
			merchant, zone, currency, prefix, prefix));

	m->type = SPAN("dunlin.invoicing.DefineMerchant");
	m->fate = FATE_ANSWER;
	m->topic = m->key = SPAN("");
	world_do(w, m);
}

int world_open(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	if (getenv("DUNLIN_TEST_DATABASE_URL") == NULL)
		skip();
	w->arena = arena_open();
	w->db = world_connect();
	w->owner = connect_to("DUNLIN_TEST_OWNER_DATABASE_URL");
	migrate(w);
	w->unit = unit_open(&world_service, w->db);
	empty(w);
	world_at(w, "2026-03-10T12:00:00Z");
	define(w, 1, "nord", "Europe/Berlin", "EUR", "R");
	define(w, 2, "volt", "Asia/Tokyo", "JPY", "V");
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

void world_at(struct world *w, const char *instant)
{
	script(w->owner, arena_printf(w->arena, "update clock set sandbox = true, at = '%s'", instant));
}

struct message *world_command(struct arena *arena, int n, const char *merchant, const char *customer, const char *type, const char *json)
{
	struct message *m = ARENA_NEW(arena, struct message);

	m->source = SPAN("/shop");
	m->id = span_of(arena_printf(arena, "e%d", n));
	m->type = span_of(arena_printf(arena, "dunlin.billing.v1.%s", type));
	m->format = FORMAT_JSON;
	m->payload = span_of(arena_strdup(arena, json));
	m->time = (struct instant){ INT64_C(1790000000000000) + n };
	m->fate = FATE_DEAD_LETTER;
	m->topic = SPAN("dunlin.billing.v1");
	m->key = span_of(arena_printf(arena, "%s:%s", merchant, customer));
	m->offset = n;
	m->merchant = span_of(arena_strdup(arena, merchant));
	return m;
}

struct message *world_credit(struct arena *arena, int n, const char *merchant, struct uuid invoice, const char *json)
{
	struct message *m = world_command(arena, n, merchant, "", "CreditInvoice", json);

	m->fate = FATE_ANSWER;
	m->topic = m->key = SPAN("");
	m->target = span_of(arena_printf(arena, "/v1/invoices/%s/credit-notes", uuid_text(arena, invoice)));
	return m;
}

void world_run(struct world *w, struct message **messages, size_t n)
{
	struct why why = { 0 };

	if (unit_run(w->unit, messages, n, NULL, 0, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

void world_do(struct world *w, struct message *m)
{
	world_run(w, &m, 1);
	if (m->outcome != OUTCOME_APPLIED)
		fail_msg("%.*s %.*s: outcome %d %s %s %s", SPAN_ARG(m->type), SPAN_ARG(m->payload), m->outcome, m->why.code, m->why.field,
			m->why.text);
}

static void query(struct world *w, const char *sql, struct rows *r)
{
	struct why why = { 0 };

	if (db_query(w->owner, w->arena, sql, NULL, r, &why) != OK)
		fail_msg("%s: %s", sql, why.text);
}

int64_t world_number(struct world *w, const char *sql)
{
	struct rows r;

	query(w, sql, &r);
	assert_int_equal(r.count, 1);
	return rows_int8(&r, 0, 0);
}

const char *world_text(struct world *w, const char *sql)
{
	struct rows r;

	query(w, sql, &r);
	assert_int_equal(r.count, 1);
	return span_cstr(w->arena, rows_text(&r, 0, 0));
}

void expect_failure(struct world *w, const char *sql, const char *says)
{
	struct why why = { 0 };

	if (db_script(w->db, sql, &why) == OK)
		fail_msg("%s: was done", sql);
	if (strstr(why.text, says) == NULL)
		fail_msg("%s: %s", sql, why.text);
}

static void print_rows(struct world *w, struct text *t, const char *name, const char *sql)
{
	struct rows r;

	query(w, sql, &r);
	for (size_t i = 0; i < r.count; i++) {
		text_printf(t, "%s ", name);
		text_span(t, rows_text(&r, i, 0));
		text_char(t, '\n');
	}
}

const char *world_print(struct world *w)
{
	struct text t;

	text_init(&t, w->arena);
	for (size_t i = 0; tables[i] != NULL; i++)
		print_rows(w, &t, tables[i], arena_printf(w->arena, "select t::text from %s t order by 1", tables[i]));
	print_rows(w, &t, "said",
		"select row(topic, part_key, event_id, type, encode(payload, 'hex'))::text from outbox order by topic, part_key, seq");
	print_rows(w, &t, "dead letter", "select row(source, id, code, field)::text from dead_letter order by 1");
	return text_done(&t).at;
}
