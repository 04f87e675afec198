/*
 * checkout: what happens to sessions, payments and refunds; each change is an event for the webhooks.
 */
#ifndef SANDBOX_CHECKOUT_H
#define SANDBOX_CHECKOUT_H

#include "objects.h"

/* Gives it id, url and status, and plans its end. `session` has everything else, for life. */
void session_open(struct world *, struct session *);
/* The session must be open for each of these. */
void session_expire(struct world *, struct session *);
void session_pay(struct world *, struct session *);
void session_decline(struct world *, struct session *, const struct decline *);

/* amount: 1 … what is left of the charge, which succeeded. */
struct refund *refund_make(struct world *, struct charge *, int64_t amount);
/* Says it, once reason and metadata are there. */
void refund_say(struct world *, const struct refund *);

#endif
