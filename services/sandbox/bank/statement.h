/*
 * statement: what a bank tells of some days of an account, and the formats in which banks do. The writers know nothing of the readers that are ours: each
 * writes as banks do, and what comes of that is what reading them must stand.
 */
#ifndef SANDBOX_STATEMENT_H
#define SANDBOX_STATEMENT_H

#include "bank.h"

struct statement {
	const struct bank_account *account;
	struct date from, to;     /* the days that it covers */
	int number;               /* electronic sequence number: bank days since the account was opened */
	struct instant created;
	int64_t opening, closing; /* minor units */
};

struct statement_format {
	const char *name;   /* as POST /sandbox/bank/accounts takes it */
	const char *ending; /* of a file's name */
	const char *type;   /* media type */
	const char *help;
	bool needs_lines;   /* rows alone: of days without any there is nothing to send */
	struct span (*write)(struct arena *, const struct statement *);
};

/* Ended by one without a name; the first is the usual one. */
extern const struct statement_format statement_formats[];

/* NULL: there is none. */
const struct statement_format *statement_format_find(struct span name);

/* The next line that it covers, from *i on, which it moves; NULL behind the last. */
const struct bank_line *statement_next(const struct statement *, size_t *i);

struct statement_sums {
	int credits, debits;
	int64_t credit, debit; /* minor units, none below 0 */
};
struct statement_sums statement_sums(const struct statement *);

/* All that the payer wrote, the structured reference first: for formats that have one place for both. */
struct span statement_text(struct arena *, const struct bank_line *);

/* "20260331". */
const char *statement_day(struct arena *, struct date);

/* Without a sign: "1234.50" with that mark, or "1234" where the currency has no decimals. */
const char *statement_amount(struct arena *, int64_t minor, struct currency, char mark);

/* ---- the writers ---- */

struct span camt_write(struct arena *, const struct statement *);  /* ISO 20022 camt.053.001.08 (BankToCustomerStatementV08) */
struct span mt940_write(struct arena *, const struct statement *); /* SWIFT MT940, :86: structured as in Germany (DFÜ agreement, annex 3) */
struct span bai2_write(struct arena *, const struct statement *); /* BAI2, a group a day */
struct span ofx_write(struct arena *, const struct statement *); /* OFX 1.0.2, SGML */
struct span csv_write(struct arena *, const struct statement *); /* the CSV of a Dutch bank, a balance in each row */

#endif
