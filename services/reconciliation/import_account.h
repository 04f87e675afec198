/*
 * import_account: how the files of the merchant's accounts come, while one is read: what a person said of an account holds where neither the file nor who
 * brings it says it.
 */
#ifndef RECONCILIATION_IMPORT_ACCOUNT_H
#define RECONCILIATION_IMPORT_ACCOUNT_H

#include "db.h"
#include "readers/reading.h"

struct files_of_account;

struct account_settings {
	const struct files_of_account *accounts; /* those of which a person said something */
	size_t count;
	struct reading_settings given; /* by who brings the file */
};

/* *given gets what the account has that it names, where it names one. */
enum err account_settings_load(struct db *, struct arena *, struct span merchant, struct reading_settings *given, struct account_settings *,
	struct why *) MUST_CHECK;
/* The statement that begins is of that account: how its texts are written. */
void account_settings_hold(const struct account_settings *, struct span account, struct reading_settings *);
/* Whether its statements come in that format; else the rule that one breaks which begins there. */
bool account_settings_allow(const struct account_settings *, struct span account, const char *format, struct place, struct violation *);

#endif
