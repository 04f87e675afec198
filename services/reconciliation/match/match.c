#include "match/match.h"

#include "match/select.h"

enum { SIGNS_WEAK = SIGN_MENDED | SIGN_SHORT | SIGN_BROKEN | SIGN_CUT };
/* By whom the line is, without a word of what it pays. */
enum { SIGNS_KNOWN = SIGN_PAYER | SIGN_MANDATE | SIGN_CUSTOMER | SIGN_FORM };
#define SIGNS_DIFFERENT (SIGN_CHARGES | SIGN_DISCOUNT | SIGN_TOLERANCE | SIGN_OVER_TOLERANCE)

static struct match found(enum match_rule_id id, size_t candidates)
{
	return (struct match){ id, (int)candidates };
}

static bool has(const struct candidate *c, enum candidate_kind kind, uint64_t all, uint64_t none)
{
	return c->kind == kind && (c->signs & all) == all && !(c->signs & none);
}

/* Those that have all of these signs and none of those, at most `most` of them. */
static size_t pick(
	struct candidate *all, size_t n, enum candidate_kind kind, uint64_t with, uint64_t without, struct candidate **out, size_t most)
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
	c->difference = (struct found_difference){ DIFFERENCE_NONE, 0 };
	c->dispute = DISPUTE_NONE;
}

static bool is_contradicted(const struct candidate *c)
{
	uint64_t known = c->signs & (SIGN_PAYER | SIGN_LEARNED),
		 against = c->signs & (SIGN_OTHER_PAYER | SIGN_OTHER_NAME | SIGN_OTHER_MANDATE);
	return against && known != SIGN_PAYER;
}

/* Who pays what was not issued yet means something else. */
static bool is_early(const struct candidate *c)
{
	return c->signs & SIGN_EARLY;
}

/* It alone: what the line lacks of it, or has too much, is settled too where that is allowed and nobody else may be the payer. */
static void choose_alone(struct candidate *c, int64_t minor)
{
	struct found_difference difference = c->difference;
	enum dispute dispute = c->dispute;
	choose(c, minor);
	if (is_contradicted(c) || (c->signs & SIGN_OTHER_PAYER))
		return;
	c->difference = difference;
	c->dispute = dispute;
}

bool match_is_same_choice(const struct candidate *a, const struct candidate *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].chosen != b[i].chosen || a[i].minor != b[i].minor)
			return false;
	return true;
}

/* ---- sets of invoices ---- */

/* Places for one more than can be searched, so that too many are seen to be. */
struct set {
	struct candidate *at[SELECT_MOST + 1];
	size_t count;
};

static void set_add(struct set *s, struct candidate *c)
{
	if (s->count <= SELECT_MOST)
		s->at[s->count++] = c;
}

static void set_append(struct set *to, const struct set *from)
{
	for (size_t i = 0; i < from->count; i++)
		set_add(to, from->at[i]);
}

static struct selection select_of(const struct set *s, int64_t amount)
{
	int64_t open[SELECT_MOST + 1];
	for (size_t i = 0; i < s->count; i++)
		open[i] = s->at[i]->open;
	return match_select(open, s->count, amount);
}

static bool is_in(const struct selection *x, size_t i)
{
	return x->only & UINT32_C(1) << i;
}

/* Everything that is open of the set. */
static bool is_all(const struct set *s, const struct selection *x)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->at[i]->open > 0 && !is_in(x, i))
			return false;
	return true;
}

static void choose_selection(const struct set *s, const struct selection *x)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_in(x, i))
			choose(s->at[i], s->at[i]->open);
}

static bool is_one_customer(const struct set *s)
{
	for (size_t i = 1; i < s->count; i++)
		if (!span_equal(s->at[i]->customer, s->at[0]->customer))
			return false;
	return true;
}

static bool is_without_doubt(const struct set *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_contradicted(s->at[i]) || (s->at[i]->signs & SIGN_OTHER_PAYER) || s->at[i]->open <= 0)
			return false;
	return s->count <= SELECT_MOST && is_one_customer(s);
}

/* The amount is everything that is named, each less the discount that may be taken of it, where some may. */
static bool is_discounted(const struct set *s, int64_t amount)
{
	int64_t sum = 0, discount = 0;
	for (size_t i = 0; i < s->count; i++) {
		sum += s->at[i]->open - s->at[i]->discount;
		discount += s->at[i]->discount;
	}
	return discount && sum == amount;
}

