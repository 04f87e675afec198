#include "match/replay.h"
#include "match/trust.h"
#include "world.h"

/* What may post by itself on a bank account is its owner's to say. */

#define HOME "DE89370400440532013000"

static enum err define(struct world *w, const char *fields)
{
	struct message *m = world_command(w, "DefineAccount", "/v1/bank-accounts", "");
	m->payload = span_of(
		arena_printf(w->arena, "{\"iban\":\"DE02120300000000202051\",\"currency\":\"EUR\",\"provider_accounts\":[\"main\"]%s%s}",
			*fields ? "," : "", fields));
	return world_run(w, m);
}

static struct world trusting(struct arena *arena, const char *fields)
{
	struct world w = world_open(arena);
	assert_int_equal(world_run(&w, world_named_customer(&w, "c1", 2, HOME, "Nordwind GmbH")), OK);
	assert_int_equal(define(&w, fields), OK);
	return w;
}

static const struct account *account(const struct world *w)
{
	return book_find(w->book, BOOK_ACCOUNTS, book_key_uuid(w->book, SPAN(MERCHANT), w->account));
}

/* Why what would have been chosen at the last look was not; LOSS_NONE where nothing would. */
static enum loss loss_of(const struct world *w, struct uuid line)
{
	const struct line *now = world_line_now(w, line);
	const struct kept_candidate *c;
	for (size_t i = 0; (c = book_next(w->book, BOOK_CANDIDATES, &i));)
		if (uuid_equal(c->line, line) && c->look == now->looks && loss_is_of_trust(c->lost))
			return c->lost;
	return LOSS_NONE;
}

static void assert_waits(const struct world *w, struct uuid line, enum loss loss)
{
	assert_int_equal(world_line_now(w, line)->state, LINE_WAITING);
	assert_string_equal(loss_word(loss_of(w, line)), loss_word(loss));
}

static void assert_posts(const struct world *w, struct uuid line)
{
	assert_int_equal(world_line_now(w, line)->state, LINE_MATCHED);
}

static void an_account_of_which_nobody_says_anything_trusts_everything(void **state)
{
	struct world w = world_open(*state);
	struct trust trust = account_trust(account(&w));
	for (int kind = 0; kind < TRUST_KINDS; kind++)
		assert_false(trust.waits[kind]);
	assert_int_equal(trust.person_above, 0);
	assert_true(span_is(account(&w)->files.charset, "auto") && !account(&w)->files.format.size);
}

static void what_is_not_said_again_stays_as_it_was(void **state)
{
	struct world w =
		trusting(*state, "\"trust_waits\":[\"learned\",\"charges\"],\"person_above\":{\"amount\":\"10.00\",\"currency\":\"EUR\"},"
				 "\"charset\":\"cp437\",\"format\":\"mt940\"");
	int64_t revision = account(&w)->revision;
	assert_int_equal(define(&w, "\"name\":\"Main\""), OK);
	assert_true(span_is(account(&w)->trust_waits, "learned charges") && account(&w)->person_above == 1000);
	assert_true(span_is(account(&w)->files.charset, "cp437") && span_is(account(&w)->files.format, "mt940"));
	assert_int_equal(account(&w)->revision, revision + 1);
	assert_int_equal(define(&w, "\"trust_waits\":[],\"person_above\":{\"amount\":\"0.00\",\"currency\":\"EUR\"}"), OK);
	assert_true(!account(&w)->trust_waits.size && !account(&w)->person_above);
}

static void trust_has_words_and_amounts_of_the_accounts_currency(void **state)
{
	struct world w = world_open(*state);
	assert_int_equal(define(&w, "\"trust_waits\":[\"hope\"]"), ERR_INVALID);
	assert_string_equal(w.why.code, "trust_unknown");
	assert_int_equal(define(&w, "\"person_above\":{\"amount\":\"10.00\",\"currency\":\"USD\"}"), ERR_REFUSED);
	assert_string_equal(w.why.code, "currency_differs");
	assert_int_equal(define(&w, "\"charset\":\"ebcdic\""), ERR_INVALID);
	assert_int_equal(define(&w, "\"format\":\"telex\""), ERR_INVALID);
}

static void nothing_posts_by_itself_where_nothing_is_trusted(void **state)
{
	struct world w = trusting(*state, "\"trust_waits\":[\"everything\"]");
	struct uuid invoice = world_issue(&w, "c1", "NORD-000001", 5000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 5000, .text = "NORD-000001", .iban = HOME });
	assert_waits(&w, line, LOSS_TRUST_EVERYTHING);
	assert_string_equal(world_rule(&w, line), "number");
	const struct exception *e;
	size_t i = 0;
	e = book_next(w.book, BOOK_EXCEPTIONS, &i);
	assert_true(e && e->open && e->kind == EXCEPTION_AMBIGUOUS_LINE && span_starts(e->detail, "account's trust: "));
	/* The suggestion is the one that was not trusted, and a person may take it. */
	assert_true(e->suggestion == SUGGEST_MATCH_INVOICE && uuid_equal(e->suggested, invoice));
	assert_int_equal(world_run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", line, "match"),
					       "\"items\":[{\"invoice_number\":\"NORD-000001\"}]")),
		OK);
	assert_posts(&w, line);
	assert_proven(&w);
}

