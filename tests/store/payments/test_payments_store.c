#include "world.h"

#include <pthread.h>

#include "payments_queries.h"
#include "settings.h"

/* What is in the book after a batch is what is read by the next: the attempt as JSON from its row. */
static const char *shown(struct world *w, struct uuid id)
{
	const struct attempt *attempt;
	const struct policy *policy;
	struct why why = { .err = OK };

	assert_int_equal(settings_policy(&policy, &why), OK);
	assert_int_equal(store_attempt(w->db, w->arena, SPAN("nord"), id, &attempt, &why), OK);
	assert_non_null(attempt);
	return span_cstr(w->arena, wire_attempt_json(w->arena, attempt, policy));
}

static void every_statement_is_one_that_the_database_takes(void **state)
{
	struct world *w = *state;
	struct why why = { .err = OK };

	for (size_t i = 0; payments_queries[i] != NULL; i++)
		if (db_script(w->db, TEXT(w, "prepare s%zu as %s; deallocate s%zu", i, payments_queries[i]->sql, i), &why) != OK)
			fail_msg("%s: %s", payments_queries[i]->name, why.text);
}

static void a_payment_goes_all_the_way(void **state)
{
	struct world *w = *state;
	struct uuid id = world_opened(w, 1);
	struct due_call *calls;
	const char *json;

	world_do(w, world_event(w, "evt_1", "charge.succeeded", charge_json(w, 1, 0)));
	assert_string_equal(world_word(w, "select state from webhook where event_id = 'evt_1'"), "loose");
	world_do(w, world_event(w, "evt_2", "checkout.session.completed", session_json(w, 1, id, "complete", "paid")));
	assert_string_equal(world_word(w, "select state from webhook where event_id = 'evt_1'"), "applied");
	assert_string_equal(world_state(w, id), "succeeded");
	assert_int_equal(world_number(w, "select taken from item where part = 1 and invoice_id::text like '%001'"), 10000);
	assert_int_equal(world_claim(w, &calls), 1);
	assert_int_equal(calls[0].intent.kind, INTENT_FEE);
	assert_true(span_is(calls[0].attempt.fee_source, "txn_1"));
	world_answer(w, &calls[0], false, 200,
		"{\"id\":\"txn_1\",\"type\":\"charge\",\"amount\":10000,\"fee\":175,\"net\":9825,\"currency\":\"eur\",\"source\":\"ch_1\"}");
	world_do(w,
		world_event(w, "evt_3", "refund.created",
			"{\"id\":\"re_1\",\"amount\":2500,\"currency\":\"eur\",\"status\":\"succeeded\",\"payment_intent\":\"pi_1\",\"charge\":\"ch_1\",\"created\":1795435400}"));
	json = shown(w, id);
	assert_non_null(strstr(json, "\"state\":\"succeeded\""));
	assert_non_null(strstr(json, "\"payment\":\"pi_1\",\"charge\":\"ch_1\",\"method\":\"card\""));
	assert_non_null(strstr(json, "\"fee\":{\"minor\":175"));
	assert_non_null(strstr(json, "\"refunded\":{\"minor\":2500"));
	assert_non_null(strstr(json, "\"provider_refund\":\"re_1\""));
	assert_non_null(strstr(json, "\"invoice_number\":\"NORD-1\""));
	assert_string_equal(
		world_word(
			w, "select string_agg(split_part(type, '.', 4), ' ' order by seq) from outbox where topic = 'dunlin.payments.v1'"),
		"AttemptCreated PaymentSucceeded PaymentFeeKnown PaymentRefunded");
	assert_int_equal(world_number(w, "select count(*) from outbox where part_key <> 'nord:c1'"), 0);
	assert_int_equal(world_number(w, "select count(*) from intent where is_due and kind <> 'ask'"), 0);
	assert_int_equal(world_number(w, "select count(*) from intent where lease_until is not null"), 0);
}

