#include <stdio.h>

#include "unit.h"

static enum err refuse(struct why *why)
{
	return why_set(why, ERR_REFUSED, "too_late", "%d days too late", 3);
}

static enum err pass_on(enum err err, bool *went_on)
{
	TRY(err);
	*went_on = true;
	return ERR_BUG;
}

static void a_reason_is_filled_and_its_error_returned(void **state)
{
	struct why why = { .field = "left over" };

	(void)state;
	assert_int_equal(refuse(&why), ERR_REFUSED);
	assert_int_equal(why.err, ERR_REFUSED);
	assert_string_equal(why.code, "too_late");
	assert_string_equal(why.field, "");
	assert_string_equal(why.text, "3 days too late");
}

static void a_reason_can_name_its_field(void **state)
{
	struct why why;

	(void)state;
	assert_int_equal(why_field(&why, ERR_INVALID, "bad", "lines[2].quantity", "\"%s\" is no number", "x"), ERR_INVALID);
	assert_string_equal(why.field, "lines[2].quantity");
	assert_string_equal(why.text, "\"x\" is no number");
}

static void nobody_needs_to_ask_for_the_reason(void **state)
{
	(void)state;
	assert_int_equal(refuse(NULL), ERR_REFUSED);
	assert_int_equal(why_field(NULL, ERR_CONFLICT, "a", "b", "c"), ERR_CONFLICT);
}

static void what_is_too_long_is_cut(void **state)
{
	char text[1000];
	struct why why;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	why_field(&why, ERR_INVALID, text, text, "%s", text);
	assert_int_equal(strlen(why.code), sizeof(why.code) - 1);
	assert_int_equal(strlen(why.field), sizeof(why.field) - 1);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
}

static void a_character_is_never_cut_in_the_middle(void **state)
{
	(void)state;
	for (size_t before = 310; before < 320; before++) {
		static const char *const last[] = { "\u00e9\u00e9", "\u20ac\u20ac", "\U0001f600\U0001f600" };

		for (size_t i = 0; i < 3; i++) {
			char text[400];
			struct why why;

			snprintf(text, sizeof(text), "%.*s%s%s", (int)before, (char[320]){ [0 ... 318] = 'x' }, last[i], last[i]);
			why_set(&why, ERR_INVALID, "c", "%s", text);
			assert_true(span_is_text(span_of(why.text)));
			assert_true(strlen(why.text) >= sizeof(why.text) - 4);
			assert_null(strchr(why.text, '?'));
		}
	}
}

static void foreign_bytes_become_question_marks(void **state)
{
	struct why why;

	(void)state;
	why_set(&why, ERR_INVALID, "c", "a%sb", "\x01\n\x80\xff\xed\xa0\x80\x7f");
	assert_string_equal(why.text, "a????????b");
	why_set(&why, ERR_INVALID, "c", "%s", "caf\u00e9 \u20ac\xc2\x85");
	assert_string_equal(why.text, "caf\u00e9 \u20ac?");
}

static void every_error_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = OK; i <= ERR_BUG; i++) {
		assert_string_not_equal(err_name((enum err)i), "unknown");
		for (int k = OK; k < i; k++)
			assert_string_not_equal(err_name((enum err)i), err_name((enum err)k));
	}
	assert_string_equal(err_name((enum err)99), "unknown");
}

static void try_passes_a_failure_up_and_success_on(void **state)
{
	bool went_on = false;

	(void)state;
	assert_int_equal(pass_on(ERR_NOT_FOUND, &went_on), ERR_NOT_FOUND);
	assert_false(went_on);
	assert_int_equal(pass_on(OK, &went_on), ERR_BUG);
	assert_true(went_on);
}

static void call_bug(void *arg)
{
	bug("%s is impossible", (const char *)arg);
}

static void return_calmly(void *arg)
{
	(void)arg;
}

static void a_bug_says_what_and_aborts(void **state)
{
	(void)state;
	assert_true(aborts(call_bug, (char[]){ "this" }, "bug: this is impossible\n"));
	assert_false(aborts(call_bug, (char[]){ "this" }, "that is impossible"));
	assert_false(aborts(return_calmly, NULL, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_is_filled_and_its_error_returned),
		cmocka_unit_test(a_reason_can_name_its_field),
		cmocka_unit_test(nobody_needs_to_ask_for_the_reason),
		cmocka_unit_test(what_is_too_long_is_cut),
		cmocka_unit_test(a_character_is_never_cut_in_the_middle),
		cmocka_unit_test(foreign_bytes_become_question_marks),
		cmocka_unit_test(every_error_has_a_name_of_its_own),
		cmocka_unit_test(try_passes_a_failure_up_and_success_on),
		cmocka_unit_test(a_bug_says_what_and_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
