/*
 * match/select: which of several open amounts make one amount. Exact, and with a proof: there is no such selection, there is exactly one, or there are more.
 * Bounded by counted steps, so that the answer is the same on every machine.
 */
#ifndef RECONCILIATION_MATCH_SELECT_H
#define RECONCILIATION_MATCH_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SELECT_MOST = 32, SELECT_STEPS = 1 << 16 };

struct selection {
	int found;     /* 0 or 1; 2 for two or more */
	uint32_t only; /* the one, by places, where found is 1 */
	bool ended;    /* the steps came to an end before the proof did: found says nothing */
};

/* Of n amounts, at most SELECT_MOST of which are above 0; those that aren't are in no selection. amount > 0. */
struct selection match_select(const int64_t *open, size_t n, int64_t amount);

#endif
