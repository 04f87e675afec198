#include "metrics.h"
#include "reconciliation_queries.h"
#include "town.h"

/* The work queue over a real database. */

static void has(const char *plan, const char *what)
{
	if (!strstr(plan, what))
		fail_msg("no %s in: %s", what, plan);
}

/* The generic plan of a page: every way to ask walks its own index in the order of the pages, and nothing is sorted. */
static void check_plan(struct town *t, const struct query *query, const char *index)
{
	const char *explain =
		"create or replace function pg_temp.plan_of(text) returns text language plpgsql as $$ declare l text; a text := ''; begin"
		" for l in execute $1 loop a := a || l || E'\\n'; end loop; return a; end $$";
	town_script(t->owner, "deallocate all; set plan_cache_mode = force_generic_plan; set enable_seqscan = off");
	town_script(t->owner, explain);
	town_script(t->owner,
		arena_printf(t->arena, "prepare page (text, bigint, uuid, text, text, text, text, text, text, text, text, text) as %s",
			query->sql));
	const char *plan = town_text(t,
		"select pg_temp.plan_of($q$explain execute page ('nord', 50, '00000000-0000-0000-0000-000000000000', '', 'eve',"
		" '@account:1', '', '', '', '', '', '')$q$)");
	has(plan, index);
	if (strstr(plan, "Sort"))
		fail_msg("sorted: %s", plan);
	town_script(t->owner, "deallocate all; reset plan_cache_mode; reset enable_seqscan");
}

static void a_page_of_the_queue_walks_an_index_and_sorts_nothing(void **state)
{
	struct town *t = *state;
	town_script(t->owner,
		"insert into exception (merchant_id, kind, subject_id, exception_id, stream, open, currency, amount, detail, opened_at, closed_at, closed_by,"
		" revision, owner) select 'nord', case when n % 3 = 0 then 'unmatched_line' else 'ambiguous_line' end, gen_random_uuid(), gen_random_uuid(),"
		" '@account:' || n % 5, n % 10 <> 0, 'EUR', n, '', now(), now(), '', 1, case when n % 50 = 0 then 'eve' else '' end"
		" from generate_series(1, 20000) n; analyze exception");
	check_plan(t, &q_show_queue, "exception_waits");
	check_plan(t, &q_show_queue_of_kind, "exception_of_kind");
	check_plan(t, &q_show_queue_of_owner, "exception_of_owner");
	check_plan(t, &q_show_queue_of_stream, "exception_of_stream");
}

static struct message *work(struct town *t, const char *id, const char *type, const char *act, const char *fields)
{
	return world_command(&t->world, type, arena_printf(t->arena, "/v1/exceptions/%s/%s", id, act), fields);
}

/* c1's invoice is named by a line from c2's account. */
static const char *doubtful(struct town *t)
{
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "RE-2026-0001", "EUR", 5000, 0));
	town_do(t, world_customer(&t->world, "c2", 9, "DE75512108001245126199"));
	const struct entry_of line = { 6000, "RE-2026-0001", NULL, "DE75512108001245126199", NULL };
	town_import(t, town_statement(t, "S1", 1, 1, 0, &line, 1));
	town_due(t);
	return town_text(t, "select exception_id::text from exception where open and kind = 'ambiguous_line'");
}

static void an_accepted_suggestion_locks_and_changes_all_that_it_names(void **state)
{
	struct town *t = *state;
	const char *id = doubtful(t);
	town_do(t, work(t, id, "AssignException", "assign", "\"owner\":\"frieda\""));
	town_do(t, work(t, id, "AcceptSuggestion", "accept", ""));
	assert_int_equal(town_number(t, "select open from open_item"), 0);
	assert_int_equal(town_number(t, "select unapplied from receipt where customer_ref = 'c1'"), 1000);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'ambiguous_line'"), 0);
	assert_string_equal(town_text(t, "select string_agg(act || ' ' || who, ', ' order by number) from exception_step s join exception e"
					 " using (merchant_id, exception_id) where e.kind = 'ambiguous_line'"),
		"opened machine, assigned desk/eve, accepted desk/eve, closed desk/eve");
	assert_town_proven(t);
}

