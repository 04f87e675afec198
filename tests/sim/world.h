/*
 * world: what is true outside of all services: who owes what, what banks and providers have done. Cores never see it; the people, banks and providers of the
 * simulation do, and at the end it is compared with the books.
 */
#ifndef DUNLIN_SIM_WORLD_H
#define DUNLIN_SIM_WORLD_H

#include "date.h"
#include "mem.h"
#include "money.h"
#include "uuid.h"

enum { WORLD_MERCHANTS = 2, WORLD_CUSTOMERS = 5 };

struct world_merchant {
	const char *name, *currency, *zone, *iban, *prefix;
};
extern const struct world_merchant world_merchants[WORLD_MERCHANTS];

/* An issued document of invoicing, as it was sent to the customer. */
struct world_debt {
	struct span merchant, customer, number, rf;
	struct uuid invoice;
	struct money gross;
	int64_t credited;
};

/* Money on its way to the merchant's bank account. */
struct world_transfer {
	struct span merchant;
	int64_t minor; /* below 0: the bank takes it back */
	int64_t charges; /* that banks kept of it, and tell */
	struct money original; /* what the payer instructed in another currency; 0: it is not told */
	struct span text, reference, iban, end_to_end, return_reason, mandate;
};

struct world {
	struct arena *arena;
	struct rng rng; /* for what is not a step's choice */
	struct instant now;
	struct mem_table debts;     /* by invoice id */
	struct mem_table transfers; /* not on a statement yet, by their number */
	struct mem_table ledger;    /* what banks and providers have in truth: by name, sums */
	int64_t counter;
};

void world_open(struct world *, struct arena *, uint64_t seed);
/* The account that the customer pays from; valid check digits. */
struct span world_iban(struct arena *, struct span merchant, struct span customer);
struct currency world_currency(struct span merchant);
const struct world_merchant *world_merchant(struct span name);
/* A reference that never comes again: "c-000123". */
const char *world_ref(struct world *, const char *prefix);
void world_transfer(struct world *, const struct world_transfer *);
/* A command by HTTP: JSON by a format. */
struct message;
void world_ask(struct message *, struct arena *, struct span merchant, const char *type, const char *target, const char *json, ...)
	PRINTF(6, 7);
struct span world_pick_merchant(struct rng *);
struct span world_pick_customer(struct rng *);
/* Minor units of an everyday price in the merchant's currency, and the same as JSON's digits. */
int64_t world_price(struct rng *, struct span merchant);
const char *world_digits(struct arena *, struct span merchant, int64_t minor);

/* Sums of what is true: "captured:nord". */
void world_add(struct world *, const char *what, struct span merchant, int64_t minor);
int64_t world_sum(const struct world *, const char *what, struct span merchant);

/* A broken promise: ends the history. `code` tells kinds of failure apart. */
__attribute__((noreturn)) void sim_fail(const char *code, const char *fmt, ...) PRINTF(2, 3);
#define SIM_HOLDS(condition, code, ...)                 \
	do {                                            \
		if (!(condition))                       \
			sim_fail(code, "" __VA_ARGS__); \
	} while (0)

/* --- coverage: what was reached --- */

/* Counts; any name. */
void cover(const char *name);
void cover_pair(const char *what, const char *from, const char *to); /* "what: from > to" */
/* Must be reached by the run; or why it can't be. */
void cover_expect(const char *name, const char *why_not);
void cover_expect_pair(const char *what, const char *from, const char *to, const char *why_not);

#endif
