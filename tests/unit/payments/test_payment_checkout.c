#include "world.h"

#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "dunlin/payments/v1/payments.pb-c.h"
#include "protobuf.h"

#define CHECKOUTS SPAN("/v1/checkouts")

static const char *invoice_text(struct world *w, int n)
{
	return uuid_text(w->arena, world_invoice(n));
}

static enum err checkout(struct world *w, const char *body)
{
	return world_run(w, "payments.CreateCheckout", span_of(body), CHECKOUTS);
}

static enum err checkout_part(struct world *w, int invoice, int part, int64_t minor)
{
	return checkout(w, TEXT(w, "{\"items\":[{\"invoice_id\":\"%s\",\"part\":%d,\"amount\":{\"minor\":%lld,\"currency\":\"EUR\"}}]}",
				   invoice_text(w, invoice), part, (long long)minor));
}

static struct uuid holder(struct world *w, int invoice, int part)
{
	return book_item(w->book, MERCHANT, world_invoice(invoice), part)->live_attempt;
}

static void open(struct world *w, struct uuid id)
{
	world_apply(w, "payments.OpenAttempt", wire_print_attempt(w->arena, id, CUSTOMER), SPAN(""));
}

static void a_checkout_answers_at_once_with_a_link_and_calls_nobody(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);

	assert_int_equal(w->reply->status, 201);
	assert_non_null(strstr(span_cstr(w->arena, w->reply->body), "\"pay_url\":\"https://pay.example/pay/"));
	world_expect_said(w, "AttemptCreated");
	world_expect(w, id, ATTEMPT_CREATED);
	assert_null(world_intent(w, id, INTENT_OPEN));
}

static void the_event_carries_the_whole_attempt(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Payments__V1__AttemptCreated *m;

	(void)world_checkout(w, 2);
	assert_int_equal(protobuf_read(w->arena, &dunlin__payments__v1__attempt_created__descriptor, w->said[0].payload,
				 (ProtobufCMessage **)(void *)&m, &w->why),
		OK);
	assert_true(span_is(w->said[0].key, "nord:c1"));
	assert_string_equal(m->merchant_id, "nord");
	assert_string_equal(m->customer_ref, "c1");
	assert_int_equal(m->revision, 1);
	assert_int_equal(m->attempt->n_items, 2);
	assert_int_equal(m->attempt->amount->minor, 5000);
	assert_int_equal(m->attempt->items[1]->part, 2);
	assert_string_equal(m->attempt->provider_account, "main");
	assert_false(m->attempt->live);
}

static void asking_again_gives_the_one_that_lives(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);

	assert_true(uuid_equal(world_checkout(w, 1), id));
	assert_int_equal(w->reply->status, 200);
	world_expect_said(w, "");
	open(w, id);
	assert_true(uuid_equal(world_checkout(w, 1), id));
}

static void another_amount_replaces_one_that_the_provider_never_heard_of_at_once(void **state)
{
	struct world *w = world_open(*state);
	struct uuid old = world_checkout(w, 1);

	assert_int_equal(checkout_part(w, 1, 1, 5000), OK);
	world_expect_said(w, "PaymentExpired AttemptCreated");
	world_expect(w, old, ATTEMPT_EXPIRED);
	assert_true(uuid_equal(world_attempt(w, old)->replaced_by, holder(w, 1, 1)));
}

static void one_at_the_provider_is_ended_there_before_another_is_made(void **state)
{
	struct world *w = world_open(*state);
	struct uuid old = world_opened(w, 1), new;

	assert_int_equal(checkout_part(w, 1, 1, 5000), OK);
	world_expect_said(w, "AttemptCreated");
	world_expect(w, old, ATTEMPT_CLOSING);
	assert_true(world_intent(w, old, INTENT_EXPIRE)->is_due);
	new = holder(w, 1, 1);
	assert_false(uuid_equal(new, old));
	world_claim(w, old, INTENT_EXPIRE);
	world_answer(w, old, old, INTENT_EXPIRE, true, false, 200, session_json(w, old, "expired", "unpaid", NULL, 10000));
	world_expect(w, old, ATTEMPT_EXPIRED);
	world_expect_said(w, "PaymentExpired");
	assert_true(uuid_equal(holder(w, 1, 1), new));
}

