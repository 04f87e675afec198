/*
 * stripe: requests to Stripe, and what its answers say (docs.stripe.com/api). Pure: addresses, keys and times are arguments.
 *
 * 1. Every request that changes something at the provider carries our id as its Idempotency-Key, the same for every repetition, with the same
 *    parameters to the byte: Stripe then does it once (for at least 24 hours).
 * 2. An answer is certain (done, refused) or it is not; what is not certain is never taken for either.
 */
#ifndef PAYMENTS_STRIPE_H
#define PAYMENTS_STRIPE_H

#include "notice.h"
#include "payout.h"
#include "policy.h"
#include "stripe_object.h"

#define STRIPE_VERSION "2025-03-31.basil"
/* How long after its first use we rely on an Idempotency-Key; Stripe forgets them after 24 hours at the earliest. */
#define STRIPE_KEY_HOURS 23
#define STRIPE_PAGE 100

struct stripe_request {
	const char *method;
	struct span path; /* with its query */
	struct span body; /* application/x-www-form-urlencoded; empty: none */
	struct span idempotency_key; /* empty: none */
};

/* A session for the attempt; its session_expires_at is what is asked for. ERR_REFUSED (amount_unsupported). */
enum err stripe_open_request(
	struct arena *, const struct attempt *, const struct policy *, struct stripe_request *, struct why *) MUST_CHECK;
struct stripe_request stripe_expire_request(struct arena *, const struct attempt *);
/* How it stands: by the session where it is known, else the sessions made around opened_at, one page after `cursor`, to be searched for our own
 * reference. */
struct stripe_request stripe_ask_request(struct arena *, const struct attempt *, struct span cursor);
struct stripe_request stripe_fee_request(struct arena *, const struct attempt *);
enum err stripe_refund_request(
	struct arena *, const struct attempt *, const struct refund *, struct stripe_request *, struct why *) MUST_CHECK;
struct stripe_request stripe_refunds_request(struct arena *, const struct attempt *, struct span cursor);
/* One page of a payout's lines. */
struct stripe_request stripe_lines_request(struct arena *, struct span provider_payout, struct span cursor);

/* What became of a call, by its HTTP status (docs.stripe.com/api/errors, docs.stripe.com/error-low-level). */
enum stripe_outcome {
	STRIPE_DONE, /* 2xx */
	STRIPE_REFUSED, /* 4xx: nothing was done, and it would not be done another time */
	STRIPE_LATER, /* 401, 403, 429, or it never left: nothing was done; another time it may be */
	STRIPE_UNKNOWN /* 409, 5xx, no answer: it may have been done */
};
enum stripe_outcome stripe_outcome(bool sent, bool unknown, int status);
/* The code and the text of an error, for people; never fails. */
struct span stripe_error_text(struct arena *, struct span body);

/* Answers. ERR_INVALID for what is not what was asked for. */
enum err stripe_session_answer(struct arena *, struct span body, struct notice *, struct why *) MUST_CHECK;
/* *found says whether the page has a session with this reference; else *next is where the next page begins, or empty at the end. */
enum err stripe_sessions_answer(
	struct arena *, struct span body, struct uuid attempt, bool *found, struct notice *, struct span *next, struct why *) MUST_CHECK;
enum err stripe_fee_answer(struct arena *, struct span body, struct provider_amount *, struct why *) MUST_CHECK;
enum err stripe_refund_answer(struct arena *, struct span body, struct notice *, struct why *) MUST_CHECK;
enum err stripe_refunds_answer(struct arena *, struct span body, struct notice *, struct span *next, struct why *) MUST_CHECK;

struct stripe_page {
	const struct stripe_line *lines;
	size_t count;
	struct span next; /* where the next page begins; empty at the end */
};
enum err stripe_lines_answer(struct arena *, struct span body, struct stripe_page *, struct why *) MUST_CHECK;

#endif
