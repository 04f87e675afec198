/*
 * store_replay: the lines of the last months through the rules once more (match_replay.h). Reads, and changes nothing.
 */
#ifndef RECONCILIATION_STORE_REPLAY_H
#define RECONCILIATION_STORE_REPLAY_H

#include "db.h"
#include "match_replay.h"

struct replay_sums {
	int64_t lines, changes[REPLAY_CHANGES];
};

/* Each line that comes out otherwise is told to `tell`, page by page; the arena is reset between. */
typedef void replay_tell(void *ctx, struct arena *, const struct replay_line *, const struct replayed *);

enum err replay_run(struct db *, struct span merchant, int months, const struct rule_set *, replay_tell *, void *ctx, struct replay_sums *,
	struct why *) MUST_CHECK;

#endif
