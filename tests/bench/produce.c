/*
 * produce: librdkafka alone, set up as our relay sets it up: sends prepared messages and says how fast they were acknowledged.
 *
 *   produce BROKERS TOPIC FILE
 *
 * FILE holds records: sizes of key, identity and type (16 bits each) and of the value (32 bits), little-endian, then these bytes. Headers are those of an
 * event (CloudEvents, binary mode), source "bench". Prints one line of JSON: messages, seconds, per_second.
 */
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t acknowledged, failed;

static void reported(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	(void)rk;
	(void)opaque;
	acknowledged++;
	failed += message->err != 0;
}

static void die(const char *what, const char *why)
{
	fprintf(stderr, "produce: %s: %s\n", what, why);
	exit(1);
}

static rd_kafka_t *open_producer(const char *brokers)
{
	const char *settings[][2] = { { "bootstrap.servers", brokers }, { "enable.idempotence", "true" }, { "acks", "all" },
		{ "linger.ms", "1" }, { "compression.codec", "lz4" }, { "queue.buffering.max.messages", "20000" },
		{ "queue.buffering.max.kbytes", "32768" }, { "partitioner", "murmur2_random" }, { "socket.nagle.disable", "true" } };
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	char why[256];

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (rd_kafka_conf_set(conf, settings[i][0], settings[i][1], why, sizeof(why)) != RD_KAFKA_CONF_OK)
			die(settings[i][0], why);
	rd_kafka_conf_set_dr_msg_cb(conf, reported);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (rk == NULL)
		die("librdkafka", why);
	return rk;
}

static uint32_t number(const unsigned char *at, int bytes)
{
	uint32_t n = 0;

	for (int i = 0; i < bytes; i++)
		n |= (uint32_t)at[i] << (8 * i);
	return n;
}

static unsigned char *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	unsigned char *all;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		die(path, "can't be read");
	*size = (size_t)ftell(f);
	rewind(f);
	all = malloc(*size + 1);
	if (all == NULL || fread(all, 1, *size, f) != *size)
		die(path, "can't be read");
	fclose(f);
	return all;
}

/* The first message to a topic waits for its metadata: asked for beforehand. */
static void warm(rd_kafka_t *rk, rd_kafka_topic_t *topic)
{
	const struct rd_kafka_metadata *metadata;

	if (rd_kafka_metadata(rk, 0, topic, &metadata, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR)
		die("metadata", "no answer");
	rd_kafka_metadata_destroy(metadata);
}

static void send_one(rd_kafka_t *rk, const char *topic, const unsigned char *at)
{
	uint32_t key = number(at, 2), id = number(at + 2, 2), type = number(at + 4, 2), value = number(at + 6, 4);
	const char *k = (const char *)at + 10, *i = k + key, *t = i + id, *v = t + type;
	rd_kafka_resp_err_t err;

	do {
		err = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(k, key), RD_KAFKA_V_VALUE((void *)(uintptr_t)v, value),
			RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADER("ce_specversion", "1.0", 3),
			RD_KAFKA_V_HEADER("ce_id", i, id), RD_KAFKA_V_HEADER("ce_source", "bench", 5),
			RD_KAFKA_V_HEADER("ce_type", t, type), RD_KAFKA_V_HEADER("ce_time", "2026-01-01T00:00:00Z", 20),
			RD_KAFKA_V_HEADER("content-type", "application/protobuf", 20), RD_KAFKA_V_END);
		if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			rd_kafka_poll(rk, 10);
		else if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
			die("produce", rd_kafka_err2str(err));
	} while (err != RD_KAFKA_RESP_ERR_NO_ERROR);
	rd_kafka_poll(rk, 0);
}

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	size_t size, sent = 0;
	unsigned char *all;
	rd_kafka_t *rk;
	double start;

	if (argc != 4) {
		fprintf(stderr, "usage: produce BROKERS TOPIC FILE\n");
		return 2;
	}
	all = read_all(argv[3], &size);
	rk = open_producer(argv[1]);
	warm(rk, rd_kafka_topic_new(rk, argv[2], NULL));
	start = seconds_now();
	for (size_t at = 0; at < size; sent++) {
		send_one(rk, argv[2], all + at);
		at += 10 + number(all + at, 2) + number(all + at + 2, 2) + number(all + at + 4, 2) + number(all + at + 6, 4);
	}
	if (rd_kafka_flush(rk, 60000) != RD_KAFKA_RESP_ERR_NO_ERROR || acknowledged != sent || failed > 0)
		die("flush", "not all were acknowledged");
	start = seconds_now() - start;
	printf("{\"messages\":%zu,\"seconds\":%.3f,\"per_second\":%.0f}\n", sent, start, (double)sent / start);
	return 0;
}
