#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "span.h"

void text_init(struct text *text, struct arena *arena)
{
	*text = (struct text){ .arena = arena };
}

/* Room for `more` bytes and the NUL after them. The old bytes stay in the arena: doubling bounds that to once the text. */
static char *make_room(struct text *text, size_t more)
{
	size_t need, room = text->room == 0 ? 128 : text->room;
	char *at;

	if (__builtin_add_overflow(text->size, more, &need) || need >= SIZE_MAX / 2)
		bug("text: %zu bytes added to %zu", more, text->size);
	if (text->at == NULL || need + 1 > text->room) {
		while (room < need + 1)
			room *= 2;
		at = arena_raw(text->arena, room);
		if (text->size > 0)
			memcpy(at, text->at, text->size);
		text->at = at;
		text->room = room;
	}
	return text->at + text->size;
}

static void grow(struct text *text, size_t by)
{
	text->size += by;
	text->at[text->size] = '\0';
}

void text_add(struct text *text, const char *from)
{
	text_bytes(text, from, strlen(from));
}

void text_span(struct text *text, struct span span)
{
	text_bytes(text, span.at, span.size);
}

void text_char(struct text *text, char c)
{
	text_bytes(text, &c, 1);
}

void text_bytes(struct text *text, const void *from, size_t size)
{
	char *at = make_room(text, size);

	if (size > 0)
		memcpy(at, from, size);
	grow(text, size);
}

void text_printf(struct text *text, const char *fmt, ...)
{
	va_list ap, again;
	int size;

	va_start(ap, fmt);
	va_copy(again, ap);
	size = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (size < 0)
		bug("text: cannot print \"%s\"", fmt);
	vsnprintf(make_room(text, (size_t)size), (size_t)size + 1, fmt, again);
	va_end(again);
	grow(text, (size_t)size);
}

struct span text_done(const struct text *text)
{
	return span_bytes(text->at, text->size);
}
