/*
 * http_preview: a preview of an import as JSON.
 */
#ifndef RECONCILIATION_HTTP_PREVIEW_H
#define RECONCILIATION_HTTP_PREVIEW_H

#include "httpd.h"
#include "import_preview.h"

enum err preview_accept(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;
struct span preview_print(struct arena *, const struct preview *);

#endif
