#include <stdlib.h>
#include <string.h>

#include "packed_state.h"

/* What the next bytes of a zip are. */
enum part {
	PART_HEADER,     /* a local file header, or what ends the files */
	PART_NAME,
	PART_EXTRA,
	PART_DATA,
	PART_DESCRIPTOR, /* checksum and sizes, behind data whose header did not know them */
	PART_DONE        /* the directory: all files were read */
};

enum { HEADER = 30, DESCRIPTOR = 12, MARK = 0x08074b50, STORED = 0, DEFLATED = 8, ENCRYPTED = 1, LATE = 8 };

struct zip {
	struct packed p;
	enum part part;
	size_t want, size;         /* of a header or descriptor: its length, how much of it is here */
	unsigned char head[HEADER];
	size_t name, extra;        /* how much of them is still to come */
	char last;                 /* of the name: '/' for a folder */
	unsigned method, flags;
	uint32_t crc_told;
	uint64_t left, packed; /* left: of stored data; packed: of deflated data, so far */
	int entries;
};

static uint32_t little(const unsigned char *at, int bytes)
{
	uint32_t n = 0;
	for (int i = bytes - 1; i >= 0; i--)
		n = n << 8 | at[i];
	return n;
}

static void go(struct zip *z, enum part part, size_t want)
{
	z->part = part;
	z->want = want;
	z->size = 0;
}

/* ---- a file of the archive ---- */

static void file_begin(struct zip *z)
{
	z->packed = 0;
	inflateReset(&z->p.stream);
	if (z->last != '/') {
		if (++z->entries > PACKED_ENTRIES)
			packed_fail(&z->p, RULE_ARCHIVE_ENTRIES, "the archive holds more than 100 files");
		packed_begin(&z->p);
	}
	go(z, PART_DATA, 0);
}

static void file_end(struct zip *z)
{
	if (z->p.inside && z->p.crc != z->crc_told)
		packed_fail(&z->p, RULE_ARCHIVE, "a file of the archive is not what its checksum says");
	if (z->p.inside)
		packed_end(&z->p);
	go(z, PART_HEADER, HEADER);
}

static void data_end(struct zip *z)
{
	if (z->flags & LATE)
		go(z, PART_DESCRIPTOR, DESCRIPTOR);
	else
		file_end(z);
}

/* ---- parts ---- */

static void take_header(struct zip *z)
{
	const unsigned char *h = z->head;
	z->flags = little(h + 6, 2);
	z->method = little(h + 8, 2);
	z->crc_told = little(h + 14, 4);
	z->left = little(h + 18, 4);
	z->name = little(h + 26, 2);
	z->extra = little(h + 28, 2);
	z->last = 0;
	if (z->flags & ENCRYPTED)
		packed_fail(&z->p, RULE_ARCHIVE, "a file of the archive is encrypted");
	else if (z->method != DEFLATED && (z->method != STORED || z->flags & LATE || z->left == UINT32_MAX))
		packed_fail(&z->p, RULE_ARCHIVE, "a file of the archive is packed in a way that is not read");
	go(z, PART_NAME, 0);
}

/* The mark may be left out, and sizes have eight bytes where the file is beyond four gigabytes: 12 bytes are always there. */
static void take_descriptor(struct zip *z)
{
	const unsigned char *d = z->head;
	if (z->want == DESCRIPTOR && little(d, 4) == MARK) {
		z->want += 4;
		return;
	}
	bool is_marked = z->want == DESCRIPTOR + 4 || z->want == DESCRIPTOR + 4 + 8;
	d += is_marked ? 4 : 0;
	z->crc_told = little(d, 4);
	bool is_wide = little(d + 4, 4) == (uint32_t)z->packed && little(d + 8, 4) == (uint32_t)(z->packed >> 32) &&
		       little(d + 8, 4) != (uint32_t)z->p.unpacked;
	if (is_wide && z->want <= DESCRIPTOR + 4)
		z->want += 8;
	else
		file_end(z);
}

/* Gathers a header or a descriptor; true when it is whole. */
static bool gather(struct zip *z, struct span *bytes)
{
	size_t n = z->want - z->size < bytes->size ? z->want - z->size : bytes->size;
	memcpy(z->head + z->size, bytes->at, n);
	z->size += n;
	z->p.in += (int64_t)n;
	*bytes = span_from(*bytes, n);
	return z->size == z->want;
}

