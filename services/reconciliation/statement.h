/*
 * statement: one bank statement: whether it closes, where it stands among the account's others, and what becomes of it.
 *
 * 1. opening + lines = closing, or it is quarantined: stored, visible, nothing posted, until a person accepts it with the difference as a gap.
 * 2. The account's first opening + all its lines + its open gaps = its last closing, after each statement; else it is quarantined.
 * 3. A statement that continues the chain, or fills a gap, is disjoint: all its lines are new, twins of stored lines too. Any other overlaps: of lines alike
 *    the greater number counts.
 * 4. Nothing but statement_act assigns `state`.
 */
#ifndef RECONCILIATION_STATEMENT_H
#define RECONCILIATION_STATEMENT_H

#include "account.h"
#include "readers/reading.h"

/* Stored as these numbers. */
enum statement_state {
	STATEMENT_STAGED,
	STATEMENT_ACCEPTED,
	STATEMENT_POSTED,
	STATEMENT_QUARANTINED,
	STATEMENT_REPLACED,
	STATEMENT_UNDOING,
	STATEMENT_UNDONE,
	STATEMENT_STATES
};

enum statement_act {
	STATEMENT_ACCEPT,
	STATEMENT_QUARANTINE,
	STATEMENT_OVERRIDE,
	STATEMENT_FINISH,
	STATEMENT_REPLACE,
	STATEMENT_UNDO,
	STATEMENT_END_UNDO,
	STATEMENT_ACTS
};

struct statement_rule {
	enum statement_state from;
	enum statement_act act;
	enum statement_state to;
	const char *why;
};

const struct statement_rule *statement_rules(size_t *n);
const char *statement_state_word(enum statement_state);
const char *statement_act_word(enum statement_act);

/* How its lines relate to those stored. */
enum placement { PLACE_FIRST, PLACE_NEXT, PLACE_LATER, PLACE_BEFORE, PLACE_EARLIER, PLACE_FILL, PLACE_OVERLAP, PLACEMENTS };

const char *placement_word(enum placement);
bool placement_is_disjoint(enum placement);

struct statement {
	struct span merchant;
	struct uuid id, file;
	struct span identifier;    /* of the account, as compared */
	struct uuid account;       /* zero while the account is not known */
	struct span bank_ref;
	int64_t sequence;
	enum statement_state state;
	struct currency currency;
	int64_t opening, closing, line_sum, reversal_sum;
	int64_t line_count, line_new, remaining; /* remaining: accepted lines that are not posted yet */
	int64_t receipts;          /* that the first looks at its lines made */
	struct date from, to;
	enum rule rule;            /* why it is quarantined, or RULE_NONE */
	struct place place;
	struct span reason;
	bool damaged;              /* its file could not be read to the end: no person can accept it */
	enum placement placement;
	struct span accepted_by;   /* "machine", or who */
	bool just_accepted;        /* by this batch */
	/* What the database knows at the time of the decision. */
	struct span uploader;      /* client/user, or the client alone where it said no user; empty: nobody is known */
	bool is_known;             /* the same reference, period and balances were accepted before */
	int64_t vanished, vanished_sum; /* lines that it had when it was delivered before */
	int64_t overlap_new, overlap_sum; /* lines that would be new if it overlaps: how many, and their sum */
};

/* A hole between statements: from_day's closing `before` is not to_day's opening `after`, or there are days between that no statement covers (which may be a
 * weekend: money alone makes it an exception). What a person accepted although it does not close leaves one of no days. */
struct gap {
	struct span merchant;
	struct uuid id, account, statement; /* statement: the one after it */
	struct date from_day, to_day;
	int64_t before, after, minor; /* minor = after - before */
	struct currency currency;
	bool open; /* money is missing, or days */
};

/* The account as it was before a statement was accepted: what undoing that one brings back. */
struct chain_before {
	struct span merchant;
	struct uuid statement, account;
	struct chain chain;
};

/* A gap as it was before a statement filled it or reached into it. */
struct gap_before {
	struct span merchant;
	struct uuid statement, gap;
	struct date from_day, to_day;
	int64_t before, after;
	bool open;
};

/* The state after an act; ERR_CONFLICT when the table has no such rule. */
enum err statement_act(struct statement *, enum statement_act, struct why *) MUST_CHECK;

/* The first rule that it breaks by itself, or RULE_NONE: what the reader found, the account, whether it closes. `account` may be NULL. */
enum rule statement_gate(struct arena *, const struct statement *, const struct account *, struct span *reason);

/* Whether opening and lines make the closing balance: RULE_NONE, or RULE_NOT_CLOSING and why. */
enum rule statement_balance(
	struct arena *, struct money opening, int64_t line_sum, int64_t reversal_sum, int64_t closing, struct span *reason);

/* Where it goes, given the open gaps; *gap is the one that it fills, for PLACE_FILL. Pure. */
enum placement statement_place(const struct chain *, const struct gap *const *gaps, size_t n, const struct statement *, size_t *gap);

/* A due statement: accepts or quarantines it. `by`: who overrides the quarantine, or empty. */
enum err statement_decide(struct ledger *, struct uuid id, struct span by, struct why *) MUST_CHECK;

/* Four eyes: ERR_REFUSED where the ledger's person brought its file, or may be who did. */
enum err statement_second_person(const struct ledger *, const struct statement *, struct why *) MUST_CHECK;
/* The gap's exception: open while money is missing. */
void gap_tell(struct ledger *, const struct gap *);
/* Posts a change of what the bank held before everything that is booked. */
void statement_post_opening(struct ledger *, const struct statement *, struct uuid account, int64_t change);

/* One of its accepted lines was posted, and its first look made so many receipts. */
void statement_line_posted(struct ledger *, struct uuid id, int64_t receipts);

#endif
