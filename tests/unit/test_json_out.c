#include <jansson.h>

#include "unit.h"

#include "common/json_out.h"

struct page {
	struct text text;
	struct json_out json;
};

static struct page *page(struct arena *arena)
{
	struct page *page = ARENA_NEW(arena, struct page);

	text_init(&page->text, arena);
	json_out_init(&page->json, &page->text);
	return page;
}

static const char *done(const struct page *page)
{
	json_out_done(&page->json);
	return text_done(&page->text).at;
}

static void values_of_every_kind_are_written(void **state)
{
	struct page *p = page(*state);
	struct json_out *json = &p->json;
	struct uuid uuid = { { 0x01, 0x7f } };

	json_out_object(json, NULL);
	json_out_string(json, "string", "text");
	json_out_string(json, "no string", NULL);
	json_out_span(json, "span", SPAN("bytes"));
	json_out_int(json, "least", INT64_MIN);
	json_out_bool(json, "yes", true);
	json_out_bool(json, "no", false);
	json_out_null(json, "null");
	json_out_money(json, "money", (struct money){ -1234, { "EUR" } });
	json_out_decimal(json, "decimal", (struct decimal){ 190, 1 });
	json_out_date(json, "date", (struct date){ 0 });
	json_out_instant(json, "instant", (struct instant){ 1 });
	json_out_uuid(json, "uuid", uuid);
	json_out_object_end(json);
	assert_string_equal(done(p),
		"{\"string\":\"text\",\"no string\":null,\"span\":\"bytes\",\"least\":-9223372036854775808,\"yes\":true,\"no\":false,"
		"\"null\":null,\"money\":{\"minor\":-1234,\"currency\":\"EUR\",\"amount\":\"-12.34\"},\"decimal\":\"19.0\","
		"\"date\":\"1970-01-01\",\"instant\":\"1970-01-01T00:00:00.000001Z\",\"uuid\":\"017f0000-0000-0000-0000-000000000000\"}");
}

static void levels_nest_with_commas_where_they_belong(void **state)
{
	struct page *p = page(*state);
	struct json_out *json = &p->json;

	json_out_array(json, NULL);
	json_out_array(json, NULL);
	json_out_array_end(json);
	json_out_object(json, NULL);
	json_out_object(json, "a");
	json_out_object_end(json);
	json_out_array(json, "b");
	json_out_int(json, NULL, 1);
	json_out_int(json, NULL, 2);
	json_out_array_end(json);
	json_out_object_end(json);
	json_out_int(json, NULL, 3);
	json_out_array_end(json);
	assert_string_equal(done(p), "[[],{\"a\":{},\"b\":[1,2]},3]");
}

static void a_document_can_be_one_value_behind_other_text(void **state)
{
	struct page *p = page(*state);

	text_add(&p->text, "data: ");
	json_out_string(&p->json, NULL, "x");
	assert_string_equal(done(p), "data: \"x\"");
}

static void add_rune(struct text *text, uint32_t rune)
{
	if (rune >= 0x10000)
		text_printf(text, "%c%c", (int)(0xf0 | rune >> 18), (int)(0x80 | (rune >> 12 & 63)));
	else if (rune >= 0x800)
		text_char(text, (char)(0xe0 | rune >> 12));
	else if (rune >= 0x80)
		text_char(text, (char)(0xc0 | rune >> 6));
	if (rune >= 0x800)
		text_char(text, (char)(0x80 | (rune >> 6 & 63)));
	text_char(text, (char)(rune < 0x80 ? rune : 0x80 | (rune & 63)));
}

