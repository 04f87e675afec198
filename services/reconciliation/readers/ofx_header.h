/*
 * ofx_header: what stands before the first tag of an OFX file, and what it says of the texts behind it.
 *
 * Version 1 has lines of KEY:VALUE, of which ENCODING (USASCII, UTF-8, UNICODE) and CHARSET (1252, ISO-8859-1, NONE) are meant (OFX 1.6, 2.2); version 2 is
 * XML, whose declaration has an encoding. Files with the header of one and the body of the other are common: whichever is there is taken.
 */
#ifndef RECONCILIATION_OFX_HEADER_H
#define RECONCILIATION_OFX_HEADER_H

#include "charset.h"

enum { OFX_HEADER_MOST = 1024 }; /* what is behind them says nothing of the texts */

/* CHARSET_AUTO: nothing is said; CHARSETS: a set that is not read. */
enum charset ofx_header_charset(struct span header);

#endif
