/*
 * http_period: pages of the periods.
 */
#ifndef RECONCILIATION_HTTP_PERIOD_H
#define RECONCILIATION_HTTP_PERIOD_H

#include "httpd.h"

enum err show_periods(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* The trial balance that was sealed, as JSON or CSV; compared with its seal. */
enum err show_period_balance(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
