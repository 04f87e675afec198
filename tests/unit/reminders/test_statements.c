#include "world.h"

/* Levels wait for bank statements, and statements for the payments in them. */

#define DUE "2026-10-16"

static void covered(struct world *w, int revision, const char *to)
{
	world_apply(w, fact_statement(w->arena, revision, to));
}

/* Days of October and November one after the other, at ten. */
static void go_daily(struct world *w, const char *from, int days)
{
	struct date day = fact_date(from);

	for (int i = 0; i < days; i++, day.day++) {
		w->now = zone_instant(w->zone, day, 600);
		world_go(w);
	}
}

static void a_level_waits_until_the_statements_are_up_to_date(void **state)
{
	struct world *w = world_open(*state);

	world_apply(w, fact_account(w->arena, 1, true, false));
	covered(w, 2, "2026-10-20");
	world_owe(w, "c1", 1, DUE, 10000);
	go_daily(w, "2026-10-09", 8);
	world_told(w, "ReminderSent c1\nReminderSent c1\n");
	go_daily(w, "2026-10-23", 3);
	world_told(w, "");
	assert_true(world_customer(w, "c1")->waits_statement);
	world_at(w, "2026-10-26", 11);
	covered(w, 3, "2026-10-22");
	world_go(w);
	world_told(w, "");
	covered(w, 4, "2026-10-23");
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-26 level 1: 1 level-1 10000");
}

static void an_account_of_which_nothing_is_known_holds_all_levels_up(void **state)
{
	struct world *w = world_open(*state);
	struct account *other;

	world_apply(w, fact_account(w->arena, 1, true, false));
	covered(w, 2, "2026-10-04");
	other = book_account_of(w->book, MERCHANT, fact_invoice(99));
	other->collecting = true;
	memcpy(other->currency.code, "EUR", 4);
	world_owe(w, "c1", 1, "2026-09-01", 10000);
	world_go(w);
	world_told(w, "");
	memcpy(other->currency.code, "USD", 4);
	world_apply(w, world_named(w, type_look, "c1", (struct uuid){ { 0 } }));
	world_go(w);
	world_told(w, "ReminderSent c1\n");
}

static void an_account_that_does_not_collect_is_not_waited_for(void **state)
{
	static const bool kinds[][2] = { { false, false }, { true, true } };

	for (size_t i = 0; i < 2; i++) {
		struct world *w = world_open(*state);

		world_apply(w, fact_account(w->arena, 1, kinds[i][0], kinds[i][1]));
		world_owe(w, "c1", 1, "2026-09-01", 10000);
		world_go(w);
		world_told(w, "ReminderSent c1\n");
	}
}

/* Two customers owe the same since long; the account is covered up to a day that is not enough. Monday 5 October, at ten. */
static struct world *waiting_world(struct arena *arena)
{
	struct world *w = world_open(arena);

	world_apply(w, fact_customer(arena, "c2", 1, "c2@example.org", "Europe/Berlin", "en"));
	world_apply(w, fact_account(arena, 1, true, false));
	covered(w, 2, "2026-09-30");
	world_owe(w, "c1", 1, "2026-09-01", 10000);
	world_owe(w, "c2", 2, "2026-09-01", 10000);
	world_go(w);
	world_told(w, "");
	return w;
}

static void a_statement_whose_payments_were_not_read_frees_nothing(void **state)
{
	struct world *w = waiting_world(*state);

	world_apply(w, fact_accepted(w->arena, 1, 3, "2026-10-02"));
	world_go(w);
	world_told(w, "");
	world_apply(w, fact_matched(w->arena, 1, 2));
	world_go(w);
	world_told(w, "");
	world_apply(w, fact_bank_receipt(w->arena, "c3", 1, 9, 700, 1));
	world_go(w);
	world_told(w, "");
	/* The other one is the payment of c1; what it paid is told before it. */
	world_apply(w, fact_open(w->arena, "c1", 1, 2, 0));
	world_go(w);
	world_told(w, "");
	world_apply(w, fact_bank_receipt(w->arena, "c1", 2, 1, 10000, 1));
	world_go(w);
	world_told(w, "ReceiptSent c1\nReminderSent c2\n");
}

static void a_statement_counts_in_whatever_order_its_facts_are_read(void **state)
{
	struct chance chance = { 20261122 };

	for (int round = 0; round < 200; round++) {
		struct world *w = waiting_world(*state);
		struct message *facts[] = { fact_accepted(w->arena, 1, 3, "2026-10-01"), fact_matched(w->arena, 1, 1),
			fact_bank_receipt(w->arena, "c3", 1, 8, 700, 1), fact_accepted(w->arena, 2, 4, "2026-10-02"),
			fact_matched(w->arena, 2, 2), fact_bank_receipt(w->arena, "c3", 2, 8, 800, 2),
			fact_bank_receipt(w->arena, "c3", 3, 9, 900, 2) };
		size_t last = sizeof(facts) / sizeof(*facts), left = last;

		/* Those of the account stand in its order, as their one key has them; receipts come when they come. */
		while (left > 0) {
			size_t pick = chance_below(&chance, (uint32_t)last);

			if (facts[pick] == NULL || (pick == 1 && facts[0] != NULL) || (pick == 3 && facts[1] != NULL) ||
				(pick == 4 && facts[3] != NULL))
				continue;
			world_go(w);
			world_told(w, "");
			world_apply(w, facts[pick]);
			facts[pick] = NULL;
			left--;
		}
		world_go(w);
		world_told(w, "ReminderSent c1\nReminderSent c2\n");
	}
}

