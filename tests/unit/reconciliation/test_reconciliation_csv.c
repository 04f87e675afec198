#include "../unit.h"
#include "csv.h"

static const char *cell(struct arena *arena, const char *text)
{
	struct text t;

	text_init(&t, arena);
	csv_text(&t, true, span_of(text));
	return text_done(&t).at;
}

static void a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(void **state)
{
	assert_string_equal(cell(*state, "=1+1"), "\"'=1+1\"");
	assert_string_equal(cell(*state, "+49 40 123"), "\"'+49 40 123\"");
	assert_string_equal(cell(*state, "-2"), "\"'-2\"");
	assert_string_equal(cell(*state, "@SUM(A1)"), "\"'@SUM(A1)\"");
	assert_string_equal(cell(*state, "\tx"), "\"'\tx\"");
	assert_string_equal(cell(*state, "a=b"), "a=b");
}

static void separators_quotes_and_line_ends_are_quoted(void **state)
{
	assert_string_equal(cell(*state, "a,b"), "\"a,b\"");
	assert_string_equal(cell(*state, "say \"so\""), "\"say \"\"so\"\"\"");
	assert_string_equal(cell(*state, "a\r\nb"), "\"a\r\nb\"");
	assert_string_equal(cell(*state, ""), "");
}

static void a_row_has_its_commas_and_its_end(void **state)
{
	struct text t;

	text_init(&t, *state);
	csv_text(&t, true, SPAN("x"));
	csv_plain(&t, false, "-12.50");
	csv_text(&t, false, SPAN(""));
	csv_end(&t);
	assert_string_equal(text_done(&t).at, "x,-12.50,\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_text_that_a_spreadsheet_would_run_gets_an_apostrophe),
		WITH_ARENA(separators_quotes_and_line_ends_are_quoted),
		WITH_ARENA(a_row_has_its_commas_and_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
