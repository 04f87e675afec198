#include "../unit.h"
#include "match/payer_name.h"
#include "match/payment_qr.h"
#include "match/reference.h"
#include "match/reference_scheme.h"

#include <jansson.h>

/* What payers write, and the words that are found in it; names. */

static const char *tokens_of(struct arena *a, const char *structured, const char *const *texts, size_t n)
{
	struct span given[8], one = span_of(structured);
	struct tokens tokens;
	struct text t;
	for (size_t i = 0; i < n; i++)
		given[i] = span_of(texts[i]);
	reference_find(a, &one, structured[0] != 0, given, n, &tokens);
	text_init(&t, a);
	for (size_t i = 0; i < tokens.count; i++)
		text_printf(&t, "%s%.*s%s%s%s%s", i ? " " : "", SPAN_ARG(tokens.at[i]), tokens.how[i] & HOW_STRUCTURED ? "*" : "",
			tokens.how[i] & HOW_MENDED ? "~" : "", tokens.how[i] & HOW_SHORT ? "?" : "", tokens.how[i] & HOW_BROKEN ? "!" : "");
	return span_cstr(a, text_done(&t));
}

static const char *in_text(struct arena *a, const char *text)
{
	return tokens_of(a, "", &text, 1);
}

static void a_number_is_found_however_it_is_cut_by_signs_and_blanks(void **state)
{
	static const char *const ways[] = { "NORD-000042", "nord 000042", "Invoice NORD/000042, thanks", "inv.NORD-000042",
		"NORD 00 00 42" };
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_non_null(strstr(in_text(*state, ways[i]), "NORD000042"));
}

/* Thirty-one unattended links on a short number inside a longer one, none of them right: whole tokens only. */
static void a_number_inside_a_longer_one_is_never_found(void **state)
{
	static const char *const none[] = { "XNORD-000042", "NORD-0000421", "1NORD-000042", "NORD-00004", "KNORD000042" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		const char *found = in_text(*state, none[i]);
		assert_null(strstr(arena_printf(*state, " %s ", found), " NORD000042 "));
	}
	/* Too few digits to be looked for. */
	assert_string_equal(in_text(*state, "room 12 and 3"), "");
}

static void a_creditor_reference_is_found_in_groups_of_four_and_in_the_text(void **state)
{
	static const char *const ways[] = { "RF18539007547034", "RF18 5390 0754 7034", "rf18 5390 0754 7034 thank you",
		"/RF18 5390 0754 7034/" };
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		assert_non_null(strstr(in_text(*state, ways[i]), "RF18539007547034*"));
	/* One digit wrong: no reference, and no other's either. */
	assert_null(strstr(in_text(*state, "RF18 5390 0754 7035"), "*"));
	/* Leading zeroes of the body do not count. */
	assert_non_null(strstr(in_text(*state, "RF18 0000 0000 0539 0075 47034"), "RF18539007547034*"));
}

static void a_text_that_the_bank_cut_in_mid_word_is_read_joined_as_well(void **state)
{
	static const char *const cut[] = { "payment of invoice NORD-00", "0042 with thanks" };
	assert_non_null(strstr(tokens_of(*state, "", cut, 2), "NORD000042"));
	static const char *const rf[] = { "RF185390", "07547034" };
	assert_non_null(strstr(tokens_of(*state, "", rf, 2), "RF18539007547034*"));
}

static void a_structured_reference_counts_as_one_where_its_check_digits_hold(void **state)
{
	assert_string_equal(tokens_of(*state, "NORD-000042", NULL, 0), "NORD000042");
	assert_string_equal(tokens_of(*state, "RF18 5390 0754 7034", NULL, 0), "RF18539007547034*");
	assert_non_null(strstr(tokens_of(*state, "210000000003139471430009017", NULL, 0), "210000000003139471430009017*"));
	/* Luhn holds: Norwegian or Swedish. */
	assert_non_null(strstr(tokens_of(*state, "1234567897", NULL, 0), "1234567897*"));
	assert_null(strstr(tokens_of(*state, "1234567898", NULL, 0), "*"));
	assert_string_equal(tokens_of(*state, "12", NULL, 0), "");
}

static bool finds(struct arena *a, const char *text, const char *token)
{
	return strstr(arena_printf(a, " %s ", in_text(a, text)), arena_printf(a, " %s ", token)) != NULL;
}

