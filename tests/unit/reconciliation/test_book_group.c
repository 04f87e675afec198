#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "book_group.h"

/* Which of a shelf's values belong to one owner. */

static struct uuid id(uint8_t kind, int n)
{
	struct uuid u = { 0 };
	u.b[0] = kind;
	u.b[14] = (uint8_t)(n >> 8);
	u.b[15] = (uint8_t)n;
	return u;
}

static void allocate(struct book *book, int n, int receipt)
{
	struct allocation *a = book_add(book, BOOK_ALLOCATIONS, book_key_uuid(book, SPAN("nord"), id(1, n)));
	*a = (struct allocation){ .merchant = SPAN("nord"), .id = id(1, n), .receipt = id(2, receipt), .minor = n };
}

/* Sum of what belongs to a receipt, and that it comes in order. */
static int64_t sum_of(const struct book *book, int receipt)
{
	const struct allocation *a;
	int64_t sum = 0, last = -1;
	for (size_t i = 0; (a = book_next_of(book, GROUP_ALLOCATIONS_OF_RECEIPT, id(2, receipt), &i));) {
		assert_true(a->minor > last);
		last = a->minor;
		sum += a->minor;
	}
	return sum;
}

static void each_owner_has_its_own_in_order(void **state)
{
	struct arena *arena = arena_open();
	struct book *book = book_open(arena);
	(void)state;
	assert_int_equal(sum_of(book, 1), 0);
	for (int n = 0; n < 1000; n++) {
		allocate(book, n, n % 10);
		assert_int_equal(sum_of(book, 11), 0);
	}
	for (int receipt = 0; receipt < 10; receipt++)
		assert_int_equal(sum_of(book, receipt), 100 * receipt + 10 * 4950);
	arena_close(arena);
}

static void what_was_undone_belongs_to_nobody_and_its_place_to_what_comes(void **state)
{
	struct arena *arena = arena_open();
	struct book *book = book_open(arena);
	(void)state;
	allocate(book, 1, 1);
	book_mark(book);
	allocate(book, 2, 1);
	assert_int_equal(sum_of(book, 1), 3);
	book_restore(book);
	allocate(book, 4, 2);
	assert_int_equal(sum_of(book, 1), 1);
	assert_int_equal(sum_of(book, 2), 4);
	arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_owner_has_its_own_in_order),
		cmocka_unit_test(what_was_undone_belongs_to_nobody_and_its_place_to_what_comes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
