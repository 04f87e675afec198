/*
 * verbs_profile: the profiles of CSV files (readers/csv_profile.h) at the command line: those that come with Dunlin, and whether one's own is whole.
 */
#ifndef RECONCILIATION_VERBS_PROFILE_H
#define RECONCILIATION_VERBS_PROFILE_H

#include "common/service.h"
#include "common/verbs.h"
#include "readers/reading.h"

int verb_profile(const struct service *, int argc, char **argv);

/* What options say of a file that says it not itself; false, with the reason on stderr, where one of them can't be. Texts are argv's or live in the arena. */
#define READING_USAGE \
	"[--account IDENTIFIER] [--currency CODE] [--opening AMOUNT] [--closing AMOUNT] [--profile NAME] [--profiles FILE] [--charset NAME]"
bool reading_options(struct arena *, int argc, char **argv, struct reading_settings *);

/* A file of profiles, each of them whole; the reason on stderr where it is not. The text lives in the arena. */
bool profiles_read(struct arena *, const char *file, struct span *text, int *count);

#endif
