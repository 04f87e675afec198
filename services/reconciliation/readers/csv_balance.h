/*
 * csv_balance: whether the balances of rows are those of one account, whichever way the rows stand.
 *
 * Oldest first, a balance less all amounts so far is the opening one, for each row. Newest first, a balance and all amounts above it is the closing one.
 * So two constants are all that there is to remember, and rows without a balance are no gap.
 */
#ifndef RECONCILIATION_CSV_BALANCE_H
#define RECONCILIATION_CSV_BALANCE_H

#include "csv_profile.h"

struct csv_balance {
	bool any, overflowed;
	int64_t sum, above; /* of all rows; of all above the last one */
	int64_t opening, closing; /* what the first balance says they are, in the two orders */
	bool oldest, newest;      /* still holds */
	struct place oldest_broke, newest_broke, first;
};

void csv_balance_init(struct csv_balance *);
void csv_balance_row(struct csv_balance *, int64_t amount);
void csv_balance_told(struct csv_balance *, int64_t balance, struct place);
/* Opening and closing by the order that the profile says, or that the rows and their dates (falling: the first is later than the last) tell. False: in no order
 * do the balances hold (`where`, the first row that breaks the order that held longest), or either does and nothing tells which (line 0). */
bool csv_balance_ends(const struct csv_balance *, enum csv_order, int falling, int64_t *opening, int64_t *closing, struct place *where);

#endif
