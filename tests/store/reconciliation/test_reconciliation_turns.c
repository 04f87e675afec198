#include "reconciliation_queries.h"
#include "tick_lines.h"
#include "town.h"

/* Lines of several accounts, posted by several processes: nothing twice, an account's in the order of its file, a small file beside a large one. */

static const char *const ibans[] = { "DE02120300000000202051", "DE89370400440532013000" };

enum { LARGE = 20000, SMALL = 10 };

static void open_second_account(struct town *t)
{
	struct message *define = world_command(&t->world, "DefineAccount", "", "");
	define->payload = SPAN("{\"iban\":\"DE89370400440532013000\",\"currency\":\"EUR\"}");
	town_do(t, define);
}

/* A statement of n lines of one of the accounts, decided. */
static void accept(struct town *t, int account, const char *id, int n)
{
	struct entry_of *entries = arena_array(t->arena, sizeof(*entries), (size_t)n);
	for (int i = 0; i < n; i++)
		entries[i] = (struct entry_of){ .minor = 100 + i, .text = arena_printf(t->arena, "who %s %d?", id, i) };
	char *file = span_cstr(t->arena, town_statement(t, id, 2, 2, 0, entries, (size_t)n));
	memcpy(strstr(file, ibans[0]), ibans[account], strlen(ibans[account]));
	town_import(t, span_of(file));
	assert_int_equal(town_duty(t, "statements"), 1);
}

/* A process's tick: a connection and a unit of its own. */
struct process {
	struct db *db;
	struct unit *unit;
	struct message **messages;
	size_t count;
};

static struct process begin(void)
{
	struct why why = { 0 };
	struct process p = { 0 };
	if (db_open(&p.db, &(struct db_options){ .url = getenv("DUNLIN_TEST_DATABASE_URL"), .name = "other" }, &why) != OK)
		fail_msg("%s", why.text);
	p.unit = unit_open(&town_service, p.db);
	return p;
}

static void end(struct process *p)
{
	unit_close(p->unit);
	db_close(p->db);
}

