#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chain.h"

enum { ENTRIES = 5 };

static struct entry entry_of(int64_t number, int64_t minor, const char *currency)
{
	return (struct entry){
		.merchant = SPAN("nord"),
		.number = number,
		.id = { { 1, 2, 3, (uint8_t)number } },
		.debit = SPAN("cash:1:2"),
		.credit = SPAN("unidentified_receipts"),
		.currency = span_of(currency),
		.minor = minor,
		.cause = SPAN("line"),
		.cause_id = { { 9, 9 } },
		.customer = SPAN(""),
		.day = { 20500 },
		.posted = { 1771200000000001 },
	};
}

static void make(struct entry *entries)
{
	for (int i = 0; i < ENTRIES; i++)
		entries[i] = entry_of(10 + 2 * i, 100 + i, i == 3 ? "CHF" : "EUR");
}

static void an_entry_is_printed_so_that_no_two_look_alike(void **state)
{
	struct arena *arena = arena_open();
	struct entry e = entry_of(7, 12, "EUR");
	(void)state;
	assert_string_equal(chain_print(arena, &e).at,
		"4:nord,1:7,36:01020307-0000-0000-0000-000000000000,8:cash:1:2,21:unidentified_receipts,3:EUR,2:12,4:line,"
		"36:09090000-0000-0000-0000-000000000000,0:,10:2026-02-16,16:1771200000000001,\n");
	arena_close(arena);
}

static void a_block_says_what_it_holds_and_follows_the_one_before(void **state)
{
	struct arena *arena = arena_open();
	struct entry entries[ENTRIES];
	struct block none = { .merchant = SPAN("nord") };
	(void)state;
	make(entries);
	struct block one = chain_seal(arena, &none, entries, 3), two = chain_seal(arena, &one, entries + 3, 2);
	assert_int_equal(one.number, 1);
	assert_int_equal(two.number, 2);
	assert_int_equal(one.last, 14);
	assert_int_equal(two.first, 16);
	assert_true(span_is(one.sums, "EUR 303\n"));
	assert_true(span_is(two.sums, "CHF 103\nEUR 104\n"));
	assert_memory_equal(&two.previous, &one.head, sizeof(one.head));
	assert_int_equal(chain_check(arena, &none, &one, entries, 3).misfit, MISFIT_NONE);
	assert_int_equal(chain_check(arena, &one, &two, entries + 3, 2).misfit, MISFIT_NONE);
	arena_close(arena);
}

static void assert_fault(
	struct arena *arena, const struct block *stored, const struct entry *entries, size_t n, enum misfit misfit, int64_t entry)
{
	struct fault fault = chain_check(arena, &(struct block){ 0 }, stored, entries, n);
	assert_int_equal(fault.misfit, misfit);
	assert_int_equal(fault.entry, entry);
	assert_int_equal(fault.block, stored->number);
}

/* Every field of an entry is under the seal. */
static void an_altered_entry_is_named_whatever_was_altered(void **state)
{
	struct arena *arena = arena_open();
	struct entry good[ENTRIES], bad[ENTRIES];
	(void)state;
	make(good);
	struct block b = chain_seal(arena, &(struct block){ 0 }, good, ENTRIES);
	for (int field = 0; field < 10; field++) {
		make(bad);
		struct entry *e = &bad[2];
		switch (field) {
		case 0: e->id.b[15]++; break;
		case 1: e->debit = SPAN("cash:1:3"); break;
		case 2: e->credit = SPAN("revenue"); break;
		case 3: e->currency = SPAN("CHF"); break;
		case 4: e->minor++; break;
		case 5: e->cause = SPAN("match"); break;
		case 6: e->cause_id.b[0]++; break;
		case 7: e->customer = SPAN("c1"); break;
		case 8: e->day.day++; break;
		default: e->posted.us++; break;
		}
		assert_fault(arena, &b, bad, ENTRIES, MISFIT_ALTERED, 14);
	}
	arena_close(arena);
}

static void a_missing_and_an_added_entry_are_named_at_either_end_too(void **state)
{
	struct arena *arena = arena_open();
	struct entry good[ENTRIES], few[ENTRIES], many[ENTRIES + 1];
	(void)state;
	make(good);
	struct block b = chain_seal(arena, &(struct block){ 0 }, good, ENTRIES);
	for (int gone = 0; gone < ENTRIES; gone++) {
		for (int i = 0; i < ENTRIES - 1; i++)
			few[i] = good[i < gone ? i : i + 1];
		assert_fault(arena, &b, few, ENTRIES - 1, MISFIT_MISSING, good[gone].number);
	}
	for (int at = 0; at <= ENTRIES; at++) {
		for (int i = 0; i <= ENTRIES; i++)
			many[i] = i == at ? entry_of(9 + 2 * at, 5, "EUR") : good[i < at ? i : i - 1];
		assert_fault(arena, &b, many, ENTRIES + 1, MISFIT_ADDED, 9 + 2 * at);
	}
	assert_fault(arena, &b, good, 0, MISFIT_MISSING, 10);
	arena_close(arena);
}

static void a_block_that_was_changed_moved_or_left_out_is_named(void **state)
{
	struct arena *arena = arena_open();
	struct entry entries[ENTRIES];
	(void)state;
	make(entries);
	struct block one = chain_seal(arena, &(struct block){ 0 }, entries, 3), two = chain_seal(arena, &one, entries + 3, 2), bad = one;
	bad.sums = SPAN("EUR 304\n");
	assert_fault(arena, &bad, entries, 3, MISFIT_HEAD, 0);
	bad = one;
	bad.head.b[31]++;
	assert_fault(arena, &bad, entries, 3, MISFIT_HEAD, 0);
	assert_fault(arena, &two, entries + 3, 2, MISFIT_NUMBER, 0);
	two.number = 1;
	assert_fault(arena, &two, entries + 3, 2, MISFIT_PREVIOUS, 0);
	arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_printed_so_that_no_two_look_alike),
		cmocka_unit_test(a_block_says_what_it_holds_and_follows_the_one_before),
		cmocka_unit_test(an_altered_entry_is_named_whatever_was_altered),
		cmocka_unit_test(a_missing_and_an_added_entry_are_named_at_either_end_too),
		cmocka_unit_test(a_block_that_was_changed_moved_or_left_out_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
