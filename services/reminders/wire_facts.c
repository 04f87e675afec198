#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "dunlin/payments/v1/payments.pb-c.h"
#include "protobuf.h"
#include "wire.h"

typedef Dunlin__Type__V1__Money pb_money;
typedef Dunlin__Type__V1__Date pb_date;

enum { PARTS = 1000 };

/* Decodes into the generated type and checks that the message belongs to its Kafka key. */
#define READ(descriptor, to, m, arena, why)                                                                \
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

static enum err read_currency(const char *from, const char *field, struct currency *currency, struct why *why)
{
	if (currency_parse(span_of(from), currency) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no currency", field);
	return OK;
}

static enum err read_money(const pb_money *from, const char *field, struct money *money, struct why *why)
{
	struct currency currency;

	if (from == NULL)
		return why_field(why, ERR_INVALID, "field_missing", field, "%s is missing", field);
	TRY(read_currency(from->currency, field, &currency, why));
	if (money_make(from->minor, currency, money) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no amount of money", field);
	return OK;
}

static enum err read_date(const pb_date *from, const char *field, struct date *date, struct why *why)
{
	if (from == NULL || date_ymd(from->year, from->month, from->day, date) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no date", field);
	return OK;
}

static enum err check_count(size_t n, const char *field, struct why *why)
{
	return n > 0 && n <= PARTS ? OK : why_field(why, ERR_INVALID, "field_invalid", field, "%s: there must be 1 to %d", field, PARTS);
}

/* ---- customers ---- */

static struct span accounts_text(struct arena *arena, const Dunlin__Customers__V1__MerchantDefined *from)
{
	struct text t;

	text_init(&t, arena);
	for (size_t i = 0; i < from->n_transfer_accounts; i++) {
		const char *currency = from->transfer_accounts[i]->currency;

		text_printf(&t, "%s %s\n", from->transfer_accounts[i]->iban, currency[0] != '\0' ? currency : "-");
	}
	return text_done(&t);
}

enum err wire_read_merchant(struct message *m, struct arena *arena, struct why *why)
{
	struct merchant *merchant = ARENA_NEW(arena, struct merchant);
	Dunlin__Customers__V1__MerchantDefined *from;

	READ(dunlin__customers__v1__merchant_defined__descriptor, from, m, arena, why);
	merchant->id = span_of(from->merchant_id);
	merchant->name = span_of(from->name);
	merchant->email = span_of(from->email);
	merchant->zone = span_of(from->zone);
	merchant->language = span_of(from->language);
	merchant->transfer_accounts = accounts_text(arena, from);
	TRY(read_revision(from->revision, &merchant->revision, why));
	m->body = merchant;
	return OK;
}

enum err wire_read_customer(struct message *m, struct arena *arena, struct why *why)
{
	struct customer *customer = ARENA_NEW(arena, struct customer);
	Dunlin__Customers__V1__CustomerChanged *from;

	if (m->payload.at == NULL) {
		if (message_key(m->key, &customer->merchant, &customer->ref) != OK)
			return why_field(why, ERR_INVALID, "key_wrong", "key", "the key is not merchant:customer");
		m->body = customer;
		return OK;
	}
	READ(dunlin__customers__v1__customer_changed__descriptor, from, m, arena, why);
	customer->merchant = span_of(from->merchant_id);
	customer->ref = span_of(from->customer_ref);
	customer->name = span_of(from->name);
	customer->email = from->n_emails > 0 ? span_of(from->emails[0]) : SPAN("");
	customer->zone = span_of(from->zone);
	customer->language = span_of(from->language);
	TRY(read_revision(from->revision, &customer->revision, why));
	m->body = customer;
	return OK;
}

/* ---- invoices ---- */

enum err wire_read_issued(struct message *m, struct arena *arena, struct why *why)
{
	struct issued *issued = ARENA_NEW(arena, struct issued);
	Dunlin__Invoices__V1__InvoiceIssued *from;
	struct issued_part *parts;

