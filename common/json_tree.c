#include "json_tree.h"

#include <jansson.h>

/* Levels of lists and objects. Nothing that we read has more than five. */
enum { DEPTH_MOST = 16 };

static const char *fault_of(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_stack_overflow: return "it is nested too deeply";
	case json_error_invalid_utf8: return "it is not valid UTF-8";
	case json_error_premature_end_of_input: return "it ends too early";
	case json_error_end_of_input_expected: return "something follows its end";
	case json_error_duplicate_key: return "a member is there twice";
	case json_error_numeric_overflow: return "a number is too large";
	case json_error_null_character:
	case json_error_null_byte_in_key: return "a text holds a NUL";
	case json_error_unknown:
	case json_error_out_of_memory:
	case json_error_cannot_open_file:
	case json_error_invalid_argument:
	case json_error_invalid_syntax:
	case json_error_invalid_format:
	case json_error_wrong_type:
	case json_error_null_value:
	case json_error_item_not_found:
	case json_error_index_out_of_range: break;
	}
	return "it is not JSON";
}

static struct span text_of(struct arena *arena, const json_t *from)
{
	return span_copy(arena, span_bytes(json_string_value(from), json_string_length(from)));
}

static enum err copy(struct arena *, json_t *from, int depth, struct json *to, struct why *);

static enum err copy_list(struct arena *arena, json_t *from, int depth, struct json *to, struct why *why)
{
	to->kind = TREE_LIST;
	to->count = json_array_size(from);
	to->values = ARENA_ARRAY(arena, struct json, to->count);
	for (size_t i = 0; i < to->count; i++)
		TRY(copy(arena, json_array_get(from, i), depth + 1, &to->values[i], why));
	return OK;
}

static enum err copy_object(struct arena *arena, json_t *from, int depth, struct json *to, struct why *why)
{
	const char *name;
	json_t *value;
	size_t i = 0;

	to->kind = TREE_OBJECT;
	to->count = json_object_size(from);
	to->names = ARENA_ARRAY(arena, struct span, to->count);
	to->values = ARENA_ARRAY(arena, struct json, to->count);
	json_object_foreach(from, name, value)
	{
		to->names[i] = span_copy(arena, span_of(name));
		TRY(copy(arena, value, depth + 1, &to->values[i++], why));
	}
	return OK;
}

static enum err copy(struct arena *arena, json_t *from, int depth, struct json *to, struct why *why)
{
	if (depth > DEPTH_MOST)
		return why_set(why, ERR_INVALID, "json_too_deep", "the JSON has more than %d levels", DEPTH_MOST);
	switch (json_typeof(from)) {
	case JSON_OBJECT: return copy_object(arena, from, depth, to, why);
	case JSON_ARRAY: return copy_list(arena, from, depth, to, why);
	case JSON_STRING:
		to->kind = TREE_TEXT;
		to->text = text_of(arena, from);
		return OK;
	case JSON_INTEGER:
		to->kind = TREE_INTEGER;
		to->integer = json_integer_value(from);
		return OK;
	case JSON_REAL:
		/* Its value is of no use: nothing here is read as floating point. */
		to->kind = TREE_FRACTION;
		return OK;
	case JSON_TRUE:
	case JSON_FALSE:
		to->kind = TREE_BOOL;
		to->flag = json_is_true(from);
		return OK;
	case JSON_NULL: to->kind = TREE_NULL; return OK;
	}
	bug("json: type %d", (int)json_typeof(from));
}

enum err json_tree_read(struct arena *arena, struct span text, struct json **tree, struct why *why)
{
	json_error_t error;
	json_t *root = json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	enum err err;

	if (root == NULL)
		return why_set(why, ERR_INVALID, "json_malformed", "line %d, column %d: %s", error.line, error.column, fault_of(&error));
	*tree = ARENA_NEW(arena, struct json);
	err = copy(arena, root, 0, *tree, why);
	json_decref(root);
	return err;
}

struct json *json_tree_member(struct json *object, const char *name)
{
	for (size_t i = 0; i < object->count; i++)
		if (span_is(object->names[i], name))
			return &object->values[i];
	return NULL;
}

const char *json_tree_word(enum json_kind kind)
{
	switch (kind) {
	case TREE_NULL: return "null";
	case TREE_BOOL: return "true or false";
	case TREE_INTEGER: return "an integer";
	case TREE_FRACTION: return "a number with a fraction or exponent";
	case TREE_TEXT: return "a text";
	case TREE_LIST: return "a list";
	case TREE_OBJECT: return "an object";
	}
	bug("json: kind %d", (int)kind);
}
