#include <string.h>

#include "../core.h"
#include "../world.h"
#include "dunlin/billing/v1/billing.pb-c.h"
#include "rows.h"
#include "wire.h"

/* What other systems and clerks ask of invoicing. */

struct asking {
	struct memory *m;
	struct rng *r;
	struct arena *arena;
	struct instant now;
	struct message *to;
	struct span merchant, customer;
};

static const char *const whens[] = { "on_request", "at_once", "on_billing_day" };

static char *text(struct arena *arena, struct span s)
{
	return span_cstr(arena, s);
}

/* ---- charges ---- */

static const char *charge_ref(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->tables[SHELF_CHARGES]);
	const struct charge *c = row != NULL ? row->value : NULL;

	/* Now and then one that was there before. */
	if (c != NULL && span_equal(c->merchant, a->merchant) && rng_one_in(a->r, 10))
		return text(a->arena, c->external_ref);
	return world_ref(a->m->world, "charge");
}

static bool charge_by_http(const struct asking *a)
{
	bool odd = rng_one_in(a->r, 12);

	world_ask(a->to, a->arena, a->merchant, "dunlin.billing.v1.AddCharge", "/v1/charges",
		"{\"customer_ref\":\"%.*s\",\"external_ref\":\"%s\",\"description\":\"Strom\",\"amount\":{\"amount\":\"%s\",\"currency\":\"%s\"},"
		"\"tax_category\":\"S\",\"tax_rate\":\"%s\",\"when\":\"%s\"}",
		SPAN_ARG(a->customer), charge_ref(a), world_digits(a->arena, a->merchant, world_price(a->r, a->merchant)),
		odd ? "USD" : world_merchant(a->merchant)->currency, rng_one_in(a->r, 3) ? "7" : "19", whens[rng_below(a->r, 3)]);
	return true;
}

static void by_kafka(const struct asking *a, const char *type, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = arena_raw(a->arena, size);

	protobuf_c_message_pack(message, bytes);
	a->to->type = span_of(type);
	a->to->format = FORMAT_PROTOBUF;
	a->to->payload = span_bytes(bytes, size);
	a->to->topic = SPAN("dunlin.billing.v1");
	a->to->key = wire_key(a->arena, a->merchant, a->customer);
}

static bool charge_by_kafka(const struct asking *a)
{
	Dunlin__Type__V1__Money amount = DUNLIN__TYPE__V1__MONEY__INIT;
	Dunlin__Type__V1__Decimal rate = DUNLIN__TYPE__V1__DECIMAL__INIT;
	Dunlin__Billing__V1__AddCharge c = DUNLIN__BILLING__V1__ADD_CHARGE__INIT;

	amount.minor = world_price(a->r, a->merchant);
	amount.currency = text(a->arena, span_of(world_merchant(a->merchant)->currency));
	rate.unscaled = 19;
	c.merchant_id = text(a->arena, a->merchant);
	c.customer_ref = text(a->arena, a->customer);
	c.external_ref = text(a->arena, span_of(charge_ref(a)));
	c.description = text(a->arena, SPAN("Wasser"));
	c.amount = &amount;
	c.tax_rate = &rate;
	c.tax_category = DUNLIN__TYPE__V1__TAX_CATEGORY__TAX_CATEGORY_STANDARD;
	c.when = (Dunlin__Billing__V1__ChargeWhen)(1 + rng_below(a->r, 3));
	by_kafka(a, "dunlin.billing.v1.AddCharge", &c.base);
	return true;
}

/* What nobody should ask for. */
static bool odd_charge(const struct asking *a)
{
	static const char *const bodies[] = {
		"\"tax_category\":\"S\",\"tax_rate\":\"19\"",
		"\"amount\":{\"minor\":100,\"currency\":\"EUR\"},\"tax_category\":\"S\"",
		"\"amount\":{\"minor\":100,\"currency\":\"EUR\"},\"tax_category\":\"Z\",\"tax_rate\":\"5\"",
		"\"amount\":{\"minor\":100,\"currency\":\"EUR\"},\"tax_category\":\"S\",\"tax_rate\":\"19\",\"tax_exemption_reason\":\"so\"",
		"\"amount\":{\"minor\":100,\"currency\":\"ZZZ\"},\"tax_category\":\"S\",\"tax_rate\":\"19\"",
		"\"amount\":{\"minor\":5000000000000000,\"currency\":\"EUR\"},\"tax_category\":\"S\",\"tax_rate\":\"19\",\"when\":\"on_request\"",
		"\"amount\":{\"minor\":100,\"currency\":\"EUR\"},\"quantity\":\"2\",\"unit_price\":\"3\",\"tax_category\":\"S\",\"tax_rate\":\"19\"",
	};
	bool nameless = rng_one_in(a->r, 8), unnamed = rng_one_in(a->r, 8);

	world_ask(a->to, a->arena, rng_one_in(a->r, 8) ? SPAN("none") : SPAN("nord"), "dunlin.billing.v1.AddCharge", "/v1/charges",
		"{\"customer_ref\":\"%s\",\"external_ref\":\"%s\",%s%s}", nameless ? "c 1" : "c1", world_ref(a->m->world, "odd"),
		unnamed ? "" : "\"description\":\"Gas\",", bodies[rng_below(a->r, sizeof bodies / sizeof *bodies)]);
	return true;
}

