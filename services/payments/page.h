/*
 * page: what a payer sees behind a pay link. It needs no script, loads nothing and has no field for a card.
 */
#ifndef PAYMENTS_PAGE_H
#define PAYMENTS_PAGE_H

#include "attempt.h"
#include "book.h"

struct template_set;

/* Compiles the pages. */
enum err page_compile(struct arena *, const struct template_set **, struct why *) MUST_CHECK;

/* How the payer came back from the provider, by the query "back". */
enum page_back { PAGE_FRESH, PAGE_PAID, PAGE_CANCELLED };
enum page_back page_back_of(struct span query);

/* True when the payer is to be sent on to the provider instead of being shown a page. */
bool page_sends_on(const struct attempt *, enum page_back);

struct pay_page {
	const struct attempt *attempt;
	struct merchant merchant;
	int64_t owed; /* how many of its parts are still owed */
	struct instant now; /* business time */
	enum page_back back;
};
enum err page_pay(const struct template_set *, struct arena *, const struct pay_page *, struct span *html, struct why *) MUST_CHECK;

/* For a link that leads nowhere. */
enum err page_no_link(const struct template_set *, struct arena *, struct span *html, struct why *) MUST_CHECK;

#endif
