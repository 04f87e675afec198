#include "statements.h"
#include "told.h"

#include <stdio.h>

#define OPENED "S1 of DE02120300000000202051 2026-03-02..2026-03-02, EUR 100.00"

/* What is told of a statement of account … from 100.00 to `closing` with these entries. */
static void tells(struct arena *a, const char *closing, const char *entries, const char *expected)
{
	struct span told = statement_told(a, statement_document(a, statement_of(a, closing, entries)), 0);
	assert_string_equal(span_cstr(a, told), expected);
}

static const char *details(struct arena *a, const char *inside)
{
	return arena_printf(a, "<NtryDtls>%s</NtryDtls>", inside);
}

static void a_credit_line_carries_all_that_the_bank_says(void **state)
{
	struct arena *a = *state;
	tells(a, "219.00",
		statement_entry(a, "119.00", "CRDT",
			details(a,
				"<TxDtls><Refs><EndToEndId>E-1</EndToEndId><AcctSvcrRef>B-1</AcctSvcrRef><TxId>T-1</TxId><MndtId>M-1</MndtId></Refs>"
				"<Amt Ccy='EUR'>119.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
				"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
				"<RltdPties><Dbtr><Pty><Nm>Ada Byron</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>"
				"<Cdtr><Nm>Nordwind GmbH</Nm></Cdtr></RltdPties>"
				"<RmtInf><Ustrd>Invoice</Ustrd><Ustrd>NORD-000042</Ustrd><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
				"<Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>")),
		"line 0.1 at 5: EUR 119.00 2026-03-02/2026-03-02 e2e=E-1 bank=B-1 tx=T-1 mandate=M-1 ref=RF18539007547034 \"Invoice\" \"NORD-000042\""
		" name=Ada Byron iban=DE89370400440532013000 code=PMNT/RCDT/ESCT\n"
		"statement 0 at 4: " OPENED " 1 lines 11900 to EUR 219.00\n");
}

static void pieces_of_any_size_tell_the_same(void **state)
{
	struct arena *a = *state;
	struct span document = statement_document(
		a, statement_of(a, "150.00",
			   statement_entry(a, "50.00", "CRDT", details(a, "<TxDtls><RmtInf><Ustrd>a &amp; b</Ustrd></RmtInf></TxDtls>"))));
	struct span whole = statement_told(a, document, 0);
	assert_non_null(strstr(whole.at, "\"a & b\""));
	for (size_t piece = 1; piece < 40; piece++)
		assert_true(span_equal(whole, statement_told(a, document, piece)));
}

static const char *told_in(struct arena *a, const char *encoding, const char *text)
{
	return told_text(a,
		arena_printf(a,
			"<?xml version='1.0' encoding='%s'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>"
			"<Id>S</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct><Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
			"<BookgDt><Dt>2026-03-02</Dt></BookgDt><AddtlNtryInf>%s</AddtlNtryInf></Ntry></Stmt></BkToCstmrStmt></Document>",
			encoding, text));
}

static void texts_are_in_the_encoding_that_the_declaration_names(void **state)
{
	static const char *const cases[][3] = { { "UTF-8", "\xc3\xbc", "\xc3\xbc" }, { "ISO-8859-1", "\xfc", "\xc3\xbc" },
		{ "windows-1252", "\x80", "\xe2\x82\xac" }, { "ISO-8859-15", "\xa4", "\xe2\x82\xac" },
		{ "windows-1250", "\x9c", "\xc5\x9b" }, { "ISO-8859-2", "\xb3", "\xc5\x82" } };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_non_null(strstr(told_in(a, cases[i][0], cases[i][1]), arena_printf(a, "EUR 1.00 2026-03-02 \"%s\"\n", cases[i][2])));
	assert_string_equal(told_in(a, "Shift_JIS", "x"), "refused: xml_malformed: line 1: unknown encoding\n");
	/* A byte that the set does not have. */
	assert_non_null(strstr(told_in(a, "windows-1252", "\x81"), "refused: xml_malformed"));
}

