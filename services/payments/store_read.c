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

bool read_bool(struct reader *in, const char *name)
{
	return rows_bool(in->rows, in->row, column(in, name));
}

struct uuid read_uuid(struct reader *in, const char *name)
{
	return rows_uuid(in->rows, in->row, column(in, name));
}

struct instant read_instant(struct reader *in, const char *name)
{
	int at = column(in, name);

	return rows_is_null(in->rows, in->row, at) ? (struct instant){ 0 } : rows_instant(in->rows, in->row, at);
}

/* Null only where nothing is known yet. */
struct currency read_currency(struct reader *in, const char *name)
{
	struct currency currency = { "" };
	struct span code = read_text(in, name);

	if (code.size > 0 && currency_parse(code, &currency) != OK)
		bug("column %s holds no currency", name);
	return currency;
}

static struct date read_date(struct reader *in, const char *name)
{
	int at = column(in, name);

	return rows_is_null(in->rows, in->row, at) ? (struct date){ 0 } : rows_date(in->rows, in->row, at);
}

static struct money read_money(struct reader *in, const char *name, struct currency currency)
{
	return (struct money){ .minor = read_int8(in, name), .currency = currency };
}

struct attempt read_attempt(struct reader *in)
{
	struct currency currency = read_currency(in, "currency");
	struct attempt a = { .merchant = read_text(in, "merchant_id") };

	a.id = read_uuid(in, "attempt_id");
	a.customer = read_text(in, "customer_ref");
	a.account = read_text(in, "account");
	if (attempt_state_parse(read_text(in, "state"), &a.state) != OK)
		bug("an attempt's state is no state");
	a.revision = read_int8(in, "revision");
	a.live = read_bool(in, "live");
	a.ledgered = read_bool(in, "ledgered");
	a.amount = read_money(in, "amount", currency);
	a.captured = read_money(in, "captured", currency);
	a.refunded = read_money(in, "refunded", currency);
	a.fee_known = read_bool(in, "fee_known");
	a.fee = read_money(in, "fee", read_currency(in, "fee_currency"));
	a.made_at = read_instant(in, "made_at");
	a.expires_at = read_instant(in, "expires_at");
	a.opened_at = read_instant(in, "opened_at");
	a.session_expires_at = read_instant(in, "session_expires_at");
	a.paid_at = read_instant(in, "paid_at");
	a.declined_at = read_instant(in, "declined_at");
	a.session = read_text(in, "session");
	a.url = read_text(in, "url");
	a.payment = read_text(in, "payment");
	a.charge = read_text(in, "charge");
	a.method = read_text(in, "method");
	a.fee_source = read_text(in, "fee_source");
	a.decline_code = read_text(in, "decline_code");
	a.question = read_text(in, "question");
	a.replaced_by = read_uuid(in, "replaced_by");
	return a;
}

struct attempt_item read_attempt_item(struct reader *in)
{
	struct attempt_item item = { .invoice = read_uuid(in, "invoice_id") };

	item.part = read_int4(in, "part");
	item.number = read_text(in, "number");
	item.amount = read_money(in, "amount", read_currency(in, "currency"));
	return item;
}

/* "invoice part minor number", as write_refunds makes it. */
static struct attempt_item refund_item(struct span line, struct currency currency)
{
	struct attempt_item item = { .amount.currency = currency };
	struct span invoice, part, minor;
	int64_t n = 0;

	if (!span_cut(line, ' ', &invoice, &line) || !span_cut(line, ' ', &part, &line) || !span_cut(line, ' ', &minor, &item.number) ||
		uuid_parse(invoice, &item.invoice) != OK || span_int64(part, &n) != OK || span_int64(minor, &item.amount.minor) != OK)
		bug("a refund's items are none");
	item.part = (int32_t)n;
	return item;
}

