/*
 * tick_queue: the work queue as figures: how many exceptions are open, by type and age.
 */
#ifndef RECONCILIATION_TICK_QUEUE_H
#define RECONCILIATION_TICK_QUEUE_H

#include "service.h"

/* A duty that finds nothing due: it counts. */
enum err queue_count(struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;

#endif
