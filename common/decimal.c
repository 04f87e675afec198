#include "decimal.h"

#include <stdio.h>

__int128 decimal_power(int n)
{
	__int128 power = 1;

	if (n < 0 || n > 38)
		bug("decimal: 10 to the power of %d", n);
	while (n-- > 0)
		power *= 10;
	return power;
}

enum err decimal_make(int64_t unscaled, int scale, struct decimal *decimal)
{
	if (scale < 0 || scale > DECIMAL_SCALE_MAX)
		return ERR_INVALID;
	*decimal = (struct decimal){ unscaled, scale };
	return OK;
}

static bool is_digits(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	}
	return text.size > 0;
}

/* The text in a message, cut to a length that fits one. */
static struct span quoted(struct span text)
{
	return (struct span){ text.at, text.size < 40 ? text.size : 40 };
}

/* sum * 10^n + digits, on the side of the sign. */
static enum err add_digits(struct span digits, bool negative, int64_t *sum)
{
	for (size_t i = 0; i < digits.size; i++) {
		int digit = digits.at[i] - '0';

		if (__builtin_mul_overflow(*sum, 10, sum) || __builtin_add_overflow(*sum, negative ? -digit : digit, sum))
			return ERR_INVALID;
	}
	return OK;
}

static size_t without_trailing_zeroes(struct span digits, size_t least)
{
	while (digits.size > least && digits.at[digits.size - 1] == '0')
		digits.size--;
	return digits.size;
}

enum err decimal_read(struct span text, int most_digits, int64_t *unscaled, int *scale, struct why *why)
{
	bool negative = text.size > 0 && text.at[0] == '-';
	struct span whole, fraction;
	bool has_point = span_cut(span_from(text, negative), '.', &whole, &fraction);
	int64_t sum = 0;

	if (!is_digits(whole) || (has_point && !is_digits(fraction)))
		return why_set(why, ERR_INVALID, "number_malformed", "\"%.*s\" is not a plain decimal number such as 1234.50",
			SPAN_ARG(quoted(text)));
	fraction.size = without_trailing_zeroes(fraction, (size_t)most_digits);
	if (fraction.size > (size_t)most_digits)
		return why_set(why, ERR_INVALID, "number_too_precise", "\"%.*s\" has more than %d digits after the point",
			SPAN_ARG(quoted(text)), most_digits);
	if (add_digits(whole, negative, &sum) != OK || add_digits(fraction, negative, &sum) != OK)
		return why_set(why, ERR_INVALID, "number_too_large", "\"%.*s\" is too large", SPAN_ARG(quoted(text)));
	*unscaled = sum;
	*scale = (int)fraction.size;
	return OK;
}

enum err decimal_parse(struct span text, struct decimal *decimal, struct why *why)
{
	return decimal_read(text, DECIMAL_SCALE_MAX, &decimal->unscaled, &decimal->scale, why);
}

void decimal_add(struct text *text, int64_t unscaled, int scale, bool group)
{
	uint64_t magnitude = unscaled < 0 ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
	uint64_t unit = (uint64_t)decimal_power(scale);
	char whole[24];
	int size = snprintf(whole, sizeof(whole), "%llu", (unsigned long long)(magnitude / unit));

	if (unscaled < 0)
		text_char(text, '-');
	for (int i = 0; i < size; i++) {
		if (group && i > 0 && (size - i) % 3 == 0)
			text_char(text, ',');
		text_char(text, whole[i]);
	}
	if (scale > 0)
		text_printf(text, ".%0*llu", scale, (unsigned long long)(magnitude % unit));
}

const char *decimal_text(struct arena *arena, struct decimal decimal)
{
	struct text text;

	text_init(&text, arena);
	decimal_add(&text, decimal.unscaled, decimal.scale, false);
	return text_done(&text).at;
}

int decimal_compare(struct decimal a, struct decimal b)
{
	__int128 left = a.unscaled * decimal_power(b.scale), right = b.unscaled * decimal_power(a.scale);

	return (left > right) - (left < right);
}
