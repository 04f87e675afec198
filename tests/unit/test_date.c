#include <stdio.h>

#include "unit.h"

#include "common/date.h"

static struct date ymd(int year, int month, int day)
{
	struct date date;

	if (date_ymd(year, month, day, &date) != OK)
		fail_msg("%d-%d-%d", year, month, day);
	return date;
}

/* The calendar as a child would count it: day after day, by the lengths of the months. */
struct almanac {
	int year, month, day, weekday;
	int64_t number;
};

static const struct almanac first_day = { 1, 1, 1, 1, -719162 }; /* 0001-01-01 was a Monday in the Gregorian calendar */

static int length(int year, int month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && (year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)))
		return 29;
	return lengths[month - 1];
}

static void turn_page(struct almanac *page)
{
	page->number++;
	page->weekday = page->weekday % 7 + 1;
	if (++page->day <= length(page->year, page->month))
		return;
	page->day = 1;
	if (++page->month <= 12)
		return;
	page->month = 1;
	page->year++;
}

static void every_day_of_ten_thousand_years_has_its_number(void **state)
{
	struct almanac page = first_day;

	(void)state;
	for (; page.year <= 9999; turn_page(&page)) {
		struct date date, same;
		struct ymd parts;

		if (date_ymd(page.year, page.month, page.day, &date) != OK || date.day != page.number)
			fail_msg("%d-%d-%d has number %d", page.year, page.month, page.day, (int)date.day);
		parts = date_parts(date);
		if (parts.year != page.year || parts.month != page.month || parts.day != page.day)
			fail_msg("number %d is %d-%d-%d", (int)date.day, parts.year, parts.month, parts.day);
		if (date_weekday(date) != page.weekday)
			fail_msg("%d-%d-%d has weekday %d", page.year, page.month, page.day, date_weekday(date));
		if (date_from_days(page.number, &same) != OK || same.day != date.day)
			fail_msg("number %d is none", (int)date.day);
	}
	assert_int_equal(page.number - 1, DATE_LAST_DAY);
	assert_int_equal(ymd(1970, 1, 1).day, 0);
}

static void what_is_no_day_is_refused(void **state)
{
	static const int bad[][3] = { { 2026, 2, 29 }, { 2026, 2, 30 }, { 2024, 2, 30 }, { 1900, 2, 29 }, { 2026, 4, 31 }, { 2026, 13, 1 },
		{ 2026, 0, 1 }, { 2026, 1, 0 }, { 2026, 1, 32 }, { 2026, -1, 1 }, { 2026, 1, -1 }, { 0, 1, 1 }, { -1, 1, 1 },
		{ 10000, 1, 1 }, { INT32_MAX, INT32_MAX, INT32_MAX }, { INT32_MIN, INT32_MIN, INT32_MIN } };
	struct date date = { 42 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(date_ymd(bad[i][0], bad[i][1], bad[i][2], &date), ERR_INVALID);
		assert_int_equal(date.day, 42);
	}
	assert_int_equal(date_from_days(DATE_FIRST_DAY - 1, &date), ERR_INVALID);
	assert_int_equal(date_from_days(DATE_LAST_DAY + INT64_C(1), &date), ERR_INVALID);
	assert_int_equal(date_from_days(INT64_MIN, &date), ERR_INVALID);
	assert_int_equal(date_from_days((INT64_C(1) << 32) + 5, &date), ERR_INVALID);
}

static void leap_years_follow_the_rule_of_1582(void **state)
{
	(void)state;
	assert_true(date_is_leap(2024) && date_is_leap(2000) && date_is_leap(1600) && date_is_leap(4));
	assert_false(date_is_leap(2026) || date_is_leap(1900) || date_is_leap(2100) || date_is_leap(1));
	for (int year = 1; year < 10000; year++) {
		for (int month = 1; month <= 12; month++)
			assert_int_equal(date_month_days(year, month), length(year, month));
	}
}

