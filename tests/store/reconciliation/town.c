#include "town.h"

#include <stdio.h>

#include "common/verbs.h"
#include "http_sums.h"
#include "reconciliation_migrations.h"
#include "reconciliation_queries.h"
#include "store.h"
#include "tick.h"

const struct service town_service = {
	.name = "reconciliation",
	.kinds = reconciliation_kinds,
	.handlers = reconciliation_handlers,
	.store = &reconciliation_store,
	.queries = reconciliation_queries,
	.migrations = reconciliation_migrations,
	.duties = reconciliation_duties,
};

static struct db *connect_to(const char *variable, bool prepared)
{
	struct why why = { 0 };
	struct db *db;
	if (db_open(&db, &(struct db_options){ .url = getenv(variable), .name = "test" }, &why) != OK ||
		(prepared && db_prepare(db, reconciliation_queries, &why) != OK))
		fail_msg("%s", why.text);
	return db;
}

void town_script(struct db *db, const char *sql)
{
	struct why why = { 0 };
	if (db_script(db, sql, &why) != OK)
		fail_msg("%s: %s %s", sql, why.code, why.text);
}

static void query(struct town *t, const char *sql, struct rows *rows)
{
	struct why why = { 0 };
	if (db_query(t->owner, t->arena, sql, NULL, rows, &why) != OK)
		fail_msg("%s: %s", sql, why.text);
	assert_int_equal(rows->count, 1);
}

int64_t town_number(struct town *t, const char *sql)
{
	struct rows rows;
	query(t, sql, &rows);
	return rows_int8(&rows, 0, 0);
}

const char *town_text(struct town *t, const char *sql)
{
	struct rows rows;
	query(t, sql, &rows);
	return span_cstr(t->arena, rows_text(&rows, 0, 0));
}

void town_may_not(struct town *t, const char *sql, const char *says)
{
	struct why why = { 0 };
	if (db_script(t->db, sql, &why) == OK)
		fail_msg("%s: was done", sql);
	if (!strstr(why.text, says))
		fail_msg("%s: %s", sql, why.text);
}

