/*
 * kafka_client: what all our librdkafka clients have in common: configuration, the way they log, and questions to the cluster.
 * For the files of Kafka alone (consumer, producer, lag, topics, positions).
 */
#ifndef DUNLIN_KAFKA_CLIENT_H
#define DUNLIN_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "kafka.h"

enum { KAFKA_ANSWER_MS = 5000 };

/* Settings of one kind of client, ended by a NULL name. They stand above kafka_options. */
struct client_setting {
	const char *name, *value;
};

/* Opens a client of this service's brokers. opaque: what callbacks are given. ERR_INVALID: a setting that librdkafka refuses. */
enum err client_open(rd_kafka_t **, rd_kafka_type_t, const struct service *, const struct client_setting *,
	void (*callbacks)(rd_kafka_conf_t *), void *opaque, struct why *) MUST_CHECK;

/* The id of the cluster at the other end. ERR_RETRY "kafka_away" when nothing answers in time. The text is in the arena. */
enum err client_cluster(rd_kafka_t *, struct arena *, int timeout_ms, struct span *, struct why *) MUST_CHECK;

/* A topic and how many partitions it has; 0 is not there. */
struct topic_size {
	const char *name;
	int partitions;
};
/* Fills partitions of each. ERR_RETRY when the cluster does not answer. */
enum err client_topics(rd_kafka_t *, struct topic_size *, size_t n, int timeout_ms, struct why *) MUST_CHECK;
/* The same, and ERR_RETRY "topic_missing" that names the first of them that isn't there. */
enum err client_topics_there(rd_kafka_t *, struct topic_size *, size_t n, struct why *) MUST_CHECK;

/* First offsets (RD_KAFKA_OFFSET_BEGINNING) or the ends (RD_KAFKA_OFFSET_END) of all partitions in the list, in one round trip; or of the first
 * record at or after a timestamp in ms. */
enum err client_offsets(rd_kafka_t *, rd_kafka_topic_partition_list_t *, int64_t which, int timeout_ms, struct why *) MUST_CHECK;

/* What librdkafka calls it, as an error of ours: ERR_RETRY, or ERR_REFUSED for what will not pass by itself. */
enum err client_error(rd_kafka_resp_err_t, const char *what, struct why *);

/* Topic names that a service writes, its dead-letter topic last; and those that it reads. Arrays in the arena. */
struct topic_size *service_outputs(const struct service *, struct arena *, size_t *n);
struct topic_size *service_inputs(const struct service *, struct arena *, size_t *n);

/* Backs off before the try-th try again: 50 ms … 5 s with jitter, cut short by a stop. */
struct role;
void client_back_off(struct role *, int try);

/* Looks again and again while it says ERR_RETRY; each new reason is one line of log. OK also when told to stop meanwhile. */
enum err client_wait(struct role *, enum err (*look)(void *, struct why *), void *, struct why *) MUST_CHECK;

#endif
