/*
 * charset_tables: what the upper half of each set of single bytes means in Unicode (Unicode Consortium, MAPPINGS/VENDORS/MICSFT and MAPPINGS/ISO8859).
 */
#ifndef RECONCILIATION_CHARSET_TABLES_H
#define RECONCILIATION_CHARSET_TABLES_H

#include "reading.h"

/* Code points of the bytes 0x80 to 0xff, U+FFFD where a byte is none; NULL of what is no set of single bytes. */
const uint16_t *charset_upper(enum charset);

#endif
