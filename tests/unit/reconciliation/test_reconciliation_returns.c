#include "world.h"

#include <stdio.h>

/* Money that the bank takes back, and gives back again. */

static void run(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%s %s: %s", w->why.code, w->why.field, w->why.text);
	assert_proven(w);
}

static void a_return_reopens_what_the_earlier_line_had_paid(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 12000, .text = "NORD-000001", .end_to_end = "E-77" });
	struct uuid back = world_line(&w, (struct line_of){ .minor = -12000, .end_to_end = "E-77", .return_reason = "AC04" });
	assert_int_equal(world_line_now(&w, back)->as, LINE_AS_RETURN);
	assert_int_equal(world_line_now(&w, line)->state, LINE_RETURNED);
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_balance(&w, CHART_CASH), 0);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_PAYMENTS), 0);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 0);
	assert_int_equal(world_said(&w, "AllocationReversed"), 1);
	assert_proven(&w);
	/* It was another line's after all. */
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", back, "unmatch"), ""));
	assert_int_equal(world_line_now(&w, line)->state, LINE_MATCHED);
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -12000);
	/* Matched by hand, in part of the earlier line's money. */
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", back, "match"), "\"account\":\"bank_charges\""));
	assert_int_equal(world_balance(&w, CHART_BANK_CHARGES), 12000);
}

#define PAYER "DE89370400440532013000"

static void a_return_without_a_reference_is_the_one_payment_of_its_payer_and_amount(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), other = world_issue(&w, "c1", "NORD-000002", 700);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 12000, .text = "NORD-000001", .iban = PAYER });
	world_line(&w, (struct line_of){ .minor = 700, .text = "NORD-000002", .iban = PAYER });
	/* The bank does not call it a return: it may be anything. */
	struct uuid went = world_line(&w, (struct line_of){ .minor = -12000, .iban = PAYER });
	assert_int_equal(world_line_now(&w, went)->state, LINE_WAITING);
	struct uuid back = world_line(&w, (struct line_of){ .minor = -12000, .iban = PAYER, .return_reason = "MD06" });
	assert_int_equal(world_line_now(&w, back)->as, LINE_AS_RETURN);
	assert_string_equal(world_rule(&w, back), "return_payer");
	assert_int_equal(world_line_now(&w, line)->state, LINE_RETURNED);
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_item(&w, other)->open, 0);
	/* There is no second one. */
	struct uuid again = world_line(&w, (struct line_of){ .minor = -12000, .iban = PAYER, .return_reason = "MD06" });
	assert_int_equal(world_line_now(&w, again)->verdict, VERDICT_NONE);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
	assert_proven(&w);
}

static void a_return_that_may_be_of_two_payments_waits_for_a_person(void **state)
{
	struct world w = world_open(*state);
	struct uuid one = world_issue(&w, "c1", "NORD-000001", 500), two = world_issue(&w, "c1", "NORD-000002", 500);
	world_line(&w, (struct line_of){ .minor = 500, .text = "NORD-000001", .iban = PAYER });
	struct uuid second = world_line(&w, (struct line_of){ .minor = 500, .text = "NORD-000002", .iban = PAYER });
	struct uuid back = world_line(&w, (struct line_of){ .minor = -500, .iban = PAYER, .return_reason = "AM04" });
	assert_int_equal(world_line_now(&w, back)->verdict, VERDICT_AMBIGUOUS);
	assert_int_equal(world_item(&w, one)->open + world_item(&w, two)->open, 0);
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", back, "match"),
			arena_printf(w.arena, "\"return_of\":\"%s\"", uuid_text(w.arena, second))));
	assert_int_equal(world_item(&w, one)->open, 0);
	assert_int_equal(world_item(&w, two)->open, 500);
	assert_proven(&w);
}

static void a_person_is_told_when_the_bank_undoes_their_match(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 900);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 900, .text = "thanks", .end_to_end = "E-5" });
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"), "\"items\":[{\"invoice_number\":\"NORD-000001\"}]"));
	assert_int_equal(world_item(&w, id)->open, 0);
	struct uuid back = world_line(&w, (struct line_of){ .minor = -900, .end_to_end = "E-5", .return_reason = "AC04" });
	assert_int_equal(world_item(&w, id)->open, 900);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
	assert_proven(&w);
	/* And it comes back after all: what the person said holds again, and nobody has to look. */
	struct uuid restored = world_line(&w, (struct line_of){ .minor = 900, .end_to_end = "E-5", .return_reason = "AC04" });
	assert_int_equal(world_line_now(&w, restored)->as, LINE_AS_RETURN);
	assert_string_equal(world_rule(&w, restored), "return_reversed");
	assert_int_equal(world_line_now(&w, back)->state, LINE_RETURNED);
	assert_int_equal(world_line_now(&w, line)->state, LINE_MATCHED);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_said(&w, "ExceptionClosed"), 1);
	assert_int_equal(world_said(&w, "ReceiptAllocated"), 1);
	assert_proven(&w);
}

