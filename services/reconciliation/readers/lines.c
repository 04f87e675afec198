#include "lines.h"

#include <string.h>

void lines_init(struct lines *l, struct telling *telling, void (*line)(void *ctx, struct span line, struct place), void *ctx)
{
	l->telling = telling;
	l->line = line;
	l->ctx = ctx;
	l->here = (struct place){ 1, 0 };
	l->byte = 0;
	l->was_cr = false;
	l->size = 0;
}

static void next(struct lines *l)
{
	l->size = 0;
	l->here = (struct place){ l->here.line + 1, l->byte };
}

static void gather(struct lines *l, struct span piece)
{
	if (piece.size > sizeof(l->bytes) - l->size) {
		telling_fail(l->telling, RULE_TEXT, l->here, "a line is longer than %d bytes", LINE_MOST);
		return;
	}
	memcpy(l->bytes + l->size, piece.at, piece.size);
	l->size += piece.size;
}

/* A line that ends within the piece is handed on where it lies; only one that was cut is copied. */
static void end_line(struct lines *l, struct span piece)
{
	if (l->size) {
		gather(l, piece);
		piece = span_bytes(l->bytes, l->size);
	} else if (piece.size > sizeof(l->bytes))
		gather(l, piece);
	if (l->telling->failed == OK)
		l->line(l->ctx, piece, l->here);
}

static size_t line_length(struct span bytes)
{
	const char *lf = memchr(bytes.at, '\n', bytes.size);
	size_t n = lf ? (size_t)(lf - bytes.at) : bytes.size;
	const char *cr = memchr(bytes.at, '\r', n);
	return cr ? (size_t)(cr - bytes.at) : n;
}

static void take(struct lines *l, struct span bytes)
{
	while (bytes.size && l->telling->failed == OK) {
		if (l->was_cr && bytes.at[0] == '\n') {
			bytes = span_from(bytes, 1);
			l->here.byte = ++l->byte;
		}
		l->was_cr = false;
		if (!bytes.size)
			return;
		size_t n = line_length(bytes);
		l->byte += (int64_t)n;
		if (n == bytes.size) {
			gather(l, bytes);
			return;
		}
		end_line(l, span_bytes(bytes.at, n));
		l->was_cr = bytes.at[n] == '\r';
		l->byte++;
		next(l);
		bytes = span_from(bytes, n + 1);
	}
}

void lines_feed(struct lines *l, struct span bytes, bool last)
{
	take(l, bytes);
	if (last && l->size && l->telling->failed == OK)
		end_line(l, SPAN(""));
}
