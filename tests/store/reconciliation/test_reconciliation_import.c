#include "town.h"

#include <stdio.h>

#include "clock.h"
#include "settings.h"
#include "tick_bulk.h"

/* Statement files: twice, overlapping, with twins, damaged. */

#define ENTRIES(...) (const struct entry_of[]){ __VA_ARGS__ }, sizeof((const struct entry_of[]){ __VA_ARGS__ }) / sizeof(struct entry_of)

static int64_t lines(struct town *t)
{
	return town_number(t, "select count(*) from bank_line where state not in ('staged', 'known')");
}

static int64_t cash(struct town *t)
{
	return town_number(t, "select coalesce(sum(case when debit like 'cash:%' then amount else -amount end), 0)::bigint from journal"
			      " where debit like 'cash:%' or credit like 'cash:%'");
}

static int64_t open_exceptions(struct town *t, const char *kind)
{
	return town_number(t, arena_printf(t->arena, "select count(*) from exception where open and kind = '%s'", kind));
}

static void a_statement_is_staged_accepted_and_posted_line_by_line(void **state)
{
	struct town *t = *state;
	struct imported i = town_import(
		t, town_statement(t, "S1", 2, 2, 10000, ENTRIES({ .minor = 500, .text = "a" }, { .minor = -200, .text = "b" })));
	assert_true(i.is_new);
	assert_int_equal(i.count, 1);
	assert_int_equal(i.rules[0], RULE_NONE);
	assert_int_equal(lines(t), 0);
	assert_int_equal(town_due(t), 3);
	assert_int_equal(lines(t), 2);
	assert_int_equal(cash(t), 10300);
	assert_string_equal(town_text(t, "select state from statement"), "posted");
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.StatementAccepted'"), 1);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.LineAccepted'"), 2);
	assert_int_equal(open_exceptions(t, "unmatched_line"), 2);
	assert_town_proven(t);
	assert_int_equal(town_due(t), 0);
}

static void the_same_file_again_changes_nothing(void **state)
{
	struct town *t = *state;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 }));
	town_import(t, file);
	assert_false(town_import(t, file).is_new);
	town_due(t);
	struct imported again = town_import(t, file);
	assert_false(again.is_new);
	assert_int_equal(again.count, 1);
	assert_int_equal(again.statements[0].state, STATEMENT_POSTED);
	assert_int_equal(town_due(t), 0);
	assert_int_equal(lines(t), 1);
}

/* Other bytes, the same statement: downloaded twice. */
static void the_same_statement_in_another_file_adds_nothing(void **state)
{
	struct town *t = *state;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500, .text = "x" }, { .minor = -500, .text = "y" }));
	town_import(t, file);
	town_due(t);
	assert_true(town_import(t, span_of(arena_printf(t->arena, "%.*s<!-- again -->", SPAN_ARG(file)))).is_new);
	town_due(t);
	assert_int_equal(lines(t), 2);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'known'"), 2);
	assert_int_equal(town_number(t, "select line_new from statement where placement = 'overlap'"), 0);
	assert_town_proven(t);
}

static void an_overlapping_statement_adds_what_exceeds_the_stored_count(void **state)
{
	struct town *t = *state;
	town_import(t, town_statement(t, "S1", 2, 2, 0,
			       ENTRIES({ .minor = 500, .text = "twin" }, { .minor = 500, .text = "twin" }, { .minor = 7 })));
	town_due(t);
	/* The day as the bank tells it in the evening: one more twin, and one more line. */
	town_import(t, town_statement(t, "S1b", 2, 2, 0,
			       ENTRIES({ .minor = 500, .text = "twin" }, { .minor = 500, .text = "twin" }, { .minor = 500, .text = "twin" },
				       { .minor = 7 }, { .minor = 9 })));
	town_due(t);
	assert_int_equal(lines(t), 5);
	assert_int_equal(cash(t), 1516);
	assert_int_equal(town_number(t, "select max(occurrence)::bigint from bank_line where state <> 'known'"), 3);
	assert_town_proven(t);
}

