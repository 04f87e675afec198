/*
 * handlers: message type -> need, apply. What need may ask of the store is listed here.
 */
#ifndef RECONCILIATION_HANDLERS_H
#define RECONCILIATION_HANDLERS_H

#include "book.h"
#include "unit.h"

/* Kinds of keys in the order of locking. A bank account's key is its identifier, and it locks its statements and lines; a provider account's stream
 * "@provider:…" locks its payouts. */
enum { KIND_ACCOUNT, KIND_CUSTOMER };
extern const struct kind reconciliation_kinds[];
extern const struct handler reconciliation_handlers[];

/* Turned into keys and wants by the find step; each text is an id (16 bytes) unless it says otherwise. */
enum find_what {
	FIND_LOOK, /* a line and everything that it might be */
	FIND_LINE, /* a line and what it became */
	FIND_STATEMENT,
	FIND_INVOICE,
	FIND_NUMBER, /* an invoice's number as text */
	FIND_PAYOUT,
	FIND_RECEIPT,
	FIND_EXCEPTION,
	FIND_ZONE, /* a time zone by its name */
	FIND_REPORT, /* of a payout */
	FIND_SETTLEMENT, /* a provider's payment, and the provider account */
	FIND_SUGGESTION /* of an exception, with its subject and what it names */
};

/* Aggregates that the keys alone don't say; each id has 16 bytes unless it says otherwise. */
enum want_what {
	WANT_ACCOUNT, /* by identifier, with its gaps and the exceptions of their statements */
	WANT_STATEMENT,
	WANT_LINE, /* with its receipts and exceptions */
	WANT_INVOICE, /* with items, waiting credit notes and payments, allocations, their receipts */
	WANT_CREDIT_NOTE,
	WANT_RECEIPT, /* with its allocations */
	WANT_REFUND,
	WANT_PAYOUT, /* with its exceptions */
	WANT_REPORT, /* of a payout: with its sums and exceptions */
	WANT_SETTLEMENT, /* of a provider's payment: what names it in payouts and reports */
	WANT_PAYOUT_LINES, /* payout, first and last number: 16 + 4 + 4 bytes */
	WANT_EXCEPTION,
	WANT_CUSTOMER, /* by reference, with its payers */
	WANT_UNAPPLIED, /* by reference: the customer's receipts that hold unapplied money */
	WANT_LIMITS, /* by currency */
	WANT_RULE_SETS, /* empty id: all of the merchant's, and their replays */
	WANT_SUBJECT, /* the exceptions about it */
	WANT_MERCHANT, /* empty id */
	WANT_PERIOD, /* a month as text, "2026-03": it, and what is to be known to close it */
	WANT_EXPORT, /* a target as text, alone or with a month: export_want */
	WANT_UNDO, /* a statement: what its account was before it, and what stands against undoing it */
	WANT_KINDS
};

/* What the find step found, it found unlocked: false where another transaction has moved it before it was locked (a line was matched, money became
 * somebody's), so that the needs are no longer those of what was fetched. Nothing may be decided then: the batch runs again. */
bool need_holds(const struct need *, const struct book *);

/* The types of our own messages. */
extern const char type_decide_statement[], type_post_line[], type_try_line[], type_miss_payout[], type_miss_reference[],
	type_age_unapplied[], type_undo_line[], type_compare_report[], type_miss_report[], type_miss_settlement[];

#endif
