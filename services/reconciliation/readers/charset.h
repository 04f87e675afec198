/*
 * charset: texts of banks into UTF-8. SWIFT's set has no letter beyond ASCII; banks write them all the same, each in its own way.
 */
#ifndef RECONCILIATION_CHARSET_H
#define RECONCILIATION_CHARSET_H

#include "reading.h"

/* The text in UTF-8 without control characters (each becomes a blank), written to `out`, which has room for CHARSET_ROOM(text.size) bytes; the text itself
 * where nothing of it changes. No byte is refused: what a set has no character for becomes U+FFFD. */
#define CHARSET_ROOM(size) ((size) * 3)
struct span charset_utf8(enum charset, struct span text, char *out);

#endif
