#include "told.h"

#include <stdio.h>

/* ---- files made from a few words ---- */

#define FILE_HEADER "101 231380104 1210428822603031200A094101Federal Reserve Bank   Nordwind Inc                   \n"
#define TOLD "returns 0: 2026-03-03 A 0000001 of NORDWIND01 2026-03-03..2026-03-03, - to - skipped "

static const char *batch_header(struct arena *a, const char *kind, const char *company)
{
	return arena_printf(a, "5200%-16s%-20s%-10.10s%3sDEBITS    %6s260304   112104288%07d\n", "Nordwind", "", company, kind, "", 1);
}

/* An entry of routing number 23138010, with this trace number at its end. */
static const char *entry(struct arena *a, int code, int cents, const char *name, bool addenda)
{
	return arena_printf(a, "6%02d23138010412345678         %010dINV-000042     %-22s  %d121042880000001\n", code, cents, name, addenda);
}

static const char *control(struct arena *a, int count, const char *hash, int debit, int credit)
{
	return arena_printf(a, "8200%06d%10s%012d%012d%-10s%25s12104288%07d\n", count, hash, debit, credit, "NORDWIND01", "", 1);
}

static const char *file_control(struct arena *a, int count, const char *hash, int debit, int credit)
{
	return arena_printf(a, "9000001000001%08d%10s%012d%012d%39s\n%094d\n", count, hash, debit, credit, "", 0);
}

static const char *nines(struct arena *a)
{
	char *all = arena_alloc(a, 96);
	memset(all, '9', 94);
	all[94] = '\n';
	return all;
}

/* A file of one batch of these records; debit and credit are its totals. */
static const char *file_of(struct arena *a, const char *kind, const char *records, int count, const char *hash, int debit, int credit)
{
	char *end = arena_strdup(a, file_control(a, count, hash, debit, credit));
	end[95] = 0;
	return arena_printf(a, FILE_HEADER "%s%s%s%s%s", batch_header(a, kind, "NORDWIND01"), records,
		control(a, count, hash, debit, credit), end, nines(a));
}

static const char *one(struct arena *a, int code, int cents, const char *addenda)
{
	bool debit = code % 10 >= 5;
	return told_text(a, file_of(a, "PPD", arena_printf(a, "%s%s", entry(a, code, cents, "ADA BYRON", true), addenda), 2, "0023138010",
				    debit ? cents : 0, debit ? 0 : cents));
}

/* Positions: type 1-3, reason 4-6, original trace 7-21, 22-27, original bank 28-35, 36-79, trace 80-94. */
static const char *answer(struct arena *a, const char *type, const char *reason, const char *from22, const char *from36)
{
	return arena_printf(a, "7%s%s121042880000099%-6s12104288%-44s231380100000001\n", type, reason, from22, from36);
}

static bool says(const char *told, const char *what)
{
	if (strstr(told, what))
		return true;
	print_error("%s\nhas not: %s\n", told, what);
	return false;
}

/* ---- returns ---- */

static void a_returned_debit_takes_money_away_and_names_its_reason_and_original_trace(void **state)
{
	assert_string_equal(one(*state, 26, 11900, answer(*state, "99", "R01", "", "NSF")),
		"inform 0.1 at 3: USD -119.00 2026-03-03/2026-03-04 status=return e2e=INV-000042 tx=121042880000001 \"DEBITS\" name=ADA BYRON iban=12345678"
		" bic=231380104 code=PMNT/IDDT/UPDD own=PPD 26 return=R01 because=NSF of=121042880000099\n" TOLD "1\n");
}

static void a_returned_credit_gives_money_back(void **state)
{
	assert_true(says(one(*state, 21, 500, answer(*state, "99", "R03", "", "")), "USD 5.00 2026-03-03/2026-03-04 status=return"));
	assert_true(says(one(*state, 31, 500, answer(*state, "99", "R03", "", "")), "code=PMNT/ICDT/RRTN own=PPD 31 return=R03"));
	assert_true(says(one(*state, 36, 500, answer(*state, "99", "R10", "", "")), "USD -5.00"));
}

static void the_date_of_death_belongs_to_r14_and_r15_alone(void **state)
{
	assert_true(says(one(*state, 26, 500, answer(*state, "99", "R14", "260301", "")), "\"DEBITS\" \"260301\""));
	assert_true(says(one(*state, 26, 500, answer(*state, "99", "R15", "260301", "")), "\"DEBITS\" \"260301\""));
	assert_null(strstr(one(*state, 26, 500, answer(*state, "99", "R02", "260301", "")), "260301"));
}

