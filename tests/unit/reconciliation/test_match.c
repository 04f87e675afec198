#include "golden.h"
#include "match.h"
#include "reference.h"
#include "rf.h"

#include <stdio.h>

/* ---- verdicts with their evidence: a table that is a golden file ---- */

struct given {
	const char *label;
	enum candidate_kind kind;
	unsigned signs;
	int64_t open;
};

struct scene {
	const char *title;
	int64_t amount; /* below 0: money went */
	struct given given[6];
};

static const struct scene scenes[] = {
	{ "one reference, the exact amount", 100, { { "A", CANDIDATE_INVOICE, SIGN_REFERENCE | SIGN_AMOUNT, 100 } } },
	{ "one reference, a part", 40, { { "A", CANDIDATE_INVOICE, SIGN_REFERENCE, 100 } } },
	{ "one reference, too much", 140, { { "A", CANDIDATE_INVOICE, SIGN_REFERENCE, 100 } } },
	{ "one reference, settled already", 100, { { "A", CANDIDATE_INVOICE, SIGN_REFERENCE, 0 } } },
	{ "one reference, from another customer's account", 40, { { "A", CANDIDATE_INVOICE, SIGN_REFERENCE | SIGN_OTHER_PAYER, 100 } } },
	{ "a reference outranks a number", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_AMOUNT, 100 }, { "B", CANDIDATE_INVOICE, SIGN_REFERENCE, 70 } } },
	{ "two references that sum", 170,
		{ { "A", CANDIDATE_INVOICE, SIGN_REFERENCE, 100 }, { "B", CANDIDATE_INVOICE, SIGN_REFERENCE, 70 } } },
	{ "two references, one exact", 70,
		{ { "A", CANDIDATE_INVOICE, SIGN_REFERENCE, 100 }, { "B", CANDIDATE_INVOICE, SIGN_REFERENCE | SIGN_AMOUNT, 70 } } },
	{ "two references, no sum", 99,
		{ { "A", CANDIDATE_INVOICE, SIGN_REFERENCE, 100 }, { "B", CANDIDATE_INVOICE, SIGN_REFERENCE, 70 } } },
	{ "one number, the exact amount", 100, { { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_AMOUNT, 100 } } },
	{ "one number, a part", 40, { { "A", CANDIDATE_INVOICE, SIGN_NUMBER, 100 } } },
	{ "one number, a part, from another customer's account", 40, { { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_OTHER_PAYER, 100 } } },
	{ "one number, the exact amount, from another customer's account", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_AMOUNT | SIGN_OTHER_PAYER, 100 } } },
	{ "three numbers, two of them sum", 150,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER, 100 }, { "B", CANDIDATE_INVOICE, SIGN_NUMBER, 70 },
			{ "C", CANDIDATE_INVOICE, SIGN_NUMBER, 50 } } },
	{ "three numbers, two selections sum", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_AMOUNT, 100 }, { "B", CANDIDATE_INVOICE, SIGN_NUMBER, 60 },
			{ "C", CANDIDATE_INVOICE, SIGN_NUMBER, 40 } } },
	{ "three numbers, all of them sum, one is settled", 170,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER, 100 }, { "B", CANDIDATE_INVOICE, SIGN_NUMBER, 70 },
			{ "C", CANDIDATE_INVOICE, SIGN_NUMBER, 0 } } },
	{ "two numbers, no sum", 10, { { "A", CANDIDATE_INVOICE, SIGN_NUMBER, 100 }, { "B", CANDIDATE_INVOICE, SIGN_NUMBER, 70 } } },
	{ "an invoice in another currency is named", 100, { { "A", CANDIDATE_INVOICE, SIGN_REFERENCE | SIGN_OTHER_CURRENCY, 100 } } },
	{ "a known payer, one exact amount", 100, { { "A", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 100 } } },
	{ "a known payer, two exact amounts", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 100 }, { "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 100 } } },
	{ "a known payer, another amount", 90, { { "A", CANDIDATE_INVOICE, SIGN_PAYER, 100 } } },
	{ "the exact amount alone", 100, { { "A", CANDIDATE_INVOICE, SIGN_AMOUNT, 100 } } },
	{ "a payout by its reference", 970, { { "po", CANDIDATE_PAYOUT, SIGN_PAYOUT_REF | SIGN_AMOUNT, 970 } } },
	{ "a payout by its announced text", 970, { { "po", CANDIDATE_PAYOUT, SIGN_PAYOUT_TEXT | SIGN_AMOUNT, 970 } } },
	{ "two payouts with the same text and amount", 970,
		{ { "po1", CANDIDATE_PAYOUT, SIGN_PAYOUT_TEXT | SIGN_AMOUNT, 970 },
			{ "po2", CANDIDATE_PAYOUT, SIGN_PAYOUT_TEXT | SIGN_AMOUNT, 970 } } },
	{ "a payout by its reference, another of the amount", 970,
		{ { "po1", CANDIDATE_PAYOUT, SIGN_PAYOUT_REF | SIGN_AMOUNT, 970 },
			{ "po2", CANDIDATE_PAYOUT, SIGN_PAYOUT_TEXT | SIGN_AMOUNT, 970 } } },
	{ "a payout by its reference, another amount", 960, { { "po", CANDIDATE_PAYOUT, SIGN_PAYOUT_REF, 970 } } },
	{ "a payout by its amount alone", 970, { { "po", CANDIDATE_PAYOUT, SIGN_AMOUNT, 970 } } },
	{ "an invoice is named, a payout has the amount", 970,
		{ { "po", CANDIDATE_PAYOUT, SIGN_AMOUNT, 970 }, { "A", CANDIDATE_INVOICE, SIGN_NUMBER, 1000 } } },
	{ "nothing", 100, { { 0 } } },
	{ "a return, two earlier lines alike", -100,
		{ { "L", CANDIDATE_LINE, SIGN_SAME_REF | SIGN_AMOUNT, 100 }, { "M", CANDIDATE_LINE, SIGN_SAME_REF | SIGN_AMOUNT, 100 } } },
	{ "money went to who paid as much before, the bank does not call it a return", -100,
		{ { "L", CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT, 100 } } },
	{ "a provider collects", -50, { { "po", CANDIDATE_PAYOUT, SIGN_PAYOUT_REF | SIGN_AMOUNT, 50 } } },
	{ "money went, nothing is known", -50, { { 0 } } },
};

