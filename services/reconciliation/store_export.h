/*
 * store_export: mappings and exports in their tables, and the entries of a file.
 */
#ifndef RECONCILIATION_STORE_EXPORT_H
#define RECONCILIATION_STORE_EXPORT_H

#include "book.h"
#include "db.h"
#include "unit.h"

/* Under the lock: for each target that is wanted its latest mapping, its last export and what the next month holds. */
enum err export_fetch(struct db *, struct arena *, struct book *, const struct need *, struct why *) MUST_CHECK;
void export_save(struct db *, struct arena *, const struct book *);

/* One export with its mapping; ERR_NOT_FOUND when there is none. */
enum err export_find(struct db *, struct arena *, struct span merchant, enum export_target, int64_t number, struct export *,
	struct export_mapping *, struct why *) MUST_CHECK;

/* The part-th file (from 1) of its currency. ERR_NOT_FOUND: it has no such part. */
enum err export_read(struct db *, struct arena *, const struct export *, const struct export_mapping *, struct currency, int64_t part,
	struct span *file, struct why *) MUST_CHECK;

#endif
