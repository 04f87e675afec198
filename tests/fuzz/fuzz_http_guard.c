/*
 * A request's first line and headers, in front of the guard and the route table. Input: "METHOD TARGET", then lines "name: value".
 */
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS_MOST = GUARD_HEADERS + 8 };

static const struct route routes[] = {
	{ .method = "GET", .path = "/v1/invoices" },
	{ .method = "POST", .path = "/v1/invoices/{id}/lines/{line}" },
	{ .method = "GET", .path = "/pay/{token}" },
	{ .path = NULL },
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static size_t read_headers(struct span rest, struct guard_header *headers)
{
	struct span line;
	size_t n = 0;

	while (rest.size > 0 && n < HEADERS_MOST) {
		(void)span_cut(rest, '\n', &line, &rest);
		(void)span_cut(line, ':', &headers[n].name, &headers[n].value);
		headers[n].value = span_trim(headers[n].value);
		n++;
	}
	return n;
}

static size_t count(const struct guard_header *headers, size_t n, const char *name)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += guard_name_is(headers[i].name, name);
	return found;
}

/* What two readers could take in two ways has not passed. */
static void check_passed(struct span method, const struct guard_header *headers, size_t n)
{
	demand(n <= GUARD_HEADERS && count(headers, n, "host") == 1 && count(headers, n, "transfer-encoding") == 0);
	demand(count(headers, n, "content-length") <= 1);
	for (size_t i = 0; i < n; i++) {
		demand(headers[i].name.size > 0 && memchr(headers[i].name.at, ' ', headers[i].name.size) == NULL);
		if (!guard_name_is(headers[i].name, "content-length"))
			continue;
		demand(strspn(headers[i].value.at, "0123456789") >= headers[i].value.size);
		demand(span_is(method, "POST") || strspn(headers[i].value.at, "0") >= headers[i].value.size);
	}
}

static void check_route(struct arena *arena, const char *method, struct span target)
{
	struct request request = { .arena = arena, .method = method };
	const char *allow;
	struct why why;
	enum err err = route_find(routes, target, &request, &allow, &why);

	demand(err == OK || err == ERR_INVALID || err == ERR_NOT_FOUND || (err == ERR_REFUSED && allow[0] != '\0'));
	for (size_t i = 0; err == OK && i < request.param_count; i++)
		demand(request.params[i].value.size > 0 && span_is_text(request.params[i].value) &&
			memchr(request.params[i].value.at, '/', request.params[i].value.size) == NULL);
	for (size_t i = 0; err == OK && i < request.query_count; i++)
		demand(span_equal(request_query(&request, request.query[i].name), request.query[i].value) &&
			span_is_text(request.query[i].value));
	demand(err != OK || request_param(&request, "nothing").size == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct guard_header headers[HEADERS_MOST];
	struct arena *arena = arena_open();
	/* A copy that ends in a NUL, for strspn. */
	struct span rest = span_copy(arena, span_bytes(data, size)), line, method, target;
	struct why why;
	size_t n;

	(void)span_cut(rest, '\n', &line, &rest);
	(void)span_cut(line, ' ', &method, &target);
	n = read_headers(rest, headers);
	if (guard_check(method, target, headers, n, &why) == OK)
		check_passed(method, headers, n);
	else
		demand(why.err == ERR_INVALID && why.code[0] != '\0');
	check_route(arena, span_cstr(arena, method), target);
	arena_close(arena);
	return 0;
}