/* The bank calls the line a return. */
static const struct scene return_scenes[] = {
	{ "a return of an earlier line", -100, { { "L", CANDIDATE_LINE, SIGN_SAME_REF | SIGN_AMOUNT | SIGN_RETURN, 100 } } },
	{ "a return with charges in it", -103, { { "L", CANDIDATE_LINE, SIGN_SAME_REF | SIGN_RETURN, 100 } } },
	{ "a return without a reference, one payment of that payer and amount", -100,
		{ { "L", CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, 100 } } },
	{ "a return without a reference, two payments of that payer and amount", -100,
		{ { "L", CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, 100 },
			{ "M", CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, 100 } } },
	{ "a return by reference, another payment of that payer and amount", -100,
		{ { "L", CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, 100 },
			{ "M", CANDIDATE_LINE, SIGN_SAME_REF | SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, 100 } } },
	{ "a return of nobody knows what", -100, { { 0 } } },
	{ "the bank takes a return back", 100, { { "R", CANDIDATE_LINE, SIGN_SAME_REF | SIGN_AMOUNT | SIGN_RETURN, 100 } } },
	{ "the bank takes a return back, two returns alike", 100,
		{ { "R", CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, 100 },
			{ "S", CANDIDATE_LINE, SIGN_PAYER | SIGN_AMOUNT | SIGN_RETURN, 100 } } },
	{ "the bank takes a part of a return back", 60, { { "R", CANDIDATE_LINE, SIGN_SAME_REF | SIGN_RETURN, 100 } } },
	{ "money that we sent comes back and names an invoice", 100, { { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_AMOUNT, 100 } } },
};

static void print_scene(struct text *t, const struct scene *s, bool is_return)
{
	struct candidate all[6] = { 0 };
	size_t n = 0;
	for (; n < 6 && s->given[n].label; n++) {
		all[n] = (struct candidate){
			.kind = s->given[n].kind, .label = span_of(s->given[n].label), .open = s->given[n].open, .signs = s->given[n].signs
		};
		all[n].target.b[15] = (uint8_t)(n + 1);
	}
	struct match m = s->amount > 0 ? match_credit(all, n, s->amount, is_return) : match_debit(all, n, -s->amount, is_return);
	const struct match_rule *rule = match_rule(m.rule);
	text_printf(t, "%s: %d\n  %s (%d), %s, %s\n", s->title, (int)s->amount, verdict_word(rule->verdict), m.candidates, rule->word,
		rule->posts ? "posts" : "waits");
	for (size_t i = 0; i < n; i++) {
		text_printf(t, "  %s %.*s open %d", all[i].chosen ? "+" : "-", SPAN_ARG(all[i].label), (int)all[i].open);
		for (unsigned bit = 0; bit < SIGNS; bit++)
			if (all[i].signs & 1u << bit)
				text_printf(t, " %s", sign_word(bit));
		if (all[i].chosen)
			text_printf(t, ": %d", (int)all[i].minor);
		text_add(t, "\n");
	}
}

