#include "tick_bulk.h"
#include "town.h"

/* What the role bulk does: one that can't be ended holds up no other. */

static void upload(struct town *t, const char *name, int day)
{
	const struct entry_of entry = { 500, name, NULL, NULL, NULL };
	struct span hex = span_hex(t->arena, town_statement(t, name, day, day, 0, &entry, 1));
	town_script(t->owner,
		arena_printf(t->arena,
			"with u as (insert into statement_upload (merchant_id, upload_id, name, size, sha256, part_size, state, client)"
			" select '" MERCHANT "', gen_random_uuid(), '%s', octet_length(b), sha256(b), 1048576, 'due', 'test'"
			" from (select '\\x%.*s'::bytea as b) x returning *)"
			" insert into statement_upload_part (merchant_id, upload_id, at, sha256, bytes)"
			" select merchant_id, upload_id, 0, sha256, '\\x%.*s' from u",
			name, SPAN_ARG(hex), SPAN_ARG(hex)));
}

static const char *state_of(struct town *t, const char *name)
{
	return town_text(t, arena_printf(t->arena, "select state || ' ' || tries from statement_upload where name = '%s'", name));
}

/* Whatever is written to a table under such a condition fails as if the world had failed, or otherwise. */
static void fail_where(struct town *t, const char *table, const char *condition, const char *state)
{
	town_script(t->owner,
		arena_printf(t->arena,
			"create function fails() returns trigger language plpgsql as $$ begin"
			" if %s then raise exception 'timeout %%', current_setting('statement_timeout') using errcode = '%s'; end if;"
			" return new; end $$; create trigger fails before insert on %s for each row execute function fails()",
			condition, state, table));
}

static void fail_no_more(struct town *t)
{
	town_script(t->owner, "drop function fails() cascade");
}

static enum err next(struct town *t, bool *did, struct why *why)
{
	*did = false;
	enum err err = bulk_next(NULL, t->db, t->arena, did, why);
	db_rollback(t->db);
	return err;
}

static void an_upload_that_can_not_be_ended_steps_back_behind_the_others(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	bool did;
	upload(t, "bad", 2);
	upload(t, "good", 3);
	fail_where(t, "statement_file", "new.name = 'bad'", "40001");
	enum err first = next(t, &did, &why), second = next(t, &did, &why);
	fail_no_more(t);
	assert_int_equal(first, ERR_RETRY);
	assert_int_equal(second, OK);
	assert_string_equal(state_of(t, "good"), "taken 1");
	assert_string_equal(state_of(t, "bad"), "due 1");
	assert_true(town_number(t, "select count(*) from statement_upload where waits_until > moved_at and state = 'due'"));
	town_script(t->owner, "update statement_upload set waits_until = '-infinity'");
	assert_int_equal(next(t, &did, &why), OK);
	assert_true(did);
	assert_string_equal(state_of(t, "bad"), "taken 2");
}

static void one_that_steps_back_waits_longer_each_time(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	const char *steps = "";
	bool did;
	upload(t, "bad", 2);
	fail_where(t, "statement_file", "true", "40001");
	for (int i = 0; i < 11; i++) {
		town_script(t->owner, "update statement_upload set waits_until = '-infinity'");
		const char *before = town_text(t, "select clock_timestamp()::text");
		if (next(t, &did, &why) != ERR_RETRY)
			fail_msg("it was not tried");
		steps = arena_printf(t->arena, "%s %s", steps,
			town_text(t,
				arena_printf(t->arena,
					"select coalesce((select s::text from unnest(array[1, 2, 4, 8, 16, 32, 64, 128, 256, 300]) s where waits_until"
					" between timestamptz '%s' + make_interval(secs => s) and clock_timestamp() + make_interval(secs => s)"
					" order by s desc limit 1), 'none') from statement_upload",
					before)));
	}
	fail_no_more(t);
	assert_string_equal(steps, " 1 2 4 8 16 32 64 128 256 300 300");
}

/* ---- recounts ---- */

static void owe(struct town *t)
{
	town_do(t, world_invoice(&t->world, "c1", world_id(&t->world), "NORD-000001", "EUR", 12000, 0));
	town_due(t);
}

static void a_recount_is_no_due_work_and_has_the_patience_that_it_needs(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	bool did;
	owe(t);
	assert_int_equal(town_number(t, "select count(*) from recount where at = '-infinity'"), 1);
	fail_where(t, "recount", "true", "22000");
	enum err err = next(t, &did, &why);
	fail_no_more(t);
	assert_int_equal(err, ERR_BUG);
	assert_non_null(strstr(why.text, "timeout 20min"));
	town_script(t->owner, "update recount set tried_at = '-infinity'");
	assert_int_equal(next(t, &did, &why), OK);
	assert_true(did);
	assert_int_equal(town_number(t, "select count(*) from recount where at > '-infinity' and differences = 0"), 1);
	assert_int_equal(next(t, &did, &why), OK);
	assert_false(did);
}

static void a_merchant_that_can_not_be_recounted_holds_up_no_other(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	bool did;
	owe(t);
	town_script(t->owner, "insert into running_sum values ('volt', 'flow', 'EUR', 'receivable', 'revenue', 'invoice', 7)");
	town_due(t);
	fail_where(t, "recount", "new.merchant_id = '" MERCHANT "'", "40001");
	enum err first = next(t, &did, &why), second = next(t, &did, &why);
	fail_no_more(t);
	assert_int_equal(first, ERR_RETRY);
	assert_int_equal(second, OK);
	assert_string_equal(
		town_text(
			t, "select string_agg(merchant_id || ' ' || differences || ' ' || minor, ',') from recount where at > '-infinity'"),
		"volt 1 7");
	assert_int_equal(next(t, &did, &why), OK);
	assert_false(did);
}

/* Whoever is at it holds a lock. */
static void two_processes_do_not_recount_a_merchant_at_once(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	bool did;
	owe(t);
	town_script(t->owner, "do $$ begin perform pg_advisory_lock(5077, hashtext('recount:" MERCHANT "')); end $$");
	enum err err = next(t, &did, &why);
	bool was_done = did;
	town_script(t->owner, "do $$ begin perform pg_advisory_unlock_all(); end $$");
	assert_int_equal(err, OK);
	assert_false(was_done);
	assert_int_equal(next(t, &did, &why), OK);
	assert_true(did);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(an_upload_that_can_not_be_ended_steps_back_behind_the_others),
		IN_TOWN(one_that_steps_back_waits_longer_each_time),
		IN_TOWN(a_recount_is_no_due_work_and_has_the_patience_that_it_needs),
		IN_TOWN(a_merchant_that_can_not_be_recounted_holds_up_no_other),
		IN_TOWN(two_processes_do_not_recount_a_merchant_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
