#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "policy.h"

/* A world of one item, in Berlin, due on Friday 2026-10-16. */
struct world {
	const struct policy *policy;
	struct policy_item item;
	struct policy_customer customer;
};

static struct date day(int year, int month, int d)
{
	struct date date;

	assert_int_equal(date_ymd(year, month, d, &date), OK);
	return date;
}

static struct world world_new(const char *zone)
{
	return (struct world){
		.policy = policy_find("standard"),
		.item = { .due = day(2026, 10, 16), .is_open = true },
		.customer = { .zone = zone_load(zone) },
	};
}

static struct verdict at(const struct world *w, struct date date, int hour)
{
	return policy_decide(w->policy, &w->item, &w->customer, zone_instant(w->customer.zone, date, hour * 60));
}

static struct verdict on(const struct world *w, int month, int d)
{
	return at(w, day(2026, month, d), 10);
}

/* Sends what is due and notes it, as the service does. Returns the step or -1. */
static int look(struct world *w, struct date date, int hour)
{
	struct verdict v = at(w, date, hour);

	if (v.wait != WAIT_NOT)
		return -1;
	w->item.said |= UINT32_C(1) << v.step;
	w->customer.has_said = true;
	w->customer.said_day = date;
	if (w->policy->steps[v.step].level > 0) {
		w->item.has_level = true;
		w->item.level_day = date;
	}
	return v.step;
}

static void assert_wait(struct verdict v, enum wait wait)
{
	assert_string_equal(wait_name(v.wait), wait_name(wait));
}

static void each_step_speaks_on_its_day_and_once(void **state)
{
	static const struct {
		int month, day, step;
	} said[] = { { 10, 9, 0 }, { 10, 16, 1 }, { 10, 23, 2 }, { 10, 30, 3 }, { 11, 13, 4 } };
	struct world w = world_new("Europe/Berlin");
	size_t n = 0;

	(void)state;
	for (struct date d = day(2026, 9, 1); date_compare(d, day(2027, 2, 1)) < 0; d.day++)
		for (int hour = 0; hour < 24; hour++) {
			int step = look(&w, d, hour);

			if (step < 0)
				continue;
			assert_int_equal(step, said[n].step);
			assert_int_equal(date_compare(d, day(2026, said[n].month, said[n].day)), 0);
			assert_int_equal(hour, 9);
			n++;
		}
	assert_int_equal(n, 5);
	assert_wait(on(&w, 12, 1), WAIT_FOR_EVER);
}

static void one_look_a_day_says_the_same_as_one_an_hour(void **state)
{
	struct world hourly = world_new("Europe/Berlin"), daily = hourly;

	(void)state;
	for (struct date d = day(2026, 9, 1); date_compare(d, day(2027, 2, 1)) < 0; d.day++) {
		int by_hours = -1, by_day = look(&daily, d, 16);

		for (int hour = 0; hour < 24; hour++) {
			int step = look(&hourly, d, hour);

			by_hours = step >= 0 ? step : by_hours;
		}
		assert_int_equal(by_hours, by_day);
	}
}

static void a_friendly_word_comes_before_a_weekend_and_a_level_after_it(void **state)
{
	struct world w = world_new("Europe/Berlin");

	(void)state;
	w.item.due = day(2026, 10, 18); /* a Sunday */
	w.item.said = 1;
	assert_wait(on(&w, 10, 15), WAIT_DATE);
	assert_wait(on(&w, 10, 16), WAIT_NOT);
	w.item.said = 3;
	assert_wait(on(&w, 10, 25), WAIT_HOURS);
	assert_wait(on(&w, 10, 26), WAIT_NOT);
}

static void friendly_words_lapse_with_the_due_date(void **state)
{
	struct world w = world_new("Europe/Berlin");

	(void)state;
	assert_int_equal(on(&w, 10, 19).step, 2);
	assert_wait(on(&w, 10, 19), WAIT_DATE);
	/* Where both have come the later one speaks. */
	assert_int_equal(on(&w, 10, 16).step, 1);
}

static void after_an_outage_one_step_is_caught_up_with(void **state)
{
	struct world w = world_new("Europe/Berlin");
	int said = 0;

	(void)state;
	w.item.said = 3;
	/* Down from before level 1 until level 3 would be due. */
	assert_int_equal(look(&w, day(2026, 11, 16), 10), 2);
	for (struct date d = day(2026, 11, 16); date_compare(d, day(2026, 11, 23)) < 0; d.day++)
		for (int hour = 11; hour < 17; hour++)
			said += look(&w, d, hour) >= 0;
	assert_int_equal(said, 0);
	assert_int_equal(look(&w, day(2026, 11, 23), 10), 3);
	assert_int_equal(look(&w, day(2026, 11, 30), 10), 4);
}

