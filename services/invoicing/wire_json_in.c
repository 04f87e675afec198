#include <string.h>

#include "json_in.h"
#include "wire.h"

/* --- values: a field that is absent leaves the value as it is --- */

static enum err may_text(const struct json_in *in, const char *name, size_t most, struct span *text, struct why *why)
{
	return json_in_has(in, name) ? json_in_text(in, name, 0, most, text, why) : OK;
}

static enum err may_time(const struct json_in *in, struct instant *at, struct why *why)
{
	return json_in_has(in, "business_time") ? json_in_instant(in, "business_time", at, why) : OK;
}

static enum err may_day(const struct json_in *in, const char *name, struct day *day, struct why *why)
{
	day->known = json_in_has(in, name);
	return day->known ? json_in_date(in, name, &day->date, why) : OK;
}

static enum err may_decimal(const struct json_in *in, const char *name, bool *has, struct decimal *decimal, struct why *why)
{
	*has = json_in_has(in, name);
	return *has ? json_in_decimal(in, name, decimal, why) : OK;
}

/* A list of texts as one text, an item a line. */
static enum err may_list(const struct json_in *in, const char *name, size_t most, size_t size, struct span *list, struct why *why)
{
	struct text t;
	size_t n;

	text_init(&t, in->arena);
	if (!json_in_has(in, name))
		return OK;
	TRY(json_in_list(in, name, 0, most, &n, why));
	for (size_t i = 0; i < n; i++) {
		struct span item;

		TRY(json_in_item_text(in, name, i, 1, size, &item, why));
		if (i > 0)
			text_char(&t, '\n');
		text_span(&t, item);
	}
	*list = text_done(&t);
	return OK;
}

static enum err may_address(const struct json_in *in, struct address *a, struct why *why)
{
	struct json_in address;

	if (!json_in_has(in, "address"))
		return OK;
	TRY(json_in_object(in, "address", &address, why));
	TRY(may_list(&address, "lines", ADDRESS_LINES, 100, &a->lines, why));
	TRY(may_text(&address, "city", 100, &a->city, why));
	TRY(may_text(&address, "postal_code", 20, &a->postal_code, why));
	return may_text(&address, "country", 2, &a->country, why);
}

static enum err may_discounts(const struct json_in *in, struct discount *d, struct why *why)
{
	struct json_in step;
	size_t n = 0;

	if (json_in_has(in, "discounts"))
		TRY(json_in_list(in, "discounts", 0, DISCOUNT_STEPS, &n, why));
	for (size_t i = 0; i < n; i++) {
		int64_t share, days;

		TRY(json_in_item(in, "discounts", i, &step, why));
		TRY(json_in_int64(&step, "basis_points", 1, DISCOUNT_WHOLE - 1, &share, why));
		TRY(json_in_int64(&step, "days", 0, DISCOUNT_DAYS, &days, why));
		d->steps[i] = (struct discount_step){ (int)share, (int)days };
	}
	d->count = (int)n;
	return OK;
}

static enum err may_terms(const struct json_in *in, struct terms *t, struct why *why)
{
	static const char *const kinds[] = { "net_days", "end_of_month", "fixed_day", NULL };
	struct json_in terms;
	size_t kind;
	int64_t days = 0, day = 0;

	if (!json_in_has(in, "terms"))
		return OK;
	TRY(json_in_object(in, "terms", &terms, why));
	TRY(json_in_choice(&terms, "kind", kinds, &kind, why));
	if (json_in_has(&terms, "days"))
		TRY(json_in_int64(&terms, "days", 0, 365, &days, why));
	if (json_in_has(&terms, "day"))
		TRY(json_in_int64(&terms, "day", 0, 31, &day, why));
	*t = (struct terms){ .kind = (enum terms_kind)(kind + 1), .days = (int)days, .day = (int)day };
	return may_discounts(&terms, &t->discount, why);
}

/* --- merchants and customers --- */

static enum err may_accounts(const struct json_in *in, struct merchant *m, struct why *why)
{
	struct account *accounts = ARENA_ARRAY(in->arena, struct account, PARTY_ACCOUNTS);
	struct json_in item;

	m->accounts = accounts;
	if (!json_in_has(in, "transfer_accounts"))
		return OK;
	TRY(json_in_list(in, "transfer_accounts", 0, PARTY_ACCOUNTS, &m->account_count, why));
	for (size_t i = 0; i < m->account_count; i++) {
		TRY(json_in_item(in, "transfer_accounts", i, &item, why));
		TRY(json_in_text(&item, "iban", 1, 34, &accounts[i].iban, why));
		TRY(may_text(&item, "bic", 11, &accounts[i].bic, why));
		TRY(may_text(&item, "currency", 3, &accounts[i].currency, why));
	}
	return OK;
}

