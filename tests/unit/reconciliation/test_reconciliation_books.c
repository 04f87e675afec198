#include "world.h"

#include <stdio.h>

/* The books: what each fact and each deed does to items, receipts and the journal. */

static void run(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%s %s: %s", w->why.code, w->why.field, w->why.text);
	assert_proven(w);
}

static void refused(struct world *w, struct message *m, const char *code)
{
	assert_int_not_equal(world_run(w, m), OK);
	assert_string_equal(w->why.code, code);
	assert_proven(w);
}

static void an_invoice_is_receivable_against_revenue_and_tax(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_balance(&w, CHART_RECEIVABLE), 12000);
	assert_int_equal(world_balance(&w, CHART_REVENUE), -10000);
	assert_int_equal(world_balance(&w, CHART_TAX), -2000);
	assert_int_equal(world_said(&w, "OpenItemChanged"), 1);
	assert_proven(&w);
	run(&w, world_invoice(&w, "c1", id, "NORD-000001", "EUR", 12000, 0));
	assert_int_equal(w.said_count, 0);
	assert_int_equal(world_balance(&w, CHART_RECEIVABLE), 12000);
}

static void an_invoice_whose_sums_differ_is_set_aside(void **state)
{
	struct world w = world_open(*state);
	struct message *m = world_invoice(&w, "c1", world_id(&w), "NORD-000001", "EUR", 100, 50);
	assert_int_equal(reconciliation_handlers[0].read(m, w.arena, &w.why), OK);
	((struct invoice_issued *)m->body)->invoice.gross++;
	refused(&w, m, "sums_differ");
	m = world_invoice(&w, "c2", world_id(&w), "NORD-000003", "EUR", 100, -50);
	refused(&w, m, "part_invalid");
	m->key = SPAN("nord:c9");
	m->body = NULL;
	refused(&w, m, "key_differs");
}

static void a_payment_settles_its_item_and_what_is_over_is_unapplied(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), attempt = world_id(&w);
	run(&w, world_payment(&w, "c1", attempt, id, 12500));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_CLEARING), 12500);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -500);
	assert_int_equal(world_said(&w, "ReceiptAllocated"), 1);
	assert_int_equal(world_said(&w, "UnappliedChanged"), 1);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
	run(&w, world_payment(&w, "c1", attempt, id, 12500));
	assert_int_equal(w.said_count, 0);
	assert_int_equal(world_balance(&w, CHART_CLEARING), 12500);
}

static void a_payment_before_its_invoice_waits_and_is_allocated_when_it_comes(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_id(&w), attempt = world_id(&w);
	run(&w, world_payment(&w, "c1", attempt, id, 12000));
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -12000);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 0);
	run(&w, world_invoice(&w, "c1", id, "NORD-000001", "EUR", 12000, 0));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), 0);
	assert_int_equal(world_said(&w, "OpenItemChanged"), 1);
}

static void a_credit_note_before_its_invoice_waits_too(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_id(&w), note = world_id(&w);
	run(&w, world_credit_note(&w, "c1", id, note, 6000));
	assert_int_equal(world_balance(&w, CHART_RECEIVABLE), 0);
	run(&w, world_credit_note(&w, "c1", id, note, 6000));
	run(&w, world_invoice(&w, "c1", id, "NORD-000001", "EUR", 12000, 0));
	assert_int_equal(world_item(&w, id)->open, 6000);
	assert_int_equal(world_item(&w, id)->credited, 6000);
	assert_int_equal(world_balance(&w, CHART_REVENUE), -5000);
}

static void what_was_paid_for_what_is_credited_becomes_unapplied(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), note = world_id(&w);
	run(&w, world_payment(&w, "c1", world_id(&w), id, 10000));
	run(&w, world_credit_note(&w, "c1", id, note, 6000));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_item(&w, id)->allocated, 6000);
	assert_int_equal(world_item(&w, id)->credited, 6000);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -4000);
	assert_int_equal(world_said(&w, "AllocationReversed"), 1);
	run(&w, world_credit_note(&w, "c1", id, note, 6000));
	assert_int_equal(w.said_count, 0);
	refused(&w, world_credit_note(&w, "c1", id, world_id(&w), 6001), "credit_exceeds");
}

