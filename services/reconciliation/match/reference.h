/*
 * reference: the words by which a payer can name an invoice or a customer, or a bank a payout, in the one form in which they are compared.
 *
 * 1. A token is upper case, without anything but A-Z and 0-9, 4 to 40 characters, with 4 digits at least; a creditor reference (ISO 11649) is in the normal
 *    form of rf.h.
 * 2. Texts are searched for whole tokens only: a candidate begins and ends where a word of the text does. A number inside a longer one is
 *    never found, nor one inside an IBAN, an amount of money, or a reference whose check digits hold.
 * 3. What people write otherwise than it is printed is mended (O for 0, a glued prefix, "0042/43", a word that the bank cut in two), and is then no more than
 *    weak evidence; so is what stands in a reference whose check digits fail, and a number of so few digits that it may be anything.
 */
#ifndef RECONCILIATION_REFERENCE_H
#define RECONCILIATION_REFERENCE_H

#include "span.h"
#include "uuid.h"

enum { REFERENCE_LEAST = 4, REFERENCE_MOST = 40, REFERENCE_DIGITS = 4, REFERENCE_WORDS = 8, REFERENCE_TOKENS = 400 };

/* Whose token it is. A tail is an invoice's number without the letters that it begins with, which payers leave out. */
enum reference_kind {
	REFERENCE_RF,
	REFERENCE_NUMBER,
	REFERENCE_PAYOUT,
	REFERENCE_TAIL,
	REFERENCE_CUSTOMER,
	REFERENCE_CREDIT_NOTE,
	REFERENCE_KINDS
};

const char *reference_word(enum reference_kind);
enum reference_kind reference_find_kind(struct span word); /* REFERENCE_KINDS when there is none */

/* A token of an invoice, a customer or a payout, as stored. */
struct reference {
	struct span merchant, token;
	enum reference_kind kind;
	struct uuid target;   /* invoice (of a credit note: the one that it credits), payout, or reference_customer_id */
	struct span customer; /* of the invoice, or itself; "@provider:…" of the payout */
};

/* How a token stands in the line; 0: as it is printed. */
enum {
	HOW_STRUCTURED = 1, /* with check digits that hold */
	HOW_MENDED = 2,     /* only after mending what was written */
	HOW_SHORT = 4,      /* of so few digits, or so like a date, that it may be something else */
	HOW_BROKEN = 8,     /* in a creditor reference whose check digits fail */
	HOW_FOLLOWED = 16,  /* a joining sign and the end of another number follow */
	HOW_END_TO_END = 32, /* it is the whole end-to-end id */
	HOW_CUT = 64,       /* what stands there may be its beginning: the text ends in it */
	HOW_CUT_WIDTH = 128 /* as long as a field of a bank is */
};

/* Tokens found in a line, without repetition; the strongest way in which each stands there. */
struct tokens {
	struct span *at;
	unsigned *how;
	size_t count;
};

/* The normal form; false when it is too short, too long, or has too few digits to be looked for. */
bool reference_normalise(struct arena *, struct span text, struct span *token);
/* The same for a creditor reference; false when its check digits don't hold. */
bool reference_normalise_rf(struct arena *, struct span text, struct span *token);
/* The number without the letters before it; false when it has none, or too few digits are left. */
bool reference_normalise_tail(struct arena *, struct span number, struct span *token);
/* A customer has no id of its own here: one made of the reference. */
struct uuid reference_customer_id(struct span customer);

/* All tokens of structured references and of free texts (pieces in order, as the bank cut them). At most REFERENCE_TOKENS. */
void reference_find(struct arena *, const struct span *structured, size_t structured_count, const struct span *texts, size_t text_count,
	struct tokens *);

/* The text is that token and nothing else, but for signs and blanks, capitals, O for 0 and I for 1. */
bool reference_is_whole(struct span token, struct span text);

/* The numbers that one at the end of the text may have been before its last digits were cut off: one digit, or two where the text is as long as a bank's field. */
void reference_complete(struct arena *, const struct span *texts, size_t text_count, struct tokens *);

enum { REFERENCE_FORMS = 4 };
/* Words with a number that names nothing by itself but stays the same from month to month ("Kd 4711 Miete"): "KD4711". No year, no date, no amount, no IBAN. */
size_t reference_forms(struct arena *, const struct span *texts, size_t text_count, struct span out[REFERENCE_FORMS]);

/* True when the words of the phrase stand in the text one after the other, in whatever case. */
bool reference_is_in(struct span phrase, struct span text);

#endif
