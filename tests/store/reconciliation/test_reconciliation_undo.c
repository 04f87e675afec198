#include "reconciliation_queries.h"
#include "town.h"

/* The import of a statement, taken back: nothing of it is left, the account is where it was, and the same file is booked once when it comes again. */

static const char *statement_of(struct town *t, const char *ref)
{
	return town_text(t,
		arena_printf(t->arena,
			"select statement_id::text from statement where bank_ref = '%s' and state <> 'replaced' order by arrival desc limit 1",
			ref));
}

static struct message *undo_by(struct town *t, const char *ref, const char *who)
{
	struct message *m =
		world_command(&t->world, "UndoStatement", arena_printf(t->arena, "/v1/statements/%s/undo", statement_of(t, ref)), "");
	m->payload = span_of(arena_printf(t->arena, "{\"who\":\"%s\",\"why\":\"another account's\"}", who));
	return m;
}

static void undo(struct town *t, const char *ref)
{
	town_do(t, undo_by(t, ref, "eve"));
	town_due(t);
}

static void refused(struct town *t, const char *ref, const char *code, const char *says)
{
	struct message *m = undo_by(t, ref, "eve");
	int64_t rows = town_number(t, "select (select count(*) from journal) + (select count(*) from outbox)");
	assert_int_not_equal(town_try(t, m), OUTCOME_APPLIED);
	assert_string_equal(m->why.code, code);
	if (!strstr(m->why.text, says))
		fail_msg("%s: %s", code, m->why.text);
	assert_int_equal(town_number(t, "select (select count(*) from journal) + (select count(*) from outbox)"), rows);
}

/* Everything by which an account and its gaps are known, and what is missing of it. */
static const char *account_now(struct town *t)
{
	return town_text(t,
		"select a.chain_started || ' ' || a.chain_opening || ' ' || a.chain_closing || ' ' || a.chain_line_sum || ' ' || a.chain_gap_sum || ' '"
		" || a.chain_from || ' ' || a.chain_to || ' ' || a.chain_covered_to || ' ' || a.chain_sequence || ' ' || a.chain_last || ' '"
		" || coalesce((select string_agg(g.from_day || '-' || g.to_day || ' ' || g.balance_before || '-' || g.balance_after || ' '"
		" || coalesce((select e.open::text from exception e where e.subject_id = g.statement_id and e.kind = 'statement_gap'), 'none'),"
		" ', ' order by g.gap_id) from statement_gap g where g.open), '')"
		" from bank_account a");
}

static void assert_ties(struct town *t)
{
	struct rows rows;
	struct why why = { 0 };
	if (db_exec(t->db, t->arena, &q_tie_breaks, NULL, &rows, &why) != OK)
		fail_msg("%s", why.text);
	for (size_t i = 0; i < rows.count; i++)
		if (rows_int8(&rows, i, rows_column(&rows, "minor")))
			fail_msg("%.*s is broken", SPAN_ARG(rows_text(&rows, i, 0)));
	assert_int_equal(
		town_number(t, "select count(*) from bank_account where chain_opening + chain_line_sum + chain_gap_sum <> chain_closing"),
		0);
	assert_int_equal(
		town_number(t, "select count(*) from (select * from kept_sum where amount <> 0 except select * from counted_sum) d"), 0);
	assert_town_proven(t);
}

static int64_t open_of(struct town *t, const char *number)
{
	return town_number(t, arena_printf(t->arena, "select open from open_item where number = '%s'", number));
}

static int64_t cash(struct town *t)
{
	return town_number(t, "select coalesce(sum(case when debit like 'cash:%' then amount else -amount end), 0)::bigint from journal"
			      " where debit like 'cash:%' or credit like 'cash:%'");
}

static const struct entry_of entries[] = { { 5000, "RE-2026-0001", NULL, NULL, NULL }, { 700, "hello", NULL, NULL, NULL },
	{ 700, "hello", NULL, NULL, NULL }, { -300, "Fee", NULL, NULL, NULL } };

static void invoice(struct town *t, const char *customer, const char *number)
{
	town_do(t, world_invoice(&t->world, customer, world_id(&t->world), number, "EUR", 5000, 0));
}

