#include "../unit.h"
#include "readers/charset.h"
#include "readers/lines.h"

#include <stdio.h>

struct heard {
	struct text t;
};

static void hear(void *ctx, struct span line, struct place place)
{
	struct heard *h = ctx;
	text_printf(&h->t, "%d@%d:%.*s\n", (int)place.line, (int)place.byte, SPAN_ARG(line));
}

static const char *lines_of(struct arena *a, struct span bytes, size_t piece)
{
	struct lines *l = ARENA_NEW(a, struct lines);
	struct telling telling;
	struct heard heard;
	telling_init(&telling, NULL, NULL);
	text_init(&heard.t, a);
	lines_init(l, &telling, hear, &heard);
	for (bool last = false; !last;) {
		struct span part = span_bytes(bytes.at, bytes.size < piece ? bytes.size : piece);
		bytes = span_from(bytes, part.size);
		last = bytes.size == 0;
		lines_feed(l, part, last);
	}
	if (telling.failed != OK)
		text_add(&heard.t, telling.why.code);
	return text_done(&heard.t).at;
}

static void any_line_end_ends_a_line_however_the_bytes_are_cut(void **state)
{
	static const char text[] = "a\r\nbc\rd\n\n\r\nlast";
	for (size_t piece = 1; piece < sizeof(text) + 1; piece++)
		assert_string_equal(lines_of(*state, SPAN(text), piece), "1@0:a\n2@3:bc\n3@6:d\n4@8:\n5@9:\n6@11:last\n");
}

static void a_last_line_end_is_followed_by_nothing(void **state)
{
	assert_string_equal(lines_of(*state, SPAN("a\n"), 9), "1@0:a\n");
	assert_string_equal(lines_of(*state, SPAN("a\r"), 1), "1@0:a\n");
	assert_string_equal(lines_of(*state, SPAN(""), 1), "");
}

static void a_line_longer_than_any_bank_writes_ends_the_reading(void **state)
{
	char *much = arena_alloc(*state, LINE_MOST + 2);
	memset(much, 'x', LINE_MOST + 1);
	assert_string_equal(lines_of(*state, span_bytes(much, LINE_MOST + 1), 1000), "text_too_long");
	much[LINE_MOST + 1] = '\n';
	assert_string_equal(lines_of(*state, span_bytes(much, LINE_MOST + 2), LINE_MOST * 2), "text_too_long");
	assert_int_equal(strlen(lines_of(*state, span_bytes(much, LINE_MOST), 999)), LINE_MOST + 5);
}

static void converts(struct arena *a, enum charset charset, struct span text, const char *expected)
{
	char *room = arena_raw(a, CHARSET_ROOM(text.size) + 1);
	assert_string_equal(span_cstr(a, charset_utf8(charset, text, room)), expected);
}

static void a_text_that_is_utf_8_is_that_and_any_other_windows_1252(void **state)
{
	converts(*state, CHARSET_AUTO, SPAN("plain"), "plain");
	converts(*state, CHARSET_AUTO, SPAN("M\xc3\xbcller"), "M\xc3\xbcller");
	converts(*state, CHARSET_AUTO, SPAN("M\xfcller \x80"), "M\xc3\xbcller \xe2\x82\xac");
	converts(*state, CHARSET_AUTO, SPAN("\xf0\x9f\x90\xa6"), "\xf0\x9f\x90\xa6");
}

/* Sixteen bytes are looked at together: each byte at each place among others is what it is alone. */
static void a_byte_is_the_same_wherever_it_stands(void **state)
{
	char text[37], alone[8], room[CHARSET_ROOM(sizeof text)];
	for (int byte = 0; byte < 256; byte++) {
		alone[0] = (char)byte;
		struct span one = span_copy(*state, charset_utf8(CHARSET_CP850, span_bytes(alone, 1), room));
		for (size_t at = 0; at < sizeof text; at++) {
			memset(text, 'a', sizeof text);
			text[at] = (char)byte;
			struct span all = charset_utf8(CHARSET_CP850, span_bytes(text, sizeof text), room);
			assert_int_equal(all.size, sizeof text - 1 + one.size);
			assert_memory_equal(all.at + at, one.at, one.size);
		}
	}
}

static void a_set_that_a_person_named_holds(void **state)
{
	converts(*state, CHARSET_CP437, SPAN("M\x81ller \xe1"), "M\xc3\xbcller \xc3\x9f");
	converts(*state, CHARSET_CP850, SPAN("M\x81ller \xd5"), "M\xc3\xbcller \xc4\xb1");
	converts(*state, CHARSET_CP1252, SPAN("M\xc3\xbcller"), "M\xc3\x83\xc2\xbcller");
	converts(*state, CHARSET_UTF8, SPAN("M\xfcller"), "M\xef\xbf\xbdller");
}

