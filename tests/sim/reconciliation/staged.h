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

#endif
