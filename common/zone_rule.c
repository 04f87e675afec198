#include "zone_rule.h"

#include "date.h"

#define HOUR 3600
#define DAY INT64_C(86400)

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool next_is(struct span *text, char c)
{
	if (text->size == 0 || text->at[0] != c)
		return false;
	*text = span_from(*text, 1);
	return true;
}

/* "CET", or "<+0330>" with digits and signs. */
static enum err skip_name(struct span *text)
{
	bool quoted = next_is(text, '<');
	size_t n = 0;

	while (n < text->size &&
		(is_letter(text->at[n]) || (quoted && (is_digit(text->at[n]) || text->at[n] == '+' || text->at[n] == '-'))))
		n++;
	*text = span_from(*text, n);
	return n >= 3 && (!quoted || next_is(text, '>')) ? OK : ERR_INVALID;
}

static enum err take_number(struct span *text, int least, int most, int *number)
{
	int sum = 0;
	size_t n = 0;

	for (; n < text->size && n < 3 && is_digit(text->at[n]); n++)
		sum = sum * 10 + (text->at[n] - '0');
	*text = span_from(*text, n);
	*number = sum;
	return n > 0 && sum >= least && sum <= most ? OK : ERR_INVALID;
}

/* [+-]hh[:mm[:ss]] */
static enum err take_time(struct span *text, int most_hours, int32_t *seconds)
{
	int hours, minutes = 0, rest = 0, sign = 1;

	if (next_is(text, '-'))
		sign = -1;
	else
		(void)next_is(text, '+');
	TRY(take_number(text, 0, most_hours, &hours));
	if (next_is(text, ':')) {
		TRY(take_number(text, 0, 59, &minutes));
		if (next_is(text, ':'))
			TRY(take_number(text, 0, 59, &rest));
	}
	*seconds = sign * (hours * HOUR + minutes * 60 + rest);
	return OK;
}

/* POSIX counts offsets west of UTC. */
static enum err take_offset(struct span *text, int32_t *east)
{
	int32_t west;

	TRY(take_time(text, 24, &west));
	*east = -west;
	return OK;
}

static enum err take_day(struct span *text, struct zone_day *day)
{
	*day = (struct zone_day){ .seconds = 2 * HOUR };
	if (!next_is(text, ','))
		return ERR_INVALID;
	if (next_is(text, 'M')) {
		day->kind = ZONE_DAY_MONTH;
		TRY(take_number(text, 1, 12, &day->month));
		if (!next_is(text, '.'))
			return ERR_INVALID;
		TRY(take_number(text, 1, 5, &day->week));
		if (!next_is(text, '.'))
			return ERR_INVALID;
		TRY(take_number(text, 0, 6, &day->day));
	} else if (next_is(text, 'J')) {
		day->kind = ZONE_DAY_JULIAN;
		TRY(take_number(text, 1, 365, &day->day));
	} else {
		day->kind = ZONE_DAY_ORDINAL;
		TRY(take_number(text, 0, 365, &day->day));
	}
	return next_is(text, '/') ? take_time(text, 167, &day->seconds) : OK;
}

enum err zone_rule_parse(struct span text, struct zone_rule *rule)
{
	*rule = (struct zone_rule){ 0 };
	TRY(skip_name(&text));
	TRY(take_offset(&text, &rule->standard));
	if (text.size == 0)
		return OK;
	rule->has_summer = true;
	rule->summer = rule->standard + HOUR;
	TRY(skip_name(&text));
	if (text.size > 0 && text.at[0] != ',')
		TRY(take_offset(&text, &rule->summer));
	TRY(take_day(&text, &rule->start));
	TRY(take_day(&text, &rule->end));
	return text.size == 0 ? OK : ERR_INVALID;
}

/* The first day of a year that dates can hold. */
static struct date first_of(int year, int month)
{
	struct date date;

	if (date_ymd(year, month, 1, &date) != OK)
		bug("zone: %d-%02d is no month", year, month);
	return date;
}

static int64_t month_day(const struct zone_day *day, int year)
{
	struct date first = first_of(year, day->month);
	int weekday_of_first = date_weekday(first) % 7;
	int in_month = (day->day - weekday_of_first + 7) % 7 + (day->week - 1) * 7;

	while (in_month >= date_month_days(year, day->month))
		in_month -= 7;
	return first.day + in_month;
}

/* The local second, as if it were UTC, at which the day's time strikes. */
static int64_t local_second(const struct zone_day *day, int year)
{
	int64_t number = first_of(year, 1).day;

	switch (day->kind) {
	case ZONE_DAY_JULIAN: number += day->day - 1 + (date_is_leap(year) && day->day >= 60); break;
	case ZONE_DAY_ORDINAL: number += day->day; break;
	case ZONE_DAY_MONTH: number = month_day(day, year); break;
	}
	return number * DAY + day->seconds;
}

/* What is in force at `second`, built from the changes in their order: the last one that is not later. */
struct search {
	int64_t second, found, next;
	int32_t offset;
};

static void look_at(struct search *search, int64_t change, int32_t offset)
{
	if (change > search->second) {
		if (change < search->next)
			search->next = change;
	} else if (change >= search->found) {
		search->found = change;
		search->offset = offset;
	}
}

static int year_of(int64_t second)
{
	int64_t day = (second >= 0 ? second : second - (DAY - 1)) / DAY;
	struct date date;

	if (date_from_days(day, &date) != OK)
		return day < 0 ? 1 : 9999;
	return date_parts(date).year;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t second, int64_t *next)
{
	struct search search = { second, INT64_MIN, INT64_MAX, rule->standard };
	int year = year_of(second);

	/* A change may fall up to a week into the year before or after the one that names it, so that the last one not later
	 * than `second` may be named by the year before last, and the next by the year after next. */
	for (int y = year - 2; rule->has_summer && y <= year + 2; y++) {
		int64_t start, end;

		if (y < 1 || y > 9999)
			continue;
		start = local_second(&rule->start, y) - rule->standard;
		end = local_second(&rule->end, y) - rule->summer;
		look_at(&search, start < end ? start : end, start < end ? rule->summer : rule->standard);
		look_at(&search, start < end ? end : start, start < end ? rule->standard : rule->summer);
	}
	if (next != NULL)
		*next = search.next;
	return search.offset;
}
