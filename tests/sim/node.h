/*
 * node: one service of the simulation: its core on rows in memory, and a model of what the unit of work, the inbox, the outbox, the relay, key parking and the
 * fenced positions do with it (common/unit*.c, relay.c, consume.c, parked.c). A crash loses what was not committed.
 */
#ifndef DUNLIN_SIM_NODE_H
#define DUNLIN_SIM_NODE_H

#include "core.h"
#include "message.h"
#include "world.h"

enum { PARTITIONS = 3, TOPICS = 6 };

/* A record of a topic, or an outbox row on its way there. */
struct record {
	struct span key, source, id, type, payload;
	bool own;
	struct uuid event_id;
	struct instant time;
	const char *topic;
	bool is_poison; /* an operator's mistake: nobody can read it */
};

struct records {
	struct record *at;
	size_t count, room;
};

struct topic_log {
	const char *name;
	struct records partitions[PARTITIONS];
};

/* What becomes of a batch: all of it, nothing, or all of it while nobody hears. */
enum unit_end { UNIT_COMMITTED, UNIT_CRASHED, UNIT_ANSWER_LOST };

struct parked {
	struct message *m;
	bool head, ended;
};

struct node {
	const struct core *core;
	struct memory *memory;
	struct arena *arena;
	struct world *world;
	int stream_kind;
	struct mem_table inbox;    /* by identity: struct known */
	struct mem_table flags;    /* "topic key" of streams with something set aside: how much of it */
	struct parked *parked;
	size_t parked_count, parked_room;
	struct records outbox;
	size_t cursor;             /* of the relay */
	int64_t offsets[TOPICS][PARTITIONS];
	int64_t epochs[TOPICS][PARTITIONS];
	int64_t stands[TOPICS][PARTITIONS]; /* until which step nothing is read of it */
	struct sim_call **calls;   /* claimed, on their way */
	size_t call_count, call_room;
	/* Called between finding and locking: what another transaction commits there. */
	void (*between)(void *ctx);
	void *between_ctx;
	int64_t steps;
	int tries; /* of the batch that runs again */
};

/* Where a Kafka batch leaves a partition. */
struct sim_position {
	int topic, partition;
	int64_t epoch, next;
};

/* For twin.c: a batch that was committed, or fenced (says NULL each). Does nothing unless somebody records. */
void twin_note(const struct node *, struct message *const *, struct say *const *, size_t, const struct sim_position *, bool fenced);

/* The same for what befalls the service's rows beside its units: see twin.h. */
void twin_deed(const char *service, struct instant now, const char *deed, const void *told, size_t count);

void node_open(struct node *, const struct core *, struct arena *, struct world *);
/* Runs a batch as unit_run does; false: fenced, nothing was done. Position NULL: none. */
bool node_run(struct node *, struct message **, size_t n, const struct sim_position *, enum unit_end);
/* Runs the head of what is set aside again, and what queued behind it. True: the stream flows. */
bool node_retry(struct node *, size_t parked, bool discard_first);
/* Applies a message that was applied before as if the inbox had never heard of it: nothing may come of it. */
void node_again(struct node *, const struct record *);
struct sim_inbox node_inbox(const struct node *);
void records_add(struct records *, struct arena *, const struct record *);
struct message *node_message(struct node *, const struct record *, int topic, int partition, int64_t offset);

#endif
