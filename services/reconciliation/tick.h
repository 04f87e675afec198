/*
 * tick: work that falls due: statements to decide, lines to post, lines to look at again, payouts and invoices that did not come.
 */
#ifndef RECONCILIATION_TICK_H
#define RECONCILIATION_TICK_H

#include "service.h"

extern const struct duty reconciliation_duties[];

#endif
