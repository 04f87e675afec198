#include "book_group.h"

#include <string.h>

enum { SLOTS_LEAST = 64 };

/* Places in the shelf, plus one; 0 is none. */
struct belongings {
	struct uuid owner;
	size_t first, last;
};

struct group {
	struct belongings *chains; /* open addressing, less than half full */
	size_t chain_count;
	size_t *next; /* of each place, the next of the same owner */
	size_t seen;
};

struct book_groups {
	struct arena *arena;
	struct group groups[BOOK_GROUPS];
};

static const enum book_shelf shelves[BOOK_GROUPS] = { BOOK_ALLOCATIONS, BOOK_RECEIPTS };

struct book_groups *book_groups_open(struct arena *arena)
{
	struct book_groups *g = ARENA_NEW(arena, struct book_groups);
	g->arena = arena;
	return g;
}

void book_groups_forget(struct book_groups *g)
{
	memset(g->groups, 0, sizeof(g->groups));
}

static struct uuid owner_of(enum book_group which, const void *value)
{
	return which == GROUP_ALLOCATIONS_OF_RECEIPT ? ((const struct allocation *)value)->receipt
						     : ((const struct receipt *)value)->source;
}

static const void *value_at(const struct book *book, enum book_group which, size_t place)
{
	struct span key;
	const void *value;
	enum shelf_state state;
	shelf_at(&book->shelves[shelves[which]], place, &key, &value, &state);
	return value;
}

static struct belongings *chain_of(const struct group *g, struct uuid owner)
{
	size_t i = span_hash(uuid_span(&owner)) & (g->chain_count - 1);
	while (g->chains[i].first && !uuid_equal(g->chains[i].owner, owner))
		i = (i + 1) & (g->chain_count - 1);
	return &g->chains[i];
}

static void add(struct group *g, struct uuid owner)
{
	struct belongings *c = chain_of(g, owner);
	size_t place = ++g->seen;
	if (c->first)
		g->next[c->last - 1] = place;
	else
		*c = (struct belongings){ .owner = owner, .first = place };
	c->last = place;
	g->next[place - 1] = 0;
}

/* What came since the last question. */
static void catch_up(const struct book *book, enum book_group which)
{
	struct group *g = &book->groups->groups[which];
	size_t count = shelf_count(&book->shelves[shelves[which]]), room = SLOTS_LEAST;
	while (room < 4 * count)
		room *= 2;
	if (2 * count >= g->chain_count)
		*g = (struct group){ ARENA_ARRAY(book->arena, struct belongings, room), room, ARENA_ARRAY(book->arena, size_t, room), 0 };
	while (g->seen < count) {
		const void *value = value_at(book, which, g->seen);
		if (!value)
			bug("an absent value belongs to nobody");
		add(g, owner_of(which, value));
	}
}

const void *book_next_of(const struct book *book, enum book_group which, struct uuid owner, size_t *i)
{
	const struct group *g = &book->groups->groups[which];
	catch_up(book, which);
	*i = *i ? g->next[*i - 1] : chain_of(g, owner)->first;
	return *i ? value_at(book, which, *i - 1) : NULL;
}
