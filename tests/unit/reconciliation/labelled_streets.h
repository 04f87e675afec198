/*
 * labelled_streets: the towns of the labelled lines: who lives there, what is billed and what is open, and a choice of open invoices for a class to pay.
 */
#ifndef DUNLIN_TESTS_LABELLED_STREETS_H
#define DUNLIN_TESTS_LABELLED_STREETS_H

#include "labelled.h"

/* Subscriptions cost everybody the same. */
int64_t streets_amount(struct streets *);
void streets_bill(struct streets *, struct buyer *);
void streets_bill_so_much(struct streets *, struct buyer *, int64_t minor);

/* ---- what is open ---- */

const char *streets_rf(struct streets *, struct uuid);
int64_t streets_open(struct streets *, struct uuid);
/* The buyer's open invoices, by place. */
size_t streets_open_places(struct streets *, const struct buyer *, size_t out[LABELLED_INVOICES]);
struct buyer *streets_buyer(struct streets *);

struct pick {
	struct buyer *buyer;
	size_t places[LABELLED_INVOICES], count; /* of open invoices */
	int64_t sum;
};

/* So many open invoices of one buyer, in their order; 0: all of them, two at least. False where none has so many. */
bool streets_pick(struct streets *, size_t n, struct pick *);
const char *pick_number(const struct pick *, size_t i);
struct uuid pick_id(const struct pick *, size_t i);
/* The line that pays so much, and its truth. */
void pick_tell(struct streets *, struct labelled *, const struct pick *, int64_t minor, const char *text);
/* The line comes from a payer whom nobody knows. */
void streets_stranger(struct streets *, struct labelled *);

#endif
