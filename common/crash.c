#include "crash.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "span.h"

const struct crash_named crash_points[CRASH_POINTS] = {
	[CRASH_UNIT_CLAIMED] = { "unit_claimed", "identities are claimed, nothing is loaded" },
	[CRASH_UNIT_APPLIED] = { "unit_applied", "decided, nothing is saved" },
	[CRASH_COMMIT_BEFORE] = { "commit_before", "effects are flushed, the commit is not sent" },
	[CRASH_COMMIT_AFTER] = { "commit_after", "committed, nobody is woken or told" },
	[CRASH_HTTP_COMMITTED] = { "http_committed", "a command is committed, its caller has no answer" },
	[CRASH_HTTP_ANSWERED] = { "http_answered", "a command is committed and its answer handed to the connection" },
	[CRASH_CONSUME_GATHERED] = { "consume_gathered", "messages are read, no unit has begun" },
	[CRASH_CONSUME_COMMITTED] = { "consume_committed", "a batch and its positions are committed" },
	[CRASH_CONSUME_REPORTED] = { "consume_reported", "positions are told to Kafka for the lag tools" },
	[CRASH_POSITION_BEFORE] = { "position_before", "partitions are assigned, their positions not claimed" },
	[CRASH_POSITION_CLAIMED] = { "position_claimed", "positions are claimed under a new epoch, nothing is read" },
	[CRASH_POSITION_RELEASED] = { "position_released", "positions are given back, the group is not left" },
	[CRASH_RELAY_LED] = { "relay_led", "the relay has the lock and the cursor's epoch" },
	[CRASH_RELAY_READ] = { "relay_read", "events are read from the outbox, none is produced" },
	[CRASH_RELAY_PRODUCED] = { "relay_produced", "events are handed to the producer" },
	[CRASH_RELAY_DELIVERED] = { "relay_delivered", "Kafka has acknowledged an event, its report is being read" },
	[CRASH_RELAY_ACKED] = { "relay_acked", "acknowledgements are counted, the cursor stands" },
	[CRASH_CURSOR_BEFORE] = { "cursor_before", "the cursor is about to move" },
	[CRASH_CURSOR_AFTER] = { "cursor_after", "the cursor has moved" },
	[CRASH_TICK_DUE] = { "tick_due", "due work is found, no unit has begun" },
	[CRASH_TICK_COMMITTED] = { "tick_committed", "due work is committed" },
	[CRASH_SEND_CLAIMED] = { "send_claimed", "intents are claimed by lease, no call is made" },
	[CRASH_CALL_BEFORE] = { "call_before", "a call to a provider is about to set out" },
	[CRASH_CALL_ANSWERED] = { "call_answered", "a provider has answered, its answer is not looked at" },
	[CRASH_SEND_ANSWERED] = { "send_answered", "all calls are answered, no answer is kept" },
	[CRASH_SEND_COMMITTED] = { "send_committed", "answers are kept" },
	[CRASH_MAIL_DATA] = { "mail_data", "the mail system has said 354, the mail is about to be sent" },
	[CRASH_MAIL_GIVEN] = { "mail_given", "the whole mail is handed over, what the mail system says is not read" },
	[CRASH_MAIL_ANSWERED] = { "mail_answered", "the mail system has answered, the answer is not looked at" },
	[CRASH_STATEMENT_MEASURED] = { "statement_measured", "a statement's digest is known, its file not claimed" },
	[CRASH_STATEMENT_HALF] = { "statement_half", "a line of a statement is read, the others are not" },
	[CRASH_STATEMENT_STAGED] = { "statement_staged", "a statement is read and staged, nothing is committed" },
	[CRASH_STATEMENT_COMMITTED] = { "statement_committed", "a statement is staged and committed, nobody is told" },
	[CRASH_PREVIEW_HALF] = { "preview_half", "a preview has looked at lines, nobody is told" },
	[CRASH_LARGE_TAKEN] = { "large_taken", "a statement of very many lines is taken up, nothing is decided" },
	[CRASH_LARGE_DECIDED] = { "large_decided", "a statement of very many lines is decided, nobody is woken" },
	[CRASH_PART_STORED] = { "part_stored", "a part of an upload is stored, its sender has no answer" },
	[CRASH_UPLOAD_COMPLETE] = { "upload_complete", "an upload is complete and due, its sender has no answer" },
	[CRASH_UPLOAD_TAKEN] = { "upload_taken", "an upload is taken up, nothing of it is read" },
	[CRASH_UPLOAD_COMMITTED] = { "upload_committed", "an upload is committed, its caller has no answer" },
	[CRASH_PARKED_RETRY] = { "parked_retry", "what is set aside is about to run again" },
	[CRASH_PARKED_RETRIED] = { "parked_retried", "one that was set aside has run, those behind it have not" },
	[CRASH_MIGRATION] = { "migration", "a migration is committed, the next one has not begun" },
};

enum crash_point crash_armed;
static atomic_long left;       /* times that the place is still passed */
static char wanted_course[80]; /* in whose course alone; empty: in any */

void crash_reached(struct span course)
{
	if (!span_is(course, wanted_course) || atomic_fetch_sub(&left, 1) > 1)
		return;
	(void)kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* What crash_at says. */
struct asked {
	enum crash_point point;
	struct span course;
	int64_t nth;
};

static enum err parse_course(struct span *name, struct span *course, struct why *why)
{
	*course = SPAN("");
	if (span_cut(*name, '/', name, course) && (!course->size || course->size >= sizeof wanted_course))
		return why_set(
			why, ERR_INVALID, "setting_invalid", "must be a place and in the course of what, such as commit_after/UndoLine");
	return OK;
}

static enum err parse(const char *value, struct asked *asked, struct why *why)
{
	struct span name, times = SPAN("1");
	enum crash_point *point = &asked->point;

	asked->nth = 1;
	if (span_cut(span_of(value), ':', &name, &times) && (span_int64(times, &asked->nth) != OK || asked->nth < 1))
		return why_set(
			why, ERR_INVALID, "setting_invalid", "must be a place and how many times it is reached, such as commit_after:3");
	TRY(parse_course(&name, &asked->course, why));
	for (*point = CRASH_NONE + 1; *point < CRASH_POINTS; (*point)++)
		if (span_is(name, crash_points[*point].name))
			return OK;
	return why_set(why, ERR_INVALID, "setting_invalid", "must be a place that the verb crashes prints");
}

enum err crash_check(const char *value, struct why *why)
{
	struct asked asked;

	return parse(value, &asked, why);
}

enum err crash_arm(const char *value, struct why *why)
{
	struct asked asked = { .point = CRASH_NONE, .course = SPAN(""), .nth = 1 };

	if (value != NULL && value[0] != '\0')
		TRY(parse(value, &asked, why));
	memcpy(wanted_course, asked.course.at, asked.course.size);
	wanted_course[asked.course.size] = '\0';
	atomic_store(&left, asked.nth);
	crash_armed = asked.point;
	return OK;
}
