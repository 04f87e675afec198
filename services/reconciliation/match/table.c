#include "match/match.h"

/* The tables that decide, and their words. */

static const struct {
	const char *word, *help;
} signs[SIGNS] = {
	{ "structured_reference", "a creditor reference whose check digits hold" },
	{ "document_number", "the whole number of the document in the text" },
	{ "payer_known", "the payer's account is known as this customer's; of an earlier line: it has the same counterparty" },
	{ "amount_exact", "the amount is exactly what is open" },
	{ "payout_reference", "the provider's reference of the payout" },
	{ "payout_text", "the text that the provider announced for the bank" },
	{ "same_reference",
		"the end-to-end id is the document's own reference or whole number; an earlier line with the same end-to-end, bank or transaction "
		"reference" },
	{ "called_a_return", "the bank calls the line a return" },
	{ "payer_of_another", "against it: the payer's account is known as another customer's" },
	{ "other_currency", "against it: it is in another currency" },
	{ "number_mended",
		"the number of the document after mending: O for 0, glued or left out letters before it, a second number cut short, a cut word" },
	{ "number_short", "the number of the document, but of so few digits, or so like a date, that it may be something else" },
	{ "check_digits_fail", "against it: its number stands in a creditor reference whose check digits fail" },
	{ "customer_number", "the number of the customer in the text" },
	{ "name_alike", "the payer's name has a word of the customer's" },
	{ "name_of_another", "against it: the payer's name has no word of the customer's" },
	{ "amount_part", "the amount is less than what is open" },
	{ "amount_over", "against it: the amount is more than what is open" },
	{ "settled", "against it: nothing is open" },
	{ "number_goes_on", "against it: after a joining sign the end of another number follows" },
	{ "payer_learned", "the payer's account is known of earlier lines or a person's match, not told by invoicing" },
	{ "mandate_known", "the mandate is known of earlier lines as this customer's" },
	{ "mandate_of_another", "against it: the mandate is known as another customer's" },
	{ "paid_before_issue", "against it: the money came before the document was issued; how long after it was due says nothing" },
	{ "number_cut", "the number at the end of the text is the document's without its last digits" },
	{ "cut_at_width", "the text ends where fields of banks do, after 27, 35 or 140 characters" },
	{ "reference_form", "the text has a word and number that a person's match has taught as this customer's" },
	{ "less_charges", "what is lacking is what banks kept: the line tells it, or the merchant knows the amount" },
	{ "discount_taken", "what is lacking is the discount for early payment, and it is in time" },
	{ "within_tolerance", "what is lacking is so little that the merchant's policy gives it up" },
	{ "discount_disputed", "against that it settles all: a discount was taken too late, or more than is due" },
	{ "name_taught", "the payer's name is known as this customer's of people's matches, and is otherwise another" },
	{ "original_exact", "in another currency; what the payer instructed in that is exactly what is open of all that is named in it" },
	{ "over_tolerated", "what is too much is so little that the merchant's policy keeps it" },
	{ "credit_note", "the whole number of a credit note of it in the text; or it is that credit note" },
};

