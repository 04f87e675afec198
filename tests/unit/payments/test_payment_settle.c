#include "world.h"

#include "payout.h"

/* ---- orders ---- */

struct told {
	const char *event, *type, *object;
};

static const char *const expanded_fee = "{\"id\":\"txn_1\",\"fee\":175,\"currency\":\"eur\"}";

static const char *refund_json(struct world *w, const char *id, const char *status, int64_t amount)
{
	return TEXT(w,
		"{\"id\":\"%s\",\"object\":\"refund\",\"amount\":%lld,\"currency\":\"eur\",\"status\":\"%s\",\"payment_intent\":\"pi_1\",\"charge\":\"ch_1\","
		"\"created\":1790000200,\"metadata\":{}}",
		id, (long long)amount, status);
}

/* One payment: a decline, then success, its fee, and two refunds, as Stripe tells it in eight events. */
static size_t story(struct world *w, struct uuid id, struct told *out)
{
	const struct told all[] = {
		{ "evt_1", "payment_intent.payment_failed", payment_json(w, id, "requires_payment_method", 0) },
		{ "evt_2", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000) },
		{ "evt_3", "payment_intent.succeeded", payment_json(w, id, "succeeded", 10000) },
		{ "evt_4", "charge.updated", charge_json(w, expanded_fee, 0) },
		{ "evt_5", "refund.updated", refund_json(w, "re_1", "succeeded", 4000) },
		{ "evt_6", "refund.created", refund_json(w, "re_2", "pending", 1000) },
		{ "evt_7", "charge.refunded", charge_json(w, "\"txn_1\"", 4000) },
		{ "evt_8", "checkout.session.expired", session_json(w, id, "expired", "unpaid", NULL, 10000) },
	};

	memcpy(out, all, sizeof(all));
	return sizeof(all) / sizeof(all[0]);
}

static const char *told_in_order(struct arena *arena, const int *order, size_t n)
{
	struct world *w = world_open(arena);
	struct uuid id = world_opened(w, 1);
	struct told events[8];

	(void)story(w, id, events);
	for (size_t i = 0; i < n; i++)
		world_event(w, events[order[i]].event, events[order[i]].type, events[order[i]].object);
	return world_print(w, id);
}

/* The next permutation in lexicographic order; false after the last. */
static bool next_order(int *order, size_t n)
{
	size_t i = n - 1, j = n - 1;

	while (i > 0 && order[i - 1] >= order[i])
		i--;
	if (i == 0)
		return false;
	while (order[j] <= order[i - 1])
		j--;
	for (int swap = order[i - 1]; swap >= 0; swap = -1) {
		order[i - 1] = order[j];
		order[j] = swap;
	}
	for (size_t a = i, b = n - 1; a < b; a++, b--) {
		int swap = order[a];

		order[a] = order[b];
		order[b] = swap;
	}
	return true;
}

static void all_orders_of_five_events_leave_the_same(void **state)
{
	static const int sets[][5] = { { 0, 1, 2, 3, 4 }, { 1, 3, 4, 6, 7 } };
	size_t runs = 0;

	(void)state;
	for (size_t s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
		struct arena *first_arena = arena_open();
		int order[5];
		const char *first;

		memcpy(order, sets[s], sizeof(order));
		first = told_in_order(first_arena, order, 5);
		assert_non_null(strstr(first, "\"state\":\"succeeded\""));
		assert_non_null(strstr(first, "\"fee\":{\"minor\":175"));
		do {
			struct arena *arena = arena_open();

			assert_string_equal(told_in_order(arena, order, 5), first);
			arena_close(arena);
			runs++;
		} while (next_order(order, 5));
		arena_close(first_arena);
	}
	assert_int_equal(runs, 2 * 120);
}

static void any_subset_in_any_order_leaves_the_same(void **state)
{
	struct chance chance = { 20261122 };

	(void)state;
	for (int round = 0; round < 150; round++) {
		struct arena *arena = arena_open();
		int order[8], again[8];
		size_t n = 0;

		for (int i = 0; i < 8; i++)
			if (chance_below(&chance, 3) > 0)
				order[n++] = i;
		memcpy(again, order, sizeof(order));
		for (size_t i = n; i > 1; i--) {
			size_t k = chance_below(&chance, i);
			int swap = again[i - 1];

			again[i - 1] = again[k];
			again[k] = swap;
		}
		assert_string_equal(told_in_order(arena, again, n), told_in_order(arena, order, n));
		arena_close(arena);
	}
}

