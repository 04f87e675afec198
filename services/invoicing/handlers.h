/*
 * handlers: what each message needs and does. All of it is pure.
 */
#ifndef INVOICING_HANDLERS_H
#define INVOICING_HANDLERS_H

#include "book.h"

/* By message type; a NULL type ends it. */
extern const struct handler invoicing_handlers[];

/* The customer's billing date has come: made by the tick for its own unit of work, never by others. */
struct bill_customer {
	struct span merchant, customer_ref;
	struct currency currency;
	struct date date;
	int charges; /* that wait on the draft, as the tick saw it */
};
extern const char bill_customer_type[];

/* As a message: identity (customer, date, currency), so that it comes once. */
struct message *bill_customer_message(struct arena *, const struct bill_customer *, struct instant now);

/* CommandRefused, for commands of others. */
void invoicing_refused(const struct message *, const struct why *, struct instant now, struct say *);

/* States, acts, terms, taxes, locks: for people and the golden file. */
void invoicing_rules(struct text *);

#endif
