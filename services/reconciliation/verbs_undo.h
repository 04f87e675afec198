/*
 * verbs_undo: the verb undo.
 */
#ifndef RECONCILIATION_VERBS_UNDO_H
#define RECONCILIATION_VERBS_UNDO_H

#include "service.h"

/* undo MERCHANT STATEMENT --who NAME --why TEXT: the command of POST /v1/statements/{id}/undo. */
int verb_undo(const struct service *, int argc, char **argv);

#endif
