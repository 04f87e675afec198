/*
 * mt940_state: what the reader of MT940 knows while it reads. For its own files alone.
 */
#ifndef RECONCILIATION_MT940_STATE_H
#define RECONCILIATION_MT940_STATE_H

#include "charset.h"
#include "lines.h"
#include "mt940.h"

enum { FIELD_ROOM = 16384, PIECES = 64 };

/* A :61:, which waits for its :86:. The spans lie in its bytes. */
struct mt940_entry {
	struct place place;
	struct date booking, value;
	struct money amount;
	bool reversal, expected, clamped;
	struct span written, type, reference, bank_ref, supplement; /* written: the value date */
	char bytes[FIELD_ROOM];
};

/* Number and sum of entries of one sign, without it. */
struct mt940_total {
	int64_t count;
	__int128 sum;
};

/* What the entries of an interim report are so far: 0 debits, 1 credits. One that is cut into several messages says its totals in the last. */
struct mt940_totals {
	char account[IDENTIFIER_ROOM], number[36]; /* which report this is a page of */
	struct mt940_total booked[2], expected[2];
	bool has_floor[2]; /* smaller entries are counted and not told */
	bool stated;
};

struct mt940 {
	struct telling t;
	struct lines lines;
	/* The field that is gathered, its lines joined by LF. */
	char tag[4];
	struct place place;
	size_t size;
	char bytes[FIELD_ROOM];
	/* The statement. */
	char reference[36], number[36];
	bool ended; /* its closing balance was there: what comes now is another one, or what it says of itself */
	struct mt940_totals totals, before; /* of this message, and of the one before it */
	bool has_entry;
	struct mt940_entry entry;
	size_t info_size;
	char info[FIELD_ROOM]; /* all of its :86:, joined by LF */
	char flat[FIELD_ROOM], decoded[CHARSET_ROOM(FIELD_ROOM)];
	char joined[CHARSET_ROOM(FIELD_ROOM)];
};

/* Reads a :61:. RULE_NONE: it is `entry`. An amount of nothing is one too. */
enum rule mt940_entry_read(struct mt940 *, struct span field, struct place, struct mt940_entry *, struct why *) MUST_CHECK;

/* "1234,5" in that currency. */
enum rule mt940_amount(struct span digits, struct currency, struct money *, struct why *) MUST_CHECK;
/* YYMMDD. False: no date; *clamped: 30 February and the like, made the month's last day. */
bool mt940_date(struct span, struct date *, bool *clamped);

/* A message begins; it has a number, "3917/2"; an entry of it is told; a floor limit, :34F:; and number and sum, :90D: or :90C: (SWIFT MT942, fields 34F
 * and 90): RULE_CONTROL where they are not those of the entries. */
void mt940_total_begin(struct mt940 *);
void mt940_total_page(struct mt940 *);
void mt940_total_add(struct mt940 *, const struct mt940_entry *);
void mt940_total_floor(struct mt940 *, struct span field);
void mt940_total_compare(struct mt940 *, bool credit, struct span field);

/* Fills what the entry's texts say: :86: and the second line of :61:. The spans live until the next call. */
void mt940_texts(struct mt940 *, struct reading_line *);
/* Pieces that are told apart by slashes: /EREF/…/REMI/…; false when it is no such text. */
bool mt940_slashed(struct span text, struct reading_line *);
/* SEPA's tags: EREF+…SVWZ+…; what stands before the first is text. */
void mt940_tagged(struct span text, struct reading_line *);

void mt940_add_text(struct reading_line *, struct span);
void mt940_add_reference(struct reading_line *, struct span);
void mt940_set(struct span *to, struct span value); /* the first that says something holds */

/* "PMNT/RCDT/ESCT" of the bank's business transaction code (three digits) or SWIFT's type (NTRF …); the empty span when it has none. */
struct span mt940_code(struct span business, struct span type, bool came);

#endif
