#include "json_out.h"
#include "wire.h"

static void add_items(struct json_out *out, const struct attempt_item *items, size_t n)
{
	json_out_array(out, "items");
	for (size_t i = 0; i < n; i++) {
		json_out_object(out, NULL);
		json_out_uuid(out, "invoice_id", items[i].invoice);
		json_out_int(out, "part", items[i].part);
		json_out_span(out, "invoice_number", items[i].number);
		json_out_money(out, "amount", items[i].amount);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

/* Left out while there is nothing to say. */
static void add_text(struct json_out *out, const char *name, struct span text)
{
	if (text.size > 0)
		json_out_span(out, name, text);
}

static void add_instant(struct json_out *out, const char *name, struct instant at)
{
	if (at.us != 0)
		json_out_instant(out, name, at);
}

static void add_refund_fields(struct json_out *out, const struct refund *refund)
{
	json_out_uuid(out, "id", refund->id);
	json_out_string(out, "state", refund_state_name(refund->state));
	json_out_money(out, "amount", refund->amount);
	json_out_string(out, "reason", refund_reason_name(refund->reason));
	add_text(out, "provider_refund", refund->provider_refund);
	add_text(out, "failure", refund->failure);
	if (!uuid_is_zero(refund->credit_note))
		json_out_uuid(out, "credit_note_id", refund->credit_note);
	if (refund->over)
		json_out_bool(out, "over", true);
	json_out_instant(out, "made_at", refund->made_at);
	add_items(out, refund->items, refund->item_count);
}

static void add_refund(struct json_out *out, const struct refund *refund)
{
	json_out_object(out, NULL);
	add_refund_fields(out, refund);
	json_out_object_end(out);
}

static void add_references(struct json_out *out, const struct attempt *attempt)
{
	add_text(out, "session", attempt->session);
	add_text(out, "payment", attempt->payment);
	add_text(out, "charge", attempt->charge);
	add_text(out, "method", attempt->method);
	add_text(out, "decline_code", attempt->decline_code);
	add_text(out, "question", attempt->question);
	add_instant(out, "paid_at", attempt->paid_at);
	if (attempt->fee_known)
		json_out_money(out, "fee", attempt->fee);
	if (!uuid_is_zero(attempt->replaced_by))
		json_out_uuid(out, "replaced_by", attempt->replaced_by);
}

void wire_add_attempt(struct json_out *out, struct arena *arena, const struct attempt *attempt, const struct policy *policy)
{
	struct span token = attempt_token(arena, policy->link_key, attempt->id);

	json_out_object(out, NULL);
	json_out_uuid(out, "id", attempt->id);
	json_out_string(out, "state", attempt_state_name(attempt->state));
	json_out_span(out, "customer_ref", attempt->customer);
	json_out_span(out, "account", attempt->account);
	json_out_bool(out, "live", attempt->live);
	json_out_money(out, "amount", attempt->amount);
	json_out_money(out, "captured", attempt->captured);
	json_out_money(out, "refunded", attempt->refunded);
	json_out_span(out, "pay_url", span_of(arena_printf(arena, "%.*s/pay/%.*s", SPAN_ARG(policy->public_url), SPAN_ARG(token))));
	json_out_instant(out, "made_at", attempt->made_at);
	json_out_instant(out, "expires_at", attempt->expires_at);
	add_references(out, attempt);
	add_items(out, attempt->items, attempt->item_count);
	json_out_array(out, "refunds");
	for (size_t i = 0; i < attempt->refund_count; i++)
		add_refund(out, &attempt->refunds[i]);
	json_out_array_end(out);
	json_out_object_end(out);
}

void wire_add_account(struct json_out *out, struct arena *arena, const struct provider_account *account, const struct policy *policy)
{
	json_out_object(out, NULL);
	json_out_span(out, "account", account->name);
	json_out_span(out, "provider", account->provider);
	json_out_bool(out, "live", account->live);
	json_out_bool(out, "preferred", account->preferred);
	json_out_bool(out, "closed", account->closed);
	json_out_int(out, "webhook_secrets", (int64_t)account->secret_count);
	json_out_span(out, "webhook_url",
		span_of(arena_printf(arena, "%.*s/webhooks/stripe/%.*s:%.*s", SPAN_ARG(policy->public_url), SPAN_ARG(account->merchant),
			SPAN_ARG(account->name))));
	json_out_instant(out, "changed_at", account->changed_at);
	json_out_object_end(out);
}

void wire_add_alarm(struct json_out *out, const struct alarm *alarm)
{
	json_out_object(out, NULL);
	json_out_span(out, "kind", alarm->kind);
	json_out_span(out, "subject", alarm->subject);
	json_out_span(out, "detail", alarm->detail);
	if (!uuid_is_zero(alarm->attempt))
		json_out_uuid(out, "attempt_id", alarm->attempt);
	json_out_instant(out, "opened_at", alarm->opened_at);
	add_instant(out, "closed_at", alarm->closed_at);
	add_text(out, "closed_by", alarm->closed_by);
	add_text(out, "note", alarm->note);
	json_out_object_end(out);
}

void wire_add_webhook(struct json_out *out, const struct webhook *webhook)
{
	json_out_object(out, NULL);
	json_out_span(out, "event", webhook->event);
	json_out_span(out, "account", webhook->account);
	json_out_span(out, "type", webhook->type);
	json_out_span(out, "object", webhook->object);
	json_out_string(out, "state", webhook_state_name(webhook->state));
	json_out_bool(out, "live", webhook->live);
	if (!uuid_is_zero(webhook->attempt))
		json_out_uuid(out, "attempt_id", webhook->attempt);
	json_out_instant(out, "told_at", webhook->told_at);
	json_out_instant(out, "received_at", webhook->received_at);
	json_out_object_end(out);
}

void wire_add_payout(struct json_out *out, const struct payout *payout)
{
	json_out_object(out, NULL);
	json_out_uuid(out, "id", payout->id);
	json_out_span(out, "account", payout->account);
	json_out_span(out, "provider_payout", payout->provider_payout);
	json_out_string(out, "state", payout_state_name(payout->state));
	json_out_bool(out, "failed", payout->failed);
	json_out_money(out, "amount", payout->amount);
	json_out_money(out, "gross", (struct money){ payout->gross, payout->amount.currency });
	json_out_money(out, "fees", (struct money){ payout->fees, payout->amount.currency });
	json_out_int(out, "lines", payout->line_count);
	json_out_date(out, "arrival", payout->arrival);
	json_out_object_end(out);
}

/* ---- whole documents ---- */

struct document {
	struct text text;
	struct json_out out;
};

static void begin(struct document *d, struct arena *arena)
{
	text_init(&d->text, arena);
	json_out_init(&d->out, &d->text);
}

static struct span end(struct document *d)
{
	json_out_done(&d->out);
	return text_done(&d->text);
}

struct span wire_attempt_json(struct arena *arena, const struct attempt *attempt, const struct policy *policy)
{
	struct document d;

	begin(&d, arena);
	wire_add_attempt(&d.out, arena, attempt, policy);
	return end(&d);
}

struct span wire_refund_json(struct arena *arena, const struct attempt *attempt, const struct refund *refund)
{
	struct document d;

	begin(&d, arena);
	json_out_object(&d.out, NULL);
	json_out_uuid(&d.out, "attempt_id", attempt->id);
	add_refund_fields(&d.out, refund);
	json_out_object_end(&d.out);
	return end(&d);
}

struct span wire_account_json(struct arena *arena, const struct provider_account *account, const struct policy *policy)
{
	struct document d;

	begin(&d, arena);
	wire_add_account(&d.out, arena, account, policy);
	return end(&d);
}

struct span wire_alarm_json(struct arena *arena, const struct alarm *alarm)
{
	struct document d;

	begin(&d, arena);
	wire_add_alarm(&d.out, alarm);
	return end(&d);
}