static void the_payer_was_quicker_so_what_was_to_take_its_place_goes(void **state)
{
	struct world *w = world_open(*state);
	struct uuid old = world_opened(w, 1), new;

	assert_int_equal(checkout_part(w, 1, 1, 5000), OK);
	new = holder(w, 1, 1);
	world_event(w, "evt_1", "checkout.session.completed", session_json(w, old, "complete", "paid", "pi_1", 10000));
	world_expect(w, old, ATTEMPT_SUCCEEDED);
	world_expect(w, new, ATTEMPT_EXPIRED);
	assert_true(uuid_equal(world_attempt(w, new)->replaced_by, old));
}

static void one_whose_payer_is_through_is_not_replaced(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_1", "checkout.session.completed", session_json(w, id, "complete", "unpaid", "pi_1", 10000));
	world_expect(w, id, ATTEMPT_PROCESSING);
	assert_int_equal(checkout_part(w, 1, 1, 5000), ERR_CONFLICT);
	assert_string_equal(w->why.code, "payment_under_way");
}

/* ---- the session ---- */

static void opening_commits_to_a_call_and_pressing_again_changes_nothing(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);
	const char *before;

	open(w, id);
	world_expect(w, id, ATTEMPT_OPENING);
	assert_true(world_intent(w, id, INTENT_OPEN)->is_due);
	before = world_print(w, id);
	open(w, id);
	assert_string_equal(world_print(w, id), before);
}

static void a_call_without_an_answer_leaves_the_attempt_unknown_and_asks(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	world_answer(w, id, id, INTENT_OPEN, true, true, 0, "");
	world_expect(w, id, ATTEMPT_UNKNOWN);
	world_expect_said(w, "PaymentUnknown");
	assert_false(world_intent(w, id, INTENT_OPEN)->is_due);
	assert_true(world_intent(w, id, INTENT_ASK)->is_due);
	assert_int_equal(world_intent(w, id, INTENT_ASK)->next_at.us, w->now.us + 30 * SECOND);
}

static void asking_finds_the_session_by_our_own_reference(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	world_answer(w, id, id, INTENT_OPEN, true, false, 500, "{}");
	world_claim(w, id, INTENT_ASK);
	w->now.us += 30 * SECOND;
	world_answer(w, id, id, INTENT_ASK, true, false, 200,
		TEXT(w, "{\"object\":\"list\",\"has_more\":true,\"data\":[%s]}",
			session_json(w, world_invoice(88), "open", "unpaid", NULL, 1)));
	assert_true(span_is(world_intent(w, id, INTENT_ASK)->cursor, "cs_1"));
	assert_true(world_intent(w, id, INTENT_ASK)->next_at.us <= w->now.us);
	world_claim(w, id, INTENT_ASK);
	world_answer(w, id, id, INTENT_ASK, true, false, 200,
		TEXT(w, "{\"object\":\"list\",\"has_more\":false,\"data\":[%s]}", session_json(w, id, "complete", "paid", "pi_1", 10000)));
	world_expect(w, id, ATTEMPT_SUCCEEDED);
}

static void what_the_provider_does_not_have_is_asked_for_again_under_the_same_key_while_it_remembers(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);
	const char *none = "{\"object\":\"list\",\"has_more\":false,\"data\":[]}";

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	world_answer(w, id, id, INTENT_OPEN, true, true, 0, "");
	w->now.us += 30 * SECOND;
	world_claim(w, id, INTENT_ASK);
	world_answer(w, id, id, INTENT_ASK, true, false, 200, none);
	world_expect(w, id, ATTEMPT_UNKNOWN);
	assert_true(world_intent(w, id, INTENT_OPEN)->is_due);
	world_claim(w, id, INTENT_OPEN);
	world_answer(w, id, id, INTENT_OPEN, true, true, 0, "");
	world_expect(w, id, ATTEMPT_UNKNOWN);
	assert_false(world_intent(w, id, INTENT_OPEN)->is_due);
	assert_true(world_intent(w, id, INTENT_ASK)->is_due);
	w->now.us += 24 * 3600 * SECOND;
	world_claim(w, id, INTENT_ASK);
	world_answer(w, id, id, INTENT_ASK, true, false, 200, none);
	world_expect(w, id, ATTEMPT_EXPIRED);
	assert_false(world_intent(w, id, INTENT_OPEN)->is_due);
}

static void a_call_that_never_left_is_made_again_later(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	world_answer(w, id, id, INTENT_OPEN, false, false, 0, "");
	world_expect(w, id, ATTEMPT_OPENING);
	assert_int_equal(world_intent(w, id, INTENT_OPEN)->next_at.us, w->now.us + 30 * SECOND);
}

