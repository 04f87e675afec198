#include "world.h"

#include "page.h"
#include "words.h"

static const struct template_set *pages;

static struct arena *kept;

static int compile(void **state)
{
	struct why why;

	*state = NULL;
	kept = arena_open();
	if (page_compile(kept, &pages, &why) == OK)
		return 0;
	print_error("%s\n", why.text);
	return 1;
}

static int forget(void **state)
{
	(void)state;
	arena_close(kept);
	return 0;
}

static struct item item_of(const struct invoice *i, enum item_state state, int64_t allocated)
{
	struct item item = { .part = 1,
		.state = state,
		.amount = i->totals.gross,
		.allocated = i->totals.gross,
		.credited = i->credited,
		.discounted = money_zero(i->currency),
		.written_off = money_zero(i->currency),
		.open = i->totals.gross };

	item.allocated.minor = allocated;
	item.open.minor = i->totals.gross.minor - i->credited.minor - allocated;
	return item;
}

static const char *print(struct world *w, const struct invoice *i, const struct item *items, size_t n, const char *today)
{
	struct span html;
	struct date date;

	assert_int_equal(date_parse(span_of(today), &date), OK);
	if (page_invoice(pages, w->arena, i, items, n, date, &html, &w->why) != OK)
		fail_msg("%s", w->why.text);
	return html.at;
}

static void expect_in(const char *page, const char *what)
{
	if (strstr(page, what) == NULL)
		fail_msg("no %s in the page", what);
}

static void expect_not_in(const char *page, const char *what)
{
	if (strstr(page, what) != NULL)
		fail_msg("%s is in the page", what);
}

static const struct invoice *issue(struct world *w)
{
	world_do(w, "nord", "AddCharge",
		"{\"customer_ref\":\"c1\",\"external_ref\":\"a\",\"description\":\"<b>Strom</b> & Gas\",\"quantity\":\"1234.5\",\"unit\":\"kWh\","
		"\"unit_price\":\"0.3215\",\"tax_category\":\"S\",\"tax_rate\":\"19\",\"period_from\":\"2026-02-01\",\"period_to\":\"2026-02-28\"}");
	world_do(w, "nord", "AddCharge",
		"{\"customer_ref\":\"c1\",\"external_ref\":\"b\",\"description\":\"Kurs\",\"amount\":{\"minor\":9900,\"currency\":\"EUR\"},"
		"\"tax_category\":\"E\"}");
	world_do(w, "nord", "IssueInvoice", "{\"customer_ref\":\"c1\"}");
	return world_invoice(w, "nord", 1);
}

static void an_invoice_says_what_it_must_in_the_customers_language(void **state)
{
	struct world *w = world_open(*state);
	const char *page = print(w, issue(w), NULL, 0, "2026-03-10");

	expect_in(page, "<html lang=\"de\">");
	expect_in(page, "Rechnung <span>R-2026-000001</span>");
	expect_in(page, "1.234,5\u00a0kWh");
	expect_in(page, "0,3215");
	expect_in(page, "396,89\u00a0EUR");
	expect_in(page, "1. Februar 2026 \u2013 28. Februar 2026");
	expect_in(page, "Steuerfrei");
	expect_in(page, "DE89 3704 0044 0532 0130 00");
	expect_in(page, rf_print(w->arena, world_invoice(w, "nord", 1)->rf));
	expect_in(page, "Zahlbar ohne Abzug bis 9. April 2026.");
}

static void what_others_wrote_is_text_and_never_markup(void **state)
{
	struct world *w = world_open(*state);
	const char *page;

	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c1\",\"name\":\"<script>alert(1)</script>\"}");
	page = print(w, issue(w), NULL, 0, "2026-03-10");
	expect_not_in(page, "<script>");
	expect_in(page, "&lt;script&gt;");
	expect_in(page, "&lt;b&gt;Strom&lt;/b&gt; &amp; Gas");
}

static void it_shows_how_the_ledger_says_that_it_stands(void **state)
{
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w);
	struct item open = item_of(i, ITEM_OPEN, 0), part = item_of(i, ITEM_PART_PAID, 10000),
		    settled = item_of(i, ITEM_SETTLED, i->totals.gross.minor);
	const char *page;

	expect_not_in(print(w, i, NULL, 0, "2026-03-10"), "class=\"badge");
	page = print(w, i, &open, 1, "2026-04-09");
	expect_in(page, "badge open\">Offen");
	expect_not_in(page, "Noch offen");
	/* Overdue is the day after the due date, not the day itself. */
	expect_in(print(w, i, &open, 1, "2026-04-10"), "badge overdue\">");
	page = print(w, i, &part, 1, "2026-03-10");
	expect_in(page, "Teilweise bezahlt");
	expect_in(page, "\u2212100,00\u00a0EUR");
	expect_in(page, "Noch offen");
	page = print(w, i, &settled, 1, "2026-05-10");
	expect_in(page, "badge settled\">Bezahlt");
	expect_not_in(page, "<section class=\"pay\">");
}

static void a_credited_invoice_asks_for_nothing(void **state)
{
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w);
	struct item item;
	const char *page;

	assert_int_equal(world_credit(w, "nord", i, "{\"whole\":true,\"reason\":\"Irrtum\"}"), OK);
	item = item_of(i, ITEM_SETTLED, 0);
	page = print(w, i, &item, 1, "2026-05-10");
	expect_in(page, "Vollst\u00e4ndig gutgeschrieben");
	expect_not_in(page, "<section class=\"pay\">");
}

