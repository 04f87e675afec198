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
	RULE_FORMAT,
	RULE_RECORD,
	RULE_CUT_SHORT,
	RULE_CONTROL_FILE,
	RULE_ARCHIVE,
	RULE_ARCHIVE_RATIO,
	RULE_ARCHIVE_ENTRIES,
	RULE_ARCHIVE_NESTED,
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
	RULE_FIELD,
	RULE_ORDER,
	RULE_CONTROL,
	RULE_RUNNING_BALANCE,
	RULE_TEST,
	RULE_CHARSET,
	RULE_ACCOUNT_FORMAT, /* found by the import, and read anew it may hold */
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
/* True when a report that informs is quarantined for it: its own totals say that something is missing, or too much. It informs of nothing then. */
bool rule_contradicts(enum rule);
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

/* "NOTPROVIDED", "NONREF" and the like, or nothing at all. */
bool reading_is_no_reference(struct span);

enum {
	READING_REFERENCES = 32, /* structured references of one line that are kept */
	READING_TEXTS = 64, /* pieces of free text of one line that are kept */
	READING_CHARGES = 8 /* charges of one line that are kept */
};

/* What the bank or the provider took for it. */
struct reading_charge {
	struct money amount; /* above 0: taken; below 0: given back */
	bool included; /* the line's amount is what is left after it */
	struct span kind; /* the file's word for it, or empty */
	struct span bearer; /* who bears it: DEBT CRED SHAR SLEV, OUR BEN SHA; or empty */
};

/* What tells: a statement of bookings, or something that informs of them and never posts. */
enum reading_kind {
	READING_STATEMENT, /* camt.053, MT940, BAI2, OFX, a bank's CSV */
	READING_INTERIM, /* of the day so far: camt.052, MT942 */
	READING_NOTICE, /* of single bookings: camt.054 */
	READING_RETURNS, /* of payments that came back or whose data changed: NACHA */
	READING_SETTLEMENT, /* what a provider paid out, item by item */
	READING_KINDS
};
const char *reading_kind_word(enum reading_kind);

/* One line of a statement. Spans are valid during the call alone. */
struct reading_line {
	int statement; /* of the file, from 0 */
	int64_t number; /* of the statement, from 1, in the order of the file; lines that inform count by themselves */
	struct place place;
	struct span account; /* of the statement, as written */
	enum reading_kind kind; /* what tells it */
	bool informs; /* no booking: pending, announced, or told by something that is no statement */
	struct span status; /* of a line that informs: the file's word, or empty */
	struct date booking, value; /* as written; the value date is the booking date where there is none, and the reverse */
	struct span
		value_written; /* where it is none of the calendar (30 February of banks that count 30/360): `value` is the month's last day */
	struct money amount; /* above 0: money came. The amounts of a statement's lines sum to what its entries say. */
	bool rest; /* what an entry's details leave unexplained: charges, mostly */
	bool reversal; /* the bank says that it takes an earlier booking back; the sign already says which way */
	bool has_balance;
	struct money balance; /* of the account after this line, where the file says it line by line */
	bool has_original;
	struct money original; /* what was instructed, in its own currency; the sign is the line's */
	struct span rate; /* as written; its direction is the bank's, the two amounts say more */
	struct span end_to_end; /* the payer's; empty where it says NOTPROVIDED or the like */
	struct span bank_ref; /* the bank's */
	struct span transaction_ref;
	struct span own_id; /* what the file numbers the line by: no part of its identity, for banks change and reuse it */
	struct span mandate, batch_ref; /* batch_ref: what it was booked or paid out with: a payment information id, a payout */
	/* The other side: who paid, or who was paid. */
	struct span party_name;
	struct span party_ultimate; /* for whom it paid or was paid, where that is another */
	struct span party_iban; /* the account by which it is known: the IBAN, any other identifier where there is none */
	struct span party_account; /* another identifier of the account, besides the IBAN */
	struct span party_bank; /* BIC, or a routing number */
	struct span party_customer; /* who it is to the bank or the provider: creditor identifier, customer id */
	struct span code; /* as ISO 20022 would say it, PMNT/RCDT/ESCT, where that is known; else the bank's own */
	struct span bank_code; /* the bank's own, as written: a type code, a transaction code; empty where `code` is all there is */
	struct span return_reason; /* AC04, MD06, R01 …: the line is a return */
	struct span return_text;
	struct span original_ref; /* of the payment that is returned or corrected: trace number, original end-to-end id */
	int charge_count, reference_count, text_count;
	/* What is behind the counts says nothing: see reading_line_clear. */
	struct reading_charge charges[READING_CHARGES];
	struct span references[READING_REFERENCES]; /* structured: creditor references, document numbers */
	struct span texts[READING_TEXTS]; /* free text, in order, as cut by the bank; UTF-8 */
};

