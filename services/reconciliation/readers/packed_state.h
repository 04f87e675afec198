/*
 * packed_state: what both archives share: bytes that come out go to the reader of what is inside. For its own files alone.
 */
#ifndef RECONCILIATION_PACKED_STATE_H
#define RECONCILIATION_PACKED_STATE_H

#include <zlib.h>

#include "packed.h"
#include "telling.h"

enum { OUT_ROOM = 1 << 16 };

struct packed {
	struct telling t;
	struct reading_sink sink; /* the statements of all files counted on */
	int base, told;           /* statements of the files before; the highest of this one, plus one */
	struct reading *inside;   /* of the file that is read now */
	char format[16];          /* of the first */
	int64_t in, out;          /* bytes so far */
	uint32_t crc;             /* of the file that is read now, and how much of it came out */
	uint64_t unpacked;
	z_stream stream;
	unsigned char bytes[OUT_ROOM];
};

/* Makes the part that both share. window: of zlib's inflateInit2. */
void packed_init(struct packed *, const struct reading_sink *, const struct reading_settings *, int window);
void packed_clear(struct packed *);

/* A file of the archive begins; its bytes; its end. */
void packed_begin(struct packed *);
void packed_add(struct packed *, struct span bytes);
void packed_end(struct packed *);

/* Inflates from `in` and adds; how much of it was taken. *end: the stream ended there. */
size_t packed_inflate(struct packed *, struct span in, bool *end);

void packed_fail(struct packed *, enum rule, const char *text);
const char *packed_inside(const void *);

#endif
