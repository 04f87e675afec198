/*
 * verbs: what an operator does at the command line: import, trial-balance, journal, exceptions, proof.
 */
#ifndef RECONCILIATION_VERBS_H
#define RECONCILIATION_VERBS_H

#include "service.h"

extern const struct verb reconciliation_verbs[];

#endif