/* All tables that a batch leaves, as one text without what differs between two runs. */
static const char *tables(struct world *w)
{
	return world_word(w,
		"select string_agg(row::text, e'\\n' order by row::text) from ("
		"select row(state, revision, captured, refunded, session, payment, charge, decline_code, question) as row from attempt"
		" union all select row(kind, subject, detail) from alarm"
		" union all select row(event_id, state, type) from webhook"
		" union all select row(provider_refund, amount, state, told) from refund"
		" union all select row(number, open, taken, live_attempt is null) from item) t");
}

static void one_batch_and_many_batches_leave_the_same(void **state)
{
	struct world *w = *state;
	char *first = NULL;

	for (int alone = 0; alone < 2; alone++) {
		struct uuid id = world_opened(w, 1);
		struct message *m[] = {
			world_event(w, "evt_1", "charge.succeeded", charge_json(w, 1, 0)),
			world_event(w, "evt_2", "refund.created",
				"{\"id\":\"re_1\",\"amount\":2500,\"currency\":\"eur\",\"status\":\"succeeded\",\"payment_intent\":\"pi_1\",\"created\":1795435400}"),
			world_event(w, "evt_3", "checkout.session.completed", session_json(w, 1, id, "complete", "paid")),
			world_event(w, "evt_4", "charge.refunded", charge_json(w, 1, 2500)),
			world_event(w, "evt_5", "charge.succeeded", charge_json(w, 1, 0)),
			world_event(w, "evt_6", "customer.updated", "{\"id\":\"cus_1\"}"),
		};

		if (alone == 0)
			world_run(w, m, sizeof(m) / sizeof(m[0]));
		for (size_t i = 0; alone == 1 && i < sizeof(m) / sizeof(m[0]); i++)
			world_do(w, m[i]);
		if (first == NULL)
			first = strdup(tables(w));
		else
			assert_string_equal(tables(w), first);
		assert_non_null(strstr(first, "(evt_5,repeated,"));
		world_close(state);
		assert_int_equal(world_open(state), 0);
		w = *state;
	}
	free(first);
}

struct sender {
	struct message m;
	enum err err;
};

static void *deliver(void *arg)
{
	struct sender *s = arg;
	struct db *db = world_connect();
	struct unit *unit = unit_open(&world_service, db);
	struct message *m = &s->m;
	struct why why = { .err = OK };

	do
		s->err = unit_run(unit, &m, 1, NULL, 0, &why);
	while (s->err == ERR_RETRY);
	unit_close(unit);
	db_close(db);
	return NULL;
}

static void ten_at_once_are_one(void **state)
{
	struct world *w = *state;
	struct uuid id = world_opened(w, 1);
	struct message *m = world_event(w, "evt_1", "checkout.session.completed", session_json(w, 1, id, "complete", "paid"));
	struct sender senders[10];
	pthread_t threads[10];
	int applied = 0;

	for (int i = 0; i < 10; i++) {
		senders[i] = (struct sender){ .m = *m };
		assert_int_equal(pthread_create(&threads[i], NULL, deliver, &senders[i]), 0);
	}
	for (int i = 0; i < 10; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(senders[i].err, OK);
		applied += senders[i].m.outcome == OUTCOME_APPLIED;
	}
	assert_int_equal(applied, 1);
	assert_int_equal(world_number(w, "select count(*) from webhook"), 1);
	assert_int_equal(world_number(w, "select count(*) from outbox where type like '%PaymentSucceeded'"), 1);
	assert_int_equal(world_number(w, "select revision from attempt"), 2);
}

