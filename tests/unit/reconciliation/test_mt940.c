#include "statements.h"

#include <stdio.h>

/* A statement of 12345678/1020304050 in EUR from 100,00 to `closing`, with these lines between. */
static struct span document(struct arena *a, const char *closing, const char *lines)
{
	return span_of(arena_printf(
		a, ":20:STARTUMS\n:25:12345678/1020304050\n:28C:7/1\n:60F:C260301EUR100,00\n%s:62F:C260303EUR%s\n-\n", lines, closing));
}

/* What is told of it, but for the statement itself when that closes as it should. */
static const char *told_of(struct arena *a, const char *closing, const char *lines)
{
	char *told = span_cstr(a, statement_told(a, document(a, closing, lines), 0));
	char *statement = strstr(told, "statement 0 at 1: STARTUMS 7/1 of 12345678/1020304050");
	assert_non_null(statement);
	assert_null(strstr(told, "broken"));
	*statement = 0;
	return told;
}

static void tells(struct arena *a, const char *closing, const char *lines, const char *expected)
{
	assert_string_equal(told_of(a, closing, lines), expected);
}

static void a_statement_is_told_with_its_number_balances_and_period(void **state)
{
	assert_string_equal(span_cstr(*state, statement_told(*state, document(*state, "150,00", ":61:2603020302C50,00NTRFE-1//B-1\n"), 0)),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 e2e=E-1 bank=B-1 code=PMNT/RCDT/OTHR own=NTRF\n"
		"statement 0 at 1: STARTUMS 7/1 of 12345678/1020304050 2026-03-02..2026-03-03, EUR 100.00 1 lines 5000 to EUR 150.00 no. 7\n");
}

static void pieces_of_any_size_tell_the_same(void **state)
{
	struct span d = document(*state, "150,00",
		":61:2603020302C50,00NTRFNONREF\r\n:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Rechnung 2026-\r\n0042?32Ada?33 Byron\r\n");
	struct span whole = statement_told(*state, d, 0);
	assert_non_null(strstr(whole.at, "\"Rechnung 2026-0042\""));
	for (size_t piece = 1; piece < 60; piece++)
		assert_true(span_equal(whole, statement_told(*state, d, piece)));
}

