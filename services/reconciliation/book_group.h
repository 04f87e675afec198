/*
 * book_group: the values of a shelf that belong to one owner, without a walk over the shelf: a batch holds hundreds of owners, and each asks. What a value
 * belongs to never changes. Pure.
 */
#ifndef RECONCILIATION_BOOK_GROUP_H
#define RECONCILIATION_BOOK_GROUP_H

#include "book.h"

enum book_group { GROUP_ALLOCATIONS_OF_RECEIPT, GROUP_RECEIPTS_OF_SOURCE, BOOK_GROUPS };

/* Walks the values of the group that belong to `owner`, of whichever merchant, in order of insertion: *i starts at 0; NULL at the end. */
const void *book_next_of(const struct book *, enum book_group, struct uuid owner, size_t *i);

/* What the book calls: when it is opened, and when what was added is undone. */
struct book_groups *book_groups_open(struct arena *);
void book_groups_forget(struct book_groups *);

#endif
