/*
 * store_replay: the lines of the last months through the rules once more (match/replay.h). Reads, and changes nothing.
 */
#ifndef RECONCILIATION_STORE_REPLAY_H
#define RECONCILIATION_STORE_REPLAY_H

#include "db.h"
#include "match/replay.h"

struct replay_sums {
	int64_t lines, changes[REPLAY_CHANGES];
	struct digest digest; /* of the months, the set, and every line that comes out otherwise */
};

/* The last months, and how many lines at most; ERR_REFUSED where there are more. most 0: any number. */
struct replay_wish {
	int months;
	int64_t most;
};

/* Each line that comes out otherwise is told to `tell`, page by page; the arena is reset between. */
typedef void replay_tell(void *ctx, struct arena *, const struct replay_line *, const struct replayed *);

enum err replay_run(struct db *, struct span merchant, const struct replay_wish *, const struct rule_set *, replay_tell *, void *ctx,
	struct replay_sums *, struct why *) MUST_CHECK;

/* A version's set, that of 0 being the table; ERR_NOT_FOUND. */
enum err replay_load_set(struct db *, struct arena *, struct span merchant, int32_t version, struct rule_set *, struct why *) MUST_CHECK;
/* Notes that it was replayed, so that the version may go live with it. */
enum err replay_keep(struct db *, struct arena *, struct span merchant, int32_t version, int months, const struct replay_sums *,
	struct span who, struct why *) MUST_CHECK;

#endif