/* Five kinds of event of one payment, all at once, ten rounds. */
static void events_of_one_payment_at_once_come_to_the_same(void **state)
{
	for (int round = 0; round < 10; round++) {
		struct world *w = *state;
		struct uuid id = world_opened(w, 1);
		struct message *m[] = {
			world_event(w, "evt_1", "charge.succeeded", charge_json(w, 1, 0)),
			world_event(w, "evt_2", "checkout.session.completed", session_json(w, 1, id, "complete", "paid")),
			world_event(w, "evt_3", "charge.refunded", charge_json(w, 1, 1000)),
			world_event(w, "evt_4", "refund.created",
				"{\"id\":\"re_1\",\"amount\":1000,\"currency\":\"eur\",\"status\":\"succeeded\",\"payment_intent\":\"pi_1\",\"created\":1795435400}"),
			world_event(w, "evt_5", "charge.updated", charge_json(w, 1, 0)),
		};
		struct sender senders[5];
		pthread_t threads[5];

		for (int i = 0; i < 5; i++) {
			senders[i] = (struct sender){ .m = *m[i] };
			assert_int_equal(pthread_create(&threads[i], NULL, deliver, &senders[i]), 0);
		}
		for (int i = 0; i < 5; i++) {
			pthread_join(threads[i], NULL);
			assert_int_equal(senders[i].m.outcome, OUTCOME_APPLIED);
		}
		(void)world_tick(w, "join");
		assert_int_equal(world_number(w, "select count(*) from webhook where state <> 'applied'"), 0);
		assert_string_equal(world_word(w, "select row(state, captured, refunded, payment, charge) from attempt"),
			"(succeeded,10000,1000,pi_1,ch_1)");
		world_close(state);
		assert_int_equal(world_open(state), 0);
	}
}

static void a_webhook_before_our_row_is_kept_and_joined_when_the_row_arrives(void **state)
{
	struct world *w = *state;
	struct uuid id = world_opened(w, 1);
	const char *text = uuid_text(w->arena, id);

	/* As if a restore had brought back a database from before the checkout. */
	world_script(w,
		"create table kept as table attempt; create table kept_items as table attempt_item; create table kept_intents as table intent;"
		"delete from intent; delete from attempt_item; update item set live_attempt = null; delete from attempt");
	world_do(w, world_event(w, "evt_1", "checkout.session.completed", session_json(w, 1, id, "complete", "paid")));
	assert_string_equal(world_word(w, "select state from webhook"), "loose");
	assert_int_equal(world_tick(w, "join"), 0);
	world_script(w,
		TEXT(w,
			"insert into attempt select * from kept; insert into attempt_item select * from kept_items; insert into intent select * from kept_intents;"
			"update item set live_attempt = '%s' where invoice_id::text like '%%001'; drop table kept, kept_items, kept_intents",
			text));
	assert_int_equal(world_tick(w, "join"), 1);
	assert_string_equal(world_state(w, id), "succeeded");
	assert_string_equal(world_word(w, "select state from webhook"), "applied");
	assert_int_equal(world_tick(w, "join"), 0);
}

static void what_waits_past_its_deadline_is_an_alarm_once(void **state)
{
	struct world *w = *state;

	world_do(w, world_event(w, "evt_1", "charge.succeeded", charge_json(w, 9, 0)));
	assert_int_equal(world_tick(w, "overdue"), 0);
	world_wait(w, 24 * 3600);
	assert_int_equal(world_tick(w, "overdue"), 1);
	assert_int_equal(world_tick(w, "overdue"), 0);
	assert_string_equal(world_word(w, "select kind from alarm where closed_at is null"), "reference_missing");
}

static void an_alarm_closes_when_what_was_missing_comes(void **state)
{
	struct world *w = *state;
	struct uuid id = world_opened(w, 1);

	world_do(w, world_event(w, "evt_1", "charge.succeeded", charge_json(w, 1, 0)));
	world_wait(w, 24 * 3600);
	assert_int_equal(world_tick(w, "overdue"), 1);
	assert_int_equal(world_number(w, "select count(*) from alarm where closed_at is null"), 1);
	world_do(w, world_event(w, "evt_2", "checkout.session.completed", session_json(w, 1, id, "complete", "paid")));
	assert_string_equal(world_word(w, "select closed_by || ' ' || (detail <> '') from alarm"), "machine true");
}

static void an_event_with_other_bytes_is_an_alarm_and_is_not_stored(void **state)
{
	struct world *w = *state;
	struct uuid id = world_opened(w, 1);
	struct message *good = world_event(w, "evt_1", "checkout.session.completed", session_json(w, 1, id, "complete", "paid"));
	struct message *other = world_event(w, "evt_1", "checkout.session.completed", session_json(w, 2, id, "complete", "paid"));

	world_do(w, good);
	world_do(w, other);
	assert_int_equal(world_number(w, "select count(*) from webhook"), 1);
	assert_string_equal(world_word(w, "select kind || ' ' || subject from alarm"), "webhook_conflict evt_1");
}

