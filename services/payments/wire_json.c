#include "json_in.h"
#include "json_out.h"
#include "wire.h"

#define ITEMS 100 /* Stripe takes as many lines in a session */

/* The n-th part (from 0) of a path such as /v1/payments/{id}/refunds. */
static struct span path_part(struct span path, int n)
{
	struct span head = SPAN(""), rest = path;

	if (!span_cut(rest, '/', &head, &rest))
		return SPAN("");
	for (int i = 0; i <= n; i++)
		if (!span_cut(rest, '/', &head, &rest) && i < n)
			return SPAN("");
	return head;
}

static enum err path_uuid(const struct message *m, int n, struct uuid *id, struct why *why)
{
	if (uuid_parse(path_part(m->target, n), id) != OK)
		return why_set(why, ERR_NOT_FOUND, "attempt_unknown", "there is no such attempt");
	return OK;
}

static enum err read_item(const struct json_in *in, struct asked_item *item, struct why *why)
{
	int64_t part = 0;

	TRY(json_in_uuid(in, "invoice_id", &item->invoice, why));
	if (json_in_has(in, "part"))
		TRY(json_in_int64(in, "part", 1, INT32_MAX, &part, why));
	item->part = (int32_t)part;
	item->has_amount = json_in_has(in, "amount");
	if (!item->has_amount)
		return OK;
	TRY(json_in_money(in, "amount", &item->amount, why));
	if (item->amount.minor <= 0)
		return why_field(why, ERR_INVALID, "amount_not_positive", json_in_path(in, "amount"), "an amount must be above 0");
	if (item->part == 0)
		return why_field(why, ERR_INVALID, "field_missing", json_in_path(in, "part"), "an amount is for one part: say which");
	return OK;
}

static enum err read_items(const struct json_in *in, struct arena *arena, const struct asked_item **items, size_t *n, struct why *why)
{
	struct asked_item *out;
	struct json_in item;

	TRY(json_in_list(in, "items", 1, ITEMS, n, why));
	out = ARENA_ARRAY(arena, struct asked_item, *n);
	for (size_t i = 0; i < *n; i++) {
		TRY(json_in_item(in, "items", i, &item, why));
		TRY(read_item(&item, &out[i], why));
	}
	*items = out;
	return OK;
}

static enum err read_account_name(const struct json_in *in, const char *field, struct span *name, struct why *why)
{
	TRY(json_in_text(in, field, 1, PROVIDER_ACCOUNT_NAME, name, why));
	if (!provider_account_is_name(*name))
		return why_field(why, ERR_INVALID, "field_invalid", json_in_path(in, field), "an account's name is 1 to %d of [A-Za-z0-9._-]",
			PROVIDER_ACCOUNT_NAME);
	return OK;
}

enum err wire_read_checkout(struct message *m, struct arena *arena, struct why *why)
{
	struct create_checkout *c = ARENA_NEW(arena, struct create_checkout);
	struct json_in in;

	TRY(json_in_open(&in, arena, m->payload, why));
	if (json_in_has(&in, "account"))
		TRY(read_account_name(&in, "account", &c->account, why));
	if (json_in_has(&in, "invoice_id") == json_in_has(&in, "items"))
		return why_field(why, ERR_INVALID, "field_missing", "items", "say what is to be paid: either invoice_id or items");
	if (json_in_has(&in, "invoice_id")) {
		struct asked_item *item = ARENA_NEW(arena, struct asked_item);

		TRY(json_in_uuid(&in, "invoice_id", &item->invoice, why));
		c->items = item;
		c->item_count = 1;
	} else
		TRY(read_items(&in, arena, &c->items, &c->item_count, why));
	m->body = c;
	return json_in_done(&in, why);
}

static enum err read_refund_items(const struct json_in *in, struct arena *arena, struct refund *refund, struct why *why)
{
	const struct asked_item *asked;
	struct attempt_item *items;
	size_t n;

	TRY(read_items(in, arena, &asked, &n, why));
	items = ARENA_ARRAY(arena, struct attempt_item, n);
	for (size_t i = 0; i < n; i++) {
		if (!asked[i].has_amount)
			return why_field(why, ERR_INVALID, "field_missing", "items", "each item of a refund has an amount");
		items[i] = (struct attempt_item){ .invoice = asked[i].invoice, .part = asked[i].part, .amount = asked[i].amount };
	}
	refund->items = items;
	refund->item_count = n;
	return OK;
}

enum err wire_read_refund(struct message *m, struct arena *arena, struct why *why)
{
	struct refund_payment *c = ARENA_NEW(arena, struct refund_payment);
	struct json_in in;
	size_t reason;

	TRY(path_uuid(m, 2, &c->attempt, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_choice(&in, "reason", refund_reason_words, &reason, why));
	c->refund.reason = REFUND_UNAPPLIED + (enum refund_reason)reason;
	c->has_amount = json_in_has(&in, "amount");
	if (c->has_amount)
		TRY(json_in_money(&in, "amount", &c->refund.amount, why));
	if (json_in_has(&in, "items"))
		TRY(read_refund_items(&in, arena, &c->refund, why));
	if (c->refund.reason == REFUND_CREDITED)
		TRY(json_in_uuid(&in, "credit_note_id", &c->refund.credit_note, why));
	m->body = c;
	return json_in_done(&in, why);
}

static enum err read_secrets(const struct json_in *in, struct arena *arena, struct provider_account *account, struct why *why)
{
	struct span *secrets;
	size_t n;

