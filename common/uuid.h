/*
 * uuid: UUIDv7 (RFC 9562 §5.7), whose first 48 bits are Unix milliseconds, so that ids sort by time.
 *
 * What a handler creates gets a derived id: the layout of version 7, the time of the message, and 74 bits of
 * SHA-256 over (message identity, ordinal). A second run of the same message makes the same ids.
 */
#ifndef DUNLIN_UUID_H
#define DUNLIN_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "date.h"
#include "span.h"

struct uuid {
	uint8_t b[16];
};

#define UUID_TEXT 36

/* Version 7 from a time and 10 random bytes (74 bits of them are used). Times that 48 bits do not hold (before 1970)
 * count as the nearest that they do. */
struct uuid uuid_v7(struct instant, const uint8_t random[10]);

/* Version 7 from a time, an identity and an ordinal: the same arguments give the same id. */
struct uuid uuid_derive(struct instant, struct span source, struct span id, uint32_t ordinal);

struct instant uuid_time(struct uuid); /* its milliseconds, as an instant */
enum err uuid_parse(struct span text, struct uuid *) MUST_CHECK; /* 36 characters, hyphens, either case */
enum err uuid_from_bytes(struct span bytes, struct uuid *) MUST_CHECK; /* exactly 16 */
void uuid_print(struct uuid, char out[UUID_TEXT + 1]);
const char *uuid_text(struct arena *, struct uuid);
bool uuid_equal(struct uuid, struct uuid);
int uuid_compare(struct uuid, struct uuid);
bool uuid_is_zero(struct uuid);
struct span uuid_span(const struct uuid *); /* its 16 bytes */

#endif
