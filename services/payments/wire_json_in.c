#include "json_in.h"
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
		return why_field(why, ERR_INVALID, "field_invalid", json_in_path(in, field),
			"an account's name is 1 to %d of [A-Za-z0-9._-]", PROVIDER_ACCOUNT_NAME);
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
	TRY(json_in_done(&in, why));
	m->body = c;
	return OK;
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
	TRY(json_in_done(&in, why));
	m->body = c;
	return OK;
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
	TRY(json_in_done(&in, why));
	m->body = c;
	return OK;
}

enum err wire_read_dismiss(struct message *m, struct arena *arena, struct why *why)
{
	struct note *note = ARENA_NEW(arena, struct note);
	struct json_in in;

	TRY(path_uuid(m, 2, &note->attempt, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_text(&in, "note", 1, 500, &note->text, why));
	TRY(json_in_done(&in, why));
	m->body = note;
	return OK;
}

enum err wire_read_close_alarm(struct message *m, struct arena *arena, struct why *why)
{
	struct note *note = ARENA_NEW(arena, struct note);
	struct json_in in;

	note->kind = path_part(m->target, 2);
	note->subject = path_part(m->target, 3);
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_text(&in, "note", 1, 500, &note->text, why));
	TRY(json_in_done(&in, why));
	m->body = note;
	return OK;
}