static void what_is_undone_is_gone_and_the_same_file_is_booked_once_again(void **state)
{
	struct town *t = *state;
	invoice(t, "c1", "RE-2026-0001");
	const char *before = account_now(t);
	struct span file = town_statement(t, "S1", 1, 1, 1000, entries, 4);
	town_import(t, file);
	town_due(t);
	assert_int_equal(cash(t), 7100);
	assert_int_equal(open_of(t, "RE-2026-0001"), 0);
	undo(t, "S1");
	assert_string_equal(town_text(t, "select state from statement"), "undone");
	assert_int_equal(town_number(t, "select count(*) from bank_line where state = 'undone'"), 4);
	assert_int_equal(cash(t), 0);
	assert_int_equal(open_of(t, "RE-2026-0001"), 5000);
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 0);
	assert_int_equal(town_number(t, "select count(*) from exception where open"), 0);
	assert_int_equal(town_number(t, "select count(*) from bank_line_token"), 0);
	assert_string_equal(account_now(t), before);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.LineUndone'"), 4);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.StatementUndone'"), 1);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.AllocationReversed'"), 1);
	assert_int_equal(town_number(t, "select count(*) from audit where act = 'undo statement' and why <> ''"), 1);
	assert_ties(t);
	assert_true(town_import(t, file).is_new);
	town_due(t);
	assert_string_equal(town_text(t, "select string_agg(state, ' ' order by arrival) from statement"), "replaced posted");
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 4);
	assert_int_equal(cash(t), 7100);
	assert_int_equal(open_of(t, "RE-2026-0001"), 0);
	assert_false(town_import(t, file).is_new);
	assert_ties(t);
	undo(t, "S1");
	assert_int_equal(cash(t), 0);
	town_import(t, file);
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 4);
	assert_ties(t);
}

static void a_corrected_edition_takes_the_place_of_what_was_undone(void **state)
{
	struct town *t = *state;
	struct entry_of right[] = { entries[0], entries[1], entries[2], { -290, "Fee", NULL, NULL, NULL } };
	invoice(t, "c1", "RE-2026-0001");
	town_import(t, town_statement(t, "S1", 1, 1, 0, entries, 4));
	town_due(t);
	undo(t, "S1");
	town_import(t, town_statement(t, "S1", 1, 1, 0, right, 4));
	town_due(t);
	assert_int_equal(cash(t), 6110);
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 4);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'line_vanished'"), 0);
	assert_ties(t);
}

/* Each undone brings back exactly what was there before it, in the reverse of the order in which they came. */
static void gaps_and_overlaps_come_back_as_they_were(void **state)
{
	struct town *t = *state;
	const struct entry_of a = { 100, "a", NULL, NULL, NULL }, b = { 200, "b", NULL, NULL, NULL }, c = { 300, "c", NULL, NULL, NULL };
	const struct entry_of both[] = { a, { 55, "late", NULL, NULL, NULL } };
	const struct {
		const char *id;
		int from, to;
		int64_t opening;
		const struct entry_of *entries;
		size_t n;
	} steps[] = { { "S1", 5, 5, 1000, &a, 1 }, { "S9", 9, 9, 1300, &c, 1 }, { "S7", 7, 7, 1100, &b, 1 }, { "S0", 2, 3, 400, &a, 1 },
		{ "S4", 4, 4, 700, &c, 1 }, { "S5", 5, 5, 1000, both, 2 } };
	const char *before[6];
	for (size_t i = 0; i < 6; i++) {
		before[i] = account_now(t);
		town_import(t, town_statement(t, steps[i].id, steps[i].from, steps[i].to, steps[i].opening, steps[i].entries, steps[i].n));
		town_due(t);
	}
	assert_ties(t);
	refused(t, "S1", "later_statement",
		town_number(t, "select count(*) from statement where bank_ref = 'S5' and state = 'posted'") ? "S5" : "S4");
	for (size_t i = 6; i-- > 0;) {
		if (strcmp(town_text(t, arena_printf(t->arena, "select state from statement where bank_ref = '%s'", steps[i].id)),
			    "posted") != 0)
			continue;
		undo(t, steps[i].id);
		assert_string_equal(account_now(t), before[i]);
		assert_ties(t);
	}
	assert_int_equal(cash(t), 0);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind = 'statement_gap'"), 0);
}

static const char *line_of(struct town *t, const char *ref, int number)
{
	return town_text(t,
		arena_printf(t->arena,
			"select l.line_id::text from bank_line l join statement s using (merchant_id, statement_id) where s.bank_ref = '%s' and l.number = %d"
			" order by s.arrival desc limit 1",
			ref, number));
}

static struct message *at_line(struct town *t, const char *type, const char *line, const char *does, const char *fields)
{
	return world_command(&t->world, type, arena_printf(t->arena, "/v1/lines/%s/%s", line, does), fields);
}

