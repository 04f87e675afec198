#include "money.h"

/* One splitting: each part's share is magnitude * weight / total, cut down; the rests decide who gets the units left. */
struct split {
	int64_t magnitude;
	const int64_t *weights;
	size_t n;
	__int128 total;
};

static int64_t share(const struct split *split, size_t i)
{
	return (int64_t)((__int128)split->magnitude * split->weights[i] / split->total);
}

static __int128 rest(const struct split *split, size_t i)
{
	return (__int128)split->magnitude * split->weights[i] % split->total;
}

static enum err read_weights(struct split *split, struct why *why)
{
	for (size_t i = 0; i < split->n; i++) {
		if (split->weights[i] < 0)
			return why_set(why, ERR_INVALID, "weight_negative", "weight %zu of a split is negative", i);
		split->total += split->weights[i];
	}
	if (split->total == 0)
		return why_set(why, ERR_INVALID, "weights_zero", "a split needs one weight above zero");
	return OK;
}

static size_t count_at_least(const struct split *split, __int128 threshold)
{
	size_t count = 0;

	for (size_t i = 0; i < split->n; i++)
		count += rest(split, i) >= threshold;
	return count;
}

/* The largest threshold that at least `wanted` rests reach: by bisection, so that no memory is needed to sort them. */
static __int128 threshold_for(const struct split *split, size_t wanted)
{
	__int128 low = 0, high = split->total;

	while (high - low > 1) {
		__int128 middle = low + (high - low) / 2;

		if (count_at_least(split, middle) >= wanted)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void share_out_rest(const struct split *split, size_t left, struct money *parts)
{
	__int128 threshold = threshold_for(split, left);
	size_t at_threshold = left - count_at_least(split, threshold + 1);

	for (size_t i = 0; i < split->n; i++) {
		__int128 own = rest(split, i);

		if (own < threshold || (own == threshold && at_threshold == 0))
			continue;
		at_threshold -= own == threshold;
		parts[i].minor++;
	}
}

enum err money_split(struct money whole, const int64_t *weights, size_t n, struct money *parts, struct why *why)
{
	bool negative = whole.minor < 0;
	struct split split = { .magnitude = negative ? -whole.minor : whole.minor, .weights = weights, .n = n };
	int64_t left = split.magnitude;

	TRY(read_weights(&split, why));
	for (size_t i = 0; i < n; i++) {
		parts[i] = (struct money){ share(&split, i), whole.currency };
		left -= parts[i].minor;
	}
	if (left > 0)
		share_out_rest(&split, (size_t)left, parts);
	for (size_t i = 0; negative && i < n; i++)
		parts[i].minor = -parts[i].minor;
	return OK;
}
