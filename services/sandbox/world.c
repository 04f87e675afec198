#include "world.h"

#include <event2/event.h>
#include <inttypes.h>

#include "digest.h"
#include "zone.h"

void *checked(void *p, uint32_t magic)
{
	uint32_t found;

	if (p == NULL)
		bug("sandbox: a callback without its object");
	memcpy(&found, p, sizeof(found));
	if (found != magic)
		bug("sandbox: a callback's object is of another kind: %08" PRIx32 ", not %08" PRIx32, found, magic);
	return p;
}

struct date world_today(const struct world *world)
{
	return zone_date(zone_utc(), world->now);
}

struct date world_bank_day(struct date day)
{
	struct date out;

	if (calendar_add(calendar_find("TARGET"), day, 0, &out) != OK)
		bug("sandbox: the calendar ends");
	return out;
}

struct instant world_minute(struct date day, int minute)
{
	return zone_instant(zone_utc(), day, minute);
}

static struct digest digest_of(const struct world *world, struct span a, struct span b)
{
	const struct span parts[] = { span_of(world->options->seed), a, b };

	return digest_list(parts, 3);
}

const char *world_id(struct world *world, const char *prefix, size_t length)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct digest digest = digest_of(world, span_of(prefix), span_bytes(&world->ids, sizeof(world->ids)));
	char *id = arena_printf(world->life, "%s%*s", prefix, (int)length, "");

	if (length > sizeof(digest.b))
		bug("sandbox: an id of %zu characters", length);
	world->ids++;
	for (size_t i = 0; i < length; i++)
		id[strlen(prefix) + i] = digits[digest.b[i] % (sizeof(digits) - 1)];
	return id;
}

uint64_t world_choice(const struct world *world, struct span text, uint64_t limit)
{
	struct digest digest = digest_of(world, SPAN("choice"), text);
	uint64_t number;

	memcpy(&number, digest.b, sizeof(number));
	return number % limit;
}

void world_after(struct world *world, int64_t ms, void (*run)(evutil_socket_t, short what, void *arg), void *arg)
{
	const struct timeval wait = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (event_base_once(world->base, -1, EV_TIMEOUT, run, arg, &wait) != 0)
		bug("no memory");
}

struct span world_keep(struct world *world, struct span s)
{
	return span_copy(world->life, s);
}

const char *world_cstr(struct world *world, struct span s)
{
	return span_cstr(world->life, s);
}
