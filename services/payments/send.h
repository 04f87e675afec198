/*
 * send: calls to providers: what is due becomes requests, their answers messages.
 */
#ifndef PAYMENTS_SEND_H
#define PAYMENTS_SEND_H

#include "outside.h"

extern const struct errand payments_errands[];

#endif