static void a_refund_draws_on_unapplied_money_first(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), attempt = world_id(&w), refund = world_id(&w);
	run(&w, world_payment(&w, "c1", attempt, id, 12500));
	run(&w, world_refund(&w, "c1", attempt, id, 12500, refund, 500, REFUND_UNAPPLIED));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), 0);
	assert_int_equal(world_balance(&w, CHART_CLEARING), 12000);
	assert_int_equal(world_said(&w, "ExceptionClosed"), 1);
	run(&w, world_refund(&w, "c1", attempt, id, 12500, refund, 500, REFUND_UNAPPLIED));
	assert_int_equal(world_balance(&w, CHART_CLEARING), 12000);
	/* Nothing unapplied is left: the rest is owed again. */
	run(&w, world_refund(&w, "c1", attempt, id, 12500, world_id(&w), 2000, REFUND_UNSAID));
	assert_int_equal(world_item(&w, id)->open, 2000);
}

static void refunding_one_of_two_payments_leaves_the_invoice_paid_by_the_other(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), first = world_id(&w), second = world_id(&w);
	run(&w, world_payment(&w, "c1", first, id, 12000));
	run(&w, world_payment(&w, "c1", second, id, 12000));
	run(&w, world_refund(&w, "c1", first, id, 12000, world_id(&w), 12000, REFUND_UNAPPLIED));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), 0);
	/* But where it is said to reopen, it reopens. */
	struct uuid other = world_issue(&w, "c2", "NORD-000002", 5000), third = world_id(&w);
	run(&w, world_payment(&w, "c2", third, other, 5000));
	run(&w, world_refund(&w, "c2", third, other, 5000, world_id(&w), 5000, REFUND_REOPEN));
	assert_int_equal(world_item(&w, other)->open, 5000);
}

static void a_refund_before_its_payment_posts_both_once(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000), attempt = world_id(&w);
	run(&w, world_refund(&w, "c1", attempt, id, 12000, world_id(&w), 2000, REFUND_REOPEN));
	run(&w, world_payment(&w, "c1", attempt, id, 12000));
	assert_int_equal(world_item(&w, id)->open, 2000);
	assert_int_equal(world_balance(&w, CHART_CLEARING), 10000);
}

static void more_refunded_than_taken_is_booked_and_asked_about(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 1000), attempt = world_id(&w);
	run(&w, world_payment(&w, "c1", attempt, id, 1000));
	run(&w, world_refund(&w, "c1", attempt, id, 1000, world_id(&w), 1500, REFUND_UNSAID));
	assert_int_equal(world_balance(&w, CHART_CLEARING), -500);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_PAYMENTS), 500);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
}

static void orders_and_repeats_of_facts_end_the_same(void **state)
{
	for (int order = 0; order < 24; order++) {
		struct world w = world_open(*state);
		struct uuid id = world_id(&w), note = world_id(&w), attempt = world_id(&w), refund = world_id(&w);
		struct message *all[] = { world_invoice(&w, "c1", id, "NORD-000001", "EUR", 12000, 0),
			world_credit_note(&w, "c1", id, note, 6000), world_payment(&w, "c1", attempt, id, 12000),
			world_refund(&w, "c1", attempt, id, 12000, refund, 6000, REFUND_CREDITED) };
		for (int left = 4, code = order; left > 0; code /= left, left--) {
			int i = code % left;
			struct message *m = all[i], twice = *m;
			memmove(all + i, all + i + 1, sizeof(*all) * (size_t)(left - 1 - i));
			run(&w, m);
			run(&w, &twice);
		}
		assert_int_equal(world_item(&w, id)->open, 0);
		assert_int_equal(world_item(&w, id)->allocated, 6000);
		assert_int_equal(world_item(&w, id)->credited, 6000);
		assert_int_equal(world_balance(&w, CHART_UNAPPLIED), 0);
		assert_int_equal(world_balance(&w, CHART_CLEARING), 6000);
	}
}