static void read_refund_items(struct arena *arena, struct span list, struct refund *refund)
{
	struct attempt_item *items;
	struct span line;
	size_t n = list.size > 0;

	for (size_t i = 0; i < list.size; i++)
		n += list.at[i] == '\n';
	items = ARENA_ARRAY(arena, struct attempt_item, n);
	for (size_t i = 0; i < n; i++) {
		(void)span_cut(list, '\n', &line, &list);
		items[i] = refund_item(line, refund->amount.currency);
	}
	refund->items = items;
	refund->item_count = n;
}

struct refund read_refund(struct reader *in)
{
	struct refund refund = { .id = read_uuid(in, "refund_id") };

	refund.provider_refund = read_text(in, "provider_refund");
	refund.amount.currency = read_currency(in, "currency");
	refund.amount.minor = read_int8(in, "amount");
	if (refund_state_parse(read_text(in, "state"), &refund.state) != OK ||
		refund_reason_parse(read_text(in, "reason"), &refund.reason) != OK)
		bug("a refund's state or reason is none");
	refund.told = read_bool(in, "told");
	refund.over = read_bool(in, "over");
	refund.credit_note = read_uuid(in, "credit_note_id");
	read_refund_items(in->arena, read_text(in, "items"), &refund);
	refund.made_at = read_instant(in, "made_at");
	refund.failure = read_text(in, "failure");
	return refund;
}

struct item read_item(struct reader *in)
{
	struct item item = { .merchant = read_text(in, "merchant_id") };

	item.invoice = read_uuid(in, "invoice_id");
	item.part = read_int4(in, "part");
	item.customer = read_text(in, "customer_ref");
	item.is_issued = read_bool(in, "issued");
	item.number = read_text(in, "number");
	item.currency = read_currency(in, "currency");
	item.amount = read_int8(in, "amount");
	item.credited = read_int8(in, "credited");
	item.open = read_int8(in, "open");
	item.taken = read_int8(in, "taken");
	item.due = read_date(in, "due");
	item.invoice_revision = read_int8(in, "invoice_revision");
	item.ledger_revision = read_int8(in, "ledger_revision");
	item.live_attempt = read_uuid(in, "live_attempt");
	return item;
}

/* Sealed secrets, in base64, one a line. */
static void read_secrets(struct arena *arena, struct span list, struct provider_account *account)
{
	struct span line, *secrets;
	size_t n = list.size > 0;

	for (size_t i = 0; i < list.size; i++)
		n += list.at[i] == '\n';
	secrets = ARENA_ARRAY(arena, struct span, n);
	for (size_t i = 0; i < n; i++) {
		(void)span_cut(list, '\n', &line, &list);
		if (span_unbase64(arena, line, &secrets[i]) != OK)
			bug("a stored secret is not base 64");
	}
	account->webhook_secrets = secrets;
	account->secret_count = n;
}

struct provider_account read_account(struct reader *in)
{
	struct provider_account account = { .merchant = read_text(in, "merchant_id") };

	account.name = read_text(in, "account");
	account.provider = read_text(in, "provider");
	account.live = read_bool(in, "live");
	account.closed = read_bool(in, "closed");
	account.preferred = read_bool(in, "preferred");
	account.revision = read_int8(in, "revision");
	account.api_key = read_text(in, "api_key");
	read_secrets(in->arena, read_text(in, "webhook_secrets"), &account);
	account.changed_at = read_instant(in, "changed_at");
	return account;
}

struct merchant read_merchant(struct reader *in)
{
	struct merchant merchant = { .id = read_text(in, "merchant_id") };

	merchant.revision = read_int8(in, "revision");
	merchant.name = read_text(in, "name");
	merchant.email = read_text(in, "email");
	return merchant;
}

static struct digest read_digest(struct reader *in, const char *name)
{
	struct span bytes = read_text(in, name);
	struct digest digest = { { 0 } };

	if (bytes.size == sizeof(digest.b))
		memcpy(digest.b, bytes.at, sizeof(digest.b));
	return digest;
}

