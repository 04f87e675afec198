#include "world.h"

#include "ledger.h"
#include "match/select.h"

/* Who pays: what is known of accounts and names, what people teach, and what is owed by one payer together. */

#define HOME "DE89370400440532013000"
#define ABROAD "FR1420041010050500013M02606"

static void run(struct world *w, struct message *m)
{
	if (world_run(w, m) != OK)
		fail_msg("%s: %s", w->why.code, w->why.text);
}

static struct uuid paid(struct world *w, int64_t minor, const char *text, const char *iban, const char *name)
{
	return world_line(w, (struct line_of){ .minor = minor, .text = text, .iban = iban, .name = name });
}

static void match(struct world *w, struct uuid line, const char *number)
{
	run(w, world_command(w, "MatchLine", world_path(w, "lines", line, "match"),
		       arena_printf(w->arena, "\"items\":[{\"invoice_number\":\"%s\"}]", number)));
}

static void unmatch(struct world *w, struct uuid line)
{
	run(w, world_command(w, "UnmatchLine", world_path(w, "lines", line, "unmatch"), ""));
}

static bool waits(const struct world *w, struct uuid line)
{
	return world_line_now(w, line)->state == LINE_WAITING;
}

static const struct payer *payer_by(const struct world *w, const char *mark)
{
	const struct payer *p;
	for (size_t i = 0; (p = book_next(w->book, BOOK_PAYERS, &i));)
		if (span_is(p->iban, mark))
			return p;
	return NULL;
}

/* c1 is Nordwind, who owes two invoices of other amounts; c2 is Südstern. */
static struct world open_town(struct arena *arena)
{
	struct world w = world_open(arena);
	run(&w, world_named_customer(&w, "c1", 2, NULL, "Nordwind GmbH"));
	run(&w, world_named_customer(&w, "c2", 2, NULL, "Südstern AG"));
	world_issue(&w, "c1", "NORD-000001", 5000);
	world_issue(&w, "c1", "NORD-000002", 7000);
	world_issue(&w, "c1", "NORD-000003", 9100);
	world_issue(&w, "c2", "NORD-000004", 5000);
	return w;
}

static void a_number_under_another_name_waits_until_a_person_teaches_the_payer(void **state)
{
	struct world w = open_town(*state);
	struct uuid first = paid(&w, 5000, "NORD-000001", ABROAD, "Treuhand Winkelmann");
	assert_true(waits(&w, first));
	assert_string_equal(world_rule(&w, first), "number_other_payer");
	match(&w, first, "NORD-000001");
	assert_true(payer_holds(payer_by(&w, ABROAD)) && !payer_by(&w, ABROAD)->told);
	assert_true(payer_holds(payer_by(&w, "@name:TREUHAND WINKELMAN")));
	assert_true(span_is(payer_by(&w, ABROAD)->taught_by, "desk"));
	struct uuid second = paid(&w, 7000, "NORD-000002", ABROAD, "TREUHAND WINKELMANN");
	assert_false(waits(&w, second));
	assert_proven(&w);
}

static void what_a_person_takes_back_is_withdrawn_and_no_machine_learns_it_again(void **state)
{
	struct world w = open_town(*state);
	struct uuid line = paid(&w, 5000, "thanks", ABROAD, "Treuhand Winkelmann");
	match(&w, line, "NORD-000001");
	unmatch(&w, line);
	const struct payer *p = payer_by(&w, ABROAD);
	assert_true(p->withdrawn && p->wrong == 1 && !payer_holds(p));
	/* A creditor reference posts by itself, and teaches nothing that was withdrawn. */
	const struct invoice *v = book_invoice(w.book, SPAN(MERCHANT), world_item(&w, world_issue(&w, "c1", "NORD-000009", 300))->invoice);
	struct uuid by_reference = world_line(
		&w, (struct line_of){ .minor = 300, .reference = span_cstr(w.arena, v->rf), .iban = ABROAD, .name = "Nordwind" });
	assert_false(waits(&w, by_reference));
	assert_false(payer_holds(payer_by(&w, ABROAD)));
	match(&w, line, "NORD-000001");
	assert_true(payer_holds(payer_by(&w, ABROAD)));
	assert_int_equal(payer_by(&w, ABROAD)->wrong, 1);
	assert_proven(&w);
}

