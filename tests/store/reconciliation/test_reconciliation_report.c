#include "town.h"

#include <stdio.h>

/* Providers' reports of payouts: stored item by item, compared with what payments told, what they alone know posted once. */

#define STRIPE \
	"automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,payment_intent_id,created,currency,gross,fee,net,reporting_category\n"
#define ADYEN                                                                                                                                                 \
	"Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency," \
	"Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),"          \
	"Interchange (NC),Batch Number\n"
#define GOCARDLESS "id,created_at,resource_type,action,credit_amount,debit_amount,currency,payments.id,payouts.id\n"
#define GOCARDLESS_PAYOUTS "id,amount,currency,created_at,reference,status,arrival_date,transaction_fee_debit,total_payment_amount\n"
#define GENERIC "date,currency,gross,fee,net,payment,payout,kind,id,reference,original\n"

static struct span file(struct town *t, const char *head, const char *rows)
{
	return span_of(arena_printf(t->arena, "%s%s", head, rows));
}

static struct imported import_of(struct town *t, const char *merchant, struct span bytes)
{
	struct import_source source = import_bytes(&bytes);
	struct import_origin from = { span_of(merchant), SPAN("test"), SPAN("report.csv"), SPAN("") };
	struct imported out;
	struct why why = { 0 };
	if (import_run(t->db, t->arena, &from, &source, &out, &why) != OK)
		fail_msg("%s", why.text);
	return out;
}

/* Imports the file, which must be read, and does what is due. */
static struct imported report(struct town *t, const char *head, const char *rows)
{
	struct imported i = import_of(t, MERCHANT, file(t, head, rows));
	assert_int_equal(i.refused.rule, RULE_NONE);
	town_due(t);
	return i;
}

/* A line of no attempt that is known. */
#define PAID(line, payment, gross, fee) { line, payment, gross, fee, { { 0 } }, false }
#define LINES(...) ((const struct paid_line[]){ __VA_ARGS__ }), sizeof((const struct paid_line[]){ __VA_ARGS__ }) / sizeof(struct paid_line)

/* What payments tell of a payout: its lines, then their sums. */
static void told(struct town *t, const char *ref, const char *currency, const struct paid_line *lines, size_t n)
{
	struct uuid payout = world_id(&t->world);
	int64_t gross = 0, fees = 0;
	for (size_t i = 0; i < n; i++) {
		gross += lines[i].gross;
		fees += lines[i].fee;
	}
	if (n)
		town_do(t, world_paid_lines(&t->world, payout, ref, currency, lines, n));
	town_do(t, world_paid_sum(&t->world, payout, ref, currency, (int)n, gross, fees));
	town_due(t);
}

static int64_t open_exceptions(struct town *t, const char *kind)
{
	return town_number(t, arena_printf(t->arena, "select count(*) from exception where open and kind = '%s'", kind));
}

static int64_t balance(struct town *t, const char *account, const char *currency)
{
	return town_number(t, arena_printf(t->arena,
				      "select coalesce(sum(case when debit = '%s' then amount else -amount end), 0)::bigint from journal"
				      " where '%s' in (debit, credit) and currency = '%s'",
				      account, account, currency));
}

static const char *state(struct town *t, const char *ref)
{
	return town_text(
		t, arena_printf(t->arena, "select state from payout_report where merchant_id = '" MERCHANT "' and payout_ref = '%s'", ref));
}

static const char *differences(struct town *t, const char *ref)
{
	return town_text(t, arena_printf(t->arena, "select differences from payout_report where payout_ref = '%s'", ref));
}

static int64_t posted(struct town *t)
{
	return town_number(t, "select count(*) from journal where cause = 'payout_report'");
}

/* The proof holds, the running sums are those of the rows, and clearing is what its sub-ledger says. */
static void assert_even(struct town *t)
{
	assert_town_proven(t);
	assert_int_equal(
		town_number(t,
			"select count(*) from (select * from kept_sum where amount <> 0) k full join (select * from counted_sum where amount <> 0) c"
			" using (merchant_id, kind, currency, debit, credit, cause) where k.amount is distinct from c.amount"),
		0);
	assert_int_equal(town_number(t, "select count(*) from (select merchant_id, currency, sum(a) from ("
					" select merchant_id, currency, case when debit like 'clearing:%' then amount else 0 end"
					"  - case when credit like 'clearing:%' then amount else 0 end as a from journal"
					" union all select merchant_id, currency, -amount from kept_sum where kind = 'clearing') s"
					" group by 1, 2 having sum(a) <> 0) b"),
		0);
}

