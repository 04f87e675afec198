#include "written.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MOST = 40 };

bool written_digits(struct span text, int64_t *out)
{
	int64_t value = 0;
	if (!text.size || text.size > 18)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (!isdigit((unsigned char)text.at[i]))
			return false;
		value = value * 10 + (text.at[i] - '0');
	}
	*out = value;
	return true;
}

bool written_minor(struct span text, int64_t *out)
{
	bool minus = text.size && text.at[0] == '-';
	if (minus || (text.size && text.at[0] == '+'))
		text = span_from(text, 1);
	if (!written_digits(text, out) || *out >= MONEY_LIMIT)
		return false;
	*out = minus ? -*out : *out;
	return true;
}

static bool made_date(int64_t year, int64_t month_day, struct date *out)
{
	return date_ymd((int)year, (int)(month_day / 100), (int)(month_day % 100), out) == OK;
}

bool written_yymmdd(struct span text, struct date *out)
{
	int64_t n;
	if (text.size != 6 || !written_digits(text, &n))
		return false;
	return made_date(n / 10000 + (n / 10000 >= 80 ? 1900 : 2000), n % 10000, out);
}

bool written_yyyymmdd(struct span text, struct date *out)
{
	int64_t n;
	return text.size == 8 && written_digits(text, &n) && made_date(n / 10000, n % 10000, out);
}

/* ---- amounts ---- */

static enum err malformed(struct span text, struct why *why)
{
	return why_set(why, ERR_INVALID, "amount", "'%.*s' is not an amount", (int)(text.size < 40 ? text.size : 40), text.at);
}

/* Takes the sign off, wherever it stands; false when there are two. */
static bool take_sign(struct span *text, bool *minus)
{
	struct span s = span_trim(*text);
	*minus = false;
	if (s.size > 2 && s.at[0] == '(' && s.at[s.size - 1] == ')') {
		*minus = true;
		s = span_bytes(s.at + 1, s.size - 2);
	} else if (s.size && strchr("+-", s.at[0]) && s.at[0]) {
		*minus = s.at[0] == '-';
		s = span_from(s, 1);
	} else if (s.size && strchr("+-", s.at[s.size - 1]) && s.at[s.size - 1]) {
		*minus = s.at[s.size - 1] == '-';
		s.size--;
	}
	*text = span_trim(s);
	return text->size > 0;
}

/* What may stand between groups of digits: a blank, a no-break space (of either width, in UTF-8), an apostrophe, or the other mark. */
static size_t grouping(struct span s, char mark)
{
	static const char *const blanks[] = { "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x99", " ", "'" };
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
		if (span_starts(s, blanks[i]))
			return strlen(blanks[i]);
	return s.size && (s.at[0] == '.' || s.at[0] == ',') && s.at[0] != mark;
}

static size_t count(struct span s, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < s.size; i++)
		n += s.at[i] == c;
	return n;
}

/* The decimal mark of a text that alone must tell it: the last of two kinds; one that comes more than once is none. 0: there is none. */
static bool find_mark(struct span s, struct currency currency, char *mark)
{
	const char *point = memrchr(s.at, '.', s.size), *comma = memrchr(s.at, ',', s.size);
	*mark = 0;
	if (point && comma) {
		*mark = point > comma ? '.' : ',';
		return true;
	}
	const char *only = point ? point : comma;
	if (!only || count(s, *only) > 1)
		return true;
	*mark = *only;
	return s.at + s.size - only != 4 || currency_exponent(currency) == 3;
}

/* Groups are of three digits (two in India), the last one of three. */
static bool group_fits(size_t digits, bool last)
{
	return digits == 3 || (digits == 2 && !last);
}

/* The digits before the mark without what groups them; false where that is none of the ways in which people group. */
static bool take_whole(struct span s, char mark, char *out, size_t *n)
{
	size_t group = 0, groups = 0;
	for (size_t i = 0; i < s.size;) {
		size_t between = grouping(span_from(s, i), mark);
		if (between) {
			if (groups ? !group_fits(group, false) : !group || group > 3)
				return false;
			groups++;
			group = 0;
			i += between;
			continue;
		}
		if (!isdigit((unsigned char)s.at[i]) || *n == DIGITS_MOST)
			return false;
		out[(*n)++] = s.at[i++];
		group++;
	}
	return !groups || group_fits(group, true);
}

enum err written_amount(struct span text, char mark, struct currency currency, struct money *out, struct why *why)
{
	struct span s = text, whole, fraction;
	char digits[2 * DIGITS_MOST + 4];
	size_t n = 0;
	bool minus;
	if (!take_sign(&s, &minus))
		return malformed(text, why);
	if (!mark && !find_mark(s, currency, &mark))
		return why_set(why, ERR_INVALID, "amount", "'%.*s' may be thousands or decimals", (int)(s.size < 40 ? s.size : 40), s.at);
	bool cut = mark && span_cut(s, mark, &whole, &fraction);
	if (!cut) {
		whole = s;
		fraction = SPAN("");
	}
	if (!take_whole(whole, mark, digits, &n) || fraction.size > DIGITS_MOST || !(n + fraction.size))
		return malformed(text, why);
	if (!n)
		digits[n++] = '0';
	if (fraction.size) {
		digits[n++] = '.';
		memcpy(digits + n, fraction.at, fraction.size);
		n += fraction.size;
	}
	if (money_parse(span_bytes(digits, n), currency, out, why) != OK)
		return ERR_INVALID;
	out->minor = minus ? -out->minor : out->minor;
	return OK;
}

struct span written_bare(struct span text, struct currency currency)
{
	static const char *const signs[] = { "\xe2\x82\xac", "$", "\xc2\xa3" };
	for (size_t i = 0; i <= sizeof(signs) / sizeof(signs[0]); i++) {
		const char *sign = i < sizeof(signs) / sizeof(signs[0]) ? signs[i] : currency.code;
		size_t n = strlen(sign);
		if (n && span_starts(text, sign))
			text = span_from(text, n);
		else if (text.size > n && n && !memcmp(text.at + text.size - n, sign, n))
			text.size -= n;
		text = span_trim(text);
	}
	return text;
}

/* ---- references ---- */

bool written_is_null(struct span text)
{
	static const char *const words[] = { "NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NOREF", "UNKNOWN", "NONE", "NA" };
	char plain[16] = "";
	size_t n = 0;
	bool zeroes = true;
	for (size_t i = 0; i < text.size; i++) {
		if (!isalnum((unsigned char)text.at[i]))
			continue;
		zeroes &= text.at[i] == '0';
		if (n < sizeof(plain))
			plain[n++] = (char)toupper((unsigned char)text.at[i]);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && n < sizeof(plain); i++)
		if (n == strlen(words[i]) && !memcmp(plain, words[i], n))
			return true;
	return zeroes;
}
