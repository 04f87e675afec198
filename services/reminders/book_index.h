/*
 * book_index: which values of a shelf are which customer's. It follows the shelf as that grows; after a restore it begins anew.
 */
#ifndef REMINDERS_BOOK_INDEX_H
#define REMINDERS_BOOK_INDEX_H

#include "shelf.h"

struct index;

/* Where a value has its merchant and its customer: two spans, which do not change. */
struct index *index_open(const struct shelf *, struct arena *, size_t merchant_at, size_t customer_at);
void index_forget(struct index *);

/* The customer's values one after the other; *i starts at 0. NULL after the last. */
const void *index_next(struct index *, struct span key, size_t *i);

#endif
