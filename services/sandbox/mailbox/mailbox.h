/*
 * mailbox: all mail that was sent to anybody, as JSON and as pages.
 */
#ifndef SANDBOX_MAILBOX_H
#define SANDBOX_MAILBOX_H

#include "door.h"
#include "mail.h"

/* A mail in the mailbox. */
struct letter {
	struct mail mail;
	size_t n;               /* its number, from 1 */
	struct instant received; /* business time */
	size_t first;           /* number of the first one with the same Message-ID: its own, unless it is a copy */
	size_t copies;          /* of the first: how many more came */
};

struct mailbox *mailbox_open(struct arena *);

/* Keeps a mail (sender, recipients and raw; copied) and tells the payers. */
struct letter *mailbox_keep(struct world *, const struct mail *);

/* Returns a mail to its sender: a delivery status notification (RFC 3464) comes into the mailbox. */
void mailbox_bounce(struct world *, const struct mail *);

size_t mailbox_count(const struct world *);

extern const struct door mailbox_doors[];

#endif
