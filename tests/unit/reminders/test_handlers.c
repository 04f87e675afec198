#include "world.h"

#include "dunlin/reminders/v1/reminders.pb-c.h"
#include "protobuf.h"

/* ---- what can't be read ---- */

static const char *const payloads[] = { "\xff\xff\xff", "", "{", "[]", "nord", "nord c1", "nord c1 x y z", "a b c d e f g h i j" };

static void what_can_not_be_read_says_so_whatever_it_is(void **state)
{
	size_t read = 0;

	for (const struct handler *h = reminders_handlers; h->type != NULL; h++)
		for (size_t i = 0; h->read != NULL && i < sizeof(payloads) / sizeof(*payloads); i++) {
			struct message m = {
				.key = SPAN("nord:c1"), .payload = span_of(payloads[i]), .target = SPAN("/v1/holds/x/release")
			};
			struct why why = { .err = OK };
			enum err err = h->read(&m, *state, &why);

			assert_true(err == ERR_INVALID || err == ERR_NOT_FOUND);
			assert_int_equal(why.err, err);
			assert_null(m.body);
			assert_true(why.code[0] != '\0' && why.text[0] != '\0');
			read++;
		}
	assert_true(read > 8 * 12);
}

static void a_tombstone_under_a_key_that_is_none_says_so(void **state)
{
	struct message m = { .key = SPAN("nord"), .type = SPAN("dunlin.customers.v1.CustomerChanged") };
	struct world *w = world_open(*state);

	assert_int_equal(world_run(w, &m), ERR_INVALID);
	assert_int_equal(w->why.err, ERR_INVALID);
	assert_string_equal(w->why.code, "key_wrong");
	assert_string_equal(w->why.field, "key");
}

static void a_fact_under_another_customer_s_key_is_refused(void **state)
{
	struct message *facts[] = { fact_merchant(*state, 1, "Nord GmbH"), fact_customer(*state, "c1", 1, NULL, "UTC", "en"),
		fact_issued(*state, "c1", 1, "2026-10-16", 1), fact_open(*state, "c1", 1, 1, 1), fact_account(*state, 1, true, false),
		fact_statement(*state, 1, "2026-10-16"), fact_payment(*state, "c1", 1, 1, 1), fact_receipt(*state, "c1", 1, 1, 1, 1, 1) };
	struct world *w = world_open(*state);

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		assert_int_equal(world_run(w, facts[i]), OK);
		facts[i]->key = SPAN("nord:c2");
		assert_int_equal(world_run(w, facts[i]), ERR_INVALID);
		assert_string_equal(w->why.code, "key_wrong");
	}
}

static void no_type_has_two_handlers_and_each_says_what_it_is_for(void **state)
{
	(void)state;
	for (const struct handler *h = reminders_handlers; h->type != NULL; h++) {
		assert_true(h->help != NULL && h->help[0] != '\0');
		assert_true((h->read == NULL) == (h->apply == NULL) && (h->need == NULL) == (h->apply == NULL));
		for (const struct handler *other = h + 1; other->type != NULL; other++)
			assert_string_not_equal(h->type, other->type);
	}
}

/* ---- holds ---- */

