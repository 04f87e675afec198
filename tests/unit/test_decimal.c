#include <stdio.h>

#include "unit.h"

#include "common/decimal.h"

static void a_scale_lies_between_0_and_12(void **state)
{
	struct decimal decimal = { 42, 1 };

	(void)state;
	assert_int_equal(decimal_make(1, -1, &decimal), ERR_INVALID);
	assert_int_equal(decimal_make(1, 13, &decimal), ERR_INVALID);
	assert_int_equal(decimal.unscaled, 42);
	assert_int_equal(decimal_make(INT64_MIN, 12, &decimal), OK);
	assert_true(decimal.unscaled == INT64_MIN && decimal.scale == 12);
}

static void a_decimal_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t unscaled;
		int scale;
	} good[] = { { "0", 0, 0 }, { "-0", 0, 0 }, { "7", 7, 0 }, { "-7.25", -725, 2 }, { "1.50", 150, 2 }, { "007.5", 75, 1 },
		{ "0.000000000001", 1, 12 }, { "1.0000000000000000000000", 1000000000000, 12 }, { "9223372036854775807", INT64_MAX, 0 },
		{ "-9223372036854775808", INT64_MIN, 0 }, { "922337203685477580.7", INT64_MAX, 1 },
		{ "-9223372.036854775808", INT64_MIN, 12 } };
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct decimal decimal;

		assert_int_equal(decimal_parse(span_of(good[i].text), &decimal, &why), OK);
		assert_true(decimal.unscaled == good[i].unscaled);
		assert_int_equal(decimal.scale, good[i].scale);
	}
}

static void what_is_no_decimal_is_refused_with_its_reason(void **state)
{
	static const char *const bad[][2] = { { "", "number_malformed" }, { "-", "number_malformed" }, { "+1", "number_malformed" },
		{ ".5", "number_malformed" }, { "5.", "number_malformed" }, { "-.5", "number_malformed" }, { "1,5", "number_malformed" },
		{ "1.2.3", "number_malformed" }, { "1e3", "number_malformed" }, { "0x10", "number_malformed" },
		{ " 1", "number_malformed" }, { "1 ", "number_malformed" }, { "1 000", "number_malformed" }, { "--1", "number_malformed" },
		{ "1.-5", "number_malformed" }, { "NaN", "number_malformed" }, { "inf", "number_malformed" },
		{ "\u0661", "number_malformed" }, { "0.0000000000001", "number_too_precise" },
		{ "1.00000000000000000001", "number_too_precise" }, { "9223372036854775808", "number_too_large" },
		{ "-9223372036854775809", "number_too_large" }, { "9223372.036854775808", "number_too_large" },
		{ "99999999999999999999999999", "number_too_large" } };
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct decimal decimal = { 42, 3 };

		assert_int_equal(decimal_parse(span_of(bad[i][0]), &decimal, &why), ERR_INVALID);
		assert_string_equal(why.code, bad[i][1]);
		assert_int_equal(decimal.unscaled, 42);
	}
	assert_int_equal(decimal_parse(SPAN("1\0"), &(struct decimal){ 0 }, NULL), ERR_INVALID);
}

static void a_decimal_is_printed_and_read_back(void **state)
{
	struct chance chance = { 6 };

	assert_string_equal(decimal_text(*state, (struct decimal){ -725, 2 }), "-7.25");
	assert_string_equal(decimal_text(*state, (struct decimal){ -5, 2 }), "-0.05");
	assert_string_equal(decimal_text(*state, (struct decimal){ 150, 2 }), "1.50");
	assert_string_equal(decimal_text(*state, (struct decimal){ INT64_MIN, 12 }), "-9223372.036854775808");
	for (int i = 0; i < 20000; i++) {
		struct decimal decimal = { chance_int64(&chance), (int)chance_below(&chance, 13) }, back;

		assert_int_equal(decimal_parse(span_of(decimal_text(*state, decimal)), &back, NULL), OK);
		assert_true(back.unscaled == decimal.unscaled && back.scale == decimal.scale);
	}
}

static void order_does_not_ask_for_the_scale(void **state)
{
	(void)state;
	assert_int_equal(decimal_compare((struct decimal){ 15, 1 }, (struct decimal){ 1500, 3 }), 0);
	assert_int_equal(decimal_compare((struct decimal){ 0, 0 }, (struct decimal){ 0, 12 }), 0);
	assert_int_equal(decimal_compare((struct decimal){ 15, 1 }, (struct decimal){ 1501, 3 }), -1);
	assert_int_equal(decimal_compare((struct decimal){ -15, 1 }, (struct decimal){ -1501, 3 }), 1);
	assert_int_equal(decimal_compare((struct decimal){ INT64_MAX, 0 }, (struct decimal){ INT64_MAX, 12 }), 1);
	assert_int_equal(decimal_compare((struct decimal){ INT64_MIN, 0 }, (struct decimal){ INT64_MIN, 12 }), -1);
	assert_int_equal(decimal_compare((struct decimal){ INT64_MIN, 12 }, (struct decimal){ INT64_MAX, 0 }), -1);
}

static void powers_of_ten_end_at_38(void **state)
{
	(void)state;
	assert_true(decimal_power(0) == 1 && decimal_power(12) == INT64_C(1000000000000));
	assert_true(decimal_power(38) / decimal_power(19) / decimal_power(18) == 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scale_lies_between_0_and_12),
		cmocka_unit_test(a_decimal_is_read),
		cmocka_unit_test(what_is_no_decimal_is_refused_with_its_reason),
		WITH_ARENA(a_decimal_is_printed_and_read_back),
		cmocka_unit_test(order_does_not_ask_for_the_scale),
		cmocka_unit_test(powers_of_ten_end_at_38),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