static void a_payout_moves_clearing_to_transit_and_the_bank_line_takes_it_out(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 10000), payout = world_id(&w);
	run(&w, world_payment(&w, "c1", world_id(&w), id, 10000));
	run(&w, world_payout_lines(&w, payout, 1, 2, 5000, 150));
	assert_int_equal(world_balance(&w, CHART_CLEARING), 0);
	assert_int_equal(world_balance(&w, CHART_IN_TRANSIT), 9700);
	assert_int_equal(world_balance(&w, CHART_PROVIDER_FEES), 300);
	run(&w, world_payout_lines(&w, payout, 1, 2, 5000, 150));
	assert_int_equal(world_balance(&w, CHART_IN_TRANSIT), 9700);
	run(&w, world_payout_paid(&w, payout, 2, 10000, 300));
	assert_int_equal(world_said(&w, "ExceptionOpened"), 0);
	const char *text = arena_printf(w.arena, "payout po_%s", uuid_text(w.arena, payout) + 28);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 9700, .text = text });
	assert_int_equal(world_line_now(&w, line)->as, LINE_AS_PAYOUT);
	assert_string_equal(world_rule(&w, line), "payout_named");
	assert_int_equal(world_balance(&w, CHART_IN_TRANSIT), 0);
	assert_int_equal(world_balance(&w, CHART_CASH), 9700);
	assert_proven(&w);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_int_equal(world_balance(&w, CHART_IN_TRANSIT), 9700);
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"),
			arena_printf(w.arena, "\"payout_id\":\"%s\"", uuid_text(w.arena, payout))));
	assert_int_equal(world_balance(&w, CHART_IN_TRANSIT), 0);
}

static void a_payout_whose_lines_do_not_make_its_sums_is_an_exception(void **state)
{
	struct world w = world_open(*state);
	struct uuid payout = world_id(&w);
	run(&w, world_payout_paid(&w, payout, 2, 10000, 300));
	run(&w, world_payout_lines(&w, payout, 1, 1, 5000, 150));
	assert_int_equal(world_said(&w, "ExceptionOpened"), 0);
	run(&w, world_payout_lines(&w, payout, 2, 1, 4000, 150));
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
}

/* Met by the simulator: what comes twice opened again what a person had closed. */
static void a_mismatch_that_a_person_closed_stays_closed_when_its_lines_come_again(void **state)
{
	struct world w = world_open(*state);
	struct uuid payout = world_id(&w);
	const struct exception *e;
	size_t i = 0;
	run(&w, world_payout_paid(&w, payout, 1, 5000, 150));
	run(&w, world_payout_lines(&w, payout, 1, 1, 4000, 150));
	e = book_next(w.book, BOOK_EXCEPTIONS, &i);
	assert_true(e->open && e->kind == EXCEPTION_PAYOUT_MISMATCH);
	run(&w, world_command(&w, "CloseException", world_path(&w, "exceptions", e->id, "close"), ""));
	run(&w, world_payout_lines(&w, payout, 1, 1, 4000, 150));
	assert_int_equal(w.said_count, 0);
	assert_false(e->open);
}

static void a_line_with_a_reference_pays_its_invoice(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid part = world_line(&w, (struct line_of){ .minor = 2000, .text = "NORD-000001" });
	assert_int_equal(world_item(&w, id)->open, 10000);
	assert_string_equal(world_rule(&w, part), "number");
	assert_int_equal(world_said(&w, "LineAccepted"), 1);
	assert_int_equal(world_said(&w, "LineMatched"), 1);
	assert_proven(&w);
	world_line(&w, (struct line_of){ .minor = 10500, .text = "rest of NORD-000001" });
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -500);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
	assert_proven(&w);
}