static void verdicts_are_those_of_the_golden_table(void **state)
{
	struct text t;
	text_init(&t, *state);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		print_scene(&t, &scenes[i], false);
	for (size_t i = 0; i < sizeof(return_scenes) / sizeof(return_scenes[0]); i++)
		print_scene(&t, &return_scenes[i], true);
	assert_golden(*state, "reconciliation_matching.txt", text_done(&t));
}

static void what_posts_is_unique_and_what_is_chosen_sums_to_no_more_than_the_line(void **state)
{
	struct chance chance = { 7 };
	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct candidate all[8] = { 0 };
		size_t n = (size_t)chance_below(&chance, 8);
		int64_t amount = 1 + (int64_t)chance_below(&chance, 40), sum = 0;
		for (size_t i = 0; i < n; i++)
			all[i] = (struct candidate){ .kind = (enum candidate_kind)chance_below(&chance, 3),
				.signs = (unsigned)chance_below(&chance, 1u << SIGNS),
				.open = (int64_t)chance_below(&chance, 30) };
		bool is_return = chance_below(&chance, 2);
		struct match m =
			chance_below(&chance, 2) ? match_credit(all, n, amount, is_return) : match_debit(all, n, amount, is_return);
		size_t chosen = 0;
		for (size_t i = 0; i < n; i++) {
			chosen += all[i].chosen;
			sum += all[i].minor;
			assert_true(!all[i].chosen || !(all[i].signs & SIGN_OTHER_CURRENCY));
		}
		const struct match_rule *rule = match_rule(m.rule);
		assert_true(!rule->posts || (rule->verdict == VERDICT_UNIQUE && chosen > 0 && sum == amount));
		assert_true(rule->posts || chosen == 0);
		assert_true((rule->verdict == VERDICT_NONE) == (m.candidates == 0));
		assert_true(rule->verdict != VERDICT_UNIQUE || m.candidates == 1);
	}
}

/* ---- tokens ---- */

static const char *tokens_of(struct arena *a, const char *structured, const char *const *texts, size_t n)
{
	struct span given[8], one = span_of(structured);
	struct tokens tokens;
	struct text t;
	for (size_t i = 0; i < n; i++)
		given[i] = span_of(texts[i]);
	reference_find(a, &one, structured[0] != 0, given, n, &tokens);
	text_init(&t, a);
	for (size_t i = 0; i < tokens.count; i++)
		text_printf(&t, "%s%.*s%s", i ? " " : "", SPAN_ARG(tokens.at[i]), tokens.structured[i] ? "*" : "");
	return span_cstr(a, text_done(&t));
}

static const char *in_text(struct arena *a, const char *text)
{
	return tokens_of(a, "", &text, 1);
}

static void a_number_is_found_however_it_is_cut_by_signs_and_blanks(void **state)
{
	static const char *const ways[] = { "NORD-000042", "nord 000042", "Invoice NORD/000042, thanks", "inv.NORD-000042",
		"NORD 00 00 42" };
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_non_null(strstr(in_text(*state, ways[i]), "NORD000042"));
}

/* Thirty-one unattended links on a short number inside a longer one, none of them right: whole tokens only. */
static void a_number_inside_a_longer_one_is_never_found(void **state)
{
	static const char *const none[] = { "XNORD-000042", "NORD-0000421", "1NORD-000042", "NORD-00004", "KNORD000042" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		const char *found = in_text(*state, none[i]);
		assert_null(strstr(arena_printf(*state, " %s ", found), " NORD000042 "));
	}
	/* Too few digits to be looked for. */
	assert_string_equal(in_text(*state, "room 12 and 3"), "");
}

static void a_creditor_reference_is_found_in_groups_of_four_and_in_the_text(void **state)
{
	static const char *const ways[] = { "RF18539007547034", "RF18 5390 0754 7034", "rf18 5390 0754 7034 thank you",
		"/RF18 5390 0754 7034/" };
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_non_null(strstr(in_text(*state, ways[i]), "RF18539007547034*"));
	/* One digit wrong: no reference, and no other's either. */
	assert_null(strstr(in_text(*state, "RF18 5390 0754 7035"), "*"));
	/* Leading zeroes of the body do not count. */
	assert_non_null(strstr(in_text(*state, "RF18 0000 0000 0539 0075 47034"), "RF18539007547034*"));
}

