#include "world.h"

#include "export.h"

/* Codes and texts of exports; whole files are read back by tests/e2e/test_reconciliation_ledger.py. */

static void the_nearest_code_counts(void **state)
{
	struct export_mapping m = {
		.target = EXPORT_DATEV, .base = SPAN("skr03"), .accounts = SPAN("cash\t1210\ncash:one\t1220\nrevenue\t8400\n")
	};
	(void)state;
	assert_true(span_is(export_code(&m, SPAN("cash:one")), "1220"));
	assert_true(span_is(export_code(&m, SPAN("cash:two")), "1210"));
	assert_true(span_is(export_code(&m, SPAN("revenue")), "8400"));
	assert_true(span_is(export_code(&m, SPAN("receivable")), "1410"));
	m.base = SPAN("skr04");
	assert_true(span_is(export_code(&m, SPAN("receivable")), "1210"));
	m.base = SPAN("");
	assert_int_equal(export_code(&m, SPAN("receivable")).size, 0);
	m.target = EXPORT_CSV;
	assert_true(span_is(export_code(&m, SPAN("receivable")), "receivable"));
}

/* What has no code in a base must be said by the merchant: where currencies meet nobody can guess. */
static void a_base_has_codes_of_four_digits_for_all_but_the_currency_position(void **state)
{
	static const char *const names[] = { "skr03", "skr04" };
	(void)state;
	for (int b = 0; b < 2; b++)
		for (int i = 0; i < CHART_COUNT; i++) {
			const char *code = export_base_code(span_of(names[b]), (enum chart)i);
			assert_int_equal(code != NULL, i != CHART_FX);
			assert_true(!code || strlen(code) == 4);
		}
	assert_false(export_base_is_known(SPAN("skr05")));
}

static void texts_go_out_in_windows_1252(void **state)
{
	struct span out = cp1252_print(*state, SPAN("Geb\xc3\xbchr 5 \xe2\x82\xac \xe2\x80\x93 \xc5\x81\xff"));
	assert_true(span_equal(out, SPAN("Geb\xfchr 5 \x80 \x96 ??")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(the_nearest_code_counts),
		WITH_ARENA(a_base_has_codes_of_four_digits_for_all_but_the_currency_position),
		WITH_ARENA(texts_go_out_in_windows_1252),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
