#include "world.h"

/* The work queue: types, suggestions, and what people do with them. */

static const struct exception *open_of(const struct world *w, enum exception_kind kind, struct uuid subject)
{
	const struct exception *e = book_find(w->book, BOOK_EXCEPTIONS, book_key_part(w->book, SPAN(MERCHANT), subject, (int64_t)kind));
	return e && e->open ? e : NULL;
}

static size_t open_count(const struct world *w)
{
	const struct exception *e;
	size_t n = 0;
	for (size_t i = 0; (e = book_next(w->book, BOOK_EXCEPTIONS, &i));)
		n += e->open;
	return n;
}

static enum err work(struct world *w, const struct exception *e, const char *type, const char *act, const char *fields)
{
	return world_run(w, world_command(w, type, world_path(w, "exceptions", e->id, act), fields));
}

static const struct exception_step *last_step(const struct world *w, const struct exception *e)
{
	return book_find(w->book, BOOK_EXCEPTION_STEPS, book_key_part(w->book, SPAN(MERCHANT), e->id, e->steps));
}

static void a_line_is_one_exception_of_the_type_that_its_look_makes_it(void **state)
{
	struct world w = world_open(*state);
	struct uuid nothing = world_line(&w, (struct line_of){ .minor = 900, .text = "hello" });
	struct uuid back = world_line(&w, (struct line_of){ .minor = -700, .text = "back", .return_reason = "AC04" });
	assert_non_null(open_of(&w, EXCEPTION_UNMATCHED_LINE, nothing));
	assert_non_null(open_of(&w, EXCEPTION_RETURN_UNKNOWN, back));
	assert_int_equal(open_count(&w), 2);
}

static struct uuid newest_receipt(const struct world *w)
{
	const struct receipt *r;
	struct uuid id = { 0 };
	for (size_t i = 0; (r = book_next(w->book, BOOK_RECEIPTS, &i));)
		id = r->id;
	return id;
}

static void money_for_what_is_paid_already_is_a_suspected_duplicate_until_it_is_allocated(void **state)
{
	struct world w = world_open(*state);
	world_issue(&w, "c1", "RE-2026-0001", 5000);
	world_line(&w, (struct line_of){ .minor = 5000, .text = "RE-2026-0001" });
	assert_int_equal(open_count(&w), 0);
	world_line(&w, (struct line_of){ .minor = 5000, .text = "RE-2026-0001" });
	struct uuid twice = newest_receipt(&w);
	assert_non_null(open_of(&w, EXCEPTION_DUPLICATE, twice));
	assert_null(open_of(&w, EXCEPTION_OVERPAYMENT, twice));
	world_issue(&w, "c1", "RE-2026-0002", 9000);
	assert_int_equal(
		world_run(
			&w, world_command(&w, "AllocateReceipt", world_path(&w, "receipts", twice, "allocate"),
				    "\"items\":[{\"invoice_number\":\"RE-2026-0002\",\"amount\":{\"minor\":5000,\"currency\":\"EUR\"}}]")),
		OK);
	assert_int_equal(open_count(&w), 0);
	assert_proven(&w);
}

/* A line that names c1's invoice and comes from c2's account waits for a person. */
static const struct exception *doubtful(struct world *w, struct uuid *line)
{
	world_issue(w, "c1", "RE-2026-0001", 5000);
	assert_int_equal(world_run(w, world_customer(w, "c2", 9, "DE75512108001245126199")), OK);
	*line = world_line(w, (struct line_of){ .minor = 6000, .text = "RE-2026-0001", .iban = "DE75512108001245126199" });
	return open_of(w, EXCEPTION_AMBIGUOUS_LINE, *line);
}

static void what_is_suggested_is_done_by_one_word_and_is_a_persons_match_from_then_on(void **state)
{
	struct world w = world_open(*state);
	struct uuid line;
	const struct exception *e = doubtful(&w, &line);
	assert_non_null(e);
	assert_int_equal(e->suggestion, SUGGEST_MATCH_INVOICE);
	assert_true(e->rule.size > 0);
	assert_int_equal(work(&w, e, "AcceptSuggestion", "accept", ""), OK);
	assert_true(world_line_now(&w, line)->state == LINE_MATCHED && world_line_now(&w, line)->by_person);
	assert_null(open_of(&w, EXCEPTION_AMBIGUOUS_LINE, line));
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), -1000);
	assert_int_equal(world_balance(&w, CHART_RECEIVABLE), 0);
	assert_proven(&w);
}

