#include "match.h"

enum { SELECT_MOST = 16 };

static const struct {
	const char *word, *help;
} signs[SIGNS] = {
	{ "structured_reference", "a creditor reference whose check digits hold" },
	{ "document_number", "the whole number of the document in the text" },
	{ "payer_known", "the payer's account is known as this customer's; of an earlier line: it has the same counterparty" },
	{ "amount_exact", "the amount is exactly what is open" },
	{ "payout_reference", "the provider's reference of the payout" },
	{ "payout_text", "the text that the provider announced for the bank" },
	{ "same_reference", "an earlier line with the same end-to-end, bank or transaction reference" },
	{ "called_a_return", "the bank calls the line a return" },
	{ "payer_of_another", "against it: the payer's account is known as another customer's" },
	{ "other_currency", "against it: it is in another currency" },
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
	[MATCH_NUMBER] = { "number", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"one whole document number: pays it, in part or whole; what is over is the customer's" },
	[MATCH_NUMBER_OTHER_PAYER] = { "number_other_payer", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"one whole document number, but another customer's account paid, and not the open amount" },
	[MATCH_NUMBERS_SUM] = { "numbers_sum", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"several whole document numbers, whose open amounts sum to the line" },
	[MATCH_NUMBERS_SELECTION] = { "numbers_selection", VERDICT_UNIQUE, true, EVIDENCE_NUMBER,
		"several whole document numbers, of which exactly one selection sums to the line" },
	[MATCH_NUMBERS_SEVERAL] = { "numbers_several", VERDICT_AMBIGUOUS, false, EVIDENCE_NUMBER,
		"several whole document numbers, no single selection sums up" },
	[MATCH_OTHER_CURRENCY] = { "other_currency", VERDICT_UNIQUE, false, EVIDENCE_NUMBER,
		"an invoice is named, but in another currency" },
	[MATCH_PAYER_AMOUNT] = { "payer_amount", VERDICT_UNIQUE, true, EVIDENCE_PAYER,
		"the payer is known, and one open invoice is exactly that much" },
	[MATCH_PAYER_AMOUNT_SEVERAL] = { "payer_amount_several", VERDICT_AMBIGUOUS, false, EVIDENCE_PAYER,
		"the payer is known, and several open invoices are that much" },
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

static struct match found(enum match_rule_id id, size_t candidates)
{
	return (struct match){ id, (int)candidates };
}

static bool has(const struct candidate *c, enum candidate_kind kind, unsigned all, unsigned none)
{
	return c->kind == kind && (c->signs & all) == all && !(c->signs & none);
}

/* Those that have all of these signs and none of those, at most `most` of them. */
static size_t pick(
	struct candidate *all, size_t n, enum candidate_kind kind, unsigned with, unsigned without, struct candidate **out, size_t most)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (has(&all[i], kind, with, without)) {
			if (count < most)
				out[count] = &all[i];
			count++;
		}
	return count;
}

static void choose(struct candidate *c, int64_t minor)
{
	c->chosen = true;
	c->minor = minor;
}

static int64_t open_of(struct candidate *const *set, size_t n, unsigned selection)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		if (selection & 1u << i)
			sum += set[i]->open;
	return sum;
}

/* The one selection whose open amounts make the amount; 0 when there is none, or more than one. All of them together goes first. */
static unsigned select_sum(struct candidate *const *set, size_t n, int64_t amount)
{
	unsigned all = (1u << n) - 1, only = 0;
	if (open_of(set, n, all) == amount)
		return all;
	for (unsigned selection = 1; selection < all; selection++) {
		bool worth = true;
		for (size_t i = 0; i < n; i++)
			worth &= !(selection & 1u << i) || set[i]->open > 0;
		if (!worth || open_of(set, n, selection) != amount)
			continue;
		if (only)
			return 0;
		only = selection;
	}
	return only;
}

/* rule, rule + 1, rule + 2: the sum of all, a selection, several. */
static struct match match_several(struct candidate **set, size_t n, int64_t amount, enum match_rule_id sum)
{
	unsigned selection = n <= SELECT_MOST ? select_sum(set, n, amount) : 0;
	if (!selection)
		return found(sum + 2, n);
	for (size_t i = 0; i < n; i++)
		if ((selection & 1u << i) && set[i]->open)
			choose(set[i], set[i]->open);
	return found(selection == (1u << n) - 1 ? sum : sum + 1, 1);
}

static bool match_payout(struct candidate *all, size_t n, int64_t amount, struct match *out)
{
	static const struct {
		unsigned signs;
		enum match_rule_id rule;
	} ways[] = { { SIGN_PAYOUT_REF | SIGN_AMOUNT, MATCH_PAYOUT_NAMED }, { SIGN_PAYOUT_TEXT | SIGN_AMOUNT, MATCH_PAYOUT_ANNOUNCED } };
	struct candidate *one;
	for (size_t i = 0; i < 2; i++) {
		size_t count = pick(all, n, CANDIDATE_PAYOUT, ways[i].signs, SIGN_OTHER_CURRENCY, &one, 1);
		if (count == 1)
			choose(one, amount);
		if (count) {
			*out = count == 1 ? found(ways[i].rule, 1) : found(MATCH_PAYOUT_SEVERAL, count);
			return true;
		}
	}
	if (!pick(all, n, CANDIDATE_PAYOUT, SIGN_PAYOUT_REF, 0, &one, 1))
		return false;
	*out = found(MATCH_PAYOUT_OTHER_AMOUNT, 1);
	return true;
}

