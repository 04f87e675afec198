#include <stdarg.h>
#include <string.h>

#include "template_parts.h"

struct field {
	const char *name;
	struct tvalue *value;
	struct field *next;
};

struct tvalue {
	struct arena *arena;
	enum { TVALUE_TEXT, TVALUE_BOOL, TVALUE_LIST, TVALUE_OBJECT } kind;
	bool truth;    /* of a bool */
	struct span text;                   /* of a text */
	struct field *fields, **fields_end; /* of an object; of a list too, without names */
};

static struct tvalue *make(struct arena *arena)
{
	struct tvalue *value = ARENA_NEW(arena, struct tvalue);

	value->arena = arena;
	value->kind = TVALUE_OBJECT;
	value->fields_end = &value->fields;
	return value;
}

struct tvalue *tvalue_open(struct arena *arena)
{
	return make(arena);
}

static const struct tvalue *field(const struct tvalue *object, struct span name)
{
	if (object->kind != TVALUE_OBJECT)
		return NULL;
	for (const struct field *at = object->fields; at != NULL; at = at->next) {
		if (span_is(name, at->name))
			return at->value;
	}
	return NULL;
}

static struct tvalue *append(struct tvalue *to, const char *name)
{
	struct field *added = ARENA_NEW(to->arena, struct field);

	added->name = name == NULL ? NULL : arena_strdup(to->arena, name);
	added->value = make(to->arena);
	*to->fields_end = added;
	to->fields_end = &added->next;
	return added->value;
}

static struct tvalue *set(struct tvalue *object, const char *name)
{
	if (object->kind != TVALUE_OBJECT)
		bug("template: %s is set in what is no object", name);
	if (field(object, span_of(name)) != NULL)
		bug("template: %s is set twice", name);
	return append(object, name);
}

void tvalue_text(struct tvalue *object, const char *name, const char *text)
{
	if (text == NULL)
		tvalue_bool(object, name, false);
	else
		tvalue_span(object, name, span_of(text));
}

void tvalue_span(struct tvalue *object, const char *name, struct span span)
{
	struct tvalue *value = set(object, name);

	value->kind = TVALUE_TEXT;
	value->text = span_copy(object->arena, span);
}

void tvalue_printf(struct tvalue *object, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tvalue_text(object, name, arena_vprintf(object->arena, fmt, ap));
	va_end(ap);
}

void tvalue_bool(struct tvalue *object, const char *name, bool truth)
{
	struct tvalue *value = set(object, name);

	value->kind = TVALUE_BOOL;
	value->truth = truth;
}

struct tvalue *tvalue_object(struct tvalue *object, const char *name)
{
	return set(object, name);
}

struct tvalue *tvalue_list(struct tvalue *object, const char *name)
{
	struct tvalue *value = set(object, name);

	value->kind = TVALUE_LIST;
	return value;
}

struct tvalue *tvalue_item(struct tvalue *list)
{
	if (list->kind != TVALUE_LIST)
		bug("template: an item is added to what is no list");
	return append(list, NULL);
}

void tvalue_item_text(struct tvalue *list, const char *text)
{
	struct tvalue *value = tvalue_item(list);

	value->kind = TVALUE_TEXT;
	value->text = span_copy(list->arena, span_of(text));
}

/* The items around the place that is being printed, innermost first. */
struct scope {
	const struct tvalue *value;
	const struct scope *outer;
};

struct printer {
	const struct template *template;
	struct text *to;
	struct why *why;
};

static enum err print_nodes(const struct printer *, const struct template_node *, const struct scope *) MUST_CHECK;

/* The first word is looked up from the innermost item outwards, the others inside what it names. NULL: not there. */
static const struct tvalue *look_up(struct span name, const struct scope *scope)
{
	const struct tvalue *value = NULL;
	struct span word, rest;

	if (span_is(name, "."))
		return scope->value;
	(void)span_cut(name, '.', &word, &rest);
	for (; scope != NULL && value == NULL; scope = scope->outer)
		value = field(scope->value, word);
	while (value != NULL && rest.size > 0) {
		(void)span_cut(rest, '.', &word, &rest);
		value = field(value, word);
	}
	return value;
}

static bool is_true(const struct tvalue *value)
{
	if (value == NULL)
		return false;
	switch (value->kind) {
	case TVALUE_TEXT: return value->text.size > 0;
	case TVALUE_BOOL: return value->truth;
	case TVALUE_LIST: return value->fields != NULL;
	case TVALUE_OBJECT: return true;
	}
	return false;
}

static enum err print_value(const struct printer *printer, const struct template_node *node, const struct scope *scope)
{
	const struct tvalue *value = look_up(node->text, scope);

	if (value == NULL || value->kind != TVALUE_TEXT)
		return why_set(printer->why, ERR_BUG, "template_value", "%s:%d:%d: %.*s %s", printer->template->name, node->line,
			node->column, SPAN_ARG(node->text), value == NULL ? "is not there" : "is not a text");
	template_escape(printer->to, value->text, node->escape);
	return OK;
}

static enum err print_section(const struct printer *printer, const struct template_node *node, const struct scope *scope)
{
	const struct tvalue *value = look_up(node->text, scope);

	if (!is_true(value))
		return OK;
	if (value->kind != TVALUE_LIST)
		return print_nodes(printer, node->body, &(struct scope){ value, scope });
	for (const struct field *item = value->fields; item != NULL; item = item->next)
		TRY(print_nodes(printer, node->body, &(struct scope){ item->value, scope }));
	return OK;
}

static enum err print_node(const struct printer *printer, const struct template_node *node, const struct scope *scope)
{
	switch (node->kind) {
	case NODE_LITERAL: text_span(printer->to, node->text); return OK;
	case NODE_VALUE: return print_value(printer, node, scope);
	case NODE_SECTION: return print_section(printer, node, scope);
	case NODE_INVERTED: return is_true(look_up(node->text, scope)) ? OK : print_nodes(printer, node->body, scope);
	case NODE_PARTIAL: return print_nodes(&(struct printer){ node->partial, printer->to, printer->why }, node->partial->nodes, scope);
	}
	return OK;
}

static enum err print_nodes(const struct printer *printer, const struct template_node *node, const struct scope *scope)
{
	for (; node != NULL; node = node->next)
		TRY(print_node(printer, node, scope));
	return OK;
}

enum err template_print(const struct template *template, const struct tvalue *root, struct text *to, struct why *why)
{
	return print_nodes(&(struct printer){ template, to, why }, template->nodes, &(struct scope){ root, NULL });
}
