/*
 * book: the aggregates of one batch: identity map and before-images, pure. Finding never loads: a handler's need names what its apply looks at.
 */
#ifndef REMINDERS_BOOK_H
#define REMINDERS_BOOK_H

#include "item.h"
#include "notice.h"
#include "party.h"
#include "shelf.h"
#include "unit.h"

/* Kinds of keys, in the order of locking: a customer, or what a Kafka key names in its place (@merchant, @account:…). */
enum { KIND_CUSTOMER };

/* What is looked for: the customer whose … it is. */
enum { FIND_HOLD, FIND_INVOICE };

/* What is fetched. WANT_CUSTOMER brings all that a decision about the customer needs: itself, the merchant and its accounts, open items,
 * active holds, planned notices, and whether something was said. WANT_ACCOUNT brings its statements that do not count yet. */
enum {
	WANT_MERCHANT, /* nothing */
	WANT_ACCOUNT,  /* 16 bytes */
	WANT_CUSTOMER, /* the customer's ref */
	WANT_ITEM,     /* 16 bytes invoice, part as 4 bytes in the machine's order */
	WANT_HOLD,     /* 16 bytes */
	WANT_NOTICE,   /* 16 bytes; the items that it speaks of come with it */
	WANT_RECEIPT,  /* 16 bytes, then "payment" or "receipt": whether a notice confirms it */
	WANT_ZONE,     /* its name */
	WANT_STATEMENT, /* 16 bytes */
	WANTS
};

struct owner {
	struct span customer;
};

struct book {
	struct arena *arena;
	const struct policy *policy;
	const char *mail_domain; /* of Message-IDs */
	struct shelf merchants, customers, accounts, items, holds, notices, receipts, owners, zones, statements, tallies;
	struct index *items_of, *holds_of, *notices_of; /* by customer; no part of what the book says */
};

/* How many receipts of a statement were read by this batch; a statement's are added up by the database, whoever reads them. */
struct tally {
	struct span merchant;
	struct uuid statement;
	int64_t receipts;
};

/* A zone by its name; NULL: no such zone. Loaded by the store: apply opens no files. */
struct zone_entry {
	const struct zone *zone;
};

struct book *book_open(struct arena *, const struct policy *, const char *mail_domain);
void book_mark(struct book *);
void book_restore(struct book *);
struct digest book_digest(const struct book *);

struct span key_text(struct arena *, struct span merchant, struct span text);
struct span key_id(struct arena *, struct span merchant, struct uuid);
struct span key_item(struct arena *, struct span merchant, struct uuid invoice, int32_t part);
struct span key_source(struct arena *, struct span merchant, struct span source, struct uuid);
struct span key_owner(struct arena *, int what, struct span merchant, struct uuid);
/* The id of a WANT_ITEM or WANT_RECEIPT. */
struct span want_item(struct arena *, struct uuid invoice, int32_t part);
struct span want_receipt(struct arena *, struct span source, struct uuid);

const struct merchant *book_merchant(const struct book *, struct span merchant);
const struct customer *book_customer(const struct book *, struct span merchant, struct span ref);
const struct item *book_item(const struct book *, struct span merchant, struct uuid invoice, int32_t part);
const struct hold *book_hold(const struct book *, struct span merchant, struct uuid);
const struct notice *book_notice(const struct book *, struct span merchant, struct uuid);
const struct statement *book_statement(const struct book *, struct span merchant, struct uuid);
/* Whether all receipts of a matched statement have been read, or are set aside (`aside` of them), and every statement before it counts. */
bool book_may_count(const struct book *, const struct statement *, int64_t aside);
const struct owner *book_owner(const struct book *, int what, struct span merchant, struct uuid);
/* UTC where the book has no zone of that name. */
const struct zone *book_zone(const struct book *, struct span name);

/* For change; made where there is none. */
struct merchant *book_merchant_of(struct book *, struct span merchant);
struct account *book_account_of(struct book *, struct span merchant, struct uuid);
struct statement *book_statement_of(struct book *, struct span merchant, struct uuid);
struct tally *book_tally_of(struct book *, struct span merchant, struct uuid statement);
struct customer *book_customer_of(struct book *, struct span merchant, struct span ref);
struct item *book_item_of(struct book *, struct span merchant, struct span customer, struct uuid invoice, int32_t part);
struct item *book_edit_item(struct book *, const struct item *);
struct hold *book_edit_hold(struct book *, const struct hold *);
struct notice *book_edit_notice(struct book *, const struct notice *);

/* A customer's, one after the other in the order of their coming; *i counts from 0. NULL after the last. */
const struct item *book_next_item(const struct book *, struct span merchant, struct span customer, size_t *i);
const struct hold *book_next_hold(const struct book *, struct span merchant, struct span customer, size_t *i);
const struct notice *book_next_notice(const struct book *, struct span merchant, struct span customer, size_t *i);

/* Copied in; none must be there. */
void book_add_hold(struct book *, const struct hold *);
void book_add_notice(struct book *, const struct notice *);

/* The zone in which a customer lives: its own, else the merchant's, else UTC. */
const struct zone *book_zone_of(const struct book *, const struct customer *);

#endif