enum err json_read_define_merchant(const struct message *message, struct arena *arena, struct define_merchant *d, struct why *why)
{
	struct merchant *m = &d->merchant;
	struct json_in in;

	*d = (struct define_merchant){ .merchant.id = message->merchant };
	TRY(json_in_open(&in, arena, message->payload, why));
	TRY(may_time(&in, &d->business_time, why));
	TRY(json_in_text(&in, "name", 1, 200, &m->party.name, why));
	TRY(may_address(&in, &m->party.address, why));
	TRY(may_text(&in, "tax_id", 64, &m->party.tax_id, why));
	TRY(json_in_text(&in, "zone", 1, 64, &m->zone_name, why));
	TRY(json_in_currency(&in, "currency", &m->currency, why));
	TRY(may_text(&in, "language", 35, &m->language, why));
	TRY(json_in_text(&in, "invoice_prefix", 1, 16, &m->prefixes[DOCUMENT_INVOICE], why));
	TRY(json_in_text(&in, "credit_note_prefix", 1, 16, &m->prefixes[DOCUMENT_CREDIT_NOTE], why));
	TRY(may_accounts(&in, m, why));
	TRY(may_terms(&in, &m->terms, why));
	TRY(may_text(&in, "email", 254, &m->email, why));
	return json_in_done(&in, why);
}

/* Where the caller gives no reference of its own, one is made of the request's identity: the same on a second run. */
static struct span made_ref(const struct message *m, struct arena *arena)
{
	struct uuid id = uuid_derive(m->time, m->source, m->id, UINT32_MAX);

	return span_of(uuid_text(arena, id));
}

enum err json_read_define_customer(const struct message *message, struct arena *arena, struct define_customer *d, struct why *why)
{
	struct customer *c = &d->customer;
	struct json_in in;
	int64_t billing_day = 0;

	*d = (struct define_customer){ .customer.merchant = message->merchant };
	TRY(json_in_open(&in, arena, message->payload, why));
	TRY(may_time(&in, &d->business_time, why));
	TRY(may_text(&in, "customer_ref", 64, &c->ref, why));
	if (c->ref.size == 0)
		c->ref = made_ref(message, arena);
	TRY(json_in_text(&in, "name", 1, 200, &c->party.name, why));
	TRY(may_list(&in, "emails", PARTY_EMAILS, 254, &c->emails, why));
	TRY(may_address(&in, &c->party.address, why));
	TRY(may_text(&in, "language", 35, &c->language, why));
	TRY(may_text(&in, "zone", 64, &c->zone_name, why));
	d->has_currency = json_in_has(&in, "currency");
	if (d->has_currency)
		TRY(json_in_currency(&in, "currency", &c->currency, why));
	TRY(may_terms(&in, &c->terms, why));
	TRY(may_text(&in, "tax_id", 64, &c->party.tax_id, why));
	if (json_in_has(&in, "billing_day"))
		TRY(json_in_int64(&in, "billing_day", 0, 28, &billing_day, why));
	c->billing_day = (int)billing_day;
	TRY(may_list(&in, "ibans", PARTY_IBANS, 34, &c->ibans, why));
	return json_in_done(&in, why);
}

/* --- charges and invoices --- */

static enum err read_tax(const struct json_in *in, struct add_charge *c, struct why *why)
{
	static const char *const codes[] = { "S", "Z", "E", "AE", "K", "G", "O", "L", "M", NULL };
	size_t category;
	bool has_rate;

	TRY(json_in_choice(in, "tax_category", codes, &category, why));
	c->tax.category = (enum tax_category)(category + 1);
	TRY(may_decimal(in, "tax_rate", &has_rate, &c->tax.rate, why));
	return may_text(in, "tax_exemption_reason", 200, &c->reason, why);
}

static enum err read_when(const struct json_in *in, struct add_charge *c, struct why *why)
{
	static const char *const words[] = { "on_request", "at_once", "on_billing_day", NULL };
	size_t when;

	if (!json_in_has(in, "when"))
		return OK;
	TRY(json_in_choice(in, "when", words, &when, why));
	c->when = (enum charge_when)(when + 1);
	return OK;
}

