#include "world.h"

/* What a payment may lack of what is owed: the policy at its borders, and what becomes of it in the books. */

/* ---- the policy ---- */

static struct difference_policy policy(void)
{
	struct difference_policy p = difference_default(SPAN("nord"), (struct currency){ "EUR" });
	p.short_most = 50;
	p.short_share = 100;
	p.discount_share = 200;
	p.discount_days = 10;
	p.grace_days = 2;
	p.known_charges = SPAN("700\n1250");
	return p;
}

static struct settling paid(int64_t open, int64_t paid)
{
	return (struct settling){ .open = open, .paid = paid, .may_discount = true, .issued = { 100 }, .valued = { 105 } };
}

static enum difference_kind kind_of(const struct difference_policy *p, struct settling s)
{
	struct found_difference found = difference_find(p, &s);
	assert_int_equal(found.minor, found.kind == DIFFERENCE_NONE ? 0 : s.open - s.paid);
	return found.kind;
}

static void without_a_policy_nothing_but_told_charges_may_lack(void **state)
{
	struct difference_policy p = difference_default(SPAN("nord"), (struct currency){ "JPY" });
	(void)state;
	for (int64_t lacks = 0; lacks <= 1000; lacks++) {
		struct settling s = paid(1001, 1001 - lacks);
		assert_int_equal(kind_of(&p, s), DIFFERENCE_NONE);
		s.charges_told = 300;
		assert_int_equal(kind_of(&p, s), lacks == 300 ? DIFFERENCE_CHARGES : DIFFERENCE_NONE);
	}
}

static void a_tolerance_ends_at_its_amount_and_at_its_share(void **state)
{
	struct difference_policy p = policy();
	(void)state;
	p.discount_share = 0;
	for (int64_t lacks = 1; lacks < 200; lacks++) {
		/* 50 of 20000: the amount is less than 1 %. */
		assert_int_equal(kind_of(&p, paid(20000, 20000 - lacks)), lacks <= 50 ? DIFFERENCE_TOLERANCE : DIFFERENCE_NONE);
		/* 1 % of 1999 is 19.99. */
		assert_int_equal(kind_of(&p, paid(1999, 1999 - lacks)), lacks <= 19 ? DIFFERENCE_TOLERANCE : DIFFERENCE_NONE);
	}
	/* Too much is never lacking. */
	for (int64_t over = 0; over < 60; over++)
		assert_int_equal(kind_of(&p, paid(20000, 20000 + over)), DIFFERENCE_NONE);
}

static void a_discount_is_exact_to_the_rounding_and_ends_with_its_days(void **state)
{
	struct difference_policy p = policy();
	(void)state;
	p.short_most = 0;
	/* 2 % of 12345 is 246.9. */
	for (int64_t lacks = 1; lacks < 600; lacks++)
		assert_int_equal(
			kind_of(&p, paid(12345, 12345 - lacks)), lacks == 246 || lacks == 247 ? DIFFERENCE_DISCOUNT : DIFFERENCE_NONE);
	for (int day = 90; day < 130; day++) {
		struct settling s = paid(10000, 9800);
		s.valued.day = day;
		assert_int_equal(kind_of(&p, s), day <= 112 ? DIFFERENCE_DISCOUNT : DIFFERENCE_NONE);
		assert_int_equal(difference_dispute(&p, &s), day <= 112 ? DISPUTE_NONE : DISPUTE_LATE);
	}
	struct settling before = paid(10000, 9800);
	before.may_discount = false;
	assert_int_equal(kind_of(&p, before), DIFFERENCE_NONE);
}

static void what_is_deducted_beyond_the_discount_is_disputed_up_to_twice_of_it(void **state)
{
	struct difference_policy p = policy();
	(void)state;
	p.short_most = 0;
	for (int64_t lacks = 1; lacks < 700; lacks++) {
		struct settling s = paid(10000, 10000 - lacks);
		assert_int_equal(difference_dispute(&p, &s), lacks > 200 && lacks <= 400 ? DISPUTE_EXCESS : DISPUTE_NONE);
	}
}