static void a_finnish_reference_is_found_in_either_dress(void **state)
{
	assert_non_null(strstr(tokens_of(*state, "RF411231234", NULL, 0), "1231234*"));
	assert_non_null(strstr(tokens_of(*state, "0000 1231 234", NULL, 0), "RF411231234*"));
}

static void a_belgian_or_swiss_reference_shows_itself_in_the_text(void **state)
{
	assert_true(finds(*state, "facture +++020/3430/57642+++ merci", "020343057642*"));
	assert_true(finds(*state, "***020/3430/57642***", "020343057642*"));
	assert_true(finds(*state, "21 00000 00003 13947 14300 09017", "210000000003139471430009017*"));
	/* Undressed it is a number as any other. */
	assert_true(finds(*state, "020/3430/57642", "020343057642"));
}

/* The check digit that a printed reference ends with is no part of the invoice's number. */
static void a_reference_with_its_check_digit_is_not_the_number_before_it(void **state)
{
	assert_false(finds(*state, "OCR 20260000427", "2026000042"));
	assert_null(strstr(tokens_of(*state, "20260000427", NULL, 0), "2026000042 "));
}

static void a_letter_typed_for_a_digit_is_mended_and_weak(void **state)
{
	static const char *const ways[] = { "NORD-OOOO42", "NORD-0OO042", "nord ooo042", "N0RD-000042", "N0RD-OOOO42" };
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!finds(*state, ways[i], "NORD000042~"))
			fail_msg("%s: %s", ways[i], in_text(*state, ways[i]));
	assert_true(finds(*state, "NORD-0000I2", "NORD000012~"));
	assert_true(finds(*state, "NORD-000042", "NORD000042"));
}

static void a_word_glued_before_the_number_is_mended_and_weak(void **state)
{
	assert_true(finds(*state, "RG2026-0042", "20260042~"));
	assert_true(finds(*state, "RechnungNORD-000042", "NORD000042~"));
	assert_true(finds(*state, "INVNORD000042", "NORD000042~"));
	assert_true(finds(*state, "Rechnung NORD-000042", "NORD000042"));
}

static void a_second_number_is_completed_from_the_first(void **state)
{
	assert_true(finds(*state, "RG 2026-0042/43", "20260042"));
	assert_true(finds(*state, "RG 2026-0042/43", "20260043~"));
	assert_true(finds(*state, "RG 2026-0042 und 43", "20260043~"));
	assert_true(finds(*state, "NORD-000042/43/51", "NORD000051~"));
	assert_true(finds(*state, "factures NORD-000042 et 043", "NORD000043~"));
	/* A dash may be a part of the number. */
	assert_false(finds(*state, "NORD-000042-43", "NORD000043~"));
}

static void a_number_of_few_digits_or_like_a_date_is_weak(void **state)
{
	assert_true(finds(*state, "Miete 2026", "2026?"));
	assert_true(finds(*state, "vom 31.12.2026", "31122026?"));
	assert_true(finds(*state, "20261231", "20261231?"));
	assert_true(finds(*state, "20264231", "20264231"));
}

static void an_iban_in_the_text_is_no_number_of_ours(void **state)
{
	assert_string_equal(in_text(*state, "DE89 3704 0044 0532 0130 00"), "");
	assert_string_equal(in_text(*state, "von DE89370400440532013000 erhalten"), "");
	assert_true(finds(*state, "DE89 3704 0044 0532 0130 00 NORD-000042", "NORD000042"));
}

static void an_amount_in_the_text_is_no_number_of_ours(void **state)
{
	assert_string_equal(in_text(*state, "Betrag 1.234,56 EUR"), "");
	assert_string_equal(in_text(*state, "sum 1,234.56"), "");
	assert_string_equal(in_text(*state, "Betrag 1234,56"), "");
	assert_true(finds(*state, "26.03.2026", "26032026?"));
}

/* Two digits swapped in the reference: its body may be another's number by now. */
static void what_stands_in_a_reference_whose_check_digits_fail_is_doubted(void **state)
{
	assert_true(finds(*state, "RF19 NORD 0000 42", "NORD000042!"));
	assert_true(finds(*state, "RF19NORD000042", "NORD000042!"));
	assert_true(finds(*state, "RF19 NORD 0000 42 oder NORD-000077", "NORD000042!"));
}

