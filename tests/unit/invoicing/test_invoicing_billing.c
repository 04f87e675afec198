#include "world.h"

static enum err bill(struct world *w, const char *customer, const char *date)
{
	struct bill_customer b = { .merchant = SPAN("nord"), .customer_ref = span_of(customer), .currency = { "EUR" } };

	assert_int_equal(date_parse(span_of(date), &b.date), OK);
	return world_run(w, bill_customer_message(w->arena, &b, w->now));
}

static const struct draft *draft_of(struct world *w, const char *customer)
{
	const struct invoice *i = book_draft(w->book, SPAN("nord"), span_of(customer), (struct currency){ "EUR" });

	return i != NULL ? &i->draft : NULL;
}

static void a_billing_day_issues_what_waits_for_it_and_carries_the_rest_on(void **state)
{
	struct world *w = world_open(*state);

	world_charge(w, "nord", "c2", "a", 100, "19", NULL);
	world_charge(w, "nord", "c2", "b", 200, "19", "on_request");
	world_charge(w, "nord", "c2", "c", 300, "19", "on_billing_day");
	assert_string_equal(date_text(*state, draft_of(w, "c2")->bill_on.date), "2026-04-05");
	world_at(w, "2026-04-05T00:00:00Z");
	assert_int_equal(bill(w, "c2", "2026-04-05"), OK);
	expect_said(w, "InvoiceIssued");
	assert_int_equal(world_invoice(w, "nord", 1)->totals.net.minor, 400);
	assert_int_equal(draft_of(w, "c2")->count, 1);
	assert_int_equal(draft_of(w, "c2")->net.minor, 200);
	assert_false(draft_of(w, "c2")->bill_on.known);
	world_do(w, "nord", "IssueInvoice", "{\"customer_ref\":\"c2\"}");
	assert_true(span_is(world_invoice(w, "nord", 2)->lines[0].charge_ref, "b"));
}

static void a_billing_date_comes_once_even_after_an_outage(void **state)
{
	struct world *w = world_open(*state);

	world_charge(w, "nord", "c2", "a", 100, "19", NULL);
	world_at(w, "2026-06-20T08:00:00Z");
	world_charge(w, "nord", "c2", "b", 200, "19", NULL);
	assert_int_equal(bill(w, "c2", "2026-04-05"), OK);
	assert_int_equal(world_invoice(w, "nord", 1)->totals.net.minor, 300);
	assert_int_equal(bill(w, "c2", "2026-04-05"), OK);
	expect_said(w, "");
	assert_int_equal(world_invoices(w, "nord"), 1);
	world_charge(w, "nord", "c2", "c", 300, "19", NULL);
	assert_string_equal(date_text(*state, draft_of(w, "c2")->bill_on.date), "2026-07-05");
	assert_int_equal(bill(w, "c2", "2026-06-05"), OK);
	assert_int_equal(world_invoices(w, "nord"), 1);
}

static void a_charge_on_the_billing_day_waits_for_the_next(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-04-05T10:00:00Z");
	world_charge(w, "nord", "c2", "a", 100, "19", NULL);
	assert_string_equal(date_text(*state, draft_of(w, "c2")->bill_on.date), "2026-05-05");
	world_at(w, "2026-05-04T21:59:59Z"); /* 23:59:59 in Berlin */
	world_charge(w, "nord", "c2", "b", 100, "19", NULL);
	assert_string_equal(date_text(*state, draft_of(w, "c2")->bill_on.date), "2026-05-05");
}

static void another_billing_day_moves_the_date_of_what_waits(void **state)
{
	struct world *w = world_open(*state);

	world_charge(w, "nord", "c2", "a", 100, "19", NULL);
	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c2\",\"name\":\"Winter\",\"billing_day\":12}");
	assert_string_equal(date_text(*state, draft_of(w, "c2")->bill_on.date), "2026-03-12");
	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c2\",\"name\":\"Winter\",\"billing_day\":0}");
	assert_false(draft_of(w, "c2")->bill_on.known);
	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c2\",\"name\":\"Winter\",\"billing_day\":28}");
	assert_string_equal(date_text(*state, draft_of(w, "c2")->bill_on.date), "2026-03-28");
	assert_int_equal(bill(w, "c2", "2026-03-12"), OK);
	expect_said(w, "");
}

static void a_date_goes_with_the_last_charge_that_waits_for_it(void **state)
{
	struct world *w = world_open(*state);

	world_charge(w, "nord", "c2", "a", 100, "19", "on_billing_day");
	world_charge(w, "nord", "c2", "b", 100, "19", "on_request");
	world_do(w, "nord", "CancelDraft", "{\"customer_ref\":\"c2\",\"external_ref\":\"a\"}");
	assert_int_equal(draft_of(w, "c2")->count, 1);
	assert_int_equal(draft_of(w, "c2")->billing_count, 0);
	assert_false(draft_of(w, "c2")->bill_on.known);
}

static void without_a_billing_day_nothing_can_wait_for_it(void **state)
{
	struct world *w = world_open(*state);

	world_try(w, "nord", "AddCharge",
		"{\"customer_ref\":\"c1\",\"external_ref\":\"a\",\"description\":\"x\",\"amount\":{\"minor\":1,\"currency\":\"EUR\"},"
		"\"tax_category\":\"Z\",\"when\":\"on_billing_day\"}");
	expect_refusal(w, ERR_REFUSED, "no_billing_day", "when");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_billing_day_issues_what_waits_for_it_and_carries_the_rest_on),
		WITH_ARENA(a_billing_date_comes_once_even_after_an_outage),
		WITH_ARENA(a_charge_on_the_billing_day_waits_for_the_next),
		WITH_ARENA(another_billing_day_moves_the_date_of_what_waits),
		WITH_ARENA(a_date_goes_with_the_last_charge_that_waits_for_it),
		WITH_ARENA(without_a_billing_day_nothing_can_wait_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