static void charges_are_what_is_told_or_known_up_to_their_most(void **state)
{
	struct difference_policy p = policy();
	(void)state;
	for (int64_t lacks = 600; lacks < 1300; lacks++) {
		struct settling s = paid(100000, 100000 - lacks);
		s.charges_told = 1000;
		assert_int_equal(kind_of(&p, s), lacks == 700 || lacks == 1000 || lacks == 1250 ? DIFFERENCE_CHARGES : DIFFERENCE_NONE);
		p.charges_most = 1000;
		assert_int_equal(kind_of(&p, s), lacks == 700 || lacks == 1000 ? DIFFERENCE_CHARGES : DIFFERENCE_NONE);
		p.charges_most = 0;
		p.takes_charges = false;
		assert_int_equal(kind_of(&p, s), lacks == 700 || lacks == 1250 ? DIFFERENCE_CHARGES : DIFFERENCE_NONE);
		p.takes_charges = true;
	}
}

static void told_charges_are_those_of_the_currency(void **state)
{
	struct line line = { .amount = { 9700, { "EUR" } } };
	struct line_detail d = { .charges = SPAN("EUR 3.00 included COMM\nUSD 5.00 included\nEUR 0.50") };
	(void)state;
	assert_int_equal(line_charges(&line, &d), 350);
	assert_int_equal(line_charges(&line, NULL), 0);
	/* None told: what the payer had instructed is more. */
	d = (struct line_detail){ .original = 10000, .original_currency = SPAN("EUR"), .charges = SPAN("") };
	assert_int_equal(line_charges(&line, &d), 300);
	d.original_currency = SPAN("USD");
	assert_int_equal(line_charges(&line, &d), 0);
	d = (struct line_detail){ .original = 9000, .original_currency = SPAN("EUR"), .charges = SPAN("") };
	assert_int_equal(line_charges(&line, &d), 0);
}

static void told_charges_have_the_digits_of_their_currency(void **state)
{
	static const struct {
		const char *code, *charges;
		int64_t minor;
	} told[] = {
		{ "JPY", "JPY 300 included", 300 },
		{ "JPY", "JPY 3.50 included", 0 },
		{ "JPY", "JPY 300.00", 300 },
		{ "BHD", "BHD 1.250", 1250 },
		{ "BHD", "BHD 1.2505", 0 },
		{ "BHD", "BHD 1.25", 1250 },
		{ "EUR", "EUR 1.250", 125 },
		{ "EUR", "EUR 1.255", 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct line line = { .amount = { 100000, { "" } } };
		struct line_detail d = { .charges = span_of(told[i].charges) };
		memcpy(line.amount.currency.code, told[i].code, 4);
		assert_int_equal(line_charges(&line, &d), told[i].minor);
	}
}

static void a_share_is_rounded_to_the_minor_unit_whatever_that_is(void **state)
{
	/* 2 % of JPY 1,001 is 20.02 yen, of BHD 12.345 it is 0.2469: what lacks is 20 or 21 yen, 246 or 247 fils, and 20 fen of CNY 10.00 exactly. */
	static const struct {
		const char *code;
		int64_t open, least, most;
	} shares[] = { { "JPY", 1001, 20, 21 }, { "BHD", 12345, 246, 247 }, { "CNY", 1000, 20, 20 }, { "JPY", 1, 0, 1 } };
	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		struct difference_policy p = policy();
		p.short_most = 0;
		memcpy(p.currency.code, shares[i].code, 4);
		for (int64_t lacks = 1; lacks < 300 && lacks < shares[i].open; lacks++)
			assert_int_equal(kind_of(&p, paid(shares[i].open, shares[i].open - lacks)),
				lacks == shares[i].least || lacks == shares[i].most ? DIFFERENCE_DISCOUNT : DIFFERENCE_NONE);
	}
}

/* ---- in the books ---- */

static void run(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%s %s: %s", w->why.code, w->why.field, w->why.text);
	assert_proven(w);
}

static void define(struct world *w, const char *fields)
{
	run(w, world_command(w, "DefineDifferences", "/v1/differences/policies", fields));
}

#define TERMS "\"currency\":\"EUR\",\"short_most\":50,\"discount_share\":200,\"discount_days\":10"
#define PAYER "DE89370400440532013000"

