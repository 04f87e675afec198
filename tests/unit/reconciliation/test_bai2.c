#include "readers/bai2_codes.h"
#include "told.h"

/* A file of one group and account around these records, with trailers that hold: the account's sum and number of records are given. */
static const char *file_of(struct arena *a, const char *group, const char *account, const char *records, int sum, int count)
{
	return arena_printf(a, "01,BANK,DUNLIN,260303,0600,7,80,1,2/\n02,DUNLIN,BANK,%s/\n03,%s/\n%s49,%d,%d/\n98,%d,1,%d/\n99,%d,1,%d/\n",
		group, account, records, sum, count, sum, count + 2, sum, count + 4);
}

static const char *one(struct arena *a, const char *account, const char *records, int sum, int count)
{
	return told_text(a, file_of(a, "1,260302,,EUR,2", account, records, sum, count));
}

#define STATEMENT "statement 0: BANK/260303/7/1 of 4711 2026-03-02..2026-03-02, "

static void a_line_says_amount_dates_references_and_text(void **state)
{
	assert_string_equal(one(*state, "4711,EUR,010,10000,,,015,+21900,,",
				    "16,165,11900,V,260304,1200,BREF-1,NORD-000042,ADA BYRON INVOICE NORD-000042/\n", 43800, 3),
		"line 0.1 at 4: EUR 119.00 2026-03-02/2026-03-04 e2e=NORD-000042 bank=BREF-1 \"ADA BYRON INVOICE NORD-000042\""
		" code=PMNT/RCDT/ACDT own=165\n" STATEMENT "EUR 100.00 1 lines 11900 to EUR 219.00\n");
}

static void the_decimals_are_those_of_the_accounts_currency(void **state)
{
	assert_string_equal(one(*state, "4711,JPY,010,0,,,015,500,,", "16,165,500,0,,,/\n", 1000, 3),
		"line 0.1 at 4: JPY 500 2026-03-02 code=PMNT/RCDT/ACDT own=165\n" STATEMENT "JPY 0 1 lines 500 to JPY 500\n");
}

static void without_a_currency_of_the_account_the_groups_holds_and_else_dollars(void **state)
{
	struct arena *a = *state;
	assert_non_null(strstr(one(a, "4711,,010,0,,,015,0,,", "", 0, 2), "EUR 0.00 0 lines"));
	assert_non_null(strstr(told_text(a, file_of(a, "1,260302,2359,,2", "4711,,010,0,,,015,0,,", "", 0, 2)), "USD 0.00 0 lines"));
	assert_non_null(strstr(one(a, "4711,ABC,010,0,,,015,0,,", "", 0, 2), "currency_unknown: the currency is 'ABC'"));
}

static void a_continuation_goes_on_in_the_middle_of_a_list(void **state)
{
	assert_string_equal(one(*state, "4711,,010,10000,,,015", "88,10500,,,100/\n88,500,1,\n16,165,500,,,,T/\n", 21500, 5),
		"line 0.1 at 6: EUR 5.00 2026-03-02 \"T\" code=PMNT/RCDT/ACDT own=165\n" STATEMENT
		"EUR 100.00 1 lines 500 to EUR 105.00\n");
}

/* S brings three amounts, V a date and a time, D as many pairs as it says. */
static void funds_types_have_as_many_fields_as_they_say(void **state)
{
	assert_string_equal(one(*state, "4711,,072,7,1,D,2,0,3,1,4,074,9,,S,1,2,6,010,100,,V,260302,,015,300,,",
				    "16,195,200,S,100,50,50,B,C,three/\n16,195,20,D,2,0,10,1,10,,,pairs/\n16,475,20,D,0,,,none/\n", 656, 5),
		"line 0.1 at 4: EUR 2.00 2026-03-02 e2e=C bank=B \"three\" code=PMNT/RCDT/DMCT own=195\n"
		"line 0.2 at 5: EUR 0.20 2026-03-02 \"pairs\" code=PMNT/RCDT/DMCT own=195\n"
		"line 0.3 at 6: EUR -0.20 2026-03-02 \"none\" code=PMNT/ICHQ/CCHQ own=475\n" STATEMENT
		"EUR 1.00 3 lines 200 to EUR 3.00\n");
}

static void a_funds_type_that_is_none_is_named(void **state)
{
	const char *said = one(*state, "4711,,010,0,,Q,015,100,,", "16,195,100,Q,,,x/\n", 200, 3);
	assert_non_null(strstr(said, "broken 0 at 3: field_malformed: the funds type is 'Q'\n"));
	assert_non_null(strstr(said, "broken 0 at 4: field_malformed: the funds type is 'Q'\n"));
}

static void commas_and_slashes_are_part_of_a_text(void **state)
{
	assert_non_null(strstr(
		one(*state, "4711,,010,0,,,015,100,,", "16,195,100,0,,,RE 12/16, 2026-0042/43/\n", 200, 3), "\"RE 12/16, 2026-0042/43\""));
}

