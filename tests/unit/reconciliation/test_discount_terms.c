#include "world.h"

/* A discount for early payment by an invoice's own terms: before the policy's, with its days of grace, of what credit notes have left. */

#define STEPS(...)                                                                              \
	(struct discount)                                                                       \
	{                                                                                       \
		sizeof((struct discount_step[]){ __VA_ARGS__ }) / sizeof(struct discount_step), \
		{                                                                               \
			__VA_ARGS__                                                             \
		}                                                                               \
	}

/* ---- the terms alone ---- */

static struct difference_policy no_policy(void)
{
	return difference_default(SPAN("nord"), (struct currency){ "EUR" });
}

static struct settling paid(struct discount terms, int after, int64_t lacks)
{
	return (struct settling){
		.open = 10000, .paid = 10000 - lacks, .may_discount = true, .issued = { 100 }, .valued = { 100 + after }, .terms = terms
	};
}

static enum difference_kind kind_of(const struct difference_policy *p, struct settling s)
{
	return difference_find(p, &s).kind;
}

static void the_terms_of_an_invoice_need_no_policy(void **state)
{
	struct difference_policy p = no_policy();
	struct discount terms = STEPS({ 200, 10 });
	(void)state;
	for (int64_t lacks = 1; lacks < 400; lacks++)
		assert_int_equal(kind_of(&p, paid(terms, 10, lacks)), lacks == 200 ? DIFFERENCE_DISCOUNT : DIFFERENCE_NONE);
	assert_int_equal(kind_of(&p, paid(terms, 11, 200)), DIFFERENCE_NONE);
	assert_int_equal(kind_of(&p, paid((struct discount){ 0 }, 1, 200)), DIFFERENCE_NONE);
}

static void they_come_before_the_policys_and_its_grace_still_counts(void **state)
{
	struct difference_policy p = no_policy();
	struct discount terms = STEPS({ 300, 5 });
	(void)state;
	p.discount_share = 200;
	p.discount_days = 30;
	p.grace_days = 2;
	assert_int_equal(kind_of(&p, paid(terms, 7, 300)), DIFFERENCE_DISCOUNT);
	assert_int_equal(kind_of(&p, paid(terms, 8, 300)), DIFFERENCE_NONE);
	/* The policy's is for those that say nothing. */
	assert_int_equal(kind_of(&p, paid(terms, 1, 200)), DIFFERENCE_NONE);
	assert_int_equal(kind_of(&p, paid((struct discount){ 0 }, 1, 200)), DIFFERENCE_DISCOUNT);
}

static void each_step_ends_with_its_own_day_and_less_may_always_be_taken(void **state)
{
	static const struct {
		int after;
		int64_t lacks;
		enum difference_kind kind;
		enum dispute dispute;
		int64_t most;
	} cases[] = {
		{ 0, 300, DIFFERENCE_DISCOUNT, DISPUTE_NONE, 300 },
		{ 5, 300, DIFFERENCE_DISCOUNT, DISPUTE_NONE, 300 },
		{ 5, 100, DIFFERENCE_DISCOUNT, DISPUTE_NONE, 300 },
		{ 5, 400, DIFFERENCE_NONE, DISPUTE_EXCESS, 300 },
		{ 6, 300, DIFFERENCE_NONE, DISPUTE_LATE, 100 },
		{ 6, 100, DIFFERENCE_DISCOUNT, DISPUTE_NONE, 100 },
		{ 6, 150, DIFFERENCE_NONE, DISPUTE_EXCESS, 100 },
		{ 20, 100, DIFFERENCE_DISCOUNT, DISPUTE_NONE, 100 },
		{ 21, 100, DIFFERENCE_NONE, DISPUTE_LATE, 0 },
		{ 21, 300, DIFFERENCE_NONE, DISPUTE_LATE, 0 },
		{ 21, 150, DIFFERENCE_NONE, DISPUTE_NONE, 0 },
	};
	struct difference_policy p = no_policy();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settling s = paid(STEPS({ 300, 5 }, { 100, 20 }), cases[i].after, cases[i].lacks);
		struct due_discount due;
		assert_int_equal(kind_of(&p, s), cases[i].kind);
		assert_int_equal(difference_dispute(&p, &s), cases[i].dispute);
		assert_int_equal(difference_discount(&p, &s, &due) ? due.minor : 0, cases[i].most);
	}
}

static void what_was_paid_before_leaves_nothing_to_deduct(void **state)
{
	struct difference_policy p = no_policy();
	struct settling s = paid(STEPS({ 200, 10 }), 1, 200);
	struct due_discount due;
	(void)state;
	s.may_discount = false;
	assert_int_equal(kind_of(&p, s), DIFFERENCE_NONE);
	assert_int_equal(difference_dispute(&p, &s), DISPUTE_NONE);
	assert_false(difference_discount(&p, &s, &due));
}

static void they_are_read_as_they_are_kept_and_said_for_people(void **state)
{
	struct discount d = discount_read(SPAN("300 5\n125 20"));
	assert_int_equal(d.count, 2);
	assert_int_equal(d.steps[0].share, 300);
	assert_int_equal(d.steps[1].days, 20);
	assert_true(span_is(discount_text(*state, &d, (struct date){ 20500 }), "3 % until 2026-02-21, 1.25 % until 2026-03-08"));
	d = STEPS({ 250, 0 }, { 5, 1 });
	assert_true(span_is(discount_text(*state, &d, (struct date){ 20500 }), "2.5 % until 2026-02-16, 0.05 % until 2026-02-17"));
	d = discount_read(SPAN(""));
	assert_int_equal(d.count, 0);
	assert_int_equal(discount_text(*state, &d, (struct date){ 20500 }).size, 0);
}

