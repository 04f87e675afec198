/*
 * tick: work that falls due: the billing day.
 */
#ifndef INVOICING_TICK_H
#define INVOICING_TICK_H

#include "service.h"

extern const struct duty invoicing_duties[];

#endif
