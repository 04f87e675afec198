#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common_queries.h"
#include "kafka_client.h"
#include "service.h"

enum { ANSWER_MS = 1000 };

/* A thread's client, and all partitions that the service reads. */
struct lag_client {
	rd_kafka_t *rk;
	rd_kafka_topic_partition_list_t *partitions;
	struct arena *arena;
	struct span cluster;
};

static pthread_key_t of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void lag_close(void *at)
{
	struct lag_client *c = at;

	if (c->partitions != NULL)
		rd_kafka_topic_partition_list_destroy(c->partitions);
	if (c->rk != NULL)
		rd_kafka_destroy(c->rk);
	arena_close(c->arena);
	free(c);
}

static void make_key(void)
{
	if (pthread_key_create(&of_thread, lag_close) != 0)
		bug("no thread key");
}

static enum err lag_start(struct lag_client *c, const struct service *service, struct why *why)
{
	size_t n;
	struct topic_size *topics = service_inputs(service, c->arena, &n);

	TRY(client_open(&c->rk, RD_KAFKA_PRODUCER, service, NULL, NULL, NULL, why));
	TRY(client_cluster(c->rk, c->arena, ANSWER_MS, &c->cluster, why));
	TRY(client_topics(c->rk, topics, n, ANSWER_MS, why));
	c->partitions = rd_kafka_topic_partition_list_new(64);
	for (size_t i = 0; i < n; i++) {
		if (topics[i].partitions == 0)
			return why_field(why, ERR_RETRY, "topic_missing", topics[i].name, "topic %s is not there", topics[i].name);
		for (int k = 0; k < topics[i].partitions; k++)
			rd_kafka_topic_partition_list_add(c->partitions, topics[i].name, k);
	}
	return OK;
}

static enum err lag_open(const struct service *service, struct lag_client **out, struct why *why)
{
	struct lag_client *c;
	enum err err;

	pthread_once(&once, make_key);
	*out = pthread_getspecific(of_thread);
	if (*out != NULL)
		return OK;
	c = calloc(1, sizeof *c);
	if (c == NULL)
		bug("no memory");
	c->arena = arena_open();
	err = lag_start(c, service, why);
	if (err != OK)
		lag_close(c);
	else if (pthread_setspecific(of_thread, c) != 0)
		bug("no thread key");
	else
		*out = c;
	return err;
}

static int64_t *ends_of(struct lag_client *c, struct arena *arena, int64_t which, enum err *err, struct why *why)
{
	int64_t *out = ARENA_ARRAY(arena, int64_t, (size_t)c->partitions->cnt);

	*err = client_offsets(c->rk, c->partitions, which, ANSWER_MS, why);
	for (int i = 0; i < c->partitions->cnt; i++)
		out[i] = c->partitions->elems[i].offset;
	return out;
}

/* Positions of all partitions, in the order of the list; -1 where there is none. */
static enum err positions_of(struct lag_client *c, struct db *db, struct arena *arena, int64_t *out, bool *all, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;

	args_text(args, c->cluster);
	TRY(db_exec(db, arena, &q_position_list, args, &rows, why));
	*all = true;
	for (int i = 0; i < c->partitions->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &c->partitions->elems[i];

		out[i] = -1;
		for (size_t k = 0; k < rows.count && out[i] < 0; k++)
			if (rows_int4(&rows, k, rows_column(&rows, "part")) == p->partition &&
				span_is(rows_text(&rows, k, rows_column(&rows, "topic")), p->topic))
				out[i] = rows_int8(&rows, k, rows_column(&rows, "next_offset"));
		*all = *all && out[i] >= 0;
	}
	return OK;
}

/* The beginning, where there is no position yet: that is where it will be. */
static enum err positions_complete(struct lag_client *c, struct arena *arena, int64_t *positions, struct why *why)
{
	enum err err;
	const int64_t *lows = ends_of(c, arena, RD_KAFKA_OFFSET_BEGINNING, &err, why);

	for (int i = 0; err == OK && i < c->partitions->cnt; i++)
		positions[i] = positions[i] >= 0 ? positions[i] : lows[i];
	return err;
}

/* Positions first, ends after them: what moves meanwhile is counted as lag. */
static enum err lag_measure(struct lag_client *c, struct db *db, struct arena *arena, int64_t *lag, int64_t *consumed, struct why *why)
{
	int64_t *positions = ARENA_ARRAY(arena, int64_t, (size_t)c->partitions->cnt);
	const int64_t *highs;
	bool all;
	enum err err;

	TRY(positions_of(c, db, arena, positions, &all, why));
	for (int i = 0; i < c->partitions->cnt; i++)
		*consumed += positions[i] > 0 ? positions[i] : 0;
	if (!all)
		TRY(positions_complete(c, arena, positions, why));
	highs = ends_of(c, arena, RD_KAFKA_OFFSET_END, &err, why);
	for (int i = 0; err == OK && i < c->partitions->cnt; i++)
		*lag += highs[i] > positions[i] ? highs[i] - positions[i] : 0;
	return err;
}

/* After trouble the next call begins with a new client: the broker may be another one. */
enum err kafka_lag(const struct service *service, struct db *db, struct arena *arena, int64_t *lag, int64_t *consumed, struct why *why)
{
	struct lag_client *c;
	enum err err;

	*lag = *consumed = 0;
	if (service->intakes == NULL || service->intakes[0].topic == NULL)
		return OK;
	TRY(lag_open(service, &c, why));
	err = lag_measure(c, db, arena, lag, consumed, why);
	if (err != OK) {
		(void)pthread_setspecific(of_thread, NULL);
		lag_close(c);
	}
	return err;
}
