#include "world.h"

/* 2026: Friday 16 October; statutory TARGET holidays are 25 December and 1 January. */
#define DUE "2026-10-16"

static void hold(struct world *w, const char *body)
{
	world_apply(w, world_command(w, "reminders.PlaceHold", "/v1/holds", body));
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

/* ---- what is said ---- */

static void an_item_is_reminded_once_both_of_its_facts_have_come(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_apply(w, fact_issued(w->arena, "c1", 1, DUE, 10000));
	world_go(w);
	world_told(w, "");
	world_apply(w, fact_open(w->arena, "c1", 1, 1, 10000));
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-09 level 0: 1 due-7 10000");
}

static void the_ledger_may_speak_before_the_invoice(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_apply(w, fact_open(w->arena, "c1", 1, 1, 10000));
	world_go(w);
	world_told(w, "");
	world_apply(w, fact_issued(w->arena, "c1", 1, DUE, 10000));
	world_go(w);
	world_told(w, "ReminderSent c1\n");
}

static void all_that_is_due_goes_into_one_mail_a_day(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_owe(w, "c1", 2, "2026-10-09", 500);
	world_owe(w, "c1", 3, "2026-10-01", 700);
	world_at(w, "2026-10-09", 10);
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-09 level 1: 1 due-7 10000, 2 due 500, 3 level-1 700");
}

static void what_a_mail_says_has_one_order_however_it_was_found(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 2, DUE, 500);
	world_owe(w, "c1", 3, DUE, 700);
	world_owe(w, "c1", 1, DUE, 10000);
	world_at(w, "2026-10-09", 10);
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-09 level 0: 1 due-7 10000, 2 due-7 500, 3 due-7 700");
}

static void what_comes_after_the_day_s_mail_waits_for_the_next_business_day(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, DUE, 10000);
	world_go(w);
	world_owe(w, "c1", 2, DUE, 500);
	world_at(w, "2026-10-09", 15);
	world_go(w);
	world_at(w, "2026-10-11", 10);
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	world_at(w, "2026-10-12", 10);
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-12 level 0: 2 due-7 500");
}

static void looking_again_says_nothing_more(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, DUE, 10000);
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	for (int i = 0; i < 5; i++) {
		world_apply(w, world_named(w, type_look, "c1", (struct uuid){ { 0 } }));
		world_go(w);
	}
	world_told(w, "");
}

/* The whole story of an invoice that nobody pays. */
static const char *story(struct arena *arena, int step_minutes)
{
	struct world *w = world_open(arena);
	struct instant until;

	world_owe(w, "c1", 1, DUE, 10000);
	world_owe(w, "c1", 2, "2026-10-20", 500);
	until = zone_instant(w->zone, fact_date("2026-12-31"), 0);
	for (; instant_compare(w->now, until) < 0; w->now.us += step_minutes * 60 * US_PER_SECOND)
		world_go(w);
	return world_print(w);
}

static void running_hourly_or_daily_gives_the_same_notices(void **state)
{
	const char *hourly = story(*state, 60);

	assert_non_null(strstr(hourly, "level-3"));
	assert_string_equal(story(*state, 24 * 60), hourly);
	assert_string_equal(story(*state, 25), hourly);
}

static void an_outage_of_ten_days_is_caught_up_with_by_one_step(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, DUE, 10000);
	go_daily(w, "2026-10-05", 8);
	world_told(w, "ReminderSent c1\n");
	/* The due date passes, and so do level 1 and its day. */
	world_at(w, "2026-11-02", 10);
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "sent 2026-11-02 level 1: 1 level-1 10000");
	world_told(w, "ReminderSent c1\n");
	go_daily(w, "2026-11-03", 6);
	world_told(w, "");
	go_daily(w, "2026-11-09", 1);
	assert_string_equal(world_last(w, "c1"), "sent 2026-11-09 level 2: 1 level-2 10000");
}

/* ---- what stops it ---- */

static void a_payment_before_the_claim_takes_the_reminder_back(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, DUE, 10000);
	world_tick(w);
	assert_string_equal(world_last(w, "c1"), "planned 2026-10-09 level 0: 1 due-7 10000");
	world_apply(w, fact_open(w->arena, "c1", 1, 2, 0));
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "cancelled 2026-10-09 level 0: 1 due-7 10000");
	world_told(w, "");
	go_daily(w, "2026-10-10", 60);
	world_told(w, "");
}

static void after_a_part_payment_the_rest_is_reminded_the_same_day(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, DUE, 10000);
	world_tick(w);
	world_apply(w, fact_open(w->arena, "c1", 1, 2, 4000));
	world_go(w);
	assert_int_equal(world_notice(w, "c1", 0)->state, NOTICE_CANCELLED);
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-09 level 0: 1 due-7 4000");
	world_told(w, "ReminderSent c1\n");
}

