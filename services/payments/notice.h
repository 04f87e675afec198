/*
 * notice: what a provider says, in our terms, by whichever road it came: a webhook, or the answer to a call. Adapters make it, settle.c joins it to
 * what we know. Amounts stay in the provider's units until they are compared with ours.
 */
#ifndef PAYMENTS_NOTICE_H
#define PAYMENTS_NOTICE_H

#include "attempt.h"
#include "refund.h"

enum notice_subject { NOTICE_NOTHING, NOTICE_ATTEMPT, NOTICE_PAYOUT };

/* The provider's minor units and its lower-case code. */
struct provider_amount {
	bool is_known;
	int64_t minor;
	struct span currency;
};

struct notice_refund {
	struct span provider_refund;
	struct uuid refund; /* ours, from the metadata; zero where it was made at the provider */
	struct provider_amount amount;
	enum refund_state state;
	struct instant made_at;
	struct span failure;
};

/* Spans live in the arena that it was read into. */
struct notice {
	struct span what; /* "checkout.session.completed" or the kind of the call: for people */
	enum notice_subject subject;
	bool has_act;
	bool live;
	enum attempt_act act;
	struct instant at; /* the provider's time of it */
	struct span object; /* the provider's id of what it is about */

	/* An attempt, by any of these references. */
	struct uuid attempt;   /* ours, as it came back; zero when it did not */
	struct span reference; /* client_reference_id as it came back; empty when it did not */
	struct span session, payment, charge;
	struct provider_amount amount; /* of what the act is about */
	struct span url;
	struct instant session_expires_at;
	struct span method, decline_code;
	struct span fee_source; /* where the fee can be asked for */
	struct provider_amount fee;
	struct provider_amount refunded; /* all refunds together */
	const struct notice_refund *refunds;
	size_t refund_count;

	/* A payout. */
	struct span payout, payout_status, statement_text;
	struct date arrival;
};

#endif