static void a_credit_note_names_its_invoice_and_reason(void **state)
{
	struct world *w = world_open(*state);
	const struct invoice *i = issue(w);
	const struct credit_note *n;
	struct span html;

	assert_int_equal(world_credit(w, "nord", i, "{\"external_ref\":\"k\",\"whole\":true,\"reason\":\"Irrtum <1>\"}"), OK);
	n = book_credit_note_by_ref(w->book, SPAN("nord"), SPAN("k"));
	assert_non_null(n);
	assert_int_equal(page_credit_note(pages, w->arena, n, i, &html, &w->why), OK);
	expect_in(html.at, "Rechnungskorrektur <span>CR-2026-000001</span>");
	expect_in(html.at, "R-2026-000001");
	expect_in(html.at, "Irrtum &lt;1&gt;");
}

#define WITH_DISCOUNT \
	"\"terms\":{\"kind\":\"net_days\",\"days\":30,\"discounts\":[{\"basis_points\":300,\"days\":5},{\"basis_points\":150,\"days\":21}]}"

static void a_discount_is_printed_with_rate_amount_and_day_in_the_customers_language(void **state)
{
	struct world *w = world_open(*state);
	const char *page;

	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c1\",\"name\":\"Sommer\"," WITH_DISCOUNT "}");
	page = print(w, issue(w), NULL, 0, "2026-03-10");
	/* Of 571.30: 17.139 and 8.5695. */
	expect_in(page, "<p>3\u00a0% Skonto (17,14\u00a0EUR) bei Zahlung bis 15. M\u00e4rz 2026. "
			"1,5\u00a0% Skonto (8,57\u00a0EUR) bei Zahlung bis 31. M\u00e4rz 2026. Zahlbar ohne Abzug bis 9. April 2026. ");
	world_do(w, "volt", "DefineCustomer", "{\"customer_ref\":\"c1\",\"name\":\"Haru\"," WITH_DISCOUNT "}");
	world_charge(w, "volt", "c1", "a", 1000000, "10", "at_once");
	page = print(w, world_invoice(w, "volt", 1), NULL, 0, "2026-03-10");
	expect_in(page, "<p>3\u00a0% discount of JPY\u00a033,000 if paid by 15 March 2026. "
			"1.5\u00a0% discount of JPY\u00a016,500 if paid by 31 March 2026. Payable without deduction by 9 April 2026. ");
}

static void a_discount_shrinks_with_credit_notes_and_is_gone_once_something_was_paid(void **state)
{
	struct world *w = world_open(*state);
	const struct invoice *i;
	struct item open, part;
	const char *page;

	world_do(w, "nord", "DefineCustomer", "{\"customer_ref\":\"c1\",\"name\":\"Sommer\"," WITH_DISCOUNT "}");
	i = issue(w);
	assert_int_equal(world_credit(w, "nord", i,
				 "{\"lines\":[{\"line_no\":2,\"net\":{\"minor\":9900,\"currency\":\"EUR\"}}],\"reason\":\"Irrtum\"}"),
		OK);
	i = world_invoice(w, "nord", 1);
	open = item_of(i, ITEM_OPEN, 0);
	part = item_of(i, ITEM_PART_PAID, 10000);
	/* Of 472.30. */
	page = print(w, i, &open, 1, "2026-03-10");
	expect_in(page, "3\u00a0% Skonto (14,17\u00a0EUR) bei Zahlung bis 15. M\u00e4rz 2026. 1,5\u00a0% Skonto (7,08\u00a0EUR)");
	page = print(w, i, &part, 1, "2026-03-10");
	expect_not_in(page, "Skonto");
	expect_in(page, "Zahlbar ohne Abzug bis 9. April 2026.");
}

static void currencies_without_decimals_print_without(void **state)
{
	struct world *w = world_open(*state);
	const char *page;

	world_charge(w, "volt", "c1", "a", 1234567, "10", "at_once");
	page = print(w, world_invoice(w, "volt", 1), NULL, 0, "2026-03-10");
	expect_in(page, "JPY\u00a01,358,024");
	expect_in(page, "<html lang=\"en\">");
	expect_in(page, "10 March 2026");
}

static void every_language_has_every_word(void **state)
{
	struct terms kinds[] = { { TERMS_NET_DAYS, 1, 0, { 0 } }, { TERMS_END_OF_MONTH, 1, 0, { 0 } }, { TERMS_FIXED_DAY, 1, 2, { 0 } } };

	for (size_t i = 0; i < words_count(); i++) {
		const struct words *w = words_at(i);
		const char *const *from = &w->invoice, *const *to = &w->fixed_day;

		for (int m = 0; m < 12; m++)
			assert_non_null(w->months[m]);
		for (const char *const *word = from; word <= to; word++) {
			if (*word == NULL || **word == '\0')
				fail_msg("language %s lacks word %zd", w->language, word - from);
		}
		for (int k = 0; k < 3; k++)
			assert_true(words_terms(*state, w, &kinds[k], (struct date){ 20000 }).size > 10);
	}
	assert_string_equal(words_find(SPAN("de-AT"))->language, "de");
	assert_string_equal(words_find(SPAN("xx"))->language, "en");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(an_invoice_says_what_it_must_in_the_customers_language),
		WITH_ARENA(what_others_wrote_is_text_and_never_markup),
		WITH_ARENA(it_shows_how_the_ledger_says_that_it_stands),
		WITH_ARENA(a_credited_invoice_asks_for_nothing),
		WITH_ARENA(a_credit_note_names_its_invoice_and_reason),
		WITH_ARENA(a_discount_is_printed_with_rate_amount_and_day_in_the_customers_language),
		WITH_ARENA(a_discount_shrinks_with_credit_notes_and_is_gone_once_something_was_paid),
		WITH_ARENA(currencies_without_decimals_print_without),
		WITH_ARENA(every_language_has_every_word),
	};

	return cmocka_run_group_tests(tests, compile, forget);
}