/* The account was learned of a payment for c1; under a name that is not c1's it says nothing. */
static void what_was_learned_never_overrides_what_speaks_against(void **state)
{
	struct world w = open_town(*state);
	assert_false(waits(&w, paid(&w, 5000, "NORD-000001", ABROAD, "Nordwind")));
	assert_true(payer_holds(payer_by(&w, ABROAD)));
	struct uuid line = paid(&w, 7000, "thanks", ABROAD, "Kanzlei Brandt");
	assert_true(waits(&w, line));
	assert_false(waits(&w, paid(&w, 7000, "thanks", ABROAD, "NORDWIND GMBH")));
}

static void a_match_by_a_learned_account_that_was_wrong_withdraws_it(void **state)
{
	struct world w = open_town(*state);
	paid(&w, 5000, "NORD-000001", ABROAD, "Nordwind");
	struct uuid line = paid(&w, 7000, "thanks", ABROAD, "Nordwind");
	assert_string_equal(world_rule(&w, line), "payer_amount");
	unmatch(&w, line);
	assert_false(payer_holds(payer_by(&w, ABROAD)));
	assert_true(waits(&w, paid(&w, 9100, "thanks", ABROAD, "Nordwind")));
}

static void what_invoicing_tells_no_person_withdraws(void **state)
{
	struct world w = open_town(*state);
	run(&w, world_named_customer(&w, "c1", 3, HOME, "Nordwind GmbH"));
	struct uuid line = paid(&w, 5000, "thanks", HOME, "Nordwind");
	unmatch(&w, line);
	assert_true(payer_holds(payer_by(&w, HOME)));
}

static void an_erased_customers_names_are_forgotten(void **state)
{
	struct world w = open_town(*state);
	match(&w, paid(&w, 5000, "NORD-000001", ABROAD, "Treuhand Winkelmann"), "NORD-000001");
	run(&w, world_erased(&w, "c1"));
	assert_false(payer_holds(payer_by(&w, ABROAD)));
	assert_false(payer_holds(payer_by(&w, "@name:TREUHAND WINKELMAN")));
	const struct customer *c = book_find(w.book, BOOK_CUSTOMERS, book_key(w.book, SPAN(MERCHANT), SPAN("c1")));
	assert_int_equal(c->name.size, 0);
}

/* ---- several invoices of one payer ---- */

static void a_known_payer_pays_several_invoices_at_once(void **state)
{
	struct world w = open_town(*state);
	run(&w, world_named_customer(&w, "c1", 3, HOME, "Nordwind GmbH"));
	struct uuid some = paid(&w, 12000, "January and February", HOME, "Nordwind");
	assert_string_equal(world_rule(&w, some), "payer_selection");
	struct uuid all = world_issue(&w, "c1", "NORD-000010", 400);
	struct uuid rest = paid(&w, 9500, "", HOME, "Nordwind");
	assert_string_equal(world_rule(&w, rest), "payer_sum");
	assert_int_equal(world_item(&w, all)->open, 0);
	assert_proven(&w);
}

static void selections_that_tie_wait(void **state)
{
	struct world w = open_town(*state);
	run(&w, world_named_customer(&w, "c1", 3, HOME, "Nordwind GmbH"));
	world_issue(&w, "c1", "NORD-000010", 12000);
	struct uuid line = paid(&w, 12000, "", HOME, "Nordwind");
	assert_true(waits(&w, line));
	assert_string_equal(world_rule(&w, line), "payer_amount_several");
}

static void a_customers_number_in_the_text_names_the_payer(void **state)
{
	struct world w = open_town(*state);
	run(&w, world_named_customer(&w, "K-20471", 1, NULL, "Holzbau Frank"));
	world_issue(&w, "K-20471", "NORD-000020", 3300);
	struct uuid line = paid(&w, 3300, "Kd.Nr. K-20471", ABROAD, "Frank Holzbau");
	assert_false(waits(&w, line));
	assert_string_equal(world_rule(&w, line), "payer_amount");
	world_issue(&w, "K-20471", "NORD-000021", 3300);
	assert_true(waits(&w, paid(&w, 3300, "Kd.Nr. K-20471", HOME, "Kanzlei Brandt")));
}

