/*
 * sim: one history: all services on one machine without a clock, a network that drops, repeats, reorders and delays, and a scheduler that a seed decides.
 *
 * Each step's choices come of (seed, step) alone, so that a step can be left out and the others still choose as before: that is what shrinking rests on.
 */
#ifndef DUNLIN_SIM_SIM_H
#define DUNLIN_SIM_SIM_H

#include <setjmp.h>

#include "node.h"

enum { NODES = 4, PENDING = 64 };

/* A request on its way, or to be made again. */
struct pending {
	int node;
	struct message m;
	bool used;
};

struct sim {
	struct arena *arena;
	struct world world;
	struct node nodes[NODES];
	struct topic_log topics[TOPICS];
	struct records published; /* by others, on dunlin.billing.v1 */
	struct pending pending[PENDING];
	uint64_t seed;
	int64_t now_step;
	int64_t keys;
	bool is_calm;   /* no faults: the end of a history */
	bool is_recorded; /* for twin.h: no operator ends what is set aside, and nobody commits between another's find and lock */
	bool is_nested; /* between another unit's find and lock */
	int64_t slept;  /* steps by the scheduler itself */
	bool talks;     /* says what happens */
};

struct history {
	uint64_t seed;
	int64_t steps;
	const bool *left_out; /* NULL: none */
	bool talks;
};

struct ending {
	bool failed;
	char code[64];
	char text[512];
	int64_t at;    /* the step */
	int64_t steps; /* how much happened */
};

void sim_open(struct sim *, const struct history *);
struct ending sim_run(const struct history *);

/* --- for the simulation's own files --- */

void sim_step(struct sim *);
void sim_calm(struct sim *); /* heals everything and lets it come to rest */
void sim_check(struct sim *);
void sim_say(const struct sim *, const char *fmt, ...) PRINTF(2, 3);

bool relay_some(struct sim *, struct node *, struct rng *);
bool consume_some(struct sim *, struct node *, struct rng *);
bool tick_some(struct sim *, struct node *, struct rng *);
bool send_some(struct sim *, struct node *, struct rng *);
bool deliver_some(struct sim *, struct rng *);
void request(struct sim *, int node, struct message *, struct rng *);
int topic_of(const char *name);
int partition_of(struct span key);
void fault_some(struct sim *, struct rng *);
void time_some(struct sim *, struct rng *);
extern const char *const topic_names[TOPICS];
void expect_faults(void);
void expect_cores(void);

#endif
