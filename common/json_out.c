#include "json_out.h"

#include <string.h>

void json_out_init(struct json_out *json, struct text *text)
{
	*json = (struct json_out){ .text = text };
}

static void add_char(struct text *text, struct span rune)
{
	char c = rune.at[0];

	if (c == '"' || c == '\\') {
		text_char(text, '\\');
		text_char(text, c);
	} else if (c == '\n') {
		text_add(text, "\\n");
	} else if (rune.size == 1 && (uint8_t)c < 0x20) {
		text_printf(text, "\\u%04x", (unsigned)c);
	} else {
		text_span(text, rune);
	}
}

static void add_string(struct text *text, struct span from)
{
	text_char(text, '"');
	while (from.size > 0) {
		uint32_t rune;
		size_t n = span_rune(from, &rune);

		if (n == 0)
			text_add(text, "\xef\xbf\xbd");
		else
			add_char(text, (struct span){ from.at, n });
		from = span_from(from, n == 0 ? 1 : n);
	}
	text_char(text, '"');
}

/* What stands before a value: the comma, the name. */
static void begin_value(struct json_out *json, const char *name)
{
	bool in_object = json->depth > 0 && json->ends[json->depth - 1] == '}';

	if (in_object != (name != NULL))
		bug("json_out: a value %s%s where there %s", name == NULL ? "without a name" : "named ", name == NULL ? "" : name,
			in_object ? "must be one" : "can be none");
	if (json->depth == 0 && json->has_value)
		bug("json_out: a second value at the top");
	if (json->has_value)
		text_char(json->text, ',');
	json->has_value = true;
	if (name != NULL) {
		add_string(json->text, span_of(name));
		text_char(json->text, ':');
	}
}

static void open_level(struct json_out *json, const char *name, char start, char end)
{
	begin_value(json, name);
	if (json->depth == JSON_OUT_DEPTH)
		bug("json_out: more than %d levels", JSON_OUT_DEPTH);
	text_char(json->text, start);
	json->ends[json->depth++] = end;
	json->has_value = false;
}

static void close_level(struct json_out *json, char end)
{
	if (json->depth == 0 || json->ends[json->depth - 1] != end)
		bug("json_out: '%c' closes nothing", end);
	text_char(json->text, end);
	json->depth--;
	json->has_value = true;
}

void json_out_object(struct json_out *json, const char *name)
{
	open_level(json, name, '{', '}');
}

void json_out_object_end(struct json_out *json)
{
	close_level(json, '}');
}

void json_out_array(struct json_out *json, const char *name)
{
	open_level(json, name, '[', ']');
}

void json_out_array_end(struct json_out *json)
{
	close_level(json, ']');
}

void json_out_string(struct json_out *json, const char *name, const char *string)
{
	if (string == NULL)
		json_out_null(json, name);
	else
		json_out_span(json, name, span_of(string));
}

void json_out_span(struct json_out *json, const char *name, struct span span)
{
	begin_value(json, name);
	add_string(json->text, span);
}

void json_out_int(struct json_out *json, const char *name, int64_t value)
{
	begin_value(json, name);
	text_printf(json->text, "%lld", (long long)value);
}

void json_out_bool(struct json_out *json, const char *name, bool value)
{
	begin_value(json, name);
	text_add(json->text, value ? "true" : "false");
}

void json_out_null(struct json_out *json, const char *name)
{
	begin_value(json, name);
	text_add(json->text, "null");
}

void json_out_money(struct json_out *json, const char *name, struct money money)
{
	json_out_object(json, name);
	json_out_int(json, "minor", money.minor);
	json_out_string(json, "currency", money.currency.code);
	json_out_string(json, "amount", money_digits(json->text->arena, money));
	json_out_object_end(json);
}

void json_out_decimal(struct json_out *json, const char *name, struct decimal decimal)
{
	json_out_string(json, name, decimal_text(json->text->arena, decimal));
}

void json_out_date(struct json_out *json, const char *name, struct date date)
{
	char text[DATE_TEXT + 1];

	date_print(date, text);
	json_out_string(json, name, text);
}

void json_out_instant(struct json_out *json, const char *name, struct instant at)
{
	char text[INSTANT_TEXT + 1];

	instant_print(at, text);
	json_out_string(json, name, text);
}

void json_out_uuid(struct json_out *json, const char *name, struct uuid uuid)
{
	char text[UUID_TEXT + 1];

	uuid_print(uuid, text);
	json_out_string(json, name, text);
}

void json_out_done(const struct json_out *json)
{
	if (json->depth != 0 || !json->has_value)
		bug("json_out: the document is not complete");
}
