#include "world.h"

#include "reminders_queries.h"
#include "send.h"
#include "tick.h"

#define STATE_OF_FIRST "select state from notice order by notice_id limit 1"

static void a_reminder_goes_the_whole_way(void **state)
{
	struct world *w = *state;
	struct call *calls;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	assert_int_equal(world_tick(w), 1);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "planned");
	assert_int_equal(world_claim(w, w->db, &calls), 1);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "sending");
	assert_string_equal(calls[0].rcpt_to, "c1@example.org");
	assert_non_null(strstr(calls[0].body.at, "RF18 5390 0754 7034"));
	assert_non_null(strstr(calls[0].body.at, "https://invoices.example/i/1"));
	world_answer(w, &calls[0], true, false, 250);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "sent");
	assert_int_equal(world_number(w, "select count(*) from outbox where type = 'dunlin.reminders.v1.ReminderSent'"), 1);
	assert_int_equal(world_number(w, "select count(*) from item_now where steps = 'due-7' and level_day is null"), 1);
	assert_int_equal(world_tick(w), 0);
	assert_int_equal(world_send(w), 0);
}

static void the_tables_give_back_what_was_put_in(void **state)
{
	struct world *w = *state;
	struct need need = { .arena = w->arena };
	struct uuid account = fact_account_id();
	const struct item *item;
	const struct account *a;
	struct book *book;
	struct why why;

	world_do(w, fact_account(w->arena, 1, true, false));
	world_do(w, fact_statement(w->arena, 2, "2026-10-08"));
	world_owe(w, "c1", 1, "2026-10-16", 12345);
	need_want(&need, WANT_CUSTOMER, MERCHANT, SPAN("c1"));
	need_want(&need, WANT_ACCOUNT, MERCHANT, uuid_span(&account));
	assert_int_equal(store_look(w->db, w->arena, &need, &book, &why), OK);
	assert_true(span_is(book_merchant(book, MERCHANT)->transfer_accounts, "DE89370400440532013000 -\n"));
	assert_true(span_is(book_customer(book, MERCHANT, SPAN("c1"))->email, "c1@example.org"));
	item = book_item(book, MERCHANT, fact_invoice(1), 1);
	assert_true(item->is_issued && item->open == 12345 && item->ledger_revision == 1 && !item->has_level);
	assert_true(span_is(item->document_path, "/i/1"));
	assert_int_equal(date_compare(item->due, fact_date("2026-10-16")), 0);
	a = shelf_find(&book->accounts, key_id(w->arena, MERCHANT, account));
	assert_true(a->collecting && !a->closed && a->has_cover && a->defined_revision == 1 && a->cover_revision == 2);
}

static void the_same_facts_again_change_nothing(void **state)
{
	struct world *w = *state;
	struct message *facts[] = { fact_issued(w->arena, "c1", 1, "2026-10-16", 10000), fact_open(w->arena, "c1", 1, 1, 10000),
		fact_payment(w->arena, "c1", 1, 2, 500), fact_open(w->arena, "c1", 1, 2, 7000) };
	struct message *again[8];
	const char *before;

	for (int i = 0; i < 8; i++)
		again[i] = facts[i % 4];
	world_run(w, again, 8);
	before = world_word(w, "select string_agg(i::text, ';') from item i");
	world_run(w, again, 8);
	world_do(w, fact_open(w->arena, "c1", 1, 1, 10000));
	world_do(w, fact_payment(w->arena, "c1", 1, 2, 500));
	assert_string_equal(world_word(w, "select string_agg(i::text, ';') from item i"), before);
	assert_int_equal(world_number(w, "select count(*) from notice"), 1);
}

/* ---- between plan and claim ---- */

static void a_payment_committed_between_plan_and_claim_is_not_reminded(void **state)
{
	struct world *w = *state;
	struct call *calls;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	world_do(w, fact_open(w->arena, "c1", 1, 2, 0));
	assert_int_equal(world_claim(w, w->db, &calls), 0);
	world_tick(w);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "cancelled");
	assert_int_equal(world_number(w, "select count(*) from notice_item where live"), 0);
	assert_int_equal(world_send(w), 0);
}

