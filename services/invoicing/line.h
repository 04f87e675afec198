/*
 * line: the lines of a document and what they sum to. Nothing here knows where they came from.
 *
 * 1. A line's net is quantity × unit price, rounded once. 2. Tax is taken per category and rate on the sum of rounded nets, rounded
 * once (EN 16931 BR-CO-17). 3. net + tax = gross, exactly.
 */
#ifndef INVOICING_LINE_H
#define INVOICING_LINE_H

#include "date.h"
#include "tax.h"

/* A day that may be missing. */
struct day {
	bool known;
	struct date date;
};

struct period {
	struct day from, to; /* to is inclusive */
};

struct line {
	int number; /* from 1; on a credit note: of the invoice's line that it credits */
	struct span description;
	struct decimal quantity;
	struct span unit;
	struct decimal unit_price; /* in major units */
	struct money net;
	struct tax tax;
	struct span reason; /* why no tax is charged; empty where some is */
	struct period period;
	struct span charge_ref; /* the publisher's key; empty on a credit note */
};

struct totals {
	const struct tax_total *taxes; /* in order of category and rate */
	size_t tax_count;
	struct money net, tax, gross;
};

enum { DOCUMENT_LINES = 1000 };

enum err totals_add_up(struct arena *, const struct line *, size_t, struct currency, struct totals *, struct why *) MUST_CHECK;

/* Sums the nets and taxes of a breakdown. */
enum err totals_sum(struct totals *, struct currency, struct why *) MUST_CHECK;

#endif
