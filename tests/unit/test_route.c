#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#include "route.h"

static const struct route routes[] = {
	{ .method = "GET", .path = "/v1/invoices", .help = "list" },
	{ .method = "POST", .path = "/v1/invoices", .help = "make" },
	{ .method = "GET", .path = "/v1/invoices/{id}", .help = "one" },
	{ .method = "POST", .path = "/v1/invoices/{id}/lines/{line}", .help = "line" },
	{ .method = "GET", .path = "/", .help = "root" },
	{ .path = NULL },
};

static struct arena *arena;
static struct request request;
static const char *allow;
static struct why why;

static enum err find(const char *method, const char *target)
{
	request = (struct request){ .arena = arena, .method = method };
	why = (struct why){ 0 };
	return route_find(routes, span_of(target), &request, &allow, &why);
}

static void assert_found(const char *method, const char *target, const char *help)
{
	if (find(method, target) != OK)
		fail_msg("%s %s: %s", method, target, why.text);
	assert_string_equal(request.route->help, help);
}

static void assert_code(const char *method, const char *target, const char *code)
{
	assert_int_not_equal(find(method, target), OK);
	assert_string_equal(why.code, code);
}

static void a_path_and_a_method_name_a_route(void **state)
{
	(void)state;
	assert_found("GET", "/v1/invoices", "list");
	assert_found("HEAD", "/v1/invoices", "list");
	assert_found("POST", "/v1/invoices", "make");
	assert_found("GET", "/v1/invoices/7", "one");
	assert_found("GET", "/", "root");
}

static void parameters_are_decoded_segments(void **state)
{
	(void)state;
	assert_found("POST", "/v1/invoices/a%26b%20c/lines/%C3%A4+", "line");
	assert_true(span_is(request_param(&request, "id"), "a&b c"));
	assert_true(span_is(request_param(&request, "line"), "\xc3\xa4+"));
	assert_int_equal(request_param(&request, "other").size, 0);
	assert_true(span_is(request.path, "/v1/invoices/a&b c/lines/\xc3\xa4+"));
}

static void a_literal_segment_may_be_escaped(void **state)
{
	(void)state;
	assert_found("GET", "/v1/%69nvoices", "list");
}

static void paths_are_not_normalised(void **state)
{
	(void)state;
	assert_code("GET", "/v1/invoices/", "path_unknown");
	assert_code("GET", "/v1//invoices", "path_unknown");
	assert_code("GET", "/v1/./invoices", "path_unknown");
	assert_code("GET", "/v1", "path_unknown");
	assert_code("GET", "/v1/invoices/7/8", "path_unknown");
	assert_code("GET", "/V1/invoices", "path_unknown");
	assert_code("POST", "/v1/invoices/7/lines/", "path_unknown");
}

static void another_method_is_told_which_there_are(void **state)
{
	(void)state;
	assert_int_equal(find("PUT", "/v1/invoices"), ERR_REFUSED);
	assert_string_equal(allow, "GET, HEAD, POST");
	assert_int_equal(find("GET", "/v1/invoices/7/lines/8"), ERR_REFUSED);
	assert_string_equal(allow, "POST");
	assert_int_equal(find("GET", "/v2"), ERR_NOT_FOUND);
	assert_string_equal(allow, "");
}

static void query_fields_are_decoded_with_plus_for_a_blank(void **state)
{
	(void)state;
	assert_found("GET", "/v1/invoices?after=a%26b+c&&flag&x=%3D=", "list");
	assert_true(span_is(request_query(&request, "after"), "a&b c"));
	assert_int_equal(request_query(&request, "flag").size, 0);
	assert_true(span_is(request_query(&request, "x"), "=="));
	assert_int_equal(request.query_count, 3);
}

static void what_is_not_text_is_malformed(void **state)
{
	(void)state;
	assert_code("GET", "/v1/%ff", "target_malformed");
	assert_code("GET", "/v1/invoices/%00", "target_malformed");
	assert_code("GET", "/v1/invoices/a%2Fb", "target_malformed");
	assert_code("GET", "/v1%2finvoices", "target_malformed");
	assert_code("GET", "/v1/invoices?x=%c3", "target_malformed");
	assert_code("GET", "/v1/invoices?%1b=1", "target_malformed");
	assert_code("GET", "/%4", "target_malformed");
	assert_code("GET", "", "target_malformed");
	assert_code("GET", "v1", "target_malformed");
}

static void a_query_field_stands_once(void **state)
{
	(void)state;
	assert_code("GET", "/v1/invoices?a=1&b=2&%61=3", "target_malformed");
}

static void segments_and_query_fields_are_bounded(void **state)
{
	char path[3 * ROUTE_SEGMENTS + 2] = "", query[512] = "/?";

	(void)state;
	for (size_t i = 0; i < ROUTE_SEGMENTS; i++)
		memcpy(path + 2 * i, "/a", 3);
	assert_code("GET", path, "path_unknown");
	memcpy(path + strlen(path), "/a", 3);
	assert_code("GET", path, "target_malformed");
	for (int i = 0; i < ROUTE_QUERY; i++)
		snprintf(query + strlen(query), 16, "k%d=&", i);
	assert_found("GET", query, "root");
	snprintf(query + strlen(query), 16, "last");
	assert_code("GET", query, "target_malformed");
}

static void headers_are_found_by_their_lower_case_name(void **state)
{
	struct param headers[] = { { "content-type", SPAN("text/plain") } };
	struct request with = { .headers = headers, .header_count = 1 };

	(void)state;
	assert_true(span_is(request_header(&with, "content-type"), "text/plain"));
	assert_int_equal(request_header(&with, "accept").size, 0);
}

static int begin(void **state)
{
	(void)state;
	arena = arena_open();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_close(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_and_a_method_name_a_route),
		cmocka_unit_test(parameters_are_decoded_segments),
		cmocka_unit_test(a_literal_segment_may_be_escaped),
		cmocka_unit_test(paths_are_not_normalised),
		cmocka_unit_test(another_method_is_told_which_there_are),
		cmocka_unit_test(query_fields_are_decoded_with_plus_for_a_blank),
		cmocka_unit_test(what_is_not_text_is_malformed),
		cmocka_unit_test(a_query_field_stands_once),
		cmocka_unit_test(segments_and_query_fields_are_bounded),
		cmocka_unit_test(headers_are_found_by_their_lower_case_name),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
