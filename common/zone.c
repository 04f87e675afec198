#include "zone.h"

#include <string.h>

#include "zone_rule.h"

#define DAY INT64_C(86400)
#define HEADER_SIZE 44

/*
 * 1. `changes` rises strictly; offsets[kinds[i]] is in force from changes[i] on, offsets[0] before the first.
 * 2. From the last change on (always, when there is none) the rule holds, where the file has one (RFC 9636 §3.3).
 */
struct zone {
	const char *name;
	size_t change_count, offset_count;
	int64_t *changes;
	uint8_t *kinds;
	int32_t *offsets;
	bool has_rule;
	struct zone_rule rule;
};

/* The counts of a TZif header. */
struct header {
	uint8_t version;
	uint32_t isut, isstd, leap, time, type, chars;
};

static uint32_t big32(const char *at)
{
	uint32_t sum = 0;

	for (int i = 0; i < 4; i++)
		sum = sum << 8 | (uint8_t)at[i];
	return sum;
}

static int64_t big64(const char *at)
{
	return (int64_t)((uint64_t)big32(at) << 32 | big32(at + 4));
}

static enum err bad(const char *name, const char *what, struct why *why)
{
	return why_set(why, ERR_INVALID, "zone_malformed", "time zone %s: %s", name, what);
}

static enum err take_header(struct span *tzif, struct header *header)
{
	const char *at = tzif->at;

	if (tzif->size < HEADER_SIZE || !span_starts(*tzif, "TZif"))
		return ERR_INVALID;
	*header = (struct header){ (uint8_t)at[4], big32(at + 20), big32(at + 24), big32(at + 28), big32(at + 32), big32(at + 36),
		big32(at + 40) };
	*tzif = span_from(*tzif, HEADER_SIZE);
	return OK;
}

static uint64_t body_size(const struct header *h, unsigned time_size)
{
	return (uint64_t)h->time * (time_size + 1) + (uint64_t)h->type * 6 + h->chars + (uint64_t)h->leap * (time_size + 4) + h->isstd +
	       h->isut;
}

static enum err read_changes(
	struct arena *arena, const char *at, const struct header *h, unsigned time_size, struct zone *zone, struct why *why)
{
	const char *kinds = at + (size_t)h->time * time_size;

	zone->change_count = h->time;
	zone->changes = ARENA_ARRAY(arena, int64_t, h->time);
	zone->kinds = arena_copy(arena, kinds, h->time);
	for (size_t i = 0; i < h->time; i++) {
		zone->changes[i] = time_size == 8 ? big64(at + i * 8) : (int32_t)big32(at + i * 4);
		if (zone->kinds[i] >= h->type)
			return bad(zone->name, "a transition to a local time type that is not there", why);
		if (i > 0 && zone->changes[i] <= zone->changes[i - 1])
			return bad(zone->name, "transitions out of order", why);
	}
	return OK;
}

/* RFC 9636 §3.2: offsets lie between -25 and 26 hours; zone_instant relies on it. */
static enum err read_offsets(struct arena *arena, const char *at, const struct header *h, struct zone *zone, struct why *why)
{
	zone->offset_count = h->type;
	zone->offsets = ARENA_ARRAY(arena, int32_t, h->type);
	for (size_t i = 0; i < h->type; i++) {
		zone->offsets[i] = (int32_t)big32(at + i * 6);
		if (zone->offsets[i] <= -25 * 3600 || zone->offsets[i] >= 26 * 3600)
			return bad(zone->name, "an offset of more than a day", why);
	}
	return OK;
}

static enum err read_footer(struct span text, struct zone *zone, struct why *why)
{
	struct span footer, after;

	if (text.size == 0 || text.at[0] != '\n' || !span_cut(span_from(text, 1), '\n', &footer, &after))
		return bad(zone->name, "no footer", why);
	if (footer.size == 0)
		return OK;
	zone->has_rule = true;
	if (zone_rule_parse(footer, &zone->rule) != OK)
		return bad(zone->name, "a footer that is no time zone rule", why);
	return OK;
}

