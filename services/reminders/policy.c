#include "policy.h"

static const struct step standard_steps[] = {
	{ "due-7", -7, 0, "a week before the due date, a friendly word" },
	{ "due", 0, 0, "on the due date" },
	{ "level-1", 7, 1, "first reminder, a week late" },
	{ "level-2", 14, 2, "second reminder, two weeks late" },
	{ "level-3", 28, 3, "last reminder, four weeks late" },
};

static const struct policy policies[] = {
	{ .name = "standard",
		.version = 1,
		.steps = standard_steps,
		.step_count = sizeof standard_steps / sizeof *standard_steps,
		.calendar = "TARGET",
		.from_minute = 9 * 60,
		.to_minute = 17 * 60,
		.gap_days = 7 },
};

const struct policy *policy_find(const char *name)
{
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
		if (span_is(span_of(name), policies[i].name))
			return &policies[i];
	return NULL;
}

void policy_print(struct text *t)
{
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		const struct policy *p = &policies[i];

		text_printf(t,
			"policy %s, version %d: %02d:%02d to %02d:%02d on business days (%s), %d days between levels, one mail a customer and day\n",
			p->name, p->version, p->from_minute / 60, p->from_minute % 60, p->to_minute / 60, p->to_minute % 60, p->calendar,
			p->gap_days);
		for (int k = 0; k < p->step_count; k++)
			text_printf(t, "  %-8s %+4d days  level %d  %s\n", p->steps[k].name, p->steps[k].days, p->steps[k].level,
				p->steps[k].help);
	}
}

int policy_step(const struct policy *p, struct span name)
{
	for (int i = 0; i < p->step_count; i++)
		if (span_is(name, p->steps[i].name))
			return i;
	return -1;
}

const char *wait_name(enum wait wait)
{
	static const char *const names[WAITS] = { "now", "date", "hours", "day", "hold", "statement", "for_ever" };

	return names[wait];
}

static const struct instant never = { INT64_MAX };

static struct date days_on(struct date date, int64_t days)
{
	struct date on = date;

	/* Past the calendar's end a date stays where it is: nothing falls due there. */
	return date_add_days(date, days, &on) == OK ? on : date;
}

/* The day of a step by the due date alone. A friendly word comes before a weekend, not after the due date; a level waits for the business day. */
static struct date plain_day(const struct policy *p, const struct policy_item *item, const struct step *s)
{
	const struct calendar *calendar = calendar_find(p->calendar);
	struct date day = days_on(item->due, s->days), before;

	if (s->level > 0 || calendar_is_business(calendar, day))
		return day;
	return calendar_add(calendar, day, -1, &before) == OK ? before : day;
}

/* The step that speaks next for the item: -1 where none is left. A step that lapsed is passed over. */
static int next_step(const struct policy *p, const struct policy_item *item, struct date today)
{
	int lapsed = -1;

	for (int i = 0; i < p->step_count; i++) {
		const struct step *s = &p->steps[i];

		if (s->level == 0 && date_compare(today, plain_day(p, item, s)) >= 0)
			lapsed = i;
	}
	for (int i = 0; i < p->step_count; i++) {
		const struct step *s = &p->steps[i];

		if (item->said & (UINT32_C(1) << i))
			continue;
		/* Of several friendly words whose day has come the latest speaks, and none after the due date. */
		if (s->level == 0 && (i < lapsed || date_compare(today, item->due) > 0))
			continue;
		return i;
	}
	return -1;
}

/* The day on which a step may speak first: its own, or the gap after the level before. */
static struct date step_day(const struct policy *p, const struct policy_item *item, int step)
{
	struct date day = plain_day(p, item, &p->steps[step]);
	struct date gap = days_on(item->level_day, p->gap_days);

	return p->steps[step].level > 0 && item->has_level && date_compare(gap, day) > 0 ? gap : day;
}

/* The first instant from `now` on at which the customer may be written to, not before `day`. */
static struct instant next_hour(const struct policy *p, const struct zone *zone, struct date day, struct instant now)
{
	const struct calendar *calendar = calendar_find(p->calendar);
	struct date today = zone_date(zone, now), at;
	bool is_late = zone_minute(zone, now) >= p->to_minute;
	struct instant from;

	if (date_compare(day, today) < 0)
		day = today;
	if (date_compare(day, today) == 0 && is_late)
		day = days_on(day, 1);
	if (calendar_add(calendar, day, 0, &at) != OK)
		return never;
	from = zone_instant(zone, at, p->from_minute);
	return instant_compare(from, now) > 0 ? from : now;
}

void policy_hours(
	const struct policy *p, const struct zone *zone, struct date day, struct instant now, struct instant *from, struct instant *until)
{
	*from = next_hour(p, zone, day, now);
	*until = instant_compare(*from, never) == 0 ? never : zone_instant(zone, zone_date(zone, *from), p->to_minute);
}

bool policy_is_covered(const struct policy *p, const struct policy_customer *c, struct date day)
{
	struct date before;

	if (!c->has_accounts)
		return true;
	return calendar_add(calendar_find(p->calendar), day, -1, &before) == OK && date_compare(c->covered_to, before) >= 0;
}

struct verdict policy_decide(const struct policy *p, const struct policy_item *item, const struct policy_customer *c, struct instant now)
{
	struct date today = zone_date(c->zone, now), day;
	struct verdict v = { .wait = WAIT_FOR_EVER, .step = -1, .when = never };

	if (!item->is_open)
		return v;
	v.step = next_step(p, item, today);
	if (v.step < 0)
		return v;
	day = step_day(p, item, v.step);
	v.when = next_hour(p, c->zone, day, now);
	if (item->is_held) {
		v.wait = WAIT_HOLD;
		v.when = never;
	} else if (date_compare(today, day) < 0)
		v.wait = WAIT_DATE;
	else if (c->has_said && date_compare(c->said_day, today) >= 0) {
		v.wait = WAIT_DAY;
		v.when = next_hour(p, c->zone, days_on(today, 1), now);
	} else if (instant_compare(v.when, now) > 0)
		v.wait = WAIT_HOURS;
	else if (p->steps[v.step].level > 0 && !policy_is_covered(p, c, today)) {
		v.wait = WAIT_STATEMENT;
		v.when = next_hour(p, c->zone, days_on(today, 1), now);
	} else
		v.wait = WAIT_NOT;
	return v;
}
