#include "dunlin/billing/v1/billing.pb-c.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "field.h"
#include "protobuf.h"
#include "wire.h"

#include <stdio.h>
#include <string.h>

typedef Dunlin__Type__V1__Money pb_money;
typedef Dunlin__Type__V1__Decimal pb_decimal;
typedef Dunlin__Type__V1__Date pb_date;
typedef Dunlin__Type__V1__Address pb_address;
typedef Dunlin__Type__V1__PaymentTerms pb_terms;

#define READ(arena, type, message, to, why) \
	TRY(protobuf_read(arena, &dunlin__##type##__descriptor, (message)->payload, (ProtobufCMessage **)(void *)&(to), why))

/* --- values --- */

static enum err read_currency(const char *code, const char *field, struct currency *currency, struct why *why)
{
	if (currency_parse(span_of(code), currency) != OK)
		return why_field(why, ERR_INVALID, "currency_unknown", field, "%s is not an ISO 4217 code in use", field);
	return OK;
}

static enum err read_money(const pb_money *from, const char *field, struct money *money, struct why *why)
{
	struct currency currency;
	char name[80];

	if (from == NULL)
		return why_field(why, ERR_INVALID, "field_missing", field, "%s is missing", field);
	snprintf(name, sizeof name, "%s.currency", field);
	TRY(read_currency(from->currency, name, &currency, why));
	if (money_make(from->minor, currency, money) != OK)
		return why_field(why, ERR_INVALID, "amount_too_large", field, "%s is too large", field);
	return OK;
}

/* Absent: 0. */
static enum err read_decimal(const pb_decimal *from, const char *field, struct decimal *decimal, struct why *why)
{
	*decimal = (struct decimal){ 0 };
	if (from != NULL && (from->scale > INT32_MAX || decimal_make(from->unscaled, (int)from->scale, decimal) != OK))
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s has a scale of %u; 0 to 12 are allowed", field, from->scale);
	return OK;
}

static enum err read_day(const pb_date *from, const char *field, struct day *day, struct why *why)
{
	day->known = from != NULL;
	if (from != NULL && date_ymd(from->year, from->month, from->day, &day->date) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no date: year %d, month %d, day %d", field, from->year,
			from->month, from->day);
	return OK;
}

/* Items as one text, a line each. */
static enum err read_list(struct arena *arena, char *const *items, size_t n, const char *field, struct span *list, struct why *why)
{
	struct text t;

	text_init(&t, arena);
	for (size_t i = 0; i < n; i++) {
		if (items[i][0] == '\0' || strchr(items[i], '\n') != NULL)
			return why_field(why, ERR_INVALID, "field_invalid", field, "%s[%zu] is empty or more than one line", field, i);
		if (i > 0)
			text_char(&t, '\n');
		text_add(&t, items[i]);
	}
	*list = text_done(&t);
	return OK;
}

static enum err read_address(struct arena *arena, const pb_address *from, struct address *a, struct why *why)
{
	*a = (struct address){ 0 };
	if (from == NULL)
		return OK;
	a->city = span_of(from->city);
	a->postal_code = span_of(from->postal_code);
	a->country = span_of(from->country);
	return read_list(arena, from->lines, from->n_lines, "address.lines", &a->lines, why);
}

static enum err read_discounts(const pb_terms *from, struct discount *d, struct why *why)
{
	if (from->n_discounts > DISCOUNT_STEPS)
		return why_field(
			why, ERR_INVALID, "field_invalid", "terms.discounts", "terms.discounts has more than %d items", DISCOUNT_STEPS);
	for (size_t i = 0; i < from->n_discounts; i++) {
		TRY(field_number(from->discounts[i]->basis_points, "terms.discounts.basis_points", 1, DISCOUNT_WHOLE - 1, why));
		TRY(field_number(from->discounts[i]->days, "terms.discounts.days", 0, DISCOUNT_DAYS, why));
		d->steps[d->count++] = (struct discount_step){ (int)from->discounts[i]->basis_points, (int)from->discounts[i]->days };
	}
	return OK;
}

static enum err read_terms(const pb_terms *from, struct terms *terms, struct why *why)
{
	*terms = (struct terms){ .kind = TERMS_NONE };
	if (from == NULL || from->kind == DUNLIN__TYPE__V1__TERMS_KIND__TERMS_KIND_UNSPECIFIED)
		return OK;
	TRY(field_number(from->kind, "terms.kind", TERMS_NET_DAYS, TERMS_FIXED_DAY, why));
	TRY(field_number(from->days, "terms.days", 0, 365, why));
	TRY(field_number(from->day, "terms.day", 0, 31, why));
	*terms = (struct terms){ .kind = (enum terms_kind)from->kind, .days = (int)from->days, .day = (int)from->day };
	return read_discounts(from, &terms->discount, why);
}

/* The Kafka key says where a message is queued and locked: it must say the same as the fields. */
static enum err check_key(const struct message *m, struct span merchant, struct span ref, struct why *why)
{
	struct span key_merchant, key_ref;

	if (message_key(m->key, &key_merchant, &key_ref) != OK || !span_equal(key_merchant, merchant) || !span_equal(key_ref, ref))
		return why_field(why, ERR_INVALID, "key_differs", "key", "the Kafka key is not merchant_id:customer_ref of the message");
	return OK;
}

/* --- dunlin.billing.v1 --- */

static enum err read_define_customer(const struct message *m, struct arena *arena, struct define_customer *d, struct why *why)
{
	Dunlin__Billing__V1__DefineCustomer *from;
	struct customer *c = &d->customer;

	READ(arena, billing__v1__define_customer, m, from, why);
	*d = (struct define_customer){ .business_time = { from->business_time } };
	c->merchant = span_of(from->merchant_id);
	c->ref = span_of(from->customer_ref);
	c->party.name = span_of(from->name);
	c->party.tax_id = span_of(from->tax_id);
	c->language = span_of(from->language);
	c->zone_name = span_of(from->zone);
	TRY(check_key(m, c->merchant, c->ref, why));
	TRY(read_list(arena, from->emails, from->n_emails, "emails", &c->emails, why));
	TRY(read_list(arena, from->ibans, from->n_ibans, "ibans", &c->ibans, why));
	TRY(read_address(arena, from->address, &c->party.address, why));
	TRY(read_terms(from->terms, &c->terms, why));
	TRY(field_number(from->billing_day, "billing_day", 0, 28, why));
	c->billing_day = (int)from->billing_day;
	d->has_currency = from->currency[0] != '\0';
	return d->has_currency ? read_currency(from->currency, "currency", &c->currency, why) : OK;
}

static enum err read_price(const Dunlin__Billing__V1__AddCharge *from, struct add_charge *c, struct why *why)
{
	c->has_amount = from->amount != NULL;
	c->has_quantity = from->quantity != NULL;
	c->has_unit_price = from->unit_price != NULL;
	c->has_currency = from->currency[0] != '\0';
	if (c->has_amount)
		TRY(read_money(from->amount, "amount", &c->amount, why));
	if (c->has_currency)
		TRY(read_currency(from->currency, "currency", &c->currency, why));
	TRY(read_decimal(from->quantity, "quantity", &c->quantity, why));
	return read_decimal(from->unit_price, "unit_price", &c->unit_price, why);
}

static enum err read_add_charge(const struct message *m, struct arena *arena, struct add_charge *c, struct why *why)
{
	Dunlin__Billing__V1__AddCharge *from;

	READ(arena, billing__v1__add_charge, m, from, why);
	*c = (struct add_charge){
		.merchant = span_of(from->merchant_id),
		.customer_ref = span_of(from->customer_ref),
		.external_ref = span_of(from->external_ref),
		.business_time = { from->business_time },
		.description = span_of(from->description),
		.unit = span_of(from->unit),
		.reason = span_of(from->tax_exemption_reason),
	};
	TRY(check_key(m, c->merchant, c->customer_ref, why));
	TRY(read_price(from, c, why));
	TRY(field_number(from->tax_category, "tax_category", TAX_STANDARD, TAX_CATEGORIES - 1, why));
	c->tax.category = (enum tax_category)from->tax_category;
	TRY(read_decimal(from->tax_rate, "tax_rate", &c->tax.rate, why));
	TRY(read_day(from->period_from, "period_from", &c->period.from, why));
	TRY(read_day(from->period_to, "period_to", &c->period.to, why));
	TRY(field_number(from->when, "when", 0, CHARGE_WHENS - 1, why));
	c->when = (enum charge_when)from->when;
	return OK;
}

static enum err read_issue_invoice(const struct message *m, struct arena *arena, struct issue_invoice *c, struct why *why)
{
	Dunlin__Billing__V1__IssueInvoice *from;

	READ(arena, billing__v1__issue_invoice, m, from, why);
	*c = (struct issue_invoice){
		.merchant = span_of(from->merchant_id),
		.customer_ref = span_of(from->customer_ref),
		.external_ref = span_of(from->external_ref),
		.buyer_reference = span_of(from->buyer_reference),
		.business_time = { from->business_time },
	};
	return check_key(m, c->merchant, c->customer_ref, why);
}

static enum err read_credit_lines(
	struct arena *arena, const Dunlin__Billing__V1__CreditInvoice *from, struct credit_invoice *c, struct why *why)
{
	struct credit_ask *lines = ARENA_ARRAY(arena, struct credit_ask, from->n_lines);

	for (size_t i = 0; i < from->n_lines; i++) {
		lines[i].line_no = from->lines[i]->line_no;
		TRY(read_money(from->lines[i]->net, arena_printf(arena, "lines[%zu].net", i), &lines[i].net, why));
	}
	c->lines = lines;
	c->line_count = from->n_lines;
	return OK;
}

static enum err read_credit_invoice(const struct message *m, struct arena *arena, struct credit_invoice *c, struct why *why)
{
	Dunlin__Billing__V1__CreditInvoice *from;

	READ(arena, billing__v1__credit_invoice, m, from, why);
	*c = (struct credit_invoice){
		.merchant = span_of(from->merchant_id),
		.customer_ref = span_of(from->customer_ref),
		.external_ref = span_of(from->external_ref),
		.business_time = { from->business_time },
		.by_id = from->invoice_id.len > 0,
		.invoice_number = span_of(from->invoice_number),
		.whole = from->whole,
		.reason = span_of(from->reason),
	};
	TRY(check_key(m, c->merchant, c->customer_ref, why));
	if (c->by_id && uuid_from_bytes(protobuf_bytes(from->invoice_id), &c->invoice_id) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "invoice_id", "invoice_id has %zu bytes, not 16", from->invoice_id.len);
	return read_credit_lines(arena, from, c, why);
}

static enum err read_cancel_draft(const struct message *m, struct arena *arena, struct cancel_draft *c, struct why *why)
{
	Dunlin__Billing__V1__CancelDraft *from;

	READ(arena, billing__v1__cancel_draft, m, from, why);
	*c = (struct cancel_draft){
		.merchant = span_of(from->merchant_id),
		.customer_ref = span_of(from->customer_ref),
		.external_ref = span_of(from->external_ref),
		.business_time = { from->business_time },
		.reason = span_of(from->reason),
	};
	return check_key(m, c->merchant, c->customer_ref, why);
}

/* --- either format, then the noun's own checks --- */

enum err wire_read_define_merchant(const struct message *m, struct arena *arena, struct define_merchant *to, struct why *why)
{
	TRY(json_read_define_merchant(m, arena, to, why));
	return define_merchant_check(to, why);
}

enum err wire_read_define_customer(const struct message *m, struct arena *arena, struct define_customer *to, struct why *why)
{
	TRY((m->format == FORMAT_JSON ? json_read_define_customer : read_define_customer)(m, arena, to, why));
	return define_customer_check(to, why);
}

enum err wire_read_add_charge(const struct message *m, struct arena *arena, struct add_charge *to, struct why *why)
{
	TRY((m->format == FORMAT_JSON ? json_read_add_charge : read_add_charge)(m, arena, to, why));
	return add_charge_check(to, why);
}

enum err wire_read_issue_invoice(const struct message *m, struct arena *arena, struct issue_invoice *to, struct why *why)
{
	TRY((m->format == FORMAT_JSON ? json_read_issue_invoice : read_issue_invoice)(m, arena, to, why));
	return issue_invoice_check(to, why);
}

enum err wire_read_credit_invoice(const struct message *m, struct arena *arena, struct credit_invoice *to, struct why *why)
{
	TRY((m->format == FORMAT_JSON ? json_read_credit_invoice : read_credit_invoice)(m, arena, to, why));
	return credit_invoice_check(to, why);
}

enum err wire_read_cancel_draft(const struct message *m, struct arena *arena, struct cancel_draft *to, struct why *why)
{
	TRY((m->format == FORMAT_JSON ? json_read_cancel_draft : read_cancel_draft)(m, arena, to, why));
	return cancel_draft_check(to, why);
}

/* --- dunlin.ledger.v1 --- */

enum err wire_read_item(const struct message *m, struct arena *arena, struct item *i, struct why *why)
{
	Dunlin__Ledger__V1__OpenItemChanged *from;

	READ(arena, ledger__v1__open_item_changed, m, from, why);
	*i = (struct item){ .merchant = span_of(from->merchant_id), .customer_ref = span_of(from->customer_ref) };
	TRY(check_key(m, i->merchant, i->customer_ref, why));
	if (uuid_from_bytes(protobuf_bytes(from->invoice_id), &i->invoice_id) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", "invoice_id", "invoice_id has %zu bytes, not 16", from->invoice_id.len);
	TRY(field_number(from->part, "part", 1, 10000, why));
	i->part = (int)from->part;
	i->revision = (int64_t)from->revision; /* what does not fit is below 0, and refused */
	TRY(field_number(from->state, "state", ITEM_OPEN, ITEM_SETTLED, why));
	i->state = (enum item_state)from->state;
	TRY(read_money(from->amount, "amount", &i->amount, why));
	TRY(read_money(from->allocated, "allocated", &i->allocated, why));
	TRY(read_money(from->credited, "credited", &i->credited, why));
	TRY(read_money(from->discounted, "discounted", &i->discounted, why));
	TRY(read_money(from->written_off, "written_off", &i->written_off, why));
	TRY(read_money(from->open, "open", &i->open, why));
	TRY(read_day(from->last_value_date, "last_value_date", &i->last_value_date, why));
	return item_check(i, why);
}

/* --- what was refused --- */

/* Field 3 is the business key of every command, so that each can be read as the one with the fewest fields. */
struct span wire_external_ref(const struct message *m, struct arena *arena)
{
	ProtobufCMessage *read;
	const Dunlin__Billing__V1__CancelDraft *command;
	struct span ref;

	if (m->format != FORMAT_PROTOBUF ||
		protobuf_read(arena, &dunlin__billing__v1__cancel_draft__descriptor, m->payload, &read, NULL) != OK)
		return (struct span){ 0 };
	command = (const Dunlin__Billing__V1__CancelDraft *)(const void *)read;
	ref = span_of(command->external_ref);
	return field_key(ref, "external_ref", 1, 128, NULL) == OK ? ref : (struct span){ 0 };
}
