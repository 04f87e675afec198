#include "world.h"

/* A payment in another currency than the account's: the invoice is paid by what the payer instructed, the account holds what the bank booked. */

#define PAYER "DE89370400440532013000"

static void run(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%s %s: %s", w->why.code, w->why.field, w->why.text);
	assert_proven(w);
}

static struct uuid owe(struct world *w, const char *customer, const char *number, int64_t dollars)
{
	struct uuid id = world_id(w);
	run(w, world_invoice(w, customer, id, number, "USD", dollars, 0));
	return id;
}

/* EUR 1,000.00 for USD `dollars`. */
static struct uuid pay(struct world *w, const char *text, int64_t dollars)
{
	struct uuid line = world_line(
		w, (struct line_of){ .minor = 100000, .text = text, .end_to_end = "E-1", .original = dollars, .original_currency = "USD" });
	assert_proven(w);
	return line;
}

static enum line_state state_of(const struct world *w, struct uuid line)
{
	return world_line_now(w, line)->state;
}

static const struct exception *open_exception(const struct world *w, struct uuid line)
{
	const struct exception *e;
	for (size_t i = 0; (e = book_next(w->book, BOOK_EXCEPTIONS, &i));)
		if (e->open && uuid_equal(e->subject, line))
			return e;
	return NULL;
}

static void assert_settled(const struct world *w, struct uuid invoice, int64_t dollars)
{
	assert_int_equal(world_item(w, invoice)->allocated, dollars);
	assert_int_equal(world_item(w, invoice)->open, 0);
	assert_int_equal(world_exchanged(w, "USD"), dollars);
	assert_int_equal(world_exchanged(w, "EUR"), -100000);
}

static void assert_owed(const struct world *w, struct uuid invoice, int64_t dollars)
{
	assert_int_equal(world_item(w, invoice)->open, dollars);
	assert_int_equal(world_exchanged(w, "USD"), 0);
	assert_int_equal(world_exchanged(w, "EUR"), 0);
}

static void what_was_instructed_pays_the_invoice_and_both_legs_meet(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line = pay(&w, "NORD-000001", 110000);
	assert_string_equal(world_rule(&w, line), "number_original");
	assert_int_equal(world_line_now(&w, line)->as, LINE_AS_EXCHANGED);
	assert_settled(&w, id, 110000);
	assert_int_equal(world_said(&w, "ReceiptAllocated"), 1);
	assert_null(open_exception(&w, line));
}

static void a_structured_reference_pays_alike(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	const struct invoice *v = book_invoice(w.book, SPAN(MERCHANT), id);
	struct uuid line = world_line(
		&w, (struct line_of){
			    .minor = 100000, .reference = span_cstr(w.arena, v->rf), .original = 110000, .original_currency = "USD" });
	assert_string_equal(world_rule(&w, line), "reference_original");
	assert_settled(&w, id, 110000);
}

static void a_cent_beside_it_waits_as_another_currency(void **state)
{
	static const int64_t beside[] = { 109999, 110001, 100000, 0 };
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		struct uuid line = pay(&w, "NORD-000001", beside[i]);
		assert_int_equal(state_of(&w, line), LINE_WAITING);
		assert_string_equal(world_rule(&w, line), "other_currency");
		assert_int_equal(open_exception(&w, line)->kind, EXCEPTION_CURRENCY);
		assert_owed(&w, id, 110000);
	}
}

static void another_currency_than_the_invoice_s_is_no_evidence(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line =
		world_line(&w, (struct line_of){ .minor = 100000, .text = "NORD-000001", .original = 110000, .original_currency = "GBP" });
	assert_int_equal(state_of(&w, line), LINE_WAITING);
	assert_owed(&w, id, 110000);
	/* What says EUR says nothing of dollars, and no code is no currency. */
	line = world_line(&w, (struct line_of){ .minor = 100000, .text = "NORD-000001", .original = 110000, .original_currency = "EUR" });
	assert_int_equal(state_of(&w, line), LINE_WAITING);
	line = world_line(&w, (struct line_of){ .minor = 100000, .text = "NORD-000001", .original = 110000, .original_currency = "" });
	assert_int_equal(state_of(&w, line), LINE_WAITING);
	assert_owed(&w, id, 110000);
}

