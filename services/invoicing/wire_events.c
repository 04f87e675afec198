#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "field.h"
#include "protobuf.h"
#include "wire.h"

typedef Dunlin__Type__V1__Money pb_money;
typedef Dunlin__Type__V1__Decimal pb_decimal;
typedef Dunlin__Type__V1__Date pb_date;
typedef Dunlin__Type__V1__Address pb_address;
typedef Dunlin__Type__V1__PaymentTerms pb_terms;
typedef Dunlin__Type__V1__TaxCategory pb_tax_category;
typedef Dunlin__Invoices__V1__InvoiceLine pb_line;
typedef Dunlin__Invoices__V1__TaxTotal pb_tax_total;

const char topic_billing[] = "dunlin.billing.v1";
const char topic_customers[] = "dunlin.customers.v1";
const char topic_invoices[] = "dunlin.invoices.v1";
const char topic_ledger[] = "dunlin.ledger.v1";

/* --- values --- */

static char *print_text(struct arena *arena, struct span s)
{
	return span_cstr(arena, s);
}

/* What others said about their message: only if every reader of ours can hold it. */
static char *print_foreign(struct arena *arena, struct span s)
{
	return print_text(arena, span_is_text(s) ? s : (struct span){ 0 });
}

static ProtobufCBinaryData print_id(struct arena *arena, struct uuid id)
{
	return (ProtobufCBinaryData){ .len = sizeof id.b, .data = arena_copy(arena, id.b, sizeof id.b) };
}

static pb_money *print_money(struct arena *arena, struct money money)
{
	pb_money *to = ARENA_NEW(arena, pb_money);

	dunlin__type__v1__money__init(to);
	to->minor = money.minor;
	to->currency = arena_strdup(arena, money.currency.code);
	return to;
}

static pb_decimal *print_decimal(struct arena *arena, struct decimal d)
{
	pb_decimal *to = ARENA_NEW(arena, pb_decimal);

	dunlin__type__v1__decimal__init(to);
	to->unscaled = d.unscaled;
	to->scale = (uint32_t)d.scale;
	return to;
}

static pb_date *print_date(struct arena *arena, struct date date)
{
	pb_date *to = ARENA_NEW(arena, pb_date);
	struct ymd p = date_parts(date);

	dunlin__type__v1__date__init(to);
	to->year = p.year;
	to->month = p.month;
	to->day = p.day;
	return to;
}

static pb_date *print_day(struct arena *arena, struct day day)
{
	return day.known ? print_date(arena, day.date) : NULL;
}

static char **print_list(struct arena *arena, struct span list, size_t most, size_t *n)
{
	char **to = ARENA_ARRAY(arena, char *, most);
	struct span item;

	for (*n = 0; *n < most && field_next(&list, &item); (*n)++)
		to[*n] = print_text(arena, item);
	return to;
}

static pb_address *print_address(struct arena *arena, const struct address *a)
{
	pb_address *to = ARENA_NEW(arena, pb_address);

	if (address_is_empty(a))
		return NULL;
	dunlin__type__v1__address__init(to);
	to->lines = print_list(arena, a->lines, ADDRESS_LINES, &to->n_lines);
	to->city = print_text(arena, a->city);
	to->postal_code = print_text(arena, a->postal_code);
	to->country = print_text(arena, a->country);
	return to;
}

static void print_steps(struct arena *arena, const struct discount *d, pb_terms *to)
{
	to->discounts = ARENA_ARRAY(arena, Dunlin__Type__V1__DiscountStep *, DISCOUNT_STEPS);
	to->n_discounts = (size_t)d->count;
	for (int i = 0; i < d->count; i++) {
		to->discounts[i] = ARENA_NEW(arena, Dunlin__Type__V1__DiscountStep);
		dunlin__type__v1__discount_step__init(to->discounts[i]);
		to->discounts[i]->basis_points = (uint32_t)d->steps[i].share;
		to->discounts[i]->days = (uint32_t)d->steps[i].days;
	}
}

static pb_terms *print_terms(struct arena *arena, const struct terms *t)
{
	pb_terms *to = ARENA_NEW(arena, pb_terms);

	dunlin__type__v1__payment_terms__init(to);
	to->kind = (Dunlin__Type__V1__TermsKind)t->kind;
	to->days = (uint32_t)t->days;
	to->day = (uint32_t)t->day;
	print_steps(arena, &t->discount, to);
	return to;
}

