#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "log.h"
#include "metrics.h"
#include "role.h"
#include "unit_inside.h"

static struct metric batch_size = {
	.name = "dunlin_batch_messages", .type = METRIC_HISTOGRAM, .help = "Messages of one unit of work.", .bounds = metric_sizes
};
static struct metric batch_seconds = { .name = "dunlin_batch_seconds",
	.type = METRIC_HISTOGRAM,
	.help = "From claim to commit of one unit of work.",
	.bounds = metric_seconds };
static struct metric messages_total = {
	.name = "dunlin_messages_total", .type = METRIC_COUNTER, .help = "Messages by what became of them.", .labels = "outcome"
};
static struct metric fenced_total = { .name = "dunlin_fenced_total",
	.type = METRIC_COUNTER,
	.help = "Batches that committed nothing because another consumer owns a position." };
static struct metric batches_retried_total = {
	.name = "dunlin_batches_retried_total", .type = METRIC_COUNTER, .help = "Batches rolled back because the world failed."
};

/* What the outbox takes (message_fits). */
enum { OUTBOX_BYTES = 1000000 };

static const char *const outcome_names[] = {
	[OUTCOME_NONE] = "none",
	[OUTCOME_APPLIED] = "applied",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_SET_ASIDE] = "set_aside",
	[OUTCOME_DUPLICATE] = "duplicate",
	[OUTCOME_NOT_TAKEN] = "not_taken",
};

struct unit *unit_open(const struct service *service, struct db *db)
{
	struct unit *u = calloc(1, sizeof *u);

	if (u == NULL)
		bug("no memory");
	u->service = service;
	u->db = db;
	u->arena = arena_open();
	u->stream_kind = -1;
	for (int i = 0; service->kinds != NULL && service->kinds[i].name != NULL; i++)
		if (service->kinds[i].stream)
			u->stream_kind = i;
	if (asprintf(&u->dlq, "dunlin.%s.dlq", service->name) < 0)
		bug("no memory");
	metrics_register(&batch_size);
	metrics_register(&batch_seconds);
	metrics_register(&messages_total);
	metrics_register(&fenced_total);
	metrics_register(&batches_retried_total);
	return u;
}

void unit_close(struct unit *u)
{
	if (u == NULL)
		return;
	arena_close(u->arena);
	free(u->dlq);
	free(u);
}

struct arena *unit_arena(struct unit *u)
{
	return u->arena;
}

void unit_forget(struct unit *u)
{
	arena_reset(u->arena);
}

struct instant unit_now(const struct unit *u)
{
	return u->now;
}

/* --- read and need --- */

static const struct handler *handler_find(const struct service *service, struct span type)
{
	for (const struct handler *h = service->handlers; h != NULL && h->type != NULL; h++)
		if (span_is(type, h->type))
			return h;
	return NULL;
}

/* PostgreSQL's text takes no other: what isn't text is kept as hexadecimal. */
static struct span clean(struct arena *arena, struct span s)
{
	return span_is_text(s) ? s : span_hex(arena, s);
}

static enum err read_message(struct unit *u, struct slot *s)
{
	struct message *m = s->m;
	enum err err;

	if (m->unreadable != NULL) {
		m->why = *m->unreadable;
		return m->why.err;
	}
	if (span_is(m->type, clock_moved_type)) {
		m->body = &u->clock_to;
		return clock_moved(m->payload).us != 0 ? OK : why_set(&m->why, ERR_INVALID, "undecodable", "no business time");
	}
	m->handler = handler_find(u->service, m->type);
	if (m->handler == NULL)
		return why_set(&m->why, ERR_INVALID, "unknown_type", "no handler for \"%.*s\"", SPAN_ARG(m->type));
	if (m->handler->apply == NULL || m->body != NULL)
		return OK;
	err = m->handler->read(m, u->arena, &m->why);
	/* What was read in part is not read: the batch may run again, and would take it for the whole. */
	if (err != OK)
		m->body = NULL;
	return err;
}

