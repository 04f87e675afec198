/*
 * verbs: what an operator does by hand.
 */
#ifndef PAYMENTS_VERBS_H
#define PAYMENTS_VERBS_H

#include "service.h"

extern const struct verb payments_verbs[];

#endif
