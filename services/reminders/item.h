/*
 * item: one part of an invoice, as invoicing and the ledger have told: what is owed until when, and what was said about it.
 *
 * 1. Its two sources may speak in any order, and each more than once: issuing is set once, the ledger's word follows its revision.
 * 2. An item is owed when both have spoken and something is open.
 */
#ifndef REMINDERS_ITEM_H
#define REMINDERS_ITEM_H

#include "money.h"
#include "policy.h"
#include "uuid.h"

struct item {
	struct span merchant, customer;
	struct uuid invoice;
	int32_t part;
	bool is_issued;
	struct span number, rf_reference, document_path;
	struct currency currency;
	int64_t amount, open; /* minor units */
	struct date due;
	int64_t ledger_revision; /* 0: the ledger has not spoken */
	bool is_told;            /* in this batch: its row is written */
	/* What was said of it; in the tables it follows from the notices that count. */
	uint32_t said;
	bool has_level;
	struct date level_day;
};

bool item_is_owed(const struct item *);

/* Something is held back: the dispute or promise of a customer. */
enum hold_state { HOLD_ACTIVE, HOLD_RELEASED, HOLD_EXPIRED };
enum hold_act { HOLD_RELEASE, HOLD_EXPIRE, HOLD_ACTS };

struct hold {
	struct span merchant, customer;
	struct uuid id, invoice; /* invoice zero: everything of the customer */
	int64_t revision;
	struct span kind; /* "dispute" or "promise" */
	enum hold_state state;
	bool has_until;
	struct date until;
	struct instant expires_at; /* when that day is over for the merchant */
	bool has_amount;
	struct money amount;
	struct span actor, reason;
	struct instant placed_at, ended_at;
};

bool hold_stops(const struct hold *, const struct item *);
/* The only door between a hold's states. ERR_CONFLICT where it does not hold any more. */
enum err hold_change(struct hold *, enum hold_act, struct instant now, struct why *) MUST_CHECK;
const char *hold_state_name(enum hold_state);
void hold_print_rules(struct text *);

#endif
