#include "world.h"

/* A message that is refused, on a book with an open attempt, a paid one and an alarm. */
struct refusal {
	const char *type, *payload, *target; /* %A: the open attempt, %P: the paid one, %I %J %U %X: invoices 1, 2, 3 and an unknown one */
	enum err err;
	const char *code;
};

static const struct refusal refusals[] = {
	{ "payments.CreateCheckout", "{", "/v1/checkouts", ERR_INVALID, "json_malformed" },
	{ "payments.CreateCheckout", "{}", "/v1/checkouts", ERR_INVALID, "field_missing" },
	{ "payments.CreateCheckout", "{\"invoice_id\":\"%I\",\"items\":[]}", "/v1/checkouts", ERR_INVALID, "field_missing" },
	{ "payments.CreateCheckout", "{\"invoice_id\":\"%I\",\"colour\":1}", "/v1/checkouts", ERR_INVALID, "field_unknown" },
	{ "payments.CreateCheckout", "{\"invoice_id\":\"%I\",\"account\":\"nobody\"}", "/v1/checkouts", ERR_REFUSED, "account_unknown" },
	{ "payments.CreateCheckout", "{\"invoice_id\":\"%I\",\"account\":\"no such\"}", "/v1/checkouts", ERR_INVALID, "field_invalid" },
	{ "payments.CreateCheckout", "{\"invoice_id\":\"%X\"}", "/v1/checkouts", ERR_NOT_FOUND, "invoice_unknown" },
	{ "payments.CreateCheckout", "{\"invoice_id\":\"%J\"}", "/v1/checkouts", ERR_REFUSED, "nothing_open" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\"},{\"invoice_id\":\"%U\"}]}", "/v1/checkouts", ERR_REFUSED,
		"currencies_differ" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\"},{\"invoice_id\":\"%O\"}]}", "/v1/checkouts", ERR_REFUSED,
		"customers_differ" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\"},{\"invoice_id\":\"%I\"}]}", "/v1/checkouts", ERR_INVALID,
		"item_twice" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\",\"part\":7}]}", "/v1/checkouts", ERR_NOT_FOUND,
		"invoice_unknown" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\",\"part\":1,\"amount\":{\"minor\":10001,\"currency\":\"EUR\"}}]}",
		"/v1/checkouts", ERR_REFUSED, "amount_exceeds_open" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\",\"part\":1,\"amount\":{\"minor\":-1,\"currency\":\"EUR\"}}]}",
		"/v1/checkouts", ERR_INVALID, "amount_not_positive" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\",\"part\":1,\"amount\":{\"minor\":100,\"currency\":\"USD\"}}]}",
		"/v1/checkouts", ERR_REFUSED, "currencies_differ" },
	{ "payments.CreateCheckout", "{\"items\":[{\"invoice_id\":\"%I\",\"amount\":{\"minor\":100,\"currency\":\"EUR\"}}]}",
		"/v1/checkouts", ERR_INVALID, "field_missing" },
	/* One of two can make way, the other can't: neither does. */
	{ "payments.CreateCheckout",
		"{\"items\":[{\"invoice_id\":\"%I\",\"part\":1,\"amount\":{\"minor\":1,\"currency\":\"EUR\"}},"
		"{\"invoice_id\":\"%R\",\"part\":1,\"amount\":{\"minor\":1,\"currency\":\"EUR\"}}]}",
		"/v1/checkouts", ERR_CONFLICT, "payment_under_way" },
	{ "payments.RefundPayment", "{\"reason\":\"reopen\"}", "/v1/payments/nonsense/refunds", ERR_NOT_FOUND, "attempt_unknown" },
	{ "payments.RefundPayment", "{\"reason\":\"reopen\"}", "/v1/payments/%X/refunds", ERR_NOT_FOUND, "attempt_unknown" },
	{ "payments.RefundPayment", "{\"reason\":\"whim\"}", "/v1/payments/%P/refunds", ERR_INVALID, "field_invalid" },
	{ "payments.RefundPayment", "{\"reason\":\"credited\"}", "/v1/payments/%P/refunds", ERR_INVALID, "field_missing" },
	{ "payments.RefundPayment", "{\"reason\":\"reopen\"}", "/v1/payments/%A/refunds", ERR_REFUSED, "payment_not_captured" },
	{ "payments.RefundPayment", "{\"reason\":\"reopen\",\"amount\":{\"minor\":5001,\"currency\":\"EUR\"}}", "/v1/payments/%P/refunds",
		ERR_REFUSED, "refund_exceeds_captured" },
	{ "payments.RefundPayment", "{\"reason\":\"reopen\",\"amount\":{\"minor\":10,\"currency\":\"EUR\"}}", "/v1/payments/%P/refunds",
		ERR_INVALID, "refund_items_required" },
	{ "payments.RefundPayment",
		"{\"reason\":\"reopen\",\"amount\":{\"minor\":10,\"currency\":\"EUR\"},\"items\":[{\"invoice_id\":\"%J\",\"part\":1,\"amount\":"
		"{\"minor\":9,\"currency\":\"EUR\"}}]}",
		"/v1/payments/%P/refunds", ERR_INVALID, "refund_items_wrong" },
	{ "payments.DismissAttempt", "{\"note\":\"no\"}", "/v1/attempts/%A/dismiss", ERR_REFUSED, "attempt_open" },
	{ "payments.DismissAttempt", "{\"note\":\"no\"}", "/v1/attempts/%X/dismiss", ERR_NOT_FOUND, "attempt_unknown" },
	{ "payments.PutProviderAccount", "{\"account\":\"main\",\"provider\":\"stripe\",\"live\":true}", "/v1/provider-accounts",
		ERR_CONFLICT, "account_mode_fixed" },
	{ "payments.PutProviderAccount", "{\"account\":\"new\",\"provider\":\"stripe\",\"live\":true,\"api_key\":\"sk_live_1\"}",
		"/v1/provider-accounts", ERR_INVALID, "field_missing" },
	{ "payments.PutProviderAccount", "{\"account\":\"new\",\"provider\":\"paypal\",\"live\":true}", "/v1/provider-accounts",
		ERR_INVALID, "field_invalid" },
	{ "payments.CloseAlarm", "{\"note\":\"seen\"}", "/v1/alarms/mismatch/nothing/close", ERR_NOT_FOUND, "alarm_unknown" },
	{ "payments.ReceiveWebhook", "{}", "", ERR_INVALID, "field_missing" },
	{ "payments.OpenAttempt", "nonsense", "", ERR_INVALID, "message_malformed" },
	{ "payments.ExpireAttempt", "", "", ERR_INVALID, "message_malformed" },
	{ "payments.JoinWebhook", "", "", ERR_INVALID, "message_malformed" },
	{ "payments.OverdueWebhook", "evt_1", "", ERR_INVALID, "message_malformed" },
	{ "payments.CallAnswered", "open\n", "", ERR_INVALID, "message_malformed" },
	{ "payments.CallAnswered", "open %X %X c1 - 1 1 0 200\n{}", "", ERR_NOT_FOUND, "attempt_unknown" },
	{ "dunlin.invoices.v1.InvoiceIssued", "\xff\xff", "", ERR_INVALID, "message_malformed" },
	{ "dunlin.invoices.v1.CreditNoteIssued", "\xff", "", ERR_INVALID, "message_malformed" },
	{ "dunlin.ledger.v1.OpenItemChanged", "\xff", "", ERR_INVALID, "message_malformed" },
	{ "dunlin.ledger.v1.ReceiptAllocated", "\xff", "", ERR_INVALID, "message_malformed" },
	{ "dunlin.customers.v1.MerchantDefined", "\xff", "", ERR_INVALID, "message_malformed" },
};

