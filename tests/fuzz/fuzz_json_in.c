/*
 * A JSON document, read as a command with a field of every type.
 */
#include <stdlib.h>
#include <string.h>

#include "json_in.h"
#include "pan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* Every error is ERR_INVALID, with a code and a text. */
static bool fine(enum err err, struct why *why)
{
	demand(err == OK || (err == ERR_INVALID && why->err == err && why->code[0] != '\0' && why->text[0] != '\0'));
	return err == OK;
}

static void read_values(const struct json_in *in)
{
	static const char *const words[] = { "yes", "no", NULL };
	struct why why;
	struct date date;
	struct instant instant;
	struct uuid uuid;
	struct decimal decimal;
	struct money money;
	size_t index;
	bool flag;
	int64_t number;

	if (fine(json_in_int64(in, "n", -5, 1000, &number, &why), &why))
		demand(number >= -5 && number <= 1000);
	if (fine(json_in_choice(in, "choice", words, &index, &why), &why))
		demand(index < 2);
	if (fine(json_in_money(in, "money", &money, &why), &why))
		demand(money.minor < MONEY_LIMIT && money.minor > -MONEY_LIMIT && strlen(money.currency.code) == 3);
	if (fine(json_in_decimal(in, "decimal", &decimal, &why), &why))
		demand(decimal.scale >= 0 && decimal.scale <= 12);
	if (fine(json_in_date(in, "date", &date, &why), &why))
		demand(date_parts(date).year >= 1);
	fine(json_in_bool(in, "flag", &flag, &why), &why);
	fine(json_in_instant(in, "instant", &instant, &why), &why);
	fine(json_in_uuid(in, "uuid", &uuid, &why), &why);
}

static void read_texts(const struct json_in *in)
{
	struct span text;
	struct why why;

	if (fine(json_in_text(in, "text", 1, 40, &text, &why), &why))
		demand(text.size >= 1 && text.size <= 40 && span_is_text(text) && memchr(text.at, '\n', text.size) == NULL &&
			!pan_is_in(text));
	if (fine(json_in_prose(in, "prose", 0, 400, &text, &why), &why))
		demand(text.size <= 400 && span_is_text(text));
}

static void read_list(const struct json_in *in)
{
	struct json_in item;
	struct span text;
	struct why why;
	size_t count = 0;

	if (!json_in_has(in, "lines") || !fine(json_in_list(in, "lines", 0, 20, &count, &why), &why))
		return;
	demand(count <= 20);
	for (size_t i = 0; i < count; i++) {
		if (fine(json_in_item(in, "lines", i, &item, &why), &why))
			read_values(&item);
		else
			fine(json_in_item_text(in, "lines", i, 0, 9, &text, &why), &why);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct json_in in;
	struct why why;

	if (fine(json_in_open(&in, arena, span_bytes(data, size), &why), &why)) {
		demand(span_is_utf8(span_bytes(data, size)));
		read_values(&in);
		read_texts(&in);
		read_list(&in);
		if (!fine(json_in_done(&in, &why), &why))
			demand(strcmp(why.code, "field_unknown") == 0 && why.field[0] != '\0');
	}
	arena_close(arena);
	return 0;
}