static void a_line_that_nothing_explains_waits_and_a_person_matches_it(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 12000, .text = "thank you", .iban = "DE89370400440532013000" });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_int_equal(world_said(&w, "ExceptionOpened"), 1);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), -12000);
	const char *path = world_path(&w, "lines", line, "match");
	refused(&w, world_command(&w, "MatchLine", path, "\"items\":[{\"invoice_number\":\"NORD-9\"}]"), "invoice_unknown");
	refused(&w,
		world_command(&w, "MatchLine", path,
			"\"items\":[{\"invoice_number\":\"NORD-000001\",\"amount\":{\"amount\":\"119\",\"currency\":\"EUR\"}}]"),
		"rest_unsaid");
	refused(&w,
		world_command(&w, "MatchLine", path,
			"\"items\":[{\"invoice_number\":\"NORD-000001\",\"amount\":{\"amount\":\"121\",\"currency\":\"EUR\"}}]"),
		"amount_not_open");
	refused(&w, world_command(&w, "MatchLine", path, "\"customer_ref\":\"nobody\""), "customer_unknown");
	refused(&w, world_command(&w, "MatchLine", path, ""), "match_unsaid");
	refused(&w, world_command(&w, "MatchLine", path, "\"account\":\"revenue\""), "account_not_by_hand");
	run(&w, world_command(&w, "MatchLine", path, "\"items\":[{\"invoice_number\":\"NORD-000001\"}]"));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_said(&w, "ExceptionClosed"), 1);
	refused(&w, world_command(&w, "MatchLine", path, "\"items\":[{\"invoice_number\":\"NORD-000001\"}]"), "line_state");
	/* The payer's account is learned: the next time it is enough. */
	struct uuid second = world_issue(&w, "c1", "NORD-000002", 3300);
	struct uuid next = world_line(&w, (struct line_of){ .minor = 3300, .text = "thank you", .iban = "DE89370400440532013000" });
	assert_string_equal(world_rule(&w, next), "payer_amount");
	assert_int_equal(world_item(&w, second)->open, 0);
	assert_proven(&w);
}

static void what_a_person_took_back_no_machine_matches_again(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 12000, .text = "NORD-000001" });
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_int_equal(world_item(&w, id)->open, 12000);
	assert_int_equal(world_said(&w, "LineUnmatched"), 1);
	assert_int_equal(world_said(&w, "AllocationReversed"), 1);
	run(&w, world_try(&w, line));
	assert_int_equal(w.said_count, 0);
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	refused(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""), "line_state");
	refused(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", world_id(&w), "unmatch"), ""), "line_unknown");
	refused(&w, world_command(&w, "UnmatchLine", "/v1/lines/7/unmatch", ""), "not_found");
}

static void a_line_waits_for_an_invoice_that_comes_late(void **state)
{
	struct world w = world_open(*state);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 12000, .text = "NORD-000001" });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	run(&w, world_try(&w, line));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_said(&w, "ExceptionClosed"), 1);
	run(&w, world_try(&w, line));
	assert_int_equal(w.said_count, 0);
}

static void unapplied_money_goes_back_over_the_bank(void **state)
{
	struct world w = world_open(*state);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 900 });
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"), "\"customer_ref\":\"c3\""));
	size_t i = 0;
	const struct receipt *r = book_next(w.book, BOOK_RECEIPTS, &i);
	struct uuid out = world_line(&w, (struct line_of){ .minor = -900 });
	const char *fields = arena_printf(w.arena, "\"refund_of\":\"%s\"", uuid_text(w.arena, r->id));
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", out, "match"), fields));
	assert_int_equal(r->refunded, 900);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_PAYMENTS), 0);
	refused(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""), "receipt_refunded");
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", out, "unmatch"), ""));
	assert_int_equal(r->refunded, 0);
	assert_int_equal(r->unapplied, 900);
}

static void a_receipt_by_hand_is_cash_in_hand_until_the_bank_has_it(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	const char *fields =
		"\"customer_ref\":\"c1\",\"amount\":{\"amount\":\"130.00\",\"currency\":\"EUR\"},\"value_date\":\"2026-03-04\","
		"\"items\":[{\"invoice_number\":\"NORD-000001\"}]";
	run(&w, world_command(&w, "RecordReceipt", "/v1/receipts", fields));
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(world_balance(&w, CHART_CASH_IN_HAND), 13000);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -1000);
	refused(&w, world_command(&w, "RecordReceipt", "/v1/receipts", fields), "amount_not_open");
	struct uuid line = world_line(&w, (struct line_of){ .minor = 13000, .text = "cash deposit" });
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"), "\"account\":\"cash_in_hand\""));
	assert_int_equal(world_balance(&w, CHART_CASH_IN_HAND), 0);
	/* What was over pays the next one. */
	struct uuid second = world_issue(&w, "c1", "NORD-000002", 800), foreign = world_issue(&w, "c2", "NORD-000003", 800);
	size_t i = 0;
	const struct receipt *r = book_next(w.book, BOOK_RECEIPTS, &i);
	const char *path = world_path(&w, "receipts", r->id, "allocate");
	refused(&w,
		world_command(&w, "AllocateReceipt", path,
			arena_printf(w.arena, "\"items\":[{\"invoice_id\":\"%s\"}]", uuid_text(w.arena, foreign))),
		"customer_differs");
	run(&w, world_command(&w, "AllocateReceipt", path, "\"items\":[{\"invoice_number\":\"NORD-000002\"}]"));
	assert_int_equal(world_item(&w, second)->open, 0);
}

