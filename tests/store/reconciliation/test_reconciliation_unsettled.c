#include <string.h>

#include "tick.h"
#include "town.h"

/* Payments that no payout names, over a real database: when they are looked at, and by what a payout or a report names them. */

/* 20 March 2026, as due work is looked for; payments are of 2 March. */
#define LATE "select count(*) from exception where open and kind = 'payment_not_paid_out'"

struct paid {
	struct uuid invoice, attempt;
};

static struct paid pay(struct town *t, int64_t minor)
{
	struct paid p = { world_id(&t->world), world_id(&t->world) };
	const char *number = arena_printf(t->arena, "RE-2026-%04d", t->world.ids);
	town_do(t, world_invoice(&t->world, "c1", p.invoice, number, "EUR", minor, 0));
	town_do(t, world_payment(&t->world, "c1", p.attempt, p.invoice, minor));
	return p;
}

/* The provider's reference of it. */
static const char *reference(struct town *t, const struct paid *p)
{
	return arena_printf(t->arena, "pi_%s", uuid_text(t->arena, p->invoice));
}

static void pay_out(struct town *t, const char *ref, struct paid_line line)
{
	town_do(t, world_paid_lines(&t->world, world_id(&t->world), ref, "EUR", &line, 1));
}

static void report(struct town *t, const char *rows)
{
	struct span bytes =
		span_of(arena_printf(t->arena, "date,currency,gross,fee,net,payment,payout,kind,id,reference,original\n%s", rows));
	struct import_source source = import_bytes(&bytes);
	struct import_origin from = { SPAN(MERCHANT), SPAN("test"), SPAN("report.csv"), SPAN("") };
	struct imported out;
	struct why why = { 0 };
	if (import_run(t->db, t->arena, &from, &source, &out, &why) != OK || out.refused.rule != RULE_NONE)
		fail_msg("%s", why.text);
}

static void a_payment_that_is_in_no_payout_is_asked_about_once(void **state)
{
	struct town *t = *state;
	struct paid p = pay(t, 12000);
	assert_int_equal(town_number(t, "select (settle_by - date '2026-03-12')::bigint from receipt"), 0);
	town_due(t);
	assert_int_equal(town_number(t, LATE " and amount = 12000 and stream = '@provider:main' and suggestion = 'ask'"), 1);
	assert_string_equal(town_text(t, "select detail from exception where kind = 'payment_not_paid_out'"),
		arena_printf(t->arena, "paid on 2026-03-02, %s was to be in a payout by 2026-03-12", reference(t, &p)));
	assert_int_equal(town_number(t, "select count(*) from receipt where settle_by is not null"), 0);
	assert_int_equal(town_due(t), 0);
	assert_town_proven(t);
}

static void it_is_looked_at_on_the_day_after_and_not_before(void **state)
{
	struct town *t = *state;
	const struct duty *duty = reconciliation_duties;
	struct instant next, now = { INT64_C(1773273600000000) }; /* 2026-03-12T00:00Z */
	struct why why = { 0 };
	int64_t due;
	pay(t, 12000);
	while (strcmp(duty->name, "unsettled") != 0)
		duty++;
	assert_int_equal(duty->next(t->db, t->arena, now, &due, &next, &why), OK);
	assert_int_equal(due, 0);
	assert_int_equal(next.us / US_PER_DAY, now.us / US_PER_DAY + 1);
	assert_int_equal(duty->next(t->db, t->arena, next, &due, &next, &why), OK);
	assert_int_equal(due, 1);
	assert_true(next.us == INT64_MAX);
}

static void a_line_names_it_by_our_attempt_or_by_the_providers_reference(void **state)
{
	struct town *t = *state;
	struct paid one = pay(t, 12000), other = pay(t, 5000), third = pay(t, 700);
	pay_out(t, "po_1", (struct paid_line){ .gross = 12000, .attempt = one.attempt });
	pay_out(t, "po_2", (struct paid_line){ .gross = 5000, .payment = reference(t, &other) });
	pay_out(t, "po_3", (struct paid_line){ .gross = -700, .attempt = third.attempt, .refund = true });
	town_due(t);
	/* A refund that the provider names is no payment that it paid out. */
	assert_int_equal(town_number(t, LATE), 1);
	assert_int_equal(town_number(t, LATE " and amount = 700"), 1);
	assert_int_equal(town_number(t, "select count(*) from payout_line where is_refund"), 1);
}

