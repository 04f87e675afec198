/*
 * store: the book's tables. The only files that name SQL statements are store*.c; routes, timers and the send role read through here too.
 */
#ifndef REMINDERS_STORE_H
#define REMINDERS_STORE_H

#include "book.h"
#include "wire.h"

extern const struct store reminders_store;

/* A book with what is needed in it, for those who only look. Finds are not looked for. */
enum err store_look(struct db *, struct arena *, const struct need *, struct book **, struct why *) MUST_CHECK;

/* --- what falls due --- */

struct due {
	struct named what;
	int64_t no; /* counts in what it names */
};

enum due_kind { DUE_REVISE, DUE_EXPIRE, DUE_LAPSE, DUE_LOOK };

/* At most `limit` of them. */
enum err store_due(
	struct db *, struct arena *, enum due_kind, struct instant now, size_t limit, struct due **, size_t *, struct why *) MUST_CHECK;
/* How many there are, and when the next falls due (INT64_MAX: none). */
enum err store_due_next(
	struct db *, struct arena *, enum due_kind, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;
/* Statements that count now. At most `limit` accounts are looked at. */
enum err store_due_statements(struct db *, struct arena *, size_t limit, struct due **, size_t *, struct why *) MUST_CHECK;
/* How many customers wait for bank statements. */
enum err store_waiting(struct db *, struct arena *, int64_t *customers, struct why *) MUST_CHECK;

/* --- sending --- */

/* Claims at most `most` notices that may be sent now, fewer than `per_hour` of one merchant in an hour, in one transaction with the check
 * that what is owed is still what they say. The book has all that their letters need. */
enum err store_claim(struct db *, struct arena *, struct instant now, size_t most, int64_t per_hour, struct book **,
	const struct notice ***, size_t *, struct why *) MUST_CHECK;

/* How many are being sent or could be claimed, how many a merchant's hour holds back, and when the next can be. */
enum err store_pending(struct db *, struct arena *, struct instant now, int64_t per_hour, int64_t *pending, int64_t *held,
	struct instant *next, struct why *) MUST_CHECK;

/* --- to be shown, newest first; an empty customer takes all, ids count down from `before` --- */

struct page {
	struct span merchant, customer;
	struct uuid before;
	int32_t limit;
};

/* Without what they say. */
enum err store_notices(struct db *, struct arena *, const struct page *, struct notice **, size_t *, struct why *) MUST_CHECK;
enum err store_holds(struct db *, struct arena *, const struct page *, struct hold **, size_t *, struct why *) MUST_CHECK;

/* Business time. */
enum err store_now(struct db *, struct arena *, struct instant *, struct why *) MUST_CHECK;

#endif
