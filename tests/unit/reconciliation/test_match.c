#include "golden.h"
#include "match/match.h"
#include "match/replay.h"
#include "match/select.h"
#include "rf.h"

#include <stdio.h>

/* ---- verdicts with their evidence: a table that is a golden file ---- */

struct given {
	const char *label;
	enum candidate_kind kind;
	uint64_t signs;
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
	{ "a reference in part, and a number of another", 40,
		{ { "A", CANDIDATE_INVOICE, SIGN_REFERENCE | SIGN_PART, 100 }, { "B", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_OVER, 30 } } },
	{ "a reference and a number that sum", 130,
		{ { "A", CANDIDATE_INVOICE, SIGN_REFERENCE | SIGN_OVER, 100 }, { "B", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_OVER, 30 } } },
	{ "one number, the exact amount, under another name", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_AMOUNT | SIGN_OTHER_NAME, 100 } } },
	{ "one number, the exact amount, from the account of one who owes as much", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_AMOUNT | SIGN_OTHER_PAYER, 100 },
			{ "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 100 } } },
	{ "one mended number, the exact amount, the customer's name", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_MENDED | SIGN_AMOUNT | SIGN_NAME, 100 } } },
	{ "one mended number, the exact amount, nobody knows who", 100, { { "A", CANDIDATE_INVOICE, SIGN_MENDED | SIGN_AMOUNT, 100 } } },
	{ "one mended number, a part", 40, { { "A", CANDIDATE_INVOICE, SIGN_MENDED | SIGN_PART | SIGN_PAYER, 100 } } },
	{ "a number in a broken reference, the exact amount, the customer's name", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_BROKEN | SIGN_AMOUNT | SIGN_NAME, 100 } } },
	{ "a number in a broken reference, from the account of one who owes as much", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_BROKEN | SIGN_AMOUNT | SIGN_OTHER_PAYER, 100 },
			{ "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 100 } } },
	{ "a number in a broken reference, and the same customer owes as much by another", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_BROKEN | SIGN_MENDED | SIGN_PAYER | SIGN_AMOUNT, 100 },
			{ "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 100 } } },
	{ "a number and a completed one that sum", 170,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_OVER | SIGN_NAME, 100 },
			{ "B", CANDIDATE_INVOICE, SIGN_MENDED | SIGN_OVER | SIGN_NAME, 70 } } },
	{ "a number and a completed one that don't sum", 150,
		{ { "A", CANDIDATE_INVOICE, SIGN_NUMBER | SIGN_OVER | SIGN_NAME, 100 },
			{ "B", CANDIDATE_INVOICE, SIGN_MENDED | SIGN_OVER | SIGN_NAME, 70 } } },
	{ "a mended number of what is settled", 100, { { "A", CANDIDATE_INVOICE, SIGN_MENDED | SIGN_SETTLED, 0 } } },
	{ "the customer's number, one exact amount", 100, { { "A", CANDIDATE_INVOICE, SIGN_CUSTOMER | SIGN_AMOUNT, 100 } } },
	{ "the customer's number under another name", 100,
		{ { "A", CANDIDATE_INVOICE, SIGN_CUSTOMER | SIGN_AMOUNT | SIGN_OTHER_NAME, 100 } } },
	{ "a known payer pays everything", 220,
		{ { "A", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 100 }, { "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 70 },
			{ "C", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 50 } } },
	{ "a known payer pays a selection", 150,
		{ { "A", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 100 }, { "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 70 },
			{ "C", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 50 } } },
	{ "a known payer, two selections sum", 98,
		{ { "A", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 49 }, { "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 49 },
			{ "C", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 60 }, { "D", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 38 } } },
	{ "a known payer, one is exact, and so are two others", 98,
		{ { "A", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 49 }, { "B", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_OVER, 49 },
			{ "C", CANDIDATE_INVOICE, SIGN_PAYER | SIGN_AMOUNT, 98 } } },
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
			if (all[i].signs & UINT64_C(1) << bit)
				text_printf(t, " %s", sign_word(bit));
		if (all[i].chosen)
			text_printf(t, ": %d", (int)all[i].minor);
		else
			text_printf(t, ": %s", loss_word(match_loss(m.rule, &all[i])));
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
			all[i] = (struct candidate){ .kind = (enum candidate_kind)chance_below(&chance, CANDIDATE_KINDS),
				.signs = (uint64_t)chance_below(&chance, UINT64_C(1) << SIGNS),
				.open = (int64_t)chance_below(&chance, 30) };
		bool is_return = chance_below(&chance, 2);
		struct match m =
			chance_below(&chance, 2) ? match_credit(all, n, amount, is_return) : match_debit(all, n, amount, is_return);
		size_t chosen = 0, others = 0;
		for (size_t i = 0; i < n; i++) {
			chosen += all[i].chosen;
			sum += all[i].minor;
			/* Of another currency what is open, whatever the line is in its own. */
			others += all[i].chosen && (all[i].signs & SIGN_OTHER_CURRENCY);
			assert_true(!all[i].chosen || !(all[i].signs & SIGN_OTHER_CURRENCY) ||
				    ((all[i].signs & SIGN_ORIGINAL) && all[i].minor == all[i].open));
		}
		const struct match_rule *rule = match_rule(m.rule);
		assert_true(!others || (others == chosen && rule->posts));
		assert_true(!rule->posts || (rule->verdict == VERDICT_UNIQUE && chosen > 0 && (others || sum == amount)));
		assert_true(rule->posts || chosen == 0);
		assert_true((rule->verdict == VERDICT_NONE) == (m.candidates == 0));
		assert_true(rule->verdict != VERDICT_UNIQUE || m.candidates == 1);
	}
}

/* ---- replay ---- */

static void a_replay_shows_what_other_rules_would_make_of_a_line(void **state)
{
	struct candidate kept[] = { { .kind = CANDIDATE_INVOICE,
		.label = SPAN("A"),
		.open = 100,
		.signs = SIGN_NUMBER | SIGN_PART,
		.chosen = true,
		.minor = 40 } };
	struct replay_line line = {
		.amount = { 40, { "EUR" } }, .booking = { 20500 }, .held = SPAN("number"), .candidates = kept, .count = 1
	};
	struct rule_set set;
	struct text t;
	assert_int_equal(rule_set_read(SPAN(""), &set, NULL), OK);
	assert_int_equal(match_replay(*state, &line, &set).change, REPLAY_SAME);
	line.held = SPAN("of_old");
	assert_int_equal(match_replay(*state, &line, &set).change, REPLAY_RULE);
	kept[0].minor = 30;
	assert_int_equal(match_replay(*state, &line, &set).change, REPLAY_OTHER);
	kept[0].chosen = false;
	assert_int_equal(match_replay(*state, &line, &set).change, REPLAY_POSTS);
	kept[0].chosen = true;
	assert_int_equal(rule_set_read(SPAN("mended,number"), &set, NULL), OK);
	struct replayed now = match_replay(*state, &line, &set);
	assert_int_equal(now.change, REPLAY_WAITS);
	text_init(&t, *state);
	replay_print(&t, &line, &now);
	assert_string_equal(t.at, "2026-02-16 00000000-0000-0000-0000-000000000000 EUR 0.40: of_old, A -> number, waits\n");
	/* What was kept stays as it was. */
	assert_true(kept[0].chosen);
}

static void a_rule_set_names_rules_that_there_are(void **state)
{
	struct rule_set set;
	struct why why = { 0 };
	(void)state;
	assert_int_equal(rule_set_read(SPAN("number,guess"), &set, &why), ERR_INVALID);
	assert_string_equal(why.code, "rule_unknown");
}

/* ---- selections ---- */

static void a_selection_is_proven_to_be_the_only_one(void **state)
{
	static const int64_t twins[] = { 49, 49, 98 }, few[] = { 100, 70, 50 };
	(void)state;
	struct selection x = match_select(few, 3, 150);
	assert_true(x.found == 1 && x.only == 5 && !x.ended);
	assert_int_equal(match_select(few, 3, 10).found, 0);
	assert_int_equal(match_select(twins, 3, 98).found, 2);
	assert_int_equal(match_select(twins, 3, 49).found, 2);
	assert_int_equal(match_select(twins, 3, 196).found, 1);
}

/* Against every one of the selections, counted one by one. */
static void a_selection_is_what_trying_all_of_them_finds(void **state)
{
	struct chance chance = { 11 };
	(void)state;
	for (int round = 0; round < 3000; round++) {
		int64_t open[10], amount = 1 + (int64_t)chance_below(&chance, 60);
		size_t n = 1 + (size_t)chance_below(&chance, 10);
		int found = 0;
		for (size_t i = 0; i < n; i++)
			open[i] = (int64_t)chance_below(&chance, 30);
		for (unsigned which = 1; which < 1u << n; which++) {
			int64_t sum = 0;
			for (size_t i = 0; i < n; i++)
				sum += which & 1u << i ? open[i] ? open[i] : 1000 : 0;
			found += sum == amount;
		}
		assert_int_equal(match_select(open, n, amount).found, found > 2 ? 2 : found);
	}
}

static void a_search_ends_by_counted_work_and_says_so(void **state)
{
	int64_t open[SELECT_MOST];
	(void)state;
	/* All even but for the last unit: no selection, and nothing that shows it early. */
	for (int i = 0; i < SELECT_MOST; i++)
		open[i] = 1000 + 2 * i;
	assert_true(match_select(open, SELECT_MOST, 16001).ended);
	int64_t many[SELECT_MOST + 1] = { [SELECT_MOST] = 5 };
	assert_true(match_select(many, SELECT_MOST + 1, 5).ended);
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
		WITH_ARENA(a_replay_shows_what_other_rules_would_make_of_a_line),
		WITH_ARENA(a_rule_set_names_rules_that_there_are),
		WITH_ARENA(a_selection_is_proven_to_be_the_only_one),
		WITH_ARENA(a_selection_is_what_trying_all_of_them_finds),
		WITH_ARENA(a_search_ends_by_counted_work_and_says_so),
		WITH_ARENA(a_phrase_is_in_a_text_by_whole_words),
		WITH_ARENA(identity_is_content_and_never_how_it_is_cut),
		WITH_ARENA(a_field_does_not_run_into_the_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
