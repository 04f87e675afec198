/*
 * csv_profile: how one bank or provider writes its exports, as data. Read from a text:
 *
 *	# the export of an account
 *	[name]
 *	help = Nordbank, business account
 *	delimiter = ;
 *	header = Datum | Betrag | Saldo
 *	booking = Datum
 *	date = dd.mm.yyyy
 *	decimal = ,
 *	amount = Betrag
 *	balance = Saldo
 *
 * Lists are separated by |. A text may hold many profiles. Keys are those of csv_profile_keys. A file is of the profile whose header it has.
 */
#ifndef RECONCILIATION_CSV_PROFILE_H
#define RECONCILIATION_CSV_PROFILE_H

#include "reading.h"

/* Columns that are one cell. */
enum csv_column {
	CSV_BOOKING,
	CSV_VALUE,
	CSV_CURRENCY,
	CSV_BALANCE,
	CSV_INDICATOR,
	CSV_STATE,
	CSV_ACCOUNT,
	CSV_NAME,
	CSV_PAYER,
	CSV_PAYEE,
	CSV_IBAN,
	CSV_PARTY_ACCOUNT,
	CSV_BANK,
	CSV_CUSTOMER,
	CSV_END_TO_END,
	CSV_MANDATE,
	CSV_BANK_REF,
	CSV_TRANSACTION,
	CSV_ID,
	CSV_BATCH,
	CSV_CODE,
	CSV_RETURN,
	CSV_ORIGINAL_REF,
	CSV_ORIGINAL,
	CSV_ORIGINAL_CURRENCY,
	CSV_RATE,
	CSV_COLUMNS
};

/* Lists: of columns, or of words. */
enum csv_list {
	CSV_HEADER,
	CSV_AMOUNT,
	CSV_GROSS,
	CSV_FEE,
	CSV_TEXTS,
	CSV_REFERENCES,
	CSV_DEBIT,
	CSV_CREDIT,
	CSV_BOOKED,
	CSV_PENDING,
	CSV_IGNORED,
	CSV_END,
	CSV_ACCOUNT_LABEL,
	CSV_KINDS,
	CSV_LISTS
};

enum { CSV_WORDS = 40 };
struct csv_words {
	int count;
	struct span words[CSV_WORDS];
};

enum csv_order { CSV_ANY_ORDER, CSV_OLDEST_FIRST, CSV_NEWEST_FIRST };

struct csv_profile {
	struct span name, help, provider; /* spans point into the text that it was read from */
	bool settlement, inverted, minor_units;
	char delimiter, quote, decimal;
	enum charset charset;
	enum csv_order order;
	struct span date, currency;
	struct span columns[CSV_COLUMNS];
	struct csv_words lists[CSV_LISTS];
};

/* The next profile of a text; false at its end, and where one is broken: then err is not OK and why says the line. */
bool csv_profile_next(struct span *rest, int *line, struct csv_profile *, enum err *err, struct why *);

/* The key of a profile's text, and what it is for; NULL past the last. */
const char *csv_profile_key(size_t i, const char **help);

/* The profiles that come with Dunlin. */
struct span csv_profiles_shipped(void);

/* The kinds of settlement items; the words of the record's `code`. NULL-terminated. */
extern const char *const csv_kinds[];

/* A date as the format (yyyy yy mm dd mon, anything else stands for itself, * for the rest) writes it. */
bool csv_date(struct span format, struct span text, struct date *);

#endif