struct span wire_key(struct arena *arena, struct span merchant, struct span ref)
{
	return span_of(arena_printf(arena, "%.*s:%.*s", SPAN_ARG(merchant), SPAN_ARG(ref)));
}

#define SAY(say, topic, key, type, event) say_event(say, topic, key, "dunlin." type, protobuf_print(say_arena(say), &(event)->base))

/* --- dunlin.customers.v1 --- */

static void print_accounts(struct arena *arena, const struct merchant *m, Dunlin__Customers__V1__MerchantDefined *e)
{
	e->transfer_accounts = ARENA_ARRAY(arena, Dunlin__Customers__V1__TransferAccount *, m->account_count);
	e->n_transfer_accounts = m->account_count;
	for (size_t i = 0; i < m->account_count; i++) {
		Dunlin__Customers__V1__TransferAccount *to = ARENA_NEW(arena, Dunlin__Customers__V1__TransferAccount);

		dunlin__customers__v1__transfer_account__init(to);
		to->iban = print_text(arena, m->accounts[i].iban);
		to->bic = print_text(arena, m->accounts[i].bic);
		to->currency = print_text(arena, m->accounts[i].currency);
		e->transfer_accounts[i] = to;
	}
}

void wire_say_merchant(struct say *say, const struct merchant *m, struct instant now)
{
	struct arena *arena = say_arena(say);
	Dunlin__Customers__V1__MerchantDefined e;
	static char ref[] = "@merchant";

	dunlin__customers__v1__merchant_defined__init(&e);
	e.merchant_id = print_text(arena, m->id);
	e.customer_ref = ref;
	e.revision = (uint64_t)m->revision;
	e.business_time = now.us;
	e.name = print_text(arena, m->party.name);
	e.address = print_address(arena, &m->party.address);
	e.tax_id = print_text(arena, m->party.tax_id);
	e.zone = print_text(arena, m->zone_name);
	e.currency = arena_strdup(arena, m->currency.code);
	e.language = print_text(arena, m->language);
	e.invoice_prefix = print_text(arena, m->prefixes[DOCUMENT_INVOICE]);
	e.credit_note_prefix = print_text(arena, m->prefixes[DOCUMENT_CREDIT_NOTE]);
	print_accounts(arena, m, &e);
	e.terms = print_terms(arena, &m->terms);
	e.email = print_text(arena, m->email);
	SAY(say, topic_customers, wire_key(arena, m->id, span_of(ref)), "customers.v1.MerchantDefined", &e);
}

void wire_say_customer(struct say *say, const struct customer *c, struct instant now)
{
	struct arena *arena = say_arena(say);
	Dunlin__Customers__V1__CustomerChanged e;

	dunlin__customers__v1__customer_changed__init(&e);
	e.merchant_id = print_text(arena, c->merchant);
	e.customer_ref = print_text(arena, c->ref);
	e.customer_id = print_id(arena, c->id);
	e.revision = (uint64_t)c->revision;
	e.business_time = now.us;
	e.name = print_text(arena, c->party.name);
	e.emails = print_list(arena, c->emails, PARTY_EMAILS, &e.n_emails);
	e.address = print_address(arena, &c->party.address);
	e.language = print_text(arena, c->language);
	e.zone = print_text(arena, c->zone_name);
	e.currency = arena_strdup(arena, c->currency.code);
	e.terms = print_terms(arena, &c->terms);
	e.tax_id = print_text(arena, c->party.tax_id);
	e.billing_day = (uint32_t)c->billing_day;
	e.ibans = print_list(arena, c->ibans, PARTY_IBANS, &e.n_ibans);
	SAY(say, topic_customers, wire_key(arena, c->merchant, c->ref), "customers.v1.CustomerChanged", &e);
}

/* --- dunlin.invoices.v1 --- */

static pb_line *print_line(struct arena *arena, const struct line *line)
{
	pb_line *to = ARENA_NEW(arena, pb_line);

	dunlin__invoices__v1__invoice_line__init(to);
	to->line_no = (uint32_t)line->number;
	to->description = print_text(arena, line->description);
	to->quantity = print_decimal(arena, line->quantity);
	to->unit = print_text(arena, line->unit);
	to->unit_price = print_decimal(arena, line->unit_price);
	to->net = print_money(arena, line->net);
	to->tax_category = (pb_tax_category)line->tax.category;
	to->tax_rate = print_decimal(arena, line->tax.rate);
	to->period_from = print_day(arena, line->period.from);
	to->period_to = print_day(arena, line->period.to);
	to->charge_ref = print_text(arena, line->charge_ref);
	return to;
}

