#include "unit.h"

static void hexadecimal_goes_there_and_back(void **state)
{
	char bytes[256];
	struct span hex, back;

	for (size_t i = 0; i < 256; i++)
		bytes[i] = (char)i;
	hex = span_hex(*state, span_bytes(bytes, 256));
	assert_int_equal(hex.size, 512);
	assert_int_equal(strlen(hex.at), 512);
	assert_memory_equal(hex.at, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_int_equal(span_unhex(*state, hex, &back), OK);
	assert_true(span_equal(back, span_bytes(bytes, 256)));
	assert_int_equal(span_unhex(*state, SPAN("0aFFfe"), &back), OK);
	assert_true(span_equal(back, SPAN("\x0a\xff\xfe")));
	assert_int_equal(span_unhex(*state, SPAN(""), &back), OK);
	assert_int_equal(back.size, 0);
}

static void what_is_no_hexadecimal_is_refused(void **state)
{
	struct span back;

	assert_int_equal(span_unhex(*state, SPAN("0"), &back), ERR_INVALID);
	assert_int_equal(span_unhex(*state, SPAN("0g"), &back), ERR_INVALID);
	assert_int_equal(span_unhex(*state, SPAN("g0"), &back), ERR_INVALID);
	assert_int_equal(span_unhex(*state, SPAN("0x00"), &back), ERR_INVALID);
	assert_int_equal(span_unhex(*state, SPAN("00 "), &back), ERR_INVALID);
	for (int c = 0; c < 256; c++) {
		char pair[2] = { '0', (char)c };
		bool good = c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL;

		assert_int_equal(span_unhex(*state, span_bytes(pair, 2), &back), good ? OK : ERR_INVALID);
	}
}

static void the_vectors_of_rfc_4648_hold(void **state)
{
	static const char *const vectors[][3] = { { "", "", "" }, { "f", "Zg==", "Zg" }, { "fo", "Zm8=", "Zm8" }, { "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" }, { "fooba", "Zm9vYmE=", "Zm9vYmE" }, { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+", "-__-" } };

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct span back;

		assert_string_equal(span_base64(*state, span_of(vectors[i][0])).at, vectors[i][1]);
		assert_string_equal(span_base64url(*state, span_of(vectors[i][0])).at, vectors[i][2]);
		assert_int_equal(span_unbase64(*state, span_of(vectors[i][1]), &back), OK);
		assert_true(span_is(back, vectors[i][0]));
		assert_int_equal(span_unbase64url(*state, span_of(vectors[i][2]), &back), OK);
		assert_true(span_is(back, vectors[i][0]));
	}
}

static void bytes_of_every_length_come_back(void **state)
{
	struct chance chance = { 11 };

	for (size_t size = 0; size < 200; size++) {
		char bytes[200];
		struct span back;

		for (size_t i = 0; i < size; i++)
			bytes[i] = (char)chance_next(&chance);
		assert_int_equal(span_unbase64(*state, span_base64(*state, span_bytes(bytes, size)), &back), OK);
		assert_true(span_equal(back, span_bytes(bytes, size)));
		assert_int_equal(span_unbase64url(*state, span_base64url(*state, span_bytes(bytes, size)), &back), OK);
		assert_true(span_equal(back, span_bytes(bytes, size)));
	}
}

/* Every pair of letters before the padding: 64 × 4 of them leave no bits over, and those alone are a byte's text. */
static void a_value_has_one_text_only(void **state)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	int good = 0;

	for (int i = 0; i < 64; i++) {
		for (int k = 0; k < 64; k++) {
			char text[] = { letters[i], letters[k], '=', '=' };
			struct span back;

			if (span_unbase64(*state, span_bytes(text, 4), &back) != OK)
				continue;
			good++;
			assert_true(span_equal(span_base64(*state, back), span_bytes(text, 4)));
		}
	}
	assert_int_equal(good, 256);
}

static void what_is_no_base64_is_refused(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "Zg==Zg==", "Z===", "Zm8", "Zm9vY", "Zm 9",
		"Zm9\n", "Zh==", "Zm9=", "-__-", "Zg=g", "\u00e9\u00e9" };
	static const char *const bad_url[] = { "Z", "Zg==", "Zh", "Zm9vY", "+//+", "Zm 9", "Zm9v\n" };
	struct span back;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(span_unbase64(*state, span_of(bad[i]), &back), ERR_INVALID);
	for (size_t i = 0; i < sizeof(bad_url) / sizeof(bad_url[0]); i++)
		assert_int_equal(span_unbase64url(*state, span_of(bad_url[i]), &back), ERR_INVALID);
	assert_int_equal(span_unbase64(*state, SPAN("Zm9\0"), &back), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(hexadecimal_goes_there_and_back),
		WITH_ARENA(what_is_no_hexadecimal_is_refused),
		WITH_ARENA(the_vectors_of_rfc_4648_hold),
		WITH_ARENA(bytes_of_every_length_come_back),
		WITH_ARENA(a_value_has_one_text_only),
		WITH_ARENA(what_is_no_base64_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