/* Two truly identical payments on one day, told by two statements of that day. */
static void twins_survive_across_disjoint_statements(void **state)
{
	struct town *t = *state;
	town_import(t, town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500, .text = "twin" })));
	town_import(t, town_statement(t, "S2", 2, 2, 500, ENTRIES({ .minor = 500, .text = "twin" }, { .minor = 500, .text = "twin" })));
	town_due(t);
	assert_int_equal(lines(t), 3);
	assert_int_equal(cash(t), 1500);
	assert_int_equal(town_number(t, "select max(occurrence)::bigint from bank_line"), 3);
	/* And the second one again. */
	town_import(t, town_statement(t, "S2", 2, 2, 500, ENTRIES({ .minor = 500, .text = "twin" }, { .minor = 500, .text = "twin " })));
	town_due(t);
	assert_int_equal(lines(t), 3);
	assert_town_proven(t);
}

static void a_damaged_file_is_refused_with_rule_and_line_and_posts_nothing(void **state)
{
	struct town *t = *state;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 }, { .minor = 600 }));
	struct imported i = town_import(t, span_bytes(file.at, file.size - 20));
	assert_int_equal(i.refused.rule, RULE_XML);
	assert_int_equal(i.refused.place.line, 7);
	assert_int_equal(town_number(t, "select place_line from statement_file where state = 'refused' and rule = 'xml_malformed'"), 7);
	town_due(t);
	assert_int_equal(lines(t), 0);
	assert_int_equal(town_number(t, "select count(*) from journal"), 0);
	/* What was staged before the fault can be seen, and nobody can accept it. */
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'staged'"), 2);
	assert_string_equal(town_text(t, "select state || ' ' || damaged || ' ' || rule from statement"), "quarantined true xml_malformed");
	struct message *accept = world_command(&t->world, "AcceptStatement",
		arena_printf(t->arena, "/v1/statements/%s/accept", town_text(t, "select statement_id::text from statement")), "");
	assert_int_equal(town_try(t, accept), OUTCOME_REFUSED);
	assert_string_equal(accept->why.code, "statement_unreadable");
	/* Whole, it is another file. */
	town_import(t, file);
	town_due(t);
	assert_int_equal(lines(t), 2);
}

static void a_statement_that_does_not_close_waits_for_a_person_or_a_better_file(void **state)
{
	struct town *t = *state;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 }));
	char *spoiled = span_cstr(t->arena, file);
	memcpy(strstr(spoiled, ">5.00<"), ">6.00<", 6);
	struct imported i = town_import(t, span_of(spoiled));
	assert_int_equal(i.rules[0], RULE_NOT_CLOSING);
	assert_int_equal(i.statements[0].place.line, 4);
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from journal"), 0);
	assert_int_equal(open_exceptions(t, "statement_quarantined"), 1);
	/* Once more, as it came: the old try is replaced, with its exception. */
	assert_true(town_import(t, span_of(spoiled)).is_new);
	town_due(t);
	assert_int_equal(open_exceptions(t, "statement_quarantined"), 1);
	assert_int_equal(town_number(t, "select count(*) from statement where state = 'replaced'"), 1);
	town_do(t, world_command(&t->world, "AcceptStatement",
			   arena_printf(t->arena, "/v1/statements/%s/accept",
				   town_text(t, "select statement_id::text from statement where state = 'quarantined'")),
			   ""));
	town_due(t);
	assert_int_equal(lines(t), 1);
	assert_int_equal(open_exceptions(t, "statement_quarantined"), 0);
	assert_int_equal(open_exceptions(t, "statement_gap"), 1);
	assert_int_equal(town_number(t, "select count(*) from audit where act = 'accept statement' and who = 'desk/eve'"), 1);
	assert_town_proven(t);
}

