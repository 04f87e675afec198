#include "match/difference.h"

static const struct difference_row rows[DIFFERENCE_KINDS] = {
	[DIFFERENCE_NONE] = { "none", CHART_COUNT, CAUSE_COUNT, false, "nothing explains what is lacking: it stays open" },
	[DIFFERENCE_CHARGES] = { "charges", CHART_BANK_CHARGES, CAUSE_CHARGES, false,
		"exactly what banks kept on the way: the line tells it, or the merchant knows the amount" },
	[DIFFERENCE_DISCOUNT] = { "discount", CHART_DISCOUNTS, CAUSE_DISCOUNT, true,
		"exactly the discount for early payment, by the terms of the invoice, else of the policy, rounded either way, paid in time and nothing before" },
	[DIFFERENCE_TOLERANCE] = { "tolerance", CHART_WRITE_OFF, CAUSE_TOLERANCE, true,
		"so little is lacking that nobody is asked for it: within the amount and the share of the policy" },
	[DIFFERENCE_OVER] = { "over", CHART_DIFFERENCE_INCOME, CAUSE_OVER, false,
		"so little is too much that nobody is given it back: within the amount and the share of the policy" },
};
static const char *const disputes[] = { "", "a discount was taken after its last day", "more was deducted than the discount that is due" };

const struct difference_row *difference_row(enum difference_kind kind)
{
	return &rows[kind];
}

const char *dispute_help(enum dispute d)
{
	return disputes[d];
}

struct difference_policy difference_default(struct span merchant, struct currency currency)
{
	return (struct difference_policy){
		.merchant = merchant,
		.currency = currency,
		.short_share = SHARE_WHOLE,
		.over_share = SHARE_WHOLE,
		.takes_charges = true,
		.known_charges = SPAN(""),
	};
}

bool difference_has_known(const struct difference_policy *p, int64_t minor)
{
	struct span rest = p->known_charges, word;
	int64_t known;
	while (rest.size) {
		span_cut(rest, '\n', &word, &rest);
		if (span_int64(word, &known) == OK && known == minor)
			return true;
	}
	return false;
}

/* A share of an amount, to the minor unit below and above. */
static void share_of(int64_t minor, int64_t share, int64_t *least, int64_t *most)
{
	__int128 product = (__int128)minor * share;
	*least = (int64_t)(product / SHARE_WHOLE);
	*most = *least + (product % SHARE_WHOLE != 0);
}

/* What the invoice says itself comes before what the policy says of all. */
static struct discount terms_of(const struct difference_policy *p, const struct settling *s)
{
	if (s->terms.count || !p->discount_share)
		return s->terms;
	return (struct discount){ 1, { { p->discount_share, p->discount_days } } };
}

static bool is_in_time(const struct difference_policy *p, const struct settling *s, const struct discount_step *step)
{
	return s->valued.day - s->issued.day <= step->days + p->grace_days;
}

/* False where the share comes to nothing. */
static bool discount_of(const struct discount_step *step, int64_t open, struct due_discount *due)
{
	share_of(open, step->share, &due->least, &due->most);
	return due->most > 0 && money_round_half_even((__int128)open * step->share, SHARE_WHOLE, &due->minor) == OK;
}

bool difference_discount(const struct difference_policy *p, const struct settling *s, struct due_discount *due)
{
	struct discount terms = terms_of(p, s);
	for (int i = 0; s->may_discount && i < terms.count; i++)
		if (is_in_time(p, s, &terms.steps[i]))
			return discount_of(&terms.steps[i], s->open, due);
	return false;
}

/* What lacks is exactly a step, one that is not over or one that is. */
static bool is_step(const struct difference_policy *p, const struct settling *s, int64_t lacks, bool in_time)
{
	struct discount terms = terms_of(p, s);
	struct due_discount due;
	for (int i = 0; s->may_discount && i < terms.count; i++)
		if (is_in_time(p, s, &terms.steps[i]) == in_time && discount_of(&terms.steps[i], s->open, &due) &&
			(lacks == due.least || lacks == due.most))
			return true;
	return false;
}

static bool are_charges(const struct difference_policy *p, const struct settling *s, int64_t lacks)
{
	if (p->charges_most && lacks > p->charges_most)
		return false;
	return (p->takes_charges && lacks == s->charges_told) || difference_has_known(p, lacks);
}

/* Also the smaller one of a later step: a payer may take less than is due. */
static bool is_discount(const struct difference_policy *p, const struct settling *s, int64_t lacks)
{
	return is_step(p, s, lacks, true);
}

/* Within the amount, and within the share of what is owed to the minor unit below. */
static bool is_within(int64_t minor, int64_t most, int64_t open, int64_t share)
{
	int64_t least, above;
	share_of(open, share, &least, &above);
	return minor <= most && minor <= least;
}

static bool is_tolerated(const struct difference_policy *p, const struct settling *s, int64_t lacks)
{
	return is_within(lacks, p->short_most, s->open, p->short_share);
}

static bool is_kept(const struct difference_policy *p, const struct settling *s)
{
	return s->open > 0 && s->paid > s->open && is_within(s->paid - s->open, p->over_most, s->open, p->over_share);
}

struct found_difference difference_find(const struct difference_policy *p, const struct settling *s)
{
	static bool (*const ways[DIFFERENCE_OVER])(
		const struct difference_policy *, const struct settling *, int64_t) = { NULL, are_charges, is_discount, is_tolerated };
	int64_t lacks = s->open - s->paid;
	if (is_kept(p, s))
		return (struct found_difference){ DIFFERENCE_OVER, -lacks };
	for (int kind = DIFFERENCE_NONE + 1; lacks > 0 && s->paid > 0 && kind < DIFFERENCE_OVER; kind++)
		if (ways[kind](p, s, lacks))
			return (struct found_difference){ (enum difference_kind)kind, lacks };
	return (struct found_difference){ DIFFERENCE_NONE, 0 };
}

enum dispute difference_dispute(const struct difference_policy *p, const struct settling *s)
{
	struct due_discount due;
	int64_t lacks = s->open - s->paid;
	if (lacks <= 0 || difference_find(p, s).kind != DIFFERENCE_NONE)
		return DISPUTE_NONE;
	if (is_step(p, s, lacks, false))
		return DISPUTE_LATE;
	return difference_discount(p, s, &due) && lacks > due.most && lacks <= 2 * due.most ? DISPUTE_EXCESS : DISPUTE_NONE;
}
