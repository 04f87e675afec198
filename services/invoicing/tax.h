/*
 * tax: VAT categories and the breakdown of a document (EN 16931-1 BG-23): tax is computed per category and rate on the sum of the
 * lines, and rounded once (BR-CO-17); never per line.
 */
#ifndef INVOICING_TAX_H
#define INVOICING_TAX_H

#include "money.h"
#include "span.h"

/* The numbers are those of dunlin.type.v1.TaxCategory. */
enum tax_category {
	TAX_NONE,
	TAX_STANDARD,
	TAX_ZERO,
	TAX_EXEMPT,
	TAX_REVERSE_CHARGE,
	TAX_INTRA_COMMUNITY,
	TAX_EXPORT,
	TAX_OUT_OF_SCOPE,
	TAX_CANARY_ISLANDS,
	TAX_CEUTA_MELILLA,
	TAX_CATEGORIES
};

enum tax_rate_rule { RATE_POSITIVE, RATE_ZERO, RATE_ANY };

struct tax_rule {
	const char *code; /* EN 16931 BT-151 (UNCL5305) */
	enum tax_rate_rule rate;
	bool reason;             /* a document says why no tax is charged (BT-120) */
	const char *text;        /* what it says where the charge brings no reason */
	const char *help;
};
extern const struct tax_rule tax_rules[TAX_CATEGORIES];

struct tax {
	enum tax_category category;
	struct decimal rate; /* percent, as field_plain gives it */
};

enum err tax_check(struct tax, struct span reason, struct why *) MUST_CHECK;
int tax_compare(struct tax, struct tax); /* by category, then rate */

/* Tax of one category and rate. */
struct tax_total {
	struct tax tax;
	struct money taxable; /* sum of the lines' net amounts */
	struct money amount;  /* of tax */
	struct span reason;
};

#endif