static void a_credit_notes_number_names_the_invoice_that_it_credits_and_no_more(void **state)
{
	struct world w = open_town(*state);
	struct uuid invoice = world_issue(&w, "c1", "NORD-000030", 6000);
	struct message *note = world_credit_note(&w, "c1", invoice, world_id(&w), 1000);
	run(&w, note);
	struct uuid line = paid(&w, 5000, "NORD-000030", ABROAD, "Nordwind");
	assert_string_equal(world_rule(&w, line), "number");
	assert_int_equal(world_item(&w, invoice)->open, 0);
}

/* ---- mandates, dates, forms of words ---- */

static struct uuid paid_under(struct world *w, int64_t minor, const char *text, const char *mandate)
{
	return world_line(w, (struct line_of){ .minor = minor, .text = text, .mandate = mandate });
}

static void a_mandate_is_learned_and_speaks_for_its_customer_and_against_others(void **state)
{
	struct world w = open_town(*state);
	assert_false(waits(&w, paid_under(&w, 5000, "NORD-000001", "M-1")));
	assert_true(payer_holds(payer_by(&w, "@mandate:M-1")));
	struct uuid second = paid_under(&w, 7000, "", "M-1");
	assert_string_equal(world_rule(&w, second), "payer_amount");
	assert_int_equal(payer_by(&w, "@mandate:M-1")->right, 1);
	struct uuid other = paid_under(&w, 5000, "NORD-000004", "M-1");
	assert_true(waits(&w, other));
	assert_string_equal(world_rule(&w, other), "number_other_payer");
	assert_proven(&w);
}

static void what_was_right_once_and_then_taken_back_is_withdrawn_and_counted(void **state)
{
	struct world w = open_town(*state);
	paid_under(&w, 5000, "NORD-000001", "M-1");
	struct uuid second = paid_under(&w, 7000, "", "M-1");
	unmatch(&w, second);
	const struct payer *p = payer_by(&w, "@mandate:M-1");
	assert_true(p->withdrawn);
	assert_int_equal(p->right, 0);
	assert_int_equal(p->wrong, 1);
	assert_true(waits(&w, paid_under(&w, 9100, "", "M-1")));
	assert_proven(&w);
}

static void a_person_teaches_words_that_stay_and_the_next_month_is_paid(void **state)
{
	struct world w = open_town(*state);
	struct uuid first = world_line(&w, (struct line_of){ .minor = 5000, .text = "Kd 4711 Miete 01/2026" });
	assert_true(waits(&w, first));
	match(&w, first, "NORD-000001");
	const struct payer *p = payer_by(&w, "@form:KD4711");
	assert_true(payer_holds(p) && span_is(p->taught_by, "desk") && p->taught_at.us);
	struct uuid next = world_line(&w, (struct line_of){ .minor = 7000, .text = "Kd 4711 Miete 02/2026" });
	assert_string_equal(world_rule(&w, next), "payer_amount");
	assert_int_equal(payer_by(&w, "@form:KD4711")->right, 1);
	/* Never against a name. */
	assert_true(
		waits(&w, world_line(&w, (struct line_of){ .minor = 9100, .text = "Kd 4711 Miete 03/2026", .name = "Kanzlei Brandt" })));
	assert_proven(&w);
}

static void words_that_two_customers_have_say_nothing(void **state)
{
	struct world w = open_town(*state);
	match(&w, world_line(&w, (struct line_of){ .minor = 5000, .text = "Kd 4711 Miete" }), "NORD-000001");
	struct uuid second = world_line(&w, (struct line_of){ .minor = 5001, .text = "Kd 4711 Miete" });
	run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", second, "match"), "\"customer_ref\":\"c2\""));
	assert_true(waits(&w, world_line(&w, (struct line_of){ .minor = 7000, .text = "Kd 4711 Miete" })));
}

