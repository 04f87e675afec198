/*
 * import: statement files into staging, as a stream. Nothing is decided and nothing posted here: a staged statement is due work.
 *
 * One file is one transaction, known by its bytes: a second time changes nothing, unless the first was refused or something of it is quarantined: then it is
 * read anew in place of that. Memory does not grow with the file.
 */
#ifndef RECONCILIATION_IMPORT_H
#define RECONCILIATION_IMPORT_H

#include "db.h"
#include "digest.h"
#include "statement.h"

/* The bytes, twice: once for their digest, once for what they say. size 0 ends; again begins anew. */
struct import_source {
	enum err (*read)(struct import_source *, struct span *bytes, struct why *);
	void (*again)(struct import_source *);
	void *ctx;
	size_t at;
	const struct digest *expected; /* of the bytes, or NULL: others are ERR_REFUSED, `digest_differs` */
	struct reading_settings reading; /* what a person said of the file; the merchant's own profiles are added to it */
};

struct imported {
	struct digest sha256;
	int64_t size;
	bool is_new;              /* it was read now; false: it was imported before */
	struct violation refused; /* rule RULE_NONE: it could be read */
	struct statement *statements;
	size_t count;
	int64_t informed;         /* lines of it that inform, and are no bookings */
	struct violation contradicted; /* why a report of it is quarantined, the first of them; rule RULE_NONE: none is */
	enum rule *rules;         /* of each statement: what the gate says of it, RULE_NONE where it is good by itself */
	struct span *reasons;
};

/* Where a file comes from. */
struct import_origin {
	struct span merchant, client, name;
	struct span who; /* the client's user; empty where it says none */
};

/* ERR_RETRY: the database was away; nothing is staged. A file that can't be read is no error: `refused` says why. */
enum err import_run(
	struct db *, struct arena *, const struct import_origin *, struct import_source *, struct imported *, struct why *) MUST_CHECK;

/* The same without its end: what is staged is seen in this transaction alone, until the caller ends it. */
enum err import_stage(
	struct db *, struct arena *, const struct import_origin *, struct import_source *, struct imported *, struct why *) MUST_CHECK;

/* A source of a file that is open; the descriptor stays the caller's. */
enum err import_descriptor(struct arena *, int fd, struct import_source *, struct why *) MUST_CHECK;

/* A source of bytes in memory. */
struct import_source import_bytes(const struct span *);

#endif
