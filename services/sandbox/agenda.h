/*
 * agenda: what the world will do by itself, at which instant of business time. Kept in order of time, then of asking.
 */
#ifndef SANDBOX_AGENDA_H
#define SANDBOX_AGENDA_H

#include "world.h"

struct task;

struct agenda *agenda_open(struct arena *);

/* The task is known until it has run or was cancelled. An instant that has passed is due at once. */
struct task *agenda_add(struct world *, struct instant at, void (*run)(struct world *, void *arg), void *arg);
void agenda_cancel(struct world *, struct task *);

struct instant agenda_next(const struct world *); /* INT64_MAX: nothing is planned */
size_t agenda_due(const struct world *);          /* tasks due now */
void agenda_run(struct world *);                  /* runs what is due now, in order, also what that adds */

#endif
