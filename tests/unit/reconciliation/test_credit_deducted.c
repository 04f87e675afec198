#include "world.h"

/* "RE 42 less CN 7": what a credit note of a paid invoice freed is allocated beside the payment that deducts it by name, and goes back with that. */

static void run(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%s %s: %s", w->why.code, w->why.field, w->why.text);
	assert_proven(w);
}

static struct uuid pay(struct world *w, struct line_of of)
{
	struct uuid line = world_line(w, of);
	assert_proven(w);
	return line;
}

static void credit(struct world *w, const char *customer, struct uuid invoice, const char *note, int64_t minor)
{
	w->note_number = note;
	run(w, world_credit_note(w, customer, invoice, world_id(w), minor));
	w->note_number = NULL;
}

/* An invoice that was paid and then credited: so much of its payment is unapplied. */
static struct uuid credited(struct world *w, const char *customer, const char *number, int64_t gross, const char *note, int64_t minor)
{
	struct uuid id = world_issue(w, customer, number, gross);
	pay(w, (struct line_of){ .minor = gross, .text = number, .end_to_end = number });
	credit(w, customer, id, note, minor);
	return id;
}

/* NORD-000041 of 100.00 is paid, 30.00 of it credited by GS-2026-0007; NORD-000042 of 200.00 is owed. */
static struct uuid one_of_each(struct world *w)
{
	credited(w, "c1", "NORD-000041", 10000, "GS-2026-0007", 3000);
	assert_int_equal(world_balance(w, CHART_UNAPPLIED), -3000);
	return world_issue(w, "c1", "NORD-000042", 20000);
}

static void assert_open(const struct world *w, struct uuid invoice, int64_t open, int64_t unapplied)
{
	assert_int_equal(world_item(w, invoice)->open, open);
	assert_int_equal(world_balance(w, CHART_UNAPPLIED), -unapplied);
}

/* What stands beside the line's receipt. */
static int64_t beside(const struct world *w, struct uuid line)
{
	const struct allocation *a;
	int64_t minor = 0;
	for (size_t i = 0; (a = book_next(w->book, BOOK_ALLOCATIONS, &i));) {
		const struct receipt *r = uuid_is_zero(a->beside) ? NULL : book_receipt(w->book, SPAN(MERCHANT), a->beside);
		minor += r && uuid_equal(r->source, line) ? a->minor : 0;
	}
	return minor;
}

static void a_credit_note_that_is_named_is_deducted(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "numbers_less_credit");
	assert_open(&w, id, 0, 0);
	assert_int_equal(world_item(&w, id)->allocated, 20000);
	assert_int_equal(beside(&w, line), 3000);
	/* Both receipts are told, and that the customer has no credit any more. */
	assert_int_equal(world_said(&w, "ReceiptAllocated"), 2);
	assert_int_equal(world_said(&w, "UnappliedChanged"), 1);
}

static void beside_a_structured_reference_it_is_deducted_too(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	const char *rf = span_cstr(w.arena, book_invoice(w.book, SPAN(MERCHANT), id)->rf);
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .reference = rf, .text = "abzgl. Gutschrift GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "references_less_credit");
	assert_open(&w, id, 0, 0);
}

static void it_goes_back_with_the_return_and_comes_again_with_its_reversal(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007", .end_to_end = "E-9" });
	for (int round = 0; round < 2; round++) {
		pay(&w, (struct line_of){ .minor = -17000, .end_to_end = "E-9", .return_reason = "AC04" });
		assert_open(&w, id, 20000, 3000);
		assert_int_equal(beside(&w, line), 0);
		pay(&w, (struct line_of){ .minor = 17000, .end_to_end = "E-9", .return_reason = "AC04" });
		assert_open(&w, id, 0, 0);
		assert_int_equal(beside(&w, line), 3000);
	}
}

static void an_unmatch_takes_it_back_whole(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007" });
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_open(&w, id, 20000, 3000);
	assert_int_equal(beside(&w, line), 0);
	assert_int_equal(world_said(&w, "AllocationReversed"), 2);
}

static void several_documents_less_several_credit_notes_are_paid(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w), second = world_issue(&w, "c1", "NORD-000043", 7000);
	credited(&w, "c1", "NORD-000040", 5000, "GS-2026-0008", 5000);
	credited(&w, "c1", "NORD-000039", 5000, "GS-2026-0009", 1000);
	struct uuid line =
		pay(&w, (struct line_of){ .minor = 18000, .text = "NORD-000042 NORD-000043 abz. GS-2026-0007 GS-2026-0008 GS-2026-0009" });
	assert_string_equal(world_rule(&w, line), "numbers_less_credit");
	assert_open(&w, id, 0, 0);
	assert_open(&w, second, 0, 0);
	assert_int_equal(beside(&w, line), 9000);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_open(&w, id, 20000, 9000);
	assert_open(&w, second, 7000, 9000);
}

static void two_credit_notes_of_one_payment_take_each_their_own(void **state)
{
	struct world w = world_open(*state);
	struct uuid first = credited(&w, "c1", "NORD-000041", 10000, "GS-2026-0007", 3000),
		    id = world_issue(&w, "c1", "NORD-000042", 20000);
	credit(&w, "c1", first, "GS-2026-0008", 1000);
	assert_open(&w, id, 20000, 4000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 19000, .text = "NORD-000042 less GS-2026-0008" });
	assert_string_equal(world_rule(&w, line), "numbers_less_credit");
	assert_open(&w, id, 0, 3000);
}