/* A slot starts from nothing each time: the batch may be a second try. */
static void slot_begin(struct unit *u, struct slot *s, struct message *m)
{
	*s = (struct slot){ .m = m };
	m->outcome = OUTCOME_NONE;
	m->reply = (struct reply){ 0 };
	m->why = (struct why){ 0 };
	m->source = clean(u->arena, m->source);
	m->id = clean(u->arena, m->id);
	m->type = clean(u->arena, m->type);
	m->trace = clean(u->arena, m->trace);
	if (m->topic.size > 0 && message_key(m->key, &s->merchant, &s->ref) != OK)
		s->merchant = s->ref = SPAN("");
	s->early = read_message(u, s);
	if (s->early == OK && m->handler != NULL && m->handler->apply == NULL)
		m->outcome = OUTCOME_APPLIED;
	/* Malformed HTTP is neither claimed nor remembered. */
	if (s->early == OK && m->fate == FATE_ANSWER)
		s->early = m->handler->need(m, &u->need, &m->why);
	if (s->early != OK && m->fate == FATE_ANSWER) {
		m->outcome = OUTCOME_NOT_TAKEN;
		m->reply.body = problem_print(u->arena, &m->why, &m->reply.status);
		m->reply.type = "application/problem+json";
	}
}

static void slots_begin(struct unit *u, struct message **messages, size_t n)
{
	u->slots = ARENA_ARRAY(u->arena, struct slot, n);
	u->count = n;
	u->need = (struct need){ .arena = u->arena };
	u->parked = NULL;
	u->parked_count = u->parked_room = 0;
	u->clock_to = (struct instant){ 0 };
	u->book = NULL;
	for (size_t i = 0; i < n; i++)
		slot_begin(u, &u->slots[i], messages[i]);
}

/* What is new says which keys it touches; what was seen before touches none. */
static void needs_gather(struct unit *u)
{
	for (size_t i = 0; i < u->count; i++) {
		struct slot *s = &u->slots[i];

		if (!s->claimed)
			continue;
		if (s->ref.size > 0 && u->stream_kind >= 0)
			need_key(&u->need, u->stream_kind, s->merchant, s->ref);
		if (s->early == OK && s->m->handler != NULL && s->m->fate != FATE_ANSWER)
			s->early = s->m->handler->need(s->m, &u->need, &s->m->why);
	}
}

/* --- load --- */

static enum err load(struct unit *u, struct why *why)
{
	const struct store *store = u->service->store;

	u->book = store->open(u->arena);
	if (u->need.find_count > 0)
		TRY(store->find(u->db, u->arena, u->book, &u->need, why));
	unit_lock(u);
	TRY(store->fetch(u->db, u->arena, u->book, &u->need, why));
	return unit_locked(u, why);
}

/* --- apply --- */

/* A header's value is one line. */
static void add_header(struct text *t, const char *name, struct span value)
{
	if (value.size == 0)
		return;
	text_printf(t, "%s: ", name);
	for (size_t i = 0; i < value.size; i++)
		text_char(t, value.at[i] == '\n' ? ' ' : value.at[i]);
	text_char(t, '\n');
}

static struct span dlq_headers(struct unit *u, const struct message *m)
{
	struct text t;

	text_init(&t, u->arena);
	add_header(&t, "dlq_topic", m->topic);
	text_printf(&t, "dlq_partition: %d\ndlq_offset: %lld\n", (int)m->partition, (long long)m->offset);
	add_header(&t, "dlq_outcome", m->outcome == OUTCOME_REFUSED ? SPAN("refused") : SPAN("parked"));
	add_header(&t, "dlq_code", span_of(m->why.code));
	add_header(&t, "dlq_field", span_of(m->why.field));
	add_header(&t, "dlq_reason", span_of(m->why.text));
	add_header(&t, "dlq_source", m->source);
	add_header(&t, "dlq_id", m->id);
	return text_done(&t);
}

