#include <stdio.h>

#include "unit.h"

#include "common/money.h"

static const struct currency eur = { "EUR" }, usd = { "USD" }, jpy = { "JPY" }, bhd = { "BHD" };

static struct money of(int64_t minor, struct currency currency)
{
	return (struct money){ minor, currency };
}

static int64_t random_amount(struct chance *chance)
{
	static const int64_t ends[] = { 1 - MONEY_LIMIT, -1, 0, 1, MONEY_LIMIT - 1 };

	if (chance_below(chance, 6) == 0)
		return ends[chance_below(chance, 5)];
	return (int64_t)chance_next(chance) >> (11 + chance_below(chance, 52));
}

static void an_amount_stays_below_2_to_the_53(void **state)
{
	struct money money = of(42, eur);

	(void)state;
	assert_int_equal(money_make(MONEY_LIMIT, eur, &money), ERR_INVALID);
	assert_int_equal(money_make(-MONEY_LIMIT, eur, &money), ERR_INVALID);
	assert_int_equal(money_make(INT64_MAX, eur, &money), ERR_INVALID);
	assert_int_equal(money_make(INT64_MIN, eur, &money), ERR_INVALID);
	assert_int_equal(money.minor, 42);
	assert_int_equal(money_make(MONEY_LIMIT - 1, usd, &money), OK);
	assert_true(money_equal(money, of(MONEY_LIMIT - 1, usd)));
	assert_int_equal(money_make(1 - MONEY_LIMIT, eur, &money), OK);
}

static void sums_are_exact_or_an_error(void **state)
{
	struct chance chance = { 8 };
	struct why why;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		int64_t a = random_amount(&chance), b = random_amount(&chance);
		bool fits = a + b < MONEY_LIMIT && a + b > -MONEY_LIMIT, differs = a - b < MONEY_LIMIT && a - b > -MONEY_LIMIT;
		struct money sum = of(0, jpy), rest = of(0, jpy);

		assert_int_equal(money_add(of(a, eur), of(b, eur), &sum, &why), fits ? OK : ERR_INVALID);
		assert_true(money_equal(sum, fits ? of(a + b, eur) : of(0, jpy)));
		assert_int_equal(money_sub(of(a, eur), of(b, eur), &rest, &why), differs ? OK : ERR_INVALID);
		assert_true(money_equal(rest, differs ? of(a - b, eur) : of(0, jpy)));
	}
	assert_int_equal(money_add(of(MONEY_LIMIT - 1, eur), of(1, eur), &(struct money){ 0 }, &why), ERR_INVALID);
	assert_string_equal(why.code, "amount_too_large");
}

/* What no money_make let pass must not wrap either. */
static void sums_of_any_integers_never_wrap(void **state)
{
	struct money sum = of(42, eur);

	(void)state;
	assert_int_equal(money_add(of(INT64_MAX, eur), of(INT64_MAX, eur), &sum, NULL), ERR_INVALID);
	assert_int_equal(money_add(of(INT64_MIN, eur), of(INT64_MIN, eur), &sum, NULL), ERR_INVALID);
	assert_int_equal(money_sub(of(INT64_MIN, eur), of(1, eur), &sum, NULL), ERR_INVALID);
	assert_int_equal(money_sub(of(0, eur), of(INT64_MIN, eur), &sum, NULL), ERR_INVALID);
	assert_int_equal(sum.minor, 42);
}

static void currencies_do_not_mix(void **state)
{
	struct money sum = of(42, eur);
	struct why why;

	(void)state;
	assert_int_equal(money_add(of(1, eur), of(1, usd), &sum, &why), ERR_INVALID);
	assert_string_equal(why.code, "currency_mismatch");
	assert_int_equal(money_sub(of(1, eur), of(1, usd), &sum, &why), ERR_INVALID);
	assert_int_equal(sum.minor, 42);
	assert_false(money_equal(of(1, eur), of(1, usd)));
}

static void compare_mixed(void *arg)
{
	(void)arg;
	(void)money_compare(of(1, eur), of(1, usd));
}

static void negate_what_is_no_amount(void *arg)
{
	(void)arg;
	(void)money_negate(of(INT64_MIN, eur));
}

