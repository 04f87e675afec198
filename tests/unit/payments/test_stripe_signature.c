#include "../unit.h"

#include <stdio.h>

#include "json_in.h"
#include "webhook.h"

static struct why why;

#define BODY SPAN("{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}")
#define SECRET SPAN("whsec_test_secret")
#define AT 1614265330
/* Made by stripe-node for these, as published with its tests. */
#define GOOD "af4ead0627a34a8cca29808e8de9ada8e41a92e6237c63cef6eacf51d36cca34"

static enum err verify(const char *header, struct span body, const struct span *secrets, size_t n, int64_t now)
{
	why = (struct why){ .err = OK };
	return webhook_verify(span_of(header), body, secrets, n, (struct instant){ now * US_PER_SECOND }, &why);
}

static enum err verify_one(const char *header, int64_t now)
{
	return verify(header, BODY, &SECRET, 1, now);
}

static void stripes_own_signature_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(verify_one("t=1614265330,v1=" GOOD, AT), OK);
	assert_int_equal(verify_one("v1=" GOOD ",t=1614265330", AT), OK);
}

static void one_right_signature_among_several_is_enough(void **state)
{
	(void)state;
	assert_int_equal(
		verify_one("t=1614265330,v1=0000000000000000000000000000000000000000000000000000000000000000,v1=" GOOD ",v0=" GOOD, AT),
		OK);
	assert_int_equal(verify_one("t=1614265330,v2=x,v1=" GOOD ",v1=zz", AT), OK);
}

static void any_active_secret_will_do_and_an_empty_one_never(void **state)
{
	const struct span secrets[] = { SPAN("whsec_new"), SPAN(""), SECRET };

	(void)state;
	assert_int_equal(verify("t=1614265330,v1=" GOOD, BODY, secrets, 3, AT), OK);
	assert_int_equal(verify("t=1614265330,v1=" GOOD, BODY, secrets, 2, AT), ERR_INVALID);
	assert_string_equal(why.code, "signature_wrong");
	/* HMAC-SHA-256 of the same under an empty key. */
	assert_int_equal(verify("t=1614265330,v1=f249cc552549b5b0da6d32ce8bafeb180fe06b71aa28897eb19a4af42583e1b9", BODY, secrets, 3, AT),
		ERR_INVALID);
	assert_int_equal(verify("t=1614265330,v1=" GOOD, BODY, secrets, 0, AT), ERR_INVALID);
}

static void a_changed_byte_is_refused(void **state)
{
	struct span body = BODY;

	for (size_t i = 0; i < body.size; i++) {
		char *changed = span_cstr(*state, body);

		changed[i] ^= 1;
		assert_int_equal(verify("t=1614265330,v1=" GOOD, (struct span){ changed, body.size }, &SECRET, 1, AT), ERR_INVALID);
		assert_string_equal(why.code, "signature_wrong");
	}
	assert_int_equal(verify_one("t=1614265331,v1=" GOOD, AT), ERR_INVALID);
}

static void other_schemes_and_other_letters_are_no_signature(void **state)
{
	(void)state;
	assert_int_equal(verify_one("t=1614265330,v0=" GOOD, AT), ERR_INVALID);
	assert_string_equal(why.code, "signature_wrong");
	assert_int_equal(verify_one("t=1614265330,v1=AF4EAD0627A34A8CCA29808E8DE9ADA8E41A92E6237C63CEF6EACF51D36CCA34", AT), ERR_INVALID);
	assert_int_equal(verify_one("t=1614265330,v1=" GOOD "00", AT), ERR_INVALID);
	assert_int_equal(verify_one("t=1614265330", AT), ERR_INVALID);
}

static void five_minutes_either_way_are_tolerated_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(verify_one("t=1614265330,v1=" GOOD, AT + 300), OK);
	assert_int_equal(verify_one("t=1614265330,v1=" GOOD, AT - 300), OK);
	assert_int_equal(verify_one("t=1614265330,v1=" GOOD, AT + 301), ERR_INVALID);
	assert_string_equal(why.code, "signature_stale");
	assert_int_equal(verify_one("t=1614265330,v1=" GOOD, AT - 301), ERR_INVALID);
	assert_string_equal(why.code, "signature_stale");
}

static void a_header_that_is_none_is_malformed(void **state)
{
	static const char *const headers[] = { "", ",", "t", "t=", "=", "v1=" GOOD, "t=x,v1=" GOOD, "t=-1,v1=" GOOD,
		"t=+1614265330,v1=" GOOD, "t=1614265330,t=1614265330,v1=" GOOD, "t=99999999999999999999,v1=" GOOD, " t=1614265330,v1=" GOOD,
		"t= 1614265330,v1=" GOOD };

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		assert_int_equal(verify_one(headers[i], AT), ERR_INVALID);
		assert_string_equal(why.code, "signature_malformed");
		assert_string_equal(why.field, "stripe-signature");
	}
}

