/*
 * http: the routes of reconciliation.
 */
#ifndef RECONCILIATION_HTTP_H
#define RECONCILIATION_HTTP_H

#include "httpd.h"

struct imported;

extern const struct route reconciliation_routes[];

/* What an import did, as JSON. */
struct span http_imported(struct arena *, const struct imported *);

#endif