static void money_that_came_before_the_invoice_is_not_for_it(void **state)
{
	struct world w = open_town(*state);
	run(&w, world_named_customer(&w, "c1", 3, HOME, "Nordwind GmbH"));
	struct uuid unnamed = world_line(&w, (struct line_of){ .minor = 5000, .iban = HOME, .name = "Nordwind", .days_before = 9 });
	assert_true(waits(&w, unnamed));
	struct uuid named = world_line(&w, (struct line_of){ .minor = 6500, .text = "NORD-000002", .name = "Nordwind", .days_before = 9 });
	assert_string_equal(world_rule(&w, named), "number_early");
	/* Who pays in advance, to the cent, what was agreed means it. */
	struct uuid agreed = world_line(&w, (struct line_of){ .minor = 7000, .text = "NORD-000002", .name = "Nordwind", .days_before = 9 });
	assert_string_equal(world_rule(&w, agreed), "number");
}

static void a_number_cut_at_the_fields_end_needs_the_amount_and_the_payer(void **state)
{
	struct world w = open_town(*state);
	world_issue(&w, "c1", "NORD-000018", 3300);
	world_issue(&w, "c1", "NORD-000019", 3300);
	run(&w, world_named_customer(&w, "c1", 3, HOME, "Nordwind GmbH"));
	assert_int_equal(strlen("Rechnung Januar NORD-00000"), 26);
	/* At no field's end one digit may be lost, and the account must be the payer's. */
	assert_string_equal(world_rule(&w, paid(&w, 5000, "Rechnung Jan. NORD-00000", ABROAD, "Nordwind")), "mended_selection");
	assert_string_equal(world_rule(&w, paid(&w, 5000, "Rechnung Januar, NORD-00000", ABROAD, "Nordwind")), "mended");
	assert_string_equal(world_rule(&w, paid(&w, 7000, "Rechnung Jan. NORD-00000", HOME, "Nordwind")), "mended");
	/* Two fit. */
	assert_true(waits(&w, paid(&w, 3300, "Rechnung Januar, NORD-00001", HOME, "Nordwind")));
	assert_proven(&w);
}

static void an_end_to_end_id_that_is_a_number_of_ours_is_the_number(void **state)
{
	struct world w = open_town(*state);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 5000, .end_to_end = "NORD-000001", .name = "Nordwind" });
	const struct kept_candidate *c;
	size_t i = 0;
	assert_string_equal(world_rule(&w, line), "number");
	assert_non_null(c = book_next(w.book, BOOK_CANDIDATES, &i));
	assert_true(c->candidate.signs & SIGN_SAME_REF);
	/* Mended it needs no name beside it, where the amount is exact. */
	assert_string_equal(world_rule(&w, world_line(&w, (struct line_of){ .minor = 7000, .end_to_end = "NORD-OOOOO2" })), "mended");
	assert_true(waits(&w, world_line(&w, (struct line_of){ .minor = 9100, .text = "NORD-OOOOO3" })));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_number_under_another_name_waits_until_a_person_teaches_the_payer),
		WITH_ARENA(what_a_person_takes_back_is_withdrawn_and_no_machine_learns_it_again),
		WITH_ARENA(what_was_learned_never_overrides_what_speaks_against),
		WITH_ARENA(a_match_by_a_learned_account_that_was_wrong_withdraws_it),
		WITH_ARENA(what_invoicing_tells_no_person_withdraws),
		WITH_ARENA(an_erased_customers_names_are_forgotten),
		WITH_ARENA(a_known_payer_pays_several_invoices_at_once),
		WITH_ARENA(selections_that_tie_wait),
		WITH_ARENA(a_customers_number_in_the_text_names_the_payer),
		WITH_ARENA(a_credit_notes_number_names_the_invoice_that_it_credits_and_no_more),
		WITH_ARENA(a_mandate_is_learned_and_speaks_for_its_customer_and_against_others),
		WITH_ARENA(what_was_right_once_and_then_taken_back_is_withdrawn_and_counted),
		WITH_ARENA(a_person_teaches_words_that_stay_and_the_next_month_is_paid),
		WITH_ARENA(words_that_two_customers_have_say_nothing),
		WITH_ARENA(money_that_came_before_the_invoice_is_not_for_it),
		WITH_ARENA(a_number_cut_at_the_fields_end_needs_the_amount_and_the_payer),
		WITH_ARENA(an_end_to_end_id_that_is_a_number_of_ours_is_the_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
