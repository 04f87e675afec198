#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "unit.h"

#include "common/zone.h"

#define MINUTE 60

static const struct zone *zone_of(const char *name)
{
	const struct zone *zone = zone_load(name);

	if (zone == NULL)
		fail_msg("%s is not there", name);
	return zone;
}

static struct instant at(const char *text)
{
	struct instant instant;

	if (instant_parse(span_of(text), &instant) != OK)
		fail_msg("%s", text);
	return instant;
}

static int hours(const char *name, const char *text)
{
	return (int)zone_offset(zone_of(name), at(text)) / 3600;
}

static void what_the_clocks_of_places_say(void **state)
{
	(void)state;
	assert_int_equal(hours("Europe/Berlin", "2026-03-29T00:59:59Z"), 1);
	assert_int_equal(hours("Europe/Berlin", "2026-03-29T01:00:00Z"), 2);
	assert_int_equal(hours("Europe/Berlin", "2026-10-25T00:59:59Z"), 2);
	assert_int_equal(hours("Europe/Berlin", "2026-10-25T01:00:00Z"), 1);
	assert_int_equal(hours("Pacific/Kiritimati", "2026-11-22T00:00:00Z"), 14);
	assert_int_equal(hours("Pacific/Pago_Pago", "2026-11-22T00:00:00Z"), -11);
	assert_int_equal(hours("Asia/Tokyo", "2026-07-01T00:00:00Z"), 9);
	assert_int_equal(hours("America/New_York", "2150-07-01T00:00:00Z"), -4);
	assert_int_equal(hours("America/New_York", "2150-01-01T00:00:00Z"), -5);
	assert_int_equal(zone_offset(zone_of("Asia/Kathmandu"), at("2026-11-22T00:00:00Z")), 5 * 3600 + 45 * MINUTE);
	assert_int_equal(hours("UTC", "2026-11-22T00:00:00Z"), 0);
	assert_ptr_equal(zone_load("UTC"), zone_utc());
	assert_string_equal(zone_name(zone_of("Europe/Berlin")), "Europe/Berlin");
}

static void a_zone_is_read_once(void **state)
{
	(void)state;
	assert_ptr_equal(zone_of("Europe/Berlin"), zone_of("Europe/Berlin"));
	assert_ptr_not_equal(zone_of("Europe/Berlin"), zone_of("Europe/Paris"));
}

static void what_is_no_zone_is_refused(void **state)
{
	static const char *const bad[] = { "", "Mars/Olympus", "Europe", "Europe/", "/Europe/Berlin", "/usr/share/zoneinfo/UTC",
		"../zoneinfo/UTC", "Europe/../UTC", "Europe/./Berlin", "zone.tab", "Europe/Berlin\n", "Europe Berlin",
		"right/Europe/Berlin", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (zone_load(bad[i]) != NULL)
			fail_msg("\"%s\" was loaded", bad[i]);
	}
}

static void *load_some(void *arg)
{
	static const char *const names[] = { "Europe/Rome", "Europe/Madrid", "Asia/Seoul", "America/Lima", "Africa/Cairo", "Europe/Oslo" };
	size_t *failed = arg;

	for (size_t i = 0; i < 600; i++) {
		const struct zone *zone = zone_load(names[i % 6]);

		*failed += zone == NULL || strcmp(zone_name(zone), names[i % 6]) != 0;
	}
	return NULL;
}

static void threads_load_side_by_side(void **state)
{
	pthread_t threads[4];
	size_t failed[4] = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, load_some, &failed[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(failed[i], 0);
	}
}

/* Each name of a geographical zone that the system has. */
static void for_each_zone(struct arena *arena, void (*check)(const char *name, void *arg), void *arg)
{
	struct span rest = read_file(arena, "/usr/share/zoneinfo/zone.tab"), line, field;
	int count = 0;

	while (span_cut(rest, '\n', &line, &rest)) {
		if (line.size == 0 || line.at[0] == '#')
			continue;
		for (int i = 0; i < 3; i++)
			(void)span_cut(line, '\t', &field, &line);
		check(span_cstr(arena, field), arg);
		count++;
	}
	assert_true(count > 350);
}