static struct match match_number(struct candidate *one, int64_t amount)
{
	if ((one->signs & SIGN_OTHER_PAYER) && one->open != amount)
		return found(MATCH_NUMBER_OTHER_PAYER, 1);
	choose(one, amount);
	return found(MATCH_NUMBER, 1);
}

/* By reference, else by number; false when no invoice is named. */
static bool match_named(struct candidate *all, size_t n, int64_t amount, struct match *out)
{
	struct candidate *set[SELECT_MOST];
	size_t count = pick(all, n, CANDIDATE_INVOICE, SIGN_REFERENCE, SIGN_OTHER_CURRENCY, set, SELECT_MOST);
	if (count == 1) {
		choose(set[0], amount);
		*out = found(MATCH_REFERENCE, 1);
	} else if (count > 1)
		*out = match_several(set, count, amount, MATCH_REFERENCES_SUM);
	if (count)
		return true;
	count = pick(all, n, CANDIDATE_INVOICE, SIGN_NUMBER, SIGN_OTHER_CURRENCY, set, SELECT_MOST);
	if (count)
		*out = count == 1 ? match_number(set[0], amount) : match_several(set, count, amount, MATCH_NUMBERS_SUM);
	return count > 0;
}

static struct match one_or(struct candidate *one, size_t count, int64_t amount, enum match_rule_id single)
{
	if (count == 1)
		choose(one, amount);
	return count == 1 ? found(single, 1) : found(MATCH_RETURN_SEVERAL, count);
}

/* Money that the bank gives back: by reference, else by counterparty and amount. */
static struct match match_reversed(struct candidate *all, size_t n, int64_t amount)
{
	static const unsigned ways[] = { SIGN_SAME_REF | SIGN_AMOUNT, SIGN_PAYER | SIGN_AMOUNT };
	struct candidate *one;
	for (size_t i = 0; i < 2; i++) {
		size_t count = pick(all, n, CANDIDATE_LINE, ways[i], SIGN_OTHER_CURRENCY, &one, 1);
		if (count)
			return one_or(one, count, amount, MATCH_RETURN_REVERSED);
	}
	return found(MATCH_RETURN_UNKNOWN, 0);
}

struct match match_credit(struct candidate *all, size_t n, int64_t amount, bool is_return)
{
	struct match match;
	struct candidate *one;
	if (match_payout(all, n, amount, &match))
		return match;
	if (is_return)
		return match_reversed(all, n, amount);
	if (match_named(all, n, amount, &match))
		return match;
	size_t count = pick(all, n, CANDIDATE_INVOICE, SIGN_OTHER_CURRENCY, 0, &one, 1);
	if (count)
		return found(MATCH_OTHER_CURRENCY, 1);
	count = pick(all, n, CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 0, &one, 1);
	if (count == 1)
		choose(one, amount);
	if (count)
		return count == 1 ? found(MATCH_PAYER_AMOUNT, 1) : found(MATCH_PAYER_AMOUNT_SEVERAL, count);
	count = pick(all, n, CANDIDATE_PAYOUT, SIGN_AMOUNT, SIGN_OTHER_CURRENCY, &one, 1);
	return count ? found(MATCH_PAYOUT_AMOUNT_ALONE, count) : found(MATCH_NOTHING, 0);
}

struct match match_debit(struct candidate *all, size_t n, int64_t amount, bool is_return)
{
	struct match match;
	struct candidate *one;
	if (match_payout(all, n, amount, &match))
		return match;
	size_t count = pick(all, n, CANDIDATE_LINE, SIGN_SAME_REF | SIGN_AMOUNT, SIGN_OTHER_CURRENCY, &one, 1);
	if (count)
		return one_or(one, count, amount, MATCH_RETURN);
	count = pick(all, n, CANDIDATE_LINE, SIGN_SAME_REF, 0, &one, 1);
	if (count)
		return count == 1 ? found(MATCH_RETURN_OTHER_AMOUNT, 1) : found(MATCH_RETURN_SEVERAL, count);
	count = pick(all, n, CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, SIGN_OTHER_CURRENCY, &one, 1);
	if (count)
		return one_or(one, count, amount, MATCH_RETURN_PAYER);
	count = pick(all, n, CANDIDATE_PAYOUT, SIGN_AMOUNT, SIGN_OTHER_CURRENCY, &one, 1);
	if (count)
		return found(MATCH_PAYOUT_AMOUNT_ALONE, count);
	return is_return ? found(MATCH_RETURN_UNKNOWN, 0) : found(MATCH_NOTHING, 0);
}
