#include "json_in.h"

#include <inttypes.h>

#include "json_tree.h"
#include "pan.h"

static const char *join(const struct json_in *in, const char *name)
{
	return in->path[0] == '\0' ? name : arena_printf(in->arena, "%s.%s", in->path, name);
}

const char *json_in_path(const struct json_in *in, const char *name)
{
	return join(in, name);
}

enum err json_in_open(struct json_in *in, struct arena *arena, struct span text, struct why *why)
{
	*in = (struct json_in){ .arena = arena, .path = "" };
	TRY(json_tree_read(arena, text, &in->object, why));
	if (in->object->kind != TREE_OBJECT)
		return why_set(why, ERR_INVALID, "json_malformed", "the body must be an object, not %s", json_tree_word(in->object->kind));
	return OK;
}

/* The member, marked as seen; NULL when there is none. */
static struct json *member(const struct json_in *in, const char *name)
{
	struct json *value = json_tree_member(in->object, name);

	if (value != NULL)
		value->seen = true;
	return value;
}

bool json_in_has(const struct json_in *in, const char *name)
{
	const struct json *value = member(in, name);

	return value != NULL && value->kind != TREE_NULL;
}

static enum err wrong_kind(const struct json *value, enum json_kind kind, const char *path, struct why *why)
{
	if (value == NULL || value->kind == TREE_NULL)
		return why_field(why, ERR_INVALID, "field_missing", path, "%s is missing", path);
	return why_field(
		why, ERR_INVALID, "field_type", path, "%s must be %s, not %s", path, json_tree_word(kind), json_tree_word(value->kind));
}

static enum err fetch(const struct json_in *in, const char *name, enum json_kind kind, struct json **value, struct why *why)
{
	*value = member(in, name);
	return *value != NULL && (*value)->kind == kind ? OK : wrong_kind(*value, kind, join(in, name), why);
}

static enum err invalid(const char *path, const char *rule, struct why *why)
{
	return why_field(why, ERR_INVALID, "field_invalid", path, "%s %s", path, rule);
}

static bool is_one_line(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] == '\n' || text.at[i] == '\t')
			return false;
	return true;
}

static enum err check_text(struct span text, const char *path, bool one_line, size_t least, size_t most, struct why *why)
{
	if (text.size < least && text.size == 0)
		return invalid(path, "must not be empty", why);
	if (text.size < least || text.size > most)
		return why_field(
			why, ERR_INVALID, "field_invalid", path, "%s must have %zu to %zu bytes, not %zu", path, least, most, text.size);
	if (!span_is_text(text) || (one_line && !is_one_line(text)))
		return invalid(path, "holds a control character", why);
	if (pan_is_in(text))
		return why_field(why, ERR_INVALID, "card_number", path, "%s holds what looks like a payment card number", path);
	return OK;
}

static enum err read_text(
	const struct json_in *in, const char *name, bool one_line, size_t least, size_t most, struct span *text, struct why *why)
{
	struct json *value;

	TRY(fetch(in, name, TREE_TEXT, &value, why));
	TRY(check_text(value->text, join(in, name), one_line, least, most, why));
	*text = value->text;
	return OK;
}

enum err json_in_text(const struct json_in *in, const char *name, size_t least, size_t most, struct span *text, struct why *why)
{
	return read_text(in, name, true, least, most, text, why);
}

enum err json_in_prose(const struct json_in *in, const char *name, size_t least, size_t most, struct span *text, struct why *why)
{
	return read_text(in, name, false, least, most, text, why);
}

enum err json_in_int64(const struct json_in *in, const char *name, int64_t least, int64_t most, int64_t *number, struct why *why)
{
	struct json *value;
	const char *path = join(in, name);

	TRY(fetch(in, name, TREE_INTEGER, &value, why));
	if (value->integer < least || value->integer > most)
		return why_field(why, ERR_INVALID, "field_invalid", path, "%s must be %" PRId64 " to %" PRId64 ", not %" PRId64, path,
			least, most, value->integer);
	*number = value->integer;
	return OK;
}