/* ---- in the books ---- */

static struct uuid pay_later(struct world *w, int days, struct line_of line)
{
	w->day.day += days;
	struct uuid id = world_line(w, line);
	assert_proven(w);
	return id;
}

static const struct exception *disputed(const struct world *w)
{
	const struct exception *e;
	for (size_t i = 0; (e = book_next(w->book, BOOK_EXCEPTIONS, &i));)
		if (e->open && e->kind == EXCEPTION_DISCOUNT_DISPUTED)
			return e;
	return NULL;
}

static void a_discount_of_the_invoice_is_granted_without_any_policy_and_goes_with_the_match(void **state)
{
	struct world w = world_open(*state);
	w.terms = STEPS({ 300, 10 });
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = pay_later(&w, 1, (struct line_of){ .minor = 11640, .text = "NORD-000001 abzgl. 3% Skonto" });
	assert_string_equal(world_rule(&w, line), "number");
	assert_int_equal(world_item(&w, id)->discounted, 360);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_DISCOUNTS), 300);
	assert_int_equal(world_run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), "")), OK);
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_balance(&w, CHART_DISCOUNTS), 0);
}

static void a_credit_note_takes_its_part_of_the_discount_with_it(void **state)
{
	struct world w = world_open(*state);
	w.terms = STEPS({ 200, 10 });
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), other = world_issue(&w, "c2", "NORD-000002", 12000);
	assert_int_equal(world_run(&w, world_credit_note(&w, "c1", id, world_id(&w), 2000)), OK);
	assert_int_equal(world_run(&w, world_credit_note(&w, "c2", other, world_id(&w), 2000)), OK);
	pay_later(&w, 1, (struct line_of){ .minor = 9800, .text = "NORD-000001" });
	assert_int_equal(world_item(&w, id)->discounted, 200);
	assert_int_equal(world_item(&w, id)->open, 0);
	/* The share of the whole is more than is due. */
	pay_later(&w, 0, (struct line_of){ .minor = 9760, .text = "NORD-000002" });
	assert_int_equal(world_item(&w, other)->discounted, 0);
	assert_int_equal(world_item(&w, other)->open, 240);
	assert_non_null(disputed(&w));
}

static void several_invoices_are_paid_each_less_its_own(void **state)
{
	struct world w = world_open(*state);
	w.terms = STEPS({ 300, 10 });
	struct uuid one = world_issue(&w, "c1", "NORD-000001", 12000);
	w.terms = STEPS({ 100, 10 });
	struct uuid two = world_issue(&w, "c1", "NORD-000002", 5000);
	struct uuid line = pay_later(&w, 1, (struct line_of){ .minor = 11640 + 4950, .text = "NORD-000001 NORD-000002" });
	assert_string_equal(world_rule(&w, line), "numbers_discounted");
	assert_int_equal(world_item(&w, one)->discounted, 360);
	assert_int_equal(world_item(&w, two)->discounted, 50);
	assert_int_equal(world_item(&w, one)->open + world_item(&w, two)->open, 0);
}

static void what_is_taken_too_late_is_disputed_and_says_until_when_it_was(void **state)
{
	struct world w = world_open(*state);
	w.terms = STEPS({ 300, 2 }, { 100, 5 });
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 10000);
	pay_later(&w, 20, (struct line_of){ .minor = 9700, .text = "NORD-000001" });
	assert_int_equal(world_item(&w, id)->open, 300);
	assert_non_null(disputed(&w));
	assert_true(span_is(disputed(&w)->detail,
		"a discount was taken after its last day; the invoice grants 3 % until 2026-02-18, 1 % until 2026-02-21"));
	/* Who grants it all the same. */
	assert_int_equal(
		world_run(&w, world_command(&w, "AcceptSuggestion", world_path(&w, "exceptions", disputed(&w)->id, "accept"), "")), OK);
	assert_proven(&w);
	assert_int_equal(world_item(&w, id)->discounted, 300);
	assert_int_equal(world_item(&w, id)->open, 0);
}

static void terms_that_cannot_be_are_no_fact(void **state)
{
	struct world w = world_open(*state);
	const struct discount bad[] = { STEPS({ 0, 10 }), STEPS({ 10000, 10 }), STEPS({ 200, 366 }) };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		w.terms = bad[i];
		assert_int_equal(world_run(&w, world_invoice(&w, "c1", world_id(&w), "NORD-000001", "EUR", 12000, 0)), ERR_INVALID);
		assert_string_equal(w.why.field, "discounts");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(the_terms_of_an_invoice_need_no_policy),
		WITH_ARENA(they_come_before_the_policys_and_its_grace_still_counts),
		WITH_ARENA(each_step_ends_with_its_own_day_and_less_may_always_be_taken),
		WITH_ARENA(what_was_paid_before_leaves_nothing_to_deduct),
		WITH_ARENA(they_are_read_as_they_are_kept_and_said_for_people),
		WITH_ARENA(a_discount_of_the_invoice_is_granted_without_any_policy_and_goes_with_the_match),
		WITH_ARENA(a_credit_note_takes_its_part_of_the_discount_with_it),
		WITH_ARENA(several_invoices_are_paid_each_less_its_own),
		WITH_ARENA(what_is_taken_too_late_is_disputed_and_says_until_when_it_was),
		WITH_ARENA(terms_that_cannot_be_are_no_fact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
