#include <string.h>

#include "world.h"

/* What the simulator found: decisions on what has moved meanwhile. */

static void refused(struct world *w, struct message *m, const char *code)
{
	assert_int_not_equal(world_run(w, m), OK);
	assert_string_equal(w->why.code, code);
}

static struct message *match(struct world *w, struct uuid line, const char *fields)
{
	return world_command(w, "MatchLine", world_path(w, "lines", line, "match"), fields);
}

static struct message *unmatch(struct world *w, struct uuid line)
{
	return world_command(w, "UnmatchLine", world_path(w, "lines", line, "unmatch"), "");
}

static void a_return_is_not_taken_back_into_a_line_that_was_booked_elsewhere_since(void **state)
{
	struct world w = world_open(*state);
	struct uuid came = world_line(&w, (struct line_of){ .minor = 12050, .text = "irgendwas" });
	struct uuid went = world_line(&w, (struct line_of){ .minor = -150, .text = "zurueck" });

	assert_int_equal(world_run(&w, match(&w, went, arena_printf(w.arena, "\"return_of\":\"%s\"", uuid_text(w.arena, came)))), OK);
	assert_int_equal(world_run(&w, match(&w, came, "\"account\":\"bank_charges\"")), OK);
	refused(&w, unmatch(&w, went), "earlier_line_matched");
	assert_proven(&w);
}

static void a_line_is_posted_once_and_a_second_time_is_no_fault(void **state)
{
	struct world w = world_open(*state);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 12000, .text = "irgendwas" });

	assert_int_equal(world_run(&w, world_own(&w, type_post_line, line)), OK);
	assert_int_equal(world_balance(&w, CHART_CASH), 12000);
	assert_proven(&w);
}

static void what_moved_between_finding_and_locking_is_not_decided_on(void **state)
{
	struct world w = world_open(*state);
	struct need need = { .arena = w.arena };
	struct uuid line;

	world_issue(&w, "c1", "R-2026-000001", 12000);
	line = world_line(&w, (struct line_of){ .minor = 12000, .text = "irgendwas" });
	book_note_found(w.book, world_line_now(&w, line));
	assert_true(need_holds(&need, w.book));
	assert_int_equal(world_run(&w, match(&w, line, "\"items\":[{\"invoice_number\":\"R-2026-000001\"}]")), OK);
	/* It is matched, and c1 is not locked. */
	assert_false(need_holds(&need, w.book));
}

static void money_of_a_customer_who_is_not_locked_is_not_decided_on(void **state)
{
	struct world w = world_open(*state);
	struct need need = { .arena = w.arena };

	world_issue(&w, "c1", "R-2026-000001", 12000);
	world_line(&w, (struct line_of){ .minor = 12000, .text = "R-2026-000001" });
	assert_false(need_holds(&need, w.book));
	need_key(&need, KIND_CUSTOMER, SPAN(MERCHANT), SPAN("c1"));
	assert_true(need_holds(&need, w.book));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_return_is_not_taken_back_into_a_line_that_was_booked_elsewhere_since),
		WITH_ARENA(a_line_is_posted_once_and_a_second_time_is_no_fault),
		WITH_ARENA(what_moved_between_finding_and_locking_is_not_decided_on),
		WITH_ARENA(money_of_a_customer_who_is_not_locked_is_not_decided_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
