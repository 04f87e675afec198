/*
 * hand: what people decide: matching and un-matching lines, receipts of cash and cheques, allocating credit, giving up. Each deed is audited with who and why.
 *
 * An amount that is not open, or a document that is not there, is refused and names the field.
 */
#ifndef RECONCILIATION_HAND_H
#define RECONCILIATION_HAND_H

#include "line.h"
#include "receipt.h"

enum { HAND_ITEMS = 100 };

/* The client system, and what it says of its user: that stays in the audit table. */
struct by_whom {
	struct span client, who, why;
};

/* What is paid, by the invoice's id, or by its number where that is given. minor 0: all that is open of it. */
struct named_item {
	struct payable item;
	struct span number;
	struct money amount; /* as written; currency empty where left out */
};

/* Exactly one of: items and the customer whose the rest is (or the customer alone); a payout; an earlier line that it takes back; a receipt
 * that it refunds; an account of the chart that may be booked by hand. */
struct match_line {
	struct by_whom by;
	struct uuid line;
	const struct named_item *items;
	size_t item_count;
	struct span customer;
	struct uuid payout, return_of, refund_of; /* zero: not that */
	struct span booked_to;
};

struct unmatch_line {
	struct by_whom by;
	struct uuid line;
};

struct record_receipt {
	struct by_whom by;
	struct span customer;
	struct money amount;
	struct date value_date;
	const struct named_item *items;
	size_t item_count;
};

struct allocate_receipt {
	struct by_whom by;
	struct uuid receipt;
	const struct named_item *items;
	size_t item_count;
};

struct write_off {
	struct by_whom by;
	struct uuid invoice;
	int32_t part;
	struct money amount; /* currency empty: all that is open */
};

struct close_exception {
	struct by_whom by;
	struct uuid exception;
};

struct accept_statement {
	struct by_whom by;
	struct uuid statement;
};

enum err hand_match(struct ledger *, const struct match_line *, struct why *) MUST_CHECK;
enum err hand_unmatch(struct ledger *, const struct unmatch_line *, struct why *) MUST_CHECK;
/* *id is the new receipt's. */
enum err hand_receipt(struct ledger *, const struct record_receipt *, struct uuid *id, struct why *) MUST_CHECK;
enum err hand_allocate(struct ledger *, const struct allocate_receipt *, struct why *) MUST_CHECK;
enum err hand_close(struct ledger *, const struct close_exception *, struct why *) MUST_CHECK;
enum err hand_accept(struct ledger *, const struct accept_statement *, struct why *) MUST_CHECK;

#endif
