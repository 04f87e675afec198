#include "http_why.h"
#include "reconciliation_queries.h"
#include "town.h"

/* Differences over a real database: what is kept of them, what they are told as, and that they go when the payment goes. */

#define TERMS "\"currency\":\"EUR\",\"short_most\":50,\"discount_share\":200,\"discount_days\":365"

static void policy(struct town *t, const char *fields)
{
	town_do(t, world_command(&t->world, "DefineDifferences", "/v1/differences/policies", fields));
}

static void invoice(struct town *t, const char *number)
{
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), number, "EUR", 12000, 0));
}

static void pay(struct town *t, const char *id, int day, int64_t opening, struct entry_of line)
{
	town_import(t, town_statement(t, id, day, day, opening, &line, 1));
	town_due(t);
}

static const char *stands(struct town *t)
{
	return town_text(
		t, "select coalesce(string_agg(kind || ' ' || amount || ' ' || undone, ', ' order by kind, amount), '') from difference");
}

static const char *items(struct town *t)
{
	return town_text(t,
		"select string_agg(format('%s %s %s %s', allocated, discounted, written_off, open), ', ' order by number) from open_item");
}

static void what_is_lacking_is_kept_told_and_posted_to_its_own_account(void **state)
{
	struct town *t = *state;
	policy(t, TERMS);
	invoice(t, "RE-2026-0001");
	invoice(t, "RE-2026-0002");
	pay(t, "S1", 1, 0, (struct entry_of){ 11760, "RE-2026-0001 abzgl. Skonto", "E-1", NULL, NULL });
	pay(t, "S2", 2, 11760, (struct entry_of){ 11970, "RE-2026-0002", "E-2", NULL, NULL });
	assert_string_equal(stands(t), "discount 240 0, tolerance 30 0");
	assert_string_equal(items(t), "11760 240 0 0, 11970 0 30 0");
	assert_town_proven(t);
	assert_string_equal(
		town_text(t, "select string_agg(cause || ' ' || debit || ' ' || amount, ', ' order by cause, debit) from journal"
			     " where cause in ('discount', 'tolerance', 'charges')"),
		"discount discounts 200, discount tax_payable:S 40, tolerance tax_payable:S 5, tolerance write_off 25");
	/* A person takes the one back, the bank the other. */
	struct uuid line;
	assert_int_equal(uuid_parse(span_of(town_text(t, "select line_id::text from bank_line where amount = 11760")), &line), OK);
	town_do(t, world_command(&t->world, "UnmatchLine", world_path(&t->world, "lines", line, "unmatch"), ""));
	pay(t, "S3", 3, 23730, (struct entry_of){ -11970, "", "E-2", NULL, "AC04" });
	assert_string_equal(stands(t), "discount 0 240, tolerance 0 30");
	assert_string_equal(items(t), "0 0 0 12000, 0 0 0 12000");
	assert_town_proven(t);
	/* And the bank takes that back. */
	pay(t, "S4", 4, 11760, (struct entry_of){ 11970, "", "E-2", NULL, "AC04" });
	assert_string_equal(stands(t), "discount 0 240, tolerance 30 0");
	assert_town_proven(t);
}

static void charges_that_the_statement_tells_are_the_merchants(void **state)
{
	struct town *t = *state;
	const struct entry_of line = { 11500, "RE-2026-0001", NULL, NULL, NULL };
	invoice(t, "RE-2026-0001");
	town_import(t, town_statement(t, "S1", 1, 1, 0, &line, 1));
	town_script(t->owner,
		"insert into bank_line_detail select merchant_id, line_id, null, '', '', 'EUR 5.00 included SHA', '', '', '', '', '', '', ''"
		" from bank_line");
	town_due(t);
	assert_string_equal(stands(t), "charges 500 0");
	assert_string_equal(items(t), "11500 0 500 0");
	assert_int_equal(town_number(t, "select amount from journal where debit = 'bank_charges' and cause = 'charges'"), 500);
	assert_town_proven(t);
}

static const char *kept(struct town *t)
{
	return town_text(t,
		"select string_agg(format('%s = %s + %s + %s', amount, allocated, unapplied, kept), ', ' order by value_date) from receipt");
}

