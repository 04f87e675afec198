/*
 * import_detail: what a bank says of a line beyond what every line has: instructed amount, rate, charges, its own code, more of the other side.
 */
#ifndef RECONCILIATION_IMPORT_DETAIL_H
#define RECONCILIATION_IMPORT_DETAIL_H

#include "db.h"
#include "readers/reading.h"
#include "uuid.h"

/* Rows that wait for the next flush. */
struct details {
	struct args *rows;
	struct array *row[13];
	size_t count;
};

void details_begin(struct details *, struct arena *);
/* A line that says nothing of it has no row. */
void details_add(struct details *, struct arena *, struct span merchant, struct uuid line, const struct reading_line *);
void details_queue(struct details *, struct db *);

/* "EUR 1.20 included COMM", one a line. */
struct span detail_charges(struct arena *, const struct reading_line *);

#endif