static void only_the_count_of_pending_deliveries_may_differ_between_two(void **state)
{
	struct digest a = webhook_digest(SPAN("{\"id\":\"e\",\"pending_webhooks\": 3,\"x\":1}")),
		      b = webhook_digest(SPAN("{\"id\":\"e\",\"pending_webhooks\":12,\"x\":1}")),
		      c = webhook_digest(SPAN("{\"id\":\"e\",\"pending_webhooks\":12,\"x\":2}"));

	(void)state;
	assert_memory_equal(a.b, b.b, sizeof(a.b));
	assert_true(memcmp(b.b, c.b, sizeof(b.b)) != 0);
}

/* Verified by other implementations; DUNLIN_CORPUS names the folder. */
static void the_vectors_of_other_implementations_come_out_as_they_say(void **state)
{
	const char *corpus = getenv("DUNLIN_CORPUS");
	struct json_in in, vector;
	size_t n;

	if (corpus == NULL)
		skip();
	assert_int_equal(
		json_in_open(&in, *state, read_file(*state, arena_printf(*state, "%s/psp_vectors/signatures.dev.json", corpus)), &why), OK);
	assert_int_equal(json_in_list(&in, "stripe", 1, 100, &n, &why), OK);
	for (size_t i = 0; i < n; i++) {
		struct span secret, payload, header;
		int64_t now;
		bool valid;

		assert_int_equal(json_in_item(&in, "stripe", i, &vector, &why), OK);
		assert_int_equal(json_in_text(&vector, "secret", 1, 100, &secret, &why), OK);
		assert_int_equal(json_in_prose(&vector, "payload", 1, 10000, &payload, &why), OK);
		assert_int_equal(json_in_text(&vector, "header", 1, 1000, &header, &why), OK);
		assert_int_equal(json_in_bool(&vector, "valid", &valid, &why), OK);
		assert_int_equal(json_in_int64(&vector, json_in_has(&vector, "now") ? "now" : "timestamp", 0, INT64_MAX, &now, &why), OK);
		assert_int_equal(webhook_verify(header, payload, &secret, 1, (struct instant){ now * US_PER_SECOND }, &why) == OK, valid);
	}
}

/* Real events of three API versions. */
static void real_events_are_read(void **state)
{
	static const struct {
		const char *file;
		enum attempt_act act;
		int64_t amount;
	} files[] = {
		{ "2020-08-27-webhooks-payment_intent_succeeded", ATTEMPT_ACT_SUCCEED, 3897 },
		{ "2020-08-27-webhooks-payment_intent_payment_failed", ATTEMPT_ACT_DECLINE, -1 },
		{ "2020-08-27-webhooks-payment_intent_canceled", ATTEMPT_ACT_EXPIRE, -1 },
		{ "2024-09-30.acacia-webhooks-payment_intent_succeeded", ATTEMPT_ACT_SUCCEED, 3897 },
		{ "2024-09-30.acacia-webhooks-payment_intent_payment_failed", ATTEMPT_ACT_DECLINE, -1 },
		{ "2024-09-30.acacia-webhooks-payment_intent_canceled", ATTEMPT_ACT_EXPIRE, -1 },
	};
	const char *corpus = getenv("DUNLIN_CORPUS");

	if (corpus == NULL)
		skip();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct span body =
			read_file(*state, arena_printf(*state, "%s/psp_webhooks/getlago-lago-api__stripe-%s.json", corpus, files[i].file));
		struct webhook_event event;

		if (webhook_read(*state, body, &event, &why) != OK)
			fail_msg("%s: %s %s", files[i].file, why.field, why.text);
		assert_true(event.notice.has_act);
		assert_int_equal(event.notice.act, files[i].act);
		assert_true(span_starts(event.notice.payment, "pi_"));
		if (files[i].amount >= 0)
			assert_int_equal(event.notice.amount.minor, files[i].amount);
		if (files[i].act == ATTEMPT_ACT_DECLINE)
			assert_true(event.notice.decline_code.size > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stripes_own_signature_is_accepted),
		cmocka_unit_test(one_right_signature_among_several_is_enough),
		cmocka_unit_test(any_active_secret_will_do_and_an_empty_one_never),
		WITH_ARENA(a_changed_byte_is_refused),
		cmocka_unit_test(other_schemes_and_other_letters_are_no_signature),
		cmocka_unit_test(five_minutes_either_way_are_tolerated_and_no_more),
		cmocka_unit_test(a_header_that_is_none_is_malformed),
		cmocka_unit_test(only_the_count_of_pending_deliveries_may_differ_between_two),
		WITH_ARENA(the_vectors_of_other_implementations_come_out_as_they_say),
		WITH_ARENA(real_events_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