static void a_settled_or_held_item_is_silent(void **state)
{
	struct world w = world_new("Europe/Berlin");

	(void)state;
	w.item.is_held = true;
	assert_wait(on(&w, 10, 23), WAIT_HOLD);
	assert_true(on(&w, 10, 23).when.us == INT64_MAX);
	w.item.is_held = false;
	w.item.is_open = false;
	assert_wait(on(&w, 10, 23), WAIT_FOR_EVER);
}

static void a_level_waits_for_the_statements_and_a_friendly_word_does_not(void **state)
{
	struct world w = world_new("Europe/Berlin");

	(void)state;
	w.customer.has_accounts = true;
	w.customer.covered_to = day(2026, 10, 8);
	assert_wait(on(&w, 10, 16), WAIT_NOT);
	w.item.said = 3;
	assert_wait(on(&w, 10, 23), WAIT_STATEMENT);
	w.customer.covered_to = day(2026, 10, 21);
	assert_wait(on(&w, 10, 23), WAIT_STATEMENT);
	w.customer.covered_to = day(2026, 10, 22);
	assert_wait(on(&w, 10, 23), WAIT_NOT);
	/* On a Monday the business day before is Friday. */
	w.item.due = day(2026, 10, 19);
	w.item.said = 3;
	w.customer.covered_to = day(2026, 10, 23);
	assert_wait(on(&w, 10, 26), WAIT_NOT);
}

static void one_mail_a_day(void **state)
{
	struct world w = world_new("Europe/Berlin");

	(void)state;
	w.customer.has_said = true;
	w.customer.said_day = day(2026, 10, 16);
	assert_wait(on(&w, 10, 16), WAIT_DAY);
	w.customer.said_day = day(2026, 10, 15);
	assert_wait(on(&w, 10, 16), WAIT_NOT);
}

static void nobody_is_written_to_at_night_or_on_a_holiday(void **state)
{
	struct world w = world_new("Europe/Berlin");

	(void)state;
	w.item.said = 3;
	assert_wait(at(&w, day(2026, 10, 23), 8), WAIT_HOURS);
	assert_wait(at(&w, day(2026, 10, 23), 17), WAIT_HOURS);
	assert_true(at(&w, day(2026, 10, 23), 17).when.us == zone_instant(w.customer.zone, day(2026, 10, 26), 9 * 60).us);
	w.item.due = day(2026, 12, 18); /* level 1 falls on 25 December */
	assert_wait(at(&w, day(2026, 12, 25), 10), WAIT_HOURS);
	assert_true(at(&w, day(2026, 12, 25), 10).when.us == zone_instant(w.customer.zone, day(2026, 12, 28), 9 * 60).us);
}

/* What `when` promises must hold: asked then, the answer is another one; asked a microsecond before, it is the same. */
static void when_is_the_first_instant_at_which_the_answer_changes(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York",
		"Asia/Kolkata" };

	(void)state;
	for (size_t z = 0; z < sizeof zones / sizeof *zones; z++)
		for (int shift = 0; shift < 60; shift++) {
			struct world w = world_new(zones[z]);
			struct instant now = zone_instant(w.customer.zone, day(2026, 9, 1), 0);
			int said = 0;

			w.item.due = day(2026, 9, 1);
			w.item.due.day += shift;
			for (int guard = 0; guard < 200; guard++) {
				struct verdict v = policy_decide(w.policy, &w.item, &w.customer, now);

				if (v.wait == WAIT_FOR_EVER)
					break;
				if (v.wait == WAIT_NOT) {
					struct date today = zone_date(w.customer.zone, now);

					w.item.said |= UINT32_C(1) << v.step;
					if (w.policy->steps[v.step].level > 0) {
						w.item.has_level = true;
						w.item.level_day = today;
					}
					w.customer.has_said = true;
					w.customer.said_day = today;
					said++;
					continue;
				}
				assert_true(v.when.us > now.us);
				now.us = v.when.us - 1;
				assert_true(policy_decide(w.policy, &w.item, &w.customer, now).wait != WAIT_NOT);
				now = v.when;
			}
			assert_in_range(said, 3, 5);
		}
}

/* ---- every due date of a year, wherever the customer lives ---- */