static void a_level_that_was_taken_back_speaks_again_when_the_money_does_not_stay(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, "2026-09-01", 10000);
	world_at(w, "2026-10-06", 10);
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-06 level 1: 1 level-1 10000");
	world_at(w, "2026-10-13", 10);
	world_tick(w);
	assert_string_equal(world_last(w, "c1"), "planned 2026-10-13 level 2: 1 level-2 10000");
	world_apply(w, fact_open(w->arena, "c1", 1, 2, 0));
	world_tick(w);
	world_apply(w, fact_open(w->arena, "c1", 1, 3, 10000));
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-13 level 2: 1 level-2 10000");
}

static void a_first_level_that_was_taken_back_may_speak_the_same_day(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, "2026-09-01", 10000);
	world_tick(w);
	world_apply(w, fact_open(w->arena, "c1", 1, 2, 0));
	world_tick(w);
	world_apply(w, fact_open(w->arena, "c1", 1, 3, 10000));
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-05 level 1: 1 level-1 10000");
}

static void a_hold_of_an_invoice_stops_that_invoice_alone(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, DUE, 10000);
	world_owe(w, "c1", 2, DUE, 500);
	hold(w, arena_printf(w->arena, "{\"kind\":\"dispute\",\"invoice_id\":\"%s\",\"reason\":\"wrong goods\"}",
			uuid_text(w->arena, fact_invoice(1))));
	world_told(w, "HoldPlaced c1\n");
	world_at(w, "2026-10-09", 10);
	world_go(w);
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-09 level 0: 2 due-7 500");
}

static void a_hold_takes_back_what_is_planned(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, DUE, 10000);
	world_tick(w);
	hold(w, "{\"kind\":\"dispute\",\"customer_ref\":\"c1\",\"reason\":\"wrong goods\"}");
	world_go(w);
	assert_int_equal(world_notice(w, "c1", 0)->state, NOTICE_CANCELLED);
	world_told(w, "HoldPlaced c1\n");
}

static void a_promise_holds_until_its_day_is_over(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, "2026-09-01", 10000);
	hold(w, "{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"until\":\"2026-10-12\",\"reason\":\"pays on Monday\"}");
	world_told(w, "HoldPlaced c1\n");
	go_daily(w, "2026-10-05", 8);
	world_told(w, "");
	go_daily(w, "2026-10-13", 1);
	world_told(w, "HoldReleased c1\nReminderSent c1\n");
}

static void a_promise_does_not_expire_early(void **state)
{
	struct world *w = world_open(*state);
	enum shelf_state shelf;
	const void *value;
	struct span key;

	hold(w, "{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"until\":\"2026-10-12\",\"reason\":\"pays on Monday\"}");
	shelf_at(&w->book->holds, 0, &key, &value, &shelf);
	world_at(w, "2026-10-12", 23);
	world_apply(w, world_named(w, type_expire, "c1", ((const struct hold *)value)->id));
	world_told(w, "HoldPlaced c1\n");
	world_at(w, "2026-10-13", 0);
	world_apply(w, world_named(w, type_expire, "c1", ((const struct hold *)value)->id));
	world_told(w, "HoldReleased c1\n");
}

static void a_hold_that_is_released_lets_reminders_go_on(void **state)
{
	struct world *w = world_open(*state);
	const struct hold *held;
	enum shelf_state shelf;
	const void *value;
	struct span key;

	world_owe(w, "c1", 1, "2026-09-01", 10000);
	hold(w, "{\"kind\":\"dispute\",\"customer_ref\":\"c1\",\"reason\":\"wrong goods\"}");
	world_go(w);
	world_told(w, "HoldPlaced c1\n");
	shelf_at(&w->book->holds, 0, &key, &value, &shelf);
	held = value;
	world_apply(w, world_command(w, "reminders.ReleaseHold",
			       arena_printf(w->arena, "/v1/holds/%s/release", uuid_text(w->arena, held->id)), "{\"reason\":\"settled\"}"));
	world_go(w);
	world_told(w, "HoldReleased c1\nReminderSent c1\n");
}

/* ---- hours ---- */

static void what_could_not_be_sent_in_time_moves_to_the_next_hours(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, DUE, 10000);
	world_tick(w);
	/* The mail system was away until Saturday. */
	world_at(w, "2026-10-10", 3);
	world_go(w);
	world_told(w, "");
	assert_string_equal(world_last(w, "c1"), "planned 2026-10-12 level 0: 1 due-7 10000");
	world_at(w, "2026-10-12", 8);
	world_go(w);
	world_told(w, "");
	world_at(w, "2026-10-12", 9);
	world_owe(w, "c1", 2, "2026-10-13", 500);
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	world_at(w, "2026-10-13", 9);
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	assert_string_equal(world_last(w, "c1"), "sent 2026-10-13 level 0: 2 due 500");
}

