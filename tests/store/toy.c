#include "toy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shelf.h"
#include "verbs.h"

enum { KIND_CUSTOMER };

struct counter {
	int64_t value;
	int64_t refused_by_database; /* makes the save fail */
};

struct book {
	struct shelf counters;
};

struct toy_body {
	const char *key;
	int64_t by;
	bool refuse, fail, abort;
};

static const struct query fetch_query = { "toy_fetch",
	"select w.key, c.value from unnest($1::text[]) as w(key) left join counter c on c.key = w.key" };
static const struct query save_query = { "toy_save", "insert into counter (key, value) select * from unnest($1::text[], $2::int8[])"
						     " on conflict (key) do update set value = excluded.value" };
static const struct query *const toy_queries[] = { &fetch_query, &save_query, NULL };

static const struct migration toy_migrations[] = {
	{ 1, "0001_toy",
		"create table counter (key text primary key, value bigint not null check (value < 1000000));"
		"grant select, insert, update on counter to :app;" },
	{ 0, NULL, NULL },
};

/* --- handler --- */

static enum err toy_read(struct message *m, struct arena *arena, struct why *why)
{
	struct toy_body *b = ARENA_NEW(arena, struct toy_body);
	struct span word, number;

	b->key = m->key.size > 0 ? span_cstr(arena, m->key) : "m:c1";
	b->refuse = span_is(m->payload, "refuse");
	b->fail = span_is(m->payload, "bug");
	b->abort = span_is(m->payload, "abort");
	m->body = b;
	if (b->refuse || b->fail || b->abort)
		return OK;
	if (!span_cut(m->payload, ' ', &word, &number) || !span_is(word, "add") || span_int64(number, &b->by) != OK)
		return why_field(why, ERR_INVALID, "unreadable", "payload", "not \"add N\"");
	return OK;
}

static enum err toy_need(const struct message *m, struct need *need, struct why *why)
{
	const struct toy_body *b = m->body;

	(void)why;
	need_key(need, KIND_CUSTOMER, SPAN("m"), span_from(span_of(b->key), 2));
	need_want(need, 0, SPAN("m"), span_of(b->key));
	return OK;
}

static enum err toy_apply(struct book *book, const struct message *m, struct instant now, struct say *say, struct why *why)
{
	const struct toy_body *b = m->body;
	struct counter *c;

	(void)now;
	if (shelf_find(&book->counters, span_of(b->key)) == NULL)
		c = shelf_add(&book->counters, span_of(b->key));
	else
		c = shelf_edit(&book->counters, span_of(b->key));
	c->value += b->fail ? 1000000 : b->by;
	say_event(say, "toy.said", span_of(b->key), "toy.Added", span_of(arena_printf(say_arena(say), "%lld", (long long)c->value)));
	say_reply(say, 201, span_of(arena_printf(say_arena(say), "{\"value\":%lld}", (long long)c->value)));
	if (b->refuse)
		return why_set(why, ERR_REFUSED, "not_today", "refused after changing the book");
	if (b->abort)
		return why_set(why, ERR_BUG, "broken", "a bug in the handler");
	return OK;
}

