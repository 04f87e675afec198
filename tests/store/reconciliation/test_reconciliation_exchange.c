#include "http_why.h"
#include "reconciliation_queries.h"
#include "town.h"

/* Money that a bank has exchanged, over a real database: what is kept of it, that every sum agrees, and that it goes whole. */

static void instructed(struct town *t, const char *dollars)
{
	town_script(t->owner,
		arena_printf(t->arena,
			"insert into bank_line_detail select merchant_id, line_id, %s, 'USD', '1.10', '', '', '', '', '', '', '', ''"
			" from bank_line where state = 'staged'",
			dollars));
}

static void pay(struct town *t, const char *id, int day, int64_t opening, struct entry_of line, const char *dollars)
{
	town_import(t, town_statement(t, id, day, day, opening, &line, 1));
	if (dollars)
		instructed(t, dollars);
	town_due(t);
}

static void owe(struct town *t)
{
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0001", "USD", 110000, 0));
}

static const struct entry_of payment = { 100000, "RE-2026-0001", "E-1", NULL, NULL };

static void assert_no_tie_breaks(struct town *t)
{
	struct rows rows;
	struct why why;
	assert_int_equal(db_exec(t->owner, t->arena, &q_tie_breaks, NULL, &rows, &why), OK);
	assert_true(rows.count);
	for (size_t i = 0; i < rows.count; i++)
		assert_int_equal(rows_int8(&rows, i, rows_column(&rows, "minor")), 0);
	assert_town_proven(t);
}

static const char *position(struct town *t)
{
	return town_text(t, "select coalesce(string_agg(currency || ' ' || minor, ', ' order by currency), '') from (select currency,"
			    " sum(case when debit = 'fx_position' then amount else -amount end) as minor from journal"
			    " where 'fx_position' in (debit, credit) group by 1) p where minor <> 0");
}

static const char *receipts(struct town *t)
{
	return town_text(t,
		"select string_agg(format('%s %s %s %s %s %s', kind, currency, amount, allocated, unapplied, returned), ', ') from receipt");
}

static struct uuid the_line(struct town *t)
{
	struct uuid line;
	assert_int_equal(uuid_parse(span_of(town_text(t, "select line_id::text from bank_line where amount = 100000 limit 1")), &line), OK);
	return line;
}

static void both_legs_are_kept_and_every_sum_agrees(void **state)
{
	struct town *t = *state;
	owe(t);
	pay(t, "S1", 1, 0, payment, "110000");
	assert_string_equal(receipts(t), "4 USD 110000 110000 0 0");
	assert_string_equal(position(t), "EUR -100000, USD 110000");
	assert_string_equal(town_text(t, "select is_what || ' ' || state from bank_line"), "exchanged matched");
	assert_string_equal(town_text(t, "select rule from bank_line_candidate where chosen"), "number_original");
	assert_no_tie_breaks(t);
	/* A person takes it back: nothing of either leg is left. */
	town_do(t, world_command(&t->world, "UnmatchLine", world_path(&t->world, "lines", the_line(t), "unmatch"), ""));
	assert_string_equal(receipts(t), "4 USD 0 0 0 0");
	assert_string_equal(position(t), "");
	assert_no_tie_breaks(t);
}

static void the_bank_takes_it_back_and_again_the_other_way(void **state)
{
	struct town *t = *state;
	owe(t);
	pay(t, "S1", 1, 0, payment, "110000");
	pay(t, "S2", 2, 100000, (struct entry_of){ -100000, "", "E-1", NULL, "AC04" }, NULL);
	assert_string_equal(receipts(t), "4 USD 0 0 0 110000");
	assert_string_equal(position(t), "");
	assert_no_tie_breaks(t);
	pay(t, "S3", 3, 0, (struct entry_of){ 100000, "", "E-1", NULL, "AC04" }, NULL);
	assert_string_equal(receipts(t), "4 USD 110000 110000 0 0");
	assert_string_equal(position(t), "EUR -100000, USD 110000");
	assert_no_tie_breaks(t);
}

static void an_import_is_undone_with_what_it_exchanged(void **state)
{
	struct town *t = *state;
	owe(t);
	pay(t, "S1", 1, 0, payment, "110000");
	struct uuid statement;
	assert_int_equal(uuid_parse(span_of(town_text(t, "select statement_id::text from statement")), &statement), OK);
	town_do(t, world_command(&t->world, "UndoStatement", world_path(&t->world, "statements", statement, "undo"), ""));
	town_due(t);
	assert_string_equal(town_text(t, "select state from bank_line"), "undone");
	assert_string_equal(position(t), "");
	assert_no_tie_breaks(t);
}

static void a_leg_that_is_not_of_a_line_or_receipt_is_found(void **state)
{
	struct town *t = *state;
	struct rows rows;
	struct why why;
	owe(t);
	pay(t, "S1", 1, 0, payment, "110000");
	town_script(t->owner,
		"insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)"
		" values ('nord', gen_random_uuid(), 'fx_position', 'not_collections', 'USD', 7, 'match', gen_random_uuid(), '',"
		" '2026-03-01', now())");
	assert_int_equal(db_exec(t->owner, t->arena, &q_tie_breaks, NULL, &rows, &why), OK);
	for (size_t i = 0; i < rows.count; i++)
		if (span_is(rows_text(&rows, i, rows_column(&rows, "name")), "fx_position"))
			assert_int_equal(rows_int8(&rows, i, rows_column(&rows, "minor")), 7);
}

static void why_says_both_amounts_and_their_rate(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct span body;
	owe(t);
	pay(t, "S1", 1, 0, payment, "110000");
	assert_int_equal(why_tell(t->db, t->arena, SPAN(MERCHANT), SPAN("RE-2026-0001"), true, &body, &why), OK);
	const char *text = span_cstr(t->arena, body),
		   *words[] = { "original_exact", "EUR 1,000.00 for USD 1,100.00: 0.909091 EUR each", "told_rate 1.10", "fx_position" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strstr(text, words[i]))
			fail_msg("no %s in: %s", words[i], text);
}

static void what_is_not_instructed_exactly_is_an_exception_that_says_so(void **state)
{
	struct town *t = *state;
	owe(t);
	pay(t, "S1", 1, 0, payment, "109999");
	assert_string_equal(town_text(t, "select kind || ': ' || detail from exception where open"),
		"currency: what is named is owed in another currency; the payer instructed USD 1,099.99");
	assert_string_equal(position(t), "");
	assert_no_tie_breaks(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(both_legs_are_kept_and_every_sum_agrees),
		IN_TOWN(the_bank_takes_it_back_and_again_the_other_way),
		IN_TOWN(an_import_is_undone_with_what_it_exchanged),
		IN_TOWN(a_leg_that_is_not_of_a_line_or_receipt_is_found),
		IN_TOWN(why_says_both_amounts_and_their_rate),
		IN_TOWN(what_is_not_instructed_exactly_is_an_exception_that_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
