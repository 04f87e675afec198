#include <stdio.h>

#include "unit.h"

#include "common/kafka.h"

#define UUID "019aa3f0-1c2d-7a3b-8c4d-5e6f708192a3"
#define TRACE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

enum { MOST = 12 };

/* The headers of a well-formed event; a test changes, adds or removes one. */
struct example {
	struct header headers[MOST];
	size_t count;
};

static struct header *example_at(struct example *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++)
		if (span_is(e->headers[i].name, name))
			return &e->headers[i];
	fail_msg("no header %s", name);
	return NULL;
}

static void example_add(struct example *e, const char *name, struct span value)
{
	assert_true(e->count < MOST);
	e->headers[e->count++] = (struct header){ span_of(name), value };
}

static void example_set(struct example *e, const char *name, const char *value)
{
	example_at(e, name)->value = span_of(value);
}

static void example_remove(struct example *e, const char *name)
{
	struct header *gone = example_at(e, name);

	*gone = e->headers[--e->count];
}

static struct example example(void)
{
	struct example e = { 0 };

	example_add(&e, "ce_specversion", SPAN("1.0"));
	example_add(&e, "ce_id", SPAN(UUID));
	example_add(&e, "ce_source", SPAN("shop/orders"));
	example_add(&e, "ce_type", SPAN("dunlin.billing.v1.AddCharge"));
	example_add(&e, "ce_time", SPAN("2026-11-22T13:00:00.5Z"));
	example_add(&e, "content-type", SPAN("application/protobuf"));
	example_add(&e, "traceparent", SPAN(TRACE));
	return e;
}

static struct record record_of(const struct example *e, bool foreign)
{
	return (struct record){
		.cluster = SPAN("5L6g3nShT-eMCtK--X86sw"),
		.topic = SPAN("dunlin.billing.v1"),
		.partition = 7,
		.offset = 4711,
		.time = { INT64_C(1790000000000000) },
		.key = SPAN("m1:c1"),
		.value = SPAN("\x0a\x01x"),
		.headers = e->headers,
		.header_count = e->count,
		.foreign = foreign,
	};
}

static struct message read_as(struct arena *arena, const struct example *e, bool foreign)
{
	struct record r = record_of(e, foreign);
	struct message m;

	kafka_read_record(&m, &r, arena);
	return m;
}

static void assert_unreadable(const struct message *m, const char *code, const char *field)
{
	assert_non_null(m->unreadable);
	assert_int_equal(m->unreadable->err, ERR_INVALID);
	assert_string_equal(m->unreadable->code, code);
	assert_string_equal(m->unreadable->field, field);
}

/* Unreadable as a foreign message for this reason. */
static void assert_refused(struct arena *arena, const struct example *e, const char *code, const char *field)
{
	struct message m = read_as(arena, e, true);

	assert_unreadable(&m, code, field);
}

static void an_event_becomes_a_message(void **state)
{
	struct example e = example();
	struct message m = read_as(*state, &e, true);

	assert_null(m.unreadable);
	assert_true(span_is(m.source, "shop/orders"));
	assert_true(span_is(m.id, UUID));
	assert_false(m.own);
	assert_true(span_is(m.type, "dunlin.billing.v1.AddCharge"));
	assert_int_equal(m.time.us % US_PER_SECOND, 500000);
	assert_true(span_is(m.trace, TRACE));
	assert_true(span_is(m.topic, "dunlin.billing.v1"));
	assert_true(span_is(m.key, "m1:c1"));
	assert_int_equal(m.payload.size, 3);
	assert_int_equal(m.partition, 7);
	assert_int_equal(m.offset, 4711);
	assert_int_equal(m.fate, FATE_DEAD_LETTER);
	assert_int_equal(m.format, FORMAT_PROTOBUF);
}

static void the_message_lives_without_the_record(void **state)
{
	char value[] = "shop/orders";
	struct example e = example();
	struct message m;

	example_at(&e, "ce_source")->value = span_of(value);
	m = read_as(*state, &e, true);
	memset(value, 'x', sizeof(value) - 1);
	assert_true(span_is(m.source, "shop/orders"));
}

static void on_a_topic_of_ours_the_id_is_our_uuid(void **state)
{
	struct example e = example();
	struct message m = read_as(*state, &e, false);
	char text[UUID_TEXT + 1];

	uuid_print(m.event_id, text);
	assert_null(m.unreadable);
	assert_true(m.own);
	assert_string_equal(text, UUID);
	assert_int_equal(m.fate, FATE_SET_ASIDE);
}

