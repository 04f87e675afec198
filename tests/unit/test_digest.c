#include "unit.h"

#include "common/digest.h"

static const char *hex(struct arena *arena, struct digest digest)
{
	return span_hex(arena, span_bytes(digest.b, 32)).at;
}

static struct span filled(struct arena *arena, uint8_t byte, size_t size)
{
	return span_bytes(memset(arena_raw(arena, size), byte, size), size);
}

static void sha_256_gives_the_vectors_of_fips_180(void **state)
{
	assert_string_equal(hex(*state, digest_sha256(SPAN(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(hex(*state, digest_sha256(SPAN("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(hex(*state, digest_sha256(SPAN("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_string_equal(hex(*state, digest_sha256(filled(*state, 'a', 1000000))),
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* RFC 4231 §4: cases 1 to 4, 6 and 7 (5 is truncated). */
static void hmac_gives_the_vectors_of_rfc_4231(void **state)
{
	static const char *const want[] = { "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" };
	struct span long_key = filled(*state, 0xaa, 131);
	struct span keys[] = { filled(*state, 0x0b, 20), SPAN("Jefe"), filled(*state, 0xaa, 20),
		SPAN("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19"), long_key,
		long_key };
	struct span texts[] = { SPAN("Hi There"), SPAN("what do ya want for nothing?"), filled(*state, 0xdd, 50), filled(*state, 0xcd, 50),
		SPAN("Test Using Larger Than Block-Size Key - Hash Key First"),
		SPAN("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed "
		     "before being used by the HMAC algorithm.") };

	for (size_t i = 0; i < 6; i++) {
		struct span halves[] = { { texts[i].at, 3 }, SPAN(""), span_from(texts[i], 3) };

		assert_string_equal(hex(*state, digest_hmac(keys[i], &texts[i], 1)), want[i]);
		assert_string_equal(hex(*state, digest_hmac(keys[i], halves, 3)), want[i]);
	}
}

static void an_empty_key_is_a_key(void **state)
{
	/* HMAC_SHA256("", ""), as RFC 2104 makes it of 64 zero bytes of key. */
	assert_string_equal(
		hex(*state, digest_hmac(SPAN(""), NULL, 0)), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	(void)digest_hmac(SPAN("another"), NULL, 0);
	assert_string_equal(hex(*state, digest_hmac((struct span){ NULL, 0 }, NULL, 0)),
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void a_list_is_more_than_its_bytes(void **state)
{
	struct span ab_c[] = { SPAN("ab"), SPAN("c") }, a_bc[] = { SPAN("a"), SPAN("bc") }, abc[] = { SPAN("abc") };
	struct span with_empty[] = { SPAN("ab"), SPAN("c"), SPAN("") };
	struct digest first = digest_list(ab_c, 2), second = digest_list(a_bc, 2), third = digest_list(abc, 1);
	struct digest fourth = digest_list(with_empty, 3);
	struct digest plain = digest_sha256(SPAN("\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\1c"));

	(void)state;
	assert_memory_equal(first.b, plain.b, 32);
	assert_memory_not_equal(first.b, second.b, 32);
	assert_memory_not_equal(first.b, third.b, 32);
	assert_memory_not_equal(first.b, fourth.b, 32);
}

static void a_stream_is_the_sum_of_its_pieces(void **state)
{
	struct chance chance = { 5 };
	struct span all = filled(*state, 'q', 100000);
	struct digest_stream *stream = digest_open();
	struct digest want = digest_sha256(all), got;

	while (all.size > 0) {
		size_t n = chance_below(&chance, 5000);

		digest_add(stream, (struct span){ all.at, n < all.size ? n : all.size });
		all = span_from(all, n);
	}
	got = digest_close(stream);
	assert_memory_equal(got.b, want.b, 32);
}

static void equality_looks_at_every_bit(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_true(digest_equal(a, b, 32));
	for (size_t bit = 0; bit < 256; bit++) {
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(digest_equal(a, b, 32));
		b[bit / 8] = 0;
	}
	assert_true(digest_equal(a, "x", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(sha_256_gives_the_vectors_of_fips_180),
		WITH_ARENA(hmac_gives_the_vectors_of_rfc_4231),
		WITH_ARENA(an_empty_key_is_a_key),
		WITH_ARENA(a_list_is_more_than_its_bytes),
		WITH_ARENA(a_stream_is_the_sum_of_its_pieces),
		WITH_ARENA(equality_looks_at_every_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
