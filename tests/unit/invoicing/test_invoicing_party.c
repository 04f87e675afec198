#include "../unit.h"

#include "field.h"
#include "party.h"

static struct why why;

static void expect_all(enum err (*check)(struct span, const char *, struct why *), const char *const *texts, size_t n, enum err err)
{
	for (size_t i = 0; i < n; i++) {
		if (check(span_of(texts[i]), "x", &why) != err)
			fail_msg("\"%s\": %s", texts[i], err == OK ? why.text : "is taken");
	}
}

#define EXPECT(check, texts, err) expect_all(check, texts, sizeof(texts) / sizeof *(texts), err)

static void an_iban_has_right_check_digits(void **state)
{
	static const char *const good[] = { "DE89370400440532013000", "GB29NWBK60161331926819", "NO9386011117947",
		"MT84MALT011000012345MTLCAST001S", "FR1420041010050500013M02606" };
	static const char *const bad[] = { "", "DE88370400440532013000", "DE8937040044053201300", "de89370400440532013000",
		"DE89 3704 0044 0532 0130 00", "DE893704004405320130001234567890123", "D189370400440532013000", "DEX9370400440532013000" };

	(void)state;
	EXPECT(iban_check, good, OK);
	EXPECT(iban_check, bad, ERR_INVALID);
	assert_string_equal(iban_print(*state, SPAN("NO9386011117947")), "NO93 8601 1117 947");
}

static void a_mail_address_is_local_at_domain(void **state)
{
	static const char *const good[] = { "a@b.de", "first.last+tag@sub.example.org", "o'brien@example.ie", "x@localhost" };
	static const char *const bad[] = { "", "a", "@b.de", "a@", "a@@b.de", "a b@c.de", "a@b..de", ".a@b.de", "a.@b.de", "a..b@c.de",
		"a@-b.de", "a@b-.de", "a@b.de\n", "a@b_c.de", "\"a\"@b.de", "a@[127.0.0.1]", "\xc3\xa4@b.de",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.de" };

	(void)state;
	EXPECT(email_check, good, OK);
	EXPECT(email_check, bad, ERR_INVALID);
}

static void a_language_is_a_tag(void **state)
{
	static const char *const good[] = { "de", "pt-BR", "zh-Hant-TW", "gsw" };
	static const char *const bad[] = { "", "d", "german", "de_DE", "de-", "-de", "de-ABCDEFGHI", "12" };

	(void)state;
	EXPECT(language_check, good, OK);
	EXPECT(language_check, bad, ERR_INVALID);
}

static void a_bic_has_eight_or_eleven_characters(void **state)
{
	static const char *const good[] = { "COBADEFF", "COBADEFFXXX", "AAA1DEFF123" };
	static const char *const bad[] = { "", "COBADE", "COBADEFFX", "cobadeff", "COBA1EFF", "COBADEFFXX1X" };

	(void)state;
	EXPECT(bic_check, good, OK);
	EXPECT(bic_check, bad, ERR_INVALID);
}

static enum err customer_check(struct span s, const char *field, struct why *w)
{
	(void)field;
	return field_customer(s, w);
}

static void a_customers_reference_cannot_be_taken_for_anything_else(void **state)
{
	static const char *const good[] = { "c1", "K/2026#1", "!~", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	static const char *const bad[] = { "", "@merchant", "a@b", "a:b", "a b", "\xc3\xa4", "a\x7f",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

	(void)state;
	EXPECT(customer_check, good, OK);
	EXPECT(customer_check, bad, ERR_INVALID);
}

static void a_list_names_the_item_at_fault(void **state)
{
	(void)state;
	assert_int_equal(list_check(SPAN("a@b.de\nnone\nc@d.de"), "emails", 8, email_check, &why), ERR_INVALID);
	assert_string_equal(why.field, "emails[1]");
	assert_int_equal(list_check(SPAN("a@b.de\nc@d.de"), "emails", 1, email_check, &why), ERR_INVALID);
	assert_string_equal(why.field, "emails");
	assert_int_equal(list_check(SPAN(""), "emails", 1, email_check, &why), OK);
}

static void an_address_is_whole_or_empty(void **state)
{
	struct address a = { .city = SPAN("Kiel") };

	(void)state;
	assert_int_equal(address_check(&a, "address", &why), ERR_INVALID);
	assert_string_equal(why.field, "address.country");
	a.country = SPAN("de");
	assert_int_equal(address_check(&a, "address", &why), ERR_INVALID);
	a.country = SPAN("DE");
	assert_int_equal(address_check(&a, "address", &why), OK);
	a.lines = SPAN("1\n2\n3\n4\n5");
	assert_int_equal(address_check(&a, "address", &why), ERR_INVALID);
	assert_string_equal(why.field, "address.lines");
	assert_int_equal(address_check(&(struct address){ 0 }, "address", &why), OK);
}

static void an_error_never_repeats_what_may_be_personal(void **state)
{
	(void)state;
	assert_int_equal(email_check(SPAN("jane doe@x"), "emails[0]", &why), ERR_INVALID);
	assert_null(strstr(why.text, "jane"));
	assert_int_equal(iban_check(SPAN("DE00370400440532013000"), "ibans[0]", &why), ERR_INVALID);
	assert_null(strstr(why.text, "3704"));
	assert_int_equal(field_text(SPAN("Jane\x01"), "name", 1, 200, &why), ERR_INVALID);
	assert_null(strstr(why.text, "Jane"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(an_iban_has_right_check_digits),
		WITH_ARENA(a_mail_address_is_local_at_domain),
		WITH_ARENA(a_language_is_a_tag),
		WITH_ARENA(a_bic_has_eight_or_eleven_characters),
		WITH_ARENA(a_customers_reference_cannot_be_taken_for_anything_else),
		WITH_ARENA(a_list_names_the_item_at_fault),
		WITH_ARENA(an_address_is_whole_or_empty),
		WITH_ARENA(an_error_never_repeats_what_may_be_personal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
