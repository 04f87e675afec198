#include "../unit.h"

#include "handlers.h"
#include "seal.h"

static struct why why;

static enum attempt_state after(enum attempt_state from, enum attempt_act act)
{
	enum attempt_state to;

	assert_int_equal(attempt_machine(from, act, &to, &why), OK);
	return to;
}

static void what_a_provider_says_is_refused_in_no_state(void **state)
{
	(void)state;
	for (unsigned from = 0; from < ATTEMPT_STATES; from++)
		for (unsigned act = 0; act < ATTEMPT_ACTS; act++)
			if (attempt_is_fact((enum attempt_act)act))
				(void)after((enum attempt_state)from, (enum attempt_act)act);
}

/* Any two facts commute and each counts once: so do any number of them, in any order. */
static void facts_commute_and_count_once(void **state)
{
	(void)state;
	for (unsigned from = 0; from < ATTEMPT_STATES; from++)
		for (enum attempt_act a = ATTEMPT_ACT_SHOW; a < ATTEMPT_ACTS; a++)
			for (enum attempt_act b = ATTEMPT_ACT_SHOW; b < ATTEMPT_ACTS; b++) {
				enum attempt_state one = after((enum attempt_state)from, a), other = after((enum attempt_state)from, b);

				assert_int_equal(after(one, a), one);
				assert_int_equal(after(one, b), after(other, a));
			}
}

static void every_state_is_reached_and_has_a_way_out_or_is_final(void **state)
{
	unsigned reached = 1U << ATTEMPT_CREATED, before;

	(void)state;
	do {
		before = reached;
		for (unsigned from = 0; from < ATTEMPT_STATES; from++)
			for (unsigned act = 0; act < ATTEMPT_ACTS; act++) {
				enum attempt_state to;

				if ((reached & 1U << from) != 0 &&
					attempt_machine((enum attempt_state)from, (enum attempt_act)act, &to, NULL) == OK)
					reached |= 1U << to;
			}
	} while (reached != before);
	assert_int_equal(reached, (1U << ATTEMPT_STATES) - 1);
	for (unsigned from = 0; from < ATTEMPT_STATES; from++) {
		unsigned ways = 0;

		for (unsigned act = 0; act < ATTEMPT_ACTS; act++) {
			enum attempt_state to;

			if (attempt_machine((enum attempt_state)from, (enum attempt_act)act, &to, NULL) == OK && to != from)
				ways++;
		}
		assert_int_equal(ways > 0, from != ATTEMPT_SUCCEEDED);
	}
}

static void a_success_is_for_ever(void **state)
{
	(void)state;
	for (unsigned act = 0; act < ATTEMPT_ACTS; act++) {
		enum attempt_state to;

		if (attempt_machine(ATTEMPT_SUCCEEDED, (enum attempt_act)act, &to, NULL) == OK)
			assert_int_equal(to, ATTEMPT_SUCCEEDED);
	}
	for (unsigned from = 0; from < ATTEMPT_STATES; from++)
		assert_int_equal(after((enum attempt_state)from, ATTEMPT_ACT_SUCCEED), ATTEMPT_SUCCEEDED);
}

static void a_refusal_names_the_state(void **state)
{
	enum attempt_state to;

	(void)state;
	assert_int_equal(attempt_machine(ATTEMPT_SUCCEEDED, ATTEMPT_ACT_CLOSE, &to, &why), ERR_REFUSED);
	assert_string_equal(why.code, "attempt_succeeded");
}

static void the_rules_are_their_golden_file(void **state)
{
	struct text text;

	text_init(&text, *state);
	payments_rules(&text);
	assert_string_equal(text_done(&text).at, read_file(*state, "tests/golden/payments_rules.txt").at);
}

static void the_latest_decline_counts_in_any_order(void **state)
{
	struct attempt a = { .state = ATTEMPT_OPEN }, b = a;

	(void)state;
	assert_true(attempt_note_decline(&a, (struct instant){ 1 }, SPAN("insufficient_funds")));
	assert_true(attempt_note_decline(&a, (struct instant){ 2 }, SPAN("expired_card")));
	assert_false(attempt_note_decline(&a, (struct instant){ 2 }, SPAN("expired_card")));
	assert_true(attempt_note_decline(&b, (struct instant){ 2 }, SPAN("expired_card")));
	assert_false(attempt_note_decline(&b, (struct instant){ 1 }, SPAN("insufficient_funds")));
	assert_true(span_equal(a.decline_code, b.decline_code));
	assert_int_equal(attempt_decline_class(SPAN("expired_card")), DECLINE_AFTER_UPDATE);
	assert_int_equal(attempt_decline_class(SPAN("stolen_card")), DECLINE_NEVER);
	assert_int_equal(attempt_decline_class(SPAN("never_heard_of")), DECLINE_UNKNOWN);
}

