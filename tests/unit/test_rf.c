#include <stdio.h>

#include "unit.h"

#include "common/rf.h"

static void known_references_are_valid(void **state)
{
	static const char *const good[] = { "RF18539007547034", "RF18 5390 0754 7034", "rf18539007547034", "RF18000000000539007547034",
		"RF712348231", "RF45G72UUR" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(rf_is_valid(span_of(good[i])));
}

/* ISO 11649 makes check digits as 98 less a rest of 0..96: 02 to 98. These satisfy the sum and are wrong all the same. */
static void check_digits_that_the_formula_never_makes_are_refused(void **state)
{
	(void)state;
	assert_false(rf_is_valid(SPAN("RF0072")));
	assert_false(rf_is_valid(SPAN("RF0154")));
	assert_false(rf_is_valid(SPAN("RF991X")));
}

static void what_is_no_reference_is_refused(void **state)
{
	static const char *const bad[] = { "", "RF", "RF18", "RF1", "18539007547034", "XF18539007547034", "RX18539007547034",
		"RF18539007547035", "RF19539007547034", "RF1X539007547034", "RFX8539007547034", "RF18-539007547034", "RF18\t539007547034",
		"RF18539007547034\u00a0", "RF180000000000539007547034" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(rf_is_valid(span_of(bad[i])));
	assert_false(rf_is_valid(SPAN("RF18539007547034\0")));
}

static void a_made_reference_is_valid_and_upper_case(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct chance chance = { 15 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char body[21], out[RF_TEXT + 1];
		size_t size = 1 + chance_below(&chance, 21);
		int check;

		for (size_t k = 0; k < size; k++)
			body[k] = alphabet[chance_below(&chance, 62)];
		assert_int_equal(rf_make(span_bytes(body, size), out), OK);
		assert_int_equal(strlen(out), size + 4);
		assert_true(rf_is_valid(span_of(out)));
		assert_null(strpbrk(out, "abcdefghijklmnopqrstuvwxyz"));
		check = (out[2] - '0') * 10 + out[3] - '0';
		assert_in_range(check, 2, 98);
	}
}

/* All bodies of two characters, each with all hundred pairs of check digits: exactly one is right. */
static void a_body_has_exactly_one_pair_of_check_digits(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	(void)state;
	for (int i = 0; i < 36 * 36; i++) {
		char body[2] = { alphabet[i / 36], alphabet[i % 36] }, made[RF_TEXT + 1];
		int good = 0;

		assert_int_equal(rf_make(span_bytes(body, 2), made), OK);
		for (int check = 0; check < 100; check++) {
			char text[32];

			snprintf(text, sizeof(text), "RF%02d%c%c", check, body[0], body[1]);
			if (rf_is_valid(span_of(text))) {
				good++;
				assert_string_equal(text, made);
			}
		}
		assert_int_equal(good, 1);
	}
}

/* Every single wrong character and every swap of two neighbours is noticed: what mod 97-10 is for. */
static void slips_of_the_pen_are_noticed(void **state)
{
	static const char reference[] = "RF18539007547034";

	(void)state;
	for (size_t i = 2; i < sizeof(reference) - 1; i++) {
		char text[sizeof(reference)];

		for (char c = '0'; c <= '9'; c++) {
			memcpy(text, reference, sizeof(text));
			text[i] = c;
			assert_int_equal(rf_is_valid(span_of(text)), c == reference[i]);
		}
		memcpy(text, reference, sizeof(text));
		if (i + 1 < sizeof(reference) - 1 && text[i] != text[i + 1]) {
			text[i] = reference[i + 1];
			text[i + 1] = reference[i];
			assert_false(rf_is_valid(span_of(text)));
		}
	}
}

static void a_body_that_cannot_be_one_is_refused(void **state)
{
	char out[RF_TEXT + 1];

	(void)state;
	assert_int_equal(rf_make(SPAN(""), out), ERR_INVALID);
	assert_int_equal(rf_make(SPAN("1234567890123456789012"), out), ERR_INVALID);
	assert_int_equal(rf_make(SPAN("12-3"), out), ERR_INVALID);
	assert_int_equal(rf_make(SPAN("1 2"), out), ERR_INVALID);
	assert_int_equal(rf_make(SPAN("\u00c4"), out), ERR_INVALID);
	assert_int_equal(rf_make(SPAN("123456789012345678901"), out), OK);
	assert_int_equal(strlen(out), RF_TEXT);
}

static const char *normal(struct arena *arena, const char *text)
{
	char out[RF_TEXT + 1];

	return rf_normalise(span_of(text), out) == OK ? arena_strdup(arena, out) : "refused";
}

static void references_that_mean_the_same_have_one_form(void **state)
{
	assert_string_equal(normal(*state, "RF18 0000 0000 0539 0075 4703 4"), "RF18539007547034");
	assert_string_equal(normal(*state, "rf18539007547034"), "RF18539007547034");
	assert_string_equal(normal(*state, "  RF45g72uur "), "RF45G72UUR");
	assert_string_equal(normal(*state, "RF18539007547035"), "refused");
}

static void a_body_of_zeroes_keeps_one(void **state)
{
	char made[RF_TEXT + 1], longer[RF_TEXT + 1], out[RF_TEXT + 1];

	(void)state;
	assert_int_equal(rf_make(SPAN("0"), made), OK);
	assert_int_equal(rf_make(SPAN("000000000000000000000"), longer), OK);
	assert_int_equal(rf_normalise(span_of(longer), out), OK);
	assert_string_equal(out, made);
}

static void a_reference_is_printed_in_groups_of_four(void **state)
{
	assert_string_equal(rf_print(*state, SPAN("RF18539007547034")), "RF18 5390 0754 7034");
	assert_string_equal(rf_print(*state, SPAN("RF45G72UUR")), "RF45 G72U UR");
	assert_string_equal(rf_print(*state, SPAN("")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_references_are_valid),
		cmocka_unit_test(check_digits_that_the_formula_never_makes_are_refused),
		cmocka_unit_test(what_is_no_reference_is_refused),
		cmocka_unit_test(a_made_reference_is_valid_and_upper_case),
		cmocka_unit_test(a_body_has_exactly_one_pair_of_check_digits),
		cmocka_unit_test(slips_of_the_pen_are_noticed),
		cmocka_unit_test(a_body_that_cannot_be_one_is_refused),
		WITH_ARENA(references_that_mean_the_same_have_one_form),
		cmocka_unit_test(a_body_of_zeroes_keeps_one),
		WITH_ARENA(a_reference_is_printed_in_groups_of_four),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
