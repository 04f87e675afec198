/*
 * date: instants (microseconds UTC), plain dates (proleptic Gregorian), and months.
 *
 * A due date is a plain date in the merchant's zone; an instant becomes a date only through a zone (zone.h).
 * Nothing here reads a clock. Years 1 to 9999; anything else is an error, never a wrap.
 */
#ifndef DUNLIN_DATE_H
#define DUNLIN_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

/* Microseconds since 1970-01-01T00:00:00Z. */
struct instant {
	int64_t us;
};

/* Days since 1970-01-01; 0 is that day. Use date_ymd and date_parts to see year, month, day. */
struct date {
	int32_t day;
};

struct ymd {
	int year, month, day; /* month 1..12, day 1..31 */
};

#define DATE_FIRST_DAY (-719162) /* 0001-01-01 */
#define DATE_LAST_DAY 2932896    /* 9999-12-31 */
#define DATE_TEXT 10
#define INSTANT_TEXT 27
#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_SECOND)

enum err date_ymd(int year, int month, int day, struct date *) MUST_CHECK; /* ERR_INVALID for 30 February, year 0 … */
enum err date_from_days(int64_t days_since_1970, struct date *) MUST_CHECK;    /* ERR_INVALID outside the years 1..9999 */
struct ymd date_parts(struct date); /* a date outside the years 1..9999, made past the checks, is a bug() */
int date_weekday(struct date); /* 1 Monday … 7 Sunday (ISO 8601) */
int date_compare(struct date, struct date);
bool date_is_leap(int year);
int date_month_days(int year, int month);

enum err date_add_days(struct date, int64_t days, struct date *) MUST_CHECK;
/* The same day n months on, or the month's last day where it has none: 31 January + 1 = 28 or 29 February.
 * anchor_day (1..31) is the day that the series started with, so that 31 Jan, 28 Feb, 31 Mar follow each other. */
enum err date_add_months(struct date, int n, int anchor_day, struct date *) MUST_CHECK;
struct date date_month_end(struct date);

enum err date_parse(struct span text, struct date *) MUST_CHECK; /* YYYY-MM-DD, exactly */
void date_print(struct date, char out[DATE_TEXT + 1]);
const char *date_text(struct arena *, struct date);

/* What comes from outside as a number goes through here: ERR_INVALID outside the years 1..9999. */
enum err instant_make(int64_t us, struct instant *) MUST_CHECK;

/* RFC 3339, with Z or an offset, up to six fraction digits; more are refused. 23:59:60 at the
 * end of a month (UTC) is a leap second and counts as the second after it. */
enum err instant_parse(struct span text, struct instant *) MUST_CHECK;
void instant_print(struct instant, char out[INSTANT_TEXT + 1]); /* 2026-11-22T13:00:00.000000Z */
const char *instant_text(struct arena *, struct instant);
int instant_compare(struct instant, struct instant);
enum err instant_add(struct instant, int64_t us, struct instant *) MUST_CHECK;

#endif
