/*
 * zone_rule: the footer of a TZif file, a POSIX TZ string with the extensions of RFC 9636 §3.3.1: what a zone's clocks do
 * after its last listed transition.
 */
#ifndef DUNLIN_ZONE_RULE_H
#define DUNLIN_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "span.h"

/* A day of each year and a time on it, seconds after local midnight, -167 h to 167 h. */
struct zone_day {
	enum zone_day_kind {
		ZONE_DAY_JULIAN,  /* Jn: 1..365, 29 February is never counted */
		ZONE_DAY_ORDINAL, /* n: 0..365, leap days count */
		ZONE_DAY_MONTH    /* Mm.w.d: weekday d (0 is Sunday) of week w (5 is the last) of month m */
	} kind;
	int day, week, month;
	int32_t seconds;
};

struct zone_rule {
	int32_t standard, summer; /* seconds east of UTC */
	bool has_summer;
	struct zone_day start, end;
};

enum err zone_rule_parse(struct span text, struct zone_rule *) MUST_CHECK;

/* Seconds east of UTC at a second of UTC. *next, if not NULL, is the next change of the clocks: INT64_MAX for none. */
int32_t zone_rule_offset(const struct zone_rule *, int64_t second, int64_t *next);

#endif
