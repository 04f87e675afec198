#include "field.h"

#include "pan.h"

enum { YEAR_FIRST = 2000, YEAR_LAST = 2100 };

static enum err check_size(struct span s, const char *field, size_t least, size_t most, struct why *why)
{
	if (s.size < least && s.size == 0)
		return why_field(why, ERR_INVALID, "field_missing", field, "%s is missing", field);
	if (s.size < least || s.size > most)
		return why_field(
			why, ERR_INVALID, "field_invalid", field, "%s has %zu bytes; %zu to %zu are allowed", field, s.size, least, most);
	return OK;
}

enum err field_text(struct span s, const char *field, size_t least, size_t most, struct why *why)
{
	TRY(check_size(s, field, least, most, why));
	if (!span_is_text(s))
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is not UTF-8 text without control characters", field);
	for (size_t i = 0; i < s.size; i++) {
		if (s.at[i] == '\t' || s.at[i] == '\n')
			return why_field(why, ERR_INVALID, "field_invalid", field, "%s must be one line", field);
	}
	if (pan_is_in(s))
		return why_field(why, ERR_INVALID, "card_number", field, "%s holds what looks like a payment card number", field);
	return OK;
}

enum err field_key(struct span s, const char *field, size_t least, size_t most, struct why *why)
{
	TRY(check_size(s, field, least, most, why));
	for (size_t i = 0; i < s.size; i++) {
		bool blank_at_end = s.at[i] == ' ' && (i == 0 || i + 1 == s.size);

		if (s.at[i] < ' ' || s.at[i] > '~' || blank_at_end)
			return why_field(
				why, ERR_INVALID, "field_invalid", field, "%s must be printable ASCII (byte %zu is not)", field, i + 1);
	}
	return OK;
}

static bool is_merchant_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

enum err field_merchant(struct span s, struct why *why)
{
	TRY(check_size(s, "merchant_id", 1, 32, why));
	for (size_t i = 0; i < s.size; i++) {
		if (!is_merchant_byte(s.at[i]))
			return why_field(
				why, ERR_INVALID, "field_invalid", "merchant_id", "merchant_id is made of letters, digits, '.', '_', '-'");
	}
	return OK;
}

enum err field_customer(struct span s, struct why *why)
{
	TRY(check_size(s, "customer_ref", 1, 64, why));
	for (size_t i = 0; i < s.size; i++) {
		if (s.at[i] <= ' ' || s.at[i] > '~' || s.at[i] == '@' || s.at[i] == ':')
			return why_field(why, ERR_INVALID, "field_invalid", "customer_ref",
				"customer_ref is printable ASCII without blanks, '@' and ':' (byte %zu is not)", i + 1);
	}
	return OK;
}

enum err field_date(struct date d, const char *field, struct why *why)
{
	int year = date_parts(d).year;

	if (year < YEAR_FIRST || year > YEAR_LAST)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is in the year %d; %d to %d are allowed", field, year,
			YEAR_FIRST, YEAR_LAST);
	return OK;
}

enum err field_instant(struct instant at, const char *field, struct why *why)
{
	struct instant made;
	struct date day;

	if (instant_make(at.us, &made) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no time: microseconds since 1970 are meant", field);
	if (date_from_days(at.us / US_PER_DAY, &day) != OK)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is no time", field);
	return field_date(day, field, why);
}

enum err field_number(int64_t n, const char *field, int64_t least, int64_t most, struct why *why)
{
	if (n < least || n > most)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is %lld; %lld to %lld are allowed", field, (long long)n,
			(long long)least, (long long)most);
	return OK;
}

enum err field_decimal(struct decimal d, const char *field, int64_t least, int64_t most, struct why *why)
{
	struct decimal low = { .unscaled = least, .scale = 0 }, high = { .unscaled = most, .scale = 0 };

	if (decimal_compare(d, low) < 0 || decimal_compare(d, high) > 0)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is out of bounds: %lld to %lld are allowed", field,
			(long long)least, (long long)most);
	return OK;
}

struct decimal field_plain(struct decimal d)
{
	while (d.scale > 0 && d.unscaled % 10 == 0) {
		d.unscaled /= 10;
		d.scale--;
	}
	return d;
}

bool field_next(struct span *rest, struct span *item)
{
	if (rest->size == 0)
		return false;
	if (!span_cut(*rest, '\n', item, rest))
		*rest = (struct span){ 0 };
	return true;
}
