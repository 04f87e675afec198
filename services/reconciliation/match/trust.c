#include "match/trust.h"

#include <string.h>

static const struct {
	const char *word, *help;
	enum loss loss;
} kinds[TRUST_KINDS] = {
	[TRUST_EVERYTHING] = { "everything", "nothing posts by itself", LOSS_TRUST_EVERYTHING },
	[TRUST_PAYER_ACCOUNT] = { "payer_account", "whose the payer's account is", LOSS_TRUST_PAYER_ACCOUNT },
	[TRUST_LEARNED] = { "learned", "what earlier lines and people's matches taught: accounts, names, mandates, forms of words",
		LOSS_TRUST_LEARNED },
	[TRUST_END_TO_END] = { "end_to_end",
		"what the end-to-end id says, wherever else that stands; of returns: the reference that they share with a payment",
		LOSS_TRUST_END_TO_END },
	[TRUST_CHARGES] = { "charges", "what is lacking is what banks kept", LOSS_TRUST_CHARGES },
};

const char *trust_word(enum trust_kind kind)
{
	return kinds[kind].word;
}

const char *trust_help(enum trust_kind kind)
{
	return kinds[kind].help;
}

enum err trust_read(struct span list, struct trust *trust, struct why *why)
{
	struct span word;
	*trust = (struct trust){ .person_above = 0 };
	while (list.size && (word = rule_set_next_word(&list)).size) {
		int kind = 0;
		while (kind < TRUST_KINDS && !span_is(word, kinds[kind].word))
			kind++;
		if (kind == TRUST_KINDS)
			return why_field(why, ERR_INVALID, "trust_unknown", "trust_waits", "nothing that may be trusted is called '%.*s'",
				SPAN_ARG(word));
		trust->waits[kind] = true;
	}
	return OK;
}

struct span trust_words(struct arena *arena, const struct trust *trust)
{
	struct text t;
	const char *between = "";
	text_init(&t, arena);
	for (int kind = 0; kind < TRUST_KINDS; kind++)
		if (trust->waits[kind]) {
			text_printf(&t, "%s%s", between, kinds[kind].word);
			between = " ";
		}
	return text_done(&t);
}

/* ---- what stands without it ---- */

/* A name that was taught is another's without that. */
static uint64_t without_learned(uint64_t signs)
{
	uint64_t gone = SIGN_MANDATE | SIGN_FORM;
	if (signs & SIGN_LEARNED)
		gone |= SIGN_PAYER | SIGN_LEARNED;
	if (signs & SIGN_NAME_TAUGHT)
		gone |= SIGN_NAME | SIGN_NAME_TAUGHT;
	return (signs & ~gone) | (signs & SIGN_NAME_TAUGHT ? SIGN_OTHER_NAME : 0u);
}

static uint64_t without(enum trust_kind kind, uint64_t signs)
{
	switch (kind) {
	case TRUST_PAYER_ACCOUNT: return signs & ~(uint64_t)(SIGN_PAYER | SIGN_LEARNED);
	case TRUST_LEARNED: return without_learned(signs);
	case TRUST_END_TO_END: return signs & SIGN_SAME_REF ? signs & ~(uint64_t)(SIGN_SAME_REF | SIGN_REFERENCE | SIGN_NUMBER) : signs;
	case TRUST_EVERYTHING:
	case TRUST_CHARGES:
	case TRUST_KINDS: break;
	}
	return signs;
}

struct trusting {
	struct arena *arena;
	const struct trust *trust;
	const struct rule_set *set;
	const struct candidate *all; /* as chosen */
	size_t n;
	int64_t amount;
	bool is_return;
};

static bool stands_without(const struct trusting *x, enum trust_kind kind)
{
	struct candidate *less = ARENA_ARRAY(x->arena, struct candidate, x->n + 1);
	bool posts;
	for (size_t i = 0; i < x->n; i++) {
		less[i] = x->all[i];
		less[i].chosen = false;
		less[i].minor = 0;
		less[i].signs = without(kind, less[i].signs);
	}
	rule_set_match(x->set, less, x->n, x->amount, x->is_return, &posts);
	return posts && match_is_same_choice(x->all, less, x->n);
}

static bool lacks_charges(const struct trusting *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->all[i].chosen && (x->all[i].signs & SIGN_CHARGES))
			return true;
	return false;
}

static bool is_trusted(const struct trusting *x, enum trust_kind kind)
{
	switch (kind) {
	case TRUST_EVERYTHING: return false;
	case TRUST_CHARGES: return !lacks_charges(x);
	case TRUST_PAYER_ACCOUNT:
	case TRUST_LEARNED:
	case TRUST_END_TO_END:
	case TRUST_KINDS: break;
	}
	return stands_without(x, kind);
}

static enum loss why_it_waits(const struct trusting *x)
{
	int64_t most = x->trust->person_above;
	for (int kind = 0; kind < TRUST_KINDS; kind++)
		if (x->trust->waits[kind] && !is_trusted(x, (enum trust_kind)kind))
			return kinds[kind].loss;
	return most && (x->amount > most || x->amount < -most) ? LOSS_TRUST_AMOUNT : LOSS_NONE;
}

struct match trust_match(struct arena *arena, const struct trust *trust, const struct rule_set *set, struct candidate *all, size_t n,
	int64_t amount, bool is_return, enum loss *held)
{
	bool posts;
	struct match match = rule_set_match(set, all, n, amount, is_return, &posts);
	const struct trusting x = { arena, trust, set, all, n, amount, is_return };
	*held = posts ? why_it_waits(&x) : LOSS_HELD;
	return match;
}
