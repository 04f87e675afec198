/*
 * store_undo: what a statement's account was before it, and what stands against undoing it.
 */
#ifndef RECONCILIATION_STORE_UNDO_H
#define RECONCILIATION_STORE_UNDO_H

#include "db.h"
#include "handlers.h"

/* For each WANT_UNDO, behind the locks. */
enum err undo_fetch(struct db *, struct arena *, struct book *, const struct need *, struct why *) MUST_CHECK;
void undo_save(struct db *, struct arena *, const struct book *);

#endif