enum err json_in_bool(const struct json_in *in, const char *name, bool *flag, struct why *why)
{
	struct json *value;

	TRY(fetch(in, name, TREE_BOOL, &value, why));
	*flag = value->flag;
	return OK;
}

enum err json_in_date(const struct json_in *in, const char *name, struct date *date, struct why *why)
{
	struct json *value;

	TRY(fetch(in, name, TREE_TEXT, &value, why));
	return date_parse(value->text, date) == OK ? OK : invalid(join(in, name), "must be a date, YYYY-MM-DD", why);
}

enum err json_in_instant(const struct json_in *in, const char *name, struct instant *instant, struct why *why)
{
	struct json *value;

	TRY(fetch(in, name, TREE_TEXT, &value, why));
	return instant_parse(value->text, instant) == OK
		       ? OK
		       : invalid(join(in, name), "must be an instant of RFC 3339, such as 2026-11-22T13:00:00Z", why);
}

enum err json_in_uuid(const struct json_in *in, const char *name, struct uuid *uuid, struct why *why)
{
	struct json *value;

	TRY(fetch(in, name, TREE_TEXT, &value, why));
	return uuid_parse(value->text, uuid) == OK ? OK : invalid(join(in, name), "must be a UUID", why);
}

/* The parser's reason, at the field's path. */
static enum err pass(enum err err, const char *path, const struct why *inner, struct why *why)
{
	if (err == OK)
		return OK;
	return why_field(why, ERR_INVALID, inner->code, path, "%s: %s", path, inner->text);
}

enum err json_in_decimal(const struct json_in *in, const char *name, struct decimal *decimal, struct why *why)
{
	struct json *value = member(in, name);
	const char *path = join(in, name);
	struct why inner = { .code = "field_invalid" };

	if (value != NULL && value->kind == TREE_INTEGER)
		return decimal_make(value->integer, 0, decimal) == OK ? OK : invalid(path, "is too large", why);
	if (value == NULL || value->kind != TREE_TEXT)
		return wrong_kind(value, TREE_TEXT, path, why);
	return pass(decimal_parse(value->text, decimal, &inner), path, &inner, why);
}

enum err json_in_currency(const struct json_in *in, const char *name, struct currency *currency, struct why *why)
{
	struct json *value;
	const char *path = join(in, name);

	TRY(fetch(in, name, TREE_TEXT, &value, why));
	if (currency_parse(value->text, currency) != OK)
		return why_field(why, ERR_INVALID, "currency_unknown", path, "%s is not a currency of ISO 4217", path);
	return OK;
}

/* Both forms may be given, as our own answers do; then they must agree. */
static enum err read_amount(const struct json_in *in, struct currency currency, struct money *money, struct why *why)
{
	struct money digits;
	struct span amount;
	struct why inner = { .code = "field_invalid" };
	const char *path = join(in, "amount");
	int64_t minor;

	if (json_in_has(in, "minor") || !json_in_has(in, "amount")) {
		TRY(json_in_int64(in, "minor", -MONEY_LIMIT + 1, MONEY_LIMIT - 1, &minor, why));
		*money = (struct money){ minor, currency };
	}
	if (!json_in_has(in, "amount"))
		return OK;
	TRY(json_in_text(in, "amount", 1, 32, &amount, why));
	TRY(pass(money_parse(amount, currency, &digits, &inner), path, &inner, why));
	if (json_in_has(in, "minor") && digits.minor != minor)
		return invalid(path, "is not what minor says", why);
	*money = digits;
	return OK;
}

enum err json_in_money(const struct json_in *in, const char *name, struct money *money, struct why *why)
{
	struct json_in child;
	struct currency currency;

	TRY(json_in_object(in, name, &child, why));
	TRY(json_in_currency(&child, "currency", &currency, why));
	return read_amount(&child, currency, money, why);
}

