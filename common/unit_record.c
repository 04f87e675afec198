#include "common_queries.h"
#include "unit_inside.h"

static int outcome_number(enum outcome o)
{
	return o == OUTCOME_REFUSED ? 2 : o == OUTCOME_SET_ASIDE ? 3 : 1;
}

/* The inbox says "applied" unless told otherwise: only the rare others are updated. A retry may turn "set aside" into "applied". */
static void record_outcomes(struct unit *u)
{
	struct args *a = args_new(u->arena), *b = args_new(u->arena);
	struct array *source = args_array(a, DB_TEXT), *id = args_array(a, DB_TEXT), *outcome = args_array(a, DB_INT4),
		     *event = args_array(b, DB_UUID), *own_outcome = args_array(b, DB_INT4);
	int64_t foreign = 0, own = 0;

	for (size_t i = 0; i < u->count; i++) {
		const struct slot *s = &u->slots[i];

		if (!s->counts || (s->m->outcome == OUTCOME_APPLIED && u->retried == 0))
			continue;
		if (s->m->own) {
			array_uuid(event, s->m->event_id);
			array_int4(own_outcome, outcome_number(s->m->outcome));
			own++;
		} else {
			array_text(source, s->m->source);
			array_text(id, s->m->id);
			array_int4(outcome, outcome_number(s->m->outcome));
			foreign++;
		}
	}
	if (foreign > 0)
		db_queue(u->db, &q_unit_outcome_foreign, a, foreign);
	if (own > 0)
		db_queue(u->db, &q_unit_outcome_own, b, own);
}

static void record_answers(struct unit *u)
{
	struct args *a = args_new(u->arena);
	struct array *source = args_array(a, DB_TEXT), *id = args_array(a, DB_TEXT), *digest = args_array(a, DB_BYTES),
		     *status = args_array(a, DB_INT4), *type = args_array(a, DB_TEXT), *body = args_array(a, DB_BYTES);
	int64_t n = 0;

	for (size_t i = 0; i < u->count; i++) {
		const struct message *m = u->slots[i].m;
		struct digest d;

		if (!u->slots[i].counts || m->fate != FATE_ANSWER)
			continue;
		d = unit_request_digest(m);
		array_text(source, m->source);
		array_text(id, m->id);
		array_bytes(digest, span_bytes(d.b, sizeof d.b));
		array_int4(status, m->reply.status);
		array_text(type, span_of(m->reply.type != NULL ? m->reply.type : "application/json"));
		array_bytes(body, m->reply.body);
		n++;
	}
	if (n > 0)
		db_queue(u->db, &q_unit_answer, a, n);
}

static void record_dead_letters(struct unit *u)
{
	struct args *a = args_new(u->arena);
	struct array *topic = args_array(a, DB_TEXT), *part = args_array(a, DB_INT4), *offset = args_array(a, DB_INT8),
		     *key = args_array(a, DB_TEXT), *source = args_array(a, DB_TEXT), *id = args_array(a, DB_TEXT),
		     *type = args_array(a, DB_TEXT), *payload = args_array(a, DB_BYTES), *code = args_array(a, DB_TEXT),
		     *field = args_array(a, DB_TEXT), *reason = args_array(a, DB_TEXT);
	int64_t n = 0;

	for (size_t i = 0; i < u->count; i++) {
		const struct message *m = u->slots[i].m;

		if (!u->slots[i].counts || m->fate != FATE_DEAD_LETTER || m->outcome != OUTCOME_REFUSED)
			continue;
		array_text(topic, m->topic);
		array_int4(part, m->partition);
		array_int8(offset, m->offset);
		array_text(key, span_is_text(m->key) ? m->key : span_hex(u->arena, m->key));
		array_text(source, m->source);
		array_text(id, m->id);
		array_text(type, m->type);
		array_bytes(payload, m->payload);
		array_text(code, span_of(m->why.code));
		array_text(field, span_of(m->why.field));
		array_text(reason, span_of(m->why.text));
		n++;
	}
	if (n > 0)
		db_queue(u->db, &q_unit_dead_letter, a, n);
}

/* The columns of parked, in its order. */
struct park_args {
	struct args *args;
	struct array *topic, *key, *head, *source, *id, *own, *type, *format, *time, *trace, *part, *offset, *merchant, *client, *target,
		*payload, *code, *reason;
};

static struct park_args park_args_new(struct arena *arena)
{
	struct args *a = args_new(arena);

