/*
 * discount: what may be deducted for early payment, in up to two steps: the sooner, the more. It is part of the terms of payment (EN 16931
 * BT-20), granted or refused by reconciliation; here it is offered.
 *
 * 1. From step to step the days rise and the share falls. 2. No step ends after the due date of its document.
 */
#ifndef INVOICING_DISCOUNT_H
#define INVOICING_DISCOUNT_H

#include "date.h"
#include "money.h"
#include "span.h"

enum { DISCOUNT_STEPS = 2, DISCOUNT_DAYS = 365, DISCOUNT_WHOLE = 10000 };

struct discount_step {
	int share; /* of the gross amount, in hundredths of a percent, 1..9999 */
	int days;  /* after the date of issue, 0..365 */
};

/* No step: no discount. */
struct discount {
	int count;
	struct discount_step steps[DISCOUNT_STEPS];
};

/* Bounds and the order of the steps. ERR_INVALID names `field`.discounts. */
enum err discount_check(const struct discount *, const char *field, struct why *) MUST_CHECK;
bool discount_equal(const struct discount *, const struct discount *);

/* As a document offers it: no step beyond the due date, none that another one covers, none that comes to nothing. */
struct discount discount_offer(const struct discount *, struct date issued, struct date due, struct money gross);

/* The last day of payment for which it holds. */
struct date discount_day(const struct discount_step *, struct date issued);
/* The share of an amount that is not below 0, rounded half to even to the minor unit. */
struct money discount_of(const struct discount_step *, struct money);

/* As one text, a step a line: "200 10"; nothing for none. bug() where the text was not written so. */
struct span discount_print(struct arena *, const struct discount *);
struct discount discount_read(struct span);

#endif
