/*
 * reference: the words by which a payer can name an invoice or a bank a payout, in the one form in which they are compared.
 *
 * 1. A token is upper case, without anything but A-Z and 0-9, 4 to 40 characters, with 4 digits at least; a creditor reference (ISO 11649) is in the normal
 *    form of rf.h.
 * 2. Texts are searched for whole tokens only: a candidate begins and ends where a word of the text does. A number inside a longer one is
 *    never found. Words that a bank has cut in two are looked at joined as well.
 */
#ifndef RECONCILIATION_REFERENCE_H
#define RECONCILIATION_REFERENCE_H

#include "span.h"
#include "uuid.h"

enum { REFERENCE_LEAST = 4, REFERENCE_MOST = 40, REFERENCE_DIGITS = 4, REFERENCE_WORDS = 8, REFERENCE_TOKENS = 400 };

/* Whose token it is. */
enum reference_kind { REFERENCE_RF, REFERENCE_NUMBER, REFERENCE_PAYOUT };

/* A token of an invoice or a payout, as stored. */
struct reference {
	struct span merchant, token;
	enum reference_kind kind;
	struct uuid target;   /* invoice or payout */
	struct span customer; /* of the invoice; "@provider:…" of the payout */
};

/* Tokens found in a line, without repetition. */
struct tokens {
	struct span *at;
	bool *structured; /* it stood where a creditor reference stands, or is one with valid check digits */
	size_t count;
};

/* The normal form; false when it is too short, too long, or has too few digits to be looked for. */
bool reference_normalise(struct arena *, struct span text, struct span *token);
/* The same for a creditor reference; false when its check digits don't hold. */
bool reference_normalise_rf(struct arena *, struct span text, struct span *token);

/* All tokens of structured references and of free texts (pieces in order, as the bank cut them). At most REFERENCE_TOKENS. */
void reference_find(struct arena *, const struct span *structured, size_t structured_count, const struct span *texts, size_t text_count,
	struct tokens *);

/* True when the words of the phrase stand in the text one after the other, in whatever case. */
bool reference_is_in(struct span phrase, struct span text);

#endif
