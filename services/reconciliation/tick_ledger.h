/*
 * tick_ledger: what the ledger has done for it in its own time: the seal of the journal.
 */
#ifndef RECONCILIATION_TICK_LEDGER_H
#define RECONCILIATION_TICK_LEDGER_H

#include "db.h"
#include "message.h"

/* A duty without messages: seals what the journal holds, and tells how old the oldest entry without a seal is. */
enum err tick_seal(struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;

#endif
