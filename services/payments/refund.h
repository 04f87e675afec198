/*
 * refund: money that goes back to the payer of an attempt. The ledger of an attempt's refunds, each known by our id and the provider's.
 *
 * 1. A refund's state only grows, in the order of the enum: facts may come twice and in any order.
 * 2. Requested and pending refunds reserve their amount: together with what went back they never exceed what was captured.
 * 3. A refund that the provider reports beyond that is kept, is `over`, and is not said to have happened: a person looks at it.
 * 4. The array is never changed in place: a change makes a new one in the arena (shelf.h, rule 2).
 */
#ifndef PAYMENTS_REFUND_H
#define PAYMENTS_REFUND_H

#include "attempt.h"

enum refund_state {
	REFUND_REQUESTED, /* we want it; the provider has not answered */
	REFUND_PENDING,   /* the provider works on it */
	REFUND_SUCCEEDED, /* the money is on its way to the payer */
	REFUND_FAILED,    /* it did not arrive or was refused: the money is with the provider again */
	REFUND_STATES
};

enum refund_reason { REFUND_BY_PROVIDER, REFUND_UNAPPLIED, REFUND_CREDITED, REFUND_REOPEN, REFUND_REASONS };

struct refund {
	struct uuid id;
	struct span provider_refund; /* re_…; empty until the provider has told */
	struct money amount;
	enum refund_state state;
	enum refund_reason reason;
	bool told; /* PaymentRefunded was said */
	bool over; /* the provider reports more than was captured */
	struct uuid credit_note; /* of REFUND_CREDITED; else zero */
	const struct attempt_item *items;
	size_t item_count;
	struct instant made_at; /* business time */
	struct span failure;    /* the provider's reason */
};

const char *refund_state_name(enum refund_state);
enum err refund_state_parse(struct span, enum refund_state *) MUST_CHECK;
const char *refund_reason_name(enum refund_reason);
enum err refund_reason_parse(struct span, enum refund_reason *) MUST_CHECK;
extern const char *const refund_reason_words[]; /* those that a request may give, NULL-terminated: index + REFUND_UNAPPLIED */

/* By our id, by the provider's; NULL when the attempt has none. */
const struct refund *refund_find(const struct attempt *, struct uuid);
const struct refund *refund_find_provider(const struct attempt *, struct span provider_refund);

/* What is left to be refunded: captured, less all refunds that did not fail. */
struct money refund_room(const struct attempt *);

/* Puts the refund into the attempt's ledger, in place of the one with its id, in order of ids; recounts `refunded`. */
void refund_put(struct attempt *, struct arena *, const struct refund *);

/* Checks a request and shares the amount out over the attempt's items where `items` is empty and that can be done without a choice: everything that
 * is left, or an attempt of one item. Errors: payment_not_captured, refund_exceeds_captured, refund_items_required, refund_items_wrong. */
enum err refund_check(const struct attempt *, struct arena *, struct refund *, struct why *) MUST_CHECK;

/* What goes back from an item so far, all refunds that did not fail. */
int64_t refund_of_item(const struct attempt *, const struct attempt_item *);

#endif