	return (struct park_args){ .args = a,
		.topic = args_array(a, DB_TEXT),
		.key = args_array(a, DB_TEXT),
		.head = args_array(a, DB_BOOL),
		.source = args_array(a, DB_TEXT),
		.id = args_array(a, DB_TEXT),
		.own = args_array(a, DB_BOOL),
		.type = args_array(a, DB_TEXT),
		.format = args_array(a, DB_INT4),
		.time = args_array(a, DB_INSTANT),
		.trace = args_array(a, DB_TEXT),
		.part = args_array(a, DB_INT4),
		.offset = args_array(a, DB_INT8),
		.merchant = args_array(a, DB_TEXT),
		.client = args_array(a, DB_TEXT),
		.target = args_array(a, DB_TEXT),
		.payload = args_array(a, DB_BYTES),
		.code = args_array(a, DB_TEXT),
		.reason = args_array(a, DB_TEXT) };
}

static void park_args_add(struct park_args *p, const struct slot *s)
{
	const struct message *m = s->m;

	array_text(p->topic, m->topic);
	array_text(p->key, s->ref.size > 0 ? m->key : SPAN(""));
	array_bool(p->head, !s->behind);
	array_text(p->source, m->source);
	array_text(p->id, m->id);
	array_bool(p->own, m->own);
	array_text(p->type, m->type);
	array_int4(p->format, (int32_t)m->format);
	array_instant(p->time, m->time);
	array_text(p->trace, m->trace);
	array_int4(p->part, m->partition);
	array_int8(p->offset, m->offset);
	array_text(p->merchant, m->merchant);
	array_text(p->client, m->client);
	array_text(p->target, m->target);
	array_bytes(p->payload, m->payload);
	array_text(p->code, span_of(m->why.code));
	array_text(p->reason, span_of(m->why.text));
}

static void record_parked(struct unit *u)
{
	struct park_args rows = park_args_new(u->arena);
	struct args *flags = args_new(u->arena);
	struct array *merchant = args_array(flags, DB_TEXT), *kind = args_array(flags, DB_INT4), *ref = args_array(flags, DB_TEXT),
		     *topic = args_array(flags, DB_TEXT);
	int64_t n = 0, flagged = 0;

	for (size_t i = 0; i < u->count; i++) {
		const struct slot *s = &u->slots[i];

		if (!s->counts || s->m->outcome != OUTCOME_SET_ASIDE)
			continue;
		park_args_add(&rows, s);
		n++;
		if (s->ref.size == 0)
			continue;
		array_text(merchant, s->merchant);
		array_int4(kind, u->stream_kind);
		array_text(ref, s->ref);
		array_text(topic, s->m->topic);
		flagged++;
	}
	if (n > 0)
		db_queue(u->db, &q_unit_park, rows.args, n);
	if (flagged > 0)
		db_queue(u->db, &q_unit_park_flag, flags, -1);
}

/* A retried message that was applied leaves the queue; the stream flows again when it was the last. */
static void record_retry(struct unit *u)
{
	struct args *a = args_new(u->arena), *b = args_new(u->arena);
	const struct slot *s = &u->slots[0];

	if (u->retried == 0 || s->m->outcome != OUTCOME_APPLIED)
		return;
	array_int8(args_array(a, DB_INT8), u->retried);
	args_text(a, SPAN("applied"));
	db_queue(u->db, &q_parked_end, a, 1);
	if (s->ref.size == 0)
		return;
	args_text(b, s->merchant);
	args_int4(b, u->stream_kind);
	args_text(b, s->ref);
	args_text(b, s->m->topic);
	args_text(b, s->m->key);
	db_queue(u->db, &q_parked_unflag, b, -1);
}

void unit_record(struct unit *u)
{
	record_outcomes(u);
	record_answers(u);
	record_dead_letters(u);
	record_parked(u);
	record_retry(u);
	if (u->clock_to.us != 0) {
		struct args *a = args_new(u->arena);

		args_instant(a, u->clock_to);
		db_queue(u->db, &q_clock_move, a, -1);
	}
}

void unit_say(struct unit *u)
{
	struct args *a = args_new(u->arena);
	struct array *topic = args_array(a, DB_TEXT), *key = args_array(a, DB_TEXT), *id = args_array(a, DB_UUID),
		     *type = args_array(a, DB_TEXT), *trace = args_array(a, DB_TEXT), *extra = args_array(a, DB_TEXT),
		     *payload = args_array(a, DB_BYTES), *tombstone = args_array(a, DB_BOOL);

	u->events = 0;
	for (size_t i = 0; i < u->count; i++) {
		const struct slot *s = &u->slots[i];

		for (size_t k = 0; s->say != NULL && k < s->say->count; k++, u->events++) {
			const struct said *e = &s->say->events[k];

			array_text(topic, span_of(e->topic));
			array_text(key, e->key);
			array_uuid(id, e->id);
			array_text(type, span_of(e->type));
			array_text(trace, s->m->trace);
			array_text(extra, e->extra);
			array_bytes(payload, e->payload);
			array_bool(tombstone, e->payload.at == NULL);
		}
	}
	if (u->events == 0)
		return;
	db_queue(u->db, &q_unit_outbox_lock, NULL, 1);
	db_queue(u->db, &q_unit_say, a, (int64_t)u->events);
}
