/*
 * readers: the table of formats, and a file of any of them as a stream.
 *
 * A file's format is recognised from its first bytes, never from its name. Readers are pure and their memory does not grow with the file.
 */
#ifndef RECONCILIATION_READERS_H
#define RECONCILIATION_READERS_H

#include "reading.h"

/* How sure a reader is of the first bytes of a file; the surest reads it, of equals the earlier of the table. */
enum {
	READER_NO = 0,
	READER_MAYBE = 10,  /* nothing speaks against it: a text of columns */
	READER_LIKELY = 50, /* the shape of its first records */
	READER_SURE = 90    /* a mark that no other format has */
};

enum { READER_HEAD = 4096 }; /* so many first bytes, or the whole file where it is shorter, are what a reader is chosen by */

struct reader {
	const char *name; /* "camt", "mt940": one word, stable */
	const char *help; /* what it reads, for people */
	int (*looks_like)(struct span head, const struct reading_settings *);
	/* The sink must outlive it; settings are copied, what they point to is not. */
	void *(*open)(const struct reading_sink *, const struct reading_settings *);
	/* The next bytes of the file, cut anywhere; `last` with the final ones (which may be none). ERR_INVALID: a rule of the file is broken: why.code is
	 * its word, and `violation` says where. Any other error is the sink's own. Nothing may be fed after an error. */
	enum err (*feed)(void *, struct span bytes, bool last, struct why *);
	const struct violation *(*violation)(const void *);
	void (*close)(void *);
	const char *(*inside)(const void *); /* of what only packs other formats: the one that is read inside; NULL elsewhere */
};

/* NULL-terminated. A new format is one row here. */
extern const struct reader *const readers[];
const struct reader *reader_find(struct span name); /* NULL when there is none */
/* The surest of the first bytes; NULL when none knows them. */
const struct reader *reader_of(struct span head, const struct reading_settings *);

/* A file of any format, packed or not, as a stream. settings may be NULL. */
struct reading;
struct reading *reading_open(const struct reading_sink *, const struct reading_settings *);
/* The same for what came out of an archive: another archive in it is refused. */
struct reading *reading_open_inside(const struct reading_sink *, const struct reading_settings *);
enum err reading_feed(struct reading *, struct span bytes, bool last, struct why *) MUST_CHECK; /* the contract of struct reader's feed */
const struct violation *reading_violation(const struct reading *); /* rule RULE_NONE: none so far */
const char *reading_format(
	const struct reading *); /* the reader's name, of a packed file that of its content; "" while, or if, it is unknown */
void reading_close(struct reading *); /* NULL is allowed */

#endif
