/*
 * verbs_ledger: what an operator asks of the ledger: does the journal fit its seal?
 */
#ifndef RECONCILIATION_VERBS_LEDGER_H
#define RECONCILIATION_VERBS_LEDGER_H

#include "service.h"

#define LEDGER_USAGE "ledger verify [MERCHANT] [--head HEAD]"

int verb_ledger(const struct service *, int argc, char **argv);

#endif
