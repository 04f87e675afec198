/*
 * open_item: invoices as far as money is concerned, and their open items (one for each part).
 *
 * 1. amount = allocated + credited + discounted + written_off + open, and none of them is below 0.
 * 2. allocated is the sum of the allocations that stand against the item (receipt.h).
 * 3. A fact of invoicing is never refused: what was allocated to what is then credited becomes unapplied cash.
 * 4. A credit note or a payment may come before its invoice: it waits under an invoice that is not `issued` yet.
 */
#ifndef RECONCILIATION_OPEN_ITEM_H
#define RECONCILIATION_OPEN_ITEM_H

#include "chart.h"
#include "date.h"
#include "money.h"
#include "uuid.h"

struct ledger;

/* Tax of one category: the letter of EN 16931 (UNCL5305) and the minor units. In an invoice: "S 2000", one a line. */
struct tax_share {
	struct span category;
	int64_t minor;
};

struct invoice {
	struct span merchant, customer;
	struct uuid id;
	bool issued; /* false: something that came before it names it */
	struct span number, rf;
	struct currency currency;
	int64_t net, gross;
	struct span taxes; /* tax shares */
	int32_t parts;
	bool has_issued_on; /* false: told before the day was kept */
	struct date issued_on;
	struct span discounts; /* its own terms: a share in hundredths of a percent and days after the day of issue a line: "200 10" */
};

struct open_item {
	struct span merchant, customer;
	struct uuid invoice;
	int32_t part;
	struct span number; /* of the invoice */
	struct date due;
	struct currency currency;
	int64_t amount, allocated, credited, discounted, written_off, open;
	bool has_value_date;
	struct date last_value_date; /* of the money allocated last */
	int64_t revision;            /* as last told */
};

struct credit_note {
	struct span merchant, customer;
	struct uuid id, invoice;
	bool applied; /* false: it waits for its invoice */
	struct span number; /* as told; kept as a reference alone */
	struct span token; /* of its number, by which lines name it; empty: it has none */
	struct currency currency;
	int64_t net, gross;
	struct date day;
	struct span taxes; /* tax shares */
	struct span parts; /* a part and its minor units a line: "1 6000" */
};

/* What dunlin.invoices.v1 says. */
struct issued_part {
	int32_t part;
	struct date due;
	int64_t minor;
};

struct invoice_issued {
	struct invoice invoice;
	struct date day;
	const struct issued_part *parts;
	size_t part_count;
};

/* Sums that don't hold: ERR_INVALID. Both post, change items and receipts, and are known by the ids: a second time changes nothing. */
enum err invoice_issue(struct ledger *, const struct invoice_issued *, struct why *) MUST_CHECK;
enum err credit_note_issue(struct ledger *, const struct credit_note *, struct why *) MUST_CHECK;

/* A command: gives up what is open of an item, or `minor` of it; the tax that goes with it is no longer payable. */
enum err item_write_off(struct ledger *, struct uuid invoice, int32_t part, int64_t minor, struct why *) MUST_CHECK;

/* What is given up of an invoice: to that account its net, the tax no longer payable, where `with_tax`; else all of it. Below 0 takes it back. */
enum err invoice_post_given_up(struct ledger *, const struct invoice *, enum chart, bool with_tax, int64_t minor, struct why *) MUST_CHECK;

/* The next of the lines: a word (a category, a part's number) and an amount. False at the end. */
bool share_next(struct span *rest, struct tax_share *);
void share_add(struct text *, struct span word, int64_t minor);

/* The invoice's items in the order of payment (due date, part), in the arena. Only those that the book has. */
size_t invoice_items(const struct ledger *, const struct invoice *, const struct open_item ***);

/* What is open of the whole invoice. */
int64_t invoice_open(const struct ledger *, const struct invoice *);

#endif
