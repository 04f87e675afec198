#include "../unit.h"

#include "charge.h"
#include "field.h"

static struct why why;

static struct currency currency(const char *code)
{
	struct currency c;

	assert_int_equal(currency_parse(span_of(code), &c), OK);
	return c;
}

static struct decimal decimal(const char *text)
{
	struct decimal d;

	assert_int_equal(decimal_parse(span_of(text), &d, &why), OK);
	return field_plain(d);
}

static struct line line(const char *code, int64_t net, enum tax_category category, const char *rate)
{
	static int number;

	return (struct line){ .number = ++number, .net = { net, currency(code) }, .tax = { category, decimal(rate) } };
}

static struct totals add_up(struct arena *a, const struct line *lines, size_t n)
{
	struct totals t;

	assert_int_equal(totals_add_up(a, lines, n, lines[0].net.currency, &t, &why), OK);
	return t;
}

static void expect(struct totals t, int64_t net, int64_t tax, int64_t gross)
{
	assert_int_equal(t.net.minor, net);
	assert_int_equal(t.tax.minor, tax);
	assert_int_equal(t.gross.minor, gross);
}

/* Rounded line by line it would be 334.99. */
static void tax_is_taken_on_the_sum_and_not_line_by_line(void **state)
{
	struct line lines[] = {
		line("EUR", 6977, TAX_STANDARD, "20"),
		line("EUR", 6982, TAX_STANDARD, "20"),
		line("EUR", 6987, TAX_STANDARD, "20"),
		line("EUR", 6971, TAX_STANDARD, "20"),
	};
	int64_t by_line = 0;

	for (int i = 0; i < 4; i++) {
		struct money tax;

		assert_int_equal(money_percent(lines[i].net, lines[i].tax.rate, &tax, &why), OK);
		by_line += lines[i].net.minor + tax.minor;
	}
	assert_int_equal(by_line, 33499);
	expect(add_up(*state, lines, 4), 27917, 5583, 33500);
}

static void half_a_cent_of_tax_goes_up(void **state)
{
	struct line half[] = { line("EUR", 1050, TAX_STANDARD, "5") }, below[] = { line("EUR", 1049, TAX_STANDARD, "5") };

	expect(add_up(*state, half, 1), 1050, 53, 1103);
	expect(add_up(*state, below, 1), 1049, 52, 1101);
}

static void each_category_and_rate_has_its_own_total(void **state)
{
	struct line lines[] = {
		line("EUR", 1000, TAX_STANDARD, "19"),
		line("EUR", 500, TAX_EXEMPT, "0"),
		line("EUR", 2000, TAX_STANDARD, "7.0"),
		line("EUR", 1, TAX_STANDARD, "19.00"),
		line("EUR", 300, TAX_STANDARD, "7"),
	};
	struct totals t = add_up(*state, lines, 5);

	assert_int_equal(t.tax_count, 3);
	assert_int_equal(t.taxes[0].taxable.minor, 2300);
	assert_int_equal(t.taxes[0].amount.minor, 161);
	assert_int_equal(t.taxes[1].taxable.minor, 1001);
	assert_int_equal(t.taxes[1].amount.minor, 190);
	assert_int_equal(t.taxes[2].taxable.minor, 500);
	assert_int_equal(t.taxes[2].amount.minor, 0);
	expect(t, 3801, 351, 4152);
}

static void currencies_without_and_with_three_decimals_round_at_their_own_last_digit(void **state)
{
	struct line yen[] = { line("JPY", 995, TAX_STANDARD, "10") }, dinar[] = { line("BHD", 1005, TAX_STANDARD, "10") };

	expect(add_up(*state, yen, 1), 995, 100, 1095);
	expect(add_up(*state, dinar, 1), 1005, 101, 1106);
}