static void the_prefix_of_the_namespace_may_be_any_or_none(void **state)
{
	struct arena *a = *state;
	static const char *const prefixed = "<?xml version='1.0'?><ns2:Document xmlns:ns2='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>"
					    "<ns2:BkToCstmrStmt><ns2:Stmt><ns2:Id>S</ns2:Id></ns2:Stmt></ns2:BkToCstmrStmt></ns2:Document>";
	static const char *const plain = "<Document><BkToCstmrStmt><Stmt><Id>S</Id></Stmt></BkToCstmrStmt></Document>";
	struct span one = statement_told(a, span_of(prefixed), 0), other = statement_told(a, span_of(plain), 0);
	assert_string_equal(span_cstr(a, one), span_cstr(a, other));
	assert_non_null(strstr(one.at, "statement 0 at 1: S of  -..-, - 0 lines 0 to - broken 3"));
}

static void elements_of_other_namespaces_are_passed_over(void **state)
{
	struct arena *a = *state;
	tells(a, "150.00",
		statement_entry(a, "50.00", "CRDT",
			"<x:Amt xmlns:x='urn:other' Ccy='EUR'>7.00</x:Amt><SplmtryData><Envlp><x:Amt xmlns:x='urn:other'>9</x:Amt></Envlp></SplmtryData>"),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n");
}

/* The indicator alone is the sign: the example of SIX closes so, and the message definition report says so. */
static void a_reversal_keeps_the_sign_of_its_indicator(void **state)
{
	struct arena *a = *state;
	tells(a, "88.00", statement_entry(a, "12.00", "DBIT", "<RvslInd>true</RvslInd>"),
		"line 0.1 at 5: EUR -12.00 2026-03-02/2026-03-02 reversal\nstatement 0 at 4: " OPENED " 1 lines -1200 to EUR 88.00\n");
}

/* A parser that repeats the entry's amount for each detail doubles money. */
static void a_batch_becomes_its_details_with_their_own_amounts(void **state)
{
	struct arena *a = *state;
	tells(a, "400.00",
		statement_entry(a, "300.00", "CRDT",
			details(a,
				"<Btch><PmtInfId>P-9</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
				"<TxDtls><Refs><EndToEndId>1</EndToEndId></Refs><Amt Ccy='EUR'>200.00</Amt></TxDtls>"
				"<TxDtls><Refs><EndToEndId>2</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy='EUR'>130.00</Amt></TxAmt></AmtDtls></TxDtls>"
				"<TxDtls><Refs><EndToEndId>3</EndToEndId></Refs><Amt Ccy='EUR'>30.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>")),
		"line 0.1 at 5: EUR 200.00 2026-03-02/2026-03-02 e2e=1 batch=P-9\n"
		"line 0.2 at 5: EUR 130.00 2026-03-02/2026-03-02 e2e=2 batch=P-9\n"
		"line 0.3 at 5: EUR -30.00 2026-03-02/2026-03-02 e2e=3 batch=P-9\n"
		"statement 0 at 4: " OPENED " 3 lines 30000 to EUR 400.00\n");
}

static void what_the_details_leave_is_a_line_of_its_own_and_no_bigger_detail(void **state)
{
	struct arena *a = *state;
	tells(a, "1626.00",
		statement_entry(a, "1526.00", "CRDT",
			details(a, "<TxDtls><Amt Ccy='EUR'>1000.00</Amt></TxDtls><TxDtls><Amt Ccy='EUR'>500.00</Amt></TxDtls>")),
		"line 0.1 at 5: EUR 1,000.00 2026-03-02/2026-03-02\n"
		"line 0.2 at 5: EUR 500.00 2026-03-02/2026-03-02\n"
		"line 0.3 at 5: EUR 26.00 2026-03-02/2026-03-02 rest\n"
		"statement 0 at 4: " OPENED " 3 lines 152600 to EUR 1,626.00\n");
}

static void details_without_amounts_lend_the_entry_their_references(void **state)
{
	struct arena *a = *state;
	tells(a, "150.00",
		statement_entry(a, "50.00", "CRDT",
			details(a, "<TxDtls><Amt Ccy='EUR'>0.00</Amt><RmtInf><Ustrd>one</Ustrd></RmtInf></TxDtls>"
				   "<TxDtls><RmtInf><Strd><RfrdDocInf><Nb>N-7</Nb></RfrdDocInf></Strd></RmtInf></TxDtls>")),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 ref=N-7 \"one\"\nstatement 0 at 4: " OPENED
		" 1 lines 5000 to EUR 150.00\n");
}

static void a_single_detail_without_amount_says_all_of_the_entry(void **state)
{
	struct arena *a = *state;
	tells(a, "150.00",
		statement_entry(a, "50.00", "CRDT",
			details(a,
				"<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs><AmtDtls><InstdAmt><Amt Ccy='USD'>55.00</Amt></InstdAmt></AmtDtls>"
				"<RltdPties><Dbtr><Nm>N</Nm></Dbtr></RltdPties></TxDtls>")),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 e2e=E name=N instructed USD 55.00\nstatement 0 at 4: " OPENED
		" 1 lines 5000 to EUR 150.00\n");
}

static void instructed_amounts_count_among_several_details_only(void **state)
{
	struct arena *a = *state;
	const char *instructed = "<TxDtls><AmtDtls><InstdAmt><Amt Ccy='EUR'>24.00</Amt></InstdAmt></AmtDtls></TxDtls>";
	tells(a, "150.00", statement_entry(a, "50.00", "CRDT", details(a, arena_printf(a, "%s%s", instructed, instructed))),
		"line 0.1 at 5: EUR 24.00 2026-03-02/2026-03-02\nline 0.2 at 5: EUR 24.00 2026-03-02/2026-03-02\n"
		"line 0.3 at 5: EUR 2.00 2026-03-02/2026-03-02 rest\nstatement 0 at 4: " OPENED " 3 lines 5000 to EUR 150.00\n");
	tells(a, "150.00", statement_entry(a, "50.00", "CRDT", details(a, instructed)),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 instructed EUR 24.00\nstatement 0 at 4: " OPENED
		" 1 lines 5000 to EUR 150.00\n");
}

static void status_is_text_before_version_8_and_a_code_since(void **state)
{
	struct arena *a = *state;
	const char *counted = "line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n";
	struct text t;
	static const char *const booked[] = { "BOOK", "<Cd>BOOK</Cd>", " <Cd> BOOK </Cd> ", "" };
	for (size_t i = 0; i < 4; i++) {
		text_init(&t, a);
		text_add(&t, "<Ntry><Amt Ccy='EUR'>50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>");
		text_add(&t, booked[i]);
		text_add(&t, "</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>\n");
		tells(a, "150.00", text_done(&t).at, counted);
	}
}

static void pending_and_informational_entries_never_count(void **state)
{
	struct arena *a = *state;
	tells(a, "100.00",
		"<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><NtryDtls><TxDtls><Amt Ccy='EUR'>1.00</Amt></TxDtls></NtryDtls></Ntry>\n"
		"<Ntry><Amt Ccy='EUR'>2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>INFO</Cd></Sts></Ntry>\n",
		"statement 0 at 4: S1 of DE02120300000000202051 2026-03-01..2026-03-02, EUR 100.00 0 lines 0 to EUR 100.00\n");
}

/* "NOTPROVIDED" ties unrelated payments together where it is taken for a reference. */
static void a_reference_that_is_none_is_empty(void **state)
{
	struct arena *a = *state;
	static const char *const none[] = { "NOTPROVIDED", "notprovided", "NOT PROVIDED", "NONREF", "NOTAVAILABLE", "-" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		tells(a, "150.00",
			statement_entry(a, "50.00", "CRDT",
				details(a, arena_printf(a, "<TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs></TxDtls>", none[i]))),
			"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n");
}

static void a_date_is_the_one_written_whatever_its_zone(void **state)
{
	struct arena *a = *state;
	static const char *const ways[] = { "<Dt>2026-03-02</Dt>", "<Dt>2026-03-02+01:00</Dt>",
		"<DtTm>2026-03-02T23:59:59.123456789-11:00</DtTm>", "<DtTm>2026-03-02T00:00:00Z</DtTm>" };
	for (size_t i = 0; i < 4; i++)
		tells(a, "150.00",
			arena_printf(a,
				"<Ntry><Amt Ccy='EUR'>50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt>%s</BookgDt><ValDt><Dt>2026-02-27</Dt></ValDt></Ntry>\n",
				ways[i]),
			"line 0.1 at 5: EUR 50.00 2026-03-02/2026-02-27\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n");
}

static void the_value_date_stands_for_a_missing_booking_date(void **state)
{
	struct arena *a = *state;
	tells(a, "150.00",
		"<Ntry><Amt Ccy='EUR'>50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-03-02</Dt></ValDt></Ntry>\n",
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n");
}

static void the_counterparty_is_the_debtor_of_a_credit_and_the_creditor_of_a_debit(void **state)
{
	struct arena *a = *state;
	const char *parties = "<TxDtls><RltdPties><Dbtr><Nm>D</Nm></Dbtr><DbtrAcct><Id><Othr><Id>D-ACC</Id></Othr></Id></DbtrAcct>"
			      "<Cdtr><Nm>C</Nm></Cdtr><CdtrAcct><Id><IBAN>C-ACC</IBAN></Id></CdtrAcct></RltdPties></TxDtls>";
	tells(a, "150.00", statement_entry(a, "50.00", "CRDT", details(a, parties)),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 name=D iban=D-ACC\nstatement 0 at 4: " OPENED
		" 1 lines 5000 to EUR 150.00\n");
	tells(a, "50.00", statement_entry(a, "50.00", "DBIT", details(a, parties)),
		"line 0.1 at 5: EUR -50.00 2026-03-02/2026-03-02 name=C iban=C-ACC\nstatement 0 at 4: " OPENED
		" 1 lines -5000 to EUR 50.00\n");
}

static void a_return_says_why(void **state)
{
	struct arena *a = *state;
	tells(a, "50.00",
		statement_entry(a, "50.00", "DBIT",
			details(a,
				"<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf></TxDtls>")),
		"line 0.1 at 5: EUR -50.00 2026-03-02/2026-03-02 e2e=E return=AC04 because=closed\n"
		"statement 0 at 4: " OPENED " 1 lines -5000 to EUR 50.00\n");
}

static void the_text_of_the_entry_joins_that_of_its_only_detail(void **state)
{
	struct arena *a = *state;
	tells(a, "150.00",
		statement_entry(a, "50.00", "CRDT",
			"<NtryDtls><TxDtls><RmtInf><Ustrd>x</Ustrd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>more</AddtlNtryInf>"),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 \"more\" \"x\"\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n");
}

static void the_instructed_amount_the_rate_and_the_charges_come_with_the_line(void **state)
{
	struct arena *a = *state;
	tells(a, "190.00",
		statement_entry(a, "90.00", "CRDT",
			details(a, "<TxDtls><Amt Ccy='EUR'>90.00</Amt><AmtDtls><InstdAmt><Amt Ccy='USD'>100.00</Amt></InstdAmt>"
				   "<CntrValAmt><CcyXchg><UnitCcy>EUR</UnitCcy><XchgRate>1.0989</XchgRate></CcyXchg></CntrValAmt></AmtDtls>"
				   "<Chrgs><TtlChrgsAndTaxAmt Ccy='EUR'>1.00</TtlChrgsAndTaxAmt>"
				   "<Rcrd><Amt Ccy='EUR'>1.20</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd>"
				   "<Tp><Prtry><Id>COMM</Id></Prtry></Tp><Br>SHAR</Br></Rcrd>"
				   "<Rcrd><Amt Ccy='EUR'>0.20</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs></TxDtls>")),
		"line 0.1 at 5: EUR 90.00 2026-03-02/2026-03-02 instructed USD 100.00 rate=1.0989 charge EUR 1.20 included kind=COMM bearer=SHAR"
		" charge EUR -0.20\nstatement 0 at 4: " OPENED " 1 lines 9000 to EUR 190.00\n");
}

/* Version 02 repeats Chrgs itself; some banks give the total alone. */
static void charges_of_older_versions_and_bare_totals_are_charges_too(void **state)
{
	struct arena *a = *state;
	tells(a, "190.00",
		statement_entry(a, "90.00", "CRDT",
			"<Chrgs><Amt Ccy='EUR'>1.00</Amt><Tp><Cd>BRKF</Cd></Tp></Chrgs><Chrgs><Amt Ccy='EUR'>2.00</Amt></Chrgs>"
			"<Chrgs><TtlChrgsAndTaxAmt Ccy='EUR'>3.00</TtlChrgsAndTaxAmt></Chrgs>"),
		"line 0.1 at 5: EUR 90.00 2026-03-02/2026-03-02 charge EUR 1.00 kind=BRKF charge EUR 2.00 charge EUR 3.00\nstatement 0 at 4: " OPENED
		" 1 lines 9000 to EUR 190.00\n");
}

static void the_other_side_comes_with_every_identifier(void **state)
{
	struct arena *a = *state;
	static const char *const parties =
		"<TxDtls><Refs><UETR>255ae394-9965-4438-ac86-f406feada396</UETR></Refs><RltdPties>"
		"<Dbtr><Pty><Nm>Ada</Nm><Id><PrvtId><Othr><Id>C-77</Id></Othr></PrvtId></Id></Pty></Dbtr>"
		"<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><UltmtDbtr><Pty><Nm>Bea</Nm></Pty></UltmtDbtr></RltdPties>"
		"<RltdAgts><DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt></RltdAgts></TxDtls>";
	tells(a, "150.00", statement_entry(a, "50.00", "CRDT", details(a, parties)),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02 tx=255ae394-9965-4438-ac86-f406feada396 name=Ada iban=DE89370400440532013000"
		" agent=COBADEFFXXX customer=C-77 ultimate=Bea\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n");
}

/* What camt.052 and camt.054 say is told, and never as a booking. */
static void reports_and_notifications_inform(void **state)
{
	struct arena *a = *state;
	static const struct {
		const char *message, *element, *group, *kind;
	} cases[] = { { "camt.052.001.02", "BkToCstmrAcctRpt", "Rpt", "interim" },
		{ "camt.052.001.01", "BkToCstmrAcctRptV01", "Rpt", "interim" },
		{ "camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "notice" } };
	for (size_t i = 0; i < 3; i++) {
		const char *document = arena_printf(a,
			"<x:Document xmlns:x='urn:iso:std:iso:20022:tech:xsd:%s'><x:%s><x:%s><x:Id>R</x:Id><x:CreDtTm>2026-03-04T09:00:00Z</x:CreDtTm>"
			"<x:Acct><x:Id><x:IBAN>DE02120300000000202051</x:IBAN></x:Id></x:Acct>"
			"<x:Ntry><x:Amt Ccy='EUR'>7.00</x:Amt><x:CdtDbtInd>DBIT</x:CdtDbtInd><x:Sts>BOOK</x:Sts><x:AcctSvcrRef>B</x:AcctSvcrRef></x:Ntry>"
			"</x:%s></x:%s></x:Document>",
			cases[i].message, cases[i].element, cases[i].group, cases[i].group, cases[i].element);
		assert_string_equal(span_cstr(a, statement_told(a, span_of(document), 0)),
			arena_printf(a,
				"inform 0.1 at 1: EUR -7.00 2026-03-04/2026-03-04 status=BOOK bank=B\n"
				"%s 0 at 1: R of DE02120300000000202051 2026-03-04..2026-03-04, - 0 lines 0 to - skipped 1\n",
				cases[i].kind));
	}
}

static void a_pending_entry_of_a_statement_informs(void **state)
{
	struct arena *a = *state;
	tells(a, "100.00",
		"<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><ValDt><Dt>2026-03-05</Dt></ValDt>"
		"<NtryDtls><TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>\n",
		"inform 0.1 at 5: EUR 1.00 2026-03-05/2026-03-05 status=PDNG e2e=E\n"
		"statement 0 at 4: S1 of DE02120300000000202051 2026-03-01..2026-03-02, EUR 100.00 0 lines 0 to EUR 100.00 skipped 1\n");
}

static const char *balance(struct arena *a, const char *type, const char *amount)
{
	return arena_printf(a,
		"<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>",
		type, amount);
}

static void balances(struct arena *a, const char *all, const char *expected)
{
	const char *stmt = arena_printf(a, "<Stmt><Id>S</Id><Acct><Id><Othr><Id>12-3</Id></Othr></Id></Acct>%s</Stmt>", all);
	assert_string_equal(span_cstr(a, statement_told(a, statement_document(a, stmt), 0)), expected);
}

static void opening_and_closing_are_the_best_that_the_bank_gives(void **state)
{
	struct arena *a = *state;
	balances(a,
		arena_printf(a, "%s%s%s%s%s", balance(a, "FWAV", "9"), balance(a, "PRCD", "1"), balance(a, "OPBD", "2"),
			balance(a, "CLBD", "3."), balance(a, "CLAV", "4")),
		"statement 0 at 4: S of 12-3 2026-03-02..2026-03-02, EUR 2.00 0 lines 0 to EUR 3.00\n");
	balances(a, arena_printf(a, "%s%s", balance(a, "PRCD", "+1"), balance(a, "CLBD", ".5")),
		"statement 0 at 4: S of 12-3 2026-03-02..2026-03-02, EUR 1.00 0 lines 0 to EUR 0.50\n");
	/* A middle page. */
	balances(a, arena_printf(a, "%s%s", balance(a, "ITBD", "5"), balance(a, "ITBD", "6")),
		"statement 0 at 4: S of 12-3 2026-03-02..2026-03-02, EUR 5.00 0 lines 0 to EUR 6.00\n");
	balances(a, balance(a, "CLBD", "6"),
		"broken 0 at 4: opening_missing: no opening balance, booked or intermediate\n"
		"statement 0 at 4: S of 12-3 2026-03-02..2026-03-02, - 0 lines 0 to EUR 6.00 broken 1\n");
}

static void every_broken_rule_is_named_with_its_line_and_the_entry_left_out(void **state)
{
	struct arena *a = *state;
	static const struct {
		const char *entry, *told;
	} cases[] = {
		{ "<Ntry><Amt Ccy='EUR'>1.005</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>",
			"amount_malformed" },
		{ "<Ntry><Amt Ccy='EUR'>1,50</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>",
			"amount_malformed" },
		{ "<Ntry><Amt Ccy='EUR'>99999999999999999999999999999999999999999999</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>",
			"amount_malformed" },
		{ "<Ntry><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>", "amount_malformed" },
		{ "<Ntry><Amt Ccy='EUR'>-1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>",
			"amount_negative" },
		{ "<Ntry><Amt Ccy='XXX'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>",
			"currency_unknown" },
		{ "<Ntry><Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>", "currency_unknown" },
		{ "<Ntry><Amt Ccy='USD'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>",
			"currency_mixed" },
		{ "<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>Credit</CdtDbtInd><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>",
			"indicator_unknown" },
		{ "<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>LATER</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>",
			"status_unknown" },
		{ "<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>", "date_malformed" },
		{ "<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-02-30</Dt></BookgDt></Ntry>",
			"date_malformed" },
		{ "<Ntry><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-023</Dt></BookgDt></Ntry>",
			"date_malformed" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *good = statement_entry(a, "50.00", "CRDT", "");
		struct span told = statement_told(
			a, statement_document(a, statement_of(a, "150.00", arena_printf(a, "%s%s", good, cases[i].entry))), 0);
		const char *broken = strstr(told.at, "broken 0 at 6: ");
		assert_non_null(broken);
		assert_memory_equal(broken + 15, cases[i].told, strlen(cases[i].told));
		assert_non_null(strstr(told.at, "1 lines 5000 to EUR 150.00 broken "));
	}
}

static void a_file_that_cannot_be_read_names_rule_and_line(void **state)
{
	struct arena *a = *state;
	static const struct {
		const char *document, *told;
	} cases[] = {
		{ "", "format_unknown: line 1: the first bytes are of no format that is read\n" },
		{ "<", "xml_malformed: line 1: unclosed token\n" },
		{ "\n<Document", "xml_malformed: line 2: unclosed token\n" },
		{ "<Document>\n<BkToCstmrStmt></Document>", "xml_malformed: line 2: mismatched tag\n" },
		{ "<!DOCTYPE Document [<!ENTITY a 'b'>]>\n<Document/>", "dtd_refused: line 1: the file has a document type declaration\n" },
		{ "<!DOCTYPE Document SYSTEM 'http://example.org/x.dtd'><Document/>",
			"dtd_refused: line 1: the file has a document type declaration\n" },
		{ "<html/>", "root_unknown: line 1: the root element is 'html'\n" },
		{ "<Document xmlns='urn:x'/>", "root_unknown: line 1: the namespace 'urn:x' is none of ISO 20022's statements\n" },
		{ "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'/>",
			"no_statement: line 1: the document holds no statement\n" },
		{ "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.01'/>",
			"version_unknown: line 1: the version is 'camt.053.001.01|'\n" },
		{ "<Document><CstmrPmtStsRpt/></Document>", "message_not_a_statement: line 1: the document holds 'CstmrPmtStsRpt'\n" },
		{ "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrAcctRpt/></Document>",
			"message_not_a_statement: line 1: the document holds 'BkToCstmrAcctRpt'\n" },
		{ "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.029.001.09'/>",
			"message_not_a_statement: line 1: the message is 'camt.029.001.09|'\n" },
		{ "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>\n\n</Document>",
			"no_statement: line 3: the document holds no statement\n" },
		{ "<Document>&#0;</Document>", "xml_malformed: line 1: reference to invalid character number\n" },
		{ "<Document>\xff</Document>", "xml_malformed: line 1: not well-formed (invalid token)\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(span_cstr(a, statement_told(a, span_of(cases[i].document), 0)), cases[i].told);
}

static struct span repeated(struct arena *a, const char *head, const char *what, int times, const char *tail)
{
	struct text t;
	text_init(&t, a);
	text_add(&t, head);
	for (int i = 0; i < times; i++)
		text_add(&t, what);
	text_add(&t, tail);
	return text_done(&t);
}

static void depth_and_texts_have_their_bounds(void **state)
{
	struct arena *a = *state;
	struct span deep = repeated(a, "<Document><BkToCstmrStmt>", "<x>", 100, "");
	assert_string_equal(span_cstr(a, statement_told(a, deep, 0)), "too_deep: line 1: elements are nested deeper than 64\n");
	struct span wide = repeated(a, "<Document><BkToCstmrStmt><Stmt><Id>", "x", 9000, "</Id>");
	assert_string_equal(span_cstr(a, statement_told(a, wide, 100)), "text_too_long: line 1: a text is longer than 8192 bytes\n");
	struct span many = repeated(a, "<Document><BkToCstmrStmt><Stmt><Ntry><NtryDtls><TxDtls><RmtInf>",
		repeated(a, "<Ustrd>", "y", 2000, "</Ustrd>").at, 40, "");
	assert_string_equal(span_cstr(a, statement_told(a, many, 0)),
		"text_too_long: line 1: the texts of one transaction are longer than 65536 bytes\n");
}

/* A line's identity holds its account. */
static void an_entry_before_the_account_is_left_out(void **state)
{
	struct arena *a = *state;
	const char *entry = statement_entry(a, "50.00", "CRDT", "");
	struct span told = statement_told(a,
		statement_document(
			a, arena_printf(a, "<Stmt><Id>S</Id>\n%s<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct></Stmt>", entry)),
		0);

	assert_non_null(strstr(told.at, "broken 0 at 5: account_missing: the entry stands before the account\n"));
	assert_null(strstr(told.at, "line 0.1"));
}

static void several_statements_of_a_file_are_told_apart(void **state)
{
	struct arena *a = *state;
	const char *one = statement_of(a, "150.00", statement_entry(a, "50.00", "CRDT", ""));
	const char *two = statement_of(a, "90.00", statement_entry(a, "10.00", "DBIT", ""));
	assert_string_equal(span_cstr(a, statement_told(a, statement_document(a, arena_printf(a, "%s\n%s", one, two)), 0)),
		"line 0.1 at 5: EUR 50.00 2026-03-02/2026-03-02\nstatement 0 at 4: " OPENED " 1 lines 5000 to EUR 150.00\n"
		"line 1.1 at 8: EUR -10.00 2026-03-02/2026-03-02\nstatement 1 at 7: " OPENED " 1 lines -1000 to EUR 90.00\n");
}

static void amounts_that_sum_past_all_bounds_break_a_rule_and_never_wrap(void **state)
{
	struct arena *a = *state;
	const char *much = statement_entry(a, "90071992547409.91", "CRDT", "");
	struct span told =
		statement_told(a, statement_document(a, statement_of(a, "1.00", arena_printf(a, "%s%s%s", much, much, much))), 0);
	assert_non_null(strstr(told.at, "sum_too_large"));
}

static void every_rule_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = 1; i < RULE_COUNT; i++)
		assert_true(rule_find(span_of(rule_word((enum rule)i))) == (enum rule)i);
	assert_true(rule_find(SPAN("no such rule")) == RULE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(a_credit_line_carries_all_that_the_bank_says),
		WITH_ARENA(pieces_of_any_size_tell_the_same),
		WITH_ARENA(texts_are_in_the_encoding_that_the_declaration_names),
		WITH_ARENA(the_prefix_of_the_namespace_may_be_any_or_none),
		WITH_ARENA(elements_of_other_namespaces_are_passed_over),
		WITH_ARENA(a_reversal_keeps_the_sign_of_its_indicator),
		WITH_ARENA(a_batch_becomes_its_details_with_their_own_amounts),
		WITH_ARENA(what_the_details_leave_is_a_line_of_its_own_and_no_bigger_detail),
		WITH_ARENA(details_without_amounts_lend_the_entry_their_references),
		WITH_ARENA(a_single_detail_without_amount_says_all_of_the_entry),
		WITH_ARENA(instructed_amounts_count_among_several_details_only),
		WITH_ARENA(status_is_text_before_version_8_and_a_code_since),
		WITH_ARENA(pending_and_informational_entries_never_count),
		WITH_ARENA(a_reference_that_is_none_is_empty),
		WITH_ARENA(a_date_is_the_one_written_whatever_its_zone),
		WITH_ARENA(the_value_date_stands_for_a_missing_booking_date),
		WITH_ARENA(the_counterparty_is_the_debtor_of_a_credit_and_the_creditor_of_a_debit),
		WITH_ARENA(a_return_says_why),
		WITH_ARENA(the_text_of_the_entry_joins_that_of_its_only_detail),
		WITH_ARENA(the_instructed_amount_the_rate_and_the_charges_come_with_the_line),
		WITH_ARENA(charges_of_older_versions_and_bare_totals_are_charges_too),
		WITH_ARENA(the_other_side_comes_with_every_identifier),
		WITH_ARENA(reports_and_notifications_inform),
		WITH_ARENA(a_pending_entry_of_a_statement_informs),
		WITH_ARENA(opening_and_closing_are_the_best_that_the_bank_gives),
		WITH_ARENA(every_broken_rule_is_named_with_its_line_and_the_entry_left_out),
		WITH_ARENA(a_file_that_cannot_be_read_names_rule_and_line),
		WITH_ARENA(depth_and_texts_have_their_bounds),
		WITH_ARENA(an_entry_before_the_account_is_left_out),
		WITH_ARENA(several_statements_of_a_file_are_told_apart),
		WITH_ARENA(amounts_that_sum_past_all_bounds_break_a_rule_and_never_wrap),
		WITH_ARENA(every_rule_has_a_word_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
