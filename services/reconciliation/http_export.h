/*
 * http_export: pages of the exports and their files.
 */
#ifndef RECONCILIATION_HTTP_EXPORT_H
#define RECONCILIATION_HTTP_EXPORT_H

#include "httpd.h"

enum err show_exports(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
enum err show_export_mappings(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
/* One file of one export: target, number, currency and part of the query string. */
enum err show_export_file(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
