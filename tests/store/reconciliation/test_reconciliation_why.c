#include "http_why.h"
#include "town.h"

/* The chain of causes over a real database. */

static const char *told(struct town *t, const char *named, bool as_text)
{
	struct why why = { 0 };
	struct span body;
	if (why_tell(t->db, t->arena, SPAN(MERCHANT), span_of(named), as_text, &body, &why) != OK)
		fail_msg("%s: %s", named, why.text);
	return span_cstr(t->arena, body);
}

static void has_in_order(const char *text, const char *const *words)
{
	for (; *words; words++) {
		const char *at = strstr(text, *words);
		if (!at)
			fail_msg("no %s behind that in: %s", *words, text);
		text = at;
	}
}

static void an_invoice_leads_back_to_the_bytes_that_paid_it_and_on_to_the_transfers(void **state)
{
	struct town *t = *state;
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0001", "EUR", 5000, 0));
	const struct entry_of line = { 5000, "RE-2026-0001", NULL, NULL, NULL };
	town_import(t, town_statement(t, "S1", 1, 1, 0, &line, 1));
	town_due(t);
	const char *text = told(t, "RE-2026-0001", true);
	has_in_order(
		text, (const char *const[]){ "invoice ", "the file that came", "sha256", "S1", "the bank line", "look 1", "rule number",
			      "label RE-2026-0001", "chosen true", "the money", "what it stands against", "what is owed after it",
			      "open 0.00", "the transfers", "revenue", "unapplied_cash", "receivable", NULL });
	const char *line_id = town_text(t, "select line_id::text from bank_line"),
		   *receipt = town_text(t, "select receipt_id::text from receipt");
	has_in_order(told(t, line_id, true), (const char *const[]){ "line ", line_id, receipt, "RE-2026-0001", NULL });
	has_in_order(told(t, receipt, false), (const char *const[]){ "{\"id\":", receipt, "\"kind\":\"receipt\"", line_id, NULL });
}

static void a_payment_at_a_provider_is_found_by_its_attempt(void **state)
{
	struct town *t = *state;
	struct uuid invoice = world_id(&t->world), attempt = world_id(&t->world);
	town_do(t, world_invoice(&t->world, "c1", invoice, "RE-2026-0001", "EUR", 5000, 0));
	town_do(t, world_payment(&t->world, "c1", attempt, invoice, 5000));
	has_in_order(told(t, uuid_text(t->arena, attempt), true),
		(const char *const[]){ "receipt ", "kind provider", "RE-2026-0001", "clearing:main", NULL });
}

static void a_payment_leads_on_to_the_payout_that_it_is_in(void **state)
{
	struct town *t = *state;
	struct uuid invoice = world_id(&t->world), attempt = world_id(&t->world);
	const struct paid_line line = { .line = "txn_1", .gross = 5000, .fee = 100, .attempt = attempt };
	town_do(t, world_invoice(&t->world, "c1", invoice, "RE-2026-0001", "EUR", 5000, 0));
	town_do(t, world_payment(&t->world, "c1", attempt, invoice, 5000));
	town_due(t);
	town_do(t, world_paid_lines(&t->world, world_id(&t->world), "po_77", "EUR", &line, 1));
	has_in_order(told(t, uuid_text(t->arena, attempt), true),
		(const char *const[]){ "receipt ", "the payout", "po_77", "payment_not_paid_out", "opened", "payment_not_paid_out",
			"closed", "kind provider", NULL });
	has_in_order(told(t, "RE-2026-0001", true), (const char *const[]){ "invoice ", "po_77", "kind provider", NULL });
}

static void what_is_another_merchants_is_not_there(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct span body;
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0001", "EUR", 5000, 0));
	const char *id = town_text(t, "select invoice_id::text from invoice");
	assert_int_equal(why_tell(t->db, t->arena, SPAN("volt"), span_of(id), true, &body, &why), ERR_NOT_FOUND);
	assert_int_equal(why_tell(t->db, t->arena, SPAN("volt"), SPAN("RE-2026-0001"), true, &body, &why), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(an_invoice_leads_back_to_the_bytes_that_paid_it_and_on_to_the_transfers),
		IN_TOWN(a_payment_at_a_provider_is_found_by_its_attempt),
		IN_TOWN(a_payment_leads_on_to_the_payout_that_it_is_in),
		IN_TOWN(what_is_another_merchants_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
