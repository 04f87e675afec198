#include "pan.h"

enum { PAN_MOST = 19, GROUPS_MOST = 5 };

/* Digits of one candidate, as values. */
struct digits {
	uint8_t at[PAN_MOST];
	size_t size;
};

/* Issuers' prefixes and lengths. Unlisted: private and national schemes, whose numbers too many other things look like. */
static const struct issuer {
	uint32_t from, to; /* of the first `prefix` digits */
	size_t prefix;
	size_t least, most;
} issuers[] = {
	{ 4, 4, 1, 13, 13 }, /* Visa */
	{ 4, 4, 1, 16, 16 },
	{ 4, 4, 1, 19, 19 },
	{ 51, 55, 2, 16, 16 }, /* Mastercard */
	{ 2221, 2720, 4, 16, 16 },
	{ 34, 34, 2, 15, 15 }, /* American Express */
	{ 37, 37, 2, 15, 15 },
	{ 300, 305, 3, 14, 14 }, /* Diners Club */
	{ 36, 36, 2, 14, 14 },
	{ 38, 39, 2, 14, 14 },
	{ 6011, 6011, 4, 16, 19 }, /* Discover */
	{ 644, 659, 3, 16, 19 },
	{ 3528, 3589, 4, 16, 19 }, /* JCB */
	{ 62, 62, 2, 16, 19 },     /* UnionPay */
};

/* How the digits are grouped on cards, beside all at a stretch. */
static const size_t groupings[][GROUPS_MOST] = { { 4, 4, 4, 4 }, { 4, 4, 4, 4, 3 }, { 4, 6, 5 }, { 4, 6, 4 } };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (uint8_t)c >= 0x80;
}

static bool has_check_digit(const struct digits *digits)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < digits->size; i++) {
		uint32_t value = digits->at[digits->size - 1 - i];

		if (i % 2 == 1)
			value = value * 2 > 9 ? value * 2 - 9 : value * 2;
		sum += value;
	}
	return sum % 10 == 0;
}

static bool has_issuer(const struct digits *digits)
{
	for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++) {
		const struct issuer *issuer = &issuers[i];
		uint32_t prefix = 0;

		if (digits->size < issuer->least || digits->size > issuer->most)
			continue;
		for (size_t k = 0; k < issuer->prefix; k++)
			prefix = prefix * 10 + digits->at[k];
		if (prefix >= issuer->from && prefix <= issuer->to)
			return true;
	}
	return false;
}

/* Takes `n` digits (0: all there are) from *at on; false when there are not exactly that many. */
static bool take_group(struct span text, size_t *at, size_t n, struct digits *digits)
{
	size_t taken = 0;

	while (*at < text.size && is_digit(text.at[*at])) {
		if (digits->size == PAN_MOST)
			return false;
		digits->at[digits->size++] = (uint8_t)(text.at[(*at)++] - '0');
		taken++;
	}
	return n == 0 || taken == n;
}

/* A card number from `at` on, in these groups (NULL: at a stretch); its size in bytes, or 0. */
static size_t measure(struct span text, size_t at, const size_t *groups)
{
	struct digits digits = { .size = 0 };
	size_t end = at;

	for (size_t i = 0; i < GROUPS_MOST && (i == 0 || (groups != NULL && groups[i] != 0)); i++) {
		if (i > 0 && (end >= text.size || (text.at[end] != ' ' && text.at[end] != '-')))
			return 0;
		end += i > 0;
		if (!take_group(text, &end, groups == NULL ? 0 : groups[i], &digits))
			return 0;
	}
	if (end < text.size && is_word(text.at[end]))
		return 0;
	return has_issuer(&digits) && has_check_digit(&digits) ? end - at : 0;
}

bool pan_find(struct span text, size_t *at, size_t *size)
{
	for (size_t i = 0; i < text.size; i++) {
		if (!is_digit(text.at[i]) || (i > 0 && is_word(text.at[i - 1])))
			continue;
		*at = i;
		*size = measure(text, i, NULL);
		for (size_t k = 0; *size == 0 && k < sizeof(groupings) / sizeof(*groupings); k++)
			*size = measure(text, i, groupings[k]);
		if (*size > 0)
			return true;
	}
	return false;
}

bool pan_is_in(struct span text)
{
	size_t at, size;

	return pan_find(text, &at, &size);
}
