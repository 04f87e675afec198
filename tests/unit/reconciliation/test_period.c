#include "world.h"

#include "ledger.h"
#include "period.h"

/* The close of a period, over a book in memory: what the store would have found is put there. */

static struct span key_of(const struct world *w, const char *month)
{
	return book_key(w->book, SPAN(MERCHANT), span_of(month));
}

static void put_facts(struct world *w, const char *month, const char *before, int64_t warnings)
{
	struct period_facts facts = { .last_entry = 77, .warning_total = warnings, .warning_count = (size_t)warnings };
	struct period_balance *balances = ARENA_ARRAY(w->arena, struct period_balance, 2);
	struct period_warning *list = ARENA_ARRAY(w->arena, struct period_warning, 3);
	facts.has_before = before != NULL;
	if (before)
		assert_int_equal(month_parse(span_of(before), &facts.before), OK);
	balances[0] = (struct period_balance){
		.merchant = SPAN(MERCHANT), .currency = { "EUR" }, .account = SPAN("receivable"), .opening = 5, .debit = 100
	};
	balances[1] = (struct period_balance){
		.merchant = SPAN(MERCHANT), .currency = { "EUR" }, .account = SPAN("revenue"), .opening = -5, .credit = 100
	};
	assert_int_equal(month_parse(span_of(month), &balances[0].month), OK);
	balances[1].month = balances[0].month;
	facts.balances = balances;
	facts.balance_count = 2;
	for (int64_t i = 0; i < warnings; i++)
		list[i] = (struct period_warning){ .kind = SPAN("open_exception"), .detail = SPAN("unmatched_line") };
	facts.warnings = list;
	shelf_put(&w->book->shelves[BOOK_PERIOD_FACTS], key_of(w, month), &facts);
}

static struct message *ask(struct world *w, const char *month, const char *who, bool force)
{
	struct message *m = world_command(w, "ClosePeriod", arena_printf(w->arena, "/v1/periods/%s/close", month), "");
	m->payload = span_of(arena_printf(w->arena, "{\"who\":\"%s\",\"why\":\"month end\"%s}", who, force ? ",\"force\":true" : ""));
	return m;
}

static const struct period *period(const struct world *w, const char *month)
{
	return book_find(w->book, BOOK_PERIODS, key_of(w, month));
}

static void a_month_without_warnings_is_closed_and_told(void **state)
{
	struct world w = world_open(*state);
	put_facts(&w, "2026-01", NULL, 0);
	assert_int_equal(world_run(&w, ask(&w, "2026-01", "eve", false)), OK);
	const struct period *p = period(&w, "2026-01");
	assert_int_equal(p->state, PERIOD_CLOSED);
	assert_int_equal(p->last_entry, 77);
	assert_false(p->forced);
	assert_int_equal(world_said(&w, "PeriodClosed"), 1);
	assert_int_equal(p->revision, 1);
	struct span answer = w.reply;
	/* Again, by whomever: it stays as it is, nothing is told twice, and the answer is the same. */
	assert_int_equal(world_run(&w, ask(&w, "2026-01", "bob", false)), OK);
	assert_int_equal(world_said(&w, "PeriodClosed"), 0);
	assert_true(span_equal(w.reply, answer));
	assert_true(span_is(p->closed_by, "desk/eve"));
}

static void warnings_take_a_second_person(void **state)
{
	struct world w = world_open(*state);
	put_facts(&w, "2026-01", NULL, 2);
	assert_int_equal(world_run(&w, ask(&w, "2026-01", "eve", true)), ERR_REFUSED);
	assert_int_equal(world_run(&w, ask(&w, "2026-01", "eve", false)), OK);
	assert_int_equal(period(&w, "2026-01")->state, PERIOD_WARNED);
	assert_int_equal(world_run(&w, ask(&w, "2026-01", "Eve ", true)), ERR_REFUSED);
	/* Who asks again is warned again and does not become the first. */
	assert_int_equal(world_run(&w, ask(&w, "2026-01", "bob", false)), OK);
	assert_int_equal(period(&w, "2026-01")->state, PERIOD_WARNED);
	assert_int_equal(world_said(&w, "PeriodClosed"), 0);
	assert_int_equal(world_run(&w, ask(&w, "2026-01", "bob", true)), OK);
	const struct period *p = period(&w, "2026-01");
	assert_int_equal(p->state, PERIOD_CLOSED);
	assert_true(p->forced);
	assert_int_equal(p->warnings, 2);
	assert_true(span_is(p->asked_by, "eve"));
	assert_true(span_is(p->closed_by, "desk/bob"));
}

static void months_are_closed_in_order_and_when_they_are_over(void **state)
{
	static const struct {
		const char *month, *before;
		enum err err;
	} cases[] = {
		{ "2025-12", "2025-11", OK },
		{ "2026-01", "2025-12", OK },
		{ "2025-12", "2025-10", ERR_REFUSED },
		{ "2025-10", "2025-11", ERR_CONFLICT },
		{ "2026-08", NULL, OK },
		{ "2026-09", NULL, ERR_REFUSED }, /* it is September */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w = world_open(*state);
		put_facts(&w, cases[i].month, cases[i].before, 0);
		assert_int_equal(world_run(&w, ask(&w, cases[i].month, "eve", false)), cases[i].err);
		assert_int_equal(period(&w, cases[i].month) != NULL, cases[i].err == OK);
	}
}

static void a_month_is_over_on_the_day_after_its_last(void **state)
{
	struct world w = world_open(*state);
	struct close_period c = { .by = { SPAN("desk"), SPAN("eve"), SPAN("month end") } };
	struct date first;
	struct why why = { 0 };
	bool closed;
	assert_int_equal(month_parse(SPAN("2026-02"), &c.month), OK);
	assert_int_equal(date_parse(SPAN("2026-03-01"), &first), OK);
	put_facts(&w, "2026-02", NULL, 0);
	struct say *say = say_open(w.arena, ask(&w, "2026-02", "eve", false));
	struct ledger l = ledger_open(w.book, say, (struct instant){ 0 }, SPAN(MERCHANT), (struct date){ first.day - 1 });
	assert_int_equal(period_close(&l, &c, &closed, &why), ERR_REFUSED);
	assert_string_equal(why.code, "period_not_over");
	l.day = first;
	assert_int_equal(period_close(&l, &c, &closed, &why), OK);
	assert_true(closed);
}

static void a_month_is_four_digits_and_two(void **state)
{
	static const char *const wrong[] = { "2026-13", "2026-3", "26-03", "2026-00", "2026-03-01", "" };
	struct date month;
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_not_equal(month_parse(span_of(wrong[i]), &month), OK);
	assert_int_equal(month_parse(SPAN("2026-12"), &month), OK);
	assert_string_equal(month_text(*state, month), "2026-12");
	assert_string_equal(month_text(*state, month_after(month)), "2027-01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_month_without_warnings_is_closed_and_told),
		WITH_ARENA(warnings_take_a_second_person),
		WITH_ARENA(months_are_closed_in_order_and_when_they_are_over),
		WITH_ARENA(a_month_is_over_on_the_day_after_its_last),
		WITH_ARENA(a_month_is_four_digits_and_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
