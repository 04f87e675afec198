/*
 * http_why: the chain of causes of a bank line, an invoice or a payment, from the bytes of the statement file to the transfers of the ledger.
 */
#ifndef RECONCILIATION_HTTP_WHY_H
#define RECONCILIATION_HTTP_WHY_H

#include "httpd.h"

enum err why_show(struct request *, struct db *, struct response *, struct why *) MUST_CHECK;

/* The chain of what has that id or, an invoice, that number; as JSON or for people. ERR_NOT_FOUND when the merchant has no such thing. */
enum err why_tell(
	struct db *, struct arena *, struct span merchant, struct span named, bool as_text, struct span *body, struct why *) MUST_CHECK;

#endif
