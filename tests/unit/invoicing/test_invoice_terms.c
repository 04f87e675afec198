#include "../unit.h"

#include "terms.h"

static struct date day(const char *text)
{
	struct date date;

	assert_int_equal(date_parse(span_of(text), &date), OK);
	return date;
}

static void expect_due(struct arena *a, struct terms terms, const char *issued, const char *due)
{
	struct date found;
	struct why why;

	assert_int_equal(terms_due(&terms, day(issued), &found, &why), OK);
	assert_string_equal(date_text(a, found), due);
}

static void net_days_count_calendar_days(void **state)
{
	struct terms net14 = { TERMS_NET_DAYS, 14, 0, { 0 } }, net0 = { TERMS_NET_DAYS, 0, 0, { 0 } }, net365 = { TERMS_NET_DAYS, 365, 0, { 0 } };

	expect_due(*state, net14, "2026-03-10", "2026-03-24");
	expect_due(*state, net14, "2026-12-20", "2027-01-03");
	expect_due(*state, net14, "2028-02-20", "2028-03-05");
	expect_due(*state, net0, "2026-03-10", "2026-03-10");
	expect_due(*state, net365, "2027-06-01", "2028-05-31");
}

static void end_of_month_is_of_the_month_that_the_days_lead_to(void **state)
{
	struct terms at_once = { TERMS_END_OF_MONTH, 0, 0, { 0 } }, after30 = { TERMS_END_OF_MONTH, 30, 0, { 0 } };

	expect_due(*state, at_once, "2026-03-01", "2026-03-31");
	expect_due(*state, at_once, "2026-02-28", "2026-02-28");
	expect_due(*state, at_once, "2028-02-01", "2028-02-29");
	expect_due(*state, after30, "2026-01-31", "2026-03-31");
	expect_due(*state, after30, "2026-01-01", "2026-01-31");
}

static void a_fixed_day_is_the_first_one_not_before(void **state)
{
	struct terms fifteenth = { TERMS_FIXED_DAY, 0, 15, { 0 } }, after10 = { TERMS_FIXED_DAY, 10, 15, { 0 } };

	expect_due(*state, fifteenth, "2026-03-15", "2026-03-15");
	expect_due(*state, fifteenth, "2026-03-16", "2026-04-15");
	expect_due(*state, after10, "2026-03-05", "2026-03-15");
	expect_due(*state, after10, "2026-03-06", "2026-04-15");
	expect_due(*state, fifteenth, "2026-12-31", "2027-01-15");
}

static void a_fixed_day_that_a_month_lacks_is_its_last(void **state)
{
	struct terms last = { TERMS_FIXED_DAY, 0, 31, { 0 } };

	expect_due(*state, last, "2026-02-01", "2026-02-28");
	expect_due(*state, last, "2028-02-29", "2028-02-29");
	expect_due(*state, last, "2026-04-30", "2026-04-30");
	expect_due(*state, last, "2026-03-31", "2026-03-31");
}

static void the_due_date_is_never_before_the_issue_date(void **state)
{
	struct date issued = day("2027-12-01"), due;
	struct why why;

	(void)state;
	for (int i = 0; i < 500; i++, issued.day++) {
		for (int d = 1; d <= 31; d++) {
			struct terms fixed = { TERMS_FIXED_DAY, d % 7, d, { 0 } }, month = { TERMS_END_OF_MONTH, d, 0, { 0 } };

			assert_int_equal(terms_due(&fixed, issued, &due, &why), OK);
			assert_true(due.day >= issued.day + d % 7 && due.day <= issued.day + d % 7 + 31);
			assert_int_equal(terms_due(&month, issued, &due, &why), OK);
			assert_true(due.day >= issued.day + d &&
				    date_parts(due).day == date_month_days(date_parts(due).year, date_parts(due).month));
		}
	}
}

static void terms_out_of_bounds_are_refused(void **state)
{
	static const struct terms wrong[] = {
		{ TERMS_NONE, 0, 0, { 0 } },
		{ TERMS_KINDS, 0, 0, { 0 } },
		{ TERMS_NET_DAYS, 366, 0, { 0 } },
		{ TERMS_NET_DAYS, -1, 0, { 0 } },
		{ TERMS_NET_DAYS, 14, 1, { 0 } },
		{ TERMS_FIXED_DAY, 0, 0, { 0 } },
		{ TERMS_FIXED_DAY, 0, 32, { 0 } },
		{ TERMS_END_OF_MONTH, 0, 31, { 0 } },
	};
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(terms_check(&wrong[i], "terms", &why), ERR_INVALID);
	assert_string_equal(why.field, "terms.day");
}

static void a_billing_date_is_always_later_than_the_day(void **state)
{
	struct date date;

	assert_int_equal(billing_after(day("2026-03-04"), 5, &date), OK);
	assert_string_equal(date_text(*state, date), "2026-03-05");
	assert_int_equal(billing_after(day("2026-03-05"), 5, &date), OK);
	assert_string_equal(date_text(*state, date), "2026-04-05");
	assert_int_equal(billing_after(day("2026-12-28"), 28, &date), OK);
	assert_string_equal(date_text(*state, date), "2027-01-28");
	assert_int_equal(billing_after(day("2026-02-27"), 28, &date), OK);
	assert_string_equal(date_text(*state, date), "2026-02-28");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(net_days_count_calendar_days),
		WITH_ARENA(end_of_month_is_of_the_month_that_the_days_lead_to),
		WITH_ARENA(a_fixed_day_is_the_first_one_not_before),
		WITH_ARENA(a_fixed_day_that_a_month_lacks_is_its_last),
		WITH_ARENA(the_due_date_is_never_before_the_issue_date),
		WITH_ARENA(terms_out_of_bounds_are_refused),
		WITH_ARENA(a_billing_date_is_always_later_than_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
