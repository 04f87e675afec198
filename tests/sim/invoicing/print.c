#include "rows.h"

/* The rows as the tables have them. */

static void add_discount(struct text *t, const struct discount *d)
{
	text_span(t, discount_print(t->arena, d));
}

#define PRINT_DISCOUNT(function, of, member)                        \
	static void function(struct text *t, const void *row)       \
	{                                                           \
		add_discount(t, &((const struct of *)row)->member); \
	}

/* ---- documents ---- */

static bool is_issued(const void *row)
{
	return ((const struct invoice *)row)->state == INVOICE_ISSUED;
}

static bool falls_due(const void *row)
{
	return ((const struct invoice *)row)->draft.bill_on.known;
}

PRINT_LIST_WORD(invoice_state, invoice, state, invoice_state_names)
PRINT_DISCOUNT(invoice_discounts, invoice, discount)

static const struct print_column invoice_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, invoice, merchant),
	PRINT("invoice_id", PRINT_UUID, invoice, id),
	PRINT("customer_ref", PRINT_TEXT, invoice, customer_ref),
	PRINT("currency", PRINT_CURRENCY, invoice, currency),
	PRINT_OF("state", invoice_state),
	PRINT("revision", PRINT_INT8, invoice, revision),
	PRINT("waiting_count", PRINT_INT4, invoice, draft.count),
	PRINT("billing_count", PRINT_INT4, invoice, draft.billing_count),
	PRINT("last_position", PRINT_INT4, invoice, draft.last_position),
	PRINT("waiting_net", PRINT_INT8, invoice, draft.net.minor),
	PRINT_IF(falls_due, "bill_on", PRINT_DATE, invoice, draft.bill_on.date),
	PRINT_IF(is_issued, "series", PRINT_TEXT, invoice, number.series),
	PRINT_IF(is_issued, "number_year", PRINT_INT4, invoice, number.year),
	PRINT_IF(is_issued, "number_count", PRINT_INT8, invoice, number.count),
	PRINT_IF(is_issued, "number", PRINT_TEXT, invoice, number.text),
	PRINT_IF(is_issued, "rf_reference", PRINT_TEXT, invoice, rf),
	PRINT_IF(is_issued, "issued_at", PRINT_INSTANT, invoice, at),
	PRINT_IF(is_issued, "issue_date", PRINT_DATE, invoice, issue_date),
	PRINT_IF(is_issued, "due_date", PRINT_DATE, invoice, due_date),
	PRINT_IF(is_issued, "net", PRINT_INT8, invoice, totals.net.minor),
	PRINT_IF(is_issued, "tax", PRINT_INT8, invoice, totals.tax.minor),
	PRINT_IF(is_issued, "gross", PRINT_INT8, invoice, totals.gross.minor),
	PRINT("credited", PRINT_INT8, invoice, credited.minor),
	PRINT_IF(is_issued, "terms_text", PRINT_TEXT, invoice, terms_text),
	PRINT_IF(is_issued, "language", PRINT_TEXT, invoice, language),
	PRINT_IF(is_issued, "iban", PRINT_TEXT, invoice, account.iban),
	PRINT_IF(is_issued, "bic", PRINT_TEXT, invoice, account.bic),
	PRINT_IF(is_issued, "external_ref", PRINT_TEXT, invoice, external_ref),
	PRINT_IF(is_issued, "buyer_reference", PRINT_TEXT, invoice, buyer_reference),
	PRINT_IF(is_issued, "content_sha256", PRINT_DIGEST, invoice, content),
	PRINT_IF(is_issued, "token", PRINT_TEXT, invoice, token),
	PRINT_OF("discounts", invoice_discounts),
	PRINT_END,
};

/* What stands on a document, beside whose it is. */
struct on_invoice {
	struct span merchant;
	struct uuid invoice;
	int32_t number;
	struct line line;
	struct tax_total tax;
};

static bool has_from(const void *row)
{
	return ((const struct on_invoice *)row)->line.period.from.known;
}

static bool has_to(const void *row)
{
	return ((const struct on_invoice *)row)->line.period.to.known;
}

