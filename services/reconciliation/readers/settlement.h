/*
 * settlement: one item of what a provider pays out, out of the line that a reader tells of it (READING_SETTLEMENT): to be matched with payout_line by payment and
 * payout.
 */
#ifndef RECONCILIATION_SETTLEMENT_H
#define RECONCILIATION_SETTLEMENT_H

#include "reading.h"

struct settlement {
	const char *kind; /* of csv_kinds; "other" where the file's word is none that is known */
	struct span type; /* the file's word */
	struct date created, available;
	struct money gross, fee, net; /* in the currency that is settled: gross less fee is net */
	bool has_charged;
	struct money charged; /* gross in the payer's currency, where the file says it */
	struct span item, payment, payout, reference,
		original; /* the provider's; reference is ours; original is the payment that an item takes back */
};

/* Spans are the line's own. */
struct settlement settlement_of(const struct reading_line *);

#endif
