#include "world.h"

/* What a payment has too much: the policy at its borders, what is kept of it in the books, and that it goes back with the payment alone. */

#define PAYER "DE89370400440532013000"
#define TERMS "\"currency\":\"EUR\",\"over_most\":5"

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

static struct uuid pay(struct world *w, struct line_of of)
{
	struct uuid line = world_line(w, of);
	assert_proven(w);
	return line;
}

static enum err match(struct world *w, struct uuid line, const char *fields)
{
	enum err err = world_run(w, world_command(w, "MatchLine", world_path(w, "lines", line, "match"), fields));
	assert_proven(w);
	return err;
}

static const struct receipt *receipt_of(const struct world *w, struct uuid line)
{
	const struct receipt *r;
	for (size_t i = 0; (r = book_next(w->book, BOOK_RECEIPTS, &i));)
		if (uuid_equal(r->source, line))
			return r;
	fail_msg("the line is no receipt");
	return NULL;
}

/* What is kept, and what is the customer's, by the receipt and in the ledger; the latter of all receipts. */
static void assert_kept(const struct world *w, struct uuid line, int64_t kept, int64_t unapplied)
{
	assert_int_equal(receipt_of(w, line)->kept, kept);
	assert_int_equal(receipt_of(w, line)->unapplied, unapplied);
	assert_int_equal(world_balance(w, CHART_DIFFERENCE_INCOME), -kept);
	assert_int_equal(world_balance(w, CHART_UNAPPLIED), -unapplied);
}

static size_t overpayments(const struct world *w)
{
	const struct exception *e;
	size_t n = 0;
	for (size_t i = 0; (e = book_next(w->book, BOOK_EXCEPTIONS, &i));)
		n += e->open && (e->kind == EXCEPTION_OVERPAYMENT || e->kind == EXCEPTION_DUPLICATE);
	return n;
}

/* ---- the policy ---- */

static void too_much_is_kept_up_to_the_amount_and_the_share_whatever_the_minor_unit_is(void **state)
{
	/* 1 % of JPY 1,001 is 10 yen, of BHD 12.345 it is 0.123, of EUR 200.00 it is more than the amount of 50. */
	static const struct {
		const char *code;
		int64_t open, most;
	} owed[] = { { "JPY", 1001, 10 }, { "BHD", 12345, 50 }, { "BHD", 1234, 12 }, { "EUR", 20000, 50 }, { "EUR", 1999, 19 },
		{ "JPY", 1, 0 } };
	(void)state;
	for (size_t i = 0; i < sizeof(owed) / sizeof(owed[0]); i++) {
		struct difference_policy p = difference_default(SPAN(MERCHANT), (struct currency){ "" });
		memcpy(p.currency.code, owed[i].code, 4);
		p.over_most = 50;
		p.over_share = 100;
		for (int64_t over = 0; over < 70; over++) {
			struct settling s = { .open = owed[i].open, .paid = owed[i].open + over };
			struct found_difference found = difference_find(&p, &s);
			bool kept = over > 0 && over <= owed[i].most;
			assert_int_equal(found.kind, kept ? DIFFERENCE_OVER : DIFFERENCE_NONE);
			assert_int_equal(found.minor, kept ? over : 0);
		}
	}
}

static void without_a_policy_or_a_debt_nothing_is_kept(void **state)
{
	struct difference_policy p = difference_default(SPAN(MERCHANT), (struct currency){ "EUR" });
	struct settling s = { .open = 10000, .paid = 10001 };
	(void)state;
	assert_int_equal(difference_find(&p, &s).kind, DIFFERENCE_NONE);
	p.over_most = 50;
	assert_int_equal(difference_find(&p, &s).kind, DIFFERENCE_OVER);
	s.open = 0;
	s.paid = 1;
	assert_int_equal(difference_find(&p, &s).kind, DIFFERENCE_NONE);
	/* Nor does the one tolerance stand in for the other. */
	p.short_most = 0;
	s.open = 10001;
	s.paid = 10000;
	assert_int_equal(difference_find(&p, &s).kind, DIFFERENCE_NONE);
}

/* ---- in the books ---- */

static void a_little_too_much_is_kept_and_goes_back_with_a_return(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12004, .text = "NORD-000001", .end_to_end = "E-1" });
	assert_string_equal(world_rule(&w, line), "number");
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_item(&w, id)->allocated, 12000);
	assert_kept(&w, line, 4, 0);
	assert_int_equal(overpayments(&w), 0);
	assert_int_equal(world_said(&w, "UnappliedChanged"), 0);
	/* Tax is what was invoiced. */
	assert_int_equal(world_balance(&w, CHART_TAX), -2000);
	pay(&w, (struct line_of){ .minor = -12004, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_kept(&w, line, 0, 0);
	/* The bank takes its return back: all is as it was. */
	pay(&w, (struct line_of){ .minor = 12004, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_kept(&w, line, 4, 0);
}

static void an_unmatch_takes_it_back_whole(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12004, .text = "NORD-000001" });
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_kept(&w, line, 0, 0);
	assert_int_equal(receipt_of(&w, line)->amount, 0);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), -12004);
}