	READ(dunlin__invoices__v1__invoice_issued__descriptor, from, m, arena, why);
	issued->merchant = span_of(from->merchant_id);
	issued->customer = span_of(from->customer_ref);
	issued->number = span_of(from->number);
	issued->rf_reference = span_of(from->rf_reference);
	issued->document_path = span_of(from->document_path);
	TRY(read_id(from->invoice_id, "invoice_id", &issued->invoice, why));
	TRY(read_currency(from->currency, "currency", &issued->currency, why));
	TRY(check_count(from->n_parts, "parts", why));
	parts = ARENA_ARRAY(arena, struct issued_part, from->n_parts);
	for (size_t i = 0; i < from->n_parts; i++) {
		struct money amount;

		TRY(read_part(from->parts[i]->part, &parts[i].part, why));
		TRY(read_date(from->parts[i]->due_date, "parts.due_date", &parts[i].due, why));
		TRY(read_money(from->parts[i]->amount, "parts.amount", &amount, why));
		parts[i].amount = amount.minor;
	}
	issued->parts = parts;
	issued->part_count = from->n_parts;
	m->body = issued;
	return OK;
}

/* ---- ledger ---- */

enum err wire_read_open_item(struct message *m, struct arena *arena, struct why *why)
{
	struct item_fact *fact = ARENA_NEW(arena, struct item_fact);
	Dunlin__Ledger__V1__OpenItemChanged *from;
	struct money open;

	READ(dunlin__ledger__v1__open_item_changed__descriptor, from, m, arena, why);
	fact->merchant = span_of(from->merchant_id);
	fact->customer = span_of(from->customer_ref);
	fact->number = span_of(from->invoice_number);
	TRY(read_id(from->invoice_id, "invoice_id", &fact->invoice, why));
	TRY(read_revision(from->revision, &fact->revision, why));
	TRY(read_part(from->part, &fact->part, why));
	TRY(read_money(from->amount, "amount", &fact->amount, why));
	TRY(read_money(from->open, "open", &open, why));
	if (open.minor < 0 || !currency_equal(open.currency, fact->amount.currency))
		return why_field(why, ERR_INVALID, "field_invalid", "open", "open is negative, or not in the item's currency");
	fact->open = open.minor;
	m->body = fact;
	return OK;
}

enum err wire_read_account(struct message *m, struct arena *arena, struct why *why)
{
	struct account *fact = ARENA_NEW(arena, struct account);
	Dunlin__Ledger__V1__AccountDefined *from;

	READ(dunlin__ledger__v1__account_defined__descriptor, from, m, arena, why);
	fact->merchant = span_of(from->merchant_id);
	fact->collecting = from->collecting;
	fact->closed = from->closed;
	TRY(read_id(from->account_id, "account_id", &fact->id, why));
	TRY(read_revision(from->revision, &fact->defined_revision, why));
	TRY(read_currency(from->currency, "currency", &fact->currency, why));
	m->body = fact;
	return OK;
}

enum err wire_read_statement(struct message *m, struct arena *arena, struct why *why)
{
	struct statement_fact *fact = ARENA_NEW(arena, struct statement_fact);
	struct account *account = &fact->account;
	struct statement *statement = &fact->statement;
	Dunlin__Ledger__V1__StatementAccepted *from;
	struct money closing;

	READ(dunlin__ledger__v1__statement_accepted__descriptor, from, m, arena, why);
	account->merchant = statement->merchant = span_of(from->merchant_id);
	account->collecting = from->collecting;
	TRY(read_id(from->account_id, "account_id", &account->id, why));
	TRY(read_revision(from->revision, &account->cover_revision, why));
	TRY(read_money(from->closing, "closing", &closing, why));
	account->currency = closing.currency;
	statement->account = account->id;
	statement->revision = account->cover_revision;
	statement->has_cover = from->covered_to != NULL;
	if (statement->has_cover)
		TRY(read_date(from->covered_to, "covered_to", &statement->covered_to, why));
	fact->counts_at_once = !from->matched_follows;
	if (!fact->counts_at_once)
		TRY(read_id(from->statement_id, "statement_id", &statement->id, why));
	m->body = fact;
	return OK;
}

enum err wire_read_statement_undone(struct message *m, struct arena *arena, struct why *why)
{
	struct statement_fact *fact = ARENA_NEW(arena, struct statement_fact);
	struct account *account = &fact->account;
	struct statement *statement = &fact->statement;
	Dunlin__Ledger__V1__StatementUndone *from;
	struct money closing;

	READ(dunlin__ledger__v1__statement_undone__descriptor, from, m, arena, why);
	account->merchant = statement->merchant = span_of(from->merchant_id);
	account->collecting = from->collecting;
	TRY(read_id(from->account_id, "account_id", &account->id, why));
	TRY(read_revision(from->revision, &account->cover_revision, why));
	TRY(read_money(from->closing, "closing", &closing, why));
	account->currency = closing.currency;
	statement->account = account->id;
	statement->revision = account->cover_revision;
	statement->has_cover = from->covered_to != NULL;
	if (statement->has_cover)
		TRY(read_date(from->covered_to, "covered_to", &statement->covered_to, why));
	TRY(read_id(from->statement_id, "statement_id", &statement->id, why));
	m->body = fact;
	return OK;
}

enum err wire_read_statement_matched(struct message *m, struct arena *arena, struct why *why)
{
	struct statement_fact *fact = ARENA_NEW(arena, struct statement_fact);
	struct statement *statement = &fact->statement;
	Dunlin__Ledger__V1__StatementMatched *from;