static void after_a_part_payment_another_notice_says_the_rest(void **state)
{
	struct world *w = *state;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	world_do(w, fact_open(w->arena, "c1", 1, 2, 4000));
	world_tick(w);
	assert_int_equal(world_send(w), 1);
	assert_string_equal(world_word(w, "select string_agg(state, ',' order by notice_id) from notice"), "cancelled,sent");
	assert_int_equal(world_number(w, "select open from notice_item where live"), 4000);
}

static void a_hold_placed_between_plan_and_claim_stops_it(void **state)
{
	struct world *w = *state;
	struct call *calls;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	world_do(w, world_command(w, "nord", "reminders.PlaceHold", "/v1/holds",
			    "{\"kind\":\"dispute\",\"customer_ref\":\"c1\",\"reason\":\"x\"}"));
	assert_int_equal(world_claim(w, w->db, &calls), 0);
	world_tick(w);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "cancelled");
}

/* A payment is being committed while the send role claims: it holds the customer's key, so that the claim passes the customer by; afterwards the
 * claim sees it. */
static void a_claim_waits_for_nobody_and_overlooks_nothing(void **state)
{
	struct world *w = *state;
	struct db *other = world_connect();
	struct why why;
	struct call *calls;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	assert_int_equal(db_script(other,
				 "begin; select 1 from key where merchant = 'nord' and id = 'c1' for no key update;"
				 "update item set open = 0, ledger_revision = 2;",
				 &why),
		OK);
	assert_int_equal(world_claim(w, w->db, &calls), 0);
	assert_int_equal(db_script(other, "commit", &why), OK);
	assert_int_equal(world_claim(w, w->db, &calls), 0);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "planned");
	db_close(other);
}

/* What the candidates' statement could not see yet when it began, the claim sees. */
static void the_claim_itself_looks_again(void **state)
{
	struct world *w = *state;
	struct args *a = args_new(w->arena);
	struct uuid id;
	struct rows rows;
	struct why why;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	world_script(w, "update item set open = 9999");
	assert_int_equal(uuid_parse(span_of(world_word(w, "select notice_id from notice")), &id), OK);
	array_text(args_array(a, DB_TEXT), MERCHANT);
	array_uuid(args_array(a, DB_UUID), id);
	args_instant(a, world_now(w));
	assert_int_equal(db_exec(w->db, w->arena, &q_claim, a, &rows, &why), OK);
	assert_int_equal(rows.count, 0);
	world_script(w, "update item set open = 10000");
	assert_int_equal(db_exec(w->db, w->arena, &q_claim, a, &rows, &why), OK);
	assert_int_equal(rows.count, 1);
}

static void what_is_claimed_is_not_claimed_again(void **state)
{
	struct world *w = *state;
	struct db *other = world_connect();
	struct call *calls;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	assert_int_equal(world_claim(w, w->db, &calls), 1);
	assert_int_equal(world_claim(w, other, &calls), 0);
	db_close(other);
}

/* ---- the mail system ---- */

static void let_the_lease_run_out(struct world *w)
{
	world_script(w, "update notice set lease_until = clock_timestamp() - interval '1 second'");
}

static void a_claim_that_never_came_back_is_repeated_once_as_the_same_mail(void **state)
{
	struct world *w = *state;
	struct call *first, *second;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	assert_int_equal(world_claim(w, w->db, &first), 1);
	assert_int_equal(world_tick(w), 0);
	let_the_lease_run_out(w);
	assert_int_equal(world_tick(w), 1);
	assert_int_equal(world_claim(w, w->db, &second), 1);
	assert_true(span_equal(first[0].body, second[0].body));
	assert_string_equal(first[0].mail_from, second[0].mail_from);
	let_the_lease_run_out(w);
	world_tick(w);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "doubtful");
	assert_int_equal(world_claim(w, w->db, &second), 0);
	/* The first one's answer comes after all: the outcome is known, and stays. */
	world_answer(w, &first[0], true, false, 250);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "doubtful");
	assert_int_equal(world_number(w, "select count(*) from outbox where type like '%ReminderSent'"), 1);
}

/* Paid while the mail was on its way, and the mail system wants it later: it is not said later. */
static void a_mail_that_comes_back_is_taken_back_where_the_money_has_come(void **state)
{
	struct world *w = *state;
	struct call *calls;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	assert_int_equal(world_claim(w, w->db, &calls), 1);
	world_do(w, fact_open(w->arena, "c1", 1, 2, 0));
	assert_string_equal(world_word(w, STATE_OF_FIRST), "sending");
	world_answer(w, &calls[0], true, false, 451);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "cancelled");
	assert_int_equal(world_number(w, "select count(*) from notice_item where live"), 0);
	world_at(w, "2026-10-09T08:10:00Z");
	assert_int_equal(world_send(w), 0);
}

