/*
 * unsettled: payments that a provider took and that no payout names: what neither the payout nor its report can show, because it is in neither.
 *
 * 1. By a day that it says itself (receipt.settle_by) a payment must be in a payout. On the day after it is looked at, once for each amount that was captured.
 * 2. What lines of payouts, and items of reports where those stand for lines, do not name then and what did not go back to its payer is an exception, with that day.
 * 3. The exception is the provider account's: the look, lines and refunds change it under that lock, so that none misses the other. The payment itself needs no
 *    such lock: before its day nobody asks.
 * 4. A payout of those days that is known by its sum alone may hold the payment. Nobody can say, and nothing is opened: it is the report that is asked for
 *    (payout_report.h).
 */
#ifndef RECONCILIATION_UNSETTLED_H
#define RECONCILIATION_UNSETTLED_H

#include "date.h"
#include "money.h"
#include "uuid.h"

struct attempt;
struct ledger;
struct receipt;

enum { SETTLEMENT_DAYS = 10 };

/* What is known of a payment in payouts. */
struct settlement {
	struct span merchant;
	struct uuid receipt;
	int64_t named; /* by lines and items in the payment's currency, paid out or taken by the provider; its refunds left out; 0 or more */
	bool exchanged; /* named in another currency: what it came to there its report compares */
	bool hidden; /* a payout of those days is known by its sum alone */
};

/* The day by which what was paid on that day must be in a payout. */
struct date settlement_day(struct date paid);

/* Pure. What of the payment is in no payout and did not go back: 0 or more, in minor units of its currency. */
int64_t settlement_lacks(const struct settlement *, const struct receipt *);

/* More was captured of a payment that is there: that must be in a payout too. */
void unsettled_expect(struct ledger *, const struct attempt *);

/* The payment's day is over; it, its settlement and the exceptions about it are in the book. */
void unsettled_look(struct ledger *, struct uuid receipt);

/* So much of the payment (either sign) is in a payout, or went back to its payer. Nothing where it is no exception. */
void unsettled_lower(struct ledger *, struct uuid receipt, struct money);

#endif