static void a_suggestion_is_followed_only_while_its_rule_says_so_and_only_where_a_word_is_enough(void **state)
{
	struct world w = world_open(*state);
	struct uuid line;
	const struct exception *e = doubtful(&w, &line);
	struct uuid nothing = world_line(&w, (struct line_of){ .minor = 900, .text = "hello" });
	assert_non_null(e);
	assert_int_equal(work(&w, e, "AcceptSuggestion", "accept", "\"rule\":\"another\""), ERR_CONFLICT);
	assert_string_equal(w.why.code, "suggestion_changed");
	assert_int_equal(work(&w, open_of(&w, EXCEPTION_UNMATCHED_LINE, nothing), "AcceptSuggestion", "accept", ""), ERR_REFUSED);
	assert_string_equal(w.why.code, "suggestion_needs_more");
	assert_int_equal(work(&w, e, "AcceptSuggestion", "accept", arena_printf(w.arena, "\"rule\":\"%.*s\"", SPAN_ARG(e->rule))), OK);
	assert_int_equal(work(&w, e, "AcceptSuggestion", "accept", ""), ERR_CONFLICT);
	assert_string_equal(w.why.code, "exception_closed");
}

static void of_two_that_are_as_good_none_is_suggested(void **state)
{
	struct world w = world_open(*state);
	world_issue(&w, "c1", "RE-2026-0001", 5000);
	world_issue(&w, "c2", "RE-2026-0002", 5000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 5000, .text = "RE-2026-0001 RE-2026-0002" });
	const struct exception *e = open_of(&w, EXCEPTION_AMBIGUOUS_LINE, line);
	assert_non_null(e);
	assert_int_equal(e->suggestion, SUGGEST_CHOOSE);
}

static void work_on_an_exception_is_in_its_history_and_nothing_of_it_is_told(void **state)
{
	struct world w = world_open(*state);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 900, .text = "hello" });
	const struct exception *e = open_of(&w, EXCEPTION_UNMATCHED_LINE, line);
	assert_int_equal(e->steps, 1);
	assert_true(span_is(last_step(&w, e)->act, "opened") && span_is(last_step(&w, e)->who, "machine"));
	assert_int_equal(work(&w, e, "AssignException", "assign", "\"owner\":\"frieda\""), OK);
	assert_int_equal(w.said_count, 0);
	assert_true(span_is(open_of(&w, EXCEPTION_UNMATCHED_LINE, line)->owner, "frieda"));
	assert_true(span_is(last_step(&w, open_of(&w, EXCEPTION_UNMATCHED_LINE, line))->detail, "frieda"));
	assert_int_equal(work(&w, e, "ParkException", "park", "\"until\":\"2001-01-01\""), ERR_REFUSED);
	assert_string_equal(w.why.code, "day_not_to_come");
	assert_int_equal(work(&w, e, "ParkException", "park", "\"until\":\"2099-01-01\""), OK);
	assert_true(open_of(&w, EXCEPTION_UNMATCHED_LINE, line)->parked);
	assert_int_equal(open_of(&w, EXCEPTION_UNMATCHED_LINE, line)->steps, 3);
}

static void money_that_stands_against_nothing_for_a_month_is_somebodys_work_until_it_does(void **state)
{
	struct world w = world_open(*state);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 900, .text = "hello" });
	assert_int_equal(
		world_run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"), "\"customer_ref\":\"c1\"")), OK);
	struct uuid id = newest_receipt(&w);
	assert_int_equal(world_run(&w, world_own(&w, type_age_unapplied, id)), OK);
	assert_non_null(open_of(&w, EXCEPTION_AGED_UNAPPLIED, id));
	assert_int_equal(world_run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), "")), OK);
	assert_null(open_of(&w, EXCEPTION_AGED_UNAPPLIED, id));
	assert_proven(&w);
}

/* A command of another person than eve. */
static enum err by_bob(struct world *w, const char *type, const char *path, const char *fields)
{
	struct message *m = world_command(w, type, path, "");
	m->payload = span_of(arena_printf(w->arena, "{%s%s\"who\":\"bob\",\"why\":\"he agrees\"}", fields, fields[0] ? "," : ""));
	return world_run(w, m);
}

