/*
 * http_reading: what a request says of the file that is its body: ?account=, currency=, opening=, closing=, profile=, charset=, for files that say it not themselves.
 */
#ifndef RECONCILIATION_HTTP_READING_H
#define RECONCILIATION_HTTP_READING_H

#include "common/httpd.h"
#include "readers/reading.h"

/* ERR_INVALID: one of them can't be. */
enum err reading_settings_read(const struct request *, struct reading_settings *, struct why *) MUST_CHECK;

#endif
