/*
 * draft: what waits to be invoiced: charges are collected on the customer's one draft per currency, and leave it by an invoice or by being
 * cancelled.
 *
 * 1. The draft knows count and sum of what waits without reading it. 2. On a billing day only what waits for it is issued; the rest
 * goes on to a new draft. 3. A billing date is always later than the day on which it was set, so that each comes once.
 */
#ifndef INVOICING_DRAFT_H
#define INVOICING_DRAFT_H

#include "book.h"

/* Whose draft, and when. */
struct drafting {
	struct book *book;
	struct say *say;
	const struct merchant *merchant;
	const struct customer *customer;
	struct instant now;
};

struct date drafting_today(const struct drafting *); /* in the merchant's zone */

/* Puts a new charge on the draft, which is made where there is none. Fills the charge's id, draft and position. */
enum err draft_collect(const struct drafting *, struct charge *, struct why *) MUST_CHECK;

/* Issues an invoice for this charge alone. */
enum err charge_issue(const struct drafting *, struct charge *, const struct invoice **, struct why *) MUST_CHECK;

enum draft_part { DRAFT_ALL, DRAFT_BILLING };

/* Issues what waits. `command` gives external_ref and buyer_reference, or is NULL. Refused (nothing_waits). */
enum err draft_issue(const struct drafting *, const struct invoice *, enum draft_part, const struct issue_invoice *command,
	const struct invoice **, struct why *) MUST_CHECK;

/* Throws away all that waits, or one charge. */
enum err draft_cancel(const struct drafting *, const struct invoice *, struct span reason, struct why *) MUST_CHECK;
enum err charge_cancel(const struct drafting *, const struct charge *, struct span reason, struct why *) MUST_CHECK;

/* The customer's billing day is another one now. */
enum err draft_plan(const struct drafting *, const struct invoice *, struct why *) MUST_CHECK;

#endif