static void an_exceptions_history_is_only_added_to(void **state)
{
	struct town *t = *state;
	doubtful(t);
	town_may_not(t, "update exception_step set who = 'nobody'", "permission denied");
	town_may_not(t, "delete from exception_step", "permission denied");
}

static void unapplied_cash_of_a_month_is_due_once(void **state)
{
	struct town *t = *state;
	const struct entry_of line = { 900, "hello", NULL, NULL, NULL };
	town_import(t, town_statement(t, "S1", 1, 1, 0, &line, 1));
	town_due(t);
	town_do(t, world_command(&t->world, "MatchLine",
			   arena_printf(t->arena, "/v1/lines/%s/match", town_text(t, "select line_id::text from bank_line")),
			   "\"customer_ref\":\"c1\""));
	assert_int_equal(town_duty(t, "unapplied"), 0);
	town_script(t->owner, "update receipt set value_date = '2026-02-17'");
	assert_int_equal(town_duty(t, "unapplied"), 1);
	assert_int_equal(town_duty(t, "unapplied"), 0);
	assert_int_equal(town_number(t, "select amount from exception where open and kind = 'aged_unapplied'"), 900);
}

static void a_requested_refund_is_kept_and_never_more_than_is_unapplied(void **state)
{
	struct town *t = *state;
	const struct entry_of line = { 900, "hello", NULL, NULL, NULL };
	town_import(t, town_statement(t, "S1", 1, 1, 0, &line, 1));
	town_due(t);
	const char *id = town_text(t, "select line_id::text from bank_line");
	town_do(t, world_command(&t->world, "MatchLine", arena_printf(t->arena, "/v1/lines/%s/match", id), "\"customer_ref\":\"c1\""));
	const char *receipt = town_text(t, "select receipt_id::text from receipt");
	town_do(t, world_command(&t->world, "RequestRefund", arena_printf(t->arena, "/v1/receipts/%s/refund", receipt),
			   "\"amount\":{\"minor\":400,\"currency\":\"EUR\"}"));
	assert_int_equal(town_number(t, "select refund_requested from receipt"), 400);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.RefundRequested'"), 1);
	town_do(t, world_command(&t->world, "UnmatchLine", arena_printf(t->arena, "/v1/lines/%s/unmatch", id), ""));
	assert_int_equal(town_number(t, "select refund_requested from receipt"), 0);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.RefundRequested'"), 2);
	assert_town_proven(t);
}

static void open_exceptions_are_counted_by_type_and_age(void **state)
{
	struct town *t = *state;
	struct text text;
	town_script(t->owner,
		"insert into exception (merchant_id, kind, subject_id, exception_id, stream, open, currency, amount, detail, opened_at, closed_at, closed_by,"
		" revision) select 'nord', 'return', gen_random_uuid(), gen_random_uuid(), '@merchant', n < 6, 'EUR', n, '',"
		" timestamptz '2026-03-20T12:00:00Z' - make_interval(days => n * 10), now(), '', 1 from generate_series(0, 9) n");
	assert_int_equal(town_duty(t, "queue"), 0);
	text_init(&text, t->arena);
	metrics_print(&text);
	const char *all = span_cstr(t->arena, text_done(&text));
	has(all, "dunlin_exceptions{type=\"return\",age=\"up to 1 day\"} 1\n");
	has(all, "dunlin_exceptions{type=\"return\",age=\"up to 7 days\"} 0\n");
	has(all, "dunlin_exceptions{type=\"return\",age=\"up to 30 days\"} 2\n");
	has(all, "dunlin_exceptions{type=\"return\",age=\"up to 90 days\"} 3\n");
	has(all, "dunlin_exceptions{type=\"return\",age=\"over 90 days\"} 0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_page_of_the_queue_walks_an_index_and_sorts_nothing),
		IN_TOWN(an_accepted_suggestion_locks_and_changes_all_that_it_names),
		IN_TOWN(an_exceptions_history_is_only_added_to),
		IN_TOWN(unapplied_cash_of_a_month_is_due_once),
		IN_TOWN(a_requested_refund_is_kept_and_never_more_than_is_unapplied),
		IN_TOWN(open_exceptions_are_counted_by_type_and_age),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