static void amounts_have_an_order_within_a_currency(void **state)
{
	(void)state;
	assert_int_equal(money_compare(of(1, eur), of(2, eur)), -1);
	assert_int_equal(money_compare(of(2, eur), of(1, eur)), 1);
	assert_int_equal(money_compare(of(2, eur), of(2, eur)), 0);
	assert_true(money_equal(money_min(of(-2, eur), of(1, eur)), of(-2, eur)));
	assert_true(money_equal(money_min(of(3, eur), of(1, eur)), of(1, eur)));
	assert_true(money_equal(money_negate(of(5, eur)), of(-5, eur)));
	assert_true(money_equal(money_zero(jpy), of(0, jpy)));
	assert_true(aborts(compare_mixed, NULL, "bug: money"));
	assert_true(aborts(negate_what_is_no_amount, NULL, "bug: money"));
}

static void digits_are_read_by_the_exponent_of_the_currency(void **state)
{
	static const struct {
		const char *text;
		struct currency currency;
		int64_t minor;
	} good[] = { { "1234.5", { "EUR" }, 123450 }, { "1234.50", { "EUR" }, 123450 }, { "1234.5000", { "EUR" }, 123450 },
		{ "-0.01", { "EUR" }, -1 }, { "0", { "EUR" }, 0 }, { "-0.00", { "EUR" }, 0 }, { "007", { "EUR" }, 700 },
		{ "1234", { "JPY" }, 1234 }, { "1234.00", { "JPY" }, 1234 }, { "1.234", { "BHD" }, 1234 },
		{ "90071992547409.91", { "EUR" }, MONEY_LIMIT - 1 }, { "-90071992547409.91", { "EUR" }, 1 - MONEY_LIMIT },
		{ "9007199254740991", { "JPY" }, MONEY_LIMIT - 1 } };
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct money money;

		assert_int_equal(money_parse(span_of(good[i].text), good[i].currency, &money, &why), OK);
		assert_true(money_equal(money, of(good[i].minor, good[i].currency)));
	}
}

static void digits_that_are_no_amount_are_refused_with_their_reason(void **state)
{
	static const struct {
		const char *text;
		struct currency currency;
		const char *code;
	} bad[] = { { "", { "EUR" }, "number_malformed" }, { "1.", { "EUR" }, "number_malformed" }, { ".1", { "EUR" }, "number_malformed" },
		{ "+1", { "EUR" }, "number_malformed" }, { "1,000.00", { "EUR" }, "number_malformed" },
		{ "1e2", { "EUR" }, "number_malformed" }, { "1.001", { "EUR" }, "number_too_precise" },
		{ "0.1", { "JPY" }, "number_too_precise" }, { "0.0001", { "BHD" }, "number_too_precise" },
		{ "90071992547409.92", { "EUR" }, "amount_too_large" }, { "-90071992547409.92", { "EUR" }, "amount_too_large" },
		{ "9223372036854775807", { "EUR" }, "amount_too_large" }, { "92233720368547758.07", { "EUR" }, "amount_too_large" },
		{ "92233720368547758.08", { "EUR" }, "number_too_large" }, { "99999999999999999999", { "JPY" }, "number_too_large" } };
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct money money = of(42, usd);

		assert_int_equal(money_parse(span_of(bad[i].text), bad[i].currency, &money, &why), ERR_INVALID);
		assert_string_equal(why.code, bad[i].code);
		assert_int_equal(money.minor, 42);
	}
}

static void an_amount_is_printed_and_read_back(void **state)
{
	static const struct currency currencies[] = { { "EUR" }, { "JPY" }, { "BHD" } };
	struct chance chance = { 10 };

	for (int i = 0; i < 30000; i++) {
		struct money money = of(i < 9000 ? i / 3 - 1500 : random_amount(&chance), currencies[i % 3]), back;

		assert_int_equal(money_parse(span_of(money_digits(*state, money)), money.currency, &back, NULL), OK);
		assert_true(money_equal(money, back));
	}
}