static const struct print_column line_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, on_invoice, merchant),
	PRINT("invoice_id", PRINT_UUID, on_invoice, invoice),
	PRINT("line_no", PRINT_INT4, on_invoice, line.number),
	PRINT("description", PRINT_TEXT, on_invoice, line.description),
	PRINT("quantity_unscaled", PRINT_INT8, on_invoice, line.quantity.unscaled),
	PRINT("quantity_scale", PRINT_INT4, on_invoice, line.quantity.scale),
	PRINT("unit", PRINT_TEXT, on_invoice, line.unit),
	PRINT("price_unscaled", PRINT_INT8, on_invoice, line.unit_price.unscaled),
	PRINT("price_scale", PRINT_INT4, on_invoice, line.unit_price.scale),
	PRINT("net", PRINT_INT8, on_invoice, line.net.minor),
	PRINT("tax_category", PRINT_INT4, on_invoice, line.tax.category),
	PRINT("rate_unscaled", PRINT_INT8, on_invoice, line.tax.rate.unscaled),
	PRINT("rate_scale", PRINT_INT4, on_invoice, line.tax.rate.scale),
	PRINT("exemption_reason", PRINT_TEXT, on_invoice, line.reason),
	PRINT_IF(has_from, "period_from", PRINT_DATE, on_invoice, line.period.from.date),
	PRINT_IF(has_to, "period_to", PRINT_DATE, on_invoice, line.period.to.date),
	PRINT("charge_ref", PRINT_TEXT, on_invoice, line.charge_ref),
	PRINT_END,
};

static const struct print_column tax_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, on_invoice, merchant),
	PRINT("invoice_id", PRINT_UUID, on_invoice, invoice),
	PRINT("tax_no", PRINT_INT4, on_invoice, number),
	PRINT("category", PRINT_INT4, on_invoice, tax.tax.category),
	PRINT("rate_unscaled", PRINT_INT8, on_invoice, tax.tax.rate.unscaled),
	PRINT("rate_scale", PRINT_INT4, on_invoice, tax.tax.rate.scale),
	PRINT("taxable", PRINT_INT8, on_invoice, tax.taxable.minor),
	PRINT("tax", PRINT_INT8, on_invoice, tax.amount.minor),
	PRINT("exemption_reason", PRINT_TEXT, on_invoice, tax.reason),
	PRINT_END,
};

static struct on_invoice *part_of(struct arena *arena, const struct invoice *v, size_t i)
{
	struct on_invoice *part = ARENA_NEW(arena, struct on_invoice);

	*part = (struct on_invoice){ .merchant = v->merchant, .invoice = v->id, .number = (int32_t)i + 1 };
	return part;
}

static const void *line_of(struct arena *arena, const void *row, size_t i)
{
	const struct invoice *v = row;
	struct on_invoice *part;

	if (v->state != INVOICE_ISSUED || i >= v->line_count)
		return NULL;
	part = part_of(arena, v, i);
	part->line = v->lines[i];
	return part;
}

static const void *tax_of(struct arena *arena, const void *row, size_t i)
{
	const struct invoice *v = row;
	struct on_invoice *part;

	if (v->state != INVOICE_ISSUED || i >= v->totals.tax_count)
		return NULL;
	part = part_of(arena, v, i);
	part->tax = v->totals.taxes[i];
	return part;
}

static const struct print_column credit_note_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, credit_note, merchant),
	PRINT("credit_note_id", PRINT_UUID, credit_note, id),
	PRINT("invoice_id", PRINT_UUID, credit_note, invoice_id),
	PRINT("customer_ref", PRINT_TEXT, credit_note, customer_ref),
	PRINT("invoice_number", PRINT_TEXT, credit_note, invoice_number),
	PRINT("currency", PRINT_CURRENCY, credit_note, currency),
	PRINT("series", PRINT_TEXT, credit_note, number.series),
	PRINT("number_year", PRINT_INT4, credit_note, number.year),
	PRINT("number_count", PRINT_INT8, credit_note, number.count),
	PRINT("number", PRINT_TEXT, credit_note, number.text),
	PRINT("issued_at", PRINT_INSTANT, credit_note, at),
	PRINT("issue_date", PRINT_DATE, credit_note, issue_date),
	PRINT("net", PRINT_INT8, credit_note, totals.net.minor),
	PRINT("tax", PRINT_INT8, credit_note, totals.tax.minor),
	PRINT("gross", PRINT_INT8, credit_note, totals.gross.minor),
	PRINT("credited_after", PRINT_INT8, credit_note, credited_after.minor),
	PRINT("revision", PRINT_INT8, credit_note, revision),
	PRINT("reason", PRINT_TEXT, credit_note, reason),
	PRINT("external_ref", PRINT_TEXT, credit_note, external_ref),
	PRINT("content_sha256", PRINT_DIGEST, credit_note, content),
	PRINT("token", PRINT_TEXT, credit_note, token),
	PRINT_END,
};

