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
	struct terms net14 = { TERMS_NET_DAYS, 14, 0, { 0 } }, net0 = { TERMS_NET_DAYS, 0, 0, { 0 } },
		     net365 = { TERMS_NET_DAYS, 365, 0, { 0 } };

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

/* --- discounts --- */

static struct money eur(int64_t minor)
{
	return (struct money){ minor, { "EUR" } };
}

static void steps_of_a_discount_rise_in_days_and_fall_in_share(void **state)
{
	static const struct {
		struct discount discount;
		const char *field; /* NULL: it is one */
	} given[] = {
		{ { 0 }, NULL },
		{ { 1, { { 1, 0 } } }, NULL },
		{ { 2, { { 9999, 0 }, { 1, 365 } } }, NULL },
		{ { 1, { { 0, 10 } } }, "terms.discounts[0].basis_points" },
		{ { 1, { { 10000, 10 } } }, "terms.discounts[0].basis_points" },
		{ { 1, { { 200, 366 } } }, "terms.discounts[0].days" },
		{ { 1, { { 200, -1 } } }, "terms.discounts[0].days" },
		{ { 2, { { 200, 10 }, { 200, 20 } } }, "terms.discounts[1].basis_points" },
		{ { 2, { { 300, 10 }, { 200, 10 } } }, "terms.discounts[1].days" },
	};
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
		struct terms terms = { TERMS_NET_DAYS, 30, 0, given[i].discount };

		assert_int_equal(terms_check(&terms, "terms", &why), given[i].field == NULL ? OK : ERR_INVALID);
		if (given[i].field != NULL)
			assert_string_equal(why.field, given[i].field);
	}
}

static void expect_offer(struct arena *a, struct discount d, const char *due, int64_t gross, const char *offer)
{
	struct discount found = discount_offer(&d, day("2026-03-10"), day(due), eur(gross));

	assert_string_equal(span_cstr(a, discount_print(a, &found)), offer);
}

static void no_discount_is_offered_beyond_the_due_date_or_of_nothing(void **state)
{
	struct discount one = { 1, { { 200, 10 } } }, two = { 2, { { 300, 10 }, { 200, 20 } } }, none = { 0 };

	expect_offer(*state, one, "2026-04-09", 10000, "200 10");
	expect_offer(*state, one, "2026-03-20", 10000, "200 10");
	expect_offer(*state, one, "2026-03-19", 10000, "200 9");
	expect_offer(*state, one, "2026-03-10", 10000, "200 0");
	expect_offer(*state, two, "2026-04-09", 10000, "300 10\n200 20");
	expect_offer(*state, two, "2026-03-25", 10000, "300 10\n200 15");
	expect_offer(*state, two, "2026-03-20", 10000, "300 10");
	expect_offer(*state, two, "2026-03-15", 10000, "300 5");
	expect_offer(*state, two, "2026-04-09", 24, "300 10"); /* 0.72 and 0.48 of a cent */
	expect_offer(*state, one, "2026-04-09", 25, "");       /* half a cent, to even */
	expect_offer(*state, one, "2026-04-09", 0, "");
	expect_offer(*state, none, "2026-04-09", 10000, "");
}

static void a_share_is_rounded_half_to_even_and_its_last_day_is_the_merchants(void **state)
{
	struct discount_step two = { 200, 10 }, odd = { 333, 0 };

	assert_int_equal(discount_of(&two, eur(12345)).minor, 247);
	assert_int_equal(discount_of(&two, eur(12325)).minor, 246); /* 246.5 */
	assert_int_equal(discount_of(&two, eur(12375)).minor, 248); /* 247.5 */
	assert_int_equal(discount_of(&odd, eur(9007199254740991)).minor, 299939735182875);
	assert_string_equal(date_text(*state, discount_day(&two, day("2026-02-25"))), "2026-03-07");
}

static void a_discount_is_read_as_it_was_written(void **state)
{
	static const char *const texts[] = { "", "200 10", "300 0\n1 365" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct discount d = discount_read(span_of(texts[i]));

		assert_string_equal(span_cstr(*state, discount_print(*state, &d)), texts[i]);
	}
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
		WITH_ARENA(steps_of_a_discount_rise_in_days_and_fall_in_share),
		WITH_ARENA(no_discount_is_offered_beyond_the_due_date_or_of_nothing),
		WITH_ARENA(a_share_is_rounded_half_to_even_and_its_last_day_is_the_merchants),
		WITH_ARENA(a_discount_is_read_as_it_was_written),
		WITH_ARENA(a_billing_date_is_always_later_than_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
