/*
 * attempt: one try of a customer to pay something at a provider, from the link that we hand out to the money that the provider has.
 *
 * 1. The state says what we know, in the order of how much it binds: a fact that binds less than what is known changes nothing. So facts may come
 *    twice and in any order, and the state after all of them is the same (attempt_machine, attempt_is_fact).
 * 2. Only a success whose amount, currency, mode and reference are what was asked for makes SUCCEEDED; anything else that claims to be one
 *    makes REVIEW.
 * 3. SUCCEEDED is for ever; a success that comes after FAILED or EXPIRED wins, for the money is there.
 * 4. captured is 0 or the amount; what refunds gave back never exceeds it.
 */
#ifndef PAYMENTS_ATTEMPT_H
#define PAYMENTS_ATTEMPT_H

#include "date.h"
#include "money.h"
#include "span.h"
#include "uuid.h"

/* In the order of how much they bind. The order is the machine's: see the rules in attempt.c. */
enum attempt_state {
	ATTEMPT_CREATED,    /* our link exists; nothing at the provider */
	ATTEMPT_OPENING,    /* the payer wants to pay; the provider is to be asked for a session, or has been */
	ATTEMPT_UNKNOWN,    /* that call got no answer: there may be a session, and money on its way */
	ATTEMPT_OPEN,       /* the provider has a session and we know its URL */
	ATTEMPT_DECLINED,   /* a try of the payer was declined; the session lives and another may succeed */
	ATTEMPT_CLOSING,    /* we want the session gone; the provider has not said so yet */
	ATTEMPT_EXPIRED,    /* nothing can be paid with it any more */
	ATTEMPT_PROCESSING, /* the payer is through; the money is not there yet (bank debit) */
	ATTEMPT_FAILED,     /* declined for good, or refused by the provider */
	ATTEMPT_REVIEW,     /* the provider says something that does not fit what was asked: a person decides */
	ATTEMPT_SUCCEEDED,  /* the provider has the money */
	ATTEMPT_STATES
};

enum attempt_act {
	/* what we do */
	ATTEMPT_ACT_OPEN,    /* the payer asks for the provider's page */
	ATTEMPT_ACT_LOSE,    /* a call to make the session got no answer */
	ATTEMPT_ACT_CLOSE,   /* something newer takes its place: the provider is to end the session */
	ATTEMPT_ACT_ABANDON, /* ended without the provider: it never heard of it */
	ATTEMPT_ACT_DISMISS, /* a person ends the review: it is no payment */
	/* what the provider says */
	ATTEMPT_ACT_SHOW,    /* there is a session that can be paid */
	ATTEMPT_ACT_DECLINE,
	ATTEMPT_ACT_EXPIRE,
	ATTEMPT_ACT_PROCESS,
	ATTEMPT_ACT_FAIL,
	ATTEMPT_ACT_QUESTION, /* it does not fit what was asked */
	ATTEMPT_ACT_SUCCEED,
	ATTEMPT_ACTS
};

/* What part of which invoice it pays. */
struct attempt_item {
	struct uuid invoice;
	int32_t part;
	struct span number; /* the invoice's, as printed */
	struct money amount;
};

struct refund;

struct attempt {
	struct span merchant, customer;
	struct span account; /* the merchant's account at the provider, by our name */
	struct uuid id;
	enum attempt_state state;
	int64_t revision;
	bool live; /* the account's mode when it was made */
	bool ledgered; /* the ledger has this payment: the open amounts count it */
	bool fee_known;
	struct money amount, captured, refunded, fee;
	const struct attempt_item *items;
	size_t item_count;
	const struct refund *refunds; /* in order of their ids */
	size_t refund_count;
	struct instant made_at, expires_at; /* business time: the link's */
	struct instant opened_at;           /* first call for a session; 0: none yet */
	struct instant session_expires_at;  /* what the provider was asked for */
	struct instant paid_at;             /* when the provider says that the payer paid: the earliest it has said */
	struct instant declined_at;         /* of decline_code */
	struct span session, url, payment, charge, method, fee_source; /* the provider's references and words */
	struct span decline_code;
	struct span question; /* what did not fit, for people; stays after a success */
	struct uuid replaced_by;
};

const char *attempt_state_name(enum attempt_state); /* "created" …: stored and shown */
enum err attempt_state_parse(struct span, enum attempt_state *) MUST_CHECK;
const char *attempt_act_name(enum attempt_act);

/* Where the act leads. ERR_REFUSED with code attempt_<state> where it is not allowed. */
enum err attempt_machine(enum attempt_state from, enum attempt_act, enum attempt_state *to, struct why *) MUST_CHECK;

/* Acts that the provider's words make: allowed in every state, and commuting with each other. */
bool attempt_is_fact(enum attempt_act);

/* The only way that `state` changes. */
enum err attempt_act(struct attempt *, enum attempt_act, struct why *) MUST_CHECK;

/* Holds its items against other attempts: at most one such per (invoice, part). */
bool attempt_is_live(enum attempt_state);

/* Every pair of state and act, for the golden file. */
void attempt_print_rules(struct text *);

/* Remembers a decline: the latest by the provider's time counts, whatever order they come in. True when it is news. */
bool attempt_note_decline(struct attempt *, struct instant at, struct span code);

/* What another try may bring, by the provider's code. */
enum decline_class { DECLINE_UNKNOWN, DECLINE_RETRY, DECLINE_AFTER_UPDATE, DECLINE_NEVER };
enum decline_class attempt_decline_class(struct span code);

/* The pay link's token: the attempt's id and 128 bits of HMAC-SHA-256 over it, base64url. Nothing about it is stored. */
struct span attempt_token(struct arena *, struct span link_key, struct uuid attempt);
/* ERR_NOT_FOUND for anything that this key did not make; compares in constant time. */
enum err attempt_token_read(struct arena *, struct span link_key, struct span token, struct uuid *, struct why *) MUST_CHECK;

#endif