static void beyond_the_tolerance_all_that_is_too_much_is_the_customers(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12006, .text = "NORD-000001" });
	assert_kept(&w, line, 0, 6);
	assert_int_equal(overpayments(&w), 1);
}

static void what_is_settled_already_keeps_nothing_of_a_second_payment(void **state)
{
	struct world w = world_open(*state);
	define(&w, "\"currency\":\"EUR\",\"over_most\":20000");
	world_issue(&w, "c1", "NORD-000001", 12000);
	pay(&w, (struct line_of){ .minor = 12000, .text = "NORD-000001" });
	struct uuid twin = pay(&w, (struct line_of){ .minor = 12000, .text = "NORD-000001" });
	assert_kept(&w, twin, 0, 12000);
	assert_int_equal(overpayments(&w), 1);
}

static void of_instalments_what_goes_beyond_the_one_pays_the_next(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue_parts(&w, "c1", "NORD-000001", 6000, 6000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 6003, .text = "NORD-000001" });
	assert_kept(&w, line, 0, 0);
	assert_int_equal(book_item(w.book, SPAN(MERCHANT), id, 2)->open, 5997);
}

static void a_tolerance_never_makes_a_match_and_makes_a_tie_of_two(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	run(&w, world_customer(&w, "c1", 2, PAYER));
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12003, .text = "danke", .iban = PAYER });
	assert_string_equal(world_rule(&w, line), "payer_other_amount");
	assert_int_equal(world_item(&w, id)->open, 12000);
	/* One is exactly that much, and one is with the tolerance. */
	world_issue(&w, "c1", "NORD-000002", 12003);
	line = pay(&w, (struct line_of){ .minor = 12003, .text = "danke", .iban = PAYER });
	assert_string_equal(world_rule(&w, line), "payer_amount_several");
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
}

static void of_another_payers_money_nothing_is_kept(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	run(&w, world_customer(&w, "c2", 2, PAYER));
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	const char *rf = span_cstr(w.arena, book_invoice(w.book, SPAN(MERCHANT), id)->rf);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12004, .reference = rf, .iban = PAYER });
	assert_string_equal(world_rule(&w, line), "reference");
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_kept(&w, line, 0, 4);
}

static void a_person_keeps_what_nobody_is_said_to_own_and_no_more_than_the_policy(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	world_issue(&w, "c1", "NORD-000001", 12000);
	world_issue(&w, "c1", "NORD-000002", 3000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 15005, .text = "thank you" }),
		    much = pay(&w, (struct line_of){ .minor = 12006, .text = "thank you" });
	/* A part that is left open has a better claim. */
	assert_int_equal(
		match(&w, line,
			"\"items\":[{\"invoice_number\":\"NORD-000001\"},{\"invoice_number\":\"NORD-000002\",\"amount\":{\"amount\":"
			"\"29.99\",\"currency\":\"EUR\"}}]"),
		ERR_REFUSED);
	assert_string_equal(w.why.code, "rest_unsaid");
	assert_int_equal(match(&w, much, "\"items\":[{\"invoice_number\":\"NORD-000001\"}]"), ERR_REFUSED);
	assert_string_equal(w.why.code, "rest_unsaid");
	assert_int_equal(match(&w, line, "\"items\":[{\"invoice_number\":\"NORD-000001\"},{\"invoice_number\":\"NORD-000002\"}]"), OK);
	assert_int_equal(receipt_of(&w, line)->allocated, 15000);
	assert_kept(&w, line, 5, 0);
}

static void whose_the_rest_is_by_a_persons_word_keeps_it(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12004, .text = "thank you" });
	assert_int_equal(match(&w, line, "\"customer_ref\":\"c1\",\"items\":[{\"invoice_number\":\"NORD-000001\"}]"), OK);
	assert_kept(&w, line, 0, 4);
}

static void documents_of_two_customers_leave_nothing_to_keep(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	world_issue(&w, "c1", "NORD-000001", 12000);
	world_issue(&w, "c2", "NORD-000002", 3000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 15004, .text = "thank you" });
	assert_int_equal(
		match(&w, line, "\"items\":[{\"invoice_number\":\"NORD-000001\"},{\"invoice_number\":\"NORD-000002\"}]"), ERR_REFUSED);
	assert_string_equal(w.why.code, "rest_unsaid");
}