/* jansson, which reads what RFC 8259 allows and no more, reads back every string. */
static void every_character_is_read_back(void **state)
{
	struct chance chance = { 20 };

	for (int round = 0; round < 300; round++) {
		struct page *p = page(*state);
		struct text text;
		json_t *read;

		text_init(&text, *state);
		for (uint32_t i = 0; i < 400; i++) {
			static const uint32_t limits[] = { 0x80, 0x100, 0x3000, 0x10000, 0x110000 };
			uint32_t rune = round == 0 ? i % 0x80 : (uint32_t)chance_below(&chance, limits[chance_below(&chance, 5)]);

			if (rune < 0xd800 || rune > 0xdfff)
				add_rune(&text, rune);
		}
		json_out_span(&p->json, NULL, text_done(&text));
		read = json_loads(done(p), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(read);
		assert_true(span_equal(span_bytes(json_string_value(read), json_string_length(read)), text_done(&text)));
		json_decref(read);
	}
}

static void what_must_be_escaped_is(void **state)
{
	struct page *p = page(*state);

	json_out_string(&p->json, NULL, "a\"b\\c/d\n\t\x01\x1f\x7f\u00e9");
	assert_string_equal(done(p), "\"a\\\"b\\\\c/d\\n\\u0009\\u0001\\u001f\x7f\u00e9\"");
}

static void bytes_that_are_no_utf_8_are_replaced_one_by_one(void **state)
{
	struct page *p = page(*state);

	json_out_span(&p->json, NULL, SPAN("a\xff\xc3z\xed\xa0\x80\xe2\x82"));
	assert_string_equal(done(p), "\"a\ufffd\ufffdz\ufffd\ufffd\ufffd\ufffd\ufffd\"");
}

static void names_are_escaped_too(void **state)
{
	struct page *p = page(*state);

	json_out_object(&p->json, NULL);
	json_out_int(&p->json, "a\"b", 1);
	json_out_object_end(&p->json);
	assert_string_equal(done(p), "{\"a\\\"b\":1}");
}

static void name_in_array(void *json)
{
	json_out_array(json, NULL);
	json_out_int(json, "name", 1);
}

static void no_name_in_object(void *json)
{
	json_out_object(json, NULL);
	json_out_int(json, NULL, 1);
}

static void name_at_the_top(void *json)
{
	json_out_int(json, "name", 1);
}

static void two_at_the_top(void *json)
{
	json_out_int(json, NULL, 1);
	json_out_int(json, NULL, 1);
}

static void object_ends_as_array(void *json)
{
	json_out_object(json, NULL);
	json_out_array_end(json);
}

static void end_without_a_start(void *json)
{
	json_out_object_end(json);
}

static void done_with_nothing(void *json)
{
	json_out_done(json);
}

static void done_too_early(void *json)
{
	json_out_array(json, NULL);
	json_out_done(json);
}

static void without_a_bottom(void *json)
{
	for (int i = 0; i <= JSON_OUT_DEPTH; i++)
		json_out_array(json, NULL);
}

static void wrong_nesting_is_a_bug(void **state)
{
	static void (*const wrongs[])(void *) = { name_in_array, no_name_in_object, name_at_the_top, two_at_the_top, object_ends_as_array,
		end_without_a_start, done_with_nothing, done_too_early, without_a_bottom };

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++)
		assert_true(aborts(wrongs[i], &page(*state)->json, "bug: json_out"));
}

static void levels_go_32_deep(void **state)
{
	struct page *p = page(*state);

	for (int i = 0; i < JSON_OUT_DEPTH; i++)
		json_out_array(&p->json, NULL);
	for (int i = 0; i < JSON_OUT_DEPTH; i++)
		json_out_array_end(&p->json);
	assert_int_equal(strlen(done(p)), JSON_OUT_DEPTH * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(values_of_every_kind_are_written),
		WITH_ARENA(levels_nest_with_commas_where_they_belong),
		WITH_ARENA(a_document_can_be_one_value_behind_other_text),
		WITH_ARENA(every_character_is_read_back),
		WITH_ARENA(what_must_be_escaped_is),
		WITH_ARENA(bytes_that_are_no_utf_8_are_replaced_one_by_one),
		WITH_ARENA(names_are_escaped_too),
		WITH_ARENA(wrong_nesting_is_a_bug),
		WITH_ARENA(levels_go_32_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
