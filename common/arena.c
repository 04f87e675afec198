#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_EACH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCK_EACH 1
#endif
#endif
#ifndef BLOCK_EACH
#define BLOCK_EACH 0
#endif

/* Chunks grow from the first size to the largest; what does not fit into half of the largest gets one of its own. */
#define CHUNK_FIRST ((size_t)32 * 1024)
#define CHUNK_LARGEST ((size_t)256 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t size;
	max_align_t bytes[];
};

/*
 * 1. `current` heads a list of all chunks but the lone ones; only the head has room.
 * 2. `lone` lists blocks that have a chunk to themselves: the large ones, and every one under AddressSanitizer.
 */
struct arena {
	struct chunk *current, *lone;
	size_t filled; /* bytes taken of the current chunk */
	size_t used;
};

static struct chunk *chunk_open(size_t size, struct chunk *next)
{
	struct chunk *chunk;

	if (size > SIZE_MAX / 2)
		bug("arena: a block of %zu bytes was asked for", size);
	chunk = malloc(sizeof(*chunk) + size);
	if (chunk == NULL)
		bug("arena: no memory for %zu bytes", size);
	chunk->next = next;
	chunk->size = size;
	return chunk;
}

static void chunks_close(struct chunk *chunk)
{
	while (chunk != NULL) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

struct arena *arena_open(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		bug("arena: no memory");
	return arena;
}

void arena_close(struct arena *arena)
{
	if (arena == NULL)
		return;
	chunks_close(arena->current);
	chunks_close(arena->lone);
	free(arena);
}

void arena_reset(struct arena *arena)
{
	chunks_close(arena->lone);
	arena->lone = NULL;
	if (arena->current != NULL) {
		chunks_close(arena->current->next);
		arena->current->next = NULL;
	}
	arena->filled = 0;
	arena->used = 0;
}

static void *lone_block(struct arena *arena, size_t size)
{
	arena->lone = chunk_open(size, arena->lone);
	arena->used += size;
	return arena->lone->bytes;
}

static void chunk_next(struct arena *arena)
{
	size_t size = CHUNK_FIRST;

	if (arena->current != NULL)
		size = arena->current->size < CHUNK_LARGEST ? arena->current->size * 2 : CHUNK_LARGEST;
	arena->current = chunk_open(size, arena->current);
	arena->filled = 0;
}

void *arena_raw(struct arena *arena, size_t size)
{
	size_t padded;
	char *at;

	if (BLOCK_EACH || size > CHUNK_LARGEST / 2)
		return lone_block(arena, size);
	padded = (size + (size == 0) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	while (arena->current == NULL || arena->current->size - arena->filled < padded)
		chunk_next(arena);
	at = (char *)arena->current->bytes + arena->filled;
	arena->filled += padded;
	arena->used += size;
	return at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *at = arena_raw(arena, size);

	memset(at, 0, size);
	return at;
}

void *arena_array(struct arena *arena, size_t size, size_t n)
{
	size_t total;

	if (__builtin_mul_overflow(size, n, &total))
		bug("arena: an array of %zu times %zu bytes was asked for", n, size);
	return arena_alloc(arena, total);
}

void *arena_copy(struct arena *arena, const void *from, size_t size)
{
	void *at = arena_raw(arena, size);

	if (size > 0)
		memcpy(at, from, size);
	return at;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text) + 1);
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
	va_list again;
	char *at;
	int size;

	va_copy(again, ap);
	size = vsnprintf(NULL, 0, fmt, ap);
	if (size < 0)
		bug("arena: cannot print \"%s\"", fmt);
	at = arena_raw(arena, (size_t)size + 1);
	vsnprintf(at, (size_t)size + 1, fmt, again);
	va_end(again);
	return at;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *at;

	va_start(ap, fmt);
	at = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return at;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
