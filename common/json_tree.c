#include "json_tree.h"

#include <jansson.h>
#include <pthread.h>

/* Levels of lists and objects. Nothing that we read has more than five. */
enum { DEPTH_MOST = 16 };

/* What jansson makes lives in the document's arena: nothing is freed one by one, and texts need no copy. */
static _Thread_local struct arena *home;

static void *take(size_t size)
{
	return arena_raw(home, size);
}

static void leave(void *at)
{
	(void)at;
}

static void settle(void)
{
	json_set_alloc_funcs(take, leave);
}

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

static void copy(struct arena *, json_t *from, struct json *to);

static void copy_list(struct arena *arena, json_t *from, struct json *to)
{
	to->kind = TREE_LIST;
	to->count = json_array_size(from);
	to->values = ARENA_ARRAY(arena, struct json, to->count);
	for (size_t i = 0; i < to->count; i++)
		copy(arena, json_array_get(from, i), &to->values[i]);
}

static void copy_object(struct arena *arena, json_t *from, struct json *to)
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
		to->names[i] = span_of(name);
		copy(arena, value, &to->values[i++]);
	}
}

static void copy(struct arena *arena, json_t *from, struct json *to)
{
	switch (json_typeof(from)) {
	case JSON_OBJECT: copy_object(arena, from, to); break;
	case JSON_ARRAY: copy_list(arena, from, to); break;
	case JSON_STRING:
		to->kind = TREE_TEXT;
		to->text = span_bytes(json_string_value(from), json_string_length(from));
		break;
	case JSON_INTEGER:
		to->kind = TREE_INTEGER;
		to->integer = json_integer_value(from);
		break;
	case JSON_REAL:
		/* Its value is of no use: nothing here is read as floating point. */
		to->kind = TREE_FRACTION;
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		to->kind = TREE_BOOL;
		to->flag = json_is_true(from);
		break;
	case JSON_NULL: to->kind = TREE_NULL; break;
	}
}

/* jansson's parser recurses, up to 2048 levels, which is more than a thread's stack may hold: levels are counted before. */
static bool is_too_deep(struct span text)
{
	bool in_text = false;
	int depth = 0;

	for (size_t i = 0; i < text.size; i++) {
		char c = text.at[i];

		if (c == '"')
			in_text = !in_text;
		else if (in_text && c == '\\')
			i++;
		else if (!in_text && (c == '[' || c == '{') && ++depth > DEPTH_MOST)
			return true;
		else if (!in_text && (c == ']' || c == '}'))
			depth--;
	}
	return false;
}

enum err json_tree_read(struct arena *arena, struct span text, struct json **tree, struct why *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	json_error_t error;
	json_t *root;

	if (is_too_deep(text))
		return why_set(why, ERR_INVALID, "json_too_deep", "the JSON has more than %d levels", DEPTH_MOST);
	pthread_once(&once, settle);
	home = arena;
	root = json_loadb(text.at, text.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (root == NULL)
		return why_set(why, ERR_INVALID, "json_malformed", "line %d, column %d: %s", error.line, error.column, fault_of(&error));
	*tree = ARENA_NEW(arena, struct json);
	copy(arena, root, *tree);
	return OK;
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
