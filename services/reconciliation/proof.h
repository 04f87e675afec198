/*
 * proof: the two sums that must hold for each currency, each term taken twice: from the journal's transfers and from the counters of the aggregates.
 *
 *   invoiced = allocated + credited + discounted + written off + open
 *   received = allocated + unapplied + unidentified + refunded + kept
 *
 * Received is customers' money: what came, less what was taken back, payouts of providers and lines that a person booked elsewhere.
 */
#ifndef RECONCILIATION_PROOF_H
#define RECONCILIATION_PROOF_H

#include "journal.h"

enum term {
	TERM_INVOICED,
	TERM_ALLOCATED,
	TERM_CREDITED,
	TERM_DISCOUNTED,
	TERM_WRITTEN_OFF,
	TERM_OPEN,
	TERM_RECEIVED,
	TERM_UNAPPLIED,
	TERM_UNIDENTIFIED,
	TERM_REFUNDED,
	TERM_KEPT,
	TERM_COUNT
};

const char *term_word(enum term);

/* Sums over the aggregates of one currency. `received` is: credit lines that are customers' + what receipts by provider and hand hold. */
struct counters {
	struct currency currency;
	int64_t minor[TERM_COUNT];
	int64_t receipts_allocated, receipts_unapplied; /* the same money as seen by the receipts: allocated, unapplied */
};

struct proof_row {
	struct currency currency;
	int64_t journal[TERM_COUNT], counted[TERM_COUNT];
	int64_t given_up[CAUSE_COUNT +
			 1];   /* of the journal's discounted and written off: what each cause gave up, net of what it took back */
	int64_t debit, credit;           /* of the trial balance */
	bool invoiced_holds, received_holds, journal_agrees, receipts_agree, balances;
	bool holds;        /* all of these */
};

/* One row for each currency of the flows or counters, by code. */
size_t proof_make(struct arena *, const struct flow *, size_t flows, const struct counters *, size_t n, struct proof_row **);

#endif