static void a_text_that_goes_on_may_begin_with_a_slash(void **state)
{
	assert_non_null(strstr(one(*state, "4711,,010,0,,,015,100,,", "16,195,100,0,,,ONE\n88,/TWO, TOO/\n88,THREE\n", 200, 5),
		"\"ONE\" \"/TWO, TOO\" \"THREE\""));
	assert_non_null(strstr(one(*state, "4711,,010,0,,,015,100,,", "16,195,100,0,,/\n88,/ROC/1\n", 200, 4), " \"/ROC/1\" "));
}

static void a_text_may_end_by_its_line_alone_or_be_padded_with_blanks(void **state)
{
	assert_non_null(strstr(one(*state, "4711,,010,0,,,015,100,,", "16,195,100,0,,,PADDED   /           \n", 200, 3), "\"PADDED\" "));
	assert_non_null(strstr(one(*state, "4711,,010,0,,,015,100,,", "16,195,100,0,,,OPEN\r\n", 200, 3), "\"OPEN\" "));
}

static void several_records_may_share_a_line(void **state)
{
	assert_string_equal(told_text(*state, "01,B,D,260303,,7,,,2/02,D,B,1,260302,,EUR,2/\n03,4711,,010,0,,,015,100,,/16,195,100,0,,,/"
					      "49,200,3/98,200,1,5/99,200,1,7/"),
		"line 0.1 at 2: EUR 1.00 2026-03-02 code=PMNT/RCDT/DMCT own=195\n"
		"statement 0: B/260303/7/1 of 4711 2026-03-02..2026-03-02, EUR 0.00 1 lines 100 to EUR 1.00\n");
}

static void the_type_code_alone_decides_the_sign(void **state)
{
	static const struct {
		int code;
		enum bai2_way way;
	} expected[] = { { 0, BAI2_UNKNOWN }, { 10, BAI2_STATUS }, { 99, BAI2_STATUS }, { 100, BAI2_CREDIT }, { 399, BAI2_CREDIT },
		{ 400, BAI2_DEBIT }, { 699, BAI2_DEBIT }, { 720, BAI2_UNKNOWN }, { 890, BAI2_NOTHING }, { 900, BAI2_STATUS },
		{ 920, BAI2_CREDIT }, { 959, BAI2_CREDIT }, { 960, BAI2_DEBIT }, { 999, BAI2_DEBIT }, { 1000, BAI2_UNKNOWN } };
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(bai2_way(expected[i].code), expected[i].way);
	const char *said = one(
		*state, "4711,,010,0,,,015,0,,", "16,195,-100,0,,,a/\n16,720,100,0,,,b/\n16,040,5,0,,,c/\n16,890,,0,,,no money/\n", 5, 6);
	assert_string_equal(said, "broken 0 at 4: amount_negative: the type code alone is the sign, the amount is '-100'\n"
				  "broken 0 at 5: indicator_unknown: a line can't have the type code '720'\n"
				  "broken 0 at 6: indicator_unknown: a line can't have the type code '040'\n" STATEMENT
				  "EUR 0.00 0 lines 0 to EUR 0.00 broken 3\n");
}

static void the_table_of_codes_is_in_order_and_of_lines_alone(void **state)
{
	size_t n;
	const struct bai2_code *codes = bai2_codes(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_true(!i || codes[i - 1].code < codes[i].code);
		assert_true(bai2_way(codes[i].code) == BAI2_CREDIT || bai2_way(codes[i].code) == BAI2_DEBIT);
		assert_ptr_equal(bai2_code_find(codes[i].code), &codes[i]);
		assert_true(!codes[i].iso[0] || strlen(codes[i].iso) == 14);
	}
	assert_null(bai2_code_find(7));
}

/* Returned items have codes of their own; their amounts have no sign either. */
static void returned_items_are_returns_with_their_reason(void **state)
{
	const char *said = one(*state, "4711,,010,1000,,,015,900,,",
		"16,557,200,0,B,C,ADA BYRON R01 NSF/\n16,555,100,0,,,NSF CHECK/\n16,257,150,0,,,XR02 R3/\n16,552,50,0,,,ERROR/\n16,255,100,0,,,/\n",
		2500, 7);
	assert_string_equal(said,
		"line 0.1 at 4: EUR -2.00 2026-03-02 e2e=C bank=B \"ADA BYRON R01 NSF\" code=PMNT/IDDT/UPDD own=557 return=R01\n"
		"line 0.2 at 5: EUR -1.00 2026-03-02 \"NSF CHECK\" code=PMNT/RCHQ/UPCQ own=555\n"
		"line 0.3 at 6: EUR 1.50 2026-03-02 \"XR02 R3\" code=PMNT/ICDT/RRTN own=257\n"
		"line 0.4 at 7: EUR -0.50 2026-03-02 reversal \"ERROR\" code=PMNT/MCOP/OTHR own=552\n"
		"line 0.5 at 8: EUR 1.00 2026-03-02 code=PMNT/ICHQ/UPCQ own=255\n" STATEMENT "EUR 10.00 5 lines -100 to EUR 9.00\n");
}

