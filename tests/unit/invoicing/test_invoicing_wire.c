#include "world.h"

#include "dunlin/billing/v1/billing.pb-c.h"
#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "protobuf.h"

typedef Dunlin__Billing__V1__AddCharge AddCharge;
typedef Dunlin__Type__V1__Money Money;
typedef Dunlin__Type__V1__Decimal Decimal;
typedef Dunlin__Type__V1__Date Date;

static struct message *message(struct world *w, const char *type, const char *key, const ProtobufCMessage *body)
{
	struct message *m = ARENA_NEW(w->arena, struct message);

	m->source = SPAN("/shop");
	m->id = span_of(arena_printf(w->arena, "e%d", ++w->messages));
	m->type = span_of(type);
	m->format = FORMAT_PROTOBUF;
	m->payload = protobuf_print(w->arena, body);
	m->time = w->now;
	m->topic = SPAN("dunlin.billing.v1");
	m->key = span_of(key);
	m->partition = 3;
	m->offset = 4711;
	return m;
}

static Money eur(int64_t minor)
{
	static char code[] = "EUR";
	Money m = DUNLIN__TYPE__V1__MONEY__INIT;

	m.minor = minor;
	m.currency = code;
	return m;
}

static Decimal decimal(int64_t unscaled, uint32_t scale)
{
	Decimal d = DUNLIN__TYPE__V1__DECIMAL__INIT;

	d.unscaled = unscaled;
	d.scale = scale;
	return d;
}

/* A charge in which nothing is wrong, with room for what it points to. */
struct charge_box {
	AddCharge m;
	Money amount;
	Decimal quantity, price, rate;
	Date from, to;
	const char *key;
};

static char merchant[] = "nord", customer[] = "c1", ref[] = "x-1", text[] = "Strom M\xc3\xa4rz";

static void box_open(struct charge_box *b)
{
	*b = (struct charge_box){ .m = DUNLIN__BILLING__V1__ADD_CHARGE__INIT, .key = "nord:c1" };
	b->amount = eur(1000);
	b->quantity = decimal(25, 1);
	b->price = decimal(42, 4);
	b->rate = decimal(190, 1);
	b->from = (Date)DUNLIN__TYPE__V1__DATE__INIT;
	b->from.year = 2026;
	b->from.month = 2;
	b->from.day = 1;
	b->to = b->from;
	b->to.day = 28;
	b->m.merchant_id = merchant;
	b->m.customer_ref = customer;
	b->m.external_ref = ref;
	b->m.description = text;
	b->m.amount = &b->amount;
	b->m.tax_category = DUNLIN__TYPE__V1__TAX_CATEGORY__TAX_CATEGORY_STANDARD;
	b->m.tax_rate = &b->rate;
	b->m.period_from = &b->from;
	b->m.period_to = &b->to;
	b->m.when = DUNLIN__BILLING__V1__CHARGE_WHEN__CHARGE_WHEN_AT_ONCE;
}

static enum err box_run(struct world *w, struct charge_box *b)
{
	return world_run(w, message(w, "dunlin.billing.v1.AddCharge", b->key, &b->m.base));
}

static void expect_money(const Money *m, int64_t minor)
{
	assert_non_null(m);
	assert_int_equal(m->minor, minor);
	assert_string_equal(m->currency, "EUR");
}