static void a_refusal_for_now_is_due_again_later(void **state)
{
	struct world *w = *state;
	struct call *calls;
	struct instant next;
	struct why why;
	int64_t pending;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	assert_int_equal(world_claim(w, w->db, &calls), 1);
	world_answer(w, &calls[0], true, false, 451);
	assert_int_equal(world_claim(w, w->db, &calls), 0);
	assert_int_equal(reminders_errands[0].pending(w->db, w->arena, world_now(w), &pending, &next, &why), OK);
	assert_int_equal(pending, 0);
	assert_int_equal(next.us - world_now(w).us, 60 * US_PER_SECOND);
	world_at(w, "2026-10-09T08:01:00Z");
	assert_int_equal(world_send(w), 1);
	assert_string_equal(world_word(w, STATE_OF_FIRST), "sent");
}

static void no_merchant_sends_more_than_its_notices_of_an_hour(void **state)
{
	struct world *w = *state;
	struct instant next;
	struct why why;
	int64_t pending;

	reminders_settings.notices_per_hour = 2;
	for (int i = 1; i <= 5; i++)
		world_do(w, fact_payment(w->arena, "c1", i, i, 500));
	assert_int_equal(reminders_errands[0].pending(w->db, w->arena, world_now(w), &pending, &next, &why), OK);
	assert_int_equal(pending, 5);
	assert_int_equal(world_send(w), 2);
	assert_int_equal(world_send(w), 0);
	assert_int_equal(reminders_errands[0].pending(w->db, w->arena, world_now(w), &pending, &next, &why), OK);
	assert_int_equal(pending, 0);
	assert_int_equal(next.us - world_now(w).us, 3600 * US_PER_SECOND);
	world_at(w, "2026-10-09T09:00:00Z");
	assert_int_equal(world_send(w), 2);
	world_at(w, "2026-10-09T10:00:00Z");
	assert_int_equal(world_send(w), 1);
	assert_int_equal(world_number(w, "select count(*) from outbox where type like '%ReceiptSent'"), 5);
}

static void a_receipt_waits_for_its_customer_and_keeps_nobody_busy(void **state)
{
	struct world *w = *state;
	struct instant next;
	struct why why;
	int64_t pending;

	world_do(w, fact_payment(w->arena, "c2", 1, 1, 500));
	assert_int_equal(world_send(w), 0);
	assert_int_equal(world_tick(w), 0);
	assert_int_equal(reminders_errands[0].pending(w->db, w->arena, world_now(w), &pending, &next, &why), OK);
	assert_int_equal(pending, 0);
	world_do(w, fact_customer(w->arena, "c2", 1, "c2@example.org", "Europe/Berlin", "en"));
	assert_int_equal(world_send(w), 1);
}

/* tzdata may lose a name. Nobody is reminded by a day that is not his; a merchant that moves to another zone goes on. */
static void who_has_lost_his_zone_is_set_aside(void **state)
{
	struct world *w = *state;
	struct message *m[2];

	world_script(w, "update customer set zone = 'Mars/Olympus_Mons' where customer_ref = 'c1'");
	world_do(w, fact_customer(w->arena, "c2", 1, "c2@example.org", "Europe/Berlin", "en"));
	m[0] = fact_issued(w->arena, "c1", 1, "2026-10-16", 1);
	m[1] = fact_issued(w->arena, "c2", 2, "2026-10-16", 1);
	world_run(w, m, 2);
	assert_int_equal(m[0]->outcome, OUTCOME_SET_ASIDE);
	assert_string_equal(m[0]->why.code, "zone_missing");
	assert_int_equal(m[1]->outcome, OUTCOME_APPLIED);
	world_script(w, "update merchant set zone = 'Mars/Olympus_Mons'");
	m[1] = fact_open(w->arena, "c2", 2, 1, 1);
	world_run(w, m + 1, 1);
	assert_int_equal(m[1]->outcome, OUTCOME_SET_ASIDE);
	world_do(w, fact_merchant(w->arena, 2, "Nord GmbH"));
	m[1] = fact_open(w->arena, "c2", 2, 1, 1);
	m[1]->event_id = uuid_derive(m[1]->time, SPAN("test"), SPAN("again"), 1);
	m[1]->id = span_of(uuid_text(w->arena, m[1]->event_id));
	m[1]->topic = SPAN("");
	world_do(w, m[1]);
}

