/*
 * account: a merchant's account at the provider: its secret key, its bank accounts for payouts, where its webhooks go.
 */
#ifndef SANDBOX_ACCOUNT_H
#define SANDBOX_ACCOUNT_H

#include "door.h"
#include "money.h"

struct endpoint {
	const char *id;
	const char *url, *secret;
	struct list waiting; /* deliveries that were put off (webhook.c) */
};

struct destination {
	struct currency currency;
	const char *iban;
};

struct account {
	const char *id;
	const char *key; /* sk_test_… */
	struct list endpoints, destinations;
	struct task *payout_run; /* planned; NULL: nothing to pay out */
};

struct provider *provider_open(struct world *);

/* The account of a key; one that nobody defined yet is made when the key begins with sk_test_. NULL: no such key. */
struct account *account_of_key(struct world *, struct span key);

/* Where payouts in a currency go; NULL: nowhere. */
const char *account_iban(const struct account *, struct currency);

extern const struct door account_doors[];

#endif
