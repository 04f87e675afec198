/*
 * rules: the tables that decide, printed for people and for the golden file: accounts, states, evidence, matching, exceptions, rules of statements.
 */
#ifndef RECONCILIATION_RULES_H
#define RECONCILIATION_RULES_H

#include "span.h"

void rules_print(struct text *);

#endif
