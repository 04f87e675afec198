/*
 * webhook: the provider's events, signed (Stripe-Signature: t, v1) and sent to the account's endpoints until each has said 2xx.
 */
#ifndef SANDBOX_WEBHOOK_H
#define SANDBOX_WEBHOOK_H

#include "door.h"
#include "objects.h"

/* What happened to an object. The event shows it as it is now. */
void webhook_session(struct world *, const char *type, const struct session *);
void webhook_payment(struct world *, const char *type, const struct payment *);
void webhook_charge(struct world *, const char *type, const struct charge *);
void webhook_refund(struct world *, const char *type, const struct refund *);
void webhook_payout(struct world *, const char *type, const struct payout *);

extern const struct door webhook_doors[];

#endif