static void an_issued_invoice_says_all_that_its_document_does(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Invoices__V1__InvoiceIssued *e;
	ProtobufCMessage *read;
	struct charge_box b;
	const struct invoice *i;

	box_open(&b);
	assert_int_equal(box_run(w, &b), OK);
	assert_true(span_is(w->said[0].key, "nord:c1"));
	assert_string_equal(w->said[0].topic, "dunlin.invoices.v1");
	assert_int_equal(
		protobuf_read(w->arena, &dunlin__invoices__v1__invoice_issued__descriptor, w->said[0].payload, &read, &w->why), OK);
	e = (void *)read;
	i = world_invoice(w, "nord", 1);
	assert_string_equal(e->merchant_id, "nord");
	assert_string_equal(e->customer_ref, "c1");
	assert_int_equal(e->invoice_id.len, 16);
	assert_memory_equal(e->invoice_id.data, i->id.b, 16);
	assert_int_equal(e->revision, 1);
	assert_int_equal(e->business_time, w->now.us);
	assert_string_equal(e->number, "R-2026-000001");
	assert_true(rf_is_valid(span_of(e->rf_reference)));
	assert_string_equal(e->currency, "EUR");
	assert_int_equal(e->n_lines, 1);
	assert_string_equal(e->lines[0]->description, text);
	assert_string_equal(e->lines[0]->charge_ref, "x-1");
	assert_int_equal(e->lines[0]->tax_rate->unscaled, 19);
	assert_int_equal(e->lines[0]->tax_rate->scale, 0);
	assert_int_equal(e->lines[0]->period_to->day, 28);
	expect_money(e->lines[0]->net, 1000);
	assert_int_equal(e->n_tax_totals, 1);
	expect_money(e->tax_totals[0]->taxable, 1000);
	expect_money(e->tax_totals[0]->tax, 190);
	expect_money(e->net, 1000);
	expect_money(e->tax, 190);
	expect_money(e->gross, 1190);
	assert_int_equal(e->issue_date->day, 10);
	assert_int_equal(e->due_date->month, 4);
	assert_int_equal(e->n_parts, 1);
	assert_int_equal(e->parts[0]->part, 1);
	expect_money(e->parts[0]->amount, 1190);
	assert_int_equal(e->parts[0]->due_date->day, e->due_date->day);
	assert_memory_equal(e->document_path, "/i/", 3);
	assert_int_equal(strlen(e->document_path), 3 + 32);
}

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

/* --- events --- */

static Dunlin__Invoices__V1__CommandRefused *refuse(struct world *w, const struct message *m, const struct why *why)
{
	struct say *say = say_open(w->arena, m);
	ProtobufCMessage *read;

	invoicing_refused(m, why, w->now, say);
	w->said = say_events(say, &w->said_count);
	if (w->said_count == 0)
		return NULL;
	assert_int_equal(
		protobuf_read(w->arena, &dunlin__invoices__v1__command_refused__descriptor, w->said[0].payload, &read, &w->why), OK);
	return (void *)read;
}

static void a_refused_command_is_said_with_its_place_and_reference(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Invoices__V1__CommandRefused *e;
	struct charge_box b;
	struct message *m;

	box_open(&b);
	unknown_customer(&b);
	m = message(w, "dunlin.billing.v1.AddCharge", b.key, &b.m.base);
	assert_int_equal(world_run(w, m), ERR_NOT_FOUND);
	e = refuse(w, m, &w->why);
	assert_non_null(e);
	assert_true(span_is(w->said[0].key, "nord:c9"));
	assert_string_equal(e->customer_ref, "c9");
	assert_string_equal(e->external_ref, "x-1");
	assert_string_equal(e->code, "customer_unknown");
	assert_int_equal(e->kind, DUNLIN__INVOICES__V1__REFUSAL_KIND__REFUSAL_KIND_NOT_FOUND);
	assert_string_equal(e->command_source, "/shop");
	assert_string_equal(e->command_type, "dunlin.billing.v1.AddCharge");
	assert_string_equal(e->topic, "dunlin.billing.v1");
	assert_int_equal(e->partition, 3);
	assert_int_equal(e->offset, 4711);
	assert_int_equal(e->revision, 1);
	assert_int_equal(e->refusal_id.len, 16);
}

