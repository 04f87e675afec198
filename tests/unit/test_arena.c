#include "unit.h"

#define BLOCKS 4000

static void a_block_is_zeroed_and_aligned(void **state)
{
	static const char zeroes[300];
	struct arena *arena = *state;

	memset(arena_raw(arena, 20000), 0xa5, 20000);
	arena_reset(arena);
	for (size_t size = 0; size < 300; size++) {
		char *at = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
		assert_memory_equal(at, zeroes, size);
	}
}

/* Blocks of all sizes, each filled with its own byte: none may touch another. */
static void blocks_of_all_sizes_stay_apart(void **state)
{
	static char *blocks[BLOCKS];
	static size_t sizes[BLOCKS];
	struct arena *arena = *state;
	struct chance chance = { 1 };

	for (int round = 0; round < 3; round++) {
		size_t sum = 0;

		for (size_t i = 0; i < BLOCKS; i++) {
			sizes[i] = chance_below(&chance, 50) == 0 ? chance_below(&chance, 300000) : chance_below(&chance, 200);
			blocks[i] = arena_raw(arena, sizes[i]);
			memset(blocks[i], (int)(i % 251), sizes[i]);
			sum += sizes[i];
		}
		assert_int_equal(arena_used(arena), sum);
		for (size_t i = 0; i < BLOCKS; i++) {
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal((uint8_t)blocks[i][k], i % 251);
		}
		arena_reset(arena);
		assert_int_equal(arena_used(arena), 0);
	}
}

static void a_block_of_no_bytes_is_valid_and_its_own(void **state)
{
	char *a = arena_alloc(*state, 0), *b = arena_alloc(*state, 0);

	assert_non_null(a);
	assert_ptr_not_equal(a, b);
}

static void copies_are_equal_and_apart(void **state)
{
	char from[] = "dunlin\0alpina";
	char *copy = arena_copy(*state, from, sizeof(from)), *string = arena_strdup(*state, from);

	memset(from, 'x', 6);
	assert_memory_equal(copy, "dunlin\0alpina", sizeof(from));
	assert_string_equal(string, "dunlin");
	assert_non_null(arena_copy(*state, NULL, 0));
}

static void printing_takes_the_room_that_it_needs(void **state)
{
	char *text = arena_printf(*state, "%0100000d|%s", 7, "end");

	assert_int_equal(strlen(text), 100004);
	assert_string_equal(text + 99999, "7|end");
	assert_string_equal(arena_printf(*state, "%s", ""), "");
}

static void an_array_is_zeroed(void **state)
{
	int64_t *array = ARENA_ARRAY(*state, int64_t, 1000);

	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(array[i], 0);
}

static void ask_for_too_large_an_array(void *arena)
{
	arena_array(arena, 8, SIZE_MAX / 4);
}

static void ask_for_everything(void *arena)
{
	arena_raw(arena, SIZE_MAX - 100);
}

static void a_size_that_overflows_is_a_bug(void **state)
{
	assert_true(aborts(ask_for_too_large_an_array, *state, "bug: arena"));
	assert_true(aborts(ask_for_everything, *state, "bug: arena"));
}

static void closing_nothing_is_allowed(void **state)
{
	(void)state;
	arena_close(NULL);
}

static void an_empty_arena_can_be_reset(void **state)
{
	arena_reset(*state);
	assert_int_equal(arena_used(*state), 0);
	arena_reset(*state);
	assert_non_null(arena_alloc(*state, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_block_is_zeroed_and_aligned),
		WITH_ARENA(blocks_of_all_sizes_stay_apart),
		WITH_ARENA(a_block_of_no_bytes_is_valid_and_its_own),
		WITH_ARENA(copies_are_equal_and_apart),
		WITH_ARENA(printing_takes_the_room_that_it_needs),
		WITH_ARENA(an_array_is_zeroed),
		WITH_ARENA(a_size_that_overflows_is_a_bug),
		cmocka_unit_test(closing_nothing_is_allowed),
		WITH_ARENA(an_empty_arena_can_be_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
