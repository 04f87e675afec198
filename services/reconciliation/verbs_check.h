/*
 * verbs_check: the verb `check`: what an import would say of a file, with no database.
 */
#ifndef RECONCILIATION_VERBS_CHECK_H
#define RECONCILIATION_VERBS_CHECK_H

#include "common/service.h"

int verb_check(const struct service *, int argc, char **argv);

#endif