static void control_totals_of_the_account_sum_all_amounts_and_count_continuations(void **state)
{
	const char *said = one(*state, "4711,,010,-100,,,015,0,,", "16,195,100,0,,,T\n88,U\n", 1, 3);
	assert_non_null(strstr(said, "broken 0 at 6: control_total: the account's total is '1', its records sum to 0\n"));
	assert_non_null(strstr(said, "broken 0 at 6: control_total: the account has 4 records, not '3'\n"));
}

static void control_totals_of_group_and_file_refuse_the_file(void **state)
{
	static const char start[] = "01,B,D,260303,,7,,,2/\n02,D,B,1,260302,,EUR,2/\n03,4711,,010,0,,,015,0,,/\n49,0,2/\n";
	static const struct {
		const char *end, *why;
	} cases[] = { { "98,1,1,4/\n99,0,1,6/\n", "file_control_total: line 5: the group's total" },
		{ "98,0,2,4/\n99,0,1,6/\n", "file_control_total: line 5: the group does not say that it has 1 parts" },
		{ "98,0,1,5/\n99,0,1,6/\n", "file_control_total: line 5: the group does not say that it has 4 records" },
		{ "98,0,1,4/\n99,0,1,7/\n", "file_control_total: line 6: the file does not say that it has 6 records" },
		{ "98,0,1,4/\n", "cut_short: line 6: the file has no record 99" },
		{ "99,0,1,7/\n", "record_malformed: line 5: a record 99 can't stand here" },
		{ "98,0,1,4/\n17,1/\n", "record_malformed: line 6: no record of BAI2" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_non_null(strstr(told_text(*state, arena_printf(*state, "%s%s", start, cases[i].end)), cases[i].why));
}

static void records_out_of_order_refuse_the_file(void **state)
{
	static const char *const files[] = { "01,B,D,260303,,7,,,2/\n01,B,D,260303,,7,,,2/\n", "01,B,D,260303,,7,,,2/\n03,1/\n",
		"01,B,D,260303,,7,,,2/\n16,195,1,0,,,/\n02,", "01,B,D,260303,,7,,,2/\n02,D,B,1,260302/\n49,0,1/\n",
		"01,B,D,260303,,7,,,2/\n02,D,B,1,260302/\n03,1/\n03,2/\n49," };
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_non_null(strstr(told_text(*state, files[i]), "record_malformed"));
	assert_non_null(strstr(told_text(*state, "01,B,D,260303,,7,,,3/\n99,0,0,2/\n"), "version_unknown"));
	assert_non_null(strstr(told_text(*state, "01,B,D,260303,,7,,,2/\n99,0,0,2/\n"), "no_statement"));
	assert_non_null(strstr(told_text(*state, "01,B,D,260303,,7,,,2/\n02,D,B,1,269902/\n03,"), "the group has no as-of date"));
	assert_non_null(strstr(told_text(*state, "01,B,D,260303,,7,,,2/\n02,D,B,1,260302,,XYZ/\n03,"), "the group's currency"));
}

static void a_group_that_is_a_test_or_a_deletion_is_quarantined(void **state)
{
	struct arena *a = *state;
	const char *account = "4711,,010,0,,,015,0,,";
	assert_non_null(strstr(told_text(a, file_of(a, "4,260302,,EUR,2", account, "", 0, 2)), "test_file: group status 4"));
	assert_non_null(strstr(told_text(a, file_of(a, "2,260302,,EUR,2", account, "", 0, 2)), "group status 2: what was reported"));
	assert_non_null(strstr(told_text(a, file_of(a, "9,260302,,EUR,2", account, "", 0, 2)), "group status '9'"));
	assert_null(strstr(told_text(a, file_of(a, "3,260302,,EUR,2", account, "", 0, 2)), "broken"));
}

static void an_interim_group_informs_and_has_no_gate(void **state)
{
	struct arena *a = *state;
	assert_string_equal(told_text(a, file_of(a, "1,260302,2400,EUR,3", "4711,,040,0,,", "16,195,100,0,,,x/\n", 100, 3)),
		"inform 0.1 at 4: EUR 1.00 2026-03-02 \"x\" code=PMNT/RCDT/DMCT own=195\n"
		"interim 0: BANK/260303/7/1 of 4711 2026-03-02..2026-03-02, EUR 0.00 to - skipped 1\n");
}

static void times_at_the_end_of_the_day_do_not_move_the_date(void **state)
{
	struct arena *a = *state;
	for (int i = 0; i < 2; i++)
		assert_non_null(strstr(
			told_text(a, file_of(a, i ? "1,260302,9999,EUR,2" : "1,260302,2400,EUR,2", "4711,,010,0,,,015,0,,", "", 0, 2)),
			"2026-03-02..2026-03-02"));
}

static void available_balances_count_where_no_ledger_balance_is_told(void **state)
{
	assert_non_null(strstr(one(*state, "4711,,040,100,,,045,100,,", "", 200, 2), "EUR 1.00 0 lines 0 to EUR 1.00"));
	assert_non_null(strstr(one(*state, "4711,,010,100,,,040,700,,,045,800,,", "", 1600, 2), "closing_missing"));
}

static void an_opening_that_is_not_told_follows_from_lines_that_make_the_banks_totals(void **state)
{
	const char *lines = "16,195,300,0,,,in/\n16,475,100,0,,,out/\n";
	assert_non_null(
		strstr(one(*state, "4711,,015,1000,,,100,300,1,0,400,100,1,0", lines, 1800, 4), "EUR 8.00 2 lines 200 to EUR 10.00\n"));
	assert_non_null(strstr(one(*state, "4711,,015,1000,,,100,301,1,0,400,99,1,0", lines, 1800, 4),
		"control_total: the bank's total of credits is 301, the lines make 300"));
}

static void values_that_are_none_are_named_with_their_place(void **state)
{
	const char *said =
		one(*state, "4711,,010,0,,,015,1x,,,9z,0,,", "16,195,1.00,0,,,a/\n16,xyz,1,0,,,b/\n16,195,100,V,260231,,,,c/\n", 100, 5);
	assert_non_null(strstr(said, "broken 0 at 3: amount_malformed: the amount is '1x'"));
	assert_non_null(strstr(said, "broken 0 at 4: amount_malformed: the amount is '1.00'"));
	assert_non_null(strstr(said, "broken 0 at 5: field_malformed: the type code is 'xyz'"));
	assert_non_null(strstr(said, "broken 0 at 6: date_malformed: the value date is '260231'"));
}

static void a_record_without_end_ends_the_reading(void **state)
{
	struct arena *a = *state;
	struct text t;
	text_init(&t, a);
	text_add(&t, "01,B,D,260303,,7,,,2/\n02,D,B,1,260302/\n03,1,,010,0,,/\n");
	for (int i = 0; i < 600; i++)
		text_add(&t, "88,072,0,,\n");
	assert_non_null(strstr(told_text(a, text_done(&t).at), "text_too_long"));
}

static void texts_of_other_charsets_become_utf8(void **state)
{
	assert_non_null(strstr(one(*state, "4711,,010,0,,,015,100,,", "16,195,100,0,,,M\xfcller/\n", 200, 3), "\"M\xc3\xbcller\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_line_says_amount_dates_references_and_text),
		WITH_ARENA(the_decimals_are_those_of_the_accounts_currency),
		WITH_ARENA(without_a_currency_of_the_account_the_groups_holds_and_else_dollars),
		WITH_ARENA(a_continuation_goes_on_in_the_middle_of_a_list),
		WITH_ARENA(funds_types_have_as_many_fields_as_they_say),
		WITH_ARENA(a_funds_type_that_is_none_is_named),
		WITH_ARENA(commas_and_slashes_are_part_of_a_text),
		WITH_ARENA(a_text_that_goes_on_may_begin_with_a_slash),
		WITH_ARENA(a_text_may_end_by_its_line_alone_or_be_padded_with_blanks),
		WITH_ARENA(several_records_may_share_a_line),
		WITH_ARENA(the_type_code_alone_decides_the_sign),
		cmocka_unit_test(the_table_of_codes_is_in_order_and_of_lines_alone),
		WITH_ARENA(returned_items_are_returns_with_their_reason),
		WITH_ARENA(control_totals_of_the_account_sum_all_amounts_and_count_continuations),
		WITH_ARENA(control_totals_of_group_and_file_refuse_the_file),
		WITH_ARENA(records_out_of_order_refuse_the_file),
		WITH_ARENA(a_group_that_is_a_test_or_a_deletion_is_quarantined),
		WITH_ARENA(an_interim_group_informs_and_has_no_gate),
		WITH_ARENA(times_at_the_end_of_the_day_do_not_move_the_date),
		WITH_ARENA(available_balances_count_where_no_ledger_balance_is_told),
		WITH_ARENA(an_opening_that_is_not_told_follows_from_lines_that_make_the_banks_totals),
		WITH_ARENA(values_that_are_none_are_named_with_their_place),
		WITH_ARENA(a_record_without_end_ends_the_reading),
		WITH_ARENA(texts_of_other_charsets_become_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
