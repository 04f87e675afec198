/*
 * plan: from facts and policy to a notice, in the book of a batch. Pure.
 */
#ifndef REMINDERS_PLAN_H
#define REMINDERS_PLAN_H

#include "book.h"

/* What the policy says of one item of the customer now. */
struct verdict plan_verdict(const struct book *, const struct customer *, const struct item *, struct instant now);

/* After facts of the customer have changed: when the policy is to be asked again. */
void plan_hint(struct book *, struct span merchant, struct span ref, struct instant now);

/* After facts of the customer have changed: its planned notices are brought in line with them in the same transaction, so that none is left that can't be
 * sent as it stands. Without an address it fails; a reminder that facts have overtaken is taken back, and what it would have said may be said
 * again; one whose hours are over moves on to the next; one that waits for bank statements goes when they are there. Ends with plan_hint. */
enum err plan_follow(struct book *, struct span merchant, struct span ref, struct instant now, struct say *, struct why *) MUST_CHECK;

/* Asks the policy: what speaks now goes into one notice, which is planned. */
enum err plan_look(struct book *, struct span merchant, struct span ref, struct instant now, struct say *, struct why *) MUST_CHECK;

/* A planned notice whose hours are over. */
enum err plan_revise(struct book *, const struct notice *, struct instant now, struct say *, struct why *) MUST_CHECK;

/* What came of handing over a notice that is being sent. */
enum err plan_answer(struct book *, const struct notice *, struct handover, struct instant now, struct say *, struct why *) MUST_CHECK;

/* A receipt for money that was paid, once a payment; nothing when there is one already. */
enum err plan_receipt(struct book *, const struct notice *, struct instant now, struct say *, struct why *) MUST_CHECK;

#endif