static void what_is_something_else_too_waits(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	world_issue(&w, "c1", "NORD-000043", 3000);
	/* Both less the credit note, or the first alone. */
	struct uuid line = pay(&w, (struct line_of){ .minor = 20000, .text = "NORD-000042 NORD-000043 less GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "less_credit_several");
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_open(&w, id, 20000, 3000);
	/* The one less the credit note, or another that is owed. */
	world_issue(&w, "c1", "NORD-000044", 17000);
	line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "less_credit_several");
	assert_open(&w, id, 20000, 3000);
}

static void an_amount_that_is_not_exact_deducts_nothing(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	struct uuid line = pay(&w, (struct line_of){ .minor = 16999, .text = "NORD-000042 less GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "number");
	assert_open(&w, id, 3001, 3000);
}

static void who_names_it_and_pays_all_deducts_nothing(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	struct uuid line = pay(&w, (struct line_of){ .minor = 20000, .text = "NORD-000042 GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "number");
	assert_open(&w, id, 0, 3000);
}

static void another_customers_credit_note_is_not_deducted(void **state)
{
	struct world w = world_open(*state);
	credited(&w, "c2", "NORD-000041", 10000, "GS-2026-0007", 3000);
	struct uuid id = world_issue(&w, "c1", "NORD-000042", 20000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "number");
	assert_open(&w, id, 3000, 3000);
}

static void a_credit_note_of_what_was_not_paid_left_nothing(void **state)
{
	struct world w = world_open(*state);
	struct uuid first = world_issue(&w, "c1", "NORD-000041", 10000), id = world_issue(&w, "c1", "NORD-000042", 20000);
	credit(&w, "c1", first, "GS-2026-0007", 3000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007" });
	assert_int_equal(world_line_now(&w, line)->state, LINE_WAITING);
	assert_open(&w, id, 20000, 0);
	assert_open(&w, first, 7000, 0);
}

static void only_what_is_left_of_it_may_be_deducted(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w), other = world_issue(&w, "c1", "NORD-000043", 1000);
	const struct receipt *r = book_next(w.book, BOOK_RECEIPTS, &(size_t){ 0 });
	run(&w, world_command(&w, "AllocateReceipt", world_path(&w, "receipts", r->id, "allocate"),
			"\"items\":[{\"invoice_number\":\"NORD-000043\"}]"));
	assert_open(&w, other, 0, 2000);
	struct uuid line = pay(&w, (struct line_of){ .minor = 18000, .text = "NORD-000042 less GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "numbers_less_credit");
	assert_open(&w, id, 0, 0);
	/* What a person had allocated is no part of what goes back. */
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_open(&w, id, 20000, 2000);
	assert_open(&w, other, 0, 2000);
}

static void what_is_to_go_back_to_the_payer_is_not_deducted(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	const struct receipt *r = book_next(w.book, BOOK_RECEIPTS, &(size_t){ 0 });
	run(&w, world_command(&w, "RequestRefund", world_path(&w, "receipts", r->id, "refund"),
			"\"amount\":{\"amount\":\"30.00\",\"currency\":\"EUR\"}"));
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007" });
	assert_string_equal(world_rule(&w, line), "number");
	assert_open(&w, id, 3000, 3000);
}

static void the_return_of_the_credited_payment_opens_what_it_was_deducted_from(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = one_of_each(&w);
	struct uuid line = pay(&w, (struct line_of){ .minor = 17000, .text = "NORD-000042 less GS-2026-0007" });
	pay(&w, (struct line_of){ .minor = -10000, .end_to_end = "NORD-000041", .return_reason = "AC04" });
	assert_open(&w, id, 3000, 0);
	/* Restored, the money is the customer's; what it had been deducted for is theirs to say anew. */
	pay(&w, (struct line_of){ .minor = 10000, .end_to_end = "NORD-000041", .return_reason = "AC04" });
	assert_open(&w, id, 3000, 3000);
	assert_int_equal(beside(&w, line), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_credit_note_that_is_named_is_deducted),
		WITH_ARENA(beside_a_structured_reference_it_is_deducted_too),
		WITH_ARENA(it_goes_back_with_the_return_and_comes_again_with_its_reversal),
		WITH_ARENA(an_unmatch_takes_it_back_whole),
		WITH_ARENA(several_documents_less_several_credit_notes_are_paid),
		WITH_ARENA(two_credit_notes_of_one_payment_take_each_their_own),
		WITH_ARENA(what_is_something_else_too_waits),
		WITH_ARENA(an_amount_that_is_not_exact_deducts_nothing),
		WITH_ARENA(who_names_it_and_pays_all_deducts_nothing),
		WITH_ARENA(another_customers_credit_note_is_not_deducted),
		WITH_ARENA(a_credit_note_of_what_was_not_paid_left_nothing),
		WITH_ARENA(only_what_is_left_of_it_may_be_deducted),
		WITH_ARENA(what_is_to_go_back_to_the_payer_is_not_deducted),
		WITH_ARENA(the_return_of_the_credited_payment_opens_what_it_was_deducted_from),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
