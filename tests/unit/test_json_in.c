#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "json_in.h"

static struct arena *arena;
static struct why why;

static struct json_in opened(const char *text)
{
	struct json_in in;

	if (json_in_open(&in, arena, span_of(text), &why) != OK)
		fail_msg("%s: %s", text, why.text);
	return in;
}

static void assert_refused(enum err err, const char *code, const char *field)
{
	assert_int_equal(err, ERR_INVALID);
	assert_int_equal(why.err, ERR_INVALID);
	assert_string_equal(why.code, code);
	assert_string_equal(why.field, field);
	why = (struct why){ 0 };
}

static void assert_malformed(struct span text, const char *code)
{
	struct json_in in;

	assert_refused(json_in_open(&in, arena, text, &why), code, "");
}

static void what_is_not_json_is_malformed(void **state)
{
	(void)state;
	assert_malformed(SPAN(""), "json_malformed");
	assert_malformed(SPAN("{"), "json_malformed");
	assert_malformed(SPAN("{} x"), "json_malformed");
	assert_malformed(SPAN("{}{}"), "json_malformed");
	assert_malformed(SPAN("[1]"), "json_malformed");
	assert_malformed(SPAN("7"), "json_malformed");
	assert_malformed(SPAN("{'a':1}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":1,}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":01}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":NaN}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":\"\xff\"}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":\"\xed\xa0\x80\"}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":\"\\ud800\"}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":\"\\u0000\"}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":\"b\0c\"}"), "json_malformed");
}

