#include <string.h>

#include "store_rows.h"

static int column(struct reader *in, const char *name)
{
	for (int i = 0; i < in->rows->columns; i++) {
		int at = (in->at + i) % in->rows->columns;

		if (strcmp(in->rows->names[at], name) == 0) {
			in->at = at + 1;
			return at;
		}
	}
	bug("no column %s", name);
}

struct span read_text(struct reader *in, const char *name)
{
	return rows_text(in->rows, in->row, column(in, name));
}

int32_t read_int4(struct reader *in, const char *name)
{
	return rows_int4(in->rows, in->row, column(in, name));
}

int64_t read_int8(struct reader *in, const char *name)
{
	return rows_int8(in->rows, in->row, column(in, name));
}

struct uuid read_uuid(struct reader *in, const char *name)
{
	return rows_uuid(in->rows, in->row, column(in, name));
}

struct date read_date(struct reader *in, const char *name)
{
	return rows_date(in->rows, in->row, column(in, name));
}

static bool read_bool(struct reader *in, const char *name)
{
	return rows_bool(in->rows, in->row, column(in, name));
}

static struct day read_day(struct reader *in, const char *name)
{
	int at = column(in, name);

	if (rows_is_null(in->rows, in->row, at))
		return (struct day){ 0 };
	return (struct day){ .known = true, .date = rows_date(in->rows, in->row, at) };
}

struct currency read_currency(struct reader *in, const char *name)
{
	struct currency currency;

	if (currency_parse(read_text(in, name), &currency) != OK)
		bug("column %s holds no currency", name);
	return currency;
}

struct money read_money(struct reader *in, const char *name, struct currency currency)
{
	struct money money;

	if (money_make(read_int8(in, name), currency, &money) != OK)
		bug("column %s holds no amount", name);
	return money;
}

static struct decimal read_decimal(struct reader *in, const char *unscaled, const char *scale)
{
	struct decimal d;
	int64_t digits = read_int8(in, unscaled);

	if (decimal_make(digits, read_int4(in, scale), &d) != OK)
		bug("columns %s and %s hold no decimal", unscaled, scale);
	return d;
}

static struct digest read_digest(struct reader *in, const char *name)
{
	struct span bytes = read_text(in, name);
	struct digest d = { 0 };

	if (bytes.size == sizeof d.b)
		memcpy(d.b, bytes.at, sizeof d.b);
	return d;
}

/* The place of a word in a list of words. */
static int read_word(struct reader *in, const char *name, const char *const *words)
{
	struct span word = read_text(in, name);

	for (int i = 0; words[i] != NULL; i++) {
		if (span_is(word, words[i]))
			return i;
	}
	bug("column %s holds no word that is known", name);
}

static struct address read_address(struct reader *in)
{
	return (struct address){
		.lines = read_text(in, "address_lines"),
		.city = read_text(in, "city"),
		.postal_code = read_text(in, "postal_code"),
		.country = read_text(in, "country"),
	};
}

static struct terms read_terms(struct reader *in)
{
	return (struct terms){
		.kind = (enum terms_kind)read_int4(in, "terms_kind"),
		.days = read_int4(in, "terms_days"),
		.day = read_int4(in, "terms_day"),
		.discount = discount_read(read_text(in, "terms_discounts")),
	};
}

struct merchant read_merchant(struct reader *in)
{
	struct merchant m = { .id = read_text(in, "merchant_id"), .revision = read_int8(in, "revision") };

	m.party.name = read_text(in, "name");
	m.party.address = read_address(in);
	m.party.tax_id = read_text(in, "tax_id");
	m.zone_name = read_text(in, "zone");
	m.zone = zone_load(span_cstr(in->arena, m.zone_name));
	m.currency = read_currency(in, "currency");
	m.language = read_text(in, "language");
	m.prefixes[DOCUMENT_INVOICE] = read_text(in, "invoice_prefix");
	m.prefixes[DOCUMENT_CREDIT_NOTE] = read_text(in, "credit_note_prefix");
	m.accounts = accounts_read(in->arena, read_text(in, "transfer_accounts"), &m.account_count);
	m.terms = read_terms(in);
	m.email = read_text(in, "email");
	return m;
}

