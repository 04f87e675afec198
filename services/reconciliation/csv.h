/*
 * csv: rows as RFC 4180 has them. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
#ifndef RECONCILIATION_CSV_H
#define RECONCILIATION_CSV_H

#include "span.h"

/* One cell of text; `first` of its row. */
void csv_text(struct text *, bool first, struct span);
/* One cell that is ours and can't be a formula: a number, a date, an id. */
void csv_plain(struct text *, bool first, const char *);
void csv_end(struct text *);

#endif
