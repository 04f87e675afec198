/*
 * rows: payments' rows in memory, for core.c and fetch.c (what becomes of them), provider.c (who is called and calls) and people.c (what is asked for).
 */
#ifndef DUNLIN_SIM_PAYMENTS_ROWS_H
#define DUNLIN_SIM_PAYMENTS_ROWS_H

#include "../core.h"
#include "../mem.h"
#include "../world.h"
#include "book.h"
#include "handlers.h"
#include "wire.h"

struct memory {
	struct arena *arena;
	struct world *world;
	struct mem_table attempts, items, accounts, merchants, webhooks, payouts, lines, intents, alarms;
	struct mem_table attempts_of_session, attempts_of_payment, attempts_of_charge, refunds_of_provider, items_of_invoice,
		intents_of_attempt, webhooks_of_reference, webhooks_of_attempt, webhooks_of_object, payouts_of_id, lines_of_payout;
	/* The provider's own. */
	struct mem_table sessions;   /* by attempt: struct session */
	struct mem_table of_account; /* sessions by merchant */
	struct mem_table payouts_made, events, late;
	bool sure; /* what is told now is of a session that only events tell of */
};

extern const struct print_table payments_tables[];
void sim_find(struct memory *, struct book *, struct need *);
void sim_fetch(struct memory *, struct book *, const struct need *);

size_t sim_due(struct memory *, struct arena *, struct instant now, const struct sim_inbox *, struct message ***);
struct instant sim_next(struct memory *, struct instant now);
size_t sim_claim(struct memory *, struct arena *, struct instant now, const struct sim_inbox *, struct sim_call ***);
void sim_answer(
	struct memory *, struct arena *, const struct sim_call *, enum sim_reach, struct rng *, struct instant now, struct message *);

/* ---- the provider ---- */

void provider_open(struct memory *);
/* What it answers to a call; does what is asked. */
struct span provider_answer(struct memory *, const struct intent *, int *status);
/* Something happens there: a payer pays or is declined, a session ends, money is paid out. False: nothing could. */
bool provider_move(struct memory *, struct rng *, struct instant now);
/* One of its events, as a webhook. False: none waits. */
bool provider_tell(struct memory *, struct rng *, struct arena *, bool all, struct message *);
/* What is true there at the end is what the rows say. */
void provider_check(struct memory *);

bool payments_operate(struct memory *, struct rng *, struct arena *, struct instant now, struct message *);

#endif