static void a_larger_amount_than_the_account_lets_pass_waits_whichever_way_it_goes(void **state)
{
	struct world w = trusting(*state, "\"person_above\":{\"amount\":\"50.00\",\"currency\":\"EUR\"}");
	world_issue(&w, "c1", "NORD-000001", 5000);
	world_issue(&w, "c1", "NORD-000002", 5001);
	assert_posts(&w, world_line(&w, (struct line_of){ .minor = 5000, .text = "NORD-000001" }));
	struct uuid large = world_line(&w, (struct line_of){ .minor = 5001, .text = "NORD-000002", .end_to_end = "E2E-77" });
	assert_waits(&w, large, LOSS_TRUST_AMOUNT);
	struct uuid back = world_line(&w, (struct line_of){ .minor = -5001, .end_to_end = "E2E-77", .return_reason = "AC04" });
	assert_waits(&w, back, LOSS_TRUST_AMOUNT);
	assert_proven(&w);
}

static void the_payers_account_decides_nothing_where_it_is_not_trusted(void **state)
{
	struct world w = trusting(*state, "\"trust_waits\":[\"payer_account\"]");
	world_issue(&w, "c1", "NORD-000001", 5000);
	assert_waits(&w, world_line(&w, (struct line_of){ .minor = 5000, .iban = HOME }), LOSS_TRUST_PAYER_ACCOUNT);
	/* A number needs no account; and what speaks against it still does. */
	world_issue(&w, "c1", "NORD-000002", 700);
	assert_posts(&w, world_line(&w, (struct line_of){ .minor = 700, .text = "NORD-000002", .iban = HOME }));
	world_issue(&w, "c2", "NORD-000003", 900);
	struct uuid other = world_line(&w, (struct line_of){ .minor = 901, .text = "NORD-000003", .iban = HOME });
	assert_string_equal(world_rule(&w, other), "number_other_payer");
	assert_int_equal(world_line_now(&w, other)->state, LINE_WAITING);
	assert_proven(&w);
}

static void what_was_learned_decides_nothing_where_it_is_not_trusted(void **state)
{
	struct world w = trusting(*state, "\"trust_waits\":[\"learned\"]");
	world_issue(&w, "c2", "NORD-000001", 5000);
	assert_posts(&w, world_line(&w, (struct line_of){ .minor = 5000, .text = "NORD-000001", .iban = "FR1420041010050500013M02606" }));
	world_issue(&w, "c2", "NORD-000002", 700);
	assert_waits(&w, world_line(&w, (struct line_of){ .minor = 700, .iban = "FR1420041010050500013M02606" }), LOSS_TRUST_LEARNED);
	/* What invoicing told of the account is not learned. */
	world_issue(&w, "c1", "NORD-000003", 900);
	assert_posts(&w, world_line(&w, (struct line_of){ .minor = 900, .iban = HOME }));
	assert_proven(&w);
}

static void a_name_that_was_taught_decides_nothing_where_it_is_not_trusted(void **state)
{
	struct world w = trusting(*state, "");
	world_issue(&w, "c1", "NORD-000001", 5000);
	struct uuid first = world_line(&w, (struct line_of){ .minor = 5000, .text = "NORD-000001", .name = "Holding Sued AG" });
	assert_string_equal(world_rule(&w, first), "number_other_payer");
	assert_int_equal(world_run(&w, world_command(&w, "MatchLine", world_path(&w, "lines", first, "match"),
					       "\"items\":[{\"invoice_number\":\"NORD-000001\"}]")),
		OK);
	world_issue(&w, "c1", "NORD-000002", 700);
	assert_posts(&w, world_line(&w, (struct line_of){ .minor = 700, .text = "NORD-000002", .name = "Holding Sued AG" }));
	assert_int_equal(define(&w, "\"trust_waits\":[\"learned\"]"), OK);
	world_issue(&w, "c1", "NORD-000003", 800);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 800, .text = "NORD-000003", .name = "Holding Sued AG" });
	assert_waits(&w, line, LOSS_TRUST_LEARNED);
	assert_proven(&w);
}

