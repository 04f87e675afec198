#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "protobuf.h"
#include "wire.h"

typedef Dunlin__Type__V1__Money pb_money;

#define PARTS 1000

/* Decodes into the generated type and checks that the message belongs to its Kafka key. */
#define READ(type, descriptor, to, m, arena, why)                                                          \
	TRY(protobuf_read((arena), &descriptor, (m)->payload, (ProtobufCMessage **)(void *)&(to), (why))); \
	TRY(check_key((m), (to)->merchant_id, (to)->customer_ref, (why)))

static enum err check_key(const struct message *m, const char *merchant, const char *ref, struct why *why)
{
	struct span key_merchant, key_ref;

	if (message_key(m->key, &key_merchant, &key_ref) != OK || !span_is(key_merchant, merchant) || !span_is(key_ref, ref))
		return why_field(why, ERR_INVALID, "key_wrong", "customer_ref", "the message is not of the customer that its key names");
	return OK;
}

static enum err read_id(ProtobufCBinaryData from, const char *field, struct uuid *id, struct why *why)
{
	if (uuid_from_bytes(protobuf_bytes(from), id) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is not 16 bytes", field);
	return OK;
}

static enum err read_revision(uint64_t from, int64_t *revision, struct why *why)
{
	if (from == 0 || from > INT64_MAX)
		return why_field(why, ERR_INVALID, "field_invalid", "revision", "revisions count from 1");
	*revision = (int64_t)from;
	return OK;
}

static enum err read_part(uint32_t from, int32_t *part, struct why *why)
{
	if (from == 0 || from > INT32_MAX)
		return why_field(why, ERR_INVALID, "field_invalid", "part", "parts count from 1");
	*part = (int32_t)from;
	return OK;
}

static enum err read_money(const pb_money *from, const char *field, struct money *money, struct why *why)
{
	struct currency currency;

	if (from == NULL)
		return why_field(why, ERR_INVALID, "field_missing", field, "%s is missing", field);
	if (currency_parse(span_of(from->currency), &currency) != OK || money_make(from->minor, currency, money) != OK || from->minor < 0)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no amount of money of 0 or more", field);
	return OK;
}

static enum err read_date(const Dunlin__Type__V1__Date *from, const char *field, struct date *date, struct why *why)
{
	if (from == NULL || date_ymd(from->year, from->month, from->day, date) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no date", field);
	return OK;
}

static enum err check_count(size_t n, struct why *why)
{
	return n > 0 && n <= PARTS ? OK : why_field(why, ERR_INVALID, "field_invalid", "parts", "an invoice has 1 to %d parts", PARTS);
}

static enum err read_issued_part(const Dunlin__Invoices__V1__InvoicePart *from, struct part_fact *part, struct why *why)
{
	TRY(read_part(from->part, &part->part, why));
	TRY(read_money(from->amount, "parts.amount", &part->amount, why));
	return read_date(from->due_date, "parts.due_date", &part->due, why);
}

enum err wire_read_issued(struct message *m, struct arena *arena, struct why *why)
{
	struct invoice_fact *fact = ARENA_NEW(arena, struct invoice_fact);
	Dunlin__Invoices__V1__InvoiceIssued *from;
	struct part_fact *parts;

	READ(InvoiceIssued, dunlin__invoices__v1__invoice_issued__descriptor, from, m, arena, why);
	fact->merchant = span_of(from->merchant_id);
	fact->customer = span_of(from->customer_ref);
	fact->number = span_of(from->number);
	TRY(read_id(from->invoice_id, "invoice_id", &fact->invoice, why));
	TRY(read_revision(from->revision, &fact->revision, why));
	TRY(check_count(from->n_parts, why));
	parts = ARENA_ARRAY(arena, struct part_fact, from->n_parts);
	for (size_t i = 0; i < from->n_parts; i++)
		TRY(read_issued_part(from->parts[i], &parts[i], why));
	fact->parts = parts;
	fact->part_count = from->n_parts;
	m->body = fact;
	return OK;
}

static enum err read_credited_part(const Dunlin__Invoices__V1__PartCredited *from, struct part_fact *part, struct why *why)
{
	TRY(read_part(from->part, &part->part, why));
	TRY(read_money(from->credited_after, "parts.credited_after", &part->amount, why));
	part->credited_after = part->amount.minor;
	return OK;
}

enum err wire_read_credited(struct message *m, struct arena *arena, struct why *why)
{
	struct invoice_fact *fact = ARENA_NEW(arena, struct invoice_fact);
	Dunlin__Invoices__V1__CreditNoteIssued *from;
	struct part_fact *parts;

