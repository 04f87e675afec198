/*
 * verbs: what the files that implement verbs share.
 */
#ifndef DUNLIN_VERBS_H
#define DUNLIN_VERBS_H

#include "err.h"
#include "migrate.h"

extern const struct migration common_migrations[];

/* Prints the reason on stderr and returns the exit code: 2 for bad input, 3 when it may work later, else 1. */
int verb_fail(const struct why *);

#endif
