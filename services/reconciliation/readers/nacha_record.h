/*
 * nacha_record: a record of an ACH file, 94 characters, and the sums that its control records are held against. For its own files alone.
 */
#ifndef RECONCILIATION_NACHA_RECORD_H
#define RECONCILIATION_NACHA_RECORD_H

#include "charset.h"

enum { NACHA_RECORD = 94, NACHA_LINE = 400 };

struct nacha_record {
	struct place place;
	size_t at[NACHA_RECORD + 1]; /* where each character begins */
	char bytes[CHARSET_ROOM(NACHA_LINE) + NACHA_RECORD];
};

/* Padded with blanks; false where it has more than 94 characters. */
bool nacha_record_set(struct nacha_record *, struct span line, struct place, enum charset);
/* The characters of these positions, counted from 1 as the rules do, both among them. */
struct span nacha_raw(const struct nacha_record *, int from, int to);
struct span nacha_field(const struct nacha_record *, int from, int to); /* trimmed */
bool nacha_number(const struct nacha_record *, int from, int to, int64_t *);
/* The record that fills the last block: nines alone. */
bool nacha_is_filler(const struct nacha_record *);

/* Of a batch or a file. */
struct nacha_sums {
	int64_t records, hash, debit, credit;
	bool overflowed;
};

void nacha_sums_add(struct nacha_sums *, const struct nacha_sums *);
/* One entry; the transaction code's second digit says which way (ADV: odd is credit). */
void nacha_sums_entry(struct nacha_sums *, const struct nacha_record *, int64_t minor, bool advice);
bool nacha_is_debit(int64_t code, bool advice);
/* What differs between these sums and a control record whose number of records stands at `at`, the hash and both amounts behind it; NULL: nothing. */
const char *nacha_sums_differ(const struct nacha_sums *, const struct nacha_record *, int at, int digits, bool advice);

#endif
