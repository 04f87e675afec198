#include "town.h"

#include <stdio.h>

#include "http_sums.h"
#include "reconciliation_queries.h"
#include "tick_bulk.h"

/* The sums that are kept, against the rows that they are the sums of. */

#define ENTRIES(...) (const struct entry_of[]){ __VA_ARGS__ }, sizeof((const struct entry_of[]){ __VA_ARGS__ }) / sizeof(struct entry_of)

/* Invoices in two currencies, a payment and its payout, a receipt by hand, lines that match, wait and are taken back. */
static void live(struct town *t)
{
	struct uuid one = world_id(&t->world), payout = world_id(&t->world), attempt = world_id(&t->world);
	town_do(t, world_invoice(&t->world, "c1", one, "NORD-000001", "EUR", 12000, 0));
	town_do(t, world_invoice(&t->world, "c2", world_id(&t->world), "NORD-000002", "EUR", 5000, 700));
	town_do(t, world_invoice(&t->world, "c3", world_id(&t->world), "NORD-000003", "USD", 900, 0));
	town_do(t, world_payment(&t->world, "c1", attempt, one, 12500));
	town_do(t, world_refund(&t->world, "c1", attempt, one, 12500, world_id(&t->world), 300, REFUND_UNAPPLIED));
	town_do(t, world_payout_lines(&t->world, payout, 1, 1, 12500, 300));
	town_do(t, world_credit_note(&t->world, "c1", one, world_id(&t->world), 600));
	town_do(t, world_command(&t->world, "RecordReceipt", "",
			   "\"customer_ref\":\"c2\",\"amount\":{\"minor\":800,\"currency\":\"EUR\"},\"value_date\":\"2026-03-02\""));
	town_import(t, town_statement(t, "D1", 2, 2, 10000,
			       ENTRIES({ .minor = 5000, .text = "NORD-000002", .end_to_end = "E1" }, { .minor = 777, .text = "who?" },
				       { .minor = -50, .text = "fee" }, { .minor = 40, .text = "who?", .end_to_end = "E2" },
				       { .minor = -5000, .end_to_end = "E1", .return_reason = "AC04" },
				       { .minor = -40, .end_to_end = "E2", .return_reason = "AC04" })));
	town_due(t);
}

/* Whatever road a transfer came by: what it was made for is there. */
static void every_transfer_names_what_it_was_made_for(void **state)
{
	struct town *t = *state;
	live(t);
	town_script(t->owner, "update clock set at = '2026-03-21T12:00:00Z'");
	const char *line = town_text(t, "select line_id::text from bank_line where state = 'waiting' and amount > 0 limit 1");
	struct uuid id;
	assert_int_equal(uuid_parse(span_of(line), &id), OK);
	town_do(t, world_command(&t->world, "MatchLine", world_path(&t->world, "lines", id, "match"), "\"account\":\"not_collections\""));
	town_do(t, world_command(&t->world, "UnmatchLine", world_path(&t->world, "lines", id, "unmatch"), ""));
	assert_true(town_number(t, "select count(distinct cause) from journal") >= 9);
	assert_string_equal(
		town_text(t,
			"select coalesce(string_agg(distinct cause, ' '), '') from journal j where not case"
			" when cause = 'invoice' then exists (select from invoice where invoice_id = j.cause_id)"
			" when cause = 'credit_note' then exists (select from credit_note where credit_note_id = j.cause_id)"
			" when cause in ('line', 'match', 'unmatch', 'return') then exists (select from bank_line where line_id = j.cause_id)"
			" when cause in ('payment', 'receipt') then exists (select from receipt where receipt_id = j.cause_id)"
			" when cause = 'refund' then exists (select from refund where refund_id = j.cause_id)"
			" when cause = 'payout' then exists (select from payout where payout_id = j.cause_id)"
			" when cause = 'opening' then exists (select from statement where statement_id = j.cause_id)"
			" else false end"),
		"");
	town_may_not(t,
		"insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)"
		" values ('nord', gen_random_uuid(), 'receivable', 'revenue', 'EUR', 1, 'invoice', '00000000-0000-0000-0000-000000000000', 'c1',"
		" '2026-03-01', '2026-03-01')",
		"journal_has_cause");
}