static void the_late_answer_of_an_earlier_call_puts_off_no_later_one(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);
	struct intent before;

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	world_claim(w, id, INTENT_OPEN);
	before = *world_intent(w, id, INTENT_OPEN);
	world_answer_of(w, 1, id, id, INTENT_OPEN, false, false, 0, "");
	assert_int_equal(world_intent(w, id, INTENT_OPEN)->rung, before.rung);
	assert_int_equal(world_intent(w, id, INTENT_OPEN)->next_at.us, before.next_at.us);
	world_answer_of(w, 2, id, id, INTENT_OPEN, false, false, 0, "");
	assert_int_equal(world_intent(w, id, INTENT_OPEN)->rung, before.rung + 1);
}

static void a_provider_that_refuses_fails_the_attempt_and_tells_a_person(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	world_answer(w, id, id, INTENT_OPEN, true, false, 400,
		"{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"amount_too_small\",\"param\":\"line_items\"}}");
	world_expect(w, id, ATTEMPT_FAILED);
	world_expect_said(w, "PaymentFailed");
	assert_non_null(strstr(world_alarm(w, "provider_refused", span_of(uuid_text(w->arena, id)))->detail.at, "amount_too_small"));
	assert_true(uuid_is_zero(holder(w, 1, 1)));
}

static void an_answer_that_comes_late_for_an_ended_attempt_ends_its_session(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	assert_int_equal(checkout_part(w, 1, 1, 5000), OK);
	world_expect(w, id, ATTEMPT_CLOSING);
	assert_false(world_intent(w, id, INTENT_OPEN)->is_due);
	assert_true(world_intent(w, id, INTENT_ASK)->is_due);
	world_answer(w, id, id, INTENT_OPEN, true, false, 200, session_json(w, id, "open", "unpaid", NULL, 10000));
	world_expect(w, id, ATTEMPT_CLOSING);
	assert_true(world_intent(w, id, INTENT_EXPIRE)->is_due);
}

static void one_to_be_ended_that_the_provider_does_not_have_after_minutes_is_gone(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);
	const char *none = "{\"object\":\"list\",\"has_more\":false,\"data\":[]}";

	open(w, id);
	world_claim(w, id, INTENT_OPEN);
	assert_int_equal(checkout_part(w, 1, 1, 5000), OK);
	for (int i = 0; i < 3; i++) {
		world_expect(w, id, ATTEMPT_CLOSING);
		w->now = world_intent(w, id, INTENT_ASK)->next_at;
		world_claim(w, id, INTENT_ASK);
		world_answer(w, id, id, INTENT_ASK, true, false, 200, none);
	}
	world_expect(w, id, ATTEMPT_EXPIRED);
}

static void a_link_that_is_not_used_in_time_expires(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_checkout(w, 1);
	struct span named = wire_print_attempt(w->arena, id, CUSTOMER);

	world_apply(w, "payments.ExpireAttempt", named, SPAN(""));
	world_expect(w, id, ATTEMPT_CREATED);
	w->now = world_attempt(w, id)->expires_at;
	world_apply(w, "payments.ExpireAttempt", named, SPAN(""));
	world_expect(w, id, ATTEMPT_EXPIRED);
	world_expect_said(w, "PaymentExpired");
	world_apply(w, "payments.OpenAttempt", named, SPAN(""));
	world_expect(w, id, ATTEMPT_EXPIRED);
}