/* ---- customers ---- */

/* Mostly the merchant's; due at once, or with a discount for paying early, which the bank's payers take or take too late (bank.c). */
static const char *customer_terms(const struct asking *a)
{
	switch (rng_below(a->r, 6)) {
	case 0: return ",\"terms\":{\"kind\":\"net_days\",\"days\":0}";
	case 1: return ",\"terms\":{\"kind\":\"net_days\",\"days\":30,\"discounts\":[{\"basis_points\":200,\"days\":10}]}";
	case 2:
		return rng_one_in(a->r, 8)
			       ? ",\"terms\":{\"kind\":\"net_days\",\"discounts\":[{\"basis_points\":200,\"days\":20},"
				 "{\"basis_points\":300,\"days\":5}]}"
			       : ",\"terms\":{\"kind\":\"end_of_month\",\"days\":14,\"discounts\":[{\"basis_points\":300,\"days\":5},"
				 "{\"basis_points\":200,\"days\":20}]}";
	default: return "";
	}
}

static bool define_customer(const struct asking *a)
{
	bool far = rng_one_in(a->r, 3);
	const char *currency = rng_one_in(a->r, 40) ? "USD" : world_merchant(a->merchant)->currency;

	world_ask(a->to, a->arena, a->merchant, "dunlin.billing.v1.DefineCustomer", "/v1/customers",
		"{\"customer_ref\":\"%.*s\",\"name\":\"Kunde %d\",%s\"billing_day\":%d,\"currency\":\"%s\",\"ibans\":[%s%.*s%s]%s}",
		SPAN_ARG(a->customer), (int)rng_below(a->r, 3), rng_one_in(a->r, 8) ? "" : "\"emails\":[\"kunde@example.org\"],",
		(int)rng_below(a->r, 29), currency, far ? "" : "\"", far ? 0 : (int)world_iban(a->arena, a->merchant, a->customer).size,
		far ? "" : world_iban(a->arena, a->merchant, a->customer).at, far ? "" : "\"", customer_terms(a));
	return true;
}

static bool define_merchant(const struct asking *a)
{
	const struct world_merchant *w = world_merchant(a->merchant);
	bool swapped = rng_one_in(a->r, 6);

	world_ask(a->to, a->arena, a->merchant, "dunlin.invoicing.DefineMerchant", "/v1/merchants",
		"{\"name\":\"Haus %d\",\"zone\":\"%s\",\"currency\":\"%s\",\"language\":\"de\",\"invoice_prefix\":\"%s%s\","
		"\"credit_note_prefix\":\"%s%s\",\"email\":\"haus@example.org\",\"address\":{\"lines\":[\"Hafen 1\"],\"city\":\"Hamburg\",\"country\":\"DE\"},"
		"\"transfer_accounts\":[{\"iban\":\"%s\",\"currency\":\"%s\"}]}",
		(int)rng_below(a->r, 3), rng_one_in(a->r, 20) ? "Mars/Olympus" : w->zone, w->currency, swapped ? "C" : "", w->prefix,
		swapped ? "" : "C", w->prefix, w->iban, w->currency);
	return true;
}

/* ---- documents ---- */

static bool issue(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->tables[SHELF_INVOICES]);
	const struct invoice *old = row != NULL ? row->value : NULL;
	const char *ref = rng_one_in(a->r, 2) ? "" : world_ref(a->m->world, "order");

	if (old != NULL && old->external_ref.size > 0 && rng_one_in(a->r, 4))
		ref = text(a->arena, old->external_ref);
	world_ask(a->to, a->arena, a->merchant, "dunlin.billing.v1.IssueInvoice", "/v1/invoices",
		"{\"customer_ref\":\"%.*s\",\"external_ref\":\"%s\"}", SPAN_ARG(a->customer), ref);
	return true;
}

static bool cancel(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->tables[SHELF_CHARGES]);
	const struct charge *c = row != NULL ? row->value : NULL;
	bool one = c != NULL && !rng_one_in(a->r, 3);
	bool mistaken = rng_one_in(a->r, 8);

	world_ask(a->to, a->arena, one ? c->merchant : a->merchant, "dunlin.billing.v1.CancelDraft", "/v1/drafts/cancel",
		"{\"customer_ref\":\"%.*s\"%s%.*s%s,\"reason\":\"Irrtum\"}", SPAN_ARG(one ? c->customer_ref : a->customer),
		one ? ",\"external_ref\":\"" : "", one ? (int)c->external_ref.size : 0, one ? c->external_ref.at : "",
		one ? mistaken ? "x\"" : "\"" : "");
	return true;
}

