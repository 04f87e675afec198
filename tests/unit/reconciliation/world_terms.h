/*
 * world_terms: the discounts of the invoices that the world issues.
 */
#ifndef DUNLIN_TESTS_WORLD_TERMS_H
#define DUNLIN_TESTS_WORLD_TERMS_H

#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "world.h"

/* What the world's terms say, of an invoice that is issued on its day. */
void world_grant(const struct world *, const char *currency, int64_t gross, Dunlin__Invoices__V1__InvoiceIssued *);

#endif
