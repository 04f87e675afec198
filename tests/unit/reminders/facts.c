#include "facts.h"

#include <string.h>

#include "arena.h"
#include "dunlin/customers/v1/customers.pb-c.h"
#include "dunlin/invoices/v1/invoices.pb-c.h"
#include "dunlin/ledger/v1/ledger.pb-c.h"
#include "dunlin/payments/v1/payments.pb-c.h"
#include "protobuf.h"

typedef Dunlin__Type__V1__Money pb_money;
typedef Dunlin__Type__V1__Date pb_date;

static struct uuid id_of(int sort, int n)
{
	return (struct uuid){ { 0x01, 0x90, 0, 0, 0, 0, 0x70, (uint8_t)sort, 0x80, 0, 0, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n } };
}

struct uuid fact_invoice(int n)
{
	return id_of(1, n);
}

struct uuid fact_account_id(void)
{
	return id_of(2, 1);
}

struct date fact_date(const char *text)
{
	struct date date;

	if (date_parse(span_of(text), &date) != OK)
		bug("no date: %s", text);
	return date;
}

static ProtobufCBinaryData data(struct arena *arena, struct uuid id)
{
	return protobuf_data(span_copy(arena, uuid_span(&id)));
}

static char *text(struct arena *arena, const char *value)
{
	return arena_strdup(arena, value);
}

static pb_money *money(struct arena *arena, int64_t minor)
{
	pb_money *m = ARENA_NEW(arena, pb_money);

	dunlin__type__v1__money__init(m);
	m->minor = minor;
	m->currency = text(arena, "EUR");
	return m;
}

static pb_date *date(struct arena *arena, const char *value)
{
	pb_date *d = ARENA_NEW(arena, pb_date);
	struct ymd parts = date_parts(fact_date(value));

	dunlin__type__v1__date__init(d);
	d->year = parts.year;
	d->month = parts.month;
	d->day = parts.day;
	return d;
}

/* As it comes from Kafka. */
static struct message *message(struct arena *arena, const char *topic, const char *ref, const char *type, struct span payload)
{
	static int made;
	struct message *m = ARENA_NEW(arena, struct message);

	m->own = true;
	m->time = (struct instant){ INT64_C(1790000000000000) };
	m->event_id = id_of(9, ++made);
	m->source = SPAN("dunlin/other");
	m->id = span_of(uuid_text(arena, m->event_id));
	m->type = span_of(type);
	m->payload = payload;
	m->fate = FATE_SET_ASIDE;
	m->topic = span_of(topic);
	m->key = span_of(arena_printf(arena, "nord:%s", ref));
	m->offset = made;
	return m;
}

static struct message *pack(struct arena *arena, const char *topic, const char *ref, const ProtobufCMessage *m)
{
	return message(arena, topic, ref, m->descriptor->name, protobuf_print(arena, m));
}

struct message *fact_merchant(struct arena *arena, int revision, const char *name)
{
	Dunlin__Customers__V1__MerchantDefined m = DUNLIN__CUSTOMERS__V1__MERCHANT_DEFINED__INIT;
	Dunlin__Customers__V1__TransferAccount account = DUNLIN__CUSTOMERS__V1__TRANSFER_ACCOUNT__INIT, *accounts[] = { &account };

	account.iban = text(arena, "DE89370400440532013000");
	m.merchant_id = text(arena, "nord");
	m.customer_ref = text(arena, "@merchant");
	m.revision = (uint64_t)revision;
	m.name = text(arena, name);
	m.zone = text(arena, "Europe/Berlin");
	m.language = text(arena, "de");
	m.email = text(arena, "billing@nord.example");
	m.n_transfer_accounts = 1;
	m.transfer_accounts = accounts;
	return pack(arena, "dunlin.customers.v1", "@merchant", &m.base);
}

struct message *fact_customer(struct arena *arena, const char *ref, int revision, const char *email, const char *zone, const char *language)
{
	Dunlin__Customers__V1__CustomerChanged m = DUNLIN__CUSTOMERS__V1__CUSTOMER_CHANGED__INIT;
	char *emails[] = { text(arena, email != NULL ? email : "") };

