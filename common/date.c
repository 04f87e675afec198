#include "date.h"

#include <stdio.h>

#define DAYS_PER_400_YEARS 146097

bool date_is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int date_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month < 1 || month > 12)
		bug("date: month %d", month);
	return days[month - 1] + (month == 2 && date_is_leap(year));
}

/* Years run from March here, so that the leap day is the last of its year; eras are 400 years. Year 1 has none below 0. */
static int32_t day_of(int year, int month, int day)
{
	int from_march = month > 2 ? year : year - 1;
	int era = from_march / 400, year_of_era = from_march % 400;
	int day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	return era * DAYS_PER_400_YEARS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

enum err date_ymd(int year, int month, int day, struct date *date)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > date_month_days(year, month))
		return ERR_INVALID;
	date->day = day_of(year, month, day);
	return OK;
}

enum err date_from_days(int64_t day, struct date *date)
{
	if (day < DATE_FIRST_DAY || day > DATE_LAST_DAY)
		return ERR_INVALID;
	date->day = (int32_t)day;
	return OK;
}

struct ymd date_parts(struct date date)
{
	int since, era, day_of_era, year_of_era, day_of_year, month_from_march;
	struct ymd parts;

	if (date.day < DATE_FIRST_DAY || date.day > DATE_LAST_DAY)
		bug("date: day %d is outside the years 1 to 9999", (int)date.day);
	since = date.day + 719468;
	era = since / DAYS_PER_400_YEARS;
	day_of_era = since % DAYS_PER_400_YEARS;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month_from_march = (5 * day_of_year + 2) / 153;
	parts.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	parts.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	parts.year = year_of_era + era * 400 + (parts.month <= 2);
	return parts;
}

int date_weekday(struct date date)
{
	/* 1970-01-01 was a Thursday. */
	int since_monday = (date.day % 7 + 7 + 3) % 7;

	return since_monday + 1;
}

int date_compare(struct date a, struct date b)
{
	return (a.day > b.day) - (a.day < b.day);
}

enum err date_add_days(struct date date, int64_t days, struct date *sum)
{
	int64_t day;

	if (__builtin_add_overflow((int64_t)date.day, days, &day))
		return ERR_INVALID;
	return date_from_days(day, sum);
}

enum err date_add_months(struct date date, int n, int anchor_day, struct date *sum)
{
	struct ymd parts = date_parts(date);
	int64_t months = (int64_t)parts.year * 12 + parts.month - 1 + n;
	int year, month, last;

	if (anchor_day < 1 || anchor_day > 31 || months < 12 || months >= INT64_C(10000) * 12)
		return ERR_INVALID;
	year = (int)(months / 12);
	month = (int)(months % 12) + 1;
	last = date_month_days(year, month);
	return date_ymd(year, month, anchor_day < last ? anchor_day : last, sum);
}

struct date date_month_end(struct date date)
{
	struct ymd parts = date_parts(date);

	return (struct date){ date.day + date_month_days(parts.year, parts.month) - parts.day };
}

/* `digits` decimal digits at the start of the text, which moves past them. */
static enum err take_number(struct span *text, size_t digits, int *number)
{
	int sum = 0;

	if (text->size < digits)
		return ERR_INVALID;
	for (size_t i = 0; i < digits; i++) {
		if (text->at[i] < '0' || text->at[i] > '9')
			return ERR_INVALID;
		sum = sum * 10 + (text->at[i] - '0');
	}
	*text = span_from(*text, digits);
	*number = sum;
	return OK;
}

static enum err take_char(struct span *text, const char *allowed)
{
	for (; *allowed != '\0'; allowed++) {
		if (text->size > 0 && text->at[0] == *allowed) {
			*text = span_from(*text, 1);
			return OK;
		}
	}
	return ERR_INVALID;
}

static enum err take_date(struct span *text, struct date *date)
{
	int year, month, day;

	TRY(take_number(text, 4, &year));
	TRY(take_char(text, "-"));
	TRY(take_number(text, 2, &month));
	TRY(take_char(text, "-"));
	TRY(take_number(text, 2, &day));
	return date_ymd(year, month, day, date);
}

enum err date_parse(struct span text, struct date *date)
{
	struct date read;

	TRY(take_date(&text, &read));
	if (text.size != 0)
		return ERR_INVALID;
	*date = read;
	return OK;
}

void date_print(struct date date, char out[DATE_TEXT + 1])
{
	struct ymd parts = date_parts(date);

	snprintf(
		out, DATE_TEXT + 1, "%04u-%02u-%02u", (unsigned)parts.year % 10000, (unsigned)parts.month % 100, (unsigned)parts.day % 100);
}