static void migrate(struct town *t)
{
	const char *role = town_text(t, "select rolname::text from pg_roles where rolname = replace(current_user, '_owner', '')");
	struct why why = { 0 };
	int applied;
	if (migrate_run(t->owner, "common", common_migrations, role, 0, &applied, &why) != OK ||
		migrate_run(t->owner, "reconciliation", reconciliation_migrations, role, 0, &applied, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

static void empty(struct town *t)
{
	const char *tables =
		town_text(t, "select string_agg(c.oid::regclass::text, ', ')::text from pg_class c where c.relkind in ('r', 'p')"
			     " and c.relnamespace = 'public'::regnamespace and not c.relispartition"
			     " and c.relname not in ('schema_migration', 'clock')");
	town_script(t->owner, arena_printf(t->arena, "truncate %s", tables));
	town_script(t->owner, "update clock set sandbox = true, at = '2026-03-20T12:00:00Z'");
}

int town_open(void **state)
{
	struct town *t = calloc(1, sizeof(*t));
	if (!getenv("DUNLIN_TEST_DATABASE_URL"))
		skip();
	t->arena = arena_open();
	t->owner = connect_to("DUNLIN_TEST_OWNER_DATABASE_URL", false);
	migrate(t);
	t->db = connect_to("DUNLIN_TEST_DATABASE_URL", true);
	t->unit = unit_open(&town_service, t->db);
	empty(t);
	t->world = (struct world){ .arena = t->arena, .day = { 20500 } };
	struct message *define = world_command(&t->world, "DefineAccount", "", "");
	define->payload = SPAN("{\"iban\":\"DE02120300000000202051\",\"currency\":\"EUR\",\"provider_accounts\":[\"main\"]}");
	town_do(t, define);
	for (int c = 1; c < 10; c++)
		town_do(t, world_customer(&t->world, arena_printf(t->arena, "c%d", c), 1, NULL));
	*state = t;
	return 0;
}

int town_close(void **state)
{
	struct town *t = *state;
	unit_close(t->unit);
	db_close(t->db);
	db_close(t->owner);
	arena_close(t->arena);
	free(t);
	return 0;
}

/* ---- messages ---- */

/* Facts come by Kafka, commands by HTTP. */
static void identify(struct town *t, struct message *m)
{
	int n = ++t->messages;
	m->time = (struct instant){ INT64_C(1790000000000000) + n * US_PER_SECOND };
	m->id = span_of(arena_printf(t->arena, "m%d", n));
	m->source = SPAN("test");
	m->fate = m->key.size ? FATE_SET_ASIDE : FATE_ANSWER;
	if (m->key.size)
		m->topic = SPAN("dunlin.test.v1");
}

void town_run(struct town *t, struct message **messages, size_t n)
{
	struct why why = { 0 };
	for (size_t i = 0; i < n; i++)
		if (!messages[i]->id.size)
			identify(t, messages[i]);
	if (unit_run(t->unit, messages, n, NULL, 0, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

enum outcome town_try(struct town *t, struct message *m)
{
	town_run(t, &m, 1);
	return m->outcome;
}

void town_do(struct town *t, struct message *m)
{
	if (town_try(t, m) != OUTCOME_APPLIED)
		fail_msg("%.*s %.*s: outcome %d %s %s %s", SPAN_ARG(m->type), m->format == FORMAT_JSON ? (int)m->payload.size : 0,
			m->payload.at, m->outcome, m->why.code, m->why.field, m->why.text);
}

static size_t due_once(struct town *t, const struct duty *duty)
{
	struct message **messages;
	struct why why = { 0 };
	size_t n;
	if (duty->due(t->db, unit_arena(t->unit), (struct instant){ INT64_C(1774008000000000) }, UNIT_MESSAGES, &messages, &n, &why) != OK)
		fail_msg("%s: %s %s", duty->name, why.code, why.text);
	if (n && unit_run(t->unit, messages, n, NULL, 0, &why) != OK)
		fail_msg("%s: %s %s", duty->name, why.code, why.text);
	for (size_t i = 0; i < n; i++)
		if (messages[i]->outcome != OUTCOME_APPLIED)
			fail_msg("%s: %s %s", duty->name, messages[i]->why.code, messages[i]->why.text);
	if (duty->done && duty->done(t->db, unit_arena(t->unit), &why) != OK)
		fail_msg("%s: %s %s", duty->name, why.code, why.text);
	unit_forget(t->unit);
	return n;
}

size_t town_duty(struct town *t, const char *name)
{
	const struct duty *duty = reconciliation_duties;
	while (duty->name && strcmp(duty->name, name) != 0)
		duty++;
	assert_non_null(duty->name);
	return due_once(t, duty);
}

size_t town_due(struct town *t)
{
	size_t all = 0, now;
	common_settings.sandbox = true;
	do {
		now = 0;
		for (const struct duty *duty = reconciliation_duties; duty->name; duty++)
			now += due_once(t, duty);
		all += now;
	} while (now);
	return all;
}

/* ---- statements ---- */

static const char *amount_text(struct town *t, int64_t minor)
{
	return money_digits(t->arena, (struct money){ minor < 0 ? -minor : minor, { "EUR" } });
}

static void add_balance(struct town *t, struct text *x, const char *type, int64_t minor, int day)
{
	text_printf(x,
		"<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>2026-03-%02d</Dt></Dt></Bal>\n",
		type, amount_text(t, minor), minor < 0 ? "DBIT" : "CRDT", day);
}

static void add_entry(struct town *t, struct text *x, const struct entry_of *e, int day)
{
	text_printf(x,
		"<Ntry><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-%02d</Dt></BookgDt><NtryDtls><TxDtls>",
		amount_text(t, e->minor), e->minor < 0 ? "DBIT" : "CRDT", day);
	if (e->end_to_end)
		text_printf(x, "<Refs><EndToEndId>%s</EndToEndId></Refs>", e->end_to_end);
	if (e->iban)
		text_printf(
			x, "<RltdPties><Dbtr><Nm>Ada Byron</Nm></Dbtr><DbtrAcct><Id><IBAN>%s</IBAN></Id></DbtrAcct></RltdPties>", e->iban);
	if (e->text)
		text_printf(x, "<RmtInf><Ustrd>%s</Ustrd></RmtInf>", e->text);
	if (e->return_reason)
		text_printf(x, "<RtrInf><Rsn><Cd>%s</Cd></Rsn></RtrInf>", e->return_reason);
	text_add(x, "</TxDtls></NtryDtls></Ntry>\n");
}

struct span town_statement(struct town *t, const char *id, int from, int to, int64_t opening, const struct entry_of *entries, size_t n)
{
	struct text x;
	int64_t closing = opening;
	for (size_t i = 0; i < n; i++)
		closing += entries[i].minor;
	text_init(&x, t->arena);
	text_printf(&x,
		"<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><Stmt><Id>%s</Id>"
		"<FrToDt><FrDtTm>2026-03-%02dT00:00:00</FrDtTm><ToDtTm>2026-03-%02dT23:59:59</ToDtTm></FrToDt>"
		"<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>\n",
		id, from, to);
	add_balance(t, &x, "OPBD", opening, from);
	add_balance(t, &x, "CLBD", closing, to);
	for (size_t i = 0; i < n; i++)
		add_entry(t, &x, &entries[i], from);
	text_add(&x, "</Stmt></BkToCstmrStmt></Document>\n");
	return text_done(&x);
}

struct imported town_import(struct town *t, struct span bytes)
{
	struct import_source source = import_bytes(&bytes);
	struct imported imported;
	struct why why = { 0 };
	const struct import_origin from = { SPAN(MERCHANT), SPAN("desk"), SPAN("test.xml"), SPAN("bob") };
	if (import_run(t->db, t->arena, &from, &source, &imported, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return imported;
}

void assert_town_proven(struct town *t)
{
	struct span json;
	struct why why = { 0 };
	bool holds;
	if (sums_proof(t->db, t->arena, SPAN(MERCHANT), &json, &holds, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	if (!holds)
		fail_msg("the proof does not hold: %.*s", SPAN_ARG(json));
}
