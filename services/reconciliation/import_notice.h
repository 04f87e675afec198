/*
 * import_notice: what a file says of bookings without booking them, into its own table: never a line, never posted.
 *
 * The same money told twice is one notice. Each is joined to the line that it is about, whichever of the two comes first.
 */
#ifndef RECONCILIATION_IMPORT_NOTICE_H
#define RECONCILIATION_IMPORT_NOTICE_H

#include "db.h"
#include "digest.h"
#include "readers/reading.h"
#include "uuid.h"

/* Whose notices they are, and which report or statement tells them. */
struct notice_of {
	struct span merchant, identifier;
	struct uuid account, report; /* account: zero while it is not known */
};

/* Rows that wait for the next flush. */
struct notices {
	struct args *rows, *people;
	struct array *row[25], *person[5];
	size_t count;
};

void notices_begin(struct notices *, struct arena *);
void notices_add(struct notices *, struct arena *, const struct notice_of *, const struct reading_line *);
void notices_queue(struct notices *, struct db *);

/* A report, or a statement with lines that inform, has ended and its rows are flushed: settles them. broken: the first rule that it breaks. */
enum err notices_settle(struct db *, struct arena *, const struct notice_of *, struct span sha256, const struct reading_statement *,
	const struct violation *broken, struct why *) MUST_CHECK;
/* The file can't be read to its end: what it told is gone. */
void notices_drop(struct db *, struct arena *, const struct notice_of *, struct span sha256);
/* The lines of a statement are flushed: joins what was told before. */
enum err notices_join(struct db *, struct arena *, const struct notice_of *, struct why *) MUST_CHECK;

#endif
