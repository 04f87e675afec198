/*
 * tick: work that falls due: statements to decide, lines to post, lines to look at again, payouts and invoices that did not come.
 */
#ifndef RECONCILIATION_TICK_H
#define RECONCILIATION_TICK_H

#include "service.h"

extern const struct duty reconciliation_duties[];

struct rows;

/* For duties in files of their own: what a statement found due, as messages. Rows have merchant_id, the aggregate under `column`, and the identity of
 * the deed as id. */
void tick_messages(
	struct arena *, const struct rows *, const char *source, const char *type, const char *column, struct message ***, size_t *n);

#endif
