#include "world.h"

#include "common/verbs.h"
#include "reminders_migrations.h"
#include "reminders_queries.h"
#include "send.h"
#include "tick.h"

static const struct kind kinds[] = {
	{ .name = "customer", .stream = true },
	{ .name = NULL },
};

const struct service world_service = {
	.name = "reminders",
	.kinds = kinds,
	.handlers = reminders_handlers,
	.store = &reminders_store,
	.queries = reminders_queries,
	.migrations = reminders_migrations,
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

void world_at(struct world *w, const char *instant)
{
	world_script(w, TEXT(w, "update clock set at = '%s'", instant));
}

struct instant world_now(struct world *w)
{
	struct rows rows = query(w, "select business_now()");

	return rows_instant(&rows, 0, 0);
}

static void migrate(struct world *w)
{
	const char *role = world_word(w, "select rolname from pg_roles where rolname = replace(current_user, '_owner', '')");
	struct why why = { .err = OK };
	int applied;

	if (migrate_run(w->owner, "common", common_migrations, role, 0, &applied, &why) != OK ||
		migrate_run(w->owner, "reminders", reminders_migrations, role, 0, &applied, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

int world_open(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct why why = { .err = OK };

	if (getenv("DUNLIN_TEST_DATABASE_URL") == NULL)
		skip();
	reminders_settings = (struct reminders_settings){ .smtp_url = "smtp://127.0.0.1:1",
		.mail_from = "noreply@dunlin.example",
		.mail_domain = "mail.example",
		.invoices_url = "https://invoices.example",
		.policy = "standard",
		.notices_per_hour = 1000 };
	assert_int_equal(send_start(&why), OK);
	w->arena = arena_open();
	w->db = world_connect();
	w->owner = connect_to("DUNLIN_TEST_OWNER_DATABASE_URL");
	migrate(w);
	w->unit = unit_open(&world_service, w->db);
	world_script(w,
		"truncate inbox, inbox_own, answer, key, outbox, parked, dead_letter, merchant, customer, item, account, hold, notice, notice_item, "
		"statement, tally, spent");
	world_script(w, "update clock set sandbox = true");
	world_at(w, "2026-10-09T08:00:00Z");
	world_do(w, fact_merchant(w->arena, 1, "Nord GmbH"));
	world_do(w, fact_customer(w->arena, "c1", 1, "c1@example.org", "Europe/Berlin", "de"));
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
		fail_msg("%.*s: %s %s", SPAN_ARG(m->type), m->why.code, m->why.text);
}

struct message *world_command(struct world *w, const char *merchant, const char *type, const char *target, const char *json)
{
	static int made;
	struct message *m = ARENA_NEW(w->arena, struct message);

	m->source = SPAN("http:tester");
	m->id = span_of(TEXT(w, "%d", ++made));
	m->type = span_of(type);
	m->format = FORMAT_JSON;
	m->payload = span_of(json);
	m->time = (struct instant){ INT64_C(1790000000000000) };
	m->fate = FATE_ANSWER;
	m->merchant = span_of(merchant);
	m->client = SPAN("tester");
	m->target = span_of(target);
	return m;
}

void world_owe(struct world *w, const char *ref, int n, const char *due, int64_t minor)
{
	world_do(w, fact_issued(w->arena, ref, n, due, minor));
	world_do(w, fact_open(w->arena, ref, n, 1, minor));
}

size_t world_tick(struct world *w)
{
	size_t count = 0, found = 1;

	while (found > 0) {
		found = 0;
		for (const struct duty *duty = reminders_duties; duty->name != NULL; duty++) {
			struct message **messages;
			struct why why = { .err = OK };
			size_t n;

			if (duty->due(w->db, w->arena, world_now(w), UNIT_MESSAGES, &messages, &n, &why) != OK)
				fail_msg("%s: %s", duty->name, why.text);
			if (n > 0)
				world_run(w, messages, n);
			found += n;
		}
		count += found;
		assert_true(count < 10000);
	}
	return count;
}

size_t world_claim(struct world *w, struct db *db, struct call **calls)
{
	struct why why = { .err = OK };
	size_t n;

	if (reminders_errands[0].claim(db, w->arena, world_now(w), 16, calls, &n, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return n;
}

void world_answer(struct world *w, struct call *call, bool sent, bool unknown, int status)
{
	struct message *m = ARENA_NEW(w->arena, struct message);

	*m = (struct message){ .fate = FATE_SET_ASIDE, .format = FORMAT_TEXT, .time = (struct instant){ INT64_C(1790000000000000) } };
	call->sent = sent;
	call->unknown = unknown;
	call->status = status;
	reminders_errands[0].answered(w->arena, call, m);
	world_run(w, &m, 1);
}

size_t world_send(struct world *w)
{
	struct call *calls;
	size_t n = world_claim(w, w->db, &calls);

	for (size_t i = 0; i < n; i++)
		world_answer(w, &calls[i], true, false, 250);
	return n;
}
