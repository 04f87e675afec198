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

/* The same of a file that says itself how it is written, which need not be so: UTF-8 where the text is that, else the set that is said, Windows-1252
 * where none of single bytes is. */
struct span charset_utf8_else(enum charset, struct span text, char *out);

/* What a file calls its set: "1252", "windows-1252", "ISO-8859-1", "UNICODE". CHARSET_AUTO: none, or ASCII; CHARSETS: one that is not read. */
enum charset charset_named(struct span name);

/* The code point of each byte of a set of single bytes, -1 where a byte is none; false of any other set. */
bool charset_map(enum charset, int map[256]);

#endif