static void a_notice_that_moves_takes_a_day_of_its_own(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c1", 1, DUE, 10000);
	world_tick(w);
	world_owe(w, "c1", 2, "2026-10-12", 500);
	world_at(w, "2026-10-12", 10);
	/* The customer is looked at before the notice is. */
	world_apply(w, world_named(w, type_look, "c1", (struct uuid){ { 0 } }));
	assert_string_equal(world_last(w, "c1"), "planned 2026-10-12 level 0: 2 due 500");
	world_go(w);
	world_told(w, "ReminderSent c1\n");
	assert_int_equal(date_compare(world_notice(w, "c1", 0)->day, fact_date("2026-10-13")), 0);
	world_at(w, "2026-10-13", 10);
	world_go(w);
	world_told(w, "ReminderSent c1\n");
}

static void a_customer_is_written_to_by_its_own_clock(void **state)
{
	static const struct {
		const char *zone;
		int hour; /* of UTC, on 9 October */
		bool speaks;
	} cases[] = {
		{ "Pacific/Kiritimati", 2, true },  /* UTC+14: 16:00 */
		{ "Pacific/Kiritimati", 4, false }, /* Saturday */
		{ "Pacific/Pago_Pago", 19, false }, /* UTC-11: 8:00 */
		{ "Pacific/Pago_Pago", 20, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world *w = world_open(*state);

		world_apply(w, fact_customer(w->arena, "c1", 2, "c1@example.org", cases[i].zone, "en"));
		world_owe(w, "c1", 1, DUE, 10000);
		w->now = zone_instant(zone_utc(), fact_date("2026-10-09"), cases[i].hour * 60);
		world_go(w);
		world_told(w, cases[i].speaks ? "ReminderSent c1\n" : "");
	}
}

/* ---- customers ---- */

static void nobody_is_written_to_before_it_is_known_who_it_is(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-09", 10);
	world_owe(w, "c2", 1, DUE, 10000);
	world_apply(w, fact_payment(w->arena, "c2", 1, 2, 900));
	world_apply(w, world_named(w, type_look, "c2", (struct uuid){ { 0 } }));
	assert_null(world_notice(w, "c2", 1));
	world_go(w);
	world_told(w, "");
	world_apply(w, fact_customer(w->arena, "c2", 1, "c2@example.org", "Europe/Berlin", "en"));
	world_go(w);
	world_told(w, "ReceiptSent c2\nReminderSent c2\n");
}

static void a_customer_without_an_address_is_a_failure_that_is_told(void **state)
{
	static const char *const addresses[] = { NULL, "not an address", "a@b\r\nBcc: c@d" };

	for (size_t i = 0; i < 3; i++) {
		struct world *w = world_open(*state);

		world_apply(w, fact_customer(w->arena, "c1", 2, addresses[i], "Europe/Berlin", "en"));
		world_at(w, "2026-10-09", 10);
		world_owe(w, "c1", 1, DUE, 10000);
		world_go(w);
		world_told(w, "NoticeFailed c1\n");
		assert_true(span_is(world_notice(w, "c1", 0)->failure, "no_address"));
	}
}

static void who_is_erased_is_forgotten_and_not_written_to(void **state)
{
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, DUE, 10000);
	world_apply(w, fact_erased(w->arena, "c1"));
	assert_int_equal(world_customer(w, "c1")->name.size, 0);
	assert_int_equal(world_customer(w, "c1")->email.size, 0);
	world_at(w, "2026-10-09", 10);
	world_go(w);
	world_told(w, "NoticeFailed c1\n");
}

static void facts_in_any_order_and_twice_leave_the_same(void **state)
{
	struct message *facts[] = { fact_customer(*state, "c1", 2, "new@example.org", "Europe/Berlin", "en"),
		fact_customer(*state, "c1", 3, "newer@example.org", "Europe/Berlin", "en"), fact_issued(*state, "c1", 1, DUE, 10000),
		fact_open(*state, "c1", 1, 1, 10000), fact_open(*state, "c1", 1, 2, 7000),
		fact_issued(*state, "c1", 2, "2026-10-20", 300) };
	const char *first = NULL;
	struct chance chance = { 20261122 };

	for (int round = 0; round < 200; round++) {
		struct world *w = world_open(*state);

		for (int i = 0; i < 12; i++)
			world_apply(w, facts[round == 0 ? i % 6 : (int)chance_below(&chance, 6)]);
		for (int i = 0; i < 6; i++)
			world_apply(w, facts[(i + round) % 6]);
		world_go(w);
		if (first == NULL)
			first = world_print(w);
		assert_string_equal(world_print(w), first);
	}
	assert_non_null(strstr(first, "open 7000"));
	assert_non_null(strstr(first, "newer@example.org"));
}

