#include "town.h"

#include <stdio.h>

/* One account's money in whatever format its bank writes: the chain of statements goes on across them. */

#define ACCOUNT "DE02120300000000202051"

static const char bai2[] =
	"01,BANK,DUNLIN,260303,0600,7,80,1,2/\n02,DUNLIN,BANK,1,260302,,EUR,2/\n03," ACCOUNT ",,010,10000,,,015,10500,,/\n"
	"16,165,500,0,,,BY BAI2/\n49,21000,3/\n98,21000,1,5/\n99,21000,1,7/\n";
static const char ofx[] = "OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>" ACCOUNT
			  "</BANKACCTFROM><BANKTRANLIST><DTSTART>20260303<DTEND>20260303"
			  "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260303<TRNAMT>7.00<FITID>1<MEMO>BY OFX</STMTTRN></BANKTRANLIST>"
			  "<LEDGERBAL><BALAMT>112.00<DTASOF>20260303</LEDGERBAL></STMTRS></OFX>";
static const char csv[] = "Day;What;Sum;Left\n04.03.2026;BY CSV;-2,00;110,00\n";
static const char nacha[] = "101 231380104 1210428822603031200A094101Federal Reserve Bank   Nordwind Inc                   \n"
			    "5200Nordwind                            NORDWIND01PPDDEBITS          260304   1121042880000001\n"
			    "62623138010412345678         0000000500INV-000042     ADA BYRON               1121042880000001\n"
			    "799R01121042880000099      12104288NSF                                         231380100000001\n"
			    "820000000200231380100000000005000000000000"
			    "00NORDWIND01                         121042880000001\n"
			    "9000001000001000000020023138010000000000500000000000000                                       \n";

static struct imported import_as(struct town *t, const char *file, const struct reading_settings *settings)
{
	struct span bytes = span_of(file);
	struct import_source source = import_bytes(&bytes);
	struct imported imported;
	struct why why = { 0 };
	const struct import_origin from = { .merchant = SPAN("nord"), .client = SPAN("desk"), .name = SPAN("file"), .who = SPAN("bob") };
	if (settings)
		source.reading = *settings;
	if (import_run(t->db, t->arena, &from, &source, &imported, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return imported;
}

static void put_profile(struct town *t)
{
	town_script(t->owner,
		"insert into csv_profile values ('nord', 'own', E'[own]\\nheader = Day | What | Sum | Left\\ndelimiter = ;\\nbooking = Day\\n"
		"date = dd.mm.yyyy\\ndecimal = ,\\namount = Sum\\nbalance = Left\\ntexts = What\\n')");
}

static void statements_of_bai2_ofx_and_csv_continue_one_another_and_post(void **state)
{
	struct town *t = *state;
	const struct reading_settings settings = { .account = SPAN(ACCOUNT), .currency = SPAN("EUR") };
	import_as(t, bai2, NULL);
	import_as(t, ofx, NULL);
	put_profile(t);
	import_as(t, csv, &settings);
	town_due(t);
	assert_string_equal(town_text(t, "select string_agg(state || ' ' || placement, ', ' order by from_day) from statement"),
		"posted first, posted next, posted next");
	assert_string_equal(
		town_text(t,
			"select string_agg(p.texts || ' ' || l.amount, ', ' order by l.booking_date) from bank_line l join bank_line_person p using (merchant_id, line_id)"),
		"BY BAI2 500, BY OFX 700, BY CSV -200");
	assert_int_equal(town_number(t, "select count(*) from statement_gap where open"), 0);
	assert_town_proven(t);
}

static void a_file_that_names_no_account_waits_until_somebody_says_which(void **state)
{
	struct town *t = *state;
	put_profile(t);
	import_as(t, csv, NULL);
	town_due(t);
	assert_string_equal(town_text(t, "select state from statement"), "quarantined");
	import_as(t, csv, &(struct reading_settings){ .account = SPAN(ACCOUNT), .currency = SPAN("EUR") });
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from statement where state = 'posted'"), 1);
	assert_town_proven(t);
}

/* An OFX file with that CHARSET and one line with that text. */
static void import_ofx_in(struct town *t, const char *charset, const char *memo)
{
	char file[800];
	snprintf(file, sizeof(file),
		"OFXHEADER:100\nENCODING:USASCII\nCHARSET:%s\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>" ACCOUNT
		"</BANKACCTFROM><BANKTRANLIST><DTSTART>20260303<DTEND>20260303<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260303<TRNAMT>7.00<MEMO>%s"
		"</STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>112.00<DTASOF>20260303</LEDGERBAL></STMTRS></OFX>",
		charset, memo);
	import_as(t, file, NULL);
	town_due(t);
}

static void texts_of_ofx_are_kept_in_utf_8_and_a_set_that_is_not_read_is_quarantined(void **state)
{
	struct town *t = *state;
	import_ofx_in(t, "ISO-8859-15", "10 \xa4 M\xdcLLER");
	assert_string_equal(town_text(t, "select texts from bank_line_person"), "10 \xe2\x82\xac M\xc3\x9cLLER");
	assert_string_equal(town_text(t, "select state from statement"), "posted");
	import_ofx_in(t, "SHIFT_JIS", "\x83\x65\x83\x58");
	assert_string_equal(town_text(t, "select string_agg(rule, ', ') from statement_rule"), "charset_unknown");
	assert_int_equal(town_number(t, "select count(*) from statement where state = 'quarantined'"), 1);
	assert_town_proven(t);
}

static void a_file_of_returns_posts_nothing(void **state)
{
	struct town *t = *state;
	import_as(t, nacha, NULL);
	town_due(t);
	assert_int_equal(town_number(t, "select count(*) from bank_line"), 0);
	assert_int_equal(town_number(t, "select count(*) from journal"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(statements_of_bai2_ofx_and_csv_continue_one_another_and_post),
		IN_TOWN(a_file_that_names_no_account_waits_until_somebody_says_which),
		IN_TOWN(texts_of_ofx_are_kept_in_utf_8_and_a_set_that_is_not_read_is_quarantined),
		IN_TOWN(a_file_of_returns_posts_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
