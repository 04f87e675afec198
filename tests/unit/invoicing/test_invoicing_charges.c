#include "box.h"

/* Each spoils one thing. */
static void no_amount(struct charge_box *b)
{
	b->m.amount = NULL;
}
static void two_prices(struct charge_box *b)
{
	b->m.quantity = &b->quantity;
}
static void no_unit_price(struct charge_box *b)
{
	b->m.amount = NULL, b->m.quantity = &b->quantity;
}
static void negative_amount(struct charge_box *b)
{
	b->amount.minor = -1;
}
static void huge_amount(struct charge_box *b)
{
	b->amount.minor = INT64_MAX;
}
static void negative_quantity(struct charge_box *b)
{
	b->m.amount = NULL, b->m.quantity = &b->quantity, b->m.unit_price = &b->price, b->quantity.unscaled = -1;
}
static void huge_product(struct charge_box *b)
{
	b->m.amount = NULL, b->m.quantity = &b->quantity, b->m.unit_price = &b->price, b->quantity.unscaled = INT64_MAX,
	b->price.unscaled = INT64_MAX;
}
static void wide_scale(struct charge_box *b)
{
	b->rate.scale = 13;
}
static void wider_scale(struct charge_box *b)
{
	b->rate.scale = UINT32_MAX;
}
static void rate_over_100(struct charge_box *b)
{
	b->rate.unscaled = 10001, b->rate.scale = 2;
}
static void negative_rate(struct charge_box *b)
{
	b->rate.unscaled = -1;
}
static void no_rate(struct charge_box *b)
{
	b->m.tax_rate = NULL;
}
static void no_category(struct charge_box *b)
{
	b->m.tax_category = 0;
}
static void unknown_category(struct charge_box *b)
{
	b->m.tax_category = (Dunlin__Type__V1__TaxCategory)77;
}
static void zero_category_with_rate(struct charge_box *b)
{
	b->m.tax_category = DUNLIN__TYPE__V1__TAX_CATEGORY__TAX_CATEGORY_ZERO;
}
static void no_such_currency(struct charge_box *b)
{
	static char c[] = "EUX";
	b->amount.currency = c;
}
static void no_currency(struct charge_box *b)
{
	static char c[] = "";
	b->amount.currency = c;
}
static void metal(struct charge_box *b)
{
	static char c[] = "XAU";
	b->amount.currency = c;
}
static void other_currency(struct charge_box *b)
{
	static char c[] = "USD";
	b->amount.currency = c;
}
static void unit_currency_differs(struct charge_box *b)
{
	static char c[] = "USD";
	b->m.currency = c;
}
static void no_such_day(struct charge_box *b)
{
	b->to.day = 30;
}
static void too_old(struct charge_box *b)
{
	b->from.year = 1999;
}
static void too_far(struct charge_box *b)
{
	b->to.year = 2101;
}
static void ends_before_it_begins(struct charge_box *b)
{
	b->to.year = 2025;
}
static void before_2000(struct charge_box *b)
{
	b->m.business_time = INT64_C(946684799999999);
}
static void after_2100(struct charge_box *b)
{
	b->m.business_time = INT64_C(4133980800000000);
}
static void no_time_at_all(struct charge_box *b)
{
	b->m.business_time = INT64_MIN;
}
static void not_utf8(struct charge_box *b)
{
	static char t[] = "\xff\xfe";
	b->m.description = t;
}
static void surrogate(struct charge_box *b)
{
	static char t[] = "\xed\xa0\x80";
	b->m.description = t;
}
static void two_lines(struct charge_box *b)
{
	static char t[] = "a\nb";
	b->m.description = t;
}
static void no_text(struct charge_box *b)
{
	static char t[] = "";
	b->m.description = t;
}
static void card(struct charge_box *b)
{
	static char t[] = "card 4111 1111 1111 1111";
	b->m.description = t;
}
static void long_text(struct charge_box *b)
{
	static char t[502];
	memset(t, 'x', 501);
	b->m.description = t;
}
static void no_ref(struct charge_box *b)
{
	static char t[] = "";
	b->m.external_ref = t;
}
static void odd_ref(struct charge_box *b)
{
	static char t[] = "x\xc3\xa4";
	b->m.external_ref = t;
}
static void long_ref(struct charge_box *b)
{
	static char t[130];
	memset(t, 'x', 129);
	b->m.external_ref = t;
}
static void long_unit(struct charge_box *b)
{
	static char t[] = "kilowatt-hours-xx";
	b->m.unit = t;
}
static void unknown_when(struct charge_box *b)
{
	b->m.when = (Dunlin__Billing__V1__ChargeWhen)4;
}
static void no_billing_day(struct charge_box *b)
{
	b->m.when = DUNLIN__BILLING__V1__CHARGE_WHEN__CHARGE_WHEN_ON_BILLING_DAY;
}
static void other_key(struct charge_box *b)
{
	b->key = "nord:c2";
}
static void no_key(struct charge_box *b)
{
	b->key = "";
}
static void bad_customer(struct charge_box *b)
{
	static char c[] = "a@b";
	b->m.customer_ref = c, b->key = "nord:a@b";
}
static void bad_merchant(struct charge_box *b)
{
	static char c[] = "n/d";
	b->m.merchant_id = c, b->key = "n/d:c1";
}
static void unknown_merchant(struct charge_box *b)
{
	static char c[] = "sud";
	b->m.merchant_id = c, b->key = "sud:c1";
}
static void unknown_customer(struct charge_box *b)
{
	static char c[] = "c9";
	b->m.customer_ref = c, b->key = "nord:c9";
}

