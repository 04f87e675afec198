/*
 * world: a book in memory, messages that run on it as the unit of work runs them, and a tick and a mail system that look at the book as theirs
 * look at the tables.
 */
#ifndef DUNLIN_TESTS_WORLD_H
#define DUNLIN_TESTS_WORLD_H

#include "../unit.h"

#include "facts.h"
#include "handlers.h"
#include "plan.h"

struct world {
	struct arena *arena;
	struct book *book;
	struct instant now;
	const struct zone *zone; /* by which the tests tell the time */
	struct text told;        /* a line an event that was said since the last world_told: "ReminderSent c1" */

	/* Of the last message. */
	enum err err;
	struct why why;
	const struct reply *reply;
};

/* Merchant "nord" and customer "c1" in Berlin, on Monday 2026-10-05 at ten. */
struct world *world_open(struct arena *);
void world_at(struct world *, const char *day, int hour);

enum err world_run(struct world *, struct message *);
/* Runs and demands that it is applied. */
void world_apply(struct world *, struct message *);
/* A command of client "tester". */
struct message *world_command(struct world *, const char *type, const char *target, const char *body);
struct message *world_named(struct world *, const char *type, const char *ref, struct uuid);

/* An invoice whose two facts have come. */
void world_owe(struct world *, const char *ref, int n, const char *due, int64_t minor);

/* The tick: until nothing is due. */
void world_tick(struct world *);
/* Hands over what may be sent; how many were. */
int world_send(struct world *, struct handover);
/* Tick, then all of it is taken, until nothing is left. */
void world_go(struct world *);
/* Statements count whose money has been read; nobody is looked at yet. */
void world_count(struct world *);

/* What was said since the last time; asserts that it is this. */
void world_told(struct world *, const char *expected);

const struct customer *world_customer(const struct world *, const char *ref);
/* The customer's notices in order of their making; NULL after the last. */
const struct notice *world_notice(const struct world *, const char *ref, size_t i);
/* The last one as a line: "planned 2026-10-09 level 0: 1 due-7 10000, 2 due 500". */
const char *world_last(const struct world *, const char *ref);
/* All that can be seen of facts and of what was said, in an order of its own. */
const char *world_print(const struct world *);

#define TAKEN ((struct handover){ .sent = true, .status = 250 })
#define NOBODY_KNOWS ((struct handover){ .sent = true, .unknown = true, .status = 354 })

#endif
