#include "world.h"

#include "stripe.h"

static const char *form(struct world *w, struct span body)
{
	return span_cstr(w->arena, body);
}

static void a_session_is_asked_for_with_our_reference_in_three_places(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 2);
	const char *text = uuid_text(w->arena, id), *body;
	struct stripe_request request;

	assert_int_equal(stripe_open_request(w->arena, world_attempt(w, id), w->book->policy, &request, &w->why), OK);
	assert_string_equal(request.method, "POST");
	assert_true(span_is(request.path, "/v1/checkout/sessions"));
	assert_true(span_is(request.idempotency_key, text));
	body = form(w, request.body);
	assert_non_null(strstr(body, TEXT(w, "client_reference_id=%s&", text)));
	assert_non_null(strstr(body, TEXT(w, "&metadata[attempt_id]=%s&", text)));
	assert_non_null(strstr(body, TEXT(w, "&payment_intent_data[metadata][attempt_id]=%s&", text)));
	assert_non_null(strstr(body, "&line_items[0][price_data][unit_amount]=2000&"));
	assert_non_null(strstr(body, "&line_items[1][price_data][product_data][name]=Invoice%20NORD-2%2C%20part%202&"));
	assert_non_null(strstr(body, "&success_url=https%3A%2F%2Fpay.example%2Fpay%2F"));
	assert_non_null(strstr(body, TEXT(w, "&expires_at=%lld", (long long)(w->now.us / SECOND + 1380 * 60))));
}

static void the_same_session_is_asked_for_with_the_same_bytes_later(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);
	struct stripe_request one, two;

	assert_int_equal(stripe_open_request(w->arena, world_attempt(w, id), w->book->policy, &one, &w->why), OK);
	w->now.us += 3600 * SECOND;
	assert_int_equal(stripe_open_request(w->arena, world_attempt(w, id), w->book->policy, &two, &w->why), OK);
	assert_true(span_equal(one.body, two.body));
	assert_true(span_equal(one.idempotency_key, two.idempotency_key));
}