static void a_member_that_is_there_twice_is_malformed(void **state)
{
	(void)state;
	assert_malformed(SPAN("{\"amount\":1,\"amount\":2}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":{\"b\":1,\"\\u0062\":2}}"), "json_malformed");
}

static void sixteen_levels_are_read_and_more_are_not(void **state)
{
	(void)state;
	opened("{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}");
	opened("{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[\"}");
	assert_malformed(SPAN("{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"), "json_too_deep");
}

static void a_nest_of_a_hundred_thousand_levels_is_refused(void **state)
{
	char *deep = arena_raw(arena, 100000);

	(void)state;
	memset(deep, '[', 100000);
	assert_malformed(span_bytes(deep, 100000), "json_too_deep");
	memset(deep, ']', 50000);
	assert_malformed(span_bytes(deep, 100000), "json_malformed");
}

static void integers_are_exact_to_the_last_bit_of_64(void **state)
{
	struct json_in in = opened("{\"most\":9223372036854775807,\"least\":-9223372036854775808}");
	int64_t most, least;

	(void)state;
	assert_int_equal(json_in_int64(&in, "most", INT64_MIN, INT64_MAX, &most, &why), OK);
	assert_int_equal(json_in_int64(&in, "least", INT64_MIN, INT64_MAX, &least, &why), OK);
	assert_true(most == INT64_MAX);
	assert_true(least == INT64_MIN);
	assert_malformed(SPAN("{\"a\":9223372036854775808}"), "json_malformed");
	assert_malformed(SPAN("{\"a\":99999999999999999999}"), "json_malformed");
}

static void an_integer_is_no_fraction_no_exponent_and_no_text(void **state)
{
	struct json_in in = opened("{\"a\":1.0,\"b\":1e3,\"c\":\"1\",\"d\":true,\"e\":null}");
	int64_t n;

	(void)state;
	assert_refused(json_in_int64(&in, "a", 0, 9, &n, &why), "field_type", "a");
	assert_refused(json_in_int64(&in, "b", 0, 9000, &n, &why), "field_type", "b");
	assert_refused(json_in_int64(&in, "c", 0, 9, &n, &why), "field_type", "c");
	assert_refused(json_in_int64(&in, "d", 0, 9, &n, &why), "field_type", "d");
	assert_refused(json_in_int64(&in, "e", 0, 9, &n, &why), "field_missing", "e");
	assert_refused(json_in_int64(&in, "f", 0, 9, &n, &why), "field_missing", "f");
}

static void an_integer_outside_its_bounds_is_refused(void **state)
{
	struct json_in in = opened("{\"n\":5}");
	int64_t n;

	(void)state;
	assert_int_equal(json_in_int64(&in, "n", 5, 5, &n, &why), OK);
	assert_refused(json_in_int64(&in, "n", 6, 9, &n, &why), "field_invalid", "n");
	assert_refused(json_in_int64(&in, "n", 0, 4, &n, &why), "field_invalid", "n");
}

static void null_counts_as_absent(void **state)
{
	struct json_in in = opened("{\"a\":null,\"b\":false}");

	(void)state;
	assert_false(json_in_has(&in, "a"));
	assert_true(json_in_has(&in, "b"));
	assert_false(json_in_has(&in, "c"));
	assert_int_equal(json_in_done(&in, &why), OK);
}

static void a_text_has_its_bounds_and_no_controls(void **state)
{
	struct json_in in = opened("{\"empty\":\"\",\"three\":\"a\xc3\xa4\",\"bell\":\"a\\u0007\",\"lines\":\"a\\nb\"}");
	struct span text;

	(void)state;
	assert_int_equal(json_in_text(&in, "three", 3, 3, &text, &why), OK);
	assert_true(span_is(text, "a\xc3\xa4"));
	assert_refused(json_in_text(&in, "three", 0, 2, &text, &why), "field_invalid", "three");
	assert_refused(json_in_text(&in, "three", 4, 9, &text, &why), "field_invalid", "three");
	assert_refused(json_in_text(&in, "empty", 1, 9, &text, &why), "field_invalid", "empty");
	assert_int_equal(json_in_text(&in, "empty", 0, 9, &text, &why), OK);
	assert_refused(json_in_text(&in, "bell", 0, 9, &text, &why), "field_invalid", "bell");
	assert_refused(json_in_prose(&in, "bell", 0, 9, &text, &why), "field_invalid", "bell");
	assert_refused(json_in_text(&in, "lines", 0, 9, &text, &why), "field_invalid", "lines");
	assert_int_equal(json_in_prose(&in, "lines", 0, 9, &text, &why), OK);
}

static void a_text_with_a_card_number_is_refused_and_not_repeated(void **state)
{
	struct json_in in = opened("{\"memo\":\"paid with 4111 1111 1111 1111\"}");
	struct span text;

	(void)state;
	assert_int_equal(json_in_text(&in, "memo", 0, 99, &text, &why), ERR_INVALID);
	assert_null(strstr(why.text, "1111"));
	assert_refused(ERR_INVALID, "card_number", "memo");
}

static void dates_instants_and_ids_are_read_by_their_parsers(void **state)
{
	struct json_in in = opened("{\"d\":\"2024-02-29\",\"i\":\"1970-01-01T00:00:01Z\",\"u\":\"01890a5d-ac96-774b-bcce-b302099a8057\","
				   "\"bad_d\":\"2023-02-29\",\"bad_i\":\"yesterday\",\"bad_u\":\"01890a5d\"}");
	struct date date;
	struct instant instant;
	struct uuid uuid;

	(void)state;
	assert_int_equal(json_in_date(&in, "d", &date, &why), OK);
	assert_int_equal(date_parts(date).day, 29);
	assert_int_equal(json_in_instant(&in, "i", &instant, &why), OK);
	assert_int_equal(instant.us, 1000000);
	assert_int_equal(json_in_uuid(&in, "u", &uuid, &why), OK);
	assert_int_equal(uuid.b[0], 1);
	assert_refused(json_in_date(&in, "bad_d", &date, &why), "field_invalid", "bad_d");
	assert_refused(json_in_instant(&in, "bad_i", &instant, &why), "field_invalid", "bad_i");
	assert_refused(json_in_uuid(&in, "bad_u", &uuid, &why), "field_invalid", "bad_u");
}

static void a_decimal_is_a_text_or_an_integer_but_never_a_fraction(void **state)
{
	struct json_in in = opened("{\"a\":\"1.25\",\"b\":3,\"c\":1.25,\"d\":\"1e3\",\"e\":\"1.0000000000001\"}");
	struct decimal decimal;

	(void)state;
	assert_int_equal(json_in_decimal(&in, "a", &decimal, &why), OK);
	assert_int_equal(decimal.unscaled, 125);
	assert_int_equal(decimal.scale, 2);
	assert_int_equal(json_in_decimal(&in, "b", &decimal, &why), OK);
	assert_int_equal(decimal.unscaled, 3);
	assert_int_equal(decimal.scale, 0);
	assert_refused(json_in_decimal(&in, "c", &decimal, &why), "field_type", "c");
	assert_refused(json_in_decimal(&in, "d", &decimal, &why), "number_malformed", "d");
	assert_refused(json_in_decimal(&in, "e", &decimal, &why), "number_too_precise", "e");
	assert_refused(json_in_decimal(&in, "f", &decimal, &why), "field_missing", "f");
}

static void money_is_minor_units_or_digits_and_both_must_agree(void **state)
{
	struct json_in in =
		opened("{\"minor\":{\"minor\":1999,\"currency\":\"EUR\"},\"digits\":{\"amount\":\"19.99\",\"currency\":\"EUR\"},"
		       "\"both\":{\"minor\":1999,\"amount\":\"19.99\",\"currency\":\"EUR\"},"
		       "\"other\":{\"minor\":1999,\"amount\":\"19.98\",\"currency\":\"EUR\"}}");
	static const char *const same[] = { "minor", "digits", "both" };
	struct money money;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(json_in_money(&in, same[i], &money, &why), OK);
		assert_int_equal(money.minor, 1999);
		assert_string_equal(money.currency.code, "EUR");
	}
	assert_refused(json_in_money(&in, "other", &money, &why), "field_invalid", "other.amount");
	assert_int_equal(json_in_done(&in, &why), OK);
}