static void a_word_that_two_pieces_make_is_weak(void **state)
{
	static const char *const cut[] = { "invoice NORD-00004", "2 pieces" };
	assert_non_null(strstr(tokens_of(*state, "", cut, 2), "NORD000042~"));
}

static void every_word_of_one_place_is_a_token_once_at_its_strongest(void **state)
{
	assert_true(finds(*state, "NORD-OO0042 NORD-000042", "NORD000042"));
}

/* Other people's cases of equal references: one outside, a group of ours; a beginning is not the whole. */
static void references_of_the_corpus_are_equal_as_its_source_says(void **state)
{
	const char *root = getenv("DUNLIN_CORPUS");
	size_t i;
	json_t *pair;
	if (!root)
		skip();
	json_t *all = json_load_file(arena_printf(*state, "%s/matching/blnk_rule_cases.json", root), 0, NULL),
	       *pairs = json_object_get(all, "reference_equals");
	assert_true(json_array_size(pairs) >= 5);
	json_array_foreach(pairs, i, pair)
	{
		struct span outside = span_of(json_string_value(json_array_get(pair, 0))),
			    group = span_of(json_string_value(json_array_get(pair, 1))), one;
		bool equal = false;
		while (group.size) {
			span_cut(group, '|', &one, &group);
			equal |= reference_is_in(span_trim(one), outside);
		}
		if (equal != json_is_true(json_array_get(pair, 2)))
			fail_msg("%.*s", SPAN_ARG(outside));
	}
	json_decref(all);
}

/* Bytes that look like what is searched for, and any others: read to their end and no further. */
static void any_bytes_are_searched(void **state)
{
	static const char often[] = "0123456789ONRF+/ -.,DE\n\xc3\xbc";
	struct chance chance = { 23 };
	(void)state;
	for (int round = 0; round < 4000; round++) {
		struct arena *a = arena_open();
		struct span pieces[3];
		struct tokens tokens;
		struct payment_qr qr;
		char normal[SCHEME_TEXT + 1];
		for (int i = 0; i < 3; i++) {
			size_t n = (size_t)chance_below(&chance, 60);
			char *at = arena_raw(a, n + 1);
			for (size_t j = 0; j < n; j++)
				at[j] = chance_below(&chance, 8) ? often[chance_below(&chance, sizeof(often) - 1)]
								 : (char)chance_below(&chance, 256);
			pieces[i] = span_bytes(at, n);
			for (int scheme = 0; scheme < SCHEMES; scheme++)
				if (scheme_read((enum scheme)scheme, pieces[i], normal))
					assert_true(strlen(normal) <= SCHEME_TEXT);
			payment_qr_read(pieces[i], &qr);
		}
		reference_find(a, pieces, 1, pieces, 3, &tokens);
		for (size_t i = 0; i < tokens.count; i++)
			assert_true(tokens.at[i].size <= REFERENCE_MOST);
		assert_true(name_compare(pieces[0], pieces[1]) == name_compare(pieces[1], pieces[0]));
		arena_close(a);
	}
}

static const char *completed(struct arena *a, const char *text)
{
	struct span one = span_of(text);
	struct tokens tokens;
	reference_complete(a, &one, 1, &tokens);
	return tokens.count ? arena_printf(a, "%zu %.*s %.*s%s", tokens.count, SPAN_ARG(tokens.at[0]),
				      SPAN_ARG(tokens.at[tokens.count - 1]), tokens.how[0] & HOW_CUT_WIDTH ? " at a width" : "")
			    : "";
}

static void a_number_at_the_end_may_have_lost_one_digit_or_two_at_a_fields_width(void **state)
{
	assert_string_equal(completed(*state, "RG 2026-004"), "20 20260040 RG20260049");
	assert_string_equal(completed(*state, "Zahlung Ihrer Rg. 2026-0004"), "330 202600040 IHRERRG2026000499 at a width");
	assert_string_equal(completed(*state, "RG 2026-004 Danke"), "");
	assert_string_equal(completed(*state, "DE89 3704 0044 0532 0130 00"), "");
}

