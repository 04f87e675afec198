#include "rows.h"

/* The rows as the tables have them. */

/* ---- attempts ---- */

PRINT_WORD(attempt_state, attempt, state, attempt_state_name)

static const struct print_column attempt_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, attempt, merchant),
	PRINT("attempt_id", PRINT_UUID, attempt, id),
	PRINT("customer_ref", PRINT_TEXT, attempt, customer),
	PRINT("account", PRINT_TEXT, attempt, account),
	PRINT_OF("state", attempt_state),
	PRINT("revision", PRINT_INT8, attempt, revision),
	PRINT("live", PRINT_BOOL, attempt, live),
	PRINT("ledgered", PRINT_BOOL, attempt, ledgered),
	PRINT("currency", PRINT_CURRENCY, attempt, amount.currency),
	PRINT("amount", PRINT_INT8, attempt, amount.minor),
	PRINT("captured", PRINT_INT8, attempt, captured.minor),
	PRINT("refunded", PRINT_INT8, attempt, refunded.minor),
	PRINT("fee_known", PRINT_BOOL, attempt, fee_known),
	PRINT("fee", PRINT_INT8, attempt, fee.minor),
	PRINT("fee_currency", PRINT_CURRENCY, attempt, fee.currency),
	PRINT("made_at", PRINT_MAY_INSTANT, attempt, made_at),
	PRINT("expires_at", PRINT_MAY_INSTANT, attempt, expires_at),
	PRINT("opened_at", PRINT_MAY_INSTANT, attempt, opened_at),
	PRINT("session_expires_at", PRINT_MAY_INSTANT, attempt, session_expires_at),
	PRINT("paid_at", PRINT_MAY_INSTANT, attempt, paid_at),
	PRINT("declined_at", PRINT_MAY_INSTANT, attempt, declined_at),
	PRINT("session", PRINT_TEXT, attempt, session),
	PRINT("url", PRINT_TEXT, attempt, url),
	PRINT("payment", PRINT_TEXT, attempt, payment),
	PRINT("charge", PRINT_TEXT, attempt, charge),
	PRINT("method", PRINT_TEXT, attempt, method),
	PRINT("fee_source", PRINT_TEXT, attempt, fee_source),
	PRINT("decline_code", PRINT_TEXT, attempt, decline_code),
	PRINT("question", PRINT_TEXT, attempt, question),
	PRINT("replaced_by", PRINT_MAY_UUID, attempt, replaced_by),
	PRINT_END,
};

/* What belongs to an attempt, beside whose it is. */
struct of_attempt {
	struct span merchant, account;
	struct uuid attempt;
	struct attempt_item item;
	struct refund refund;
};

static struct of_attempt *part_of(struct arena *arena, const struct attempt *a)
{
	struct of_attempt *part = ARENA_NEW(arena, struct of_attempt);

	*part = (struct of_attempt){ .merchant = a->merchant, .account = a->account, .attempt = a->id };
	return part;
}

static const void *item_of(struct arena *arena, const void *row, size_t i)
{
	const struct attempt *a = row;
	struct of_attempt *part = part_of(arena, a);

	if (i >= a->item_count)
		return NULL;
	part->item = a->items[i];
	return part;
}

static const void *refund_of(struct arena *arena, const void *row, size_t i)
{
	const struct attempt *a = row;
	struct of_attempt *part = part_of(arena, a);

	if (i >= a->refund_count)
		return NULL;
	part->refund = a->refunds[i];
	return part;
}

static const struct print_column attempt_item_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, of_attempt, merchant),
	PRINT("attempt_id", PRINT_UUID, of_attempt, attempt),
	PRINT("invoice_id", PRINT_UUID, of_attempt, item.invoice),
	PRINT("part", PRINT_INT4, of_attempt, item.part),
	PRINT("number", PRINT_TEXT, of_attempt, item.number),
	PRINT("amount", PRINT_INT8, of_attempt, item.amount.minor),
	PRINT_END,
};

PRINT_WORD(refund_state, of_attempt, refund.state, refund_state_name)
PRINT_WORD(refund_reason, of_attempt, refund.reason, refund_reason_name)

/* "invoice part minor number", a line each. */
static void refund_items(struct text *t, const void *row)
{
	const struct refund *r = &((const struct of_attempt *)row)->refund;

	for (size_t i = 0; i < r->item_count; i++)
		text_printf(t, "%s%s %d %lld %.*s", i > 0 ? "\n" : "", uuid_text(t->arena, r->items[i].invoice), (int)r->items[i].part,
			(long long)r->items[i].amount.minor, SPAN_ARG(r->items[i].number));
}