struct webhook read_webhook(struct reader *in)
{
	struct webhook webhook = { .merchant = read_text(in, "merchant_id") };

	webhook.account = read_text(in, "account");
	webhook.event = read_text(in, "event_id");
	webhook.type = read_text(in, "type");
	webhook.object = read_text(in, "object");
	if (webhook_state_parse(read_text(in, "state"), &webhook.state) != OK)
		bug("a webhook's state is none");
	webhook.live = read_bool(in, "live");
	webhook.once = read_bool(in, "once");
	webhook.alarmed = read_bool(in, "alarmed");
	webhook.session = read_text(in, "session");
	webhook.payment = read_text(in, "payment");
	webhook.charge = read_text(in, "charge");
	webhook.reference = read_uuid(in, "reference");
	webhook.attempt = read_uuid(in, "attempt_id");
	webhook.told_at = read_instant(in, "told_at");
	webhook.received_at = read_instant(in, "received_at");
	webhook.digest = read_digest(in, "digest");
	webhook.body = read_text(in, "body");
	return webhook;
}

struct payout read_payout(struct reader *in)
{
	struct payout payout = { .merchant = read_text(in, "merchant_id") };

	payout.id = read_uuid(in, "payout_id");
	payout.account = read_text(in, "account");
	payout.provider_payout = read_text(in, "provider_payout");
	if (payout_state_parse(read_text(in, "state"), &payout.state) != OK)
		bug("a payout's state is none");
	payout.failed = read_bool(in, "failed");
	payout.revision = read_int8(in, "revision");
	payout.amount.currency = read_currency(in, "currency");
	payout.amount.minor = read_int8(in, "amount");
	payout.gross = read_int8(in, "gross");
	payout.fees = read_int8(in, "fees");
	payout.line_count = read_int4(in, "line_count");
	payout.arrival = read_date(in, "arrival");
	payout.statement_text = read_text(in, "statement_text");
	payout.made_at = read_instant(in, "made_at");
	return payout;
}

struct payout_line read_line(struct reader *in)
{
	struct payout_line line = { .merchant = read_text(in, "merchant_id") };

	line.payout = read_uuid(in, "payout_id");
	line.number = read_int4(in, "number");
	line.kind = (enum payout_line_kind)read_int4(in, "kind");
	line.provider_line = read_text(in, "provider_line");
	line.provider_payment = read_text(in, "provider_payment");
	line.attempt = read_uuid(in, "attempt_id");
	line.refund = read_uuid(in, "refund_id");
	line.customer = read_text(in, "customer_ref");
	line.gross = read_int8(in, "gross");
	line.fee = read_int8(in, "fee");
	return line;
}

struct intent read_intent(struct reader *in)
{
	struct intent intent = { .merchant = read_text(in, "merchant_id") };

	intent.subject = read_uuid(in, "subject");
	if (intent_kind_parse(read_text(in, "kind"), &intent.kind) != OK)
		bug("an intent's kind is none");
	intent.account = read_text(in, "account");
	intent.attempt = read_uuid(in, "attempt_id");
	intent.customer = read_text(in, "customer_ref");
	intent.tries = read_int4(in, "tries");
	intent.rung = read_int4(in, "rung");
	intent.is_due = read_bool(in, "is_due");
	intent.next_at = read_instant(in, "next_at");
	intent.cursor = read_text(in, "cursor");
	return intent;
}

struct alarm read_alarm(struct reader *in)
{
	struct alarm alarm = { .merchant = read_text(in, "merchant_id") };

	alarm.kind = read_text(in, "kind");
	alarm.subject = read_text(in, "subject");
	alarm.attempt = read_uuid(in, "attempt_id");
	alarm.detail = read_text(in, "detail");
	alarm.opened_at = read_instant(in, "opened_at");
	alarm.closed_at = read_instant(in, "closed_at");
	alarm.closed_by = read_text(in, "closed_by");
	alarm.note = read_text(in, "note");
	return alarm;
}
