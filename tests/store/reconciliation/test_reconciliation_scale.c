#include "reconciliation_queries.h"
#include "town.h"

/* What a small statement costs beside a large one: rows of bank_line that its statements read. */

enum { LARGE = 3000, FEW = 20 };

/* A statement of n lines that name nothing, of a day of March; none is like another. */
static void import(struct town *t, const char *id, int day, int64_t opening, int n)
{
	struct entry_of *entries = arena_array(t->arena, sizeof(*entries), (size_t)n);
	for (int i = 0; i < n; i++)
		entries[i] = (struct entry_of){ .minor = 1000, .text = arena_printf(t->arena, "who %s %d?", id, i) };
	town_import(t, town_statement(t, id, day, day, opening, entries, (size_t)n));
}

static int64_t rows_read(struct town *t)
{
	return town_number(t,
		"select coalesce(sum(idx_tup_fetch + seq_tup_read), 0)::bigint from pg_stat_xact_user_tables where relname = 'bank_line'");
}

static struct args *args_of(struct town *t, const struct query *query, const char *statement)
{
	struct args *args = args_new(t->arena);
	struct uuid id, account;
	if (uuid_parse(span_of(statement), &id) != OK ||
		uuid_parse(span_of(town_text(t, "select account_id::text from bank_account")), &account) != OK)
		fail_msg("no id");
	if (query == &q_line_has_twins || query == &q_line_occurrences) {
		args_text(args, SPAN(MERCHANT));
		args_uuid(args, id);
		return args;
	}
	array_text(args_array(args, DB_TEXT), SPAN(MERCHANT));
	array_uuid(args_array(args, DB_UUID), id);
	if (query == &q_line_account)
		array_uuid(args_array(args, DB_UUID), account);
	return args;
}

static void a_small_statement_costs_the_same_beside_a_large_one(void **state)
{
	static const struct query *const queries[] = { &q_line_has_twins, &q_line_occurrences, &q_statement_fetch, &q_line_count_on,
		&q_line_pass_over, &q_line_account };
	struct town *t = *state;
	import(t, "D1", 2, 0, LARGE);
	town_script(t->owner, "update statement set state = 'accepted'; analyze");
	import(t, "D2", 3, LARGE * 1000, 1);
	const char *small = town_text(t, "select statement_id::text from statement where bank_ref = 'D2'");
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct why why = { 0 };
		struct rows rows;
		const struct args *args = args_of(t, queries[i], small);
		assert_int_equal(db_begin(t->owner, &why), OK);
		if (db_exec(t->owner, t->arena, queries[i], args, &rows, &why) != OK)
			fail_msg("%s: %s", queries[i]->name, why.text);
		int64_t read = rows_read(t);
		db_rollback(t->owner);
		if (read > FEW)
			fail_msg("%s reads %lld lines for a statement of one", queries[i]->name, (long long)read);
	}
}

enum { DAYS = 25, EACH = 100, BATCH = 50 };

/* A backlog of many statements of one account: a look reads what it takes, and little of the statements behind. */
static void a_look_at_an_account_reads_of_its_statements_what_it_takes(void **state)
{
	struct town *t = *state;
	struct args *args = args_new(t->arena);
	struct uuid account;
	struct why why = { 0 };
	struct rows rows;
	for (int day = 1; day <= DAYS; day++)
		import(t, arena_printf(t->arena, "D%d", day), day, (day - 1) * EACH * 1000, EACH);
	town_script(t->owner,
		"update statement set state = 'accepted', line_new = line_count, remaining = line_count; analyze; set plan_cache_mode = force_generic_plan");
	if (uuid_parse(span_of(town_text(t, "select account_id::text from bank_account")), &account) != OK)
		fail_msg("no id");
	args_int8(args, BATCH);
	args_text(args, SPAN(MERCHANT));
	args_uuid(args, account);
	assert_int_equal(db_begin(t->owner, &why), OK);
	if (db_exec(t->owner, t->arena, &q_line_due, args, &rows, &why) != OK)
		fail_msg("%s", why.text);
	int64_t read = rows_read(t);
	db_rollback(t->owner);
	assert_int_equal(rows.count, BATCH);
	if (read > 2 * EACH + FEW)
		fail_msg("%lld lines are read for a batch of %d", (long long)read, BATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_small_statement_costs_the_same_beside_a_large_one),
		IN_TOWN(a_look_at_an_account_reads_of_its_statements_what_it_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
