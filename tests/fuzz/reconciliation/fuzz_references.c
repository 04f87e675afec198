/*
 * A payer's words: tokens in their one form, each found again when it is searched for alone, and none twice. Input: lines of free text, those that begin
 * with '=' structured references. Each line is also read as a reference of every scheme, and the whole as the contents of a payment's QR code.
 */
#include "../fuzz.h"

#include "match/payer_name.h"
#include "match/payment_qr.h"
#include "match/reference.h"
#include "match/reference_scheme.h"
#include "rf.h"

enum { LINES = 16 };

static void check_token(struct arena *arena, struct span token)
{
	struct tokens again;
	size_t digits = 0;

	for (size_t i = 0; i < token.size; i++) {
		char c = token.at[i];

		demand((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'), "upper case and digits alone");
		digits += c >= '0' && c <= '9';
	}
	demand(token.size <= REFERENCE_MOST && (digits >= REFERENCE_DIGITS || rf_is_valid(token)), "long enough to be looked for");
	reference_find(arena, &token, 1, NULL, 0, &again);
	demand(again.count > 0, "a token is a token");
}

/* A normal form is its own normal form. */
static void check_schemes(struct span text)
{
	char normal[SCHEME_TEXT + 1], again[SCHEME_TEXT + 1];

	for (int scheme = 0; scheme < SCHEMES; scheme++)
		if (scheme_read((enum scheme)scheme, text, normal))
			demand(scheme_read((enum scheme)scheme, span_of(normal), again) && strcmp(normal, again) == 0,
				"a normal form stays as it is");
	if (scheme_rf_of_viite(text, normal))
		demand(scheme_viite_of_rf(span_of(normal), again), "there and back");
	(void)scheme_shows_itself(text);
	(void)scheme_is_qr_iban(text);
}

static void check_names(struct arena *arena, struct span one, struct span other)
{
	demand(name_compare(one, one) != NAME_OTHER, "nobody is another than himself");
	(void)name_compare(one, other);
	(void)name_fold(arena, one);
}

static void check_qr(struct span contents)
{
	struct payment_qr qr;

	if (payment_qr_read(contents, &qr))
		demand(qr.iban.size > 0 && qr.iban.size <= contents.size, "it says whose account");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span rest = span_bytes(data, size), line, structured[LINES], texts[LINES];
	size_t structured_count = 0, text_count = 0;
	struct tokens found;

	check_qr(rest);
	for (int i = 0; i < LINES && rest.size > 0; i++) {
		(void)span_cut(rest, '\n', &line, &rest);
		if (span_starts(line, "="))
			structured[structured_count++] = span_from(line, 1);
		else
			texts[text_count++] = line;
		check_schemes(line);
	}
	if (text_count > 1)
		check_names(arena, texts[0], texts[1]);
	reference_find(arena, structured, structured_count, texts, text_count, &found);
	demand(found.count <= REFERENCE_TOKENS, "no more than asked for");
	for (size_t i = 0; i < found.count; i++) {
		check_token(arena, found.at[i]);
		for (size_t j = 0; j < i; j++)
			demand(!span_equal(found.at[i], found.at[j]), "no token twice");
	}
	if (text_count > 1)
		demand(!reference_is_in(texts[0], texts[1]) || texts[0].size > 0, "nothing is not in it");
	arena_close(arena);
	return 0;
}
