/*
 * Time zones: any bytes are a zone or are refused with a reason; a zone answers for every instant, and finds the minutes
 * that it shows.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

static void ask(const struct zone *zone, struct instant at)
{
	int32_t offset = zone_offset(zone, at);
	int minute = zone_minute(zone, at);
	struct date date = zone_date(zone, at);
	struct instant found;

	check(offset > -25 * 3600 && offset < 26 * 3600, "an offset is less than a day");
	check(minute >= 0 && minute < 1440, "a day has 1440 minutes");
	found = zone_instant(zone, date, minute);
	check(instant_compare(found, at) <= 0, "the minute that the clocks show has been found by now");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int32_t days[] = { DATE_FIRST_DAY + 2, -40000, -1, 0, 20000, 25000, 200000, DATE_LAST_DAY - 2 };
	struct arena *arena = arena_open();
	const struct zone *zone;
	struct why why = { 0 };

	if (zone_parse(arena, "Fuzz/Zone", span_bytes(data, size), &zone, &why) != OK) {
		check(why.err == ERR_INVALID && why.text[0] != '\0', "a refusal has a reason");
	} else {
		for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
			for (int64_t hour = 0; hour < 24; hour += 5)
				ask(zone, (struct instant){ days[i] * US_PER_DAY + hour * 3600 * US_PER_SECOND + 1 });
		}
	}
	arena_close(arena);
	return 0;
}