const char *date_text(struct arena *arena, struct date date)
{
	char *out = arena_raw(arena, DATE_TEXT + 1);

	date_print(date, out);
	return out;
}

enum err instant_make(int64_t us, struct instant *at)
{
	if (us < DATE_FIRST_DAY * US_PER_DAY || us >= (DATE_LAST_DAY + 1) * US_PER_DAY)
		return ERR_INVALID;
	at->us = us;
	return OK;
}

/* Seconds of the day, and whether the text named a leap second (RFC 3339 §5.7). */
static enum err take_time(struct span *text, int *seconds, bool *leap)
{
	int hour, minute, second;

	TRY(take_number(text, 2, &hour));
	TRY(take_char(text, ":"));
	TRY(take_number(text, 2, &minute));
	TRY(take_char(text, ":"));
	TRY(take_number(text, 2, &second));
	if (hour > 23 || minute > 59 || second > 60)
		return ERR_INVALID;
	*leap = second == 60;
	*seconds = hour * 3600 + minute * 60 + second;
	return OK;
}

static enum err take_fraction(struct span *text, int *us)
{
	int unit = 100000;

	*us = 0;
	if (take_char(text, ".") != OK)
		return OK;
	do {
		int digit;

		if (unit == 0)
			return ERR_INVALID;
		TRY(take_number(text, 1, &digit));
		*us += digit * unit;
		unit /= 10;
	} while (text->size > 0 && text->at[0] >= '0' && text->at[0] <= '9');
	return OK;
}

static enum err take_offset(struct span *text, int *seconds)
{
	int hours, minutes, sign = 1;

	*seconds = 0;
	if (take_char(text, "Zz") == OK)
		return OK;
	if (take_char(text, "-") == OK)
		sign = -1;
	else
		TRY(take_char(text, "+"));
	TRY(take_number(text, 2, &hours));
	TRY(take_char(text, ":"));
	TRY(take_number(text, 2, &minutes));
	if (hours > 23 || minutes > 59)
		return ERR_INVALID;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return OK;
}

/* A leap second is inserted at 23:59:60 UTC at the end of a month. It counts as the second that follows. */
static bool is_leap_place(int64_t after_us)
{
	int64_t day = after_us / US_PER_DAY;
	struct date date;

	return after_us >= 0 && after_us % US_PER_DAY < US_PER_SECOND && date_from_days(day, &date) == OK && date_parts(date).day == 1;
}

enum err instant_parse(struct span text, struct instant *at)
{
	int seconds, us, offset;
	struct date date;
	int64_t sum;
	bool leap;

	TRY(take_date(&text, &date));
	TRY(take_char(&text, "Tt"));
	TRY(take_time(&text, &seconds, &leap));
	TRY(take_fraction(&text, &us));
	TRY(take_offset(&text, &offset));
	if (text.size != 0)
		return ERR_INVALID;
	sum = date.day * US_PER_DAY + (seconds - offset) * US_PER_SECOND + us;
	if (leap && !is_leap_place(sum))
		return ERR_INVALID;
	return instant_make(sum, at);
}

void instant_print(struct instant at, char out[INSTANT_TEXT + 1])
{
	int64_t in_day = at.us % US_PER_DAY, day = at.us / US_PER_DAY;
	char date[DATE_TEXT + 1];
	unsigned seconds, us;

	if (instant_make(at.us, &at) != OK)
		bug("date: instant %lld is outside the years 1 to 9999", (long long)at.us);
	if (in_day < 0) {
		in_day += US_PER_DAY;
		day--;
	}
	date_print((struct date){ (int32_t)day }, date);
	seconds = (unsigned)(in_day / US_PER_SECOND);
	us = (unsigned)(in_day % US_PER_SECOND);
	snprintf(
		out, INSTANT_TEXT + 1, "%sT%02u:%02u:%02u.%06uZ", date, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, us % 1000000);
}

const char *instant_text(struct arena *arena, struct instant at)
{
	char *out = arena_raw(arena, INSTANT_TEXT + 1);

	instant_print(at, out);
	return out;
}

int instant_compare(struct instant a, struct instant b)
{
	return (a.us > b.us) - (a.us < b.us);
}

enum err instant_add(struct instant at, int64_t us, struct instant *sum)
{
	int64_t total;

	if (__builtin_add_overflow(at.us, us, &total))
		return ERR_INVALID;
	return instant_make(total, sum);
}
