/*
 * telling: what all readers share while they tell: the statement that is open, its sums and period, the first error, and the account that was named.
 *
 * A reader holds one, begins a statement, tells its lines in the order of the file and ends it. After an error nothing more is told.
 */
#ifndef RECONCILIATION_TELLING_H
#define RECONCILIATION_TELLING_H

#include "reading.h"

enum { BROKEN_TOLD = 100, IDENTIFIER_ROOM = 72 };

struct telling {
	const struct reading_sink *sink;
	struct reading_settings settings; /* of the account that was named last */
	int statements;                   /* complete ones */
	bool in_statement;
	struct reading_statement statement;
	char id[IDENTIFIER_ROOM], account[IDENTIFIER_ROOM];
	bool has_booking;
	struct date first_booking, last_booking;
	struct violation violation; /* what makes the file unreadable */
	enum err failed;
	struct why why;
};

void telling_init(struct telling *, const struct reading_sink *, const struct reading_settings *);

/* Ends the reading: a rule of the file is broken. The first holds. */
void telling_fail(struct telling *, enum rule, struct place, const char *fmt, ...) PRINTF(4, 5);
/* Ends the reading with the sink's error, whose reason is in `why`. */
void telling_stop(struct telling *, enum err);
/* A rule of the statement is broken; it goes on, and is quarantined in the end. */
void telling_broken(struct telling *, enum rule, struct place, const char *fmt, ...) PRINTF(4, 5);

/* A statement begins; one that is open must have ended. */
void telling_begin(struct telling *, enum reading_kind, struct place);
/* The first that is named holds; cut where it is longer than any. */
void telling_name(struct telling *, struct span id);
void telling_account(struct telling *, struct span account);
/* The statement's currency; the first holds. False: it is another than before (RULE_CURRENCY_MIXED is for the caller to say). */
bool telling_currency(struct telling *, struct currency);
/* A balance of the statement; `date` may be NULL. */
void telling_opening(struct telling *, struct money, const struct date *);
void telling_closing(struct telling *, struct money, const struct date *, struct place);

/* Tells a line: the caller fills all but statement, number and account. What informs does not count. */
void telling_line(struct telling *, struct reading_line *);

/* Fills the period where the bank did not write it, names what a statement must have and has not, and tells it. */
void telling_end(struct telling *);

/* What feed gives back. */
enum err telling_result(const struct telling *, struct why *) MUST_CHECK;

#endif