/* A line that says nothing yet. Its lists are longer than all else and are left as they are. */
void reading_line_clear(struct reading_line *);

/* A statement, told after its lines. */
struct reading_statement {
	int statement;
	enum reading_kind kind; /* any but READING_STATEMENT has lines that inform alone, no balances that must be there, and no gate */
	struct place place; /* where it begins */
	struct span id, account; /* as written */
	int64_t sequence; /* the bank's number, 0 without */
	bool has_currency, has_opening, has_closing, has_from, has_to, opening_dated, closing_dated;
	struct currency currency;
	struct money opening, closing;
	struct place closing_place;
	struct date opening_date, closing_date; /* of the balances */
	struct date from, to; /* the period as written, or made of the balances and lines */
	int64_t line_count; /* of bookings, as the sums are */
	int64_t line_sum; /* signed minor units of all lines */
	int64_t reversal_sum; /* of those marked as reversals: tells a bank that means the opposite sign */
	int64_t skipped; /* lines that inform: pending and announced ones, which never count */
	int violations;
};

/* How a text that says not itself what it is was written. */
enum charset {
	CHARSET_AUTO, /* UTF-8 where a text is that, else what the file says of itself, else Windows-1252 */
	CHARSET_UTF8, /* what is none becomes U+FFFD */
	CHARSET_CP1252, /* and ISO 8859-1 */
	CHARSET_CP1250,
	CHARSET_CP1251,
	CHARSET_ISO8859_2,
	CHARSET_ISO8859_15,
	CHARSET_CP437,
	CHARSET_CP850,
	CHARSETS
};
#define CHARSET_WORDS "auto, utf-8, cp1252, cp1250, cp1251, iso-8859-2, iso-8859-15, cp437 or cp850"
const char *charset_word(enum charset);
enum charset charset_find(struct span word); /* CHARSETS when there is none */

/* What a person said of an account's files beforehand. Zero is good for every file that says all by itself. */
struct reading_settings {
	enum charset charset;
	struct span account; /* of files that name none: exports */
	struct span profile; /* of CSV: the profile's name; empty: the one that the header tells */
	struct span currency; /* of files that name none */
	/* Balances of a file that tells none, as a person reads them off: 1234.50. With one of them the other follows from the lines. */
	struct span opening, closing;
	struct span profiles; /* of CSV: more profiles than come with Dunlin, as text; they are asked first */
};

struct reading_sink {
	void *ctx;
	/* A booking. */
	enum err (*line)(void *ctx, const struct reading_line *, struct why *);
	enum err (*statement)(void *ctx, const struct reading_statement *, struct why *);
	/* A rule of one statement (its number) is broken: told for each, at most 100 a statement. The line at fault is left out. */
	enum err (*broken)(void *ctx, int statement, const struct violation *, struct why *);
	/* A line that informs: it never posts. NULL: they are passed over. */
	enum err (*inform)(void *ctx, const struct reading_line *, struct why *);
	/* The account of the statement that begins is known: how its texts are written. NULL: the settings that the reader was opened with hold. */
	void (*account)(void *ctx, struct span account, struct reading_settings *);
};

#endif
