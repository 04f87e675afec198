#include "../unit.h"
#include "check.h"

#define HEAD ":20:A\n:25:517852257\n:28C:1\n:60F:C260301EUR1,00\n:61:260301C2,00NTRFB\n"

static void hear(void *ctx, struct span line)
{
	text_span(ctx, line);
	text_char(ctx, '\n');
}

static struct checked check(struct arena *a, const char *file, enum check_format format, const char **said)
{
	struct text t;
	text_init(&t, a);
	struct check *c = check_open(NULL, format, hear, &t);
	check_feed(c, span_of(file), true);
	struct checked checked = *check_result(c);
	check_close(c);
	*said = text_done(&t).at;
	return checked;
}

static void a_statement_that_closes_says_so(void **state)
{
	const char *said;
	struct checked c = check(*state, HEAD ":62F:C260301EUR3,00\n", CHECK_TEXT, &said);
	assert_string_equal(said, "closes      A 1 of 517852257, 1 lines, 2026-03-01 to 2026-03-01, EUR 1.00 to 3.00\n");
	assert_string_equal(c.format, "mt940");
	assert_true(c.closing == 1 && c.lines == 1 && !c.quarantined && !c.informing && c.refused.rule == RULE_NONE);
}

static void one_that_does_not_close_would_be_quarantined_with_the_difference(void **state)
{
	const char *said;
	struct checked c = check(*state, HEAD ":62F:C260301EUR4,00\n", CHECK_TEXT, &said);
	assert_string_equal(said, "quarantined A 1 of 517852257, 1 lines, 2026-03-01 to 2026-03-01, EUR 1.00 to 4.00\n"
				  "            line 6, byte 68: does_not_close: EUR 1.00 and lines of 2.00 are not 4.00\n");
	assert_true(c.quarantined == 1 && !c.closing);
}

static void every_broken_rule_is_told_with_its_place(void **state)
{
	const char *said;
	check(*state, HEAD ":61:260301X2,00NTRFB\n:61:261301C2,00NTRFB\n:62F:C260301EUR3,00\n", CHECK_TEXT, &said);
	assert_non_null(strstr(said, "            line 6, byte 68: indicator_unknown: "));
	assert_non_null(strstr(said, "            line 7, byte 89: date_malformed: "));
}

static void a_file_that_cannot_be_read_is_refused(void **state)
{
	const char *said;
	struct checked c = check(*state, "<html/>", CHECK_TEXT, &said);
	assert_string_equal(said, "refused     line 1, byte 0: root_unknown: the root element is 'html'\n");
	assert_true(c.refused.rule == RULE_ROOT);
}

static void what_informs_is_neither_good_nor_bad(void **state)
{
	const char *said;
	struct checked c = check(*state, ":20:R\n:25:1\n:34F:EUR0,00\n:61:260301C2,00NTRFB\n", CHECK_TEXT, &said);
	assert_string_equal(said, "informs     R of 1, 1 lines, 2026-03-01 to 2026-03-01\n");
	assert_true(c.informing == 1 && c.informed == 1 && !c.lines);
}

static void for_programs_each_line_is_an_object(void **state)
{
	const char *said;
	check(*state, HEAD ":62F:C260301EUR4,00\n", CHECK_JSON, &said);
	assert_string_equal(said,
		"{\"is\":\"booking\",\"statement\":0,\"number\":1,\"line\":5,\"byte\":47,\"account\":\"517852257\",\"booking_date\":\"2026-03-01\","
		"\"value_date\":\"2026-03-01\",\"amount\":{\"minor\":200,\"currency\":\"EUR\",\"amount\":\"2.00\"},\"rest\":false,\"reversal\":false,"
		"\"end_to_end\":\"B\",\"code\":\"PMNT/RCDT/OTHR\",\"bank_code\":\"NTRF\"}\n"
		"{\"is\":\"statement\",\"statement\":0,\"kind\":\"statement\",\"verdict\":\"quarantined\",\"line\":1,\"byte\":0,\"id\":\"A 1\","
		"\"account\":\"517852257\",\"sequence\":1,\"lines\":1,\"informed\":0,"
		"\"opening\":{\"minor\":100,\"currency\":\"EUR\",\"amount\":\"1.00\"},\"closing\":{\"minor\":400,\"currency\":\"EUR\",\"amount\":\"4.00\"},"
		"\"from_date\":\"2026-03-01\",\"to_date\":\"2026-03-01\",\"broken\":[{\"rule\":\"does_not_close\",\"line\":6,\"byte\":68,"
		"\"reason\":\"EUR 1.00 and lines of 2.00 are not 4.00\"}]}\n");
	check(*state, "nothing", CHECK_JSON, &said);
	assert_string_equal(said, "{\"is\":\"refused\",\"rule\":\"format_unknown\",\"line\":1,\"byte\":0,"
				  "\"reason\":\"the first bytes are of no format that is read\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_statement_that_closes_says_so),
		WITH_ARENA(one_that_does_not_close_would_be_quarantined_with_the_difference),
		WITH_ARENA(every_broken_rule_is_told_with_its_place),
		WITH_ARENA(a_file_that_cannot_be_read_is_refused),
		WITH_ARENA(what_informs_is_neither_good_nor_bad),
		WITH_ARENA(for_programs_each_line_is_an_object),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