struct scene {
	struct world *w;
	struct uuid open, paid;
};

static struct scene scene_open(struct arena *arena)
{
	struct scene scene = { .w = world_open(arena) };
	struct world *w = scene.w;
	struct uuid through;

	world_item(w, 4, 1, CUSTOMER, 5000, "EUR");
	scene.paid = world_opened(w, 2);
	world_event(w, "evt_1", "checkout.session.completed", session_json(w, scene.paid, "complete", "paid", "pi_1", 5000));
	scene.open = world_opened(w, 1);
	through = world_checkout(w, 4);
	((struct attempt *)shelf_edit(&w->book->attempts, key_attempt(arena, MERCHANT, through)))->state = ATTEMPT_PROCESSING;
	return scene;
}

static const char *fill(const struct scene *scene, const char *from)
{
	struct arena *arena = scene->w->arena;
	struct text text;

	text_init(&text, arena);
	for (; *from != '\0'; from++) {
		struct uuid id = *from != '%'     ? (struct uuid){ { 0 } }
				 : from[1] == 'A' ? scene->open
				 : from[1] == 'P' ? scene->paid
						  : world_invoice(from[1] == 'I'   ? 1
								  : from[1] == 'J' ? 2
								  : from[1] == 'U' ? 3
								  : from[1] == 'R' ? 4
								  : from[1] == 'O' ? 9
										   : 99);

		if (*from == '%') {
			text_add(&text, uuid_text(arena, id));
			from++;
		} else
			text_char(&text, *from);
	}
	return text_done(&text).at == NULL ? "" : text_done(&text).at;
}

static void every_refusal_leaves_the_book_as_it_was_to_the_byte(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		struct scene scene = scene_open(*state);
		struct digest before = book_digest(scene.w->book), after;
		struct span payload = span_of(fill(&scene, r->payload));
		enum err err;

		if (strncmp(r->type, "dunlin.", 7) == 0)
			err = world_fact(scene.w, r->type, SPAN("nord:c1"), payload);
		else
			err = world_run(scene.w, r->type, payload, span_of(fill(&scene, r->target)));
		if (err != r->err || strcmp(scene.w->why.code, r->code) != 0)
			fail_msg("%s %s: %s %s", r->type, r->payload, scene.w->why.code, scene.w->why.text);
		after = book_digest(scene.w->book);
		assert_memory_equal(before.b, after.b, sizeof(before.b));
	}
}

/* Otherwise the test above can't fail: what is applied changes the digest. */
static void what_is_applied_changes_the_book(void **state)
{
	struct scene scene = scene_open(*state);
	struct digest before = book_digest(scene.w->book), after;

	(void)world_checkout(scene.w, 3);
	after = book_digest(scene.w->book);
	assert_true(memcmp(before.b, after.b, sizeof(before.b)) != 0);
}

static void every_handler_has_a_refusal_here(void **state)
{
	(void)state;
	for (const struct handler *h = payments_handlers; h->type != NULL; h++) {
		bool has_one = h->apply == NULL;

		for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
			has_one |= strcmp(refusals[i].type, h->type) == 0;
		if (!has_one)
			fail_msg("no refusal of %s", h->type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(every_refusal_leaves_the_book_as_it_was_to_the_byte),
		WITH_ARENA(what_is_applied_changes_the_book),
		cmocka_unit_test(every_handler_has_a_refusal_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