static void a_statement_of_an_unknown_account_is_taken_once_the_account_is_defined(void **state)
{
	struct town *t = *state;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 }));
	char *other = span_cstr(t->arena, file);
	memcpy(strstr(other, "DE02120300000000202051"), "DE89370400440532013000", 22);
	assert_int_equal(town_import(t, span_of(other)).rules[0], RULE_ACCOUNT_UNKNOWN);
	town_due(t);
	assert_int_equal(lines(t), 0);
	struct message *define = world_command(&t->world, "DefineAccount", "", "");
	define->payload = SPAN("{\"iban\":\"DE89 3704 0044 0532 0130 00\",\"currency\":\"EUR\"}");
	town_do(t, define);
	assert_true(town_import(t, span_of(other)).is_new);
	town_due(t);
	assert_int_equal(lines(t), 1);
	assert_int_equal(open_exceptions(t, "statement_quarantined"), 0);
	assert_town_proven(t);
}

/* The same content at another account is another line. */
static void two_accounts_with_the_same_lines_keep_them_apart(void **state)
{
	struct town *t = *state;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500, .text = "alike" }));
	char *other = span_cstr(t->arena, file);
	struct message *define = world_command(&t->world, "DefineAccount", "", "");

	define->payload = SPAN("{\"iban\":\"DE89370400440532013000\",\"currency\":\"EUR\"}");
	town_do(t, define);
	memcpy(strstr(other, "DE02120300000000202051"), "DE89370400440532013000", 22);
	town_import(t, file);
	town_import(t, span_of(other));
	assert_int_equal(town_number(t, "select count(distinct key) from bank_line"), 2);
	assert_int_equal(town_number(t, "select count(*) from bank_line where account_id is null"), 0);
	town_due(t);
	assert_int_equal(lines(t), 2);
	assert_int_equal(town_number(t, "select max(occurrence)::bigint from bank_line"), 1);
	assert_town_proven(t);
}

static void a_gap_closes_when_the_missing_statement_comes(void **state)
{
	struct town *t = *state;
	town_import(t, town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 100 })));
	town_import(t, town_statement(t, "S3", 6, 6, 180, ENTRIES({ .minor = 20 })));
	town_due(t);
	assert_int_equal(open_exceptions(t, "statement_gap"), 1);
	assert_int_equal(town_number(t, "select amount from exception where kind = 'statement_gap'"), 80);
	assert_town_proven(t);
	town_import(t, town_statement(t, "S2", 4, 5, 100, ENTRIES({ .minor = 80 })));
	town_due(t);
	assert_int_equal(open_exceptions(t, "statement_gap"), 0);
	assert_int_equal(cash(t), 200);
	assert_town_proven(t);
}

static void a_large_statement_goes_through_in_pieces(void **state)
{
	struct town *t = *state;
	enum { MANY = 2300 };
	struct entry_of *entries = ARENA_ARRAY(t->arena, struct entry_of, MANY);
	for (int i = 0; i < MANY; i++)
		entries[i] = (struct entry_of){ .minor = 1 + i % 7, .text = arena_printf(t->arena, "number %d", i % 1000) };
	town_import(t, town_statement(t, "S1", 2, 2, 0, entries, MANY));
	assert_int_equal(town_number(t, "select count(*) from bank_line"), MANY);
	town_due(t);
	assert_int_equal(lines(t), MANY);
	assert_string_equal(town_text(t, "select state || remaining from statement"), "posted0");
	assert_town_proven(t);
}

/* The references from lines to their statement are looked up at COMMIT, one by one: for a file of 1 GB longer than any other call may take. */
static void an_import_takes_as_long_to_commit_as_its_file_is_large(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct db *brief;
	struct imported out;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 }));
	struct import_source source = import_bytes(&file);
	const struct import_origin from = { SPAN(MERCHANT), SPAN("desk"), SPAN("large.xml"), SPAN("") };
	town_script(t->owner,
		"create function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return null; end $$;"
		"create constraint trigger linger after insert on statement initially deferred for each row execute function linger()");
	assert_int_equal(db_open(&brief, &(struct db_options){ .url = getenv("DUNLIN_TEST_DATABASE_URL"), .deadline_ms = 1000 }, &why), OK);
	enum err err = import_run(brief, t->arena, &from, &source, &out, &why);
	db_close(brief);
	town_script(t->owner, "drop trigger linger on statement; drop function linger()");
	if (err != OK)
		fail_msg("%s: %s", why.code, why.text);
	assert_int_equal(town_number(t, "select count(*) from statement where state = 'staged'"), 1);
}

