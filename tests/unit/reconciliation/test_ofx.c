#include "told.h"

#define HEADER "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n"
#define ACCOUNT "<BANKACCTFROM><BANKID>9<ACCTID>4711<ACCTTYPE>CHECKING</BANKACCTFROM>"
#define PERIOD "<DTSTART>20260301<DTEND>20260331"
#define TOLD "statement 0: 20260301-20260331 of 4711 2026-03-01..2026-03-31, "

/* SGML with these transactions, in EUR, and this balance. */
static const char *body(struct arena *a, const char *lines, const char *balance)
{
	return arena_printf(a,
		"<OFX>\n<BANKMSGSRSV1><STMTTRNRS><TRNUID>0<STMTRS><CURDEF>EUR" ACCOUNT "<BANKTRANLIST>" PERIOD "\n%s</BANKTRANLIST>\n"
		"<LEDGERBAL><BALAMT>%s<DTASOF>20260331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n",
		lines, balance);
}

static const char *line_of(struct arena *a, const char *amount, const char *rest)
{
	return arena_printf(a, "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302<TRNAMT>%s<FITID>F1%s</STMTTRN>\n", amount, rest);
}

static const char *says(struct arena *a, const char *lines, const char *balance)
{
	return told_text(a, arena_printf(a, HEADER "%s", body(a, lines, balance)));
}

static void a_line_says_all_that_its_leaves_do(void **state)
{
	assert_string_equal(
		says(*state,
			"<STMTTRN><TRNTYPE>DIRECTDEBIT<DTPOSTED>20260302<DTAVAIL>20260304<TRNAMT>-119.00<FITID>F-7<CHECKNUM>88<REFNUM>R-1"
			"<PAYEEID>P-1<NAME>Ada<MEMO>NORD-000042<BANKACCTTO><BANKID>37040044<ACCTID>532013000</BANKACCTTO></STMTTRN>\n",
			"81.00"),
		"line 0.1 at 9: EUR -119.00 2026-03-02/2026-03-04 bank=R-1 tx=88 id=F-7 \"Ada\" \"NORD-000042\" name=Ada iban=37040044/532013000 bic=37040044"
		" customer=P-1 code=PMNT/RDDT/PMDD own=DIRECTDEBIT\n" TOLD "EUR 200.00 1 lines -11900 to EUR 81.00\n");
}

static void an_iban_is_known_by_itself_whatever_bank_is_named(void **state)
{
	const char *said =
		says(*state, line_of(*state, "1.00", "<BANKACCTTO><BANKID>37040044<ACCTID>DE89370400440532013000</BANKACCTTO>"), "1.00");
	assert_non_null(strstr(said, " iban=DE89370400440532013000 bic=37040044 "));
}

/* Of a text that is ASCII alone, what the header says, and whether there is one, changes nothing. */
static void headers_may_be_odd_absent_or_wrong(void **state)
{
	static const char *const headers[] = { "", "\n\n", "\r\n" HEADER, "OFXHEADER:100\nDATA:OFXSGML\n", "ENCODING:UTF-8\n",
		"OFXHEADER:100\r\r\nVERSION:102\r\r\n", "\xef\xbb\xbf", "OFXHEADER: 100 DATA: OFXSGML",
		"<?xml version=\"1.0\" encoding=\"ASCII\"?>\n<?OFX OFXHEADER=\"200\" VERSION=\"211\"?>\n" };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		assert_non_null(strstr(told_text(a, arena_printf(a, "%s%s", headers[i], body(a, line_of(a, "1.00", ""), "9.00"))),
			TOLD "EUR 8.00 1 lines 100 to EUR 9.00\n"));
}

static void xml_labelled_as_version_1_is_read_and_the_reverse(void **state)
{
	static const char xml[] =
		"<OFX><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>4711</ACCTID></BANKACCTFROM><BANKTRANLIST><DTSTART>20260301"
		"</DTSTART><DTEND>20260331</DTEND><STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20260302</DTPOSTED>"
		"<TRNAMT>-1.00</TRNAMT><MEMO><![CDATA[a < b & c]]></MEMO></STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>9.00</BALAMT>"
		"</LEDGERBAL></STMTRS></OFX>";
	assert_non_null(strstr(told_text(*state, arena_printf(*state, HEADER "%s", xml)), "EUR -1.00 2026-03-02 \"a < b & c\" code=DEBIT"));
	assert_non_null(
		strstr(told_text(*state, arena_printf(*state, "<?xml version='1.0'?><!-- <OFX> - -- -->%s", body(*state, "", "9.00"))),
			TOLD "EUR 9.00 0 lines 0 to EUR 9.00"));
}

