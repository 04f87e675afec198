#include <stdlib.h>
#include <string.h>

#include "common_queries.h"
#include "unit_inside.h"

/* --- identities --- */

static int slot_compare(const void *a, const void *b)
{
	const struct slot *x = *(struct slot *const *)a, *y = *(struct slot *const *)b;
	int c;

	if (x->m->own != y->m->own)
		return x->m->own ? 1 : -1;
	if (x->m->own)
		c = uuid_compare(x->m->event_id, y->m->event_id);
	else if ((c = span_compare(x->m->source, y->m->source)) == 0)
		c = span_compare(x->m->id, y->m->id);
	/* Of two alike the earlier one comes first, and is the one that counts. */
	return c != 0 ? c : (x > y) - (x < y);
}

static bool is_same_identity(const struct message *a, const struct message *b)
{
	if (a->own != b->own)
		return false;
	if (a->own)
		return uuid_equal(a->event_id, b->event_id);
	return span_equal(a->source, b->source) && span_equal(a->id, b->id);
}

/* A message that has no part in claiming: malformed HTTP, or of a type that this service passes over. */
static bool is_passed_over(const struct slot *s)
{
	return s->m->outcome != OUTCOME_NONE;
}

static struct slot **slots_sorted(struct unit *u, size_t *n)
{
	struct slot **sorted = ARENA_ARRAY(u->arena, struct slot *, u->count);

	*n = 0;
	for (size_t i = 0; i < u->count; i++)
		if (!is_passed_over(&u->slots[i]))
			sorted[(*n)++] = &u->slots[i];
	qsort(sorted, *n, sizeof(struct slot *), slot_compare);
	for (size_t i = 1; i < *n; i++)
		if (is_same_identity(sorted[i]->m, sorted[i - 1]->m))
			sorted[i]->twin = sorted[i - 1]->twin != NULL ? sorted[i - 1]->twin : sorted[i - 1];
	return sorted;
}

static void queue_fence(struct unit *u, const struct position *positions, size_t n)
{
	struct args *a = args_new(u->arena);
	struct array *cluster = args_array(a, DB_TEXT), *topic = args_array(a, DB_TEXT), *part = args_array(a, DB_INT4),
		     *epoch = args_array(a, DB_INT8), *next = args_array(a, DB_INT8), *last = args_array(a, DB_TEXT);

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		array_text(cluster, positions[i].cluster);
		array_text(topic, positions[i].topic);
		array_int4(part, positions[i].partition);
		array_int8(epoch, positions[i].epoch);
		array_int8(next, positions[i].next_offset);
		array_text(last, positions[i].last_id);
	}
	db_queue(u->db, &q_unit_fence, a, 1);
}

