#include "town.h"

#include <stdio.h>

#include "reconciliation_queries.h"
#include "store_ledger.h"

/* The journal under seal. */

#define ENTRY \
	"insert into journal (merchant_id, transfer_id, debit, credit, currency, amount, cause, cause_id, customer_ref, day, posted_at)"
#define VALUES(merchant, minor)                                                                                                       \
	" values ('" merchant "', gen_random_uuid(), 'receivable', 'revenue', 'EUR', " minor ", 'invoice', gen_random_uuid(), 'c1', " \
	"'2026-03-01', '2026-03-01')"

static const struct instant noon = { INT64_C(1774008000000000) };

static void seal(struct town *t)
{
	struct why why = { 0 };
	if (ledger_seal(t->db, noon, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
}

static struct ledger_verdict verify(struct town *t, const char *merchant)
{
	struct ledger_verdict verdict;
	struct why why = { 0 };
	if (ledger_verify(t->owner, span_of(merchant), NULL, &verdict, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return verdict;
}

/* Three blocks of two entries each, a number between them that was given up, and one entry without a seal. */
static void live(struct town *t)
{
	for (int i = 0; i < 3; i++) {
		town_script(t->db, ENTRY VALUES("nord", "100"));
		town_script(t->owner, "select nextval('journal_entry_seq')");
		town_script(t->db, ENTRY VALUES("nord", "200"));
		seal(t);
	}
	town_script(t->db, ENTRY VALUES("nord", "300"));
}

static void every_entry_is_sealed_once_in_its_merchants_chain(void **state)
{
	struct town *t = *state;
	town_script(t->db, ENTRY VALUES("sued", "7"));
	live(t);
	struct ledger_verdict nord = verify(t, "nord"), sued = verify(t, "sued");
	assert_int_equal(nord.fault.misfit, MISFIT_NONE);
	assert_int_equal(nord.blocks, 3);
	assert_int_equal(nord.entries, 6);
	assert_int_equal(nord.unsealed, 1);
	assert_int_equal(sued.blocks, 1);
	assert_int_equal(sued.unsealed, 0);
	seal(t);
	assert_int_equal(town_number(t, "select count(*) from ledger_block"), 5);
	seal(t);
	assert_int_equal(town_number(t, "select count(*) from ledger_block"), 5);
	assert_int_equal(verify(t, "nord").entries, 7);
}

static void a_block_is_full_at_two_thousand(void **state)
{
	struct town *t = *state;
	town_script(t->db, ENTRY " select 'nord', gen_random_uuid(), 'receivable', 'revenue', 'EUR', n, 'invoice', gen_random_uuid(), 'c1',"
				 " '2026-03-01', '2026-03-01' from generate_series(1, 4500) n");
	seal(t);
	assert_string_equal(town_text(t, "select string_agg(entries::text, ' ' order by number) from ledger_block"), "2000 2000 500");
	assert_int_equal(verify(t, "nord").entries, 4500);
}

/* What was done to the second block is found there, and the entry is named: by its place among the merchant's. */
static void damage_to_the_rows_is_found_and_named(void **state)
{
	static const struct {
		const char *damage;
		enum misfit misfit;
		int block, entry; /* entry: the nth of the journal */
	} damages[] = {
		{ "update journal set amount = amount + 1 where entry = (select entry from journal order by entry offset 2 limit 1)",
			MISFIT_ALTERED, 2, 3 },
		{ "update journal set day = day + 1 where entry = (select entry from journal order by entry offset 3 limit 1)",
			MISFIT_ALTERED, 2, 4 },
		{ "delete from journal where entry = (select entry from journal order by entry offset 3 limit 1)", MISFIT_MISSING, 2, 4 },
		{ "delete from journal where entry in (select entry from journal order by entry offset 2 limit 2)", MISFIT_MISSING, 2, 3 },
		{ "insert into journal overriding system value select merchant_id, gen_random_uuid(), debit, credit, currency, amount, cause, cause_id,"
		  " customer_ref, day, posted_at, (select entry + 1 from journal order by entry offset 4 limit 1) from journal limit 1",
			MISFIT_ADDED, 3, 0 },
		{ "update ledger_block set sums = 'EUR 1' where number = 2", MISFIT_HEAD, 2, 0 },
		{ "update ledger_block set number = 5 - number where number in (2, 3)", MISFIT_PREVIOUS, 2, 0 },
		{ "delete from ledger_block where number = 2", MISFIT_NUMBER, 3, 0 },
		{ "delete from ledger_block where number = 1; update ledger_block set number = number - 1", MISFIT_PREVIOUS, 1, 0 },
	};
	struct town *t = *state;
	live(t);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct why why = { 0 };
		int64_t entry = town_number(t, arena_printf(t->arena, "select entry from journal order by entry offset %d limit 1",
						       damages[i].entry ? damages[i].entry - 1 : 0));
		assert_int_equal(verify(t, "nord").fault.misfit, MISFIT_NONE);
		if (db_begin(t->owner, &why) != OK)
			fail_msg("%s", why.text);
		town_script(t->owner, "alter table ledger_block drop constraint ledger_block_pkey");
		town_script(t->owner, damages[i].damage);
		struct ledger_verdict found = verify(t, "nord");
		db_rollback(t->owner);
		if (found.fault.misfit != damages[i].misfit)
			fail_msg("%s: %s", damages[i].damage, misfit_text(found.fault.misfit));
		assert_int_equal(found.fault.block, damages[i].block);
		if (damages[i].entry)
			assert_int_equal(found.fault.entry, entry);
	}
}

static void a_head_that_was_published_is_looked_for(void **state)
{
	struct town *t = *state;
	struct ledger_verdict verdict;
	struct ledger_head head;
	struct why why = { 0 };
	live(t);
	assert_int_equal(ledger_head(t->db, t->arena, SPAN("nord"), &head, &why), OK);
	assert_int_equal(head.block.number, 3);
	assert_int_equal(head.unsealed, 1);
	assert_int_equal(ledger_verify(t->db, SPAN("nord"), &head.block.head, &verdict, &why), OK);
	assert_true(verdict.met);
	/* The last block cut off and sealed anew with the rest: no row is wrong, and the head is not there. */
	town_script(t->owner, "delete from ledger_block where number = 3");
	seal(t);
	assert_int_equal(ledger_verify(t->db, SPAN("nord"), &head.block.head, &verdict, &why), OK);
	assert_int_equal(verdict.fault.misfit, MISFIT_NONE);
	assert_false(verdict.met);
}

static void the_application_can_but_append(void **state)
{
	struct town *t = *state;
	live(t);
	town_may_not(t, "update journal set amount = 1", "permission denied");
	town_may_not(t, "delete from journal", "permission denied");
	town_may_not(t, "truncate journal", "permission denied");
	town_may_not(t, "update ledger_block set sums = ''", "permission denied");
	town_may_not(t, "delete from ledger_block", "permission denied");
	town_may_not(t, "truncate ledger_block", "permission denied");
	town_may_not(t,
		"insert into journal overriding system value select merchant_id, gen_random_uuid(), debit, credit, currency, amount, cause,"
		" cause_id, customer_ref, day, posted_at, 1 from journal limit 1",
		"permission denied");
	town_may_not(t, "select setval('journal_entry_seq', 1)", "permission denied");
	town_may_not(t, "alter table journal disable trigger all", "must be owner");
}

/* A writer draws its number first and commits last: what committed meanwhile waits for it, so that no entry comes behind a seal. */
static void an_entry_that_commits_late_is_not_passed_over(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	town_script(t->db, ENTRY VALUES("nord", "1"));
	assert_int_equal(db_begin(t->owner, &why), OK);
	town_script(t->owner, ENTRY VALUES("nord", "2"));
	town_script(t->db, ENTRY VALUES("nord", "3"));
	seal(t);
	assert_string_equal(town_text(t, "select sums from ledger_block"), "EUR 1\n");
	assert_int_equal(db_commit(t->owner, &why), OK);
	seal(t);
	assert_string_equal(town_text(t, "select sums from ledger_block where number = 2"), "EUR 5\n");
	assert_int_equal(verify(t, "nord").entries, 3);
	assert_int_equal(verify(t, "nord").fault.misfit, MISFIT_NONE);
}

/* A number that is drawn and given up leaves a hole, which holds nothing up. */
static void a_writer_that_gives_up_holds_nothing_up(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	assert_int_equal(db_begin(t->owner, &why), OK);
	town_script(t->owner, ENTRY VALUES("nord", "1"));
	db_rollback(t->owner);
	town_script(t->db, ENTRY VALUES("nord", "2"));
	seal(t);
	assert_int_equal(verify(t, "nord").entries, 1);
	assert_int_equal(verify(t, "nord").unsealed, 0);
}

/* Two writers whose transactions overlap in every order, a seal at every step. */
static void no_entry_of_two_writers_is_ever_skipped(void **state)
{
	struct town *t = *state;
	struct db *writers[] = { t->db, t->owner }, *sealer;
	struct why why = { 0 };
	uint32_t chance = 1;
	bool is_open[2] = { false, false };
	assert_int_equal(db_open(&sealer, &(struct db_options){ .url = getenv("DUNLIN_TEST_DATABASE_URL"), .name = "sealer" }, &why), OK);
	for (int step = 0; step < 400; step++) {
		chance = chance * 1664525 + 1013904223;
		int who = chance >> 30 & 1, what = chance >> 27 & 3;
		if (!is_open[who])
			assert_int_equal(db_begin(writers[who], &why), OK);
		is_open[who] = true;
		if (what < 2)
			town_script(writers[who], ENTRY VALUES("nord", "1"));
		else {
			if (what == 2)
				assert_int_equal(db_commit(writers[who], &why), OK);
			else
				db_rollback(writers[who]);
			is_open[who] = false;
		}
		assert_int_equal(ledger_seal(sealer, noon, &why), OK);
	}
	for (int who = 0; who < 2; who++)
		if (is_open[who])
			assert_int_equal(db_commit(writers[who], &why), OK);
	assert_int_equal(ledger_seal(sealer, noon, &why), OK);
	struct ledger_verdict all = verify(t, "nord");
	assert_int_equal(all.fault.misfit, MISFIT_NONE);
	assert_int_equal(all.unsealed, 0);
	assert_int_equal(all.entries, town_number(t, "select count(*) from journal"));
	assert_true(all.blocks > 20);
	db_close(sealer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(every_entry_is_sealed_once_in_its_merchants_chain),
		IN_TOWN(a_block_is_full_at_two_thousand),
		IN_TOWN(damage_to_the_rows_is_found_and_named),
		IN_TOWN(a_head_that_was_published_is_looked_for),
		IN_TOWN(the_application_can_but_append),
		IN_TOWN(an_entry_that_commits_late_is_not_passed_over),
		IN_TOWN(a_writer_that_gives_up_holds_nothing_up),
		IN_TOWN(no_entry_of_two_writers_is_ever_skipped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
