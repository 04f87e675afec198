/*
 * store: the book's tables. The only files that name SQL statements are store*.c; routes and the tick read through here too.
 */
#ifndef INVOICING_STORE_H
#define INVOICING_STORE_H

#include "handlers.h"

extern const struct store invoicing_store;

/* --- to be shown: at most `limit` of a merchant, after a key --- */

enum err store_merchant(struct db *, struct arena *, struct span merchant, const struct merchant **, struct why *) MUST_CHECK;
enum err store_customers(struct db *, struct arena *, struct span merchant, struct span after, int32_t limit, struct customer **, size_t *,
	struct why *) MUST_CHECK;
/* The customer and its drafts; NULL: there is none. */
enum err store_customer(struct db *, struct arena *, struct span merchant, struct span ref, const struct customer **, struct invoice **,
	size_t *drafts, struct why *) MUST_CHECK;

/* Which invoices: empty or NULL texts take all. */
struct invoice_filter {
	struct span merchant, customer_ref;
	const char *state, *standing; /* draft, issued, void; open, part_paid, settled */
	struct uuid before;           /* ids count down from here */
	int32_t limit;
};
enum err store_invoices(struct db *, struct arena *, const struct invoice_filter *, struct invoice **, size_t *, struct why *) MUST_CHECK;

/* All of one invoice; NULL: there is none. */
enum err store_invoice(struct db *, struct arena *, struct span merchant, struct uuid, const struct invoice **, struct why *) MUST_CHECK;
enum err store_credit_note(
	struct db *, struct arena *, struct span merchant, struct uuid, const struct credit_note **, struct why *) MUST_CHECK;
/* Heads of an invoice's credit notes. */
enum err store_credit_notes(struct db *, struct arena *, const struct invoice *, struct credit_note **, size_t *, struct why *) MUST_CHECK;
/* What the ledger says of these invoices' parts, in order of invoice and part. */
enum err store_items(struct db *, struct arena *, const struct invoice *, size_t, struct item **, size_t *, struct why *) MUST_CHECK;

/* The document behind an unguessable address; *id is zero when there is none. */
enum err store_token(
	struct db *, struct arena *, enum document, struct span token, struct span *merchant, struct uuid *id, struct why *) MUST_CHECK;

/* --- the billing day --- */

/* Drafts whose billing date has come in their merchant's zone, the longest due first. */
enum err store_billing_due(
	struct db *, struct arena *, struct instant now, size_t limit, struct bill_customer **, size_t *, struct why *) MUST_CHECK;
/* How many there are, and the instant of the next date to come (INT64_MAX: none). */
enum err store_billing_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;

/* --- saying it again: those after a key, locked until the end of the transaction --- */

enum err store_merchants_again(
	struct db *, struct arena *, struct span after, int32_t limit, struct merchant **, size_t *, struct why *) MUST_CHECK;
enum err store_customers_again(struct db *, struct arena *, struct span merchant, struct span ref, int32_t limit, struct customer **,
	size_t *, struct why *) MUST_CHECK;

/* Merchants, then customers, said again on dunlin.customers.v1 (service.h). */
enum err store_republish(
	struct db *, struct arena *, const char *topic, struct span *after, size_t limit, struct say *, size_t *n, struct why *) MUST_CHECK;

#endif