struct customer read_customer(struct reader *in)
{
	struct customer c = { .merchant = read_text(in, "merchant_id"), .ref = read_text(in, "customer_ref") };

	c.id = read_uuid(in, "customer_id");
	c.revision = read_int8(in, "revision");
	c.party.name = read_text(in, "name");
	c.emails = read_text(in, "emails");
	c.party.address = read_address(in);
	c.language = read_text(in, "language");
	c.zone_name = read_text(in, "zone");
	c.currency = read_currency(in, "currency");
	c.terms = read_terms(in);
	c.party.tax_id = read_text(in, "tax_id");
	c.billing_day = read_int4(in, "billing_day");
	c.ibans = read_text(in, "ibans");
	c.invoiced = read_bool(in, "invoiced");
	return c;
}

struct series read_series(struct reader *in)
{
	static const char *const words[] = { "invoice", "credit_note", NULL };
	struct series s = { .merchant = read_text(in, "merchant_id") };

	s.document = (enum document)read_word(in, "document", words);
	s.name = read_text(in, "series");
	s.year = read_int4(in, "year");
	s.last = read_int8(in, "last_count");
	return s;
}

/* The columns that charges and lines of invoices have in common. */
static void read_goods(struct reader *in, struct line *line, struct currency currency)
{
	line->description = read_text(in, "description");
	line->quantity = read_decimal(in, "quantity_unscaled", "quantity_scale");
	line->unit = read_text(in, "unit");
	line->unit_price = read_decimal(in, "price_unscaled", "price_scale");
	line->net = read_money(in, "net", currency);
	line->tax.category = (enum tax_category)read_int4(in, "tax_category");
	line->tax.rate = read_decimal(in, "rate_unscaled", "rate_scale");
	line->reason = read_text(in, "exemption_reason");
	line->period.from = read_day(in, "period_from");
	line->period.to = read_day(in, "period_to");
}

struct charge read_charge(struct reader *in)
{
	struct charge c = { .merchant = read_text(in, "merchant_id"), .external_ref = read_text(in, "external_ref") };

	c.customer_ref = read_text(in, "customer_ref");
	c.id = read_uuid(in, "charge_id");
	c.invoice_id = read_uuid(in, "invoice_id");
	c.position = read_int4(in, "position");
	c.state = (enum charge_state)read_word(in, "state", charge_state_names);
	c.on_billing_day = read_bool(in, "on_billing_day");
	read_goods(in, &c.line, read_currency(in, "currency"));
	c.line.charge_ref = c.external_ref;
	c.at = rows_instant(in->rows, in->row, column(in, "arose_at"));
	c.content = read_digest(in, "content_sha256");
	c.cancel_reason = read_text(in, "cancel_reason");
	return c;
}

static void read_draft(struct reader *in, struct draft *d, struct currency currency)
{
	d->count = read_int4(in, "waiting_count");
	d->billing_count = read_int4(in, "billing_count");
	d->last_position = read_int4(in, "last_position");
	d->net = read_money(in, "waiting_net", currency);
	d->bill_on = read_day(in, "bill_on");
}

static struct number read_number(struct reader *in)
{
	return (struct number){
		.series = read_text(in, "series"),
		.year = read_int4(in, "number_year"),
		.count = read_int8(in, "number_count"),
		.text = read_text(in, "number"),
	};
}

