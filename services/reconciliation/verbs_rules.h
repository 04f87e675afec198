/*
 * verbs_rules: what another set of rules would have made of the lines of the last months.
 */
#ifndef RECONCILIATION_VERBS_RULES_H
#define RECONCILIATION_VERBS_RULES_H

#include "service.h"

#define RULES_USAGE "rules replay MERCHANT [--months N] [--wait RULE,...] [--set VERSION|FILE]"

int verb_replay(const struct service *, int argc, char **argv);

#endif