	m.merchant_id = text(arena, "nord");
	m.customer_ref = text(arena, ref);
	m.revision = (uint64_t)revision;
	m.name = text(arena, "Ada & Söhne");
	m.n_emails = email != NULL;
	m.emails = emails;
	m.zone = text(arena, zone);
	m.language = text(arena, language);
	return pack(arena, "dunlin.customers.v1", ref, &m.base);
}

struct message *fact_erased(struct arena *arena, const char *ref)
{
	return message(arena, "dunlin.customers.v1", ref, "dunlin.customers.v1.CustomerChanged", (struct span){ NULL, 0 });
}

struct message *fact_issued(struct arena *arena, const char *ref, int n, const char *due, int64_t minor)
{
	Dunlin__Invoices__V1__InvoiceIssued m = DUNLIN__INVOICES__V1__INVOICE_ISSUED__INIT;
	Dunlin__Invoices__V1__InvoicePart part = DUNLIN__INVOICES__V1__INVOICE_PART__INIT, *parts[] = { &part };

	part.part = 1;
	part.due_date = date(arena, due);
	part.amount = money(arena, minor);
	m.merchant_id = text(arena, "nord");
	m.customer_ref = text(arena, ref);
	m.invoice_id = data(arena, fact_invoice(n));
	m.revision = 1;
	m.number = arena_printf(arena, "NORD-%d", n);
	m.rf_reference = text(arena, "RF18539007547034");
	m.currency = text(arena, "EUR");
	m.document_path = arena_printf(arena, "/i/%d", n);
	m.n_parts = 1;
	m.parts = parts;
	return pack(arena, "dunlin.invoices.v1", ref, &m.base);
}

struct message *fact_open(struct arena *arena, const char *ref, int n, int revision, int64_t open)
{
	Dunlin__Ledger__V1__OpenItemChanged m = DUNLIN__LEDGER__V1__OPEN_ITEM_CHANGED__INIT;

	m.merchant_id = text(arena, "nord");
	m.customer_ref = text(arena, ref);
	m.invoice_id = data(arena, fact_invoice(n));
	m.revision = (uint64_t)revision;
	m.part = 1;
	m.invoice_number = arena_printf(arena, "NORD-%d", n);
	m.amount = money(arena, 10000);
	m.open = money(arena, open);
	return pack(arena, "dunlin.ledger.v1", ref, &m.base);
}

static char *account_ref(struct arena *arena)
{
	return arena_printf(arena, "@account:%s", uuid_text(arena, fact_account_id()));
}

struct message *fact_account(struct arena *arena, int revision, bool collecting, bool closed)
{
	Dunlin__Ledger__V1__AccountDefined m = DUNLIN__LEDGER__V1__ACCOUNT_DEFINED__INIT;

	m.merchant_id = text(arena, "nord");
	m.customer_ref = account_ref(arena);
	m.account_id = data(arena, fact_account_id());
	m.revision = (uint64_t)revision;
	m.currency = text(arena, "EUR");
	m.collecting = collecting;
	m.closed = closed;
	return pack(arena, "dunlin.ledger.v1", m.customer_ref, &m.base);
}

static struct message *accepted(struct arena *arena, int n, int revision, const char *covered_to)
{
	Dunlin__Ledger__V1__StatementAccepted m = DUNLIN__LEDGER__V1__STATEMENT_ACCEPTED__INIT;

	m.merchant_id = text(arena, "nord");
	m.customer_ref = account_ref(arena);
	m.account_id = data(arena, fact_account_id());
	m.revision = (uint64_t)revision;
	m.closing = money(arena, 0);
	m.covered_to = date(arena, covered_to);
	m.collecting = true;
	if (n > 0)
		m.statement_id = data(arena, id_of(6, n));
	m.matched_follows = n > 0;
	return pack(arena, "dunlin.ledger.v1", m.customer_ref, &m.base);
}

struct message *fact_statement(struct arena *arena, int revision, const char *covered_to)
{
	return accepted(arena, 0, revision, covered_to);
}

struct message *fact_accepted(struct arena *arena, int n, int revision, const char *covered_to)
{
	return accepted(arena, n, revision, covered_to);
}