/* A header and its data block, and behind the 64-bit one the footer. */
static enum err read_block(struct arena *arena, struct span tzif, unsigned time_size, struct zone *zone, struct why *why)
{
	struct header h;
	uint64_t size;

	if (take_header(&tzif, &h) != OK)
		return bad(zone->name, "not a TZif file", why);
	size = body_size(&h, time_size);
	if (size > tzif.size)
		return bad(zone->name, "it ends too early", why);
	if (h.type == 0 || h.type > 256)
		return bad(zone->name, "no local time types, or too many", why);
	if (h.leap > 0)
		return bad(zone->name, "it counts leap seconds, which instants here do not", why);
	TRY(read_changes(arena, tzif.at, &h, time_size, zone, why));
	TRY(read_offsets(arena, tzif.at + (size_t)h.time * (time_size + 1), &h, zone, why));
	return time_size == 8 ? read_footer(span_from(tzif, (size_t)size), zone, why) : OK;
}

enum err zone_parse(struct arena *arena, const char *name, struct span tzif, const struct zone **made, struct why *why)
{
	struct zone *zone = ARENA_NEW(arena, struct zone);
	struct span second = tzif;
	struct header first;

	zone->name = arena_strdup(arena, name);
	if (take_header(&second, &first) != OK)
		return bad(name, "not a TZif file", why);
	if (first.version == 0) {
		TRY(read_block(arena, tzif, 4, zone, why));
	} else {
		if (body_size(&first, 4) > second.size)
			return bad(name, "it ends too early", why);
		TRY(read_block(arena, span_from(second, (size_t)body_size(&first, 4)), 8, zone, why));
	}
	*made = zone;
	return OK;
}

const struct zone *zone_utc(void)
{
	static const struct zone utc = { .name = "UTC", .has_rule = true };

	return &utc;
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

/* How many changes are not later than the second. */
static size_t changes_until(const struct zone *zone, int64_t second)
{
	size_t low = 0, high = zone->change_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->changes[middle] <= second)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Seconds east of UTC, and when the clocks change next. */
static int32_t offset_at(const struct zone *zone, int64_t second, int64_t *next)
{
	size_t n = changes_until(zone, second);

	if (n == zone->change_count && zone->has_rule)
		return zone_rule_offset(&zone->rule, second, next);
	*next = n < zone->change_count ? zone->changes[n] : INT64_MAX;
	return n == 0 ? zone->offsets[0] : zone->offsets[zone->kinds[n - 1]];
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int32_t zone_offset(const struct zone *zone, struct instant at)
{
	int64_t next;

	return offset_at(zone, floor_div(at.us, US_PER_SECOND), &next);
}

static int64_t local_second(const struct zone *zone, struct instant at)
{
	return floor_div(at.us, US_PER_SECOND) + zone_offset(zone, at);
}

struct date zone_date(const struct zone *zone, struct instant at)
{
	int64_t day = floor_div(local_second(zone, at), DAY);
	struct date date;

	/* Within a day of either end of the calendar the neighbour day has no name: the last one that has stands in. */
	if (date_from_days(day, &date) != OK)
		return (struct date){ day < 0 ? DATE_FIRST_DAY : DATE_LAST_DAY };
	return date;
}

int zone_minute(const struct zone *zone, struct instant at)
{
	int64_t second = local_second(zone, at);

	return (int)((second - floor_div(second, DAY) * DAY) / 60);
}

static struct instant instant_of(int64_t second)
{
	int64_t least = DATE_FIRST_DAY * DAY, most = (DATE_LAST_DAY + 1) * DAY - 1;

	return (struct instant){ (second < least ? least : second > most ? most : second) * US_PER_SECOND };
}

struct instant zone_instant(const struct zone *zone, struct date date, int minute)
{
	int64_t local = date.day * DAY + minute * INT64_C(60);
	int64_t since = local - 26 * 3600; /* the earliest instant at which clocks anywhere can show it */

	if (minute < 0 || minute > 1439)
		bug("zone: minute %d of a day", minute);
	for (;;) {
		int64_t next, second = local - offset_at(zone, since, &next);

		if (second < since) /* the change at `since` jumped over it */
			return instant_of(since);
		if (second < next)
			return instant_of(second);
		since = next;
	}
}