static void days_are_added_up_to_the_ends_of_the_calendar(void **state)
{
	struct date date = ymd(2024, 2, 28), sum = { 7 };

	(void)state;
	assert_int_equal(date_add_days(date, 2, &sum), OK);
	assert_int_equal(sum.day, ymd(2024, 3, 1).day);
	assert_int_equal(date_add_days(date, -59, &sum), OK);
	assert_int_equal(sum.day, ymd(2023, 12, 31).day);
	assert_int_equal(date_add_days(ymd(1, 1, 1), DATE_LAST_DAY - DATE_FIRST_DAY, &sum), OK);
	assert_int_equal(sum.day, DATE_LAST_DAY);
	assert_int_equal(date_add_days(ymd(9999, 12, 31), 1, &sum), ERR_INVALID);
	assert_int_equal(date_add_days(ymd(1, 1, 1), -1, &sum), ERR_INVALID);
	assert_int_equal(date_add_days(date, INT64_MAX, &sum), ERR_INVALID);
	assert_int_equal(date_add_days(date, INT64_MIN, &sum), ERR_INVALID);
	assert_int_equal(sum.day, DATE_LAST_DAY);
}

/* One month at a time, as on a wall calendar. */
static struct ymd turn_months(struct ymd from, int n, int anchor)
{
	for (; n > 0; n--) {
		if (++from.month > 12) {
			from.month = 1;
			from.year++;
		}
	}
	for (; n < 0; n++) {
		if (--from.month < 1) {
			from.month = 12;
			from.year--;
		}
	}
	from.day = anchor < length(from.year, from.month) ? anchor : length(from.year, from.month);
	return from;
}

static void months_are_added_right_on_every_day_of_400_years(void **state)
{
	static const int steps[] = { -49, -25, -13, -12, -11, -2, -1, 0, 1, 2, 3, 6, 11, 12, 13, 23, 48 };

	(void)state;
	for (int32_t day = ymd(1901, 1, 1).day; day < ymd(2301, 1, 1).day; day++) {
		struct ymd from = date_parts((struct date){ day });
		int n = steps[(uint32_t)day % 17];
		struct ymd want = turn_months(from, n, from.day);
		struct date got;

		if (date_add_months((struct date){ day }, n, from.day, &got) != OK || got.day != ymd(want.year, want.month, want.day).day)
			fail_msg("%d-%d-%d and %d months", from.year, from.month, from.day, n);
	}
}

/* Every month of 400 years, every day that a series can start with, every step of a year either way. */
static void every_anchor_is_kept_in_every_month_of_400_years(void **state)
{
	(void)state;
	for (int month = 0; month < 4800; month++) {
		struct ymd from = { 1901 + month / 12, month % 12 + 1, 1 };
		struct date date = ymd(from.year, from.month, 1 + month % 28);

		for (int anchor = 1; anchor <= 31; anchor++) {
			int n = (month * 31 + anchor) % 25 - 12;
			struct ymd want = turn_months(from, n, anchor);
			struct date got;

			if (date_add_months(date, n, anchor, &got) != OK || got.day != ymd(want.year, want.month, want.day).day)
				fail_msg("%d-%d and %d months to day %d", from.year, from.month, n, anchor);
		}
	}
}

static void the_31st_comes_back_after_february(void **state)
{
	static const char *const want[] = { "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31" };
	struct date date = ymd(2024, 1, 31);

	for (int i = 0; i < 4; i++) {
		assert_int_equal(date_add_months(date, 1, 31, &date), OK);
		assert_string_equal(date_text(*state, date), want[i]);
	}
}

static void months_end_with_the_calendar(void **state)
{
	struct date sum = { 7 };

	(void)state;
	assert_int_equal(date_add_months(ymd(1, 1, 1), 9999 * 12 - 1, 31, &sum), OK);
	assert_int_equal(sum.day, DATE_LAST_DAY);
	assert_int_equal(date_add_months(ymd(9999, 12, 31), 1, 31, &sum), ERR_INVALID);
	assert_int_equal(date_add_months(ymd(1, 1, 31), -1, 31, &sum), ERR_INVALID);
	assert_int_equal(date_add_months(ymd(2026, 1, 1), INT32_MAX, 1, &sum), ERR_INVALID);
	assert_int_equal(date_add_months(ymd(2026, 1, 1), INT32_MIN, 1, &sum), ERR_INVALID);
	assert_int_equal(date_add_months(ymd(2026, 1, 1), 1, 0, &sum), ERR_INVALID);
	assert_int_equal(date_add_months(ymd(2026, 1, 1), 1, 32, &sum), ERR_INVALID);
	assert_int_equal(sum.day, DATE_LAST_DAY);
}

static void a_month_ends_on_its_last_day(void **state)
{
	(void)state;
	for (int year = 1; year < 10000; year += 3) {
		for (int month = 1; month <= 12; month++) {
			int last = length(year, month), day = 1 + (year + month) % last;

			assert_int_equal(date_month_end(ymd(year, month, day)).day, ymd(year, month, last).day);
		}
	}
}