/* 36-38 blank, return trace 39-53, return's settlement day 54-56, its reason 57-58, text 59-79. */
static void a_dishonoured_return_gives_the_money_back_and_has_its_fields_at_other_places(void **state)
{
	static const char *const reasons[] = { "R61", "R62", "R67", "R70" };
	struct arena *a = *state;
	for (size_t i = 0; i < 4; i++)
		assert_true(says(one(a, 26, 500, answer(a, "99", reasons[i], "", "   02100002000000706201UNTIMELY RETURN")),
			arena_printf(a,
				"USD 5.00 2026-03-03/2026-03-04 status=dishonored return e2e=INV-000042 bank=021000020000007 tx=121042880000001 \"DEBITS\" \"01\" name=ADA BYRON"
				" iban=12345678 bic=231380104 code=PMNT/IDDT/OTHR own=PPD 26 return=%s because=UNTIMELY RETURN of=121042880000099\n",
				reasons[i])));
	assert_true(says(one(a, 26, 500, answer(a, "99", "R60", "", "")), "status=return"));
}

/* Return trace 39-53, its day 54-56 and reason 57-58; the dishonouring one's trace 59-73, day 74-76, reason 77-78. */
static void a_contested_return_takes_it_again_and_names_both_before_it(void **state)
{
	struct arena *a = *state;
	const char *fields = "06202100002000000706201"
			     "121042880000088"
			     "070"
			     "67";
	assert_true(says(one(a, 26, 500, answer(a, "99", "R71", "260301", fields)),
		"USD -5.00 2026-03-03/2026-03-04 status=contested return e2e=INV-000042 bank=021000020000007 tx=121042880000001 \"DEBITS\" \"01\" \"121042880000088\" \"67\""));
	assert_true(says(one(a, 26, 500, answer(a, "99", "R77", "260301", fields)), "status=contested return"));
	assert_true(says(one(a, 26, 500, answer(a, "99", "R78", "", "")), "status=return"));
}

static void a_notification_of_change_moves_no_money(void **state)
{
	assert_true(says(one(*state, 26, 0, answer(*state, "98", "C01", "", "1918171614")),
		"USD 0.00 2026-03-03/2026-03-04 status=notification of change e2e=INV-000042 tx=121042880000001 \"DEBITS\" name=ADA BYRON iban=12345678 bic=231380104"
		" code=NOC own=PPD 26 return=C01 because=1918171614 of=121042880000099"));
}

static void entries_that_went_out_inform_with_their_addenda(void **state)
{
	struct arena *a = *state;
	const char *text = arena_printf(a, "705%-80s00010000001\n", "RE NORD-000042");
	assert_true(says(one(a, 27, 500, text),
		"USD 5.00 2026-03-03/2026-03-04 status=entry e2e=INV-000042 tx=121042880000001 \"DEBITS\" \"RE NORD-000042\""));
	assert_true(says(one(a, 22, 500, text), "USD -5.00"));
}

static void a_truncated_trace_or_a_reason_that_is_none_is_named(void **state)
{
	struct arena *a = *state;
	const char *cut = "799R0112104288000009       12104288                                            231380100000001\n";
	assert_true(says(one(a, 26, 500, cut), "broken 0 at 4: field_malformed: '12104288000009 ' is no trace number"));
	assert_true(says(one(a, 26, 500, answer(a, "99", "X01", "", "")), "broken 0 at 4: field_malformed: 'X01' is no reason"));
	assert_true(says(one(a, 26, 500, answer(a, "98", "R01", "", "")), "'R01' is no reason"));
}

/* ---- layouts ---- */

static void records_may_stand_behind_each_other_without_line_ends(void **state)
{
	struct arena *a = *state;
	const char *file = file_of(a, "PPD", arena_printf(a, "%s%s", entry(a, 26, 500, "ADA BYRON", true), answer(a, "99", "R01", "", "")),
		2, "0023138010", 500, 0);
	char *joined = arena_strdup(a, file), *to = joined;
	for (const char *at = file; *at; at++)
		if (*at != '\n')
			*to++ = *at;
	*to = 0;
	assert_string_equal(told_text(a, joined), told_text(a, file));
}

