/*
 * move: what follows from an attempt's change of state: its items are held or let go, calls are committed to or no longer needed, others are told.
 */
#ifndef PAYMENTS_MOVE_H
#define PAYMENTS_MOVE_H

#include "book.h"
#include "unit.h"

/* The act, and all that follows from it. Refused as the machine refuses; then nothing has changed. */
enum err move(struct book *, struct attempt *, enum attempt_act, struct instant now, struct say *, struct why *) MUST_CHECK;

/* For acts that are facts, which no state refuses. */
void move_by_fact(struct book *, struct attempt *, enum attempt_act, struct instant now, struct say *);

/* Ends an attempt that can still be ended: at once when the provider never heard of it, else by way of the provider. False where it can't be: the
 * payer is through, or a person decides. */
bool move_away(struct book *, struct attempt *, struct uuid replaced_by, struct instant now, struct say *);

/* Asks the provider for what a success still lacks: its fee. */
void move_ask_fee(struct book *, struct attempt *, struct instant now);

/* Seconds after which a session that ended without a word is asked about. */
#define MOVE_SILENCE_S 300

#endif
