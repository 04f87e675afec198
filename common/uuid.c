#include "uuid.h"

#include <string.h>

#include "digest.h"

#define MS_LIMIT (INT64_C(1) << 48)

struct uuid uuid_v7(struct instant at, const uint8_t random[10])
{
	int64_t ms = at.us < 0 ? 0 : at.us / 1000;
	struct uuid uuid;

	if (ms >= MS_LIMIT)
		ms = MS_LIMIT - 1;
	for (int i = 0; i < 6; i++)
		uuid.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	memcpy(uuid.b + 6, random, 10);
	uuid.b[6] = (uint8_t)(0x70 | (uuid.b[6] & 0x0f));
	uuid.b[8] = (uint8_t)(0x80 | (uuid.b[8] & 0x3f));
	return uuid;
}

struct uuid uuid_derive(struct instant at, struct span source, struct span id, uint32_t ordinal)
{
	uint8_t order[4] = { (uint8_t)(ordinal >> 24), (uint8_t)(ordinal >> 16), (uint8_t)(ordinal >> 8), (uint8_t)ordinal };
	struct span list[] = { source, id, span_bytes(order, sizeof(order)) };

	return uuid_v7(at, digest_list(list, 3).b);
}

struct instant uuid_time(struct uuid uuid)
{
	int64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | uuid.b[i];
	return (struct instant){ ms * 1000 };
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_hyphen_place(size_t i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

enum err uuid_parse(struct span text, struct uuid *uuid)
{
	struct uuid made = { 0 };
	size_t digits = 0;

	if (text.size != UUID_TEXT)
		return ERR_INVALID;
	for (size_t i = 0; i < UUID_TEXT; i++) {
		int value = hex_value(text.at[i]);

		if (is_hyphen_place(i)) {
			if (text.at[i] != '-')
				return ERR_INVALID;
			continue;
		}
		if (value < 0)
			return ERR_INVALID;
		made.b[digits / 2] = (uint8_t)(made.b[digits / 2] << 4 | value);
		digits++;
	}
	*uuid = made;
	return OK;
}

enum err uuid_from_bytes(struct span bytes, struct uuid *uuid)
{
	if (bytes.size != sizeof(uuid->b))
		return ERR_INVALID;
	memcpy(uuid->b, bytes.at, sizeof(uuid->b));
	return OK;
}

void uuid_print(struct uuid uuid, char out[UUID_TEXT + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < UUID_TEXT; i++) {
		if (is_hyphen_place(i)) {
			out[i] = '-';
			continue;
		}
		out[i] = digits[n % 2 == 0 ? uuid.b[n / 2] >> 4 : uuid.b[n / 2] & 15];
		n++;
	}
	out[UUID_TEXT] = '\0';
}

const char *uuid_text(struct arena *arena, struct uuid uuid)
{
	char *out = arena_raw(arena, UUID_TEXT + 1);

	uuid_print(uuid, out);
	return out;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
	return uuid_compare(a, b) == 0;
}

int uuid_compare(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b));
}

bool uuid_is_zero(struct uuid uuid)
{
	return uuid_equal(uuid, (struct uuid){ 0 });
}

struct span uuid_span(const struct uuid *uuid)
{
	return span_bytes(uuid->b, sizeof(uuid->b));
}