static void the_end_to_end_id_decides_nothing_where_it_is_not_trusted(void **state)
{
	struct world w = trusting(*state, "\"trust_waits\":[\"end_to_end\"]");
	world_issue(&w, "c1", "NORD-000001", 5000);
	world_issue(&w, "c1", "NORD-000002", 700);
	assert_waits(&w, world_line(&w, (struct line_of){ .minor = 5000, .end_to_end = "NORD-000001" }), LOSS_TRUST_END_TO_END);
	assert_posts(&w, world_line(&w, (struct line_of){ .minor = 700, .text = "NORD-000002", .end_to_end = "E2E-77" }));
	/* Nor does it take money back. */
	struct uuid back = world_line(&w, (struct line_of){ .minor = -700, .end_to_end = "E2E-77", .return_reason = "AC04" });
	assert_waits(&w, back, LOSS_TRUST_END_TO_END);
	assert_int_equal(define(&w, "\"trust_waits\":[]"), OK);
	assert_int_equal(world_run(&w, world_try(&w, back)), OK);
	assert_posts(&w, back);
	assert_proven(&w);
}

static void charges_settle_nothing_where_they_are_not_trusted(void **state)
{
	struct world w = trusting(*state, "\"trust_waits\":[\"charges\"]");
	world_issue(&w, "c1", "NORD-000001", 5000);
	struct uuid line = world_line(&w, (struct line_of){ .minor = 4700, .text = "NORD-000001", .charges = "EUR 3.00 included" });
	assert_waits(&w, line, LOSS_TRUST_CHARGES);
	assert_int_equal(define(&w, "\"trust_waits\":[]"), OK);
	assert_int_equal(world_run(&w, world_try(&w, line)), OK);
	assert_posts(&w, line);
	assert_proven(&w);
}

static void a_replay_trusts_no_more_than_the_account(void **state)
{
	const struct candidate kept[] = {
		{ .kind = CANDIDATE_INVOICE, .open = 100, .signs = SIGN_PAYER | SIGN_AMOUNT, .chosen = true, .minor = 100 }
	};
	struct replay_line line = { .amount = { 100, { "EUR" } }, .held = SPAN("payer_amount"), .candidates = kept, .count = 1 };
	assert_int_equal(match_replay(*state, &line, &rule_set_default).change, REPLAY_SAME);
	line.trust.waits[TRUST_PAYER_ACCOUNT] = true;
	assert_int_equal(match_replay(*state, &line, &rule_set_default).change, REPLAY_WAITS);
}

/* Whatever the candidates are and whatever is not trusted: what posts is what would have posted, the same of it. */
static void trust_never_lets_anything_post_that_would_wait(void **state)
{
	struct chance chance = { 5 };
	int held_back = 0;
	for (int round = 0; round < 20000; round++) {
		struct candidate all[6] = { 0 }, plain[6];
		size_t n = (size_t)chance_below(&chance, 6);
		int64_t amount = 1 + (int64_t)chance_below(&chance, 40);
		for (size_t i = 0; i < n; i++)
			all[i] = (struct candidate){ .kind = (enum candidate_kind)chance_below(&chance, 3),
				.signs = chance_below(&chance, UINT64_C(1) << SIGNS) & chance_below(&chance, UINT64_C(1) << SIGNS),
				.open = (int64_t)chance_below(&chance, 30) };
		memcpy(plain, all, sizeof(all));
		struct trust trust = { .person_above = (int64_t)chance_below(&chance, 30) };
		for (int kind = 1; kind < TRUST_KINDS; kind++)
			trust.waits[kind] = chance_below(&chance, 2);
		bool posts, is_return = chance_below(&chance, 2);
		enum loss held;
		struct match with = trust_match(*state, &trust, &rule_set_default, all, n, amount, is_return, &held);
		struct match without = rule_set_match(&rule_set_default, plain, n, amount, is_return, &posts);
		assert_int_equal(with.rule, without.rule);
		assert_true(match_is_same_choice(all, plain, n));
		assert_true(posts || held == LOSS_HELD);
		assert_true(held != LOSS_HELD || !posts);
		held_back += loss_is_of_trust(held);
	}
	assert_true(held_back > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(an_account_of_which_nobody_says_anything_trusts_everything),
		WITH_ARENA(what_is_not_said_again_stays_as_it_was),
		WITH_ARENA(trust_has_words_and_amounts_of_the_accounts_currency),
		WITH_ARENA(nothing_posts_by_itself_where_nothing_is_trusted),
		WITH_ARENA(a_larger_amount_than_the_account_lets_pass_waits_whichever_way_it_goes),
		WITH_ARENA(the_payers_account_decides_nothing_where_it_is_not_trusted),
		WITH_ARENA(what_was_learned_decides_nothing_where_it_is_not_trusted),
		WITH_ARENA(a_name_that_was_taught_decides_nothing_where_it_is_not_trusted),
		WITH_ARENA(the_end_to_end_id_decides_nothing_where_it_is_not_trusted),
		WITH_ARENA(charges_settle_nothing_where_they_are_not_trusted),
		WITH_ARENA(a_replay_trusts_no_more_than_the_account),
		WITH_ARENA(trust_never_lets_anything_post_that_would_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