static void who_brought_it_and_who_said_what_a_line_is_stand_against_it(void **state)
{
	struct town *t = *state;
	town_import(t, town_statement(t, "S1", 1, 1, 0, entries, 4));
	town_due(t);
	struct message *own = undo_by(t, "S1", "bob");
	assert_int_equal(town_try(t, own), OUTCOME_REFUSED);
	assert_string_equal(own->why.code, "same_person");
	const char *line = line_of(t, "S1", 2);
	town_do(t, at_line(t, "MatchLine", line, "match", "\"customer_ref\":\"c2\""));
	refused(t, "S1", "matched_by_person", "line 2");
	town_do(t, at_line(t, "UnmatchLine", line, "unmatch", ""));
	undo(t, "S1");
	refused(t, "S1", "statement_state", "undone");
	assert_ties(t);
}

static void what_left_the_house_stands_against_it(void **state)
{
	struct town *t = *state;
	invoice(t, "c1", "RE-2026-0001");
	const struct entry_of over = { 6000, "RE-2026-0001", NULL, NULL, NULL }, back = { -1000, "Refund", NULL, NULL, NULL };
	town_import(t, town_statement(t, "S1", 1, 1, 0, &over, 1));
	town_due(t);
	town_import(t, town_statement(t, "S2", 2, 2, 6000, &back, 1));
	town_due(t);
	refused(t, "S1", "later_statement", "S2");
	town_do(t, at_line(t, "MatchLine", line_of(t, "S2", 1), "match",
			   arena_printf(t->arena, "\"refund_of\":\"%s\"", town_text(t, "select receipt_id::text from receipt"))));
	refused(t, "S2", "matched_by_person", "line 1");
	town_script(t->owner, "update bank_account set chain_last = (select statement_id from statement where bank_ref = 'S1')");
	refused(t, "S1", "receipt_refunded", "line 1");
}

static void what_was_given_up_stands_against_it(void **state)
{
	struct town *t = *state;
	const struct entry_of part = { 4000, "RE-2026-0001", NULL, NULL, NULL };
	invoice(t, "c1", "RE-2026-0001");
	town_import(t, town_statement(t, "S1", 1, 1, 0, &part, 1));
	town_due(t);
	town_do(t,
		world_command(&t->world, "WriteOff",
			arena_printf(t->arena, "/v1/open-items/%s/write-off", town_text(t, "select invoice_id::text from invoice")), ""));
	refused(t, "S1", "written_off", "RE-2026-0001");
}

/* What a policy gave up beside a payment is no person's word: it goes with the payment. */
static void differences_are_taken_back_with_their_payment(void **state)
{
	struct town *t = *state;
	const struct entry_of nearly = { 4950, "RE-2026-0001", NULL, NULL, NULL };
	town_script(t->owner, "insert into difference_policy values ('nord', 'EUR', 100, 10000, 0, 0, 0, true, 0, '')");
	invoice(t, "c1", "RE-2026-0001");
	struct span file = town_statement(t, "S1", 1, 1, 0, &nearly, 1);
	for (int i = 0; i < 2; i++) {
		town_import(t, file);
		town_due(t);
		assert_int_equal(town_number(t, "select written_off from open_item"), 50);
		assert_int_equal(open_of(t, "RE-2026-0001"), 0);
		undo(t, "S1");
		assert_int_equal(town_number(t, "select written_off from open_item"), 0);
		assert_int_equal(open_of(t, "RE-2026-0001"), 5000);
		assert_ties(t);
	}
}

static void what_is_closed_and_exported_stands_against_it(void **state)
{
	struct town *t = *state;
	town_import(t, town_statement(t, "S1", 1, 1, 1000, entries, 4));
	town_due(t);
	town_script(t->owner,
		"insert into period (merchant_id, month, state, last_entry, asked_by, closed_by, reason, forced, warnings, seal, closed_at, revision)"
		" values ('nord', '2026-02-01', 'closed', 1000000, 'eve', 'eve', 'end', false, 0, sha256(''), now(), 1)");
	town_script(t->owner,
		"insert into period (merchant_id, month, state, last_entry, asked_by, closed_by, reason, forced, warnings, seal, closed_at, revision)"
		" values ('nord', '2026-03-01', 'closed', 1000000, 'eve', 'eve', 'end', false, 0, sha256(''), now(), 1)");
	refused(t, "S1", "period_closed", "2026-03");
	town_script(t->owner, "insert into export (merchant_id, target, number, month, version, entries, sums, made_by, made_at)"
			      " values ('nord', 'datev', 7, '2026-03-01', 1, 1, '', 'eve', now())");
	refused(t, "S1", "exported", "datev 7 of 2026-03");
	town_script(t->owner,
		"alter table period disable trigger period_stays; delete from export; delete from period where month = '2026-03-01';"
		" alter table period enable trigger period_stays");
	undo(t, "S1");
	assert_ties(t);
}

