#include "town.h"

#include <stdio.h>

/* What informs: stored, told once, joined to the booked line, never posted. */

/* A camt.05x of the town's account with these entries. */
static struct span report(struct town *t, const char *message, const char *element, const char *group, const char *entries)
{
	return span_of(arena_printf(t->arena,
		"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:%s'><%s><%s><Id>R</Id><CreDtTm>2026-03-02T09:00:00Z</CreDtTm>"
		"<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>%s</%s></%s></Document>",
		message, element, group, entries, group, element));
}

static struct span interim(struct town *t, const char *entries)
{
	return report(t, "camt.052.001.08", "BkToCstmrAcctRpt", "Rpt", entries);
}

static struct span notification(struct town *t, const char *entries)
{
	return report(t, "camt.054.001.08", "BkToCstmrDbtCdtNtfctn", "Ntfctn", entries);
}

static const char *entry(struct town *t, const char *amount, const char *bank_ref, const char *end_to_end)
{
	return arena_printf(t->arena,
		"<Ntry><Amt Ccy='EUR'>%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>"
		"<AcctSvcrRef>%s</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>",
		amount, bank_ref, end_to_end);
}

static struct span statement(struct town *t)
{
	const struct entry_of entries[] = { { .minor = 500, .text = "a", .end_to_end = "E-1" },
		{ .minor = 700, .text = "b", .end_to_end = "E-2" } };
	return town_statement(t, "S1", 2, 2, 0, entries, 2);
}

static int64_t notices(struct town *t)
{
	return town_number(t, "select count(*) from notice where settled");
}

static int64_t joined(struct town *t)
{
	return town_number(t,
		"select count(*) from notice n join bank_line l on l.line_id = n.line_id and l.end_to_end = n.end_to_end and l.amount = n.amount");
}

static void a_report_is_stored_and_posts_nothing(void **state)
{
	struct town *t = *state;
	struct imported i = town_import(t, interim(t, entry(t, "5.00", "B-1", "E-1")));
	assert_true(i.is_new && i.informed == 1 && i.count == 0 && i.refused.rule == RULE_NONE);
	assert_int_equal(town_due(t), 0);
	assert_int_equal(notices(t), 1);
	assert_int_equal(town_number(t, "select count(*) from bank_line"), 0);
	assert_int_equal(town_number(t, "select count(*) from statement"), 0);
	assert_int_equal(town_number(t, "select count(*) from journal"), 0);
	assert_string_equal(town_text(t, "select kind from notice_report"), "interim");
	assert_false(town_import(t, interim(t, entry(t, "5.00", "B-1", "E-1"))).is_new);
	assert_int_equal(notices(t), 1);
}

/* The report of noon holds that of the morning; the notification says it again. */
static void the_same_money_told_again_is_one_notice(void **state)
{
	struct town *t = *state;
	const char *one = entry(t, "5.00", "B-1", "E-1"), *twin = entry(t, "6.00", "B-2", "E-2");
	town_import(t, interim(t, one));
	town_import(t, interim(t, arena_printf(t->arena, "%s%s%s", one, twin, twin)));
	town_import(t, notification(t, arena_printf(t->arena, "%s%s", one, twin)));
	assert_int_equal(notices(t), 3);
	assert_string_equal(town_text(t, "select string_agg(told::text, ' ' order by amount, occurrence) from notice"), "3 2 1");
	assert_int_equal(town_number(t, "select count(*) from notice_person"), 3);
	assert_int_equal(town_number(t, "select count(*) from notice where not settled"), 0);
}

static void a_notice_is_joined_to_the_line_that_comes_after_it(void **state)
{
	struct town *t = *state;
	town_import(
		t, notification(t, arena_printf(t->arena, "%s%s", entry(t, "5.00", "NONREF", "E-1"), entry(t, "5.00", "NONREF", "E-9"))));
	town_import(t, statement(t));
	town_due(t);
	assert_int_equal(joined(t), 1);
	assert_int_equal(town_number(t, "select count(*) from notice where line_id is null"), 1);
	assert_int_equal(town_number(t, "select count(*) from bank_line where state not in ('staged', 'known')"), 2);
	assert_town_proven(t);
}

static void a_notice_that_comes_late_is_joined_to_the_line_that_is_there(void **state)
{
	struct town *t = *state;
	town_import(t, statement(t));
	town_due(t);
	town_import(t, notification(t, entry(t, "7.00", "NONREF", "E-2")));
	assert_int_equal(joined(t), 1);
	assert_int_equal(town_due(t), 0);
	assert_town_proven(t);
}

#define BATCH(details)                                                                                                              \
	"<Ntry><Amt Ccy='EUR'>12.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>" \
	"<AcctSvcrRef>B-7</AcctSvcrRef>" details "</Ntry>"
#define BALANCE(type, amount)                                                          \
	"<Bal><Tp><CdOrPrtry><Cd>" type "</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>" amount \
	"</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>"