/* A disk, or a network behind it, that has nothing for longer than a transaction may be idle. */
static enum err read_late(struct import_source *source, struct span *bytes, struct why *why)
{
	(void)why;
	clock_pause_ms(source->at ? 0 : 2200);
	*bytes = span_from(*(const struct span *)source->ctx, source->at);
	source->at += bytes->size;
	return OK;
}

static void an_import_waits_for_its_file_within_its_transaction(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	struct imported out;
	struct span file = town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 }));
	struct import_source source = import_bytes(&file);
	const struct import_origin from = { SPAN(MERCHANT), SPAN("desk"), SPAN("slow.xml"), SPAN("") };
	source.read = read_late;
	if (import_run(t->db, t->arena, &from, &source, &out, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	assert_int_equal(town_number(t, "select count(*) from statement where state = 'staged'"), 1);
}

/* One of very many lines is decided by the role bulk, and what the account's next are is decided after it. */
static void a_statement_of_very_many_lines_is_not_decided_by_tick(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	bool did = false;
	town_import(t, town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 })));
	town_import(t, town_statement(t, "S2", 3, 3, 500, ENTRIES({ .minor = 600 })));
	reconciliation_settings.statement_large_lines = 1000;
	town_script(t->owner, "update statement set line_count = 1000 where bank_ref = 'S1'");
	assert_int_equal(town_duty(t, "statements"), 0);
	assert_int_equal(bulk_next(NULL, t->db, t->arena, &did, &why), OK);
	assert_true(did);
	assert_int_equal(town_number(t, "select count(*) from statement where bank_ref = 'S1' and state = 'accepted'"), 1);
	assert_int_equal(town_duty(t, "statements"), 1);
	did = false;
	assert_int_equal(bulk_next(NULL, t->db, t->arena, &did, &why), OK);
	assert_false(did);
	reconciliation_settings.statement_large_lines = 0;
	town_due(t);
	assert_int_equal(cash(t), 1100);
}

/* Whoever is at it holds a lock: another process leaves it alone. */
static void two_processes_do_not_decide_a_large_statement_at_once(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	bool did = false;
	town_import(t, town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 })));
	reconciliation_settings.statement_large_lines = 1;
	town_script(t->owner, "do $$ begin perform pg_advisory_lock(5077, hashtext(statement_id::text)) from statement; end $$");
	assert_int_equal(bulk_next(NULL, t->db, t->arena, &did, &why), OK);
	assert_false(did);
	town_script(t->owner, "do $$ begin perform pg_advisory_unlock_all(); end $$");
	assert_int_equal(bulk_next(NULL, t->db, t->arena, &did, &why), OK);
	assert_true(did);
	reconciliation_settings.statement_large_lines = 0;
}

/* A large statement that somebody else is at holds up no other one. */
static void the_next_large_statement_that_nobody_is_at_is_decided(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	bool did = false;
	char *other = span_cstr(t->arena, town_statement(t, "S2", 2, 2, 0, ENTRIES({ .minor = 600 })));
	struct message *define = world_command(&t->world, "DefineAccount", "", "");
	define->payload = SPAN("{\"iban\":\"DE89370400440532013000\",\"currency\":\"EUR\"}");
	town_do(t, define);
	memcpy(strstr(other, "DE02120300000000202051"), "DE89370400440532013000", 22);
	town_import(t, town_statement(t, "S1", 2, 2, 0, ENTRIES({ .minor = 500 })));
	town_import(t, span_of(other));
	reconciliation_settings.statement_large_lines = 1;
	town_script(t->owner,
		"do $$ begin perform pg_advisory_lock(5077, hashtext(statement_id::text)) from statement where bank_ref = 'S1'; end $$");
	assert_int_equal(bulk_next(NULL, t->db, t->arena, &did, &why), OK);
	assert_true(did);
	assert_string_equal(town_text(t, "select string_agg(state, ' ' order by bank_ref) from statement"), "staged accepted");
	town_script(t->owner, "do $$ begin perform pg_advisory_unlock_all(); end $$");
	reconciliation_settings.statement_large_lines = 0;
}