static void the_fee_is_asked_for_when_no_event_tells_it(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	world_event(w, "evt_1", "charge.succeeded", charge_json(w, "\"txn_1\"", 0));
	world_event(w, "evt_2", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	assert_true(world_intent(w, id, INTENT_FEE)->is_due);
	world_claim(w, id, INTENT_FEE);
	world_answer(w, id, id, INTENT_FEE, true, false, 200,
		"{\"id\":\"txn_1\",\"object\":\"balance_transaction\",\"type\":\"charge\",\"amount\":10000,\"fee\":175,\"net\":9825,\"currency\":\"eur\",\"source\":\"ch_1\"}");
	world_expect_said(w, "PaymentFeeKnown");
	assert_int_equal(world_attempt(w, id)->fee.minor, 175);
	assert_false(world_intent(w, id, INTENT_FEE)->is_due);
}

/* ---- facts ---- */

static struct span stream_key(void)
{
	return SPAN("nord:c1");
}

static void ledger_says(struct world *w, int invoice, uint64_t revision, int64_t open_minor)
{
	Dunlin__Ledger__V1__OpenItemChanged m = DUNLIN__LEDGER__V1__OPEN_ITEM_CHANGED__INIT;
	Dunlin__Type__V1__Money amount = DUNLIN__TYPE__V1__MONEY__INIT, rest = DUNLIN__TYPE__V1__MONEY__INIT;
	struct uuid id = world_invoice(invoice);
	char merchant[] = "nord", customer[] = "c1", number[] = "NORD-1", eur[] = "EUR";

	m.merchant_id = merchant;
	m.customer_ref = customer;
	m.invoice_id = protobuf_data(uuid_span(&id));
	m.revision = revision;
	m.part = 1;
	m.invoice_number = number;
	amount.minor = 10000;
	rest.minor = open_minor;
	amount.currency = rest.currency = eur;
	m.amount = &amount;
	m.open = &rest;
	assert_int_equal(world_fact(w, "dunlin.ledger.v1.OpenItemChanged", stream_key(), protobuf_print(w->arena, &m.base)), OK);
}

static void what_is_open_follows_the_highest_revision(void **state)
{
	struct world *w = world_open(*state);
	const struct item *item = book_item(w->book, MERCHANT, world_invoice(1), 1);

	ledger_says(w, 1, 3, 4000);
	assert_int_equal(item_payable(item).minor, 4000);
	ledger_says(w, 1, 2, 9000);
	ledger_says(w, 1, 3, 8000);
	assert_int_equal(item_payable(item).minor, 4000);
	ledger_says(w, 1, 4, 10000);
	assert_int_equal(item_payable(item).minor, 10000);
}

static void an_attempt_for_more_than_is_open_is_ended(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);

	ledger_says(w, 1, 1, 10000);
	world_expect(w, id, ATTEMPT_OPEN);
	ledger_says(w, 1, 2, 0);
	world_expect(w, id, ATTEMPT_CLOSING);
	assert_true(world_intent(w, id, INTENT_EXPIRE)->is_due);
}

static void the_ledger_may_come_before_the_invoice_and_a_credit_before_both(void **state)
{
	struct item forth = { .part = 1 }, back = forth;
	struct currency eur;
	struct money amount;

	(void)state;
	assert_int_equal(currency_parse(SPAN("EUR"), &eur), OK);
	amount = (struct money){ 10000, eur };
	item_issue(&forth, SPAN("N-1"), amount, (struct date){ 9 });
	item_credit(&forth, 2, 1000);
	item_credit(&forth, 3, 3000);
	item_follow_ledger(&forth, 1, SPAN("N-1"), amount, 10000);
	item_follow_ledger(&back, 1, SPAN("N-1"), amount, 10000);
	item_credit(&back, 3, 3000);
	item_credit(&back, 2, 1000);
	item_issue(&back, SPAN("N-1"), amount, (struct date){ 9 });
	item_issue(&back, SPAN("N-1"), amount, (struct date){ 9 });
	assert_int_equal(item_payable(&forth).minor, 7000);
	assert_int_equal(item_payable(&back).minor, 7000);
	assert_int_equal(forth.due.day, back.due.day);
}

static void the_ledger_takes_over_what_a_payment_took(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1);
	Dunlin__Ledger__V1__ReceiptAllocated m = DUNLIN__LEDGER__V1__RECEIPT_ALLOCATED__INIT;
	Dunlin__Ledger__V1__Receipt receipt = DUNLIN__LEDGER__V1__RECEIPT__INIT;
	char merchant[] = "nord", customer[] = "c1";

	world_event(w, "evt_1", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	assert_int_equal(book_item(w->book, MERCHANT, world_invoice(1), 1)->taken, 10000);
	m.merchant_id = merchant;
	m.customer_ref = customer;
	m.revision = 1;
	m.receipt = &receipt;
	receipt.kind = DUNLIN__LEDGER__V1__RECEIPT_KIND__RECEIPT_KIND_PROVIDER;
	receipt.source_id = protobuf_data(uuid_span(&id));
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(world_fact(w, "dunlin.ledger.v1.ReceiptAllocated", stream_key(), protobuf_print(w->arena, &m.base)), OK);
		assert_int_equal(book_item(w->book, MERCHANT, world_invoice(1), 1)->taken, 0);
	}
}

