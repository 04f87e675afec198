#include "book_index.h"

#include <string.h>

#include "book.h"

/* The first and the last of a customer's, as places in the shelf counted from 1. */
struct chain {
	uint32_t first, last;
};

struct index {
	const struct shelf *shelf;
	struct arena *arena;
	size_t merchant_at, customer_at;
	struct shelf chains;
	uint32_t *next; /* of each place the customer's next, 0 after the last */
	size_t upto, room;
};

struct index *index_open(const struct shelf *shelf, struct arena *arena, size_t merchant_at, size_t customer_at)
{
	struct index *index = ARENA_NEW(arena, struct index);

	*index = (struct index){ .shelf = shelf, .arena = arena, .merchant_at = merchant_at, .customer_at = customer_at };
	index_forget(index);
	return index;
}

void index_forget(struct index *index)
{
	shelf_init(&index->chains, index->arena, sizeof(struct chain), "chains");
	index->upto = 0;
}

static struct span span_at(const void *value, size_t at)
{
	struct span s;

	memcpy(&s, (const char *)value + at, sizeof(s));
	return s;
}

static void widen(struct index *index, size_t room)
{
	uint32_t *wider;

	if (room <= index->room)
		return;
	index->room = room < 64 ? 64 : room * 2;
	wider = ARENA_ARRAY(index->arena, uint32_t, index->room);
	if (index->upto > 0)
		memcpy(wider, index->next, index->upto * sizeof(*wider));
	index->next = wider;
}

static void add(struct index *index, const void *value)
{
	struct span key = key_text(index->arena, span_at(value, index->merchant_at), span_at(value, index->customer_at));
	uint32_t place = (uint32_t)index->upto + 1;
	bool is_known = shelf_find(&index->chains, key) != NULL;
	struct chain *chain = is_known ? shelf_edit(&index->chains, key) : shelf_add(&index->chains, key);

	if (is_known)
		index->next[chain->last - 1] = place;
	else
		chain->first = place;
	chain->last = place;
}

static void follow(struct index *index)
{
	size_t count = shelf_count(index->shelf);

	widen(index, count);
	for (; index->upto < count; index->upto++) {
		enum shelf_state state;
		const void *value;
		struct span key;

		index->next[index->upto] = 0;
		shelf_at(index->shelf, index->upto, &key, &value, &state);
		if (value != NULL)
			add(index, value);
	}
}

const void *index_next(struct index *index, struct span key, size_t *i)
{
	const struct chain *chain;
	enum shelf_state state;
	const void *value;
	struct span of;

	if (*i == 0) {
		follow(index);
		chain = shelf_find(&index->chains, key);
		*i = chain != NULL ? chain->first : 0;
	} else
		*i = index->next[*i - 1];
	if (*i == 0)
		return NULL;
	shelf_at(index->shelf, *i - 1, &of, &value, &state);
	return value;
}
