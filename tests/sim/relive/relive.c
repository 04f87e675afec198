#include "relive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void relive_script(struct relive *r, const char *sql)
{
	struct why why = { 0 };

	if (db_script(r->owner, sql, &why) != OK)
		fail_msg("%s: %s", sql, why.text);
}

static void query(struct relive *r, const char *sql, struct rows *rows)
{
	struct why why = { 0 };

	if (db_query(r->owner, r->arena, sql, NULL, rows, &why) != OK)
		fail_msg("%s: %s", sql, why.text);
}

static int64_t number(struct relive *r, const char *sql)
{
	struct rows rows;

	query(r, sql, &rows);
	return rows_int8(&rows, 0, 0);
}

/* ---- before a batch ---- */

static void set_the_clock(struct relive *r, struct instant now)
{
	relive_script(r, arena_printf(r->arena, "update clock set sandbox = true, at = '%s'", instant_text(r->arena, now)));
}

/* The partition is somebody's, and stands where the model's stands. */
static void set_the_position(struct relive *r, const struct twin_batch *b)
{
	relive_script(r,
		arena_printf(r->arena,
			"insert into consumer_position (cluster_id, topic, part, next_offset, owner_epoch) values ('sim', '%s', %d, 0, %lld) "
			"on conflict (cluster_id, topic, part) do update set next_offset = 0, owner_epoch = excluded.owner_epoch",
			b->topic, b->partition, (long long)b->owner_epoch));
}

static struct message *copy(struct relive *r, const struct message *m)
{
	struct message *fresh = arena_copy(unit_arena(r->unit), m, sizeof *m);

	fresh->handler = NULL;
	fresh->body = NULL;
	fresh->outcome = OUTCOME_NONE;
	fresh->reply = (struct reply){ 0 };
	fresh->why = (struct why){ 0 };
	return fresh;
}

/* ---- after it ---- */

static void compare_message(size_t batch, const struct message *model, const struct message *real)
{
	if (model->outcome != real->outcome || strcmp(model->why.code, real->why.code) != 0)
		fail_msg("batch %zu: %.*s %.*s: the model says %d %s, the unit of work %d %s %s", batch, SPAN_ARG(model->type),
			SPAN_ARG(model->id), model->outcome, model->why.code, real->outcome, real->why.code, real->why.text);
	if (model->fate != FATE_ANSWER)
		return;
	if (model->reply.status != real->reply.status || !span_equal(model->reply.body, real->reply.body))
		fail_msg("batch %zu: %.*s: the model answers %d %.*s, the unit of work %d %.*s", batch, SPAN_ARG(model->type),
			model->reply.status, SPAN_ARG(model->reply.body), real->reply.status, SPAN_ARG(real->reply.body));
}

static struct twin_said said_at(const struct rows *rows, size_t i)
{
	return (struct twin_said){ .topic = rows_text(rows, i, rows_column(rows, "topic")),
		.key = rows_text(rows, i, rows_column(rows, "part_key")),
		.type = rows_text(rows, i, rows_column(rows, "type")),
		.payload = rows_text(rows, i, rows_column(rows, "payload")),
		.id = rows_uuid(rows, i, rows_column(rows, "event_id")) };
}

static bool is_alike(const struct twin_said *a, const struct twin_said *b)
{
	return span_equal(a->topic, b->topic) && span_equal(a->key, b->key) && span_equal(a->type, b->type) && uuid_equal(a->id, b->id) &&
	       span_equal(a->payload, b->payload);
}

static const char *said_text(struct relive *r, const struct twin_said *e)
{
	return arena_printf(r->arena, "%.*s to %.*s of %.*s: %s %.*s", SPAN_ARG(e->type), SPAN_ARG(e->topic), SPAN_ARG(e->key),
		uuid_text(r->arena, e->id), SPAN_ARG(span_hex(r->arena, e->payload)));
}

/* What of the batch one may want to know. */
static const char *batch_text(struct relive *r, const struct twin_batch *b)
{
	struct text t;

	text_init(&t, r->arena);
	for (size_t i = 0; i < b->count; i++)
		text_printf(&t, "\n  %.*s %.*s %.*s", SPAN_ARG(b->messages[i]->type), SPAN_ARG(b->messages[i]->target),
			b->messages[i]->format == FORMAT_PROTOBUF ? 0 : (int)b->messages[i]->payload.size, b->messages[i]->payload.at);
	return span_cstr(r->arena, text_done(&t));
}

