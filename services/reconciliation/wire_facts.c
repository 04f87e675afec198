#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "wire.h"
#include "wire_values.h"

const char topic_invoices[] = "dunlin.invoices.v1";
const char topic_customers[] = "dunlin.customers.v1";

typedef Dunlin__Invoices__V1__InvoiceIssued pb_invoice;
typedef Dunlin__Invoices__V1__CreditNoteIssued pb_credit_note;
typedef Dunlin__Invoices__V1__TaxTotal pb_tax;

/* The letters of EN 16931 BT-151 in the order of the contract's enum. */
static struct span category_of(int category)
{
	static const char *const letters[] = { "", "S", "Z", "E", "AE", "K", "G", "O", "L", "M" };
	return category > 0 && category < 10 ? span_of(letters[category]) : SPAN("O");
}

/* Rates of one category are one share: the ledger keeps tax by category. */
static enum err read_taxes(pb_tax **from, size_t n, struct currency currency, struct arena *arena, struct span *out, struct why *why)
{
	struct tax_share *shares = ARENA_ARRAY(arena, struct tax_share, n + 1);
	struct text t;
	size_t count = 0;
	text_init(&t, arena);
	for (size_t i = 0; i < n; i++) {
		struct span category = category_of((int)from[i]->category);
		struct money sum = money_zero(currency), tax = sum;
		size_t at = 0;
		TRY(wire_minor(from[i]->tax, currency, "tax_totals.tax", &tax.minor, why));
		while (at < count && !span_equal(shares[at].category, category))
			at++;
		if (at == count)
			shares[count++] = (struct tax_share){ category, 0 };
		sum.minor = shares[at].minor;
		TRY(money_add(sum, tax, &sum, why));
		shares[at].minor = sum.minor;
	}
	for (size_t i = 0; i < count; i++)
		share_add(&t, shares[i].category, shares[i].minor);
	*out = text_done(&t);
	return OK;
}

static enum err read_parts(
	const pb_invoice *from, struct currency currency, struct arena *arena, struct invoice_issued *to, struct why *why)
{
	struct issued_part *parts = ARENA_ARRAY(arena, struct issued_part, from->n_parts + 1);
	for (size_t i = 0; i < from->n_parts; i++) {
		parts[i].part = (int32_t)from->parts[i]->part;
		TRY(wire_minor(from->parts[i]->amount, currency, "parts.amount", &parts[i].minor, why));
		TRY(wire_date(from->parts[i]->due_date, "parts.due_date", &parts[i].due, why));
	}
	to->parts = parts;
	to->part_count = from->n_parts;
	return OK;
}

/* Their amounts follow from the shares, their last days from the days. */
static enum err read_discounts(const pb_invoice *from, struct arena *arena, struct span *out, struct why *why)
{
	struct text t;
	text_init(&t, arena);
	if (from->n_discounts > DISCOUNT_STEPS)
		return why_field(
			why, ERR_INVALID, "field_invalid", "discounts", "there are more than %d steps of a discount", DISCOUNT_STEPS);
	for (size_t i = 0; i < from->n_discounts; i++) {
		const Dunlin__Invoices__V1__EarlyPaymentDiscount *d = from->discounts[i];
		if (!d->basis_points || d->basis_points >= SHARE_WHOLE || d->days > POLICY_DAYS)
			return why_field(why, ERR_INVALID, "field_invalid", "discounts",
				"a discount is 1 to %d basis points within %d days", SHARE_WHOLE - 1, POLICY_DAYS);
		share_add(&t, span_of(arena_printf(arena, "%u", d->basis_points)), d->days);
	}
	*out = text_done(&t);
	return OK;
}

