#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "span.h"

/* Reasons quote foreign input and may be cut in the middle of a character; what reads them (PostgreSQL, JSON) takes
 * UTF-8 only. Every byte that is not part of a printable character becomes '?', a cut character at the end goes. */
static void make_printable(char *text, size_t room)
{
	struct span rest = { text, strlen(text) };
	bool was_cut = rest.size == room - 1;
	char *to = text;

	while (rest.size > 0) {
		uint32_t rune;
		size_t n = span_rune(rest, &rune);

		if (n == 0 && was_cut && rest.size < 4)
			break;
		if (n == 0 || rune < 0x20 || (rune >= 0x7f && rune < 0xa0)) {
			n = n == 0 ? 1 : n;
			*to++ = '?';
		} else {
			memmove(to, rest.at, n);
			to += n;
		}
		rest = span_from(rest, n);
	}
	*to = '\0';
}

static void fill(char *to, size_t room, const char *fmt, va_list ap) __attribute__((format(printf, 3, 0)));

static void fill(char *to, size_t room, const char *fmt, va_list ap)
{
	if (vsnprintf(to, room, fmt, ap) < 0)
		to[0] = '\0';
	make_printable(to, room);
}

static void fill_word(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from);
	make_printable(to, room);
}

enum err why_set(struct why *why, enum err err, const char *code, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return err;
	why->err = err;
	why->field[0] = '\0';
	fill_word(why->code, sizeof(why->code), code);
	va_start(ap, fmt);
	fill(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return err;
}

enum err why_field(struct why *why, enum err err, const char *code, const char *field, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return err;
	why->err = err;
	fill_word(why->code, sizeof(why->code), code);
	fill_word(why->field, sizeof(why->field), field);
	va_start(ap, fmt);
	fill(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return err;
}

const char *err_name(enum err err)
{
	switch (err) {
	case OK: return "ok";
	case ERR_INVALID: return "invalid";
	case ERR_REFUSED: return "refused";
	case ERR_NOT_FOUND: return "not found";
	case ERR_CONFLICT: return "conflict";
	case ERR_RETRY: return "try again";
	case ERR_BUG: return "bug";
	}
	return "unknown";
}

void bug(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	fill(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "bug: %s\n", text);
	abort();
}
