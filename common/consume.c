#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common_queries.h"
#include "consumer.h"
#include "crash.h"
#include "log.h"
#include "metrics.h"
#include "role.h"
#include "unit.h"

enum { IDLE_MS = 100, REPORT_S = 3, LASTING_S = 30, DUELS_MOST = 4 };

static struct metric gaps = {
	.name = "dunlin_consume_gaps_total",
	.type = METRIC_COUNTER,
	.help = "Offsets missing on a topic that our relays alone write and that is not compacted.",
	.labels = "topic",
};
static struct metric oldest = {
	.name = "dunlin_consume_oldest_seconds",
	.type = METRIC_GAUGE,
	.help = "Age of the oldest message that is not processed yet.",
	.labels = "thread",
};

/* What was gathered: messages in the order of arrival, and the partition of each. */
struct batch {
	struct message **messages;
	struct part **parts;
	size_t count, bytes;
	int64_t oldest_us; /* timestamp of the oldest record; INT64_MAX: none */
};

struct consume {
	struct consumer consumer;
	struct role *role;
	struct db *db;
	struct unit *unit;
	struct batch batch;
	int64_t report_at; /* monotonic µs of the next report */
};

/* --- gathering --- */

static void batch_forget(struct consume *s)
{
	if (s->batch.messages != NULL)
		unit_forget(s->unit);
	s->batch = (struct batch){ .oldest_us = INT64_MAX };
}

static struct header *headers_of(const rd_kafka_message_t *raw, struct arena *arena, size_t *n)
{
	rd_kafka_headers_t *list;
	struct header *out;

