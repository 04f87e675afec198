#include <stdio.h>

#include "unit.h"

#include "common/zone.h"

#define HOUR 3600

/* ---- TZif files made by hand: RFC 9636 §3 ---- */

struct change {
	int64_t at;
	uint8_t kind;
};

struct file {
	char version;
	size_t change_count, kind_count, leap_count;
	const struct change *changes;
	const int32_t *offsets;
	const char *footer;
};

static void add_big(struct text *text, int64_t value, size_t size)
{
	while (size-- > 0)
		text_char(text, (char)((uint64_t)value >> 8 * size));
}

static void add_block(struct text *text, const struct file *file, size_t time_size)
{
	text_add(text, "TZif");
	text_char(text, file->version);
	text_bytes(text, (char[15]){ 0 }, 15);
	add_big(text, 0, 4);
	add_big(text, 0, 4);
	add_big(text, (int64_t)file->leap_count, 4);
	add_big(text, (int64_t)file->change_count, 4);
	add_big(text, (int64_t)file->kind_count, 4);
	add_big(text, 4, 4);
	for (size_t i = 0; i < file->change_count; i++)
		add_big(text, file->changes[i].at, time_size);
	for (size_t i = 0; i < file->change_count; i++)
		text_char(text, (char)file->changes[i].kind);
	for (size_t i = 0; i < file->kind_count; i++) {
		add_big(text, file->offsets[i], 4);
		add_big(text, 0, 2);
	}
	text_bytes(text, "XYZ", 4);
	for (size_t i = 0; i < file->leap_count; i++)
		text_bytes(text, (char[12]){ 0 }, time_size + 4);
}

static struct span made(struct arena *arena, const struct file *file)
{
	struct text text;

	text_init(&text, arena);
	add_block(&text, file, 4);
	if (file->version != '\0') {
		add_block(&text, file, 8);
		text_printf(&text, "\n%s\n", file->footer);
	}
	return text_done(&text);
}

static const struct zone *parsed(struct arena *arena, const struct file *file)
{
	const struct zone *zone;
	struct why why;

	if (zone_parse(arena, "Test/Zone", made(arena, file), &zone, &why) != OK)
		fail_msg("%s", why.text);
	return zone;
}

/* A zone that has nothing but its rule. */
static const struct zone *ruled(struct arena *arena, const char *footer)
{
	return parsed(arena, &(struct file){ .version = '2', .kind_count = 1, .offsets = (int32_t[]){ 0 }, .footer = footer });
}

static struct instant at(const char *text)
{
	struct instant instant;

	if (instant_parse(span_of(text), &instant) != OK)
		fail_msg("%s", text);
	return instant;
}

static int32_t offset(const struct zone *zone, const char *text)
{
	return zone_offset(zone, at(text));
}

static void a_file_of_the_first_version_has_no_rule(void **state)
{
	const struct zone *zone = parsed(*state, &(struct file){ .change_count = 2,
							 .kind_count = 3,
							 .changes = (struct change[]){ { -1000, 1 }, { 1000, 2 } },
							 .offsets = (int32_t[]){ 100, -7200, 3600 } });

	assert_string_equal(zone_name(zone), "Test/Zone");
	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(-1000000001) }), 100);
	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(-1000000000) }), -7200);
	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(999999999) }), -7200);
	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(1000000000) }), 3600);
	assert_int_equal(offset(zone, "9999-12-31T23:59:59Z"), 3600);
	assert_int_equal(offset(zone, "0001-01-01T00:00:00Z"), 100);
}

static void the_second_block_holds_what_32_bits_do_not(void **state)
{
	const struct zone *zone = parsed(*state, &(struct file){ .version = '3',
							 .change_count = 2,
							 .kind_count = 2,
							 .changes = (struct change[]){ { -5000000000, 1 }, { 5000000000, 0 } },
							 .offsets = (int32_t[]){ 60, 120 },
							 .footer = "" });

	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(-5000000001) * 1000000 }), 60);
	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(-5000000000) * 1000000 }), 120);
	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(4999999999) * 1000000 }), 120);
	assert_int_equal(zone_offset(zone, (struct instant){ INT64_C(5000000000) * 1000000 }), 60);
}