static void a_hold_that_can_not_be_is_refused(void **state)
{
	static const struct {
		const char *body, *code, *field;
		enum err err;
	} cases[] = {
		{ "{}", "field_missing", "kind", ERR_INVALID },
		{ "{\"kind\":\"grudge\",\"customer_ref\":\"c1\",\"reason\":\"x\"}", "field_invalid", "kind", ERR_INVALID },
		{ "{\"kind\":\"dispute\",\"reason\":\"x\"}", "field_missing", "invoice_id", ERR_INVALID },
		{ "{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"reason\":\"x\"}", "field_missing", "until", ERR_INVALID },
		{ "{\"kind\":\"dispute\",\"customer_ref\":\"c1\"}", "field_missing", "reason", ERR_INVALID },
		{ "{\"kind\":\"dispute\",\"customer_ref\":\"c1\",\"reason\":\"x\",\"colour\":1}", "field_unknown", "colour", ERR_INVALID },
		{ "{\"kind\":\"dispute\",\"customer_ref\":\"c1\",\"reason\":\"x\",\"amount\":{\"minor\":0,\"currency\":\"EUR\"}}",
			"field_invalid", "amount", ERR_INVALID },
		{ "{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"reason\":\"x\",\"until\":\"2026-10-04\"}", "field_invalid", "until",
			ERR_INVALID },
		{ "{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"reason\":\"x\",\"until\":\"9999-12-31\"}", "field_invalid", "until",
			ERR_INVALID },
		{ "{\"kind\":\"promise\",\"customer_ref\":\"c1\",\"reason\":\"x\",\"until\":\"2026-02-30\"}", "field_invalid", "until",
			ERR_INVALID },
		{ "{\"kind\":\"dispute\",\"customer_ref\":\"c9\",\"reason\":\"x\"}", "customer_unknown", "customer_ref", ERR_NOT_FOUND },
		{ "{\"kind\":\"dispute\",\"invoice_id\":\"01900000-0000-7009-8000-000000000001\",\"reason\":\"x\"}", "invoice_unknown",
			"invoice_id", ERR_NOT_FOUND },
		{ "{\"kind\":\"dispute\",\"invoice_id\":\"01900000-0000-7001-8000-000000000001\",\"customer_ref\":\"c9\",\"reason\":\"x\"}",
			"invoice_unknown", "invoice_id", ERR_NOT_FOUND },
	};
	struct world *w = world_open(*state);

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	/* world_run compares the book before and after. */
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(world_run(w, world_command(w, "reminders.PlaceHold", "/v1/holds", cases[i].body)), cases[i].err);
		assert_string_equal(w->why.code, cases[i].code);
		assert_string_equal(w->why.field, cases[i].field);
	}
	world_told(w, "");
}

static void a_hold_is_answered_with_all_of_it(void **state)
{
	struct world *w = world_open(*state);
	const char *body = "{\"kind\":\"promise\",\"invoice_id\":\"01900000-0000-7001-8000-000000000001\",\"until\":\"2026-10-20\","
			   "\"amount\":{\"amount\":\"12.50\",\"currency\":\"EUR\"},\"reason\":\"half now\"}";
	const char *reply;

	world_owe(w, "c1", 1, "2026-10-16", 10000);
	world_apply(w, world_command(w, "reminders.PlaceHold", "/v1/holds", body));
	assert_int_equal(w->reply->status, 201);
	reply = span_cstr(w->arena, w->reply->body);
	assert_non_null(strstr(reply, "\"customer_ref\":\"c1\",\"kind\":\"promise\",\"state\":\"active\""));
	assert_non_null(strstr(reply, "\"until\":\"2026-10-20\""));
	assert_non_null(strstr(reply, "\"amount\":{\"minor\":1250,"));
	assert_non_null(strstr(reply, "\"actor\":\"tester\",\"reason\":\"half now\""));
}

static void releasing_what_is_not_held_is_refused(void **state)
{
	static const char *const unknown[] = { "/v1/holds/01900000-0000-7009-8000-000000000001/release", "/v1/holds/x/release",
		"/v1/holds" };
	struct world *w = world_open(*state);
	char id[UUID_TEXT + 1];
	const char *target;

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(world_run(w, world_command(w, "reminders.ReleaseHold", unknown[i], "{\"reason\":\"x\"}")), ERR_NOT_FOUND);
		assert_string_equal(w->why.code, "hold_unknown");
	}
	world_apply(
		w, world_command(w, "reminders.PlaceHold", "/v1/holds", "{\"kind\":\"dispute\",\"customer_ref\":\"c1\",\"reason\":\"x\"}"));
	memcpy(id, strstr(span_cstr(w->arena, w->reply->body), "\"id\":\"") + 6, UUID_TEXT);
	id[UUID_TEXT] = '\0';
	target = arena_printf(w->arena, "/v1/holds/%s/release", id);
	world_apply(w, world_command(w, "reminders.ReleaseHold", target, "{\"reason\":\"settled\"}"));
	assert_int_equal(w->reply->status, 200);
	assert_non_null(strstr(span_cstr(w->arena, w->reply->body), "\"state\":\"released\""));
	assert_int_equal(world_run(w, world_command(w, "reminders.ReleaseHold", target, "{\"reason\":\"again\"}")), ERR_CONFLICT);
	assert_string_equal(w->why.code, "hold_ended");
	world_told(w, "HoldPlaced c1\nHoldReleased c1\n");
}

/* ---- our own messages ---- */

