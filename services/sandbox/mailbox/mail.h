/*
 * mail: a message as it came over SMTP, and what can be read in it: RFC 5322 headers, RFC 2045 parts, RFC 2047 words.
 */
#ifndef SANDBOX_MAIL_H
#define SANDBOX_MAIL_H

#include "form.h"

/* Everything but the first three is read from `raw`. */
struct mail {
	struct span sender;     /* of the envelope; empty for a bounce */
	struct form recipients; /* names alone */
	struct span raw;
	struct form headers;    /* names in lower case, values unfolded and decoded */
	struct span text, html; /* the first part of each type, decoded; or empty */
};

/* Never fails: what can't be read is left out. */
void mail_read(struct mail *, struct arena *);

struct span mail_header(const struct mail *, const char *name);

#endif