static void a_token_leads_to_its_attempt_and_no_other_does(void **state)
{
	struct span key = SPAN("a key of links, 32 bytes or so.."), other = SPAN("another key of links, as long....");
	struct uuid id = { { 1, 144, 7 } }, found;
	struct span token = attempt_token(*state, key, id);

	assert_int_equal(token.size, 43);
	assert_int_equal(attempt_token_read(*state, key, token, &found, &why), OK);
	assert_true(uuid_equal(found, id));
	assert_int_equal(attempt_token_read(*state, other, token, &found, &why), ERR_NOT_FOUND);
	for (size_t i = 0; i < token.size; i++) {
		char *wrong = span_cstr(*state, token);

		wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
		assert_int_equal(attempt_token_read(*state, key, span_of(wrong), &found, &why), ERR_NOT_FOUND);
	}
	assert_int_equal(attempt_token_read(*state, key, SPAN(""), &found, &why), ERR_NOT_FOUND);
	assert_int_equal(attempt_token_read(*state, key, span_base64url(*state, SPAN("short")), &found, &why), ERR_NOT_FOUND);
}

static void a_sealed_secret_opens_with_its_key_for_its_place_only(void **state)
{
	struct span key = SPAN("0123456789abcdef0123456789abcdef"), secret = SPAN("sk_test_51Hxyz");
	struct span sealed = seal_close(*state, key, SPAN("nord\0main"), secret), opened;

	assert_int_equal(seal_open(*state, key, SPAN("nord\0main"), sealed, &opened, &why), OK);
	assert_true(span_equal(opened, secret));
	assert_true(span_equal(sealed, seal_close(*state, key, SPAN("nord\0main"), secret)));
	assert_null(memmem(sealed.at, sealed.size, "sk_test", 7));
	assert_int_equal(seal_open(*state, key, SPAN("nord\0other"), sealed, &opened, &why), ERR_INVALID);
	assert_int_equal(
		seal_open(*state, SPAN("0123456789abcdef0123456789abcdeF"), SPAN("nord\0main"), sealed, &opened, &why), ERR_INVALID);
	for (size_t i = 0; i < sealed.size; i++) {
		char *broken = span_cstr(*state, sealed);

		broken[i] ^= 1;
		assert_int_equal(
			seal_open(*state, key, SPAN("nord\0main"), (struct span){ broken, sealed.size }, &opened, &why), ERR_INVALID);
	}
	assert_int_equal(seal_open(*state, key, SPAN("nord\0main"), SPAN("short"), &opened, &why), ERR_INVALID);
}

static void the_ladder_climbs_from_seconds_to_days(void **state)
{
	struct intent intent = { .tries = 3 };
	struct instant now = { 0 };
	int64_t before = 0;

	(void)state;
	intent_arm(&intent, now);
	assert_int_equal(intent.next_at.us, 0);
	for (int i = 0; i < 12; i++) {
		intent_climb(&intent, now);
		assert_true(intent.next_at.us >= before);
		before = intent.next_at.us;
	}
	assert_int_equal(before, US_PER_DAY);
	assert_int_equal(intent.tries, 3);
	intent_end(&intent);
	assert_false(intent.is_due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_provider_says_is_refused_in_no_state),
		cmocka_unit_test(facts_commute_and_count_once),
		cmocka_unit_test(every_state_is_reached_and_has_a_way_out_or_is_final),
		cmocka_unit_test(a_success_is_for_ever),
		cmocka_unit_test(a_refusal_names_the_state),
		WITH_ARENA(the_rules_are_their_golden_file),
		cmocka_unit_test(the_latest_decline_counts_in_any_order),
		WITH_ARENA(a_token_leads_to_its_attempt_and_no_other_does),
		WITH_ARENA(a_sealed_secret_opens_with_its_key_for_its_place_only),
		cmocka_unit_test(the_ladder_climbs_from_seconds_to_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
