/*
 * policy: what is said to a customer, and when: steps before and after an item's due date as data, and the one function that decides. Pure.
 *
 * 1. What is due follows from facts, policy and now alone: run hourly, daily or once after ten days, the same actions come out.
 * 2. A step speaks once for an item. Steps up to the due date lapse when the date has passed; levels go in order, one at a time, and
 *    not before the gap after the level before is over. After an outage one step is caught up with, not three.
 * 3. A level waits until the merchant's collecting bank accounts are known up to the business day before: nobody is dunned for money that
 *    lies on the account.
 * 4. Only on business days, and only in hours in which the customer is awake.
 */
#ifndef REMINDERS_POLICY_H
#define REMINDERS_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "date.h"
#include "span.h"
#include "zone.h"

struct step {
	const char *name; /* as events and mails name it: "due-7", "level-2" */
	int days;         /* after the due date; below 0: before it */
	int level;        /* dunning level; 0: a friendly word */
	const char *help;
};

struct policy {
	const char *name;
	int version;
	const struct step *steps; /* by days */
	int step_count;           /* at most 32 */
	const char *calendar;
	int from_minute, to_minute; /* of the customer's day: [from, to) */
	int gap_days;               /* between two levels of one item */
};

/* NULL when there is none of that name. */
const struct policy *policy_find(const char *name);
void policy_print(struct text *);
/* The step of that name; -1: none. */
int policy_step(const struct policy *, struct span name);

/* What is known of one open item. */
struct policy_item {
	struct date due;
	bool is_open;          /* something is owed, and its facts are complete */
	bool is_held;          /* a hold stops it */
	uint32_t said;         /* bit i: step i has spoken */
	bool has_level;        /* a level has spoken */
	struct date level_day; /* on which the last level spoke, in the customer's zone */
};

/* What is known of whom it is said to. */
struct policy_customer {
	const struct zone *zone;
	bool has_said; /* something was said on said_day: one mail a day */
	struct date said_day;
	bool has_accounts;       /* the merchant collects on bank accounts in this currency */
	struct date covered_to;  /* the last day up to which all of them are known */
};

enum wait {
	WAIT_NOT,       /* `step` speaks now */
	WAIT_DATE,      /* its day has not come */
	WAIT_HOURS,     /* not a business day, or not an hour to write */
	WAIT_DAY,       /* something was said today */
	WAIT_HOLD,      /* held */
	WAIT_STATEMENT, /* bank statements are not up to date */
	WAIT_FOR_EVER,  /* no step is left, or nothing is owed */
	WAITS
};

struct verdict {
	enum wait wait;
	int step;            /* index of the step that speaks next; -1: none */
	struct instant when; /* earliest instant at which to ask again; INT64_MAX: when a fact changes */
};

/* What of the policy speaks for this item now, or what it waits for. */
struct verdict policy_decide(const struct policy *, const struct policy_item *, const struct policy_customer *, struct instant now);

/* Whether money that came by the business day before `day` would be known: what a level waits for. */
bool policy_is_covered(const struct policy *, const struct policy_customer *, struct date day);

/* The first hours from `now` on, not before `day`, in which the customer may be written to: [*from, *until). *from is now when they run. */
void policy_hours(
	const struct policy *, const struct zone *, struct date day, struct instant now, struct instant *from, struct instant *until);

const char *wait_name(enum wait);

#endif