static void a_suggestion_that_is_accepted_keeps_it_too(void **state)
{
	struct world w = world_open(*state);
	const struct exception *e;
	define(&w, TERMS);
	run(&w, world_named_customer(&w, "c1", 2, NULL, "Ada Byron"));
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12004, .text = "NORD-000001", .name = "Grace Hopper" });
	assert_string_equal(world_rule(&w, line), "number_other_payer");
	for (size_t i = 0; (e = book_next(w.book, BOOK_EXCEPTIONS, &i)) && !uuid_equal(e->subject, line);)
		;
	run(&w, world_command(&w, "AcceptSuggestion", world_path(&w, "exceptions", e->id, "accept"), ""));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_kept(&w, line, 4, 0);
}

static void a_return_of_a_part_takes_what_was_kept_before_what_was_paid(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 12004, .text = "NORD-000001", .end_to_end = "E-1" });
	struct uuid back = pay(&w, (struct line_of){ .minor = -3, .end_to_end = "E-1", .return_reason = "AC04" });
	const char *of = arena_printf(w.arena, "\"return_of\":\"%s\"", uuid_text(w.arena, line));
	assert_int_equal(match(&w, back, of), OK);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_kept(&w, line, 0, 1);
	/* A person takes that back: the three are there again, and are the customer's with the one until somebody says otherwise. */
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", back, "unmatch"), ""));
	assert_kept(&w, line, 0, 4);
	back = pay(&w, (struct line_of){ .minor = -5004, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(match(&w, back, of), OK);
	assert_int_equal(world_item(&w, id)->open, 5000);
	assert_kept(&w, line, 0, 0);
}

static void what_was_kept_stays_when_the_invoice_is_credited_or_owed_again_for_another_payment(void **state)
{
	struct world w = world_open(*state);
	define(&w, TERMS);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	pay(&w, (struct line_of){ .minor = 5000, .text = "NORD-000001", .end_to_end = "E-1" });
	struct uuid line = pay(&w, (struct line_of){ .minor = 7004, .text = "NORD-000001", .end_to_end = "E-2" });
	assert_kept(&w, line, 4, 0);
	pay(&w, (struct line_of){ .minor = -5000, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(world_item(&w, id)->open, 5000);
	assert_kept(&w, line, 4, 0);
	run(&w, world_credit_note(&w, "c1", id, world_id(&w), 12000));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_kept(&w, line, 4, 7000);
	/* And the money that is the customer's again is returned with what was kept of it. */
	pay(&w, (struct line_of){ .minor = -7004, .end_to_end = "E-2", .return_reason = "AC04" });
	assert_kept(&w, line, 0, 0);
}

static void a_share_or_an_amount_that_cannot_be_is_refused(void **state)
{
	static const char *const bad[] = { "\"currency\":\"EUR\",\"over_most\":-1", "\"currency\":\"EUR\",\"over_share\":10001",
		"\"currency\":\"EUR\",\"over_most\":\"5\"" };
	struct world w = world_open(*state);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(world_run(&w, world_command(&w, "DefineDifferences", "/v1/differences/policies", bad[i])), ERR_INVALID);
	define(&w, "\"currency\":\"EUR\",\"over_most\":1000,\"over_share\":1");
	world_issue(&w, "c1", "NORD-000001", 12000);
	/* A hundredth of a percent of 120.00 is 1.2 cents. */
	struct uuid line = pay(&w, (struct line_of){ .minor = 12001, .text = "NORD-000001" });
	assert_kept(&w, line, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(too_much_is_kept_up_to_the_amount_and_the_share_whatever_the_minor_unit_is),
		WITH_ARENA(without_a_policy_or_a_debt_nothing_is_kept),
		WITH_ARENA(a_little_too_much_is_kept_and_goes_back_with_a_return),
		WITH_ARENA(an_unmatch_takes_it_back_whole),
		WITH_ARENA(beyond_the_tolerance_all_that_is_too_much_is_the_customers),
		WITH_ARENA(what_is_settled_already_keeps_nothing_of_a_second_payment),
		WITH_ARENA(of_instalments_what_goes_beyond_the_one_pays_the_next),
		WITH_ARENA(a_tolerance_never_makes_a_match_and_makes_a_tie_of_two),
		WITH_ARENA(of_another_payers_money_nothing_is_kept),
		WITH_ARENA(a_person_keeps_what_nobody_is_said_to_own_and_no_more_than_the_policy),
		WITH_ARENA(whose_the_rest_is_by_a_persons_word_keeps_it),
		WITH_ARENA(documents_of_two_customers_leave_nothing_to_keep),
		WITH_ARENA(a_suggestion_that_is_accepted_keeps_it_too),
		WITH_ARENA(a_return_of_a_part_takes_what_was_kept_before_what_was_paid),
		WITH_ARENA(what_was_kept_stays_when_the_invoice_is_credited_or_owed_again_for_another_payment),
		WITH_ARENA(a_share_or_an_amount_that_cannot_be_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