static void lines_may_end_with_crlf_be_cut_or_padded(void **state)
{
	struct arena *a = *state;
	const char *file = file_of(a, "PPD", arena_printf(a, "%s%s", entry(a, 26, 500, "ADA BYRON", true), answer(a, "99", "R01", "", "")),
		2, "0023138010", 500, 0);
	struct text crlf, cut;
	text_init(&crlf, a);
	text_init(&cut, a);
	for (struct span rest = span_of(file), line; rest.size;) {
		(void)span_cut(rest, '\n', &line, &rest);
		size_t size = line.size;
		text_span(&crlf, line);
		text_add(&crlf, "       \r\n");
		while (size && line.at[size - 1] == ' ')
			size--;
		text_span(&cut, span_bytes(line.at, size));
		text_add(&cut, "\n\n");
	}
	const char *expected = told_text(a, file);
	assert_string_equal(told_text(a, text_done(&crlf).at), expected);
	assert_true(says(told_text(a, text_done(&cut).at), "USD -5.00 2026-03-03/2026-03-04 status=return"));
}

static void a_record_longer_than_94_characters_is_refused(void **state)
{
	struct arena *a = *state;
	assert_true(says(told_text(a, arena_printf(a, "%.94sX\n", FILE_HEADER)),
		"refused: record_malformed: line 1: a record is longer than 94 characters"));
	assert_true(says(told_text(a, arena_printf(a, FILE_HEADER "%500d\n", 1)), "refused: record_malformed: line 2: a record is longer"));
}

/* 94 characters may be 95 bytes. */
static void characters_are_counted_not_bytes(void **state)
{
	struct arena *a = *state;
	const char *utf8 = file_of(a, "PPD",
		arena_printf(a, "%s%s",
			"626231380104"
			"12345678         "
			"0000000500"
			"INV-000042     "
			"M\xc3\x9cLLER                "
			"  1121042880000001\n",
			answer(a, "99", "R01", "", "")),
		2, "0023138010", 500, 0);
	const char *latin = file_of(a, "PPD",
		arena_printf(a, "%s%s",
			"626231380104"
			"12345678         "
			"0000000500"
			"INV-000042     "
			"M\xdcLLER                "
			"  1121042880000001\n",
			answer(a, "99", "R01", "", "")),
		2, "0023138010", 500, 0);
	assert_true(says(told_text(a, utf8), "tx=121042880000001 \"DEBITS\" name=M\xc3\x9cLLER"));
	assert_string_equal(told_text(a, latin), told_text(a, utf8));
}

static void international_entries_and_advices_have_layouts_of_their_own(void **state)
{
	struct arena *a = *state;
	const char *iat =
		arena_printf(a, "6262313801040002             0000000500%-35s%5s121042880000001\n710ANN%018d%22s%-35s%6s0000001\n%s",
			"DE89370400440532013000", "", 500, "", "ADA BYRON", "",
			"799R01121042880000099      121042880000000500RETURNED ABROAD                   231380100000001\n");
	assert_true(says(told_text(a, file_of(a, "IAT", iat, 3, "0023138010", 500, 0)),
		"USD -5.00 2026-03-03/2026-03-04 status=return tx=121042880000001 \"DEBITS\" name=ADA BYRON iban=DE89370400440532013000 bic=231380104 code=PMNT/IDDT/UPDD own=IAT 26"
		" return=R01 because=RETURNED ABROAD of=121042880000099"));
	const char *advice = arena_printf(a,
		FILE_HEADER "%s681231380104744-5678-99    00000005000012104288211131 Ada Byron             0011000010500001\n"
			    "8280%06d%010d%020d%020d%-19s12104288%07d\n9%06d%06d%08d%010d%020d%020d%23s\n",
		batch_header(a, "ADV", "NORDWIND01"), 1, 23138010, 0, 50000, "", 1, 1, 1, 1, 23138010, 0, 50000, "");
	assert_true(says(told_text(a, advice),
		"USD -500.00 2026-03-03/2026-03-04 status=entry \"DEBITS\" name=Ada Byron iban=744-5678-99 bic=231380104 code=PMNT/ICDT/OTHR own=ADV 81\n" TOLD
		"1\n"));
}

/* ---- control ---- */

static void totals_of_a_batch_must_be_those_of_its_entries(void **state)
{
	struct arena *a = *state;
	const char *record = entry(a, 26, 500, "ADA", false), *at;
	assert_true(says(told_text(a, file_of(a, "PPD", record, 2, "0023138010", 500, 0)),
		"control_total: the number of entries and addenda of the batch"));
	assert_true(says(told_text(a, file_of(a, "PPD", record, 1, "0023138011", 500, 0)),
		"control_total: the sum of routing numbers of the batch"));
	assert_true(
		says(told_text(a, file_of(a, "PPD", record, 1, "0023138010", 501, 0)), "control_total: the total of debits of the batch"));
	at = told_text(a, file_of(a, "PPD", record, 1, "0023138010", 500, 1));
	assert_true(says(at, "broken 0 at 4: control_total: the total of credits of the batch is not that of its entries"));
	assert_true(says(at, "refused: file_control_total: line 5: the total of credits of the file is not that of its batches"));
}

