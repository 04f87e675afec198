/*
 * Values from text: whatever is read is printed and read back as the same; a refusal leaves the value as it was.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/date.h"
#include "common/money.h"
#include "common/rf.h"
#include "common/uuid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

static void dates(struct arena *arena, struct span text)
{
	struct date date = { 42 }, date_again;
	struct instant at = { 42 }, at_again;

	if (date_parse(text, &date) == OK)
		check(span_is(text, date_text(arena, date)), "a date has one text");
	else
		check(date.day == 42, "a refusal leaves the date alone");
	if (instant_parse(text, &at) == OK)
		check(instant_parse(span_of(instant_text(arena, at)), &at_again) == OK && at.us == at_again.us, "an instant comes back");
	else
		check(at.us == 42, "a refusal leaves the instant alone");
	check(date_from_days(at.us, &date_again) != OK || date_again.day == at.us, "a number is its day");
}

static void numbers(struct arena *arena, struct span text)
{
	static const struct currency currencies[] = { { "EUR" }, { "JPY" }, { "BHD" } };
	struct decimal decimal, decimal_again;
	int64_t integer = 42;

	for (size_t i = 0; i < 3; i++) {
		struct money money = { 42, { "USD" } }, again;

		if (money_parse(text, currencies[i], &money, NULL) != OK)
			check(money.minor == 42, "a refusal leaves the money alone");
		else
			check(money_parse(span_of(money_digits(arena, money)), currencies[i], &again, NULL) == OK &&
					money_equal(money, again),
				"an amount comes back");
	}
	if (decimal_parse(text, &decimal, NULL) == OK)
		check(decimal_parse(span_of(decimal_text(arena, decimal)), &decimal_again, NULL) == OK &&
				decimal_compare(decimal, decimal_again) == 0,
			"a decimal comes back");
	if (span_int64(text, &integer) != OK)
		check(integer == 42, "a refusal leaves the integer alone");
}

static void identities(struct arena *arena, struct span text)
{
	char normal[RF_TEXT + 1], again[RF_TEXT + 1];
	struct uuid uuid, uuid_again;

	if (uuid_parse(text, &uuid) == OK)
		check(uuid_parse(span_of(uuid_text(arena, uuid)), &uuid_again) == OK && uuid_equal(uuid, uuid_again), "a uuid comes back");
	check(rf_make(text, again) != OK || rf_is_valid(span_of(rf_print(arena, span_of(again)))),
		"what is made is valid, printed in groups too");
	check(rf_is_valid(text) == (rf_normalise(text, normal) == OK), "a valid reference has a form");
	if (rf_is_valid(text)) {
		check(rf_normalise(span_of(normal), again) == OK && strcmp(normal, again) == 0, "the form is a form of itself");
		check(rf_make(span_of(normal + 4), again) == OK && strcmp(normal, again) == 0, "the body makes the check digits");
	}
}

static void encodings(struct arena *arena, struct span text)
{
	struct span bytes;

	if (span_unbase64(arena, text, &bytes) == OK)
		check(span_equal(span_base64(arena, bytes), text), "base 64 has one text");
	if (span_unbase64url(arena, text, &bytes) == OK)
		check(span_equal(span_base64url(arena, bytes), text), "base 64 for URLs has one text");
	if (span_unhex(arena, text, &bytes) == OK)
		check(bytes.size * 2 == text.size, "two digits are a byte");
	check(!span_is_text(text) || span_is_utf8(text), "a text is UTF-8");
	check(span_unbase64(arena, span_base64(arena, text), &bytes) == OK && span_equal(bytes, text), "any bytes come back from base 64");
	check(span_unhex(arena, span_hex(arena, text), &bytes) == OK && span_equal(bytes, text), "any bytes come back from hexadecimal");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_bytes(data, size);
	struct arena *arena = arena_open();
	struct why why;

	dates(arena, text);
	numbers(arena, text);
	identities(arena, text);
	encodings(arena, text);
	check(why_set(&why, ERR_INVALID, "quoted", "%.*s", SPAN_ARG(text)) == ERR_INVALID && span_is_text(span_of(why.text)),
		"a reason is a text");
	arena_close(arena);
	return 0;
}