static void what_was_found_out_later_is_not_taken_for_what_is_waited_for(void **state)
{
	struct world *w = waiting_world(*state);

	world_apply(w, fact_accepted(w->arena, 1, 3, "2026-10-02"));
	world_apply(w, fact_matched(w->arena, 1, 1));
	world_apply(w, fact_receipt(w->arena, "c3", 1, 1, 1, 9, 700));
	world_apply(w, fact_bank_receipt(w->arena, "c3", 2, 9, 700, 7));
	world_go(w);
	world_told(w, "");
}

static void what_an_undone_statement_covered_is_covered_no_more(void **state)
{
	struct world *w = waiting_world(*state);

	world_apply(w, fact_accepted(w->arena, 1, 3, "2026-10-01"));
	world_apply(w, fact_matched(w->arena, 1, 0));
	world_apply(w, fact_accepted(w->arena, 2, 4, "2026-10-02"));
	world_apply(w, fact_matched(w->arena, 2, 1));
	world_apply(w, fact_bank_receipt(w->arena, "c3", 1, 9, 700, 2));
	world_count(w);
	world_apply(w, fact_undone(w->arena, 2, 5, "2026-10-01"));
	world_go(w);
	world_told(w, "");
	assert_int_equal(book_account_of(w->book, MERCHANT, fact_account_id())->covered_to.day, fact_date("2026-10-01").day);
	world_apply(w, fact_accepted(w->arena, 3, 6, "2026-10-02"));
	world_apply(w, fact_matched(w->arena, 3, 0));
	world_go(w);
	world_told(w, "ReminderSent c1\nReminderSent c2\n");
}

/* Its money is still to be read when it is undone: it never counts, and holds up none that comes after it. */
static void a_statement_that_is_undone_before_it_counts_never_counts(void **state)
{
	struct world *w = waiting_world(*state);

	world_apply(w, fact_accepted(w->arena, 1, 3, "2026-10-02"));
	world_apply(w, fact_matched(w->arena, 1, 1));
	world_apply(w, fact_undone(w->arena, 1, 4, NULL));
	world_apply(w, fact_bank_receipt(w->arena, "c3", 1, 9, 700, 1));
	world_go(w);
	world_told(w, "");
	world_apply(w, fact_accepted(w->arena, 2, 5, "2026-10-02"));
	world_apply(w, fact_matched(w->arena, 2, 0));
	world_go(w);
	world_told(w, "ReminderSent c1\nReminderSent c2\n");
}

static void a_reminder_that_moves_waits_for_the_statements_of_its_new_day(void **state)
{
	struct world *w = world_open(*state);

	world_apply(w, fact_account(w->arena, 1, true, false));
	covered(w, 2, "2026-10-02");
	world_owe(w, "c1", 1, "2026-09-01", 10000);
	world_tick(w);
	assert_string_equal(world_last(w, "c1"), "planned 2026-10-05 level 1: 1 level-1 10000");
	/* The mail system was away all day. */
	world_at(w, "2026-10-06", 10);
	world_go(w);
	world_told(w, "");
	assert_string_equal(world_last(w, "c1"), "planned 2026-10-06 level 1: 1 level-1 10000");
	covered(w, 3, "2026-10-05");
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-06 level 1: 1 level-1 10000");
}

static void an_account_s_facts_leave_the_same_in_any_order(void **state)
{
	struct message *facts[] = { fact_account(*state, 1, true, false), fact_statement(*state, 2, "2026-10-20"),
		fact_account(*state, 3, false, true), fact_statement(*state, 4, "2026-10-21") };

	for (int order = 0; order < 24; order++) {
		struct account a = { 0 };
		bool used[4] = { false };
		int rest = order;

		for (int left = 4; left > 0; left--) {
			int pick = rest % left, i = 0;

			rest /= left;
			while (used[i] || pick-- > 0)
				i++;
			used[i] = true;
			if (i % 2 == 0) {
				assert_int_equal(wire_read_account(facts[i], *state, NULL), OK);
				account_apply(&a, facts[i]->body);
			} else {
				const struct statement_fact *fact;

				assert_int_equal(wire_read_statement(facts[i], *state, NULL), OK);
				fact = facts[i]->body;
				account_apply(&a, &fact->account);
				account_cover(&a, fact->statement.revision, true, fact->statement.covered_to);
			}
		}
		assert_int_equal(a.defined_revision, 3);
		assert_int_equal(a.cover_revision, 4);
		/* The statement says last whether it collects, the definition alone whether it is closed. */
		assert_true(a.closed && a.collecting && a.has_cover);
		assert_int_equal(date_compare(a.covered_to, fact_date("2026-10-21")), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_level_waits_until_the_statements_are_up_to_date),
		WITH_ARENA(an_account_of_which_nothing_is_known_holds_all_levels_up),
		WITH_ARENA(an_account_that_does_not_collect_is_not_waited_for),
		WITH_ARENA(a_statement_whose_payments_were_not_read_frees_nothing),
		WITH_ARENA(a_statement_counts_in_whatever_order_its_facts_are_read),
		WITH_ARENA(what_was_found_out_later_is_not_taken_for_what_is_waited_for),
		WITH_ARENA(what_an_undone_statement_covered_is_covered_no_more),
		WITH_ARENA(a_statement_that_is_undone_before_it_counts_never_counts),
		WITH_ARENA(a_reminder_that_moves_waits_for_the_statements_of_its_new_day),
		WITH_ARENA(an_account_s_facts_leave_the_same_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
