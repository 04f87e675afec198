/*
 * terms: when an invoice is due, and what may be deducted of it before. Dates are plain dates in the merchant's zone; an invoice is overdue when today > due date there.
 */
#ifndef INVOICING_TERMS_H
#define INVOICING_TERMS_H

#include "discount.h"

/* The numbers are those of dunlin.type.v1.TermsKind. */
enum terms_kind { TERMS_NONE, TERMS_NET_DAYS, TERMS_END_OF_MONTH, TERMS_FIXED_DAY, TERMS_KINDS };

struct terms {
	enum terms_kind kind;
	int days; /* added to the issue date, 0..365 */
	int day;  /* TERMS_FIXED_DAY: 1..31, else 0 */
	struct discount discount;
};

/* Where neither the customer nor the merchant says anything. */
extern const struct terms terms_default;

struct terms_rule {
	const char *name; /* "net_days" */
	const char *help;
};
extern const struct terms_rule terms_rules[TERMS_KINDS];

enum err terms_check(const struct terms *, const char *field, struct why *) MUST_CHECK;
enum err terms_due(const struct terms *, struct date issued, struct date *due, struct why *) MUST_CHECK;
bool terms_equal(struct terms, struct terms);

/* The first billing date after a day: `billing_day` (1..28) of this month or the next. */
enum err billing_after(struct date, int billing_day, struct date *) MUST_CHECK;

#endif
