/*
 * import_preview: what an import would do, said without doing it: the file is staged, decided and looked at in a transaction that is rolled back, on a book in
 * memory that is never saved. Nothing is locked, nothing is told.
 *
 * Of a file of any size: what the gate says and how many lines would be new are said of all of it; the first new lines, as many as the setting preview_lines says, are looked at, for what
 * each of them takes is kept from the next, and that is all that is kept of it. How many were not is said.
 */
#ifndef RECONCILIATION_IMPORT_PREVIEW_H
#define RECONCILIATION_IMPORT_PREVIEW_H

#include "import.h"
#include "line.h"

enum { PREVIEW_SHOWN = 1000 };

struct previewed_line {
	const struct line *line; /* as it would be */
	const struct statement *statement;
	struct span label;       /* of what it would be matched with, first of several */
	const char *rule;        /* of the matcher, "" where it had no candidates */
};

struct previewed_statement {
	const struct statement *statement; /* as it would be */
	int64_t lines, news, twins; /* twins: new ones that are alike to one that is there, or in the file */
	int64_t matched, ambiguous, unmatched, unseen; /* of the new ones; unseen: not looked at */
};

struct preview {
	struct imported imported;
	const struct previewed_statement *statements;
	size_t statement_count;
	const struct previewed_line *lines; /* the first PREVIEW_SHOWN that were looked at, in the order of the file */
	size_t line_count;
};

/* What it points to lives in the arena. */
enum err import_preview(
	struct db *, struct arena *, const struct import_origin *, struct import_source *, struct preview *, struct why *) MUST_CHECK;

#endif