static void an_expired_or_declined_session_comes_to_the_same_in_any_order(void **state)
{
	static const int forth[] = { 0, 7 }, back[] = { 7, 0 };

	assert_string_equal(told_in_order(*state, forth, 2), told_in_order(*state, back, 2));
	assert_non_null(strstr(told_in_order(*state, forth, 2), "\"state\":\"expired\""));
}

/* ---- one event ---- */

static void a_success_is_told_once_with_what_it_pays(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_1", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	world_expect_said(w, "PaymentSucceeded");
	assert_int_equal(world_attempt(w, id)->captured.minor, 10000);
	assert_int_equal(world_attempt(w, id)->revision, 2);
	world_event(w, "evt_2", "payment_intent.succeeded", payment_json(w, id, "succeeded", 10000));
	world_expect_said(w, "");
	world_event(w, "evt_3", "charge.updated", charge_json(w, expanded_fee, 0));
	world_expect_said(w, "PaymentFeeKnown");
}

static void what_is_paid_is_not_asked_for_again_before_the_ledger_counts_it(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_1", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	assert_int_equal(item_payable(book_item(w->book, MERCHANT, world_invoice(1), 1)).minor, 0);
	assert_true(uuid_is_zero(book_item(w->book, MERCHANT, world_invoice(1), 1)->live_attempt));
	assert_int_equal(world_run(w, "payments.CreateCheckout",
				 span_of(TEXT(w, "{\"invoice_id\":\"%s\"}", uuid_text(w->arena, world_invoice(1)))), SPAN("/v1/checkouts")),
		ERR_REFUSED);
	assert_string_equal(w->why.code, "nothing_open");
}

/* Each claims success and is not what was asked for: no payment, but a person looks. */
static void a_success_that_does_not_fit_goes_to_review(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} changes[] = {
		{ "\"amount_total\":10000", "\"amount_total\":100", "amount is 100" },
		{ "\"amount_total\":10000", "\"amount_total\":10001", "amount is 10001" },
		{ "\"amount_total\":10000", "\"amount_total\":null", "names no amount" },
		{ "\"currency\":\"eur\"", "\"currency\":\"usd\"", "currency is" },
		{ "\"livemode\":false,\"status\"", "\"livemode\":true,\"status\"", "live mode" },
		{ "\"client_reference_id\":\"0", "\"client_reference_id\":\"1", "client_reference_id" },
		{ "\"attempt_id\":\"0", "\"attempt_id\":\"1", "another attempt" },
		{ "\"id\":\"cs_1\"", "\"id\":\"cs_2\"", "another session" },
		{ "\"payment_status\":\"paid\"", "\"payment_status\":\"no_payment_required\"", NULL },
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct world *w = world_open(*state);
		struct uuid id = world_opened(w, 1);
		const char *good = session_json(w, id, "complete", "paid", "pi_1", 10000), *at = strstr(good, changes[i].from);

		assert_non_null(at);
		world_event(w, "evt_1", "checkout.session.completed",
			TEXT(w, "%.*s%s%s", (int)(at - good), good, changes[i].to, at + strlen(changes[i].from)));
		world_expect(w, id, ATTEMPT_REVIEW);
		world_expect_said(w, "PaymentUnknown");
		assert_int_equal(world_attempt(w, id)->captured.minor, 0);
		if (changes[i].says != NULL) {
			assert_non_null(strstr(world_print(w, id), changes[i].says));
			assert_non_null(world_alarm(w, "mismatch", span_of(uuid_text(w->arena, id))));
		}
	}
}

static void a_fitting_success_after_one_that_did_not_fit_wins_and_the_question_stays(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_1", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 100));
	world_event(w, "evt_2", "payment_intent.succeeded", payment_json(w, id, "succeeded", 10000));
	world_expect(w, id, ATTEMPT_SUCCEEDED);
	assert_true(world_attempt(w, id)->question.size > 0);
}