static enum err write_off(struct world *w, struct uuid invoice, bool bob)
{
	const char *path = world_path(w, "open-items", invoice, "write-off");
	return bob ? by_bob(w, "WriteOff", path, "") : world_run(w, world_command(w, "WriteOff", path, ""));
}

static void a_write_off_above_the_limit_is_done_by_two(void **state)
{
	struct world w = world_open(*state);
	struct uuid small = world_issue(&w, "c1", "RE-2026-0001", 1000), large = world_issue(&w, "c1", "RE-2026-0002", 9000);
	assert_int_equal(
		world_run(&w, world_command(&w, "LimitWriteOffs", "/v1/limits", "\"write_off\":{\"minor\":1000,\"currency\":\"EUR\"}")),
		OK);
	assert_int_equal(write_off(&w, small, false), OK);
	assert_int_equal(world_item(&w, small)->open, 0);
	assert_int_equal(write_off(&w, large, false), OK);
	assert_int_equal(world_item(&w, large)->open, 9000);
	assert_non_null(open_of(&w, EXCEPTION_WRITE_OFF_WAITS, large));
	assert_int_equal(write_off(&w, large, false), ERR_CONFLICT);
	assert_string_equal(w.why.code, "write_off_waits");
	assert_int_equal(work(&w, open_of(&w, EXCEPTION_WRITE_OFF_WAITS, large), "AcceptSuggestion", "accept", ""), ERR_REFUSED);
	assert_string_equal(w.why.code, "same_person");
	assert_int_equal(write_off(&w, large, true), OK);
	assert_int_equal(world_item(&w, large)->open, 0);
	assert_null(open_of(&w, EXCEPTION_WRITE_OFF_WAITS, large));
	assert_proven(&w);
}

static void a_write_off_that_waits_is_accepted_or_closed_by_the_second_person(void **state)
{
	struct world w = world_open(*state);
	struct uuid one = world_issue(&w, "c1", "RE-2026-0001", 5000), other = world_issue(&w, "c2", "RE-2026-0002", 9000);
	assert_int_equal(
		world_run(&w, world_command(&w, "LimitWriteOffs", "/v1/limits", "\"write_off\":{\"minor\":0,\"currency\":\"EUR\"}")), OK);
	assert_int_equal(write_off(&w, one, false), OK);
	assert_int_equal(write_off(&w, other, false), OK);
	const struct exception *e = open_of(&w, EXCEPTION_WRITE_OFF_WAITS, one);
	assert_int_equal(by_bob(&w, "AcceptSuggestion", world_path(&w, "exceptions", e->id, "accept"), ""), OK);
	assert_int_equal(world_item(&w, one)->open, 0);
	e = open_of(&w, EXCEPTION_WRITE_OFF_WAITS, other);
	assert_int_equal(by_bob(&w, "CloseException", world_path(&w, "exceptions", e->id, "close"), ""), OK);
	assert_int_equal(world_item(&w, other)->open, 9000);
	assert_int_equal(open_count(&w), 0);
	assert_proven(&w);
}

static void a_mismatch_that_a_person_closed_stays_closed_when_its_lines_come_again(void **state)
{
	struct world w = world_open(*state);
	struct uuid payout = world_id(&w);
	assert_int_equal(world_run(&w, world_payout_paid(&w, payout, 2, 2000, 100)), OK);
	assert_int_equal(world_run(&w, world_payout_lines(&w, payout, 1, 2, 900, 50)), OK);
	const struct exception *e = open_of(&w, EXCEPTION_PAYOUT_MISMATCH, payout);
	assert_non_null(e);
	assert_int_equal(work(&w, e, "CloseException", "close", ""), OK);
	assert_int_equal(world_run(&w, world_payout_lines(&w, payout, 1, 2, 900, 50)), OK);
	assert_int_equal(w.said_count, 0);
	assert_null(open_of(&w, EXCEPTION_PAYOUT_MISMATCH, payout));
}

