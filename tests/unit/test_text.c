#include "unit.h"

static void an_empty_text_is_an_empty_span(void **state)
{
	struct text text;

	text_init(&text, *state);
	assert_int_equal(text_done(&text).size, 0);
	assert_string_equal(text_done(&text).at, "");
	text_add(&text, "");
	assert_string_equal(text_done(&text).at, "");
}

static void what_is_added_stands_in_order_with_a_nul_behind(void **state)
{
	struct text text;

	text_init(&text, *state);
	text_add(&text, "a");
	text_span(&text, SPAN("bc"));
	text_char(&text, 'd');
	text_bytes(&text, "e\0f", 3);
	text_printf(&text, "%d%s", 12, "g");
	assert_int_equal(text_done(&text).size, 10);
	assert_memory_equal(text_done(&text).at, "abcde\0f12g", 11);
}

static void a_text_grows_without_an_end(void **state)
{
	struct text text;
	struct chance chance = { 3 };
	size_t sum = 0;

	text_init(&text, *state);
	while (sum < 300000) {
		size_t n = chance_below(&chance, 700);

		for (size_t i = 0; n % 3 == 0 && i < n; i++)
			text_char(&text, (char)('a' + (sum + i) % 26));
		if (n % 3 != 0)
			text_printf(&text, "%*c", (int)n, (char)('a' + (sum + n - 1) % 26));
		sum += n;
		assert_int_equal(text_done(&text).size, sum);
		assert_int_equal(text_done(&text).at[sum], '\0');
	}
	for (size_t i = 0; i < sum; i++)
		assert_true(text_done(&text).at[i] == ' ' || text_done(&text).at[i] == (char)('a' + i % 26));
}

/* Doubling: the blocks left behind are together no larger than the text. */
static void growing_wastes_no_more_than_it_holds(void **state)
{
	struct text text;

	text_init(&text, *state);
	for (int i = 0; i < 1000000; i++)
		text_char(&text, 'x');
	assert_true(arena_used(*state) < 4 * text_done(&text).size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(an_empty_text_is_an_empty_span),
		WITH_ARENA(what_is_added_stands_in_order_with_a_nul_behind),
		WITH_ARENA(a_text_grows_without_an_end),
		WITH_ARENA(growing_wastes_no_more_than_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
