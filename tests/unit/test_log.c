#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "json_in.h"
#include "log_format.h"

static char line[LOG_LINE + 1];
static struct arena *arena;

/* The whole line, after checks that hold for every line: one JSON object, one newline at the end, within its size. */
static const char *formatted(const char *msg, const struct log_field *fields, size_t n)
{
	struct log_head head = {
		.at = { 1763816400000001 }, .level = LOG_WARN, .service = "shop", .role = "http", .msg = msg, .trace = ""
	};
	struct json_in in;
	struct why why;
	size_t size;

	memset(line, '#', sizeof(line));
	size = log_format(line, &head, fields, n);
	assert_true(size <= LOG_LINE);
	assert_int_equal(line[LOG_LINE], '#');
	line[size] = '\0';
	assert_int_equal(strcspn(line, "\n"), size - 1);
	if (json_in_open(&in, arena, span_bytes(line, size - 1), &why) != OK)
		fail_msg("%s: %s", line, why.text);
	return line;
}

static const char *formatted_text(struct span text)
{
	struct log_field field = LOG_SPAN("t", text);

	return formatted("m", &field, 1);
}

static void a_line_is_one_json_object_with_time_level_service_role_and_message(void **state)
{
	const struct log_field fields[] = { LOG_TEXT("path", "/v1"), { .name = NULL }, LOG_NUMBER("status", -503),
		LOG_SPAN("nobody", (struct span){ 0 }) };

	(void)state;
	assert_string_equal(formatted("answered", fields, 4),
		"{\"ts\":\"2025-11-22T13:00:00.000001Z\",\"level\":\"warn\",\"service\":\"shop\",\"role\":\"http\","
		"\"msg\":\"answered\",\"path\":\"/v1\",\"status\":-503}\n");
}

static void the_trace_id_follows_the_message(void **state)
{
	struct log_head head = { .level = LOG_INFO, .service = "", .role = "", .msg = "m", .trace = "4bf92f3577b34da6a3ce929d0e0e4736" };
	size_t size = log_format(line, &head, NULL, 0);

	(void)state;
	line[size] = '\0';
	assert_non_null(strstr(line, "\"msg\":\"m\",\"trace\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}"));
}

static void quotes_controls_and_broken_utf8_cannot_forge_a_line(void **state)
{
	(void)state;
	assert_non_null(
		strstr(formatted_text(SPAN("a\"b\\c\n{\"level\":1}\r\t\0z")), "a\\\"b\\\\c\\u000a{\\\"level\\\":1}\\u000d\\u0009\\ufffdz"));
	assert_non_null(strstr(formatted_text(SPAN("x\xff\xc3z")), "x\\ufffd\\ufffdz"));
	assert_non_null(strstr(formatted_text(SPAN("\xc3\xa9\xc2\x9b")), "\xc3\xa9\\u009b"));
}

static void card_numbers_are_masked_but_for_their_last_four_digits(void **state)
{
	(void)state;
	assert_non_null(strstr(
		formatted_text(SPAN("card 4111 1111 1111 1111 or 5555555555554444.")), "card **** **** **** 1111 or ************4444."));
	assert_non_null(strstr(formatted("4111111111111111", NULL, 0), "\"************1111\""));
	assert_non_null(strstr(formatted_text(SPAN("DE89370400440532013000")), "DE89370400440532013000"));
}

static void a_long_text_is_cut_and_never_within_digits(void **state)
{
	char text[1200];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 990, " 4111111111111111 ", 18);
	assert_non_null(strstr(formatted_text(span_bytes(text, sizeof(text))), "xxxx…\""));
	assert_null(strstr(line, "411"));
}

static void what_does_not_fit_is_left_out_whole_and_the_line_says_so(void **state)
{
	struct log_field fields[8];
	char text[1000];

	(void)state;
	memset(text, '"', sizeof(text));
	for (size_t i = 0; i < 7; i++)
		fields[i] = LOG_SPAN("long", span_bytes(text, sizeof(text)));
	fields[7] = LOG_NUMBER("last", 7);
	formatted("m", fields, 1);
	assert_null(strstr(line, "\"cut\""));
	/* jansson refuses members that are there twice. */
	fields[1].name = "second";
	fields[2].name = "third";
	formatted("m", fields, 2);
	assert_non_null(strstr(line, "\"cut\":true}"));
	assert_null(strstr(line, "second"));
	fields[1] = fields[7];
	formatted("m", fields, 3);
	assert_non_null(strstr(line, "\"last\":7"));
}

static void a_line_may_fill_its_size_to_the_last_byte(void **state)
{
	char text[1000];
	struct log_field fields[5];

	(void)state;
	memset(text, 'y', sizeof(text));
	for (size_t cut = 0; cut < 40; cut++) {
		static const char *const names[] = { "a", "b", "c", "d", "e" };

		for (size_t i = 0; i < 5; i++)
			fields[i] = LOG_SPAN(names[i], span_bytes(text, i == 4 ? 900 - cut * 20 : sizeof(text)));
		formatted("m", fields, 5);
	}
}

static void only_a_well_formed_traceparent_has_a_trace_id(void **state)
{
	(void)state;
	assert_true(
		span_is(log_trace_id(SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")), "4bf92f3577b34da6a3ce929d0e0e4736"));
	assert_int_equal(log_trace_id(SPAN("")).size, 0);
	assert_int_equal(log_trace_id(SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736")).size, 0);
	assert_int_equal(log_trace_id(SPAN("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01")).size, 0);
	assert_int_equal(log_trace_id(SPAN("00-4bf92f3577b34da6a3ce929d0e0e47\"6-00f067aa0ba902b7-01")).size, 0);
}

static int begin(void **state)
{
	(void)state;
	arena = arena_open();
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
		cmocka_unit_test(a_line_is_one_json_object_with_time_level_service_role_and_message),
		cmocka_unit_test(the_trace_id_follows_the_message),
		cmocka_unit_test(quotes_controls_and_broken_utf8_cannot_forge_a_line),
		cmocka_unit_test(card_numbers_are_masked_but_for_their_last_four_digits),
		cmocka_unit_test(a_long_text_is_cut_and_never_within_digits),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole_and_the_line_says_so),
		cmocka_unit_test(a_line_may_fill_its_size_to_the_last_byte),
		cmocka_unit_test(only_a_well_formed_traceparent_has_a_trace_id),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