static pb_line **print_lines(struct arena *arena, const struct line *lines, size_t n)
{
	pb_line **to = ARENA_ARRAY(arena, pb_line *, n);

	for (size_t i = 0; i < n; i++)
		to[i] = print_line(arena, &lines[i]);
	return to;
}

static pb_tax_total **print_taxes(struct arena *arena, const struct totals *totals)
{
	pb_tax_total **to = ARENA_ARRAY(arena, pb_tax_total *, totals->tax_count);

	for (size_t i = 0; i < totals->tax_count; i++) {
		const struct tax_total *t = &totals->taxes[i];

		to[i] = ARENA_NEW(arena, pb_tax_total);
		dunlin__invoices__v1__tax_total__init(to[i]);
		to[i]->category = (pb_tax_category)t->tax.category;
		to[i]->rate = print_decimal(arena, t->tax.rate);
		to[i]->taxable = print_money(arena, t->taxable);
		to[i]->tax = print_money(arena, t->amount);
		to[i]->exemption_reason = print_text(arena, t->reason);
	}
	return to;
}

/* A simple invoice: one part. */
static void print_part(struct arena *arena, const struct invoice *invoice, Dunlin__Invoices__V1__InvoiceIssued *e)
{
	Dunlin__Invoices__V1__InvoicePart *part = ARENA_NEW(arena, Dunlin__Invoices__V1__InvoicePart);

	dunlin__invoices__v1__invoice_part__init(part);
	part->part = 1;
	part->due_date = print_date(arena, invoice->due_date);
	part->amount = print_money(arena, invoice->totals.gross);
	e->parts = ARENA_ARRAY(arena, Dunlin__Invoices__V1__InvoicePart *, 1);
	e->parts[0] = part;
	e->n_parts = 1;
}

static void print_discounts(struct arena *arena, const struct invoice *invoice, Dunlin__Invoices__V1__InvoiceIssued *e)
{
	const struct discount *d = &invoice->discount;

	e->discounts = ARENA_ARRAY(arena, Dunlin__Invoices__V1__EarlyPaymentDiscount *, DISCOUNT_STEPS);
	e->n_discounts = (size_t)d->count;
	for (int i = 0; i < d->count; i++) {
		Dunlin__Invoices__V1__EarlyPaymentDiscount *to = ARENA_NEW(arena, Dunlin__Invoices__V1__EarlyPaymentDiscount);

		dunlin__invoices__v1__early_payment_discount__init(to);
		to->basis_points = (uint32_t)d->steps[i].share;
		to->days = (uint32_t)d->steps[i].days;
		to->last_day = print_date(arena, discount_day(&d->steps[i], invoice->issue_date));
		to->amount = print_money(arena, discount_of(&d->steps[i], invoice->totals.gross));
		e->discounts[i] = to;
	}
}

void wire_say_invoice_issued(struct say *say, const struct invoice *i)
{
	struct arena *arena = say_arena(say);
	Dunlin__Invoices__V1__InvoiceIssued e;

	dunlin__invoices__v1__invoice_issued__init(&e);
	e.merchant_id = print_text(arena, i->merchant);
	e.customer_ref = print_text(arena, i->customer_ref);
	e.invoice_id = print_id(arena, i->id);
	e.revision = (uint64_t)i->revision;
	e.business_time = i->at.us;
	e.number = print_text(arena, i->number.text);
	e.rf_reference = print_text(arena, i->rf);
	e.currency = arena_strdup(arena, i->currency.code);
	e.lines = print_lines(arena, i->lines, i->line_count);
	e.n_lines = i->line_count;
	e.tax_totals = print_taxes(arena, &i->totals);
	e.n_tax_totals = i->totals.tax_count;
	e.net = print_money(arena, i->totals.net);
	e.tax = print_money(arena, i->totals.tax);
	e.gross = print_money(arena, i->totals.gross);
	e.issue_date = print_date(arena, i->issue_date);
	e.due_date = print_date(arena, i->due_date);
	print_part(arena, i, &e);
	e.terms_text = print_text(arena, invoice_terms(arena, i, i->totals.gross));
	e.document_path = print_text(arena, document_path(arena, DOCUMENT_INVOICE, i->token));
	e.external_ref = print_text(arena, i->external_ref);
	e.buyer_reference = print_text(arena, i->buyer_reference);
	print_discounts(arena, i, &e);
	SAY(say, topic_invoices, wire_key(arena, i->merchant, i->customer_ref), "invoices.v1.InvoiceIssued", &e);
}

