#include <string.h>

#include "unit.h"

/* Room for one more element of `size` bytes; arrays of an arena grow by doubling. */
static void *grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
	void *more;

	if (count < *room)
		return items;
	*room = *room == 0 ? 64 : *room * 2;
	more = arena_raw(arena, *room * size);
	if (count > 0)
		memcpy(more, items, count * size);
	return more;
}

void need_key(struct need *n, int kind, struct span merchant, struct span id)
{
	n->keys = grow(n->arena, n->keys, n->key_count, &n->key_room, sizeof *n->keys);
	n->keys[n->key_count++] = (struct key){ .kind = kind, .merchant = merchant, .id = id };
}

void need_find(struct need *n, int what, struct span merchant, struct span text)
{
	n->finds = grow(n->arena, n->finds, n->find_count, &n->find_room, sizeof *n->finds);
	n->finds[n->find_count++] = (struct find){ .what = what, .merchant = merchant, .text = text };
}

void need_want(struct need *n, int what, struct span merchant, struct span id)
{
	n->wants = grow(n->arena, n->wants, n->want_count, &n->want_room, sizeof *n->wants);
	n->wants[n->want_count++] = (struct want){ .what = what, .merchant = merchant, .id = id };
}

enum err message_key(struct span key, struct span *merchant, struct span *ref)
{
	if (!span_cut(key, ':', merchant, ref) || merchant->size == 0 || merchant->size > 64 || ref->size == 0 || ref->size > 128)
		return ERR_INVALID;
	for (size_t i = 0; i < key.size; i++)
		if (key.at[i] <= ' ' || key.at[i] > '~')
			return ERR_INVALID;
	return OK;
}