/* c1 paid 5000 twice for one invoice: 5000 are unapplied. */
static struct uuid paid_twice(struct world *w)
{
	world_issue(w, "c1", "RE-2026-0001", 5000);
	world_line(w, (struct line_of){ .minor = 5000, .text = "RE-2026-0001" });
	world_line(w, (struct line_of){ .minor = 5000, .text = "RE-2026-0001" });
	return newest_receipt(w);
}

static enum err request(struct world *w, struct uuid receipt, int minor)
{
	return world_run(w, world_command(w, "RequestRefund", world_path(w, "receipts", receipt, "refund"),
				    arena_printf(w->arena, "\"amount\":{\"minor\":%d,\"currency\":\"EUR\"}", minor)));
}

static int64_t requested(const struct world *w, struct uuid receipt)
{
	return book_receipt(w->book, SPAN(MERCHANT), receipt)->refund_requested;
}

static void a_refund_is_requested_once_told_and_books_nothing(void **state)
{
	struct world w = world_open(*state);
	struct uuid receipt = paid_twice(&w);
	int64_t unapplied = world_balance(&w, CHART_UNAPPLIED);
	assert_int_equal(request(&w, receipt, 5001), ERR_REFUSED);
	assert_string_equal(w.why.code, "receipt_spent");
	assert_int_equal(request(&w, receipt, 3000), OK);
	assert_int_equal(requested(&w, receipt), 3000);
	assert_int_equal(w.said_count, 1);
	assert_int_equal(world_said(&w, "RefundRequested"), 1);
	assert_int_equal(request(&w, receipt, 3000), OK);
	assert_int_equal(w.said_count, 0);
	assert_int_equal(request(&w, receipt, 0), OK);
	assert_int_equal(world_said(&w, "RefundRequested"), 1);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), unapplied);
	assert_proven(&w);
}

static void what_was_requested_is_done_when_it_has_left_the_bank(void **state)
{
	struct world w = world_open(*state);
	struct uuid receipt = paid_twice(&w);
	const struct exception *e = open_of(&w, EXCEPTION_DUPLICATE, receipt);
	assert_int_equal(e->suggestion, SUGGEST_REFUND);
	assert_int_equal(work(&w, e, "AcceptSuggestion", "accept", ""), OK);
	assert_int_equal(requested(&w, receipt), 5000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = -2000, .text = "refund" });
	assert_int_equal(world_run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"),
					       arena_printf(w.arena, "\"refund_of\":\"%s\"", uuid_text(w.arena, receipt)))),
		OK);
	assert_int_equal(requested(&w, receipt), 3000);
	/* What the person spends otherwise can't go back. */
	world_issue(&w, "c1", "RE-2026-0002", 9000);
	assert_int_equal(
		world_run(
			&w, world_command(&w, "AllocateReceipt", world_path(&w, "receipts", receipt, "allocate"),
				    "\"items\":[{\"invoice_number\":\"RE-2026-0002\",\"amount\":{\"minor\":2500,\"currency\":\"EUR\"}}]")),
		OK);
	assert_int_equal(requested(&w, receipt), 500);
	assert_int_equal(world_said(&w, "RefundRequested"), 1);
	assert_proven(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_line_is_one_exception_of_the_type_that_its_look_makes_it),
		WITH_ARENA(money_for_what_is_paid_already_is_a_suspected_duplicate_until_it_is_allocated),
		WITH_ARENA(what_is_suggested_is_done_by_one_word_and_is_a_persons_match_from_then_on),
		WITH_ARENA(a_suggestion_is_followed_only_while_its_rule_says_so_and_only_where_a_word_is_enough),
		WITH_ARENA(of_two_that_are_as_good_none_is_suggested),
		WITH_ARENA(work_on_an_exception_is_in_its_history_and_nothing_of_it_is_told),
		WITH_ARENA(money_that_stands_against_nothing_for_a_month_is_somebodys_work_until_it_does),
		WITH_ARENA(a_write_off_above_the_limit_is_done_by_two),
		WITH_ARENA(a_write_off_that_waits_is_accepted_or_closed_by_the_second_person),
		WITH_ARENA(a_mismatch_that_a_person_closed_stays_closed_when_its_lines_come_again),
		WITH_ARENA(a_refund_is_requested_once_told_and_books_nothing),
		WITH_ARENA(what_was_requested_is_done_when_it_has_left_the_bank),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
