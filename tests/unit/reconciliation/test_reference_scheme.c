#include "../unit.h"
#include "match/payment_qr.h"
#include "match/reference_scheme.h"

#include <jansson.h>
#include <stdio.h>

/* References of national and international rule books; the vectors of other people's libraries where DUNLIN_CORPUS names them. */

static bool is_of(enum scheme scheme, const char *text)
{
	char normal[SCHEME_TEXT + 1];
	return scheme_read(scheme, span_of(text), normal);
}

static const char *normal_of(struct arena *a, enum scheme scheme, const char *text)
{
	char normal[SCHEME_TEXT + 1];
	return scheme_read(scheme, span_of(text), normal) ? arena_strdup(a, normal) : "none";
}

/* ISO 11649: 00, 01 and 99 satisfy the sum modulo 97 and are never made by the standard's formula. */
static void check_digits_of_a_creditor_reference_are_02_to_98(void **state)
{
	(void)state;
	assert_false(is_of(SCHEME_RF, "RF0072"));
	assert_false(is_of(SCHEME_RF, "RF0154"));
	assert_false(is_of(SCHEME_RF, "RF991X"));
	assert_true(is_of(SCHEME_RF, "RF18 5390 0754 7034"));
	assert_true(is_of(SCHEME_RF, "rf18539007547034"));
	assert_false(is_of(SCHEME_RF, "RF18"));
	assert_false(is_of(SCHEME_RF, "18539007547034RF"));
}

static void leading_zeroes_of_a_creditor_reference_do_not_count(void **state)
{
	assert_string_equal(normal_of(*state, SCHEME_RF, "RF18000000000539007547034"), "RF18539007547034");
}

static void a_belgian_rest_of_0_is_written_as_97(void **state)
{
	(void)state;
	assert_true(is_of(SCHEME_OGM, "+++000/0000/09797+++"));
	assert_false(is_of(SCHEME_OGM, "+++000/0000/09700+++"));
	assert_false(is_of(SCHEME_OGM, "+++000/0000/00000+++"));
	assert_false(is_of(SCHEME_OGM, "000000000097"));
}

static void belgian_slashes_stand_in_their_places_only(void **state)
{
	assert_string_equal(normal_of(*state, SCHEME_OGM, " +++020/3430/57642+++"), "020343057642");
	assert_string_equal(normal_of(*state, SCHEME_OGM, "***020/3430/57642***"), "020343057642");
	assert_string_equal(normal_of(*state, SCHEME_OGM, "020/3430/57642"), "020343057642");
	assert_string_equal(normal_of(*state, SCHEME_OGM, "020343057642"), "020343057642");
	assert_false(is_of(SCHEME_OGM, "***02/03430/57642***"));
	assert_false(is_of(SCHEME_OGM, "+++020/3430/57642***"));
	assert_false(is_of(SCHEME_OGM, "+++020/3430/57642"));
	assert_false(is_of(SCHEME_OGM, "020/343057642"));
	assert_false(is_of(SCHEME_OGM, "020343053497-OTHER-RANDOM-STUFF"));
}

/* The standard's own example, its zeroes kept: a library that drops them makes 27 digits out of any number. */
static void a_swiss_reference_has_27_digits_of_which_zeroes_count(void **state)
{
	assert_string_equal(normal_of(*state, SCHEME_QRR, "21 00000 00003 13947 14300 09017"), "210000000003139471430009017");
	assert_string_equal(normal_of(*state, SCHEME_QRR, "000000000000000000000018783"), "none");
	assert_false(is_of(SCHEME_QRR, "2100000003139471430009017"));
	assert_false(is_of(SCHEME_QRR, "210000000%03139471430009017"));
	assert_false(is_of(SCHEME_QRR, "000000000000000000000000000"));
	assert_false(is_of(SCHEME_QRR, "210000000003139471430009016"));
	assert_string_equal(normal_of(*state, SCHEME_ESR, "18 78583"), "1878583");
}

