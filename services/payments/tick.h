/*
 * tick: what falls due here: links that nobody used, webhooks that can be joined or wait too long, calls whose maker is gone.
 */
#ifndef PAYMENTS_TICK_H
#define PAYMENTS_TICK_H

#include "service.h"

extern const struct duty payments_duties[];

#endif
