/*
 * match/replay: what a rule set makes of lines that were looked at before, with what is trusted on their accounts now: the evidence as it was kept with them. Pure.
 */
#ifndef RECONCILIATION_MATCH_REPLAY_H
#define RECONCILIATION_MATCH_REPLAY_H

#include "match/trust.h"

struct replay_line {
	struct uuid id;
	struct date booking;
	struct money amount;
	bool is_return;
	struct trust trust; /* as the account has it now */
	struct span held; /* the word of the rule that held at the last look */
	const struct candidate *candidates; /* as kept at that look, with what was chosen */
	size_t count;
};

enum replay_change { REPLAY_SAME, REPLAY_POSTS, REPLAY_WAITS, REPLAY_OTHER, REPLAY_RULE, REPLAY_CHANGES };
const char *replay_word(enum replay_change);

struct replayed {
	enum replay_change change;
	enum match_rule_id rule;
	const struct candidate *candidates; /* as chosen now */
};

struct replayed match_replay(struct arena *, const struct replay_line *, const struct rule_set *);

/* The line as one line of text: what held, what holds now, and what it pays then and now. */
void replay_print(struct text *, const struct replay_line *, const struct replayed *);

#endif