static int64_t differences(struct town *t)
{
	return town_number(t,
		"select count(*) from (select * from kept_sum where amount <> 0) k full join (select * from counted_sum where amount <> 0) c"
		" using (merchant_id, kind, currency, debit, credit, cause) where k.amount is distinct from c.amount");
}

static void recount(struct town *t)
{
	struct why why = { 0 };
	bool did;
	do {
		did = false;
		if (bulk_next(NULL, t->db, t->arena, &did, &why) != OK)
			fail_msg("%s: %s", why.code, why.text);
	} while (did);
}

static void the_sums_that_are_kept_are_those_of_the_rows(void **state)
{
	struct town *t = *state;
	struct span json;
	struct why why = { 0 };
	bool holds;
	live(t);
	assert_int_equal(differences(t), 0);
	assert_true(town_number(t, "select count(*) from running_sum") > 20);
	assert_int_equal(town_number(t, "select count(*) from sum_change"), 0);
	recount(t);
	assert_int_equal(town_number(t, "select count(*) from recount where at > '-infinity' and differences = 0"), 1);
	assert_int_equal(sums_recount(t->db, t->arena, SPAN(MERCHANT), &json, &holds, &why), OK);
	assert_true(holds);
	assert_town_proven(t);
}

static void fold_changes_no_sum(void **state)
{
	struct town *t = *state;
	const char *sums = "select string_agg(k::text, ' ' order by k::text) from kept_sum k where amount <> 0";
	live(t);
	town_do(t, world_invoice(&t->world, "c4", world_id(&t->world), "NORD-000004", "EUR", 4400, 0));
	assert_true(town_number(t, "select count(*) from sum_change") > 0);
	const char *before = town_text(t, sums);
	assert_int_equal(town_due(t), 0);
	assert_int_equal(town_number(t, "select count(*) from sum_change"), 0);
	assert_string_equal(town_text(t, sums), before);
}

/* Whoever changes a row by whatever way: the proof tells. */
static void damage_to_any_row_is_seen_by_the_proof(void **state)
{
	static const char *const damages[] = {
		"delete from journal where ctid = (select min(ctid) from journal)",
		"update journal set amount = amount + 1 where ctid = (select min(ctid) from journal where debit = 'receivable')",
		"insert into journal select merchant_id, gen_random_uuid(), debit, credit, currency, 1, cause, cause_id, customer_ref, day, posted_at"
		" from journal where debit = 'receivable' limit 1",
		"update open_item set open = open - 1, allocated = allocated + 1 where ctid = (select min(ctid) from open_item where open > 0)",
		"delete from open_item where number = 'NORD-000003'",
		"update receipt set allocated = allocated - 1, unapplied = unapplied + 1 where ctid = (select min(ctid) from receipt where allocated > 0)",
		"delete from allocation; delete from receipt where kind = 3",
		"update customer_credit set unapplied = unapplied + 1",
		"delete from customer_credit where unapplied > 0",
		"update bank_line set returned = returned + 1 where state = 'waiting' and amount > 0",
		"delete from bank_line where state = 'waiting' and amount > 0",
	};
	struct town *t = *state;
	live(t);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct span json;
		struct why why = { 0 };
		bool holds;
		assert_town_proven(t);
		if (db_begin(t->owner, &why) != OK)
			fail_msg("%s", why.text);
		town_script(t->owner, damages[i]);
		if (sums_proof(t->owner, t->arena, SPAN(MERCHANT), &json, &holds, &why) != OK)
			fail_msg("%s", why.text);
		if (holds)
			fail_msg("not seen: %s", damages[i]);
		assert_int_equal(differences(t), 0);
		db_rollback(t->owner);
	}
}

