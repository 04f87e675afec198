#include "town.h"

#include <stdio.h>

/* Periods over a real database. The town's clock stands at 20 March 2026. */

#define ENTRY \
	"insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)"
#define VALUES(debit, minor, day)                                                                                                      \
	" values ('nord', gen_random_uuid(), '" debit "', 'revenue', 'EUR', " minor ", 'invoice', gen_random_uuid(), 'c1', '" day "'," \
	" '2026-03-01')"

static struct message *ask(struct town *t, const char *month, const char *who, bool force)
{
	struct message *m = world_command(&t->world, "ClosePeriod", arena_printf(t->arena, "/v1/periods/%s/close", month), "");
	m->payload = span_of(arena_printf(t->arena, "{\"who\":\"%s\",\"why\":\"month end\"%s}", who, force ? ",\"force\":true" : ""));
	return m;
}

static const char *balance_of(struct town *t, const char *month)
{
	return town_text(t,
		arena_printf(t->arena,
			"select coalesce(string_agg(account || ' ' || opening || ' ' || debit || ' ' || credit, ', ' order by account collate \"C\"), '')"
			" from period_balance where month = '%s-01'",
			month));
}

/* The month that each entry of revenue is booked in, by its amount. */
static const char *periods_of(struct town *t)
{
	return town_text(t,
		"select string_agg(amount || ' ' || to_char(journal_period(merchant_id, entry, day), 'YYYY-MM'), ', ' order by amount)"
		" from journal where credit = 'revenue'");
}

static void an_entry_that_comes_late_is_in_the_next_month_and_keeps_its_day(void **state)
{
	struct town *t = *state;
	town_script(t->db, ENTRY VALUES("receivable", "1", "2025-12-30"));
	town_script(t->db, ENTRY VALUES("receivable", "20", "2026-01-31"));
	town_script(t->db, ENTRY VALUES("receivable", "300", "2026-02-01"));
	town_do(t, ask(t, "2026-01", "eve", false));
	assert_string_equal(balance_of(t, "2026-01"), "receivable 0 21 0, revenue 0 0 21");
	town_script(t->db, ENTRY VALUES("receivable", "4000", "2026-01-15"));
	town_script(t->db, ENTRY VALUES("cash_in_hand", "50000", "2026-03-01"));
	assert_string_equal(periods_of(t), "1 2026-01, 20 2026-01, 300 2026-02, 4000 2026-02, 50000 2026-03");
	town_do(t, ask(t, "2026-02", "eve", false));
	assert_string_equal(balance_of(t, "2026-02"), "receivable 21 4300 0, revenue -21 0 4300");
	town_script(t->db, ENTRY VALUES("receivable", "600000", "2025-12-30"));
	assert_string_equal(periods_of(t), "1 2026-01, 20 2026-01, 300 2026-02, 4000 2026-02, 50000 2026-03, 600000 2026-03");
	assert_string_equal(balance_of(t, "2026-01"), "receivable 0 21 0, revenue 0 0 21");
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.PeriodClosed'"), 2);
}

static void of_two_closes_one_wins_and_the_other_is_told_the_same(void **state)
{
	struct town *t = *state;
	struct message *both[] = { ask(t, "2026-01", "eve", false), ask(t, "2026-01", "bob", false) };
	town_script(t->db, ENTRY VALUES("receivable", "20", "2026-01-31"));
	town_run(t, both, 2);
	assert_int_equal(both[0]->outcome, OUTCOME_APPLIED);
	assert_int_equal(both[1]->outcome, OUTCOME_APPLIED);
	assert_true(span_equal(both[0]->reply.body, both[1]->reply.body));
	struct message *late = ask(t, "2026-01", "joe", true);
	town_do(t, late);
	assert_int_equal(town_number(t, "select count(*) from period"), 1);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.PeriodClosed'"), 1);
	assert_int_equal(town_number(t, "select count(*) from audit where act = 'close period'"), 1);
	assert_string_equal(town_text(t, "select closed_by from period"), "desk/eve");
}