static void people_read_amounts_in_groups_of_three(void **state)
{
	assert_string_equal(money_digits(*state, of(-123450, eur)), "-1234.50");
	assert_string_equal(money_digits(*state, of(-5, eur)), "-0.05");
	assert_string_equal(money_digits(*state, of(0, bhd)), "0.000");
	assert_string_equal(money_digits(*state, of(1234, jpy)), "1234");
	assert_string_equal(money_text(*state, of(-123450, eur)), "EUR -1,234.50");
	assert_string_equal(money_text(*state, of(99999, eur)), "EUR 999.99");
	assert_string_equal(money_text(*state, of(1000, jpy)), "JPY 1,000");
	assert_string_equal(money_text(*state, of(MONEY_LIMIT - 1, bhd)), "BHD 9,007,199,254,740.991");
}

/* Rounding by looking: the nearest integer, and of two as near the one that the rule says. */
static int64_t nearest(int64_t num, int64_t den, bool to_even)
{
	int64_t low = num / den - (num % den < 0), twice = 2 * (num - low * den);

	if (twice != den)
		return twice < den ? low : low + 1;
	if (to_even)
		return low % 2 == 0 ? low : low + 1;
	return num < 0 ? low : low + 1;
}

static void rounding_is_right_for_every_small_fraction(void **state)
{
	(void)state;
	for (int64_t den = 1; den <= 60; den++) {
		for (int64_t num = -400; num <= 400; num++) {
			int64_t even, up;

			assert_int_equal(money_round_half_even(num, den, &even), OK);
			assert_int_equal(money_round_half_up(num, den, &up), OK);
			if (even != nearest(num, den, true) || up != nearest(num, den, false))
				fail_msg("%d/%d", (int)num, (int)den);
		}
	}
}

static void rounding_does_not_wrap_at_the_ends(void **state)
{
	__int128 most = (__int128)(~(unsigned __int128)0 >> 1), least = -most - 1;
	int64_t value = 42;

	(void)state;
	assert_int_equal(money_round_half_even(most, 1, &value), ERR_INVALID);
	assert_int_equal(money_round_half_up(least, 1, &value), ERR_INVALID);
	assert_int_equal(money_round_half_up((__int128)INT64_MAX * 2 + 1, 2, &value), ERR_INVALID);
	assert_int_equal(money_round_half_up((__int128)INT64_MIN * 2 - 1, 2, &value), ERR_INVALID);
	assert_int_equal(value, 42);
	assert_int_equal(money_round_half_even((__int128)INT64_MIN * 2 - 1, 2, &value), OK);
	assert_true(value == INT64_MIN);
	assert_int_equal(money_round_half_even(most, most, &value), OK);
	assert_int_equal(value, 1);
	assert_int_equal(money_round_half_even(most / 2 + 1, most, &value), OK);
	assert_int_equal(value, 1);
	assert_int_equal(money_round_half_up(least, most, &value), OK);
	assert_int_equal(value, -1);
}

static void divide_by_zero(void *arg)
{
	int64_t value;

	(void)arg;
	assert_int_equal(money_round_half_even(1, 0, &value), OK);
}

static void a_divisor_is_positive(void **state)
{
	(void)state;
	assert_true(aborts(divide_by_zero, NULL, "bug: money"));
}

static int64_t times(const char *quantity, const char *price, struct currency currency)
{
	struct decimal q, p;
	struct money money;
	struct why why;

	assert_int_equal(decimal_parse(span_of(quantity), &q, &why), OK);
	assert_int_equal(decimal_parse(span_of(price), &p, &why), OK);
	if (money_times(q, p, currency, &money, &why) != OK) {
		assert_string_equal(why.code, "amount_too_large");
		return INT64_MIN;
	}
	assert_true(currency_equal(money.currency, currency));
	return money.minor;
}

static void a_line_is_quantity_times_price_rounded_once(void **state)
{
	(void)state;
	assert_int_equal(times("3", "19.99", eur), 5997);
	assert_int_equal(times("0.5", "0.01", eur), 1);
	assert_int_equal(times("-0.5", "0.01", eur), -1);
	assert_int_equal(times("1", "0.004999999999", eur), 0);
	assert_int_equal(times("1", "0.005", eur), 1);
	assert_int_equal(times("1000", "0.00125", eur), 125);
	assert_int_equal(times("0.333333333333", "3", eur), 100);
	assert_int_equal(times("2.5", "1", jpy), 3);
	assert_int_equal(times("2.4999", "1", jpy), 2);
	assert_int_equal(times("1.0005", "1", bhd), 1001);
	assert_int_equal(times("0", "9223372036854775807", eur), 0);
	assert_int_equal(times("90071992547409.91", "1", eur), MONEY_LIMIT - 1);
}