static void a_text_that_the_bank_cut_in_mid_word_is_read_joined_as_well(void **state)
{
	static const char *const cut[] = { "payment of invoice NORD-00", "0042 with thanks" };
	assert_non_null(strstr(tokens_of(*state, "", cut, 2), "NORD000042"));
	static const char *const rf[] = { "RF185390", "07547034" };
	assert_non_null(strstr(tokens_of(*state, "", rf, 2), "RF18539007547034*"));
}

static void a_structured_reference_counts_as_one_whatever_it_is(void **state)
{
	assert_string_equal(tokens_of(*state, "NORD-000042", NULL, 0), "NORD000042*");
	assert_string_equal(tokens_of(*state, "RF18 5390 0754 7034", NULL, 0), "RF18539007547034*");
	assert_string_equal(tokens_of(*state, "12", NULL, 0), "");
}

static void a_phrase_is_in_a_text_by_whole_words(void **state)
{
	(void)state;
	assert_true(reference_is_in(SPAN("Stripe Payout"), SPAN("2026 STRIPE-PAYOUT po_1")));
	assert_true(reference_is_in(SPAN("ACME"), SPAN("acme")));
	assert_true(reference_is_in(SPAN("a b"), SPAN("a a b")));
	assert_false(reference_is_in(SPAN("Stripe Payout"), SPAN("STRIPE PAYOUTS")));
	assert_false(reference_is_in(SPAN("Stripe Payout"), SPAN("PAYOUT STRIPE")));
	assert_false(reference_is_in(SPAN("--"), SPAN("--")));
}

/* ---- identity ---- */

static struct digest key_of(const char *const *texts, int n, const char *account, int64_t minor, const char *bank_ref)
{
	struct reading_line line = {
		.booking = { 20000 }, .value = { 20001 }, .amount = { minor, { "EUR" } }, .bank_ref = span_of(bank_ref), .text_count = n
	};
	for (int i = 0; i < n; i++)
		line.texts[i] = span_of(texts[i]);
	return line_key(span_of(account), &line);
}

static bool is_same(struct digest a, struct digest b)
{
	return digest_equal(&a, &b, sizeof(a));
}

static void identity_is_content_and_never_how_it_is_cut(void **state)
{
	static const char *const whole[] = { "invoice NORD-000042" }, *const cut[] = { "invoice NORD-0", "00042 " },
				 *const other[] = { "invoice NORD-000043" };
	(void)state;
	struct digest key = key_of(whole, 1, "A", 100, "B1");
	assert_true(is_same(key, key_of(cut, 2, "A", 100, "B1")));
	assert_false(is_same(key, key_of(other, 1, "A", 100, "B1")));
	assert_false(is_same(key, key_of(whole, 1, "B", 100, "B1")));
	assert_false(is_same(key, key_of(whole, 1, "A", -100, "B1")));
	assert_false(is_same(key, key_of(whole, 1, "A", 100, "B2")));
}

static void a_field_does_not_run_into_the_next(void **state)
{
	struct reading_line one = {
		.booking = { 20000 }, .value = { 20000 }, .amount = { 1, { "EUR" } }, .end_to_end = SPAN("AB"), .bank_ref = SPAN("C")
	};
	struct reading_line other = one;
	(void)state;
	other.end_to_end = SPAN("A");
	other.bank_ref = SPAN("BC");
	assert_false(is_same(line_key(SPAN("A"), &one), line_key(SPAN("A"), &other)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(verdicts_are_those_of_the_golden_table),
		WITH_ARENA(what_posts_is_unique_and_what_is_chosen_sums_to_no_more_than_the_line),
		WITH_ARENA(a_number_is_found_however_it_is_cut_by_signs_and_blanks),
		WITH_ARENA(a_number_inside_a_longer_one_is_never_found),
		WITH_ARENA(a_creditor_reference_is_found_in_groups_of_four_and_in_the_text),
		WITH_ARENA(a_text_that_the_bank_cut_in_mid_word_is_read_joined_as_well),
		WITH_ARENA(a_structured_reference_counts_as_one_whatever_it_is),
		WITH_ARENA(a_phrase_is_in_a_text_by_whole_words),
		WITH_ARENA(identity_is_content_and_never_how_it_is_cut),
		WITH_ARENA(a_field_does_not_run_into_the_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
