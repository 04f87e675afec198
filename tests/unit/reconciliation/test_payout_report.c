#include "world.h"

/* A provider's report against what payments told, without a database: every kind of difference, and none. */

static const struct currency eur = { "EUR" };

/* A payout of three lines: 100.00 less 3.00, and a report of the same three items. */
struct pair {
	struct payout payout;
	struct payout_report report;
	struct report_sum sums[6];
	size_t count;
};

static struct pair pair(void)
{
	struct pair p = { .count = 2 };
	p.payout = (struct payout){ .currency = eur,
		.paid = true,
		.amount = 9700,
		.gross = 10000,
		.fees = 300,
		.line_count = 3,
		.lines_seen = 3,
		.gross_seen = 10000,
		.fees_seen = 300 };
	p.report = (struct payout_report){ .payout_ref = SPAN("po_1"),
		.currency = eur,
		.item_count = 3,
		.gross = 10000,
		.fees = 300,
		.lines_named = 3,
		.lines_named_net = 9700 };
	p.report.id.b[0] = 1;
	p.sums[0] = (struct report_sum){ .number = 1, .kind = ITEM_PAYMENT, .told = true, .count = 2, .gross = 12000, .fee = 300 };
	p.sums[1] = (struct report_sum){ .number = 2, .kind = ITEM_REFUND, .told = true, .count = 1, .gross = -2000 };
	return p;
}

static struct comparison compare(const struct pair *p)
{
	const struct report_sum *sums[6];
	for (size_t i = 0; i < p->count; i++)
		sums[i] = &p->sums[i];
	return payout_report_compare(&p->report, &p->payout, sums, p->count);
}

/* That alone differs, by so much. */
static void assert_differs(const struct pair *p, enum discrepancy which, int32_t count, int64_t minor)
{
	struct comparison c = compare(p);
	assert_int_equal(c.state, REPORT_DIFFERS);
	for (int i = 0; i < DISCREPANCIES; i++)
		assert_int_equal(c.of[i].count, i == (int)which ? count : 0);
	assert_int_equal(c.of[which].minor, minor);
}

/* An item that payments did not tell, with its money in the payout's sum. */
static void add_item(struct pair *p, enum item_kind kind, int64_t gross)
{
	p->sums[p->count++] = (struct report_sum){ .number = 9, .kind = kind, .count = 1, .gross = gross, .example = SPAN("txn_9") };
	p->report.gross += gross;
	p->payout.amount += gross;
}

static void what_says_the_same_agrees(void **state)
{
	struct pair p = pair();
	(void)state;
	assert_int_equal(compare(&p).state, REPORT_AGREES);
}

static void nothing_is_judged_before_payments_have_told_all(void **state)
{
	struct pair p = pair();
	(void)state;
	assert_int_equal(payout_report_compare(&p.report, NULL, NULL, 0).state, REPORT_WAITING);
	p.payout.lines_seen = 2;
	assert_int_equal(compare(&p).state, REPORT_WAITING);
	p = pair();
	p.payout.paid = false;
	assert_int_equal(compare(&p).state, REPORT_WAITING);
}

static void an_item_that_we_do_not_know_differs_where_no_account_is_its_own(void **state)
{
	static const enum item_kind strange[] = { ITEM_PAYMENT, ITEM_REFUND, ITEM_ADJUSTMENT, ITEM_TRANSFER, ITEM_OTHER };
	static const enum item_kind known[] = { ITEM_FEE, ITEM_DISPUTE, ITEM_DISPUTE_REVERSAL, ITEM_RESERVE_HELD, ITEM_RESERVE_RELEASED,
		ITEM_CONVERSION };
	(void)state;
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		struct pair p = pair();
		add_item(&p, strange[i], 500);
		assert_differs(&p, DIFFER_ITEM, 1, 500);
		assert_true(span_is(compare(&p).of[DIFFER_ITEM].example, "txn_9"));
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct pair p = pair();
		add_item(&p, known[i], 500);
		assert_int_equal(compare(&p).state, REPORT_AGREES);
	}
}

static void payments_of_a_sum_that_was_told_alone_are_the_reports_to_tell(void **state)
{
	struct pair p = pair();
	(void)state;
	p.payout.line_count = p.payout.lines_seen = 0;
	p.payout.gross_seen = p.payout.fees_seen = 0;
	p.report.lines_named = 0;
	p.report.lines_named_net = 0;
	p.sums[0].told = p.sums[1].told = false;
	assert_int_equal(compare(&p).state, REPORT_AGREES);
	add_item(&p, ITEM_ADJUSTMENT, 1);
	assert_differs(&p, DIFFER_ITEM, 1, 1);
}

