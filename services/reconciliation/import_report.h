/*
 * import_report: what a provider's settlement file says of payouts, item by item, into its own tables: never a line, never posted here.
 *
 * Items are put together by payout, whichever file tells them; the same item told twice is one. The file is done in one transaction with the rest of it.
 */
#ifndef RECONCILIATION_IMPORT_REPORT_H
#define RECONCILIATION_IMPORT_REPORT_H

#include "import_notice.h"

/* Rows that wait for the next flush. */
struct report_items {
	struct args *rows;
	struct array *row[22];
	size_t count;
	bool any; /* of the whole file */
};

void report_items_begin(struct report_items *, struct arena *);
void report_items_add(struct report_items *, struct arena *, const struct notice_of *, const struct reading_line *);
void report_items_queue(struct report_items *, struct db *);

/* The file is read to its end and its rows are flushed: its items join what was told before of their payouts. */
enum err report_items_settle(struct db *, struct arena *, struct span merchant, struct span sha256, struct why *) MUST_CHECK;
/* The file can't be read to its end: what it told is gone. */
void report_items_drop(struct db *, struct arena *, const struct notice_of *, struct span sha256);

#endif
