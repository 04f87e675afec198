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
	EXCEPTION_RETURN_UNKNOWN,
	EXCEPTION_CURRENCY,
	EXCEPTION_DUPLICATE,
	EXCEPTION_AGED_UNAPPLIED,
	EXCEPTION_WRITE_OFF_WAITS,
	EXCEPTION_LINE_VANISHED,
	EXCEPTION_SEQUENCE,
	EXCEPTION_DISCOUNT_DISPUTED,
	EXCEPTION_REPORT_PAYOUT_UNKNOWN,
	EXCEPTION_REPORT_MISSING,
	EXCEPTION_PAYMENT_UNREPORTED,
	EXCEPTION_REPORT_ITEM_UNKNOWN,
	EXCEPTION_REPORT_DIFFERS,
	EXCEPTION_PAYMENT_NOT_PAID_OUT,
	EXCEPTION_KINDS
};

/* What a person could do about it. Those that name something of ours (`suggested`) are done by one word: accept. */
enum suggestion {
	SUGGEST_NOTHING,
	SUGGEST_MATCH_INVOICE,
	SUGGEST_MATCH_PAYOUT,
	SUGGEST_TAKE_BACK,
	SUGGEST_CREDIT_CUSTOMER,
	SUGGEST_ACCEPT_STATEMENT,
	SUGGEST_WRITE_OFF,
	SUGGEST_CHOOSE,
	SUGGEST_REFUND,
	SUGGEST_IMPORT,
	SUGGEST_ASK,
	SUGGEST_GRANT_DISCOUNT,
	SUGGESTIONS
};

const char *suggestion_word(enum suggestion);
const char *suggestion_help(enum suggestion);
enum suggestion suggestion_find(struct span word); /* SUGGESTIONS when there is none */
bool suggestion_is_accepted(enum suggestion); /* by one word, without more to say */

const char *exception_word(enum exception_kind);
const char *exception_help(enum exception_kind);
enum exception_kind exception_find(struct span word); /* EXCEPTION_KINDS when there is none */
/* True where nothing but a person's word can end it. */
bool exception_is_closed_by_hand(enum exception_kind);
/* What is suggested where nothing more is known of it. */
enum suggestion exception_suggestion(enum exception_kind);

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
	/* the work on it; none of it is told */
	struct span owner;     /* empty: nobody's */
	bool parked;           /* not shown before `parked_until` */
	struct date parked_until;
	enum suggestion suggestion;
	struct uuid suggested; /* what the suggestion names, or zero */
	struct span rule;      /* by which the matcher came to it, or empty */
	int32_t steps;         /* of its history */
	struct span asked_by;  /* of what a second person has to agree to: client/user of the first */
	int32_t part;          /* of the invoice that it is about, or 0 */
};

/* One step of an exception's history: it is only added to. */
struct exception_step {
	struct span merchant;
	struct uuid exception;
	int32_t number; /* from 1 */
	struct instant at;
	struct span who, act, detail; /* who: "machine", or client/user */
};

/* Opens it, or changes amount and detail of one that is open; nothing is said when nothing changed. */
void exception_open(struct ledger *, enum exception_kind, struct uuid subject, struct span stream, struct money amount, struct span detail);

/* What to do about one that is open; nothing where there is none. */
void exception_suggest(struct ledger *, enum exception_kind, struct uuid subject, enum suggestion, struct uuid suggested, struct span rule);

/* Closes it, if it is open. */
void exception_close(struct ledger *, enum exception_kind, struct uuid subject, struct span by);

/* A person's word, by its id among those of the book: ERR_NOT_FOUND, ERR_CONFLICT when closed, ERR_REFUSED when facts have to end it. */
enum err exception_close_by_hand(struct ledger *, struct uuid id, struct span by, struct why *) MUST_CHECK;

/* The exception of that id among those of the book, for work on it: ERR_NOT_FOUND, ERR_CONFLICT when closed. */
enum err exception_find_open(struct ledger *, struct uuid id, struct exception **, struct why *) MUST_CHECK;
/* A step of its history, by whom the ledger says. */
void exception_note(struct ledger *, struct exception *, const char *act, struct span detail);

#endif
