#include "readers/csv_profile.h"
#include "readers/settlement.h"
#include "told.h"

#include <stdio.h>

#define PROFILE "[p]\nheader = Day | What | Sum\nbooking = Day\ndate = dd.mm.yyyy\ncurrency = EUR\ntexts = What\namount = Sum\n"
#define ROW "line 0.1 at 2: EUR "
#define OF " of A 2026-03-02..2026-03-02, "

/* A file of account A by these lines more of the profile above. */
static const char *read_as(struct arena *a, const char *more, struct span file)
{
	struct reading_settings settings = { .account = SPAN("A"), .profiles = span_of(arena_printf(a, PROFILE "%s", more)) };
	return told(a, file, &settings);
}

static const char *by(struct arena *a, const char *more, const char *file)
{
	return read_as(a, more, span_of(file));
}

static bool says(const char *told, const char *what)
{
	if (strstr(told, what))
		return true;
	print_error("%s\nhas not: %s\n", told, what);
	return false;
}

static const char *shipped(struct arena *a, const char *file)
{
	struct reading_settings settings = { .account = SPAN("A"), .currency = SPAN("EUR") };
	return told(a, span_of(file), &settings);
}

static void rows_above_the_header_and_below_an_end_are_passed_over(void **state)
{
	assert_string_equal(
		by(*state, "balance = Left\nend = Total | Sum\naccount_label = Account\n",
			"Account:,DE1\nPeriod,1,2,3,4,5\n\nDay,What,Sum,Left\n02.03.2026,x,1.00,11.00\n\nTotal,,1.00\n99,bogus\n"),
		"line 0.1 at 5: EUR 1.00 2026-03-02 balance=EUR 11.00 \"x\"\n"
		"statement 0: p 2026-03-02..2026-03-02 of DE1 2026-03-02..2026-03-02, EUR 10.00 1 lines 100 to EUR 11.00\n");
}

static void debits_of_a_column_of_their_own_may_be_above_or_below_nought(void **state)
{
	const char *head = "Day,What,Sum,In,Out\n";
	struct arena *a = *state;
	assert_true(says(by(a, "amount = In | -Out\n", arena_printf(a, "%s02.03.2026,x,,,5.00\n02.03.2026,y,,7.00,\n", head)),
		"EUR -5.00 2026-03-02 \"x\"\nline 0.2 at 3: EUR 7.00"));
	assert_true(says(by(a, "amount = In | Out\n", arena_printf(a, "%s02.03.2026,x,,,-5.00\n", head)), "EUR -5.00 2026-03-02 \"x\""));
}

static void cards_may_write_the_sign_the_other_way_round(void **state)
{
	assert_true(says(by(*state, "sign = inverted\n", "Day,What,Sum\n02.03.2026,x,5.00\n"), ROW "-5.00"));
}

static void an_indicator_alone_is_the_sign(void **state)
{
	const char *more = "indicator = W\ndebit = D | Af\ncredit = C\n", *head = "Day,What,Sum,W\n";
	struct arena *a = *state;
	assert_true(says(by(a, more, arena_printf(a, "%s02.03.2026,x,5.00,af\n", head)), ROW "-5.00"));
	assert_true(says(by(a, more, arena_printf(a, "%s02.03.2026,x,-5.00,C\n", head)), ROW "5.00"));
	assert_true(says(
		by(a, more, arena_printf(a, "%s02.03.2026,x,-5.00,?\n", head)), "broken 0 at 2: indicator_unknown: the indicator is '?'"));
}

static void two_currencies_of_one_row_are_the_booked_and_the_original(void **state)
{
	assert_true(says(by(*state, "currency_column = Cur\noriginal = Was\noriginal_currency = In\nrate = Rate\n",
				 "Day,What,Sum,Cur,Was,In,Rate\n02.03.2026,x,-5.00,EUR,5.50,USD,1.1\n"),
		ROW "-5.00 2026-03-02 original=USD -5.50 rate=1.1 \"x\""));
}

static void a_second_currency_in_the_column_of_the_account_is_quarantined(void **state)
{
	assert_true(says(by(*state, "currency_column = Cur\n",
				 "Day,What,Sum,Cur\n02.03.2026,x,5.00,EUR\n02.03.2026,x,5.00,USD\n02.03.2026,x,5.00,?\n"),
		"broken 0 at 3: currency_mixed: the row is in another currency than those before: 'USD'\nbroken 0 at 4: currency_unknown: the currency is '?'"));
}

