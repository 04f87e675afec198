#include "unit.h"

#include "common/uuid.h"

static const uint8_t ones[10] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* The example of RFC 9562, appendix A.6. */
static void the_example_of_rfc_9562_comes_out(void **state)
{
	static const uint8_t random[10] = { 0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f };
	struct uuid uuid = uuid_v7((struct instant){ INT64_C(0x017f22e279b0) * 1000 + 999 }, random);

	assert_string_equal(uuid_text(*state, uuid), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	assert_int_equal(uuid_time(uuid).us, INT64_C(1645557742000) * 1000);
}

static void version_and_variant_are_set_whatever_the_chance(void **state)
{
	struct uuid uuid = uuid_v7((struct instant){ 0 }, ones);

	assert_string_equal(uuid_text(*state, uuid), "00000000-0000-7fff-bfff-ffffffffffff");
	uuid = uuid_v7((struct instant){ 0 }, (uint8_t[10]){ 0 });
	assert_string_equal(uuid_text(*state, uuid), "00000000-0000-7000-8000-000000000000");
}

static void ids_sort_by_time(void **state)
{
	struct chance chance = { 2 };
	struct uuid last = { 0 };
	int64_t ms = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t random[2] = { chance_next(&chance), chance_next(&chance) };
		struct uuid next;

		ms += 1 + (int64_t)chance_below(&chance, 1u << (i % 30));
		next = uuid_v7((struct instant){ ms * 1000 }, (const uint8_t *)random);
		assert_true(uuid_compare(last, next) < 0 && uuid_compare(next, last) > 0);
		assert_int_equal(uuid_time(next).us, ms * 1000);
		last = next;
	}
}

static void times_that_do_not_fit_count_as_the_nearest(void **state)
{
	(void)state;
	assert_int_equal(uuid_time(uuid_v7((struct instant){ -1 }, ones)).us, 0);
	assert_int_equal(uuid_time(uuid_v7((struct instant){ INT64_MIN }, ones)).us, 0);
	assert_true(uuid_time(uuid_v7((struct instant){ INT64_MAX }, ones)).us == ((INT64_C(1) << 48) - 1) * 1000);
}

static void the_same_message_makes_the_same_ids(void **state)
{
	struct instant at = { INT64_C(1700000000000000) };
	struct uuid id = uuid_derive(at, SPAN("billing"), SPAN("m-1"), 0);

	/* Fixed for ever: ids of what was committed are made again by a replay. */
	assert_string_equal(uuid_text(*state, id), "018bcfe5-6800-77eb-9df2-083fe8ae9259");
	assert_true(uuid_equal(id, uuid_derive(at, SPAN("billing"), SPAN("m-1"), 0)));
}

static void any_difference_makes_another_id(void **state)
{
	struct instant at = { INT64_C(1700000000000000) };
	struct uuid ids[] = {
		uuid_derive(at, SPAN("billing"), SPAN("m-1"), 0),
		uuid_derive(at, SPAN("billing"), SPAN("m-1"), 1),
		uuid_derive(at, SPAN("billing"), SPAN("m-1"), 1u << 24),
		uuid_derive(at, SPAN("billing"), SPAN("m-2"), 0),
		uuid_derive(at, SPAN("billingm"), SPAN("-1"), 0),
		uuid_derive((struct instant){ at.us + 1000 }, SPAN("billing"), SPAN("m-1"), 0),
	};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < i; k++)
			assert_false(uuid_equal(ids[i], ids[k]));
	}
	assert_int_equal(uuid_time(ids[0]).us, at.us);
}

static void text_goes_there_and_back(void **state)
{
	struct chance chance = { 9 };

	for (int i = 0; i < 1000; i++) {
		struct uuid uuid, back;
		uint64_t words[2] = { chance_next(&chance), chance_next(&chance) };

		assert_int_equal(uuid_from_bytes(span_bytes(words, 16), &uuid), OK);
		assert_true(span_equal(uuid_span(&uuid), span_bytes(words, 16)));
		assert_int_equal(uuid_parse(span_of(uuid_text(*state, uuid)), &back), OK);
		assert_true(uuid_equal(uuid, back));
	}
}

static void either_case_is_read_and_lower_is_written(void **state)
{
	struct uuid uuid;

	assert_int_equal(uuid_parse(SPAN("017F22E2-79B0-7cC3-98c4-DC0C0C07398F"), &uuid), OK);
	assert_string_equal(uuid_text(*state, uuid), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void what_is_no_uuid_is_refused(void **state)
{
	static const char good[] = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
	struct uuid uuid;

	(void)state;
	assert_int_equal(uuid_parse(SPAN(""), &uuid), ERR_INVALID);
	assert_int_equal(uuid_parse(SPAN("017f22e279b07cc398c4dc0c0c07398f"), &uuid), ERR_INVALID);
	assert_int_equal(uuid_parse(SPAN("{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"), &uuid), ERR_INVALID);
	for (size_t size = 0; size < UUID_TEXT; size++)
		assert_int_equal(uuid_parse((struct span){ good, size }, &uuid), ERR_INVALID);
	for (size_t i = 0; i < UUID_TEXT; i++) {
		char bad[UUID_TEXT + 1];

		memcpy(bad, good, sizeof(bad));
		bad[i] = bad[i] == '-' ? '0' : '-';
		assert_int_equal(uuid_parse(span_of(bad), &uuid), ERR_INVALID);
		bad[i] = 'g';
		assert_int_equal(uuid_parse(span_of(bad), &uuid), ERR_INVALID);
	}
	assert_int_equal(uuid_from_bytes(span_bytes(good, 15), &uuid), ERR_INVALID);
	assert_int_equal(uuid_from_bytes(span_bytes(good, 17), &uuid), ERR_INVALID);
}

static void only_the_zero_id_is_zero(void **state)
{
	(void)state;
	assert_true(uuid_is_zero((struct uuid){ { 0 } }));
	for (size_t i = 0; i < 16; i++) {
		struct uuid uuid = { { 0 } };

		uuid.b[i] = 1;
		assert_false(uuid_is_zero(uuid));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(the_example_of_rfc_9562_comes_out),
		WITH_ARENA(version_and_variant_are_set_whatever_the_chance),
		cmocka_unit_test(ids_sort_by_time),
		cmocka_unit_test(times_that_do_not_fit_count_as_the_nearest),
		WITH_ARENA(the_same_message_makes_the_same_ids),
		cmocka_unit_test(any_difference_makes_another_id),
		WITH_ARENA(text_goes_there_and_back),
		WITH_ARENA(either_case_is_read_and_lower_is_written),
		cmocka_unit_test(what_is_no_uuid_is_refused),
		cmocka_unit_test(only_the_zero_id_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
