/*
 * hand_queue: what people do with the work queue: whose an exception is, what is noted of it, until when it waits, and the word by which a suggestion is
 * followed. All of it is in the exception's history, with who and why; none of it is told.
 */
#ifndef RECONCILIATION_HAND_QUEUE_H
#define RECONCILIATION_HAND_QUEUE_H

#include "hand.h"

enum { OWNER_MOST = 100, BULK_MOST = 100 };

struct work_exception {
	struct by_whom by;
	struct uuid exception;
	struct span owner;  /* to assign; empty: nobody's any more */
	struct date until;  /* to park */
	struct span rule;   /* to accept: only what this rule came to; empty: whatever */
};

enum err hand_assign(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;
enum err hand_note(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;
/* ERR_REFUSED when the day is not to come. */
enum err hand_park(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;
/* Does what is suggested: ERR_REFUSED where that takes more than a word, or is no longer what that rule says. */
enum err hand_follow(struct ledger *, const struct work_exception *, struct why *) MUST_CHECK;

#endif