enum err wire_read_invoice(const struct message *m, struct arena *arena, struct invoice_issued *to, struct why *why)
{
	ProtobufCMessage *raw;
	struct invoice *v = &to->invoice;
	TRY(protobuf_read(arena, &dunlin__invoices__v1__invoice_issued__descriptor, m->payload, &raw, why));
	const pb_invoice *from = (const pb_invoice *)raw;
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &v->merchant, &v->customer, why));
	TRY(wire_uuid(from->invoice_id, "invoice_id", &v->id, why));
	TRY(wire_currency(from->currency, "currency", &v->currency, why));
	TRY(wire_minor(from->net, v->currency, "net", &v->net, why));
	TRY(wire_minor(from->gross, v->currency, "gross", &v->gross, why));
	TRY(wire_date(from->issue_date, "issue_date", &to->day, why));
	TRY(wire_text(from->number, "number", 1, 32, &v->number, why));
	TRY(wire_text(from->rf_reference, "rf_reference", 0, 25, &v->rf, why));
	TRY(read_taxes(from->tax_totals, from->n_tax_totals, v->currency, arena, &v->taxes, why));
	TRY(read_discounts(from, arena, &v->discounts, why));
	return read_parts(from, v->currency, arena, to, why);
}

enum err wire_read_credit_note(const struct message *m, struct arena *arena, struct credit_note *to, struct why *why)
{
	ProtobufCMessage *raw;
	TRY(protobuf_read(arena, &dunlin__invoices__v1__credit_note_issued__descriptor, m->payload, &raw, why));
	const pb_credit_note *from = (const pb_credit_note *)raw;
	struct text parts;
	text_init(&parts, arena);
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &to->merchant, &to->customer, why));
	TRY(wire_uuid(from->invoice_id, "invoice_id", &to->invoice, why));
	TRY(wire_uuid(from->credit_note_id, "credit_note_id", &to->id, why));
	TRY(wire_currency(from->currency, "currency", &to->currency, why));
	to->number = span_of(from->number);
	TRY(wire_minor(from->net, to->currency, "net", &to->net, why));
	TRY(wire_minor(from->gross, to->currency, "gross", &to->gross, why));
	TRY(wire_date(from->issue_date, "issue_date", &to->day, why));
	TRY(read_taxes(from->tax_totals, from->n_tax_totals, to->currency, arena, &to->taxes, why));
	for (size_t i = 0; i < from->n_parts; i++) {
		int64_t minor;
		TRY(wire_minor(from->parts[i]->amount, to->currency, "parts.amount", &minor, why));
		share_add(&parts, span_of(arena_printf(arena, "%u", from->parts[i]->part)), minor);
	}
	to->parts = text_done(&parts);
	return OK;
}

/* Of a message without a value the key is all that there is. */
static enum err read_key(const struct message *m, struct span *merchant, struct span *ref, struct why *why)
{
	if (message_key(m->key, merchant, ref) != OK)
		return why_field(why, ERR_INVALID, "key_invalid", "key", "the key is not merchant:customer");
	return OK;
}

enum err wire_read_customer(const struct message *m, struct arena *arena, struct customer_changed *to, struct why *why)
{
	ProtobufCMessage *raw;
	struct span merchant;
	if (!m->payload.at) {
		to->erased = true;
		return read_key(m, &merchant, &to->ref, why);
	}
	TRY(protobuf_read(arena, &dunlin__customers__v1__customer_changed__descriptor, m->payload, &raw, why));
	const Dunlin__Customers__V1__CustomerChanged *from = (const Dunlin__Customers__V1__CustomerChanged *)raw;
	struct span *ibans = ARENA_ARRAY(arena, struct span, from->n_ibans + 1);
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &merchant, &to->ref, why));
	to->revision = (int64_t)from->revision;
	for (size_t i = 0; i < from->n_ibans; i++)
		TRY(wire_text(from->ibans[i], "ibans", 1, 40, &ibans[i], why));
	to->ibans = ibans;
	to->iban_count = from->n_ibans;
	to->name = span_of(from->name);
	return OK;
}

enum err wire_read_merchant(const struct message *m, struct arena *arena, struct merchant *to, struct why *why)
{
	ProtobufCMessage *raw;
	struct span ref;
	if (!m->payload.at)
		return read_key(m, &to->id, &ref, why);
	TRY(protobuf_read(arena, &dunlin__customers__v1__merchant_defined__descriptor, m->payload, &raw, why));
	const Dunlin__Customers__V1__MerchantDefined *from = (const Dunlin__Customers__V1__MerchantDefined *)raw;
	TRY(wire_whose(m, from->merchant_id, from->customer_ref, &to->id, &ref, why));
	to->revision = (int64_t)from->revision;
	return wire_text(from->zone, "zone", 1, 64, &to->zone_name, why);
}