static void the_day_is_the_local_one_as_written(void **state)
{
	static const char *const dates[] = { "20260302", "20260302235959", "20260302000000.000[-8:PST]", "20260302090000[+9:JST]",
		"20260302120000.000 GMT", "20260302120000[-:EST]" };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		assert_non_null(strstr(says(a, arena_printf(a, "<STMTTRN><DTPOSTED>%s<TRNAMT>1.00</STMTTRN>", dates[i]), "9.00"),
			"EUR 1.00 2026-03-02\n"));
	assert_non_null(strstr(says(a, "<STMTTRN><DTPOSTED><TRNAMT>1.00</STMTTRN>", "9.00"), "date_malformed: DTPOSTED '' is not a date"));
	assert_non_null(
		strstr(says(a, "<STMTTRN><DTPOSTED>20260231<TRNAMT>1.00</STMTTRN>", "9.00"), "date_malformed: DTPOSTED '20260231'"));
	assert_non_null(
		strstr(says(a, "<STMTTRN><DTPOSTED>20260302<DTAVAIL>no<TRNAMT>1.00</STMTTRN>", "9.00"), "DTAVAIL 'no' is not a date"));
}

static void amounts_are_read_in_all_the_ways_in_which_they_are_written(void **state)
{
	static const char *const pairs[][2] = { { "-10.00", "EUR -10.00" }, { "-10,00", "EUR -10.00" }, { "1.400,82", "EUR 1,400.82" },
		{ "+5", "EUR 5.00" }, { "1,400.82", "EUR 1,400.82" }, { "-00000000001500.0000", "EUR -1,500.00" },
		{ "1 234 567,5", "EUR 1,234,567.50" }, { ".5", "EUR 0.50" }, { "12,34,567.00", "EUR 1,234,567.00" }, { "5.", "EUR 5.00" },
		{ "1,234,567", "EUR 1,234,567.00" } };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_non_null(strstr(says(a, line_of(a, pairs[i][0], ""), "9.00"), arena_printf(a, "%s 2026-03-02 id=F1", pairs[i][1])));
}

static void amounts_that_may_be_two_things_or_none_are_refused(void **state)
{
	static const char *const amounts[] = { "1.234", "1,234", "$120", "10.005", "--5", "1.23.45,6", "1,23,45", "", "-", "ten" };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		assert_non_null(strstr(says(a, line_of(a, amounts[i], ""), "9.00"), "broken 0 at 9: amount_malformed"));
}

/* A bank of Brazil writes lines in units and the balance in cents. */
static void a_balance_without_mark_among_lines_that_have_one_is_quarantined(void **state)
{
	struct arena *a = *state;
	assert_non_null(strstr(says(a, line_of(a, "1.00", ""), "900"), "balance_malformed: the balance 900 has no decimal mark"));
	assert_non_null(strstr(says(a, line_of(a, "1", ""), "900"), "to EUR 900.00\n"));
	assert_non_null(strstr(says(a, line_of(a, "1.00", ""), "0"), "to EUR 0.00\n"));
	assert_non_null(strstr(says(a, "", "900"), "to EUR 900.00\n"));
}

static void a_balance_from_before_the_last_line_is_quarantined(void **state)
{
	assert_non_null(strstr(
		says(*state, "<STMTTRN><DTPOSTED>20260401<TRNAMT>1.00</STMTTRN>", "9.00"), "the balance is from before the last line"));
	assert_non_null(strstr(says(*state, "", "1.000"), "balance_malformed: '1.000' may be thousands or decimals"));
}

