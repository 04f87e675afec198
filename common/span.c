#include "span.h"

#include <string.h>

struct span span_copy(struct arena *arena, struct span span)
{
	return (struct span){ span_cstr(arena, span), span.size };
}

char *span_cstr(struct arena *arena, struct span span)
{
	char *at = arena_raw(arena, span.size + 1);

	if (span.size > 0)
		memcpy(at, span.at, span.size);
	at[span.size] = '\0';
	return at;
}

int span_compare(struct span a, struct span b)
{
	size_t shared = a.size < b.size ? a.size : b.size;
	int order = shared == 0 ? 0 : memcmp(a.at, b.at, shared);

	if (order == 0)
		order = (a.size > b.size) - (a.size < b.size);
	return order;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span span)
{
	while (span.size > 0 && is_space(span.at[0]))
		span = span_from(span, 1);
	while (span.size > 0 && is_space(span.at[span.size - 1]))
		span.size--;
	return span;
}

bool span_cut(struct span span, char sep, struct span *head, struct span *tail)
{
	const char *at = span.size == 0 ? NULL : memchr(span.at, sep, span.size);
	size_t before;

	if (at == NULL) {
		*head = span;
		*tail = (struct span){ "", 0 };
		return false;
	}
	before = (size_t)(at - span.at);
	*head = (struct span){ span.at, before };
	*tail = span_from(span, before + 1);
	return true;
}

/* How many bytes the first one announces, and its share of the code point; 0 for a byte that cannot be first. */
static size_t rune_size(uint8_t first, uint32_t *bits)
{
	if (first < 0x80) {
		*bits = first;
		return 1;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		*bits = first & 0x1f;
		return 2;
	}
	if (first >= 0xe0 && first <= 0xef) {
		*bits = first & 0x0f;
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*bits = first & 0x07;
		return 4;
	}
	return 0;
}

size_t span_rune(struct span span, uint32_t *rune)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t bits;
	size_t size = span.size == 0 ? 0 : rune_size((uint8_t)span.at[0], &bits);

	if (size == 0 || size > span.size)
		return 0;
	for (size_t i = 1; i < size; i++) {
		uint8_t byte = (uint8_t)span.at[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		bits = bits << 6 | (byte & 0x3f);
	}
	if (bits < least[size] || bits > 0x10ffff || (bits >= 0xd800 && bits <= 0xdfff))
		return 0;
	*rune = bits;
	return size;
}

static bool is_control(uint32_t rune)
{
	return (rune < 0x20 && rune != '\t' && rune != '\n') || (rune >= 0x7f && rune < 0xa0);
}

bool span_is_text(struct span span)
{
	while (span.size > 0) {
		uint32_t rune;
		size_t n = span_rune(span, &rune);

		if (n == 0 || is_control(rune))
			return false;
		span = span_from(span, n);
	}
	return true;
}

bool span_is_utf8(struct span span)
{
	while (span.size > 0) {
		uint32_t rune;
		size_t n = span_rune(span, &rune);

		if (n == 0)
			return false;
		span = span_from(span, n);
	}
	return true;
}

enum err span_int64(struct span span, int64_t *value)
{
	bool negative = span.size > 0 && span.at[0] == '-';
	int64_t sum = 0;
	size_t i = negative || (span.size > 0 && span.at[0] == '+');

	if (i == span.size)
		return ERR_INVALID;
	for (; i < span.size; i++) {
		int digit = span.at[i] - '0';

		if (digit < 0 || digit > 9)
			return ERR_INVALID;
		/* Summed on the sign's own side, since INT64_MIN has no positive twin. */
		if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, negative ? -digit : digit, &sum))
			return ERR_INVALID;
	}
	*value = sum;
	return OK;
}

uint64_t span_hash(struct span span)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < span.size; i++)
		hash = (hash ^ (uint8_t)span.at[i]) * UINT64_C(0x100000001b3);
	return hash;
}