static int64_t unexplained(struct town *t, const char *account)
{
	struct rows rows;
	struct why why = { 0 };
	assert_int_equal(db_exec(t->owner, t->arena, &q_tie_breaks, NULL, &rows, &why), OK);
	assert_int_equal(rows.count, 7);
	for (size_t i = 0; i < rows.count; i++)
		if (span_is(rows_text(&rows, i, rows_column(&rows, "name")), account))
			return rows_int8(&rows, i, rows_column(&rows, "minor"));
	fail_msg("no tie of %s", account);
	return 0;
}

static void an_account_that_differs_from_its_sub_ledger_is_told_with_its_amount(void **state)
{
	static const struct {
		const char *damage, *account;
		int64_t minor;
	} breaks[] = {
		{ "update open_item set open = open - 3, credited = credited + 3 where number = 'NORD-000003'", "receivable", 3 },
		{ "update customer_credit set unapplied = unapplied + 5 where customer_ref = 'c2'", "unapplied_cash", 5 },
		{ "update bank_line set returned = returned + 7 where state = 'waiting' and amount > 0", "unidentified_receipts", 7 },
		{ "delete from bank_line where state = 'waiting' and amount < 0", "cash", 50 },
		{ "delete from payout_line", "clearing", 12500 },
		{ "update refund set amount = amount - 9", "clearing", 9 },
		{ "update receipt set amount = amount + 4, unapplied = unapplied + 4 where kind = 2", "clearing", 4 },
	};
	static const char *const accounts[] = { "receivable", "unapplied_cash", "unidentified_receipts", "cash", "clearing" };
	struct town *t = *state;
	live(t);
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		struct why why = { 0 };
		for (size_t a = 0; a < 5; a++)
			assert_int_equal(unexplained(t, accounts[a]), 0);
		assert_int_equal(db_begin(t->owner, &why), OK);
		town_script(t->owner, breaks[i].damage);
		for (size_t a = 0; a < 5; a++)
			assert_int_equal(unexplained(t, accounts[a]), !strcmp(accounts[a], breaks[i].account) ? breaks[i].minor : 0);
		db_rollback(t->owner);
	}
}

static void a_recount_finds_a_sum_that_was_changed_behind_its_back(void **state)
{
	struct town *t = *state;
	struct span json;
	struct why why = { 0 };
	bool holds;
	live(t);
	town_script(t->owner, "update running_sum set amount = amount + 7 where kind = 'open' and currency = 'EUR'");
	assert_int_equal(town_due(t), 0);
	recount(t);
	assert_int_equal(town_number(t, "select differences::bigint from recount"), 1);
	assert_int_equal(town_number(t, "select minor from recount"), 7);
	assert_int_equal(sums_recount(t->db, t->arena, SPAN(MERCHANT), &json, &holds, &why), OK);
	assert_false(holds);
	assert_non_null(strstr(span_cstr(t->arena, json), "\"sum\":\"open\""));
}

/* A transaction that begins with `discard plans` may say nothing of its isolation afterwards: the proof is one statement and needs no transaction. */
static void the_proof_is_answered_however_many_transactions_went_before(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	live(t);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(db_begin(t->db, &why), OK);
		db_rollback(t->db);
		assert_town_proven(t);
	}
}

/* account,currency,debit,credit of each row of a trial balance. */
static const char *shortened(struct town *t, struct span csv)
{
	struct span line, rest, account, class;
	struct text x;
	text_init(&x, t->arena);
	span_cut(csv, '\n', &line, &rest);
	while (span_cut(rest, '\n', &line, &rest)) {
		span_cut(line, ',', &account, &line);
		span_cut(line, ',', &class, &line);
		while (line.size && line.at[line.size - 1] != ',')
			line.size--;
		text_printf(&x, "%s%.*s,%.*s", x.size ? " " : "", SPAN_ARG(account), (int)line.size - 1, line.at);
	}
	return text_done(&x).at;
}