static void identifiers_that_are_blank_zero_or_reused_are_kept_as_they_are(void **state)
{
	struct arena *a = *state;
	assert_string_equal(says(a,
				    arena_printf(a, "%s%s<STMTTRN><DTPOSTED>20260302<TRNAMT>3.00<FITID>0</STMTTRN>", line_of(a, "1.00", ""),
					    line_of(a, "2.00", "")),
				    "9.00"),
		"line 0.1 at 9: EUR 1.00 2026-03-02 id=F1 code=CREDIT own=CREDIT\nline 0.2 at 10: EUR 2.00 2026-03-02 id=F1 code=CREDIT own=CREDIT\n"
		"line 0.3 at 11: EUR 3.00 2026-03-02\n" TOLD "EUR 3.00 3 lines 600 to EUR 9.00\n");
}

static void a_correction_of_an_earlier_line_is_quarantined(void **state)
{
	assert_non_null(strstr(says(*state, line_of(*state, "1.00", "<CORRECTFITID>F0<CORRECTACTION>REPLACE"), "9.00"),
		"broken 0 at 9: field_malformed: the line corrects an earlier one: REPLACE"));
}

static void entities_and_bare_ampersands_are_text(void **state)
{
	assert_non_null(
		strstr(says(*state,
			       line_of(*state, "1.00",
				       "<MEMO>A &amp; B & C &lt;D&gt; &#228;&#x20ac; &bogus; &quot;&apos;&nbsp;E&#1;F < 5 <<1 &#xd800;"),
			       "9.00"),
			"\"A & B & C <D> \xc3\xa4\xe2\x82\xac &bogus; \"' E F < 5 <<1 \xef\xbf\xbd\""));
}

static void texts_in_a_charset_that_the_header_does_not_name_are_read(void **state)
{
	assert_non_null(strstr(says(*state, line_of(*state, "1.00", "<NAME>M\xfcller<MEMO>M\xc3\xbcller"), "9.00"),
		"\"M\xc3\xbcller\" \"M\xc3\xbcller\""));
}

/* Each in the set that its header says, and what they are in UTF-8. */
static void texts_are_in_the_set_that_the_header_names(void **state)
{
	static const struct {
		const char *header, *bytes, *text;
	} cases[] = {
		{ HEADER, "\x80 M\xfcller", "\xe2\x82\xac M\xc3\xbcller" },
		{ "OFXHEADER:100\nENCODING:USASCII\nCHARSET:ISO-8859-1\n\n", "\xfc", "\xc3\xbc" },
		{ "OFXHEADER:100\nENCODING:USASCII\nCHARSET:ISO-8859-15\n\n", "\xa4", "\xe2\x82\xac" },
		{ "OFXHEADER:100\nENCODING:ISO-8859-2\nCHARSET:NONE\n\n", "\xb3", "\xc5\x82" },
		{ "OFXHEADER: 100 DATA: OFXSGML ENCODING: USASCII CHARSET: 1250 ", "\x9c", "\xc5\x9b" },
		{ "OFXHEADER:100\r\ncharset:windows-1251\r\n", "\xc8", "\xd0\x98" },
		{ "OFXHEADER:100\nCHARSET:850\n", "\x81", "\xc3\xbc" },
		{ "<?xml version=\"1.0\" encoding=\"ISO-8859-15\" standalone=\"no\"?>\n<?OFX OFXHEADER=\"200\"?>\n", "\xa4",
			"\xe2\x82\xac" },
		{ "<?xml version='1.0' encoding = 'cp1251' ?>", "\xc8", "\xd0\x98" },
		{ "<?xml version='1.0'?>", "\xfc", "\xc3\xbc" },
		/* What is no UTF-8 is not made so by a header. */
		{ "OFXHEADER:100\nENCODING:UTF-8\nCHARSET:CSUNICODE\n", "\xfc", "\xc3\xbc" },
		{ "OFXHEADER:100\nENCODING:USASCII\nCHARSET:850\n", "\xc3\xbc", "\xc3\xbc" },
	};
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *memo = line_of(a, "1.00", arena_printf(a, "<MEMO>%s", cases[i].bytes));
		const char *said = told_text(a, arena_printf(a, "%s%s", cases[i].header, body(a, memo, "9.00")));
		assert_non_null(strstr(said, arena_printf(a, " \"%s\" ", cases[i].text)));
		assert_null(strstr(said, "broken"));
	}
}

#define SHIFT_JIS "OFXHEADER:100\nENCODING:USASCII\nCHARSET:SHIFT_JIS\n\n"

