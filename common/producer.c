#include "producer.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crash.h"
#include "metrics.h"
#include "role.h"
#include "service.h"

enum { MAGIC = 0x70726f64, HEADERS_ROOM = 8, KNOWN_S = 60 };

static struct metric acked_total = {
	.name = "dunlin_relay_acked_total",
	.type = METRIC_COUNTER,
	.help = "Events that Kafka acknowledged.",
};

/* A partition as this producer knows it. Kafka forgets producers after a day (producer.id.expiration.ms) or what an operator sets. */
struct lane {
	int64_t acked_at; /* monotonic µs of the last acknowledgement; 0: none yet */
	int64_t in_flight;
};

struct lanes {
	struct lanes *next;
	rd_kafka_topic_t *topic;
	int32_t count;
	struct lane lanes[];
};

/* One message on its way; its place in the window is its ordinal, which travels as librdkafka's opaque. */
struct sent {
	int64_t seq;
	struct instant at;
	struct lane *lane;
	bool acked;
};

/*
 * 1. Messages head..tail-1 (ordinals) are in the window, in order of seq. 2. All before head are acknowledged, and last_acked is the seq of the
 * one before head. 3. bytes is the sum over what has no report yet. 4. What is in flight to a partition where nothing was acknowledged lately is one
 * message.
 */
struct producer {
	uint32_t magic;
	rd_kafka_t *rk;
	uint64_t head, tail;
	int64_t last_acked;
	int64_t bytes;
	const char *failed; /* why nothing more will come of it; NULL: it lives */
	struct lanes *topics;
	struct lane *held; /* for which the next message waits */
	struct sent window[PRODUCER_WINDOW];
};

/* --- partitions --- */

static enum err lanes_add(struct producer *p, const char *name, struct lanes **out, struct why *why)
{
	struct topic_size size = { .name = name };
	struct lanes *l;

	TRY(client_topics_there(p->rk, &size, 1, why));
	l = calloc(1, sizeof *l + (size_t)size.partitions * sizeof *l->lanes);
	if (l == NULL)
		bug("no memory");
	l->topic = rd_kafka_topic_new(p->rk, name, NULL);
	if (l->topic == NULL)
		bug("no handle for topic %s", name);
	l->count = size.partitions;
	l->next = p->topics;
	*out = p->topics = l;
	return OK;
}

static void lanes_free(struct lanes *l)
{
	while (l != NULL) {
		struct lanes *next = l->next;

		free(l);
		l = next;
	}
}

static enum err lanes_of(struct producer *p, const char *name, struct lanes **out, struct why *why)
{
	for (struct lanes *l = p->topics; l != NULL; l = l->next)
		if (strcmp(rd_kafka_topic_name(l->topic), name) == 0) {
			*out = l;
			return OK;
		}
	return lanes_add(p, name, out, why);
}

/* As Java's clients choose it. What has no key goes round. */
static int32_t partition_of(const struct lanes *l, const struct outgoing *o)
{
	if (o->key.size == 0)
		return (int32_t)(o->seq % l->count);
	return rd_kafka_msg_partitioner_murmur2(l->topic, o->key.at, o->key.size, l->count, NULL, NULL);
}

static bool lane_waits(const struct lane *lane)
{
	return lane->in_flight > 0 && (lane->acked_at == 0 || clock_monotonic_us() - lane->acked_at > KNOWN_S * US_PER_SECOND);
}

/* --- reports --- */

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct producer *p = opaque;
	uint64_t ordinal = (uintptr_t)m->_private;
	struct sent *sent = &p->window[ordinal % PRODUCER_WINDOW];

	if (p->magic != MAGIC || p->rk != rk || ordinal < p->head || ordinal >= p->tail)
		bug("a delivery report for something that was not sent");
	crash_here(CRASH_RELAY_DELIVERED);
	p->bytes -= (int64_t)(m->len + m->key_len);
	sent->lane->in_flight--;
	if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR && m->offset >= 0) {
		sent->acked = true;
		sent->lane->acked_at = clock_monotonic_us();
	} else if (p->failed == NULL)
		p->failed = m->err != RD_KAFKA_RESP_ERR_NO_ERROR ? rd_kafka_err2str(m->err) : "a report without an offset";
}

static void callbacks(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
}

/* Reports wake the role through its eventfd, which takes eight bytes. */
static void wake_role(rd_kafka_t *rk, struct role *role)
{
	static const uint64_t one = 1;
	rd_kafka_queue_t *queue = rd_kafka_queue_get_main(rk);

	rd_kafka_queue_io_event_enable(queue, role->wake_fd, &one, sizeof one);
	rd_kafka_queue_destroy(queue);
}

/* Gapless: behind a batch that Kafka refuses for good nothing more goes out, not even in the moment before this producer is given up. */
enum err producer_open(struct producer **out, const struct service *service, struct role *role, struct why *why)
{
	static const struct client_setting settings[] = {
		{ "enable.idempotence", "true" },
		{ "enable.gapless.guarantee", "true" },
		{ "acks", "all" },
		{ "message.timeout.ms", "0" },
		{ "message.max.bytes", "1048576" },
		{ "topic.metadata.refresh.interval.ms", "10000" },
		{ "queue.buffering.max.messages", "20000" },
		{ "queue.buffering.max.kbytes", "32768" },
		{ "linger.ms", "1" },
		{ "compression.codec", "lz4" },
		{ NULL, NULL },
	};
	struct producer *p = calloc(1, sizeof *p);
	enum err err;

	if (p == NULL)
		bug("no memory");
	p->magic = MAGIC;
	err = client_open(&p->rk, RD_KAFKA_PRODUCER, service, settings, callbacks, p, why);
	if (err == OK)
		wake_role(p->rk, role);
	else {
		free(p);
		p = NULL;
	}
	*out = p;
	return err;
}