/* ---- charges ---- */

static bool charge_has_from(const void *row)
{
	return ((const struct charge *)row)->line.period.from.known;
}

static bool charge_has_to(const void *row)
{
	return ((const struct charge *)row)->line.period.to.known;
}

PRINT_LIST_WORD(charge_state, charge, state, charge_state_names)

static const struct print_column charge_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, charge, merchant),
	PRINT("external_ref", PRINT_TEXT, charge, external_ref),
	PRINT("customer_ref", PRINT_TEXT, charge, customer_ref),
	PRINT("charge_id", PRINT_UUID, charge, id),
	PRINT("invoice_id", PRINT_UUID, charge, invoice_id),
	PRINT("position", PRINT_INT4, charge, position),
	PRINT_OF("state", charge_state),
	PRINT("on_billing_day", PRINT_BOOL, charge, on_billing_day),
	PRINT("description", PRINT_TEXT, charge, line.description),
	PRINT("quantity_unscaled", PRINT_INT8, charge, line.quantity.unscaled),
	PRINT("quantity_scale", PRINT_INT4, charge, line.quantity.scale),
	PRINT("unit", PRINT_TEXT, charge, line.unit),
	PRINT("price_unscaled", PRINT_INT8, charge, line.unit_price.unscaled),
	PRINT("price_scale", PRINT_INT4, charge, line.unit_price.scale),
	PRINT("net", PRINT_INT8, charge, line.net.minor),
	PRINT("currency", PRINT_CURRENCY, charge, line.net.currency),
	PRINT("tax_category", PRINT_INT4, charge, line.tax.category),
	PRINT("rate_unscaled", PRINT_INT8, charge, line.tax.rate.unscaled),
	PRINT("rate_scale", PRINT_INT4, charge, line.tax.rate.scale),
	PRINT("exemption_reason", PRINT_TEXT, charge, line.reason),
	PRINT_IF(charge_has_from, "period_from", PRINT_DATE, charge, line.period.from.date),
	PRINT_IF(charge_has_to, "period_to", PRINT_DATE, charge, line.period.to.date),
	PRINT("arose_at", PRINT_INSTANT, charge, at),
	PRINT("content_sha256", PRINT_DIGEST, charge, content),
	PRINT("cancel_reason", PRINT_TEXT, charge, cancel_reason),
	PRINT_END,
};

/* ---- whom, and who ---- */

PRINT_DISCOUNT(customer_discounts, customer, terms.discount)
PRINT_DISCOUNT(merchant_discounts, merchant, terms.discount)

static const struct print_column customer_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, customer, merchant),
	PRINT("customer_ref", PRINT_TEXT, customer, ref),
	PRINT("customer_id", PRINT_UUID, customer, id),
	PRINT("revision", PRINT_INT8, customer, revision),
	PRINT("name", PRINT_TEXT, customer, party.name),
	PRINT("emails", PRINT_TEXT, customer, emails),
	PRINT("address_lines", PRINT_TEXT, customer, party.address.lines),
	PRINT("city", PRINT_TEXT, customer, party.address.city),
	PRINT("postal_code", PRINT_TEXT, customer, party.address.postal_code),
	PRINT("country", PRINT_TEXT, customer, party.address.country),
	PRINT("language", PRINT_TEXT, customer, language),
	PRINT("zone", PRINT_TEXT, customer, zone_name),
	PRINT("currency", PRINT_CURRENCY, customer, currency),
	PRINT("terms_kind", PRINT_INT4, customer, terms.kind),
	PRINT("terms_days", PRINT_INT4, customer, terms.days),
	PRINT("terms_day", PRINT_INT4, customer, terms.day),
	PRINT_OF("terms_discounts", customer_discounts),
	PRINT("tax_id", PRINT_TEXT, customer, party.tax_id),
	PRINT("billing_day", PRINT_INT4, customer, billing_day),
	PRINT("ibans", PRINT_TEXT, customer, ibans),
	PRINT("invoiced", PRINT_BOOL, customer, invoiced),
	PRINT_END,
};

