/*
 * kafka: records in and out. In: positions live in PostgreSQL and are fenced there; Kafka's own offsets are for lag tools only. Out: the relay
 * publishes the outbox in commit order and moves a contiguous cursor.
 */
#ifndef DUNLIN_KAFKA_H
#define DUNLIN_KAFKA_H

#include "db.h"
#include "message.h"

struct service;
struct role;

/* The consume role: joins group dunlin.<service>, claims positions on assignment, gathers, runs units. Returns ERR_RETRY when
 * PostgreSQL or Kafka stayed away too long. */
enum err consume_run(const struct service *, struct role *, struct why *) MUST_CHECK;
/* The relay role: leader lock and epoch, pipelined, contiguous cursor, purge and new producer on any delivery error. */
enum err relay_run(const struct service *, struct role *, struct why *) MUST_CHECK;

/* Verbs. Each returns the exit code. */
int topics_verb(const struct service *, int argc, char **argv);    /* topics create | check | print */
int positions_verb(const struct service *, int argc, char **argv); /* positions show | adopt | reset, with --who --why */

/* --- records as they come; pure, so that it can be fuzzed (kafka_headers.c) --- */

struct header {
	struct span name, value; /* value.at NULL: a header without a value */
};

struct record {
	struct span cluster, topic;
	int32_t partition;
	int64_t offset;
	struct instant time;    /* the record's timestamp */
	struct span key, value; /* value.at NULL: a tombstone */
	const struct header *headers;
	size_t header_count;
	bool foreign; /* struct intake */
};

/* CloudEvents 1.0 Kafka binary mode: source, id, type, time (where ce_time is there) and trace from headers. The spans stay in the headers'
 * memory. ERR_INVALID names the header at fault; what could be read is filled all the same. */
enum err kafka_read_headers(struct message *, const struct header *, size_t n, struct why *) MUST_CHECK;

/* A record as a message; never fails. message->why is set (ERR_INVALID) where headers or key can't be read: the unit of work then takes it
 * for an undecodable message. Without a usable identity it is known by cluster, topic, partition and offset. The message's spans are copies. */
void kafka_read_record(struct message *, const struct record *, struct arena *);

/* The traceparent of W3C Trace Context, or empty when it is not one. */
struct span kafka_trace(struct span);

/* For the setting kafka_options: "key=value,key=value" ("\\," is a comma inside a value). ERR_INVALID on what librdkafka does not know, and on
 * what exactly-once effects rest on, which nobody may set. */
enum err kafka_check_options(const char *value, struct why *) MUST_CHECK;

/* Lag over all partitions that the service reads: messages between position and high watermark, and the sum of the positions; for /idle and
 * /metrics. A thread's first call makes a client of its own, which lives as long as the thread. */
enum err kafka_lag(const struct service *, struct db *, struct arena *, int64_t *lag, int64_t *consumed, struct why *) MUST_CHECK;

#endif