	*n = 0;
	if (rd_kafka_message_headers(raw, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return NULL;
	*n = rd_kafka_header_cnt(list);
	out = ARENA_ARRAY(arena, struct header, *n);
	for (size_t i = 0; i < *n; i++) {
		const char *name;
		const void *value;
		size_t size;

		if (rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
			out[i] = (struct header){ span_of(name), span_bytes(value, size) };
	}
	return out;
}

/* A timestamp that is none counts as 1970: the time of a message must be the same on a re-run. */
static struct instant time_of(const rd_kafka_message_t *raw)
{
	rd_kafka_timestamp_type_t type;
	int64_t ms = rd_kafka_message_timestamp(raw, &type);
	struct instant at;

	if (ms < 0 || ms > INT64_MAX / 1000 || instant_make(ms * 1000, &at) != OK)
		at = (struct instant){ 0 };
	return at;
}

static struct message *message_of(struct consumer *c, const struct part *part, const rd_kafka_message_t *raw, struct arena *arena)
{
	struct message *m = ARENA_NEW(arena, struct message);
	struct record r = {
		.cluster = c->cluster,
		.topic = span_of(part->intake->topic),
		.partition = raw->partition,
		.offset = raw->offset,
		.time = time_of(raw),
		.key = span_bytes(raw->key, raw->key_len),
		.value = span_bytes(raw->payload, raw->len),
		.foreign = part->intake->foreign,
	};

	r.headers = headers_of(raw, arena, &r.header_count);
	kafka_read_record(m, &r, arena);
	return m;
}

/* The record that was applied last must still be where it was: otherwise this is another log, and offsets mean nothing. */
static enum err read_back(struct part *part, const struct message *m, struct why *why)
{
	part->check = false;
	if (m->offset == part->next && span_equal(m->id, part->last_id))
		return OK;
	return why_set(why, ERR_REFUSED, "position_mismatch",
		"%s partition %d: offset %lld holds %.*s, but %.*s was applied there: this is another log; see 'positions show', "
		"'positions adopt' and 'positions reset'",
		part->intake->topic, part->partition, (long long)m->offset, SPAN_ARG(m->id), SPAN_ARG(part->last_id));
}

/* Only our relays write such a topic, and nothing is taken out of it: something was lost, on the way or in the broker. */
static void alarm_gap(const struct part *part, int64_t offset)
{
	metric_add(&gaps, 1, part->intake->topic, NULL);
	log_error("offsets are missing", LOG_TEXT("topic", part->intake->topic), LOG_NUMBER("partition", part->partition),
		LOG_NUMBER("expected", part->next), LOG_NUMBER("found", offset));
}

static void batch_add(struct consume *s, struct part *part, struct message *m, const rd_kafka_message_t *raw)
{
	struct batch *b = &s->batch;
	struct instant at = time_of(raw);

	b->messages[b->count] = m;
	b->parts[b->count++] = part;
	b->bytes += raw->len + raw->key_len;
	if (at.us > 0 && at.us < b->oldest_us)
		b->oldest_us = at.us;
}

/* One record. What is not ours any more, or came before, is let pass. */
static enum err take(struct consume *s, const rd_kafka_message_t *raw, struct why *why)
{
	struct consumer *c = &s->consumer;
	struct arena *arena = unit_arena(s->unit);
	struct part *part = consumer_part(c, rd_kafka_topic_name(raw->rkt), raw->partition);
	struct message *m;

	if (part == NULL || raw->offset < part->next)
		return OK;
	m = message_of(c, part, raw, arena);
	if (part->check)
		TRY(read_back(part, m, why));
	else {
		if (raw->offset > part->next && !part->intake->foreign && !part->intake->compacted)
			alarm_gap(part, raw->offset);
		batch_add(s, part, m, raw);
	}
	part->next = raw->offset + 1;
	return OK;
}

/* What librdkafka says in place of a record. Passing trouble it mends by itself. */
static enum err take_error(struct consume *s, const rd_kafka_message_t *raw, struct why *why)
{
	char text[200];
	rd_kafka_resp_err_t code = raw->err;

	if (code == RD_KAFKA_RESP_ERR__FATAL)
		code = rd_kafka_fatal_error(s->consumer.rk, text, sizeof text);
	if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
		return why_set(why, ERR_REFUSED, "position_expired",
			"%s partition %d: the log has no offset %lld; see 'positions show' and 'positions reset'",
			raw->rkt != NULL ? rd_kafka_topic_name(raw->rkt) : "?", raw->partition, (long long)raw->offset);
	if (code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
		return why_set(why, ERR_CONFLICT, "instance_fenced", "the group knows another member by this kafka_instance_id");
	if (raw->err == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
		code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
		return client_error(code, rd_kafka_message_errstr(raw), why);
	log_warn("consumer", LOG_TEXT("code", rd_kafka_err2name(code)), LOG_TEXT("text", rd_kafka_message_errstr(raw)));
	return OK;
}

/* One poll. False in *more when nothing is there. */
static enum err gather_one(struct consume *s, int timeout_ms, bool *more, struct why *why)
{
	struct consumer *c = &s->consumer;
	rd_kafka_message_t *raw = rd_kafka_consumer_poll(c->rk, timeout_ms);
	enum err err = OK;

	if (c->changed) {
		c->changed = false;
		batch_forget(s);
	}
	if (s->batch.messages == NULL) {
		s->batch.messages = ARENA_ARRAY(unit_arena(s->unit), struct message *, UNIT_MESSAGES);
		s->batch.parts = ARENA_ARRAY(unit_arena(s->unit), struct part *, UNIT_MESSAGES);
	}
	*more = raw != NULL;
	if (c->failed != OK) {
		*why = c->why;
		err = c->failed;
	} else if (raw != NULL)
		err = raw->err == RD_KAFKA_RESP_ERR_NO_ERROR ? take(s, raw, why) : take_error(s, raw, why);
	if (raw != NULL)
		rd_kafka_message_destroy(raw);
	return err;
}

/* What is there, up to the limits; waits only for the first. */
static enum err gather(struct consume *s, struct why *why)
{
	bool more = true;

	batch_forget(s);
	for (int timeout = IDLE_MS; more && s->batch.count < UNIT_MESSAGES && s->batch.bytes < UNIT_BYTES; timeout = 0)
		TRY(gather_one(s, s->batch.count > 0 ? 0 : timeout, &more, why));
	return OK;
}

/* --- running --- */

static void measure_age(struct consume *s)
{
	int64_t us = s->batch.oldest_us == INT64_MAX ? 0 : clock_real().us - s->batch.oldest_us;
	char thread[12];

	snprintf(thread, sizeof thread, "%d", s->role->number);
	metric_set(&oldest, us > 0 ? (double)us / 1e6 : 0, thread, NULL);
}

/* Where messages from..to leave their partitions: one position for each. */
static struct position *positions_of(struct consume *s, size_t from, size_t to, size_t *n)
{
	struct arena *arena = unit_arena(s->unit);
	struct position *out = ARENA_ARRAY(arena, struct position, to - from);

	*n = 0;
	for (size_t i = from; i < to; i++)
		s->batch.parts[i]->slot = SIZE_MAX;
	for (size_t i = to; i-- > from;) {
		struct part *part = s->batch.parts[i];
		const struct message *m = s->batch.messages[i];

		if (part->slot != SIZE_MAX)
			continue;
		part->slot = *n;
		out[(*n)++] = (struct position){ .cluster = s->consumer.cluster,
			.topic = span_of(part->intake->topic),
			.partition = part->partition,
			.epoch = part->epoch,
			.next_offset = m->offset + 1,
			.last_id = m->id };
	}
	return out;
}

static void positions_moved(struct consume *s, size_t from, size_t to, const struct position *positions)
{
	for (size_t i = from; i < to; i++) {
		struct part *part = s->batch.parts[i];

		part->saved = positions[part->slot].next_offset;
		part->tries = 0;
		part->alone -= part->alone > 0;
	}
}

/* Messages from..to of the batch as one unit. */
struct attempt {
	size_t from, to;
	struct position *positions;
	size_t count;
	bool alone;   /* a batch with its partition ended the process before */
	bool aside;   /* and so did the message itself: not again */
	bool counted; /* as a try, before it begins */
};

static enum err count_try(struct consume *s, struct attempt *a, struct why *why)
{
	struct part *part = s->batch.parts[a->from];
	struct arena *arena = unit_arena(s->unit);
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, s->consumer.cluster);
	args_text(args, span_of(part->intake->topic));
	args_int4(args, part->partition);
	args_int8(args, part->epoch);
	TRY(db_exec(s->db, arena, &q_position_try, args, &rows, why));
	if (rows.affected == 0)
		return why_set(why, ERR_CONFLICT, "fenced", "another consumer owns %s partition %d", part->intake->topic, part->partition);
	part->tries = (part->tries > TRIES_ALONE ? part->tries : TRIES_ALONE) + 1;
	a->counted = true;
	return OK;
}

static enum err run_once(struct consume *s, struct attempt *a, struct why *why)
{
	struct message **messages = s->batch.messages + a->from;
	char text[80];

	if (a->aside) {
		snprintf(
			text, sizeof text, "the process ended %d times while this was tried", s->batch.parts[a->from]->tries - TRIES_ALONE);
		return unit_set_aside(s->unit, messages[0], a->positions, "crashed_the_process", text, why);
	}
	if (a->alone && !a->counted)
		TRY(count_try(s, a, why));
	return unit_run(s->unit, messages, a->to - a->from, a->positions, a->count, why);
}

/* While the world fails it tries again, without polling, well under max.poll.interval.ms; after that somebody else may try. Told to stop
 * meanwhile: OK, with nothing done. */
static enum err run(struct consume *s, struct attempt *a, struct why *why)
{
	int64_t until = clock_monotonic_us() + common_settings.patience_seconds * US_PER_SECOND;

	a->positions = positions_of(s, a->from, a->to, &a->count);
	for (int try = 0;; try++) {
		enum err err = run_once(s, a, why);

		if (err == OK) {
			crash_here(CRASH_CONSUME_COMMITTED);
			positions_moved(s, a->from, a->to, a->positions);
		}
		if (err != ERR_RETRY)
			return err;
		measure_age(s);
		if (try == 0)
			log_why(LOG_WARN, "batch runs again", why);
		if (clock_monotonic_us() > until)
			return ERR_RETRY;
		client_back_off(s->role, try);
		if (role_stopping(s->role))
			return OK;
	}
}

/* The batch in one unit; where a partition is under suspicion, its messages alone. */
static enum err run_batch(struct consume *s, struct why *why)
{
	struct batch *b = &s->batch;
	size_t i = 0;

	if (b->count > 0)
		measure_age(s);
	while (i < b->count && !role_stopping(s->role)) {
		struct attempt a = { .from = i, .to = i };

		while (a.to < b->count && b->parts[a.to]->alone == 0)
			a.to++;
		a.alone = a.to == i;
		a.aside = a.alone && b->parts[i]->stuck && b->parts[i]->tries >= TRIES_SPENT;
		a.to += a.alone;
		TRY(run(s, &a, why));
		i = a.to;
		role_beat(s->role);
	}
	return OK;
}

static void report(struct consume *s)
{
	int64_t now = clock_monotonic_us();

	if (now < s->report_at)
		return;
	s->report_at = now + REPORT_S * US_PER_SECOND;
	consumer_report(&s->consumer);
	if (consumer_measure(&s->consumer) == 0) {
		s->batch.oldest_us = INT64_MAX;
		measure_age(s);
	}
}

/* As long as this membership is good. */
static enum err consume_until(struct consume *s, struct why *why)
{
	while (!role_stopping(s->role)) {
		role_beat(s->role);
		TRY(gather(s, why));
		if (s->batch.count > 0)
			crash_here(CRASH_CONSUME_GATHERED);
		TRY(run_batch(s, why));
		report(s);
	}
	return OK;
}

/* From joining the group to leaving it. */
static enum err consume_session(struct consume *s, const struct service *service, struct why *why)
{
	enum err err;

	TRY(consumer_open(&s->consumer, service, s->role, s->db, why));
	s->batch = (struct batch){ .oldest_us = INT64_MAX };
	err = consume_until(s, why);
	if (err == OK)
		consumer_report(&s->consumer);
	consumer_close(&s->consumer, err == OK);
	batch_forget(s);
	return err;
}

/* A fenced consumer drops what it has and joins anew; who really owns what is the group's to say. After a time without the broker a static member
 * may meet its own former self, which is over with the next session; two processes of one name fence each other again and again. */
static enum err consume_sessions(struct consume *s, const struct service *service, struct why *why)
{
	int duels = 0;

	for (int try = 0; !role_stopping(s->role); try++) {
		int64_t begun = clock_monotonic_us();
		enum err err = consume_session(s, service, why);

		if (err != ERR_CONFLICT)
			return err;
		duels = clock_monotonic_us() - begun < LASTING_S * US_PER_SECOND && strcmp(why->code, "instance_fenced") == 0 ? duels + 1
															      : 0;
		if (duels == DUELS_MOST)
			return why_set(why, ERR_REFUSED, "instance_id_taken", "another process has the same kafka_instance_id");
		log_why(LOG_WARN, "leaving the group to join anew", why);
		client_back_off(s->role, try);
	}
	return OK;
}

static void nothing_to_consume(struct role *role)
{
	while (!role_stopping(role)) {
		role_beat(role);
		role_wait(role, 1000);
		role_drain(role);
	}
}

enum err consume_run(const struct service *service, struct role *role, struct why *why)
{
	struct consume s = { .role = role };
	enum err err;

	if (service->intakes == NULL || service->intakes[0].topic == NULL) {
		nothing_to_consume(role);
		return OK;
	}
	metrics_register(&gaps);
	TRY(service_db_wait(service, role, "consume", &s.db, why));
	if (s.db == NULL)
		return OK;
	s.unit = unit_open(service, s.db);
	err = consume_sessions(&s, service, why);
	unit_close(s.unit);
	db_close(s.db);
	return err;
}