static void a_set_that_is_not_read_quarantines_the_statement_whose_texts_are_in_it(void **state)
{
	struct arena *a = *state;
	const char *memo = line_of(a, "1.00", "<NAME>Ada<MEMO>\x83\x65<MEMO2>\x83\x58");
	const char *said = told_text(a, arena_printf(a, SHIFT_JIS "%s", body(a, memo, "9.00")));
	const char *broken = strstr(said, "broken 0 at 7: charset_unknown: the text of MEMO is in a character set that is not read\n");
	assert_non_null(broken);
	assert_null(strstr(strchr(broken, '\n'), "charset_unknown"));
	assert_null(strstr(told_text(a, arena_printf(a, SHIFT_JIS "%s", body(a, line_of(a, "1.00", "<NAME>Ada"), "9.00"))), "broken"));
	assert_null(strstr(
		told_text(a, arena_printf(a, SHIFT_JIS "%s", body(a, line_of(a, "1.00", "<NAME>M\xc3\xbcller"), "9.00"))), "broken"));
}

static void the_set_that_a_person_said_of_the_account_holds_against_the_header(void **state)
{
	static const char *const headers[] = { HEADER, SHIFT_JIS, "<?xml version='1.0' encoding='ISO-8859-15'?>" };
	const struct reading_settings settings = { .charset = CHARSET_CP850 };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const char *file = arena_printf(a, "%s%s", headers[i], body(a, line_of(a, "1.00", "<MEMO>M\x81ller"), "9.00"));
		const char *said = told(a, span_of(file), &settings);
		assert_non_null(strstr(said, " \"M\xc3\xbcller\" "));
		assert_null(strstr(said, "broken"));
	}
}

/* Quicken's files: elements of Intuit's own, and no blank line behind the header. */
static void a_file_of_quicken_is_ofx_with_fields_more(void **state)
{
	static const char head[] =
		"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
		"<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</STATUS><INTU.BID>3000<INTU.USERID>ada</SONRS></SIGNONMSGSRSV1>"
		"<STMTRS><CURDEF>USD" ACCOUNT "<BANKTRANLIST>" PERIOD;
	const char *said = told_text(*state,
		arena_printf(*state,
			"%s<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260302120000[0:GMT]<TRNAMT>5.00<FITID>1<NAME>A & B</STMTTRN></BANKTRANLIST>"
			"<LEDGERBAL><BALAMT>9.00<DTASOF>20260331</LEDGERBAL><INTU.XFI>1</STMTRS></OFX>",
			head));
	assert_string_equal(said, "line 0.1 at 8: USD 5.00 2026-03-02 id=1 \"A & B\" name=A & B code=CREDIT own=CREDIT\n" TOLD
				  "USD 4.00 1 lines 500 to USD 9.00\n");
}

static void empty_leaves_and_unknown_aggregates_are_passed_over(void **state)
{
	assert_non_null(strstr(
		says(*state, line_of(*state, "1.00", "<NAME><MEMO>\n<X.Y><Z>1</X.Y><SIC/><EXTDNAME>kept<PAYEE><NAME>Ada</PAYEE></FOO>"),
			"9.00"),
		"EUR 1.00 2026-03-02 id=F1 \"kept\" name=Ada code=CREDIT own=CREDIT\n"));
}

static void a_file_holds_several_accounts_and_cards(void **state)
{
	struct arena *a = *state;
	const char *two =
		"<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><LEDGERBAL><BALAMT>5<DTASOF>20260331</LEDGERBAL></STMTRS>"
		"<CCSTMTRS><CURDEF>USD<CCACCTFROM><ACCTID>2</CCACCTFROM><LEDGERBAL><BALAMT>-6<DTASOF>20260330</LEDGERBAL></CCSTMTRS></OFX>";
	assert_string_equal(told_text(a, two), "statement 0: undated of 1 2026-03-31..2026-03-31, EUR 5.00 0 lines 0 to EUR 5.00\n"
					       "statement 1: undated of 2 2026-03-30..2026-03-30, USD -6.00 0 lines 0 to USD -6.00\n");
}

