/*
 * payout: what the provider owes, and how it gets to the bank: balance transactions, paid out on the next bank day, arriving some days later.
 */
#ifndef SANDBOX_PAYOUT_H
#define SANDBOX_PAYOUT_H

#include "objects.h"

/* Books a charge (with its fee) or a refund, and plans the next payout. amount: minor units, signed. */
struct txn *txn_book(struct world *, enum txn_type, const struct head *source, struct currency, int64_t amount);

#endif
