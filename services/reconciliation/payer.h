/*
 * payer: from which bank accounts a customer is known to pay. Personal data.
 */
#ifndef RECONCILIATION_PAYER_H
#define RECONCILIATION_PAYER_H

#include "span.h"
#include "uuid.h"

struct ledger;
struct line;

struct payer {
	struct span merchant, iban, customer;
	bool told;             /* by invoicing; else learned from a line */
	struct uuid learned_of;
	bool gone;             /* to be deleted */
};

/* What dunlin.customers.v1 says; erased: nothing of the customer may be kept. */
struct customer {
	struct span merchant, ref;
	int64_t revision; /* of the fact */
	struct span name;
};

struct customer_changed {
	struct span ref;
	int64_t revision;
	const struct span *ibans;
	size_t iban_count;
	struct span name;
	bool erased;
};

void customer_change(struct ledger *, const struct customer_changed *);

/* A line turned out to be this customer's alone: its account is learned. */
void payer_learn(struct ledger *, const struct line *, struct span customer);
/* A person took the match back: what was learned of it is forgotten. */
void payer_unlearn(struct ledger *, const struct line *);

#endif