/* A reversal of a credit takes money, one of a debit brings it; two libraries had it the other way round for years. */
static void rc_takes_and_rd_brings(void **state)
{
	tells(*state, "90,00", ":61:260302RC30,00NTRFA\n:61:260302RD20,00NTRFB\n",
		"line 0.1 at 5: EUR -30.00 2026-03-02/2026-03-02 reversal e2e=A code=PMNT/ICDT/OTHR own=NTRF\n"
		"line 0.2 at 6: EUR 20.00 2026-03-02/2026-03-02 reversal e2e=B code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void what_is_expected_informs(void **state)
{
	tells(*state, "100,00", ":61:260302EC30,00NTRFA\n:61:260302ED20,00NTRFB\n",
		"inform 0.1 at 5: EUR 30.00 2026-03-02/2026-03-02 status=expected e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"inform 0.2 at 6: EUR -20.00 2026-03-02/2026-03-02 status=expected e2e=B code=PMNT/ICDT/OTHR own=NTRF\n");
}

/* CR is C and the R of EUR. */
static void the_letter_after_the_mark_is_the_currencys(void **state)
{
	tells(*state, "130,00",
		":61:2603020302CR50,00NTRFA\n:61:2603020302DR10,00NTRFB\n:61:2603020302RCR30,00NTRFC\n:61:2603020302RDR20,00NTRFD\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.2 at 6: EUR -10.00 2026-03-02/2026-03-02 e2e=B code=PMNT/ICDT/OTHR own=NTRF\n"
		"line 0.3 at 7: EUR -30.00 2026-03-02/2026-03-02 reversal e2e=C code=PMNT/ICDT/OTHR own=NTRF\n"
		"line 0.4 at 8: EUR 20.00 2026-03-02/2026-03-02 reversal e2e=D code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void an_amount_needs_no_decimals_and_may_be_filled_with_zeroes(void **state)
{
	tells(*state, "333,50", ":61:260302C230, NTRFA\n:61:260302C000000000003,5NTRFB\n:61:260302C0,00NTRFC\n",
		"line 0.1 at 5: EUR 230.00 2026-03-02/2026-03-02 e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.2 at 6: EUR 3.50 2026-03-02/2026-03-02 e2e=B code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void an_amount_that_is_none_breaks_a_rule_and_is_left_out(void **state)
{
	static const struct {
		const char *line, *rule;
	} cases[] = {
		{ ":61:260302C1,005NTRFA", "amount_malformed" },
		{ ":61:260302CNTRFA", "amount_malformed" },
		{ ":61:260302C1.000,00NTRFA", "amount_malformed" },
		{ ":61:260302X1,00NTRFA", "indicator_unknown" },
		{ ":61:261302C1,00NTRFA", "date_malformed" },
		{ ":61:2603", "date_malformed" },
		{ ":61:260302C1,00-TRF", "field_malformed" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span told = statement_told(
			*state, document(*state, "150,00", arena_printf(*state, ":61:260302C50,00NTRFE\n%s\n", cases[i].line)), 0);
		assert_non_null(strstr(told.at, arena_printf(*state, "broken 0 at 6: %s: ", cases[i].rule)));
		assert_non_null(strstr(told.at, "1 lines 5000 to EUR 150.00"));
	}
}

/* The entry date is written without its year. */
static void an_entry_date_is_of_the_year_nearest_to_the_value_date(void **state)
{
	tells(*state, "103,00", ":61:2512310102C1,00NTRFA\n:61:2601021231C1,00NTRFB\n:61:2601020103C1,00NTRFC\n",
		"line 0.1 at 5: EUR 1.00 2026-01-02/2025-12-31 e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.2 at 6: EUR 1.00 2025-12-31/2026-01-02 e2e=B code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.3 at 7: EUR 1.00 2026-01-03/2026-01-02 e2e=C code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void an_entry_date_may_be_absent_blank_or_none_of_the_calendar(void **state)
{
	tells(*state, "103,00", ":61:260302C1,00NTRFA\n:61:260302    C1,00NTRFB\n:61:2603020000C1,00NTRFC\n",
		"line 0.1 at 5: EUR 1.00 2026-03-02/2026-03-02 e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.2 at 6: EUR 1.00 2026-03-02/2026-03-02 e2e=B code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.3 at 7: EUR 1.00 2026-03-02/2026-03-02 e2e=C code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void a_value_date_on_30_february_is_the_months_last_day_and_kept_as_written(void **state)
{
	tells(*state, "101,00", ":61:2602300302C1,00NTRFA\n",
		"line 0.1 at 5: EUR 1.00 2026-03-02/2026-02-28 e2e=A code=PMNT/RCDT/OTHR own=NTRF value=260230\n");
}

static void years_from_80_on_are_of_the_last_century(void **state)
{
	tells(*state, "102,00", ":61:991231C1,00NTRFA\n:61:790101C1,00NTRFB\n",
		"line 0.1 at 5: EUR 1.00 1999-12-31/1999-12-31 e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.2 at 6: EUR 1.00 2079-01-01/2079-01-01 e2e=B code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void colons_in_a_text_begin_no_field(void **state)
{
	tells(*state, "150,00", ":61:260302C50,00NTRFA\n:86:Card 20:44:45 in\n:shop: of\n:20:44:45\n:86 not\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 e2e=A \"Card 20:44:45 in\" \":shop: of\" \":20:44:45\" \":86 not\""
		" code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void a_dash_alone_in_a_text_is_text(void **state)
{
	tells(*state, "150,00", ":61:260302C50,00NTRFA\n:86:/EREF/E-1//MARF/MND\n-\nEV01/\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 e2e=E-1 tx=A mandate=MND-EV01 code=PMNT/RCDT/OTHR own=NTRF\n");
}

/* Lines are cut at 65 characters, pieces at 27, in words and in tags. */
static void texts_cut_in_words_and_tags_are_joined(void **state)
{
	tells(*state, "50,00",
		":61:260302D50,00NRTIKREF+//B-9\n/OCMT/EUR49,00//CHGS/EUR1,00/\n"
		":86:109?00LASTSCHRIFT RUECKGABE?109075/629?20EREF+A1.200080779.400143254?21.4961336 KREF+SEPA-DA202006?2201221740-34972000-P1 MR\n"
		"EF+?232308HW2723821 CRED+DE41ZZZ0?240000129793 OAMT+49,00 SVWZ+?25OF INVOICE\n 42?2677?30CSDBDE71XXX?31DE02120300000000202051\n"
		"?32Byron?33 Ada\n",
		"line 0.1 at 5: EUR -50.00 2026-03-02/2026-03-02 e2e=A1.200080779.400143254.4961336 bank=B-9 tx=SEPA-DA20200601221740-34972000-P1"
		" mandate=2308HW2723821 \"OF INVOICE 42 77\" \"LASTSCHRIFT RUECKGABE\" name=Byron Ada iban=DE02120300000000202051 agent=CSDBDE71XXX"
		" customer=DE41ZZZ00000129793 code=PMNT/IDDT/UPDD own=NRTI instructed EUR -49.00 charge EUR 1.00 included\n");
}

static void a_piece_that_ends_before_its_27_characters_ends_a_word(void **state)
{
	tells(*state, "150,00", ":61:260302C50,00NTRFNONREF\n:86:166?20SVWZ+Invoice?212026-0042 und Rechnung 43?20-44?32Ada\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 \"Invoice 2026-0042 und Rechnung 43 -44\" name=Ada code=PMNT/RCDT/ESCT own=NTRF\n");
}

static void the_separator_of_the_pieces_may_be_any(void **state)
{
	static const char separators[] = "?+<>^~";
	for (size_t i = 0; separators[i]; i++) {
		char s = separators[i];
		tells(*state, "150,00",
			arena_printf(*state, ":61:260302C50,00NTRFNONREF\n:86:166%c00Credit%c20Invoice 42%c32Ada\n", s, s, s),
			"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 \"Invoice 42\" \"Credit\" name=Ada code=PMNT/RCDT/ESCT own=NTRF\n");
	}
}

static void a_separator_in_a_text_that_begins_no_piece_is_text(void **state)
{
	tells(*state, "150,00", ":61:260302C50,00NTRFNONREF\n:86:166?20really? 42?99?32Ada?\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 \"really? 42?99\" name=Ada? code=PMNT/RCDT/ESCT own=NTRF\n");
}

static void texts_between_slashes_say_who_and_what(void **state)
{
	tells(*state, "150,00",
		":61:260302C50,00NTRFEREF//B-1\n/TRCD/00108/\n"
		":86:/EREF/E-1//CNTP/NL91ABNA0417164300/ABNANL2A/J.Jan\nssen/Delft//REMI/USTD//Factuur 42 klant 7/\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 e2e=E-1 bank=B-1 \"Factuur 42 klant 7\" name=J.Janssen iban=NL91ABNA0417164300"
		" agent=ABNANL2A code=PMNT/RCDT/OTHR own=NTRF\n");
	tells(*state, "150,00",
		":61:260302C50,00N541NONREF\nNL91ABNA0417164300\n"
		":86:/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J Janssen/ULTD//NAME/K Janssen/REMI/STRD/CUR/9001123412341234\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 ref=9001123412341234 \"SEPA OVERBOEKING\" name=J Janssen iban=NL91ABNA0417164300"
		" agent=ABNANL2A ultimate=K Janssen code=N541 own=N541\n");
}

static void a_return_between_slashes_says_why(void **state)
{
	tells(*state, "50,00", ":61:260302D50,00NRTIEREF//B\n:86:/RTRN/MS03//EREF/E-9//MARF/M-1//CSID/NL32ZZZ1//REMI/USTD//x/\n",
		"line 0.1 at 5: EUR -50.00 2026-03-02/2026-03-02 e2e=E-9 bank=B mandate=M-1 \"x\" customer=NL32ZZZ1 code=PMNT/RCDT/RRTN own=NRTI"
		" return=MS03\n");
}

static void free_texts_are_told_as_they_are(void **state)
{
	tells(*state, "150,00", ":61:260302C50,00NMSCNONREF\n:86:NL91ABNA0417164300 gerrits glas\n\nFactuur 17227/248/20    \n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 \"NL91ABNA0417164300 gerrits glas\" \"Factuur 17227/248/20\" name=gerrits glas"
		" iban=NL91ABNA0417164300 code=NMSC own=NMSC\n");
}

static void a_text_after_the_closing_balance_is_the_statements(void **state)
{
	struct span d = document(*state, "150,00", ":61:260302C50,00NTRFA\n");
	d.size -= 2;
	struct span told =
		statement_told(*state, span_of(arena_printf(*state, "%.*s:64:C260303EUR1,00\n:86:not of A\n-\n", SPAN_ARG(d))), 0);
	assert_null(strstr(told.at, "not of A"));
	assert_non_null(strstr(told.at, "statement 0 at 1"));
	assert_null(strstr(told.at, "statement 1"));
}

static void a_line_may_have_no_text_or_two(void **state)
{
	tells(*state, "102,00", ":61:260302C1,00NTRFA\n:61:260302C1,00NTRFB\n:86:one\n:86:two\n",
		"line 0.1 at 5: EUR 1.00 2026-03-02/2026-03-02 e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"line 0.2 at 6: EUR 1.00 2026-03-02/2026-03-02 e2e=B \"one\" \"two\" code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void pages_are_statements_that_close_by_themselves(void **state)
{
	static const char *const pages =
		":20:X\n:25:ABNANL2A/517852257\n:28C:5/1\n:60F:C260301EUR10,00\n:61:260302C1,00NTRFA\n:62M:C260302EUR11,00\n"
		":20:X\n:25:ABNANL2A/517852257\n:28C:5/2\n:60M:C260302EUR11,00\n:61:260302D2,00NTRFB\n:62F:C260302EUR9,00\n";
	assert_string_equal(span_cstr(*state, statement_told(*state, span_of(pages), 0)),
		"line 0.1 at 5: EUR 1.00 2026-03-02/2026-03-02 e2e=A code=PMNT/RCDT/OTHR own=NTRF\n"
		"statement 0 at 1: X 5/1 of ABNANL2A/517852257 2026-03-02..2026-03-02, EUR 10.00 1 lines 100 to EUR 11.00 no. 5\n"
		"line 1.1 at 11: EUR -2.00 2026-03-02/2026-03-02 e2e=B code=PMNT/ICDT/OTHR own=NTRF\n"
		"statement 1 at 7: X 5/2 of ABNANL2A/517852257 2026-03-02..2026-03-02, EUR 11.00 1 lines -200 to EUR 9.00 no. 5\n");
}

static void the_transaction_reference_and_the_trailer_may_be_missing(void **state)
{
	static const char *const two = ":25:517852257\n:28C:1\n:60F:C260301EUR1,00\n:62F:C260301EUR1,00\n"
				       ":25:517852258\n:28C:1\n:60F:D260301EUR1,00\n:62F:D260301EUR1,00";
	assert_string_equal(span_cstr(*state, statement_told(*state, span_of(two), 0)),
		"statement 0 at 1: 1 of 517852257 2026-03-01..2026-03-01, EUR 1.00 0 lines 0 to EUR 1.00 no. 1\n"
		"statement 1 at 5: 1 of 517852258 2026-03-01..2026-03-01, EUR -1.00 0 lines 0 to EUR -1.00 no. 1\n");
}

static void the_wrappers_of_the_wire_are_passed_over(void **state)
{
	static const char *const wrapped =
		"\x01\r\n{1:F01INGBNL2AXXXX00001}\r\n{2:I940INGBNL2AXXXN}\r\n{4:\r\n:20:A\r\n:25:NL91ABNA0417164300EUR\r\n:28C:1\r\n"
		":60F:C260301EUR1,00\r\n:62F:C260301EUR1,00\r\n-}{5:}\r\n\x03";
	assert_string_equal(span_cstr(*state, statement_told(*state, span_of(wrapped), 0)),
		"statement 0 at 5: A 1 of NL91ABNA0417164300 2026-03-01..2026-03-01, EUR 1.00 0 lines 0 to EUR 1.00 no. 1\n");
}

static void a_currency_behind_the_account_is_not_part_of_it(void **state)
{
	static const char *const written[] = { "NL91ABNA0417164300", "NL91ABNA0417164300EUR", "NL91ABNA0417164300 EUR" };
	for (size_t i = 0; i < 3; i++) {
		const char *d = arena_printf(*state, ":20:A\n:25:%s\n:60F:C260301EUR1,00\n:62F:C260301EUR1,00\n", written[i]);
		assert_non_null(strstr(statement_told(*state, span_of(d), 0).at, "A of NL91ABNA0417164300 2026"));
	}
}

static void an_interim_report_informs(void **state)
{
	static const char *const report = ":20:R\n:25:GJB0291077111\n:28C:3917/1\n:34F:EURD0,00\n:13D:2603021730+0000\n"
					  ":61:2603020302D0,42NMSCNONREF//B-1\n:86:fee\n:90D:1EUR0,42\n-\n";
	assert_string_equal(span_cstr(*state, statement_told(*state, span_of(report), 0)),
		"inform 0.1 at 6: EUR -0.42 2026-03-02/2026-03-02 bank=B-1 \"fee\" code=NMSC own=NMSC\n"
		"interim 0 at 1: R 3917/1 of GJB0291077111 2026-03-02..2026-03-02, - 0 lines 0 to - no. 3917 skipped 1\n");
}

/* An interim report: one debit of 0,42, two credits of 5,00, one of them only expected. */
static const char *interim(struct arena *a, const char *limit, const char *totals)
{
	const char *report = arena_printf(a,
		":20:R\n:25:GJB0291077111\n:28C:3917/1\n:34F:EUR%s\n:13D:2603021730+0000\n:61:2603020302D0,42NMSCA\n"
		":61:2603020302C5,00NTRFB\n:61:260302EC5,00NTRFC\n%s-\n",
		limit, totals);
	char *broken = strstr(span_cstr(a, statement_told(a, span_of(report), 0)), "broken");
	char *end = broken ? strchr(broken, '\n') : NULL;
	if (end)
		*end = 0;
	return broken ? broken : "";
}

/* SWIFT MT942, fields 90D and 90C: number and sum of the debits and of the credits. */
static void an_interim_reports_own_totals_are_those_of_its_entries(void **state)
{
	static const char *const good[] = { ":90D:1EUR0,42\n", ":90C:1EUR5,00\n", ":90D:1EUR0,42\n:90C:2EUR10,00\n" };
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(interim(*state, "D0,00", good[i]), "");
	assert_string_equal(interim(*state, "D0,00", ":90D:2EUR0,42\n"),
		"broken 0 at 9: control_total: the bank counts 2 debits, 42 in all; the entries are 1, 42 in all");
	assert_string_equal(interim(*state, "D0,00", ":90D:1EUR0,42\n:90C:1EUR5,01\n"),
		"broken 0 at 10: control_total: the bank counts 1 credits, 501 in all; the entries are 1, 500 in all");
	assert_string_equal(
		interim(*state, "D0,00", ":90C:EUR5,00\n"), "broken 0 at 9: field_malformed: 'EUR5,00' is no number and sum of entries");
	assert_string_equal(
		interim(*state, "D0,00", ":90C:1USD5,00\n"), "broken 0 at 9: field_malformed: '1USD5,00' is no number and sum of entries");
}

/* Field 34F: smaller ones are not told, and counted by some banks. */
static void entries_below_a_floor_limit_may_be_counted_and_not_told(void **state)
{
	assert_string_equal(interim(*state, "D1,00", ":90D:4EUR1,42\n"), "");
	assert_string_equal(interim(*state, "1,00", ":90C:4EUR6,00\n"), "");
	assert_non_null(strstr(interim(*state, "D1,00", ":90C:4EUR6,00\n"), "control_total"));
	assert_non_null(strstr(interim(*state, "D1,00", ":90D:4EUR0,41\n"), "control_total"));
}

/* One report in two messages says its totals in the last of them; another report's are its own. */
static void totals_are_those_of_all_pages_of_a_report(void **state)
{
	static const char *const pages = ":20:R\n:25:GJB1\n:28C:%s\n:34F:EUR0,\n:61:260302C5,00NTRFA\n-\n"
					 ":20:R\n:25:GJB1\n:28C:7/2\n:34F:EUR0,\n:61:260302C6,00NTRFB\n:90C:2EUR11,00\n-\n";
	const char *one = arena_printf(*state, pages, "7/1"), *other = arena_printf(*state, pages, "6/1");
	assert_null(strstr(span_cstr(*state, statement_told(*state, span_of(one), 0)), "broken"));
	assert_non_null(strstr(span_cstr(*state, statement_told(*state, span_of(other), 0)), "broken 1 at 12: control_total"));
}

static void letters_are_read_in_utf_8_and_in_windows_1252(void **state)
{
	static const char *const ways[] = { "M\xc3\xbcller", "M\xfcller" };
	for (size_t i = 0; i < 2; i++)
		tells(*state, "150,00", arena_printf(*state, ":61:260302C50,00NTRFNONREF\n:86:166?20x?32%s\n", ways[i]),
			"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 \"x\" name=M\xc3\xbcller code=PMNT/RCDT/ESCT own=NTRF\n");
}

static void a_placeholder_is_no_reference(void **state)
{
	static const char *const none[] = { "NONREF", "nonref", "EREF", "KREF+", "" };
	for (size_t i = 0; i < 5; i++)
		tells(*state, "150,00", arena_printf(*state, ":61:260302C50,00NTRF%s//NONREF\n", none[i]),
			"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void a_reference_may_hold_a_slash(void **state)
{
	tells(*state, "150,00", ":61:260302C50,00NTRFRG 2026/42//B/1\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 e2e=RG 2026/42 bank=B/1 code=PMNT/RCDT/OTHR own=NTRF\n");
}

static void what_a_statement_lacks_is_named(void **state)
{
	assert_string_equal(span_cstr(*state, statement_told(*state, SPAN(":20:A\n:61:260302C1,00NTRFB\n:60F:X\n:62F:C260301EUR1,00"), 0)),
		"broken 0 at 2: currency_unknown: no balance or limit before it says the currency in '260302C1,00NTRFB'\n"
		"broken 0 at 3: balance_malformed: 'X' is not a balance\n"
		"broken 0 at 1: account_missing: the statement names no account\n"
		"broken 0 at 1: opening_missing: no opening balance, booked or intermediate\n"
		"statement 0 at 1: A of  2026-03-01..2026-03-01, - 0 lines 0 to EUR 1.00 broken 4\n");
	assert_string_equal(span_cstr(*state, statement_told(*state, SPAN(":86:text\n:64:x\n"), 0)),
		"no_statement: line 3: the file holds no statement\n");
}

static void a_text_longer_than_any_bank_writes_ends_the_reading(void **state)
{
	struct text t;
	text_init(&t, *state);
	text_add(&t, ":20:A\n:25:1\n:60F:C260301EUR1,00\n:61:260302C1,00NTRFB\n:86:");
	for (int i = 0; i < 400; i++)
		text_add(&t, "0123456789012345678901234567890123456789012345678901234567890123456789\n");
	assert_non_null(strstr(statement_told(*state, text_done(&t), 0).at, "text_too_long: line 5: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_statement_is_told_with_its_number_balances_and_period),
		WITH_ARENA(pieces_of_any_size_tell_the_same),
		WITH_ARENA(rc_takes_and_rd_brings),
		WITH_ARENA(what_is_expected_informs),
		WITH_ARENA(the_letter_after_the_mark_is_the_currencys),
		WITH_ARENA(an_amount_needs_no_decimals_and_may_be_filled_with_zeroes),
		WITH_ARENA(an_amount_that_is_none_breaks_a_rule_and_is_left_out),
		WITH_ARENA(an_entry_date_is_of_the_year_nearest_to_the_value_date),
		WITH_ARENA(an_entry_date_may_be_absent_blank_or_none_of_the_calendar),
		WITH_ARENA(a_value_date_on_30_february_is_the_months_last_day_and_kept_as_written),
		WITH_ARENA(years_from_80_on_are_of_the_last_century),
		WITH_ARENA(colons_in_a_text_begin_no_field),
		WITH_ARENA(a_dash_alone_in_a_text_is_text),
		WITH_ARENA(texts_cut_in_words_and_tags_are_joined),
		WITH_ARENA(a_piece_that_ends_before_its_27_characters_ends_a_word),
		WITH_ARENA(the_separator_of_the_pieces_may_be_any),
		WITH_ARENA(a_separator_in_a_text_that_begins_no_piece_is_text),
		WITH_ARENA(texts_between_slashes_say_who_and_what),
		WITH_ARENA(a_return_between_slashes_says_why),
		WITH_ARENA(free_texts_are_told_as_they_are),
		WITH_ARENA(a_text_after_the_closing_balance_is_the_statements),
		WITH_ARENA(a_line_may_have_no_text_or_two),
		WITH_ARENA(pages_are_statements_that_close_by_themselves),
		WITH_ARENA(the_transaction_reference_and_the_trailer_may_be_missing),
		WITH_ARENA(the_wrappers_of_the_wire_are_passed_over),
		WITH_ARENA(a_currency_behind_the_account_is_not_part_of_it),
		WITH_ARENA(an_interim_report_informs),
		WITH_ARENA(an_interim_reports_own_totals_are_those_of_its_entries),
		WITH_ARENA(entries_below_a_floor_limit_may_be_counted_and_not_told),
		WITH_ARENA(totals_are_those_of_all_pages_of_a_report),
		WITH_ARENA(letters_are_read_in_utf_8_and_in_windows_1252),
		WITH_ARENA(a_placeholder_is_no_reference),
		WITH_ARENA(a_reference_may_hold_a_slash),
		WITH_ARENA(what_a_statement_lacks_is_named),
		WITH_ARENA(a_text_longer_than_any_bank_writes_ends_the_reading),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