static void a_line_that_no_item_names_differs(void **state)
{
	struct pair p = pair();
	(void)state;
	p.report.lines_named = 2;
	p.report.lines_named_net = 9000;
	assert_differs(&p, DIFFER_LINE, 1, 700);
}

static void amounts_and_fees_of_items_differ_each_by_itself(void **state)
{
	struct pair p = pair();
	(void)state;
	p.report.of_gross = (struct differing){ 1, 5, SPAN("txn_1") };
	assert_differs(&p, DIFFER_GROSS, 1, 5);
	p = pair();
	p.report.of_fee = (struct differing){ 2, -7, SPAN("txn_1") };
	assert_differs(&p, DIFFER_FEE, 2, -7);
	p = pair();
	p.report.of_charged = (struct differing){ 1, 100, SPAN("txn_1") };
	assert_differs(&p, DIFFER_CHARGED, 1, 100);
}

static void fees_of_the_payouts_own_row_are_those_of_its_lines(void **state)
{
	struct pair p = pair();
	(void)state;
	p.sums[0].fee = 0;
	p.sums[p.count++] = (struct report_sum){ .number = 3, .kind = ITEM_PAYOUT, .count = 1, .gross = 10000, .fee = 300 };
	p.report.of_fee = (struct differing){ 2, -300, SPAN("txn_1") };
	assert_int_equal(compare(&p).state, REPORT_AGREES);
	p.report.of_fee.minor = -299;
	assert_differs(&p, DIFFER_FEE, 2, -299);
}

static void sums_differ_from_the_payout_and_from_the_total(void **state)
{
	struct pair p = pair();
	(void)state;
	p.report.gross++;
	assert_differs(&p, DIFFER_NET, 1, 1);
	p = pair();
	p.report.has_total = true;
	p.report.total = 9701;
	assert_differs(&p, DIFFER_TOTAL, 1, -1);
	p.report.total = 9700;
	assert_int_equal(compare(&p).state, REPORT_AGREES);
}

/* A payout that the provider collects: its total is told without a sign. */
static void a_total_has_no_sign(void **state)
{
	struct pair p = pair();
	(void)state;
	p.report.gross = p.payout.gross = p.payout.gross_seen = -10000;
	p.payout.amount = -10300;
	p.report.lines_named_net = -10300;
	p.report.has_total = true;
	p.report.total = 10300;
	assert_int_equal(compare(&p).state, REPORT_AGREES);
}

static void what_was_told_twice_or_by_another_report_differs(void **state)
{
	struct pair p = pair();
	(void)state;
	p.report.conflicts = 1;
	assert_differs(&p, DIFFER_TWICE, 1, 0);
	p = pair();
	p.payout.report.b[0] = 2;
	assert_differs(&p, DIFFER_REPORT, 1, 0);
	p.payout.report = p.report.id;
	assert_int_equal(compare(&p).state, REPORT_AGREES);
}

static void the_sign_says_which_way_a_dispute_or_a_reserve_goes(void **state)
{
	(void)state;
	assert_int_equal(item_kind_of(SPAN("dispute"), -1), ITEM_DISPUTE);
	assert_int_equal(item_kind_of(SPAN("dispute"), 1), ITEM_DISPUTE_REVERSAL);
	assert_int_equal(item_kind_of(SPAN("reserve"), -1), ITEM_RESERVE_HELD);
	assert_int_equal(item_kind_of(SPAN("reserve"), 1), ITEM_RESERVE_RELEASED);
	assert_int_equal(item_kind_of(SPAN("payment"), -1), ITEM_PAYMENT);
	assert_int_equal(item_kind_of(SPAN("whatever"), 1), ITEM_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_says_the_same_agrees),
		cmocka_unit_test(nothing_is_judged_before_payments_have_told_all),
		cmocka_unit_test(an_item_that_we_do_not_know_differs_where_no_account_is_its_own),
		cmocka_unit_test(payments_of_a_sum_that_was_told_alone_are_the_reports_to_tell),
		cmocka_unit_test(a_line_that_no_item_names_differs),
		cmocka_unit_test(amounts_and_fees_of_items_differ_each_by_itself),
		cmocka_unit_test(fees_of_the_payouts_own_row_are_those_of_its_lines),
		cmocka_unit_test(sums_differ_from_the_payout_and_from_the_total),
		cmocka_unit_test(a_total_has_no_sign),
		cmocka_unit_test(what_was_told_twice_or_by_another_report_differs),
		cmocka_unit_test(the_sign_says_which_way_a_dispute_or_a_reserve_goes),
	};
	return cmocka_run_group_tests_name("payout reports", tests, NULL, NULL);
}