static void a_report_that_agrees_confirms_and_posts_nothing(void **state_)
{
	struct town *t = *state_;
	told(t, "po_1", "EUR", LINES(PAID("txn_1", "pi_1", 10000, 300), PAID("txn_2", "pi_1", -2000, 0), PAID("txn_3", "", 0, 150)));
	report(t, STRIPE,
		"po_1,2026-03-04,txn_1,pi_1,2026-03-02,eur,100.00,3.00,97.00,charge\n"
		"po_1,2026-03-04,txn_2,pi_1,2026-03-02,eur,-20.00,0.00,-20.00,refund\n"
		"po_1,2026-03-04,txn_3,,2026-03-02,eur,-1.50,0.00,-1.50,fee\n");
	assert_string_equal(state(t, "po_1"), "agrees");
	assert_int_equal(town_number(t, "select count(*) from payout_report_item where line_number is not null"), 3);
	assert_int_equal(town_number(t, "select count(*) from payout p join payout_report r using (report_id) where r.rests"), 1);
	assert_int_equal(posted(t), 0);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind <> 'payout_missing'"), 0);
	assert_int_equal(town_number(t, "select count(*) from notice"), 0);
	assert_int_equal(town_due(t), 0);
	assert_even(t);
}

#define HALVES "po_1,2026-03-04,txn_1,pi_1,2026-03-02,eur,100.00,3.00,97.00,charge\n"

static void a_report_may_come_before_what_payments_tell(void **state_)
{
	struct town *t = *state_;
	report(t, STRIPE, HALVES);
	assert_string_equal(state(t, "po_1"), "waiting");
	told(t, "po_1", "EUR", LINES(PAID("txn_1", "pi_1", 10000, 300)));
	assert_string_equal(state(t, "po_1"), "agrees");
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind <> 'payout_missing'"), 0);
	assert_even(t);
}

static void an_item_told_by_two_files_is_one(void **state_)
{
	struct town *t = *state_;
	told(t, "po_1", "EUR", LINES(PAID("txn_1", "pi_1", 10000, 300), PAID("txn_2", "pi_2", 5000, 100)));
	assert_true(report(t, STRIPE, HALVES).is_new);
	assert_string_equal(differences(t, "po_1"), "line_unreported net");
	assert_int_equal(open_exceptions(t, "payment_unreported"), 1);
	assert_int_equal(open_exceptions(t, "report_differs"), 1);
	assert_false(report(t, STRIPE, HALVES).is_new);
	report(t, STRIPE, HALVES "po_1,2026-03-04,txn_2,pi_2,2026-03-02,eur,50.00,1.00,49.00,charge\n");
	assert_int_equal(town_number(t, "select count(*) from payout_report_item"), 2);
	assert_int_equal(town_number(t, "select told::bigint from payout_report"), 2);
	assert_string_equal(state(t, "po_1"), "agrees");
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind <> 'payout_missing'"), 0);
	assert_even(t);
}

static void twins_of_one_file_are_two_items(void **state_)
{
	struct town *t = *state_;
	const char *twins = "2026-03-02,EUR,5.00,0.00,5.00,,B7,payment,,,\n2026-03-02,EUR,5.00,0.00,5.00,,B7,payment,,,\n";
	report(t, GENERIC, twins);
	report(t, GENERIC, arena_printf(t->arena, "%s2026-03-03,EUR,6.00,0.00,6.00,,B7,payment,,,\n", twins));
	assert_int_equal(town_number(t, "select count(*) from payout_report_item"), 3);
	assert_int_equal(town_number(t, "select gross from payout_report"), 1600);
}