/* The day is over at midnight in Berlin: that is at ten in the evening UTC. */
static void the_days_of_a_merchant_who_is_told_in_the_same_batch_are_the_merchants(void **state)
{
	struct world *w = *state;
	struct message *batch[2];

	world_script(w, "update merchant set zone = 'UTC'; update customer set zone = ''");
	batch[0] = fact_merchant(w->arena, 2, "Nord GmbH");
	batch[1] = world_command(w, "nord", "reminders.PlaceHold", "/v1/holds",
		"{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"until\":\"2026-10-16\",\"reason\":\"on the telephone\"}");
	world_run(w, batch, 2);
	assert_int_equal(batch[1]->outcome, OUTCOME_APPLIED);
	assert_int_equal(world_number(w, "select count(*) from hold where expires_at = '2026-10-16 22:00:00Z'"), 1);
}

/* ---- what falls due ---- */

static void next_due(struct world *w, const char *duty, int64_t due, const char *next)
{
	for (const struct duty *d = reminders_duties; d->name != NULL; d++) {
		struct instant at;
		struct why why;
		int64_t n;

		if (strcmp(d->name, duty) != 0)
			continue;
		assert_int_equal(d->next(w->db, w->arena, world_now(w), &n, &at, &why), OK);
		assert_int_equal(n, due);
		assert_string_equal(at.us == INT64_MAX ? "never" : instant_text(w->arena, at), next);
		return;
	}
	fail_msg("no duty %s", duty);
}

static void the_next_to_fall_due_is_known(void **state)
{
	struct world *w = *state;

	next_due(w, "look", 0, "never");
	world_owe(w, "c1", 1, "2026-10-23", 10000);
	next_due(w, "look", 0, "2026-10-16T07:00:00.000000Z");
	world_at(w, "2026-10-16T07:00:00Z");
	next_due(w, "look", 1, "never");
	world_tick(w);
	next_due(w, "look", 0, "2026-10-23T07:00:00.000000Z");
	next_due(w, "revise", 0, "2026-10-16T15:00:00.000000Z");
	world_send(w);
	next_due(w, "revise", 0, "never");
	next_due(w, "lapse", 0, "never");
	world_do(w, world_command(w, "nord", "reminders.PlaceHold", "/v1/holds",
			    "{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"until\":\"2026-10-30\",\"reason\":\"x\"}"));
	next_due(w, "look", 0, "never");
	next_due(w, "expire", 0, "2026-10-30T23:00:00.000000Z");
	world_at(w, "2026-11-01T12:00:00Z");
	next_due(w, "expire", 1, "never");
	world_tick(w);
	next_due(w, "expire", 0, "never");
	assert_string_equal(world_word(w, "select state from hold"), "expired");
	assert_int_equal(world_number(w, "select count(*) from outbox where type like '%HoldReleased'"), 1);
	next_due(w, "look", 0, "2026-11-02T08:00:00.000000Z");
}

static void a_level_goes_when_the_statement_comes(void **state)
{
	struct world *w = *state;
	int64_t waiting;
	struct why why;

	world_do(w, fact_account(w->arena, 1, true, false));
	world_owe(w, "c1", 1, "2026-09-01", 10000);
	world_tick(w);
	assert_int_equal(world_number(w, "select count(*) from notice"), 0);
	assert_int_equal(store_waiting(w->db, w->arena, &waiting, &why), OK);
	assert_int_equal(waiting, 1);
	world_do(w, fact_statement(w->arena, 2, "2026-10-08"));
	next_due(w, "look", 1, "2026-10-12T07:00:00.000000Z");
	world_tick(w);
	assert_int_equal(world_send(w), 1);
	assert_int_equal(store_waiting(w->db, w->arena, &waiting, &why), OK);
	assert_int_equal(waiting, 0);
}

