/*
 * policy: what the settings decide for the pure core: keys, addresses, spans of time. Filled once at the start (settings.c), by tests as they like.
 */
#ifndef PAYMENTS_POLICY_H
#define PAYMENTS_POLICY_H

#include "span.h"

struct policy {
	struct span secret_key; /* 32 bytes: seals the secrets of provider accounts */
	struct span link_key;   /* derived from it: makes the tokens of pay links */
	struct span public_url; /* where payers reach us, without a slash at its end */
	int64_t link_days;       /* how long a pay link can be opened */
	int64_t session_minutes; /* how long the provider's page can be paid; Stripe takes 30 minutes to 24 hours */
	int64_t reference_hours; /* how long a webhook may wait for what it names before a person is told */
};

#endif
