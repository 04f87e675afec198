#include "json_out.h"
#include "match/trust.h"
#include "readers/readers.h"
#include "wire.h"

struct span wire_path_part(struct span path, int n)
{
	struct span head = path, rest = path;
	for (int i = 0; i <= n; i++)
		span_cut(rest, '/', &head, &rest);
	return head;
}

/* "/v1/lines/{id}/match": an id that is none is one that is not there. */
enum err wire_read_target(const struct message *m, struct uuid *id, struct why *why)
{
	if (uuid_parse(wire_path_part(m->target, 3), id) != OK)
		return why_set(why, ERR_NOT_FOUND, "not_found", "there is nothing at %.*s", SPAN_ARG(m->target));
	return OK;
}

static enum err may_text(const struct json_in *in, const char *name, size_t most, struct span *out, struct why *why)
{
	return json_in_has(in, name) ? json_in_text(in, name, 0, most, out, why) : OK;
}

static enum err may_uuid(const struct json_in *in, const char *name, struct uuid *out, struct why *why)
{
	return json_in_has(in, name) ? json_in_uuid(in, name, out, why) : OK;
}

enum err wire_read_by(const struct json_in *in, const struct message *m, struct by_whom *by, struct why *why)
{
	by->client = m->client;
	TRY(json_in_text(in, "who", 1, 100, &by->who, why));
	return json_in_text(in, "why", 1, 500, &by->why, why);
}

static enum err read_item(const struct json_in *in, struct named_item *item, struct why *why)
{
	int64_t part = 0;
	TRY(may_uuid(in, "invoice_id", &item->item.invoice, why));
	TRY(may_text(in, "invoice_number", 32, &item->number, why));
	if (json_in_has(in, "invoice_id") == json_in_has(in, "invoice_number"))
		return why_field(why, ERR_INVALID, "invoice_unsaid", json_in_path(in, "invoice_id"), "either invoice_id or invoice_number");
	if (json_in_has(in, "part"))
		TRY(json_in_int64(in, "part", 1, 1000, &part, why));
	item->item.part = (int32_t)part;
	if (!json_in_has(in, "amount"))
		return OK;
	TRY(json_in_money(in, "amount", &item->amount, why));
	if (item->amount.minor <= 0)
		return why_field(why, ERR_INVALID, "amount_not_positive", json_in_path(in, "amount"), "an amount above 0");
	return OK;
}

static enum err read_items(const struct json_in *in, size_t least, const struct named_item **out, size_t *n, struct why *why)
{
	struct named_item *items = ARENA_ARRAY(in->arena, struct named_item, HAND_ITEMS);
	struct json_in item;
	*out = items;
	*n = 0;
	if (!least && !json_in_has(in, "items"))
		return OK;
	TRY(json_in_list(in, "items", least, HAND_ITEMS, n, why));
	for (size_t i = 0; i < *n; i++) {
		TRY(json_in_item(in, "items", i, &item, why));
		TRY(read_item(&item, &items[i], why));
	}
	return OK;
}

/* ---- accounts ---- */

static enum err read_identifier(const struct json_in *in, struct arena *arena, struct span *out, struct why *why)
{
	struct span text = SPAN("");
	bool is_iban = json_in_has(in, "iban");
	if (is_iban == json_in_has(in, "other_id"))
		return why_field(why, ERR_INVALID, "account_unsaid", "iban", "either iban or other_id");
	TRY(json_in_text(in, is_iban ? "iban" : "other_id", 1, 42, &text, why));
	*out = account_identifier(arena, text);
	if (is_iban && !iban_is_valid(*out))
		return why_field(why, ERR_INVALID, "iban_invalid", "iban", "the check digits don't hold");
	return OK;
}

static enum err read_trust(const struct json_in *in, struct arena *arena, struct define_account *d, struct why *why)
{
	struct trust trust;
	struct span words = SPAN("");
	d->has_trust = json_in_has(in, "trust_waits");
	if (d->has_trust)
		TRY(wire_read_words(in, arena, "trust_waits", TRUST_KINDS, &words, why));
	TRY(trust_read(words, &trust, why));
	d->trust_waits = trust_words(arena, &trust);
	d->has_person_above = json_in_has(in, "person_above");
	if (d->has_person_above)
		TRY(json_in_money(in, "person_above", &d->person_above, why));
	if (d->has_person_above && d->person_above.minor < 0)
		return why_field(why, ERR_INVALID, "field_invalid", "person_above", "0 or more; 0: of no amount");
	return OK;
}

static enum err read_word(const struct json_in *in, const char *name, bool *has, struct span *out, struct why *why)
{
	*has = json_in_has(in, name);
	return *has ? json_in_text(in, name, 0, 64, out, why) : OK;
}

static enum err read_files(const struct json_in *in, struct define_account *d, struct why *why)
{
	TRY(read_word(in, "charset", &d->has_charset, &d->files.charset, why));
	TRY(read_word(in, "format", &d->has_format, &d->files.format, why));
	TRY(read_word(in, "profile", &d->has_profile, &d->files.profile, why));
	if (d->has_charset && charset_find(d->files.charset) == CHARSETS)
		return why_field(why, ERR_INVALID, "field_invalid", "charset", CHARSET_WORDS);
	if (d->files.format.size && !reader_find(d->files.format))
		return why_field(why, ERR_INVALID, "field_invalid", "format", "no format is called '%.*s'", SPAN_ARG(d->files.format));
	return OK;
}

