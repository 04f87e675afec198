/*
 * json_tree: a JSON document as values in the arena, for json_in.c; everybody else uses json_in.h.
 */
#ifndef DUNLIN_JSON_TREE_H
#define DUNLIN_JSON_TREE_H

#include "span.h"

enum json_kind { TREE_NULL, TREE_BOOL, TREE_INTEGER, TREE_FRACTION, TREE_TEXT, TREE_LIST, TREE_OBJECT };

struct json {
	enum json_kind kind;
	bool seen; /* somebody asked for it */
	bool flag;
	int64_t integer;
	struct span text;
	/* Members or elements, in the document's order; names of members only. */
	size_t count;
	struct span *names;
	struct json *values;
};

/* Reads a whole document. Codes: json_malformed, json_too_deep. */
enum err json_tree_read(struct arena *, struct span text, struct json **, struct why *) MUST_CHECK;

/* NULL when the object has no such member. */
struct json *json_tree_member(struct json *object, const char *name);

/* "an integer", "a list" … for messages. */
const char *json_tree_word(enum json_kind);

#endif
