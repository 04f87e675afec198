#include "form.h"

void form_add(struct form *form, struct arena *arena, struct span name, struct span value)
{
	if (form->n == form->room) {
		struct pair *old = form->pairs;

		form->room = form->room == 0 ? 16 : form->room * 2;
		form->pairs = ARENA_ARRAY(arena, struct pair, form->room);
		if (form->n > 0)
			memcpy(form->pairs, old, form->n * sizeof(*old));
	}
	form->pairs[form->n++] = (struct pair){ name, value };
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum err decode(struct arena *arena, struct span raw, struct span *out, struct why *why)
{
	char *to = arena_raw(arena, raw.size + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.size; i++) {
		if (raw.at[i] != '%') {
			to[n++] = raw.at[i] == '+' ? ' ' : raw.at[i];
			continue;
		}
		if (i + 2 >= raw.size || digit(raw.at[i + 1]) < 0 || digit(raw.at[i + 2]) < 0)
			return why_set(why, ERR_INVALID, "form_malformed", "a percent sign without two hexadecimal digits");
		to[n++] = (char)(digit(raw.at[i + 1]) << 4 | digit(raw.at[i + 2]));
		i += 2;
	}
	to[n] = '\0';
	*out = span_bytes(to, n);
	return span_is_utf8(*out) ? OK : why_set(why, ERR_INVALID, "form_malformed", "not UTF-8");
}

enum err form_read(struct form *form, struct arena *arena, struct span text, struct why *why)
{
	while (text.size > 0) {
		struct span pair, name, value;

		span_cut(text, '&', &pair, &text);
		if (pair.size == 0)
			continue;
		span_cut(pair, '=', &name, &value);
		TRY(decode(arena, name, &name, why));
		TRY(decode(arena, value, &value, why));
		form_add(form, arena, name, value);
	}
	return OK;
}

static const struct pair *find(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->n; i++)
		if (span_is(form->pairs[i].name, name))
			return &form->pairs[i];
	return NULL;
}

struct span form_get(const struct form *form, const char *name)
{
	const struct pair *pair = find(form, name);

	return pair != NULL ? pair->value : (struct span){ 0 };
}

bool form_has(const struct form *form, const char *name)
{
	return find(form, name) != NULL;
}

bool form_key(const struct pair *pair, const char *prefix, struct span *key)
{
	size_t n = strlen(prefix);

	if (!span_starts(pair->name, prefix) || pair->name.size < n + 2 || pair->name.at[n] != '[' ||
		pair->name.at[pair->name.size - 1] != ']')
		return false;
	*key = span_bytes(pair->name.at + n + 1, pair->name.size - n - 2);
	return true;
}

bool form_path(struct form *parts, struct arena *arena, const char *pattern, struct span path)
{
	struct span want = span_of(pattern), a, b;
	bool more_want, more_path;

	*parts = (struct form){ 0 };
	if (want.size > 1 && pattern[want.size - 1] == '/')
		return span_starts(path, pattern);
	do {
		more_want = span_cut(want, '/', &a, &want);
		more_path = span_cut(path, '/', &b, &path);
		if (a.size > 2 && a.at[0] == '{' && b.size > 0)
			form_add(parts, arena, span_bytes(a.at + 1, a.size - 2), b);
		else if (!span_equal(a, b))
			return false;
	} while (more_want && more_path);
	return more_want == more_path;
}

static void encode(struct text *text, struct span s)
{
	for (size_t i = 0; i < s.size; i++) {
		char c = s.at[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c != '\0' && strchr("-._~", c));

		if (plain)
			text_char(text, c);
		else
			text_printf(text, "%%%02X", (unsigned char)c);
	}
}

void form_write(struct text *text, struct span name, struct span value)
{
	if (text->size > 0)
		text_char(text, '&');
	encode(text, name);
	text_char(text, '=');
	encode(text, value);
}