static void each_wrong_value_is_refused_and_names_its_field(void **state)
{
	static const struct {
		void (*spoil)(struct charge_box *);
		enum err err;
		const char *code, *field;
	} cases[] = {
		{ no_amount, ERR_INVALID, "price_unclear", "amount" },
		{ two_prices, ERR_INVALID, "price_unclear", "amount" },
		{ no_unit_price, ERR_INVALID, "field_missing", "unit_price" },
		{ negative_amount, ERR_INVALID, "field_invalid", "amount" },
		{ huge_amount, ERR_INVALID, "amount_too_large", "amount" },
		{ negative_quantity, ERR_INVALID, "field_invalid", "quantity" },
		{ huge_product, ERR_INVALID, "amount_too_large", "quantity" },
		{ wide_scale, ERR_INVALID, "field_invalid", "tax_rate" },
		{ wider_scale, ERR_INVALID, "field_invalid", "tax_rate" },
		{ rate_over_100, ERR_INVALID, "field_invalid", "tax_rate" },
		{ negative_rate, ERR_INVALID, "field_invalid", "tax_rate" },
		{ no_rate, ERR_INVALID, "tax_rate_missing", "tax_rate" },
		{ no_category, ERR_INVALID, "field_invalid", "tax_category" },
		{ unknown_category, ERR_INVALID, "field_invalid", "tax_category" },
		{ zero_category_with_rate, ERR_INVALID, "tax_rate_unexpected", "tax_rate" },
		{ no_such_currency, ERR_INVALID, "currency_unknown", "amount.currency" },
		{ no_currency, ERR_INVALID, "currency_unknown", "amount.currency" },
		{ metal, ERR_INVALID, "currency_unknown", "amount.currency" },
		{ other_currency, ERR_REFUSED, "currency_differs", "amount.currency" },
		{ unit_currency_differs, ERR_INVALID, "field_invalid", "currency" },
		{ no_such_day, ERR_INVALID, "field_invalid", "period_to" },
		{ too_old, ERR_INVALID, "field_invalid", "period_from" },
		{ too_far, ERR_INVALID, "field_invalid", "period_to" },
		{ ends_before_it_begins, ERR_INVALID, "field_invalid", "period_to" },
		{ before_2000, ERR_INVALID, "field_invalid", "business_time" },
		{ after_2100, ERR_INVALID, "field_invalid", "business_time" },
		{ no_time_at_all, ERR_INVALID, "field_invalid", "business_time" },
		{ not_utf8, ERR_INVALID, "field_invalid", "description" },
		{ surrogate, ERR_INVALID, "field_invalid", "description" },
		{ two_lines, ERR_INVALID, "field_invalid", "description" },
		{ no_text, ERR_INVALID, "field_missing", "description" },
		{ card, ERR_INVALID, "card_number", "description" },
		{ long_text, ERR_INVALID, "field_invalid", "description" },
		{ no_ref, ERR_INVALID, "field_missing", "external_ref" },
		{ odd_ref, ERR_INVALID, "field_invalid", "external_ref" },
		{ long_ref, ERR_INVALID, "field_invalid", "external_ref" },
		{ long_unit, ERR_INVALID, "field_invalid", "unit" },
		{ unknown_when, ERR_INVALID, "field_invalid", "when" },
		{ no_billing_day, ERR_REFUSED, "no_billing_day", "when" },
		{ other_key, ERR_INVALID, "key_differs", "key" },
		{ no_key, ERR_INVALID, "key_differs", "key" },
		{ bad_customer, ERR_INVALID, "field_invalid", "customer_ref" },
		{ bad_merchant, ERR_INVALID, "field_invalid", "merchant_id" },
		{ unknown_merchant, ERR_NOT_FOUND, "merchant_unknown", "merchant_id" },
		{ unknown_customer, ERR_NOT_FOUND, "customer_unknown", "customer_ref" },
	};
	struct world *w = world_open(*state);
	struct digest before = book_digest(w->book);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct charge_box b;

		box_open(&b);
		cases[i].spoil(&b);
		if (box_run(w, &b) == OK)
			fail_msg("case %zu (%s) is taken", i, cases[i].code);
		expect_refusal(w, cases[i].err, cases[i].code, cases[i].field);
		assert_true(digest_equal(before.b, book_digest(w->book).b, sizeof before.b));
	}
}

static void bytes_that_are_no_message_are_refused(void **state)
{
	static const char *const types[] = { "DefineCustomer", "AddCharge", "IssueInvoice", "CreditInvoice", "CancelDraft" };
	struct world *w = world_open(*state);

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct message m = { .type = span_of(arena_printf(w->arena, "dunlin.billing.v1.%s", types[i])), .key = SPAN("nord:c1") };

		m.payload = SPAN("\x0a\xff");
		world_run(w, &m);
		expect_refusal(w, ERR_INVALID, "message_malformed", "");
		m.payload = SPAN("");
		world_run(w, &m);
		expect_refusal(w, ERR_INVALID, "key_differs", "key");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(each_wrong_value_is_refused_and_names_its_field),
		WITH_ARENA(bytes_that_are_no_message_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
