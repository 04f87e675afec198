#include "producer.h"

#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "metrics.h"
#include "role.h"
#include "service.h"

enum { MAGIC = 0x70726f64, HEADERS_ROOM = 8 };

static struct metric acked_total = {
	.name = "dunlin_relay_acked_total",
	.type = METRIC_COUNTER,
	.help = "Events that Kafka acknowledged.",
};

/* One message on its way; its place in the window is its ordinal, which travels as librdkafka's opaque. */
struct sent {
	int64_t seq;
	struct instant at;
	bool acked;
};

/*
 * 1. Messages head..tail-1 (ordinals) are in the window, in order of seq. 2. All before head are acknowledged, and last_acked is the seq of the
 * one before head. 3. bytes is the sum over what has no report yet.
 */
struct producer {
	uint32_t magic;
	rd_kafka_t *rk;
	uint64_t head, tail;
	int64_t last_acked;
	int64_t bytes;
	rd_kafka_resp_err_t failed;
	struct sent window[PRODUCER_WINDOW];
};

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct producer *p = opaque;
	uint64_t ordinal = (uintptr_t)m->_private;

	if (p->magic != MAGIC || p->rk != rk || ordinal < p->head || ordinal >= p->tail)
		bug("a delivery report for something that was not sent");
	crash_here(CRASH_RELAY_DELIVERED);
	p->bytes -= (int64_t)(m->len + m->key_len);
	if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		p->window[ordinal % PRODUCER_WINDOW].acked = true;
	else if (p->failed == RD_KAFKA_RESP_ERR_NO_ERROR)
		p->failed = m->err;
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
		{ "queue.buffering.max.messages", "20000" },
		{ "queue.buffering.max.kbytes", "32768" },
		{ "linger.ms", "1" },
		{ "compression.codec", "lz4" },
		{ "partitioner", "murmur2_random" },
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
	if (flush_ms > 0 && p->failed == RD_KAFKA_RESP_ERR_NO_ERROR)
		(void)rd_kafka_flush(p->rk, flush_ms);
	(void)rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_destroy(p->rk);
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
	return *bytes > 0 ? PRODUCER_WINDOW - producer_in_flight(p) : 0;
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

enum err producer_send(struct producer *p, const struct outgoing *o, struct why *why)
{
	rd_kafka_headers_t *headers = headers_of(o);
	uint64_t ordinal = p->tail;
	void *key = o->key.size > 0 ? unqualified(o->key) : NULL;
	rd_kafka_resp_err_t code;

	if (producer_in_flight(p) == PRODUCER_WINDOW)
		bug("the window is full");
	p->window[ordinal % PRODUCER_WINDOW] = (struct sent){ .seq = o->seq, .at = o->at };
	p->tail++;
	p->bytes += (int64_t)(o->payload.size + o->key.size);
	code = rd_kafka_producev(p->rk, RD_KAFKA_V_TOPIC(o->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_KEY(key, o->key.size), RD_KAFKA_V_VALUE(unqualified(o->payload), o->payload.size), RD_KAFKA_V_HEADERS(headers),
		RD_KAFKA_V_OPAQUE((void *)(uintptr_t)ordinal), RD_KAFKA_V_END);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return OK;
	rd_kafka_headers_destroy(headers);
	p->failed = code;
	return why_field(why, ERR_RETRY, "produce", o->topic, "seq %lld to %s: %s", (long long)o->seq, o->topic, rd_kafka_err2str(code));
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
	if (p->failed == RD_KAFKA_RESP_ERR_NO_ERROR && rd_kafka_fatal_error(p->rk, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR)
		p->failed = RD_KAFKA_RESP_ERR__FATAL;
	if (p->failed == RD_KAFKA_RESP_ERR_NO_ERROR)
		return OK;
	return why_set(why, ERR_RETRY, "delivery", "Kafka did not take what was said: %s", rd_kafka_err2str(p->failed));
}
