/*
 * letter: what a notice says, as subject, text and HTML in the customer's language, and as a mail. Pure: the same notice on the same facts gives
 * the same bytes.
 */
#ifndef REMINDERS_LETTER_H
#define REMINDERS_LETTER_H

#include "book.h"
#include "mail.h"

/* Where letters come from and point to. */
struct post {
	const char *mail_from;    /* for a merchant that has no address */
	const char *mail_domain;
	const char *invoices_url; /* without a slash at its end */
};

struct template_set;

/* Compiles the templates; once, at the start. */
enum err letter_compile(struct arena *, const struct template_set **, struct why *) MUST_CHECK;

/* The book must hold the notice's merchant, customer, and the items that it speaks of. ERR_BUG when a template fails. */
enum err letter_write(const struct template_set *, const struct book *, const struct notice *, const struct post *, struct arena *,
	struct mail *, struct why *) MUST_CHECK;

/* Where a mail that comes back goes: the address says which notice it was. */
const char *letter_sender(struct arena *, const struct notice *, const struct post *);

#endif