static void a_large_statement_holds_up_no_small_one_of_another_account(void **state)
{
	struct town *t = *state;
	enum { MANY = 700 };
	struct entry_of *entries = ARENA_ARRAY(t->arena, struct entry_of, MANY);
	for (int i = 0; i < MANY; i++)
		entries[i] = (struct entry_of){ .minor = 1 + i, .text = "large" };
	struct message *define = world_command(&t->world, "DefineAccount", "", "");
	char *small = span_cstr(t->arena, town_statement(t, "S2", 2, 2, 0, ENTRIES({ .minor = 500 }, { .minor = 600 }, { .minor = 700 })));
	define->payload = SPAN("{\"iban\":\"DE89370400440532013000\",\"currency\":\"EUR\"}");
	town_do(t, define);
	memcpy(strstr(small, "DE02120300000000202051"), "DE89370400440532013000", 22);
	town_import(t, town_statement(t, "S1", 2, 2, 0, entries, MANY));
	assert_int_equal(town_duty(t, "statements"), 1);
	town_import(t, span_of(small));
	/* Lines give way to a statement that waits for its decision, but not for ever. */
	assert_int_equal(town_duty(t, "lines"), 0);
	assert_int_equal(town_duty(t, "statements"), 1);
	assert_true(town_duty(t, "lines") >= 253);
	assert_int_equal(town_number(t, "select count(*) from statement where bank_ref = 'S2' and state = 'posted'"), 1);
	assert_int_equal(town_number(t, "select count(*) from statement where bank_ref = 'S1' and remaining between 1 and 699"), 1);
	/* In the order of the file. */
	assert_int_equal(
		town_number(t,
			"select max(number) filter (where l.state = 'waiting') - min(number) filter (where l.state = 'staged') from bank_line l"
			" join statement s using (merchant_id, statement_id) where s.bank_ref = 'S1'"),
		-1);
	town_due(t);
	assert_int_equal(lines(t), MANY + 3);
	assert_town_proven(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_statement_is_staged_accepted_and_posted_line_by_line),
		IN_TOWN(the_same_file_again_changes_nothing),
		IN_TOWN(the_same_statement_in_another_file_adds_nothing),
		IN_TOWN(an_overlapping_statement_adds_what_exceeds_the_stored_count),
		IN_TOWN(twins_survive_across_disjoint_statements),
		IN_TOWN(a_damaged_file_is_refused_with_rule_and_line_and_posts_nothing),
		IN_TOWN(a_statement_that_does_not_close_waits_for_a_person_or_a_better_file),
		IN_TOWN(a_statement_of_an_unknown_account_is_taken_once_the_account_is_defined),
		IN_TOWN(two_accounts_with_the_same_lines_keep_them_apart),
		IN_TOWN(a_gap_closes_when_the_missing_statement_comes),
		IN_TOWN(a_large_statement_goes_through_in_pieces),
		IN_TOWN(a_statement_of_very_many_lines_is_not_decided_by_tick),
		IN_TOWN(two_processes_do_not_decide_a_large_statement_at_once),
		IN_TOWN(the_next_large_statement_that_nobody_is_at_is_decided),
		IN_TOWN(an_import_takes_as_long_to_commit_as_its_file_is_large),
		IN_TOWN(an_import_waits_for_its_file_within_its_transaction),
		IN_TOWN(a_large_statement_holds_up_no_small_one_of_another_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
