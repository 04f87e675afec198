/*
 * api: the provider's HTTP interface in Stripe's wire format (docs.stripe.com/api): form-encoded requests, Bearer keys, JSON objects, error
 * objects, Idempotency-Key. A parameter that it does not know is an error, as there.
 */
#ifndef SANDBOX_API_H
#define SANDBOX_API_H

#include "door.h"

extern const struct door api_doors[];

#endif
