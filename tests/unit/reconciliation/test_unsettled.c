#include "world.h"

/* Payments that no payout names: looked at once, told with the day by which one was expected, ended by what comes. */

static const struct exception *told(const struct world *w, struct uuid payment)
{
	return book_find(w->book, BOOK_EXCEPTIONS, book_key_part(w->book, SPAN(MERCHANT), payment, EXCEPTION_PAYMENT_NOT_PAID_OUT));
}

/* What an open exception says of it; 0 where there is none. */
static int64_t lacks(const struct world *w, struct uuid payment)
{
	const struct exception *e = told(w, payment);
	return e && e->open ? e->amount.minor : 0;
}

static void run(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%s: %s", w->why.code, w->why.text);
}

struct till {
	struct world w;
	struct uuid invoice, payment;
};

/* A payment of 100.00 on 2 March 2026. */
static struct till till_open(struct arena *arena)
{
	struct till t = { .w = world_open(arena) };
	t.invoice = world_issue(&t.w, "c1", "NORD-000001", 10000);
	t.payment = world_id(&t.w);
	run(&t.w, world_payment(&t.w, "c1", t.payment, t.invoice, 10000));
	return t;
}

static void look(struct till *t)
{
	run(&t->w, world_own(&t->w, type_miss_settlement, t->payment));
}

static void pay_out(struct till *t, struct paid_line line)
{
	line.attempt = t->payment;
	run(&t->w, world_paid_lines(&t->w, world_id(&t->w), "po_1", "EUR", &line, 1));
}

static void refund(struct till *t, int64_t minor)
{
	run(&t->w, world_refund(&t->w, "c1", t->payment, t->invoice, 10000, world_id(&t->w), minor, REFUND_REOPEN));
}

static void a_payment_that_no_payout_names_is_told_with_the_day_by_which_one_had_to(void **state)
{
	struct till t = till_open(*state);
	look(&t);
	const struct exception *e = told(&t.w, t.payment);
	assert_true(e && e->open && e->amount.minor == 10000);
	const char *detail =
		arena_printf(t.w.arena, "paid on 2026-03-02, pi_%s was to be in a payout by 2026-03-12", uuid_text(t.w.arena, t.invoice));
	assert_true(span_is(e->detail, detail));
	assert_true(span_is(e->stream, "@provider:main"));
	assert_int_equal(e->suggestion, SUGGEST_ASK);
	assert_proven(&t.w);
}

static void a_payment_that_is_in_a_payout_is_told_of_nobody(void **state)
{
	struct till t = till_open(*state);
	pay_out(&t, (struct paid_line){ .gross = 10000, .fee = 300 });
	look(&t);
	assert_null(told(&t.w, t.payment));
	assert_false(book_receipt(t.w.book, SPAN(MERCHANT), t.payment)->unsettled);
}

static void it_ends_when_a_payout_names_it(void **state)
{
	struct till t = till_open(*state);
	look(&t);
	pay_out(&t, (struct paid_line){ .gross = 4000 });
	assert_int_equal(lacks(&t.w, t.payment), 6000);
	pay_out(&t, (struct paid_line){ .gross = 6000 });
	assert_false(told(&t.w, t.payment)->open);
	assert_true(span_is(told(&t.w, t.payment)->closed_by, "machine"));
}

static void what_went_back_to_its_payer_is_not_waited_for(void **state)
{
	struct till t = till_open(*state);
	refund(&t, 3000);
	look(&t);
	assert_int_equal(lacks(&t.w, t.payment), 7000);
	/* The refund in a payout is the same refund. */
	pay_out(&t, (struct paid_line){ .gross = -3000, .refund = true });
	assert_int_equal(lacks(&t.w, t.payment), 7000);
	refund(&t, 7000);
	assert_false(told(&t.w, t.payment)->open);
	assert_proven(&t.w);
}

static void what_was_refunded_in_whole_before_its_day_is_told_of_nobody(void **state)
{
	struct till t = till_open(*state);
	refund(&t, 10000);
	look(&t);
	assert_null(told(&t.w, t.payment));
}

static void what_a_payer_disputes_in_whole_is_in_a_payout(void **state)
{
	struct till t = till_open(*state);
	look(&t);
	pay_out(&t, (struct paid_line){ .gross = -10000, .fee = 1500 });
	assert_false(told(&t.w, t.payment)->open);
}

static void what_a_person_closed_stays_closed(void **state)
{
	struct till t = till_open(*state);
	look(&t);
	run(&t.w, world_command(&t.w, "CloseException", world_path(&t.w, "exceptions", told(&t.w, t.payment)->id, "close"), ""));
	assert_false(told(&t.w, t.payment)->open);
	look(&t);
	refund(&t, 1000);
	assert_false(told(&t.w, t.payment)->open);
}

static void more_that_was_captured_must_be_in_a_payout_too(void **state)
{
	struct till t = till_open(*state);
	pay_out(&t, (struct paid_line){ .gross = 10000 });
	look(&t);
	run(&t.w, world_payment(&t.w, "c1", t.payment, t.invoice, 12500));
	assert_true(book_receipt(t.w.book, SPAN(MERCHANT), t.payment)->unsettled);
	look(&t);
	assert_int_equal(lacks(&t.w, t.payment), 2500);
}

static void where_a_payout_of_those_days_is_known_by_its_sum_alone_nobody_can_say(void **state)
{
	struct till t = till_open(*state);
	t.w.day.day = book_receipt(t.w.book, SPAN(MERCHANT), t.payment)->value_date.day;
	run(&t.w, world_paid_sum(&t.w, world_id(&t.w), "po_sum", "EUR", 0, 10000, 300));
	look(&t);
	assert_null(told(&t.w, t.payment));
}

static void what_lacks_is_never_below_0(void **state)
{
	struct currency eur = { "EUR" };
	struct receipt r = { .currency = eur, .amount = 10000, .refunded = 2000 };
	struct settlement s = { .named = 8000 };
	(void)state;
	assert_int_equal(settlement_lacks(&s, &r), 0);
	s.named = 7999;
	assert_int_equal(settlement_lacks(&s, &r), 1);
	s.named = 20000;
	assert_int_equal(settlement_lacks(&s, &r), 0);
	s = (struct settlement){ .exchanged = true };
	assert_int_equal(settlement_lacks(&s, &r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_payment_that_no_payout_names_is_told_with_the_day_by_which_one_had_to),
		WITH_ARENA(a_payment_that_is_in_a_payout_is_told_of_nobody),
		WITH_ARENA(it_ends_when_a_payout_names_it),
		WITH_ARENA(what_went_back_to_its_payer_is_not_waited_for),
		WITH_ARENA(what_was_refunded_in_whole_before_its_day_is_told_of_nobody),
		WITH_ARENA(what_a_payer_disputes_in_whole_is_in_a_payout),
		WITH_ARENA(what_a_person_closed_stays_closed),
		WITH_ARENA(more_that_was_captured_must_be_in_a_payout_too),
		WITH_ARENA(where_a_payout_of_those_days_is_known_by_its_sum_alone_nobody_can_say),
		WITH_ARENA(what_lacks_is_never_below_0),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