	READ(dunlin__ledger__v1__statement_matched__descriptor, from, m, arena, why);
	statement->merchant = fact->account.merchant = span_of(from->merchant_id);
	TRY(read_id(from->account_id, "account_id", &fact->account.id, why));
	statement->account = fact->account.id;
	statement->is_matched = true;
	statement->receipts = from->receipt_count;
	TRY(read_id(from->statement_id, "statement_id", &statement->id, why));
	m->body = fact;
	return OK;
}

/* ---- what was paid ---- */

static void begin_receipt(struct paid *paid, const char *merchant, const char *customer, const char *source)
{
	paid->notice.kind = NOTICE_RECEIPT;
	paid->notice.merchant = span_of(merchant);
	paid->notice.customer = span_of(customer);
	paid->notice.source = span_of(source);
}

enum err wire_read_payment(struct message *m, struct arena *arena, struct why *why)
{
	struct paid *paid = ARENA_NEW(arena, struct paid);
	Dunlin__Payments__V1__PaymentSucceeded *from;
	struct notice_item *items;

	READ(dunlin__payments__v1__payment_succeeded__descriptor, from, m, arena, why);
	begin_receipt(paid, from->merchant_id, from->customer_ref, "payment");
	if (from->attempt == NULL)
		return why_field(why, ERR_INVALID, "field_missing", "attempt", "attempt is missing");
	TRY(read_id(from->attempt_id, "attempt_id", &paid->notice.source_id, why));
	TRY(read_money(from->attempt->captured, "attempt.captured", &paid->notice.amount, why));
	TRY(check_count(from->attempt->n_items, "attempt.items", why));
	items = ARENA_ARRAY(arena, struct notice_item, from->attempt->n_items);
	for (size_t i = 0; i < from->attempt->n_items; i++) {
		const Dunlin__Payments__V1__PaymentItem *item = from->attempt->items[i];

		TRY(read_id(item->invoice_id, "attempt.items.invoice_id", &items[i].invoice, why));
		TRY(read_part(item->part, &items[i].part, why));
		TRY(read_money(item->amount, "attempt.items.amount", &items[i].open, why));
		items[i].number = span_of(item->invoice_number);
		items[i].step = SPAN("receipt");
	}
	paid->notice.items = items;
	paid->notice.item_count = from->attempt->n_items;
	paid->is_ours = true;
	m->body = paid;
	return OK;
}

static enum err read_allocation(const Dunlin__Ledger__V1__Allocation *from, struct notice_item *item, struct why *why)
{
	TRY(read_id(from->invoice_id, "receipt.allocations.invoice_id", &item->invoice, why));
	TRY(read_part(from->part, &item->part, why));
	TRY(read_money(from->amount, "receipt.allocations.amount", &item->open, why));
	item->number = span_of(from->invoice_number);
	item->step = SPAN("receipt");
	return OK;
}

enum err wire_read_receipt(struct message *m, struct arena *arena, struct why *why)
{
	struct paid *paid = ARENA_NEW(arena, struct paid);
	Dunlin__Ledger__V1__ReceiptAllocated *from;
	struct notice_item *items;
	int64_t revision = 0;

	READ(dunlin__ledger__v1__receipt_allocated__descriptor, from, m, arena, why);
	begin_receipt(paid, from->merchant_id, from->customer_ref, "receipt");
	TRY(read_revision(from->revision, &revision, why));
	TRY(read_id(from->receipt_id, "receipt_id", &paid->notice.source_id, why));
	if (from->receipt == NULL)
		return why_field(why, ERR_INVALID, "field_missing", "receipt", "receipt is missing");
	TRY(read_money(from->receipt->amount, "receipt.amount", &paid->notice.amount, why));
	items = ARENA_ARRAY(arena, struct notice_item, from->receipt->n_allocations + 1);
	for (size_t i = 0; i < from->receipt->n_allocations; i++)
		TRY(read_allocation(from->receipt->allocations[i], &items[i], why));
	paid->notice.items = items;
	paid->notice.item_count = from->receipt->n_allocations;
	paid->is_ours = revision == 1 && from->receipt->kind != DUNLIN__LEDGER__V1__RECEIPT_KIND__RECEIPT_KIND_PROVIDER;
	if (from->statement_id.len > 0)
		TRY(read_id(from->statement_id, "statement_id", &paid->statement, why));
	m->body = paid;
	return OK;
}
