/*
 * match: what a bank line probably is. Pure: candidates with their evidence in, a verdict out; the rules are one table.
 *
 * 1. Amount alone never decides, and no number inside a longer one is evidence.
 * 2. The verdict is unique, ambiguous (k) or none; only rules marked so post by themselves.
 * 3. A structured reference outranks a document number in the text, that outranks the payer's account with the amount.
 * 4. Of several candidates a selection is found only if exactly one selection of them (or all of them) has the amount for its sum.
 */
#ifndef RECONCILIATION_MATCH_H
#define RECONCILIATION_MATCH_H

#include "line.h"

/* What speaks for a candidate, or against it. */
enum {
	SIGN_REFERENCE = 1,       /* structured reference, check digits hold */
	SIGN_NUMBER = 2,          /* whole document number */
	SIGN_PAYER = 4,           /* the payer's account is known as this customer's; of an earlier line: the same counterparty */
	SIGN_AMOUNT = 8,          /* exactly what is open, or what the payout or the earlier line is */
	SIGN_PAYOUT_REF = 16,     /* the provider's reference of the payout */
	SIGN_PAYOUT_TEXT = 32,    /* the text that the provider announced */
	SIGN_SAME_REF = 64,       /* an earlier line with the same end-to-end or bank reference */
	SIGN_RETURN = 128,        /* the bank calls the line a return */
	SIGN_OTHER_PAYER = 256,   /* against: the payer's account is known as another customer's */
	SIGN_OTHER_CURRENCY = 512 /* against */
};
enum { SIGNS = 10 };

const char *sign_word(unsigned bit); /* 0 .. SIGNS - 1 */
const char *sign_help(unsigned bit);

enum candidate_kind { CANDIDATE_INVOICE, CANDIDATE_PAYOUT, CANDIDATE_LINE };

struct candidate {
	enum candidate_kind kind;
	struct uuid target;
	struct span customer; /* of an invoice */
	struct span label;    /* its number or the provider's reference, for people */
	int64_t open;         /* what is owed; of a payout its amount; of a line what can be taken back */
	unsigned signs;
	bool chosen;
	int64_t minor;        /* of the line's amount, where chosen */
};

enum match_rule_id {
	MATCH_PAYOUT_NAMED,
	MATCH_PAYOUT_ANNOUNCED,
	MATCH_PAYOUT_SEVERAL,
	MATCH_PAYOUT_OTHER_AMOUNT,
	MATCH_REFERENCE,
	MATCH_REFERENCES_SUM,
	MATCH_REFERENCES_SELECTION,
	MATCH_REFERENCES_SEVERAL,
	MATCH_NUMBER,
	MATCH_NUMBER_OTHER_PAYER,
	MATCH_NUMBERS_SUM,
	MATCH_NUMBERS_SELECTION,
	MATCH_NUMBERS_SEVERAL,
	MATCH_OTHER_CURRENCY,
	MATCH_PAYER_AMOUNT,
	MATCH_PAYER_AMOUNT_SEVERAL,
	MATCH_PAYOUT_AMOUNT_ALONE,
	MATCH_RETURN,
	MATCH_RETURN_PAYER,
	MATCH_RETURN_SEVERAL,
	MATCH_RETURN_OTHER_AMOUNT,
	MATCH_RETURN_REVERSED,
	MATCH_RETURN_UNKNOWN,
	MATCH_REST,
	MATCH_NOTHING,
	MATCH_RULES
};

struct match_rule {
	const char *word;
	enum verdict verdict;
	bool posts;
	enum evidence evidence;
	const char *help;
};

const struct match_rule *match_rule(enum match_rule_id);

struct match {
	enum match_rule_id rule;
	int candidates; /* explanations that remain: 1 for unique, k for ambiguous, 0 for none */
};

/* Money that came: marks the chosen candidates. amount > 0. What the bank calls a return is no payment of anybody: it reverses a return, or a person looks. */
struct match match_credit(struct candidate *, size_t n, int64_t amount, bool is_return);
/* Money that went: amount > 0 is how much. */
struct match match_debit(struct candidate *, size_t n, int64_t amount, bool is_return);

/* What the find step noted for a line: everything that it might be, unlocked. */
struct hint {
	struct uuid target;
	struct span customer;
	bool structured;
};

struct hints {
	const struct hint *invoices; /* named by a token */
	const struct hint *payouts; /* named by a token */
	const struct uuid *payouts_of_amount; /* on their way to the account, with exactly that amount */
	const struct span *payers; /* customers that are known to pay from the line's account */
	const struct hint *of_payer; /* their invoices with an item open of exactly the line's amount */
	const struct uuid *
		earlier; /* of a debit: credit lines with one of its references, or a return's payer and amount; of a credit: returns of such */
	size_t invoice_count, payout_count, payouts_of_amount_count, payer_count, of_payer_count, earlier_count;
};

/* A candidate as it is kept with the line, losing ones too. */
struct kept_candidate {
	struct span merchant;
	struct uuid line;
	int32_t look, number; /* which look at the line, from 1, and the place among its candidates, from 1 */
	enum match_rule_id rule;
	struct candidate candidate;
};

#endif
