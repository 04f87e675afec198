/*
 * tick: work that falls due: statements to decide, lines to post, lines to look at again, payouts and invoices that did not come.
 */
#ifndef RECONCILIATION_TICK_H
#define RECONCILIATION_TICK_H

#include "service.h"

extern const struct duty reconciliation_duties[];

/* Statements of so many lines (setting statement_large_lines) that deciding one takes longer than a tick may be silent: the role bulk does it. */
enum err statement_large_due(struct db *, struct arena *, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;

struct rows;

/* For the duties in other files: a statement's first rows ($1 limit, $2 now where there is one); each as a message about the aggregate in `column`, of the
 * identity (source, its column id); how many are due and when the next will be ($1 now). */
enum err tick_look(
	struct db *, struct arena *, const struct query *, const struct instant *now, size_t limit, struct rows *, struct why *) MUST_CHECK;
void tick_messages(
	struct arena *, const struct rows *, const char *source, const char *type, const char *column, struct message ***, size_t *n);
enum err tick_next(struct db *, struct arena *, struct instant now, const struct query *is_due, const struct query *is_later, int64_t *due,
	struct instant *next, struct why *) MUST_CHECK;

#endif
