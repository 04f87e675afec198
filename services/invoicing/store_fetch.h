/*
 * store_fetch: reads aggregates into the book (the unit of work) or an arena (what is shown).
 */
#ifndef INVOICING_STORE_FETCH_H
#define INVOICING_STORE_FETCH_H

#include "book.h"

enum err store_fetch(struct db *, struct arena *, struct book *, const struct need *, struct why *) MUST_CHECK;

/* Lines, breakdown and what was credited of them, of those that are issued. One round trip. */
enum err fetch_parts(struct db *, struct arena *, struct invoice *, size_t, struct why *) MUST_CHECK;

#endif
