#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zone.h"

#define FOLDER "/usr/share/zoneinfo"
#define NAME_MAX_SIZE 64
#define FILE_MAX ((size_t)256 * 1024)

/* Zones are added at the head and never leave, so that readers need no lock. */
struct loaded {
	const struct zone *zone;
	struct loaded *next;
	struct arena *arena; /* where it lives, so that nothing looks lost */
};

static _Atomic(struct loaded *) cache;

static const struct zone *find(const char *name)
{
	for (const struct loaded *at = atomic_load(&cache); at != NULL; at = at->next) {
		if (strcmp(zone_name(at->zone), name) == 0)
			return at->zone;
	}
	return NULL;
}

/* Areas of letters, digits, '_', '-', '+' with '/' between them. No dots, so no way out of the folder. */
static bool is_name(const char *name)
{
	size_t size = strlen(name);

	return size > 0 && size <= NAME_MAX_SIZE && name[0] != '/' && name[size - 1] != '/' &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/") == size;
}

static bool read_all(int fd, char *to, size_t *size)
{
	ssize_t n;

	*size = 0;
	do {
		n = read(fd, to + *size, FILE_MAX - *size);
		*size += n > 0 ? (size_t)n : 0;
	} while (n > 0 && *size < FILE_MAX);
	return n == 0;
}

static bool read_file(struct arena *arena, const char *name, struct span *bytes)
{
	const char *path = arena_printf(arena, "%s/%s", FOLDER, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *to;
	size_t size;
	bool good;

	if (fd < 0)
		return false;
	to = arena_raw(arena, FILE_MAX);
	good = read_all(fd, to, &size);
	close(fd);
	*bytes = (struct span){ to, size };
	return good;
}

/* NULL when there is no such file or it is no zone. */
static const struct zone *load(struct arena *lasting, const char *name)
{
	struct arena *scratch = arena_open();
	const struct zone *zone;
	struct span bytes;
	bool good = read_file(scratch, name, &bytes) && zone_parse(lasting, name, bytes, &zone, NULL) == OK;

	arena_close(scratch);
	return good ? zone : NULL;
}

/* Adds the zone, unless another thread was first; two entries of one name would do no harm but to memory. */
static const struct zone *remember(struct arena *lasting, const struct zone *zone)
{
	struct loaded *entry = ARENA_NEW(lasting, struct loaded);

	entry->zone = zone;
	entry->arena = lasting;
	entry->next = atomic_load(&cache);
	while (!atomic_compare_exchange_weak(&cache, &entry->next, entry))
		;
	return zone;
}

const struct zone *zone_load(const char *name)
{
	const struct zone *zone = strcmp(name, "UTC") == 0 ? zone_utc() : find(name);
	struct arena *lasting;

	if (zone != NULL || !is_name(name))
		return zone;
	lasting = arena_open();
	zone = load(lasting, name);
	if (zone != NULL)
		return remember(lasting, zone);
	arena_close(lasting);
	return NULL;
}
