#include "stream.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "dunlin/clock/v1/clock.pb-c.h"
#include "kafka_client.h"
#include "log.h"
#include "payers/payers.h"
#include "random.h"
#include "service.h"
#include "uuid.h"

#define CLOCK_TOPIC "dunlin.clock.v1"
#define INVOICES_TOPIC "dunlin.invoices.v1"
#define CLOCK_TYPE "dunlin.clock.v1.ClockMoved"

enum { MAGIC = 0x7374726d, LAST_MS = 10000, CLOSE_MS = 5000 };

struct stream {
	uint32_t magic;
	struct world *world;
	rd_kafka_t *producer, *consumer;
	rd_kafka_topic_partition_list_t *invoices; /* what is read, to be compared with the ends */
	struct event *said, *heard;
	uint64_t revision;
	int unsaid; /* not acknowledged yet */
};

/* --- saying --- */

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *arg)
{
	struct stream *stream = checked(arg, MAGIC);

	(void)rk;
	stream->unsaid--;
	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		bug("sandbox: the clock could not be said: %s", rd_kafka_err2str(message->err));
}

static void producer_callbacks(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
}

static rd_kafka_headers_t *headers(struct arena *arena)
{
	rd_kafka_headers_t *list = rd_kafka_headers_new(8);
	uint8_t random[10];
	const char *id;

	random_bytes(random, sizeof(random));
	id = uuid_text(arena, uuid_v7(clock_real(), random));
	rd_kafka_header_add(list, "ce_specversion", -1, "1.0", -1);
	rd_kafka_header_add(list, "ce_id", -1, id, -1);
	rd_kafka_header_add(list, "ce_source", -1, "dunlin/sandbox", -1);
	rd_kafka_header_add(list, "ce_type", -1, CLOCK_TYPE, -1);
	rd_kafka_header_add(list, "ce_time", -1, instant_text(arena, clock_real()), -1);
	rd_kafka_header_add(list, "ce_subject", -1, "@clock", -1);
	rd_kafka_header_add(list, "content-type", -1, "application/protobuf", -1);
	return list;
}

static void say(struct stream *stream, struct arena *arena, const Dunlin__Clock__V1__ClockMoved *moved)
{
	static const char key[] = "sandbox:@clock";
	size_t size = dunlin__clock__v1__clock_moved__get_packed_size(moved);
	uint8_t *payload = arena_raw(arena, size);
	rd_kafka_resp_err_t code;

	dunlin__clock__v1__clock_moved__pack(moved, payload);
	code = rd_kafka_producev(stream->producer, RD_KAFKA_V_TOPIC(CLOCK_TOPIC), RD_KAFKA_V_KEY(key, sizeof(key) - 1),
		RD_KAFKA_V_VALUE(payload, size), RD_KAFKA_V_HEADERS(headers(arena)), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_END);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		bug("sandbox: the clock could not be said: %s", rd_kafka_err2str(code));
	stream->unsaid++;
}

void stream_say_clock(struct world *world, struct instant before, const char *actor)
{
	Dunlin__Clock__V1__ClockMoved moved = DUNLIN__CLOCK__V1__CLOCK_MOVED__INIT;
	char merchant[] = "sandbox", customer[] = "@clock";
	struct stream *stream = world->stream;
	struct arena *arena;

	if (stream == NULL)
		return;
	arena = arena_open();
	moved.merchant_id = merchant;
	moved.customer_ref = customer;
	moved.revision = ++stream->revision;
	moved.business_time = world->now.us;
	moved.business_time_before = before.us;
	moved.actor = arena_strdup(arena, actor);
	say(stream, arena, &moved);
	arena_close(arena);
}

/* --- hearing --- */

static struct span type_of(const rd_kafka_message_t *message)
{
	rd_kafka_headers_t *list;
	const void *value;
	size_t size;

	if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR ||
		rd_kafka_header_get_last(list, "ce_type", &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return SPAN("");
	return span_bytes(value, size);
}

static void hear(struct stream *stream)
{
	rd_kafka_message_t *message;

	while ((message = rd_kafka_consumer_poll(stream->consumer, 0)) != NULL) {
		if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->payload != NULL)
			payers_hear(stream->world, type_of(message), span_bytes(message->payload, message->len));
		rd_kafka_message_destroy(message);
	}
}

/* --- librdkafka's wake-ups on the event loop --- */

static void drain(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) < 0)
		return; /* spurious: there is nothing to drain */
}

static void on_said(evutil_socket_t fd, short what, void *arg)
{
	struct stream *stream = checked(arg, MAGIC);

	(void)what;
	drain(fd);
	rd_kafka_poll(stream->producer, 0);
}

static void on_heard(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	drain(fd);
	hear(checked(arg, MAGIC));
}

static struct event *watch(struct stream *stream, rd_kafka_queue_t *queue, event_callback_fn on_event)
{
	static const uint64_t one = 1;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct event *event = event_new(stream->world->base, fd, EV_READ | EV_PERSIST, on_event, stream);

	if (fd < 0 || event == NULL)
		bug("sandbox: no eventfd");
	event_add(event, NULL);
	rd_kafka_queue_io_event_enable(queue, fd, &one, sizeof(one));
	rd_kafka_queue_destroy(queue);
	return event;
}

/* --- where the clock's topic ends --- */

static rd_kafka_topic_partition_list_t *partitions_of(const struct topic_size *topic)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(topic->partitions);

	for (int i = 0; i < topic->partitions; i++)
		rd_kafka_topic_partition_list_add(list, topic->name, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
	return list;
}

