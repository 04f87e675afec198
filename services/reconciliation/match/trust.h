/*
 * match/trust: what may post by itself on a bank account: a rule set less what the account's owner lets nobody but a person decide. Pure.
 *
 * 1. Trust lets nothing post that would wait without it.
 * 2. What is not trusted still speaks against. A match posts only if the same match would be found, and post, without what is not trusted.
 * 3. What waits for it is kept as the loss of the candidate that would have been the one.
 */
#ifndef RECONCILIATION_MATCH_TRUST_H
#define RECONCILIATION_MATCH_TRUST_H

#include "rule_set.h"

enum trust_kind {
	TRUST_EVERYTHING,    /* nothing posts by itself */
	TRUST_PAYER_ACCOUNT, /* whose the payer's account is */
	TRUST_LEARNED,       /* what earlier lines and matches by people taught: accounts, names, mandates, forms of words */
	TRUST_END_TO_END, /* what the end-to-end id says, wherever else that stands; of returns: any reference that they share with a payment */
	TRUST_CHARGES, /* what is lacking is what banks kept */
	TRUST_KINDS
};
const char *trust_word(enum trust_kind);
const char *trust_help(enum trust_kind);

struct trust {
	bool waits[TRUST_KINDS];
	int64_t person_above; /* minor units of the account: of a larger amount, whichever way it goes, nothing posts; 0: of any */
};

/* Words with commas or blanks between; ERR_INVALID names the word that is none. person_above stays 0. */
enum err trust_read(struct span words, struct trust *, struct why *) MUST_CHECK;
struct span trust_words(struct arena *, const struct trust *);

/* As rule_set_match. *held is LOSS_NONE where it posts; else why the chosen wait, LOSS_HELD where the rule or the set lets them. */
struct match trust_match(struct arena *, const struct trust *, const struct rule_set *, struct candidate *, size_t n, int64_t amount,
	bool is_return, enum loss *held);

#endif