static void an_item_of_a_report_names_it_where_payments_told_the_sum_alone(void **state)
{
	struct town *t = *state;
	struct paid one = pay(t, 10000), other = pay(t, 5000);
	pay(t, 700);
	town_do(t, world_paid_sum(&t->world, world_id(&t->world), "B7", "EUR", 0, 15000, 0));
	report(t, arena_printf(t->arena,
			  "2026-03-02,EUR,100.00,0.00,100.00,%s,B7,payment,t1,,\n2026-03-02,EUR,50.00,0.00,50.00,,B7,payment,t2,%s,\n",
			  reference(t, &one), uuid_text(t->arena, other.attempt)));
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from payout where by_report"), 1);
	assert_int_equal(town_number(t, LATE), 1);
	assert_int_equal(town_number(t, LATE " and amount = 700"), 1);
	assert_town_proven(t);
}

/* The duty itself, before any report could be compared. */
static void where_the_sum_of_a_payout_is_all_that_is_known_nobody_can_say(void **state)
{
	struct town *t = *state;
	pay(t, 10000);
	town_do(t, world_paid_sum(&t->world, world_id(&t->world), "B7", "EUR", 0, 10000, 0));
	town_script(t->owner, "update payout set arrival_date = '2026-03-05'");
	assert_int_equal(town_duty(t, "unsettled"), 1);
	assert_int_equal(town_number(t, LATE), 0);
	assert_int_equal(town_duty(t, "unsettled"), 0);
}

static void one_of_another_currency_is_named_by_what_came_of_it(void **state)
{
	struct town *t = *state;
	struct paid p = pay(t, 10000);
	const struct paid_line line = { .gross = 11000, .attempt = p.attempt };
	town_do(t, world_paid_lines(&t->world, world_id(&t->world), "po_usd", "USD", &line, 1));
	town_due(t);
	assert_int_equal(town_number(t, LATE), 0);
}

static void a_payout_that_comes_late_ends_it_in_the_same_step(void **state)
{
	struct town *t = *state;
	struct paid p = pay(t, 12000);
	town_due(t);
	pay_out(t, "po_1", (struct paid_line){ .gross = 4000, .attempt = p.attempt });
	assert_int_equal(town_number(t, LATE " and amount = 8000"), 1);
	pay_out(t, "po_2", (struct paid_line){ .gross = 8000, .attempt = p.attempt });
	assert_int_equal(town_number(t, LATE), 0);
	assert_int_equal(town_number(t, "select count(*) from exception where kind = 'payment_not_paid_out' and closed_by = 'machine'"), 1);
	town_due(t);
	assert_int_equal(town_number(t, LATE), 0);
	assert_town_proven(t);
}

static void what_its_payer_has_back_is_not_waited_for(void **state)
{
	struct town *t = *state;
	struct paid p = pay(t, 12000), before = pay(t, 5000);
	town_do(t, world_refund(&t->world, "c1", before.attempt, before.invoice, 5000, world_id(&t->world), 5000, REFUND_REOPEN));
	town_due(t);
	assert_int_equal(town_number(t, LATE), 1);
	town_do(t, world_refund(&t->world, "c1", p.attempt, p.invoice, 12000, world_id(&t->world), 2000, REFUND_REOPEN));
	assert_int_equal(town_number(t, LATE " and amount = 10000"), 1);
	town_do(t, world_refund(&t->world, "c1", p.attempt, p.invoice, 12000, world_id(&t->world), 10000, REFUND_REOPEN));
	assert_int_equal(town_number(t, LATE), 0);
	assert_town_proven(t);
}

static void more_that_was_captured_is_looked_at_too(void **state)
{
	struct town *t = *state;
	struct paid p = pay(t, 10000);
	pay_out(t, "po_1", (struct paid_line){ .gross = 10000, .attempt = p.attempt });
	town_due(t);
	town_do(t, world_payment(&t->world, "c1", p.attempt, p.invoice, 12500));
	town_script(t->owner, "update receipt set settle_by = '2026-03-19'");
	town_due(t);
	assert_int_equal(town_number(t, LATE " and amount = 2500"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_payment_that_is_in_no_payout_is_asked_about_once),
		IN_TOWN(it_is_looked_at_on_the_day_after_and_not_before),
		IN_TOWN(a_line_names_it_by_our_attempt_or_by_the_providers_reference),
		IN_TOWN(an_item_of_a_report_names_it_where_payments_told_the_sum_alone),
		IN_TOWN(where_the_sum_of_a_payout_is_all_that_is_known_nobody_can_say),
		IN_TOWN(one_of_another_currency_is_named_by_what_came_of_it),
		IN_TOWN(a_payout_that_comes_late_ends_it_in_the_same_step),
		IN_TOWN(what_its_payer_has_back_is_not_waited_for),
		IN_TOWN(more_that_was_captured_is_looked_at_too),
	};
	return cmocka_run_group_tests_name("payments that no payout names", tests, NULL, NULL);
}
