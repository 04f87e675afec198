#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash.h"

#define GOLDEN "tests/golden/crash_points.txt"

static struct why why;

/* How a child ends that is armed with this and reaches the place so often in a course: the signal, or 0. */
static int end_in(const char *armed, enum crash_point point, const char *course, int times)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		if (crash_arm(armed, &why) != OK)
			_exit(1);
		for (int i = 0; i < times; i++)
			crash_here_in(point, span_of(course));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int end_of(const char *armed, enum crash_point point, int times)
{
	return end_in(armed, point, "", times);
}

static void a_place_that_nobody_asked_for_is_passed(void **state)
{
	(void)state;
	assert_int_equal(end_of("", CRASH_COMMIT_AFTER, 3), 0);
	assert_int_equal(end_of("commit_before", CRASH_COMMIT_AFTER, 3), 0);
}

static void a_place_that_was_asked_for_ends_the_process_as_kill_9_does(void **state)
{
	(void)state;
	assert_int_equal(end_of("commit_after", CRASH_COMMIT_AFTER, 1), SIGKILL);
}

static void the_nth_time_counts(void **state)
{
	(void)state;
	assert_int_equal(end_of("relay_acked:3", CRASH_RELAY_ACKED, 2), 0);
	assert_int_equal(end_of("relay_acked:3", CRASH_RELAY_ACKED, 3), SIGKILL);
}

static void a_place_may_be_asked_for_in_the_course_of_one_thing_alone(void **state)
{
	(void)state;
	assert_int_equal(end_in("commit_after/UndoLine", CRASH_COMMIT_AFTER, "UndoLine", 1), SIGKILL);
	assert_int_equal(end_in("commit_after/UndoLine", CRASH_COMMIT_AFTER, "PostLine", 1), 0);
	assert_int_equal(end_of("commit_after/UndoLine", CRASH_COMMIT_AFTER, 1), 0);
	assert_int_equal(end_in("commit_after", CRASH_COMMIT_AFTER, "UndoLine", 1), 0);
	assert_int_equal(end_in("tick_due/undo:2", CRASH_TICK_DUE, "undo", 1), 0);
	assert_int_equal(end_in("tick_due/undo:2", CRASH_TICK_DUE, "undo", 2), SIGKILL);
}

static void what_is_no_place_is_said(void **state)
{
	static const char *const wrong[] = { "nowhere", "commit_after:0", "commit_after:x", "commit_after:", ":1", "commit_after/",
		"/UndoLine", "commit_after/a-course-that-is-longer-than-any-message-is-named-and-so-can-be-no-course-of-any-place-at-all" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(crash_check(wrong[i], &why), ERR_INVALID);
		assert_string_equal(why.code, "setting_invalid");
	}
	assert_int_equal(crash_check("unit_claimed:7", &why), OK);
}

static void every_place_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = CRASH_NONE + 1; i < CRASH_POINTS; i++) {
		assert_non_null(crash_points[i].name);
		assert_non_null(crash_points[i].help);
		for (int k = CRASH_NONE + 1; k < i; k++)
			assert_string_not_equal(crash_points[i].name, crash_points[k].name);
	}
}

static void the_places_are_those_checked_in(void **state)
{
	static char text[8192], golden[8192];
	FILE *out = fmemopen(text, sizeof text, "w"), *in;

	(void)state;
	for (int i = CRASH_NONE + 1; i < CRASH_POINTS; i++)
		fprintf(out, "%-20s %s\n", crash_points[i].name, crash_points[i].help);
	fclose(out);
	if (getenv("DUNLIN_GOLDEN") != NULL) {
		in = fopen(GOLDEN, "w");
		assert_non_null(in);
		fputs(text, in);
		fclose(in);
	}
	in = fopen(GOLDEN, "r");
	assert_non_null(in);
	golden[fread(golden, 1, sizeof golden - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(text, golden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_that_nobody_asked_for_is_passed),
		cmocka_unit_test(a_place_that_was_asked_for_ends_the_process_as_kill_9_does),
		cmocka_unit_test(the_nth_time_counts),
		cmocka_unit_test(a_place_may_be_asked_for_in_the_course_of_one_thing_alone),
		cmocka_unit_test(what_is_no_place_is_said),
		cmocka_unit_test(every_place_has_a_name_of_its_own),
		cmocka_unit_test(the_places_are_those_checked_in),
	};
	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
