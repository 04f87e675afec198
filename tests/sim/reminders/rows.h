/*
 * rows: reminders' rows in memory, for core.c (what becomes of them) and send.c (who carries mail, and what people ask for).
 */
#ifndef DUNLIN_SIM_REMINDERS_ROWS_H
#define DUNLIN_SIM_REMINDERS_ROWS_H

#include "../core.h"
#include "../world.h"
#include "handlers.h"
#include "wire.h"

struct memory {
	struct arena *arena;
	struct world *world;
	struct mem_table merchants, customers, accounts, items, holds, notices, receipts, statements, tallies;
	struct mem_table items_of_customer, items_of_invoice, holds_of_customer, notices_of_customer, notices_of_item, accounts_of_merchant,
		statements_of_account;
	struct mem_table said;    /* how many notices that count speak of (invoice, part, step) */
	struct mem_table mailbox; /* how often each notice arrived */
};

extern const struct print_table reminders_tables[];

/* What counts of what was said of the item, by its key. */
void sim_item_now(struct memory *, struct span key);
/* A notice's row was made, or changed from what it was: what was said of its items. */
void sim_said(struct memory *, const struct notice *was, struct mem_row *);

bool sim_is_overtaken(struct memory *, const struct notice *);
const struct customer *sim_customer_of(struct memory *, const struct notice *);

size_t sim_claim(struct memory *, struct arena *, struct instant now, const struct sim_inbox *, struct sim_call ***);
void sim_answer(
	struct memory *, struct arena *, const struct sim_call *, enum sim_reach, struct rng *, struct instant now, struct message *);
bool sim_operate(struct memory *, struct rng *, struct arena *, struct instant now, struct message *);

#endif