static void transfer_accounts(struct text *t, const void *row)
{
	const struct merchant *m = row;

	text_span(t, accounts_print(t->arena, m->accounts, m->account_count));
}

static const struct print_column merchant_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, merchant, id),
	PRINT("revision", PRINT_INT8, merchant, revision),
	PRINT("name", PRINT_TEXT, merchant, party.name),
	PRINT("address_lines", PRINT_TEXT, merchant, party.address.lines),
	PRINT("city", PRINT_TEXT, merchant, party.address.city),
	PRINT("postal_code", PRINT_TEXT, merchant, party.address.postal_code),
	PRINT("country", PRINT_TEXT, merchant, party.address.country),
	PRINT("tax_id", PRINT_TEXT, merchant, party.tax_id),
	PRINT("zone", PRINT_TEXT, merchant, zone_name),
	PRINT("currency", PRINT_CURRENCY, merchant, currency),
	PRINT("language", PRINT_TEXT, merchant, language),
	PRINT("invoice_prefix", PRINT_TEXT, merchant, prefixes[DOCUMENT_INVOICE]),
	PRINT("credit_note_prefix", PRINT_TEXT, merchant, prefixes[DOCUMENT_CREDIT_NOTE]),
	PRINT_OF("transfer_accounts", transfer_accounts),
	PRINT("terms_kind", PRINT_INT4, merchant, terms.kind),
	PRINT("terms_days", PRINT_INT4, merchant, terms.days),
	PRINT("terms_day", PRINT_INT4, merchant, terms.day),
	PRINT_OF("terms_discounts", merchant_discounts),
	PRINT("email", PRINT_TEXT, merchant, email),
	PRINT_END,
};

PRINT_LIST_WORD(series_document, series, document, document_names)

static const struct print_column series_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, series, merchant),
	PRINT_OF("document", series_document),
	PRINT("series", PRINT_TEXT, series, name),
	PRINT("year", PRINT_INT4, series, year),
	PRINT("last_count", PRINT_INT8, series, last),
	PRINT_END,
};

static bool has_value_date(const void *row)
{
	return ((const struct item *)row)->last_value_date.known;
}

PRINT_LIST_WORD(item_state, item, state, item_state_names)

static const struct print_column item_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, item, merchant),
	PRINT("invoice_id", PRINT_UUID, item, invoice_id),
	PRINT("part", PRINT_INT4, item, part),
	PRINT("customer_ref", PRINT_TEXT, item, customer_ref),
	PRINT("revision", PRINT_INT8, item, revision),
	PRINT_OF("state", item_state),
	PRINT("currency", PRINT_CURRENCY, item, open.currency),
	PRINT("amount", PRINT_INT8, item, amount.minor),
	PRINT("allocated", PRINT_INT8, item, allocated.minor),
	PRINT("credited", PRINT_INT8, item, credited.minor),
	PRINT("discounted", PRINT_INT8, item, discounted.minor),
	PRINT("written_off", PRINT_INT8, item, written_off.minor),
	PRINT("open", PRINT_INT8, item, open.minor),
	PRINT_IF(has_value_date, "last_value_date", PRINT_DATE, item, last_value_date.date),
	PRINT_END,
};

#define ROWS(shelf) (offsetof(struct memory, tables) + (shelf) * sizeof(struct mem_table))

const struct print_table invoicing_tables[] = {
	{ "merchant", ROWS(SHELF_MERCHANTS), merchant_columns, NULL },
	{ "customer", ROWS(SHELF_CUSTOMERS), customer_columns, NULL },
	{ "charge", ROWS(SHELF_CHARGES), charge_columns, NULL },
	{ "invoice", ROWS(SHELF_INVOICES), invoice_columns, NULL },
	{ "invoice_line", ROWS(SHELF_INVOICES), line_columns, line_of },
	{ "invoice_tax", ROWS(SHELF_INVOICES), tax_columns, tax_of },
	{ "credit_note", ROWS(SHELF_CREDIT_NOTES), credit_note_columns, NULL },
	{ "number_series", ROWS(SHELF_SERIES), series_columns, NULL },
	{ "open_item", ROWS(SHELF_ITEMS), item_columns, NULL },
	{ NULL, 0, NULL, NULL },
};