static void a_tolerated_rest_is_written_off_with_its_tax_and_comes_back_with_a_return(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 11970, .text = "NORD-000001", .end_to_end = "E-1" });
	assert_string_equal(world_rule(&w, line), "number");
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_item(&w, id)->allocated, 11970);
	assert_int_equal(world_item(&w, id)->written_off, 30);
	assert_int_equal(world_balance(&w, CHART_WRITE_OFF), 25);
	assert_int_equal(world_balance(&w, CHART_TAX), -1995);
	struct uuid back = world_line(&w, (struct line_of){ .minor = -11970, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(world_line_now(&w, back)->as, LINE_AS_RETURN);
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_item(&w, id)->written_off, 0);
	assert_int_equal(world_balance(&w, CHART_WRITE_OFF), 0);
	assert_int_equal(world_balance(&w, CHART_TAX), -2000);
	/* The bank takes its return back: all is as it was. */
	world_line(&w, (struct line_of){ .minor = 11970, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_item(&w, id)->written_off, 30);
	assert_int_equal(world_balance(&w, CHART_WRITE_OFF), 25);
}

static void a_discount_taken_in_time_is_granted_and_goes_with_an_unmatch(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 11760, .text = "NORD-000001 abzgl. 2% Skonto" });
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->discounted, 240);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_DISCOUNTS), 200);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_int_equal(world_item(&w, id)->discounted, 0);
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_balance(&w, CHART_DISCOUNTS), 0);
	assert_int_equal(world_balance(&w, CHART_TAX), -2000);
}

static void what_was_paid_in_part_has_no_discount_any_more(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	world_line(&w, (struct line_of){ .minor = 6000, .text = "NORD-000001" });
	world_line(&w, (struct line_of){ .minor = 5880, .text = "NORD-000001" });
	assert_int_equal(world_item(&w, id)->open, 120);
	assert_proven(&w);
}

static void told_charges_are_the_merchants_without_any_policy(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), other = world_issue(&w, "c1", "NORD-000002", 5000);
	world_line(&w, (struct line_of){ .minor = 11500, .text = "NORD-000001", .charges = "EUR 5.00 included SHA" });
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_item(&w, id)->written_off, 500);
	assert_int_equal(world_balance(&w, CHART_BANK_CHARGES), 500);
	assert_int_equal(world_balance(&w, CHART_TAX), -2833);
	/* Another amount than is told is a part. */
	world_line(&w, (struct line_of){ .minor = 4000, .text = "NORD-000002", .charges = "EUR 5.00 included SHA" });
	assert_int_equal(world_item(&w, other)->open, 1000);
	assert_proven(&w);
}

static void a_credit_note_undoes_the_difference_before_it_frees_the_payment(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	world_line(&w, (struct line_of){ .minor = 11760, .text = "NORD-000001" });
	run(&w, world_credit_note(&w, "c1", id, world_id(&w), 100));
	assert_int_equal(world_item(&w, id)->discounted, 140);
	assert_int_equal(world_item(&w, id)->credited, 100);
	run(&w, world_credit_note(&w, "c1", id, world_id(&w), 1000));
	assert_int_equal(world_item(&w, id)->discounted, 0);
	assert_int_equal(world_item(&w, id)->allocated, 10900);
	assert_int_equal(world_balance(&w, CHART_DISCOUNTS), 0);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -860);
}

static void several_documents_less_their_discount_are_paid(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid one = world_issue(&w, "c1", "NORD-000001", 12000), two = world_issue(&w, "c1", "NORD-000002", 5000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 16660, .text = "NORD-000001 NORD-000002" });
	assert_string_equal(world_rule(&w, line), "numbers_discounted");
	assert_proven(&w);
	assert_int_equal(world_item(&w, one)->discounted, 240);
	assert_int_equal(world_item(&w, two)->discounted, 100);
	assert_int_equal(world_item(&w, one)->open + world_item(&w, two)->open, 0);
}

