/*
 * json_in: JSON from outside (RFC 8259), read field by field into values.
 *
 * Strict: valid UTF-8, no member twice, no NUL, at most 16 levels, integers exact in 64 bits, nothing after the end. Every error is
 * ERR_INVALID and names the field by its path, such as "lines[2].quantity". Fields that nobody asked for are errors too: json_in_done
 * (left out where the document is a provider's, which may grow fields).
 * A field that is null counts as absent. Texts that hold a payment card number are refused. Everything lives in the arena.
 *
 *	struct json_in in, line;
 *	TRY(json_in_open(&in, arena, payload, why));
 *	TRY(json_in_text(&in, "customer", 1, 64, &ref, why));
 *	if (json_in_has(&in, "due"))
 *		TRY(json_in_date(&in, "due", &due, why));
 *	TRY(json_in_list(&in, "lines", 1, 500, &count, why));
 *	for (size_t i = 0; i < count; i++) {
 *		TRY(json_in_item(&in, "lines", i, &line, why));
 *		TRY(json_in_decimal(&line, "quantity", &quantity, why));
 *	}
 *	TRY(json_in_done(&in, why));
 */
#ifndef DUNLIN_JSON_IN_H
#define DUNLIN_JSON_IN_H

#include "date.h"
#include "money.h"
#include "span.h"
#include "uuid.h"

struct json;

/* One object of a document, and the path to it. */
struct json_in {
	struct arena *arena;
	struct json *object;
	const char *path; /* "" for the document */
};

/* Reads a document, which must be an object. Codes: json_malformed, json_too_deep. */
enum err json_in_open(struct json_in *, struct arena *, struct span text, struct why *) MUST_CHECK;

/* There, and not null. */
bool json_in_has(const struct json_in *, const char *name);

/* Each of these requires the field. Codes: field_missing, field_type (another JSON type), field_invalid (a value that can't be). */

/* One line of least..most bytes: no controls, no tab, no newline. Code card_number for one that holds one. */
enum err json_in_text(const struct json_in *, const char *name, size_t least, size_t most, struct span *, struct why *) MUST_CHECK;
/* The same with tabs and newlines. */
enum err json_in_prose(const struct json_in *, const char *name, size_t least, size_t most, struct span *, struct why *) MUST_CHECK;
enum err json_in_int64(const struct json_in *, const char *name, int64_t least, int64_t most, int64_t *, struct why *) MUST_CHECK;
enum err json_in_bool(const struct json_in *, const char *name, bool *, struct why *) MUST_CHECK;
/* Texts in the form that the parser of each value takes; a decimal may also be an integer. */
enum err json_in_date(const struct json_in *, const char *name, struct date *, struct why *) MUST_CHECK;
enum err json_in_instant(const struct json_in *, const char *name, struct instant *, struct why *) MUST_CHECK;
enum err json_in_uuid(const struct json_in *, const char *name, struct uuid *, struct why *) MUST_CHECK;
enum err json_in_decimal(const struct json_in *, const char *name, struct decimal *, struct why *) MUST_CHECK;
enum err json_in_currency(const struct json_in *, const char *name, struct currency *, struct why *) MUST_CHECK;
/* {"minor": 1999, "currency": "EUR"} or {"amount": "19.99", "currency": "EUR"}: minor is an integer, |minor| < 2^53; amount is a text, as
 * money_parse takes it. Both may be there when they agree. */
enum err json_in_money(const struct json_in *, const char *name, struct money *, struct why *) MUST_CHECK;
/* One of the words (NULL-terminated list): its index. */
enum err json_in_choice(const struct json_in *, const char *name, const char *const *words, size_t *index, struct why *) MUST_CHECK;

enum err json_in_object(const struct json_in *, const char *name, struct json_in *child, struct why *) MUST_CHECK;
/* A list of least..most elements: how many there are. */
enum err json_in_list(const struct json_in *, const char *name, size_t least, size_t most, size_t *count, struct why *) MUST_CHECK;
/* Element i (below the count) of a list of objects, or of a list of texts (as json_in_text). */
enum err json_in_item(const struct json_in *, const char *name, size_t i, struct json_in *child, struct why *) MUST_CHECK;
enum err json_in_item_text(
	const struct json_in *, const char *name, size_t i, size_t least, size_t most, struct span *, struct why *) MUST_CHECK;

/* The field at this path for an error that the caller finds: why_field(why, err, code, json_in_path(&line, "quantity"), …). */
const char *json_in_path(const struct json_in *, const char *name);

/* An error (field_unknown) that names the first field, at any depth, that nothing above has read or skipped. On the document, once. */
enum err json_in_done(const struct json_in *, struct why *) MUST_CHECK;

#endif
