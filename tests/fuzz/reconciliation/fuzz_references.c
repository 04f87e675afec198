/*
 * A payer's words: tokens in their one form, each found again when it is searched for alone, and none twice. Input: lines of free text, those that begin
 * with '=' structured references.
 */
#include "../fuzz.h"

#include "reference.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span rest = span_bytes(data, size), line, structured[LINES], texts[LINES];
	size_t structured_count = 0, text_count = 0;
	struct tokens found;

	for (int i = 0; i < LINES && rest.size > 0; i++) {
		(void)span_cut(rest, '\n', &line, &rest);
		if (span_starts(line, "="))
			structured[structured_count++] = span_from(line, 1);
		else
			texts[text_count++] = line;
	}
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
