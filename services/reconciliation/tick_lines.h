/*
 * tick_lines: lines of accepted statements are posted, an account at a time and in the order of its files.
 *
 * Any number of processes may: who posts an account's lines holds its lock, for one batch. A lock says who works, never what was done: that is the
 * inbox's, so that nothing is posted twice whoever dies when. Accounts take turns.
 */
#ifndef RECONCILIATION_TICK_LINES_H
#define RECONCILIATION_TICK_LINES_H

#include "service.h"

/* Of struct duty. */
enum err lines_due(struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;
enum err lines_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;
enum err lines_done(struct db *, struct arena *, struct why *) MUST_CHECK;

#endif
