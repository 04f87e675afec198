/*
 * form: names and values in order: application/x-www-form-urlencoded (WHATWG URL §5), query strings, headers, parts of a path.
 *
 * Nested keys stay as they are written: "line_items[0][price_data][currency]" is a name like any other.
 */
#ifndef SANDBOX_FORM_H
#define SANDBOX_FORM_H

#include "span.h"

struct pair {
	struct span name, value;
};

struct form {
	struct pair *pairs;
	size_t n, room;
};

void form_add(struct form *, struct arena *, struct span name, struct span value);

/* Adds what the text says. ERR_INVALID for broken percent signs and what isn't UTF-8. */
enum err form_read(struct form *, struct arena *, struct span text, struct why *) MUST_CHECK;

/* The first value of that name; the empty span with at == NULL when there is none. */
struct span form_get(const struct form *, const char *name);
bool form_has(const struct form *, const char *name);

/* The rest of a name after "prefix[" and before the "]" that ends it: the key of a map such as metadata[order]. */
bool form_key(const struct pair *, const char *prefix, struct span *key);

/* Fits a path to a pattern: "/v1/refunds/{id}" takes one part as `id`; a pattern that ends in "/" takes all below it. */
bool form_path(struct form *parts, struct arena *, const char *pattern, struct span path);

/* Percent-encoded for a query or a body. */
void form_write(struct text *, struct span name, struct span value);

#endif
