#include "html.h"

/* Where `word` stands in the text, in either case; NULL: nowhere. */
static const char *find(struct span text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.size; i++)
		if (strncasecmp(text.at + i, word, n) == 0)
			return text.at + i;
	return NULL;
}

/* The next "<name …>" of the text, without its brackets; *rest is what follows. */
static bool tag_next(struct span text, const char *name, struct span *tag, struct span *rest)
{
	for (;;) {
		const char *at = find(text, name), *end;

		if (at == NULL)
			return false;
		text = span_from(text, (size_t)(at - text.at));
		end = memchr(text.at, '>', text.size);
		if (end == NULL)
			return false;
		*tag = span_bytes(text.at, (size_t)(end - text.at));
		*rest = span_from(text, (size_t)(end - text.at) + 1);
		if (tag->size == strlen(name) || tag->at[strlen(name)] == ' ' || tag->at[strlen(name)] == '\n')
			return true;
		text = *rest;
	}
}

static struct span unescape(struct arena *arena, struct span s)
{
	static const struct {
		const char *name;
		char c;
	} names[] = { { "&amp;", '&' }, { "&quot;", '"' }, { "&#39;", '\'' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&#x3D;", '=' } };
	struct text text;

	text_init(&text, arena);
	while (s.size > 0) {
		size_t n = 1;
		char c = s.at[0];

		for (size_t i = 0; c == '&' && i < sizeof(names) / sizeof(*names); i++)
			if (span_starts(s, names[i].name)) {
				c = names[i].c;
				n = strlen(names[i].name);
				break;
			}
		text_char(&text, c);
		s = span_from(s, n);
	}
	return text_done(&text);
}

/* The value of ` name="…"`; with at == NULL when there is none. */
static struct span attribute(struct arena *arena, struct span tag, const char *name)
{
	const char *at = find(tag, arena_printf(arena, " %s=\"", name)), *end;
	struct span value;

	if (at == NULL)
		return (struct span){ 0 };
	value = span_from(tag, (size_t)(at - tag.at) + strlen(name) + 3);
	end = memchr(value.at, '"', value.size);
	return end != NULL ? unescape(arena, span_bytes(value.at, (size_t)(end - value.at))) : (struct span){ 0 };
}

static bool is(struct span value, const char *word)
{
	return value.size == strlen(word) && strncasecmp(value.at, word, value.size) == 0;
}

static void add_fields(struct arena *arena, struct span inside, struct form *fields)
{
	struct span tag, rest = inside, name;

	while (tag_next(rest, "<input", &tag, &rest)) {
		name = attribute(arena, tag, "name");
		if (name.size > 0 && is(attribute(arena, tag, "type"), "hidden"))
			form_add(fields, arena, name, attribute(arena, tag, "value"));
	}
	if (!tag_next(inside, "<button", &tag, &rest))
		return;
	name = attribute(arena, tag, "name");
	if (name.size > 0)
		form_add(fields, arena, name, attribute(arena, tag, "value"));
}

bool html_form(struct arena *arena, struct span page, struct span *action, struct form *fields)
{
	struct span tag, rest = page;

	while (tag_next(rest, "<form", &tag, &rest)) {
		const char *end = find(rest, "</form");

		if (!is(attribute(arena, tag, "method"), "post"))
			continue;
		*action = attribute(arena, tag, "action");
		add_fields(arena, end != NULL ? span_bytes(rest.at, (size_t)(end - rest.at)) : rest, fields);
		return true;
	}
	return false;
}

bool html_refresh(struct arena *arena, struct span page, struct span *url)
{
	struct span tag, rest = page;

	while (tag_next(rest, "<meta", &tag, &rest)) {
		struct span content = attribute(arena, tag, "content");
		const char *at;

		if (!is(attribute(arena, tag, "http-equiv"), "refresh"))
			continue;
		at = find(content, "url=");
		*url = at != NULL ? span_from(content, (size_t)(at - content.at) + strlen("url=")) : SPAN("");
		return true;
	}
	return false;
}
