#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#include "problem.h"

static struct arena *arena;

static void a_refusal_names_its_code_field_and_reason(void **state)
{
	struct why why;
	int status;

	(void)state;
	(void)why_field(&why, ERR_REFUSED, "due_date_past", "due", "the due date \"%s\" is past", "2020-01-01");
	assert_string_equal(problem_print(arena, &why, &status).at,
		"{\"type\":\"urn:dunlin:problem:due_date_past\",\"title\":\"Due date past\",\"status\":422,"
		"\"detail\":\"the due date \\\"2020-01-01\\\" is past\",\"code\":\"due_date_past\",\"field\":\"due\"}");
	assert_int_equal(status, 422);
}

static void each_error_has_its_status(void **state)
{
	static const struct {
		enum err err;
		int status;
	} rules[] = { { ERR_INVALID, 400 }, { ERR_REFUSED, 422 }, { ERR_NOT_FOUND, 404 }, { ERR_CONFLICT, 409 }, { ERR_RETRY, 503 },
		{ ERR_BUG, 500 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		struct why why;
		int status;

		(void)why_set(&why, rules[i].err, "code", "text");
		problem_print(arena, &why, &status);
		assert_int_equal(status, rules[i].status);
		assert_string_not_equal(problem_phrase(status), "");
	}
}

static void our_own_mistakes_are_not_explained_to_the_outside(void **state)
{
	static const enum err hidden[] = { ERR_BUG, ERR_RETRY };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct why why;
		int status;

		(void)why_field(&why, hidden[i], "42P01", "secret_column", "relation \"secret_table\" does not exist");
		assert_null(strstr(problem_print(arena, &why, &status).at, "secret"));
		assert_null(strstr(problem_print(arena, &why, &status).at, "42P01"));
	}
}

static void a_problem_without_a_code_is_about_its_status(void **state)
{
	(void)state;
	assert_string_equal(problem_status(arena, 405, "", "Only GET is allowed.").at,
		"{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405,\"detail\":\"Only GET is allowed.\"}");
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
		cmocka_unit_test(a_refusal_names_its_code_field_and_reason),
		cmocka_unit_test(each_error_has_its_status),
		cmocka_unit_test(our_own_mistakes_are_not_explained_to_the_outside),
		cmocka_unit_test(a_problem_without_a_code_is_about_its_status),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
