#include "http_why.h"
#include "town.h"

/* A credit note that is deducted by name, over a real database: what stands beside the payment, what is undone with it, and what rows there may be. */

#define PAID "RE-2026-0042 RE-2026-0043 abzgl. GS-2026-0007"

static void pay(struct town *t, const char *id, int day, int64_t opening, struct entry_of line)
{
	town_import(t, town_statement(t, id, day, day, opening, &line, 1));
	town_due(t);
}

/* RE-2026-0041 of 100.00 is paid and 30.00 of it credited; 200.00 of RE-2026-0042 and 10.00 of RE-2026-0043 are paid less that: of the last nothing by the line. */
static void deduct(struct town *t)
{
	struct uuid first = world_id(&t->world);
	town_do(t, world_invoice(&t->world, "c1", first, "RE-2026-0041", "EUR", 10000, 0));
	pay(t, "S1", 1, 0, (struct entry_of){ 10000, "RE-2026-0041", "E-1", NULL, NULL });
	t->world.note_number = "GS-2026-0007";
	town_do(t, world_credit_note(&t->world, "c1", first, world_id(&t->world), 3000));
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0042", "EUR", 20000, 0));
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0043", "EUR", 1000, 0));
	pay(t, "S2", 2, 10000, (struct entry_of){ 18000, PAID, "E-2", NULL, NULL });
}

static const char *items(struct town *t)
{
	return town_text(t, "select string_agg(format('%s %s %s', allocated, credited, open), ', ' order by number) from open_item");
}

static const char *stands(struct town *t)
{
	return town_text(t, "select coalesce(string_agg(amount || ' ' || undone, ', ' order by amount, undone), '') from allocation"
			    " where beside_id <> '00000000-0000-0000-0000-000000000000'");
}

static void assert_deducted(struct town *t)
{
	assert_string_equal(items(t), "7000 3000 0, 20000 0 0, 1000 0 0");
	assert_int_equal(town_number(t, "select unapplied from customer_credit"), 0);
	assert_town_proven(t);
}

static void assert_owed(struct town *t)
{
	assert_string_equal(items(t), "7000 3000 0, 0 0 20000, 0 0 1000");
	assert_int_equal(town_number(t, "select unapplied from customer_credit"), 3000);
	assert_town_proven(t);
}

static void what_is_deducted_goes_back_with_the_return_and_comes_again_with_its_reversal(void **state)
{
	struct town *t = *state;
	deduct(t);
	assert_string_equal(town_text(t, "select rule from bank_line_candidate where kind = 3"), "numbers_less_credit");
	assert_deducted(t);
	assert_string_equal(stands(t), "1000 0, 2000 0");
	pay(t, "S3", 3, 28000, (struct entry_of){ -18000, "", "E-2", NULL, "AC04" });
	assert_owed(t);
	assert_string_equal(stands(t), "0 1000, 0 2000");
	pay(t, "S4", 4, 10000, (struct entry_of){ 18000, "", "E-2", NULL, "AC04" });
	assert_deducted(t);
	assert_string_equal(stands(t), "0 0, 0 0, 1000 0, 2000 0");
}

static void what_is_deducted_goes_back_with_the_match_and_with_the_import(void **state)
{
	struct town *t = *state;
	struct uuid id;
	deduct(t);
	assert_int_equal(uuid_parse(span_of(town_text(t, "select statement_id::text from statement where bank_ref = 'S2'")), &id), OK);
	town_do(t, world_command(&t->world, "UndoStatement", world_path(&t->world, "statements", id, "undo"), ""));
	town_due(t);
	assert_owed(t);
	pay(t, "S3", 3, 10000, (struct entry_of){ 18000, PAID, "E-3", NULL, NULL });
	assert_deducted(t);
	assert_int_equal(uuid_parse(span_of(town_text(t, "select line_id::text from bank_line where end_to_end = 'E-3'")), &id), OK);
	town_do(t, world_command(&t->world, "UnmatchLine", world_path(&t->world, "lines", id, "unmatch"), ""));
	assert_owed(t);
}

static void why_says_beside_which_payment_it_stands(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct span body;
	deduct(t);
	const char *line = town_text(t, "select line_id::text from bank_line where end_to_end = 'E-2'");
	assert_int_equal(why_tell(t->db, t->arena, SPAN(MERCHANT), span_of(line), true, &body, &why), OK);
	const char *text = span_cstr(t->arena, body), *words[] = { "credit_note", "GS20260007", "-30.00", "beside" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strstr(text, words[i]))
			fail_msg("no %s in: %s", words[i], text);
}

static void an_allocation_stands_or_is_undone_beside_a_payment(void **state)
{
	struct town *t = *state;
	deduct(t);
	town_may_not(t, "update allocation set undone = 1", "allocation_stands_or_undone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(what_is_deducted_goes_back_with_the_return_and_comes_again_with_its_reversal),
		IN_TOWN(what_is_deducted_goes_back_with_the_match_and_with_the_import),
		IN_TOWN(why_says_beside_which_payment_it_stands),
		IN_TOWN(an_allocation_stands_or_is_undone_beside_a_payment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
