/*
 * store_fetch: reads aggregates into the book.
 */
#ifndef REMINDERS_STORE_FETCH_H
#define REMINDERS_STORE_FETCH_H

#include "book.h"

enum err store_fetch(struct db *, struct arena *, struct book *, const struct need *, struct why *) MUST_CHECK;

#endif