static const struct match_rule rules[MATCH_RULES] = {
	[MATCH_PAYOUT_NAMED] = { "payout_named", VERDICT_UNIQUE, true, EVIDENCE_PAYOUT,
		"the provider's reference and the exact amount of one payout" },
	[MATCH_PAYOUT_ANNOUNCED] = { "payout_announced", VERDICT_UNIQUE, true, EVIDENCE_PAYOUT,
		"the announced text and the exact amount of one payout on its way to this account" },
	[MATCH_PAYOUT_SEVERAL] = { "payout_several", VERDICT_AMBIGUOUS, false, EVIDENCE_PAYOUT, "several payouts fit alike" },
	[MATCH_PAYOUT_OTHER_AMOUNT] = { "payout_other_amount", VERDICT_UNIQUE, false, EVIDENCE_PAYOUT,
		"a payout is named, but the amount is not its own" },
	[MATCH_REFERENCE] = { "reference", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"one structured reference: pays its invoice, in part or whole; what is over is the customer's" },
	[MATCH_REFERENCES_SUM] = { "references_sum", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"several structured references, whose open amounts sum to the line" },
	[MATCH_REFERENCES_SELECTION] = { "references_selection", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"several structured references, of which exactly one selection sums to the line" },
	[MATCH_REFERENCES_SEVERAL] = { "references_several", VERDICT_AMBIGUOUS, false, EVIDENCE_REFERENCE,
		"several structured references, no single selection sums up" },
	[MATCH_REFERENCES_DISCOUNTED] = { "references_discounted", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"several structured references of one customer, whose open amounts less the discount for early payment sum to the line" },
	[MATCH_NAMED_SUM] = { "named_sum", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"structured references and other documents' numbers, whose open amounts sum to the line" },
	[MATCH_NAMED_SELECTION] = { "named_selection", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"structured references and other documents' numbers, of which exactly one selection with a reference sums to the line" },
	[MATCH_NAMED_SEVERAL] = { "named_several", VERDICT_AMBIGUOUS, false, EVIDENCE_REFERENCE,
		"structured references and other documents' numbers, and the amount does not decide" },
	[MATCH_NUMBER] = { "number", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"one whole document number, and the payer is not known as another: pays it, in part or whole; what is over is the customer's" },
	[MATCH_NUMBER_OTHER_PAYER] = { "number_other_payer", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"one whole document number, but the payer's account or mandate is another customer's, or the name is another" },
	[MATCH_NUMBER_EARLY] = { "number_early", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"one whole document number, but the money came before the document was issued, and is not exactly what is open of it" },
	[MATCH_NUMBER_OTHER_AMOUNT] = { "number_other_amount", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"one whole document number, but the amount is exactly another invoice's of that customer, or the text names more" },
	[MATCH_NUMBERS_SUM] = { "numbers_sum", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"several whole document numbers, whose open amounts sum to the line" },
	[MATCH_NUMBERS_SELECTION] = { "numbers_selection", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"several whole document numbers, of which exactly one selection sums to the line" },
	[MATCH_NUMBERS_SEVERAL] = { "numbers_several", VERDICT_AMBIGUOUS, false, EVIDENCE_NUMBER,
		"several whole document numbers, no single selection sums up" },
	[MATCH_NUMBERS_DISCOUNTED] = { "numbers_discounted", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"several whole document numbers of one customer, whose open amounts less the discount for early payment sum to the line" },
	[MATCH_MENDED] = { "mended", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"one number that is short, cut or had to be mended; the amount is exactly what is open, and account, mandate or name are the "
		"customer's; of one cut elsewhere than at a field's width, account or mandate" },
	[MATCH_MENDED_ALONE] = { "mended_alone", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"one number that is short, cut or had to be mended, and too little else speaks for it" },
	[MATCH_MENDED_SUM] = { "mended_sum", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"several numbers of one customer, some of them mended, whose open amounts sum to the line" },
	[MATCH_MENDED_SELECTION] = { "mended_selection", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"several numbers, some of them mended, of which exactly one selection sums to the line" },
	[MATCH_MENDED_SEVERAL] = { "mended_several", VERDICT_AMBIGUOUS, false, EVIDENCE_NUMBER,
		"several numbers, some of them mended, no single selection sums up" },
	[MATCH_REFERENCES_LESS_CREDIT] = { "references_less_credit", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"structured references of one customer and whole numbers of credit notes that left unapplied money: all that is open less all of that is "
		"exactly the line" },
	[MATCH_NUMBERS_LESS_CREDIT] = { "numbers_less_credit", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"the same by whole document numbers, or by both" },
	[MATCH_LESS_CREDIT_SEVERAL] = { "less_credit_several", VERDICT_AMBIGUOUS, false, EVIDENCE_NUMBER,
		"what is named less what its credit notes left is the line, but something else is that much too" },
	[MATCH_REFERENCE_ORIGINAL] = { "reference_original", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"structured references of one customer, owed in another currency: what the payer instructed in it is exactly what is open, and nothing speaks "
		"against the payer" },
	[MATCH_NUMBER_ORIGINAL] = { "number_original", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"the same by whole document numbers, or by both" },
	[MATCH_ORIGINAL_SEVERAL] = { "original_several", VERDICT_AMBIGUOUS, false, EVIDENCE_NUMBER,
		"what the payer instructed in another currency is exact, but documents in the account's currency are named too" },
	[MATCH_OTHER_CURRENCY] = { "other_currency", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"an invoice is named, but in another currency, and what the payer instructed in that is not told or is not what is open" },
	[MATCH_PAYER_AMOUNT] = { "payer_amount", VERDICT_UNIQUE, true, EVIDENCE_PAYER,
		"the payer is known by account, mandate, customer number or form of words, one open invoice is exactly that much, and no others together are" },
	[MATCH_PAYER_AMOUNT_SEVERAL] = { "payer_amount_several", VERDICT_AMBIGUOUS, false, EVIDENCE_PAYER,
		"the payer is known, and several open invoices are that much, or one and others together" },
	[MATCH_PAYER_SUM] = { "payer_sum", VERDICT_UNIQUE, true, EVIDENCE_PAYER,
		"the payer is known, and everything that is open sums to the line" },
	[MATCH_PAYER_SELECTION] = { "payer_selection", VERDICT_UNIQUE, true, EVIDENCE_PAYER,
		"the payer is known, at most six invoices are open, and exactly one selection of them sums to the line" },
	[MATCH_PAYER_SELECTION_MANY] = { "payer_selection_many", VERDICT_UNIQUE, false, EVIDENCE_PAYER,
		"the payer is known, and exactly one selection of many open invoices sums to the line: chance could do that" },
	[MATCH_PAYER_SELECTIONS] = { "payer_selections", VERDICT_AMBIGUOUS, false, EVIDENCE_PAYER,
		"the payer is known, and several selections sum to the line, or the search for them came to its end" },
	[MATCH_PAYER_PART] = { "payer_part", VERDICT_UNIQUE, false, EVIDENCE_PAYER,
		"the payer is known and owes one invoice, of which this may be a part" },
	[MATCH_PAYER_OTHER_AMOUNT] = { "payer_other_amount", VERDICT_AMBIGUOUS, false, EVIDENCE_PAYER,
		"the payer is known, and nothing that is open is that much" },
	[MATCH_PAYOUT_AMOUNT_ALONE] = { "payout_amount_alone", VERDICT_AMBIGUOUS, false, EVIDENCE_NONE,
		"payouts of that amount are on their way, but none is named" },
	[MATCH_RETURN] = { "return", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"one earlier line with the same reference and amount: it is taken back" },
	[MATCH_RETURN_PAYER] = { "return_payer", VERDICT_UNIQUE, true, EVIDENCE_PAYER,
		"the bank calls it a return, and one earlier line of the last 13 months has its counterparty and amount" },
	[MATCH_RETURN_SEVERAL] = { "return_several", VERDICT_AMBIGUOUS, false, EVIDENCE_REFERENCE,
		"several earlier lines could be the one that is taken back" },
	[MATCH_RETURN_OTHER_AMOUNT] = { "return_other_amount", VERDICT_UNIQUE, false, EVIDENCE_REFERENCE,
		"an earlier line has the same reference, but another amount: charges, or a part" },
	[MATCH_RETURN_REVERSED] = { "return_reversed", VERDICT_UNIQUE, true, EVIDENCE_REFERENCE,
		"the bank takes one return back: what it had reopened is paid again" },
	[MATCH_RETURN_UNKNOWN] = { "return_unknown", VERDICT_NONE, false, EVIDENCE_NONE,
		"the bank calls it a return, and what it returns is not known" },
	[MATCH_REST] = { "rest", VERDICT_NONE, false, EVIDENCE_NONE, "what an entry's details leave unexplained; it names nobody" },
	[MATCH_NOTHING] = { "nothing", VERDICT_NONE, false, EVIDENCE_NONE, "nothing of ours is named" },
};