static void words_that_stay_are_a_word_with_a_number_that_is_no_year_date_or_amount(void **state)
{
	static const struct {
		const char *text, *forms;
	} texts[] = { { "Kd 4711 Miete 01/2026", "KD4711" }, { "Miete Januar 2026", "" }, { "am 31122026 EUR 4711 Rate 5000,00", "" },
		{ "Vertrag 88123, Objekt 0042", "VERTRAG88123 OBJEKT0042" }, { "IBAN 12345678", "" } };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct span one = span_of(texts[i].text), forms[REFERENCE_FORMS];
		struct text t;
		text_init(&t, *state);
		for (size_t n = reference_forms(*state, &one, 1, forms), j = 0; j < n; j++)
			text_printf(&t, "%s%.*s", j ? " " : "", SPAN_ARG(forms[j]));
		assert_string_equal(span_cstr(*state, text_done(&t)), texts[i].forms);
	}
}

/* ---- names ---- */

static void names_are_alike_by_more_than_half_of_the_shorter_one(void **state)
{
	static const struct {
		const char *one, *other;
		enum name_likeness like;
	} pairs[] = {
		{ "Müller & Söhne GmbH", "MUELLER SOEHNE GMBH", NAME_ALIKE },
		{ "Müller GmbH", "MULLER", NAME_ALIKE },
		{ "Anna Müller", "MUELLER, ANNA", NAME_ALIKE },
		{ "Anna Müller", "A. Mueller", NAME_ALIKE },
		{ "Anna Müller", "Peter Müller", NAME_OTHER },
		{ "Nordlicht Handels GmbH", "NORDLICHT HANDEL", NAME_ALIKE },
		{ "Internationale Spedition Weber", "INTERNATIONALE SPEDITI", NAME_ALIKE },
		{ "Societé Dupont SARL", "SOCIETE DUPONT", NAME_ALIKE },
		{ "Kováč s.r.o.", "KOVAC", NAME_ALIKE },
		{ "Schmidt AG", "Meier AG", NAME_OTHER },
		{ "Weber Weber Kaufmann", "Weber Lindner Brandt", NAME_OTHER },
		{ "Maria Maria", "Maria Lindner", NAME_OTHER },
		{ "Jan Jan Lindner", "Jan Lindner", NAME_ALIKE },
		{ "GmbH", "Meier", NAME_UNKNOWN },
		{ "", "Meier", NAME_UNKNOWN },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (name_compare(span_of(pairs[i].one), span_of(pairs[i].other)) != pairs[i].like ||
			name_compare(span_of(pairs[i].other), span_of(pairs[i].one)) != pairs[i].like)
			fail_msg("%s, %s", pairs[i].one, pairs[i].other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_number_is_found_however_it_is_cut_by_signs_and_blanks),
		WITH_ARENA(a_number_inside_a_longer_one_is_never_found),
		WITH_ARENA(a_number_at_the_end_may_have_lost_one_digit_or_two_at_a_fields_width),
		WITH_ARENA(words_that_stay_are_a_word_with_a_number_that_is_no_year_date_or_amount),
		WITH_ARENA(a_creditor_reference_is_found_in_groups_of_four_and_in_the_text),
		WITH_ARENA(a_text_that_the_bank_cut_in_mid_word_is_read_joined_as_well),
		WITH_ARENA(a_structured_reference_counts_as_one_where_its_check_digits_hold),
		WITH_ARENA(a_finnish_reference_is_found_in_either_dress),
		WITH_ARENA(a_belgian_or_swiss_reference_shows_itself_in_the_text),
		WITH_ARENA(a_reference_with_its_check_digit_is_not_the_number_before_it),
		WITH_ARENA(a_letter_typed_for_a_digit_is_mended_and_weak),
		WITH_ARENA(a_word_glued_before_the_number_is_mended_and_weak),
		WITH_ARENA(a_second_number_is_completed_from_the_first),
		WITH_ARENA(a_number_of_few_digits_or_like_a_date_is_weak),
		WITH_ARENA(an_iban_in_the_text_is_no_number_of_ours),
		WITH_ARENA(an_amount_in_the_text_is_no_number_of_ours),
		WITH_ARENA(what_stands_in_a_reference_whose_check_digits_fail_is_doubted),
		WITH_ARENA(a_word_that_two_pieces_make_is_weak),
		WITH_ARENA(every_word_of_one_place_is_a_token_once_at_its_strongest),
		WITH_ARENA(references_of_the_corpus_are_equal_as_its_source_says),
		WITH_ARENA(any_bytes_are_searched),
		WITH_ARENA(names_are_alike_by_more_than_half_of_the_shorter_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
