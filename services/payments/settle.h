/*
 * settle: joins what a provider says to what we know. Facts come twice and in any order; what they leave behind is the same.
 */
#ifndef PAYMENTS_SETTLE_H
#define PAYMENTS_SETTLE_H

#include "book.h"
#include "notice.h"
#include "unit.h"

/* Merges a notice into the attempt that it is about, and joins the webhooks that waited for what it names. False when it does not fit what was asked
 * for: the attempt is in review then, unless its money is there already, and nothing else of the notice counts. */
bool settle(struct book *, struct attempt *, const struct notice *, struct instant now, struct say *);

/* Its notice was settled: applied, or repeated where its object told the same before, under another event. */
void settle_mark(struct book *, struct webhook *);

/* The attempt that a notice is about, as far as the book knows: by our own reference, else by the provider's. NULL: not known. */
const struct attempt *settle_find(const struct book *, struct span merchant, struct span account, const struct notice *);

/* What settle_find will look for. */
void settle_need(struct need *, struct span merchant, struct span account, const struct notice *);

#endif
