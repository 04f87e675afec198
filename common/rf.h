/*
 * rf: the creditor reference of ISO 11649: "RF", two check digits 02..98 (ISO 7064 mod 97-10), up to 21 characters.
 */
#ifndef DUNLIN_RF_H
#define DUNLIN_RF_H

#include "span.h"

#define RF_TEXT 25

/* Makes "RFkk…" of 1..21 characters 0-9 A-Z (lower case is raised, other characters refused). */
enum err rf_make(struct span body, char out[RF_TEXT + 1]) MUST_CHECK;

/* True for a valid reference in electronic form, either case; blanks (the printed groups of four) are skipped. */
bool rf_is_valid(struct span text);

/* The form to compare by: upper case, no blanks, leading zeroes of the body dropped. ERR_INVALID unless valid. */
enum err rf_normalise(struct span text, char out[RF_TEXT + 1]) MUST_CHECK;

/* "RF18 5390 0754 7034", as it is printed. */
const char *rf_print(struct arena *, struct span rf);

#endif
