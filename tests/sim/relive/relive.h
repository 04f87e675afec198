/*
 * relive: a history of the simulator (twin.h) lived a second time by the real unit of work on a real database. The test fails where a message's outcome, reply or
 * reason, an event, a fence, the inbox, what is set aside, a call that is claimed, or a row of any table in the end differs from the model's.
 */
#ifndef DUNLIN_SIM_RELIVE_H
#define DUNLIN_SIM_RELIVE_H

#include "../twin.h"
#include "service.h"

struct relive {
	const struct service *service;
	struct db *db, *owner; /* as the application, and as the owner of the tables */
	struct unit *unit;
	struct arena *arena;
	const char *const *left_out; /* tables ("t") and columns ("t.c") that the model has nothing to say of, ended by NULL */
	/* What befell the rows beside units and claims. NULL: nothing does. */
	void (*befall)(struct relive *, const struct twin_batch *);
};

/* The history of that seed on emptied tables. */
void relive(struct relive *, uint64_t seed, int64_t steps);

/* The first so many seeds; TWIN_SEEDS, from TWIN_FROM on, is another number of them. */
void relive_seeds(struct relive *, int64_t seeds, int64_t steps);

/* Every column of the service's tables is compared, or left out by name. */
void relive_compares_every_column(struct relive *);

/* As the owner; the test fails where it fails. */
void relive_script(struct relive *, const char *sql);

#endif