static const struct print_column refund_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, of_attempt, merchant),
	PRINT("refund_id", PRINT_UUID, of_attempt, refund.id),
	PRINT("attempt_id", PRINT_UUID, of_attempt, attempt),
	PRINT("account", PRINT_TEXT, of_attempt, account),
	PRINT("provider_refund", PRINT_TEXT, of_attempt, refund.provider_refund),
	PRINT("currency", PRINT_CURRENCY, of_attempt, refund.amount.currency),
	PRINT("amount", PRINT_INT8, of_attempt, refund.amount.minor),
	PRINT_OF("state", refund_state),
	PRINT_OF("reason", refund_reason),
	PRINT("told", PRINT_BOOL, of_attempt, refund.told),
	PRINT("over", PRINT_BOOL, of_attempt, refund.over),
	PRINT("credit_note_id", PRINT_MAY_UUID, of_attempt, refund.credit_note),
	PRINT_OF("items", refund_items),
	PRINT("made_at", PRINT_MAY_INSTANT, of_attempt, refund.made_at),
	PRINT("failure", PRINT_TEXT, of_attempt, refund.failure),
	PRINT_END,
};

PRINT_WORD(intent_kind, intent, kind, intent_kind_name)

static const struct print_column intent_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, intent, merchant),
	PRINT("subject", PRINT_UUID, intent, subject),
	PRINT_OF("kind", intent_kind),
	PRINT("account", PRINT_TEXT, intent, account),
	PRINT("attempt_id", PRINT_MAY_UUID, intent, attempt),
	PRINT("customer_ref", PRINT_TEXT, intent, customer),
	PRINT("tries", PRINT_INT4, intent, tries),
	PRINT("rung", PRINT_INT4, intent, rung),
	PRINT("is_due", PRINT_BOOL, intent, is_due),
	PRINT("next_at", PRINT_MAY_INSTANT, intent, next_at),
	PRINT("cursor", PRINT_TEXT, intent, cursor),
	PRINT_END,
};

/* ---- what others tell ---- */

PRINT_HAS(is_issued, item, is_issued)

static const struct print_column item_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, item, merchant),
	PRINT("invoice_id", PRINT_UUID, item, invoice),
	PRINT("part", PRINT_INT4, item, part),
	PRINT("customer_ref", PRINT_TEXT, item, customer),
	PRINT("issued", PRINT_BOOL, item, is_issued),
	PRINT("number", PRINT_TEXT, item, number),
	PRINT("currency", PRINT_CURRENCY, item, currency),
	PRINT("amount", PRINT_INT8, item, amount),
	PRINT("credited", PRINT_INT8, item, credited),
	PRINT("open", PRINT_INT8, item, open),
	PRINT("taken", PRINT_INT8, item, taken),
	PRINT_IF(is_issued, "due", PRINT_DATE, item, due),
	PRINT("invoice_revision", PRINT_INT8, item, invoice_revision),
	PRINT("ledger_revision", PRINT_INT8, item, ledger_revision),
	PRINT("live_attempt", PRINT_MAY_UUID, item, live_attempt),
	PRINT_END,
};

static const struct print_column merchant_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, merchant, id),
	PRINT("revision", PRINT_INT8, merchant, revision),
	PRINT("name", PRINT_TEXT, merchant, name),
	PRINT("email", PRINT_TEXT, merchant, email),
	PRINT_END,
};

static void webhook_secrets(struct text *t, const void *row)
{
	const struct provider_account *a = row;

	for (size_t i = 0; i < a->secret_count; i++) {
		text_add(t, i > 0 ? "\n" : "");
		text_span(t, span_base64(t->arena, a->webhook_secrets[i]));
	}
}

static const struct print_column account_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, provider_account, merchant),
	PRINT("account", PRINT_TEXT, provider_account, name),
	PRINT("provider", PRINT_TEXT, provider_account, provider),
	PRINT("live", PRINT_BOOL, provider_account, live),
	PRINT("closed", PRINT_BOOL, provider_account, closed),
	PRINT("preferred", PRINT_BOOL, provider_account, preferred),
	PRINT("revision", PRINT_INT8, provider_account, revision),
	PRINT("api_key", PRINT_BYTES, provider_account, api_key),
	PRINT_OF("webhook_secrets", webhook_secrets),
	PRINT("changed_at", PRINT_MAY_INSTANT, provider_account, changed_at),
	PRINT_END,
};

PRINT_WORD(webhook_state, webhook, state, webhook_state_name)