static void after_the_last_change_the_footer_rules(void **state)
{
	const struct zone *zone = parsed(*state, &(struct file){ .version = '2',
							 .change_count = 1,
							 .kind_count = 2,
							 .changes = (struct change[]){ { 0, 1 } },
							 .offsets = (int32_t[]){ 100, HOUR },
							 .footer = "CET-1CEST,M3.5.0,M10.5.0/3" });

	assert_int_equal(offset(zone, "1969-06-15T00:00:00Z"), 100);
	assert_int_equal(offset(zone, "1970-06-15T00:00:00Z"), 2 * HOUR);
	assert_int_equal(offset(zone, "2026-03-29T00:59:59.999999Z"), HOUR);
	assert_int_equal(offset(zone, "2026-03-29T01:00:00Z"), 2 * HOUR);
	assert_int_equal(offset(zone, "2026-10-25T00:59:59.999999Z"), 2 * HOUR);
	assert_int_equal(offset(zone, "2026-10-25T01:00:00Z"), HOUR);
	assert_int_equal(offset(zone, "2400-07-01T00:00:00Z"), 2 * HOUR);
	assert_int_equal(offset(zone, "9999-12-31T23:59:59Z"), HOUR);
}

static void a_rule_has_every_form_of_posix(void **state)
{
	const struct zone *none = ruled(*state, "<+0545>-5:45:00"), *south = ruled(*state, "NZST-12NZDT,M9.5.0,M4.1.0/3");
	const struct zone *julian = ruled(*state, "AAA0BBB,J60/0,J300/0"), *ordinal = ruled(*state, "AAA0BBB-0:30:15,59/0,299/0");
	const struct zone *negative = ruled(*state, "IST-1GMT0,M10.5.0,M3.5.0/1"), *always = ruled(*state, "XXX3EDT4,0/0,J365/23");
	const struct zone *early = ruled(*state, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"),
			  *late = ruled(*state, "AAA0BBB,M1.1.0/167,M7.1.0/-167");

	assert_int_equal(offset(none, "2026-07-01T00:00:00Z"), 5 * HOUR + 45 * 60);
	assert_int_equal(offset(south, "2026-01-01T00:00:00Z"), 13 * HOUR);
	assert_int_equal(offset(south, "2026-04-04T13:59:59Z"), 13 * HOUR);
	assert_int_equal(offset(south, "2026-04-04T14:00:00Z"), 12 * HOUR);
	assert_int_equal(offset(south, "2026-09-26T14:00:00Z"), 13 * HOUR);
	/* J60 is 1 March in every year; 59, counted from 0, is 29 February in leap years. */
	assert_int_equal(offset(julian, "2024-02-29T23:59:59Z"), 0);
	assert_int_equal(offset(julian, "2024-03-01T00:00:00Z"), HOUR);
	assert_int_equal(offset(julian, "2026-03-01T00:00:00Z"), HOUR);
	assert_int_equal(offset(ordinal, "2024-02-29T00:00:00Z"), 30 * 60 + 15);
	assert_int_equal(offset(ordinal, "2026-02-28T23:59:59Z"), 0);
	assert_int_equal(offset(ordinal, "2026-03-01T00:00:00Z"), 30 * 60 + 15);
	assert_int_equal(offset(negative, "2026-07-01T00:00:00Z"), HOUR);
	assert_int_equal(offset(negative, "2026-01-01T00:00:00Z"), 0);
	for (int month = 1; month <= 12; month++) {
		char text[40];

		snprintf(text, sizeof(text), "2026-%02d-01T03:30:00Z", month);
		assert_int_equal(offset(always, text), -4 * HOUR);
	}
	assert_int_equal(offset(always, "2026-12-31T23:59:59-04:00"), -4 * HOUR);
	/* An hour before midnight of the last Sunday of March 2026 (the 29th) is Saturday. */
	assert_int_equal(offset(early, "2026-03-28T23:00:00-02:00"), -HOUR);
	assert_int_equal(offset(early, "2026-03-28T22:59:59-02:00"), -2 * HOUR);
	/* 167 hours after the first Sunday of 2026 (4 January); 167 before 5 July. */
	assert_int_equal(offset(late, "2026-01-10T22:59:59Z"), 0);
	assert_int_equal(offset(late, "2026-01-10T23:00:00Z"), HOUR);
	assert_int_equal(offset(late, "2026-06-27T23:59:59Z"), HOUR);
	assert_int_equal(offset(late, "2026-06-28T00:00:00Z"), 0);
}

/* Summer begins with the year and ends 87 hours after 31 December: in the next year, when that year's has begun already. */
static void a_change_may_fall_into_another_year(void **state)
{
	const struct zone *zone = ruled(*state, "XXX1EDT,0/0,J365/87");

	assert_int_equal(offset(zone, "1969-01-01T01:00:00Z"), 0);
	assert_int_equal(offset(zone, "1969-01-03T14:59:59Z"), 0);
	assert_int_equal(offset(zone, "1969-01-03T15:00:00Z"), -HOUR);
	assert_int_equal(offset(zone, "1969-12-31T23:59:59Z"), -HOUR);
	assert_int_equal(offset(zone, "1970-01-01T00:59:59Z"), -HOUR);
	assert_int_equal(offset(zone, "1970-01-01T01:00:00Z"), 0);
}

static void a_footer_that_is_no_rule_is_refused(void **state)
{
	static const char *const bad[] = { "X", "XY1", "XYZ", "XYZ1:60", "XYZ25", "XYZ1ABC", "XYZ1ABC,M3.5.0", "XYZ1ABC,M3.5.0,",
		"XYZ1ABC,M13.5.0,M1.1.0", "XYZ1ABC,M3.6.0,M1.1.0", "XYZ1ABC,M3.0.0,M1.1.0", "XYZ1ABC,M3.5.7,M1.1.0", "XYZ1ABC,M3.5,M1.1.0",
		"XYZ1ABC,J0,J5", "XYZ1ABC,J366,J5", "XYZ1ABC,366,5", "XYZ1ABC,1/168,5", "XYZ1ABC,1,5,", "XYZ1ABC,1,5x",
		"XYZ1ABC,M0035.0,M1.1.0", "XYZ1ABC,M3.0050,M1.1.0", "<XY>1", "<XYZ1", "XYZ1 ", " XYZ1", "XY\u00e41", "XYZ-",
		"XYZ1ABC;1,5" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct span bytes =
			made(*state, &(struct file){ .version = '2', .kind_count = 1, .offsets = (int32_t[]){ 0 }, .footer = bad[i] });
		const struct zone *zone = NULL;
		struct why why;

		if (zone_parse(*state, "Test/Zone", bytes, &zone, &why) != ERR_INVALID)
			fail_msg("\"%s\" was read", bad[i]);
		assert_string_equal(why.code, "zone_malformed");
		assert_null(zone);
	}
}

static void refuse(struct arena *arena, const struct file *file, const char *because)
{
	const struct zone *zone = NULL;
	struct why why;

	assert_int_equal(zone_parse(arena, "Test/Zone", made(arena, file), &zone, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "Test/Zone"));
	assert_non_null(strstr(why.text, because));
}

static void a_damaged_file_is_refused_with_its_reason(void **state)
{
	struct file good = { .version = '2',
		.change_count = 2,
		.kind_count = 2,
		.changes = (struct change[]){ { 1, 0 }, { 2, 1 } },
		.offsets = (int32_t[]){ 0, 60 },
		.footer = "UTC0" };
	struct file bad = good;

	(void)parsed(*state, &good);
	bad.changes = (struct change[]){ { 1, 0 }, { 2, 2 } };
	refuse(*state, &bad, "not there");
	bad.changes = (struct change[]){ { 2, 0 }, { 2, 1 } };
	refuse(*state, &bad, "out of order");
	bad = good;
	bad.offsets = (int32_t[]){ 0, 26 * HOUR };
	refuse(*state, &bad, "offset");
	bad.offsets = (int32_t[]){ -25 * HOUR, 0 };
	refuse(*state, &bad, "offset");
	bad = good;
	bad.leap_count = 1;
	refuse(*state, &bad, "leap seconds");
	bad = good;
	bad.change_count = bad.kind_count = 0;
	refuse(*state, &bad, "types");
}

static void both_headers_are_looked_at(void **state)
{
	const struct zone *zone;

	for (int which = 0; which < 2; which++) {
		struct span bytes =
			made(*state, &(struct file){ .version = '2', .kind_count = 1, .offsets = (int32_t[]){ 0 }, .footer = "UTC0" });
		char *bent = arena_copy(*state, bytes.at, bytes.size);

		bent[which == 0 ? 3 : 44 + 10 + 3] = 'x';
		assert_int_equal(zone_parse(*state, "bent", (struct span){ bent, bytes.size }, &zone, NULL), ERR_INVALID);
	}
}

/* No cut and no damaged byte makes the reader read past its bytes; each cut is an error. */
static void a_file_cut_or_bent_anywhere_does_no_harm(void **state)
{
	struct span whole = made(*state, &(struct file){ .version = '2',
						 .change_count = 2,
						 .kind_count = 2,
						 .changes = (struct change[]){ { 1, 0 }, { 2, 1 } },
						 .offsets = (int32_t[]){ 0, 60 },
						 .footer = "CET-1CEST,M3.5.0,M10.5.0/3" });
	const struct zone *zone;

	for (size_t size = 0; size < whole.size; size++)
		assert_int_equal(
			zone_parse(*state, "cut", (struct span){ arena_copy(*state, whole.at, size), size }, &zone, NULL), ERR_INVALID);
	for (size_t i = 0; i < whole.size; i++) {
		for (int bit = 0; bit < 8; bit++) {
			char *bent = arena_copy(*state, whole.at, whole.size);

			bent[i] ^= (char)(1 << bit);
			if (zone_parse(*state, "bent", (struct span){ bent, whole.size }, &zone, NULL) == OK)
				(void)zone_instant(zone, (struct date){ 20000 }, 60);
		}
	}
}

static void dates_and_minutes_are_those_of_the_place(void **state)
{
	const struct zone *east = ruled(*state, "<+14>-14"), *west = ruled(*state, "<-11>11"), *utc = zone_utc();
	struct date date;

	assert_int_equal(date_ymd(2026, 11, 22, &date), OK);
	assert_int_equal(zone_date(utc, at("2026-11-22T23:59:59.999999Z")).day, date.day);
	assert_int_equal(zone_minute(utc, at("2026-11-22T23:59:59.999999Z")), 1439);
	assert_int_equal(zone_date(east, at("2026-11-22T10:00:00Z")).day, date.day + 1);
	assert_int_equal(zone_minute(east, at("2026-11-22T10:00:00Z")), 0);
	assert_int_equal(zone_date(east, at("2026-11-22T09:59:59.999999Z")).day, date.day);
	assert_int_equal(zone_date(west, at("2026-11-22T10:59:59.999999Z")).day, date.day - 1);
	assert_int_equal(zone_minute(west, at("2026-11-22T10:59:59.999999Z")), 1439);
	assert_int_equal(zone_date(west, at("1969-12-31T23:59:59Z")).day, -1);
	assert_int_equal(zone_minute(west, at("1969-12-31T23:59:59Z")), 12 * 60 + 59);
}

static void the_calendar_ends_in_every_zone(void **state)
{
	const struct zone *east = ruled(*state, "<+14>-14"), *west = ruled(*state, "<-11>11");

	assert_int_equal(zone_date(east, at("9999-12-31T23:00:00Z")).day, DATE_LAST_DAY);
	assert_int_equal(zone_date(west, at("0001-01-01T00:00:00Z")).day, DATE_FIRST_DAY);
	assert_true(zone_instant(east, (struct date){ DATE_FIRST_DAY }, 0).us == DATE_FIRST_DAY * US_PER_DAY);
	assert_int_equal(instant_compare(zone_instant(west, (struct date){ DATE_LAST_DAY }, 1439), at("9999-12-31T23:59:59Z")), 0);
}

static const char *when(struct arena *arena, const struct zone *zone, int year, int month, int day, int minute)
{
	struct date date;

	assert_int_equal(date_ymd(year, month, day, &date), OK);
	return instant_text(arena, zone_instant(zone, date, minute));
}

static void a_gap_is_left_at_its_end_and_a_fold_entered_at_its_first(void **state)
{
	const struct zone *zone = ruled(*state, "CET-1CEST,M3.5.0,M10.5.0/3");

	assert_string_equal(when(*state, zone, 2026, 3, 29, 119), "2026-03-29T00:59:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 3, 29, 120), "2026-03-29T01:00:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 3, 29, 179), "2026-03-29T01:00:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 3, 29, 180), "2026-03-29T01:00:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 3, 29, 181), "2026-03-29T01:01:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 10, 25, 119), "2026-10-24T23:59:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 10, 25, 120), "2026-10-25T00:00:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 10, 25, 179), "2026-10-25T00:59:00.000000Z");
	assert_string_equal(when(*state, zone, 2026, 10, 25, 180), "2026-10-25T02:00:00.000000Z");
}

static void ask_for_minute_1440(void *arg)
{
	(void)arg;
	(void)zone_instant(zone_utc(), (struct date){ 0 }, 1440);
}

static void a_day_has_1440_minutes(void **state)
{
	(void)state;
	assert_true(aborts(ask_for_minute_1440, NULL, "bug: zone"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_file_of_the_first_version_has_no_rule),
		WITH_ARENA(the_second_block_holds_what_32_bits_do_not),
		WITH_ARENA(after_the_last_change_the_footer_rules),
		WITH_ARENA(a_rule_has_every_form_of_posix),
		WITH_ARENA(a_change_may_fall_into_another_year),
		WITH_ARENA(a_footer_that_is_no_rule_is_refused),
		WITH_ARENA(a_damaged_file_is_refused_with_its_reason),
		WITH_ARENA(both_headers_are_looked_at),
		WITH_ARENA(a_file_cut_or_bent_anywhere_does_no_harm),
		WITH_ARENA(dates_and_minutes_are_those_of_the_place),
		WITH_ARENA(the_calendar_ends_in_every_zone),
		WITH_ARENA(a_gap_is_left_at_its_end_and_a_fold_entered_at_its_first),
		cmocka_unit_test(a_day_has_1440_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
