/*
 * book: the aggregates of one batch: identity map and before-images. Pure; the store fills it and writes back what is new or changed.
 */
#ifndef RECONCILIATION_BOOK_H
#define RECONCILIATION_BOOK_H

#include "account.h"
#include "exception.h"
#include "export.h"
#include "journal.h"
#include "line.h"
#include "match/difference.h"
#include "match/reference.h"
#include "open_item.h"
#include "payer.h"
#include "payout.h"
#include "payout_report.h"
#include "period.h"
#include "receipt.h"
#include "shelf.h"
#include "statement.h"
#include "undo.h"
#include "unsettled.h"
#include "zone.h"

/* In the order in which they are saved: what others refer to comes first. */
enum book_shelf {
	BOOK_ACCOUNTS,
	BOOK_STATEMENTS,
	BOOK_GAPS,
	BOOK_CHAINS_BEFORE,
	BOOK_GAPS_BEFORE,
	BOOK_LINES,
	BOOK_HINTS, /* what the find step found for a line; never saved */
	BOOK_INVOICES,
	BOOK_ITEMS,
	BOOK_CREDIT_NOTES,
	BOOK_REFERENCES,
	BOOK_RECEIPTS,
	BOOK_ALLOCATIONS,
	BOOK_DIFFERENCES,
	BOOK_WANTED,
	BOOK_REFUNDS,
	BOOK_CREDITS,
	BOOK_PAYOUTS,
	BOOK_PAYOUT_LINES,
	BOOK_REPORTS, /* of payouts, by the provider */
	BOOK_REPORT_SUMS, /* their items, by kind; never saved */
	BOOK_REPORT_POSTINGS,
	BOOK_SETTLEMENTS, /* what names a payment in payouts and reports; never saved */
	BOOK_EXCEPTIONS,
	BOOK_EXCEPTION_STEPS,
	BOOK_MERCHANTS,
	BOOK_LIMITS,
	BOOK_POLICIES,
	BOOK_LINE_DETAILS, /* never saved */
	BOOK_RULE_SETS,
	BOOK_RULE_REPLAYS, /* never saved */
	BOOK_CUSTOMERS,
	BOOK_PAYERS,
	BOOK_CANDIDATES,
	BOOK_TRANSFERS,
	BOOK_PERIODS,
	BOOK_PERIOD_BALANCES,
	BOOK_EXPORT_MAPPINGS,
	BOOK_EXPORTS,
	BOOK_EXPORT_FACTS, /* never saved */
	BOOK_UNDO_FACTS, /* what stands against undoing a statement; never saved */
	BOOK_PERIOD_FACTS, /* what is to be known to close one; never saved */
	BOOK_AUDITS,
	BOOK_SHELVES
};

/* What dunlin.customers.v1 says of a merchant: where its days begin. */
struct merchant {
	struct span id, zone_name;
	const struct zone *zone; /* NULL: not known here, UTC holds */
	int64_t revision;
};

/* Up to how much one person alone may write off at once, by currency: a merchant's own. */
struct limit {
	struct span merchant;
	struct currency currency;
	int64_t write_off;
};

/* A person's deed, for the audit table. */
struct audit {
	struct span who, act, subject, why;
};

struct book_groups;

struct book {
	struct arena *arena;
	struct book_groups *groups;
	struct shelf shelves[BOOK_SHELVES];
	const struct line **found; /* by the find step, before anything was locked */
	size_t found_count, found_room;
	struct shelf zones; /* that the find step looked for, by name: const struct zone *, NULL where nobody knows it */
};

struct book *book_open(struct arena *);
void book_mark(struct book *);
void book_restore(struct book *);
struct digest book_digest(const struct book *);
/* For the find step: the line as it is while nothing is locked (see handlers.h, need_holds). */
void book_note_found(struct book *, const struct line *);

/* What the find step says of a time zone; NULL: it knows no such. */
void book_note_zone(struct book *, struct span name, const struct zone *);
/* False where it was looked for in vain. */
bool book_knows_zone(const struct book *, struct span name);
/* NULL where nobody knows it, or nobody looked for it. */
const struct zone *book_zone(const struct book *, struct span name);

/* Keys: the merchant, and what identifies the aggregate in it. In the book's arena. */
struct span book_key(const struct book *, struct span merchant, struct span id);
struct span book_key_uuid(const struct book *, struct span merchant, struct uuid);
struct span book_key_part(const struct book *, struct span merchant, struct uuid, int64_t number);
struct span book_key_pair(const struct book *, struct span merchant, struct span one, struct span other);
struct span book_key_reference(const struct book *, struct span merchant, struct span token, struct uuid target);

/* By key: the value, NULL when there is none; for change (bug() when there is none); a new one. */
const void *book_find(const struct book *, enum book_shelf, struct span key);
void *book_edit(struct book *, enum book_shelf, struct span key);
void *book_add(struct book *, enum book_shelf, struct span key);

/* Walks the values of a shelf that are there, in order of insertion: *i starts at 0; NULL at the end. */
const void *book_next(const struct book *, enum book_shelf, size_t *i);

const struct invoice *book_invoice(const struct book *, struct span merchant, struct uuid);
const struct open_item *book_item(const struct book *, struct span merchant, struct uuid invoice, int32_t part);
const struct receipt *book_receipt(const struct book *, struct span merchant, struct uuid);
const struct line *book_line(const struct book *, struct span merchant, struct uuid);
/* The day of an instant in the merchant's zone, UTC where that is not known. */
struct date book_day(const struct book *, struct span merchant, struct instant);
const struct account *book_account(const struct book *, struct span merchant, struct uuid);

#endif
