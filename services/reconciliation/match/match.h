/*
 * match: what a bank line probably is. Pure: candidates with their evidence in, a verdict out; the rules are one table.
 *
 * 1. Amount alone never decides, and no number inside a longer one is evidence.
 * 2. The verdict is unique, ambiguous (k) or none; only rules marked so post by themselves. A tie never does.
 * 3. A structured reference outranks a document number in the text, that outranks one that had to be mended, that the payer with the amount.
 * 4. Where two strong names are there at once, the amount decides between them, or a person.
 * 5. Of several candidates a selection is found only if exactly one selection of them has the amount for its sum.
 * 6. What is owed in another currency is paid by what the payer instructed in it, if that is told and exact to the minor unit; the bank's amount says nothing of it.
 * 7. A credit note that is named is deducted only if all that is named, less what all named credit notes left, is exactly the amount, and nothing else is.
 * 8. A document number in the text is believed against what is known of the payer by nobody but a person. What was learned overrides nothing that speaks against.
 */
#ifndef RECONCILIATION_MATCH_H
#define RECONCILIATION_MATCH_H

#include "line.h"
#include "match/reference.h"

/* What speaks for a candidate, or against it. The numbers are stored, in 63 bits. */
enum {
	SIGN_REFERENCE = 1,        /* structured reference, check digits hold */
	SIGN_NUMBER = 2,           /* whole document number */
	SIGN_PAYER = 4,            /* the payer's account is known as this customer's; of an earlier line: the same counterparty */
	SIGN_AMOUNT = 8,           /* exactly what is open, or what the payout or the earlier line is */
	SIGN_PAYOUT_REF = 16,      /* the provider's reference of the payout */
	SIGN_PAYOUT_TEXT = 32,     /* the text that the provider announced */
	SIGN_SAME_REF =
		64, /* the end-to-end id is its own number or reference; an earlier line with the same end-to-end or bank reference */
	SIGN_RETURN = 128, /* the bank calls the line a return */
	SIGN_OTHER_PAYER = 256, /* against: the payer's account is known as another customer's */
	SIGN_OTHER_CURRENCY = 512, /* against */
	SIGN_MENDED = 1024, /* its number, after mending what was written */
	SIGN_SHORT = 2048, /* its number, of so few digits that it may be something else */
	SIGN_BROKEN = 4096, /* against: its number, in a reference whose check digits fail */
	SIGN_CUSTOMER = 8192, /* the customer's number */
	SIGN_NAME = 16384, /* the payer has the customer's name */
	SIGN_OTHER_NAME = 32768, /* against: the payer has another name */
	SIGN_PART = 65536, /* the amount is less than what is open */
	SIGN_OVER = 131072, /* against: it is more */
	SIGN_SETTLED = 262144, /* against: nothing is open */
	SIGN_FOLLOWED = 524288, /* against: the text goes on with the end of another number */
	SIGN_LEARNED = 1048576, /* the payer's account is known of earlier lines alone */
	SIGN_MANDATE = 1 << 21, /* the mandate is known as this customer's */
	SIGN_OTHER_MANDATE = 1 << 22, /* against: it is known as another customer's */
	SIGN_EARLY = 1 << 23, /* against: the money came before it was issued */
	SIGN_CUT = 1 << 24, /* its number begins with the number at the end of the text */
	SIGN_CUT_WIDTH = 1 << 25, /* and the text ends there as fields do: after 27, 35 or 140 characters */
	SIGN_FORM = 1 << 26, /* a form of words that a person has taught as this customer's */
	SIGN_CHARGES = 1 << 27, /* what is lacking is what banks kept */
	SIGN_DISCOUNT = 1 << 28, /* it is the discount for early payment */
	SIGN_TOLERANCE = 1 << 29, /* it is so little that the policy gives it up */
	SIGN_DISPUTED = 1 << 30, /* against: a discount was taken that is not due */
	SIGN_NAME_TAUGHT = UINT32_C(1) << 31, /* the payer's name is known of people's matches alone */
	SIGN_ORIGINAL =
		UINT64_C(1)
		<< 32, /* in the currency that the payer instructed, and that amount is exactly what is open of all that is named in it */
	SIGN_OVER_TOLERANCE = UINT64_C(1) << 33, /* what is too much is so little that the policy keeps it */
	SIGN_CREDIT_NOTE = UINT64_C(1) << 34 /* the whole number of a credit note of it; or itself a credit note */
};
enum { SIGNS = 35 };

const char *sign_word(unsigned bit); /* 0 .. SIGNS - 1 */
const char *sign_help(unsigned bit);

/* What a token of that kind, standing so in the line, says for what it names. */
uint64_t match_token_signs(enum reference_kind, unsigned how);

enum candidate_kind {
	CANDIDATE_INVOICE,
	CANDIDATE_PAYOUT,
	CANDIDATE_LINE,
	CANDIDATE_CREDIT, /* a credit note that left its customer unapplied money: its payer may deduct that */
	CANDIDATE_KINDS
};

