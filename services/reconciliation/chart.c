#include "chart.h"

#include <string.h>

static const struct chart_row rows[CHART_COUNT] = {
	[CHART_RECEIVABLE] = { "receivable", CLASS_ASSET, NULL, false, "what customers owe: the sum of all open items" },
	[CHART_CASH] = { "cash", CLASS_ASSET, "bank account", false, "money at the bank, as its statements say" },
	[CHART_CASH_IN_HAND] = { "cash_in_hand", CLASS_ASSET, NULL, true,
		"cash and cheques entered by hand, until they come to a bank account" },
	[CHART_CLEARING] = { "clearing", CLASS_ASSET, "provider account", false, "taken by the provider, not yet in a payout" },
	[CHART_RESERVE] = { "reserve", CLASS_ASSET, "provider account", false, "held back by the provider" },
	[CHART_DISPUTED] = { "disputed", CLASS_ASSET, "provider account", false, "held by the provider while a payer disputes it" },
	[CHART_IN_TRANSIT] = { "payouts_in_transit", CLASS_ASSET, "provider account", false, "in a payout, not yet on a bank statement" },
	[CHART_UNIDENTIFIED_PAYMENTS] = { "unidentified_payments", CLASS_ASSET, NULL, false,
		"money that left the bank and nobody has explained" },
	[CHART_UNIDENTIFIED_RECEIPTS] = { "unidentified_receipts", CLASS_LIABILITY, NULL, false,
		"money that came to the bank from an unknown payer" },
	[CHART_UNAPPLIED] = { "unapplied_cash", CLASS_LIABILITY, NULL, false, "money of known customers that stands against no invoice" },
	[CHART_REFUNDS_PAYABLE] = { "refunds_payable", CLASS_LIABILITY, NULL, false, "to be given back, until it has left" },
	[CHART_TAX] = { "tax_payable", CLASS_LIABILITY, "category", false, "tax charged, by category of EN 16931" },
	[CHART_REVENUE] = { "revenue", CLASS_INCOME, NULL, false, "net amounts of invoices less credit notes" },
	[CHART_FEE_INCOME] = { "fee_income", CLASS_INCOME, NULL, false, "late fees" },
	[CHART_INTEREST_INCOME] = { "interest_income", CLASS_INCOME, NULL, false, "interest on late payment" },
	[CHART_DIFFERENCE_INCOME] = { "difference_income", CLASS_INCOME, NULL, false,
		"the little that payers paid too much, where a policy keeps it" },
	[CHART_DISCOUNTS] = { "discounts", CLASS_EXPENSE, NULL, false, "granted for early payment" },
	[CHART_WRITE_OFF] = { "write_off", CLASS_EXPENSE, NULL, false, "given up, net of tax" },
	[CHART_BAD_DEBT] = { "bad_debt", CLASS_EXPENSE, NULL, false, "lost with an insolvent customer, net of tax" },
	[CHART_PROVIDER_FEES] = { "provider_fees", CLASS_EXPENSE, "provider account", false, "kept by the provider" },
	[CHART_BANK_CHARGES] = { "bank_charges", CLASS_EXPENSE, NULL, true, "kept by the bank" },
	[CHART_NOT_COLLECTIONS] = { "not_collections", CLASS_EQUITY, NULL, true,
		"lines that are none of our business: rent, salaries, own transfers" },
	[CHART_FX] = { "fx_position", CLASS_ASSET, NULL, false, "the other leg where currencies change" },
	[CHART_OPENING] = { "opening_balance", CLASS_EQUITY, NULL, false, "what bank accounts held before their first statement" },
};

static const char *const classes[] = { "asset", "liability", "income", "expense", "equity" };

const struct chart_row *chart_row(enum chart chart)
{
	if (chart >= CHART_COUNT)
		bug("account row %d", (int)chart);
	return &rows[chart];
}

const char *chart_class_word(enum chart_class class)
{
	return classes[class];
}

struct span chart_account(struct arena *arena, enum chart chart, struct span qualifier)
{
	const struct chart_row *row = chart_row(chart);
	if ((row->per != NULL) != (qualifier.size > 0))
		bug("account %s with qualifier '%.*s'", row->word, SPAN_ARG(qualifier));
	return row->per ? span_of(arena_printf(arena, "%s:%.*s", row->word, SPAN_ARG(qualifier))) : span_of(row->word);
}

enum chart chart_of(struct span account)
{
	struct span word, qualifier;
	bool qualified = span_cut(account, ':', &word, &qualifier);
	for (int i = 0; i < CHART_COUNT; i++)
		if (span_is(word, rows[i].word) && qualified == (rows[i].per != NULL) && (!qualified || qualifier.size))
			return (enum chart)i;
	return CHART_COUNT;
}