static void a_refusal_holds_only_text_that_every_reader_can_read(void **state)
{
	struct world *w = world_open(*state);
	struct why why = { .err = ERR_INVALID, .code = "x", .text = "y" };
	struct message m = {
		.topic = SPAN("dunlin.billing.v1"), .key = SPAN("nord:c1"), .source = SPAN("\xff"), .payload = SPAN("\x01\xff")
	};
	Dunlin__Invoices__V1__CommandRefused *e = refuse(w, &m, &why);

	assert_string_equal(e->command_source, "");
	assert_string_equal(e->external_ref, "");
}

static void a_key_that_is_none_belongs_to_no_stream(void **state)
{
	static const char *const keys[] = { "", "nord", "nord:", ":c1", "nord:a b", "nord:@merchant", "n d:c1", "nord:\xff" };
	struct world *w = world_open(*state);
	struct why why = { .err = ERR_INVALID };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct message m = { .topic = SPAN("dunlin.billing.v1"), .key = span_of(keys[i]) };

		assert_null(refuse(w, &m, &why));
	}
}

static void the_reference_of_any_refused_command_can_be_read(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Billing__V1__IssueInvoice issue = DUNLIN__BILLING__V1__ISSUE_INVOICE__INIT;
	Dunlin__Billing__V1__CreditInvoice credit = DUNLIN__BILLING__V1__CREDIT_INVOICE__INIT;
	Dunlin__Billing__V1__CancelDraft cancel = DUNLIN__BILLING__V1__CANCEL_DRAFT__INIT;
	uint8_t id[16] = { 0xff };

	issue.external_ref = credit.external_ref = cancel.external_ref = ref;
	issue.buyer_reference = text;
	credit.invoice_id = (ProtobufCBinaryData){ sizeof id, id };
	credit.whole = true;
	assert_true(span_is(wire_external_ref(message(w, "", "", &issue.base), w->arena), ref));
	assert_true(span_is(wire_external_ref(message(w, "", "", &credit.base), w->arena), ref));
	assert_true(span_is(wire_external_ref(message(w, "", "", &cancel.base), w->arena), ref));
}

static void a_customer_is_told_whole(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Customers__V1__CustomerChanged *e;
	ProtobufCMessage *read;

	world_do(w, "nord", "DefineCustomer",
		"{\"customer_ref\":\"c1\",\"name\":\"S\xc3\xb6mmer\",\"emails\":[\"a@b.de\",\"c@d.de\"],\"billing_day\":7,"
		"\"address\":{\"lines\":[\"Weg 1\",\"Hof\"],\"city\":\"Kiel\",\"postal_code\":\"24103\",\"country\":\"DE\"},"
		"\"ibans\":[\"DE89370400440532013000\"],\"tax_id\":\"DE1\",\"language\":\"en-GB\",\"zone\":\"Asia/Tokyo\","
		"\"terms\":{\"kind\":\"fixed_day\",\"days\":5,\"day\":31}}");
	expect_said(w, "CustomerChanged");
	assert_string_equal(w->said[0].topic, "dunlin.customers.v1");
	assert_int_equal(
		protobuf_read(w->arena, &dunlin__customers__v1__customer_changed__descriptor, w->said[0].payload, &read, &w->why), OK);
	e = (void *)read;
	assert_int_equal(e->revision, 2);
	assert_string_equal(e->name, "S\xc3\xb6mmer");
	assert_int_equal(e->n_emails, 2);
	assert_string_equal(e->emails[1], "c@d.de");
	assert_int_equal(e->address->n_lines, 2);
	assert_string_equal(e->address->lines[1], "Hof");
	assert_string_equal(e->language, "en-GB");
	assert_string_equal(e->zone, "Asia/Tokyo");
	assert_string_equal(e->currency, "EUR");
	assert_int_equal(e->terms->kind, DUNLIN__TYPE__V1__TERMS_KIND__TERMS_KIND_FIXED_DAY);
	assert_int_equal(e->terms->day, 31);
	assert_int_equal(e->billing_day, 7);
	assert_string_equal(e->ibans[0], "DE89370400440532013000");
}