static void a_finnish_reference_is_the_same_in_the_dress_of_iso_11649(void **state)
{
	char rf[SCHEME_TEXT + 1];
	assert_string_equal(normal_of(*state, SCHEME_VIITE, "00000000002023000098"), "2023000098");
	assert_false(is_of(SCHEME_VIITE, "2023/0000/98"));
	assert_false(is_of(SCHEME_VIITE, "2023000095"));
	assert_true(scheme_rf_of_viite(SPAN("0000 1231 234"), rf));
	assert_true(is_of(SCHEME_RF, rf));
	assert_string_equal(rf + 4, "1231234");
	assert_false(scheme_rf_of_viite(SPAN("1231235"), rf));
}

static void leading_zeroes_of_a_norwegian_reference_count(void **state)
{
	assert_string_equal(normal_of(*state, SCHEME_KID10, "0044555258"), "0044555258");
	assert_string_equal(normal_of(*state, SCHEME_KID10, "000001234567897"), "000001234567897");
	assert_false(is_of(SCHEME_KID10, "2345674"));
	assert_false(is_of(SCHEME_KID10, "0"));
}

static void a_norwegian_check_digit_of_10_is_a_dash(void **state)
{
	assert_true(is_of(SCHEME_KID11, "12343"));
	assert_false(is_of(SCHEME_KID11, "12344"));
	/* 6 * 2 = 12, 11 - 1 = 10 */
	assert_string_equal(normal_of(*state, SCHEME_KID11, "6-"), "6-");
	assert_false(is_of(SCHEME_KID11, "60"));
	assert_false(is_of(SCHEME_KID11, "-6"));
	assert_false(is_of(SCHEME_KID10, "6-"));
}

static void a_swedish_reference_may_tell_its_length(void **state)
{
	(void)state;
	assert_true(is_of(SCHEME_OCR, "1234 5678 97"));
	assert_false(is_of(SCHEME_OCR, "1234/5678/97"));
	assert_true(is_of(SCHEME_OCR_LENGTH, "1230077"));
	assert_false(is_of(SCHEME_OCR_LENGTH, "1234567897"));
}

static void only_what_cannot_be_anything_else_shows_itself(void **state)
{
	(void)state;
	assert_true(scheme_shows_itself(SPAN("RF18 5390 0754 7034")));
	assert_true(scheme_shows_itself(SPAN("+++020/3430/57642+++")));
	assert_true(scheme_shows_itself(SPAN("210000000003139471430009017")));
	/* One number in ten ends with a digit that holds. */
	assert_false(scheme_shows_itself(SPAN("1234567897")));
	assert_false(scheme_shows_itself(SPAN("020343057642")));
}

static void a_qr_iban_is_known_by_its_institution(void **state)
{
	(void)state;
	assert_true(scheme_is_qr_iban(SPAN("CH4431999123000889012")));
	assert_false(scheme_is_qr_iban(SPAN("CH5800791123000889012")));
	assert_false(scheme_is_qr_iban(SPAN("DE89370400440532013000")));
	assert_false(scheme_is_qr_iban(SPAN("CH4431999123000889013")));
}

/* ---- QR codes ---- */

#define EPC_HEAD "BCD\n002\n1\nSCT\n\nNord GmbH\nDE89370400440532013000\n"

static bool is_qr(const char *contents)
{
	struct payment_qr qr;
	return payment_qr_read(span_of(contents), &qr);
}

static void an_epc_code_has_a_structured_reference_or_a_text_and_never_both(void **state)
{
	struct payment_qr qr;
	(void)state;
	assert_true(payment_qr_read(SPAN(EPC_HEAD "EUR12.30\nGDDS\nRF18539007547034"), &qr));
	assert_true(span_is(qr.reference, "RF18539007547034") && span_is(qr.iban, "DE89370400440532013000") && !qr.text.size);
	assert_true(payment_qr_read(SPAN(EPC_HEAD "EUR12.30\n\n\nInvoice NORD-000042\n"), &qr));
	assert_true(span_is(qr.text, "Invoice NORD-000042") && !qr.reference.size);
	assert_false(is_qr(EPC_HEAD "EUR12.30\n\nRF18539007547034\nInvoice NORD-000042\n"));
}