static void another_merchants_account_knows_nothing_of_it(void **state)
{
	struct world *w = *state;
	struct uuid id = world_opened(w, 1);
	struct message *m = world_event(w, "evt_1", "checkout.session.completed", session_json(w, 1, id, "complete", "paid"));

	m->merchant = SPAN("volt");
	world_do(w, m);
	assert_string_equal(world_state(w, id), "open");
	assert_string_equal(world_word(w, "select state from webhook where merchant_id = 'volt'"), "loose");
	assert_int_equal(world_tick(w, "join"), 0);
}

static void another_session_waits_until_the_one_before_is_closed(void **state)
{
	struct world *w = *state;
	struct uuid old = world_opened(w, 1), new;
	struct due_call *calls;
	const char *json = TEXT(w, "{\"items\":[{\"invoice_id\":\"%s\",\"part\":1,\"amount\":{\"minor\":5000,\"currency\":\"EUR\"}}]}",
		uuid_text(w->arena, world_invoice(1)));
	struct message *open;

	world_do(w, world_command(w, "nord", "CreateCheckout", "/v1/checkouts", json));
	assert_string_equal(world_state(w, old), "closing");
	assert_int_equal(uuid_parse(span_of(world_word(w, "select live_attempt from item where invoice_id::text like '%001'")), &new), OK);
	open = world_command(w, "nord", "OpenAttempt", "", "");
	open->payload = wire_print_attempt(w->arena, new, SPAN("c1"));
	open->fate = FATE_SET_ASIDE;
	world_do(w, open);
	assert_int_equal(world_claim(w, &calls), 1);
	assert_int_equal(calls[0].intent.kind, INTENT_EXPIRE);
	assert_int_equal(world_claim(w, &calls), 0);
	assert_int_equal(world_number(w, "select count(*) from intent where lease_until is not null"), 1);
	calls = NULL;
	world_script(w, "update intent set lease_until = clock_timestamp() - interval '1 s' where lease_until is not null");
	assert_int_equal(world_tick(w, "lapse"), 1);
	assert_string_equal(world_state(w, old), "closing");
	world_wait(w, 30);
	assert_int_equal(world_claim(w, &calls), 1);
	assert_int_equal(calls[0].intent.kind, INTENT_EXPIRE);
	assert_int_equal(calls[0].intent.tries, 2);
	world_answer(w, &calls[0], false, 200, session_json(w, 1, old, "expired", "unpaid"));
	assert_string_equal(world_state(w, old), "expired");
	assert_int_equal(world_claim(w, &calls), 1);
	assert_int_equal(calls[0].intent.kind, INTENT_OPEN);
	assert_true(uuid_equal(calls[0].attempt.id, new));
}

static void a_call_whose_maker_is_gone_is_one_without_an_answer(void **state)
{
	struct world *w = *state;
	struct uuid id = world_checkout(w, 1);
	struct message *open = world_command(w, "nord", "OpenAttempt", "", "");
	struct due_call *calls;

	open->payload = wire_print_attempt(w->arena, id, SPAN("c1"));
	open->fate = FATE_SET_ASIDE;
	world_do(w, open);
	assert_int_equal(world_claim(w, &calls), 1);
	assert_int_equal(world_tick(w, "lapse"), 0);
	world_script(w, "update intent set lease_until = clock_timestamp() - interval '1 s' where lease_until is not null");
	assert_int_equal(world_tick(w, "lapse"), 1);
	assert_string_equal(world_state(w, id), "unknown");
	assert_int_equal(world_tick(w, "lapse"), 0);
}

static void two_senders_never_claim_the_same_call(void **state)
{
	struct world *w = *state;
	struct db *other = world_connect();
	struct due_call *calls;
	struct why why = { .err = OK };
	size_t first, second;

	(void)world_opened(w, 1);
	(void)world_opened(w, 2);
	world_script(w, "update intent set next_at = '2026-01-01' where is_due");
	assert_int_equal(store_claim(w->db, w->arena, (struct instant){ INT64_C(1800000000000000) }, 1, &calls, &first, &why), OK);
	assert_int_equal(store_claim(other, w->arena, (struct instant){ INT64_C(1800000000000000) }, 10, &calls, &second, &why), OK);
	assert_int_equal(first, 1);
	assert_int_equal(second, 1);
	db_close(other);
}