static void a_selection_that_may_also_be_a_discount_waits(void **state)
{
	struct world w = world_open(*state);
	define(&w, "\"currency\":\"EUR\",\"discount_share\":4000,\"discount_days\":10");
	world_issue(&w, "c1", "NORD-000001", 6000);
	world_issue(&w, "c1", "NORD-000002", 4000);
	/* The first of them, or both less two fifths. */
	struct uuid line = world_line(&w, (struct line_of){ .minor = 6000, .text = "NORD-000001 NORD-000002" });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_string_equal(world_rule(&w, line), "numbers_several");
}

static void a_difference_never_makes_a_match(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	run(&w, world_customer(&w, "c1", 2, PAYER));
	/* Who pays is known, and the amount is near: a person says so. */
	struct uuid line = world_line(&w, (struct line_of){ .minor = 11980, .text = "danke", .iban = PAYER });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_int_equal(world_item(&w, id)->open, 12000);
	/* Two that are near are none, and neither is one exact and one less its discount. */
	world_issue(&w, "c1", "NORD-000002", 11760);
	line = world_line(&w, (struct line_of){ .minor = 11760, .text = "danke", .iban = PAYER });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_string_equal(world_rule(&w, line), "payer_amount_several");
	/* From another's account the number alone is not enough for more than it would be without. */
	world_issue(&w, "c2", "NORD-000009", 12000);
	line = world_line(&w, (struct line_of){ .minor = 11980, .text = "NORD-000009", .iban = PAYER });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_proven(&w);
}

static void of_an_instalment_plan_the_part_that_is_due_is_settled(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue_parts(&w, "c1", "NORD-000001", 6000, 6000);
	world_line(&w, (struct line_of){ .minor = 5990, .text = "NORD-000001" });
	assert_proven(&w);
	const struct open_item *first = book_item(w.book, SPAN(MERCHANT), id, 1), *second = book_item(w.book, SPAN(MERCHANT), id, 2);
	assert_int_equal(first->open, 0);
	assert_int_equal(first->written_off, 10);
	assert_int_equal(second->open, 6000);
}

static void a_policy_is_its_currencys_and_holds_from_then_on(void **state)
{
	struct world w = world_open(*state);
	struct uuid before = world_issue(&w, "c1", "NORD-000001", 12000), after = world_issue(&w, "c1", "NORD-000002", 12000);
	define(&w, "\"currency\":\"JPY\",\"short_most\":50");
	world_line(&w, (struct line_of){ .minor = 11980, .text = "NORD-000001" });
	assert_int_equal(world_item(&w, before)->open, 20);
	define(&w, TERMS);
	assert_int_equal(world_item(&w, before)->open, 20);
	world_line(&w, (struct line_of){ .minor = 11980, .text = "NORD-000002" });
	assert_int_equal(world_item(&w, after)->open, 0);
	define(&w, "\"currency\":\"EUR\"");
	world_issue(&w, "c1", "NORD-000003", 100);
	assert_int_equal(world_item(&w, after)->open, 0);
}

static void a_policy_that_cannot_be_is_refused(void **state)
{
	static const char *const bad[] = { "\"currency\":\"EUR\",\"short_most\":-1", "\"currency\":\"EUR\",\"short_share\":10001",
		"\"currency\":\"EUR\",\"discount_share\":10000", "\"currency\":\"EUR\",\"discount_days\":366", "\"short_most\":1",
		"\"currency\":\"EUR\",\"known_charges\":[\"0\"]", "\"currency\":\"EUR\",\"known_charges\":[\"1x\"]",
		"\"currency\":\"EUR\",\"other\":1" };
	struct world w = world_open(*state);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(world_run(&w, world_command(&w, "DefineDifferences", "/v1/differences/policies", bad[i])), ERR_INVALID);
	define(&w, "\"currency\":\"EUR\",\"known_charges\":[\"700\",\"1250\"]");
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	world_line(&w, (struct line_of){ .minor = 10750, .text = "NORD-000001" });
	assert_int_equal(world_balance(&w, CHART_BANK_CHARGES), 1250);
	assert_int_equal(world_item(&w, id)->open, 0);
}

static const struct exception *disputed(const struct world *w)
{
	const struct exception *e;
	for (size_t i = 0; (e = book_next(w->book, BOOK_EXCEPTIONS, &i));)
		if (e->open && e->kind == EXCEPTION_DISCOUNT_DISPUTED)
			return e;
	return NULL;
}

