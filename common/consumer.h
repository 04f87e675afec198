/*
 * consumer: membership in the group dunlin.<service>, and the positions of the partitions that it was given.
 *
 * Positions live in PostgreSQL. On assignment they are claimed, which waits for the former owner's commit and fences it from then on; that the
 * log is still the one that was read is shown by reading one record back. Kafka's committed offsets are written for lag tools only.
 * For consume.c and its tests alone; everything happens on one thread.
 */
#ifndef DUNLIN_CONSUMER_H
#define DUNLIN_CONSUMER_H

#include "kafka_client.h"
#include "service.h"

/* From this many begun tries on, messages of a partition run alone, as many as a batch may have held; from that many on, the first is set
 * aside unapplied, where it is stuck: it was tried alone, and the process ended with it, four times and more, over two minutes. Kills from
 * outside, however quickly one follows the other, blame nobody. */
enum { TRIES_ALONE = 3, TRIES_SPENT = TRIES_ALONE + 4 };

/* One partition that is ours. */
struct part {
	const struct intake *intake;
	int32_t partition;
	int64_t epoch;
	int64_t next;     /* offset of the record that comes next */
	int64_t saved;    /* next_offset as committed to PostgreSQL */
	int64_t reported; /* as told to Kafka */
	int tries;
	int alone;  /* so many messages still run alone */
	bool stuck; /* it has not moved for two minutes in which something waited */
	bool check; /* the record that comes next is the one last applied, whose identity is last_id */
	struct span last_id;
	size_t slot; /* in the batch's list of positions; SIZE_MAX: none yet */
};

struct consumer {
	uint32_t magic;
	const struct service *service;
	struct role *role;
	struct db *db;
	rd_kafka_t *rk;
	struct arena *life;     /* until it is closed */
	struct arena *assigned; /* until the next assignment */
	struct span cluster;
	struct part *parts;
	size_t part_count;
	bool moved;   /* the cluster is another than the one that was joined */
	bool changed; /* another assignment: what was gathered before is not ours any more */
	enum err failed;
	struct why why; /* of what went wrong in a callback */
};

/* Waits for Kafka and the topics, adopts or refuses a new cluster, joins the group. OK also when told to stop meanwhile.
 * After an error it needs no close. */
enum err consumer_open(struct consumer *, const struct service *, struct role *, struct db *, struct why *) MUST_CHECK;

/* Leaves the group, within seconds. orderly: nothing was begun that didn't end, which the crash count then forgets. */
void consumer_close(struct consumer *, bool orderly);

/* The partition of a record, or NULL when it isn't ours (any more). */
struct part *consumer_part(struct consumer *, const char *topic, int32_t partition);

/* Tells Kafka the committed positions, for lag tools; does not wait. */
void consumer_report(struct consumer *);

/* Messages between our positions and the ends as last heard, by topic, to the gauges; the sum. */
int64_t consumer_measure(const struct consumer *);

#endif