static const char *credit_lines(const struct asking *a, const struct invoice *v)
{
	const struct line *line = &v->lines[rng_below(a->r, v->line_count)];
	int64_t minor = rng_one_in(a->r, 2) ? line->net.minor : 1 + (int64_t)rng_below(a->r, (uint64_t)line->net.minor);

	return arena_printf(a->arena, "\"lines\":[{\"line_no\":%d,\"net\":{\"amount\":\"%s\",\"currency\":\"%s\"}}]", line->number,
		world_digits(a->arena, v->merchant, minor), v->currency.code);
}

static bool odd_credit(const struct asking *a, const struct invoice *v)
{
	static const char *const bodies[] = { "\"whole\":true,\"lines\":[{\"line_no\":1,\"net\":{\"minor\":1,\"currency\":\"EUR\"}}],",
		"\"lines\":[{\"line_no\":99,\"net\":{\"minor\":1,\"currency\":\"EUR\"}}],",
		"\"lines\":[{\"line_no\":1,\"net\":{\"minor\":1,\"currency\":\"EUR\"}},{\"line_no\":1,\"net\":{\"minor\":1,\"currency\":\"EUR\"}}],",
		"\"whole\":true," };

	world_ask(a->to, a->arena, v->merchant, "dunlin.billing.v1.CreditInvoice",
		arena_printf(a->arena, "/v1/invoices/%s/credit-notes", uuid_text(a->arena, v->id)),
		"{\"external_ref\":\"%s\",%s\"reason\":\"Versehen\"}", world_ref(a->m->world, "credit"),
		bodies[v->state == INVOICE_DRAFT ? 3 : rng_below(a->r, 3)]);
	return true;
}

static bool credit(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->tables[SHELF_INVOICES]);
	const struct mem_row *note = rng_row(a->r, &a->m->tables[SHELF_CREDIT_NOTES]);
	const struct invoice *v = row != NULL ? row->value : NULL;
	const char *ref = world_ref(a->m->world, "credit");

	if (v != NULL && (v->state == INVOICE_DRAFT || rng_one_in(a->r, 10)))
		return odd_credit(a, v);
	if (v == NULL || v->line_count == 0)
		return false;
	if (note != NULL && rng_one_in(a->r, 10))
		ref = text(a->arena, ((const struct credit_note *)note->value)->external_ref);
	world_ask(a->to, a->arena, rng_one_in(a->r, 20) ? a->merchant : v->merchant, "dunlin.billing.v1.CreditInvoice",
		arena_printf(a->arena, "/v1/invoices/%s/credit-notes", uuid_text(a->arena, v->id)),
		"{\"external_ref\":\"%s\",%s,\"reason\":\"Kulanz\"}", ref, rng_one_in(a->r, 3) ? "\"whole\":true" : credit_lines(a, v));
	return true;
}

static bool credit_by_kafka(const struct asking *from)
{
	struct asking a = *from;
	const struct mem_row *row = rng_row(a.r, &a.m->tables[SHELF_INVOICES]);
	const struct invoice *v = row != NULL ? row->value : NULL;
	Dunlin__Billing__V1__CreditInvoice c = DUNLIN__BILLING__V1__CREDIT_INVOICE__INIT;

	if (v == NULL || v->line_count == 0)
		return false;
	a.merchant = v->merchant;
	a.customer = v->customer_ref;
	c.merchant_id = text(a.arena, a.merchant);
	c.customer_ref = text(a.arena, a.customer);
	c.external_ref = text(a.arena, span_of(world_ref(a.m->world, "credit")));
	if (!rng_one_in(a.r, 12))
		c.invoice_number = text(a.arena, rng_one_in(a.r, 8) ? SPAN("R-2026-999999") : v->number.text);
	c.whole = true;
	c.reason = text(a.arena, SPAN("storniert"));
	by_kafka(&a, "dunlin.billing.v1.CreditInvoice", &c.base);
	return true;
}

bool invoicing_operate(struct memory *m, struct rng *r, struct arena *arena, struct instant now, struct message *to)
{
	struct asking a = { m, r, arena, now, to, world_pick_merchant(r), world_pick_customer(r) };

	if (rng_one_in(r, 60))
		a.customer = SPAN("nobody");
	switch (rng_below(r, 20)) {
	case 0: return define_customer(&a);
	case 1: return rng_one_in(r, 4) && define_merchant(&a);
	case 2:
	case 3: return issue(&a);
	case 4: return cancel(&a);
	case 5:
	case 6: return credit(&a);
	case 7: return rng_one_in(r, 4) ? odd_charge(&a) : credit_by_kafka(&a);
	case 8:
	case 9:
	case 10:
	case 11:
	case 12:
	case 13: return charge_by_kafka(&a);
	default: return charge_by_http(&a);
	}
}
