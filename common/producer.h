/*
 * producer: rows of the outbox on their way to Kafka: an idempotent producer with a bounded window, and the acknowledged prefix.
 * Any error ends it: it is then closed, and a new one goes on from the cursor. For relay.c and its tests alone; one thread.
 *
 * Kafka takes any sequence number from a producer of which it knows nothing on a partition. Where the first batch there fails and the second, already
 * on its way, is taken, the first can't be taken any more, and librdkafka reports it as delivered because of the second (confluent-kafka-go #921).
 * So the first message to a partition goes alone, and a report without an offset is none.
 */
#ifndef DUNLIN_PRODUCER_H
#define DUNLIN_PRODUCER_H

#include "kafka_client.h"

enum { PRODUCER_WINDOW = 10000, PRODUCER_BYTES = 8 << 20 };

struct outgoing {
	int64_t seq;
	const char *topic;
	struct span key; /* empty: none */
	struct uuid id;
	const char *source; /* dunlin/<service> */
	struct span type, trace;
	struct span extra;   /* further headers, "name: value" lines */
	struct span payload; /* at NULL: a tombstone */
	struct instant at;   /* when it was said */
};

struct producer;

/* Reports of delivery wake the role. */
enum err producer_open(struct producer **, const struct service *, struct role *, struct why *) MUST_CHECK;
/* Waits up to flush_ms for what is on its way, then lets go of the rest. NULL is allowed. */
void producer_close(struct producer *, int flush_ms);
rd_kafka_t *producer_client(const struct producer *);

/* How many more it takes, in messages and bytes. */
size_t producer_room(const struct producer *, int64_t *bytes);
/* Hands one over, in order of seq. taken false: it must wait until what was sent to its partition first is acknowledged; there is no room until
 * then. */
enum err producer_send(struct producer *, const struct outgoing *, bool *taken, struct why *) MUST_CHECK;

/* Takes in what was reported. acked: all up to this seq are in Kafka's log; stays 0 until the first is. An error is the end of this producer. */
enum err producer_reap(struct producer *, int64_t *acked, struct why *) MUST_CHECK;

size_t producer_in_flight(const struct producer *);
/* When the oldest in flight was said; 0 when none is. */
struct instant producer_oldest(const struct producer *);

#endif