/* A payload that is too large for an event of ours stays in the table alone. */
static void say_dead(struct unit *u, struct slot *s)
{
	struct message *m = s->m;
	struct span key = s->ref.size > 0 ? m->key : SPAN("");
	struct span payload = m->payload.at != NULL && m->payload.size <= OUTBOX_BYTES ? m->payload : SPAN("");

	if (m->topic.size > 0)
		say_extra(s->say, u->dlq, key, span_cstr(u->arena, m->type), payload, dlq_headers(u, m));
}

static void set_aside(struct unit *u, struct slot *s)
{
	s->m->outcome = OUTCOME_SET_ASIDE;
	if (s->ref.size > 0 && u->stream_kind >= 0 && !s->behind)
		unit_note_parked(u, s->merchant, s->ref, s->m->topic);
	/* Said once: a retry that fails again changes nothing for those who listen. */
	if (u->retried == 0 && !s->behind)
		say_dead(u, s);
}

static void turn_down(struct unit *u, struct slot *s)
{
	struct message *m = s->m;

	switch (m->fate) {
	case FATE_DEAD_LETTER:
		m->outcome = OUTCOME_REFUSED;
		if (u->service->refused != NULL && s->ref.size > 0)
			u->service->refused(m, &m->why, u->now, s->say);
		say_dead(u, s);
		break;
	case FATE_SET_ASIDE: set_aside(u, s); break;
	case FATE_ANSWER:
		m->outcome = OUTCOME_REFUSED;
		m->reply.body = problem_print(u->arena, &m->why, &m->reply.status);
		m->reply.type = "application/problem+json";
		break;
	}
}

static enum err apply_handler(struct unit *u, struct slot *s)
{
	const struct store *store = u->service->store;
	struct message *m = s->m;
	enum err err;

	if (m->handler == NULL) {
		struct instant to = clock_moved(m->payload);

		u->clock_to = instant_compare(to, u->clock_to) > 0 ? to : u->clock_to;
		return OK;
	}
	store->mark(u->book);
	err = m->handler->apply(u->book, m, u->now, s->say, &m->why);
	if (err == OK) {
		m->reply = *say_replied(s->say);
		if (m->reply.status == 0)
			m->reply = (struct reply){ .status = 200, .body = SPAN("{}") };
		return OK;
	}
	store->restore(u->book);
	say_forget(s->say);
	return err;
}

static enum err apply_slot(struct unit *u, struct slot *s, struct why *why)
{
	enum err err = s->early;

	s->say = say_open(u->arena, s->m);
	s->counts = true;
	if (s->m->fate == FATE_SET_ASIDE && s->ref.size > 0 && u->retried == 0 && unit_is_parked(u, s)) {
		s->behind = true;
		(void)why_set(&s->m->why, ERR_REFUSED, "queued_behind", "an earlier message of this key is set aside");
		set_aside(u, s);
		return OK;
	}
	if (err == OK)
		err = apply_handler(u, s);
	if (err == OK) {
		s->m->outcome = OUTCOME_APPLIED;
		return OK;
	}
	/* A bug or a failing world is the batch's affair, not this message's. */
	if (err == ERR_BUG || err == ERR_RETRY) {
		*why = s->m->why;
		return err;
	}
	turn_down(u, s);
	return OK;
}

static enum err apply(struct unit *u, struct why *why)
{
	for (size_t i = 0; i < u->count; i++) {
		struct slot *s = &u->slots[i];

		if (s->claimed)
			TRY(apply_slot(u, s, why));
		else if (s->m->outcome == OUTCOME_NONE)
			s->m->outcome = OUTCOME_DUPLICATE;
	}
	return OK;
}

/* Of several alike in one batch the first is done; the others are told what it was told. */
static void answer_twins(struct unit *u)
{
	for (size_t i = 0; i < u->count; i++) {
		struct slot *s = &u->slots[i];
		struct digest a, b;

		if (s->twin == NULL || s->m->fate != FATE_ANSWER)
			continue;
		a = unit_request_digest(s->m);
		b = unit_request_digest(s->twin->m);
		s->m->reply = s->twin->m->reply;
		if (digest_equal(a.b, b.b, sizeof a.b))
			continue;
		(void)why_set(&s->m->why, ERR_REFUSED, "idempotency_key_reused", "the Idempotency-Key was used before for another request");
		s->m->reply.body = problem_print(u->arena, &s->m->why, &s->m->reply.status);
		s->m->reply.type = "application/problem+json";
	}
}

