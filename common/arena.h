/*
 * arena: memory of one batch, given back all at once.
 *
 * Rows, decoded messages, JSON and replies live in the arena of the batch that they belong to. Under
 * AddressSanitizer every block is a malloc of its own, so that an overrun of one block is seen.
 */
#ifndef DUNLIN_ARENA_H
#define DUNLIN_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "err.h"

struct arena;

/* Makes an empty arena. Never returns NULL: lack of memory is a bug(). */
struct arena *arena_open(void);

/* Gives everything back, the arena too. NULL is allowed. */
void arena_close(struct arena *);

/* Forgets all blocks; one chunk is kept for the next batch, the rest goes back to the system. */
void arena_reset(struct arena *);

/* size bytes, zeroed, aligned for any type. Valid until reset or close. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *, size_t size) __attribute__((malloc, returns_nonnull));

/* The same without the zeroes, for bytes that are overwritten at once. */
void *arena_raw(struct arena *, size_t size) __attribute__((malloc, returns_nonnull));

/* n zeroed elements of size bytes each; a product that overflows is a bug(). */
void *arena_array(struct arena *, size_t size, size_t n) __attribute__((malloc, returns_nonnull));

/* A copy of size bytes. */
void *arena_copy(struct arena *, const void *from, size_t size) __attribute__((returns_nonnull));

/* A NUL-terminated copy of a C string, or of a printf. */
char *arena_strdup(struct arena *, const char *) __attribute__((returns_nonnull));
char *arena_printf(struct arena *, const char *fmt, ...) PRINTF(2, 3) __attribute__((returns_nonnull));
char *arena_vprintf(struct arena *, const char *fmt, va_list) __attribute__((returns_nonnull, format(printf, 2, 0)));

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_array((arena), sizeof(type), (n)))

#endif
