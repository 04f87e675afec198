#include <stdio.h>

#include "unit.h"

static void a_span_is_made_of_anything(void **state)
{
	struct span null = span_of(NULL), none = span_bytes(NULL, 0);

	(void)state;
	assert_int_equal(null.size, 0);
	assert_non_null(null.at);
	assert_non_null(none.at);
	assert_int_equal(span_of("abc").size, 3);
	assert_int_equal(SPAN("a\0b").size, 3);
}

static void equality_looks_at_every_byte(void **state)
{
	(void)state;
	assert_true(span_is(SPAN("abc"), "abc"));
	assert_false(span_is(SPAN("abc"), "ab"));
	assert_false(span_is(SPAN("ab"), "abc"));
	assert_true(span_equal(SPAN("a\0b"), SPAN("a\0b")));
	assert_false(span_equal(SPAN("a\0b"), SPAN("a\0c")));
	assert_true(span_equal((struct span){ NULL, 0 }, SPAN("")));
}

static void order_is_bytewise_then_by_length(void **state)
{
	static const char *const rising[] = { "", "a", "aa", "ab", "b", "\x7f", "\x80", "\xff" };

	(void)state;
	for (int i = 0; i < 8; i++) {
		for (int k = 0; k < 8; k++) {
			int order = span_compare(span_of(rising[i]), span_of(rising[k]));

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
	assert_int_equal(span_compare((struct span){ NULL, 0 }, (struct span){ NULL, 0 }), 0);
}

static void a_copy_ends_with_a_nul(void **state)
{
	struct span copy = span_copy(*state, SPAN("abc"));

	assert_true(span_is(copy, "abc"));
	assert_string_equal(copy.at, "abc");
	assert_string_equal(span_cstr(*state, (struct span){ NULL, 0 }), "");
}

static void a_prefix_is_seen(void **state)
{
	(void)state;
	assert_true(span_starts(SPAN("abc"), "ab"));
	assert_true(span_starts(SPAN("abc"), ""));
	assert_true(span_starts(SPAN("abc"), "abc"));
	assert_false(span_starts(SPAN("abc"), "abcd"));
	assert_false(span_starts(SPAN("abc"), "b"));
}

static void white_space_is_trimmed_at_both_ends(void **state)
{
	(void)state;
	assert_true(span_is(span_trim(SPAN(" \t\r\n\v\fa b \n")), "a b"));
	assert_true(span_is(span_trim(SPAN("a")), "a"));
	assert_int_equal(span_trim(SPAN(" \n ")).size, 0);
	assert_int_equal(span_trim(SPAN("")).size, 0);
	assert_true(span_is(span_trim(SPAN("\u00a0")), "\u00a0"));
}

static void the_rest_past_the_end_is_empty(void **state)
{
	(void)state;
	assert_true(span_is(span_from(SPAN("abc"), 1), "bc"));
	assert_int_equal(span_from(SPAN("abc"), 3).size, 0);
	assert_int_equal(span_from(SPAN("abc"), 99).size, 0);
}

static void a_cut_gives_head_and_tail(void **state)
{
	struct span head, tail;

	(void)state;
	assert_true(span_cut(SPAN("a=b=c"), '=', &head, &tail));
	assert_true(span_is(head, "a") && span_is(tail, "b=c"));
	assert_true(span_cut(SPAN("a="), '=', &head, &tail));
	assert_true(span_is(head, "a") && span_is(tail, ""));
	assert_true(span_cut(SPAN("="), '=', &head, &tail));
	assert_true(span_is(head, "") && span_is(tail, ""));
	assert_false(span_cut(SPAN("abc"), '=', &head, &tail));
	assert_true(span_is(head, "abc") && span_is(tail, ""));
	assert_false(span_cut(SPAN(""), '=', &head, &tail));
}

/* A second opinion on UTF-8: the byte ranges of RFC 3629 §4, written out. */
static bool is_valid_by_the_grammar(const uint8_t *b, size_t n)
{
#define IN(byte, low, high) ((byte) >= (low) && (byte) <= (high))
#define TAIL(byte) IN(byte, 0x80, 0xbf)
	if (n == 1)
		return IN(b[0], 0x00, 0x7f);
	if (n == 2)
		return IN(b[0], 0xc2, 0xdf) && TAIL(b[1]);
	if (n == 3)
		return ((b[0] == 0xe0 && IN(b[1], 0xa0, 0xbf)) || (IN(b[0], 0xe1, 0xec) && TAIL(b[1])) ||
			       (b[0] == 0xed && IN(b[1], 0x80, 0x9f)) || (IN(b[0], 0xee, 0xef) && TAIL(b[1]))) &&
		       TAIL(b[2]);
	return ((b[0] == 0xf0 && IN(b[1], 0x90, 0xbf)) || (IN(b[0], 0xf1, 0xf3) && TAIL(b[1])) || (b[0] == 0xf4 && IN(b[1], 0x80, 0x8f))) &&
	       TAIL(b[2]) && TAIL(b[3]);
}

/* What the span should start with by the grammar: 0 for nothing. */
static size_t length_by_the_grammar(const uint8_t *b, size_t n)
{
	for (size_t size = 1; size <= n && size <= 4; size++) {
		if (is_valid_by_the_grammar(b, size))
			return size;
	}
	return 0;
}

static void check_start(const uint8_t *b, size_t n)
{
	uint32_t rune;

	if (span_rune(span_bytes(b, n), &rune) != length_by_the_grammar(b, n))
		fail_msg("%02x %02x %02x %02x (%zu bytes)", b[0], b[1], b[2], b[3], n);
}

static void every_start_of_three_bytes_is_judged_by_rfc_3629(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 1 << 24; i++) {
		uint8_t b[4] = { (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 0 };

		/* One byte decides all of those that begin with it when it is ASCII. */
		if (b[0] < 0x80 && (b[1] != 0 || b[2] != 0))
			continue;
		check_start(b, 3);
		if (b[2] == 0)
			check_start(b, 2);
		if (b[1] == 0 && b[2] == 0)
			check_start(b, 1);
	}
}

static void four_bytes_are_judged_by_rfc_3629(void **state)
{
	static const uint8_t last[] = { 0x00, 0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff };

	(void)state;
	for (unsigned first = 0xe0; first < 0x100; first++) {
		for (unsigned second = 0; second < 0x100; second++) {
			for (size_t i = 0; i < sizeof(last) * sizeof(last); i++)
				check_start(
					(uint8_t[]){ (uint8_t)first, (uint8_t)second, last[i / sizeof(last)], last[i % sizeof(last)] }, 4);
		}
	}
}

static size_t encode(uint32_t rune, char *to)
{
	if (rune < 0x80) {
		to[0] = (char)rune;
		return 1;
	}
	if (rune < 0x800) {
		to[0] = (char)(0xc0 | rune >> 6);
		to[1] = (char)(0x80 | (rune & 63));
		return 2;
	}
	if (rune < 0x10000) {
		to[0] = (char)(0xe0 | rune >> 12);
		to[1] = (char)(0x80 | (rune >> 6 & 63));
		to[2] = (char)(0x80 | (rune & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | rune >> 18);
	to[1] = (char)(0x80 | (rune >> 12 & 63));
	to[2] = (char)(0x80 | (rune >> 6 & 63));
	to[3] = (char)(0x80 | (rune & 63));
	return 4;
}

static void every_code_point_is_read_back(void **state)
{
	(void)state;
	for (uint32_t rune = 0; rune < 0x110000; rune++) {
		char bytes[4];
		size_t n = encode(rune, bytes);
		bool exists = rune < 0xd800 || rune > 0xdfff;
		bool control = (rune < 0x20 && rune != '\t' && rune != '\n') || (rune >= 0x7f && rune < 0xa0);
		uint32_t read = 0;

		if (span_rune(span_bytes(bytes, n), &read) != (exists ? n : 0) || (exists && read != rune))
			fail_msg("U+%04X", rune);
		if (span_is_utf8(span_bytes(bytes, n)) != exists || span_is_text(span_bytes(bytes, n)) != (exists && !control))
			fail_msg("U+%04X as a text", rune);
		/* Cut short, it is nothing. */
		if (n > 1 && span_rune(span_bytes(bytes, n - 1), &read) != 0)
			fail_msg("U+%04X cut", rune);
	}
}

static void a_text_is_judged_to_its_end(void **state)
{
	(void)state;
	assert_true(span_is_utf8(SPAN("")));
	assert_true(span_is_text(SPAN("Grüße, 世界 \U0001f600\tx\n")));
	assert_false(span_is_text(SPAN("a\rb")));
	assert_true(span_is_utf8(SPAN("a\rb")));
	assert_false(span_is_utf8(SPAN("abc\xc3")));
	assert_false(span_is_utf8(SPAN("abc\xc3(")));
	assert_false(span_is_text(SPAN("abc\0")));
}

static void an_integer_is_read_exactly(void **state)
{
	struct chance chance = { 7 };
	int64_t value;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t want = chance_int64(&chance);
		char text[32];

		snprintf(text, sizeof(text), "%s%lld", want >= 0 && i % 2 ? "+" : "", (long long)want);
		assert_int_equal(span_int64(span_of(text), &value), OK);
		assert_true(value == want);
	}
	assert_int_equal(span_int64(SPAN("-0"), &value), OK);
	assert_int_equal(value, 0);
	assert_int_equal(span_int64(SPAN("0000000000000000000000000000000042"), &value), OK);
	assert_int_equal(value, 42);
}

static void what_is_no_integer_is_refused(void **state)
{
	static const char *const bad[] = { "", "-", "+", "--1", "+-1", " 1", "1 ", "1.0", "0x1", "1e3", "9223372036854775808",
		"-9223372036854775809", "99999999999999999999999", "\u0661" };
	int64_t value = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(span_int64(span_of(bad[i]), &value), ERR_INVALID);
		assert_int_equal(value, 5);
	}
	assert_int_equal(span_int64(SPAN("1\0"), &value), ERR_INVALID);
}

static void the_hash_is_fnv_1a(void **state)
{
	(void)state;
	/* The test vectors of the algorithm's authors (draft-eastlake-fnv). */
	assert_true(span_hash(SPAN("")) == UINT64_C(0xcbf29ce484222325));
	assert_true(span_hash(SPAN("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(span_hash(SPAN("foobar")) == UINT64_C(0x85944171f73967e8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_span_is_made_of_anything),
		cmocka_unit_test(equality_looks_at_every_byte),
		cmocka_unit_test(order_is_bytewise_then_by_length),
		WITH_ARENA(a_copy_ends_with_a_nul),
		cmocka_unit_test(a_prefix_is_seen),
		cmocka_unit_test(white_space_is_trimmed_at_both_ends),
		cmocka_unit_test(the_rest_past_the_end_is_empty),
		cmocka_unit_test(a_cut_gives_head_and_tail),
		cmocka_unit_test(every_start_of_three_bytes_is_judged_by_rfc_3629),
		cmocka_unit_test(four_bytes_are_judged_by_rfc_3629),
		cmocka_unit_test(every_code_point_is_read_back),
		cmocka_unit_test(a_text_is_judged_to_its_end),
		cmocka_unit_test(an_integer_is_read_exactly),
		cmocka_unit_test(what_is_no_integer_is_refused),
		cmocka_unit_test(the_hash_is_fnv_1a),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
