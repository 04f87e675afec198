/*
 * store: how the book meets its tables. The store_*.c files are the only ones that name SQL statements.
 */
#ifndef PAYMENTS_STORE_H
#define PAYMENTS_STORE_H

#include "book.h"
#include "unit.h"

extern const struct store payments_store;

enum err store_fetch(struct db *, struct arena *, struct book *, const struct need *, struct why *) MUST_CHECK;

/* ---- for pages and lists: each reads by itself, and the merchant's own only ---- */

/* An attempt with its items and refunds; merchant empty: any (the caller has verified a token). *out NULL: there is none. */
enum err store_attempt(struct db *, struct arena *, struct span merchant, struct uuid, const struct attempt **out, struct why *) MUST_CHECK;

struct attempt_filter {
	struct span merchant, customer, state; /* empty: any */
	struct uuid invoice; /* zero: any */
	struct uuid before;  /* those made before this one */
	int32_t limit;
};
enum err store_attempts(struct db *, struct arena *, const struct attempt_filter *, struct attempt **, size_t *n, struct why *) MUST_CHECK;

struct webhook_filter {
	struct span merchant, state; /* empty: any */
	struct instant before;
	int32_t limit;
};
enum err store_webhooks(struct db *, struct arena *, const struct webhook_filter *, struct webhook **, size_t *n, struct why *) MUST_CHECK;
/* The body as it came; *body.at NULL: there is no such webhook. */
enum err store_webhook_body(struct db *, struct arena *, struct span merchant, struct span account, struct span event, struct span *body,
	struct why *) MUST_CHECK;
enum err store_alarms(
	struct db *, struct arena *, struct span merchant, bool closed, int32_t limit, struct alarm **, size_t *n, struct why *) MUST_CHECK;
/* How many alarms of a kind are open, for each kind in the order of alarm_kinds; all merchants. */
enum err store_count_alarms(struct db *, struct arena *, int64_t **, struct why *) MUST_CHECK;
enum err store_payouts(
	struct db *, struct arena *, struct span merchant, int32_t limit, struct payout **, size_t *n, struct why *) MUST_CHECK;
/* The accounts of a merchant, or of all of them when it is empty. */
enum err store_accounts(struct db *, struct arena *, struct span merchant, struct provider_account **, size_t *n, struct why *) MUST_CHECK;
/* What a pay page shows beside the attempt: the merchant, and how many of the attempt's parts are still owed. */
enum err store_pay_page(struct db *, struct arena *, const struct attempt *, struct merchant *, int64_t *owed, struct instant *now,
	struct why *) MUST_CHECK;

/* ---- for timers ---- */

struct due_attempt {
	struct span merchant, customer;
	struct uuid attempt;
};
/* Links that are past their time and were not used. */
enum err store_unused(
	struct db *, struct arena *, struct instant now, size_t limit, struct due_attempt **, size_t *n, struct why *) MUST_CHECK;
enum err store_unused_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;

struct due_webhook {
	struct span merchant, account, event, customer;
	struct uuid attempt;
};
/* Webhooks whose attempt is known by now. */
enum err store_joinable(struct db *, struct arena *, size_t limit, struct due_webhook **, size_t *n, struct why *) MUST_CHECK;
/* Webhooks that came before `since`, wait, and were not told of. */
enum err store_overdue(
	struct db *, struct arena *, struct instant since, size_t limit, struct due_webhook **, size_t *n, struct why *) MUST_CHECK;
enum err store_overdue_next(struct db *, struct arena *, struct instant since, int64_t *due, struct instant *next, struct why *) MUST_CHECK;

/* ---- for calls ---- */

struct due_call {
	struct intent intent; /* its try counted already */
	struct attempt attempt; /* with items; not for payouts */
	struct refund refund;   /* for INTENT_REFUND */
	struct span payout;     /* po_…, for INTENT_PAYOUT */
	struct span api_key;    /* sealed */
};
/* Leases what is due, one statement that commits by itself. A call for a session waits while another session for the same part is being closed. */
enum err store_claim(struct db *, struct arena *, struct instant now, size_t max, struct due_call **, size_t *n, struct why *) MUST_CHECK;
/* Calls whose lease ran out: whoever made them is gone. */
enum err store_lapsed(struct db *, struct arena *, size_t limit, struct due_call **, size_t *n, struct why *) MUST_CHECK;
enum err store_calls_next(struct db *, struct arena *, struct instant now, int64_t *pending, struct instant *next, struct why *) MUST_CHECK;

#endif
