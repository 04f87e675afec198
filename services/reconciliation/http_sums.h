/*
 * http_sums: trial balance and proof, for the routes and the verbs.
 */
#ifndef RECONCILIATION_HTTP_SUMS_H
#define RECONCILIATION_HTTP_SUMS_H

#include "httpd.h"

/* The trial balance of a merchant, as JSON or CSV. */
enum err sums_trial_balance(struct db *, struct arena *, struct span merchant, bool csv, struct span *body, struct why *) MUST_CHECK;
/* Both sums of each currency and the cash of each bank account, as of one moment, by running sums: its cost does not grow with the books. *holds: all of them do. */
enum err sums_proof(struct db *, struct arena *, struct span merchant, struct span *json, bool *holds, struct why *) MUST_CHECK;
/* The same from every row, and `differences`: where a running sum is not what its rows make, which *holds counts too. As slow as the books are large. */
enum err sums_recount(struct db *, struct arena *, struct span merchant, struct span *json, bool *holds, struct why *) MUST_CHECK;

#endif
