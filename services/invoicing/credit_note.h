/*
 * credit_note: a document that takes back part or all of an issued invoice.
 *
 * 1. Of no line, and of no tax category, is ever more taken back than was charged. 2. After any number of credit notes the tax taken
 * back of a category is the tax of the net taken back of it, rounded once; so the last one ends on the invoice's own tax, to the
 * cent, and none is more than one minor unit away from its own rate.
 */
#ifndef INVOICING_CREDIT_NOTE_H
#define INVOICING_CREDIT_NOTE_H

#include "invoice.h"

struct credit_ask {
	int64_t line_no;
	struct money net;
};

struct credit_invoice {
	struct span merchant, customer_ref; /* customer_ref empty: whosever the invoice is (HTTP) */
	struct span external_ref;
	struct instant business_time;
	bool by_id;
	struct uuid invoice_id;
	struct span invoice_number;
	bool whole;
	const struct credit_ask *lines;
	size_t line_count;
	struct span reason;
};

struct credit_note {
	struct span merchant, customer_ref;
	struct uuid id, invoice_id;
	struct span invoice_number;
	struct number number;
	struct currency currency;
	struct instant at;
	struct date issue_date;
	const struct line *lines; /* positive amounts, numbered as on the invoice */
	size_t line_count;
	struct totals totals;
	/* What had been taken back before, beside each line and each line of the breakdown. */
	const struct money *lines_before;
	const struct credited_tax *taxes_before;
	const int *tax_places; /* which of the invoice's breakdown each is */
	struct money credited_after; /* gross of all credit notes of the invoice */
	int64_t revision;            /* the invoice's, after it */
	struct span reason, external_ref, token;
	struct digest content;
};

enum err credit_invoice_check(const struct credit_invoice *, struct why *) MUST_CHECK;
struct digest credit_invoice_content(struct arena *, const struct credit_invoice *, struct uuid invoice_id);

/* A line of an invoice, whose net is now what is credited of it, as a credit note prints it: once its price. */
void credit_line_print(struct line *);

/* What is asked, as lines and sums of a document. Refused (credit_too_large, nothing_left) where less is left. */
enum err credit_note_make(
	struct arena *, const struct invoice *, const struct credit_invoice *, struct credit_note *, struct why *) MUST_CHECK;

/* The invoice after it: what was credited, and the revision. */
enum err credit_note_apply(struct arena *, struct credit_note *, struct invoice *, struct why *) MUST_CHECK;

#endif