static void read_document(struct reader *in, struct invoice *i)
{
	i->number = read_number(in);
	i->rf = read_text(in, "rf_reference");
	i->at = rows_instant(in->rows, in->row, column(in, "issued_at"));
	i->issue_date = read_date(in, "issue_date");
	i->due_date = read_date(in, "due_date");
	i->totals.net = read_money(in, "net", i->currency);
	i->totals.tax = read_money(in, "tax", i->currency);
	i->totals.gross = read_money(in, "gross", i->currency);
	i->credited = read_money(in, "credited", i->currency);
	i->terms_text = read_text(in, "terms_text");
	i->language = read_text(in, "language");
	i->account.iban = read_text(in, "iban");
	i->account.bic = read_text(in, "bic");
	i->external_ref = read_text(in, "external_ref");
	i->buyer_reference = read_text(in, "buyer_reference");
	i->content = read_digest(in, "content_sha256");
	i->token = read_text(in, "token");
	i->discount = discount_read(read_text(in, "discounts"));
	i->is_written = true;
}

struct invoice read_invoice(struct reader *in)
{
	struct invoice i = { .merchant = read_text(in, "merchant_id") };

	i.id = read_uuid(in, "invoice_id");
	i.customer_ref = read_text(in, "customer_ref");
	i.currency = read_currency(in, "currency");
	i.state = (enum invoice_state)read_word(in, "state", invoice_state_names);
	i.revision = read_int8(in, "revision");
	read_draft(in, &i.draft, i.currency);
	if (i.state == INVOICE_ISSUED)
		read_document(in, &i);
	return i;
}

struct credit_note read_credit_note(struct reader *in)
{
	struct credit_note n = { .merchant = read_text(in, "merchant_id"), .id = read_uuid(in, "credit_note_id") };

	n.invoice_id = read_uuid(in, "invoice_id");
	n.customer_ref = read_text(in, "customer_ref");
	n.invoice_number = read_text(in, "invoice_number");
	n.currency = read_currency(in, "currency");
	n.number = read_number(in);
	n.at = rows_instant(in->rows, in->row, column(in, "issued_at"));
	n.issue_date = read_date(in, "issue_date");
	n.totals.net = read_money(in, "net", n.currency);
	n.totals.tax = read_money(in, "tax", n.currency);
	n.totals.gross = read_money(in, "gross", n.currency);
	n.credited_after = read_money(in, "credited_after", n.currency);
	n.revision = read_int8(in, "revision");
	n.reason = read_text(in, "reason");
	n.external_ref = read_text(in, "external_ref");
	n.content = read_digest(in, "content_sha256");
	n.token = read_text(in, "token");
	return n;
}

struct line read_line(struct reader *in, struct currency currency)
{
	struct line line = { .number = read_int4(in, "line_no") };

	read_goods(in, &line, currency);
	line.charge_ref = read_text(in, "charge_ref");
	return line;
}

struct tax_total read_tax(struct reader *in, struct currency currency)
{
	struct tax_total t = { .tax.category = (enum tax_category)read_int4(in, "category") };

	t.tax.rate = read_decimal(in, "rate_unscaled", "rate_scale");
	t.taxable = read_money(in, "taxable", currency);
	t.amount = read_money(in, "tax", currency);
	t.reason = read_text(in, "exemption_reason");
	return t;
}

struct party read_party(struct reader *in)
{
	struct party p = { .name = read_text(in, "name") };

	p.address = read_address(in);
	p.tax_id = read_text(in, "tax_id");
	return p;
}

struct item read_item(struct reader *in)
{
	struct item i = { .merchant = read_text(in, "merchant_id"), .invoice_id = read_uuid(in, "invoice_id") };
	struct currency currency;

	i.part = read_int4(in, "part");
	i.customer_ref = read_text(in, "customer_ref");
	i.revision = read_int8(in, "revision");
	i.state = (enum item_state)read_word(in, "state", item_state_names);
	currency = read_currency(in, "currency");
	i.amount = read_money(in, "amount", currency);
	i.allocated = read_money(in, "allocated", currency);
	i.credited = read_money(in, "credited", currency);
	i.discounted = read_money(in, "discounted", currency);
	i.written_off = read_money(in, "written_off", currency);
	i.open = read_money(in, "open", currency);
	i.last_value_date = read_day(in, "last_value_date");
	return i;
}
