/*
 * item: what dunlin.ledger.v1 says of an open item (one part of an invoice). A projection: a higher revision replaces it, it is shown, and
 * nothing is ever decided on it.
 */
#ifndef INVOICING_ITEM_H
#define INVOICING_ITEM_H

#include "line.h"
#include "uuid.h"

/* The numbers are those of dunlin.ledger.v1.ItemState. */
enum item_state { ITEM_NONE, ITEM_OPEN, ITEM_PART_PAID, ITEM_SETTLED, ITEM_STATES };
extern const char *const item_state_names[ITEM_STATES + 1];

struct item {
	struct span merchant, customer_ref;
	struct uuid invoice_id;
	int part;
	int64_t revision;
	enum item_state state;
	struct money amount, allocated, credited, discounted, written_off, open;
	struct day last_value_date;
};

/* amount = allocated + credited + discounted + written off + open, all in one currency. */
enum err item_check(const struct item *, struct why *) MUST_CHECK;

/* How a whole invoice stands, of its parts: settled when all are, open when all are, else part paid. NONE when there is none. */
enum item_state items_state(const struct item *, size_t);

#endif