static size_t look(struct process *p, size_t limit)
{
	struct why why = { 0 };
	if (lines_due(p->db, unit_arena(p->unit), (struct instant){ 0 }, limit, &p->messages, &p->count, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return p->count;
}

/* How many of what it looked up it did itself. */
static size_t run(struct process *p)
{
	struct why why = { 0 };
	size_t done = 0;
	if (p->count && unit_run(p->unit, p->messages, p->count, NULL, 0, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	for (size_t i = 0; i < p->count; i++)
		done += p->messages[i]->outcome == OUTCOME_APPLIED;
	if (lines_done(p->db, unit_arena(p->unit), &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	unit_forget(p->unit);
	return done;
}

static int64_t waiting_of(struct town *t, const char *statement)
{
	return town_number(t, arena_printf(t->arena,
				      "select count(*) from bank_line l join statement s using (merchant_id, statement_id)"
				      " where s.bank_ref = '%s' and l.state = 'staged'",
				      statement));
}

/* A line that is posted while one before it in its file is not. */
static void assert_in_order(struct town *t)
{
	assert_int_equal(town_number(t, "select count(*) from bank_line l where l.state <> 'staged' and exists (select 1 from bank_line o"
					" where o.statement_id = l.statement_id and o.number < l.number and o.state = 'staged')"),
		0);
}

static void assert_each_once(struct town *t, int64_t lines)
{
	assert_int_equal(town_number(t, "select count(*) from bank_line where state not in ('staged', 'known')"), lines);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.LineAccepted'"), lines);
	assert_int_equal(town_number(t, "select count(*) from statement where state <> 'posted'"), 0);
	assert_int_equal(town_number(t, "select count(*) from outbox where type = 'dunlin.ledger.v1.StatementMatched'"), 2);
	assert_town_proven(t);
}

static void two_processes_post_side_by_side_nothing_twice_and_each_file_in_its_order(void **state)
{
	struct town *t = *state;
	open_second_account(t);
	accept(t, 0, "D1", 400);
	accept(t, 1, "D2", 400);
	struct process a = begin(), b = begin();
	size_t by_a = 0, by_b = 0;
	do {
		look(&a, 100);
		look(&b, 100);
		by_a += run(&a);
		assert_in_order(t);
		by_b += run(&b);
		assert_in_order(t);
	} while (a.count + b.count);
	assert_int_equal(by_a, 400);
	assert_int_equal(by_b, 400);
	assert_each_once(t, 800);
	end(&a);
	end(&b);
}

static void one_account_is_posted_by_one_process_at_a_time(void **state)
{
	struct town *t = *state;
	accept(t, 0, "D1", 40);
	struct process a = begin(), b = begin();
	assert_int_equal(look(&a, 10), 10);
	assert_int_equal(look(&b, 10), 0);
	assert_int_equal(run(&a), 10);
	assert_int_equal(look(&b, 10), 10);
	assert_int_equal(look(&a, 10), 0);
	assert_int_equal(run(&b), 10);
	assert_in_order(t);
	end(&a);
	end(&b);
}

static void what_a_dead_process_had_taken_is_posted_once_by_another(void **state)
{
	struct town *t = *state;
	open_second_account(t);
	accept(t, 0, "D1", 30);
	accept(t, 1, "D2", 30);
	struct process a = begin(), b = begin();
	assert_int_equal(look(&a, 20), 20);
	end(&a);
	while (town_number(t, "select count(*) from pg_locks where locktype = 'advisory' and classid = 5076"))
		;
	size_t done = 0;
	while (look(&b, 20))
		done += run(&b);
	assert_int_equal(done, 60);
	assert_each_once(t, 60);
	end(&b);
}

/* The look is a courtesy, the inbox is the law: whoever looked at the same lines does none of them again. */
static void two_that_looked_at_the_same_lines_post_them_once(void **state)
{
	struct town *t = *state;
	struct why why = { 0 };
	open_second_account(t);
	accept(t, 0, "D1", 30);
	accept(t, 1, "D2", 1);
	struct process a = begin(), b = begin();
	look(&a, 50);
	assert_int_equal(lines_done(a.db, unit_arena(a.unit), &why), OK);
	look(&b, 50);
	assert_int_equal(a.count, 31);
	assert_int_equal(b.count, 31);
	assert_int_equal(run(&a), 31);
	assert_int_equal(run(&b), 0);
	assert_each_once(t, 31);
	end(&a);
	end(&b);
}

/* The account whose turn comes last. */
static int last_account(struct town *t)
{
	return strcmp(ibans[1],
		       town_text(t,
			       "select identifier from bank_account order by hashtext(merchant_id || '/' || account_id) desc limit 1")) ==
	       0;
}

static void ten_lines_do_not_wait_for_twenty_thousand_of_another_account(void **state)
{
	struct town *t = *state;
	open_second_account(t);
	int last = last_account(t);
	accept(t, !last, "large", LARGE);
	accept(t, last, "small", SMALL);
	int batches = 0;
	for (; waiting_of(t, "small"); batches++)
		assert_int_equal(town_duty(t, "lines"), UNIT_MESSAGES);
	assert_true(batches <= 2);
	assert_true(waiting_of(t, "large") >= LARGE - 2 * UNIT_MESSAGES);
	assert_string_equal(town_text(t, "select state from statement where bank_ref = 'small'"), "posted");
	assert_in_order(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(two_processes_post_side_by_side_nothing_twice_and_each_file_in_its_order),
		IN_TOWN(one_account_is_posted_by_one_process_at_a_time),
		IN_TOWN(what_a_dead_process_had_taken_is_posted_once_by_another),
		IN_TOWN(two_that_looked_at_the_same_lines_post_them_once),
		IN_TOWN(ten_lines_do_not_wait_for_twenty_thousand_of_another_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