/* The import of a statement, taken back. */
static void undo(struct town *t, const char *statement)
{
	struct uuid id;
	const char *sql = arena_printf(t->arena, "select statement_id::text from statement where bank_ref = '%s'", statement);
	assert_int_equal(uuid_parse(span_of(town_text(t, sql)), &id), OK);
	town_do(t, world_command(&t->world, "UndoStatement", world_path(&t->world, "statements", id, "undo"), ""));
	town_due(t);
}

static void what_is_too_much_is_kept_and_goes_back_with_the_match_the_return_and_the_import(void **state)
{
	struct town *t = *state;
	policy(t, TERMS ",\"over_most\":5,\"over_share\":100");
	invoice(t, "RE-2026-0001");
	invoice(t, "RE-2026-0002");
	invoice(t, "RE-2026-0003");
	pay(t, "S1", 1, 0, (struct entry_of){ 12004, "RE-2026-0001", "E-1", NULL, NULL });
	pay(t, "S2", 2, 12004, (struct entry_of){ 12006, "RE-2026-0002", "E-2", NULL, NULL });
	pay(t, "S3", 3, 24010, (struct entry_of){ 12005, "RE-2026-0003", "E-3", NULL, NULL });
	assert_string_equal(stands(t), "over 4 0, over 5 0");
	assert_string_equal(kept(t), "12004 = 12000 + 0 + 4, 12006 = 12000 + 6 + 0, 12005 = 12000 + 0 + 5");
	assert_string_equal(items(t), "12000 0 0 0, 12000 0 0 0, 12000 0 0 0");
	assert_town_proven(t);
	assert_string_equal(
		town_text(t,
			"select string_agg(debit || ' ' || credit || ' ' || amount, ', ' order by amount) from journal where cause = 'over'"),
		"unapplied_cash difference_income 4, unapplied_cash difference_income 5");
	undo(t, "S3");
	assert_string_equal(stands(t), "over 0 5, over 4 0");
	assert_town_proven(t);
	pay(t, "S4", 4, 24010, (struct entry_of){ -12004, "", "E-1", NULL, "AC04" });
	assert_string_equal(kept(t), "0 = 0 + 0 + 0, 12006 = 12000 + 6 + 0, 0 = 0 + 0 + 0");
	assert_town_proven(t);
	pay(t, "S5", 5, 12006, (struct entry_of){ 12004, "", "E-1", NULL, "AC04" });
	assert_string_equal(stands(t), "over 0 5, over 4 0");
	assert_town_proven(t);
	struct uuid line;
	assert_int_equal(uuid_parse(span_of(town_text(t, "select line_id::text from bank_line where end_to_end = 'E-2'")), &line), OK);
	town_do(t, world_command(&t->world, "UnmatchLine", world_path(&t->world, "lines", line, "unmatch"), ""));
	assert_town_proven(t);
}

static void what_is_kept_is_tied_to_its_account(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct rows rows;
	int64_t minor = 0;
	policy(t, TERMS ",\"over_most\":5");
	invoice(t, "RE-2026-0001");
	pay(t, "S1", 1, 0, (struct entry_of){ 12004, "RE-2026-0001", "E-1", NULL, NULL });
	town_may_not(t, "update receipt set kept = 5", "receipt_sums");
	town_script(t->owner, "update receipt set kept = kept + 3, amount = amount + 3");
	assert_int_equal(db_exec(t->owner, t->arena, &q_tie_breaks, NULL, &rows, &why), OK);
	for (size_t i = 0; i < rows.count; i++)
		if (span_is(rows_text(&rows, i, rows_column(&rows, "name")), "difference_income"))
			minor = rows_int8(&rows, i, rows_column(&rows, "minor"));
	assert_int_equal(minor, 3);
}

static void why_a_payment_settles_more_than_it_is_says_the_difference(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct span body;
	policy(t, TERMS);
	invoice(t, "RE-2026-0001");
	pay(t, "S1", 1, 0, (struct entry_of){ 11760, "RE-2026-0001", NULL, NULL, NULL });
	assert_int_equal(why_tell(t->db, t->arena, SPAN(MERCHANT), SPAN("RE-2026-0001"), true, &body, &why), OK);
	const char *text = span_cstr(t->arena, body),
		   *words[] = { "discount_taken", "what was lacking", "kind discount", "2.40", "discounts" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strstr(text, words[i]))
			fail_msg("no %s in: %s", words[i], text);
}