/* A writer of the month that has drawn its number and not committed: it is not in the month, and what is seen above it keeps the month open until it ends. */
static void what_is_being_written_is_not_cut_in_two(void **state)
{
	struct town *t = *state;
	struct message *m = ask(t, "2026-01", "eve", false);
	struct why why = { 0 };
	town_script(t->db, ENTRY VALUES("receivable", "1", "2026-01-30"));
	assert_int_equal(db_begin(t->owner, &why), OK);
	town_script(t->owner, ENTRY VALUES("receivable", "20", "2026-01-30"));
	town_script(t->db, ENTRY VALUES("receivable", "300", "2026-01-30"));
	m->id = SPAN("close");
	m->source = SPAN("test");
	m->fate = FATE_ANSWER;
	assert_int_equal(unit_run(t->unit, &m, 1, NULL, 0, &why), ERR_RETRY);
	assert_string_equal(why.code, "journal_moving");
	assert_int_equal(db_commit(t->owner, &why), OK);
	assert_int_equal(unit_run(t->unit, &m, 1, NULL, 0, &why), OK);
	assert_int_equal(m->outcome, OUTCOME_APPLIED);
	assert_string_equal(balance_of(t, "2026-01"), "receivable 0 321 0, revenue 0 0 321");
}

static void a_writer_of_an_old_number_comes_into_the_next_month(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	town_script(t->db, ENTRY VALUES("receivable", "1", "2026-01-30"));
	assert_int_equal(db_begin(t->owner, &why), OK);
	town_script(t->owner, ENTRY VALUES("receivable", "20", "2026-01-30"));
	town_do(t, ask(t, "2026-01", "eve", false));
	assert_int_equal(db_commit(t->owner, &why), OK);
	assert_string_equal(periods_of(t), "1 2026-01, 20 2026-02");
	town_do(t, ask(t, "2026-02", "eve", false));
	assert_string_equal(balance_of(t, "2026-02"), "receivable 1 20 0, revenue -1 0 20");
}

static void what_is_not_settled_is_listed_and_takes_a_second_person(void **state)
{
	struct town *t = *state;
	const struct entry_of lines[] = { { .minor = 777, .text = "who?" } };
	town_import(t, town_statement(t, "S1", 2, 2, 0, lines, 1));
	town_due(t);
	town_script(t->owner, "update clock set at = '2026-04-02T12:00:00Z'");
	struct message *m = ask(t, "2026-03", "eve", false);
	town_do(t, m);
	assert_int_equal(m->reply.status, 202);
	assert_non_null(strstr(span_cstr(t->arena, m->reply.body), "\"kind\":\"open_exception\""));
	assert_string_equal(town_text(t, "select state from period"), "warned");
	assert_int_equal(town_try(t, ask(t, "2026-03", "eve", true)), OUTCOME_REFUSED);
	town_do(t, ask(t, "2026-03", "bob", true));
	assert_string_equal(town_text(t, "select state || ' ' || forced || ' ' || asked_by from period"), "closed true eve");
	assert_true(town_number(t, "select sum(debit) from period_balance where account = 'unidentified_receipts'") == 0);
	assert_int_equal(town_number(t, "select credit from period_balance where account = 'unidentified_receipts'"), 777);
}

static void what_is_closed_stays_closed(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	town_script(t->db, ENTRY VALUES("receivable", "20", "2026-01-31"));
	town_do(t, ask(t, "2026-01", "eve", false));
	town_may_not(t, "update period set state = 'warned'", "is closed");
	town_may_not(t, "delete from period", "permission denied");
	town_may_not(t, "update period_balance set debit = 0", "permission denied");
	town_may_not(t, "delete from period_balance", "permission denied");
	assert_int_not_equal(db_script(t->owner, "update period set last_entry = 0", &why), OK);
	assert_int_not_equal(db_script(t->owner, "delete from period_balance; delete from period", &why), OK);
}