static void the_sum_of_routing_numbers_is_cut_to_ten_digits(void **state)
{
	struct arena *a = *state;
	struct text t;
	text_init(&t, a);
	for (int i = 0; i < 500; i++)
		text_add(&t, entry(a, 26, 1, "ADA", false));
	/* 500 x 23138010 = 11569005000 */
	assert_true(says(told_text(a, file_of(a, "PPD", text_done(&t).at, 500, "1569005000", 500, 0)), TOLD "500\n"));
}

static void a_file_that_ends_early_or_begins_late_is_refused(void **state)
{
	struct arena *a = *state;
	const char *batch = batch_header(a, "PPD", "NORDWIND01"), *record = entry(a, 26, 1, "ADA", false),
		   *end = control(a, 1, "0023138010", 1, 0);
	const struct {
		const char *file, *why;
	} cases[] = {
		{ arena_printf(a, FILE_HEADER "%s%s%s", batch, record, end), "refused: cut_short" },
		{ batch, "refused: format_unknown" },
		{ arena_printf(a, FILE_HEADER FILE_HEADER), "a file begins where none can" },
		{ arena_printf(a, FILE_HEADER "%s%s", batch, batch), "a batch begins where none can" },
		{ arena_printf(a, FILE_HEADER "%s", record), "an entry stands outside a batch" },
		{ arena_printf(a, FILE_HEADER "%s%s", batch, answer(a, "99", "R01", "", "")), "addenda stand behind no entry" },
		{ arena_printf(a, FILE_HEADER "%s%s%s%s", batch, record, answer(a, "99", "R01", "", ""), answer(a, "99", "R01", "", "")),
			"an entry is returned twice" },
		{ arena_printf(a, FILE_HEADER "%s", end), "a batch ends that did not begin" },
		{ arena_printf(a, FILE_HEADER "%s%s", batch, file_control(a, 0, "0000000000", 0, 0)),
			"a file ends that did not begin, or before its batch" },
		{ arena_printf(a, FILE_HEADER "X\n"), "no record of an ACH file begins so" },
		{ arena_printf(a, FILE_HEADER "9000000000001%08d%010d%012d%012d\n", 0, 0, 0, 0), "refused: no_statement" },
		{ arena_printf(a, FILE_HEADER "9000002000001%08d%010d%012d%012d\n", 0, 0, 0, 0),
			"refused: file_control_total: line 2: the number of batches" },
		{ "101 231380104 1210428822613031200A094101\n", "the file has no date of creation" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(says(told_text(a, cases[i].file), cases[i].why));
}

static void an_entry_without_amount_or_code_is_named(void **state)
{
	struct arena *a = *state;
	const char *record = "62X231380104"
			     "12345678         "
			     "00000X0500"
			     "INV-000042     "
			     "ADA                   "
			     "  0121042880000001\n";
	assert_true(says(told_text(a, file_of(a, "PPD", record, 1, "0023138010", 500, 0)),
		"broken 0 at 3: amount_malformed: an entry has no transaction code, or no amount"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_returned_debit_takes_money_away_and_names_its_reason_and_original_trace),
		WITH_ARENA(a_returned_credit_gives_money_back),
		WITH_ARENA(the_date_of_death_belongs_to_r14_and_r15_alone),
		WITH_ARENA(a_dishonoured_return_gives_the_money_back_and_has_its_fields_at_other_places),
		WITH_ARENA(a_contested_return_takes_it_again_and_names_both_before_it),
		WITH_ARENA(a_notification_of_change_moves_no_money),
		WITH_ARENA(entries_that_went_out_inform_with_their_addenda),
		WITH_ARENA(a_truncated_trace_or_a_reason_that_is_none_is_named),
		WITH_ARENA(records_may_stand_behind_each_other_without_line_ends),
		WITH_ARENA(lines_may_end_with_crlf_be_cut_or_padded),
		WITH_ARENA(a_record_longer_than_94_characters_is_refused),
		WITH_ARENA(characters_are_counted_not_bytes),
		WITH_ARENA(international_entries_and_advices_have_layouts_of_their_own),
		WITH_ARENA(totals_of_a_batch_must_be_those_of_its_entries),
		WITH_ARENA(the_sum_of_routing_numbers_is_cut_to_ten_digits),
		WITH_ARENA(a_file_that_ends_early_or_begins_late_is_refused),
		WITH_ARENA(an_entry_without_amount_or_code_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