/* Dead letters are the unit's own; the model doesn't say them. */
static void compare_said(struct relive *r, size_t batch, const struct twin_batch *b, int64_t *seq)
{
	struct rows rows;

	query(r,
		arena_printf(r->arena,
			"select seq, topic, part_key, type, event_id, payload from outbox where seq > %lld and topic not like '%%.dlq' order by seq",
			(long long)*seq),
		&rows);
	for (size_t i = 0; i < rows.count && i < b->said_count; i++) {
		struct twin_said e = said_at(&rows, i);

		if (!is_alike(&b->said[i], &e))
			fail_msg("batch %zu:%s\nthe model says %s\nthe outbox has %s", batch, batch_text(r, b), said_text(r, &b->said[i]),
				said_text(r, &e));
	}
	if (rows.count != b->said_count)
		fail_msg("batch %zu:%s\nthe model says %zu events, the outbox has %zu", batch, batch_text(r, b), b->said_count, rows.count);
	*seq = number(r, "select coalesce(max(seq), 0)::bigint from outbox");
}

static void live_batch(struct relive *r, size_t at, const struct twin_batch *b, int64_t *seq)
{
	struct message **real = ARENA_ARRAY(r->arena, struct message *, b->count + 1);
	struct position p = {
		.cluster = SPAN("sim"), .topic = span_of(b->topic), .partition = b->partition, .epoch = b->epoch, .next_offset = b->next
	};
	struct why why = { 0 };
	enum err err;

	set_the_clock(r, b->now);
	if (b->has_position)
		set_the_position(r, b);
	for (size_t i = 0; i < b->count; i++)
		real[i] = copy(r, b->messages[i]);
	p.last_id = b->count > 0 ? b->messages[b->count - 1]->id : SPAN("");
	err = unit_run(r->unit, real, b->count, &p, b->has_position, &why);
	if (b->is_fenced != (err == ERR_CONFLICT) || (err != OK && err != ERR_CONFLICT))
		fail_msg("batch %zu: %s %s %s", at, err_name(err), why.code, why.text);
	for (size_t i = 0; i < b->count && !b->is_fenced; i++)
		compare_message(at, b->messages[i], real[i]);
	compare_said(r, at, b, seq);
	unit_forget(r->unit);
}

/* ---- calls that are claimed ---- */

static size_t place_of(const struct call *calls, size_t n, struct span id)
{
	size_t i = 0;

	while (i < n && !span_equal(calls[i].id, id))
		i++;
	return i;
}

static void live_claim(struct relive *r, size_t at, const struct twin_batch *b)
{
	const struct errand *errand = &r->service->errands[0];
	const struct span *ids = b->told;
	struct call *calls;
	struct why why = { 0 };
	size_t n;

	set_the_clock(r, b->now);
	if (errand->claim(r->db, unit_arena(r->unit), b->now, errand->at_once, &calls, &n, &why) != OK)
		fail_msg("batch %zu: the claim: %s %s", at, why.code, why.text);
	for (size_t i = 0; i < b->told_count; i++)
		if (place_of(calls, n, ids[i]) == n)
			fail_msg("batch %zu: the model claims %.*s", at, SPAN_ARG(ids[i]));
	if (n != b->told_count)
		fail_msg("batch %zu: the model claims %zu, the service %zu, the first %.*s", at, b->told_count, n, SPAN_ARG(calls[0].id));
	unit_forget(r->unit);
}

/* ---- rows ---- */

/* A column as print.c prints it. */
static void print_column(struct text *t, struct span name, struct span type)
{
	if (span_is(type, "timestamptz"))
		text_printf(t,
			", coalesce(case when \"%.*s\" < '290000-01-01' then (extract(epoch from \"%.*s\") * 1000000)::bigint::text "
			"when \"%.*s\" is not null then 'never' end, '')",
			SPAN_ARG(name), SPAN_ARG(name), SPAN_ARG(name));
	else if (span_is(type, "bytea"))
		text_printf(t, ", coalesce(encode(\"%.*s\", 'hex'), '')", SPAN_ARG(name));
	else
		text_printf(t, ", coalesce(replace(\"%.*s\"::text, E'\\n', '|'), '')", SPAN_ARG(name));
}

static struct span type_of(struct relive *r, const char *table, const char *column)
{
	struct rows rows;

	query(r,
		arena_printf(r->arena,
			"select t.typname::text from pg_attribute a join pg_type t on t.oid = a.atttypid "
			"where a.attrelid = 'public.%s'::regclass and a.attname = '%s' and a.attnum > 0 and not a.attisdropped",
			table, column),
		&rows);
	if (rows.count != 1)
		fail_msg("table %s has no column %s", table, column);
	return rows_text(&rows, 0, 0);
}

static const char *rows_sql(struct relive *r, const struct print_table *tables)
{
	struct text t;

	text_init(&t, r->arena);
	text_add(&t, "select coalesce(string_agg(line, E'\\n' order by line collate \"C\"), '') from (");
	for (const struct print_table *table = tables; table->name != NULL; table++) {
		text_printf(&t, "%sselect concat_ws(E'\\t', '%s'", table == tables ? "" : " union all ", table->name);
		for (const struct print_column *c = table->columns; c->name != NULL; c++)
			print_column(&t, span_of(c->name), type_of(r, table->name, c->name));
		text_printf(&t, ") as line from %s", table->name);
	}
	text_add(&t, ") rows");
	return span_cstr(r->arena, text_done(&t));
}