/* --- the road --- */

static bool is_any_claimed(const struct unit *u)
{
	for (size_t i = 0; i < u->count; i++)
		if (u->slots[i].claimed)
			return true;
	return false;
}

static struct span without_package(struct span type)
{
	struct span head, tail;

	while (span_cut(type, '.', &head, &tail))
		type = tail;
	return type;
}

/* A place that a batch comes by: once, and in the course of each message that is done by it. */
static void crash_on_road(const struct unit *u, enum crash_point point)
{
	if (__builtin_expect(crash_armed != point, 1))
		return;
	crash_here(point);
	for (size_t i = 0; i < u->count; i++) {
		const struct slot *s = &u->slots[i];

		if (s->claimed && (s->m->outcome == OUTCOME_APPLIED || point == CRASH_UNIT_CLAIMED))
			crash_here_in(point, without_package(s->m->type));
	}
}

static enum err travel(
	struct unit *u, struct message **messages, size_t n, const struct position *positions, size_t position_count, struct why *why)
{
	slots_begin(u, messages, n);
	TRY(unit_claim(u, positions, position_count, why));
	crash_on_road(u, CRASH_UNIT_CLAIMED);
	needs_gather(u);
	if (is_any_claimed(u)) {
		TRY(load(u, why));
		TRY(apply(u, why));
		crash_on_road(u, CRASH_UNIT_APPLIED);
		TRY(u->service->store->save(u->db, u->arena, u->book, why));
		unit_record(u);
		TRY(db_flush(u->db, why));
	} else
		TRY(apply(u, why));
	unit_say(u);
	crash_on_road(u, CRASH_COMMIT_BEFORE);
	return db_commit(u->db, why);
}

static void count_batch(const struct unit *u, int64_t started)
{
	metric_observe(&batch_size, (double)u->count, NULL);
	metric_observe(&batch_seconds, (double)(clock_monotonic_us() - started) / 1e6, NULL);
	for (size_t i = 0; i < u->count; i++)
		metric_add(&messages_total, 1, outcome_names[u->slots[i].m->outcome], NULL);
}

static enum err run_once(
	struct unit *u, struct message **messages, size_t n, const struct position *positions, size_t position_count, struct why *why)
{
	int64_t started = clock_monotonic_us();
	enum err err = travel(u, messages, n, positions, position_count, why);

	if (err != OK) {
		db_rollback(u->db);
		metric_add(err == ERR_CONFLICT ? &fenced_total : &batches_retried_total, 1, NULL);
		return err;
	}
	crash_on_road(u, CRASH_COMMIT_AFTER);
	answer_twins(u);
	count_batch(u, started);
	if (u->events > 0)
		role_wake(ROLE_RELAY);
	/* What was committed may have made work: timers that fall due, intents to send. */
	if (is_any_claimed(u)) {
		role_wake(ROLE_TICK);
		role_wake(ROLE_SEND);
	}
	return OK;
}

/* The position that a single message of a batch leaves its partition at. */
static size_t position_of(const struct message *m, const struct position *positions, size_t n, struct position *out)
{
	for (size_t i = 0; m->topic.size > 0 && i < n; i++)
		if (positions[i].partition == m->partition && span_equal(positions[i].topic, m->topic)) {
			*out = positions[i];
			out->next_offset = m->offset + 1;
			out->last_id = m->id;
			return 1;
		}
	return 0;
}

static void set_bug(struct unit *u, struct message *m, const struct why *why)
{
	m->outcome = OUTCOME_NONE;
	m->why = *why;
	m->reply.body = problem_print(u->arena, why, &m->reply.status);
	m->reply.type = "application/problem+json";
}

static enum err run_alone(struct unit *u, struct message *m, const struct position *position, size_t n, struct why *why)
{
	enum err err = run_once(u, &m, 1, position, n, why);

