/*
 * merchant: a legal entity with its own number series, zone, currency and bank accounts. Told whole on dunlin.customers.v1.
 */
#ifndef INVOICING_MERCHANT_H
#define INVOICING_MERCHANT_H

#include "party.h"
#include "series.h"
#include "terms.h"
#include "zone.h"

struct merchant {
	struct span id;
	int64_t revision;
	struct party party;
	struct span zone_name;
	const struct zone *zone; /* what zone_name names; NULL where this machine knows that zone no more */
	struct currency currency;
	struct span language;
	struct span prefixes[DOCUMENTS];
	const struct account *accounts; /* the preferred one first */
	size_t account_count;
	struct terms terms;
	struct span email; /* may be empty */
};

/* Creates a merchant or replaces what is known of it. */
struct define_merchant {
	struct merchant merchant;
	struct instant business_time; /* 0: now */
};

/* What the command says in itself: texts, bounds, defaults. */
enum err define_merchant_check(struct define_merchant *, struct why *) MUST_CHECK;

bool merchant_equal(const struct merchant *, const struct merchant *); /* but for the revision */

/* The account that an invoice in this currency is to be paid to; NULL when there is none. */
const struct account *merchant_account(const struct merchant *, struct currency);

/* Accounts as one text, a line each: "IBAN BIC CUR", '-' for what is empty. */
struct span accounts_print(struct arena *, const struct account *, size_t);
const struct account *accounts_read(struct arena *, struct span, size_t *);

#endif
