/*
 * import_profile: a merchant's own profiles of CSV files (readers/csv_profile.h), kept by name. They are asked before those that come with Dunlin.
 */
#ifndef RECONCILIATION_IMPORT_PROFILE_H
#define RECONCILIATION_IMPORT_PROFILE_H

#include "db.h"
#include "readers/csv_profile.h"

enum { PROFILES_TEXT_MOST = 256 << 10, PROFILES_MOST = 200 };

/* How many profiles a text holds, each of them whole. ERR_INVALID says the line and the reason; profile_missing where it holds none. */
enum err profiles_count(struct span text, int *count, struct why *) MUST_CHECK;

/* The next of a text that is whole, with its own part of it; false at the end. */
bool profiles_each(struct span *rest, struct csv_profile *, struct span *text);

/* Each profile of the text is put by its name: in the place of the merchant's own of that name. All of them, or none. */
enum err profiles_define(struct db *, struct arena *, struct span merchant, struct span text, int *count, struct why *) MUST_CHECK;

#endif