static void amounts_with_comma_groups_signs_and_currencies_are_read_by_the_profiles_mark(void **state)
{
	static const char *const pairs[][2] = { { "\"-1.234,56\"", "-1,234.56" }, { "+5", "5.00" }, { "\"1.400\"", "1,400.00" },
		{ "\"-23,45 \xe2\x82\xac\"", "-23.45" }, { "\"EUR 7,00\"", "7.00" }, { "\"(3,10)\"", "-3.10" }, { "\"3,10-\"", "-3.10" },
		{ "\"1 234,5\"", "1,234.50" } };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_true(says(by(a, "decimal = ,\n", arena_printf(a, "Day,What,Sum\n02.03.2026,x,%s\n", pairs[i][0])),
			arena_printf(a, ROW "%s 2026", pairs[i][1])));
	assert_true(says(by(a, "decimal = ,\n", "Day,What,Sum\n02.03.2026,x,12.34\n"), "amount_malformed: '12.34' is not an amount"));
	assert_true(says(by(a, "unit = minor\n", "Day,What,Sum\n02.03.2026,x,-850.00\n02.03.2026,x,7.5\n"),
		ROW "-8.50 2026-03-02 \"x\"\nbroken 0 at 3: amount_malformed"));
}

/* An export of Revolut wrote 1,234.56 without quotes: two cells. */
static void a_row_wider_or_narrower_than_the_header_is_quarantined(void **state)
{
	struct arena *a = *state;
	assert_true(says(
		by(a, "", "Day,What,Sum\n02.03.2026,x,1,234.56\n"), "broken 0 at 2: field_malformed: the row has 4 cells, the header 3"));
	assert_true(says(by(a, "", "Day,What,Sum\n02.03.2026,x\n"), "field_malformed: the row has 2 cells"));
	assert_true(says(by(a, "", "Day,What,Sum\n02.03.2026,x,1.00,,\n"), ROW "1.00"));
	assert_true(says(by(a, "", "Day,What,Sum,Tags\n02.03.2026,x,1.00\n"), ROW "1.00"));
}

static void headers_that_come_again_are_passed_over(void **state)
{
	assert_true(says(by(*state, "", "Day,What,Sum\n02.03.2026,x,1.00\nDay,What,Sum\n02.03.2026,y,2.00\n"), "line 0.2 at 4: EUR 2.00"));
}

static void quotes_hold_delimiters_line_ends_and_quotes(void **state)
{
	assert_string_equal(by(*state, "delimiter = ;\nbalance = Left\n",
				    "\"Day\";\"What\";\"Sum\";Left\r\n02.03.2026;\"a;\"\"b\"\"\nc\" ;1;1\r\n02.03.2026; d\"e\" ;2;3\r\n"),
		"line 0.1 at 2: EUR 1.00 2026-03-02 balance=EUR 1.00 \"a;\"b\" c\"\nline 0.2 at 4: EUR 2.00 2026-03-02 balance=EUR 3.00 \"d\"e\"\"\n"
		"statement 0: p 2026-03-02..2026-03-02" OF "EUR 0.00 2 lines 300 to EUR 3.00\n");
	assert_true(says(by(*state, "quote = none\n", "Day,What,Sum\n02.03.2026,\"x,1\n"), "\"\"x\""));
	assert_true(says(by(*state, "", "Day,What,Sum\n02.03.2026,\"x,1\n"), "refused: cut_short: line 2: the file ends within quotes"));
}

static void byte_order_marks_windows_1252_and_utf16_are_read(void **state)
{
	static const char le[] = "\xff\xfe"
				 "D\0a\0y\0,\0W\0h\0a\0t\0,\0S\0u\0m\0\n\0"
				 "0\0"
				 "2\0.\0"
				 "0\0"
				 "3\0.\0"
				 "2\0"
				 "0\0"
				 "2\0"
				 "6\0,\0\xfc\0\x3d\xd8\x00\xde,\0"
				 "1\0\n";
	static const char be[] = "\xfe\xff"
				 "\0D\0a\0y\0,\0W\0h\0a\0t\0,\0S\0u\0m\0\n\0"
				 "0\0"
				 "2\0.\0"
				 "0\0"
				 "3\0.\0"
				 "2\0"
				 "0\0"
				 "2\0"
				 "6\0,\xdc\x00\x20\xac\0,\0"
				 "1";
	struct arena *a = *state;
	assert_true(says(by(a, "",
				 "\xef\xbb\xbf"
				 "Day,What,Sum\n02.03.2026,x,1\n"),
		ROW "1.00"));
	assert_true(says(by(a, "", "Day,What,Sum\n02.03.2026,\xfc\x80,1\n"), "\"\xc3\xbc\xe2\x82\xac\""));
	assert_true(says(by(a, "encoding = cp850\n", "Day,What,Sum\n02.03.2026,\x81,1\n"), "\"\xc3\xbc\""));
	assert_true(says(read_as(a, "", span_bytes(le, sizeof(le))), ROW "1.00 2026-03-02 \"\xc3\xbc\xf0\x9f\x98\x80\""));
	assert_true(says(read_as(a, "", span_bytes(be, sizeof(be) - 1)), ROW "1.00 2026-03-02 \"\xef\xbf\xbd\xe2\x82\xac\""));
}

