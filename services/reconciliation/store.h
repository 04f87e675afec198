/*
 * store: how the book meets the tables: find, fetch, save.
 */
#ifndef RECONCILIATION_STORE_H
#define RECONCILIATION_STORE_H

#include "book.h"
#include "db.h"
#include "service.h"
#include "unit.h"

extern const struct store reconciliation_store;
/* What the unit of work needs to know of the service, where one is opened beside the roles. */
extern const struct service reconciliation_working;

/* Turns what messages look for into keys and wants, and notes for each line what it might be. */
enum err store_find(struct db *, struct arena *, struct book *, struct need *, struct why *) MUST_CHECK;
enum err store_fetch(struct db *, struct arena *, struct book *, const struct need *, struct why *) MUST_CHECK;
enum err store_save(struct db *, struct arena *, struct book *, struct why *) MUST_CHECK;

#endif