static void an_unused_link_expires_and_says_when(void **state)
{
	struct world *w = *state;
	struct uuid id = world_checkout(w, 1);
	struct instant next, now = { INT64_C(1795435200000000) };
	struct why why = { .err = OK };
	int64_t due;

	assert_int_equal(store_unused_next(w->db, w->arena, now, &due, &next, &why), OK);
	assert_int_equal(due, 0);
	assert_int_equal(next.us, now.us + 30 * US_PER_DAY);
	assert_int_equal(world_tick(w, "expiry"), 0);
	world_wait(w, 30 * 86400);
	assert_int_equal(world_tick(w, "expiry"), 1);
	assert_string_equal(world_state(w, id), "expired");
	assert_int_equal(world_tick(w, "expiry"), 0);
}

static void a_payouts_lines_come_in_pages_and_know_their_payments(void **state)
{
	struct world *w = *state;
	struct due_call *calls;
	size_t n;

	for (int i = 1; i <= 2; i++) {
		struct uuid id = world_opened(w, i);

		world_do(
			w, world_event(w, TEXT(w, "evt_a%d", i), "checkout.session.completed", session_json(w, i, id, "complete", "paid")));
		world_do(w, world_event(w, TEXT(w, "evt_b%d", i), "charge.succeeded", charge_json(w, i, 0)));
	}
	world_do(w,
		world_event(w, "evt_p", "payout.paid",
			"{\"id\":\"po_1\",\"livemode\":false,\"status\":\"paid\",\"amount\":19650,\"currency\":\"eur\",\"arrival_date\":1795564800,\"statement_descriptor\":\"X\"}"));
	n = world_claim(w, &calls);
	for (size_t i = 0; i < n; i++)
		if (calls[i].intent.kind == INTENT_PAYOUT) {
			assert_true(span_is(calls[i].payout, "po_1"));
			world_answer(w, &calls[i], false, 200,
				"{\"has_more\":true,\"data\":[{\"id\":\"txn_1\",\"type\":\"charge\",\"amount\":10000,\"fee\":175,\"net\":9825,\"currency\":\"eur\",\"source\":\"ch_1\"}]}");
		}
	n = world_claim(w, &calls);
	assert_int_equal(n, 1);
	assert_true(span_is(calls[0].intent.cursor, "txn_1"));
	world_answer(w, &calls[0], false, 200,
		"{\"has_more\":false,\"data\":[{\"id\":\"txn_2\",\"type\":\"charge\",\"amount\":10000,\"fee\":175,\"net\":9825,\"currency\":\"eur\",\"source\":\"ch_2\"}]}");
	assert_string_equal(
		world_word(w,
			"select string_agg(number || ' ' || provider_payment || ' ' || customer_ref, ', ' order by number) from payout_line"),
		"1 pi_1 c1, 2 pi_2 c1");
	assert_string_equal(world_word(w, "select row(state, gross, fees, line_count) from payout"), "(complete,20000,350,2)");
	assert_string_equal(
		world_word(w,
			"select string_agg(split_part(type, '.', 4), ' ' order by seq) from outbox where part_key = 'nord:@provider:main'"),
		"PayoutLines PayoutPaid");
	assert_int_equal(world_number(w, "select count(*) from alarm"), 0);
}

/* Stripe tells of an object more than once: under other ids, together or apart. */
static void a_payout_that_is_told_under_other_events_too_is_one_payout(void **state)
{
	static const char object[] =
		"{\"id\":\"po_1\",\"livemode\":false,\"status\":\"paid\",\"amount\":19650,\"currency\":\"eur\",\"arrival_date\":1795564800}";
	struct world *w = *state;
	struct message *together[] = { world_event(w, "evt_1", "payout.paid", object), world_event(w, "evt_2", "payout.paid", object) };

	world_run(w, together, 2);
	assert_int_equal(together[0]->outcome, OUTCOME_APPLIED);
	assert_int_equal(together[1]->outcome, OUTCOME_APPLIED);
	world_do(w, world_event(w, "evt_3", "payout.paid", object));
	assert_string_equal(world_word(w, "select string_agg(state, ' ' order by event_id) from webhook"), "applied repeated repeated");
	assert_int_equal(world_number(w, "select count(*) from payout"), 1);
	assert_int_equal(world_number(w, "select count(*) from parked"), 0);
}