/* The sealed balances, period by period, are the whole journal's when all its months are closed: nothing is left out, nothing counted twice. */
static void closed_months_together_are_the_journal(void **state)
{
	static const char *const months[] = { "2025-12", "2026-01", "2026-02" };
	struct town *t = *state;
	for (int m = 0; m < 3; m++) {
		town_script(t->db,
			arena_printf(t->arena,
				ENTRY
				" select 'nord', gen_random_uuid(), case n %% 3 when 0 then 'receivable' when 1 then 'cash_in_hand' else 'discounts' end,"
				" 'revenue', case n %% 5 when 0 then 'CHF' else 'EUR' end, n, 'invoice', gen_random_uuid(), 'c1',"
				" date '2025-11-01' + (n * %d) %% 120, '2026-03-01' from generate_series(1, 100) n",
				7 + 2 * m));
		town_do(t, ask(t, months[m], "eve", false));
	}
	assert_int_equal(
		town_number(t,
			"with s as (select debit as account, currency, amount from journal where journal_period('nord', entry, day) <= '2026-02-01'"
			" union all select credit, currency, -amount from journal where journal_period('nord', entry, day) <= '2026-02-01'),"
			" a as (select account, currency, sum(amount) as minor from s group by 1, 2),"
			" b as (select account, currency, (opening + debit - credit) as minor from period_balance where month = '2026-02-01')"
			" select count(*) from a full join b using (account, currency) where a.minor is distinct from b.minor"),
		0);
	assert_int_equal(
		town_number(t,
			"with s as (select journal_period('nord', entry, day) as month, currency, sum(amount) as minor from journal group by 1, 2),"
			" b as (select month, currency, sum(debit) as minor from period_balance group by 1, 2)"
			" select count(*) from s full join b using (month, currency) where s.month <= '2026-02-01' and s.minor is distinct from b.minor"),
		0);
	assert_true(
		town_number(t, "select count(*) from journal where journal_period('nord', entry, day) <> date_trunc('month', day)") > 20);
}

static struct message *ask_export(struct town *t, const char *target)
{
	struct message *m = world_command(&t->world, "MakeExport", "/v1/exports", "");
	m->payload = span_of(arena_printf(t->arena, "{\"target\":\"%s\",\"who\":\"eve\",\"why\":\"books\"}", target));
	return m;
}

/* Asked for twice at once, a month has one export; the second asks for what is there then. */
static void a_month_is_exported_once_however_often_it_is_asked_for(void **state)
{
	struct town *t = *state;
	town_script(t->db, ENTRY VALUES("receivable", "20", "2026-01-31"));
	town_do(t, ask(t, "2026-01", "eve", false));
	struct message *both[] = { ask_export(t, "csv"), ask_export(t, "csv") };
	town_run(t, both, 2);
	assert_int_equal(both[0]->outcome, OUTCOME_APPLIED);
	assert_true(span_equal(both[0]->reply.body, both[1]->reply.body));
	assert_int_equal(town_try(t, ask_export(t, "csv")), OUTCOME_REFUSED);
	assert_int_equal(town_try(t, ask_export(t, "datev")), OUTCOME_REFUSED);
	assert_string_equal(town_text(t, "select string_agg(target || ' ' || number || ' ' || sums, ',') from export"), "csv 1 EUR 1 20\n");
	town_may_not(t, "update export set number = 2", "permission denied");
	town_may_not(t, "delete from export", "permission denied");
	town_may_not(t, "update export_mapping set base = ''", "permission denied");
	town_may_not(t, "insert into export select merchant_id, target, 2, month, version, entries, sums, made_by, made_at from export",
		"duplicate key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(an_entry_that_comes_late_is_in_the_next_month_and_keeps_its_day),
		IN_TOWN(of_two_closes_one_wins_and_the_other_is_told_the_same),
		IN_TOWN(what_is_being_written_is_not_cut_in_two),
		IN_TOWN(a_writer_of_an_old_number_comes_into_the_next_month),
		IN_TOWN(what_is_not_settled_is_listed_and_takes_a_second_person),
		IN_TOWN(what_is_closed_stays_closed),
		IN_TOWN(closed_months_together_are_the_journal),
		IN_TOWN(a_month_is_exported_once_however_often_it_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
