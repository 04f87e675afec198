/*
 * tick_recount: the sums that are kept of a merchant against every row of it, once a day. It takes as long as the merchant is large, so that the role bulk does
 * it and no due work waits. As of one moment: the rows of one statement.
 */
#ifndef RECONCILIATION_TICK_RECOUNT_H
#define RECONCILIATION_TICK_RECOUNT_H

#include "db.h"

/* One merchant, if there is one that is due and that nobody else is at (*did). ERR_RETRY: it could not be ended; others are tried before it again. */
enum err recount_next(struct db *, struct arena *, bool *did, struct why *) MUST_CHECK;

#endif
