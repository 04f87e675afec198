/*
 * http_bytes: statement files as they came.
 */
#ifndef RECONCILIATION_HTTP_BYTES_H
#define RECONCILIATION_HTTP_BYTES_H

#include "httpd.h"

/* The bytes of a file, by its hash in the path: a piece of at most 1 MiB, the first where none is asked for. Each look is in the audit. */
enum err show_file_bytes(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