	READ(CreditNoteIssued, dunlin__invoices__v1__credit_note_issued__descriptor, from, m, arena, why);
	fact->merchant = span_of(from->merchant_id);
	fact->customer = span_of(from->customer_ref);
	fact->number = span_of(from->invoice_number);
	TRY(read_id(from->invoice_id, "invoice_id", &fact->invoice, why));
	TRY(read_revision(from->revision, &fact->revision, why));
	TRY(check_count(from->n_parts, why));
	parts = ARENA_ARRAY(arena, struct part_fact, from->n_parts);
	for (size_t i = 0; i < from->n_parts; i++)
		TRY(read_credited_part(from->parts[i], &parts[i], why));
	fact->parts = parts;
	fact->part_count = from->n_parts;
	m->body = fact;
	return OK;
}

enum err wire_read_open_item(struct message *m, struct arena *arena, struct why *why)
{
	struct item_fact *fact = ARENA_NEW(arena, struct item_fact);
	Dunlin__Ledger__V1__OpenItemChanged *from;
	struct money open;

	READ(OpenItemChanged, dunlin__ledger__v1__open_item_changed__descriptor, from, m, arena, why);
	fact->merchant = span_of(from->merchant_id);
	fact->customer = span_of(from->customer_ref);
	fact->number = span_of(from->invoice_number);
	TRY(read_id(from->invoice_id, "invoice_id", &fact->invoice, why));
	TRY(read_revision(from->revision, &fact->revision, why));
	TRY(read_part(from->part, &fact->part, why));
	TRY(read_money(from->amount, "amount", &fact->amount, why));
	TRY(read_money(from->open, "open", &open, why));
	if (!currency_equal(open.currency, fact->amount.currency))
		return why_field(why, ERR_INVALID, "currency_wrong", "open", "open is not in the item's currency");
	fact->open = open.minor;
	m->body = fact;
	return OK;
}

enum err wire_read_receipt(struct message *m, struct arena *arena, struct why *why)
{
	struct receipt_fact *fact = ARENA_NEW(arena, struct receipt_fact);
	Dunlin__Ledger__V1__ReceiptAllocated *from;

	READ(ReceiptAllocated, dunlin__ledger__v1__receipt_allocated__descriptor, from, m, arena, why);
	fact->merchant = span_of(from->merchant_id);
	fact->customer = span_of(from->customer_ref);
	if (from->receipt == NULL)
		return why_field(why, ERR_INVALID, "field_missing", "receipt", "receipt is missing");
	fact->is_payment = from->receipt->kind == DUNLIN__LEDGER__V1__RECEIPT_KIND__RECEIPT_KIND_PROVIDER;
	if (fact->is_payment)
		TRY(read_id(from->receipt->source_id, "receipt.source_id", &fact->attempt, why));
	m->body = fact;
	return OK;
}

enum err wire_read_merchant(struct message *m, struct arena *arena, struct why *why)
{
	struct merchant *merchant = ARENA_NEW(arena, struct merchant);
	Dunlin__Customers__V1__MerchantDefined *from;

	READ(MerchantDefined, dunlin__customers__v1__merchant_defined__descriptor, from, m, arena, why);
	merchant->id = span_of(from->merchant_id);
	merchant->name = span_of(from->name);
	merchant->email = span_of(from->email);
	TRY(read_revision(from->revision, &merchant->revision, why));
	m->body = merchant;
	return OK;
}