void producer_close(struct producer *p, int flush_ms)
{
	if (p == NULL)
		return;
	if (flush_ms > 0 && p->failed == NULL)
		(void)rd_kafka_flush(p->rk, flush_ms);
	(void)rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	for (struct lanes *l = p->topics; l != NULL; l = l->next)
		rd_kafka_topic_destroy(l->topic);
	rd_kafka_destroy(p->rk);
	lanes_free(p->topics);
	p->magic = 0;
	free(p);
}

rd_kafka_t *producer_client(const struct producer *p)
{
	return p->rk;
}

size_t producer_in_flight(const struct producer *p)
{
	return (size_t)(p->tail - p->head);
}

size_t producer_room(const struct producer *p, int64_t *bytes)
{
	*bytes = PRODUCER_BYTES - p->bytes;
	if (*bytes <= 0 || (p->held != NULL && lane_waits(p->held)))
		return 0;
	return PRODUCER_WINDOW - producer_in_flight(p);
}

struct instant producer_oldest(const struct producer *p)
{
	return p->head == p->tail ? (struct instant){ 0 } : p->window[p->head % PRODUCER_WINDOW].at;
}

static void add(rd_kafka_headers_t *headers, const char *name, struct span value)
{
	if (value.size > 0 && rd_kafka_header_add(headers, name, -1, value.at, (ssize_t)value.size) != RD_KAFKA_RESP_ERR_NO_ERROR)
		bug("a header can't be added");
}

static void add_extra(rd_kafka_headers_t *headers, struct span extra)
{
	struct span line, name, value;

	while (extra.size > 0) {
		(void)span_cut(extra, '\n', &line, &extra);
		if (!span_cut(line, ':', &name, &value))
			continue;
		value = span_trim(value);
		if (rd_kafka_header_add(headers, name.at, (ssize_t)name.size, value.at, (ssize_t)value.size) != RD_KAFKA_RESP_ERR_NO_ERROR)
			bug("a header can't be added");
	}
}

/* CloudEvents 1.0, Kafka binding, binary mode. */
static rd_kafka_headers_t *headers_of(const struct outgoing *o)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(HEADERS_ROOM);
	char id[UUID_TEXT + 1], at[INSTANT_TEXT + 1];

	uuid_print(o->id, id);
	instant_print(o->at, at);
	add(headers, "ce_specversion", SPAN("1.0"));
	add(headers, "ce_id", span_of(id));
	add(headers, "ce_source", span_of(o->source));
	add(headers, "ce_type", o->type);
	add(headers, "ce_time", span_of(at));
	add(headers, "ce_subject", o->key);
	add(headers, "content-type", SPAN("application/protobuf"));
	add(headers, "traceparent", o->trace);
	add_extra(headers, o->extra);
	return headers;
}

/* librdkafka does not write to the payload or the key that it copies. */
static void *unqualified(struct span s)
{
	union {
		const void *given;
		void *taken;
	} at = { .given = s.at };

	return at.taken;
}

static rd_kafka_resp_err_t produce(
	struct producer *p, const struct outgoing *o, const struct lanes *topic, int32_t partition, uint64_t ordinal)
{
	rd_kafka_headers_t *headers = headers_of(o);
	void *key = o->key.size > 0 ? unqualified(o->key) : NULL;
	rd_kafka_resp_err_t code = rd_kafka_producev(p->rk, RD_KAFKA_V_RKT(topic->topic), RD_KAFKA_V_PARTITION(partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, o->key.size),
		RD_KAFKA_V_VALUE(unqualified(o->payload), o->payload.size), RD_KAFKA_V_HEADERS(headers),
		RD_KAFKA_V_OPAQUE((void *)(uintptr_t)ordinal), RD_KAFKA_V_END);

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_headers_destroy(headers);
	return code;
}

enum err producer_send(struct producer *p, const struct outgoing *o, bool *taken, struct why *why)
{
	struct lanes *topic;
	struct lane *lane;
	int32_t partition;
	rd_kafka_resp_err_t code;

	TRY(lanes_of(p, o->topic, &topic, why));
	partition = partition_of(topic, o);
	lane = &topic->lanes[partition];
	p->held = lane_waits(lane) ? lane : NULL;
	*taken = p->held == NULL;
	if (!*taken)
		return OK;
	if (producer_in_flight(p) == PRODUCER_WINDOW)
		bug("the window is full");
	p->window[p->tail % PRODUCER_WINDOW] = (struct sent){ .seq = o->seq, .at = o->at, .lane = lane };
	p->bytes += (int64_t)(o->payload.size + o->key.size);
	lane->in_flight++;
	code = produce(p, o, topic, partition, p->tail++);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return OK;
	p->failed = rd_kafka_err2str(code);
	return why_field(why, ERR_RETRY, "produce", o->topic, "seq %lld to %s: %s", (long long)o->seq, o->topic, p->failed);
}

enum err producer_reap(struct producer *p, int64_t *acked, struct why *why)
{
	char text[200];
	uint64_t from = p->head;

	(void)rd_kafka_poll(p->rk, 0);
	for (; p->head < p->tail && p->window[p->head % PRODUCER_WINDOW].acked; p->head++)
		p->last_acked = p->window[p->head % PRODUCER_WINDOW].seq;
	metric_add(&acked_total, (int64_t)(p->head - from), NULL);
	*acked = p->last_acked;
	if (p->failed == NULL && rd_kafka_fatal_error(p->rk, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR)
		p->failed = rd_kafka_err2str(RD_KAFKA_RESP_ERR__FATAL);
	if (p->failed == NULL)
		return OK;
	return why_set(why, ERR_RETRY, "delivery", "Kafka did not take what was said: %s", p->failed);
}
