/*
 * twin: a history of one service, to be lived a second time by the real unit of work on a real database: every batch that was committed or fenced, what became of
 * each message, what was said, and what else befell the rows. Tests in tests/store/<service>/test_sim_*.c run it and compare.
 *
 * Nothing commits between the find and the lock of a recorded batch: who lives it again has one connection.
 */
#ifndef DUNLIN_SIM_TWIN_H
#define DUNLIN_SIM_TWIN_H

#include "message.h"
#include "print.h"

struct twin_said {
	struct span topic, key, type, payload;
	struct uuid id;
};

struct twin_batch {
	struct instant now;
	/* Not a batch: what befell the rows beside the unit of work. Calls that were claimed tell their ids (struct span); what else there is the core and its test know. */
	const char *deed;
	const void *told;
	size_t told_count;
	struct message **messages; /* as they came; outcome, reply and why are what the model made of them */
	size_t count;
	const struct twin_said *said;
	size_t said_count;
	/* Of a Kafka batch: where it leaves its partition, and who owns that. */
	bool has_position, is_fenced;
	const char *topic;
	int partition;
	int64_t epoch, owner_epoch, next;
};

struct twin {
	struct twin_batch *batches;
	size_t count, room;
	size_t inbox, parked; /* rows at the end */
	const struct print_table *tables; /* what is compared of the tables, */
	struct span rows; /* and their rows at the end, in order */
	struct arena *arena; /* where all of it is */
};

/* The history of the service with this name. */
struct twin *twin_record(const char *service, uint64_t seed, int64_t steps);
void twin_close(struct twin *);

#endif
