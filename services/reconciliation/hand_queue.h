/*
 * hand_queue: what people do with the work queue: whose an exception is, what is noted of it, until when it waits, and the word by which a suggestion is
 * followed. All of it is in the exception's history, with who and why; none of it is told.
 */
#ifndef RECONCILIATION_HAND_QUEUE_H
#define RECONCILIATION_HAND_QUEUE_H

#include "exception.h"
#include "hand.h"
#include "match/difference.h"

enum { OWNER_MOST = 100, BULK_MOST = 100 };

struct work_exception {
	struct by_whom by;
	struct uuid exception;
	struct span owner;  /* to assign; empty: nobody's any more */
	struct date until;  /* to park */
	struct span rule;   /* to accept: only what this rule came to; empty: whatever */
};

/* Above it a second person has to agree to a write-off. */
struct define_limit {
	struct by_whom by;
	struct money write_off;
};

/* What may lack of a payment, from here on; what is posted stays. */
struct define_policy {
	struct by_whom by;
	struct difference_policy policy; /* its merchant is the ledger's */
};

void hand_policy(struct ledger *, const struct define_policy *);
enum err hand_limit(struct ledger *, const struct define_limit *, struct why *) MUST_CHECK;

/* Gives up what is open of an item. Above the merchant's limit it only asks (*waits), as an exception: it is done when a second person asks for the same, or
 * accepts the exception; ERR_CONFLICT while another wish for the invoice waits. */
enum err hand_write_off(struct ledger *, const struct write_off *, bool *waits, struct why *) MUST_CHECK;

/* The second person's word to a wish that waits; ERR_REFUSED when it is the first's. */
enum err hand_agree(struct ledger *, const struct exception *, struct why *) MUST_CHECK;

/* What of a receipt's unapplied money is to go back to its payer, all in all; 0: nothing any more. */
struct request_refund {
	struct by_whom by;
	struct uuid receipt;
	struct money amount;
};

/* ERR_REFUSED when there is less of it. */
enum err hand_request_refund(struct ledger *, const struct request_refund *, struct why *) MUST_CHECK;

enum err hand_assign(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;
enum err hand_note(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;
/* ERR_REFUSED when the day is not to come. */
enum err hand_park(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;
/* Does what is suggested: ERR_REFUSED where that takes more than a word, or is no longer what that rule says. */
enum err hand_follow(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;

#endif
