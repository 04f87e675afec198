/*
 * tick_undo: the lines of statements that are being undone.
 */
#ifndef RECONCILIATION_TICK_UNDO_H
#define RECONCILIATION_TICK_UNDO_H

#include "service.h"

/* Due work as messages: merchant, the aggregate in `column`, and the identity of the deed (tick.c). */
void tick_messages(
	struct arena *, const struct rows *, const char *source, const char *type, const char *column, struct message ***out, size_t *n);

enum err undo_due(struct db *, struct arena *, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *) MUST_CHECK;
enum err undo_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;

#endif