/* The statement's own facts are read before the payment in it, as they may be: it stands in another partition. */
static void a_level_waits_until_the_payments_of_the_statement_have_been_read(void **state)
{
	struct world *w = *state;

	world_do(w, fact_account(w->arena, 1, true, false));
	world_do(w, fact_customer(w->arena, "c2", 1, "c2@example.org", "Europe/Berlin", "en"));
	world_owe(w, "c1", 1, "2026-09-01", 10000);
	world_owe(w, "c2", 2, "2026-09-01", 500);
	world_do(w, fact_accepted(w->arena, 1, 2, "2026-10-08"));
	world_do(w, fact_matched(w->arena, 1, 2));
	world_tick(w);
	next_due(w, "count", 0, "never");
	assert_int_equal(world_send(w), 0);
	world_do(w, fact_bank_receipt(w->arena, "c3", 1, 9, 700, 1));
	world_tick(w);
	assert_int_equal(world_send(w), 0);
	world_do(w, fact_open(w->arena, "c1", 1, 2, 0));
	world_do(w, fact_bank_receipt(w->arena, "c1", 2, 1, 10000, 1));
	next_due(w, "count", 1, "never");
	world_tick(w);
	next_due(w, "count", 0, "never");
	assert_int_equal(world_send(w), 2);
	assert_string_equal(
		world_word(
			w, "select string_agg(customer_ref || ' ' || kind || ' ' || state, ', ' order by customer_ref, kind) from notice"),
		"c1 receipt sent, c2 reminder sent, c3 receipt planned");
}

/* Replicas read the receipts of one statement at the same time, under keys of their own. */
static void receipts_of_one_statement_are_added_up_whoever_reads_them(void **state)
{
	struct world *w = *state;
	struct message *batch[20];

	for (int i = 0; i < 20; i++)
		batch[i] = fact_bank_receipt(w->arena, TEXT(w, "d%d", i), 100 + i, 9, 700, 1 + i % 2);
	world_run(w, batch, 12);
	world_run(w, batch + 12, 8);
	world_run(w, batch, 20);
	assert_int_equal(world_number(w, "select count(*) from tally where receipts = 10"), 2);
}

static void set_aside(struct world *w, struct message *m, const char *state)
{
	world_script(w,
		TEXT(w,
			"insert into parked (topic, key, head, state, source, id, own, type, format, message_time, trace, partition, message_offset, "
			"merchant, client, target, payload, code, reason) values ('dunlin.ledger.v1', '%.*s', true, '%s', 'x', '%s', true, '%.*s', 0, "
			"now(), '', 0, 0, '', '', '', '\\x%.*s', 'x', 'x')",
			SPAN_ARG(m->key), state, state, SPAN_ARG(m->type), SPAN_ARG(span_hex(w->arena, m->payload))));
}

/* What is set aside of one customer holds up that customer alone, as long as it is, and nobody once it was given up. */
static void a_receipt_that_is_set_aside_holds_up_its_customer_alone(void **state)
{
	static const char *const states[] = { "parked", "discarded" };

	for (size_t i = 0; i < 2; i++) {
		struct world *w;

		if (i > 0) {
			world_close(state);
			world_open(state);
		}
		w = *state;
		world_do(w, fact_account(w->arena, 1, true, false));
		world_do(w, fact_customer(w->arena, "c2", 1, "c2@example.org", "Europe/Berlin", "en"));
		world_owe(w, "c1", 1, "2026-09-01", 10000);
		world_owe(w, "c2", 2, "2026-09-01", 500);
		world_do(w, fact_accepted(w->arena, 1, 2, "2026-10-08"));
		world_do(w, fact_matched(w->arena, 1, 1));
		world_tick(w);
		assert_int_equal(world_send(w), 0);
		set_aside(w, fact_bank_receipt(w->arena, "c1", 2, 1, 10000, 1), states[i]);
		if (i == 0)
			world_script(w, "update key set parked = '{dunlin.ledger.v1}' where id = 'c1'");
		world_tick(w);
		assert_int_equal(world_send(w), 1 + (int)i);
		assert_string_equal(
			world_word(w, "select string_agg(customer_ref || ' ' || state, ', ' order by customer_ref) from notice"),
			i == 0 ? "c1 planned, c2 sent" : "c1 sent, c2 sent");
	}
}

static void many_customers_fall_due_at_once(void **state)
{
	struct world *w = *state;
	size_t sent = 0, n;

	for (int i = 0; i < 60; i++) {
		const char *ref = TEXT(w, "m%d", i);

		world_do(w, fact_customer(w->arena, ref, 1, TEXT(w, "%s@example.org", ref), "Europe/Berlin", "en"));
		world_owe(w, ref, 100 + i, "2026-10-16", 100 + i);
	}
	assert_int_equal(world_tick(w), 60);
	while ((n = world_send(w)) > 0)
		sent += n;
	assert_int_equal(sent, 60);
	assert_int_equal(world_number(w, "select count(distinct customer_ref) from notice where state = 'sent'"), 60);
}