static struct message *on(struct world *w, const char *type, const char *act)
{
	return world_command(w, type, world_path(w, "exceptions", disputed(w)->id, act), "");
}

/* 3 % where 2 % are due. */
static struct uuid dispute(struct world *w, const char *number, const char *ref)
{
	define(w, TERMS);
	struct uuid id = world_issue(w, "c1", number, 10000);
	struct uuid line = world_line(w, (struct line_of){ .minor = 9700, .text = number, .end_to_end = ref });
	assert_int_equal(world_line_now(w, line)->state, LINE_MATCHED);
	assert_int_equal(world_item(w, id)->open, 300);
	assert_int_equal(disputed(w)->amount.minor, 300);
	assert_proven(w);
	return id;
}

static void a_discount_that_is_not_due_is_granted_by_a_person(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = dispute(&w, "NORD-000001", "E-9");
	run(&w, on(&w, "AcceptSuggestion", "accept"));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_item(&w, id)->discounted, 300);
	assert_null(disputed(&w));
	/* It goes with the payment all the same. */
	world_line(&w, (struct line_of){ .minor = -9700, .end_to_end = "E-9", .return_reason = "AC04" });
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->open, 10000);
}

static void a_discount_that_is_claimed_stays_owed(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = dispute(&w, "NORD-000001", "E-9");
	run(&w, on(&w, "CloseException", "close"));
	assert_null(disputed(&w));
	assert_int_equal(world_item(&w, id)->open, 300);
}

static void a_dispute_ends_when_the_rest_is_paid_or_credited_or_the_payment_is_gone(void **state)
{
	struct world w = world_open(*state);
	dispute(&w, "NORD-000001", "E-9");
	world_line(&w, (struct line_of){ .minor = 300, .text = "NORD-000001" });
	assert_null(disputed(&w));
	struct uuid second = dispute(&w, "NORD-000002", "E-10");
	run(&w, world_credit_note(&w, "c1", second, world_id(&w), 300));
	assert_null(disputed(&w));
	dispute(&w, "NORD-000003", "E-11");
	world_line(&w, (struct line_of){ .minor = -9700, .end_to_end = "E-11", .return_reason = "AC04" });
	assert_null(disputed(&w));
	assert_proven(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(without_a_policy_nothing_but_told_charges_may_lack),
		WITH_ARENA(a_tolerance_ends_at_its_amount_and_at_its_share),
		WITH_ARENA(a_discount_is_exact_to_the_rounding_and_ends_with_its_days),
		WITH_ARENA(what_is_deducted_beyond_the_discount_is_disputed_up_to_twice_of_it),
		WITH_ARENA(charges_are_what_is_told_or_known_up_to_their_most),
		WITH_ARENA(told_charges_are_those_of_the_currency),
		WITH_ARENA(told_charges_have_the_digits_of_their_currency),
		WITH_ARENA(a_share_is_rounded_to_the_minor_unit_whatever_that_is),
		WITH_ARENA(a_tolerated_rest_is_written_off_with_its_tax_and_comes_back_with_a_return),
		WITH_ARENA(a_discount_taken_in_time_is_granted_and_goes_with_an_unmatch),
		WITH_ARENA(what_was_paid_in_part_has_no_discount_any_more),
		WITH_ARENA(told_charges_are_the_merchants_without_any_policy),
		WITH_ARENA(a_credit_note_undoes_the_difference_before_it_frees_the_payment),
		WITH_ARENA(several_documents_less_their_discount_are_paid),
		WITH_ARENA(a_selection_that_may_also_be_a_discount_waits),
		WITH_ARENA(a_difference_never_makes_a_match),
		WITH_ARENA(of_an_instalment_plan_the_part_that_is_due_is_settled),
		WITH_ARENA(a_policy_is_its_currencys_and_holds_from_then_on),
		WITH_ARENA(a_policy_that_cannot_be_is_refused),
		WITH_ARENA(a_discount_that_is_not_due_is_granted_by_a_person),
		WITH_ARENA(a_discount_that_is_claimed_stays_owed),
		WITH_ARENA(a_dispute_ends_when_the_rest_is_paid_or_credited_or_the_payment_is_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