static void a_person_ends_a_review(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);
	struct span target = span_of(TEXT(w, "/v1/attempts/%s/dismiss", uuid_text(w->arena, id)));

	world_event(w, "evt_1", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 100));
	world_apply(w, "payments.DismissAttempt", SPAN("{\"note\":\"refunded at the provider\"}"), target);
	world_expect(w, id, ATTEMPT_FAILED);
	world_expect_said(w, "PaymentFailed");
	assert_true(world_alarm(w, "mismatch", span_of(uuid_text(w->arena, id)))->closed_at.us != 0);
	assert_int_equal(world_run(w, "payments.DismissAttempt", SPAN("{\"note\":\"again\"}"), target), ERR_REFUSED);
}

/* ---- webhook before row, repeated, unknown ---- */

static enum webhook_state webhook_state_of(struct world *w, const char *event)
{
	const struct webhook *webhook = shelf_find(&w->book->webhooks, key_webhook(w->arena, MERCHANT, ACCOUNT, span_of(event)));

	assert_non_null(webhook);
	return webhook->state;
}

static void what_names_a_payment_not_known_yet_waits_and_is_joined(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_1", "charge.succeeded", charge_json(w, expanded_fee, 0));
	assert_int_equal(webhook_state_of(w, "evt_1"), WEBHOOK_LOOSE);
	world_event(w, "evt_2", "refund.created", refund_json(w, "re_1", "succeeded", 2500));
	world_event(w, "evt_3", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	assert_int_equal(webhook_state_of(w, "evt_1"), WEBHOOK_APPLIED);
	assert_int_equal(webhook_state_of(w, "evt_2"), WEBHOOK_APPLIED);
	world_expect_said(w, "PaymentSucceeded PaymentFeeKnown PaymentRefunded");
	assert_int_equal(world_attempt(w, id)->refunded.minor, 2500);
}

static void those_that_wait_are_joined_in_the_order_they_were_told_in_whichever_comes_first(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_2", "charge.succeeded", charge_json(w, expanded_fee, 0));
	world_event(w, "evt_1", "charge.succeeded", charge_json(w, expanded_fee, 0));
	world_event(w, "evt_3", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	assert_int_equal(webhook_state_of(w, "evt_1"), WEBHOOK_APPLIED);
	assert_int_equal(webhook_state_of(w, "evt_2"), WEBHOOK_REPEATED);
	world_expect_said(w, "PaymentSucceeded PaymentFeeKnown");
}

static void a_webhook_before_our_row_is_joined_by_the_timer(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);
	struct span key = key_attempt(w->arena, MERCHANT, id);
	struct attempt attempt = *world_attempt(w, id);
	struct book *before = w->book;

	/* Another book, without the attempt. */
	w->book = world_open(*state)->book;
	world_event(w, "evt_1", "payment_intent.succeeded", payment_json(w, id, "succeeded", 10000));
	assert_int_equal(webhook_state_of(w, "evt_1"), WEBHOOK_LOOSE);
	*(struct attempt *)shelf_add(&w->book->attempts, key) = attempt;
	world_apply(w, "payments.JoinWebhook", wire_print_webhook(w->arena, SPAN("evt_1"), id, CUSTOMER), SPAN(""));
	world_expect_said(w, "PaymentSucceeded");
	world_expect(w, id, ATTEMPT_SUCCEEDED);
	w->book = before;
}

static void what_waits_too_long_is_told_to_a_person_once(void **state)
{
	struct world *w = world_open(*state);

	world_event(w, "evt_1", "payment_intent.succeeded", payment_json(w, world_invoice(77), "succeeded", 10000));
	world_apply(w, "payments.OverdueWebhook", wire_print_webhook(w->arena, SPAN("evt_1"), (struct uuid){ { 0 } }, SPAN("")), SPAN(""));
	assert_non_null(world_alarm(w, "reference_missing", SPAN("evt_1")));
}

static void what_carries_no_reference_of_ours_is_ignored(void **state)
{
	struct world *w = world_open(*state);

	world_event(w, "evt_1", "payment_intent.succeeded",
		"{\"id\":\"pi_9\",\"status\":\"succeeded\",\"amount_received\":5,\"currency\":\"eur\"}");
	assert_int_equal(webhook_state_of(w, "evt_1"), WEBHOOK_IGNORED);
	world_event(w, "evt_2", "customer.updated", "{\"id\":\"cus_1\"}");
	assert_int_equal(webhook_state_of(w, "evt_2"), WEBHOOK_IGNORED);
}

static void an_event_again_with_another_content_is_an_alarm_and_changes_nothing(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);
	const char *before;

	world_event(w, "evt_1", "payment_intent.payment_failed", payment_json(w, id, "requires_payment_method", 0));
	before = world_print(w, id);
	world_event(w, "evt_1", "payment_intent.succeeded", payment_json(w, id, "succeeded", 10000));
	assert_string_equal(world_print(w, id), before);
	assert_non_null(world_alarm(w, "webhook_conflict", SPAN("evt_1")));
}

