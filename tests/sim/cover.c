#include "cover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* Names are kept for the life of the process. */
struct point {
	char *name;
	const char *why_not;
	uint64_t hash;
	int64_t count;
	bool expected;
};

static struct {
	struct point *points;
	size_t count, room;
	uint32_t slots[8192];
} all;

static struct point *point_of(const char *name)
{
	uint64_t hash = span_hash(span_of(name));
	size_t slot = hash % 8192;
	struct point *wider;

	for (; all.slots[slot] != 0; slot = (slot + 1) % 8192)
		if (all.points[all.slots[slot] - 1].hash == hash && strcmp(all.points[all.slots[slot] - 1].name, name) == 0)
			return &all.points[all.slots[slot] - 1];
	if (all.count == all.room) {
		all.room = all.room == 0 ? 512 : all.room * 2;
		wider = realloc(all.points, all.room * sizeof *wider);
		if (wider == NULL || all.room > 4096)
			bug("too many points");
		all.points = wider;
	}
	all.points[all.count] = (struct point){ .name = strdup(name), .hash = hash };
	all.slots[slot] = (uint32_t)++all.count;
	return &all.points[all.count - 1];
}

void cover(const char *name)
{
	point_of(name)->count++;
}

static void pair_name(char *out, size_t size, const char *what, const char *from, const char *to)
{
	snprintf(out, size, "%s: %s > %s", what, from, to);
}

void cover_pair(const char *what, const char *from, const char *to)
{
	char name[120];

	pair_name(name, sizeof name, what, from, to);
	cover(name);
}

void cover_expect(const char *name, const char *why_not)
{
	struct point *p = point_of(name);

	p->expected = true;
	p->why_not = why_not;
}

void cover_expect_pair(const char *what, const char *from, const char *to, const char *why_not)
{
	char name[120];

	pair_name(name, sizeof name, what, from, to);
	cover_expect(name, why_not);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct point *)a)->name, ((const struct point *)b)->name);
}

int cover_print(bool all_of_them)
{
	struct point *sorted = calloc(all.count + 1, sizeof *sorted);
	int missing = 0;

	if (sorted == NULL)
		bug("no memory");
	memcpy(sorted, all.points, all.count * sizeof *sorted);
	qsort(sorted, all.count, sizeof *sorted, compare);
	for (size_t i = 0; i < all.count; i++) {
		const struct point *p = &sorted[i];
		bool lacks = p->expected && p->count == 0 && p->why_not == NULL;

		missing += lacks;
		if (all_of_them || lacks)
			printf("%12lld  %s%s%s%s\n", (long long)p->count, p->name, lacks ? "   NEVER REACHED" : "",
				p->count == 0 && p->why_not != NULL ? "   not here: " : "",
				p->count == 0 && p->why_not != NULL ? p->why_not : "");
	}
	free(sorted);
	return missing;
}