/* A return undone gives back what it took, whether that came with it or before it. */
static void returns_give_back_what_they_took(void **state)
{
	struct town *t = *state;
	const struct entry_of first = { 5000, "RE-2026-0001", "E2E-1", NULL, NULL };
	/* The newest first, as some banks write: the return stands before what it takes back. */
	const struct entry_of second[] = { { -5000, "back", "E2E-2", NULL, "AC04" }, { 5000, "RE-2026-0002", "E2E-2", NULL, NULL },
		{ -5000, "back", "E2E-1", NULL, "AC04" } };
	invoice(t, "c1", "RE-2026-0001");
	invoice(t, "c2", "RE-2026-0002");
	town_import(t, town_statement(t, "S1", 1, 1, 0, &first, 1));
	town_due(t);
	town_import(t, town_statement(t, "S2", 2, 2, 5000, second, 3));
	town_due(t);
	assert_int_equal(open_of(t, "RE-2026-0001"), 5000);
	town_script(t->owner, "update bank_account set chain_last = (select statement_id from statement where bank_ref = 'S1')");
	refused(t, "S1", "line_returned", "line 1");
	town_script(t->owner, "update bank_account set chain_last = (select statement_id from statement where bank_ref = 'S2')");
	undo(t, "S2");
	assert_int_equal(open_of(t, "RE-2026-0002"), 5000);
	assert_string_equal(
		town_text(t, "select l.state || ' ' || l.returned from bank_line l join statement s using (merchant_id, statement_id)"
			     " where s.bank_ref = 'S1'"),
		"matched 0");
	assert_ties(t);
	undo(t, "S1");
	assert_int_equal(open_of(t, "RE-2026-0001"), 5000);
	assert_int_equal(cash(t), 0);
	assert_ties(t);
}

enum { MANY = 1200 };

/* The process may end after any unit of work: what was undone is undone once, and the rest follows. The books hold at each step. */
static void a_large_one_goes_step_by_step_and_nobody_works_on_it_meanwhile(void **state)
{
	struct town *t = *state;
	struct entry_of *many = ARENA_ARRAY(t->arena, struct entry_of, MANY);
	for (int i = 0; i < MANY; i++)
		many[i] = (struct entry_of){ 100 + i % 7, arena_printf(t->arena, "line %d", i / 2), NULL, NULL, NULL };
	struct span file = town_statement(t, "S1", 1, 1, 0, many, MANY);
	town_import(t, file);
	town_due(t);
	town_do(t, undo_by(t, "S1", "eve"));
	assert_ties(t);
	assert_int_equal(town_duty(t, "undo"), 500);
	assert_string_equal(town_text(t, "select state || ' ' || remaining from statement"), "undoing 700");
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 700);
	assert_ties(t);
	struct message *match = at_line(t, "MatchLine", line_of(t, "S1", 1), "match", "\"customer_ref\":\"c2\"");
	assert_int_not_equal(town_try(t, match), OUTCOME_APPLIED);
	assert_string_equal(match->why.code, "statement_undone");
	assert_false(town_import(t, file).is_new);
	const struct entry_of next = { 5, "next", NULL, NULL, NULL };
	town_import(t, town_statement(t, "S2", 2, 2, 0, &next, 1));
	assert_int_equal(town_duty(t, "statements"), 1);
	assert_int_equal(town_duty(t, "lines"), 0);
	unit_close(t->unit);
	t->unit = unit_open(&town_service, t->db);
	assert_int_equal(town_duty(t, "undo"), 500);
	assert_int_equal(town_duty(t, "undo"), 200);
	assert_int_equal(town_duty(t, "undo"), 0);
	assert_string_equal(town_text(t, "select state from statement where bank_ref = 'S1'"), "undone");
	assert_int_equal(town_duty(t, "lines"), 1);
	assert_int_equal(cash(t), 5);
	assert_ties(t);
}

