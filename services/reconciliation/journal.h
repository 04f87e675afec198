/*
 * journal: double entry as transfers. One transfer takes an amount above 0 from one account to another, so that the books balance by
 * construction; it is never changed or deleted (the application may only read and insert).
 */
#ifndef RECONCILIATION_JOURNAL_H
#define RECONCILIATION_JOURNAL_H

#include "chart.h"
#include "date.h"
#include "money.h"
#include "uuid.h"

/* Why a transfer was made; `cause_id` names what. */
enum cause {
	CAUSE_INVOICE,     /* the invoice */
	CAUSE_CREDIT_NOTE, /* the credit note */
	CAUSE_LINE,        /* the bank line was accepted */
	CAUSE_MATCH,       /* the bank line was identified */
	CAUSE_UNMATCH,     /* the bank line is unidentified again */
	CAUSE_RETURN,      /* the bank line that took the money back */
	CAUSE_PAYMENT,     /* the attempt at the provider */
	CAUSE_REFUND,      /* the refund */
	CAUSE_PAYOUT,      /* the payout */
	CAUSE_RECEIPT,     /* the receipt by hand, or its allocation */
	CAUSE_WRITE_OFF,   /* the write-off */
	CAUSE_OPENING,     /* the statement that moved the opening balance */
	CAUSE_DISCOUNT,    /* the discount for early payment (difference.h) */
	CAUSE_TOLERANCE,   /* the little that was lacking */
	CAUSE_CHARGES,     /* what banks kept */
	CAUSE_OVER,        /* the little that was too much */
	CAUSE_UNDO,        /* the bank line, or the statement, whose import was undone */
	CAUSE_PAYOUT_REPORT, /* the provider's report of a payout */
	CAUSE_COUNT
};

const char *cause_word(enum cause);
enum cause cause_find(struct span word); /* CAUSE_COUNT when there is none */

struct transfer {
	struct span merchant;
	struct uuid id;
	struct span debit, credit; /* accounts of the chart, different ones */
	struct money amount;       /* above 0 */
	enum cause cause;
	struct uuid cause_id;
	struct span customer;      /* empty where it is none's */
	struct date day;           /* the day that it counts for, in the books */
	struct instant posted;     /* business time */
};

/* Transfers of one currency between two accounts for one cause, summed: what the proof is made of. */
struct flow {
	struct currency currency;
	struct span debit, credit;
	enum cause cause;
	int64_t minor;
};

/* One account's sums. */
struct balance_row {
	struct currency currency;
	struct span account;
	int64_t debit, credit;
};

/* The trial balance of flows, by currency and account, sorted; in the arena. Sums of debits and credits are equal in each currency. */
size_t journal_trial_balance(struct arena *, const struct flow *, size_t n, struct balance_row **);

#endif