static void what_is_given_up_takes_its_tax_with_it_and_a_credit_note_undoes_it(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 12000);
	const char *path = world_path(&w, "open-items", id, "write-off");
	run(&w, world_command(&w, "WriteOff", path, "\"amount\":{\"amount\":\"60\",\"currency\":\"EUR\"}"));
	assert_int_equal(world_item(&w, id)->open, 6000);
	assert_int_equal(world_balance(&w, CHART_WRITE_OFF), 5000);
	assert_int_equal(world_balance(&w, CHART_TAX), -1000);
	refused(&w, world_command(&w, "WriteOff", path, "\"amount\":{\"amount\":\"61\",\"currency\":\"EUR\"}"), "amount_not_open");
	run(&w, world_command(&w, "WriteOff", path, ""));
	assert_int_equal(world_item(&w, id)->open, 0);
	run(&w, world_credit_note(&w, "c1", id, world_id(&w), 12000));
	assert_int_equal(world_balance(&w, CHART_WRITE_OFF), 0);
	assert_int_equal(world_balance(&w, CHART_TAX), 0);
	assert_int_equal(world_balance(&w, CHART_REVENUE), 0);
}

static void an_exception_that_facts_must_end_is_not_closed_by_hand(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue(&w, "c1", "NORD-000001", 100);
	world_line(&w, (struct line_of){ .minor = 100, .text = "NORD-000001", .end_to_end = "E-9" });
	world_line(&w, (struct line_of){ .minor = -100, .end_to_end = "E-9", .return_reason = "MD06" });
	world_line(&w, (struct line_of){ .minor = 5, .text = "?" });
	(void)id;
	const struct exception *e;
	for (size_t i = 0; (e = book_next(w.book, BOOK_EXCEPTIONS, &i));) {
		struct message *m = world_command(&w, "CloseException", world_path(&w, "exceptions", e->id, "close"), "");
		if (e->kind == EXCEPTION_RETURN) {
			run(&w, m);
			refused(&w, world_command(&w, "CloseException", world_path(&w, "exceptions", e->id, "close"), ""),
				"exception_closed");
		} else
			refused(&w, m, e->open ? "exception_needs_facts" : "exception_closed");
	}
	refused(&w, world_command(&w, "CloseException", world_path(&w, "exceptions", world_id(&w), "close"), ""), "exception_unknown");
}

static void the_parts_of_an_invoice_are_paid_in_the_order_of_their_due_dates(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = world_issue_parts(&w, "c1", "NORD-000001", 4000, 6000);
	world_line(&w, (struct line_of){ .minor = 5000, .text = "NORD-000001" });
	assert_int_equal(world_item(&w, id)->open, 0);
	assert_int_equal(book_item(w.book, SPAN(MERCHANT), id, 2)->open, 5000);
	assert_int_equal(world_said(&w, "OpenItemChanged"), 2);
	assert_proven(&w);
}

static void an_erased_customer_is_forgotten_as_a_payer(void **state)
{
	struct world w = world_open(*state);
	size_t i = 0, known = 0;
	run(&w, world_customer(&w, "c1", 2, "DE89 3704 0044 0532 0130 00"));
	run(&w, world_customer(&w, "c1", 1, NULL));
	const struct payer *p = book_next(w.book, BOOK_PAYERS, &i);
	assert_true(span_is(p->iban, "DE89370400440532013000") && !p->gone);
	run(&w, world_erased(&w, "c1"));
	for (i = 0; (p = book_next(w.book, BOOK_PAYERS, &i));)
		known += !p->gone;
	assert_int_equal(known, 0);
}