static void a_message_about_what_is_gone_changes_nothing(void **state)
{
	const char *const types[] = { type_revise, type_expire };
	struct world *w = world_open(*state);
	struct answered answered = { .of = { MERCHANT, SPAN("c1"), fact_invoice(5) }, .tries = 1, .handover = TAKEN };
	struct message m = { .time = w->now };

	for (size_t i = 0; i < 2; i++)
		world_apply(w, world_named(w, types[i], "c1", fact_invoice(5)));
	answered_message(w->arena, &answered, &m);
	world_apply(w, &m);
	world_told(w, "");
}

static void our_own_messages_are_known_by_what_they_name(void **state)
{
	struct named named = { .merchant = MERCHANT, .customer = SPAN("c1"), .id = fact_invoice(1) };
	struct message *m = named_message(*state, type_revise, &named, 7, (struct instant){ 1 });
	struct answered answered = { .of = named, .tries = 3, .handover = { .sent = true, .unknown = true, .status = 354 } };
	struct message a = { 0 };

	assert_true(span_is(m->source, "tick:Revise"));
	assert_true(span_is(m->id, "nord c1 01900000-0000-7001-8000-000000000001:7"));
	assert_true(span_is(m->key, "nord:c1"));
	answered_message(*state, &answered, &a);
	assert_true(span_is(a.id, "01900000-0000-7001-8000-000000000001:3"));
	assert_int_equal(wire_read_answered(&a, *state, NULL), OK);
	assert_int_equal(((struct answered *)a.body)->tries, 3);
	assert_int_equal(((struct answered *)a.body)->handover.status, 354);
	assert_true(((struct answered *)a.body)->handover.unknown);
	assert_true(uuid_equal(((struct answered *)a.body)->of.id, named.id));
}

/* ---- events ---- */

static void a_reminder_s_event_tells_what_it_said(void **state)
{
	struct world *w = world_open(*state);
	struct notice_item items[] = { { .invoice = fact_invoice(1),
					       .part = 1,
					       .number = SPAN("NORD-1"),
					       .step = SPAN("level-2"),
					       .level = 2,
					       .due = fact_date("2026-10-01"),
					       .open = { 4000, { "EUR" } } },
		{ .invoice = fact_invoice(2),
			.part = 2,
			.number = SPAN("NORD-2"),
			.step = SPAN("due"),
			.due = fact_date("2026-10-15"),
			.open = { 500, { "EUR" } } } };
	struct notice n = { .merchant = MERCHANT,
		.customer = SPAN("c1"),
		.id = fact_invoice(7),
		.revision = 1,
		.policy = SPAN("standard"),
		.policy_version = 1,
		.level = 2,
		.items = items,
		.item_count = 2 };
	struct message m = { .source = SPAN("x"), .id = SPAN("y") };
	struct say *say = say_open(*state, &m);
	Dunlin__Reminders__V1__ReminderSent *sent;
	const struct said *said;
	size_t count;

	wire_say_notice_sent(say, &n, "id@mail.example", w->now);
	said = say_events(say, &count);
	assert_int_equal(count, 1);
	assert_true(span_is(said->key, "nord:c1"));
	assert_string_equal(said->type, "dunlin.reminders.v1.ReminderSent");
	assert_int_equal(protobuf_read(*state, &dunlin__reminders__v1__reminder_sent__descriptor, said->payload,
				 (ProtobufCMessage **)(void *)&sent, NULL),
		OK);
	assert_int_equal(sent->n_items, 2);
	assert_int_equal(sent->items[0]->level, 2);
	assert_int_equal(sent->items[1]->part, 2);
	assert_int_equal(sent->items[1]->due_date->day, 15);
	assert_int_equal(sent->n_open, 1);
	assert_int_equal(sent->open[0]->minor, 4500);
	assert_int_equal(sent->level, 2);
	assert_string_equal(sent->message_id, "id@mail.example");
	assert_int_equal(sent->business_time, w->now.us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(what_can_not_be_read_says_so_whatever_it_is),
		WITH_ARENA(a_tombstone_under_a_key_that_is_none_says_so),
		WITH_ARENA(a_fact_under_another_customer_s_key_is_refused),
		cmocka_unit_test(no_type_has_two_handlers_and_each_says_what_it_is_for),
		WITH_ARENA(a_hold_that_can_not_be_is_refused),
		WITH_ARENA(a_hold_is_answered_with_all_of_it),
		WITH_ARENA(releasing_what_is_not_held_is_refused),
		WITH_ARENA(a_message_about_what_is_gone_changes_nothing),
		WITH_ARENA(our_own_messages_are_known_by_what_they_name),
		WITH_ARENA(a_reminder_s_event_tells_what_it_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