struct message *fact_undone(struct arena *arena, int n, int revision, const char *covered_to)
{
	Dunlin__Ledger__V1__StatementUndone m = DUNLIN__LEDGER__V1__STATEMENT_UNDONE__INIT;

	m.merchant_id = text(arena, "nord");
	m.customer_ref = account_ref(arena);
	m.account_id = data(arena, fact_account_id());
	m.revision = (uint64_t)revision;
	m.statement_id = data(arena, id_of(6, n));
	m.closing = money(arena, 0);
	m.covered_to = covered_to != NULL ? date(arena, covered_to) : NULL;
	m.collecting = true;
	return pack(arena, "dunlin.ledger.v1", m.customer_ref, &m.base);
}

struct message *fact_matched(struct arena *arena, int n, unsigned receipts)
{
	Dunlin__Ledger__V1__StatementMatched m = DUNLIN__LEDGER__V1__STATEMENT_MATCHED__INIT;

	m.merchant_id = text(arena, "nord");
	m.customer_ref = account_ref(arena);
	m.statement_id = data(arena, id_of(6, n));
	m.revision = 1;
	m.account_id = data(arena, fact_account_id());
	m.receipt_count = receipts;
	return pack(arena, "dunlin.ledger.v1", m.customer_ref, &m.base);
}

struct message *fact_payment(struct arena *arena, const char *ref, int attempt, int n, int64_t minor)
{
	Dunlin__Payments__V1__PaymentSucceeded m = DUNLIN__PAYMENTS__V1__PAYMENT_SUCCEEDED__INIT;
	Dunlin__Payments__V1__Attempt a = DUNLIN__PAYMENTS__V1__ATTEMPT__INIT;
	Dunlin__Payments__V1__PaymentItem item = DUNLIN__PAYMENTS__V1__PAYMENT_ITEM__INIT, *items[] = { &item };

	item.invoice_id = data(arena, fact_invoice(n));
	item.part = 1;
	item.invoice_number = arena_printf(arena, "NORD-%d", n);
	item.amount = a.captured = money(arena, minor);
	a.n_items = 1;
	a.items = items;
	m.merchant_id = text(arena, "nord");
	m.customer_ref = text(arena, ref);
	m.attempt_id = data(arena, id_of(3, attempt));
	m.revision = 2;
	m.attempt = &a;
	return pack(arena, "dunlin.payments.v1", ref, &m.base);
}

static struct message *receipt_of(
	struct arena *arena, const char *ref, int receipt, int revision, int kind, int n, int64_t minor, int statement)
{
	Dunlin__Ledger__V1__ReceiptAllocated m = DUNLIN__LEDGER__V1__RECEIPT_ALLOCATED__INIT;
	Dunlin__Ledger__V1__Receipt r = DUNLIN__LEDGER__V1__RECEIPT__INIT;
	Dunlin__Ledger__V1__Allocation a = DUNLIN__LEDGER__V1__ALLOCATION__INIT, *allocations[] = { &a };

	a.invoice_id = data(arena, fact_invoice(n));
	a.part = 1;
	a.invoice_number = arena_printf(arena, "NORD-%d", n);
	a.amount = r.amount = money(arena, minor);
	r.kind = (Dunlin__Ledger__V1__ReceiptKind)kind;
	r.n_allocations = 1;
	r.allocations = allocations;
	m.merchant_id = text(arena, "nord");
	m.customer_ref = text(arena, ref);
	m.receipt_id = data(arena, id_of(4, receipt));
	m.revision = (uint64_t)revision;
	m.receipt = &r;
	if (statement > 0)
		m.statement_id = data(arena, id_of(6, statement));
	return pack(arena, "dunlin.ledger.v1", ref, &m.base);
}

struct message *fact_receipt(struct arena *arena, const char *ref, int receipt, int revision, int kind, int n, int64_t minor)
{
	return receipt_of(arena, ref, receipt, revision, kind, n, minor, 0);
}

struct message *fact_bank_receipt(struct arena *arena, const char *ref, int receipt, int n, int64_t minor, int statement)
{
	return receipt_of(arena, ref, receipt, 1, 1, n, minor, statement);
}
