/*
 * book: the aggregates of one batch: an identity map with before-images. The store fills and saves it, handlers read and change it.
 */
#ifndef INVOICING_BOOK_H
#define INVOICING_BOOK_H

#include "charge.h"
#include "credit_note.h"
#include "invoice.h"
#include "item.h"
#include "shelf.h"
#include "unit.h"

/* Kinds of key rows, in the order of locking. */
enum lock { LOCK_REFERENCE, LOCK_CUSTOMER, LOCK_SERIES, LOCKS };
extern const struct kind book_locks[LOCKS + 1];

/* What handlers look for (need_find) … */
enum book_find {
	FIND_ZONE,           /* a time zone by its name */
	FIND_INVOICE_NUMBER, /* an invoice by its number: its owner's key is locked, the invoice fetched */
	FIND_INVOICE         /* the same by its id, 16 bytes */
};

/* … and fetch (need_want): what stands in `id`. */
enum book_want {
	WANT_MERCHANT,    /* nothing */
	WANT_CUSTOMER,    /* the customer's ref: the customer and its drafts */
	WANT_WAITING,     /* the customer's ref: the charges that wait on its drafts */
	WANT_CHARGE,      /* external_ref */
	WANT_INVOICE,     /* id, 16 bytes */
	WANT_INVOICE_REF, /* external_ref */
	WANT_CREDIT_REF,  /* external_ref */
	WANT_SERIES,      /* "invoice" or "credit_note" */
	WANT_ITEM,        /* invoice id, 16 bytes, and the part as text */
	WANTS
};

enum book_shelf {
	SHELF_MERCHANTS,
	SHELF_ZONES,
	SHELF_CUSTOMERS,
	SHELF_DRAFTS, /* (customer, currency): the draft's id; zero: none */
	SHELF_CHARGES,
	SHELF_INVOICES,
	SHELF_INVOICE_REFS, /* external_ref: the invoice's id */
	SHELF_NUMBERS,      /* an invoice number that was looked for: its id */
	SHELF_CREDIT_NOTES,
	SHELF_CREDIT_REFS, /* external_ref: the credit note's id */
	SHELF_SERIES,
	SHELF_ITEMS,
	SHELVES
};

struct book {
	struct arena *arena;
	struct span secret; /* of page tokens */
	struct shelf shelves[SHELVES];
};

struct book *book_open(struct arena *, struct span secret);
void book_mark(struct book *);
void book_restore(struct book *);
struct digest book_digest(const struct book *);

/* Keys of the shelves, in the arena. */
struct span key_merchant(struct book *, struct span merchant);
struct span key_ref(struct book *, struct span merchant, struct span ref); /* customers, charges, references, numbers */
struct span key_draft(struct book *, struct span merchant, struct span customer_ref, struct currency);
struct span key_id(struct book *, struct span merchant, struct uuid);
struct span key_series(struct book *, const struct series *);
struct span key_item(struct book *, struct span merchant, struct uuid invoice, int part);

/* What the book knows; NULL when there is none. */
const struct merchant *book_merchant(struct book *, struct span merchant);
const struct zone *book_zone(struct book *, struct span name);
const struct customer *book_customer(struct book *, struct span merchant, struct span ref);
const struct invoice *book_draft(struct book *, struct span merchant, struct span customer_ref, struct currency);
const struct charge *book_charge(struct book *, struct span merchant, struct span external_ref);
const struct invoice *book_invoice(struct book *, struct span merchant, struct uuid);
const struct invoice *book_invoice_by_ref(struct book *, struct span merchant, struct span external_ref);
const struct invoice *book_invoice_by_number(struct book *, struct span merchant, struct span number);
const struct credit_note *book_credit_note_by_ref(struct book *, struct span merchant, struct span external_ref);
const struct item *book_item(struct book *, struct span merchant, struct uuid invoice, int part);

/* For the store: what a zone's name means; NULL: nothing. */
void book_put_zone(struct book *, struct span name, const struct zone *);

/* For change; the aggregate must be there. */
struct merchant *book_edit_merchant(struct book *, struct span merchant);
struct customer *book_edit_customer(struct book *, const struct customer *);
struct charge *book_edit_charge(struct book *, const struct charge *);
struct invoice *book_edit_invoice(struct book *, const struct invoice *);
struct item *book_edit_item(struct book *, const struct item *);

/* New ones, copied in; none must be there. */
struct merchant *book_add_merchant(struct book *, const struct merchant *);
struct customer *book_add_customer(struct book *, const struct customer *);
struct charge *book_add_charge(struct book *, const struct charge *);
struct invoice *book_add_invoice(struct book *, const struct invoice *);
struct credit_note *book_add_credit_note(struct book *, const struct credit_note *);
struct item *book_add_item(struct book *, const struct item *);

/* Says which invoice is the customer's draft in its currency; NULL: none any more. */
void book_set_draft(struct book *, struct span merchant, struct span customer_ref, struct currency, const struct invoice *);

/* Notes under which external_ref a new document can be found from now on. */
void book_note_ref(struct book *, enum book_shelf, struct span merchant, struct span external_ref, struct uuid);

/* The next number of the merchant's series of such documents. Its series must have been wanted. Refused (series_full) past the last. */
enum err book_take_number(struct book *, const struct merchant *, enum document, int year, struct number *, struct why *) MUST_CHECK;

/* True when documents of the other sort are, or were, counted in the series of this name. */
bool book_is_series_taken(struct book *, struct span merchant, enum document, struct span name);

#endif
