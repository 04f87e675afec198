#include "party.h"

#include <stdio.h>
#include <string.h>

#include "field.h"

#define EMAIL_MOST 254

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

static enum err line_check(struct span line, const char *field, struct why *why)
{
	return field_text(line, field, 1, 100, why);
}

static const char *inside(char *to, size_t size, const char *field, const char *name)
{
	snprintf(to, size, "%s.%s", field, name);
	return to;
}

enum err address_check(const struct address *a, const char *field, struct why *why)
{
	char name[64];

	if (address_is_empty(a))
		return OK;
	TRY(list_check(a->lines, inside(name, sizeof name, field, "lines"), ADDRESS_LINES, line_check, why));
	TRY(field_text(a->city, inside(name, sizeof name, field, "city"), 1, 100, why));
	TRY(field_text(a->postal_code, inside(name, sizeof name, field, "postal_code"), 0, 20, why));
	inside(name, sizeof name, field, "country");
	if (a->country.size != 2 || !is_upper(a->country.at[0]) || !is_upper(a->country.at[1]))
		return why_field(why, ERR_INVALID, "field_invalid", name, "%s is two upper-case letters (ISO 3166-1)", name);
	return OK;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return span_equal(a->lines, b->lines) && span_equal(a->city, b->city) && span_equal(a->postal_code, b->postal_code) &&
	       span_equal(a->country, b->country);
}

bool address_is_empty(const struct address *a)
{
	return a->lines.size + a->city.size + a->postal_code.size + a->country.size == 0;
}

static bool is_domain(struct span domain)
{
	struct span label, rest = domain;
	bool more = true;

	if (domain.size == 0 || domain.size > 253)
		return false;
	while (more) {
		more = span_cut(rest, '.', &label, &rest);
		if (label.size == 0 || label.size > 63 || label.at[0] == '-' || label.at[label.size - 1] == '-')
			return false;
		for (size_t i = 0; i < label.size; i++) {
			if (!is_letter(label.at[i]) && !is_digit(label.at[i]) && label.at[i] != '-')
				return false;
		}
	}
	return true;
}

/* atext and dots of RFC 5321 §4.1.2; no dot at an end or beside another. */
static bool is_local(struct span local)
{
	static const char atext[] = "!#$%&'*+-/=?^_`{|}~";

	if (local.size == 0 || local.size > 64 || local.at[0] == '.' || local.at[local.size - 1] == '.')
		return false;
	for (size_t i = 0; i < local.size; i++) {
		char c = local.at[i];

		if (c == '.' ? local.at[i - 1] == '.' : !is_letter(c) && !is_digit(c) && (c == '\0' || strchr(atext, c) == NULL))
			return false;
	}
	return true;
}

enum err email_check(struct span email, const char *field, struct why *why)
{
	struct span local, domain;

	if (email.size > EMAIL_MOST || !span_cut(email, '@', &local, &domain) || !is_local(local) || !is_domain(domain))
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is not a mail address (RFC 5321)", field);
	return OK;
}

/* The remainder mod 97 of the characters from..to, letters counting as 10..35. */
static int mod97(struct span s, size_t from, size_t to, int remainder)
{
	for (size_t i = from; i < to; i++) {
		if (is_digit(s.at[i]))
			remainder = (remainder * 10 + s.at[i] - '0') % 97;
		else
			remainder = (remainder * 100 + s.at[i] - 'A' + 10) % 97;
	}
	return remainder;
}

enum err iban_check(struct span iban, const char *field, struct why *why)
{
	bool good = iban.size >= 15 && iban.size <= 34 && is_upper(iban.at[0]) && is_upper(iban.at[1]) && is_digit(iban.at[2]) &&
		    is_digit(iban.at[3]);

	for (size_t i = 4; good && i < iban.size; i++)
		good = is_upper(iban.at[i]) || is_digit(iban.at[i]);
	if (!good || mod97(iban, 0, 4, mod97(iban, 4, iban.size, 0)) != 1)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is not an IBAN (ISO 13616, no spaces)", field);
	return OK;
}

const char *iban_print(struct arena *arena, struct span iban)
{
	struct text t;

	text_init(&t, arena);
	for (size_t i = 0; i < iban.size; i++) {
		if (i > 0 && i % 4 == 0)
			text_char(&t, ' ');
		text_char(&t, iban.at[i]);
	}
	return text_done(&t).at;
}

enum err bic_check(struct span bic, const char *field, struct why *why)
{
	bool good = bic.size == 8 || bic.size == 11;

	for (size_t i = 0; good && i < bic.size; i++)
		good = is_upper(bic.at[i]) || (is_digit(bic.at[i]) && (i < 4 || i > 5));
	if (!good)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is not a BIC (ISO 9362)", field);
	return OK;
}

enum err language_check(struct span tag, const char *field, struct why *why)
{
	struct span part, rest = tag;
	bool more = tag.size <= 35, good = more, first = true;

	while (good && more) {
		more = span_cut(rest, '-', &part, &rest);
		good = part.size >= (first ? 2U : 1U) && part.size <= (first ? 3U : 8U);
		for (size_t i = 0; good && i < part.size; i++)
			good = is_letter(part.at[i]) || (!first && is_digit(part.at[i]));
		first = false;
	}
	if (!good)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is not a language tag (BCP 47)", field);
	return OK;
}

enum err list_check(
	struct span list, const char *field, size_t most, enum err (*check)(struct span, const char *, struct why *), struct why *why)
{
	struct span item;
	char name[80];

	for (size_t i = 0; field_next(&list, &item); i++) {
		if (i == most)
			return why_field(why, ERR_INVALID, "field_invalid", field, "%s has more than %zu items", field, most);
		snprintf(name, sizeof name, "%s[%zu]", field, i);
		TRY(check(item, name, why));
	}
	return OK;
}
