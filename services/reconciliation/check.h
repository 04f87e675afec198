/*
 * check: what an import would say of a file, from the file alone: its format, its statements, whether they close, every broken rule with its place.
 *
 * What needs the books (whether the account is known, and where the statement stands among its others) is the import's to say.
 */
#ifndef RECONCILIATION_CHECK_H
#define RECONCILIATION_CHECK_H

#include "readers/readers.h"

struct checked {
	char format[16];          /* "" when it is of none that is read */
	struct violation refused; /* rule RULE_NONE: it could be read */
	int64_t closing, quarantined,
		informing; /* statements: those that close, those that don't or break a rule, those that are none that posts */
	int64_t lines, informed;  /* bookings, and lines that inform */
};

/* Text for people, or JSON for programs: an object for each line, each statement after its lines, and a refusal. */
enum check_format { CHECK_TEXT, CHECK_JSON };

struct check;
/* `say` is given each line of the report, without an end. */
struct check *check_open(const struct reading_settings *, enum check_format, void (*say)(void *ctx, struct span line), void *ctx);
/* The next bytes; `last` with the final ones. False: nothing more need be fed, the file is refused. */
bool check_feed(struct check *, struct span bytes, bool last);
/* What was found; valid until closed. */
const struct checked *check_result(const struct check *);
void check_close(struct check *);

#endif