static const struct print_column webhook_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, webhook, merchant),
	PRINT("account", PRINT_TEXT, webhook, account),
	PRINT("event_id", PRINT_TEXT, webhook, event),
	PRINT("type", PRINT_TEXT, webhook, type),
	PRINT("object", PRINT_TEXT, webhook, object),
	PRINT_OF("state", webhook_state),
	PRINT("live", PRINT_BOOL, webhook, live),
	PRINT("once", PRINT_BOOL, webhook, once),
	PRINT("alarmed", PRINT_BOOL, webhook, alarmed),
	PRINT("session", PRINT_TEXT, webhook, session),
	PRINT("payment", PRINT_TEXT, webhook, payment),
	PRINT("charge", PRINT_TEXT, webhook, charge),
	PRINT("reference", PRINT_MAY_UUID, webhook, reference),
	PRINT("attempt_id", PRINT_MAY_UUID, webhook, attempt),
	PRINT("told_at", PRINT_MAY_INSTANT, webhook, told_at),
	PRINT("received_at", PRINT_MAY_INSTANT, webhook, received_at),
	PRINT("digest", PRINT_DIGEST, webhook, digest),
	PRINT("body", PRINT_BYTES, webhook, body),
	PRINT_END,
};

PRINT_WORD(payout_state, payout, state, payout_state_name)

static const struct print_column payout_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, payout, merchant),
	PRINT("payout_id", PRINT_UUID, payout, id),
	PRINT("account", PRINT_TEXT, payout, account),
	PRINT("provider_payout", PRINT_TEXT, payout, provider_payout),
	PRINT_OF("state", payout_state),
	PRINT("failed", PRINT_BOOL, payout, failed),
	PRINT("revision", PRINT_INT8, payout, revision),
	PRINT("currency", PRINT_CURRENCY, payout, amount.currency),
	PRINT("amount", PRINT_INT8, payout, amount.minor),
	PRINT("gross", PRINT_INT8, payout, gross),
	PRINT("fees", PRINT_INT8, payout, fees),
	PRINT("line_count", PRINT_INT4, payout, line_count),
	PRINT("arrival", PRINT_DATE, payout, arrival),
	PRINT("statement_text", PRINT_TEXT, payout, statement_text),
	PRINT("made_at", PRINT_MAY_INSTANT, payout, made_at),
	PRINT_END,
};

static const struct print_column payout_line_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, payout_line, merchant),
	PRINT("payout_id", PRINT_UUID, payout_line, payout),
	PRINT("number", PRINT_INT4, payout_line, number),
	PRINT("kind", PRINT_INT4, payout_line, kind),
	PRINT("provider_line", PRINT_TEXT, payout_line, provider_line),
	PRINT("provider_payment", PRINT_TEXT, payout_line, provider_payment),
	PRINT("attempt_id", PRINT_MAY_UUID, payout_line, attempt),
	PRINT("refund_id", PRINT_MAY_UUID, payout_line, refund),
	PRINT("customer_ref", PRINT_TEXT, payout_line, customer),
	PRINT("gross", PRINT_INT8, payout_line, gross),
	PRINT("fee", PRINT_INT8, payout_line, fee),
	PRINT_END,
};

static const struct print_column alarm_columns[] = {
	PRINT("merchant_id", PRINT_TEXT, alarm, merchant),
	PRINT("kind", PRINT_TEXT, alarm, kind),
	PRINT("subject", PRINT_TEXT, alarm, subject),
	PRINT("attempt_id", PRINT_MAY_UUID, alarm, attempt),
	PRINT("detail", PRINT_TEXT, alarm, detail),
	PRINT("opened_at", PRINT_MAY_INSTANT, alarm, opened_at),
	PRINT("closed_at", PRINT_MAY_INSTANT, alarm, closed_at),
	PRINT("closed_by", PRINT_TEXT, alarm, closed_by),
	PRINT("note", PRINT_TEXT, alarm, note),
	PRINT_END,
};

#define ROWS(table) offsetof(struct memory, table)

const struct print_table payments_tables[] = {
	{ "attempt", ROWS(attempts), attempt_columns, NULL },
	{ "attempt_item", ROWS(attempts), attempt_item_columns, item_of },
	{ "refund", ROWS(attempts), refund_columns, refund_of },
	{ "intent", ROWS(intents), intent_columns, NULL },
	{ "item", ROWS(items), item_columns, NULL },
	{ "merchant", ROWS(merchants), merchant_columns, NULL },
	{ "provider_account", ROWS(accounts), account_columns, NULL },
	{ "webhook", ROWS(webhooks), webhook_columns, NULL },
	{ "payout", ROWS(payouts), payout_columns, NULL },
	{ "payout_line", ROWS(lines), payout_line_columns, NULL },
	{ "alarm", ROWS(alarms), alarm_columns, NULL },
	{ NULL, 0, NULL, NULL },
};
