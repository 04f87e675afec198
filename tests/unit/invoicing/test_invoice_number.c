#include "../unit.h"

#include "invoice.h"

static void a_number_is_prefix_year_and_at_least_six_digits(void **state)
{
	assert_string_equal(number_print(*state, SPAN("R-"), 2026, 42).at, "R-2026-000042");
	assert_string_equal(number_print(*state, SPAN("NORD-"), 2027, 1).at, "NORD-2027-000001");
	assert_string_equal(number_print(*state, SPAN("R"), 2026, 1234567).at, "R2026-1234567");
}

static void its_reference_is_its_letters_and_digits_with_check_digits(void **state)
{
	struct span rf = number_reference(*state, SPAN("R-2026-000042"));

	assert_true(rf_is_valid(rf));
	assert_string_equal(rf.at + 4, "R2026000042");
}

static void the_longest_number_fits_its_reference_and_the_contract(void **state)
{
	struct span number = number_print(*state, SPAN("A-B-C-D-E-F-G-H-"), 2026, SERIES_LAST);

	assert_true(number.size <= 32);
	assert_true(rf_is_valid(number_reference(*state, number)));
}

static void a_prefix_that_could_not_be_told_from_its_number_is_refused(void **state)
{
	static const char *const wrong[] = { "", "-", "---", "1R", "R1", "R-1-", "r", "R_", "R 1", "ABCDEFGHI", "A-A-A-A-A-A-A-A-A", "Ä",
		"2026-" };
	static const char *const right[] = { "R", "R-", "-R-", "A1B", "ABCDEFGH", "A-B-C-D-E-F-G-H-" };
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (prefix_check(span_of(wrong[i]), "invoice_prefix", &why) != ERR_INVALID)
			fail_msg("\"%s\" is taken", wrong[i]);
	}
	assert_string_equal(why.field, "invoice_prefix");
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		if (prefix_check(span_of(right[i]), "invoice_prefix", &why) != OK)
			fail_msg("\"%s\": %s", right[i], why.text);
	}
}

/* Of two numbers of different series, years or counts the references differ: each can be taken apart in one way. */
static void references_of_different_numbers_differ(void **state)
{
	static const char *const prefixes[] = { "R", "R2B", "RB", "B", "AR", "A20R" };
	static const int years[] = { 2000, 2002, 2020, 2026, 2100 };
	static const int64_t counts[] = { 1, 26, 202600, 999999, 1000001, 2026000001 % SERIES_LAST, 202600001, SERIES_LAST };
	static char seen[1024][RF_TEXT + 1];
	size_t n = 0;

	for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++)
		for (size_t y = 0; y < sizeof years / sizeof *years; y++)
			for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
				struct span number = number_print(*state, span_of(prefixes[p]), years[y], counts[c]);

				assert_int_equal(rf_normalise(number_reference(*state, number), seen[n]), OK);
				for (size_t i = 0; i < n; i++)
					assert_string_not_equal(seen[i], seen[n]);
				n++;
			}
}

static void prefixes_with_the_same_letters_count_together(void **state)
{
	assert_true(span_equal(prefix_series(*state, SPAN("R-")), prefix_series(*state, SPAN("R"))));
	assert_false(span_equal(prefix_series(*state, SPAN("R-A")), prefix_series(*state, SPAN("R"))));
}

/* Whoever knows one address knows no other. */
static void an_address_follows_from_all_that_a_document_is(void **state)
{
	struct uuid one = { { 1 } }, two = { { 2 } };
	struct span tokens[] = {
		document_token(*state, SPAN("secret"), DOCUMENT_INVOICE, SPAN("nord"), one),
		document_token(*state, SPAN("other"), DOCUMENT_INVOICE, SPAN("nord"), one),
		document_token(*state, SPAN("secret"), DOCUMENT_CREDIT_NOTE, SPAN("nord"), one),
		document_token(*state, SPAN("secret"), DOCUMENT_INVOICE, SPAN("volt"), one),
		document_token(*state, SPAN("secret"), DOCUMENT_INVOICE, SPAN("nord"), two),
	};

	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		assert_int_equal(tokens[i].size, 32);
		for (size_t k = 0; k < i; k++)
			assert_false(span_equal(tokens[i], tokens[k]));
	}
	assert_true(span_starts(document_path(*state, DOCUMENT_INVOICE, tokens[0]), "/i/"));
	assert_true(span_starts(document_path(*state, DOCUMENT_CREDIT_NOTE, tokens[2]), "/c/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_number_is_prefix_year_and_at_least_six_digits),
		WITH_ARENA(its_reference_is_its_letters_and_digits_with_check_digits),
		WITH_ARENA(the_longest_number_fits_its_reference_and_the_contract),
		WITH_ARENA(a_prefix_that_could_not_be_told_from_its_number_is_refused),
		WITH_ARENA(references_of_different_numbers_differ),
		WITH_ARENA(prefixes_with_the_same_letters_count_together),
		WITH_ARENA(an_address_follows_from_all_that_a_document_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
