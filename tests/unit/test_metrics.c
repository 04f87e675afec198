#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#include "metrics.h"

static struct arena *arena;

static const double bounds[] = { 0.5, 1, 10, 0 };

static const char *printed(void)
{
	struct text text;

	text_init(&text, arena);
	metrics_print(&text);
	return text_done(&text).at;
}

static void assert_printed(const char *lines)
{
	if (strstr(printed(), lines) == NULL)
		fail_msg("%s\nis not in\n%s", lines, printed());
}

static void a_counter_starts_at_nought_and_adds_up(void **state)
{
	static struct metric hits = { .name = "dunlin_hits_total", .type = METRIC_COUNTER, .help = "Hits." };

	(void)state;
	metrics_register(&hits);
	assert_printed("# HELP dunlin_hits_total Hits.\n# TYPE dunlin_hits_total counter\ndunlin_hits_total 0\n");
	metric_add(&hits, 1, NULL);
	metric_add(&hits, INT64_C(9007199254740993), NULL);
	assert_printed("dunlin_hits_total 9007199254740994\n");
}

static void each_combination_of_labels_is_a_series(void **state)
{
	static struct metric answers = {
		.name = "dunlin_answers_total", .type = METRIC_COUNTER, .help = "Answers.", .labels = "route,status"
	};

	(void)state;
	metric_add(&answers, 1, "/a", "200", NULL);
	metric_add(&answers, 1, "/a", "404", NULL);
	metric_add(&answers, 2, "/a", "200", NULL);
	assert_printed("dunlin_answers_total{route=\"/a\",status=\"200\"} 3\n");
	assert_printed("dunlin_answers_total{route=\"/a\",status=\"404\"} 1\n");
}

static void a_family_with_labels_and_no_series_has_its_head_alone(void **state)
{
	static struct metric none = { .name = "dunlin_none_total", .type = METRIC_COUNTER, .help = "None.", .labels = "a" };

	(void)state;
	metrics_register(&none);
	assert_printed("# TYPE dunlin_none_total counter\n");
	assert_null(strstr(printed(), "dunlin_none_total{"));
}

static void a_gauge_is_set_and_may_go_down(void **state)
{
	static struct metric level = { .name = "dunlin_level", .type = METRIC_GAUGE, .help = "Level." };

	(void)state;
	metric_set(&level, 0.1, NULL);
	assert_printed("dunlin_level 0.1\n");
	metric_set(&level, 3, NULL);
	metric_add(&level, -5, NULL);
	assert_printed("dunlin_level -2\n");
	metric_set(&level, 1.0 / 3, NULL);
	assert_printed("dunlin_level 0.33333333333333331\n");
}

static void a_histogram_counts_up_to_and_with_its_bounds(void **state)
{
	static struct metric seconds = {
		.name = "dunlin_wait_seconds", .type = METRIC_HISTOGRAM, .help = "Wait.", .labels = "who", .bounds = bounds
	};

	(void)state;
	metric_observe(&seconds, 0.5, "me", NULL);
	metric_observe(&seconds, 0.75, "me", NULL);
	metric_observe(&seconds, 100, "me", NULL);
	assert_printed("# TYPE dunlin_wait_seconds histogram\n"
		       "dunlin_wait_seconds_bucket{who=\"me\",le=\"0.5\"} 1\n"
		       "dunlin_wait_seconds_bucket{who=\"me\",le=\"1\"} 2\n"
		       "dunlin_wait_seconds_bucket{who=\"me\",le=\"10\"} 2\n"
		       "dunlin_wait_seconds_bucket{who=\"me\",le=\"+Inf\"} 3\n"
		       "dunlin_wait_seconds_sum{who=\"me\"} 101.25\n"
		       "dunlin_wait_seconds_count{who=\"me\"} 3\n");
}

static void an_unlabelled_histogram_has_the_bound_as_its_only_label(void **state)
{
	static struct metric sizes = { .name = "dunlin_pile", .type = METRIC_HISTOGRAM, .help = "Pile.", .bounds = bounds };

	(void)state;
	metrics_register(&sizes);
	assert_printed("dunlin_pile_bucket{le=\"0.5\"} 0\n");
	assert_printed("dunlin_pile_sum 0\ndunlin_pile_count 0\n");
}

static void label_values_and_help_are_escaped(void **state)
{
	static struct metric odd = { .name = "dunlin_odd", .type = METRIC_GAUGE, .help = "A \\ and\na \"line\".", .labels = "value" };

	(void)state;
	metric_set(&odd, 1, "a\"b\\c\nd", NULL);
	assert_printed("# HELP dunlin_odd A \\\\ and\\na \"line\".\n");
	assert_printed("dunlin_odd{value=\"a\\\"b\\\\c\\nd\"} 1\n");
}

static void families_stand_once_and_in_the_order_of_their_names(void **state)
{
	static struct metric second = { .name = "dunlin_zz_b", .type = METRIC_GAUGE, .help = "B." };
	static struct metric first = { .name = "dunlin_zz_a", .type = METRIC_GAUGE, .help = "A." };
	const char *text;

	(void)state;
	metrics_register(&second);
	metrics_register(&first);
	metrics_register(&second);
	text = printed();
	assert_true(strstr(text, "HELP dunlin_zz_a") < strstr(text, "HELP dunlin_zz_b"));
	assert_null(strstr(strstr(text, "HELP dunlin_zz_b") + 1, "HELP dunlin_zz_b"));
}

static void the_shared_bounds_rise_and_end(void **state)
{
	const double *const all[] = { metric_seconds, metric_sizes };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (const double *bound = all[i]; bound[1] != 0; bound++)
			assert_true(bound[0] < bound[1]);
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
		cmocka_unit_test(a_counter_starts_at_nought_and_adds_up),
		cmocka_unit_test(each_combination_of_labels_is_a_series),
		cmocka_unit_test(a_family_with_labels_and_no_series_has_its_head_alone),
		cmocka_unit_test(a_gauge_is_set_and_may_go_down),
		cmocka_unit_test(a_histogram_counts_up_to_and_with_its_bounds),
		cmocka_unit_test(an_unlabelled_histogram_has_the_bound_as_its_only_label),
		cmocka_unit_test(label_values_and_help_are_escaped),
		cmocka_unit_test(families_stand_once_and_in_the_order_of_their_names),
		cmocka_unit_test(the_shared_bounds_rise_and_end),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
