/*
 * span: bytes that somebody else owns, with their length. Not NUL-terminated, may hold any byte.
 * text: a growing buffer in an arena, for what is printed.
 */
#ifndef DUNLIN_SPAN_H
#define DUNLIN_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "arena.h"
#include "err.h"

struct span {
	const char *at;
	size_t size;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })
#define SPAN_INIT(literal) { (literal), sizeof(literal) - 1 } /* in tables */
#define SPAN_ARG(s) (int)(s).size, (s).at /* for "%.*s" */

/* In the header where the length of a literal, and so most of the work, is known to the compiler. */

static inline struct span span_of(const char *text) /* NULL gives the empty span */
{
	return (struct span){ text == NULL ? "" : text, text == NULL ? 0 : strlen(text) };
}

static inline struct span span_bytes(const void *at, size_t size)
{
	return (struct span){ at == NULL ? "" : (const char *)at, size };
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

static inline bool span_is(struct span span, const char *text)
{
	return span_equal(span, span_of(text));
}

static inline bool span_begins(struct span span, struct span prefix)
{
	return span.size >= prefix.size &&
	       (prefix.size == 0 || (span.at[0] == prefix.at[0] && memcmp(span.at, prefix.at, prefix.size) == 0));
}

static inline bool span_starts(struct span span, const char *prefix)
{
	return span_begins(span, span_of(prefix));
}

/* The rest; empty when offset is past the end. */
static inline struct span span_from(struct span span, size_t offset)
{
	return offset < span.size ? (struct span){ span.at + offset, span.size - offset } : (struct span){ "", 0 };
}

struct span span_copy(struct arena *, struct span);  /* a copy in the arena, NUL after its end */
char *span_cstr(struct arena *, struct span);        /* a NUL-terminated copy */
int span_compare(struct span, struct span); /* bytewise, then by length: memcmp order */
struct span span_trim(struct span);                  /* without ASCII white space at both ends */

/* Cuts at the first `sep`: *head is what stands before it, *tail what follows. False when there is none (then *head is all). */
bool span_cut(struct span, char sep, struct span *head, struct span *tail);

/* The length (1..4) and the code point of the UTF-8 character that the span starts with; 0 when it does not start with
 * a valid one (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF) or is empty. */
size_t span_rune(struct span, uint32_t *rune);

/* Valid UTF-8; span_is_text: and free of controls (C0, DEL, C1) other than tab and newline. */
bool span_is_text(struct span);
bool span_is_utf8(struct span);

/* A decimal integer, optionally signed, nothing else. ERR_INVALID on anything else or out of range. */
enum err span_int64(struct span, int64_t *) MUST_CHECK;

/* FNV-1a, for hash tables in memory only. */
uint64_t span_hash(struct span);

/* A growing text. Zero it with the arena set, then add; never fails. */
struct text {
	struct arena *arena;
	char *at;
	size_t size, room;
};

void text_init(struct text *, struct arena *);
void text_add(struct text *, const char *);
void text_span(struct text *, struct span);
void text_char(struct text *, char);
void text_bytes(struct text *, const void *, size_t);
void text_printf(struct text *, const char *fmt, ...) PRINTF(2, 3);
struct span text_done(const struct text *); /* what was added; NUL stands after it */

/* Hexadecimal, lower case. */
struct span span_hex(struct arena *, struct span);
enum err span_unhex(struct arena *, struct span hex, struct span *bytes) MUST_CHECK;
/* Base 64 of RFC 4648 §4 (with padding), and §5 (url safe, without padding). */
struct span span_base64(struct arena *, struct span);
struct span span_base64url(struct arena *, struct span);
/* Strict: exact padding (or none for the url form), no blanks, left-over bits zero. ERR_INVALID otherwise. */
enum err span_unbase64(struct arena *, struct span, struct span *bytes) MUST_CHECK;
enum err span_unbase64url(struct arena *, struct span, struct span *bytes) MUST_CHECK;

#endif