static void a_line_that_is_too_large_is_refused(void **state)
{
	(void)state;
	assert_true(times("9223372036854775807", "9223372036854775807", eur) == INT64_MIN);
	assert_true(times("-9223372036854775808", "-9223372036854775808", bhd) == INT64_MIN);
	assert_true(times("9223372036854775807", "-9223372036854775808", jpy) == INT64_MIN);
	assert_true(times("90071992547409.92", "1", eur) == INT64_MIN);
	assert_true(times("9223372.036854775807", "9223372.036854775807", eur) == INT64_C(8507059173023462));
	assert_true(times("92233720.36854775807", "9223372.036854775807", eur) == INT64_MIN);
}

/* Against the naive product, where that fits. */
static void lines_of_all_sizes_agree_with_the_naive_product(void **state)
{
	struct chance chance = { 12 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct decimal q = { (int64_t)chance_below(&chance, 20001) - 10000, (int)chance_below(&chance, 4) };
		struct decimal p = { (int64_t)chance_below(&chance, 20001) - 10000, (int)chance_below(&chance, 4) };
		int64_t num = q.unscaled * p.unscaled * 100, den = 1;
		struct money money;

		for (int k = 0; k < q.scale + p.scale; k++)
			den *= 10;
		assert_int_equal(money_times(q, p, eur, &money, NULL), OK);
		assert_true(money.minor == nearest(num, den, false));
	}
}

static int64_t percent(int64_t minor, const char *rate)
{
	struct decimal decimal;
	struct money money;

	assert_int_equal(decimal_parse(span_of(rate), &decimal, NULL), OK);
	return money_percent(of(minor, eur), decimal, &money, NULL) == OK ? money.minor : INT64_MIN;
}

static void tax_is_a_percentage_rounded_once(void **state)
{
	(void)state;
	assert_int_equal(percent(10000, "19"), 1900);
	assert_int_equal(percent(150, "7"), 11); /* 10.5 */
	assert_int_equal(percent(-150, "7"), -11);
	assert_int_equal(percent(149, "7"), 10);
	assert_int_equal(percent(99999, "0"), 0);
	assert_int_equal(percent(12345, "8.1"), 1000); /* 999.945 */
	assert_int_equal(percent(100, "0.499999999999"), 0);
	assert_int_equal(percent(100, "0.5"), 1);
	assert_int_equal(percent(MONEY_LIMIT - 1, "100"), MONEY_LIMIT - 1);
	assert_true(percent(MONEY_LIMIT - 1, "101") == INT64_MIN);
	assert_true(percent(MONEY_LIMIT - 1, "9223372036854775807") == INT64_MIN);
	assert_true(percent(1 - MONEY_LIMIT, "-9223372036854775808") == INT64_MIN);
}

#define PARTS 12

/* Largest remainder as a person would do it: hand out the units left one by one to the largest rest not yet served. */
static void split_slowly(int64_t whole, const int64_t *weights, size_t n, int64_t *parts)
{
	__int128 total = 0, rests[PARTS];
	int64_t left = whole < 0 ? -whole : whole;

	for (size_t i = 0; i < n; i++)
		total += weights[i];
	for (size_t i = 0; i < n; i++) {
		__int128 product = (__int128)(whole < 0 ? -whole : whole) * weights[i];

		parts[i] = (int64_t)(product / total);
		rests[i] = product % total;
		left -= parts[i];
	}
	for (; left > 0; left--) {
		size_t best = 0;

		for (size_t i = 1; i < n; i++) {
			if (rests[i] > rests[best])
				best = i;
		}
		parts[best]++;
		rests[best] = -1;
	}
	for (size_t i = 0; whole < 0 && i < n; i++)
		parts[i] = -parts[i];
}

