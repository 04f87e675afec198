/*
 * payout: what a provider sends to the merchant's bank account, and the lines that it is made of.
 *
 * 1. Lines are numbered from 1 in the order in which the provider lists them; each of its references is there once.
 * 2. A payout is told when its last line is here: lines in parcels of at most 500, then the payout with count and sums.
 */
#ifndef PAYMENTS_PAYOUT_H
#define PAYMENTS_PAYOUT_H

#include "date.h"
#include "money.h"
#include "uuid.h"

#define PAYOUT_PARCEL 500

enum payout_state {
	PAYOUT_NOTED,    /* only that it failed is known */
	PAYOUT_PAID,     /* the provider says so; its lines are being fetched */
	PAYOUT_COMPLETE, /* all lines are here and it was told */
	PAYOUT_STATES
};

enum payout_line_kind { PAYOUT_LINE_CHARGE = 1, PAYOUT_LINE_REFUND, PAYOUT_LINE_FEE, PAYOUT_LINE_ADJUSTMENT };

struct payout_line {
	struct span merchant;
	struct uuid payout;
	int32_t number;
	enum payout_line_kind kind;
	struct span provider_line;    /* txn_… */
	struct span provider_payment; /* pi_…; empty where there is none */
	struct uuid attempt, refund;  /* ours; zero where there is none or it is not known */
	struct span customer;         /* the attempt's */
	int64_t gross, fee;           /* net = gross - fee */
};

struct payout {
	struct span merchant, account;
	struct uuid id;
	struct span provider_payout; /* po_… */
	enum payout_state state;
	bool failed; /* the bank sent it back */
	int64_t revision;
	struct money amount; /* as the provider says it arrives */
	int64_t gross, fees; /* of the lines that are here */
	int32_t line_count;
	struct date arrival;
	struct span statement_text;
	struct instant made_at;
};

const char *payout_state_name(enum payout_state);
enum err payout_state_parse(struct span, enum payout_state *) MUST_CHECK;
const char *payout_line_kind_name(enum payout_line_kind);

/* What a balance transaction of this type is. ADJUSTMENT for what we don't know, and for a fee that was given back. */
enum payout_line_kind payout_line_kind_of(struct span type, int64_t net);
/* The payout's own transaction, which is no line of it. */
bool payout_is_itself(struct span type);
void payout_print_rules(struct text *);

#endif
