/*
 * packed: gzip (RFC 1952) and zip (PKWARE's APPNOTE 6.3) around files of any format, unpacked as a stream.
 *
 * An archive holds no archive. What comes out may be a hundred times what went in (and a start beyond that), and PACKED_MOST in all; a zip has at most
 * PACKED_ENTRIES files. All of it or nothing: a file in it that can't be read makes the whole unreadable, and so does a checksum that is wrong.
 * A zip is read by its local headers, from front to end, for its directory stands at the end.
 */
#ifndef RECONCILIATION_PACKED_H
#define RECONCILIATION_PACKED_H

#include "readers.h"

enum { PACKED_RATIO = 100, PACKED_START = 1 << 20, PACKED_ENTRIES = 100 };
#define PACKED_MOST (INT64_C(4) << 30)

extern const struct reader gzip_reader, zip_reader;

#endif
