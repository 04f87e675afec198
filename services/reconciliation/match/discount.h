/*
 * discount: what may be deducted of an invoice for early payment, by its own terms (EN 16931 BT-20): up to two steps, the sooner the more. Pure.
 */
#ifndef RECONCILIATION_DISCOUNT_H
#define RECONCILIATION_DISCOUNT_H

#include "date.h"
#include "span.h"

enum { DISCOUNT_STEPS = 2 };

struct discount_step {
	int64_t share; /* of what is owed, in hundredths of a percent, 1..9999 */
	int64_t days;  /* after the day of issue, the last one included */
};

/* The nearest step first. No step: nothing of its own. */
struct discount {
	int count;
	struct discount_step steps[DISCOUNT_STEPS];
};

/* As an invoice keeps it, a step a line: "200 10". bug() where it is not. */
struct discount discount_read(struct span);
/* For people: "3 % until 2026-03-15, 2.5 % until 2026-03-30". Empty for none. */
struct span discount_text(struct arena *, const struct discount *, struct date issued);

#endif
