/*
 * mt940_state: what the reader of MT940 knows while it reads. For its own files alone.
 */
#ifndef RECONCILIATION_MT940_STATE_H
#define RECONCILIATION_MT940_STATE_H

#include "charset.h"
#include "lines.h"
#include "mt940.h"

enum { FIELD_ROOM = 16384, PIECES = 64 };

/* The tags of the format. */
enum mt940_tag {
	TAG_NONE,
	TAG_61,
	TAG_86,
	TAG_13,
	TAG_13D,
	TAG_20,
	TAG_21,
	TAG_25,
	TAG_25P,
	TAG_28,
	TAG_28C,
	TAG_34F,
	TAG_60F,
	TAG_60M,
	TAG_62F,
	TAG_62M,
	TAG_64,
	TAG_65,
	TAG_90C,
	TAG_90D,
	TAG_NS,
	TAGS
};

enum { DAYS = 10 }; /* YYMMDDMMDD */

/* A :61:, which waits for its :86:. The spans lie in its bytes. The days of the one before stay until another's are read: mostly they are the same. */
struct mt940_entry {
	struct place place;
	bool has_days;
	char days[DAYS];
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
	struct why why; /* what is wrong with a value */
	struct currency scaled; /* whose exponent is known, */
	int exponent; /* this one */
	/* The field that is gathered, its lines joined by LF. */
	enum mt940_tag tag;
	struct place place;
	size_t size;
	char bytes[FIELD_ROOM];
	/* The statement. */
	char reference[36], number[36];
	bool ended; /* its closing balance was there: what comes now is another one, or what it says of itself */
	struct mt940_totals totals, before; /* of this message, and of the one before it */
	bool has_entry;
	struct mt940_entry entry;
	struct reading_line line; /* that the entry becomes */
	size_t info_size;
	char info[FIELD_ROOM]; /* all of its :86:, joined by LF */
	char flat[FIELD_ROOM], decoded[CHARSET_ROOM(FIELD_ROOM)];
	char joined[CHARSET_ROOM(FIELD_ROOM)];
};

static inline bool mt940_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* span_trim, without a call for what has nothing to take away, which is nearly all. */
static inline struct span mt940_trim(struct span text)
{
	bool is_plain = !text.size || ((unsigned char)text.at[0] > ' ' && (unsigned char)text.at[text.size - 1] > ' ');
	return is_plain ? text : span_trim(text);
}

/* Reads a :61:. RULE_NONE: it is the entry. An amount of nothing is one too. Any other: why says what is wrong. */
enum rule mt940_entry_read(struct mt940 *, struct span field) MUST_CHECK;

/* "1234,5" in that currency; what is wrong with it is in why. */
enum rule mt940_amount(struct mt940 *, struct span digits, struct currency, struct money *) MUST_CHECK;
/* YYMMDD. False: no date; *clamped: 30 February and the like, made the month's last day. */
bool mt940_date(struct span, struct date *, bool *clamped);

/* A message begins; it has a number, "3917/2"; an entry of it is told; a floor limit, :34F:; and number and sum, :90D: or :90C: (SWIFT MT942, fields 34F
 * and 90): RULE_CONTROL where they are not those of the entries. */
void mt940_total_begin(struct mt940 *);
void mt940_total_page(struct mt940 *);
void mt940_total_add(struct mt940 *, const struct mt940_entry *);
void mt940_total_floor(struct mt940 *, struct span field);
void mt940_total_compare(struct mt940 *, bool credit, struct span field);

/* Fills the line with what the entry's texts say: :86: and the second line of :61:. The spans live until the next call. */
void mt940_texts(struct mt940 *);
/* Pieces that are told apart by slashes: /EREF/…/REMI/…; false when it is no such text. */
bool mt940_slashed(struct mt940 *, struct span text);
/* SEPA's tags: EREF+…SVWZ+…; what stands before the first is text. */
void mt940_tagged(struct mt940 *, struct span text);

void mt940_add_text(struct reading_line *, struct span);
void mt940_add_reference(struct reading_line *, struct span);
void mt940_set(struct span *to, struct span value); /* the first that says something holds */

/* "PMNT/RCDT/ESCT" of the bank's business transaction code (three digits) or SWIFT's type (NTRF …); the empty span when it has none. */
struct span mt940_code(struct span business, struct span type, bool came);

#endif