static void a_fact_of_another_customer_than_its_key_names_is_malformed(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Invoices__V1__InvoiceIssued m = DUNLIN__INVOICES__V1__INVOICE_ISSUED__INIT;
	char merchant[] = "nord", customer[] = "c2";

	m.merchant_id = merchant;
	m.customer_ref = customer;
	assert_int_equal(world_fact(w, "dunlin.invoices.v1.InvoiceIssued", stream_key(), protobuf_print(w->arena, &m.base)), ERR_INVALID);
	assert_string_equal(w->why.code, "key_wrong");
}

/* ---- payouts ---- */

static const char *line_json(struct world *w, int n, const char *type, int64_t amount, int64_t fee, const char *source)
{
	return TEXT(w,
		"{\"id\":\"txn_%d\",\"object\":\"balance_transaction\",\"type\":\"%s\",\"amount\":%lld,\"fee\":%lld,\"net\":%lld,\"currency\":\"eur\",\"source\":\"%s\"}",
		n, type, (long long)amount, (long long)fee, (long long)(amount - fee), source);
}

static void payout_page(struct world *w, int call, const char *body)
{
	const struct payout *payout = shelf_find(&w->book->payouts, key_payout(w->arena, MERCHANT, ACCOUNT, SPAN("po_1")));
	struct call_answer answer = { .kind = INTENT_PAYOUT,
		.subject = payout->id,
		.payout = SPAN("po_1"),
		.call = call,
		.sent = true,
		.status = 200,
		.body = span_of(body) };

	world_apply(w, "payments.CallAnswered", wire_print_answer(w->arena, &answer), SPAN(""));
}

static const char payout_json[] =
	"{\"id\":\"po_1\",\"object\":\"payout\",\"livemode\":false,\"status\":\"paid\",\"amount\":9625,\"currency\":\"eur\",\"arrival_date\":1790208000,"
	"\"statement_descriptor\":\"STRIPE NORD\"}";

static void a_payout_is_told_when_its_last_line_is_here(void **state)
{
	struct world *w = world_open(*state);
	struct uuid id = world_opened(w, 1), payout;
	Dunlin__Payments__V1__PayoutLines *lines;
	Dunlin__Payments__V1__PayoutPaid *paid;

	world_event(w, "evt_1", "checkout.session.completed", session_json(w, id, "complete", "paid", "pi_1", 10000));
	world_event(w, "evt_2", "charge.succeeded", charge_json(w, "\"txn_1\"", 0));
	world_event(w, "evt_3", "payout.paid", payout_json);
	world_expect_said(w, "");
	payout = ((const struct payout *)shelf_find(&w->book->payouts, key_payout(w->arena, MERCHANT, ACCOUNT, SPAN("po_1"))))->id;
	world_claim(w, payout, INTENT_PAYOUT);
	payout_page(w, 1,
		TEXT(w, "{\"has_more\":true,\"data\":[%s,%s]}", line_json(w, 9, "payout", -9625, 0, "po_1"),
			line_json(w, 1, "charge", 10000, 175, "ch_1")));
	world_expect_said(w, "");
	world_claim(w, payout, INTENT_PAYOUT);
	/* An answer that was overtaken. */
	payout_page(w, 1, TEXT(w, "{\"has_more\":false,\"data\":[%s]}", line_json(w, 1, "charge", 10000, 175, "ch_1")));
	world_expect_said(w, "");
	payout_page(w, 2, TEXT(w, "{\"has_more\":false,\"data\":[%s]}", line_json(w, 2, "stripe_fee", -200, 0, "fee_1")));
	world_expect_said(w, "PayoutLines PayoutPaid");
	assert_true(span_is(w->said[0].key, "nord:@provider:main"));
	assert_int_equal(protobuf_read(w->arena, &dunlin__payments__v1__payout_lines__descriptor, w->said[0].payload,
				 (ProtobufCMessage **)(void *)&lines, &w->why),
		OK);
	assert_int_equal(lines->n_lines, 2);
	assert_int_equal(lines->lines[0]->gross->minor, 10000);
	assert_int_equal(lines->lines[0]->attempt_id.len, 16);
	assert_string_equal(lines->lines[0]->payer_ref, "c1");
	assert_string_equal(lines->lines[0]->provider_payment, "pi_1");
	assert_int_equal(lines->lines[1]->kind, DUNLIN__PAYMENTS__V1__PAYOUT_LINE_KIND__PAYOUT_LINE_KIND_FEE);
	assert_int_equal(lines->lines[1]->gross->minor, 0);
	assert_int_equal(lines->lines[1]->fee->minor, 200);
	assert_int_equal(protobuf_read(w->arena, &dunlin__payments__v1__payout_paid__descriptor, w->said[1].payload,
				 (ProtobufCMessage **)(void *)&paid, &w->why),
		OK);
	assert_int_equal(paid->line_count, 2);
	assert_int_equal(paid->gross->minor - paid->fees->minor, paid->amount->minor);
	assert_null(world_alarm(w, "payout_mismatch", SPAN("po_1")));
}

