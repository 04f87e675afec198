#include <stdio.h>

#include <jansson.h>

#include "unit.h"

#include "common/money.h"

#define ISO_CODES "/usr/share/iso-codes/json/iso_4217.json"
#define GOLDEN "tests/golden/currencies.txt"

/* ISO 4217 as other programs have it lags behind or ahead of the table by these amendments. */
static const char younger[] = "XAD XCG ZWG";
static const char older[] = "ANG BGN CUC HRK SLL ZWL";
/* In the standard, but no money that anybody is invoiced in: funds codes, and what has no minor unit. */
static const char refused[] = "BOV CHE CHW CLF COU MXV USN UYI UYW XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX";

static bool is_known(const char *code)
{
	struct currency currency;

	return currency_parse(span_of(code), &currency) == OK;
}

static void the_table_is_sorted_and_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < currency_count(); i++) {
		int exponent, number, other;
		struct currency currency;
		const char *code = currency_at(i, &exponent, &number);

		assert_int_equal(strlen(code), 3);
		assert_int_equal(currency_parse(span_of(code), &currency), OK);
		assert_string_equal(currency.code, code);
		assert_int_equal(currency_exponent(currency), exponent);
		assert_in_range(exponent, 0, 3);
		assert_in_range(number, 1, 999);
		if (i > 0)
			assert_true(strcmp(currency_at(i - 1, &other, &other), code) < 0);
	}
}

/* tests/e2e/test_currencies.py compares the golden file with the iso4217 package. */
static void the_table_is_its_golden_file(void **state)
{
	struct text text;

	text_init(&text, *state);
	for (size_t i = 0; i < currency_count(); i++) {
		int exponent, number;
		const char *code = currency_at(i, &exponent, &number);

		text_printf(&text, "%s %03d %d\n", code, number, exponent);
	}
	assert_string_equal(text_done(&text).at, read_file(*state, GOLDEN).at);
}

/* Each of Debian's codes is ours with the same number, or one that is out of use or refused on purpose. */
static void debian_knows_no_currency_that_the_table_lacks(void **state)
{
	json_t *file = json_load_file(ISO_CODES, 0, NULL), *list = json_object_get(file, "4217"), *one;
	size_t i;

	(void)state;
	assert_non_null(file);
	assert_true(json_array_size(list) > 150);
	json_array_foreach(list, i, one)
	{
		const char *code = json_string_value(json_object_get(one, "alpha_3"));

		if (!is_known(code) && strstr(older, code) == NULL && strstr(refused, code) == NULL)
			fail_msg("%s is missing", code);
	}
	json_decref(file);
}

static int number_in(json_t *list, const char *code)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		int64_t number;

		if (strcmp(json_string_value(json_object_get(one, "alpha_3")), code) == 0 &&
			span_int64(span_of(json_string_value(json_object_get(one, "numeric"))), &number) == OK)
			return (int)number;
	}
	return 0;
}

static void every_currency_of_the_table_is_one_for_debian(void **state)
{
	json_t *file = json_load_file(ISO_CODES, 0, NULL), *list = json_object_get(file, "4217");

	(void)state;
	assert_non_null(file);
	for (size_t i = 0; i < currency_count(); i++) {
		int exponent, number, theirs;
		const char *code = currency_at(i, &exponent, &number);

		theirs = number_in(list, code);
		if (theirs != number && (theirs != 0 || strstr(younger, code) == NULL))
			fail_msg("%s is %d for Debian and %d here", code, theirs, number);
	}
	json_decref(file);
}

static void what_is_no_money_is_refused(void **state)
{
	static const char *const bad[] = { "", "EU", "EURO", "eur", "Eur", " EUR", "E R", "\u00e4\u00e4", "978", "XXX", "XAU", "XTS", "CLF",
		"DEM", "HRK" };
	struct currency currency = { "ZZZ" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(currency_parse(span_of(bad[i]), &currency), ERR_INVALID);
	for (const char *at = refused; *at != '\0'; at += at[3] == '\0' ? 3 : 4)
		assert_int_equal(currency_parse(span_bytes(at, 3), &currency), ERR_INVALID);
	assert_string_equal(currency.code, "ZZZ");
}

static void exponents_follow_the_standard(void **state)
{
	(void)state;
	assert_int_equal(currency_exponent((struct currency){ "EUR" }), 2);
	assert_int_equal(currency_exponent((struct currency){ "JPY" }), 0);
	assert_int_equal(currency_exponent((struct currency){ "ISK" }), 0);
	assert_int_equal(currency_exponent((struct currency){ "BHD" }), 3);
	assert_int_equal(currency_exponent((struct currency){ "MGA" }), 2);
	assert_true(currency_equal((struct currency){ "EUR" }, (struct currency){ "EUR" }));
	assert_false(currency_equal((struct currency){ "EUR" }, (struct currency){ "EUS" }));
}

static void ask_for_no_currency(void *arg)
{
	(void)arg;
	(void)currency_exponent((struct currency){ "" });
}

static void ask_past_the_end(void *arg)
{
	int exponent, number;

	(void)arg;
	(void)currency_at(currency_count(), &exponent, &number);
}

static void a_currency_that_nobody_checked_is_a_bug(void **state)
{
	(void)state;
	assert_true(aborts(ask_for_no_currency, NULL, "bug: currency"));
	assert_true(aborts(ask_past_the_end, NULL, "bug: currency"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sorted_and_sound),
		WITH_ARENA(the_table_is_its_golden_file),
		cmocka_unit_test(debian_knows_no_currency_that_the_table_lacks),
		cmocka_unit_test(every_currency_of_the_table_is_one_for_debian),
		cmocka_unit_test(what_is_no_money_is_refused),
		cmocka_unit_test(exponents_follow_the_standard),
		cmocka_unit_test(a_currency_that_nobody_checked_is_a_bug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
