/*
 * print: the provider's objects as JSON, the way docs.stripe.com/api shows them (version 2025-04-30.basil); ids or, where asked, whole objects.
 */
#ifndef SANDBOX_PRINT_H
#define SANDBOX_PRINT_H

#include "json_out.h"
#include "objects.h"

/* Paths to be printed as objects ("latest_charge.balance_transaction"), seen from the object that is printed. */
struct expand {
	struct span *paths;
	size_t n;
};

void print_session(struct json_out *, const char *name, const struct session *, const struct expand *);
void print_payment(struct json_out *, const char *name, const struct payment *, const struct expand *);
void print_charge(struct json_out *, const char *name, const struct charge *, const struct expand *);
void print_refund(struct json_out *, const char *name, const struct refund *, const struct expand *);
void print_txn(struct json_out *, const char *name, const struct txn *, const struct expand *);
void print_payout(struct json_out *, const char *name, const struct payout *, const struct expand *);

#endif