enum err json_in_choice(const struct json_in *in, const char *name, const char *const *words, size_t *index, struct why *why)
{
	struct json *value;
	struct text list;

	TRY(fetch(in, name, TREE_TEXT, &value, why));
	text_init(&list, in->arena);
	for (size_t i = 0; words[i] != NULL; i++) {
		if (span_is(value->text, words[i])) {
			*index = i;
			return OK;
		}
		text_printf(&list, "%s%s", i == 0 ? "" : ", ", words[i]);
	}
	return why_field(why, ERR_INVALID, "field_invalid", join(in, name), "%s must be one of %s", join(in, name), text_done(&list).at);
}

enum err json_in_object(const struct json_in *in, const char *name, struct json_in *child, struct why *why)
{
	struct json *value;

	TRY(fetch(in, name, TREE_OBJECT, &value, why));
	*child = (struct json_in){ .arena = in->arena, .object = value, .path = join(in, name) };
	return OK;
}

enum err json_in_list(const struct json_in *in, const char *name, size_t least, size_t most, size_t *count, struct why *why)
{
	struct json *value;
	const char *path = join(in, name);

	TRY(fetch(in, name, TREE_LIST, &value, why));
	if (value->count < least || value->count > most)
		return why_field(why, ERR_INVALID, "field_invalid", path, "%s must have %zu to %zu elements, not %zu", path, least, most,
			value->count);
	*count = value->count;
	return OK;
}

static enum err element(
	const struct json_in *in, const char *name, size_t i, enum json_kind kind, struct json **value, const char **path, struct why *why)
{
	struct json *list;

	TRY(fetch(in, name, TREE_LIST, &list, why));
	if (i >= list->count)
		bug("json: element %zu of %zu", i, list->count);
	*path = arena_printf(in->arena, "%s[%zu]", join(in, name), i);
	*value = &list->values[i];
	(*value)->seen = true;
	return (*value)->kind == kind ? OK : wrong_kind(*value, kind, *path, why);
}

enum err json_in_item(const struct json_in *in, const char *name, size_t i, struct json_in *child, struct why *why)
{
	struct json *value;
	const char *path;

	TRY(element(in, name, i, TREE_OBJECT, &value, &path, why));
	*child = (struct json_in){ .arena = in->arena, .object = value, .path = path };
	return OK;
}

enum err json_in_item_text(
	const struct json_in *in, const char *name, size_t i, size_t least, size_t most, struct span *text, struct why *why)
{
	struct json *value;
	const char *path;

	TRY(element(in, name, i, TREE_TEXT, &value, &path, why));
	TRY(check_text(value->text, path, true, least, most, why));
	*text = value->text;
	return OK;
}

/* A member may have no name at all. */
static struct span shown(struct span name)
{
	return name.size == 0 ? SPAN("\"\"") : name;
}

/* The path, from `json` down, to the first value that was not seen; NULL when all were. Depth is bounded by the reader. */
static const char *find_unseen(struct arena *arena, const struct json *json)
{
	for (size_t i = 0; i < json->count; i++) {
		const struct json *value = &json->values[i];
		const char *below = value->seen ? find_unseen(arena, value) : "";
		const char *dot = below == NULL || below[0] == '\0' || below[0] == '[' ? "" : ".";

		if (below != NULL && json->kind == TREE_LIST)
			return arena_printf(arena, "[%zu]%s%s", i, dot, below);
		if (below != NULL)
			return arena_printf(arena, "%.*s%s%s", SPAN_ARG(shown(json->names[i])), dot, below);
	}
	return NULL;
}

enum err json_in_done(const struct json_in *in, struct why *why)
{
	const char *path = find_unseen(in->arena, in->object);

	if (path == NULL)
		return OK;
	path = join(in, path);
	return why_field(why, ERR_INVALID, "field_unknown", path, "%s is not a field here", path);
}