enum err wire_read_define_account(const struct message *m, struct arena *arena, struct define_account *d, struct why *why)
{
	struct json_in in;
	struct span *providers = ARENA_ARRAY(arena, struct span, ACCOUNT_PROVIDERS);
	d->collecting = true;
	d->zone = SPAN("UTC");
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(read_identifier(&in, arena, &d->identifier, why));
	TRY(json_in_currency(&in, "currency", &d->currency, why));
	TRY(may_text(&in, "name", 100, &d->name, why));
	TRY(may_text(&in, "zone", 64, &d->zone, why));
	if (json_in_has(&in, "collecting"))
		TRY(json_in_bool(&in, "collecting", &d->collecting, why));
	if (json_in_has(&in, "closed"))
		TRY(json_in_bool(&in, "closed", &d->closed, why));
	if (json_in_has(&in, "provider_accounts"))
		TRY(json_in_list(&in, "provider_accounts", 0, ACCOUNT_PROVIDERS, &d->provider_count, why));
	for (size_t i = 0; i < d->provider_count; i++)
		TRY(json_in_item_text(&in, "provider_accounts", i, 1, 48, &providers[i], why));
	d->providers = providers;
	TRY(read_trust(&in, arena, d, why));
	TRY(read_files(&in, d, why));
	return json_in_done(&in, why);
}

/* ---- lines ---- */

static enum err check_one_way(const struct match_line *c, struct why *why)
{
	int ways = (c->item_count || c->customer.size) + !uuid_is_zero(c->payout) + !uuid_is_zero(c->return_of) +
		   !uuid_is_zero(c->refund_of) + (c->booked_to.size != 0);
	if (ways != 1)
		return why_field(why, ERR_INVALID, "match_unsaid", "items",
			"exactly one of items (or customer_ref), payout_id, return_of, refund_of, account");
	return OK;
}

enum err wire_read_match(const struct message *m, struct arena *arena, struct match_line *c, struct why *why)
{
	struct json_in in;
	TRY(wire_read_target(m, &c->line, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	TRY(read_items(&in, 0, &c->items, &c->item_count, why));
	TRY(may_text(&in, "customer_ref", 64, &c->customer, why));
	TRY(may_uuid(&in, "payout_id", &c->payout, why));
	TRY(may_uuid(&in, "return_of", &c->return_of, why));
	TRY(may_uuid(&in, "refund_of", &c->refund_of, why));
	TRY(may_text(&in, "account", 64, &c->booked_to, why));
	TRY(check_one_way(c, why));
	return json_in_done(&in, why);
}

enum err wire_read_unmatch(const struct message *m, struct arena *arena, struct unmatch_line *c, struct why *why)
{
	struct json_in in;
	TRY(wire_read_target(m, &c->line, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	return json_in_done(&in, why);
}

/* ---- receipts and the rest ---- */

enum err wire_read_receipt(const struct message *m, struct arena *arena, struct record_receipt *c, struct why *why)
{
	struct json_in in;
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	TRY(json_in_text(&in, "customer_ref", 1, 64, &c->customer, why));
	TRY(json_in_money(&in, "amount", &c->amount, why));
	if (c->amount.minor <= 0)
		return why_field(why, ERR_INVALID, "amount_not_positive", "amount", "a receipt is more than 0");
	TRY(json_in_date(&in, "value_date", &c->value_date, why));
	TRY(read_items(&in, 0, &c->items, &c->item_count, why));
	return json_in_done(&in, why);
}

enum err wire_read_allocate(const struct message *m, struct arena *arena, struct allocate_receipt *c, struct why *why)
{
	struct json_in in;
	TRY(wire_read_target(m, &c->receipt, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	TRY(read_items(&in, 1, &c->items, &c->item_count, why));
	return json_in_done(&in, why);
}

enum err wire_read_write_off(const struct message *m, struct arena *arena, struct write_off *c, struct why *why)
{
	struct json_in in;
	int64_t part = 1;
	TRY(wire_read_target(m, &c->invoice, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	if (json_in_has(&in, "part"))
		TRY(json_in_int64(&in, "part", 1, 1000, &part, why));
	c->part = (int32_t)part;
	if (json_in_has(&in, "amount"))
		TRY(json_in_money(&in, "amount", &c->amount, why));
	return json_in_done(&in, why);
}

enum err wire_read_close(const struct message *m, struct arena *arena, struct close_exception *c, struct why *why)
{
	struct json_in in;
	TRY(wire_read_target(m, &c->exception, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	return json_in_done(&in, why);
}

enum err wire_read_accept(const struct message *m, struct arena *arena, struct accept_statement *c, struct why *why)
{
	struct json_in in;
	TRY(wire_read_target(m, &c->statement, why));
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(wire_read_by(&in, m, &c->by, why));
	return json_in_done(&in, why);
}

/* ---- due work of our own ---- */

enum err wire_read_own(const struct message *m, struct arena *arena, struct own *own, struct why *why)
{
	struct json_in in;
	TRY(json_in_open(&in, arena, m->payload, why));
	TRY(json_in_text(&in, "merchant", 1, 32, &own->merchant, why));
	TRY(json_in_uuid(&in, "id", &own->id, why));
	return json_in_done(&in, why);
}

struct span wire_print_own(struct arena *arena, const struct own *own)
{
	struct json_out out;
	struct text t;
	text_init(&t, arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_span(&out, "merchant", own->merchant);
	json_out_uuid(&out, "id", own->id);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}
