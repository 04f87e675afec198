#include "field.h"
#include "wire.h"

static void add_list(struct json_out *out, const char *name, struct span list)
{
	struct span item;

	json_out_array(out, name);
	while (field_next(&list, &item))
		json_out_span(out, NULL, item);
	json_out_array_end(out);
}

static void add_address(struct json_out *out, const struct address *a)
{
	if (address_is_empty(a)) {
		json_out_null(out, "address");
		return;
	}
	json_out_object(out, "address");
	add_list(out, "lines", a->lines);
	json_out_span(out, "city", a->city);
	json_out_span(out, "postal_code", a->postal_code);
	json_out_span(out, "country", a->country);
	json_out_object_end(out);
}

static void add_terms(struct json_out *out, const struct terms *t)
{
	json_out_object(out, "terms");
	json_out_string(out, "kind", terms_rules[t->kind].name);
	json_out_int(out, "days", t->days);
	json_out_int(out, "day", t->day);
	json_out_array(out, "discounts");
	for (int i = 0; i < t->discount.count; i++) {
		json_out_object(out, NULL);
		json_out_int(out, "basis_points", t->discount.steps[i].share);
		json_out_int(out, "days", t->discount.steps[i].days);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	json_out_object_end(out);
}

/* With the amounts that they are now: of what is not credited. */
static void add_discounts(struct json_out *out, const struct invoice *i)
{
	json_out_array(out, "discounts");
	for (int k = 0; k < i->discount.count; k++) {
		const struct discount_step *step = &i->discount.steps[k];

		json_out_object(out, NULL);
		json_out_int(out, "basis_points", step->share);
		json_out_int(out, "days", step->days);
		json_out_date(out, "last_day", discount_day(step, i->issue_date));
		json_out_money(out, "amount", discount_of(step, invoice_left(i)));
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void add_day(struct json_out *out, const char *name, struct day day)
{
	if (day.known)
		json_out_date(out, name, day.date);
	else
		json_out_null(out, name);
}

void json_add_party(struct json_out *out, const char *name, const struct party *p)
{
	json_out_object(out, name);
	json_out_span(out, "name", p->name);
	add_address(out, &p->address);
	json_out_span(out, "tax_id", p->tax_id);
	json_out_object_end(out);
}

void json_add_merchant(struct json_out *out, const struct merchant *m)
{
	json_out_span(out, "merchant_id", m->id);
	json_out_int(out, "revision", m->revision);
	json_out_span(out, "name", m->party.name);
	add_address(out, &m->party.address);
	json_out_span(out, "tax_id", m->party.tax_id);
	json_out_span(out, "zone", m->zone_name);
	json_out_string(out, "currency", m->currency.code);
	json_out_span(out, "language", m->language);
	json_out_span(out, "invoice_prefix", m->prefixes[DOCUMENT_INVOICE]);
	json_out_span(out, "credit_note_prefix", m->prefixes[DOCUMENT_CREDIT_NOTE]);
	json_out_array(out, "transfer_accounts");
	for (size_t i = 0; i < m->account_count; i++) {
		json_out_object(out, NULL);
		json_out_span(out, "iban", m->accounts[i].iban);
		json_out_span(out, "bic", m->accounts[i].bic);
		json_out_span(out, "currency", m->accounts[i].currency);
		json_out_object_end(out);
	}
	json_out_array_end(out);
	add_terms(out, &m->terms);
	json_out_span(out, "email", m->email);
}

void json_add_customer(struct json_out *out, const struct customer *c)
{
	json_out_span(out, "customer_ref", c->ref);
	json_out_uuid(out, "customer_id", c->id);
	json_out_int(out, "revision", c->revision);
	json_out_span(out, "name", c->party.name);
	add_list(out, "emails", c->emails);
	add_address(out, &c->party.address);
	json_out_span(out, "language", c->language);
	json_out_span(out, "zone", c->zone_name);
	json_out_string(out, "currency", c->currency.code);
	add_terms(out, &c->terms);
	json_out_span(out, "tax_id", c->party.tax_id);
	json_out_int(out, "billing_day", c->billing_day);
	add_list(out, "ibans", c->ibans);
}

static void add_draft(struct json_out *out, const struct draft *d)
{
	json_out_object(out, "waiting");
	json_out_int(out, "charges", d->count);
	json_out_money(out, "net", d->net);
	add_day(out, "bill_on", d->bill_on);
	json_out_object_end(out);
}

static void add_document(struct json_out *out, struct arena *arena, const struct invoice *i)
{
	json_out_span(out, "number", i->number.text);
	json_out_span(out, "rf_reference", i->rf);
	json_out_date(out, "issue_date", i->issue_date);
	json_out_date(out, "due_date", i->due_date);
	json_out_instant(out, "issued_at", i->at);
	json_out_money(out, "net", i->totals.net);
	json_out_money(out, "tax", i->totals.tax);
	json_out_money(out, "gross", i->totals.gross);
	json_out_money(out, "credited", i->credited);
	add_discounts(out, i);
	json_out_span(out, "external_ref", i->external_ref);
	json_out_span(out, "buyer_reference", i->buyer_reference);
	json_out_span(out, "document_path", document_path(arena, DOCUMENT_INVOICE, i->token));
	json_out_int(out, "revision", i->revision);
}

void json_add_invoice_head(struct json_out *out, struct arena *arena, const struct invoice *i)
{
	json_out_uuid(out, "invoice_id", i->id);
	json_out_span(out, "customer_ref", i->customer_ref);
	json_out_string(out, "state", invoice_state_names[i->state]);
	json_out_string(out, "currency", i->currency.code);
	if (i->state == INVOICE_DRAFT)
		add_draft(out, &i->draft);
	if (i->state == INVOICE_ISSUED)
		add_document(out, arena, i);
}

void json_add_lines(struct json_out *out, const struct line *lines, size_t n)
{
	json_out_array(out, "lines");
	for (size_t i = 0; i < n; i++) {
		const struct line *line = &lines[i];

		json_out_object(out, NULL);
		json_out_int(out, "line_no", line->number);
		json_out_span(out, "description", line->description);
		json_out_decimal(out, "quantity", line->quantity);
		json_out_span(out, "unit", line->unit);
		json_out_decimal(out, "unit_price", line->unit_price);
		json_out_money(out, "net", line->net);
		json_out_string(out, "tax_category", tax_rules[line->tax.category].code);
		json_out_decimal(out, "tax_rate", line->tax.rate);
		add_day(out, "period_from", line->period.from);
		add_day(out, "period_to", line->period.to);
		json_out_span(out, "charge_ref", line->charge_ref);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

void json_add_totals(struct json_out *out, const struct totals *totals)
{
	json_out_array(out, "tax_totals");
	for (size_t i = 0; i < totals->tax_count; i++) {
		const struct tax_total *t = &totals->taxes[i];

		json_out_object(out, NULL);
		json_out_string(out, "category", tax_rules[t->tax.category].code);
		json_out_decimal(out, "rate", t->tax.rate);
		json_out_money(out, "taxable", t->taxable);
		json_out_money(out, "tax", t->amount);
		json_out_span(out, "exemption_reason", t->reason);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

void json_add_credit_note_head(struct json_out *out, struct arena *arena, const struct credit_note *c)
{
	json_out_uuid(out, "credit_note_id", c->id);
	json_out_uuid(out, "invoice_id", c->invoice_id);
	json_out_span(out, "invoice_number", c->invoice_number);
	json_out_span(out, "customer_ref", c->customer_ref);
	json_out_string(out, "currency", c->currency.code);
	json_out_span(out, "number", c->number.text);
	json_out_date(out, "issue_date", c->issue_date);
	json_out_instant(out, "issued_at", c->at);
	json_out_money(out, "net", c->totals.net);
	json_out_money(out, "tax", c->totals.tax);
	json_out_money(out, "gross", c->totals.gross);
	json_out_money(out, "credited_after", c->credited_after);
	json_out_span(out, "reason", c->reason);
	json_out_span(out, "external_ref", c->external_ref);
	json_out_span(out, "document_path", document_path(arena, DOCUMENT_CREDIT_NOTE, c->token));
}

void json_add_item(struct json_out *out, const struct item *i)
{
	json_out_int(out, "part", i->part);
	json_out_string(out, "state", item_state_names[i->state]);
	json_out_money(out, "amount", i->amount);
	json_out_money(out, "allocated", i->allocated);
	json_out_money(out, "credited", i->credited);
	json_out_money(out, "discounted", i->discounted);
	json_out_money(out, "written_off", i->written_off);
	json_out_money(out, "open", i->open);
	add_day(out, "last_value_date", i->last_value_date);
}

/* --- whole replies --- */

void json_open(struct json_out *out, struct text *text, struct arena *arena)
{
	text_init(text, arena);
	json_out_init(out, text);
	json_out_object(out, NULL);
}

struct span json_close(struct json_out *out, struct text *text)
{
	json_out_object_end(out);
	json_out_done(out);
	return text_done(text);
}

struct span json_merchant(struct arena *arena, const struct merchant *m)
{
	struct json_out out;
	struct text text;

	json_open(&out, &text, arena);
	json_add_merchant(&out, m);
	return json_close(&out, &text);
}

struct span json_customer(struct arena *arena, const struct customer *c)
{
	struct json_out out;
	struct text text;

	json_open(&out, &text, arena);
	json_add_customer(&out, c);
	return json_close(&out, &text);
}

struct span json_invoice_head(struct arena *arena, const struct invoice *i)
{
	struct json_out out;
	struct text text;

	json_open(&out, &text, arena);
	json_add_invoice_head(&out, arena, i);
	return json_close(&out, &text);
}

struct span json_credit_note_head(struct arena *arena, const struct credit_note *c)
{
	struct json_out out;
	struct text text;

	json_open(&out, &text, arena);
	json_add_credit_note_head(&out, arena, c);
	return json_close(&out, &text);
}

static void add_charge(struct json_out *out, struct arena *arena, const struct charge *c, const struct invoice *on)
{
	json_out_uuid(out, "charge_id", c->id);
	json_out_span(out, "external_ref", c->external_ref);
	json_out_span(out, "customer_ref", c->customer_ref);
	json_out_string(out, "state", charge_state_names[c->state]);
	json_out_string(out, "waits_for", c->state != CHARGE_WAITING ? NULL : c->on_billing_day ? "billing_day" : "request");
	json_out_money(out, "net", c->line.net);
	json_out_uuid(out, "invoice_id", c->invoice_id);
	if (on != NULL) {
		json_out_object(out, "invoice");
		json_add_invoice_head(out, arena, on);
		json_out_object_end(out);
	}
}

struct span json_charge(struct arena *arena, const struct charge *c, const struct invoice *issued)
{
	struct json_out out;
	struct text text;

	json_open(&out, &text, arena);
	add_charge(&out, arena, c, issued);
	return json_close(&out, &text);
}
