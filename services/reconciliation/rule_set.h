/*
 * rule_set: which rules of matching post by themselves for a merchant: the table of match.h, less what a version of the merchant's own lets wait. Pure.
 *
 * 1. No set lets a rule post that waits by the table, nor changes the order of the rules or what evidence is.
 * 2. A version is never changed. It is a draft, then live, then retired, and may go live again; one at most is live, and where none is the table holds,
 *    which is version 0.
 * 3. A version goes live with the digest of a replay of it that was kept, or with the word that it was not replayed.
 */
#ifndef RECONCILIATION_RULE_SET_H
#define RECONCILIATION_RULE_SET_H

#include "date.h"
#include "digest.h"
#include "hand.h"
#include "match/match.h"

struct rule_set {
	bool waits[MATCH_RULES];
	int64_t selection_most; /* of more open invoices a selection of a payer waits */
};

extern const struct rule_set rule_set_default;

/* Words with commas or blanks between; ERR_INVALID names the word that is no rule. The rest is as the table has it. */
enum err rule_set_read(struct span words, struct rule_set *, struct why *) MUST_CHECK;
/* The rules that wait, with blanks between, in the order of the table. */
struct span rule_set_words(struct arena *, const struct rule_set *);
/* Cuts the next word off such a list; empty at its end. */
struct span rule_set_next_word(struct span *list);

/* What the matcher makes of a line (amount below 0: money went), and whether that is posted: the chosen candidates are marked all the same. */
struct match rule_set_match(const struct rule_set *, struct candidate *, size_t n, int64_t amount, bool is_return, bool *posts);

enum rule_set_state { RULE_SET_DRAFT, RULE_SET_LIVE, RULE_SET_RETIRED, RULE_SET_STATES };
const char *rule_set_state_word(enum rule_set_state);

/* A version as it is stored. */
struct stored_rule_set {
	struct span merchant;
	int32_t version; /* from 1 */
	enum rule_set_state state;
	struct span waits;
	int64_t selection_most;
	struct span made_by, reason;
	struct instant made_at;
	struct span activated_by, activated_reason;
	struct instant activated_at;
	struct digest replay; /* zero: it went live without, or did not yet */
};

/* A replay of a version that was kept. */
struct rule_replay {
	struct span merchant;
	int32_t version;
	struct digest digest;
};

struct book;
/* The set that holds for the merchant, and its version. */
int32_t rule_set_live(const struct book *, struct span merchant, struct rule_set *);

struct define_rule_set {
	struct by_whom by;
	struct rule_set set;
};

struct activate_rule_set {
	struct by_whom by;
	int32_t version;
	bool has_replay, not_replayed;
	struct digest replay;
};

/* A draft; *version is its own. */
enum err rule_set_define(struct ledger *, const struct define_rule_set *, int32_t *version, struct why *) MUST_CHECK;
enum err rule_set_activate(struct ledger *, const struct activate_rule_set *, struct why *) MUST_CHECK;

#endif
