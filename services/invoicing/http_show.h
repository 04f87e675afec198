/*
 * http_show: what GET answers with: the tables as JSON, documents as pages. Everything is of the token's merchant; what is another's
 * is not there. Pages under /i/ and /c/ are for whoever has their address.
 */
#ifndef INVOICING_HTTP_SHOW_H
#define INVOICING_HTTP_SHOW_H

#include "httpd.h"

/* Compiles the pages; once, before any thread starts. */
enum err http_show_start(struct why *) MUST_CHECK;

enum err show_merchant(struct request *, struct db *, struct response *, struct why *);
enum err show_customers(struct request *, struct db *, struct response *, struct why *);
enum err show_customer(struct request *, struct db *, struct response *, struct why *);
enum err show_invoices(struct request *, struct db *, struct response *, struct why *);
enum err show_invoice(struct request *, struct db *, struct response *, struct why *);
enum err show_invoice_page(struct request *, struct db *, struct response *, struct why *);
enum err show_credit_note(struct request *, struct db *, struct response *, struct why *);
enum err show_credit_note_page(struct request *, struct db *, struct response *, struct why *);
enum err show_public_invoice(struct request *, struct db *, struct response *, struct why *);
enum err show_public_credit_note(struct request *, struct db *, struct response *, struct why *);

#endif