/* Payments call what is neither payment nor refund an adjustment: out of clearing, where it never was. */
static void what_a_line_really_is_goes_to_its_own_account_once(void **state_)
{
	struct town *t = *state_;
	const char *rows = "po_1,2026-03-04,txn_1,pi_1,2026-03-02,eur,100.00,3.00,97.00,charge\n"
			   "po_1,2026-03-04,txn_2,,2026-03-02,eur,-20.00,15.00,-35.00,dispute\n"
			   "po_1,2026-03-04,txn_3,,2026-03-02,eur,-9.00,0.00,-9.00,risk_reserved_funds\n"
			   "po_1,2026-03-04,txn_4,,2026-03-02,eur,4.00,0.00,4.00,risk_reserved_funds\n";
	told(t, "po_1", "EUR",
		LINES(PAID("txn_1", "pi_1", 10000, 300), PAID("txn_2", "", -2000, 1500), PAID("txn_3", "", -900, 0),
			PAID("txn_4", "", 400, 0)));
	report(t, STRIPE, rows);
	assert_string_equal(state(t, "po_1"), "agrees");
	assert_int_equal(balance(t, "disputed:main", "EUR"), 2000);
	assert_int_equal(balance(t, "reserve:main", "EUR"), 500);
	assert_int_equal(balance(t, "clearing:main", "EUR"), -10000);
	assert_int_equal(balance(t, "provider_fees:main", "EUR"), 1800);
	assert_int_equal(posted(t), 3);
	assert_string_equal(town_text(t, "select string_agg(kind, ' ' order by kind) from payout_report_posting"),
		"dispute reserve_held reserve_released");
	assert_even(t);
	report(t, STRIPE, arena_printf(t->arena, "%s\n", rows));
	assert_int_equal(posted(t), 3);
	assert_int_equal(balance(t, "disputed:main", "EUR"), 2000);
	assert_even(t);
}

static void a_payout_of_which_the_sum_alone_was_told_is_told_by_its_report(void **state_)
{
	struct town *t = *state_;
	struct uuid payout = world_id(&t->world);
	const char *rows =
		"2026-03-02,EUR,100.00,3.00,97.00,pay_1,B1,payment,i1,,\n2026-03-02,EUR,-20.00,0.00,-20.00,pay_1,B1,refund,i2,,\n"
		"2026-03-02,EUR,-8.00,0.00,-8.00,,B1,reserve,i3,,\n";
	town_do(t, world_paid_sum(&t->world, payout, "B1", "EUR", 0, 7200, 300));
	assert_int_equal(open_exceptions(t, "payout_mismatch"), 1);
	report(t, GENERIC, rows);
	assert_string_equal(state(t, "B1"), "agrees");
	assert_int_equal(open_exceptions(t, "payout_mismatch"), 0);
	assert_int_equal(balance(t, "payouts_in_transit:main", "EUR"), 6900);
	assert_int_equal(balance(t, "clearing:main", "EUR"), -8000);
	assert_int_equal(balance(t, "reserve:main", "EUR"), 800);
	assert_int_equal(balance(t, "provider_fees:main", "EUR"), 300);
	assert_even(t);
	assert_int_not_equal(
		town_try(t, world_paid_lines(&t->world, payout, "B1", "EUR", LINES(PAID("i1", "pay_1", 10000, 300)))), OUTCOME_APPLIED);
	assert_int_equal(balance(t, "clearing:main", "EUR"), -8000);
	assert_even(t);
}

#define SETTLED(reference, charged) \
	"Co,MA,PSP1," reference ",visa,2026-03-02,CET,Settled,,EUR,," charged ",1.1,USD,,129.00,2.00,1.00,0.00,0.00,17\n"