static void print_part_credited(struct arena *arena, const struct credit_note *c, Dunlin__Invoices__V1__CreditNoteIssued *e)
{
	Dunlin__Invoices__V1__PartCredited *part = ARENA_NEW(arena, Dunlin__Invoices__V1__PartCredited);

	dunlin__invoices__v1__part_credited__init(part);
	part->part = 1;
	part->amount = print_money(arena, c->totals.gross);
	part->credited_after = print_money(arena, c->credited_after);
	e->parts = ARENA_ARRAY(arena, Dunlin__Invoices__V1__PartCredited *, 1);
	e->parts[0] = part;
	e->n_parts = 1;
}

void wire_say_credit_note_issued(struct say *say, const struct credit_note *c)
{
	struct arena *arena = say_arena(say);
	Dunlin__Invoices__V1__CreditNoteIssued e;

	dunlin__invoices__v1__credit_note_issued__init(&e);
	e.merchant_id = print_text(arena, c->merchant);
	e.customer_ref = print_text(arena, c->customer_ref);
	e.invoice_id = print_id(arena, c->invoice_id);
	e.revision = (uint64_t)c->revision;
	e.business_time = c->at.us;
	e.credit_note_id = print_id(arena, c->id);
	e.number = print_text(arena, c->number.text);
	e.invoice_number = print_text(arena, c->invoice_number);
	e.currency = arena_strdup(arena, c->currency.code);
	e.lines = print_lines(arena, c->lines, c->line_count);
	e.n_lines = c->line_count;
	e.tax_totals = print_taxes(arena, &c->totals);
	e.n_tax_totals = c->totals.tax_count;
	e.net = print_money(arena, c->totals.net);
	e.tax = print_money(arena, c->totals.tax);
	e.gross = print_money(arena, c->totals.gross);
	e.issue_date = print_date(arena, c->issue_date);
	e.reason = print_text(arena, c->reason);
	print_part_credited(arena, c, &e);
	e.credited_after = print_money(arena, c->credited_after);
	e.document_path = print_text(arena, document_path(arena, DOCUMENT_CREDIT_NOTE, c->token));
	e.external_ref = print_text(arena, c->external_ref);
	SAY(say, topic_invoices, wire_key(arena, c->merchant, c->customer_ref), "invoices.v1.CreditNoteIssued", &e);
}

static Dunlin__Invoices__V1__RefusalKind refusal_kind(enum err err)
{
	switch (err) {
	case ERR_INVALID: return DUNLIN__INVOICES__V1__REFUSAL_KIND__REFUSAL_KIND_INVALID;
	case ERR_NOT_FOUND: return DUNLIN__INVOICES__V1__REFUSAL_KIND__REFUSAL_KIND_NOT_FOUND;
	case ERR_CONFLICT: return DUNLIN__INVOICES__V1__REFUSAL_KIND__REFUSAL_KIND_CONFLICT;
	case OK:
	case ERR_REFUSED:
	case ERR_RETRY:
	case ERR_BUG: break;
	}
	return DUNLIN__INVOICES__V1__REFUSAL_KIND__REFUSAL_KIND_REFUSED;
}

void wire_say_refused(struct say *say, const struct message *m, const struct why *why, struct instant now)
{
	struct arena *arena = say_arena(say);
	Dunlin__Invoices__V1__CommandRefused e;
	struct span merchant, ref;

	/* A key that is none belongs to no stream: the dead letter is all that there is of it. */
	if (message_key(m->key, &merchant, &ref) != OK || field_merchant(merchant, NULL) != OK || field_customer(ref, NULL) != OK)
		return;
	dunlin__invoices__v1__command_refused__init(&e);
	e.merchant_id = print_text(arena, merchant);
	e.customer_ref = print_text(arena, ref);
	e.refusal_id = print_id(arena, say_id(say));
	e.revision = 1;
	e.business_time = now.us;
	e.command_source = print_foreign(arena, m->source);
	e.command_id = print_foreign(arena, m->id);
	e.command_type = print_foreign(arena, m->type);
	e.external_ref = print_text(arena, wire_external_ref(m, arena));
	e.kind = refusal_kind(why->err);
	e.code = arena_strdup(arena, why->code);
	e.reason = arena_strdup(arena, why->text);
	e.topic = print_foreign(arena, m->topic);
	e.partition = m->partition;
	e.offset = m->offset;
	SAY(say, topic_invoices, m->key, "invoices.v1.CommandRefused", &e);
}