static void an_epc_code_of_the_first_version_names_the_bank(void **state)
{
	(void)state;
	assert_false(is_qr("BCD\n001\n1\nSCT\n\nNord GmbH\nDE89370400440532013000\nEUR1"));
	assert_true(is_qr("BCD\r\n001\r\n1\r\nSCT\r\nBHBLDEHHXXX\r\nNord GmbH\r\nDE89370400440532013000\r\nEUR1\r\n"));
}

static void an_epc_code_that_breaks_a_rule_is_none(void **state)
{
	(void)state;
	assert_true(is_qr(EPC_HEAD));
	assert_false(is_qr("BCD\n003\n1\nSCT\n\nNord GmbH\nDE89370400440532013000\n"));
	assert_false(is_qr("BCD\n002\n9\nSCT\n\nNord GmbH\nDE89370400440532013000\n"));
	assert_false(is_qr("BCD\n002\n1\nSCT\n\nNord GmbH\nDE89370400440532013001\n"));
	assert_false(is_qr(EPC_HEAD "USD12.30\n"));
	assert_false(is_qr(EPC_HEAD "EUR12.301\n"));
	assert_false(is_qr(EPC_HEAD "EUR1\n\n\n\n\nthirteenth"));
}

#define SWISS(iban, kind, reference)                                                                                                      \
	"SPC\n0200\n1\n" iban "\nS\nNord AG\nRue du Lac\n1\n2501\nBiel\nCH\n\n\n\n\n\n\n\n12.50\nCHF\n\n\n\n\n\n\n\n" kind "\n" reference \
	"\nbill 3139\nEPD\n"

static void a_swiss_code_wants_the_reference_that_its_account_takes(void **state)
{
	struct payment_qr qr;
	(void)state;
	assert_true(payment_qr_read(SPAN(SWISS("CH4431999123000889012", "QRR", "210000000003139471430009017")), &qr));
	assert_true(span_is(qr.reference, "210000000003139471430009017") && span_is(qr.text, "bill 3139") && span_is(qr.amount, "12.50"));
	assert_true(is_qr(SWISS("CH5800791123000889012", "SCOR", "RF18539007547034")));
	assert_true(is_qr(SWISS("CH5800791123000889012", "NON", "")));
	assert_false(is_qr(SWISS("CH5800791123000889012", "QRR", "210000000003139471430009017")));
	assert_false(is_qr(SWISS("CH4431999123000889012", "SCOR", "RF18539007547034")));
	assert_false(is_qr(SWISS("CH4431999123000889012", "NON", "")));
	assert_false(is_qr(SWISS("CH5800791123000889012", "NON", "1")));
}

/* ---- other people's vectors ---- */

static const char *corpus(struct arena *a, const char *name)
{
	const char *root = getenv("DUNLIN_CORPUS");
	return root ? arena_printf(a, "%s/%s", root, name) : NULL;
}

static bool is_of_named(const char *scheme, const char *text)
{
	static const struct {
		const char *name;
		enum scheme scheme;
	} names[] = { { "RF", SCHEME_RF }, { "BE-OGM", SCHEME_OGM }, { "CH-QRR", SCHEME_QRR }, { "FI-viite", SCHEME_VIITE },
		{ "NO-KID10/SE-OCR", SCHEME_KID10 }, { "NO-KID10/SE-OCR", SCHEME_OCR }, { "NO-KID10", SCHEME_KID10 },
		{ "NO-KID11", SCHEME_KID11 } };
	bool found = false, is = true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, scheme)) {
			found = true;
			is &= is_of(names[i].scheme, text);
		}
	if (!found)
		fail_msg("no scheme is called %s", scheme);
	return is;
}

static void every_vector_of_the_corpus_is_judged_as_its_source_says(void **state)
{
	const char *path = corpus(*state, "refs/reference_vectors.dev.json");
	size_t i;
	json_t *vector;
	if (!path)
		skip();
	json_t *all = json_load_file(path, 0, NULL);
	assert_true(json_array_size(all) > 30);
	json_array_foreach(all, i, vector)
	{
		const char *value = json_string_value(json_object_get(vector, "value"));
		if (is_of_named(json_string_value(json_object_get(vector, "scheme")), value) !=
			json_is_true(json_object_get(vector, "valid")))
			fail_msg("%s", value);
	}
	json_decref(all);
}