static void what_a_notification_says_of_a_batch_is_part_of_its_line(void **state)
{
	struct town *t = *state;
	town_import(t,
		notification(t, BATCH("<NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs><Amt Ccy='EUR'>5.00</Amt></TxDtls>"
				      "<TxDtls><Refs><EndToEndId>E-2</EndToEndId></Refs><Amt Ccy='EUR'>7.00</Amt></TxDtls></NtryDtls>")));
	struct imported i = town_import(
		t, report(t, "camt.053.001.08", "BkToCstmrStmt", "Stmt", BALANCE("OPBD", "0.00") BALANCE("CLBD", "12.00") BATCH("")));
	assert_int_equal(i.rules[0], RULE_NONE);
	assert_int_equal(
		town_number(t, "select count(*) from notice n join bank_line l using (line_id) where n.is_part and l.amount = 1200"), 2);
}

static void a_pending_line_informs_and_books_later(void **state)
{
	struct town *t = *state;
	struct span closes = town_statement(t, "S1", 2, 2, 0, NULL, 0);
	const char *end = strstr(closes.at, "</Stmt>");
	const char *pending =
		"<Ntry><Amt Ccy='EUR'>5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2026-03-03</Dt></BookgDt>"
		"<NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>";
	town_import(t, span_of(arena_printf(t->arena, "%.*s%s%s", (int)(end - closes.at), closes.at, pending, end)));
	town_due(t);
	assert_string_equal(town_text(t, "select status from notice"), "PDNG");
	assert_int_equal(town_number(t, "select count(*) from bank_line"), 0);
	const struct entry_of booked = { .minor = 500, .end_to_end = "E-1" };
	town_import(t, town_statement(t, "S2", 3, 3, 0, &booked, 1));
	assert_int_equal(joined(t), 1);
}

static void a_report_that_is_cut_short_leaves_nothing(void **state)
{
	struct town *t = *state;
	struct span whole = interim(t, entry(t, "5.00", "B-1", "E-1"));
	struct imported i = town_import(t, span_bytes(whole.at, whole.size - 20));
	assert_true(i.refused.rule == RULE_XML);
	assert_int_equal(town_number(t, "select count(*) from notice"), 0);
	assert_int_equal(town_number(t, "select count(*) from statement"), 0);
	town_import(t, whole);
	assert_int_equal(notices(t), 1);
}

/* Charges, the instructed amount and the rest of the other side are kept beside the line, for lines that say them. */
static void what_few_lines_say_is_kept_beside_the_line(void **state)
{
	struct town *t = *state;
	town_import(t,
		report(t, "camt.053.001.08", "BkToCstmrStmt", "Stmt",
			BALANCE("OPBD", "0.00") BALANCE("CLBD", "24.00") BATCH("") BATCH(
				"<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy='USD'>13.00</Amt></InstdAmt></AmtDtls>"
				"<Chrgs><Rcrd><Amt Ccy='EUR'>1.20</Amt><ChrgInclInd>true</ChrgInclInd><Tp><Cd>COMM</Cd></Tp></Rcrd></Chrgs>"
				"<RltdAgts><DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></DbtrAgt></RltdAgts></TxDtls></NtryDtls>")));
	assert_int_equal(town_number(t, "select count(*) from bank_line_detail"), 1);
	assert_string_equal(
		town_text(t, "select original_amount || original_currency || ' ' || charges || ' ' || party_bank from bank_line_detail"),
		"1300USD EUR 1.20 included COMM COBADEFFXXX");
}

/* Its own totals say that an entry is missing: it informs of nothing, and who brought it is told. */
static void an_interim_report_that_contradicts_itself_is_quarantined(void **state)
{
	static const char *const report = ":20:R\n:25:DE02120300000000202051\n:28C:1/1\n:34F:EURD0,00\n:13D:2603021730+0000\n"
					  ":61:2603020302D0,42NMSCNONREF//B-1\n:86:fee\n:90D:%s\n-\n";
	struct town *t = *state;
	struct imported bad = town_import(t, span_of(arena_printf(t->arena, report, "2EUR0,84")));
	assert_true(bad.is_new && bad.informed == 1 && bad.contradicted.rule == RULE_CONTROL && bad.contradicted.place.line == 8);
	assert_int_equal(notices(t), 0);
	assert_string_equal(town_text(t, "select rule || place_line from notice_report"), "control_total8");
	struct imported good = town_import(t, span_of(arena_printf(t->arena, report, "1EUR0,42")));
	assert_true(good.informed == 1 && good.contradicted.rule == RULE_NONE);
	assert_int_equal(notices(t), 1);
	assert_int_equal(town_due(t), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_report_is_stored_and_posts_nothing),
		IN_TOWN(the_same_money_told_again_is_one_notice),
		IN_TOWN(a_notice_is_joined_to_the_line_that_comes_after_it),
		IN_TOWN(a_notice_that_comes_late_is_joined_to_the_line_that_is_there),
		IN_TOWN(what_a_notification_says_of_a_batch_is_part_of_its_line),
		IN_TOWN(a_pending_line_informs_and_books_later),
		IN_TOWN(a_report_that_is_cut_short_leaves_nothing),
		IN_TOWN(what_few_lines_say_is_kept_beside_the_line),
		IN_TOWN(an_interim_report_that_contradicts_itself_is_quarantined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