static void a_merchant_is_told_under_its_own_key(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Customers__V1__MerchantDefined *e;
	ProtobufCMessage *read;

	world_do(w, "nord", "DefineMerchant",
		"{\"name\":\"N\",\"zone\":\"Europe/Berlin\",\"currency\":\"EUR\",\"invoice_prefix\":\"A\",\"credit_note_prefix\":\"B\","
		"\"transfer_accounts\":[{\"iban\":\"DE89370400440532013000\",\"bic\":\"COBADEFFXXX\"}]}");
	assert_true(span_is(w->said[0].key, "nord:@merchant"));
	assert_int_equal(
		protobuf_read(w->arena, &dunlin__customers__v1__merchant_defined__descriptor, w->said[0].payload, &read, &w->why), OK);
	e = (void *)read;
	assert_int_equal(e->revision, 2);
	assert_string_equal(e->customer_ref, "@merchant");
	assert_string_equal(e->credit_note_prefix, "B");
	assert_string_equal(e->transfer_accounts[0]->bic, "COBADEFFXXX");
	assert_string_equal(e->transfer_accounts[0]->currency, "");
	assert_int_equal(e->terms->days, 30);
	assert_string_equal(e->language, "en");
}

/* --- the ledger --- */

static void an_open_item_whose_amounts_do_not_add_up_is_no_fact(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Ledger__V1__OpenItemChanged e = DUNLIN__LEDGER__V1__OPEN_ITEM_CHANGED__INIT;
	Money amount = eur(100), nothing = eur(0), open = eur(60), allocated = eur(40);
	uint8_t id[16] = { 1 };

	e.merchant_id = merchant;
	e.customer_ref = customer;
	e.invoice_id = (ProtobufCBinaryData){ sizeof id, id };
	e.part = 1;
	e.revision = 2;
	e.amount = &amount;
	e.allocated = &allocated;
	e.credited = e.discounted = e.written_off = &nothing;
	e.open = &open;
	e.state = DUNLIN__LEDGER__V1__ITEM_STATE__ITEM_STATE_PART_PAID;
	assert_int_equal(world_run(w, message(w, "dunlin.ledger.v1.OpenItemChanged", "nord:c1", &e.base)), OK);
	open.minor = 61;
	world_run(w, message(w, "dunlin.ledger.v1.OpenItemChanged", "nord:c1", &e.base));
	expect_refusal(w, ERR_INVALID, "amounts_differ", "amount");
	open.minor = -1;
	allocated.minor = 101;
	world_run(w, message(w, "dunlin.ledger.v1.OpenItemChanged", "nord:c1", &e.base));
	expect_refusal(w, ERR_INVALID, "field_invalid", "amount");
	e.invoice_id.len = 15;
	world_run(w, message(w, "dunlin.ledger.v1.OpenItemChanged", "nord:c1", &e.base));
	expect_refusal(w, ERR_INVALID, "field_invalid", "invoice_id");
	e.invoice_id.len = 16;
	e.revision = UINT64_MAX;
	allocated.minor = 40;
	open.minor = 60;
	world_run(w, message(w, "dunlin.ledger.v1.OpenItemChanged", "nord:c1", &e.base));
	expect_refusal(w, ERR_INVALID, "field_invalid", "revision");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(an_issued_invoice_says_all_that_its_document_does),
		WITH_ARENA(each_wrong_value_is_refused_and_names_its_field),
		WITH_ARENA(bytes_that_are_no_message_are_refused),
		WITH_ARENA(a_refused_command_is_said_with_its_place_and_reference),
		WITH_ARENA(a_refusal_holds_only_text_that_every_reader_can_read),
		WITH_ARENA(a_key_that_is_none_belongs_to_no_stream),
		WITH_ARENA(the_reference_of_any_refused_command_can_be_read),
		WITH_ARENA(a_customer_is_told_whole),
		WITH_ARENA(a_merchant_is_told_under_its_own_key),
		WITH_ARENA(an_open_item_whose_amounts_do_not_add_up_is_no_fact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
