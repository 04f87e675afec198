/*
 * reading: what every reader of bank statements delivers, whatever the format: lines as they come, each statement after its lines, and
 * each broken rule by name and place.
 *
 * Readers are pure: bytes in, records out, constant memory. They decide nothing but whether the bytes can be understood; whether a
 * statement closes is the gate's matter (statement.h), whose it is the import's.
 */
#ifndef RECONCILIATION_READING_H
#define RECONCILIATION_READING_H

#include "date.h"
#include "money.h"
#include "span.h"

/* What can be wrong with a file or a statement. The words are stable; the order is the order of the golden file. */
enum rule {
	RULE_NONE,
	/* of the file: nothing of it counts */
	RULE_XML,
	RULE_DTD,
	RULE_DEPTH,
	RULE_TEXT,
	RULE_SIZE,
	RULE_ROOT,
	RULE_MESSAGE,
	RULE_VERSION,
	RULE_EMPTY,
	/* of one statement: it is quarantined */
	RULE_STATEMENT_ID,
	RULE_ACCOUNT,
	RULE_CURRENCY,
	RULE_CURRENCY_MIXED,
	RULE_AMOUNT,
	RULE_AMOUNT_NEGATIVE,
	RULE_INDICATOR,
	RULE_STATUS,
	RULE_DATE,
	RULE_BALANCE,
	RULE_OPENING_MISSING,
	RULE_CLOSING_MISSING,
	RULE_OVERFLOW,
	/* found by the gate and the import */
	RULE_NOT_CLOSING,
	RULE_ACCOUNT_UNKNOWN,
	RULE_ACCOUNT_CURRENCY,
	RULE_ACCOUNT_CLOSED,
	RULE_CHAIN,
	RULE_COUNT
};

/* The word of a rule, and what it says, for people. */
const char *rule_word(enum rule);
const char *rule_help(enum rule);
/* True when it makes the whole file unreadable. */
bool rule_is_fatal(enum rule);
enum rule rule_find(struct span word); /* RULE_NONE when there is none */

/* Where in the file: line from 1, byte from 0. */
struct place {
	int64_t line, byte;
};

/* A broken rule. The text names values of the format, never names or account numbers of people. */
struct violation {
	enum rule rule;
	struct place place;
	char text[200];
};

enum {
	READING_REFERENCES = 32, /* structured references of one line that are kept */
	READING_TEXTS = 64       /* pieces of free text of one line that are kept */
};

/* One line of a statement. Spans are valid during the call alone. */
struct reading_line {
	int statement;             /* of the file, from 0 */
	int64_t number;            /* of the statement, from 1, in the order of the file */
	struct place place;
	struct span account;       /* of the statement, as written */
	struct date booking, value; /* as written; the value date is the booking date where there is none, and the reverse */
	struct money amount;       /* above 0: money came. The amounts of a statement's lines sum to what its entries say. */
	bool rest;                 /* what an entry's details leave unexplained: charges, mostly */
	bool reversal;             /* the bank says that it takes an earlier booking back; the sign already says which way */
	struct span end_to_end;    /* the payer's; empty where it says NOTPROVIDED or the like */
	struct span bank_ref;      /* the bank's */
	struct span transaction_ref;
	struct span mandate, batch_ref;
	struct span references[READING_REFERENCES]; /* structured: creditor references, document numbers */
	int reference_count;
	struct span texts[READING_TEXTS]; /* free text, in order, as cut by the bank */
	int text_count;
	struct span party_name, party_iban; /* the other side: who paid, or who was paid */
	struct span code;          /* PMNT/RCDT/ESCT, or the bank's own */
	struct span return_reason; /* AC04, MD06 …: the line is a return */
	struct span return_text;
};

/* A statement, told after its lines. */
struct reading_statement {
	int statement;
	struct place place;        /* where it begins */
	struct span id, account;   /* as written */
	int64_t sequence;          /* the bank's number, 0 without */
	bool has_currency, has_opening, has_closing, has_from, has_to, opening_dated, closing_dated;
	struct currency currency;
	struct money opening, closing;
	struct place closing_place;
	struct date opening_date, closing_date; /* of the balances */
	struct date from, to;      /* the period as written, or made of the balances and lines */
	int64_t line_count;
	int64_t line_sum;          /* signed minor units of all lines */
	int64_t reversal_sum;      /* of those marked as reversals: tells a bank that means the opposite sign */
	int64_t skipped;           /* pending and informational entries, which never count */
	int violations;
};

struct reading_sink {
	void *ctx;
	enum err (*line)(void *ctx, const struct reading_line *, struct why *);
	enum err (*statement)(void *ctx, const struct reading_statement *, struct why *);
	/* A rule of one statement (its number) is broken: told for each, at most 100 a statement. The line at fault is left out. */
	enum err (*broken)(void *ctx, int statement, const struct violation *, struct why *);
};

#endif