/* By hand, for 2026 and 2027: the days on which TARGET is closed beside Saturdays and Sundays (ECB). */
static bool is_business_by_hand(struct date d)
{
	static const int holidays[][3] = { { 2026, 1, 1 }, { 2026, 4, 3 }, { 2026, 4, 6 }, { 2026, 5, 1 }, { 2026, 12, 25 },
		{ 2026, 12, 26 }, { 2027, 1, 1 }, { 2027, 3, 26 }, { 2027, 3, 29 }, { 2027, 5, 1 } };

	for (size_t i = 0; i < sizeof holidays / sizeof *holidays; i++)
		if (date_compare(d, day(holidays[i][0], holidays[i][1], holidays[i][2])) == 0)
			return false;
	return date_weekday(d) < 6;
}

/* When each step of the standard policy speaks for an item that nobody pays. */
static void days_by_hand(struct date due, struct date days[5])
{
	static const int offsets[5] = { -7, 0, 7, 14, 28 };

	for (int i = 0; i < 5; i++) {
		bool is_level = i >= 2;

		days[i].day = due.day + offsets[i];
		if (i > 2 && days[i].day < days[i - 1].day + 7)
			days[i].day = days[i - 1].day + 7;
		while (!is_business_by_hand(days[i]))
			days[i].day += is_level ? 1 : -1;
	}
}

static void any_due_date_anywhere_is_reminded_on_the_days_that_a_calendar_gives(void **state)
{
	static const char *const zones[] = { "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "America/New_York",
		"Pacific/Chatham", "Australia/Lord_Howe" };

	(void)state;
	for (size_t z = 0; z < sizeof zones / sizeof *zones; z++)
		for (int shift = 0; shift < 366; shift++) {
			struct world w = world_new(zones[z]);
			struct date expected[5], d;
			int next = 0;

			w.item.due = day(2026, 3, 1);
			w.item.due.day += shift;
			days_by_hand(w.item.due, expected);
			for (d.day = w.item.due.day - 15; d.day < w.item.due.day + 60; d.day++) {
				static const int minutes[] = { 0, 8 * 60 + 59, 9 * 60, 16 * 60 + 59, 17 * 60, 23 * 60 + 59 };

				for (int i = 0; i < 6; i++) {
					struct verdict v =
						policy_decide(w.policy, &w.item, &w.customer, zone_instant(w.customer.zone, d, minutes[i]));

					if (v.wait != WAIT_NOT)
						continue;
					assert_int_equal(v.step, next);
					assert_int_equal(date_compare(d, expected[next++]), 0);
					assert_int_equal(minutes[i], 9 * 60);
					assert_int_equal(look(&w, d, 9), v.step);
				}
			}
			assert_int_equal(next, 5);
		}
}

/* Ten days down, from any day on: nothing twice, nothing out of order, no friendly word that is too late, one step on the day of the return, the gap
 * between levels kept. */
static void after_an_outage_from_any_day_on_nothing_is_said_that_should_not_be(void **state)
{
	(void)state;
	for (int shift = 0; shift < 120; shift += 7)
		for (int from = -12; from < 40; from++) {
			struct world w = world_new("Europe/Berlin");
			int last = -1;
			struct date d, level_day = { 0 };

			w.item.due.day += shift;
			for (d.day = w.item.due.day - 15; d.day < w.item.due.day + 80; d.day++) {
				int since = d.day - (w.item.due.day + from), step;

				if (since >= 0 && since < 10)
					continue;
				step = look(&w, d, 10);
				if (step < 0)
					continue;
				assert_true(step > last);
				assert_int_equal(look(&w, d, 16), -1);
				if (step < 2)
					assert_true(date_compare(d, w.item.due) <= 0);
				else {
					assert_true(step == 2 || step == last + 1);
					assert_true(step == 2 || d.day - level_day.day >= 7);
					level_day = d;
				}
				last = step;
			}
			assert_int_equal(last, 4);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_speaks_on_its_day_and_once),
		cmocka_unit_test(one_look_a_day_says_the_same_as_one_an_hour),
		cmocka_unit_test(a_friendly_word_comes_before_a_weekend_and_a_level_after_it),
		cmocka_unit_test(friendly_words_lapse_with_the_due_date),
		cmocka_unit_test(after_an_outage_one_step_is_caught_up_with),
		cmocka_unit_test(a_settled_or_held_item_is_silent),
		cmocka_unit_test(a_level_waits_for_the_statements_and_a_friendly_word_does_not),
		cmocka_unit_test(one_mail_a_day),
		cmocka_unit_test(nobody_is_written_to_at_night_or_on_a_holiday),
		cmocka_unit_test(when_is_the_first_instant_at_which_the_answer_changes),
		cmocka_unit_test(any_due_date_anywhere_is_reminded_on_the_days_that_a_calendar_gives),
		cmocka_unit_test(after_an_outage_from_any_day_on_nothing_is_said_that_should_not_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