/* Which column differs first, of two lines of one table. */
static const char *column_of(const struct print_table *tables, struct span one, struct span other)
{
	struct span name, a, b;

	if (!span_cut(one, '\t', &name, &one) || !span_cut(other, '\t', &b, &other) || !span_equal(name, b))
		return "a row of another table";
	while (!span_is(name, tables->name))
		tables++;
	for (const struct print_column *c = tables->columns; c->name != NULL; c++) {
		(void)(span_cut(one, '\t', &a, &one) | span_cut(other, '\t', &b, &other));
		if (!span_equal(a, b))
			return c->name;
	}
	return "";
}

static void compare_rows(struct relive *r, const struct twin *t, uint64_t seed)
{
	struct span model = t->rows, real, one, other;
	struct rows rows;
	bool any;

	query(r, rows_sql(r, t->tables), &rows);
	for (real = rows_text(&rows, 0, 0), any = true; any;) {
		any = span_cut(model, '\n', &one, &model);
		any |= span_cut(real, '\n', &other, &real);
		if (any && !span_equal(one, other))
			fail_msg("seed %d: %s: the model has\n%.*s\nthe database has\n%.*s", (int)seed, column_of(t->tables, one, other),
				SPAN_ARG(one), SPAN_ARG(other));
	}
}

/* ---- all of it ---- */

static const char tables_sql[] =
	"select c.relname::text from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition "
	"and c.relname not in ('schema_migration', 'statements_proven', 'clock', 'page_secret') order by 1";

static void empty(struct relive *r)
{
	struct rows rows;
	struct text t;

	query(r, tables_sql, &rows);
	text_init(&t, r->arena);
	for (size_t i = 0; i < rows.count; i++)
		text_printf(&t, "%s%.*s", i == 0 ? "truncate " : ", ", SPAN_ARG(rows_text(&rows, i, 0)));
	text_add(&t, " restart identity cascade");
	relive_script(r, span_cstr(r->arena, text_done(&t)));
}

void relive(struct relive *r, uint64_t seed, int64_t steps)
{
	struct twin *t = twin_record(r->service->name, seed, steps);
	int64_t seq = 0;

	empty(r);
	for (size_t i = 0; i < t->count; i++) {
		const struct twin_batch *b = &t->batches[i];

		if (b->deed == NULL)
			live_batch(r, i, b, &seq);
		else if (strcmp(b->deed, "claim") == 0)
			live_claim(r, i, b);
		else
			r->befall(r, b);
	}
	assert_int_equal(number(r, "select (select count(*) from inbox) + (select count(*) from inbox_own)"), t->inbox);
	assert_int_equal(number(r, "select count(*) from parked where state = 'parked'"), t->parked);
	compare_rows(r, t, seed);
	twin_close(t);
}

static int64_t number_of(const char *variable, int64_t otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

void relive_seeds(struct relive *r, int64_t seeds, int64_t steps)
{
	int64_t from = number_of("TWIN_FROM", 1);

	seeds = number_of("TWIN_SEEDS", seeds);
	for (int64_t seed = from; seed < from + seeds; seed++)
		relive(r, (uint64_t)seed, steps);
}

/* ---- nothing is forgotten ---- */

static bool is_named(const char *const *names, const char *name)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

static bool is_compared(const struct print_table *tables, const char *table, const char *column)
{
	while (tables->name != NULL && strcmp(tables->name, table) != 0)
		tables++;
	for (const struct print_column *c = tables->columns; tables->name != NULL && c->name != NULL; c++)
		if (strcmp(c->name, column) == 0)
			return true;
	return false;
}

/* Those of every service are compared by what they hold: the inbox, what is set aside, the outbox. */
static const char service_columns_sql[] =
	"select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped "
	"where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition "
	"and c.relname not in ('inbox', 'inbox_own', 'answer', 'key', 'outbox', 'relay_cursor', 'consumer_position', 'parked', 'dead_letter', 'audit', "
	"'token', 'clock', 'upload', 'upload_part', 'schema_migration', 'statements_proven') order by 1, a.attnum";

void relive_compares_every_column(struct relive *r)
{
	struct twin *t = twin_record(r->service->name, 1, 1);
	struct rows rows;

	query(r, service_columns_sql, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		const char *table = span_cstr(r->arena, rows_text(&rows, i, 0)), *column = span_cstr(r->arena, rows_text(&rows, i, 1));

		if (!is_compared(t->tables, table, column) && !is_named(r->left_out, table) &&
			!is_named(r->left_out, arena_printf(r->arena, "%s.%s", table, column)))
			fail_msg("column %s of table %s is neither compared with the model's nor left out", column, table);
	}
	twin_close(t);
}