struct candidate {
	enum candidate_kind kind;
	struct uuid target;
	struct span customer; /* of an invoice */
	struct span label; /* its number or the provider's reference, for people */
	int64_t open; /* what is owed; of a payout its amount; of a line what can be taken back; of a credit note what can be deducted */
	uint64_t signs;
	bool chosen;
	int64_t minor; /* of the line's amount, where chosen, below 0 what is deducted; of what was instructed, where that is another currency */
	int64_t discount; /* what may be deducted of what is owed, if it is paid now */
	struct found_difference difference; /* what else would be settled beside it by the line, or is where it is chosen; not kept */
	enum dispute dispute; /* not kept */
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
	MATCH_REFERENCES_DISCOUNTED,
	MATCH_NAMED_SUM,
	MATCH_NAMED_SELECTION,
	MATCH_NAMED_SEVERAL,
	MATCH_NUMBER,
	MATCH_NUMBER_OTHER_PAYER,
	MATCH_NUMBER_EARLY,
	MATCH_NUMBER_OTHER_AMOUNT,
	MATCH_NUMBERS_SUM,
	MATCH_NUMBERS_SELECTION,
	MATCH_NUMBERS_SEVERAL,
	MATCH_NUMBERS_DISCOUNTED,
	MATCH_MENDED,
	MATCH_MENDED_ALONE,
	MATCH_MENDED_SUM,
	MATCH_MENDED_SELECTION,
	MATCH_MENDED_SEVERAL,
	MATCH_REFERENCES_LESS_CREDIT,
	MATCH_NUMBERS_LESS_CREDIT,
	MATCH_LESS_CREDIT_SEVERAL,
	MATCH_REFERENCE_ORIGINAL,
	MATCH_NUMBER_ORIGINAL,
	MATCH_ORIGINAL_SEVERAL,
	MATCH_OTHER_CURRENCY,
	MATCH_PAYER_AMOUNT,
	MATCH_PAYER_AMOUNT_SEVERAL,
	MATCH_PAYER_SUM,
	MATCH_PAYER_SELECTION,
	MATCH_PAYER_SELECTION_MANY,
	MATCH_PAYER_SELECTIONS,
	MATCH_PAYER_PART,
	MATCH_PAYER_OTHER_AMOUNT,
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

/* So few invoices that chance hardly makes a sum of some of them. */
enum { MATCH_SELECTION_MOST = 6 };

struct match {
	enum match_rule_id rule;
	int candidates; /* explanations that remain: 1 for unique, k for ambiguous, 0 for none */
};

/* Money that came: marks the chosen candidates. amount > 0. What the bank calls a return is no payment of anybody: it reverses a return, or a person looks. */
struct match match_credit(struct candidate *, size_t n, int64_t amount, bool is_return);
/* Money that went: amount > 0 is how much. */
struct match match_debit(struct candidate *, size_t n, int64_t amount, bool is_return);

/* The same of them are chosen, each for as much. */
bool match_is_same_choice(const struct candidate *, const struct candidate *, size_t n);

/* Why a candidate was not the one, by the rule that held. */
enum loss {
	LOSS_NONE, /* it was chosen */
	LOSS_OTHER_CURRENCY,
	LOSS_CHECK_DIGITS,
	LOSS_OTHER_PAYER,
	LOSS_EARLY,
	LOSS_SETTLED,
	LOSS_TIE,
	LOSS_OUTRANKED,
	LOSS_OTHER_AMOUNT,
	LOSS_WEAK,
	LOSS_HELD,
	LOSS_TRUST_EVERYTHING, /* these: it would be the one, but for what is trusted on the account (match/trust.h) */
	LOSS_TRUST_PAYER_ACCOUNT,
	LOSS_TRUST_LEARNED,
	LOSS_TRUST_END_TO_END,
	LOSS_TRUST_CHARGES,
	LOSS_TRUST_AMOUNT,
	LOSSES
};
const char *loss_word(enum loss);
const char *loss_help(enum loss);
bool loss_is_of_trust(enum loss);
enum loss match_loss(enum match_rule_id, const struct candidate *);

/* What the find step noted for a line: everything that it might be, unlocked. */
struct hint {
	struct uuid target;
	struct span customer;
	uint64_t signs;
	struct span token; /* by which it is named; empty where it is not */
};

/* A credit note that the line names, and a receipt of the customer that had paid what it credits and holds unapplied money. */
struct credit_hint {
	struct uuid note, receipt;
	struct span customer, token;
	struct money gross;
};

struct hints {
	const struct hint *invoices; /* named by a token */
	const struct hint *payouts; /* named by a token */
	const struct uuid *payouts_of_amount; /* on their way to the account, with exactly that amount */
	const struct span *payers; /* customers that are known to pay from the line's account */
	const struct span *mandates; /* customers whose mandate the line names */
	const struct span *forms; /* customers of whom a person has taught a form of words of the line */
	const struct span *customers; /* customers whose number is named */
	const struct hint *
		of_payer; /* invoices with something open, of these and of customers whose documents are named: of exactly the line's amount, or all where
	                              * no document is named and there are few */
	const struct uuid *
		earlier; /* of a debit: credit lines with one of its references, or a return's payer and amount; of a credit: returns of such */
	const struct credit_hint *credits; /* by note and receipt */
	size_t invoice_count, payout_count, payouts_of_amount_count, payer_count, mandate_count, form_count, customer_count, of_payer_count,
		earlier_count, credit_count;
};

/* A candidate as it is kept with the line, losing ones too. */
struct kept_candidate {
	struct span merchant;
	struct uuid line;
	int32_t look, number; /* which look at the line, from 1, and the place among its candidates, from 1 */
	enum match_rule_id rule;
	enum loss lost;
	struct candidate candidate;
};

#endif