static void resume_from(struct stream *stream, const rd_kafka_message_t *message)
{
	Dunlin__Clock__V1__ClockMoved *moved = dunlin__clock__v1__clock_moved__unpack(NULL, message->len, message->payload);

	if (moved == NULL)
		return;
	if (moved->revision > stream->revision && instant_make(moved->business_time, &stream->world->now) == OK)
		stream->revision = moved->revision;
	dunlin__clock__v1__clock_moved__free_unpacked(moved, NULL);
}

/* The last record of every partition that has one. */
static enum err read_last(struct stream *stream, const rd_kafka_topic_partition_list_t *ends, struct why *why)
{
	int64_t until = clock_monotonic_us() + LAST_MS * INT64_C(1000);
	int open = ends->cnt;

	while (open > 0) {
		rd_kafka_message_t *message;

		if (clock_monotonic_us() > until)
			return why_set(why, ERR_RETRY, "kafka_away", "the end of " CLOCK_TOPIC " can't be read");
		message = rd_kafka_consumer_poll(stream->consumer, 100);
		if (message == NULL)
			continue;
		if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			open--;
		else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->payload != NULL)
			resume_from(stream, message);
		rd_kafka_message_destroy(message);
	}
	return OK;
}

static enum err resume(struct stream *stream, const struct topic_size *clock, struct why *why)
{
	rd_kafka_topic_partition_list_t *ends = partitions_of(clock);
	enum err err = client_offsets(stream->consumer, ends, RD_KAFKA_OFFSET_END, KAFKA_ANSWER_MS, why);

	for (int i = ends->cnt - 1; err == OK && i >= 0; i--)
		if (ends->elems[i].offset-- <= 0)
			rd_kafka_topic_partition_list_del_by_idx(ends, i);
	if (err == OK && ends->cnt > 0) {
		rd_kafka_assign(stream->consumer, ends);
		err = read_last(stream, ends, why);
		rd_kafka_assign(stream->consumer, NULL);
	}
	rd_kafka_topic_partition_list_destroy(ends);
	return err;
}

/* --- connecting --- */

static const struct client_setting producer_settings[] = {
	{ "enable.idempotence", "true" },
	{ "partitioner", "murmur2_random" },
	{ "linger.ms", "0" },
	{ "message.timeout.ms", "0" },
	{ NULL, NULL },
};

static const struct client_setting consumer_settings[] = {
	{ "group.id", "dunlin.sandbox" }, /* librdkafka wants one; nothing is committed to it */
	{ "enable.auto.commit", "false" },
	{ "enable.auto.offset.store", "false" },
	{ "auto.offset.reset", "earliest" },
	{ "enable.partition.eof", "true" },
	{ "fetch.wait.max.ms", "20" },
	{ NULL, NULL },
};

static enum err connect_to(struct stream *stream, struct why *why)
{
	struct topic_size topics[] = { { CLOCK_TOPIC, 0 }, { INVOICES_TOPIC, 0 } };

	TRY(client_open(&stream->producer, RD_KAFKA_PRODUCER, &sandbox, producer_settings, producer_callbacks, stream, why));
	TRY(client_topics_there(stream->producer, topics, 2, why));
	TRY(client_open(&stream->consumer, RD_KAFKA_CONSUMER, &sandbox, consumer_settings, NULL, stream, why));
	rd_kafka_poll_set_consumer(stream->consumer);
	/* A client that has not heard of a topic asks again a second later. */
	TRY(client_topics_there(stream->consumer, topics, 2, why));
	TRY(resume(stream, &topics[0], why));
	stream->invoices = partitions_of(&topics[1]);
	rd_kafka_assign(stream->consumer, stream->invoices);
	return OK;
}

enum err stream_open(struct world *world, struct why *why)
{
	struct stream *stream = ARENA_NEW(world->life, struct stream);
	enum err err;

	*stream = (struct stream){ .magic = MAGIC, .world = world };
	err = connect_to(stream, why);
	if (err != OK) {
		stream_close(stream);
		return err;
	}
	stream->said = watch(stream, rd_kafka_queue_get_main(stream->producer), on_said);
	stream->heard = watch(stream, rd_kafka_queue_get_consumer(stream->consumer), on_heard);
	event_active(stream->heard, EV_READ, 1); /* what came before there was a watch */
	world->stream = stream;
	return OK;
}

static void unwatch(struct event *event)
{
	if (event == NULL)
		return;
	close(event_get_fd(event));
	event_free(event);
}

void stream_close(struct stream *stream)
{
	if (stream == NULL)
		return;
	unwatch(stream->said);
	unwatch(stream->heard);
	if (stream->consumer != NULL) {
		rd_kafka_consumer_close(stream->consumer);
		rd_kafka_destroy(stream->consumer);
	}
	if (stream->producer != NULL) {
		rd_kafka_flush(stream->producer, stream->unsaid > 0 ? CLOSE_MS : 0);
		rd_kafka_destroy(stream->producer);
	}
	if (stream->invoices != NULL)
		rd_kafka_topic_partition_list_destroy(stream->invoices);
}

static bool has_heard_all(struct stream *stream)
{
	rd_kafka_topic_partition_list_t *ends = rd_kafka_topic_partition_list_copy(stream->invoices);
	struct why why = { 0 };
	bool all = client_offsets(stream->consumer, ends, RD_KAFKA_OFFSET_END, KAFKA_ANSWER_MS, &why) == OK &&
		   rd_kafka_position(stream->consumer, stream->invoices) == RD_KAFKA_RESP_ERR_NO_ERROR;

	for (int i = 0; all && i < ends->cnt; i++)
		all = ends->elems[i].offset <= 0 || stream->invoices->elems[i].offset >= ends->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(ends);
	return all;
}

bool stream_is_quiet(struct world *world)
{
	return world->stream == NULL || (world->stream->unsaid == 0 && has_heard_all(world->stream));
}