/* glibc, the other reader of these files at hand. It differs before a zone's first change only, so 1915 is early enough. */
static void compare_with_glibc(const char *name, void *arg)
{
	const struct zone *zone = zone_of(name);
	struct chance *chance = arg;

	setenv("TZ", name, 1);
	tzset();
	for (int i = 0; i < 400; i++) {
		int64_t from = INT64_C(-1735689600), years = i % 2 ? 135 : 485;
		time_t second = (time_t)(from + (int64_t)chance_below(chance, (uint64_t)years * 31556952));
		struct tm tm;

		localtime_r(&second, &tm);
		if (tm.tm_gmtoff != zone_offset(zone, (struct instant){ second * US_PER_SECOND }))
			fail_msg("%s at %lld: %ld by glibc", name, (long long)second, tm.tm_gmtoff);
	}
}

static void every_zone_says_what_glibc_says(void **state)
{
	struct chance chance = { 16 };

	for_each_zone(*state, compare_with_glibc, &chance);
	setenv("TZ", "UTC", 1);
	tzset();
}

/* The first instant at which the clocks show this minute or a later one, by trying each minute. */
static int64_t first_at_or_after(const struct zone *zone, int64_t local)
{
	for (int64_t second = local - 27 * 60 * MINUTE;; second += MINUTE) {
		if (second + zone_offset(zone, (struct instant){ second * US_PER_SECOND }) >= local)
			return second;
	}
}

struct day {
	const char *zone;
	int year, month, day;
};

/* Changes of every kind, among them half an hour, a whole day skipped, midnight, a negative summer time. */
static void a_wall_clock_minute_is_found_on_every_odd_day(void **state)
{
	static const struct day days[] = { { "Europe/Berlin", 2026, 3, 29 }, { "Europe/Berlin", 2026, 10, 25 },
		{ "Europe/Dublin", 2026, 10, 25 }, { "Australia/Lord_Howe", 2026, 4, 5 }, { "Australia/Lord_Howe", 2026, 10, 4 },
		{ "Pacific/Apia", 2011, 12, 30 }, { "Pacific/Kiritimati", 1994, 12, 31 }, { "Africa/Cairo", 2026, 4, 24 },
		{ "America/Nuuk", 2026, 3, 28 }, { "Antarctica/Troll", 2026, 3, 29 }, { "Africa/Casablanca", 2026, 2, 15 },
		{ "America/Sao_Paulo", 2018, 11, 4 }, { "Asia/Tokyo", 2026, 3, 29 }, { "Europe/Berlin", 2345, 3, 25 } };

	(void)state;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		const struct zone *zone = zone_of(days[i].zone);
		struct date date;

		assert_int_equal(date_ymd(days[i].year, days[i].month, days[i].day, &date), OK);
		for (int minute = -1440; minute < 2880; minute += 7) {
			struct date on = { date.day + (minute < 0 ? -1 : minute / 1440) };
			int64_t want = first_at_or_after(zone, date.day * INT64_C(86400) + minute * MINUTE);

			if (zone_instant(zone, on, (minute + 1440) % 1440).us != want * US_PER_SECOND)
				fail_msg("%s, minute %d", days[i].zone, minute);
		}
	}
}

/* Anywhere, any day: the instant of a minute shows that minute, unless the clocks skipped it; then a later one. */
static void the_minute_found_is_the_minute_asked_for(const char *name, void *arg)
{
	const struct zone *zone = zone_of(name);
	struct chance *chance = arg;

	for (int i = 0; i < 200; i++) {
		struct date date = { (int32_t)chance_below(chance, 60000) };
		int minute = (int)chance_below(chance, 1440);
		struct instant found = zone_instant(zone, date, minute), before = { found.us - MINUTE * US_PER_SECOND };
		int64_t asked = date.day * INT64_C(1440) + minute;

		if (zone_date(zone, found).day * INT64_C(1440) + zone_minute(zone, found) < asked ||
			zone_date(zone, before).day * INT64_C(1440) + zone_minute(zone, before) >= asked)
			fail_msg("%s: day %d, minute %d", name, (int)date.day, minute);
	}
}

static void every_zone_finds_its_minutes(void **state)
{
	struct chance chance = { 17 };

	for_each_zone(*state, the_minute_found_is_the_minute_asked_for, &chance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_clocks_of_places_say),
		cmocka_unit_test(a_zone_is_read_once),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(threads_load_side_by_side),
		WITH_ARENA(every_zone_says_what_glibc_says),
		cmocka_unit_test(a_wall_clock_minute_is_found_on_every_odd_day),
		WITH_ARENA(every_zone_finds_its_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