static void a_return_of_a_return_of_a_return(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 900);
	struct line_of there = { .minor = 900, .text = "NORD-000001", .end_to_end = "E-5" }, back = there, again = there;
	back.minor = -900;
	back.return_reason = again.return_reason = "AC04";
	struct uuid line = world_line(&w, there), first = world_line(&w, back), second = world_line(&w, again),
		    third = world_line(&w, back);
	assert_int_equal(world_line_now(&w, line)->state, LINE_RETURNED);
	assert_int_equal(world_line_now(&w, first)->state, LINE_RETURNED);
	assert_int_equal(world_line_now(&w, second)->state, LINE_MATCHED);
	assert_int_equal(world_line_now(&w, third)->state, LINE_MATCHED);
	assert_int_equal(world_item(&w, id)->open, 900);
	assert_int_equal(world_balance(&w, CHART_CASH), 0);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_PAYMENTS), 0);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), 0);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), 0);
	assert_proven(&w);
	/* Paid by another transfer meanwhile: what comes back is the customer's credit. */
	world_line(&w, (struct line_of){ .minor = 900, .text = "NORD-000001", .end_to_end = "E-6" });
	struct uuid fourth = world_line(&w, again);
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -900);
	assert_proven(&w);
	/* A person takes the last one back, and says it again. */
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", fourth, "unmatch"), ""));
	assert_int_equal(world_line_now(&w, third)->state, LINE_MATCHED);
	assert_int_equal(world_line_now(&w, line)->state, LINE_RETURNED);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), -900);
	assert_proven(&w);
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", fourth, "match"),
			arena_printf(w.arena, "\"return_of\":\"%s\"", uuid_text(w.arena, third))));
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -900);
	assert_proven(&w);
}

static void what_we_sent_and_comes_back_pays_no_invoice(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 900);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 900, .text = "NORD-000001", .return_reason = "AC01" });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_string_equal(world_rule(&w, line), "return_unknown");
	assert_int_equal(world_item(&w, id)->open, 900);
	assert_proven(&w);
}

static void a_return_of_what_nobody_knew_comes_back_to_wait(void **state)
{
	struct world w = world_open(*state);
	struct line_of there = { .minor = 700, .end_to_end = "E-1" }, back = there, again = there;
	back.minor = -700;
	again.return_reason = "AC04";
	struct uuid line = world_line(&w, there);
	world_line(&w, back);
	struct uuid last = world_line(&w, again);
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_int_equal(world_line_now(&w, last)->as, LINE_AS_RETURN);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), -700);
	assert_proven(&w);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", last, "unmatch"), ""));
	assert_int_equal(world_line_now(&w, line)->state, LINE_RETURNED);
	assert_proven(&w);
}

static void a_return_of_what_nobody_knew_leaves_nothing(void **state)
{
	struct world w = world_open(*state);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 700, .end_to_end = "E-1" });
	struct uuid back = world_line(&w, (struct line_of){ .minor = -700, .end_to_end = "E-1" });
	assert_int_equal(world_line_now(&w, line)->state, LINE_RETURNED);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), 0);
	assert_proven(&w);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", back, "unmatch"), ""));
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), -700);
	/* A part of it is taken back by hand. */
	struct uuid part = world_line(&w, (struct line_of){ .minor = -200 });
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", part, "match"),
			arena_printf(w.arena, "\"return_of\":\"%s\"", uuid_text(w.arena, line))));
	assert_int_equal(line_left(world_line_now(&w, line)), 500);
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"), "\"customer_ref\":\"c3\""));
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_return_reopens_what_the_earlier_line_had_paid),
		WITH_ARENA(a_return_without_a_reference_is_the_one_payment_of_its_payer_and_amount),
		WITH_ARENA(a_return_that_may_be_of_two_payments_waits_for_a_person),
		WITH_ARENA(a_person_is_told_when_the_bank_undoes_their_match),
		WITH_ARENA(a_return_of_a_return_of_a_return),
		WITH_ARENA(what_we_sent_and_comes_back_pays_no_invoice),
		WITH_ARENA(a_return_of_what_nobody_knew_comes_back_to_wait),
		WITH_ARENA(a_return_of_what_nobody_knew_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
