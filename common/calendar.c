#include <string.h>

#include "zone.h"

struct calendar {
	const char *name;
	bool (*is_weekend)(struct date);
	bool (*is_holiday)(struct date);
};

/* Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher (Nature, 1876). */
static struct date easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int m = (a + 11 * h + 22 * l) / 451;
	int sum = h + l - 7 * m + 114;
	struct date date;

	if (date_ymd(year, sum / 31, sum % 31 + 1, &date) != OK)
		bug("calendar: Easter of %d", year);
	return date;
}

/* The closing days of TARGET (ECB, since 2002). */
static bool is_target_holiday(struct date date)
{
	struct ymd on = date_parts(date);
	int since_easter = date.day - easter(on.year).day;

	return (on.month == 1 && on.day == 1) || since_easter == -2 || since_easter == 1 || (on.month == 5 && on.day == 1) ||
	       (on.month == 12 && (on.day == 25 || on.day == 26));
}

static bool is_saturday_or_sunday(struct date date)
{
	return date_weekday(date) >= 6;
}

static bool never(struct date date)
{
	(void)date;
	return false;
}

static const struct calendar calendars[] = {
	{ "TARGET", is_saturday_or_sunday, is_target_holiday },
	{ "NONE", is_saturday_or_sunday, never },
	{ "ALL", never, never },
};

const struct calendar *calendar_find(const char *name)
{
	for (size_t i = 0; i < sizeof(calendars) / sizeof(calendars[0]); i++) {
		if (strcmp(calendars[i].name, name) == 0)
			return &calendars[i];
	}
	return NULL;
}

bool calendar_is_business(const struct calendar *calendar, struct date date)
{
	return !calendar->is_weekend(date) && !calendar->is_holiday(date);
}

/* The nearest business day from the date on, in steps of 1 or -1, the date included. */
static enum err roll(const struct calendar *calendar, int step, struct date *date)
{
	while (!calendar_is_business(calendar, *date))
		TRY(date_add_days(*date, step, date));
	return OK;
}

enum err calendar_add(const struct calendar *calendar, struct date date, int n, struct date *sum)
{
	int step = n < 0 ? -1 : 1;

	if (n == 0)
		TRY(roll(calendar, 1, &date));
	for (; n != 0; n -= step) {
		TRY(date_add_days(date, step, &date));
		TRY(roll(calendar, step, &date));
	}
	*sum = date;
	return OK;
}
