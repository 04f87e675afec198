/*
 * crash: named places where a daemon that was told so (setting crash_at) dies at once, as by kill -9. Each is a place where dying may cost
 * nothing but time; the fault runs (tests/faults) die at every one of them. Not told, a place costs one load and a branch never taken.
 *
 * Some places are passed by all that a daemon does; these may be asked for in the course of one thing alone: commit_after/UndoLine is reached by a batch that
 * undid a line, tick_committed/lines by that duty.
 */
#ifndef DUNLIN_CRASH_H
#define DUNLIN_CRASH_H

#include <stddef.h>

#include "err.h"
#include "span.h"

enum crash_point {
	CRASH_NONE,
	CRASH_UNIT_CLAIMED,
	CRASH_UNIT_APPLIED,
	CRASH_COMMIT_BEFORE,
	CRASH_COMMIT_AFTER,
	CRASH_HTTP_COMMITTED,
	CRASH_HTTP_ANSWERED,
	CRASH_CONSUME_GATHERED,
	CRASH_CONSUME_COMMITTED,
	CRASH_CONSUME_REPORTED,
	CRASH_POSITION_BEFORE,
	CRASH_POSITION_CLAIMED,
	CRASH_POSITION_RELEASED,
	CRASH_RELAY_LED,
	CRASH_RELAY_READ,
	CRASH_RELAY_PRODUCED,
	CRASH_RELAY_DELIVERED,
	CRASH_RELAY_ACKED,
	CRASH_CURSOR_BEFORE,
	CRASH_CURSOR_AFTER,
	CRASH_TICK_DUE,
	CRASH_TICK_COMMITTED,
	CRASH_SEND_CLAIMED,
	CRASH_CALL_BEFORE,
	CRASH_CALL_ANSWERED,
	CRASH_SEND_ANSWERED,
	CRASH_SEND_COMMITTED,
	CRASH_MAIL_DATA,
	CRASH_MAIL_GIVEN,
	CRASH_MAIL_ANSWERED,
	CRASH_STATEMENT_MEASURED,
	CRASH_STATEMENT_HALF,
	CRASH_STATEMENT_STAGED,
	CRASH_STATEMENT_COMMITTED,
	CRASH_PREVIEW_HALF,
	CRASH_LARGE_TAKEN,
	CRASH_LARGE_DECIDED,
	CRASH_PART_STORED,
	CRASH_UPLOAD_COMPLETE,
	CRASH_UPLOAD_TAKEN,
	CRASH_UPLOAD_COMMITTED,
	CRASH_PARKED_RETRY,
	CRASH_PARKED_RETRIED,
	CRASH_MIGRATION,
	CRASH_POINTS
};

struct crash_named {
	const char *name, *help;
};
/* By crash_point; CRASH_NONE has no name. */
extern const struct crash_named crash_points[CRASH_POINTS];

extern enum crash_point crash_armed;
void crash_reached(struct span course);

/* This place is reached, in the course of that: a message's type without its package, a duty. */
static inline void crash_here_in(enum crash_point point, struct span course)
{
	if (__builtin_expect(crash_armed == point, 0))
		crash_reached(course);
}

/* This place is reached, in whatever course. */
static inline void crash_here(enum crash_point point)
{
	crash_here_in(point, SPAN(""));
}

/* "name" or "name/course", either with ":nth" behind it (the nth time it is reached, from 1), or empty: never. Called before threads start. ERR_INVALID: no
 * such place. */
enum err crash_arm(const char *value, struct why *) MUST_CHECK;
/* The same without arming: the setting's check. */
enum err crash_check(const char *value, struct why *);

#endif
