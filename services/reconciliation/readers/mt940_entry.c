#include <ctype.h>
#include <stdlib.h>

#include "mt940_state.h"

/* ---- values ---- */

static bool all_digits(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (!mt940_is_digit(s.at[i]))
			return false;
	return s.size > 0;
}

static int two(const char *at)
{
	return (at[0] - '0') * 10 + (at[1] - '0');
}

bool mt940_date(struct span text, struct date *out, bool *clamped)
{
	*clamped = false;
	if (text.size < 6 || !all_digits(span_bytes(text.at, 6)))
		return false;
	int year = two(text.at), month = two(text.at + 2), day = two(text.at + 4);
	year += year >= 80 ? 1900 : 2000;
	if (month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	int last = date_month_days(year, month);
	*clamped = day > last;
	return date_ymd(year, month, day < last ? day : last, out) == OK;
}

static int exponent_of(struct mt940 *r, struct currency currency)
{
	if (!currency_equal(r->scaled, currency)) {
		r->exponent = currency_exponent(currency);
		r->scaled = currency;
	}
	return r->exponent;
}

/* What banks mostly write: digits, and behind a comma no more of them than the currency has. */
static bool is_plain_amount(struct span digits, int exponent, int64_t *minor)
{
	enum { PLAIN_MOST = 13 }; /* characters: their digits, and zeroes for decimals, are far below 2^63 */
	int64_t sum = 0;
	int decimals = -1;
	if (!digits.size || digits.size > PLAIN_MOST || !mt940_is_digit(digits.at[0]))
		return false;
	for (size_t i = 0; i < digits.size; i++) {
		char c = digits.at[i];
		if (mt940_is_digit(c)) {
			sum = sum * 10 + (c - '0');
			decimals += decimals >= 0;
		} else if (c == ',' && decimals < 0)
			decimals = 0;
		else
			return false;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < exponent; decimals++)
		sum *= 10;
	*minor = sum;
	return decimals == exponent;
}

enum rule mt940_amount(struct mt940 *r, struct span digits, struct currency currency, struct money *out)
{
	char plain[40];
	size_t n = 0;
	digits = mt940_trim(digits);
	out->currency = currency;
	if (is_plain_amount(digits, exponent_of(r, currency), &out->minor) && out->minor < MONEY_LIMIT)
		return RULE_NONE;
	if (digits.size >= sizeof(plain) - 1 || !digits.size || !mt940_is_digit(digits.at[0])) {
		why_set(&r->why, ERR_INVALID, "amount", "'%.*s' is not an amount", (int)(digits.size < 40 ? digits.size : 40), digits.at);
		return RULE_AMOUNT;
	}
	for (size_t i = 0; i < digits.size; i++)
		plain[n++] = digits.at[i] == ',' ? '.' : digits.at[i];
	/* "230," has no decimals and is an amount all the same. */
	n -= plain[n - 1] == '.';
	/* Filled with zeroes to its full length. */
	size_t zeroes = strspn(plain, "0");
	zeroes -= zeroes && (zeroes == n || plain[zeroes] == '.');
	return money_parse(span_bytes(plain + zeroes, n - zeroes), currency, out, &r->why) == OK ? RULE_NONE : RULE_AMOUNT;
}

/* The day of MMDD that is nearest to `value`; false when it is none. */
static bool nearest(struct span mmdd, struct date value, struct date *out)
{
	enum { HALF_A_YEAR = 180 };
	bool found = false;
	int year = date_parts(value).year;
	if (date_ymd(year, two(mmdd.at), two(mmdd.at + 2), out) == OK && abs(out->day - value.day) < HALF_A_YEAR)
		return true;
	for (int y = year - 1; y <= year + 1; y++) {
		struct date day;
		if (date_ymd(y, two(mmdd.at), two(mmdd.at + 2), &day) != OK)
			continue;
		if (!found || abs(day.day - value.day) < abs(out->day - value.day))
			*out = day;
		found = true;
	}
	return found;
}

/* ---- :61: ---- */

static enum rule bad(struct mt940 *r, enum rule rule, const char *what, struct span text)
{
	why_set(&r->why, ERR_INVALID, rule_word(rule), "%s in '%.*s'", what, (int)(text.size < 60 ? text.size : 60), text.at);
	return rule;
}

static struct span take(struct span *from, size_t n)
{
	struct span head = span_bytes(from->at, n < from->size ? n : from->size);
	*from = span_from(*from, n);
	return head;
}

static enum rule read_days(struct mt940 *r, struct mt940_entry *e, struct span *rest)
{
	struct span all = *rest;
	e->has_days = false;
	e->written = take(rest, 6);
	if (!mt940_date(e->written, &e->value, &e->clamped))
		return bad(r, RULE_DATE, "no value date", all);
	e->booking = e->value;
	struct span entry = span_bytes(rest->at, rest->size < 4 ? rest->size : 4);
	if (entry.size == 4 && all_digits(entry)) {
		struct date day;
		if (nearest(entry, e->value, &day))
			e->booking = day;
		*rest = span_from(*rest, 4);
		memcpy(e->days, all.at, DAYS);
		e->has_days = true;
	}
	return RULE_NONE;
}

static enum rule take_days(struct mt940 *r, struct mt940_entry *e, struct span *rest)
{
	if (e->has_days && rest->size >= DAYS && !memcmp(rest->at, e->days, DAYS)) {
		e->written = take(rest, 6);
		*rest = span_from(*rest, 4);
	} else {
		enum rule rule = read_days(r, e, rest);
		if (rule != RULE_NONE)
			return rule;
	}
	while (rest->size && rest->at[0] == ' ')
		*rest = span_from(*rest, 1);
	return RULE_NONE;
}

/* C, D, RC, RD, EC, ED; the sign, or 0. */
static int take_mark(struct mt940_entry *e, struct span *rest)
{
	char first = rest->size ? rest->at[0] : 0;
	e->reversal = first == 'R';
	e->expected = first == 'E';
	if (e->reversal || e->expected)
		*rest = span_from(*rest, 1);
	char mark = rest->size ? rest->at[0] : 0;
	if (mark != 'C' && mark != 'D')
		return 0;
	*rest = span_from(*rest, 1);
	/* The third letter of the currency. */
	if (rest->size && rest->at[0] >= 'A' && rest->at[0] <= 'Z')
		*rest = span_from(*rest, 1);
	return (mark == 'C') == !e->reversal ? 1 : -1;
}

static struct span take_amount(struct span *rest)
{
	size_t n = 0;
	while (n < rest->size && (mt940_is_digit(rest->at[n]) || rest->at[n] == ',' || rest->at[n] == '.'))
		n++;
	return take(rest, n);
}

static void take_references(struct mt940_entry *e, struct span rest)
{
	size_t n = 0;
	while (n < rest.size && (rest.at[n] != '/' || n + 1 == rest.size || rest.at[n + 1] != '/'))
		n++;
	e->reference = mt940_trim(span_bytes(rest.at, n));
	e->bank_ref = mt940_trim(span_from(rest, n + 2));
}

/* A letter and three more characters; some banks leave it out. */
static bool is_type(struct span type)
{
	for (size_t i = 0; i < type.size; i++)
		if ((unsigned char)type.at[i] >= 0x80 || (!i && !isalpha((unsigned char)type.at[i])))
			return false;
	return true;
}

static enum rule read_line(struct mt940 *r, struct mt940_entry *e, struct span line)
{
	struct span rest = line, digits;
	enum rule rule = take_days(r, e, &rest);
	if (rule != RULE_NONE)
		return rule;
	int sign = take_mark(e, &rest);
	if (!sign)
		return bad(r, RULE_INDICATOR, "neither C nor D", line);
	digits = take_amount(&rest);
	if (!r->t.statement.has_currency)
		return bad(r, RULE_CURRENCY, "no balance or limit before it says the currency", line);
	rule = mt940_amount(r, digits, r->t.statement.currency, &e->amount);
	if (rule != RULE_NONE)
		return rule;
	e->amount.minor *= sign;
	while (rest.size && rest.at[0] == ' ')
		rest = span_from(rest, 1);
	e->type = take(&rest, 4);
	if (!is_type(e->type))
		return bad(r, RULE_FIELD, "no transaction type", line);
	e->type = mt940_trim(e->type);
	take_references(e, rest);
	return RULE_NONE;
}

/* True when the line ends within its amount: some files are cut there, and it goes on in the next line. */
static bool is_cut(struct span line)
{
	return line.size >= 7 && line.size < 14 && !memchr(line.at, ',', line.size);
}

enum rule mt940_entry_read(struct mt940 *r, struct span field)
{
	struct mt940_entry *e = &r->entry;
	struct span line, rest = SPAN("");
	memcpy(e->bytes, field.at, field.size);
	field = span_bytes(e->bytes, field.size);
	e->place = r->place;
	span_cut(field, '\n', &line, &rest);
	if (is_cut(line) && rest.size) {
		memmove(e->bytes + line.size, e->bytes + line.size + 1, field.size - line.size - 1);
		field.size--;
		span_cut(field, '\n', &line, &rest);
	}
	e->supplement = rest;
	return read_line(r, e, line);
}