static void dates_are_read_as_the_profile_writes_them(void **state)
{
	static const char *const good[][2] = { { "dd.mm.yyyy", "02.03.2026" }, { "dd.mm.yy", "2.3.26" }, { "mm/dd/yyyy", "3/2/2026" },
		{ "yyyymmdd", "20260302" }, { "yyyy-mm-dd*", "2026-03-02 10:11:12" }, { "dd mon yyyy", "02 Mar 2026" },
		{ "dd. mon yyyy", "2. M\xc3\xa4rz 2026" }, { "mon dd, yyyy", "March 02, 2026" } };
	static const char *const bad[][2] = { { "dd.mm.yyyy", "31.02.2026" },
		{ "dd.mm.yyyy", "02.03.2026 "
				"x" },
		{ "mm/dd/yyyy", "13/02/2026" }, { "dd mon yyyy", "02 Foo 2026" }, { "dd mon yyyy", "02 Ma 2026" },
		{ "yyyy-mm-dd", "26-03-02" }, { "dd.mm.yyyy", "" } };
	struct date date;
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(csv_date(span_of(good[i][0]), span_of(good[i][1]), &date));
		assert_int_equal(date.day, 20514);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(csv_date(span_of(bad[i][0]), span_of(bad[i][1]), &date));
	assert_true(csv_date(SPAN("dd.mm.yy"), SPAN("02.03.85"), &date) && date_parts(date).year == 1985);
}

static void dates_that_are_none_are_named(void **state)
{
	struct arena *a = *state;
	assert_true(says(by(a, "value = V\n", "Day,What,Sum,V\n32.03.2026,x,1,\n02.03.2026,x,1,soon\n,x,1,02.03.2026\n"),
		"broken 0 at 2: date_malformed: the booking date is '32.03.2026'\nbroken 0 at 3: date_malformed: the value date is 'soon'\nline 0.1 at 4: EUR 1.00 2026-03-02"));
}

static void states_count_inform_or_are_ignored_and_an_unknown_one_is_named(void **state)
{
	assert_true(says(
		by(*state, "state = S\nbooked = DONE\npending = PENDING\nignored = REVERTED\nbalance = Left\n",
			"Day,What,Sum,S,Left\n02.03.2026,x,1,done,1\n02.03.2026,y,9,REVERTED,\n02.03.2026,z,2,PENDING,1\n02.03.2026,w,3,DONE,4\n02.03.2026,v,3,MAYBE,4\n"),
		ROW
		"1.00 2026-03-02 balance=EUR 1.00 \"x\"\ninform 0.1 at 4: EUR 2.00 2026-03-02 status=PENDING \"z\"\nline 0.2 at 5: EUR 3.00 2026-03-02 balance=EUR 4.00 \"w\"\n"
		"broken 0 at 6: status_unknown: the state is 'MAYBE'"));
}

/* ---- balances ---- */

static const char *balanced(struct arena *a, const char *more, const char *rows)
{
	return by(a, arena_printf(a, "balance = Left\n%s", more), arena_printf(a, "Day,What,Sum,Left\n%s", rows));
}

static void balances_hold_oldest_or_newest_first(void **state)
{
	struct arena *a = *state;
	assert_true(says(balanced(a, "", "01.03.2026,a,1,11\n02.03.2026,b,2,13\n"), "EUR 10.00 2 lines 300 to EUR 13.00"));
	assert_true(says(balanced(a, "", "02.03.2026,b,2,13\n01.03.2026,a,1,11\n"), "EUR 10.00 2 lines 300 to EUR 13.00"));
}

static void a_balance_that_does_not_follow_is_the_gate(void **state)
{
	struct arena *a = *state;
	assert_true(says(balanced(a, "", "01.03.2026,a,1,11\n02.03.2026,b,2,13\n03.03.2026,c,3,17\n"),
		"broken 0 at 4: running_balance: the balance is not the one before it and the amount"));
	assert_true(
		says(balanced(a, "order = newest first\n", "01.03.2026,a,1,11\n02.03.2026,b,2,13\n"), "broken 0 at 3: running_balance"));
	assert_true(
		says(balanced(a, "order = oldest first\n", "02.03.2026,b,2,13\n01.03.2026,a,1,11\n"), "broken 0 at 3: running_balance"));
	assert_true(says(balanced(a, "", "02.03.2026,b,2,?\n"), "balance_malformed: '?' is not an amount"));
}

static void rows_without_a_balance_are_no_gap(void **state)
{
	assert_true(says(balanced(*state, "", "01.03.2026,a,1,\n02.03.2026,b,2,13\n02.03.2026,c,4,\n03.03.2026,d,5,22\n03.03.2026,e,6,\n"),
		"EUR 10.00 5 lines 1800 to EUR 28.00"));
}

