/*
 * import_preview: what an import would do, said without doing it: the file is staged, decided and looked at in a transaction that is rolled back, on a book in
 * memory that is never saved. Nothing is locked, nothing is told.
 */
#ifndef RECONCILIATION_IMPORT_PREVIEW_H
#define RECONCILIATION_IMPORT_PREVIEW_H

#include "import.h"
#include "line.h"

enum { PREVIEW_LINES = 20000 };

struct previewed_line {
	const struct line *line; /* as it would be */
	const struct statement *statement;
	struct span label;       /* of what it would be matched with, first of several */
	const char *rule;        /* of the matcher, "" where it had no candidates */
};

struct previewed_statement {
	const struct statement *statement; /* as it would be */
	int64_t lines, news, twins, matched, ambiguous, unmatched; /* twins: new ones that are alike to one that is there, or in the file */
};

struct preview {
	struct imported imported;
	const struct previewed_statement *statements;
	size_t statement_count;
	const struct previewed_line *lines; /* new ones, in the order of the file */
	size_t line_count;
};

/* ERR_REFUSED where there are more lines than PREVIEW_LINES. What it points to lives in the arena. */
enum err import_preview(
	struct db *, struct arena *, const struct import_origin *, struct import_source *, struct preview *, struct why *) MUST_CHECK;

#endif
