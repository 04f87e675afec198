#include <string.h>

#include "span.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct span span_hex(struct arena *arena, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *at = arena_raw(arena, bytes.size * 2 + 1);

	for (size_t i = 0; i < bytes.size; i++) {
		uint8_t byte = (uint8_t)bytes.at[i];

		at[i * 2] = digits[byte >> 4];
		at[i * 2 + 1] = digits[byte & 15];
	}
	at[bytes.size * 2] = '\0';
	return (struct span){ at, bytes.size * 2 };
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

enum err span_unhex(struct arena *arena, struct span hex, struct span *bytes)
{
	char *at;

	if (hex.size % 2 != 0)
		return ERR_INVALID;
	at = arena_raw(arena, hex.size / 2 + 1);
	for (size_t i = 0; i < hex.size / 2; i++) {
		int high = hex_value(hex.at[i * 2]), low = hex_value(hex.at[i * 2 + 1]);

		if (high < 0 || low < 0)
			return ERR_INVALID;
		at[i] = (char)(high << 4 | low);
	}
	at[hex.size / 2] = '\0';
	*bytes = (struct span){ at, hex.size / 2 };
	return OK;
}

static struct span encode(struct arena *arena, struct span bytes, const char *letters, bool padded)
{
	char *start = arena_raw(arena, (bytes.size + 2) / 3 * 4 + 1), *to = start;

	for (size_t i = 0; i < bytes.size; i += 3) {
		size_t n = bytes.size - i < 3 ? bytes.size - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < n ? (uint8_t)bytes.at[i + k] : 0);
		for (size_t k = 0; k <= n; k++)
			*to++ = letters[bits >> (18 - 6 * k) & 63];
		for (size_t k = n; padded && k < 3; k++)
			*to++ = '=';
	}
	*to = '\0';
	return (struct span){ start, (size_t)(to - start) };
}

struct span span_base64(struct arena *arena, struct span bytes)
{
	return encode(arena, bytes, standard, true);
}

struct span span_base64url(struct arena *arena, struct span bytes)
{
	return encode(arena, bytes, url_safe, false);
}

/* -1 for a character that is not one of the alphabet. */
static int letter_value(char c, const char *letters)
{
	const char *at = c == '\0' ? NULL : strchr(letters, c);

	return at == NULL ? -1 : (int)(at - letters);
}

/* The body (without padding): 4 letters give 3 bytes, a rest of 2 or 3 letters gives 1 or 2. RFC 4648 §3.5: the bits
 * that are left over must be zero, so that each value has one text only. */
static enum err decode(struct span body, const char *letters, char *to, size_t *size)
{
	uint32_t bits = 0;
	size_t held = 0, n = 0;

	if (body.size % 4 == 1)
		return ERR_INVALID;
	for (size_t i = 0; i < body.size; i++) {
		int value = letter_value(body.at[i], letters);

		if (value < 0)
			return ERR_INVALID;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			to[n++] = (char)(bits >> held & 0xff);
			bits &= (UINT32_C(1) << held) - 1;
		}
	}
	*size = n;
	return bits == 0 ? OK : ERR_INVALID;
}

static enum err decode_into(struct arena *arena, struct span body, const char *letters, struct span *bytes)
{
	char *to = arena_raw(arena, body.size / 4 * 3 + 4);
	size_t size;

	TRY(decode(body, letters, to, &size));
	to[size] = '\0';
	*bytes = (struct span){ to, size };
	return OK;
}

enum err span_unbase64(struct arena *arena, struct span text, struct span *bytes)
{
	struct span body = text;

	if (text.size % 4 != 0)
		return ERR_INVALID;
	for (int i = 0; i < 2 && body.size > 0 && body.at[body.size - 1] == '='; i++)
		body.size--;
	return decode_into(arena, body, standard, bytes);
}

enum err span_unbase64url(struct arena *arena, struct span text, struct span *bytes)
{
	return decode_into(arena, text, url_safe, bytes);
}