static void begin_part(struct zip *z, struct span *bytes)
{
	static const unsigned char file[] = { 'P', 'K', 3, 4 };
	if (!gather(z, bytes) && z->size < 4)
		return;
	if (z->head[0] == 'P' && z->head[1] == 'K' && (z->head[2] == 1 || z->head[2] == 5 || z->head[2] == 6))
		go(z, PART_DONE, 0);
	else if (memcmp(z->head, file, sizeof(file)) != 0)
		packed_fail(&z->p, RULE_ARCHIVE, "the archive is damaged");
	else if (z->size == z->want)
		take_header(z);
}

static void pass_name(struct zip *z, struct span *bytes)
{
	size_t n = z->name < bytes->size ? z->name : bytes->size;
	if (n)
		z->last = bytes->at[n - 1];
	*bytes = span_from(*bytes, n);
	z->name -= n;
	if (!z->name)
		go(z, PART_EXTRA, 0);
}

static void pass_extra(struct zip *z, struct span *bytes)
{
	size_t n = z->extra < bytes->size ? z->extra : bytes->size;
	*bytes = span_from(*bytes, n);
	z->extra -= n;
	if (!z->extra)
		file_begin(z);
}

static void take_stored(struct zip *z, struct span *bytes)
{
	size_t n = z->left < bytes->size ? (size_t)z->left : bytes->size;
	z->p.in += (int64_t)n;
	if (n)
		packed_add(&z->p, span_bytes(bytes->at, n));
	*bytes = span_from(*bytes, n);
	z->left -= n;
	if (!z->left)
		data_end(z);
}

static void take_deflated(struct zip *z, struct span *bytes)
{
	bool end;
	size_t taken = packed_inflate(&z->p, *bytes, &end);
	z->packed += taken;
	*bytes = span_from(*bytes, taken);
	if (end)
		data_end(z);
}

static void take_part(struct zip *z, struct span *bytes)
{
	switch (z->part) {
	case PART_HEADER: begin_part(z, bytes); break;
	case PART_NAME: pass_name(z, bytes); break;
	case PART_EXTRA: pass_extra(z, bytes); break;
	case PART_DATA: (z->method == STORED ? take_stored : take_deflated)(z, bytes); break;
	case PART_DESCRIPTOR:
		if (gather(z, bytes))
			take_descriptor(z);
		break;
	case PART_DONE: *bytes = SPAN(""); break;
	}
}

/* ---- the reader ---- */

static int zip_looks_like(struct span head, const struct reading_settings *settings)
{
	(void)settings;
	return span_starts(head, "PK\003\004") || span_starts(head, "PK\005\006") ? READER_SURE : READER_NO;
}

static void *zip_open(const struct reading_sink *sink, const struct reading_settings *settings)
{
	struct zip *z = calloc(1, sizeof(*z));
	if (!z)
		bug("no memory for a reader");
	packed_init(&z->p, sink, settings, -MAX_WBITS);
	go(z, PART_HEADER, HEADER);
	return z;
}

/* Parts without bytes (a name of none, an empty stored file) pass by themselves. */
static bool passes_alone(const struct zip *z)
{
	return (z->part == PART_NAME && !z->name) || (z->part == PART_EXTRA && !z->extra) ||
	       (z->part == PART_DATA && z->method == STORED && !z->left);
}

static enum err zip_feed(void *reader, struct span bytes, bool last, struct why *why)
{
	struct zip *z = reader;
	while (z->p.t.failed == OK && (bytes.size || passes_alone(z)))
		take_part(z, &bytes);
	if (last && z->part != PART_DONE)
		packed_fail(&z->p, RULE_ARCHIVE, "the archive ends before its end");
	if (last && !z->entries)
		packed_fail(&z->p, RULE_ARCHIVE_ENTRIES, "the archive holds no file");
	return telling_result(&z->p.t, why);
}

static const struct violation *zip_violation(const void *reader)
{
	return &((const struct packed *)reader)->t.violation;
}

static void zip_close(void *reader)
{
	packed_clear(reader);
	free(reader);
}

const struct reader zip_reader = {
	.name = "zip",
	.help = "any of these, up to a hundred of them, in a zip",
	.looks_like = zip_looks_like,
	.open = zip_open,
	.feed = zip_feed,
	.violation = zip_violation,
	.close = zip_close,
	.inside = packed_inside,
};
