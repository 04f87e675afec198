/*
 * tick_undo: the lines of statements that are being undone.
 */
#ifndef RECONCILIATION_TICK_UNDO_H
#define RECONCILIATION_TICK_UNDO_H

#include "service.h"

enum err undo_due(struct db *, struct arena *, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *) MUST_CHECK;
enum err undo_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;

#endif
