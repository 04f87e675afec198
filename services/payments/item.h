/*
 * item: what of an invoice's part may be paid, as the projection of other services' facts. Nothing here is decided by us but `taken`.
 *
 * 1. Facts may come twice and in any order, and from two topics that count revisions each for itself: what was issued is set once, what was
 *    credited follows the invoice's highest revision, what is open the ledger's.
 * 2. taken is what our payments have for it that the ledger does not count yet: it is not asked for again meanwhile.
 */
#ifndef PAYMENTS_ITEM_H
#define PAYMENTS_ITEM_H

#include "date.h"
#include "money.h"
#include "uuid.h"

struct item {
	struct span merchant, customer;
	struct uuid invoice;
	int32_t part;
	bool is_issued; /* invoicing has told: number, amount, due are known */
	struct span number;
	struct currency currency;
	int64_t amount, credited, open, taken; /* minor units */
	struct date due;
	int64_t invoice_revision; /* of `credited` */
	int64_t ledger_revision;  /* of `open`; 0: the ledger has not spoken */
	struct uuid live_attempt; /* the attempt that holds it; zero: none */
};

/* What may be asked for: what is open by the ledger, or by the invoice while the ledger has not spoken; never more than the invoice less its credit
 * notes; less what is taken. At least 0. */
struct money item_payable(const struct item *);

/* The three facts. Each changes nothing when it is not news. */
void item_issue(struct item *, struct span number, struct money amount, struct date due);
void item_credit(struct item *, int64_t revision, int64_t credited);
void item_follow_ledger(struct item *, int64_t revision, struct span number, struct money amount, int64_t open);

#endif
