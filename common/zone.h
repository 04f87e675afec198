/*
 * zone: what the clocks of a place say: IANA time zones from TZif files (RFC 9636), and business days.
 *
 * The file is read once by zone_load (an edge: it opens a file); everything else is pure. glibc's own conversion works
 * on one zone per process, which does not do for merchants and customers in many.
 */
#ifndef DUNLIN_ZONE_H
#define DUNLIN_ZONE_H

#include "date.h"

struct zone;

/* A zone by its IANA name, cached for the life of the process; thread-safe. NULL when there is no such zone or the name
 * is not one (".." and absolute paths are refused). "UTC" needs no file. */
const struct zone *zone_load(const char *name);

const struct zone *zone_utc(void);

/* Reads TZif bytes, version 1 to 4, footer included (RFC 9636). A file that counts leap seconds is refused. For zone_load
 * and tests. */
enum err zone_parse(struct arena *, const char *name, struct span tzif, const struct zone **, struct why *) MUST_CHECK;

const char *zone_name(const struct zone *);
int32_t zone_offset(const struct zone *, struct instant); /* seconds east of UTC at that instant */
/* The plain date there; within a day of the calendar's ends (years 1 and 9999) the last date that there is. */
struct date zone_date(const struct zone *, struct instant);
int zone_minute(const struct zone *, struct instant);       /* minutes since local midnight, 0..1439 */

/* The instant at which a local wall-clock minute (0..1439) of a date occurs. In a gap: the first instant after it. In a fold:
 * the first of the two. */
struct instant zone_instant(const struct zone *, struct date, int minute);

/* Business days: Monday to Friday less the holidays of a named calendar. "TARGET" is by rule (ECB: 1 January, Good
 * Friday, Easter Monday, 1 May, 25 and 26 December); "NONE" has weekends only; "ALL" knows neither. */
struct calendar;
const struct calendar *calendar_find(const char *name); /* NULL when unknown */
bool calendar_is_business(const struct calendar *, struct date);
/* The n-th business day after (n > 0) or before (n < 0) the date; n = 0: the date itself or the next business day. */
enum err calendar_add(const struct calendar *, struct date, int n, struct date *) MUST_CHECK;

#endif