static void several_documents_are_paid_by_their_exact_sum_alone(void **state)
{
	struct world w = world_open(*state);
	struct uuid one = owe(&w, "c1", "NORD-000001", 60000), two = owe(&w, "c1", "NORD-000002", 50000);
	struct uuid line = pay(&w, "NORD-000001 NORD-000002", 60000);
	assert_int_equal(state_of(&w, line), LINE_WAITING);
	line = pay(&w, "NORD-000001 NORD-000002", 110000);
	assert_int_equal(state_of(&w, line), LINE_MATCHED);
	assert_int_equal(world_item(&w, one)->open + world_item(&w, two)->open, 0);
	assert_int_equal(world_exchanged(&w, "USD"), 110000);
	/* Of two customers neither. */
	owe(&w, "c1", "NORD-000003", 60000);
	owe(&w, "c2", "NORD-000004", 50000);
	line = pay(&w, "NORD-000003 NORD-000004", 110000);
	assert_int_equal(state_of(&w, line), LINE_WAITING);
}

static void a_document_of_the_account_s_currency_beside_it_makes_it_ambiguous(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000), other = world_issue(&w, "c1", "NORD-000002", 100000);
	struct uuid line = pay(&w, "NORD-000001 NORD-000002", 110000);
	assert_string_equal(world_rule(&w, line), "original_several");
	assert_int_equal(state_of(&w, line), LINE_WAITING);
	assert_owed(&w, id, 110000);
	assert_int_equal(world_item(&w, other)->open, 100000);
}

static void who_is_known_as_another_does_not_pay_by_itself(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	run(&w, world_customer(&w, "c2", 2, PAYER));
	struct uuid line = world_line(&w,
		(struct line_of){ .minor = 100000, .text = "NORD-000001", .iban = PAYER, .original = 110000, .original_currency = "USD" });
	assert_int_equal(state_of(&w, line), LINE_WAITING);
	assert_owed(&w, id, 110000);
}

static void who_pays_alone_is_too_little(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	run(&w, world_customer(&w, "c1", 2, PAYER));
	struct uuid line = world_line(
		&w, (struct line_of){ .minor = 100000, .text = "danke", .iban = PAYER, .original = 110000, .original_currency = "USD" });
	assert_int_equal(state_of(&w, line), LINE_WAITING);
	assert_owed(&w, id, 110000);
}

static void an_unmatch_takes_both_legs_back(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line = pay(&w, "NORD-000001", 110000);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_owed(&w, id, 110000);
	assert_int_equal(world_balance(&w, CHART_UNIDENTIFIED_RECEIPTS), -100000);
	assert_int_equal(world_balance(&w, CHART_UNAPPLIED), 0);
}

static void a_return_takes_both_legs_back_and_its_reversal_restores_them(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line = pay(&w, "NORD-000001", 110000);
	struct uuid back = world_line(&w, (struct line_of){ .minor = -100000, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(world_line_now(&w, back)->as, LINE_AS_RETURN);
	assert_proven(&w);
	assert_int_equal(state_of(&w, line), LINE_RETURNED);
	assert_owed(&w, id, 110000);
	/* A person says that the return was none: the money is unapplied again, and the bank's return waits. */
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", back, "unmatch"), ""));
	assert_int_equal(world_exchanged(&w, "USD"), 110000);
	assert_int_equal(world_exchanged(&w, "EUR"), -100000);
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", back, "match"),
			arena_printf(w.arena, "\"return_of\":\"%s\"", uuid_text(w.arena, line))));
	assert_owed(&w, id, 110000);
	struct uuid again = world_line(&w, (struct line_of){ .minor = 100000, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(world_line_now(&w, again)->as, LINE_AS_RETURN);
	assert_proven(&w);
	assert_int_equal(world_exchanged(&w, "USD"), 110000);
	assert_int_equal(world_exchanged(&w, "EUR"), -100000);
	assert_int_equal(state_of(&w, line), LINE_MATCHED);
	/* And that is taken back too. */
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", again, "unmatch"), ""));
	assert_owed(&w, id, 110000);
}

static void a_return_of_another_amount_waits(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line = pay(&w, "NORD-000001", 110000);
	struct uuid back = world_line(&w, (struct line_of){ .minor = -99000, .end_to_end = "E-1", .return_reason = "AC04" });
	assert_int_equal(state_of(&w, back), LINE_WAITING);
	assert_int_equal(world_run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", back, "match"),
					       arena_printf(w.arena, "\"return_of\":\"%s\"", uuid_text(w.arena, line)))),
		ERR_REFUSED);
	assert_string_equal(w.why.code, "exchange_in_part");
	assert_settled(&w, id, 110000);
}

