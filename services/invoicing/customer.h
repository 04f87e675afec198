/*
 * customer: who is invoiced, and how. Defining one is a put: what is left out is emptied, or falls to the merchant's as it is then.
 */
#ifndef INVOICING_CUSTOMER_H
#define INVOICING_CUSTOMER_H

#include "merchant.h"
#include "uuid.h"

struct customer {
	struct span merchant, ref;
	struct uuid id;
	int64_t revision;
	struct party party;
	struct span emails, ibans; /* lists, an item a line (field_next) */
	struct span language, zone_name;
	struct currency currency;
	struct terms terms;
	int billing_day; /* 1..28; 0: none */
	bool invoiced;   /* a document exists: the currency stays */
};

struct define_customer {
	struct customer customer; /* language, zone_name empty and terms of no kind: the merchant's */
	struct instant business_time;
	bool has_currency;
};

enum err define_customer_check(const struct define_customer *, struct why *) MUST_CHECK;

/* The whole state after the command; id and revision are the caller's. */
struct customer customer_defined(const struct define_customer *, const struct merchant *);

bool customer_equal(const struct customer *, const struct customer *); /* but for id, revision and invoiced */

#endif
