#include "terms.h"

#include <stdio.h>

#include "field.h"

const struct terms terms_default = { .kind = TERMS_NET_DAYS, .days = 30 };

const struct terms_rule terms_rules[TERMS_KINDS] = {
	[TERMS_NONE] = { "none", "not given: the merchant's terms hold; where it has none, 30 days net" },
	[TERMS_NET_DAYS] = { "net_days", "the issue date plus days" },
	[TERMS_END_OF_MONTH] = { "end_of_month", "the last day of the month in which the issue date plus days falls" },
	[TERMS_FIXED_DAY] = { "fixed_day",
		"the first such day of a month not before the issue date plus days; a shorter month gives its last day" },
};

enum err terms_check(const struct terms *t, const char *field, struct why *why)
{
	char name[64];

	if (t->kind <= TERMS_NONE || t->kind >= TERMS_KINDS)
		return why_field(why, ERR_INVALID, "field_invalid", field, "%s is of no known kind", field);
	snprintf(name, sizeof name, "%s.days", field);
	TRY(field_number(t->days, name, 0, 365, why));
	snprintf(name, sizeof name, "%s.day", field);
	TRY(field_number(t->day, name, t->kind == TERMS_FIXED_DAY ? 1 : 0, t->kind == TERMS_FIXED_DAY ? 31 : 0, why));
	return discount_check(&t->discount, field, why);
}

/* The day of that date's month, or the month's last one. */
static enum err day_of_month(struct date in, int day, struct date *found)
{
	struct ymd p = date_parts(in);
	int last = date_month_days(p.year, p.month);

	return date_ymd(p.year, p.month, day < last ? day : last, found);
}

/* The first `day` of a month that is not before `from`. */
static enum err next_day_of_month(struct date from, int day, struct date *found)
{
	TRY(day_of_month(from, day, found));
	if (date_compare(*found, from) < 0)
		TRY(date_add_months(*found, 1, day, found));
	return OK;
}

static enum err due(const struct terms *t, struct date issued, struct date *found)
{
	struct date from;

	TRY(date_add_days(issued, t->days, &from));
	*found = from;
	switch (t->kind) {
	case TERMS_END_OF_MONTH: *found = date_month_end(from); return OK;
	case TERMS_FIXED_DAY: return next_day_of_month(from, t->day, found);
	case TERMS_NET_DAYS: return OK;
	case TERMS_NONE:
	case TERMS_KINDS: break;
	}
	bug("terms of no kind reached a due date");
}

enum err terms_due(const struct terms *t, struct date issued, struct date *found, struct why *why)
{
	if (due(t, issued, found) != OK)
		return why_set(why, ERR_INVALID, "due_date_impossible", "the due date lies outside the calendar");
	return OK;
}

bool terms_equal(struct terms a, struct terms b)
{
	return a.kind == b.kind && a.days == b.days && a.day == b.day && discount_equal(&a.discount, &b.discount);
}

enum err billing_after(struct date day, int billing_day, struct date *found)
{
	struct date tomorrow;

	TRY(date_add_days(day, 1, &tomorrow));
	return next_day_of_month(tomorrow, billing_day, found);
}