/* ---- merchants, rights ---- */

static void another_merchant_s_hold_is_not_there(void **state)
{
	struct world *w = *state;
	struct message *m;
	const char *id;

	world_do(w, world_command(w, "nord", "reminders.PlaceHold", "/v1/holds",
			    "{\"kind\":\"dispute\",\"customer_ref\":\"c1\",\"reason\":\"x\"}"));
	id = world_word(w, "select hold_id from hold");
	m = world_command(w, "volt", "reminders.ReleaseHold", TEXT(w, "/v1/holds/%s/release", id), "{\"reason\":\"x\"}");
	world_run(w, &m, 1);
	assert_int_equal(m->outcome, OUTCOME_REFUSED);
	assert_int_equal(m->reply.status, 404);
	assert_string_equal(world_word(w, "select state from hold"), "active");
}

static void the_application_deletes_nothing_and_says_nothing_twice(void **state)
{
	static const char *const forbidden[] = { "delete from notice", "delete from item", "delete from hold",
		"update notice_item set open = 1",
		"insert into notice select merchant_id, '01900000-0000-7008-8000-000000000001', customer_ref, 'receipt', state, 0, day, '', 0, 0, 'payment', "
		"notice_id, 1, 'EUR', 0, 0, 0, now(), now(), null, '-infinity', now(), null, '', '' from notice;"
		"insert into notice_item select merchant_id, '01900000-0000-7008-8000-000000000001', invoice_id, part, step, level, number, due_date, open, "
		"currency, live from notice_item",
		"insert into notice select merchant_id, gen_random_uuid(), customer_ref, kind, 'planned', 0, day, policy, policy_version, level, source, "
		"source_id, amount, currency, tries, unknowns, revise_no, next_try_at, send_until, claimed_at, lease_until, planned_at, null, '', '' from "
		"notice" };
	struct world *w = *state;
	struct db *db = world_connect();

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_tick(w);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		struct why why = { .err = OK };

		assert_int_equal(db_script(db, forbidden[i], &why), ERR_BUG);
		assert_string_equal(why.code, i < 4 ? "42501" : "23505");
	}
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WORLD(a_reminder_goes_the_whole_way),
		WITH_WORLD(the_tables_give_back_what_was_put_in),
		WITH_WORLD(the_same_facts_again_change_nothing),
		WITH_WORLD(a_payment_committed_between_plan_and_claim_is_not_reminded),
		WITH_WORLD(after_a_part_payment_another_notice_says_the_rest),
		WITH_WORLD(a_hold_placed_between_plan_and_claim_stops_it),
		WITH_WORLD(a_claim_waits_for_nobody_and_overlooks_nothing),
		WITH_WORLD(the_claim_itself_looks_again),
		WITH_WORLD(what_is_claimed_is_not_claimed_again),
		WITH_WORLD(a_claim_that_never_came_back_is_repeated_once_as_the_same_mail),
		WITH_WORLD(a_mail_that_comes_back_is_taken_back_where_the_money_has_come),
		WITH_WORLD(a_refusal_for_now_is_due_again_later),
		WITH_WORLD(no_merchant_sends_more_than_its_notices_of_an_hour),
		WITH_WORLD(a_receipt_waits_for_its_customer_and_keeps_nobody_busy),
		WITH_WORLD(the_next_to_fall_due_is_known),
		WITH_WORLD(a_level_goes_when_the_statement_comes),
		WITH_WORLD(a_level_waits_until_the_payments_of_the_statement_have_been_read),
		WITH_WORLD(receipts_of_one_statement_are_added_up_whoever_reads_them),
		WITH_WORLD(a_receipt_that_is_set_aside_holds_up_its_customer_alone),
		WITH_WORLD(many_customers_fall_due_at_once),
		WITH_WORLD(another_merchant_s_hold_is_not_there),
		WITH_WORLD(who_has_lost_his_zone_is_set_aside),
		WITH_WORLD(the_days_of_a_merchant_who_is_told_in_the_same_batch_are_the_merchants),
		WITH_WORLD(the_application_deletes_nothing_and_says_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
