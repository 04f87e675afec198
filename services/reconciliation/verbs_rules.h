/*
 * verbs_rules: a merchant's rule sets at the command line: drafted, replayed over the lines of the last months, live.
 */
#ifndef RECONCILIATION_VERBS_RULES_H
#define RECONCILIATION_VERBS_RULES_H

#include "service.h"

#define RULES_USAGE                                                                             \
	"rules define MERCHANT FILE | list MERCHANT | show MERCHANT VERSION | "                 \
	"activate MERCHANT VERSION --who NAME --why TEXT (--replay DIGEST | --not-replayed) | " \
	"replay MERCHANT [--months N] [--wait RULE,...] [--set VERSION|FILE]"

int verb_rule_sets(const struct service *, int argc, char **argv);

#endif