/* Charged in EUR, paid out in USD: clearing held the one and lost the other. */
static void a_conversion_goes_through_the_exchange_account(void **state_)
{
	struct town *t = *state_;
	struct uuid invoice = world_id(&t->world), attempt = world_id(&t->world);
	town_do(t, world_invoice(&t->world, "c1", invoice, "NORD-000001", "EUR", 12000, 0));
	town_do(t, world_payment(&t->world, "c1", attempt, invoice, 12000));
	told(t, "17", "USD", LINES({ "", "PSP1", 13200, 300, attempt, false }));
	report(t, ADYEN, SETTLED("", "119.00"));
	assert_string_equal(differences(t, "17"), "charged");
	assert_int_equal(posted(t), 0);
	assert_int_equal(open_exceptions(t, "report_differs"), 1);
	town_script(t->owner,
		"delete from payout_report_item; delete from payout_report; update payout set report_id = '00000000-0000-0000-0000-000000000000'");
	report(t, ADYEN, SETTLED("x", "120.00"));
	assert_string_equal(state(t, "17"), "agrees");
	assert_int_equal(balance(t, "clearing:main", "EUR"), 0);
	assert_int_equal(balance(t, "clearing:main", "USD"), 0);
	assert_int_equal(balance(t, "fx_position", "EUR"), 12000);
	assert_int_equal(balance(t, "fx_position", "USD"), -13200);
	assert_int_equal(balance(t, "payouts_in_transit:main", "USD"), 12900);
	assert_string_equal(
		town_text(t, "select charged_currency || ' ' || charged || ' ' || rate from payout_report_item"), "EUR 12000 1.1");
	assert_even(t);
}

/* One file says the items, another the payout with its fee; lines were told without fees. */
static void fees_of_the_whole_payout_are_posted_where_lines_have_none(void **state_)
{
	struct town *t = *state_;
	struct uuid payout = world_id(&t->world);
	town_do(t, world_paid_lines(&t->world, payout, "PO9", "GBP",
			   LINES(PAID("", "PM1", 6000, 0), PAID("", "PM2", 4000, 0), PAID("", "PM2", -1000, 0))));
	town_do(t, world_paid_sum(&t->world, payout, "PO9", "GBP", 3, 9000, 200));
	report(t, GOCARDLESS,
		"EV1,2026-03-02T01:00:00Z,payments,paid_out,60.00,,GBP,PM1,PO9\nEV2,2026-03-02T01:00:00Z,payments,paid_out,40.00,,GBP,PM2,PO9\n"
		"EV3,2026-03-02T01:00:00Z,refunds,refund_settled,,10.00,GBP,PM2,PO9\n");
	assert_string_equal(differences(t, "PO9"), "net");
	assert_int_equal(open_exceptions(t, "payout_mismatch"), 1);
	report(t, GOCARDLESS_PAYOUTS, "PO9,88.00,GBP,2026-03-02T02:00:00Z,REF,paid,2026-03-04,2.00,90.00\n");
	assert_string_equal(state(t, "PO9"), "agrees");
	assert_int_equal(balance(t, "provider_fees:main", "GBP"), 200);
	assert_int_equal(balance(t, "payouts_in_transit:main", "GBP"), 8800);
	assert_int_equal(town_number(t, "select count(*) from exception where open and kind <> 'payout_missing'"), 0);
	assert_string_equal(town_text(t, "select expected::text from payout_report"), "2026-03-04");
	assert_even(t);
}

static void an_item_is_known_by_our_attempt_where_the_provider_says_it(void **state_)
{
	struct town *t = *state_;
	struct uuid attempt = world_id(&t->world);
	told(t, "B2", "EUR", LINES({ "", "", 2500, 25, attempt, false }));
	report(t, GENERIC, arena_printf(t->arena, "2026-03-02,EUR,25.00,0.25,24.75,,B2,payment,z9,%s,\n", uuid_text(t->arena, attempt)));
	assert_string_equal(state(t, "B2"), "agrees");
}