static void on_a_topic_of_ours_another_id_is_unreadable_and_known_by_its_place(void **state)
{
	struct example e = example();
	struct message m;

	example_set(&e, "ce_id", "order-1");
	m = read_as(*state, &e, false);
	assert_unreadable(&m, "header_malformed", "ce_id");
	assert_false(m.own);
	assert_true(span_is(m.source, "kafka:5L6g3nShT-eMCtK--X86sw/dunlin.billing.v1"));
	assert_true(span_is(m.id, "7/4711"));
	example_remove(&e, "ce_id");
	m = read_as(*state, &e, false);
	assert_unreadable(&m, "header_missing", "ce_id");
}

static void a_foreign_message_without_an_id_is_known_by_its_place(void **state)
{
	struct example e = example();
	struct message m;

	example_remove(&e, "ce_id");
	m = read_as(*state, &e, true);
	assert_null(m.unreadable);
	assert_true(span_is(m.source, "kafka:5L6g3nShT-eMCtK--X86sw/dunlin.billing.v1"));
	assert_true(span_is(m.id, "7/4711"));
	example_remove(&e, "ce_source");
	m = read_as(*state, &e, true);
	assert_null(m.unreadable);
	assert_true(span_is(m.id, "7/4711"));
}

static void an_id_without_its_source_is_unreadable(void **state)
{
	struct example e = example();

	example_remove(&e, "ce_source");
	assert_refused(*state, &e, "header_missing", "ce_source");
}

static void what_is_required_is_required(void **state)
{
	static const char *const required[] = { "ce_type", "ce_specversion" };

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		struct example e = example();

		example_remove(&e, required[i]);
		assert_refused(*state, &e, "header_missing", required[i]);
	}
}

static void what_may_be_missing_may_be_missing(void **state)
{
	static const char *const optional[] = { "ce_time", "content-type", "traceparent" };
	struct example e = example();
	struct message m;

	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		example_remove(&e, optional[i]);
	m = read_as(*state, &e, true);
	assert_null(m.unreadable);
	assert_int_equal(m.time.us, INT64_C(1790000000000000));
	assert_int_equal(m.trace.size, 0);
}

static void a_header_that_is_there_twice_is_unreadable(void **state)
{
	static const char *const once[] = { "ce_id", "ce_source", "ce_type", "ce_time", "ce_specversion", "content-type" };

	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		struct example e = example();

		example_add(&e, once[i], example_at(&e, once[i])->value);
		assert_refused(*state, &e, "header_repeated", once[i]);
	}
}

static void other_headers_are_let_pass(void **state)
{
	struct example e = example();
	struct message m;

	example_add(&e, "ce_subject", SPAN("\xff\xfe"));
	example_add(&e, "X-Anything", (struct span){ 0 });
	m = read_as(*state, &e, true);
	assert_null(m.unreadable);
}