static void an_object_tells_what_happens_once_under_one_event_only(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_1", "payment_intent.succeeded", payment_json(w, id, "succeeded", 10000));
	world_event(w, "evt_2", "payment_intent.succeeded", payment_json(w, id, "succeeded", 10000));
	world_expect_said(w, "");
	assert_int_equal(webhook_state_of(w, "evt_1"), WEBHOOK_APPLIED);
	assert_int_equal(webhook_state_of(w, "evt_2"), WEBHOOK_REPEATED);
}

/* ---- refunds ---- */

static struct uuid paid(struct world *w)
{
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_paid", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	return id;
}

static enum err ask_refund(struct world *w, struct uuid id, const char *body)
{
	return world_run(w, "payments.RefundPayment", span_of(body), span_of(TEXT(w, "/v1/payments/%s/refunds", uuid_text(w->arena, id))));
}

static void refunds_are_capped_at_what_was_captured(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = paid(w);

	assert_int_equal(ask_refund(w, id, "{\"reason\":\"reopen\",\"amount\":{\"minor\":10001,\"currency\":\"EUR\"}}"), ERR_REFUSED);
	assert_string_equal(w->why.code, "refund_exceeds_captured");
	assert_int_equal(ask_refund(w, id, "{\"reason\":\"reopen\",\"amount\":{\"minor\":6000,\"currency\":\"EUR\"}}"), OK);
	assert_int_equal(w->reply->status, 201);
	assert_int_equal(ask_refund(w, id, "{\"reason\":\"reopen\",\"amount\":{\"minor\":4001,\"currency\":\"EUR\"}}"), ERR_REFUSED);
	assert_int_equal(ask_refund(w, id, "{\"reason\":\"unapplied\",\"amount\":{\"minor\":4000,\"currency\":\"EUR\"}}"), OK);
	assert_int_equal(ask_refund(w, id, "{\"reason\":\"reopen\"}"), ERR_INVALID);
	assert_int_equal(ask_refund(w, id, "{\"reason\":\"reopen\",\"amount\":{\"minor\":1,\"currency\":\"USD\"}}"), ERR_INVALID);
	assert_int_equal(world_attempt(w, id)->refunded.minor, 0);
}

static void a_refund_is_told_when_the_provider_has_made_it_by_whichever_road(void **state)
{
	for (int webhook_first = 0; webhook_first < 2; webhook_first++) {
		struct world *w = world_open(*state);
		struct uuid id = paid(w), refund;
		const char *answer;

		assert_int_equal(
			ask_refund(w, id, "{\"reason\":\"credited\",\"credit_note_id\":\"01900000-0000-7000-8000-0000000000aa\"}"), OK);
		refund = world_attempt(w, id)->refunds[0].id;
		world_claim(w, refund, INTENT_REFUND);
		answer = TEXT(w,
			"{\"id\":\"re_7\",\"object\":\"refund\",\"amount\":10000,\"currency\":\"eur\",\"status\":\"succeeded\",\"payment_intent\":\"pi_1\","
			"\"metadata\":{\"refund_id\":\"%s\",\"attempt_id\":\"%s\"}}",
			uuid_text(w->arena, refund), uuid_text(w->arena, id));
		if (webhook_first)
			world_event(w, "evt_r", "refund.created", answer);
		else
			world_answer(w, id, refund, INTENT_REFUND, true, false, 200, answer);
		world_expect_said(w, "PaymentRefunded");
		if (webhook_first)
			world_answer(w, id, refund, INTENT_REFUND, true, false, 200, answer);
		else
			world_event(w, "evt_r", "refund.created", answer);
		world_expect_said(w, "");
		assert_int_equal(world_attempt(w, id)->refund_count, 1);
		assert_int_equal(world_attempt(w, id)->refunded.minor, 10000);
		assert_false(world_intent(w, refund, INTENT_REFUND)->is_due);
	}
}