static void where_both_orders_hold_dates_or_the_profile_tell(void **state)
{
	struct arena *a = *state;
	assert_true(says(balanced(a, "", "01.03.2026,a,5,105\n02.03.2026,b,-5,100\n"), "EUR 100.00 2 lines 0 to EUR 100.00"));
	assert_true(says(balanced(a, "", "02.03.2026,a,5,105\n01.03.2026,b,-5,100\n"), "EUR 105.00 2 lines 0 to EUR 105.00"));
	assert_true(says(
		balanced(a, "", "02.03.2026,a,5,105\n02.03.2026,b,-5,100\n"), "running_balance: the balances do not tell in which order"));
	assert_true(says(
		balanced(a, "order = oldest first\n", "02.03.2026,a,5,105\n02.03.2026,b,-5,100\n"), "EUR 100.00 2 lines 0 to EUR 100.00"));
}

static void without_balances_nothing_proves_the_file(void **state)
{
	assert_true(says(by(*state, "", "Day,What,Sum\n02.03.2026,x,1\n"), "broken 0 at 2: opening_missing"));
}

static void balances_that_a_person_read_off_are_the_gate_of_a_file_without(void **state)
{
	static const char file[] = "Day,What,Sum\n02.03.2026,x,1\n";
	static const struct {
		const char *opening, *closing, *expected;
	} cases[] = { { "10.00", "11.00", "EUR 10.00 1 lines 100 to EUR 11.00\n" }, { "10.00", "", "EUR 10.00 1 lines 100 to EUR 11.00\n" },
		{ "", "11", "EUR 10.00 1 lines 100 to EUR 11.00\n" }, { "10.00", "12.00", "EUR 10.00 1 lines 100 to EUR 12.00\n" },
		{ "ten", "", "balance_malformed: 'ten' is not an amount" }, { "90071992547409.91", "", "sum_too_large" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reading_settings settings = { .account = SPAN("A"),
			.profiles = SPAN(PROFILE),
			.opening = span_of(cases[i].opening),
			.closing = span_of(cases[i].closing) };
		assert_true(says(told(*state, SPAN(file), &settings), cases[i].expected));
	}
}

static void each_account_of_a_file_is_a_statement(void **state)
{
	assert_string_equal(balanced(*state, "account = What\n", "02.03.2026,one,1,1\n02.03.2026,one,2,3\n02.03.2026,two,4,9\n"),
		"line 0.1 at 2: EUR 1.00 2026-03-02 balance=EUR 1.00 \"one\"\nline 0.2 at 3: EUR 2.00 2026-03-02 balance=EUR 3.00 \"one\"\n"
		"statement 0: p 2026-03-02..2026-03-02 of one 2026-03-02..2026-03-02, EUR 0.00 2 lines 300 to EUR 3.00\n"
		"line 1.1 at 4: EUR 4.00 2026-03-02 balance=EUR 9.00 \"two\"\n"
		"statement 1: p 2026-03-02..2026-03-02 of two 2026-03-02..2026-03-02, EUR 5.00 1 lines 400 to EUR 9.00\n");
}

static void amounts_and_balances_beyond_what_may_be_are_quarantined(void **state)
{
	struct arena *a = *state;
	assert_true(says(
		balanced(a, "", "02.03.2026,a,90071992547409.91,90071992547409.91\n02.03.2026,b,90071992547409.91,\n"), "sum_too_large"));
	assert_true(says(by(a, "amount = Sum | Sum\n", "Day,What,Sum\n02.03.2026,x,90071992547409.91\n"), "broken 0 at 2: sum_too_large"));
}

/* ---- which profile ---- */

static void a_file_without_a_known_header_is_refused(void **state)
{
	struct reading_settings named = { .profile = SPAN("wise") };
	assert_true(says(told_text(*state, "Foo,Bar\n1,2\n"), "refused: format_unknown"));
	assert_true(says(told(*state, SPAN("Foo,Bar\n1,2\n"), &named), "refused: format_unknown: line 1: no profile wise has the header"));
	assert_true(says(by(*state, "", "Day,What,Sum\n"), "refused: no_statement"));
	assert_true(says(by(*state, "", "Day,What,Sum"), "refused: no_statement"));
}

static void of_profiles_that_fit_the_one_with_more_cells_is_meant(void **state)
{
	assert_true(says(
		shipped(*state,
			"Datum;Naam / Omschrijving;Rekening;Tegenrekening;Code;Af Bij;Bedrag (EUR);Mutatiesoort;Mededelingen;Saldo na mutatie;Tag\n"
			"20260302;ADA;NL1;NL2;GT;Bij;119,00;Online bankieren;NORD-000042;219,00;\n"),
		"line 0.1 at 2: EUR 119.00 2026-03-02 balance=EUR 219.00 \"NORD-000042\" \"ADA\" name=ADA iban=NL2 code=GT own=GT\n"
		"statement 0: ing_nl 2026-03-02..2026-03-02 of NL1 2026-03-02..2026-03-02, EUR 100.00 1 lines 11900 to EUR 219.00\n"));
}

static void a_name_in_the_settings_chooses_among_profiles(void **state)
{
	struct reading_settings settings = { .account = SPAN("A"), .profile = SPAN("q"), .profiles = span_of(PROFILE PROFILE) };
	settings.profiles = span_of(arena_printf(
		*state, "%s[q]\nheader = Day | Sum\nbooking = Day\ndate = mm.dd.yyyy\ncurrency = USD\namount = Sum\n", PROFILE));
	assert_true(says(told(*state, SPAN("Day,What,Sum\n02.03.2026,x,1\n"), &settings), "USD 1.00 2026-02-03"));
}

static void headers_are_told_in_any_case_and_charset(void **state)
{
	assert_true(says(
		shipped(*state,
			"Buchungstag;Wertstellung;Umsatzart;BUCHUNGSTEXT;Betrag;W\xe4hrung;IBAN Kontoinhaber;Kategorie\n02.03.2026;02.03.2026;Gutschrift;NORD-000042;1,00;EUR;DE1;\n"),
		"EUR 1.00 2026-03-02 \"NORD-000042\" code=Gutschrift own=Gutschrift"));
}

static void exports_of_banks_are_read_by_the_profiles_that_come_with_dunlin(void **state)
{
	static const char *const files[][2] = {
		{ "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
		  "Topup,Current,2026-03-01 09:00:00,2026-03-02 09:00:05,From Ada,200.00,0.00,EUR,COMPLETED,250.00\n"
		  "Exchange,Current,2026-03-02 09:00:00,2026-03-02 10:00:05,To USD,-20.00,0.50,EUR,COMPLETED,229.50\n"
		  "Card,Current,2026-03-02 11:00:00,,Shop,-9.00,0.00,EUR,REVERTED,\n",
			"EUR -20.50 2026-03-02 balance=EUR 229.50 less=EUR 0.50:Fee \"To USD\" code=Exchange own=Exchange\n"
			"statement 0: revolut 2026-03-02..2026-03-02 of A 2026-03-02..2026-03-02, EUR 50.00 2 lines 17950 to EUR 229.50\n" },
		{ "Date,Counter Party,Reference,Type,Amount (GBP),Balance (GBP),Spending Category,Notes\n02/03/2026,Ada,INV 7,FASTER PAYMENT,500.00,500.00,INCOME,\n",
			"GBP 500.00 2026-03-02 balance=GBP 500.00 \"INV 7\" name=Ada code=FASTER PAYMENT" },
		{ "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\nCREDIT,03/02/2026,PAY,1500.00,ACH_CREDIT,4000.00,,\nDEBIT,03/01/2026,LOAN,-70.00,LOAN_PMT,2500.00,\n",
			"USD 2,570.00 2 lines 143000 to USD 4,000.00" },
		{ "\"TransferWise ID\",Date,Amount,Currency,Description,\"Payment Reference\",\"Running Balance\",\"Exchange From\",\"Exchange To\",\"Exchange Rate\",\"Payer Name\",\"Payee Name\",\"Payee Account Number\",Merchant\n"
		  "TRANSFER-1,02-03-2026,119.00,EUR,Received,NORD-000042,219.00,,,,Ada,,,\n",
			"EUR 119.00 2026-03-02 balance=EUR 219.00 id=TRANSFER-1 \"NORD-000042\" \"Received\" name=Ada" },
		{ "\"Girokonto\";\"DE12\"\n\"\"\n\"Buchungsdatum\";\"Wertstellung\";\"Status\";\"Zahlungspflichtige*r\";\"Zahlungsempf\xc3\xa4nger*in\";\"Verwendungszweck\";\"Umsatztyp\";\"IBAN\";\"Betrag (\xe2\x82\xac)\";\"Mandatsreferenz\"\n"
		  "\"02.03.26\";\"02.03.26\";\"Gebucht\";\"Ada\";\"Nord\";\"NORD-000042\";\"Eingang\";\"DE9\";\"119,00 \xe2\x82\xac\";\"\"\n\"02.03.26\";\"\";\"Vorgemerkt\";\"Nord\";\"Shop\";\"x\";\"Ausgang\";\"DE8\";\"-1,00\";\"\"\n",
			"EUR 119.00 2026-03-02 \"NORD-000042\" name=Ada iban=DE9 code=Eingang own=Eingang\ninform 0.1 at 5: EUR -1.00 2026-03-02 status=Vorgemerkt \"x\" name=Shop" },
		{ "Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance\n02/03/2026,FPI,'11-22-33,123,ADA,,119.00,219.00\n01/03/2026,DD,'11-22-33,123,GAS,20.00,,100.00\n",
			"of 123 2026-03-01..2026-03-02, GBP 120.00 2 lines 9900 to GBP 219.00" },
	};
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_true(says(shipped(a, files[i][0]), files[i][1]));
}

/* ---- settlements ---- */

static enum err keep_settled(void *ctx, const struct reading_line *l, struct why *why)
{
	struct text *t = ctx;
	struct settlement s = settlement_of(l);
	(void)why;
	text_printf(t, "%s gross %s fee %s net %s payment %.*s payout %.*s ref %.*s of %.*s\n", s.kind, money_text(t->arena, s.gross),
		money_text(t->arena, s.fee), money_text(t->arena, s.net), SPAN_ARG(s.payment), SPAN_ARG(s.payout), SPAN_ARG(s.reference),
		SPAN_ARG(s.original));
	return OK;
}

static enum err no_line(void *ctx, const struct reading_line *l, struct why *why)
{
	(void)ctx, (void)l;
	return why_set(why, ERR_BUG, "booked", "a settlement posts nothing");
}

static enum err any_statement(void *ctx, const struct reading_statement *s, struct why *why)
{
	(void)ctx, (void)s, (void)why;
	return OK;
}

static enum err any_broken(void *ctx, int statement, const struct violation *v, struct why *why)
{
	(void)statement, (void)why;
	text_printf(ctx, "broken at %d: %s: %s\n", (int)v->place.line, rule_word(v->rule), v->text);
	return OK;
}

static const char *settled(struct arena *a, const char *file)
{
	struct text t;
	text_init(&t, a);
	struct reading_sink sink = { .ctx = &t, .line = no_line, .statement = any_statement, .broken = any_broken, .inform = keep_settled };
	struct reading *r = reading_open(&sink, NULL);
	struct why why = { 0 };
	if (reading_feed(r, span_of(file), true, &why) != OK)
		text_printf(&t, "refused: %s\n", why.text);
	reading_close(r);
	return text_done(&t).at;
}

static void an_item_of_stripe_says_gross_fee_net_payment_and_payout(void **state)
{
	assert_string_equal(
		settled(*state,
			"automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created,currency,gross,fee,net,reporting_category,charge_id,payment_intent_id,description\n"
			"po_1,2026-03-04 00:00:00,txn_1,2026-03-02 10:00:00,eur,119.00,2.03,116.97,charge,ch_1,pi_1,NORD-000042\n"
			"po_1,2026-03-04 00:00:00,txn_2,2026-03-02 11:00:00,eur,-19.00,0.00,-19.00,refund,ch_1,pi_1,\n"
			"po_1,2026-03-04 00:00:00,txn_3,2026-03-02 11:00:00,eur,-20.00,15.00,-35.00,dispute,ch_2,pi_2,\n"
			"po_1,2026-03-04 00:00:00,txn_4,2026-03-02 11:00:00,eur,5.00,1.00,5.00,new_thing,,,\n"),
		"payment gross EUR 119.00 fee EUR 2.03 net EUR 116.97 payment pi_1 payout po_1 ref  of \n"
		"refund gross EUR -19.00 fee EUR 0.00 net EUR -19.00 payment pi_1 payout po_1 ref  of \n"
		"dispute gross EUR -20.00 fee EUR 15.00 net EUR -35.00 payment pi_2 payout po_1 ref  of \n"
		"broken at 5: control_total: gross less fees is not net\n");
}

static void an_item_of_adyen_may_be_settled_in_another_currency(void **state)
{
	assert_string_equal(
		settled(*state,
			"Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number\n"
			"C,M,PSP1,NORD-000042,visa,2026-03-02 10:00:00,CET,Settled,,EUR,,119.00,1,EUR,,117.00,,1.00,0.40,0.60,7\n"
			"C,M,PSP2,NORD-000043,visa,2026-03-02 10:00:00,CET,Chargeback,MOD2,USD,100.00,,0.9,EUR,95.00,,5.00,,,,7\n"
			"C,M,,,,2026-03-02 10:00:00,CET,MerchantPayout,TX batch 7,,,,,EUR,22.00,,,,,,7\n"),
		"payment gross EUR 119.00 fee EUR 2.00 net EUR 117.00 payment PSP1 payout 7 ref NORD-000042 of \n"
		"dispute gross EUR -90.00 fee EUR 5.00 net EUR -95.00 payment PSP2 payout 7 ref NORD-000043 of \n"
		"payout gross EUR -22.00 fee EUR 0.00 net EUR -22.00 payment  payout 7 ref  of \n");
}

static void items_of_gocardless_paypal_and_any_other_are_the_same_record(void **state)
{
	struct arena *a = *state;
	assert_string_equal(
		settled(a,
			"id,created_at,resource_type,action,credit_amount,debit_amount,payments.id,payments.reference,payouts.id\n"
			"EV1,2026-03-02T10:00:00Z,payments,paid_out,119.00,,PM1,NORD-000042,PO1\nEV2,2026-03-02T10:00:00Z,refunds,refund_settled,,19.00,PM1,,PO1\n"),
		"payment gross GBP 119.00 fee GBP 0.00 net GBP 119.00 payment PM1 payout PO1 ref NORD-000042 of \n"
		"refund gross GBP -19.00 fee GBP 0.00 net GBP -19.00 payment PM1 payout PO1 ref  of \n");
	assert_string_equal(
		settled(a,
			"id,amount,currency,created_at,reference,status,arrival_date,transaction_fee_debit,transaction_fee_credit,total_payment_amount\n"
			"PO1,98.50,EUR,2026-03-02T10:00:00Z,NORD-PO,paid,2026-03-04,1.50,,100.00\n"),
		"payout gross EUR 100.00 fee EUR 1.50 net EUR 98.50 payment  payout PO1 ref  of \n");
	assert_string_equal(
		settled(a,
			"\"Date\",\"Time\",\"Time Zone\",\"Description\",\"Currency\",\"Gross\",\"Fee\",\"Net\",\"Balance\",\"Transaction ID\",\"Invoice ID\",\"Reference Txn ID\"\n"
			"\"3/2/2026\",\"1:00\",\"CET\",\"Express Checkout Payment\",\"EUR\",\"1,309.80\",\"-48.76\",\"1,261.04\",\"0\",\"T9\",\"361\",\"\"\n"
			"\"3/2/2026\",\"1:00\",\"CET\",\"Payment Refund\",\"EUR\",\"-9.80\",\"0.76\",\"-9.04\",\"0\",\"T10\",\"\",\"T9\"\n"),
		"payment gross EUR 1,309.80 fee EUR 48.76 net EUR 1,261.04 payment T9 payout  ref 361 of \n"
		"refund gross EUR -9.80 fee EUR -0.76 net EUR -9.04 payment T10 payout  ref  of T9\n");
	assert_string_equal(
		settled(a,
			"date,currency,gross,fee,net,payment,payout,kind\n2026-03-02,JPY,500,20,480,P1,X1,payment\n2026-03-02,JPY,500,20,,P2,X1,what\n2026-03-02,JPY,,,,P3,X1,payment\n"),
		"payment gross JPY 500 fee JPY 20 net JPY 480 payment P1 payout X1 ref  of \n"
		"other gross JPY 500 fee JPY 20 net JPY 480 payment P2 payout X1 ref  of \nbroken at 4: amount_malformed: the row has no amount\n");
}

/* ---- the text of profiles ---- */

static const char *checks(struct arena *a, const char *text)
{
	struct csv_profile p;
	struct span rest = span_of(text);
	struct why why = { 0 };
	enum err err;
	int line = 0, n = 0;
	while (csv_profile_next(&rest, &line, &p, &err, &why))
		n++;
	return err == OK ? arena_printf(a, "%d", n) : arena_printf(a, "%s: %s", why.code, why.text);
}

static void all_profiles_that_come_with_dunlin_are_whole_and_have_names_of_their_own(void **state)
{
	struct csv_profile p;
	struct span rest = csv_profiles_shipped(), names[64];
	struct why why;
	enum err err;
	int line = 0, n = 0;
	(void)state;
	for (; csv_profile_next(&rest, &line, &p, &err, &why); n++) {
		assert_true(p.help.size > 0);
		for (int i = 0; i < n; i++)
			assert_false(span_equal(names[i], p.name));
		names[n] = p.name;
	}
	assert_int_equal(err, OK);
	assert_true(n >= 20);
}

static void each_fault_of_a_profile_is_named_with_its_line(void **state)
{
	static const char *const cases[][2] = { { PROFILE PROFILE, "2" }, { "", "0" }, { "# only\n", "0" },
		{ "[a b]\n", "profile_title: line 1: a name" }, { PROFILE "help = \xff\n", "profile_text: line 8" },
		{ "header = A\n", "profile_title: line 1" }, { PROFILE "colour = red\n", "profile_key: line 8" },
		{ PROFILE "bogus\n", "profile_key: line 8" }, { PROFILE "delimiter = ab\n", "profile_value: line 8: delimiter" },
		{ PROFILE "order = upwards\n", "profile_value: line 8: order" }, { PROFILE "encoding = ebcdic\n", "profile_value" },
		{ PROFILE "texts = A | | B\n", "profile_value" }, { PROFILE "balance =\n", "profile_value" },
		{ "[p]\nheader = A | B\n", "profile_incomplete: [p]: booking and date" }, { "[p]\n", "profile_incomplete: [p]: a header" },
		{ "[p]\nheader = A | B\nbooking = A\ndate = yyyy\n", "profile_incomplete: [p]: amount" },
		{ PROFILE "indicator = X\n", "profile_incomplete: [p]: an indicator" },
		{ PROFILE "decimal = x\n", "profile_incomplete: [p]: the decimal mark" },
		{ PROFILE "delimiter = none\n", "profile_incomplete: [p]: the delimiter" },
		{ PROFILE "currency = EURO\n", "profile_incomplete: [p]: currency" },
		{ PROFILE "kinds = a:b\n", "profile_incomplete: [p]: kinds" },
		{ PROFILE "fee = 1|2|3|4|5|6|7|8|9\n", "profile_incomplete: [p]: a line holds eight fees" },
		{ PROFILE "delimiter = pipe\nquote = none\nkind = settlement\nunit = minor\n", "1" } };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(says(checks(a, cases[i][0]), cases[i][1]));
}

static void every_key_has_its_help(void **state)
{
	const char *help;
	size_t n = 0;
	(void)state;
	for (; csv_profile_key(n, &help); n++)
		assert_true(strlen(help) > 5);
	assert_true(n > 40);
}

static void rows_and_cells_have_an_end(void **state)
{
	struct arena *a = *state;
	char *much = arena_alloc(a, 40001);
	memset(much, 'x', 40000);
	assert_true(says(by(a, "", arena_printf(a, "Day,What,Sum\n02.03.2026,%s,1\n", much)), "refused: text_too_long"));
	memset(much, ',', 300);
	much[300] = 0;
	assert_true(says(by(a, "", arena_printf(a, "Day,What,Sum\n02.03.2026,%s,1\n", much)),
		"refused: text_too_long: line 2: a row has more than 256 cells"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(rows_above_the_header_and_below_an_end_are_passed_over),
		WITH_ARENA(debits_of_a_column_of_their_own_may_be_above_or_below_nought),
		WITH_ARENA(cards_may_write_the_sign_the_other_way_round),
		WITH_ARENA(an_indicator_alone_is_the_sign),
		WITH_ARENA(two_currencies_of_one_row_are_the_booked_and_the_original),
		WITH_ARENA(a_second_currency_in_the_column_of_the_account_is_quarantined),
		WITH_ARENA(amounts_with_comma_groups_signs_and_currencies_are_read_by_the_profiles_mark),
		WITH_ARENA(a_row_wider_or_narrower_than_the_header_is_quarantined),
		WITH_ARENA(headers_that_come_again_are_passed_over),
		WITH_ARENA(quotes_hold_delimiters_line_ends_and_quotes),
		WITH_ARENA(byte_order_marks_windows_1252_and_utf16_are_read),
		cmocka_unit_test(dates_are_read_as_the_profile_writes_them),
		WITH_ARENA(dates_that_are_none_are_named),
		WITH_ARENA(states_count_inform_or_are_ignored_and_an_unknown_one_is_named),
		WITH_ARENA(balances_hold_oldest_or_newest_first),
		WITH_ARENA(a_balance_that_does_not_follow_is_the_gate),
		WITH_ARENA(rows_without_a_balance_are_no_gap),
		WITH_ARENA(where_both_orders_hold_dates_or_the_profile_tell),
		WITH_ARENA(without_balances_nothing_proves_the_file),
		WITH_ARENA(balances_that_a_person_read_off_are_the_gate_of_a_file_without),
		WITH_ARENA(each_account_of_a_file_is_a_statement),
		WITH_ARENA(amounts_and_balances_beyond_what_may_be_are_quarantined),
		WITH_ARENA(a_file_without_a_known_header_is_refused),
		WITH_ARENA(of_profiles_that_fit_the_one_with_more_cells_is_meant),
		WITH_ARENA(a_name_in_the_settings_chooses_among_profiles),
		WITH_ARENA(headers_are_told_in_any_case_and_charset),
		WITH_ARENA(exports_of_banks_are_read_by_the_profiles_that_come_with_dunlin),
		WITH_ARENA(an_item_of_stripe_says_gross_fee_net_payment_and_payout),
		WITH_ARENA(an_item_of_adyen_may_be_settled_in_another_currency),
		WITH_ARENA(items_of_gocardless_paypal_and_any_other_are_the_same_record),
		cmocka_unit_test(all_profiles_that_come_with_dunlin_are_whole_and_have_names_of_their_own),
		WITH_ARENA(each_fault_of_a_profile_is_named_with_its_line),
		cmocka_unit_test(every_key_has_its_help),
		WITH_ARENA(rows_and_cells_have_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
