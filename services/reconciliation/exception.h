/*
 * exception: something that a person has to look at: what it is about, the amount that nobody has explained, and how it ended. One for each
 * (kind, subject): what comes back opens the same one again.
 */
#ifndef RECONCILIATION_EXCEPTION_H
#define RECONCILIATION_EXCEPTION_H

#include "date.h"
#include "money.h"
#include "uuid.h"

struct ledger;

/* The values are those of dunlin.ledger.v1.ExceptionKind. */
enum exception_kind {
	EXCEPTION_UNMATCHED_LINE = 1,
	EXCEPTION_AMBIGUOUS_LINE,
	EXCEPTION_STATEMENT_GAP,
	EXCEPTION_STATEMENT_QUARANTINED,
	EXCEPTION_OVERPAYMENT,
	EXCEPTION_PAYOUT_MISMATCH,
	EXCEPTION_PAYOUT_MISSING,
	EXCEPTION_REFERENCE_MISSING,
	EXCEPTION_REFUND_UNEXPLAINED,
	EXCEPTION_RETURN,
	EXCEPTION_KINDS
};

const char *exception_word(enum exception_kind);
const char *exception_help(enum exception_kind);
enum exception_kind exception_find(struct span word); /* EXCEPTION_KINDS when there is none */
/* True where nothing but a person's word can end it. */
bool exception_is_closed_by_hand(enum exception_kind);

struct exception {
	struct span merchant, stream; /* stream: customer, "@account:…", "@provider:…" or "@merchant" */
	struct uuid id;
	enum exception_kind kind;
	struct uuid subject;
	bool open;
	bool has_amount;
	struct money amount;
	struct span detail; /* for people, without personal data */
	struct instant opened, closed;
	struct span closed_by; /* "machine", or who */
	int64_t revision;
};

/* Opens it, or changes amount and detail of one that is open; nothing is said when nothing changed. */
void exception_open(struct ledger *, enum exception_kind, struct uuid subject, struct span stream, struct money amount, struct span detail);

/* Closes it, if it is open. */
void exception_close(struct ledger *, enum exception_kind, struct uuid subject, struct span by);

/* A person's word, by its id among those of the book: ERR_NOT_FOUND, ERR_CONFLICT when closed, ERR_REFUSED when facts have to end it. */
enum err exception_close_by_hand(struct ledger *, struct uuid id, struct span by, struct why *) MUST_CHECK;

#endif