static const struct {
	const char *word, *help;
} losses[LOSSES] = {
	[LOSS_NONE] = { "", "it was chosen" },
	[LOSS_OTHER_CURRENCY] = { "other_currency", "it is in another currency" },
	[LOSS_CHECK_DIGITS] = { "check_digits", "the reference that names it has wrong check digits" },
	[LOSS_OTHER_PAYER] = { "other_payer", "account, mandate or name of the payer are another's" },
	[LOSS_EARLY] = { "early", "the money came before it was issued" },
	[LOSS_SETTLED] = { "settled", "nothing of it is open" },
	[LOSS_TIE] = { "tie", "another is as good" },
	[LOSS_OUTRANKED] = { "outranked", "another has stronger evidence, or the amount was another's" },
	[LOSS_OTHER_AMOUNT] = { "other_amount", "the amount is another, and the evidence does not bear that" },
	[LOSS_HELD] = { "held", "it would be the one, but the merchant's rule set lets the rule wait" },
	[LOSS_TRUST_EVERYTHING] = { "trust_everything", "account's trust: it would be the one, but nothing posts by itself there" },
	[LOSS_TRUST_PAYER_ACCOUNT] = { "trust_payer_account",
		"account's trust: it would not be the one but for the payer's account, which decides nothing there" },
	[LOSS_TRUST_LEARNED] = { "trust_learned",
		"account's trust: it would not be the one but for what was learned, which decides nothing there" },
	[LOSS_TRUST_END_TO_END] = { "trust_end_to_end",
		"account's trust: it would not be the one but for the end-to-end id or the shared reference, which decides nothing there" },
	[LOSS_TRUST_CHARGES] = { "trust_charges",
		"account's trust: what banks kept of it would settle it, which is a person's to say there" },
	[LOSS_TRUST_AMOUNT] = { "trust_amount", "account's trust: the amount is more than posts by itself there" },
	[LOSS_WEAK] = { "weak", "the evidence is too weak to decide by itself" },
};

