/*
 * series: numbers of documents, gapless in a merchant, series and year: "R-2026-000042".
 *
 * 1. A series is what its prefix's letters and digits are: "R-" and "R" count together, because their references would be alike.
 * 2. They begin with a letter and end with one, so that a number, and the reference made of it, can be taken apart in one way only.
 * 3. A series counts invoices or credit notes, never both.
 * 4. A number is taken in the transaction that issues the document, under the lock of its series.
 */
#ifndef INVOICING_SERIES_H
#define INVOICING_SERIES_H

#include "rf.h"
#include "span.h"

enum document { DOCUMENT_INVOICE, DOCUMENT_CREDIT_NOTE, DOCUMENTS };
extern const char *const document_names[DOCUMENTS]; /* "invoice", "credit_note": also the ids of the lock keys */

enum { SERIES_NAME = 8, SERIES_LAST = 999999999 };

/* How far one series has come in one year. */
struct series {
	struct span merchant;
	enum document document;
	struct span name; /* the prefix's letters and digits */
	int year;
	int64_t last;
};

/* A place in a series. */
struct number {
	struct span series;
	int year;
	int64_t count;
	struct span text; /* as printed */
};

/* 1 to 16 of [A-Z0-9-], of which 1 to 8 letters and digits. */
enum err prefix_check(struct span prefix, const char *field, struct why *) MUST_CHECK;
struct span prefix_series(struct arena *, struct span prefix);

struct span number_print(struct arena *, struct span prefix, int year, int64_t count);

/* The creditor reference of a number (ISO 11649): its letters and digits behind check digits. */
struct span number_reference(struct arena *, struct span number);

#endif