static enum err read_price(const struct json_in *in, struct add_charge *c, struct why *why)
{
	c->has_amount = json_in_has(in, "amount");
	if (c->has_amount)
		TRY(json_in_money(in, "amount", &c->amount, why));
	c->has_currency = json_in_has(in, "currency");
	if (c->has_currency)
		TRY(json_in_currency(in, "currency", &c->currency, why));
	TRY(may_decimal(in, "quantity", &c->has_quantity, &c->quantity, why));
	TRY(may_decimal(in, "unit_price", &c->has_unit_price, &c->unit_price, why));
	return may_text(in, "unit", 16, &c->unit, why);
}

enum err json_read_add_charge(const struct message *message, struct arena *arena, struct add_charge *c, struct why *why)
{
	struct json_in in;

	*c = (struct add_charge){ .merchant = message->merchant };
	TRY(json_in_open(&in, arena, message->payload, why));
	TRY(may_time(&in, &c->business_time, why));
	TRY(json_in_text(&in, "customer_ref", 1, 64, &c->customer_ref, why));
	TRY(json_in_text(&in, "external_ref", 1, 128, &c->external_ref, why));
	TRY(json_in_text(&in, "description", 1, 500, &c->description, why));
	TRY(read_price(&in, c, why));
	TRY(read_tax(&in, c, why));
	TRY(may_day(&in, "period_from", &c->period.from, why));
	TRY(may_day(&in, "period_to", &c->period.to, why));
	TRY(read_when(&in, c, why));
	return json_in_done(&in, why);
}

enum err json_read_issue_invoice(const struct message *message, struct arena *arena, struct issue_invoice *c, struct why *why)
{
	struct json_in in;

	*c = (struct issue_invoice){ .merchant = message->merchant };
	TRY(json_in_open(&in, arena, message->payload, why));
	TRY(may_time(&in, &c->business_time, why));
	TRY(json_in_text(&in, "customer_ref", 1, 64, &c->customer_ref, why));
	TRY(may_text(&in, "external_ref", 128, &c->external_ref, why));
	TRY(may_text(&in, "buyer_reference", 64, &c->buyer_reference, why));
	return json_in_done(&in, why);
}

enum err json_read_cancel_draft(const struct message *message, struct arena *arena, struct cancel_draft *c, struct why *why)
{
	struct json_in in;

	*c = (struct cancel_draft){ .merchant = message->merchant };
	TRY(json_in_open(&in, arena, message->payload, why));
	TRY(may_time(&in, &c->business_time, why));
	TRY(json_in_text(&in, "customer_ref", 1, 64, &c->customer_ref, why));
	TRY(may_text(&in, "external_ref", 128, &c->external_ref, why));
	TRY(may_text(&in, "reason", 500, &c->reason, why));
	return json_in_done(&in, why);
}

static enum err read_credit_lines(const struct json_in *in, struct credit_invoice *c, struct why *why)
{
	struct credit_ask *lines;
	struct json_in line;

	if (!json_in_has(in, "lines"))
		return OK;
	TRY(json_in_list(in, "lines", 1, DOCUMENT_LINES, &c->line_count, why));
	lines = ARENA_ARRAY(in->arena, struct credit_ask, c->line_count);
	for (size_t i = 0; i < c->line_count; i++) {
		TRY(json_in_item(in, "lines", i, &line, why));
		TRY(json_in_int64(&line, "line_no", 1, DOCUMENT_LINES, &lines[i].line_no, why));
		TRY(json_in_money(&line, "net", &lines[i].net, why));
	}
	c->lines = lines;
	return OK;
}

/* The invoice of /v1/invoices/{id}/credit-notes. */
static enum err read_target(struct span target, struct credit_invoice *c, struct why *why)
{
	static const char before[] = "/v1/invoices/";
	struct span id, rest;

	if (!span_starts(target, before) || !span_cut(span_from(target, sizeof before - 1), '/', &id, &rest) ||
		uuid_parse(id, &c->invoice_id) != OK)
		return why_field(why, ERR_NOT_FOUND, "invoice_unknown", "id", "there is no such invoice");
	c->by_id = true;
	return OK;
}

enum err json_read_credit_invoice(const struct message *message, struct arena *arena, struct credit_invoice *c, struct why *why)
{
	struct json_in in;

	*c = (struct credit_invoice){ .merchant = message->merchant };
	TRY(json_in_open(&in, arena, message->payload, why));
	TRY(read_target(message->target, c, why));
	TRY(may_time(&in, &c->business_time, why));
	TRY(may_text(&in, "external_ref", 128, &c->external_ref, why));
	if (json_in_has(&in, "whole"))
		TRY(json_in_bool(&in, "whole", &c->whole, why));
	TRY(read_credit_lines(&in, c, why));
	TRY(json_in_text(&in, "reason", 1, 500, &c->reason, why));
	return json_in_done(&in, why);
}