static void money_is_never_a_number_too_precise_too_large_or_without_currency(void **state)
{
	struct json_in in = opened("{\"a\":19.99,\"b\":{\"minor\":19.99,\"currency\":\"EUR\"},\"c\":{\"minor\":1},"
				   "\"d\":{\"minor\":9007199254740992,\"currency\":\"EUR\"},\"e\":{\"minor\":1,\"currency\":\"EURO\"},"
				   "\"f\":{\"amount\":\"1.001\",\"currency\":\"EUR\"},\"g\":{\"currency\":\"EUR\"}}");
	struct money money;

	(void)state;
	assert_refused(json_in_money(&in, "a", &money, &why), "field_type", "a");
	assert_refused(json_in_money(&in, "b", &money, &why), "field_type", "b.minor");
	assert_refused(json_in_money(&in, "c", &money, &why), "field_missing", "c.currency");
	assert_refused(json_in_money(&in, "d", &money, &why), "field_invalid", "d.minor");
	assert_refused(json_in_money(&in, "e", &money, &why), "currency_unknown", "e.currency");
	assert_refused(json_in_money(&in, "f", &money, &why), "number_too_precise", "f.amount");
	assert_refused(json_in_money(&in, "g", &money, &why), "field_missing", "g.minor");
}

static void a_choice_is_one_of_its_words(void **state)
{
	static const char *const words[] = { "advance", "arrears", NULL };
	struct json_in in = opened("{\"a\":\"arrears\",\"b\":\"arrear\"}");
	size_t index;

	(void)state;
	assert_int_equal(json_in_choice(&in, "a", words, &index, &why), OK);
	assert_int_equal(index, 1);
	assert_int_equal(json_in_choice(&in, "b", words, &index, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "advance, arrears"));
	assert_refused(ERR_INVALID, "field_invalid", "b");
}

static void errors_in_lists_name_the_element_and_its_field(void **state)
{
	struct json_in in = opened("{\"order\":{\"lines\":[{\"quantity\":1},{\"quantity\":2},{\"quantity\":\"x\"},4]}}"), order, line;
	struct decimal decimal;
	size_t count;

	(void)state;
	assert_int_equal(json_in_object(&in, "order", &order, &why), OK);
	assert_int_equal(json_in_list(&order, "lines", 1, 4, &count, &why), OK);
	assert_int_equal(count, 4);
	assert_int_equal(json_in_item(&order, "lines", 2, &line, &why), OK);
	assert_refused(json_in_decimal(&line, "quantity", &decimal, &why), "number_malformed", "order.lines[2].quantity");
	assert_string_equal(json_in_path(&line, "rate"), "order.lines[2].rate");
	assert_refused(json_in_item(&order, "lines", 3, &line, &why), "field_type", "order.lines[3]");
	assert_refused(json_in_list(&order, "lines", 5, 9, &count, &why), "field_invalid", "order.lines");
	assert_refused(json_in_list(&order, "lines", 0, 3, &count, &why), "field_invalid", "order.lines");
}

