#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#include "guard.h"

#define HEADER(n, v) { .name = SPAN(n), .value = SPAN(v) }
#define CHECK(method, target, ...)                                          \
	check(method, target, (const struct guard_header[]){ __VA_ARGS__ }, \
		sizeof((const struct guard_header[]){ __VA_ARGS__ }) / sizeof(struct guard_header))

static struct why why;

static const char *check(const char *method, const char *target, const struct guard_header *headers, size_t n)
{
	why = (struct why){ 0 };
	if (guard_check(span_of(method), span_of(target), headers, n, &why) == OK)
		return "ok";
	assert_int_equal(why.err, ERR_INVALID);
	return why.code;
}

static const char *check_target(const char *target)
{
	return CHECK("GET", target, HEADER("Host", "a"));
}

static void an_ordinary_request_passes(void **state)
{
	(void)state;
	assert_string_equal(
		CHECK("GET", "/v1/invoices?after=%20x&limit=5", HEADER("Host", "dunlin.example:8080"), HEADER("Accept", "*/*")), "ok");
	assert_string_equal(
		CHECK("POST", "/", HEADER("HOST", "[::1]:80"), HEADER("content-length", "12"), HEADER("X-Name", "J\xc3\xb6rg\t(x)")), "ok");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("Content-Length", "0"), HEADER("Empty", "")), "ok");
}

static void a_target_is_an_absolute_path_of_visible_ascii(void **state)
{
	static const char *const wrong[] = { "", "*", "v1", "http://a/", "a:80", "/a b", "/\x01", "/\x7f", "/\xc3\xa4", "/a#b", "/%", "/%4",
		"/%zz", "/%4g", "/a\\b", "/<x>", "/\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_string_equal(check_target(wrong[i]), "target_malformed");
	assert_string_equal(check_target("/a/../%2e%2E;x=1?y#"), "target_malformed");
	assert_string_equal(check_target("/a/../%2e%2E;x=1?y"), "ok");
}

static void there_is_exactly_one_host_and_it_is_a_host(void **state)
{
	(void)state;
	assert_string_equal(CHECK("GET", "/", HEADER("Accept", "*/*")), "host_ambiguous");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("host", "a")), "host_ambiguous");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "")), "host_ambiguous");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a b")), "host_ambiguous");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a/b@c")), "host_ambiguous");
}

static void any_transfer_encoding_is_refused(void **state)
{
	(void)state;
	assert_string_equal(CHECK("POST", "/", HEADER("Host", "a"), HEADER("Transfer-Encoding", "chunked")), "transfer_encoding_refused");
	assert_string_equal(CHECK("POST", "/", HEADER("Host", "a"), HEADER("transfer-ENCODING", "identity")), "transfer_encoding_refused");
	assert_string_equal(CHECK("POST", "/", HEADER("Host", "a"), HEADER("Transfer-Encoding", "")), "transfer_encoding_refused");
}

static void a_content_length_is_digits_and_stands_once(void **state)
{
	static const char *const wrong[] = { "", "+5", "-0", " 5", "5 ", "0x5", "5,5", "5 junk", "1e3", "9999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct guard_header headers[] = { HEADER("Host", "a"), { .name = SPAN("Content-Length"), .value = span_of(wrong[i]) } };

		assert_string_equal(check("POST", "/", headers, 2), "content_length_ambiguous");
	}
	assert_string_equal(CHECK("POST", "/", HEADER("Host", "a"), HEADER("Content-Length", "5"), HEADER("Content-length", "5")),
		"content_length_ambiguous");
	assert_string_equal(CHECK("POST", "/", HEADER("Host", "a"), HEADER("Content-Length", "5"), HEADER("Content-length", "6")),
		"content_length_ambiguous");
}

static void only_post_may_have_a_body(void **state)
{
	static const char *const others[] = { "GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PUT", "post" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_string_equal(CHECK(others[i], "/", HEADER("Host", "a"), HEADER("Content-Length", "1")), "body_refused");
	assert_string_equal(CHECK("POST", "/", HEADER("Host", "a"), HEADER("Content-Length", "1")), "ok");
}

static void a_header_name_is_a_token_and_its_value_has_no_controls(void **state)
{
	(void)state;
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("", "x")), "header_malformed");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("Content-Length ", "5")), "header_malformed");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("X Y", "5")), "header_malformed");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("X\xc3\xa4", "5")), "header_malformed");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("X(y)", "5")), "header_malformed");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("X", "a\rb")), "header_malformed");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("X", "a\0b")), "header_malformed");
	assert_string_equal(CHECK("GET", "/", HEADER("Host", "a"), HEADER("X", "\x7f")), "header_malformed");
}

static void headers_are_bounded_in_number_and_bytes(void **state)
{
	static char big[GUARD_HEADER_BYTES];
	struct guard_header headers[GUARD_HEADERS + 1] = { HEADER("Host", "a") };

	(void)state;
	for (size_t i = 1; i <= GUARD_HEADERS; i++)
		headers[i] = (struct guard_header)HEADER("X", "y");
	assert_string_equal(check("GET", "/", headers, GUARD_HEADERS), "ok");
	assert_string_equal(check("GET", "/", headers, GUARD_HEADERS + 1), "headers_too_many");
	memset(big, 'z', sizeof(big));
	headers[1].value = span_bytes(big, sizeof(big) - 6);
	assert_string_equal(check("GET", "/", headers, 2), "ok");
	headers[1].value = span_bytes(big, sizeof(big) - 5);
	assert_string_equal(check("GET", "/", headers, 2), "headers_too_many");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_request_passes),
		cmocka_unit_test(a_target_is_an_absolute_path_of_visible_ascii),
		cmocka_unit_test(there_is_exactly_one_host_and_it_is_a_host),
		cmocka_unit_test(any_transfer_encoding_is_refused),
		cmocka_unit_test(a_content_length_is_digits_and_stands_once),
		cmocka_unit_test(only_post_may_have_a_body),
		cmocka_unit_test(a_header_name_is_a_token_and_its_value_has_no_controls),
		cmocka_unit_test(headers_are_bounded_in_number_and_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