static void units_are_the_providers(void **state)
{
	static const struct {
		const char *code;
		int64_t ours, theirs; /* -1: refused */
	} cases[] = {
		{ "EUR", 1999, 1999 },
		{ "JPY", 1999, 1999 },
		{ "ISK", 5, 500 },
		{ "UGX", 7, 700 },
		{ "MGA", 500, 5 },
		{ "MGA", 501, -1 },
		{ "KWD", 1230, 1230 },
		{ "KWD", 1234, -1 },
		{ "HUF", 100, 100 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct money money = { .minor = cases[i].ours }, back;
		struct arena *arena = *state;
		struct why why;
		int64_t minor;

		assert_int_equal(currency_parse(span_of(cases[i].code), &money.currency), OK);
		if (cases[i].theirs < 0) {
			assert_int_equal(stripe_minor(money, &minor, &why), ERR_REFUSED);
			continue;
		}
		assert_int_equal(stripe_minor(money, &minor, &why), OK);
		assert_int_equal(minor, cases[i].theirs);
		assert_int_equal(
			stripe_money((struct provider_amount){ true, minor, stripe_currency(arena, money.currency) }, &back, &why), OK);
		assert_true(money_equal(money, back));
	}
}

static void what_is_no_money_is_not_read_as_some(void **state)
{
	struct money money;

	(void)state;
	assert_int_equal(stripe_money((struct provider_amount){ true, 5, SPAN("usdc") }, &money, NULL), ERR_INVALID);
	assert_int_equal(stripe_money((struct provider_amount){ true, 5, SPAN("zzz") }, &money, NULL), ERR_INVALID);
	assert_int_equal(stripe_money((struct provider_amount){ true, 550, SPAN("isk") }, &money, NULL), ERR_INVALID);
	assert_int_equal(stripe_money((struct provider_amount){ false, 5, SPAN("eur") }, &money, NULL), ERR_INVALID);
}

static void an_outcome_is_certain_only_where_it_is(void **state)
{
	(void)state;
	assert_int_equal(stripe_outcome(true, false, 200), STRIPE_DONE);
	assert_int_equal(stripe_outcome(true, false, 400), STRIPE_REFUSED);
	assert_int_equal(stripe_outcome(true, false, 404), STRIPE_REFUSED);
	assert_int_equal(stripe_outcome(true, false, 401), STRIPE_LATER);
	assert_int_equal(stripe_outcome(true, false, 429), STRIPE_LATER);
	assert_int_equal(stripe_outcome(false, false, 0), STRIPE_LATER);
	assert_int_equal(stripe_outcome(true, true, 0), STRIPE_UNKNOWN);
	assert_int_equal(stripe_outcome(true, true, 200), STRIPE_UNKNOWN);
	assert_int_equal(stripe_outcome(true, false, 409), STRIPE_UNKNOWN);
	assert_int_equal(stripe_outcome(true, false, 500), STRIPE_UNKNOWN);
	assert_int_equal(stripe_outcome(true, false, 302), STRIPE_REFUSED);
}

static void an_answer_survives_its_own_text(void **state)
{
	struct world *w = world_open(*state);
	struct call_answer in = { .kind = INTENT_PAYOUT,
		.subject = world_invoice(3),
		.payout = SPAN("po_1"),
		.call = 7,
		.sent = true,
		.status = 500,
		.body = SPAN("{\n \"error\": 1}\n") };
	struct message m = { .payload = wire_print_answer(w->arena, &in) };
	const struct call_answer *out;

	assert_int_equal(wire_read_answer(&m, w->arena, &w->why), OK);
	out = m.body;
	assert_int_equal(out->kind, INTENT_PAYOUT);
	assert_true(uuid_equal(out->subject, in.subject));
	assert_true(uuid_is_zero(out->attempt));
	assert_int_equal(out->customer.size, 0);
	assert_true(span_equal(out->payout, in.payout));
	assert_int_equal(out->call, 7);
	assert_true(out->sent);
	assert_false(out->unknown);
	assert_int_equal(out->status, 500);
	assert_true(span_equal(out->body, in.body));
}

static void an_expanded_session_tells_payment_charge_and_fee_at_once(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);
	const char *charge = charge_json(w, "{\"id\":\"txn_1\",\"fee\":175,\"currency\":\"eur\"}", 0);
	const char *session = TEXT(w,
		"{\"id\":\"cs_1\",\"livemode\":false,\"status\":\"complete\",\"payment_status\":\"paid\",\"amount_total\":10000,\"currency\":\"eur\","
		"\"client_reference_id\":\"%s\",\"payment_intent\":{\"id\":\"pi_1\",\"status\":\"succeeded\",\"amount_received\":10000,\"currency\":\"eur\","
		"\"latest_charge\":%s}}",
		uuid_text(w->arena, id), charge);

	world_claim(w, id, INTENT_ASK);
	world_answer(w, id, id, INTENT_ASK, true, false, 200, session);
	world_expect_said(w, "PaymentSucceeded");
	assert_true(span_is(world_attempt(w, id)->charge, "ch_1"));
	assert_true(span_is(world_attempt(w, id)->method, "card"));
	assert_int_equal(world_attempt(w, id)->fee.minor, 175);
	assert_false(world_intent(w, id, INTENT_ASK)->is_due);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_session_is_asked_for_with_our_reference_in_three_places),
		WITH_ARENA(the_same_session_is_asked_for_with_the_same_bytes_later),
		WITH_ARENA(units_are_the_providers),
		cmocka_unit_test(what_is_no_money_is_not_read_as_some),
		cmocka_unit_test(an_outcome_is_certain_only_where_it_is),
		WITH_ARENA(an_answer_survives_its_own_text),
		WITH_ARENA(an_expanded_session_tells_payment_charge_and_fee_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
