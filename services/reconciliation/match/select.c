#include "match/select.h"

#include <stdlib.h>

struct item {
	int64_t open;
	size_t place;
};

struct search {
	struct item items[SELECT_MOST];
	int64_t rest[SELECT_MOST + 1]; /* what this one and all smaller ones make */
	size_t count;
	int steps;
	struct selection result;
};

/* The largest first: what doesn't fit any more is passed over early. */
static int compare(const void *one, const void *other)
{
	const struct item *a = one, *b = other;
	if (a->open != b->open)
		return a->open < b->open ? 1 : -1;
	return (a->place > b->place) - (a->place < b->place);
}

static void search(struct search *s, size_t at, int64_t missing, uint32_t chosen)
{
	if (s->result.found > 1 || s->result.ended)
		return;
	if (!missing) {
		s->result.found++;
		s->result.only = chosen;
		return;
	}
	if (missing > s->rest[at])
		return;
	if (++s->steps > SELECT_STEPS) {
		s->result.ended = true;
		return;
	}
	if (s->items[at].open <= missing)
		search(s, at + 1, missing - s->items[at].open, chosen | UINT32_C(1) << s->items[at].place);
	search(s, at + 1, missing, chosen);
}

struct selection match_select(const int64_t *open, size_t n, int64_t amount)
{
	struct search s = { .count = 0 };
	for (size_t i = 0; i < n; i++) {
		if (open[i] <= 0)
			continue;
		/* A place beyond the bits, or one too many: nothing can be said. */
		if (i >= SELECT_MOST)
			return (struct selection){ .ended = true };
		s.items[s.count++] = (struct item){ open[i], i };
	}
	qsort(s.items, s.count, sizeof(s.items[0]), compare);
	for (size_t i = s.count; i-- > 0;)
		s.rest[i] = s.rest[i + 1] + s.items[i].open;
	search(&s, 0, amount, 0);
	return s.result;
}
