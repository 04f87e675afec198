/*
 * provider: what the provider of the simulation keeps: its sessions, what it paid out, its events.
 */
#ifndef DUNLIN_SIM_PAYMENTS_PROVIDER_H
#define DUNLIN_SIM_PAYMENTS_PROVIDER_H

#include "rows.h"

enum { OPEN, COMPLETE, EXPIRED };
enum { UNPAID, PAID, PROCESSING, FAILED };
enum { REFUNDS = 8, PAGE = 3 };

struct given_back {
	const char *id;
	struct uuid ours;
	int64_t amount;
	const char *status;
	bool paid_out;
};

struct session {
	struct span merchant;
	struct uuid attempt;
	const char *id, *payment, *charge, *transaction, *currency;
	int64_t amount, fee, created, expires;
	int status, paid;
	bool paid_out, live, sure;
	int left_out; /* of so many payouts */
	struct given_back refunds[REFUNDS];
	int refund_count;
	struct span first; /* the answer under its idempotency key */
};

struct made_payout {
	struct span merchant;
	const char *id;
	const char *lines[64];
	const char *line_ids[64];
	int count;
};

struct event {
	struct span merchant, id, body;
	int told;
	bool sure; /* is not lost: nobody would ever ask */
};

#endif