static void a_split_sums_to_the_whole_by_largest_remainder(void **state)
{
	struct chance chance = { 13 };

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = 1 + chance_below(&chance, PARTS);
		int64_t weights[PARTS], want[PARTS], whole = random_amount(&chance), sum = 0;
		uint64_t shift = chance_below(&chance, 62);
		struct money parts[PARTS];

		for (size_t i = 0; i < n; i++)
			weights[i] = chance_below(&chance, 4) == 0 ? 0 : (int64_t)(chance_next(&chance) >> (1 + shift));
		weights[chance_below(&chance, n)] = 1 + (int64_t)(chance_next(&chance) >> (2 + shift));
		assert_int_equal(money_split(of(whole, eur), weights, n, parts, NULL), OK);
		split_slowly(whole, weights, n, want);
		for (size_t i = 0; i < n; i++) {
			assert_true(money_equal(parts[i], of(want[i], eur)));
			assert_true(weights[i] != 0 || parts[i].minor == 0);
			sum += parts[i].minor;
		}
		assert_true(sum == whole);
	}
}

static void ties_of_a_split_go_to_the_earlier_part(void **state)
{
	struct money parts[3];

	(void)state;
	assert_int_equal(money_split(of(100, eur), (int64_t[]){ 1, 1, 1 }, 3, parts, NULL), OK);
	assert_true(parts[0].minor == 34 && parts[1].minor == 33 && parts[2].minor == 33);
	assert_int_equal(money_split(of(-101, eur), (int64_t[]){ 5, 5, 5 }, 3, parts, NULL), OK);
	assert_true(parts[0].minor == -34 && parts[1].minor == -34 && parts[2].minor == -33);
	assert_int_equal(money_split(of(1, eur), (int64_t[]){ 0, 1, 1 }, 3, parts, NULL), OK);
	assert_true(parts[0].minor == 0 && parts[1].minor == 1 && parts[2].minor == 0);
}

static void a_split_by_many_weights_needs_no_patience(void **state)
{
	static int64_t weights[20000];
	static struct money parts[20000];
	struct chance chance = { 14 };
	int64_t sum = 0;

	(void)state;
	for (size_t i = 0; i < 20000; i++)
		weights[i] = (int64_t)chance_below(&chance, 1000);
	assert_int_equal(money_split(of(123456789, eur), weights, 20000, parts, NULL), OK);
	for (size_t i = 0; i < 20000; i++)
		sum += parts[i].minor;
	assert_int_equal(sum, 123456789);
}

static void a_split_without_sense_is_refused(void **state)
{
	struct money parts[2];
	struct why why;

	(void)state;
	assert_int_equal(money_split(of(1, eur), (int64_t[]){ 0, 0 }, 2, parts, &why), ERR_INVALID);
	assert_string_equal(why.code, "weights_zero");
	assert_int_equal(money_split(of(1, eur), (int64_t[]){ 0, -1 }, 2, parts, &why), ERR_INVALID);
	assert_string_equal(why.code, "weight_negative");
	assert_int_equal(money_split(of(1, eur), NULL, 0, parts, &why), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_amount_stays_below_2_to_the_53),
		cmocka_unit_test(sums_are_exact_or_an_error),
		cmocka_unit_test(sums_of_any_integers_never_wrap),
		cmocka_unit_test(currencies_do_not_mix),
		cmocka_unit_test(amounts_have_an_order_within_a_currency),
		cmocka_unit_test(digits_are_read_by_the_exponent_of_the_currency),
		cmocka_unit_test(digits_that_are_no_amount_are_refused_with_their_reason),
		WITH_ARENA(an_amount_is_printed_and_read_back),
		WITH_ARENA(people_read_amounts_in_groups_of_three),
		cmocka_unit_test(rounding_is_right_for_every_small_fraction),
		cmocka_unit_test(rounding_does_not_wrap_at_the_ends),
		cmocka_unit_test(a_divisor_is_positive),
		cmocka_unit_test(a_line_is_quantity_times_price_rounded_once),
		cmocka_unit_test(a_line_that_is_too_large_is_refused),
		cmocka_unit_test(lines_of_all_sizes_agree_with_the_naive_product),
		cmocka_unit_test(tax_is_a_percentage_rounded_once),
		cmocka_unit_test(a_split_sums_to_the_whole_by_largest_remainder),
		cmocka_unit_test(ties_of_a_split_go_to_the_earlier_part),
		cmocka_unit_test(a_split_by_many_weights_needs_no_patience),
		cmocka_unit_test(a_split_without_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