/* Issued on 16 February 2026: 3 % until 1 March, 1 % until the day after. */
static void the_terms_of_an_invoice_are_kept_with_it_and_come_before_the_policy(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct span body;
	t->world.terms = (struct discount){ 2, { { 300, 13 }, { 100, 14 } } };
	invoice(t, "RE-2026-0001");
	invoice(t, "RE-2026-0002");
	invoice(t, "RE-2026-0003");
	invoice(t, "RE-2026-0004");
	assert_string_equal(
		town_text(t, "select string_agg(distinct replace(discounts, chr(10), '/'), ', ') from invoice"), "300 13/100 14");
	pay(t, "S1", 1, 0, (struct entry_of){ 11640, "RE-2026-0001 abzgl. Skonto", "E-1", NULL, NULL });
	pay(t, "S2", 2, 11640, (struct entry_of){ 11880, "RE-2026-0002", "E-2", NULL, NULL });
	pay(t, "S3", 3, 23520, (struct entry_of){ 11880, "RE-2026-0003", "E-3", NULL, NULL });
	assert_string_equal(items(t), "11640 360 0 0, 11880 120 0 0, 11880 0 0 120, 0 0 0 12000");
	assert_string_equal(town_text(t, "select detail from exception where kind = 'discount_disputed' and open"),
		"a discount was taken after its last day; the invoice grants 3 % until 2026-03-01, 1 % until 2026-03-02");
	policy(t, "\"currency\":\"EUR\",\"discount_share\":500,\"discount_days\":365,\"grace_days\":2");
	pay(t, "S4", 4, 35400, (struct entry_of){ 11880, "RE-2026-0004", "E-4", NULL, NULL });
	assert_string_equal(items(t), "11640 360 0 0, 11880 120 0 0, 11880 0 0 120, 11880 120 0 0");
	assert_town_proven(t);
	assert_int_equal(why_tell(t->db, t->arena, SPAN(MERCHANT), SPAN("RE-2026-0001"), true, &body, &why), OK);
	if (!strstr(span_cstr(t->arena, body), "discount_terms 3 % until 2026-03-01, 1 % until 2026-03-02"))
		fail_msg("no terms in: %.*s", SPAN_ARG(body));
	town_may_not(t, "update invoice set discounts = '2 %'", "invoice_discounts_check");
}

static void a_policy_is_kept_by_currency_and_audited_each_time(void **state)
{
	struct town *t = *state;
	policy(t, TERMS);
	policy(t, "\"currency\":\"JPY\",\"short_most\":1,\"over_most\":2,\"over_share\":3");
	policy(t, "\"currency\":\"EUR\",\"known_charges\":[\"700\",\"1250\"]");
	assert_string_equal(
		town_text(t,
			"select string_agg(currency || ' ' || short_most || ' ' || over_most || ' ' || over_share || ' ' || replace(known_charges, E'\\n', '/'), ', ' order by currency)"
			" from difference_policy where merchant_id = 'nord'"),
		"EUR 0 0 10000 700/1250, JPY 1 2 3 ");
	assert_int_equal(town_number(t, "select count(*) from audit where act = 'define differences'"), 3);
}

static void the_application_changes_of_a_difference_only_what_stands(void **state)
{
	struct town *t = *state;
	policy(t, TERMS);
	invoice(t, "RE-2026-0001");
	pay(t, "S1", 1, 0, (struct entry_of){ 11970, "RE-2026-0001", NULL, NULL, NULL });
	town_may_not(t, "update difference set kind = 'discount'", "permission denied");
	town_may_not(t, "delete from difference", "permission denied");
	town_may_not(t, "update difference set amount = -1", "difference_amount_check");
	town_may_not(t, "update difference set undone = 1", "stands_or_undone");
	town_may_not(t, "delete from difference_policy", "permission denied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(what_is_lacking_is_kept_told_and_posted_to_its_own_account),
		IN_TOWN(charges_that_the_statement_tells_are_the_merchants),
		IN_TOWN(what_is_too_much_is_kept_and_goes_back_with_the_match_the_return_and_the_import),
		IN_TOWN(what_is_kept_is_tied_to_its_account),
		IN_TOWN(why_a_payment_settles_more_than_it_is_says_the_difference),
		IN_TOWN(the_terms_of_an_invoice_are_kept_with_it_and_come_before_the_policy),
		IN_TOWN(a_policy_is_kept_by_currency_and_audited_each_time),
		IN_TOWN(the_application_changes_of_a_difference_only_what_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
