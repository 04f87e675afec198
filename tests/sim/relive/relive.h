/*
 * relive: a history of the simulator (twin.h) lived a second time by the real unit of work on a real database. The test fails where a message's outcome, reply or
 * reason, an event, a fence, the inbox or what is set aside differs from the model's.
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
};

void relive(struct relive *, const struct twin *);

#endif
