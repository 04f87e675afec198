#include "unit.h"

#include "common/zone.h"

static struct date ymd(int year, int month, int day)
{
	struct date date;

	assert_int_equal(date_ymd(year, month, day, &date), OK);
	return date;
}

static const struct calendar *calendar(const char *name)
{
	const struct calendar *found = calendar_find(name);

	assert_non_null(found);
	return found;
}

/* Easter by the tables of Clavius, as Knuth gives them (The Art of Computer Programming, 1.3.2, exercise 14): golden
 * number, century corrections, epact, full moon, the Sunday after. Another road than the one of the code. */
static struct date easter_by_clavius(int year)
{
	int golden = year % 19 + 1, century = year / 100 + 1;
	int dropped = 3 * century / 4 - 12, moon = (8 * century + 5) / 25 - 5;
	int sunday = 5 * year / 4 - dropped - 10, epact = (11 * golden + 20 + moon - dropped) % 30, full;

	epact = epact < 0 ? epact + 30 : epact;
	if ((epact == 25 && golden > 11) || epact == 24)
		epact++;
	full = 44 - epact;
	if (full < 21)
		full += 30;
	full = full + 7 - (sunday + full) % 7;
	return full > 31 ? ymd(year, 4, full - 31) : ymd(year, 3, full);
}

static void the_table_of_easters_is_one(void **state)
{
	(void)state;
	assert_int_equal(easter_by_clavius(2026).day, ymd(2026, 4, 5).day);
	assert_int_equal(easter_by_clavius(2024).day, ymd(2024, 3, 31).day);
	assert_int_equal(easter_by_clavius(2038).day, ymd(2038, 4, 25).day); /* the latest that can be */
	assert_int_equal(easter_by_clavius(2285).day, ymd(2285, 3, 22).day); /* the earliest */
	for (int year = 1900; year < 2200; year++)
		assert_int_equal(date_weekday(easter_by_clavius(year)), 7);
}

static bool is_target_day(struct date date)
{
	struct ymd on = date_parts(date);
	int to_easter = date.day - easter_by_clavius(on.year).day;
	bool fixed = (on.month == 1 && on.day == 1) || (on.month == 5 && on.day == 1) || (on.month == 12 && (on.day == 25 || on.day == 26));

	return date_weekday(date) <= 5 && !fixed && to_easter != -2 && to_easter != 1;
}

static void target_is_right_on_every_day_of_300_years(void **state)
{
	(void)state;
	for (struct date date = ymd(1900, 1, 1); date.day < ymd(2200, 1, 1).day; date.day++) {
		if (calendar_is_business(calendar("TARGET"), date) != is_target_day(date))
			fail_msg("%d-%d-%d", date_parts(date).year, date_parts(date).month, date_parts(date).day);
	}
}

static void easter_is_right_in_every_gregorian_year(void **state)
{
	(void)state;
	for (int year = 1583; year <= 9999; year++) {
		int32_t easter = easter_by_clavius(year).day;

		for (int32_t day = easter - 6; day <= easter + 5; day++) {
			bool business = date_weekday((struct date){ day }) <= 5 && day != easter - 2 && day != easter + 1;

			if (calendar_is_business(calendar("TARGET"), (struct date){ day }) != business)
				fail_msg("Easter of %d", year);
		}
	}
}

static void other_calendars_know_weekends_or_nothing(void **state)
{
	(void)state;
	for (int32_t day = ymd(2026, 1, 1).day; day < ymd(2027, 1, 1).day; day++) {
		assert_int_equal(calendar_is_business(calendar("NONE"), (struct date){ day }), date_weekday((struct date){ day }) <= 5);
		assert_true(calendar_is_business(calendar("ALL"), (struct date){ day }));
	}
	assert_null(calendar_find("target"));
	assert_null(calendar_find(""));
	assert_null(calendar_find("DE"));
}

static void business_days_are_counted_over_easter_and_christmas(void **state)
{
	const struct calendar *target = calendar("TARGET");
	struct date sum;

	(void)state;
	assert_int_equal(calendar_add(target, ymd(2026, 4, 2), 1, &sum), OK); /* Maundy Thursday */
	assert_int_equal(sum.day, ymd(2026, 4, 7).day);
	assert_int_equal(calendar_add(target, ymd(2026, 4, 7), -1, &sum), OK);
	assert_int_equal(sum.day, ymd(2026, 4, 2).day);
	assert_int_equal(calendar_add(target, ymd(2026, 12, 24), 2, &sum), OK);
	assert_int_equal(sum.day, ymd(2026, 12, 29).day);
	assert_int_equal(calendar_add(target, ymd(2026, 4, 4), 0, &sum), OK); /* Holy Saturday */
	assert_int_equal(sum.day, ymd(2026, 4, 7).day);
	assert_int_equal(calendar_add(target, ymd(2026, 4, 8), 0, &sum), OK);
	assert_int_equal(sum.day, ymd(2026, 4, 8).day);
	/* From a day that is none, the next one counts as the first. */
	assert_int_equal(calendar_add(target, ymd(2026, 4, 4), 1, &sum), OK);
	assert_int_equal(sum.day, ymd(2026, 4, 7).day);
	assert_int_equal(calendar_add(target, ymd(2026, 4, 4), -1, &sum), OK);
	assert_int_equal(sum.day, ymd(2026, 4, 2).day);
}

/* n business days on, there lie n business days between. */
static void counting_there_is_counting_back(void **state)
{
	static const char *const names[] = { "TARGET", "NONE", "ALL" };
	struct chance chance = { 18 };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const struct calendar *one = calendar(names[i % 3]);
		struct date from = { (int32_t)chance_below(&chance, 40000) }, to;
		int n = (int)chance_below(&chance, 121) - 60, between = 0;

		assert_int_equal(calendar_add(one, from, n, &to), OK);
		assert_true(calendar_is_business(one, to));
		for (int32_t day = from.day; day < to.day; day++)
			between += calendar_is_business(one, (struct date){ day + 1 });
		for (int32_t day = from.day; day > to.day; day--)
			between -= calendar_is_business(one, (struct date){ day - 1 });
		if (n != 0)
			assert_int_equal(between, n);
	}
}

static void business_days_end_with_the_calendar(void **state)
{
	struct date sum = { 42 };

	(void)state;
	assert_int_equal(calendar_add(calendar("ALL"), ymd(9999, 12, 31), 1, &sum), ERR_INVALID);
	assert_int_equal(calendar_add(calendar("TARGET"), ymd(1, 1, 2), -1, &sum), ERR_INVALID);
	assert_int_equal(sum.day, 42);
	assert_int_equal(calendar_add(calendar("TARGET"), ymd(9999, 12, 31), 0, &sum), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_of_easters_is_one),
		cmocka_unit_test(target_is_right_on_every_day_of_300_years),
		cmocka_unit_test(easter_is_right_in_every_gregorian_year),
		cmocka_unit_test(other_calendars_know_weekends_or_nothing),
		cmocka_unit_test(business_days_are_counted_over_easter_and_christmas),
		cmocka_unit_test(counting_there_is_counting_back),
		cmocka_unit_test(business_days_end_with_the_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