static void a_message_without_a_value_under_a_key_that_is_none_says_so(void **state)
{
	static const char *const types[] = { "dunlin.customers.v1.CustomerChanged", "dunlin.customers.v1.MerchantDefined" };
	struct world w = world_open(*state);
	for (size_t i = 0; i < 2; i++) {
		struct message m = { .key = SPAN("nord"), .type = span_of(types[i]) };
		assert_int_equal(world_run(&w, &m), ERR_INVALID);
		assert_int_equal(w.why.err, ERR_INVALID);
		assert_string_equal(w.why.code, "key_invalid");
	}
}

static struct uuid first_candidate(const struct world *w, struct uuid line)
{
	const struct kept_candidate *c;
	for (size_t i = 0; (c = book_next(w->book, BOOK_CANDIDATES, &i));)
		if (uuid_equal(c->line, line) && c->number == 1)
			return c->candidate.target;
	fail_msg("the line has no candidates");
	return (struct uuid){ 0 };
}

/* In whatever order the rows of the find step came. */
static void candidates_have_one_order_however_they_were_found(void **state)
{
	struct world w = world_open(*state);
	struct uuid older = world_issue(&w, "c1", "NORD-000042", 12000);
	world_issue(&w, "c2", "NORD-000043", 9000);
	struct uuid one = world_line(&w, (struct line_of){ .minor = 500, .text = "NORD-000042 NORD-000043" });
	struct uuid other = world_line(&w, (struct line_of){ .minor = 500, .text = "NORD-000043 NORD-000042" });
	assert_true(uuid_equal(first_candidate(&w, one), older));
	assert_true(uuid_equal(first_candidate(&w, other), older));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(candidates_have_one_order_however_they_were_found),
		WITH_ARENA(an_invoice_is_receivable_against_revenue_and_tax),
		WITH_ARENA(an_invoice_whose_sums_differ_is_set_aside),
		WITH_ARENA(a_payment_settles_its_item_and_what_is_over_is_unapplied),
		WITH_ARENA(a_payment_before_its_invoice_waits_and_is_allocated_when_it_comes),
		WITH_ARENA(a_credit_note_before_its_invoice_waits_too),
		WITH_ARENA(what_was_paid_for_what_is_credited_becomes_unapplied),
		WITH_ARENA(a_refund_draws_on_unapplied_money_first),
		WITH_ARENA(refunding_one_of_two_payments_leaves_the_invoice_paid_by_the_other),
		WITH_ARENA(a_refund_before_its_payment_posts_both_once),
		WITH_ARENA(more_refunded_than_taken_is_booked_and_asked_about),
		WITH_ARENA(orders_and_repeats_of_facts_end_the_same),
		WITH_ARENA(a_payout_moves_clearing_to_transit_and_the_bank_line_takes_it_out),
		WITH_ARENA(a_payout_whose_lines_do_not_make_its_sums_is_an_exception),
		WITH_ARENA(a_mismatch_that_a_person_closed_stays_closed_when_its_lines_come_again),
		WITH_ARENA(a_line_with_a_reference_pays_its_invoice),
		WITH_ARENA(a_line_that_nothing_explains_waits_and_a_person_matches_it),
		WITH_ARENA(what_a_person_took_back_no_machine_matches_again),
		WITH_ARENA(a_line_waits_for_an_invoice_that_comes_late),
		WITH_ARENA(unapplied_money_goes_back_over_the_bank),
		WITH_ARENA(a_receipt_by_hand_is_cash_in_hand_until_the_bank_has_it),
		WITH_ARENA(what_is_given_up_takes_its_tax_with_it_and_a_credit_note_undoes_it),
		WITH_ARENA(an_exception_that_facts_must_end_is_not_closed_by_hand),
		WITH_ARENA(the_parts_of_an_invoice_are_paid_in_the_order_of_their_due_dates),
		WITH_ARENA(an_erased_customer_is_forgotten_as_a_payer),
		WITH_ARENA(a_message_without_a_value_under_a_key_that_is_none_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