static void holds_and_pending_lists_inform(void **state)
{
	assert_string_equal(
		says(*state,
			"<STMTTRN><TRNTYPE>HOLD<DTPOSTED>20260302<TRNAMT>1.00</STMTTRN></BANKTRANLIST><BANKTRANLISTP><STMTTRNP><DTPOSTED>20260303"
			"<TRNAMT>2.00<NAME>P</STMTTRNP></BANKTRANLISTP>",
			"9.00"),
		"inform 0.1 at 9: EUR 1.00 2026-03-02 status=pending code=HOLD own=HOLD\n"
		"inform 0.2 at 9: EUR 2.00 2026-03-03 status=pending \"P\" name=P\n" TOLD "EUR 9.00 0 lines 0 to EUR 9.00 skipped 2\n");
}

static void a_line_in_another_currency_is_quarantined_and_a_converted_one_says_its_rate(void **state)
{
	struct arena *a = *state;
	assert_non_null(strstr(says(a, line_of(a, "1.00", "<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>"), "9.00"),
		"currency_mixed: the line is in 'USD', the account in EUR"));
	assert_non_null(strstr(says(a, line_of(a, "1.00", "<CURRENCY><CURRATE>1<CURSYM>EUR</CURRENCY>"), "9.00"), "line 0.1"));
	assert_non_null(strstr(says(a, line_of(a, "1.00", "<ORIGCURRENCY><CURRATE>1.1<CURSYM>USD</ORIGCURRENCY>"), "9.00"),
		"EUR 1.00 2026-03-02 rate=1.1"));
}

static void a_line_that_says_two_amounts_is_quarantined(void **state)
{
	assert_non_null(
		strstr(says(*state, line_of(*state, "1.00", "<TRNAMT>2.00"), "9.00"), "field_out_of_order: the line says TRNAMT twice"));
	assert_null(strstr(says(*state, line_of(*state, "1.00", "<TRNAMT>1.00"), "9.00"), "broken"));
}

static void what_a_statement_must_have_is_missed(void **state)
{
	assert_string_equal(told_text(*state, "<OFX><STMTRS><CURDEF>QQQ<STMTTRN><DTPOSTED>20260302<TRNAMT>1</STMTTRN></STMTRS></OFX>"),
		"broken 0 at 1: currency_unknown: CURDEF 'QQQ' is not a currency of ISO 4217\n"
		"broken 0 at 1: currency_unknown: the statement names no currency of ISO 4217 before this line\n"
		"broken 0 at 1: currency_unknown: the statement names no currency of ISO 4217\n"
		"broken 0 at 1: date_malformed: neither the statement nor a line of it has a date\n"
		"broken 0 at 1: account_missing: the statement names no account\n"
		"broken 0 at 1: opening_missing: no opening balance, booked or intermediate\n"
		"broken 0 at 1: closing_missing: no closing balance, booked or intermediate\n"
		"statement 0: undated of  -..-, - 0 lines 0 to - broken 7\n");
	assert_non_null(
		strstr(told_text(*state, "<OFX><STMTRS><CURDEF>EUR<CURDEF>USD</STMTRS></OFX>"), "the statement names two currencies"));
	assert_non_null(strstr(says(*state, "<STMTTRN><DTPOSTED>20260302</STMTTRN>", "1"), "the line has no TRNAMT"));
}

static void files_of_investments_and_sign_ons_hold_no_statement(void **state)
{
	assert_string_equal(told_text(*state, HEADER
				    "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</STATUS></SONRS></SIGNONMSGSRSV1><INVSTMTRS><CURDEF>USD"
				    "<STMTTRN><TRNAMT>1</STMTTRN></INVSTMTRS></OFX>"),
		"refused: no_statement: line 7: the file holds no statement of a bank account or a card\n");
}

static void a_file_that_ends_early_declares_types_or_is_tangled_is_refused(void **state)
{
	struct arena *a = *state;
	const char *whole = body(a, line_of(a, "1.00", ""), "9.00");
	assert_non_null(strstr(told(a, span_bytes(whole, strlen(whole) - 8), NULL), "refused: cut_short"));
	assert_non_null(strstr(told_text(a, "OFXHEADER:100\n"), "refused: cut_short"));
	assert_non_null(strstr(told_text(a, "<!DOCTYPE OFX [<!ENTITY a 'b'>]><OFX></OFX>"), "refused: dtd_refused"));
	assert_non_null(strstr(
		told_text(a, "<OFX><STMTRS><STMTRS></STMTRS></OFX>"), "refused: record_malformed: line 1: STMTRS begins within another"));
	struct text deep;
	text_init(&deep, a);
	text_add(&deep, "<OFX>");
	for (int i = 0; i < 20; i++)
		text_add(&deep, "<PAYEE>");
	assert_non_null(strstr(told_text(a, text_done(&deep).at), "refused: too_deep"));
}