static void a_refund_is_claimed_with_its_amount_and_answered(void **state)
{
	struct world *w = *state;
	struct uuid id = world_opened(w, 1);
	struct due_call *calls;
	size_t n;

	world_do(w, world_event(w, "evt_1", "checkout.session.completed", session_json(w, 1, id, "complete", "paid")));
	world_do(w, world_command(w, "nord", "RefundPayment", TEXT(w, "/v1/payments/%s/refunds", uuid_text(w->arena, id)),
			    "{\"reason\":\"reopen\",\"amount\":{\"minor\":4000,\"currency\":\"EUR\"}}"));
	n = world_claim(w, &calls);
	assert_int_equal(n, 1);
	assert_int_equal(calls[0].refund.amount.minor, 4000);
	assert_int_equal(calls[0].refund.item_count, 1);
	assert_true(span_is(calls[0].refund.items[0].number, "NORD-1"));
	world_answer(w, &calls[0], false, 200,
		TEXT(w, "{\"id\":\"re_1\",\"amount\":4000,\"currency\":\"eur\",\"status\":\"succeeded\",\"payment_intent\":\"pi_1\",\"metadata\":{\"refund_id\":\"%s\"}}",
			uuid_text(w->arena, calls[0].refund.id)));
	assert_string_equal(world_word(w, "select row(state, reason, told, provider_refund) from refund"), "(succeeded,reopen,t,re_1)");
	assert_int_equal(world_number(w, "select refunded from attempt"), 4000);
}

static void secrets_are_stored_sealed(void **state)
{
	struct world *w = *state;

	assert_int_equal(world_number(w, "select count(*) from provider_account where position('sk_test'::bytea in api_key) > 0"), 0);
	assert_int_equal(world_number(w, "select count(*) from provider_account where webhook_secrets like '%whsec%'"), 0);
	assert_int_equal(world_number(w, "select count(*) from answer where position('sk_test'::bytea in body) > 0"), 0);
}

static void the_application_rewrites_nothing_that_a_provider_said(void **state)
{
	struct world *w = *state;
	static const char *const attempts[] = { "update webhook set body = ''", "delete from webhook", "delete from attempt",
		"update attempt_item set amount = 1", "delete from intent", "update payout_line set fee = 0" };

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		struct why why = { .err = OK };

		assert_int_equal(db_script(w->db, attempts[i], &why), ERR_BUG);
		assert_non_null(strstr(why.text, "permission denied"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
		TEST(every_statement_is_one_that_the_database_takes),
		TEST(a_payment_goes_all_the_way),
		TEST(one_batch_and_many_batches_leave_the_same),
		TEST(ten_at_once_are_one),
		TEST(events_of_one_payment_at_once_come_to_the_same),
		TEST(a_webhook_before_our_row_is_kept_and_joined_when_the_row_arrives),
		TEST(what_waits_past_its_deadline_is_an_alarm_once),
		TEST(an_alarm_closes_when_what_was_missing_comes),
		TEST(an_event_with_other_bytes_is_an_alarm_and_is_not_stored),
		TEST(another_merchants_account_knows_nothing_of_it),
		TEST(another_session_waits_until_the_one_before_is_closed),
		TEST(a_call_whose_maker_is_gone_is_one_without_an_answer),
		TEST(two_senders_never_claim_the_same_call),
		TEST(an_unused_link_expires_and_says_when),
		TEST(a_payouts_lines_come_in_pages_and_know_their_payments),
		TEST(a_payout_that_is_told_under_other_events_too_is_one_payout),
		TEST(a_refund_is_claimed_with_its_amount_and_answered),
		TEST(secrets_are_stored_sealed),
		TEST(the_application_rewrites_nothing_that_a_provider_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
