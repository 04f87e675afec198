/*
 * chart: the accounts of the ledger, as a table. An account is the word of its row, with a qualifier where there is one for each bank account, provider
 * account or tax category: "receivable", "cash:<bank account>", "tax_payable:S".
 */
#ifndef RECONCILIATION_CHART_H
#define RECONCILIATION_CHART_H

#include "span.h"

enum chart {
	CHART_RECEIVABLE,
	CHART_CASH,
	CHART_CASH_IN_HAND,
	CHART_CLEARING,
	CHART_RESERVE,
	CHART_DISPUTED,
	CHART_IN_TRANSIT,
	CHART_UNIDENTIFIED_PAYMENTS,
	CHART_UNIDENTIFIED_RECEIPTS,
	CHART_UNAPPLIED,
	CHART_REFUNDS_PAYABLE,
	CHART_TAX,
	CHART_REVENUE,
	CHART_FEE_INCOME,
	CHART_INTEREST_INCOME,
	CHART_DIFFERENCE_INCOME,
	CHART_DISCOUNTS,
	CHART_WRITE_OFF,
	CHART_BAD_DEBT,
	CHART_PROVIDER_FEES,
	CHART_BANK_CHARGES,
	CHART_NOT_COLLECTIONS,
	CHART_FX,
	CHART_OPENING,
	CHART_COUNT
};

enum chart_class { CLASS_ASSET, CLASS_LIABILITY, CLASS_INCOME, CLASS_EXPENSE, CLASS_EQUITY };

struct chart_row {
	const char *word;
	enum chart_class of_class;
	const char *per;  /* "bank account", "provider account", "category"; NULL: one account */
	bool by_hand;     /* a person may book a bank line to it */
	const char *help;
};

const struct chart_row *chart_row(enum chart);
const char *chart_class_word(enum chart_class);

/* The account of a row; the qualifier must be there exactly where the row has one. */
struct span chart_account(struct arena *, enum chart, struct span qualifier);

/* The row that an account belongs to; CHART_COUNT when it is none. */
enum chart chart_of(struct span account);

#endif