static void a_refund_beyond_what_was_captured_is_kept_and_not_told(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = paid(w);

	world_event(w, "evt_1", "refund.created", refund_json(w, "re_1", "succeeded", 8000));
	world_event(w, "evt_2", "refund.created", refund_json(w, "re_2", "succeeded", 3000));
	world_expect_said(w, "");
	assert_int_equal(world_attempt(w, id)->refunded.minor, 8000);
	assert_int_equal(world_attempt(w, id)->refund_count, 2);
	assert_non_null(strstr(world_print(w, id), "\"over\":true"));
}

static void two_refunds_of_one_amount_are_two(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = paid(w);

	world_event(w, "evt_1", "refund.created", refund_json(w, "re_1", "succeeded", 1500));
	world_event(w, "evt_2", "refund.created", refund_json(w, "re_2", "succeeded", 1500));
	world_event(w, "evt_3", "refund.updated", refund_json(w, "re_2", "succeeded", 1500));
	assert_int_equal(world_attempt(w, id)->refunded.minor, 3000);
}

static void a_refund_that_fails_afterwards_is_an_alarm_and_counts_no_more(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = paid(w);

	world_event(w, "evt_1", "refund.created", refund_json(w, "re_1", "succeeded", 1500));
	world_event(w, "evt_2", "refund.failed", refund_json(w, "re_1", "failed", 1500));
	assert_int_equal(world_attempt(w, id)->refunded.minor, 0);
	assert_non_null(world_alarm(w, "refund_failed", span_of(uuid_text(w->arena, world_attempt(w, id)->refunds[0].id))));
}

static void a_charge_that_says_more_went_back_than_is_known_makes_us_ask(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = paid(w);

	world_event(w, "evt_1", "charge.refunded", charge_json(w, "\"txn_1\"", 4000));
	assert_true(world_intent(w, id, INTENT_REFUNDS)->is_due);
	world_claim(w, id, INTENT_REFUNDS);
	world_answer(w, id, id, INTENT_REFUNDS, true, false, 200,
		TEXT(w, "{\"object\":\"list\",\"has_more\":false,\"data\":[%s]}", refund_json(w, "re_1", "succeeded", 4000)));
	world_expect_said(w, "PaymentRefunded");
	assert_false(world_intent(w, id, INTENT_REFUNDS)->is_due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_orders_of_five_events_leave_the_same),
		cmocka_unit_test(any_subset_in_any_order_leaves_the_same),
		WITH_ARENA(an_expired_or_declined_session_comes_to_the_same_in_any_order),
		WITH_ARENA(a_success_is_told_once_with_what_it_pays),
		WITH_ARENA(what_is_paid_is_not_asked_for_again_before_the_ledger_counts_it),
		WITH_ARENA(a_success_that_does_not_fit_goes_to_review),
		WITH_ARENA(a_fitting_success_after_one_that_did_not_fit_wins_and_the_question_stays),
		WITH_ARENA(a_person_ends_a_review),
		WITH_ARENA(what_names_a_payment_not_known_yet_waits_and_is_joined),
		WITH_ARENA(those_that_wait_are_joined_in_the_order_they_were_told_in_whichever_comes_first),
		WITH_ARENA(a_webhook_before_our_row_is_joined_by_the_timer),
		WITH_ARENA(what_waits_too_long_is_told_to_a_person_once),
		WITH_ARENA(what_carries_no_reference_of_ours_is_ignored),
		WITH_ARENA(an_event_again_with_another_content_is_an_alarm_and_changes_nothing),
		WITH_ARENA(an_object_tells_what_happens_once_under_one_event_only),
		WITH_ARENA(refunds_are_capped_at_what_was_captured),
		WITH_ARENA(a_refund_is_told_when_the_provider_has_made_it_by_whichever_road),
		WITH_ARENA(a_refund_beyond_what_was_captured_is_kept_and_not_told),
		WITH_ARENA(two_refunds_of_one_amount_are_two),
		WITH_ARENA(a_refund_that_fails_afterwards_is_an_alarm_and_counts_no_more),
		WITH_ARENA(a_charge_that_says_more_went_back_than_is_known_makes_us_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
