/*
 * http_ledger: pages of the ledger under seal.
 */
#ifndef RECONCILIATION_HTTP_LEDGER_H
#define RECONCILIATION_HTTP_LEDGER_H

#include "httpd.h"
#include "json_out.h"

/* The last block of the merchant's chain, as a member: its number, head, last entry, when it was sealed, and how many entries are not. */
enum err ledger_print_head(struct db *, struct arena *, struct span merchant, const char *name, struct json_out *, struct why *) MUST_CHECK;

enum err show_ledger_head(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

#endif