static void texts_in_lists_are_read_like_texts(void **state)
{
	struct json_in in = opened("{\"tags\":[\"a\",\"\",3]}");
	struct span text;

	(void)state;
	assert_int_equal(json_in_item_text(&in, "tags", 0, 1, 9, &text, &why), OK);
	assert_true(span_is(text, "a"));
	assert_refused(json_in_item_text(&in, "tags", 1, 1, 9, &text, &why), "field_invalid", "tags[1]");
	assert_refused(json_in_item_text(&in, "tags", 2, 1, 9, &text, &why), "field_type", "tags[2]");
}

static void a_field_that_nobody_read_is_unknown_at_any_depth(void **state)
{
	struct json_in in = opened("{\"a\":1,\"lines\":[{\"q\":1},{\"q\":2,\"z\":{}}],\"tags\":[\"x\",\"y\"]}"), line;
	struct span text;
	int64_t n;
	size_t count;

	(void)state;
	assert_refused(json_in_done(&in, &why), "field_unknown", "a");
	assert_int_equal(json_in_int64(&in, "a", 0, 9, &n, &why), OK);
	assert_refused(json_in_done(&in, &why), "field_unknown", "lines");
	assert_int_equal(json_in_list(&in, "lines", 0, 9, &count, &why), OK);
	assert_refused(json_in_done(&in, &why), "field_unknown", "lines[0]");
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(json_in_item(&in, "lines", i, &line, &why), OK);
		assert_int_equal(json_in_int64(&line, "q", 0, 9, &n, &why), OK);
	}
	assert_refused(json_in_done(&in, &why), "field_unknown", "lines[1].z");
	assert_int_equal(json_in_object(&line, "z", &line, &why), OK);
	assert_int_equal(json_in_item_text(&in, "tags", 0, 0, 9, &text, &why), OK);
	assert_refused(json_in_done(&in, &why), "field_unknown", "tags[1]");
	assert_int_equal(json_in_item_text(&in, "tags", 1, 0, 9, &text, &why), OK);
	assert_int_equal(json_in_done(&in, &why), OK);
}

static void a_member_without_a_name_is_unknown_by_that(void **state)
{
	struct json_in in = opened("{\"\":1}");

	(void)state;
	assert_refused(json_in_done(&in, &why), "field_unknown", "\"\"");
}

static int begin(void **state)
{
	(void)state;
	arena = arena_open();
	why = (struct why){ 0 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_close(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_not_json_is_malformed, begin, end),
		cmocka_unit_test_setup_teardown(a_member_that_is_there_twice_is_malformed, begin, end),
		cmocka_unit_test_setup_teardown(sixteen_levels_are_read_and_more_are_not, begin, end),
		cmocka_unit_test_setup_teardown(a_nest_of_a_hundred_thousand_levels_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(integers_are_exact_to_the_last_bit_of_64, begin, end),
		cmocka_unit_test_setup_teardown(an_integer_is_no_fraction_no_exponent_and_no_text, begin, end),
		cmocka_unit_test_setup_teardown(an_integer_outside_its_bounds_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(null_counts_as_absent, begin, end),
		cmocka_unit_test_setup_teardown(a_text_has_its_bounds_and_no_controls, begin, end),
		cmocka_unit_test_setup_teardown(a_text_with_a_card_number_is_refused_and_not_repeated, begin, end),
		cmocka_unit_test_setup_teardown(dates_instants_and_ids_are_read_by_their_parsers, begin, end),
		cmocka_unit_test_setup_teardown(a_decimal_is_a_text_or_an_integer_but_never_a_fraction, begin, end),
		cmocka_unit_test_setup_teardown(money_is_minor_units_or_digits_and_both_must_agree, begin, end),
		cmocka_unit_test_setup_teardown(money_is_never_a_number_too_precise_too_large_or_without_currency, begin, end),
		cmocka_unit_test_setup_teardown(a_choice_is_one_of_its_words, begin, end),
		cmocka_unit_test_setup_teardown(errors_in_lists_name_the_element_and_its_field, begin, end),
		cmocka_unit_test_setup_teardown(texts_in_lists_are_read_like_texts, begin, end),
		cmocka_unit_test_setup_teardown(a_field_that_nobody_read_is_unknown_at_any_depth, begin, end),
		cmocka_unit_test_setup_teardown(a_member_without_a_name_is_unknown_by_that, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
