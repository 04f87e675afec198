#include "item.h"

struct money item_payable(const struct item *item)
{
	int64_t open = item->amount - item->credited;

	if (item->ledger_revision > 0 && item->open < open)
		open = item->open;
	open -= item->taken;
	return (struct money){ .minor = open > 0 ? open : 0, .currency = item->currency };
}

void item_issue(struct item *item, struct span number, struct money amount, struct date due)
{
	if (item->is_issued)
		return;
	item->is_issued = true;
	item->number = number;
	item->currency = amount.currency;
	item->amount = amount.minor;
	item->due = due;
}

void item_credit(struct item *item, int64_t revision, int64_t credited)
{
	if (revision <= item->invoice_revision)
		return;
	item->invoice_revision = revision;
	item->credited = credited;
}

void item_follow_ledger(struct item *item, int64_t revision, struct span number, struct money amount, int64_t open)
{
	if (revision <= item->ledger_revision)
		return;
	item->ledger_revision = revision;
	item->open = open;
	if (item->is_issued)
		return;
	/* The ledger is ahead of the invoice: it says enough to pay by. */
	item->number = number;
	item->currency = amount.currency;
	item->amount = amount.minor;
}
