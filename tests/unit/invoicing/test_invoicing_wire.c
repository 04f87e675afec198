#include "box.h"

#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"

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

static void unknown_customer(struct charge_box *b)
{
	static char c[] = "c9";

	b->m.customer_ref = c;
	b->key = "nord:c9";
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

static void an_invoice_tells_its_discounts_with_days_and_amounts(void **state)
{
	struct world *w = world_open(*state);
	Dunlin__Customers__V1__CustomerChanged *c;
	Dunlin__Invoices__V1__InvoiceIssued *e;
	ProtobufCMessage *read;

	world_do(w, "nord", "DefineCustomer",
		"{\"customer_ref\":\"c1\",\"name\":\"S\",\"terms\":{\"kind\":\"net_days\",\"days\":14,\"discounts\":["
		"{\"basis_points\":300,\"days\":5},{\"basis_points\":150,\"days\":21}]}}");
	assert_int_equal(
		protobuf_read(w->arena, &dunlin__customers__v1__customer_changed__descriptor, w->said[0].payload, &read, &w->why), OK);
	c = (void *)read;
	assert_int_equal(c->terms->n_discounts, 2);
	assert_int_equal(c->terms->discounts[1]->basis_points, 150);
	assert_int_equal(c->terms->discounts[1]->days, 21);
	world_charge(w, "nord", "c1", "a", 10000, "19", "at_once");
	expect_said(w, "InvoiceIssued");
	assert_int_equal(
		protobuf_read(w->arena, &dunlin__invoices__v1__invoice_issued__descriptor, w->said[0].payload, &read, &w->why), OK);
	e = (void *)read;
	assert_int_equal(e->n_discounts, 2);
	assert_int_equal(e->discounts[0]->basis_points, 300);
	assert_int_equal(e->discounts[0]->days, 5);
	assert_int_equal(e->discounts[0]->last_day->day, 15);
	expect_money(e->discounts[0]->amount, 357);
	/* Not beyond the due date; 178.5 cents to even. */
	assert_int_equal(e->discounts[1]->days, 14);
	assert_int_equal(e->discounts[1]->last_day->day, e->due_date->day);
	expect_money(e->discounts[1]->amount, 178);
	assert_string_equal(e->terms_text,
		"3\u00a0% Skonto (3,57\u00a0EUR) bei Zahlung bis 15. M\u00e4rz 2026. "
		"1,5\u00a0% Skonto (1,78\u00a0EUR) bei Zahlung bis 24. M\u00e4rz 2026. Zahlbar ohne Abzug bis 24. M\u00e4rz 2026.");
}

/* The answer of an invoice issued at once, as HTTP gives it. */
static void an_invoice_shows_its_discounts_of_what_is_not_credited(void **state)
{
	struct world *w = world_open(*state);
	const struct invoice *i;
	struct span json;

	world_do(w, "nord", "DefineCustomer",
		"{\"customer_ref\":\"c1\",\"name\":\"S\",\"terms\":{\"kind\":\"net_days\",\"days\":14,"
		"\"discounts\":[{\"basis_points\":200,\"days\":10}]}}");
	world_charge(w, "nord", "c1", "a", 10000, "19", "at_once");
	i = world_invoice(w, "nord", 1);
	json = json_invoice_head(w->arena, i);
	assert_non_null(
		strstr(json.at, "\"discounts\":[{\"basis_points\":200,\"days\":10,\"last_day\":\"2026-03-20\",\"amount\":{\"minor\":238,"));
	assert_int_equal(world_credit(w, "nord", i,
				 "{\"lines\":[{\"line_no\":1,\"net\":{\"minor\":5000,\"currency\":\"EUR\"}}],\"reason\":\"Irrtum\"}"),
		OK);
	json = json_invoice_head(w->arena, world_invoice(w, "nord", 1));
	assert_non_null(strstr(json.at, "\"last_day\":\"2026-03-20\",\"amount\":{\"minor\":119,"));
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
		WITH_ARENA(a_refused_command_is_said_with_its_place_and_reference),
		WITH_ARENA(a_refusal_holds_only_text_that_every_reader_can_read),
		WITH_ARENA(a_key_that_is_none_belongs_to_no_stream),
		WITH_ARENA(the_reference_of_any_refused_command_can_be_read),
		WITH_ARENA(a_customer_is_told_whole),
		WITH_ARENA(a_merchant_is_told_under_its_own_key),
		WITH_ARENA(an_invoice_tells_its_discounts_with_days_and_amounts),
		WITH_ARENA(an_invoice_shows_its_discounts_of_what_is_not_credited),
		WITH_ARENA(an_open_item_whose_amounts_do_not_add_up_is_no_fact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
