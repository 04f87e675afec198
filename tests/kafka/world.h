/*
 * world: a tiny service with its topics, its database and its processes, for tests of what goes over Kafka.
 *
 * Each test has a service name, topics and a consumer group of its own, on librdkafka's mock cluster inside the test (DUNLIN_TEST_BROKER is not
 * "kafka") or on the broker that DUNLIN_TEST_BROKERS names. Roles run as processes: the test program itself with arguments, so main begins
 * with world_main.
 */
#ifndef DUNLIN_TESTS_KAFKA_WORLD_H
#define DUNLIN_TESTS_KAFKA_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "db.h"
#include "service.h"

enum { PARTITIONS = 4, PROCESSES = 16 };

struct process {
	pid_t pid; /* 0: none, or waited for */
	char log[200];
};

struct world {
	bool is_mock;
	rd_kafka_t *host;
	rd_kafka_mock_cluster_t *mock;
	rd_kafka_t *client; /* a plain producer of the test */
	char brokers[64];
	const struct service *service;
	char facts[64], orders[64], said[64], dlq[80]; /* of ours; of others; that the service writes */
	char dir[128];
	struct db *db;
	struct arena *arena;
	struct process processes[PROCESSES];
	size_t process_count;
};

/* The program's main: runs a process of a test, or returns false: run the tests. */
bool world_main(int argc, char **argv, int *code);

/* Setup and teardown. */
int world_begin(void **state);
int world_end(void **state);
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

/* Another mock cluster in place of the first, with the same topics and nothing in them. */
void world_new_mock(struct world *);

/* Starts a process: "consume", "relay", or a verb with its arguments; settings ("name=value", NULL at the end) go to its environment. */
struct process *world_start(struct world *, const char *const *argv, ...) __attribute__((sentinel));
#define CONSUME ((const char *const[]){ "consume", NULL })
#define RELAY ((const char *const[]){ "relay", NULL })

void world_signal(struct process *, int signal);
/* Waits until it has ended: its exit code, or -signal. */
int world_wait(struct world *, struct process *);
/* SIGTERM, and it must end well. */
void world_stop(struct world *, struct process *);
/* True when its log has this text. */
bool world_logged(const struct process *, const char *text);

/* Waits until the statement's number is as wanted (at least, at most a minute), and fails when a process ended before. */
void world_until(struct world *, const char *sql, int64_t least);
int64_t world_number(struct world *, const char *sql);
void world_sql(struct world *, const char *sql);
/* Another connection as the application's role. */
struct db *world_connect(void);
/* Waits until a process has logged the text. */
void world_until_logged(struct world *, const struct process *, const char *text);

/* Publishes one message; waits for the acknowledgement. partition -1: by key. id NULL: headers without ce_id and ce_source. */
void world_publish(
	struct world *, const char *topic, int partition, const char *key, const char *id, const char *type, const char *payload);
/* The id of the n-th event. */
const char *world_id(struct world *, int n);
/* A fact of ours. */
void world_fact(struct world *, int n, int partition, const char *key, const char *payload);

/* One record as read. */
struct seen {
	int32_t partition;
	int64_t offset;
	const char *id, *key, *payload; /* payload NULL: a tombstone */
	const char *headers;            /* "name=value" lines */
};
/* All of a topic, by partition and offset. */
struct seen *world_read(struct world *, const char *topic, size_t *n);

#endif
