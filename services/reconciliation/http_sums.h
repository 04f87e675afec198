/*
 * http_sums: trial balance and proof, for the routes and the verbs.
 */
#ifndef RECONCILIATION_HTTP_SUMS_H
#define RECONCILIATION_HTTP_SUMS_H

#include "httpd.h"

/* Which books: up to the end of a day of business, as they were known at an instant (by when entries were posted), and of which account. */
struct moment {
	bool has_day, has_known;
	struct date as_of;
	struct instant known_at;
	struct span account; /* empty: all */
};

/* From texts as people write them; empty ones are left out. */
enum err moment_read(struct span as_of, struct span known_at, struct span account, struct moment *, struct why *) MUST_CHECK;

/* The trial balance of a merchant, as JSON or CSV. Today's costs nothing; an earlier one costs what came since. */
enum err sums_trial_balance(
	struct db *, struct arena *, struct span merchant, const struct moment *, bool csv, struct span *body, struct why *) MUST_CHECK;
/* Both sums of each currency and the cash of each bank account, as of one moment, by running sums: its cost does not grow with the books. *holds: all of them do. */
enum err sums_proof(struct db *, struct arena *, struct span merchant, struct span *json, bool *holds, struct why *) MUST_CHECK;
/* A recount reads every row, and may take so long; less than the role bulk may be silent. */
enum { RECOUNT_PATIENCE_S = 1200 };

/* The same from every row, and `differences`: where a running sum is not what its rows make, which *holds counts too. As slow as the books are large. */
enum err sums_recount(struct db *, struct arena *, struct span merchant, struct span *json, bool *holds, struct why *) MUST_CHECK;

#endif
