/*
 * json_out: JSON written into a text (RFC 8259), value by value.
 *
 * Inside an object every value has a name, inside an array and at the top none (NULL): anything else, a value too many at
 * the top, or an end that does not fit is a bug(). Reading JSON is jansson's, in each service's wire.c.
 */
#ifndef DUNLIN_JSON_OUT_H
#define DUNLIN_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "date.h"
#include "money.h"
#include "span.h"
#include "uuid.h"

#define JSON_OUT_DEPTH 32

/* The fields are the writer's own. */
struct json_out {
	struct text *text;
	int depth;
	char ends[JSON_OUT_DEPTH]; /* '}' or ']' of each open level */
	bool has_value;            /* the innermost level has one already */
};

/* Starts a document at the end of what the text holds already. */
void json_out_init(struct json_out *, struct text *);

void json_out_object(struct json_out *, const char *name);
void json_out_object_end(struct json_out *);
void json_out_array(struct json_out *, const char *name);
void json_out_array_end(struct json_out *);

/* Strings are UTF-8; each byte that is not part of it becomes U+FFFD. A NULL string is null. */
void json_out_string(struct json_out *, const char *name, const char *);
void json_out_span(struct json_out *, const char *name, struct span);
void json_out_int(struct json_out *, const char *name, int64_t);
void json_out_bool(struct json_out *, const char *name, bool);
void json_out_null(struct json_out *, const char *name);

/* {"minor":1234,"currency":"EUR","amount":"12.34"} */
void json_out_money(struct json_out *, const char *name, struct money);
/* Decimals, dates, instants and uuids are strings, as their own modules print them. */
void json_out_decimal(struct json_out *, const char *name, struct decimal);
void json_out_date(struct json_out *, const char *name, struct date);
void json_out_instant(struct json_out *, const char *name, struct instant);
void json_out_uuid(struct json_out *, const char *name, struct uuid);

/* The document is complete: bug() unless it is. */
void json_out_done(const struct json_out *);

#endif
