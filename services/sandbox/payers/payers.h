/*
 * payers: the merchants' customers: what each does about an invoice, and when. They know what they were told: invoices from
 * dunlin.invoices.v1, reminders from their mailbox.
 */
#ifndef SANDBOX_PAYERS_H
#define SANDBOX_PAYERS_H

#include "door.h"
#include "mailbox/mail.h"

struct payers *payers_open(struct arena *);

/* A record of dunlin.invoices.v1. */
void payers_hear(struct world *, struct span type, struct span payload);

/* A mail that came for the first time. */
void payers_read(struct world *, const struct mail *);

extern const struct door payer_doors[];

#endif