const char *sign_word(unsigned bit)
{
	return signs[bit].word;
}

const char *sign_help(unsigned bit)
{
	return signs[bit].help;
}

const struct match_rule *match_rule(enum match_rule_id id)
{
	return &rules[id];
}

const char *loss_word(enum loss loss)
{
	return losses[loss].word;
}

const char *loss_help(enum loss loss)
{
	return losses[loss].help;
}

bool loss_is_of_trust(enum loss loss)
{
	return loss >= LOSS_TRUST_EVERYTHING && loss <= LOSS_TRUST_AMOUNT;
}

uint64_t match_token_signs(enum reference_kind kind, unsigned how)
{
	uint64_t whole = how & HOW_END_TO_END ? SIGN_SAME_REF : 0u;
	uint64_t weak = (how & HOW_MENDED ? SIGN_MENDED : 0u) | (how & HOW_SHORT ? SIGN_SHORT : 0u) | (how & HOW_BROKEN ? SIGN_BROKEN : 0u);
	if (how & HOW_CUT)
		return kind == REFERENCE_NUMBER || kind == REFERENCE_TAIL ? SIGN_CUT | (how & HOW_CUT_WIDTH ? SIGN_CUT_WIDTH : 0u) : 0;
	switch (kind) {
	case REFERENCE_RF: return SIGN_REFERENCE | whole;
	case REFERENCE_NUMBER:
		return (how & HOW_STRUCTURED ? SIGN_REFERENCE
			       : weak        ? weak
					     : SIGN_NUMBER | (how & HOW_FOLLOWED ? SIGN_FOLLOWED : 0u)) |
		       whole;
	case REFERENCE_TAIL: return weak | SIGN_MENDED;
	case REFERENCE_CREDIT_NOTE: return weak | SIGN_MENDED | (weak ? 0u : SIGN_CREDIT_NOTE);
	case REFERENCE_PAYOUT: return SIGN_PAYOUT_REF;
	case REFERENCE_CUSTOMER: return how & (HOW_MENDED | HOW_BROKEN) ? 0 : SIGN_CUSTOMER;
	case REFERENCE_KINDS: break;
	}
	return 0;
}

/* What a candidate that won nothing has against it, the gravest first. */
static enum loss against(uint64_t seen)
{
	if ((seen & SIGN_OTHER_CURRENCY) && !(seen & SIGN_ORIGINAL))
		return LOSS_OTHER_CURRENCY;
	if (seen & SIGN_BROKEN)
		return LOSS_CHECK_DIGITS;
	return seen & SIGN_SETTLED ? LOSS_SETTLED : LOSS_NONE;
}

enum loss match_loss(enum match_rule_id id, const struct candidate *c)
{
	enum loss loss = against(c->signs);
	if (c->chosen)
		return LOSS_NONE;
	if (loss != LOSS_NONE)
		return loss;
	if (rules[id].posts)
		return LOSS_OUTRANKED;
	if ((c->signs & (SIGN_OTHER_PAYER | SIGN_OTHER_NAME | SIGN_OTHER_MANDATE)) && !(c->signs & SIGN_PAYER))
		return LOSS_OTHER_PAYER;
	if (c->signs & SIGN_EARLY)
		return LOSS_EARLY;
	if (!(c->signs & (SIGN_AMOUNT | SIGN_ORIGINAL)) && id != MATCH_PAYER_SELECTIONS)
		return LOSS_OTHER_AMOUNT;
	return rules[id].verdict == VERDICT_AMBIGUOUS ? LOSS_TIE : LOSS_WEAK;
}