static void control_characters_become_blanks(void **state)
{
	converts(*state, CHARSET_AUTO,
		SPAN("a\tb\x01"
		     "c\x7f"),
		"a b c ");
	converts(*state, CHARSET_AUTO,
		SPAN("a\xc2\x85"
		     "b"),
		"a b");
	converts(*state, CHARSET_CP1252, SPAN("\x81"), "\xef\xbf\xbd");
}

static void every_set_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < CHARSETS; i++) {
		assert_int_equal(charset_find(span_of(charset_word((enum charset)i))), i);
		assert_non_null(strstr(CHARSET_WORDS, charset_word((enum charset)i)));
	}
	assert_int_equal(charset_find(SPAN("ebcdic")), CHARSETS);
}

static void a_set_is_known_by_all_its_names(void **state)
{
	static const struct {
		const char *name;
		enum charset charset;
	} names[] = { { "", CHARSET_AUTO }, { "NONE", CHARSET_AUTO }, { "us-ascii", CHARSET_AUTO }, { "USASCII", CHARSET_AUTO },
		{ "utf-8", CHARSET_UTF8 }, { "UNICODE", CHARSET_UTF8 }, { "1252", CHARSET_CP1252 }, { "Windows-1252", CHARSET_CP1252 },
		{ "ISO-8859-1", CHARSET_CP1252 }, { "iso8859_15", CHARSET_ISO8859_15 }, { "8859-2", CHARSET_ISO8859_2 },
		{ "cp1250", CHARSET_CP1250 }, { "IBM850", CHARSET_CP850 }, { "SHIFT_JIS", CHARSETS }, { "ISO-8859-14", CHARSETS },
		{ "a name longer than any that is known", CHARSETS } };
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(charset_named(span_of(names[i].name)), names[i].charset);
	for (int i = CHARSET_UTF8; i < CHARSETS; i++)
		assert_int_equal(charset_named(span_of(charset_word((enum charset)i))), i);
}

/* A text that is UTF-8 is that, whatever its file says; any other is in the set that is said, if that is one of single bytes. */
static void what_a_file_says_of_itself_holds_for_what_is_no_utf_8(void **state)
{
	char room[CHARSET_ROOM(16)];
	assert_string_equal(span_cstr(*state, charset_utf8_else(CHARSET_CP850, SPAN("M\x81ller"), room)), "M\xc3\xbcller");
	assert_string_equal(span_cstr(*state, charset_utf8_else(CHARSET_CP850, SPAN("M\xc3\xbcller"), room)), "M\xc3\xbcller");
	assert_string_equal(span_cstr(*state, charset_utf8_else(CHARSET_UTF8, SPAN("M\xfcller"), room)), "M\xc3\xbcller");
	assert_string_equal(span_cstr(*state, charset_utf8_else(CHARSETS, SPAN("M\xfcller"), room)), "M\xc3\xbcller");
}

static void a_map_has_the_code_point_of_each_byte(void **state)
{
	int map[256];
	(void)state;
	assert_true(charset_map(CHARSET_CP1252, map));
	assert_int_equal(map['a'], 'a');
	assert_int_equal(map[0x80], 0x20ac);
	assert_int_equal(map[0x81], -1);
	assert_false(charset_map(CHARSET_UTF8, map));
	assert_false(charset_map(CHARSET_AUTO, map));
	assert_false(charset_map(CHARSETS, map));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(any_line_end_ends_a_line_however_the_bytes_are_cut),
		WITH_ARENA(a_last_line_end_is_followed_by_nothing),
		WITH_ARENA(a_line_longer_than_any_bank_writes_ends_the_reading),
		WITH_ARENA(a_text_that_is_utf_8_is_that_and_any_other_windows_1252),
		WITH_ARENA(a_byte_is_the_same_wherever_it_stands),
		WITH_ARENA(a_set_that_a_person_named_holds),
		WITH_ARENA(control_characters_become_blanks),
		WITH_ARENA(every_set_has_a_word_of_its_own),
		WITH_ARENA(a_set_is_known_by_all_its_names),
		WITH_ARENA(what_a_file_says_of_itself_holds_for_what_is_no_utf_8),
		WITH_ARENA(a_map_has_the_code_point_of_each_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
