/*
 * staged: a statement file as the import leaves it in the tables, for the test that does the same to the real ones (twin.h, deed "file").
 */
#ifndef DUNLIN_SIM_RECONCILIATION_STAGED_H
#define DUNLIN_SIM_RECONCILIATION_STAGED_H

#include "digest.h"
#include "line.h"
#include "statement.h"

struct staged_statement {
	struct statement statement;
	const struct line *lines;
	const struct line_detail *details; /* of each line; without a merchant: nothing is told */
	size_t count;
};

struct staged_file {
	struct span merchant;
	struct uuid file;
	bool again; /* something of it was quarantined: what is not accepted of it is replaced */
	const struct staged_statement *statements;
	size_t count;
};

/* What stands for the digest of its bytes. */
static inline struct digest staged_sha256(struct uuid file)
{
	return digest_sha256(uuid_span(&file));
}

/* Who brought it: nobody who is known, somebody of the office, or one of two. */
static inline struct span staged_who(struct uuid file)
{
	return file.b[15] % 4 == 2 ? SPAN("ada") : file.b[15] % 4 == 3 ? SPAN("bob") : SPAN("");
}

static inline struct span staged_client(struct uuid file)
{
	return file.b[15] % 8 != 0 && file.b[15] % 4 < 2 ? SPAN("") : SPAN("office");
}

/* The same as the store reads it. */
static inline struct span staged_uploader(struct uuid file)
{
	struct span who = staged_who(file);

	return who.size == 0 ? staged_client(file) : span_is(who, "ada") ? SPAN("office/ada") : SPAN("office/bob");
}

#endif
