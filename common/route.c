#include "route.h"

#include <string.h>

/* A path in its decoded segments. */
struct segments {
	struct span at[ROUTE_SEGMENTS];
	size_t count;
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err route_decode(struct arena *arena, struct span raw, bool plus, struct span *text)
{
	char *at = arena_raw(arena, raw.size + 1);
	size_t size = 0;

	for (size_t i = 0; i < raw.size; i++) {
		char c = raw.at[i];

		if (c == '%') {
			int high = i + 2 < raw.size ? hex_value(raw.at[i + 1]) : -1;
			int low = i + 2 < raw.size ? hex_value(raw.at[i + 2]) : -1;

			if (high < 0 || low < 0)
				return ERR_INVALID;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus)
			c = ' ';
		at[size++] = c;
	}
	at[size] = '\0';
	*text = span_bytes(at, size);
	return span_is_text(*text) ? OK : ERR_INVALID;
}

static enum err malformed(struct why *why)
{
	return why_set(why, ERR_INVALID, "target_malformed",
		"the path or query is not UTF-8 text, has too many parts, an escaped slash, or a field twice");
}

static bool has_slash(struct span segment)
{
	return segment.size > 0 && memchr(segment.at, '/', segment.size) != NULL;
}

static enum err split_path(struct arena *arena, struct span path, struct segments *segments)
{
	struct span rest = span_from(path, 1);
	bool more = true;

	for (segments->count = 0; more; segments->count++) {
		struct span raw;

		more = span_cut(rest, '/', &raw, &rest);
		if (segments->count == ROUTE_SEGMENTS)
			return ERR_INVALID;
		TRY(route_decode(arena, raw, false, &segments->at[segments->count]));
		if (has_slash(segments->at[segments->count]))
			return ERR_INVALID;
	}
	return OK;
}

static bool is_param(struct span segment)
{
	return segment.size > 2 && segment.at[0] == '{' && segment.at[segment.size - 1] == '}';
}

static bool fits(const char *pattern, const struct segments *segments)
{
	struct span rest = span_from(span_of(pattern), 1), part;
	bool more = true;
	size_t i = 0;

	for (; more && i < segments->count; i++) {
		more = span_cut(rest, '/', &part, &rest);
		if (is_param(part) ? segments->at[i].size == 0 : !span_equal(part, segments->at[i]))
			return false;
	}
	return !more && i == segments->count;
}

static void take_params(const char *pattern, const struct segments *segments, struct request *request)
{
	struct span rest = span_from(span_of(pattern), 1), part;

	request->params = ARENA_ARRAY(request->arena, struct param, segments->count);
	for (size_t i = 0; i < segments->count; i++) {
		span_cut(rest, '/', &part, &rest);
		if (is_param(part))
			request->params[request->param_count++] =
				(struct param){ .name = span_cstr(request->arena, span_bytes(part.at + 1, part.size - 2)),
					.value = segments->at[i] };
	}
}

static enum err read_query(struct request *request, struct span query)
{
	struct span field, name, value;

	request->query = ARENA_ARRAY(request->arena, struct param, ROUTE_QUERY);
	while (query.size > 0) {
		struct param *param = &request->query[request->query_count];

		span_cut(query, '&', &field, &query);
		if (field.size == 0)
			continue;
		span_cut(field, '=', &name, &value);
		if (request->query_count == ROUTE_QUERY)
			return ERR_INVALID;
		TRY(route_decode(request->arena, name, true, &name));
		TRY(route_decode(request->arena, value, true, &value));
		for (size_t i = 0; i < request->query_count; i++)
			if (span_is(name, request->query[i].name))
				return ERR_INVALID;
		*param = (struct param){ .name = name.at, .value = value };
		request->query_count++;
	}
	return OK;
}

static bool has_method(const struct route *route, const char *method)
{
	return strcmp(route->method, method) == 0 || (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

/* The route, or NULL with the methods that the path has, "" when there is no such path. */
static const struct route *search(const struct route *routes, const struct segments *segments, const char *method, struct text *allow)
{
	for (const struct route *route = routes; route != NULL && route->path != NULL; route++) {
		if (!fits(route->path, segments))
			continue;
		if (has_method(route, method))
			return route;
		text_printf(
			allow, "%s%s%s", allow->size == 0 ? "" : ", ", route->method, strcmp(route->method, "GET") == 0 ? ", HEAD" : "");
	}
	return NULL;
}

enum err route_find(const struct route *routes, struct span target, struct request *request, const char **allow, struct why *why)
{
	struct segments segments;
	struct span path, query;
	struct text methods;

	*allow = "";
	text_init(&methods, request->arena);
	span_cut(target, '?', &path, &query);
	if (path.size == 0 || path.at[0] != '/' || route_decode(request->arena, path, false, &request->path) != OK ||
		split_path(request->arena, path, &segments) != OK || read_query(request, query) != OK)
		return malformed(why);
	request->route = search(routes, &segments, request->method, &methods);
	if (request->route != NULL) {
		take_params(request->route->path, &segments, request);
		return OK;
	}
	if (methods.size == 0)
		return why_set(why, ERR_NOT_FOUND, "path_unknown", "there is nothing at this path");
	*allow = text_done(&methods).at;
	return why_set(why, ERR_REFUSED, "method_not_allowed", "this path takes %s", *allow);
}

static struct span value_of(const struct param *params, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	return SPAN("");
}

struct span request_param(const struct request *request, const char *name)
{
	return value_of(request->params, request->param_count, name);
}

struct span request_query(const struct request *request, const char *name)
{
	return value_of(request->query, request->query_count, name);
}

struct span request_header(const struct request *request, const char *name)
{
	return value_of(request->headers, request->header_count, name);
}