/* Entries of many days, posted in another order: each balance is what the rows say by themselves. */
static void a_balance_is_that_of_any_day_as_known_at_any_instant(void **state)
{
	static const char *const days[] = { "", "2026-02-27", "2026-03-01", "2026-03-31", "2027-01-01" };
	static const char *const instants[] = { "", "2026-03-01T00:00:00Z", "2026-03-05T11:00:00Z", "2026-03-09T23:59:59.999999Z",
		"2030-01-01T00:00:00Z" };
	struct town *t = *state;
	struct why why = { 0 };
	live(t);
	town_script(t->db,
		"insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)"
		" select 'nord', gen_random_uuid(), 'receivable', case when n % 3 = 0 then 'fee_income' else 'revenue' end, case when n % 7 = 0 then 'CHF' else 'EUR' end,"
		" n, 'invoice', gen_random_uuid(), 'c1', date '2026-02-25' + n * 17 % 40, timestamptz '2026-02-26' + n * 31 % 300 * interval '1 hour'"
		" from generate_series(1, 300) n");
	for (size_t d = 0; d < 5; d++)
		for (size_t i = 0; i < 5; i++) {
			struct moment moment;
			struct span csv;
			assert_int_equal(moment_read(span_of(days[d]), span_of(instants[i]), SPAN(""), &moment, &why), OK);
			assert_int_equal(sums_trial_balance(t->db, t->arena, SPAN(MERCHANT), &moment, true, &csv, &why), OK);
			const char *expected = town_text(t,
				arena_printf(t->arena,
					"with e as (select * from journal where merchant_id = '" MERCHANT
					"' and day <= coalesce(nullif('%s', ''), 'infinity')::date"
					" and posted_at <= coalesce(nullif('%s', ''), 'infinity')::timestamptz),"
					" s as (select debit as account, currency, amount as d, 0 as c from e union all select credit, currency, 0, amount from e)"
					" select coalesce(string_agg(account || ',' || currency || ',' || d || ',' || c, ' ' order by currency collate \"C\","
					" account collate \"C\"), '')"
					" from (select account, currency, to_char(sum(d) / 100.0, 'FM9999990.00') as d, to_char(sum(c) / 100.0, 'FM9999990.00') as c"
					" from s group by 1, 2) x",
					days[d], instants[i]));
			assert_string_equal(shortened(t, csv), expected);
		}
}

static void what_is_no_day_no_instant_and_no_account_is_said(void **state)
{
	struct moment moment;
	struct why why = { 0 };
	(void)state;
	assert_int_equal(moment_read(SPAN("2026-02-30"), SPAN(""), SPAN(""), &moment, &why), ERR_INVALID);
	assert_string_equal(why.field, "as_of");
	assert_int_equal(moment_read(SPAN(""), SPAN("2026-02-03"), SPAN(""), &moment, &why), ERR_INVALID);
	assert_string_equal(why.field, "known_at");
	assert_int_equal(moment_read(SPAN(""), SPAN(""), SPAN("cash"), &moment, &why), ERR_INVALID);
	assert_string_equal(why.field, "account");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(the_sums_that_are_kept_are_those_of_the_rows),
		IN_TOWN(every_transfer_names_what_it_was_made_for),
		IN_TOWN(fold_changes_no_sum),
		IN_TOWN(damage_to_any_row_is_seen_by_the_proof),
		IN_TOWN(an_account_that_differs_from_its_sub_ledger_is_told_with_its_amount),
		IN_TOWN(a_recount_finds_a_sum_that_was_changed_behind_its_back),
		IN_TOWN(the_proof_is_answered_however_many_transactions_went_before),
		IN_TOWN(a_balance_is_that_of_any_day_as_known_at_any_instant),
		IN_TOWN(what_is_no_day_no_instant_and_no_account_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