static void every_kind_of_difference_is_an_exception_of_its_own_type(void **state_)
{
	static const struct {
		const char *rows, *differences, *exception;
	} cases[] = {
		{ "2026-03-02,EUR,100.00,3.00,97.00,pay_1,B@,payment,t1,,\n2026-03-02,EUR,5.00,0.00,5.00,pay_9,B@,payment,t9,,\n",
			"item_unknown net", "report_item_unknown" },
		{ "2026-03-02,EUR,-5.00,0.00,-5.00,,B@,fee,t9,,\n", "line_unreported net", "payment_unreported" },
		{ "2026-03-02,EUR,100.01,3.01,97.00,pay_1,B@,payment,t1,,\n", "gross fee", "report_differs" },
		{ "2026-03-02,EUR,100.00,4.00,96.00,pay_1,B@,payment,t1,,\n", "fee net", "report_differs" },
		{ "2026-03-02,EUR,100.00,3.00,97.00,pay_1,B@,payment,t1,,\n2026-03-02,EUR,-96.00,0.00,-96.00,,B@,payout,t2,,\n", "total",
			"report_differs" },
		{ "2026-03-02,EUR,100.00,3.00,97.00,pay_1,B@,payment,t1,,\n2026-03-02,EUR,1.00,0.00,1.00,,B@,adjustment,t2,,\n",
			"item_unknown net", "report_item_unknown" },
	};
	struct town *t = *state_;
	for (int i = 0; i < (int)(sizeof(cases) / sizeof(cases[0])); i++) {
		const char *ref = arena_printf(t->arena, "B%d", i);
		told(t, ref, "EUR", LINES(PAID("t1", "pay_1", 10000, 300)));
		char *rows = arena_strdup(t->arena, cases[i].rows);
		for (char *at = rows; (at = strchr(at, '@'));)
			*at = ref[1];
		report(t, GENERIC, rows);
		assert_string_equal(differences(t, ref), cases[i].differences);
		assert_true(town_number(t, arena_printf(t->arena,
						   "select count(*) from exception e join payout_report r on r.report_id = e.subject_id"
						   " where e.open and e.kind = '%s' and r.payout_ref = '%s'",
						   cases[i].exception, ref)) == 1);
	}
	assert_int_equal(posted(t), 0);
	assert_even(t);
}

static void an_item_told_again_with_other_amounts_is_a_difference_and_undoes_nothing(void **state_)
{
	struct town *t = *state_;
	told(t, "po_1", "EUR", LINES(PAID("txn_1", "pi_1", 10000, 300)));
	report(t, STRIPE, HALVES);
	assert_string_equal(state(t, "po_1"), "agrees");
	report(t, STRIPE, "po_1,2026-03-04,txn_1,pi_1,2026-03-02,eur,100.00,4.00,96.00,charge\n");
	assert_string_equal(differences(t, "po_1"), "told_twice");
	assert_int_equal(open_exceptions(t, "report_differs"), 1);
	assert_int_equal(town_number(t, "select fee from payout_report_item"), 300);
	assert_even(t);
}

static void what_a_person_closed_stays_closed_until_the_facts_are_others(void **state_)
{
	struct town *t = *state_;
	struct uuid id;
	told(t, "po_1", "EUR", LINES(PAID("txn_1", "pi_1", 10000, 300), PAID("txn_2", "pi_2", 5000, 100), PAID("txn_3", "pi_3", 700, 0)));
	report(t, STRIPE, HALVES);
	const char *text = town_text(t, "select exception_id::text from exception where kind = 'payment_unreported'");
	assert_int_equal(uuid_parse(span_of(text), &id), OK);
	town_do(t, world_command(&t->world, "CloseException", world_path(&t->world, "exceptions", id, "close"), ""));
	assert_int_equal(open_exceptions(t, "payment_unreported"), 0);
	report(t, STRIPE, HALVES "\n");
	assert_int_equal(open_exceptions(t, "payment_unreported"), 0);
	report(t, STRIPE, HALVES "po_1,2026-03-04,txn_2,pi_2,2026-03-02,eur,50.00,1.00,49.00,charge\n");
	assert_int_equal(open_exceptions(t, "payment_unreported"), 1);
}

static void another_merchants_payout_is_unknown_and_is_told_when_it_is_late(void **state_)
{
	struct town *t = *state_;
	told(t, "po_1", "EUR", LINES(PAID("txn_1", "pi_1", 10000, 300)));
	import_of(t, "sued", file(t, STRIPE, HALVES));
	town_due(t);
	assert_string_equal(town_text(t, "select state from payout_report where merchant_id = 'sued'"), "waiting");
	assert_int_equal(town_number(t, "select count(*) from payout where report_id <> '00000000-0000-0000-0000-000000000000'"), 0);
	assert_int_equal(
		town_number(t, "select count(*) from exception where open and merchant_id = 'sued' and kind = 'report_payout_unknown'"), 1);
	assert_string_equal(
		town_text(t, "select detail from exception where kind = 'report_payout_unknown'"), "po_1 was to arrive on 2026-03-04");
	assert_int_equal(town_due(t), 0);
}

