#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "pan.h"

static void assert_pan(const char *text, const char *found)
{
	size_t at, size;

	if (!pan_find(span_of(text), &at, &size))
		fail_msg("no card number found in: %s", text);
	assert_true(span_equal(span_bytes(text + at, size), span_of(found)));
}

static void assert_none(const char *text)
{
	if (pan_is_in(span_of(text)))
		fail_msg("taken for a card number: %s", text);
}

static void numbers_of_every_issuer_are_found(void **state)
{
	/* The issuers' and providers' published test numbers. */
	static const char *const numbers[] = { "4111111111111111", "4222222222222", "5555555555554444", "2223003122003222",
		"378282246310005", "341111111111111", "30569309025904", "36227206271667", "38520000023237", "6011111111111117",
		"3566002020360505", "6205500000000000004" };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		assert_pan(numbers[i], numbers[i]);
}

static void groups_as_printed_on_cards_are_found(void **state)
{
	(void)state;
	assert_pan("paid with 4111 1111 1111 1111, thanks", "4111 1111 1111 1111");
	assert_pan("4111-1111-1111-1111", "4111-1111-1111-1111");
	assert_pan("Amex 3782 822463 10005.", "3782 822463 10005");
	assert_pan("on 2026-11-22: 4111111111111111", "4111111111111111");
	assert_pan("12 4111111111111111", "4111111111111111");
}

static void a_wrong_check_digit_length_or_issuer_is_none(void **state)
{
	(void)state;
	assert_none("4111111111111112");
	assert_none("41111111111111");
	assert_none("411111111111111111111111");
	assert_none("1111111111111117");
	assert_none("9411111111111111");
	assert_none("");
	assert_none("4");
}

static void account_numbers_references_and_ids_are_none(void **state)
{
	(void)state;
	assert_none("DE89370400440532013000");
	assert_none("DE89 3704 0044 0532 0130 00");
	assert_none("AT4111111111111111");
	assert_none("4111111111111111AB");
	assert_none("RF18539007547034");
	assert_none("1763812345678901");
	assert_none("01890a5d-ac96-774b-bcce-b302099a8057");
	assert_none("41111111 11111111");
	assert_none("\xc3\xa4"
		    "4111111111111111");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_every_issuer_are_found),
		cmocka_unit_test(groups_as_printed_on_cards_are_found),
		cmocka_unit_test(a_wrong_check_digit_length_or_issuer_is_none),
		cmocka_unit_test(account_numbers_references_and_ids_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
