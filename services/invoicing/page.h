/*
 * page: a document as an HTML page: for screens, phones, screen readers and paper. It needs no script and loads nothing.
 */
#ifndef INVOICING_PAGE_H
#define INVOICING_PAGE_H

#include "credit_note.h"
#include "item.h"

struct template_set;

/* Compiles the pages. */
enum err page_compile(struct arena *, const struct template_set **, struct why *) MUST_CHECK;

/* An issued invoice. items: what the ledger says of its parts, may be none; today: in the merchant's zone. */
enum err page_invoice(const struct template_set *, struct arena *, const struct invoice *, const struct item *items, size_t item_count,
	struct date today, struct span *html, struct why *) MUST_CHECK;

/* A credit note; its parties and language are the invoice's. */
enum err page_credit_note(const struct template_set *, struct arena *, const struct credit_note *, const struct invoice *,
	struct span *html, struct why *) MUST_CHECK;

#endif