static void a_payout_without_its_report_is_told_once_reports_come(void **state_)
{
	struct town *t = *state_;
	const struct paid_line line = PAID("txn_1", "pi_1", 10000, 300), other = PAID("txn_2", "pi_2", 10000, 300);
	told(t, "po_1", "EUR", &line, 1);
	told(t, "po_2", "EUR", &other, 1);
	assert_int_equal(open_exceptions(t, "report_missing"), 0);
	report(t, STRIPE, HALVES);
	town_due(t);
	assert_int_equal(open_exceptions(t, "report_missing"), 1);
	report(t, STRIPE, "po_2,2026-03-04,txn_2,pi_2,2026-03-02,eur,100.00,3.00,97.00,charge\n");
	assert_int_equal(open_exceptions(t, "report_missing"), 0);
}

static void a_file_that_is_cut_has_told_nothing(void **state_)
{
	struct town *t = *state_;
	struct span bytes = file(t, STRIPE, HALVES "po_1,2026-03-04,\"txn_2");
	assert_int_not_equal(import_of(t, MERCHANT, bytes).refused.rule, RULE_NONE);
	assert_int_equal(town_number(t, "select count(*) from payout_report_item"), 0);
	assert_int_equal(town_number(t, "select count(*) from payout_report"), 0);
}

static void of_two_payouts_of_one_reference_the_report_is_of_its_own_accounts(void **state_)
{
	struct town *t = *state_;
	told(t, "17", "EUR", LINES(PAID("a", "", 100, 0)));
	told(t, "17", "EUR", LINES(PAID("b", "", 100, 0)));
	report(t, GENERIC, "2026-03-02,EUR,1.00,0.00,1.00,,17,payment,b,,\n");
	assert_string_equal(state(t, "17"), "waiting");
	town_script(t->owner,
		"update payout set provider_account = 'settlement' where payout_id in (select payout_id from payout_line where provider_line = 'b');"
		"update payout_report set version = version + 1");
	town_due(t);
	assert_string_equal(state(t, "17"), "agrees");
}

/* What came since its items were paired is not judged by them. */
static void a_comparison_waits_for_its_pairing(void **state_)
{
	struct town *t = *state_;
	report(t, STRIPE, HALVES);
	town_do(t, world_paid_lines(&t->world, world_id(&t->world), "po_1", "EUR", LINES(PAID("txn_1", "pi_1", 10000, 300))));
	town_script(t->owner, "update payout_report set version = version + 1");
	struct uuid id;
	assert_int_equal(uuid_parse(span_of(town_text(t, "select report_id::text from payout_report")), &id), OK);
	town_do(t, world_own(&t->world, type_compare_report, id));
	assert_int_equal(town_number(t, "select count(*) from payout_report where compared < version"), 1);
	assert_true(town_due(t) > 0);
	assert_int_equal(town_number(t, "select count(*) from payout_report where compared = version"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(a_report_that_agrees_confirms_and_posts_nothing),
		IN_TOWN(a_report_may_come_before_what_payments_tell),
		IN_TOWN(an_item_told_by_two_files_is_one),
		IN_TOWN(twins_of_one_file_are_two_items),
		IN_TOWN(what_a_line_really_is_goes_to_its_own_account_once),
		IN_TOWN(a_payout_of_which_the_sum_alone_was_told_is_told_by_its_report),
		IN_TOWN(a_conversion_goes_through_the_exchange_account),
		IN_TOWN(fees_of_the_whole_payout_are_posted_where_lines_have_none),
		IN_TOWN(an_item_is_known_by_our_attempt_where_the_provider_says_it),
		IN_TOWN(every_kind_of_difference_is_an_exception_of_its_own_type),
		IN_TOWN(an_item_told_again_with_other_amounts_is_a_difference_and_undoes_nothing),
		IN_TOWN(what_a_person_closed_stays_closed_until_the_facts_are_others),
		IN_TOWN(another_merchants_payout_is_unknown_and_is_told_when_it_is_late),
		IN_TOWN(a_payout_without_its_report_is_told_once_reports_come),
		IN_TOWN(a_file_that_is_cut_has_told_nothing),
		IN_TOWN(of_two_payouts_of_one_reference_the_report_is_of_its_own_accounts),
		IN_TOWN(a_comparison_waits_for_its_pairing),
	};
	return cmocka_run_group_tests_name("payout reports", tests, NULL, NULL);
}