static void bad_values_are_named(void **state)
{
	static const struct {
		const char *name, *value;
	} bad[] = {
		{ "ce_specversion", "0.3" },
		{ "ce_specversion", "1.1" },
		{ "ce_id", "" },
		{ "ce_id", "a\nb" },
		{ "ce_id", "\xc3\x28" },
		{ "ce_source", "" },
		{ "ce_source", "a\x7f" },
		{ "ce_source", "tick:remind" },
		{ "ce_source", "send:checkout" },
		{ "ce_source", "kafka:x/y" },
		{ "ce_source", "http:till:/v1/charges" },
		{ "ce_type", "" },
		{ "ce_type", "a\tb" },
		{ "ce_time", "" },
		{ "ce_time", "yesterday" },
		{ "ce_time", "2026-02-30T00:00:00Z" },
		{ "ce_time", "2026-11-22T13:00:00" },
		{ "ce_time", "2026-11-22T13:00:00.1234567890Z" },
		{ "content-type", "application/json" },
		{ "content-type", "application/cloudevents+protobuf" },
		{ "content-type", "" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct example e = example();

		example_set(&e, bad[i].name, bad[i].value);
		assert_refused(*state, &e, "header_malformed", bad[i].name);
	}
}

static void labels_have_a_limit_in_characters(void **state)
{
	struct example e = example();
	char text[129 * 2 + 1] = "";
	struct message m;

	for (int i = 0; i < 128; i++)
		memcpy(text + (size_t)i * 2, "\xc3\xa4", 3);
	example_set(&e, "ce_id", text);
	m = read_as(*state, &e, true);
	assert_null(m.unreadable);
	memcpy(text + 256, "x", 2);
	example_set(&e, "ce_id", text);
	assert_refused(*state, &e, "header_malformed", "ce_id");
}

static void uris_and_parameters_are_fine(void **state)
{
	struct example e = example();
	struct message m;

	example_set(&e, "ce_source", "http://shop.example/orders");
	example_set(&e, "content-type", "application/protobuf; messageType=\"x\"");
	m = read_as(*state, &e, true);
	assert_null(m.unreadable);
}

static void fractions_beyond_microseconds_are_cut(void **state)
{
	struct example e = example();
	struct message m;

	example_set(&e, "ce_time", "2026-11-22T14:00:00.123456789+01:00");
	m = read_as(*state, &e, true);
	assert_null(m.unreadable);
	assert_int_equal(m.time.us, INT64_C(1795352400123456));
}

static void a_traceparent_that_is_none_is_passed_over(void **state)
{
	static const char *const none[] = { "", "x", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
		"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", TRACE "-x",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct example e = example();
		struct message m;

		example_set(&e, "traceparent", none[i]);
		m = read_as(*state, &e, true);
		assert_null(m.unreadable);
		assert_int_equal(m.trace.size, 0);
	}
	assert_true(span_is(kafka_trace(SPAN("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")),
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"));
}

static void a_key_that_is_no_text_belongs_to_no_stream(void **state)
{
	struct example e = example();
	struct record r = record_of(&e, true);
	struct message m;

	r.key = SPAN("m1:\xff");
	kafka_read_record(&m, &r, *state);
	assert_unreadable(&m, "key_malformed", "key");
	assert_int_equal(m.key.size, 0);
	r.key = (struct span){ 0 };
	kafka_read_record(&m, &r, *state);
	assert_null(m.unreadable);
	assert_int_equal(m.key.size, 0);
}

static void a_tombstone_and_an_empty_value_differ(void **state)
{
	struct example e = example();
	struct record r = record_of(&e, true);
	struct message m;

	r.value = (struct span){ 0 };
	kafka_read_record(&m, &r, *state);
	assert_null(m.payload.at);
	r.value = SPAN("");
	kafka_read_record(&m, &r, *state);
	assert_non_null(m.payload.at);
	assert_int_equal(m.payload.size, 0);
}

static void more_than_a_mebibyte_is_too_large(void **state)
{
	struct example e = example();
	struct record r = record_of(&e, true);
	struct message m;

	r.value = span_bytes(arena_alloc(*state, (1 << 20) + 1), 1 << 20);
	kafka_read_record(&m, &r, *state);
	assert_null(m.unreadable);
	r.value.size++;
	kafka_read_record(&m, &r, *state);
	assert_unreadable(&m, "message_too_large", "value");
}

/* What is wrong elsewhere does not take the identity away: the dead letter of a repetition is none. */
static void an_unreadable_message_keeps_its_identity(void **state)
{
	struct example e = example();
	struct message m;

	example_set(&e, "ce_time", "yesterday");
	m = read_as(*state, &e, true);
	assert_true(span_is(m.source, "shop/orders"));
	assert_true(span_is(m.id, UUID));
	example_remove(&e, "ce_type");
	m = read_as(*state, &e, false);
	assert_true(m.own);
	assert_int_equal(m.type.size, 0);
}

static void no_headers_at_all_is_an_error_not_a_crash(void **state)
{
	struct example e = { 0 };

	assert_refused(*state, &e, "header_missing", "ce_type");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(an_event_becomes_a_message),
		WITH_ARENA(the_message_lives_without_the_record),
		WITH_ARENA(on_a_topic_of_ours_the_id_is_our_uuid),
		WITH_ARENA(on_a_topic_of_ours_another_id_is_unreadable_and_known_by_its_place),
		WITH_ARENA(a_foreign_message_without_an_id_is_known_by_its_place),
		WITH_ARENA(an_id_without_its_source_is_unreadable),
		WITH_ARENA(what_is_required_is_required),
		WITH_ARENA(what_may_be_missing_may_be_missing),
		WITH_ARENA(a_header_that_is_there_twice_is_unreadable),
		WITH_ARENA(other_headers_are_let_pass),
		WITH_ARENA(bad_values_are_named),
		WITH_ARENA(labels_have_a_limit_in_characters),
		WITH_ARENA(uris_and_parameters_are_fine),
		WITH_ARENA(fractions_beyond_microseconds_are_cut),
		WITH_ARENA(a_traceparent_that_is_none_is_passed_over),
		WITH_ARENA(a_key_that_is_no_text_belongs_to_no_stream),
		WITH_ARENA(a_tombstone_and_an_empty_value_differ),
		WITH_ARENA(more_than_a_mebibyte_is_too_large),
		WITH_ARENA(an_unreadable_message_keeps_its_identity),
		WITH_ARENA(no_headers_at_all_is_an_error_not_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
