/*
 * verbs_profile: the profiles of CSV files (readers/csv_profile.h) at the command line: those that come with Dunlin, and whether one's own is whole.
 */
#ifndef RECONCILIATION_VERBS_PROFILE_H
#define RECONCILIATION_VERBS_PROFILE_H

#include "common/verbs.h"
#include "span.h"

struct service;

int verb_profile(const struct service *, int argc, char **argv);

/* A file of profiles, each of them whole; the reason on stderr where it is not. The text lives in the arena. */
bool profiles_read(struct arena *, const char *file, struct span *text, int *count);

#endif