static void a_payout_whose_lines_do_not_make_it_is_told_and_alarmed(void **state)
{
	struct world *w = world_open(*state);
	struct uuid payout;

	world_event(w, "evt_1", "payout.paid", payout_json);
	payout = ((const struct payout *)shelf_find(&w->book->payouts, key_payout(w->arena, MERCHANT, ACCOUNT, SPAN("po_1"))))->id;
	world_claim(w, payout, INTENT_PAYOUT);
	payout_page(w, 1, TEXT(w, "{\"has_more\":false,\"data\":[%s]}", line_json(w, 1, "charge", 10000, 175, "ch_9")));
	world_expect_said(w, "PayoutLines PayoutPaid");
	assert_non_null(world_alarm(w, "payout_mismatch", SPAN("po_1")));
}

static void a_payout_that_was_paid_and_failed_comes_to_the_same_in_any_order(void **state)
{
	const char *failed =
		"{\"id\":\"po_1\",\"livemode\":false,\"status\":\"failed\",\"amount\":9625,\"currency\":\"eur\",\"arrival_date\":1790208000}";

	for (int first = 0; first < 2; first++) {
		struct world *w = world_open(*state);
		const struct payout *payout;

		world_event(w, "evt_1", first ? "payout.failed" : "payout.paid", first ? failed : payout_json);
		world_event(w, "evt_2", first ? "payout.paid" : "payout.failed", first ? payout_json : failed);
		payout = shelf_find(&w->book->payouts, key_payout(w->arena, MERCHANT, ACCOUNT, SPAN("po_1")));
		assert_true(payout->failed);
		assert_int_equal(payout->state, PAYOUT_PAID);
		assert_non_null(world_alarm(w, "payout_failed", SPAN("po_1")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_checkout_answers_at_once_with_a_link_and_calls_nobody),
		WITH_ARENA(the_event_carries_the_whole_attempt),
		WITH_ARENA(asking_again_gives_the_one_that_lives),
		WITH_ARENA(another_amount_replaces_one_that_the_provider_never_heard_of_at_once),
		WITH_ARENA(one_at_the_provider_is_ended_there_before_another_is_made),
		WITH_ARENA(the_payer_was_quicker_so_what_was_to_take_its_place_goes),
		WITH_ARENA(one_whose_payer_is_through_is_not_replaced),
		WITH_ARENA(opening_commits_to_a_call_and_pressing_again_changes_nothing),
		WITH_ARENA(a_call_without_an_answer_leaves_the_attempt_unknown_and_asks),
		WITH_ARENA(asking_finds_the_session_by_our_own_reference),
		WITH_ARENA(what_the_provider_does_not_have_is_asked_for_again_under_the_same_key_while_it_remembers),
		WITH_ARENA(a_call_that_never_left_is_made_again_later),
		WITH_ARENA(the_late_answer_of_an_earlier_call_puts_off_no_later_one),
		WITH_ARENA(a_provider_that_refuses_fails_the_attempt_and_tells_a_person),
		WITH_ARENA(an_answer_that_comes_late_for_an_ended_attempt_ends_its_session),
		WITH_ARENA(one_to_be_ended_that_the_provider_does_not_have_after_minutes_is_gone),
		WITH_ARENA(a_link_that_is_not_used_in_time_expires),
		WITH_ARENA(the_fee_is_asked_for_when_no_event_tells_it),
		WITH_ARENA(what_is_open_follows_the_highest_revision),
		WITH_ARENA(an_attempt_for_more_than_is_open_is_ended),
		WITH_ARENA(the_ledger_may_come_before_the_invoice_and_a_credit_before_both),
		WITH_ARENA(the_ledger_takes_over_what_a_payment_took),
		WITH_ARENA(a_fact_of_another_customer_than_its_key_names_is_malformed),
		WITH_ARENA(a_payout_is_told_when_its_last_line_is_here),
		WITH_ARENA(a_payout_whose_lines_do_not_make_it_is_told_and_alarmed),
		WITH_ARENA(a_payout_that_was_paid_and_failed_comes_to_the_same_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