static void what_a_credit_note_frees_stays_the_customer_s_in_its_currency(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line = pay(&w, "NORD-000001", 110000);
	struct message *note = world_credit_note(&w, "c1", id, world_id(&w), 10000);
	assert_int_equal(world_run(&w, note), OK);
	assert_proven(&w);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_int_equal(world_exchanged(&w, "USD"), 0);
	assert_int_equal(world_exchanged(&w, "EUR"), 0);
}

static struct message *match(struct world *w, struct uuid line, const char *amount)
{
	return world_command(w, "MatchLine", world_path(w, "lines", line, "match"),
		arena_printf(w->arena, "\"items\":[{\"invoice_number\":\"NORD-000001\"%s}]", amount));
}

static void a_person_says_what_the_statement_does_not_tell(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line = pay(&w, "NORD-000001", 0);
	assert_int_equal(world_run(&w, match(&w, line, "")), ERR_REFUSED);
	assert_string_equal(w.why.code, "original_unsaid");
	run(&w, match(&w, line, ",\"amount\":{\"minor\":50000,\"currency\":\"USD\"}"));
	assert_int_equal(world_item(&w, id)->open, 60000);
	assert_int_equal(world_exchanged(&w, "EUR"), -100000);
	run(&w, world_command(&w, "UnmatchLine", world_path(&w, "lines", line, "unmatch"), ""));
	assert_owed(&w, id, 110000);
}

static void what_the_statement_tells_no_person_changes(void **state)
{
	struct world w = world_open(*state);
	struct uuid id = owe(&w, "c1", "NORD-000001", 110000);
	struct uuid line = pay(&w, "NORD-000001", 50000);
	assert_int_equal(world_run(&w, match(&w, line, "")), ERR_REFUSED);
	assert_string_equal(w.why.code, "original_differs");
	run(&w, match(&w, line, ",\"amount\":{\"minor\":50000,\"currency\":\"USD\"}"));
	assert_int_equal(world_item(&w, id)->open, 60000);
}

static void the_two_amounts_are_the_rate(void **state)
{
	struct arena *a = *state;
	const struct money eur = { 100000, { "EUR" } }, usd = { 110000, { "USD" } }, yen = { 16000, { "JPY" } },
			   dinar = { 1234567, { "BHD" } };
	assert_string_equal(exchange_text(a, eur, usd), "EUR 1,000.00 for USD 1,100.00: 0.909091 EUR each");
	assert_string_equal(exchange_text(a, eur, yen), "EUR 1,000.00 for JPY 16,000: 0.062500 EUR each");
	assert_string_equal(exchange_text(a, yen, eur), "JPY 16,000 for EUR 1,000.00: 16.000000 JPY each");
	assert_string_equal(exchange_text(a, dinar, usd), "BHD 1,234.567 for USD 1,100.00: 1.122334 BHD each");
	/* More than can be written with six digits: the amounts alone. */
	assert_string_equal(exchange_text(a, (struct money){ MONEY_LIMIT - 1, { "JPY" } }, (struct money){ 1, { "BHD" } }),
		"JPY 9,007,199,254,740,991 for BHD 0.001");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(what_was_instructed_pays_the_invoice_and_both_legs_meet),
		WITH_ARENA(a_structured_reference_pays_alike),
		WITH_ARENA(a_cent_beside_it_waits_as_another_currency),
		WITH_ARENA(another_currency_than_the_invoice_s_is_no_evidence),
		WITH_ARENA(several_documents_are_paid_by_their_exact_sum_alone),
		WITH_ARENA(a_document_of_the_account_s_currency_beside_it_makes_it_ambiguous),
		WITH_ARENA(who_is_known_as_another_does_not_pay_by_itself),
		WITH_ARENA(who_pays_alone_is_too_little),
		WITH_ARENA(an_unmatch_takes_both_legs_back),
		WITH_ARENA(a_return_takes_both_legs_back_and_its_reversal_restores_them),
		WITH_ARENA(a_return_of_another_amount_waits),
		WITH_ARENA(what_a_credit_note_frees_stays_the_customer_s_in_its_currency),
		WITH_ARENA(a_person_says_what_the_statement_does_not_tell),
		WITH_ARENA(what_the_statement_tells_no_person_changes),
		WITH_ARENA(the_two_amounts_are_the_rate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
