#include "rf.h"

#include <string.h>

#define BODY_MAX 21

/* 0..9 for digits, 10..35 for letters of either case, -1 for anything else. */
static int value_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	return -1;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* ISO 7064 MOD 97-10 of the characters, letters counting as two digits, carried on from `sum`. */
static int mod97(int sum, const char *at, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		int value = value_of(at[i]);

		sum = (sum * (value < 10 ? 10 : 100) + value) % 97;
	}
	return sum;
}

/* Copies the characters in upper case without blanks; ERR_INVALID for another character or too many. */
static enum err squeeze(struct span text, size_t most, char *out, size_t *size)
{
	*size = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] == ' ')
			continue;
		if (value_of(text.at[i]) < 0 || *size == most)
			return ERR_INVALID;
		out[(*size)++] = upper(text.at[i]);
	}
	out[*size] = '\0';
	return OK;
}

enum err rf_make(struct span body, char out[RF_TEXT + 1])
{
	int check;

	if (body.size == 0 || body.size > BODY_MAX)
		return ERR_INVALID;
	for (size_t i = 0; i < body.size; i++) {
		if (value_of(body.at[i]) < 0)
			return ERR_INVALID;
		out[4 + i] = upper(body.at[i]);
	}
	out[4 + body.size] = '\0';
	check = 98 - mod97(mod97(0, out + 4, body.size), "RF00", 4);
	out[0] = 'R';
	out[1] = 'F';
	out[2] = (char)('0' + check / 10);
	out[3] = (char)('0' + check % 10);
	return OK;
}

/* The compact form, checked. */
static enum err read(struct span text, char out[RF_TEXT + 1], size_t *size)
{
	int tens, ones;

	TRY(squeeze(text, RF_TEXT, out, size));
	if (*size < 5 || out[0] != 'R' || out[1] != 'F')
		return ERR_INVALID;
	tens = value_of(out[2]);
	ones = value_of(out[3]);
	/* 00, 01 and 99 can satisfy the sum too, but the standard's own formula never makes them. */
	if (tens > 9 || ones > 9 || tens * 10 + ones < 2 || tens * 10 + ones > 98)
		return ERR_INVALID;
	return mod97(mod97(0, out + 4, *size - 4), out, 4) == 1 ? OK : ERR_INVALID;
}

bool rf_is_valid(struct span text)
{
	char compact[RF_TEXT + 1];
	size_t size;

	return read(text, compact, &size) == OK;
}

enum err rf_normalise(struct span text, char out[RF_TEXT + 1])
{
	char compact[RF_TEXT + 1];
	size_t size, zeroes = 0;

	TRY(read(text, compact, &size));
	while (4 + zeroes < size - 1 && compact[4 + zeroes] == '0')
		zeroes++;
	memcpy(out, compact, 4);
	memcpy(out + 4, compact + 4 + zeroes, size - 4 - zeroes + 1);
	return OK;
}

const char *rf_print(struct arena *arena, struct span rf)
{
	struct text text;

	text_init(&text, arena);
	for (size_t i = 0; i < rf.size; i++) {
		if (i > 0 && i % 4 == 0)
			text_char(&text, ' ');
		text_char(&text, rf.at[i]);
	}
	return text_done(&text).at;
}
