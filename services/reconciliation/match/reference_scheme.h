/*
 * reference_scheme: the structured references of national and international rule books: how each is written, and whether its check digits hold.
 *
 * 1. A text is of a scheme as a whole or not at all: right characters, right length, right signs between, check digits that hold. Nothing is cut out of a text.
 * 2. Zeroes alone are no reference in any scheme.
 * 3. The normal form is the one to compare by. Where leading zeroes are part of the reference (Norway, Sweden, Switzerland, Belgium) it keeps them.
 */
#ifndef RECONCILIATION_REFERENCE_SCHEME_H
#define RECONCILIATION_REFERENCE_SCHEME_H

#include "span.h"

enum scheme {
	SCHEME_RF,         /* ISO 11649 */
	SCHEME_OGM,        /* Belgium: OGM, VCS */
	SCHEME_QRR,        /* Switzerland: reference of the QR-bill */
	SCHEME_ESR,        /* Switzerland: reference of the orange slip, of any length */
	SCHEME_VIITE,      /* Finland: viitenumero; Estonia: viitenumber */
	SCHEME_KID10,      /* Norway: KID with the check digit of modulus 10 */
	SCHEME_KID11,      /* Norway: KID with the check digit of modulus 11 */
	SCHEME_OCR,        /* Sweden: OCR, hard control */
	SCHEME_OCR_LENGTH, /* Sweden: OCR with a length digit before the check digit */
	SCHEMES
};

enum { SCHEME_TEXT = 27 };

const char *scheme_word(enum scheme);
const char *scheme_help(enum scheme);

/* The normal form; false when the text is none of that scheme. */
bool scheme_read(enum scheme, struct span text, char normal[SCHEME_TEXT + 1]);

/* True where the text alone says which scheme it is, so that it may be found among other words: RF, +++ddd/dddd/ddddd+++, 27 digits of the QR-bill. */
bool scheme_shows_itself(struct span text);

/* A Finnish reference in the dress of ISO 11649, which banks abroad carry: "RFkk" and the reference without leading zeroes. False when it is none. */
bool scheme_rf_of_viite(struct span text, char rf[SCHEME_TEXT + 1]);
/* And the way back. */
bool scheme_viite_of_rf(struct span text, char viite[SCHEME_TEXT + 1]);

/* True for an IBAN of Switzerland or Liechtenstein whose institution (30000 to 31999) takes references of the QR-bill, and nothing else. */
bool scheme_is_qr_iban(struct span iban);

#endif
