#include "wire_values.h"

enum err wire_whose(const struct message *m, const char *merchant_id, const char *customer_ref, struct span *merchant,
	struct span *customer, struct why *why)
{
	if (message_key(m->key, merchant, customer) != OK)
		return why_field(why, ERR_INVALID, "key_invalid", "key", "the key is not merchant:customer");
	if (!span_is(*merchant, merchant_id) || !span_is(*customer, customer_ref))
		return why_field(why, ERR_INVALID, "key_differs", "key", "the key and the message name different merchants or customers");
	return OK;
}

enum err wire_may_uuid(ProtobufCBinaryData data, const char *field, struct uuid *out, struct why *why)
{
	*out = (struct uuid){ 0 };
	if (data.len && uuid_from_bytes(protobuf_bytes(data), out) != OK)
		return why_field(why, ERR_INVALID, "id_invalid", field, "an id has 16 bytes");
	return OK;
}

enum err wire_uuid(ProtobufCBinaryData data, const char *field, struct uuid *out, struct why *why)
{
	TRY(wire_may_uuid(data, field, out, why));
	return uuid_is_zero(*out) ? why_field(why, ERR_INVALID, "id_missing", field, "the id is missing") : OK;
}

enum err wire_currency(const char *code, const char *field, struct currency *out, struct why *why)
{
	if (currency_parse(span_of(code), out) != OK)
		return why_field(why, ERR_INVALID, "currency_unknown", field, "'%.8s' is not a currency of ISO 4217", code);
	return OK;
}

enum err wire_money(const Dunlin__Type__V1__Money *from, const char *field, struct money *out, struct why *why)
{
	struct currency currency;
	if (!from)
		return why_field(why, ERR_INVALID, "amount_missing", field, "the amount is missing");
	TRY(wire_currency(from->currency, field, &currency, why));
	if (money_make(from->minor, currency, out) != OK)
		return why_field(why, ERR_INVALID, "amount_too_large", field, "an amount is less than 2^53 minor units");
	return OK;
}

enum err wire_minor(const Dunlin__Type__V1__Money *from, struct currency currency, const char *field, int64_t *out, struct why *why)
{
	struct money money;
	*out = 0;
	if (!from)
		return OK;
	TRY(wire_money(from, field, &money, why));
	if (!currency_equal(money.currency, currency))
		return why_field(why, ERR_INVALID, "currency_differs", field, "%s in a message in %s", money.currency.code, currency.code);
	*out = money.minor;
	return OK;
}

enum err wire_date(const Dunlin__Type__V1__Date *from, const char *field, struct date *out, struct why *why)
{
	if (!from || date_ymd(from->year, from->month, from->day, out) != OK)
		return why_field(why, ERR_INVALID, "date_invalid", field, "the date is missing or none of the calendar");
	return OK;
}

enum err wire_text(const char *from, const char *field, size_t least, size_t most, struct span *out, struct why *why)
{
	*out = span_of(from);
	if (out->size < least || out->size > most || !span_is_text(*out))
		return why_field(why, ERR_INVALID, "text_invalid", field, "a text of %zu to %zu bytes without controls", least, most);
	return OK;
}

Dunlin__Type__V1__Money *wire_print_money(struct arena *arena, struct currency currency, int64_t minor)
{
	Dunlin__Type__V1__Money *to = ARENA_NEW(arena, Dunlin__Type__V1__Money);
	dunlin__type__v1__money__init(to);
	to->minor = minor;
	to->currency = arena_strdup(arena, currency.code);
	return to;
}

Dunlin__Type__V1__Date *wire_print_date(struct arena *arena, struct date date)
{
	Dunlin__Type__V1__Date *to = ARENA_NEW(arena, Dunlin__Type__V1__Date);
	struct ymd p = date_parts(date);
	dunlin__type__v1__date__init(to);
	to->year = p.year;
	to->month = p.month;
	to->day = p.day;
	return to;
}

char *wire_print_text(struct arena *arena, struct span text)
{
	return span_cstr(arena, text);
}

ProtobufCBinaryData wire_print_uuid(struct arena *arena, struct uuid id)
{
	if (uuid_is_zero(id))
		return (ProtobufCBinaryData){ 0 };
	return (ProtobufCBinaryData){ .len = sizeof(id.b), .data = arena_copy(arena, id.b, sizeof(id.b)) };
}
