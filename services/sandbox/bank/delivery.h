/*
 * delivery: statements made and uploaded: on request, or each bank day's on the next morning.
 */
#ifndef SANDBOX_DELIVERY_H
#define SANDBOX_DELIVERY_H

#include "bank.h"

/* The statement of a bank day as it stands, in the account's format. ERR_REFUSED: banks don't work on it, or the account was not there yet. ERR_NOT_FOUND: the
 * format has nothing but lines, and there are none. */
enum err statement_make(
	struct world *, struct arena *, const struct bank_account *, struct date, struct span *file, struct why *) MUST_CHECK;

/* Plans the account's morning deliveries, from its first day on. */
void delivery_plan(struct world *, struct bank_account *);

/* Uploads a day's statement and makes the day final; answers the door when the receiver has answered. */
enum err delivery_door(struct ask *, struct answer *, struct why *);

#endif
