/*
 * store_period: periods and their sealed balances in their tables.
 */
#ifndef RECONCILIATION_STORE_PERIOD_H
#define RECONCILIATION_STORE_PERIOD_H

#include "book.h"
#include "db.h"
#include "unit.h"

/* Under the lock: the months that are wanted, the last closed ones, and what is to be known to close the next. ERR_RETRY while an entry of such a month may still
 * be followed by one with a lower number. */
enum err period_fetch(struct db *, struct arena *, struct book *, const struct need *, struct why *) MUST_CHECK;
void period_save(struct db *, struct arena *, const struct book *);

#endif