static bool match_discounted(const struct set *s, int64_t amount)
{
	if (!is_without_doubt(s) || !is_discounted(s, amount) || select_of(s, amount).found)
		return false;
	for (size_t i = 0; i < s->count; i++) {
		int64_t less = s->at[i]->discount;
		choose(s->at[i], s->at[i]->open - less);
		s->at[i]->difference = (struct found_difference){ less ? DIFFERENCE_DISCOUNT : DIFFERENCE_NONE, less };
	}
	return true;
}

/* rule, rule + 1, rule + 2: the sum of all, a selection, several. The selection has one of the first `least` of the set. */
static struct match match_several(const struct set *s, size_t least, int64_t amount, enum match_rule_id sum)
{
	struct selection x = select_of(s, amount);
	bool has_least = false;
	for (size_t i = 0; i < least && i < s->count; i++)
		has_least |= is_in(&x, i);
	if (x.ended || x.found != 1 || !has_least || (!is_all(s, &x) && is_discounted(s, amount)))
		return found(sum + 2, s->count);
	enum match_rule_id rule = is_all(s, &x) ? sum : sum + 1;
	if (match_rule(rule)->posts)
		choose_selection(s, &x);
	return found(rule, 1);
}

/* ---- payouts ---- */

static bool match_payout(struct candidate *all, size_t n, int64_t amount, struct match *out)
{
	static const struct {
		uint64_t signs;
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

/* ---- invoices that the line names ---- */

/* What is named, by strength: check digits, whole numbers, weakly; and what is not named and owed exactly so much. */
struct named {
	struct set references, numbers, weak;
	size_t contradicted, settled; /* of the weak ones; not in the set */
	bool payer_owes; /* by whom the account is */
	const struct candidate *exact; /* the last of such */
};

static void add_named(struct named *x, struct candidate *c)
{
	if (c->signs & SIGN_REFERENCE)
		set_add(&x->references, c);
	else if (c->signs & SIGN_NUMBER)
		set_add(&x->numbers, c);
	else if (!(c->signs & SIGNS_WEAK))
		x->exact = c->signs & SIGN_AMOUNT ? c : x->exact;
	else if (is_contradicted(c) || is_early(c) || (c->signs & (SIGN_BROKEN | SIGN_AMOUNT)) == SIGN_BROKEN)
		x->contradicted++;
	else if (c->open <= 0)
		x->settled++;
	else
		set_add(&x->weak, c);
}

static struct named sort_named(struct candidate *all, size_t n)
{
	struct named x = { .settled = 0 };
	for (size_t i = 0; i < n; i++) {
		if (!has(&all[i], CANDIDATE_INVOICE, 0, SIGN_OTHER_CURRENCY))
			continue;
		x.payer_owes |= has(&all[i], CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 0);
		add_named(&x, &all[i]);
	}
	return x;
}

static struct match match_references(const struct named *x, int64_t amount)
{
	struct set both = x->references;
	set_append(&both, &x->numbers);
	if (x->references.count == 1 && (!x->numbers.count || (x->references.at[0]->signs & SIGN_AMOUNT))) {
		choose_alone(x->references.at[0], amount);
		return found(MATCH_REFERENCE, 1);
	}
	if (x->references.count > 1) {
		struct match match = match_several(&x->references, x->references.count, amount, MATCH_REFERENCES_SUM);
		if (match.rule == MATCH_REFERENCES_SEVERAL && !x->numbers.count && match_discounted(&x->references, amount))
			return found(MATCH_REFERENCES_DISCOUNTED, 1);
		if (match.rule != MATCH_REFERENCES_SEVERAL || !x->numbers.count)
			return match;
	}
	return match_several(&both, x->references.count, amount, MATCH_NAMED_SUM);
}

/* Whose account pays is the stronger word; a payer whose account nobody knows is known by the name. */
static bool is_another_payer(const struct named *x, const struct candidate *one)
{
	if (one->signs & SIGN_OTHER_MANDATE)
		return true;
	if (one->signs & SIGN_OTHER_PAYER)
		return !(one->signs & SIGN_AMOUNT) || x->payer_owes;
	return is_contradicted(one);
}

static struct match match_number(const struct named *x, int64_t amount)
{
	struct candidate *one = x->numbers.at[0];
	bool owes_other = x->exact && span_equal(x->exact->customer, one->customer);
	if (is_another_payer(x, one))
		return found(MATCH_NUMBER_OTHER_PAYER, 1);
	if (is_early(one) && !(one->signs & SIGN_AMOUNT))
		return found(MATCH_NUMBER_EARLY, 1);
	if (!(one->signs & SIGN_AMOUNT) && (owes_other || (one->signs & SIGN_FOLLOWED)))
		return found(MATCH_NUMBER_OTHER_AMOUNT, 1);
	choose_alone(one, amount);
	return found(MATCH_NUMBER, 1);
}

static bool is_borne(const struct candidate *c)
{
	uint64_t known = SIGNS_KNOWN | SIGN_NAME | (c->signs & SIGN_SHORT ? 0u : SIGN_SAME_REF);
	if (c->signs & SIGN_BROKEN)
		known = SIGN_PAYER;
	else if ((c->signs & (SIGN_CUT | SIGN_CUT_WIDTH)) == SIGN_CUT)
		known = SIGN_PAYER | SIGN_MANDATE;
	return (c->signs & SIGN_AMOUNT) && (c->signs & known);
}

static struct match match_mended_one(struct candidate *c, int64_t amount)
{
	choose(c, amount);
	return found(MATCH_MENDED, 1);
}

static bool are_known(const struct set *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!(s->at[i]->signs & (SIGNS_KNOWN | SIGN_NAME)) || (s->at[i]->signs & (SIGN_BROKEN | SIGN_CUT)))
			return false;
	return is_one_customer(s);
}

/* Several, some of them mended: the numbers come first in the set. */
static struct match match_mended_several(const struct set *s, size_t numbers, int64_t amount)
{
	struct match match = match_several(s, numbers ? numbers : s->count, amount, MATCH_MENDED_SUM);
	if (match.rule != MATCH_MENDED_SUM || numbers == s->count || are_known(s))
		return match;
	for (size_t i = 0; i < s->count; i++)
		s->at[i]->chosen = false, s->at[i]->minor = 0;
	return found(MATCH_MENDED_SELECTION, 1);
}

/* Check digits that fail say that the number is another: perhaps that of the same customer's other invoice of the amount. */
static bool is_slip_of(const struct named *x, const struct candidate *c)
{
	return (c->signs & SIGN_BROKEN) && x->exact && span_equal(x->exact->customer, c->customer);
}

static struct match match_mended(const struct named *x, int64_t amount)
{
	const struct set *weak = &x->weak;
	struct candidate *borne = NULL;
	size_t count = 0;
	for (size_t i = 0; i < weak->count; i++)
		if (is_borne(weak->at[i])) {
			borne = weak->at[i];
			count++;
		}
	if (count == 1 && !is_slip_of(x, borne))
		return match_mended_one(borne, amount);
	if (weak->count < 2)
		return found(MATCH_MENDED_ALONE, 1);
	return match_mended_several(weak, 0, amount);
}

static struct match match_numbers(const struct named *x, int64_t amount)
{
	struct set both = x->numbers;
	bool one = x->numbers.count == 1;
	set_append(&both, &x->weak);
	if (one && (!x->weak.count || (x->numbers.at[0]->signs & SIGN_AMOUNT)))
		return match_number(x, amount);
	if (!one) {
		struct match match = match_several(&x->numbers, x->numbers.count, amount, MATCH_NUMBERS_SUM);
		if (match.rule == MATCH_NUMBERS_SEVERAL && !x->weak.count && match_discounted(&x->numbers, amount))
			return found(MATCH_NUMBERS_DISCOUNTED, 1);
		if (match.rule != MATCH_NUMBERS_SEVERAL || !x->weak.count)
			return match;
	}
	return match_mended_several(&both, x->numbers.count, amount);
}

/* By reference, by number, by what may be one; false when no invoice is named, or so weakly that who pays says more. */
static bool match_named(const struct named *x, int64_t amount, bool knows_payer, struct match *out)
{
	if (x->references.count)
		*out = match_references(x, amount);
	else if (x->numbers.count)
		*out = match_numbers(x, amount);
	else if (x->weak.count)
		*out = match_mended(x, amount);
	else if (x->settled || (x->contradicted && !knows_payer))
		*out = found(MATCH_MENDED_ALONE, 1);
	else
		return false;
	return true;
}

/* ---- credit notes that are deducted by name ---- */

static void add_open(struct set *to, const struct set *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (from->at[i]->open > 0)
			set_add(to, from->at[i]);
}

static int64_t sum_of(const struct set *s)
{
	int64_t sum = 0;
	for (size_t i = 0; i < s->count; i++)
		sum += s->at[i]->open;
	return sum;
}

/* Strong words of one customer alone, and credit notes of the same. */
static bool is_deductible(const struct named *x, const struct set *owed, const struct set *credits)
{
	if (!owed->count || !credits->count || x->weak.count || owed->count + credits->count > SELECT_MOST)
		return false;
	for (size_t i = 0; i < owed->count; i++)
		if ((owed->at[i]->signs & (SIGN_FOLLOWED | SIGN_OTHER_MANDATE)) || is_early(owed->at[i]))
			return false;
	for (size_t i = 0; i < credits->count; i++)
		if (!span_equal(credits->at[i]->customer, owed->at[0]->customer))
			return false;
	return is_without_doubt(owed);
}

/* The amount is something of the customer without any credit note too. */
static bool has_other_meaning(const struct named *x, const struct set *owed, int64_t amount)
{
	if ((x->exact && span_equal(x->exact->customer, owed->at[0]->customer)) || is_discounted(owed, amount))
		return true;
	for (size_t i = 0; i < owed->count; i++)
		if ((owed->at[i]->signs & SIGN_AMOUNT) || owed->at[i]->difference.kind != DIFFERENCE_NONE)
			return true;
	return false;
}

static struct match match_less(const struct set *owed, const struct set *credits)
{
	enum match_rule_id rule = MATCH_REFERENCES_LESS_CREDIT;
	for (size_t i = 0; i < owed->count; i++) {
		choose(owed->at[i], owed->at[i]->open);
		if (!(owed->at[i]->signs & SIGN_REFERENCE))
			rule = MATCH_NUMBERS_LESS_CREDIT;
	}
	for (size_t i = 0; i < credits->count; i++)
		choose(credits->at[i], -credits->at[i]->open);
	return found(rule, 1);
}

/* A selection of documents less one of credit notes makes the amount just where the documents and the other credit notes make it with all of them. */
static bool match_credited(struct candidate *all, size_t n, const struct named *x, int64_t amount, struct match *out)
{
	struct set owed = { .count = 0 }, credits = { .count = 0 }, both;
	add_open(&owed, &x->references);
	add_open(&owed, &x->numbers);
	for (size_t i = 0; i < n; i++)
		if (has(&all[i], CANDIDATE_CREDIT, 0, SIGN_OTHER_CURRENCY) && all[i].open > 0)
			set_add(&credits, &all[i]);
	if (!is_deductible(x, &owed, &credits) || sum_of(&owed) - sum_of(&credits) != amount)
		return false;
	both = owed;
	set_append(&both, &credits);
	struct selection one = select_of(&both, amount + sum_of(&credits));
	*out = one.ended || one.found != 1 || has_other_meaning(x, &owed, amount) ? found(MATCH_LESS_CREDIT_SEVERAL, 2)
										  : match_less(&owed, &credits);
	return true;
}

/* ---- what is named in the currency that the payer instructed ---- */

static bool match_original(struct candidate *all, size_t n, const struct named *own, struct match *out)
{
	size_t others = own->references.count + own->numbers.count + own->weak.count;
	enum match_rule_id rule = MATCH_REFERENCE_ORIGINAL;
	struct set s = { .count = 0 };
	for (size_t i = 0; i < n; i++) {
		if (!has(&all[i], CANDIDATE_INVOICE, SIGN_ORIGINAL | SIGN_OTHER_CURRENCY, 0))
			continue;
		set_add(&s, &all[i]);
		if (!(all[i].signs & SIGN_REFERENCE))
			rule = MATCH_NUMBER_ORIGINAL;
	}
	if (!s.count || !is_without_doubt(&s))
		return false;
	for (size_t i = 0; !others && i < s.count; i++)
		choose(s.at[i], s.at[i]->open);
	*out = others ? found(MATCH_ORIGINAL_SEVERAL, s.count + others) : found(rule, 1);
	return true;
}

/* ---- what the payer owes ---- */

/* One invoice or one part of one is exactly that much: then no others together may be. */
static struct match match_exact(const struct set *s, struct candidate *exact, int64_t amount)
{
	struct selection x = is_one_customer(s) && s->count <= SELECT_MOST ? select_of(s, amount) : (struct selection){ 0 };
	int alone = exact->open == amount && s->count <= SELECT_MOST && is_one_customer(s);
	if (x.ended || x.found > alone)
		return found(MATCH_PAYER_AMOUNT_SEVERAL, 2);
	choose(exact, amount);
	return found(MATCH_PAYER_AMOUNT, 1);
}

static struct match match_sum(const struct set *s, int64_t amount)
{
	if (!is_one_customer(s) || s->count > SELECT_MOST)
		return found(MATCH_PAYER_OTHER_AMOUNT, s->count);
	struct selection x = select_of(s, amount);
	if (x.ended || x.found > 1)
		return found(MATCH_PAYER_SELECTIONS, 2);
	if (!x.found && s->count == 1 && amount < s->at[0]->open)
		return found(MATCH_PAYER_PART, 1);
	if (!x.found)
		return found(MATCH_PAYER_OTHER_AMOUNT, s->count);
	if (s->count > MATCH_SELECTION_MOST && !is_all(s, &x))
		return found(MATCH_PAYER_SELECTION_MANY, 1);
	choose_selection(s, &x);
	return found(is_all(s, &x) ? MATCH_PAYER_SUM : MATCH_PAYER_SELECTION, 1);
}

static bool match_payer(struct candidate *all, size_t n, int64_t amount, struct match *out)
{
	struct set owed = { .count = 0 };
	struct candidate *exact = NULL;
	size_t count = 0, other = 0; /* what is another amount by a difference is an explanation too */
	for (size_t i = 0; i < n; i++) {
		struct candidate *c = &all[i];
		if (!has(c, CANDIDATE_INVOICE, 0, SIGN_OTHER_CURRENCY) || !(c->signs & SIGNS_KNOWN) || c->open <= 0 || is_contradicted(c) ||
			is_early(c))
			continue;
		set_add(&owed, c);
		other += (c->signs & SIGNS_DIFFERENT) != 0;
		if (c->signs & SIGN_AMOUNT) {
			exact = c;
			count++;
		}
	}
	bool has_sum = other && !exact && owed.count <= SELECT_MOST && select_of(&owed, amount).found;
	if (owed.count)
		*out = count > 1        ? found(MATCH_PAYER_AMOUNT_SEVERAL, count)
		       : exact && other ? found(MATCH_PAYER_AMOUNT_SEVERAL, 1 + other)
		       : exact          ? match_exact(&owed, exact, amount)
		       : has_sum        ? found(MATCH_PAYER_SELECTIONS, 2)
					: match_sum(&owed, amount);
	return owed.count > 0;
}

/* ---- returns ---- */

static struct match one_or(struct candidate *one, size_t count, int64_t amount, enum match_rule_id single)
{
	if (count == 1)
		choose(one, amount);
	return count == 1 ? found(single, 1) : found(MATCH_RETURN_SEVERAL, count);
}

/* Money that the bank gives back: by reference, else by counterparty and amount. */
static struct match match_reversed(struct candidate *all, size_t n, int64_t amount)
{
	static const uint64_t ways[] = { SIGN_SAME_REF | SIGN_AMOUNT, SIGN_PAYER | SIGN_AMOUNT };
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
	struct named named = sort_named(all, n);
	if (match_original(all, n, &named, &match) || match_credited(all, n, &named, amount, &match))
		return match;
	if (match_named(&named, amount, pick(all, n, CANDIDATE_INVOICE, SIGN_PAYER, SIGN_OTHER_CURRENCY, &one, 1) > 0, &match))
		return match;
	if (pick(all, n, CANDIDATE_INVOICE, SIGN_OTHER_CURRENCY, 0, &one, 1))
		return found(MATCH_OTHER_CURRENCY, 1);
	if (match_payer(all, n, amount, &match))
		return match;
	size_t count = pick(all, n, CANDIDATE_PAYOUT, SIGN_AMOUNT, SIGN_OTHER_CURRENCY, &one, 1);
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