	if (err != ERR_BUG)
		return err;
	log_why(LOG_ERROR, "a message can't be applied", why);
	if (m->fate != FATE_ANSWER)
		return unit_set_aside(u, m, n > 0 ? position : NULL, why->code, why->text, why);
	set_bug(u, m, why);
	return OK;
}

static enum err run_one_by_one(
	struct unit *u, struct message **messages, size_t n, const struct position *positions, size_t position_count, struct why *why)
{
	for (size_t i = 0; i < n; i++) {
		struct position p;
		size_t has = position_of(messages[i], positions, position_count, &p);

		TRY(run_alone(u, messages[i], &p, has, why));
	}
	return position_count == 0 ? OK : run_once(u, NULL, 0, positions, position_count, why);
}

enum err unit_run(
	struct unit *u, struct message **messages, size_t n, const struct position *positions, size_t position_count, struct why *why)
{
	enum err err;

	u->retried = 0;
	if (n == 0 && position_count == 0)
		return OK;
	err = run_once(u, messages, n, positions, position_count, why);
	/* Somebody else wrote the same unique key since it was looked for: once more, and it is found. */
	if (err == ERR_BUG && strcmp(why->code, "23505") == 0)
		err = run_once(u, messages, n, positions, position_count, why);
	if (err != ERR_BUG)
		return err;
	log_why(LOG_ERROR, "a batch failed, its messages run again one by one", why);
	return run_one_by_one(u, messages, n, positions, position_count, why);
}

/* The message is claimed and parked without being looked into: neither read nor applied. */
enum err unit_set_aside(
	struct unit *u, struct message *m, const struct position *position, const char *code, const char *text, struct why *why)
{
	struct why reason = { 0 };
	enum err err;

	(void)why_set(&reason, ERR_BUG, code, "%s", text);
	u->retried = 0;
	slots_begin(u, &m, 0);
	u->slots = ARENA_NEW(u->arena, struct slot);
	u->count = 1;
	*u->slots = (struct slot){ .m = m };
	m->outcome = OUTCOME_NONE;
	m->why = reason;
	if (m->topic.size > 0 && message_key(m->key, &u->slots->merchant, &u->slots->ref) != OK)
		u->slots->merchant = u->slots->ref = SPAN("");
	err = unit_claim(u, position, position != NULL, why);
	if (err == OK && u->slots->ref.size > 0 && u->stream_kind >= 0)
		need_key(&u->need, u->stream_kind, u->slots->merchant, u->slots->ref);
	if (err == OK) {
		unit_lock(u);
		err = unit_locked(u, why);
	}
	if (err == OK && u->slots->claimed) {
		u->slots->say = say_open(u->arena, m);
		u->slots->counts = true;
		m->fate = FATE_SET_ASIDE;
		set_aside(u, u->slots);
		unit_record(u);
		err = db_flush(u->db, why);
	}
	if (err == OK) {
		unit_say(u);
		err = db_commit(u->db, why);
	}
	if (err != OK)
		db_rollback(u->db);
	return err;
}

enum err unit_retry(struct unit *u, struct message *m, int64_t seq, struct why *why)
{
	enum err err;

	u->retried = seq;
	err = run_once(u, &m, 1, NULL, 0, why);
	u->retried = 0;
	return err;
}

enum err unit_republish(struct unit *u, const char *topic, struct span id, struct span *after, size_t limit, size_t *said, struct why *why)
{
	struct message m = { .source = SPAN("republish"), .id = id, .time = clock_real() };
	struct slot slot = { .m = &m, .say = say_open(u->arena, &m) };
	enum err err;

	u->slots = &slot;
	u->count = 1;
	*said = 0;
	err = db_begin(u->db, why);
	if (err == OK)
		err = u->service->republish(u->db, u->arena, topic, after, limit, slot.say, said, why);
	if (err == OK) {
		unit_say(u);
		err = db_commit(u->db, why);
	}
	if (err != OK)
		db_rollback(u->db);
	else
		role_wake(ROLE_RELAY);
	return err;
}
