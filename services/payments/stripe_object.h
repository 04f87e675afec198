/*
 * stripe_object: Stripe's objects read into notices (docs.stripe.com/api), whether they come in an event or in an answer, expanded or not.
 */
#ifndef PAYMENTS_STRIPE_OBJECT_H
#define PAYMENTS_STRIPE_OBJECT_H

#include "json_in.h"
#include "notice.h"

/* Each fills what its object knows and leaves the rest of the notice alone; ERR_INVALID with the field for an object that is not one. */
enum err stripe_session_read(const struct json_in *, struct notice *, struct why *) MUST_CHECK;
enum err stripe_payment_read(const struct json_in *, struct notice *, struct why *) MUST_CHECK;
enum err stripe_charge_read(const struct json_in *, struct notice *, struct why *) MUST_CHECK;
enum err stripe_refund_read(const struct json_in *, struct notice_refund *, struct notice *, struct why *) MUST_CHECK;
enum err stripe_payout_read(const struct json_in *, struct notice *, struct why *) MUST_CHECK;

/* A line of a payout, as its balance transaction says. */
struct stripe_line {
	struct span id, type; /* "txn_…", "charge", "refund", "payout" … */
	struct span source, payment;
	struct uuid attempt, refund; /* from the metadata of an expanded source; else zero */
	struct span currency;
	int64_t amount, fee, net;
};
enum err stripe_line_read(const struct json_in *, struct stripe_line *, struct why *) MUST_CHECK;

/* An id, or the object that was put in its place: its id in either case, and the object when `object` is given and it was one (else
 * object->object is NULL). Absent or null gives the empty span. */
enum err stripe_reference_read(const struct json_in *, const char *name, struct span *id, struct json_in *object, struct why *) MUST_CHECK;

/* Seconds since 1970 in a field; absent gives 0. */
enum err stripe_instant_read(const struct json_in *, const char *name, struct instant *, struct why *) MUST_CHECK;

/* The object's status as the rules know it, and the act that follows; false when none does. */
bool stripe_status_act(const char *object, struct span status, enum attempt_act *);
void stripe_print_rules(struct text *);

/* Money in Stripe's units and back. It counts in the currency's minor unit but for some (docs.stripe.com/currencies): ISK and UGX have two digits
 * there, MGA none. ERR_REFUSED for what its units can't say; ERR_INVALID for a currency that is none. */
enum err stripe_minor(struct money, int64_t *, struct why *) MUST_CHECK;
enum err stripe_money(struct provider_amount, struct money *, struct why *) MUST_CHECK;
struct span stripe_currency(struct arena *, struct currency); /* lower case */

#endif
