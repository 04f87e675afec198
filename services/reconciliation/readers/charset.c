#include "charset.h"

#include <ctype.h>
#include <string.h>

#include "charset_tables.h"

enum { BLOCK = 16 };
typedef uint8_t block __attribute__((vector_size(BLOCK)));

/* Sixteen bytes at once: what is below a blank is far above all letters when a blank is taken from it. */
static bool block_is_plain(const char *at)
{
	block bytes;
	uint64_t odd[2];
	memcpy(&bytes, at, BLOCK);
	bytes = (block)(bytes - 0x20 >= 0x7f - 0x20);
	memcpy(odd, &bytes, BLOCK);
	return !(odd[0] | odd[1]);
}

static bool is_plain(struct span text)
{
	size_t i = 0;
	for (; i + BLOCK <= text.size; i += BLOCK)
		if (!block_is_plain(text.at + i))
			return false;
	/* The last ones, with some of those before them again. */
	if (i)
		return block_is_plain(text.at + text.size - BLOCK);
	for (; i < text.size; i++)
		if ((unsigned char)text.at[i] < 0x20 || (unsigned char)text.at[i] >= 0x7f)
			return false;
	return true;
}

static size_t put(char *out, uint32_t rune)
{
	if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
		rune = ' ';
	if (rune < 0x80) {
		out[0] = (char)rune;
		return 1;
	}
	if (rune < 0x800) {
		out[0] = (char)(0xc0 | rune >> 6);
		out[1] = (char)(0x80 | (rune & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | rune >> 12);
	out[1] = (char)(0x80 | (rune >> 6 & 0x3f));
	out[2] = (char)(0x80 | (rune & 0x3f));
	return 3;
}

static struct span from_table(const uint16_t *upper, struct span text, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.at[i];
		n += put(out + n, c < 0x80 ? c : upper[c - 0x80]);
	}
	return span_bytes(out, n);
}

static struct span from_utf8(struct span text, char *out)
{
	size_t n = 0;
	while (text.size) {
		uint32_t rune = 0;
		size_t size = span_rune(text, &rune);
		if (size < 4)
			n += put(out + n, size ? rune : 0xfffd);
		else {
			memcpy(out + n, text.at, size);
			n += size;
		}
		text = span_from(text, size ? size : 1);
	}
	return span_bytes(out, n);
}

static struct span decoded(enum charset charset, struct span text, char *out)
{
	const uint16_t *upper = charset_upper(charset);
	return upper ? from_table(upper, text, out) : from_utf8(text, out);
}

struct span charset_utf8_else(enum charset charset, struct span text, char *out)
{
	if (is_plain(text))
		return text;
	bool is_single = charset_upper(charset) != NULL;
	return decoded(span_is_utf8(text) ? CHARSET_UTF8 : is_single ? charset : CHARSET_CP1252, text, out);
}

struct span charset_utf8(enum charset charset, struct span text, char *out)
{
	if (charset == CHARSET_AUTO)
		return charset_utf8_else(CHARSET_CP1252, text, out);
	return is_plain(text) ? text : decoded(charset, text, out);
}

/* ---- names ---- */

/* "windows-1252" is "1252": letters and digits alone, in upper case, without whose set it is. False: longer than any name that is known. */
static bool plain_name(struct span name, char out[24])
{
	static const char *const owners[] = { "WINDOWS", "IBM", "ISO", "CP", "MS" };
	size_t n = 0;
	for (size_t i = 0; i < name.size; i++) {
		if (n == 23)
			return false;
		if (isalnum((unsigned char)name.at[i]))
			out[n++] = (char)toupper((unsigned char)name.at[i]);
	}
	out[n] = 0;
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		size_t size = strlen(owners[i]);
		if (strncmp(out, owners[i], size) != 0)
			continue;
		memmove(out, out + size, n + 1 - size);
		break;
	}
	return true;
}

enum charset charset_named(struct span name)
{
	static const struct {
		const char *name;
		enum charset charset;
	} known[] = { { "", CHARSET_AUTO }, { "NONE", CHARSET_AUTO }, { "ASCII", CHARSET_AUTO }, { "USASCII", CHARSET_AUTO },
		{ "UTF8", CHARSET_UTF8 }, { "UNICODE", CHARSET_UTF8 }, { "CSUNICODE", CHARSET_UTF8 }, { "1252", CHARSET_CP1252 },
		{ "88591", CHARSET_CP1252 }, { "LATIN1", CHARSET_CP1252 }, { "1250", CHARSET_CP1250 }, { "1251", CHARSET_CP1251 },
		{ "88592", CHARSET_ISO8859_2 }, { "LATIN2", CHARSET_ISO8859_2 }, { "885915", CHARSET_ISO8859_15 },
		{ "LATIN9", CHARSET_ISO8859_15 }, { "437", CHARSET_CP437 }, { "850", CHARSET_CP850 } };
	char plain[24];
	if (!plain_name(name, plain))
		return CHARSETS;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(plain, known[i].name))
			return known[i].charset;
	return CHARSETS;
}

bool charset_map(enum charset charset, int map[256])
{
	const uint16_t *upper = charset_upper(charset);
	for (int i = 0; upper && i < 256; i++)
		map[i] = i < 0x80 ? i : upper[i - 0x80] == 0xfffd ? -1 : upper[i - 0x80];
	return upper != NULL;
}