static void an_older_or_second_word_changes_nothing(void **state)
{
	struct world *w = world_open(*state);
	const struct item *item;

	world_apply(w, fact_merchant(w->arena, 3, "Nord SE"));
	world_apply(w, fact_merchant(w->arena, 2, "Nord AG"));
	assert_true(span_is(book_merchant(w->book, MERCHANT)->name, "Nord SE"));
	world_owe(w, "c1", 1, DUE, 10000);
	world_apply(w, fact_issued(w->arena, "c1", 1, "2027-01-01", 5));
	item = book_item(w->book, MERCHANT, fact_invoice(1), 1);
	assert_int_equal(date_compare(item->due, fact_date(DUE)), 0);
	assert_int_equal(item->amount, 10000);
}

/* ---- receipts ---- */

static void money_is_confirmed_once_and_at_any_hour(void **state)
{
	struct world *w = world_open(*state);

	world_at(w, "2026-10-11", 3);
	world_apply(w, fact_payment(w->arena, "c1", 1, 1, 10000));
	world_apply(w, fact_payment(w->arena, "c1", 1, 1, 10000));
	world_apply(w, fact_receipt(w->arena, "c1", 7, 1, 1, 1, 10000));
	world_apply(w, fact_receipt(w->arena, "c1", 7, 2, 1, 1, 10000));
	world_apply(w, fact_receipt(w->arena, "c1", 8, 1, 3, 1, 10000));
	/* A later allocation of money that came before. */
	world_apply(w, fact_receipt(w->arena, "c1", 9, 2, 1, 1, 10000));
	world_go(w);
	world_told(w, "ReceiptSent c1\nReceiptSent c1\nReceiptSent c1\n");
}

static void a_provider_s_money_is_not_confirmed_again_by_the_ledger(void **state)
{
	struct world *w = world_open(*state);

	world_apply(w, fact_receipt(w->arena, "c1", 7, 1, 2, 1, 10000));
	world_go(w);
	world_told(w, "");
	assert_null(world_notice(w, "c1", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(an_item_is_reminded_once_both_of_its_facts_have_come),
		WITH_ARENA(the_ledger_may_speak_before_the_invoice),
		WITH_ARENA(all_that_is_due_goes_into_one_mail_a_day),
		WITH_ARENA(what_a_mail_says_has_one_order_however_it_was_found),
		WITH_ARENA(what_comes_after_the_day_s_mail_waits_for_the_next_business_day),
		WITH_ARENA(looking_again_says_nothing_more),
		WITH_ARENA(running_hourly_or_daily_gives_the_same_notices),
		WITH_ARENA(an_outage_of_ten_days_is_caught_up_with_by_one_step),
		WITH_ARENA(a_payment_before_the_claim_takes_the_reminder_back),
		WITH_ARENA(after_a_part_payment_the_rest_is_reminded_the_same_day),
		WITH_ARENA(a_level_that_was_taken_back_speaks_again_when_the_money_does_not_stay),
		WITH_ARENA(a_first_level_that_was_taken_back_may_speak_the_same_day),
		WITH_ARENA(a_hold_of_an_invoice_stops_that_invoice_alone),
		WITH_ARENA(a_hold_takes_back_what_is_planned),
		WITH_ARENA(a_promise_holds_until_its_day_is_over),
		WITH_ARENA(a_promise_does_not_expire_early),
		WITH_ARENA(a_hold_that_is_released_lets_reminders_go_on),
		WITH_ARENA(what_could_not_be_sent_in_time_moves_to_the_next_hours),
		WITH_ARENA(a_notice_that_moves_takes_a_day_of_its_own),
		WITH_ARENA(a_customer_is_written_to_by_its_own_clock),
		WITH_ARENA(nobody_is_written_to_before_it_is_known_who_it_is),
		WITH_ARENA(a_customer_without_an_address_is_a_failure_that_is_told),
		WITH_ARENA(who_is_erased_is_forgotten_and_not_written_to),
		WITH_ARENA(facts_in_any_order_and_twice_leave_the_same),
		WITH_ARENA(an_older_or_second_word_changes_nothing),
		WITH_ARENA(money_is_confirmed_once_and_at_any_hour),
		WITH_ARENA(a_provider_s_money_is_not_confirmed_again_by_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
