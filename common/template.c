#include "template.h"

#include <string.h>

#include "template_parts.h"

#define SECTION_DEPTH 16

/* One source while it is compiled. */
struct parser {
	struct arena *arena;
	const struct template_set *set;
	struct template *template;
	struct span source;
	size_t at; /* what was read so far */
	int depth;
	struct html_place place;
	struct why *why;
};

/* A tag, {{ … }}, as it stands in the source. */
struct tag {
	size_t start, end; /* of the braces */
	char kind;         /* one of # ^ / > ! or v for a value */
	struct span name;
	bool percent; /* |url */
};

static void position(struct span source, size_t at, int *line, int *column)
{
	*line = 1;
	*column = 1;
	for (size_t i = 0; i < at; i++) {
		if (source.at[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((uint8_t)source.at[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}

static enum err wrong(const struct parser *parser, size_t at, const char *what, struct span name)
{
	int line, column;

	position(parser->source, at, &line, &column);
	return why_set(parser->why, ERR_INVALID, "template_malformed", "%s:%d:%d: %s%s%.*s", parser->template->name, line, column, what,
		name.size > 0 ? ": " : "", SPAN_ARG(name));
}

static const struct span nothing = { "", 0 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Words joined by single dots, or "." alone. */
static bool is_name(struct span name)
{
	bool word = false;

	if (span_is(name, "."))
		return true;
	for (size_t i = 0; i < name.size; i++) {
		if (name.at[i] == '.' ? !word : !is_name_char(name.at[i]))
			return false;
		word = name.at[i] != '.';
	}
	return word;
}

static bool find(struct span source, size_t from, const char *pair, size_t *at)
{
	for (size_t i = from; i + 1 < source.size; i++) {
		if (source.at[i] == pair[0] && source.at[i + 1] == pair[1]) {
			*at = i;
			return true;
		}
	}
	return false;
}

static enum err read_name(const struct parser *parser, struct tag *tag, struct span inner)
{
	struct span filter;

	if (tag->kind == '!')
		return OK;
	tag->percent = span_cut(inner, '|', &tag->name, &filter);
	tag->name = span_trim(tag->name);
	if (tag->percent && (tag->kind != 'v' || !span_is(span_trim(filter), "url")))
		return wrong(parser, tag->start, "the one filter there is is |url, for values", nothing);
	if (!is_name(tag->name))
		return wrong(parser, tag->start, "not a name", tag->name);
	return OK;
}

/* The tag that starts at tag->start. */
static enum err read_tag(const struct parser *parser, struct tag *tag)
{
	size_t end;
	struct span inner;

	if (!find(parser->source, tag->start + 2, "}}", &end))
		return wrong(parser, tag->start, "{{ without }}", nothing);
	tag->end = end + 2;
	inner = (struct span){ parser->source.at + tag->start + 2, end - tag->start - 2 };
	tag->kind = 'v';
	if (inner.size > 0 && (inner.at[0] == '{' || inner.at[0] == '&'))
		return wrong(parser, tag->start, "there is no raw form: every value is escaped", nothing);
	if (inner.size > 0 && inner.at[0] == '=')
		return wrong(parser, tag->start, "the braces cannot be changed", nothing);
	if (inner.size > 0 && strchr("#^/>!", inner.at[0]) != NULL && inner.at[0] != '\0') {
		tag->kind = inner.at[0];
		inner = span_from(inner, 1);
	}
	return read_name(parser, tag, inner);
}

/* A tag that prints nothing itself and has a line for itself takes the whole line away. *from and *to widen to it. */
static void take_line(const struct parser *parser, const struct tag *tag, size_t *from, size_t *to)
{
	size_t start = tag->start, end = tag->end;
	struct span source = parser->source;

	if (tag->kind == 'v')
		return;
	while (start > 0 && is_blank(source.at[start - 1]))
		start--;
	while (end < source.size && is_blank(source.at[end]))
		end++;
	if ((start > 0 && source.at[start - 1] != '\n') || (end < source.size && source.at[end] != '\n'))
		return;
	*from = start;
	*to = end < source.size ? end + 1 : end;
}

static struct template_node *new_node(const struct parser *parser, enum template_node_kind kind, size_t at, struct span text)
{
	struct template_node *node = ARENA_NEW(parser->arena, struct template_node);

	node->kind = kind;
	node->text = text;
	position(parser->source, at, &node->line, &node->column);
	return node;
}

static enum err add_literal(struct parser *parser, size_t end, struct template_node ***tail)
{
	struct span literal = { parser->source.at + parser->at, end - parser->at };
	const char *complaint = NULL;

	if (literal.size == 0)
		return OK;
	if (parser->template->mode == TEMPLATE_HTML)
		complaint = html_follow(&parser->place, literal);
	if (complaint != NULL)
		return wrong(parser, parser->at, complaint, nothing);
	**tail = new_node(parser, NODE_LITERAL, parser->at, literal);
	*tail = &(**tail)->next;
	return OK;
}

static enum err add_value(struct parser *parser, const struct tag *tag, struct template_node ***tail)
{
	struct template_node *node = new_node(parser, NODE_VALUE, tag->start, tag->name);
	const char *complaint = NULL;

	if (parser->template->mode == TEMPLATE_HTML)
		complaint = html_value(&parser->place, &node->escape);
	if (complaint != NULL)
		return wrong(parser, tag->start, complaint, nothing);
	if (tag->percent)
		node->escape = ESCAPE_URL_PART;
	**tail = node;
	*tail = &node->next;
	return OK;
}

static struct template *find_template(const struct template_set *set, struct span name)
{
	for (size_t i = 0; i < set->n; i++) {
		if (span_is(name, set->templates[i].name))
			return &set->templates[i];
	}
	return NULL;
}

static enum err add_partial(struct parser *parser, const struct tag *tag, struct template_node ***tail)
{
	struct template_node *node = new_node(parser, NODE_PARTIAL, tag->start, tag->name);

	node->partial = find_template(parser->set, tag->name);
	if (node->partial == NULL)
		return wrong(parser, tag->start, "no template of this name", tag->name);
	if (node->partial->mode != parser->template->mode)
		return wrong(parser, tag->start, "a template of the other mode", tag->name);
	if (parser->place.at != HTML_TEXT)
		return wrong(parser, tag->start, "a partial can stand between tags only", tag->name);
	**tail = node;
	*tail = &node->next;
	return OK;
}

static enum err parse_nodes(struct parser *parser, const struct tag *parent, struct template_node **nodes);

static enum err check_boundary(struct parser *parser, size_t at)
{
	const char *complaint = html_boundary(&parser->place);

	return complaint == NULL ? OK : wrong(parser, at, complaint, nothing);
}

static enum err add_section(struct parser *parser, const struct tag *tag, struct template_node ***tail)
{
	struct template_node *node;
	struct html_place before;

	if (parser->depth == SECTION_DEPTH)
		return wrong(parser, tag->start, "sections nested too deep", tag->name);
	TRY(check_boundary(parser, tag->start));
	before = parser->place;
	node = new_node(parser, tag->kind == '#' ? NODE_SECTION : NODE_INVERTED, tag->start, tag->name);
	parser->depth++;
	TRY(parse_nodes(parser, tag, &node->body));
	parser->depth--;
	if (!html_join(&parser->place, &before))
		return wrong(parser, tag->start, "the section ends in another kind of place in the markup than it begins", tag->name);
	**tail = node;
	*tail = &node->next;
	return OK;
}

static enum err end_section(struct parser *parser, const struct tag *tag, const struct tag *parent)
{
	if (parent == NULL || !span_equal(tag->name, parent->name))
		return wrong(parser, tag->start, "it closes a section that is not the one open", tag->name);
	return check_boundary(parser, tag->start);
}

static enum err add_tag(struct parser *parser, const struct tag *tag, struct template_node ***tail)
{
	switch (tag->kind) {
	case '#':
	case '^': return add_section(parser, tag, tail);
	case '>': return add_partial(parser, tag, tail);
	case '!': return OK;
	default: return add_value(parser, tag, tail);
	}
}

static enum err parse_end(struct parser *parser, const struct tag *parent, struct template_node ***tail)
{
	TRY(add_literal(parser, parser->source.size, tail));
	if (parent != NULL)
		return wrong(parser, parent->start, "the section is not closed", parent->name);
	if (parser->place.at != HTML_TEXT)
		return wrong(parser, parser->source.size, "the template ends inside a tag, a comment or a raw element", nothing);
	return OK;
}

/* Reads up to the end of the section that `parent` opened, or of the source. */
static enum err parse_nodes(struct parser *parser, const struct tag *parent, struct template_node **nodes)
{
	struct template_node **tail = nodes;
	struct tag tag = { 0 };

	while (find(parser->source, parser->at, "{{", &tag.start)) {
		size_t from = tag.start, to;

		TRY(read_tag(parser, &tag));
		to = tag.end;
		take_line(parser, &tag, &from, &to);
		TRY(add_literal(parser, from, &tail));
		parser->at = to;
		if (tag.kind == '/')
			return end_section(parser, &tag, parent);
		TRY(add_tag(parser, &tag, &tail));
	}
	return parse_end(parser, parent, &tail);
}

static enum err parse(struct parser *parser)
{
	if (!span_is_utf8(parser->source))
		return wrong(parser, 0, "the source is not UTF-8", nothing);
	return parse_nodes(parser, NULL, &parser->template->nodes);
}

static enum err check_circles(struct template *template, struct why *why);

static enum err check_nodes(const struct template *in, const struct template_node *node, struct why *why)
{
	for (; node != NULL; node = node->next) {
		TRY(check_nodes(in, node->body, why));
		if (node->partial == NULL)
			continue;
		if (node->partial->check == CHECKING)
			return why_set(why, ERR_INVALID, "template_malformed", "%s:%d:%d: partials in a circle: %.*s", in->name, node->line,
				node->column, SPAN_ARG(node->text));
		TRY(check_circles(node->partial, why));
	}
	return OK;
}

static enum err check_circles(struct template *template, struct why *why)
{
	if (template->check == CHECKED)
		return OK;
	template->check = CHECKING;
	TRY(check_nodes(template, template->nodes, why));
	template->check = CHECKED;
	return OK;
}

enum err template_compile(
	struct arena *arena, const struct template_source *sources, size_t n, const struct template_set **made, struct why *why)
{
	struct template_set *set = ARENA_NEW(arena, struct template_set);

	set->templates = ARENA_ARRAY(arena, struct template, n);
	for (size_t i = 0; i < n; i++) {
		if (find_template(set, span_of(sources[i].name)) != NULL)
			return why_set(why, ERR_INVALID, "template_malformed", "two templates named %s", sources[i].name);
		set->templates[set->n++] = (struct template){ .name = sources[i].name, .mode = sources[i].mode };
	}
	for (size_t i = 0; i < n; i++) {
		struct parser parser = {
			.arena = arena, .set = set, .template = &set->templates[i], .source = sources[i].source, .why = why
		};

		TRY(parse(&parser));
	}
	for (size_t i = 0; i < n; i++)
		TRY(check_circles(&set->templates[i], why));
	*made = set;
	return OK;
}

const struct template *template_find(const struct template_set *set, const char *name)
{
	return find_template(set, span_of(name));
}