static void what_was_not_posted_yet_is_never_posted(void **state)
{
	struct town *t = *state;
	struct span file = town_statement(t, "S1", 1, 1, 0, entries, 4);
	town_import(t, file);
	assert_int_equal(town_duty(t, "statements"), 1);
	town_do(t, undo_by(t, "S1", "eve"));
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from journal"), 0);
	assert_string_equal(town_text(t, "select state from statement"), "undone");
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.LineUndone'"), 0);
	town_import(t, file);
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from posted_line"), 4);
	assert_ties(t);
}

/* Else it would wait for that line for ever, and with it all that the account has to post. */
static void nothing_is_taken_back_of_what_is_being_undone(void **state)
{
	struct town *t = *state;
	const struct entry_of out = { -700, "out", NULL, NULL, NULL }, in = { 700, "in", NULL, NULL, NULL };
	town_import(t, town_statement(t, "S1", 1, 1, 700, &out, 1));
	town_due(t);
	town_import(t, town_statement(t, "S2", 1, 1, 0, &in, 1));
	town_due(t);
	town_do(t, undo_by(t, "S2", "eve"));
	struct message *back =
		at_line(t, "MatchLine", line_of(t, "S1", 1), "match", arena_printf(t->arena, "\"return_of\":\"%s\"", line_of(t, "S2", 1)));
	assert_int_not_equal(town_try(t, back), OUTCOME_APPLIED);
	assert_string_equal(back->why.code, "statement_undone");
	town_due(t);
	assert_string_equal(town_text(t, "select state from statement where bank_ref = 'S2'"), "undone");
	assert_string_equal(town_text(t, "select state from bank_line where amount = -700"), "waiting");
	assert_ties(t);
}

/* A machine's look finds the earlier line by its reference alone: what becomes of its statement is known there too. */
static void a_look_leaves_alone_what_is_being_undone(void **state)
{
	struct town *t = *state;
	const struct entry_of out = { -700, "out", "E1", NULL, NULL }, in = { 700, "in", "E1", NULL, NULL };
	struct uuid debit;
	town_import(t, town_statement(t, "S1", 1, 1, 700, &out, 1));
	town_due(t);
	town_import(t, town_statement(t, "S2", 1, 1, 0, &in, 1));
	town_due(t);
	town_do(t, undo_by(t, "S2", "eve"));
	assert_int_equal(uuid_parse(span_of(line_of(t, "S1", 1)), &debit), OK);
	town_do(t, world_try(&t->world, debit));
	town_due(t);
	assert_string_equal(town_text(t, "select state from statement where bank_ref = 'S2'"), "undone");
	assert_string_equal(town_text(t, "select state from bank_line where amount = -700"), "waiting");
	assert_ties(t);
}

/* Lines that an undone statement shared with another are the other's, and stay. */
static void an_overlap_takes_only_its_own_lines_along(void **state)
{
	struct town *t = *state;
	const struct entry_of more[] = { entries[0], entries[1], entries[2], entries[3], { 42, "late", NULL, NULL, NULL } };
	town_import(t, town_statement(t, "S1", 1, 2, 0, entries, 4));
	town_due(t);
	town_import(t, town_statement(t, "S2", 1, 3, 0, more, 5));
	town_due(t);
	assert_int_equal(cash(t), 6142);
	undo(t, "S2");
	assert_int_equal(cash(t), 6100);
	assert_string_equal(
		town_text(t,
			"select string_agg(l.state, ' ' order by l.number) from bank_line l join statement s using (merchant_id, statement_id)"
			" where s.bank_ref = 'S2'"),
		"known known known known undone");
	assert_ties(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(what_is_undone_is_gone_and_the_same_file_is_booked_once_again),
		IN_TOWN(a_corrected_edition_takes_the_place_of_what_was_undone),
		IN_TOWN(gaps_and_overlaps_come_back_as_they_were),
		IN_TOWN(who_brought_it_and_who_said_what_a_line_is_stand_against_it),
		IN_TOWN(what_left_the_house_stands_against_it),
		IN_TOWN(what_was_given_up_stands_against_it),
		IN_TOWN(differences_are_taken_back_with_their_payment),
		IN_TOWN(what_is_closed_and_exported_stands_against_it),
		IN_TOWN(returns_give_back_what_they_took),
		IN_TOWN(a_large_one_goes_step_by_step_and_nobody_works_on_it_meanwhile),
		IN_TOWN(what_was_not_posted_yet_is_never_posted),
		IN_TOWN(nothing_is_taken_back_of_what_is_being_undone),
		IN_TOWN(a_look_leaves_alone_what_is_being_undone),
		IN_TOWN(an_overlap_takes_only_its_own_lines_along),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