static void a_date_is_printed_and_read_back(void **state)
{
	(void)state;
	for (int32_t day = DATE_FIRST_DAY; day <= DATE_LAST_DAY; day += 41) {
		char text[DATE_TEXT + 1];
		struct date back;

		date_print((struct date){ day }, text);
		assert_int_equal(strlen(text), DATE_TEXT);
		assert_int_equal(date_parse(span_of(text), &back), OK);
		assert_int_equal(back.day, day);
	}
	assert_string_equal(date_text(*state, ymd(987, 6, 5)), "0987-06-05");
}

static void a_text_that_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-11", "2026-11-2", "26-11-22", "2026-11-222", "2026/11/22", "20261122",
		" 2026-11-22", "2026-11-22 ", "2026-11-22T00:00:00Z", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "0000-01-01",
		"+026-01-01", "-026-01-01", "2026-1-011", "2026-11-2x", "x026-11-22", "2026--1-22" };
	struct date date = { 42 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(date_parse(span_of(bad[i]), &date), ERR_INVALID);
	assert_int_equal(date.day, 42);
}

static void dates_have_an_order(void **state)
{
	(void)state;
	assert_true(date_compare(ymd(2026, 1, 1), ymd(2026, 1, 2)) < 0);
	assert_true(date_compare(ymd(2026, 1, 2), ymd(2026, 1, 1)) > 0);
	assert_int_equal(date_compare(ymd(2026, 1, 1), ymd(2026, 1, 1)), 0);
}

static const char *normal(struct arena *arena, const char *text)
{
	struct instant at;

	return instant_parse(span_of(text), &at) == OK ? instant_text(arena, at) : "refused";
}

static void the_examples_of_rfc_3339_are_read(void **state)
{
	assert_string_equal(normal(*state, "1985-04-12T23:20:50.52Z"), "1985-04-12T23:20:50.520000Z");
	assert_string_equal(normal(*state, "1996-12-19T16:39:57-08:00"), "1996-12-20T00:39:57.000000Z");
	assert_string_equal(normal(*state, "1990-12-31T23:59:60Z"), "1991-01-01T00:00:00.000000Z");
	assert_string_equal(normal(*state, "1990-12-31T15:59:60-08:00"), "1991-01-01T00:00:00.000000Z");
	assert_string_equal(normal(*state, "1937-01-01T12:00:27.87+00:20"), "1937-01-01T11:40:27.870000Z");
	assert_string_equal(normal(*state, "2026-11-22t13:00:00.000001z"), "2026-11-22T13:00:00.000001Z");
	assert_string_equal(normal(*state, "2026-11-22T13:00:00-00:00"), "2026-11-22T13:00:00.000000Z");
	assert_string_equal(normal(*state, "1969-12-31T23:59:59.999999Z"), "1969-12-31T23:59:59.999999Z");
	assert_string_equal(normal(*state, "2017-01-01T00:59:60.5+01:00"), "2017-01-01T00:00:00.500000Z");
}

static void a_text_that_is_no_instant_is_refused(void **state)
{
	static const char *const bad[] = { "", "2026-11-22", "2026-11-22T13:00:00", "2026-11-22 13:00:00Z", "2026-11-22T13:00Z",
		"2026-11-22T24:00:00Z", "2026-11-22T13:60:00Z", "2026-11-22T13:00:61Z", "2026-11-22T13:00:60Z", "2026-11-22T23:59:60Z",
		"2026-11-30T23:58:60Z", "2026-11-22T13:00:00.Z", "2026-11-22T13:00:00.1234567Z", "2026-11-22T13:00:00.0000000Z",
		"2026-11-22T13:00:00,5Z", "2026-11-22T13:00:00+24:00", "2026-11-22T13:00:00+00:60", "2026-11-22T13:00:00+01",
		"2026-11-22T13:00:00+0100", "2026-11-22T13:00:00ZZ", "2026-11-22T13:00:00Z ", "2026-02-29T13:00:00Z",
		"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "2026-11-22T1:00:00Z",
		"20261122T130000Z" };
	struct instant at = { 42 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (instant_parse(span_of(bad[i]), &at) != ERR_INVALID)
			fail_msg("\"%s\" was read", bad[i]);
	}
	assert_int_equal(at.us, 42);
}

