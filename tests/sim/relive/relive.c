#include "relive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void script(struct relive *r, const char *sql)
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
	script(r, arena_printf(r->arena, "update clock set sandbox = true, at = '%s'", instant_text(r->arena, now)));
}

/* The partition is somebody's, and stands where the model's stands. */
static void set_the_position(struct relive *r, const struct twin_batch *b)
{
	script(r,
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

static bool is_said(const struct twin_said *e, const struct rows *rows, size_t i)
{
	return span_equal(e->topic, rows_text(rows, i, rows_column(rows, "topic"))) &&
	       span_equal(e->key, rows_text(rows, i, rows_column(rows, "part_key"))) &&
	       span_equal(e->type, rows_text(rows, i, rows_column(rows, "type"))) &&
	       uuid_equal(e->id, rows_uuid(rows, i, rows_column(rows, "event_id"))) &&
	       span_equal(e->payload, rows_text(rows, i, rows_column(rows, "payload")));
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
	for (size_t i = 0; i < rows.count && i < b->said_count; i++)
		if (!is_said(&b->said[i], &rows, i))
			fail_msg("batch %zu: the model says %.*s, the outbox has %.*s", batch, SPAN_ARG(b->said[i].type),
				SPAN_ARG(rows_text(&rows, i, rows_column(&rows, "type"))));
	if (rows.count != b->said_count)
		fail_msg("batch %zu: the model says %zu events, the outbox has %zu", batch, b->said_count, rows.count);
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

void relive(struct relive *r, const struct twin *t)
{
	int64_t seq = number(r, "select coalesce(max(seq), 0)::bigint from outbox");

	for (size_t i = 0; i < t->count; i++)
		live_batch(r, i, &t->batches[i], &seq);
	assert_int_equal(number(r, "select (select count(*) from inbox) + (select count(*) from inbox_own)"), t->inbox);
	assert_int_equal(number(r, "select count(*) from parked where state = 'parked'"), t->parked);
}