/* The rows come back in no order: each is looked up among the sorted slots. */
static void mark_claimed(struct unit *u, struct slot **sorted, size_t n, const struct rows *r)
{
	int source = rows_column(r, "source"), id = rows_column(r, "id"), event_id = rows_column(r, "event_id"),
	    now = rows_column(r, "now");
	struct message wanted = { .own = false };
	struct slot key = { .m = &wanted }, *at = &key;

	for (size_t i = 0; i < r->count; i++) {
		size_t low = 0, high = n;

		if (!rows_is_null(r, i, now)) {
			u->now = rows_instant(r, i, now);
			continue;
		}
		wanted.own = !rows_is_null(r, i, event_id);
		wanted.source = rows_text(r, i, source);
		wanted.id = rows_text(r, i, id);
		wanted.event_id = rows_uuid(r, i, event_id);
		while (low < high) {
			size_t middle = (low + high) / 2;

			at = sorted[middle];
			if (!is_same_identity(at->m, &wanted) && slot_compare(&at, &(struct slot *){ &key }) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (low == n || !is_same_identity(sorted[low]->m, &wanted))
			bug("the inbox claimed what was not asked");
		sorted[low]->claimed = true;
	}
}

static enum err claim_identities(struct unit *u, struct slot **sorted, size_t n, struct why *why)
{
	struct args *a = args_new(u->arena);
	struct array *source = args_array(a, DB_TEXT), *id = args_array(a, DB_TEXT), *own = args_array(a, DB_UUID);
	struct rows r;

	for (size_t i = 0; i < n; i++) {
		if (sorted[i]->twin != NULL)
			continue;
		if (sorted[i]->m->own)
			array_uuid(own, sorted[i]->m->event_id);
		else {
			array_text(source, sorted[i]->m->source);
			array_text(id, sorted[i]->m->id);
		}
	}
	TRY(db_exec(u->db, u->arena, &q_unit_claim, a, &r, why));
	mark_claimed(u, sorted, n, &r);
	return OK;
}

/* --- answers given before --- */

struct digest unit_request_digest(const struct message *m)
{
	return digest_list((const struct span[]){ m->type, m->target, m->payload }, 3);
}

static void answer_again(struct unit *u, struct slot *s, const struct rows *r, size_t row)
{
	struct digest d = unit_request_digest(s->m);
	struct span stored = rows_text(r, row, rows_column(r, "request_sha256"));

	if (stored.size != sizeof d.b || !digest_equal(stored.at, d.b, sizeof d.b)) {
		(void)why_set(&s->m->why, ERR_REFUSED, "idempotency_key_reused", "the Idempotency-Key was used before for another request");
		s->m->reply.body = problem_print(u->arena, &s->m->why, &s->m->reply.status);
		s->m->reply.type = "application/problem+json";
		return;
	}
	s->m->reply.status = rows_int4(r, row, rows_column(r, "status"));
	s->m->reply.body = rows_text(r, row, rows_column(r, "body"));
	s->m->reply.type = span_cstr(u->arena, rows_text(r, row, rows_column(r, "type")));
}

static bool wants_answer(const struct slot *s)
{
	return !is_passed_over(s) && !s->claimed && s->twin == NULL && s->m->fate == FATE_ANSWER;
}

static enum err load_answers(struct unit *u, struct why *why)
{
	struct args *a = args_new(u->arena);
	struct array *source = args_array(a, DB_TEXT), *id = args_array(a, DB_TEXT);
	struct rows r;
	size_t wanted = 0;

	for (size_t i = 0; i < u->count; i++)
		if (wants_answer(&u->slots[i])) {
			array_text(source, u->slots[i].m->source);
			array_text(id, u->slots[i].m->id);
			wanted++;
		}
	if (wanted == 0)
		return OK;
	TRY(db_exec(u->db, u->arena, &q_unit_answers, a, &r, why));
	for (size_t i = 0; i < u->count; i++)
		for (size_t k = 0; wants_answer(&u->slots[i]) && k < r.count; k++)
			if (span_equal(rows_text(&r, k, rows_column(&r, "id")), u->slots[i].m->id) &&
				span_equal(rows_text(&r, k, rows_column(&r, "source")), u->slots[i].m->source)) {
				answer_again(u, &u->slots[i], &r, k);
				break;
			}
	return OK;
}

static enum err read_now(struct unit *u, struct why *why)
{
	struct rows r;

	TRY(db_exec(u->db, u->arena, &q_business_now, NULL, &r, why));
	u->now = rows_instant(&r, 0, rows_column(&r, "now"));
	return OK;
}

enum err unit_claim(struct unit *u, const struct position *positions, size_t n, struct why *why)
{
	size_t sorted_count;
	struct slot **sorted = slots_sorted(u, &sorted_count);
	enum err err;

	TRY(db_begin(u->db, why));
	queue_fence(u, positions, n);
	if (u->retried != 0) {
		u->slots[0].claimed = true;
		return read_now(u, why);
	}
	err = claim_identities(u, sorted, sorted_count, why);
	/* The fence divides by zero when a position has another owner. */
	if (err == ERR_BUG && strcmp(why->code, "22012") == 0)
		return why_set(why, ERR_CONFLICT, "fenced", "another consumer owns a position of this batch");
	TRY(err);
	return load_answers(u, why);
}

/* --- keys --- */

static int key_compare(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int c = (x->kind > y->kind) - (x->kind < y->kind);

	if (c == 0)
		c = span_compare(x->merchant, y->merchant);
	return c != 0 ? c : span_compare(x->id, y->id);
}

static void keys_tidy(struct need *need)
{
	size_t kept = 0;

	if (need->key_count == 0)
		return;
	qsort(need->keys, need->key_count, sizeof *need->keys, key_compare);
	for (size_t i = 1; i < need->key_count; i++)
		if (key_compare(&need->keys[i], &need->keys[kept]) != 0)
			need->keys[++kept] = need->keys[i];
	need->key_count = kept + 1;
}

static struct args *keys_args(struct unit *u)
{
	struct args *a = args_new(u->arena);
	struct array *merchant = args_array(a, DB_TEXT), *kind = args_array(a, DB_INT4), *id = args_array(a, DB_TEXT);

	for (size_t i = 0; i < u->need.key_count; i++) {
		array_text(merchant, u->need.keys[i].merchant);
		array_int4(kind, u->need.keys[i].kind);
		array_text(id, u->need.keys[i].id);
	}
	return a;
}

void unit_lock(struct unit *u)
{
	u->locked = (struct rows){ 0 };
	keys_tidy(&u->need);
	if (u->need.key_count == 0)
		return;
	db_queue(u->db, &q_unit_keys_missing, keys_args(u), -1);
	db_queue_rows(u->db, u->arena, &q_unit_keys_lock, keys_args(u), &u->locked);
}

enum err unit_locked(struct unit *u, struct why *why)
{
	const struct rows *r = &u->locked;

	TRY(db_flush(u->db, why));
	for (size_t i = 0; i < r->count; i++)
		if (rows_int4(r, i, rows_column(r, "kind")) == u->stream_kind)
			unit_note_parked(u, rows_text(r, i, rows_column(r, "merchant")), rows_text(r, i, rows_column(r, "id")),
				rows_text(r, i, rows_column(r, "topic")));
	return OK;
}

bool unit_is_parked(const struct unit *u, const struct slot *s)
{
	for (size_t i = 0; i < u->parked_count; i++)
		if (span_equal(u->parked[i].topic, s->m->topic) && span_equal(u->parked[i].ref, s->ref) &&
			span_equal(u->parked[i].merchant, s->merchant))
			return true;
	return false;
}

void unit_note_parked(struct unit *u, struct span merchant, struct span ref, struct span topic)
{
	if (u->parked_count == u->parked_room) {
		struct parked_key *more;

		u->parked_room = u->parked_room == 0 ? 16 : u->parked_room * 2;
		more = ARENA_ARRAY(u->arena, struct parked_key, u->parked_room);
		if (u->parked_count > 0)
			memcpy(more, u->parked, u->parked_count * sizeof *more);
		u->parked = more;
	}
	u->parked[u->parked_count++] = (struct parked_key){ .merchant = merchant, .ref = ref, .topic = topic };
}