static void an_instant_is_printed_and_read_back(void **state)
{
	struct chance chance = { 4 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t first = DATE_FIRST_DAY * US_PER_DAY, days = DATE_LAST_DAY + 1 - DATE_FIRST_DAY;
		struct instant at = { first + (int64_t)chance_below(&chance, (uint64_t)(days * US_PER_DAY)) }, back;
		char text[INSTANT_TEXT + 1];

		if (i == 0)
			at.us = first;
		if (i == 1)
			at.us = (DATE_LAST_DAY + 1) * US_PER_DAY - 1;
		instant_print(at, text);
		assert_int_equal(strlen(text), INSTANT_TEXT);
		assert_int_equal(instant_parse(span_of(text), &back), OK);
		assert_true(back.us == at.us);
	}
}

/* The wall clock shifted by the offset is the same moment. */
static void every_offset_shifts_the_clock(void **state)
{
	(void)state;
	for (int minutes = -1439; minutes <= 1439; minutes++) {
		char text[40];
		struct instant at;

		snprintf(text, sizeof(text), "2026-06-15T12:00:00%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60,
			abs(minutes) % 60);
		assert_int_equal(instant_parse(span_of(text), &at), OK);
		assert_true(at.us == ymd(2026, 6, 15).day * US_PER_DAY + (720 - minutes) * 60 * US_PER_SECOND);
	}
}

static void instants_end_with_the_calendar(void **state)
{
	int64_t first = DATE_FIRST_DAY * US_PER_DAY, last = (DATE_LAST_DAY + 1) * US_PER_DAY - 1;
	struct instant at = { 42 }, sum = { 42 };

	(void)state;
	assert_int_equal(instant_make(first - 1, &at), ERR_INVALID);
	assert_int_equal(instant_make(last + 1, &at), ERR_INVALID);
	assert_int_equal(instant_make(INT64_MIN, &at), ERR_INVALID);
	assert_int_equal(instant_make(INT64_MAX, &at), ERR_INVALID);
	assert_int_equal(at.us, 42);
	assert_int_equal(instant_make(first, &at), OK);
	assert_int_equal(instant_add(at, last - first, &sum), OK);
	assert_true(sum.us == last);
	assert_int_equal(instant_add(sum, 1, &sum), ERR_INVALID);
	assert_int_equal(instant_add(sum, INT64_MAX, &sum), ERR_INVALID);
	assert_int_equal(instant_add(at, INT64_MIN, &sum), ERR_INVALID);
	assert_true(instant_compare(at, sum) < 0 && instant_compare(sum, at) > 0 && instant_compare(at, at) == 0);
}

static void ask_for_parts(void *day)
{
	(void)date_parts(*(struct date *)day);
}

static void print_instant(void *at)
{
	char text[INSTANT_TEXT + 1];

	instant_print(*(struct instant *)at, text);
}

static void ask_for_month_13(void *arg)
{
	(void)arg;
	(void)date_month_days(2026, 13);
}

static void what_slipped_past_the_checks_is_a_bug(void **state)
{
	(void)state;
	assert_true(aborts(ask_for_parts, &(struct date){ DATE_FIRST_DAY - 1 }, "bug: date"));
	assert_true(aborts(ask_for_parts, &(struct date){ DATE_LAST_DAY + 1 }, "bug: date"));
	assert_true(aborts(print_instant, &(struct instant){ INT64_MAX }, "bug: date"));
	assert_true(aborts(ask_for_month_13, NULL, "bug: date"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_ten_thousand_years_has_its_number),
		cmocka_unit_test(what_is_no_day_is_refused),
		cmocka_unit_test(leap_years_follow_the_rule_of_1582),
		cmocka_unit_test(days_are_added_up_to_the_ends_of_the_calendar),
		cmocka_unit_test(months_are_added_right_on_every_day_of_400_years),
		cmocka_unit_test(every_anchor_is_kept_in_every_month_of_400_years),
		WITH_ARENA(the_31st_comes_back_after_february),
		cmocka_unit_test(months_end_with_the_calendar),
		cmocka_unit_test(a_month_ends_on_its_last_day),
		WITH_ARENA(a_date_is_printed_and_read_back),
		cmocka_unit_test(a_text_that_is_no_date_is_refused),
		cmocka_unit_test(dates_have_an_order),
		WITH_ARENA(the_examples_of_rfc_3339_are_read),
		cmocka_unit_test(a_text_that_is_no_instant_is_refused),
		cmocka_unit_test(an_instant_is_printed_and_read_back),
		cmocka_unit_test(every_offset_shifts_the_clock),
		cmocka_unit_test(instants_end_with_the_calendar),
		cmocka_unit_test(what_slipped_past_the_checks_is_a_bug),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
