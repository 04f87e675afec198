/*
 * intent: a call to a provider that we have committed to make. The row comes before the call; the role `send` claims what is due by a lease and its
 * answer comes back as a message. One row per (subject, kind), used again for the next call of that kind.
 *
 * 1. A call whose answer never came is not repeated blindly: either the provider guarantees that a repetition does nothing twice (Idempotency-Key =
 *    our id), or we ask it by our own reference.
 * 2. tries only grows: an answer names its try, so each is applied once.
 */
#ifndef PAYMENTS_INTENT_H
#define PAYMENTS_INTENT_H

#include "date.h"
#include "span.h"
#include "uuid.h"

enum intent_kind {
	INTENT_OPEN,    /* make the session; subject: attempt */
	INTENT_EXPIRE,  /* end the session; subject: attempt */
	INTENT_ASK,     /* how does the attempt stand? subject: attempt */
	INTENT_FEE,     /* what does the provider keep? subject: attempt */
	INTENT_REFUND,  /* give money back; subject: refund */
	INTENT_REFUNDS, /* which refunds are there? subject: attempt */
	INTENT_PAYOUT,  /* the next page of a payout's lines; subject: payout */
	INTENT_KINDS
};

struct intent {
	struct span merchant, account;
	struct uuid subject;
	enum intent_kind kind;
	int32_t tries; /* calls made */
	int32_t rung;  /* of the ladder, since it was last armed */
	bool is_due;   /* there is a call to make, at next_at */
	struct uuid attempt;   /* whose it is; zero for payouts */
	struct span customer;  /* the attempt's; empty for payouts */
	struct span cursor;    /* of pages: after which object; for payouts and lists */
	struct instant next_at; /* business time */
};

const char *intent_kind_name(enum intent_kind);
enum err intent_kind_parse(struct span, enum intent_kind *) MUST_CHECK;

/* Seconds until the next call after `rung` calls without a useful answer: 30 s … a day, then daily. */
int64_t intent_wait_s(int32_t rung);
/* From this rung on a person is told. */
#define INTENT_RUNG_ALARM 6

/* Due at `at`, from the first rung. */
void intent_arm(struct intent *, struct instant at);
/* No useful answer came: due again one rung up the ladder. */
void intent_climb(struct intent *, struct instant now);
/* Nothing more to call for. */
void intent_end(struct intent *);

/* The ladder, for the golden file. */
void intent_print_rules(struct text *);

#endif
