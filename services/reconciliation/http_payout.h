/*
 * http_payout: payouts three ways: what payments told, what the provider's report says item by item, what the bank booked.
 */
#ifndef RECONCILIATION_HTTP_PAYOUT_H
#define RECONCILIATION_HTTP_PAYOUT_H

#include "httpd.h"

enum err show_payout(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err show_report(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