static const struct handler toy_handlers[] = {
	{ "toy.Add", "adds", toy_read, toy_need, toy_apply },
	{ "toy.Ignored", "passed over", NULL, NULL, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

/* --- store --- */

static struct book *toy_open(struct arena *arena)
{
	struct book *b = ARENA_NEW(arena, struct book);

	shelf_init(&b->counters, arena, sizeof(struct counter), "counters");
	return b;
}

static enum err toy_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	struct args *a = args_new(arena);
	struct array *keys = args_array(a, DB_TEXT);
	struct rows r;

	for (size_t i = 0; i < need->want_count; i++)
		array_text(keys, need->wants[i].id);
	TRY(db_exec(db, arena, &fetch_query, a, &r, why));
	for (size_t i = 0; i < r.count; i++) {
		struct counter c = { 0 };

		if (shelf_is_loaded(&book->counters, rows_text(&r, i, 0)))
			continue;
		if (!rows_is_null(&r, i, 1))
			c.value = rows_int8(&r, i, 1);
		shelf_put(&book->counters, rows_text(&r, i, 0), rows_is_null(&r, i, 1) ? NULL : &c);
	}
	return OK;
}

static enum err toy_save(struct db *db, struct arena *arena, struct book *book, struct why *why)
{
	struct args *a = args_new(arena);
	struct array *keys = args_array(a, DB_TEXT), *values = args_array(a, DB_INT8);
	int64_t n = 0;

	(void)why;
	for (size_t i = 0; i < shelf_count(&book->counters); i++) {
		struct span key;
		const void *value;
		enum shelf_state state;

		shelf_at(&book->counters, i, &key, &value, &state);
		if (state != SHELF_NEW && state != SHELF_CHANGED)
			continue;
		array_text(keys, key);
		array_int8(values, ((const struct counter *)value)->value);
		n++;
	}
	if (n > 0)
		db_queue(db, &save_query, a, n);
	return OK;
}

static void toy_mark(struct book *b)
{
	shelf_mark(&b->counters);
}

static void toy_restore(struct book *b)
{
	shelf_restore(&b->counters);
}

static const struct store toy_store = { .open = toy_open, .fetch = toy_fetch, .save = toy_save, .mark = toy_mark, .restore = toy_restore };
static const struct kind toy_kinds[] = { { "customer", true }, { NULL, false } };

const struct service toy_service = {
	.name = "toy",
	.kinds = toy_kinds,
	.handlers = toy_handlers,
	.store = &toy_store,
	.queries = toy_queries,
	.migrations = toy_migrations,
};

/* --- the world of a test --- */

struct db *toy_connect(void)
{
	struct why why = { 0 };
	struct db *db;

	if (db_open(&db, &(struct db_options){ .url = getenv("DUNLIN_TEST_DATABASE_URL"), .name = "test" }, &why) != OK)
		fail_msg("%s", why.text);
	return db;
}

struct db *toy_database(void)
{
	struct why why = { 0 };
	struct arena *arena = arena_open();
	struct db *owner, *db;
	struct rows r;
	int applied;

	if (getenv("DUNLIN_TEST_DATABASE_URL") == NULL)
		skip();
	db = toy_connect();
	if (db_query(db, arena, "select current_user::text", NULL, &r, &why) != OK ||
		db_open(&owner, &(struct db_options){ .url = getenv("DUNLIN_TEST_OWNER_DATABASE_URL"), .name = "test" }, &why) != OK ||
		migrate_run(owner, "common", common_migrations, span_cstr(arena, rows_text(&r, 0, 0)), 0, &applied, &why) != OK ||
		migrate_run(owner, "toy", toy_migrations, span_cstr(arena, rows_text(&r, 0, 0)), 0, &applied, &why) != OK ||
		db_script(owner,
			"truncate inbox, inbox_own, answer, key, outbox, consumer_position, relay_cursor, parked, dead_letter, audit, counter",
			&why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	db_close(owner);
	arena_close(arena);
	return db;
}

struct message *toy_fact(struct arena *arena, int n, const char *key, const char *payload)
{
	struct message *m = ARENA_NEW(arena, struct message);

	m->own = true;
	m->time = (struct instant){ INT64_C(1790000000000000) };
	m->event_id = uuid_v7(m->time, (const uint8_t[10]){ (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n });
	m->source = SPAN("dunlin/other");
	m->id = span_of(uuid_text(arena, m->event_id));
	m->type = SPAN("toy.Add");
	m->payload = span_copy(arena, span_of(payload));
	m->fate = FATE_SET_ASIDE;
	m->topic = SPAN("toy.facts");
	m->key = span_copy(arena, span_of(key));
	m->offset = n;
	return m;
}

struct message *toy_foreign(struct arena *arena, const char *id, const char *key, const char *payload)
{
	struct message *m = toy_fact(arena, 0, key, payload);

	m->own = false;
	m->source = SPAN("erp");
	m->id = span_copy(arena, span_of(id));
	m->topic = SPAN("toy.billing");
	m->fate = FATE_DEAD_LETTER;
	return m;
}

struct message *toy_command(struct arena *arena, const char *id, const char *payload)
{
	struct message *m = toy_foreign(arena, id, "", payload);

	m->source = SPAN("http:till:/v1/counters");
	m->topic = m->key = SPAN("");
	m->fate = FATE_ANSWER;
	return m;
}

int64_t toy_number(struct db *db, const char *sql)
{
	struct arena *arena = arena_open();
	struct why why = { 0 };
	struct rows r;
	int64_t n;

	if (db_query(db, arena, sql, NULL, &r, &why) != OK || r.count != 1)
		fail_msg("%s: %s", sql, why.text);
	n = rows_int8(&r, 0, 0);
	arena_close(arena);
	return n;
}