static void texts_and_tags_longer_than_any_bank_writes_are_refused(void **state)
{
	struct arena *a = *state;
	char *much = arena_alloc(a, 9001);
	memset(much, 'x', 9000);
	assert_non_null(strstr(says(a, line_of(a, "1.00", arena_printf(a, "<MEMO>%s", much)), "9.00"), "refused: text_too_long"));
	assert_non_null(strstr(says(a, line_of(a, "1.00", arena_printf(a, "<%.70s>", much)), "9.00"), "refused: text_too_long"));
	assert_non_null(
		strstr(says(a, line_of(a, "1.00", arena_printf(a, "<MEMO>%.8000s<NAME>%.8000s<MEMO2>%.8000s", much, much, much)), "9.00"),
			"refused: text_too_long"));
}

/* An identifier is kept up to 71 bytes, a value in a reason up to 40: neither ends within a character. */
static void what_is_cut_ends_before_a_character_and_not_within(void **state)
{
	struct arena *a = *state;
	const char *o = "\xc3\xb6", *long_id = arena_printf(a, "x%s%s%s%s%s%s%s%s", "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6",
					    "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6",
					    "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6",
					    "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", "\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6\xc3\xb6", o);
	const char *said = told_text(
		a, arena_printf(a, "<OFX><STMTRS><CURDEF>%s<BANKACCTFROM><ACCTID>x%s</BANKACCTFROM></STMTRS></OFX>", long_id, long_id));
	assert_true(span_is_utf8(span_of(said)));
	assert_non_null(strstr(said, "currency_unknown: CURDEF 'x\xc3\xb6"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_line_says_all_that_its_leaves_do),
		WITH_ARENA(an_iban_is_known_by_itself_whatever_bank_is_named),
		WITH_ARENA(headers_may_be_odd_absent_or_wrong),
		WITH_ARENA(xml_labelled_as_version_1_is_read_and_the_reverse),
		WITH_ARENA(the_day_is_the_local_one_as_written),
		WITH_ARENA(amounts_are_read_in_all_the_ways_in_which_they_are_written),
		WITH_ARENA(amounts_that_may_be_two_things_or_none_are_refused),
		WITH_ARENA(a_balance_without_mark_among_lines_that_have_one_is_quarantined),
		WITH_ARENA(a_balance_from_before_the_last_line_is_quarantined),
		WITH_ARENA(identifiers_that_are_blank_zero_or_reused_are_kept_as_they_are),
		WITH_ARENA(a_correction_of_an_earlier_line_is_quarantined),
		WITH_ARENA(entities_and_bare_ampersands_are_text),
		WITH_ARENA(texts_in_a_charset_that_the_header_does_not_name_are_read),
		WITH_ARENA(texts_are_in_the_set_that_the_header_names),
		WITH_ARENA(a_set_that_is_not_read_quarantines_the_statement_whose_texts_are_in_it),
		WITH_ARENA(the_set_that_a_person_said_of_the_account_holds_against_the_header),
		WITH_ARENA(a_file_of_quicken_is_ofx_with_fields_more),
		WITH_ARENA(empty_leaves_and_unknown_aggregates_are_passed_over),
		WITH_ARENA(a_file_holds_several_accounts_and_cards),
		WITH_ARENA(holds_and_pending_lists_inform),
		WITH_ARENA(a_line_in_another_currency_is_quarantined_and_a_converted_one_says_its_rate),
		WITH_ARENA(a_line_that_says_two_amounts_is_quarantined),
		WITH_ARENA(what_a_statement_must_have_is_missed),
		WITH_ARENA(files_of_investments_and_sign_ons_hold_no_statement),
		WITH_ARENA(a_file_that_ends_early_declares_types_or_is_tangled_is_refused),
		WITH_ARENA(what_is_cut_ends_before_a_character_and_not_within),
		WITH_ARENA(texts_and_tags_longer_than_any_bank_writes_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