static void different_reasons_of_one_category_stand_side_by_side_once_each(void **state)
{
	struct line lines[] = { line("EUR", 1, TAX_EXEMPT, "0"), line("EUR", 2, TAX_EXEMPT, "0"), line("EUR", 3, TAX_EXEMPT, "0") };
	struct totals t;

	lines[0].reason = SPAN("Article 132");
	lines[1].reason = SPAN("Article 135");
	lines[2].reason = SPAN("Article 132");
	t = add_up(*state, lines, 3);
	assert_int_equal(t.tax_count, 1);
	assert_true(span_is(t.taxes[0].reason, "Article 132; Article 135"));
}

static void sums_that_do_not_fit_are_an_error_and_never_wrap(void **state)
{
	struct line lines[] = { line("EUR", MONEY_LIMIT - 1, TAX_ZERO, "0"), line("EUR", MONEY_LIMIT - 1, TAX_ZERO, "0") };
	struct totals t;

	assert_int_equal(totals_add_up(*state, lines, 2, currency("EUR"), &t, &why), ERR_INVALID);
	lines[0] = line("EUR", MONEY_LIMIT - 1, TAX_STANDARD, "1");
	assert_int_equal(totals_add_up(*state, lines, 1, currency("EUR"), &t, &why), ERR_INVALID);
}

/* --- the line's net --- */

static int64_t net_of(const char *code, const char *quantity, const char *price)
{
	struct customer customer = { .currency = currency(code) };
	struct add_charge c = { .has_quantity = true,
		.has_unit_price = true,
		.quantity = decimal(quantity),
		.unit_price = decimal(price),
		.tax = { TAX_ZERO, { 0 } } };
	struct line made;

	if (charge_line(&c, &customer, &made, &why) != OK)
		return -1;
	return made.net.minor;
}

static void a_net_is_quantity_times_price_rounded_once(void **state)
{
	(void)state;
	assert_int_equal(net_of("EUR", "3", "0.335"), 101);      /* 1.005 */
	assert_int_equal(net_of("EUR", "1", "0.005"), 1);        /* half a cent */
	assert_int_equal(net_of("EUR", "1", "0.0049999999"), 0);
	assert_int_equal(net_of("EUR", "1000000", "0.0000012345"), 123);
	assert_int_equal(net_of("JPY", "3", "0.5"), 2);          /* 1.5 yen */
	assert_int_equal(net_of("BHD", "0.5", "0.001"), 1);      /* half a fils */
	assert_int_equal(net_of("EUR", "0", "99.99"), 0);
	assert_int_equal(net_of("EUR", "9007199254740", "999"), -1);
	assert_string_equal(why.code, "amount_too_large");
	assert_string_equal(why.field, "quantity");
}

static void a_one_off_charge_is_once_its_amount(void **state)
{
	struct customer customer = { .currency = currency("BHD") };
	struct add_charge c = { .has_amount = true, .amount = { 1250, currency("BHD") }, .tax = { TAX_EXEMPT, { 0 } } };
	struct line made;

	assert_int_equal(charge_line(&c, &customer, &made, &why), OK);
	assert_int_equal(made.net.minor, 1250);
	assert_string_equal(decimal_text(*state, made.quantity), "1");
	assert_string_equal(decimal_text(*state, made.unit_price), "1.25");
	assert_true(span_is(made.reason, "Exempt from tax"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(tax_is_taken_on_the_sum_and_not_line_by_line),
		WITH_ARENA(half_a_cent_of_tax_goes_up),
		WITH_ARENA(each_category_and_rate_has_its_own_total),
		WITH_ARENA(currencies_without_and_with_three_decimals_round_at_their_own_last_digit),
		WITH_ARENA(different_reasons_of_one_category_stand_side_by_side_once_each),
		WITH_ARENA(sums_that_do_not_fit_are_an_error_and_never_wrap),
		WITH_ARENA(a_net_is_quantity_times_price_rounded_once),
		WITH_ARENA(a_one_off_charge_is_once_its_amount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
