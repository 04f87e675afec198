/*
 * camt: statements as ISO 20022 camt.053.001.08 (BankToCustomerStatementV08).
 */
#ifndef SANDBOX_CAMT_H
#define SANDBOX_CAMT_H

#include "bank.h"

struct statement {
	const struct bank_account *account;
	struct date from, to;     /* the days that it covers */
	int number;               /* electronic sequence number: bank days since the account was opened */
	struct instant created;
	int64_t opening, closing; /* minor units */
};

/* Lines are those of the account that are booked in the days. */
struct span camt_write(struct arena *, const struct statement *);

#endif