	TRY(json_in_list(in, "webhook_secrets", 1, 8, &n, why));
	secrets = ARENA_ARRAY(arena, struct span, n);
	for (size_t i = 0; i < n; i++)
		TRY(json_in_item_text(in, "webhook_secrets", i, 8, 255, &secrets[i], why));
	account->webhook_secrets = secrets;
	account->secret_count = n;
	return OK;
}

enum err wire_read_account(struct message *m, struct arena *arena, struct why *why)
{
	static const char *const providers[] = { "stripe", NULL };
	struct put_account *c = ARENA_NEW(arena, struct put_account);
	struct json_in in;
	size_t provider;

	TRY(json_in_open(&in, arena, m->payload, why));
	c->account.merchant = m->merchant;
	TRY(read_account_name(&in, "account", &c->account.name, why));
	TRY(json_in_choice(&in, "provider", providers, &provider, why));
	c->account.provider = span_of(providers[provider]);
	TRY(json_in_bool(&in, "live", &c->account.live, why));
	if (json_in_has(&in, "preferred"))
		TRY(json_in_bool(&in, "preferred", &c->account.preferred, why));
	if (json_in_has(&in, "closed"))
		TRY(json_in_bool(&in, "closed", &c->account.closed, why));
	c->has_api_key = json_in_has(&in, "api_key");
	if (c->has_api_key)
		TRY(json_in_text(&in, "api_key", 8, 255, &c->account.api_key, why));
	c->has_secrets = json_in_has(&in, "webhook_secrets");
	if (c->has_secrets)
		TRY(read_secrets(&in, arena, &c->account, why));
	m->body = c;
	return json_in_done(&in, why);
}

enum err wire_read_dismiss(struct message *m, struct arena *arena, struct why *why)
{
	struct note *note = ARENA_NEW(arena, struct note);
	struct json_in in;

	TRY(path_uuid(m, 2, &note->attempt, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_text(&in, "note", 1, 500, &note->text, why));
	m->body = note;
	return json_in_done(&in, why);
}

enum err wire_read_close_alarm(struct message *m, struct arena *arena, struct why *why)
{
	struct note *note = ARENA_NEW(arena, struct note);
	struct json_in in;

	note->kind = path_part(m->target, 2);
	note->subject = path_part(m->target, 3);
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_text(&in, "note", 1, 500, &note->text, why));
	m->body = note;
	return json_in_done(&in, why);
}

/* ---- replies ---- */

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

static void add_refund(struct json_out *out, const struct refund *refund)
{
	json_out_object(out, NULL);
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

struct span wire_attempt_json(struct arena *arena, const struct attempt *attempt, const struct policy *policy)
{
	struct json_out out;
	struct text text;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_uuid(&out, "id", attempt->id);
	json_out_string(&out, "state", attempt_state_name(attempt->state));
	json_out_span(&out, "customer", attempt->customer);
	json_out_span(&out, "account", attempt->account);
	json_out_bool(&out, "live", attempt->live);
	json_out_money(&out, "amount", attempt->amount);
	json_out_money(&out, "captured", attempt->captured);
	json_out_money(&out, "refunded", attempt->refunded);
	json_out_span(&out, "pay_url",
		span_of(arena_printf(arena, "%.*s/pay/%.*s", SPAN_ARG(policy->public_url),
			SPAN_ARG(attempt_token(arena, policy->link_key, attempt->id)))));
	json_out_instant(&out, "made_at", attempt->made_at);
	json_out_instant(&out, "expires_at", attempt->expires_at);
	add_references(&out, attempt);
	add_items(&out, attempt->items, attempt->item_count);
	json_out_array(&out, "refunds");
	for (size_t i = 0; i < attempt->refund_count; i++)
		add_refund(&out, &attempt->refunds[i]);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&text);
}

struct span wire_refund_json(struct arena *arena, const struct attempt *attempt, const struct refund *refund)
{
	struct json_out out;
	struct text text;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_uuid(&out, "attempt_id", attempt->id);
	json_out_array(&out, "refunds");
	add_refund(&out, refund);
	json_out_array_end(&out);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&text);
}

struct span wire_account_json(struct arena *arena, const struct provider_account *account, const struct policy *policy)
{
	struct json_out out;
	struct text text;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_span(&out, "account", account->name);
	json_out_span(&out, "provider", account->provider);
	json_out_bool(&out, "live", account->live);
	json_out_bool(&out, "preferred", account->preferred);
	json_out_bool(&out, "closed", account->closed);
	json_out_bool(&out, "has_api_key", account->api_key.size > 0);
	json_out_int(&out, "webhook_secrets", (int64_t)account->secret_count);
	json_out_span(&out, "webhook_url",
		span_of(arena_printf(arena, "%.*s/webhooks/stripe/%.*s:%.*s", SPAN_ARG(policy->public_url), SPAN_ARG(account->merchant),
			SPAN_ARG(account->name))));
	json_out_instant(&out, "changed_at", account->changed_at);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&text);
}

struct span wire_alarm_json(struct arena *arena, const struct alarm *alarm)
{
	struct json_out out;
	struct text text;

	text_init(&text, arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	json_out_span(&out, "kind", alarm->kind);
	json_out_span(&out, "subject", alarm->subject);
	json_out_span(&out, "detail", alarm->detail);
	if (!uuid_is_zero(alarm->attempt))
		json_out_uuid(&out, "attempt_id", alarm->attempt);
	json_out_instant(&out, "opened_at", alarm->opened_at);
	add_instant(&out, "closed_at", alarm->closed_at);
	add_text(&out, "closed_by", alarm->closed_by);
	add_text(&out, "note", alarm->note);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&text);
}