/* The numbers between ''' of a doctest: "... " and the number. */
static size_t judge_doctest(struct arena *a, const char *name, enum scheme scheme)
{
	struct span rest = read_file(a, corpus(a, name)), line;
	bool inside = false;
	size_t n = 0;
	while (rest.size) {
		span_cut(rest, '\n', &line, &rest);
		if (span_starts(line, ">>> numbers = '''") || span_is(span_trim(line), "... '''"))
			inside = span_starts(line, ">>>");
		else if (inside && line.size > 4) {
			n++;
			if (!is_of(scheme, span_cstr(a, span_from(line, 4))))
				fail_msg("%.*s", SPAN_ARG(line));
		}
	}
	return n;
}

static void every_real_number_of_the_corpus_is_valid(void **state)
{
	if (!corpus(*state, ""))
		skip();
	assert_int_equal(judge_doctest(*state, "refs/arthurdejong-python-stdnum__test_ch_esr.doctest", SCHEME_ESR), 13);
	assert_true(judge_doctest(*state, "refs/arthurdejong-python-stdnum__test_iso11649.doctest", SCHEME_RF) > 90);
	assert_false(is_of(SCHEME_ESR, "210000000003139471430009016"));
	assert_false(is_of(SCHEME_ESR, "2100000000031394714300090168"));
	assert_false(is_of(SCHEME_ESR, "21000000000313947143000TE45"));
}

static void every_qr_code_of_the_corpus_is_read(void **state)
{
	const char *epc = corpus(*state, "epc_qr/epc.dev.json");
	size_t i;
	json_t *code;
	if (!epc)
		skip();
	json_t *all = json_load_file(epc, 0, NULL);
	assert_true(json_array_size(all) > 0);
	json_array_foreach(all, i, code)
	{
		if (!is_qr(json_string_value(json_object_get(code, "payload"))))
			fail_msg("%s", json_string_value(json_object_get(code, "payload")));
	}
	json_decref(all);
	for (i = 1; i < 4; i += 2) {
		const char *path = corpus(*state, arena_printf(*state, "swiss_qr/manuelbl-SwissQRBill__payload%zu.txt", i));
		assert_true(is_qr(span_cstr(*state, read_file(*state, path))));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(check_digits_of_a_creditor_reference_are_02_to_98),
		WITH_ARENA(leading_zeroes_of_a_creditor_reference_do_not_count),
		WITH_ARENA(a_belgian_rest_of_0_is_written_as_97),
		WITH_ARENA(belgian_slashes_stand_in_their_places_only),
		WITH_ARENA(a_swiss_reference_has_27_digits_of_which_zeroes_count),
		WITH_ARENA(a_finnish_reference_is_the_same_in_the_dress_of_iso_11649),
		WITH_ARENA(leading_zeroes_of_a_norwegian_reference_count),
		WITH_ARENA(a_norwegian_check_digit_of_10_is_a_dash),
		WITH_ARENA(a_swedish_reference_may_tell_its_length),
		WITH_ARENA(only_what_cannot_be_anything_else_shows_itself),
		WITH_ARENA(a_qr_iban_is_known_by_its_institution),
		WITH_ARENA(an_epc_code_has_a_structured_reference_or_a_text_and_never_both),
		WITH_ARENA(an_epc_code_of_the_first_version_names_the_bank),
		WITH_ARENA(an_epc_code_that_breaks_a_rule_is_none),
		WITH_ARENA(a_swiss_code_wants_the_reference_that_its_account_takes),
		WITH_ARENA(every_vector_of_the_corpus_is_judged_as_its_source_says),
		WITH_ARENA(every_real_number_of_the_corpus_is_valid),
		WITH_ARENA(every_qr_code_of_the_corpus_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
