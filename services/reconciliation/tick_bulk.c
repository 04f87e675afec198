#include "tick_bulk.h"

#include "crash.h"
#include "handlers.h"
#include "import_upload.h"
#include "reconciliation_queries.h"
#include "store.h"
#include "tick.h"
#include "tick_recount.h"

enum { LOOKED_AT = 100 };

/* A lock of the session, given back by upload_read_next. */
static enum err take(struct db *db, struct arena *arena, const struct message *m, bool *taken, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, m->id);
	TRY(db_exec(db, arena, &q_upload_take, args, &rows, why));
	*taken = rows_bool(&rows, 0, 0);
	return OK;
}

/* The first that nobody else is at. */
static enum err decide(struct unit *unit, struct db *db, bool *did, struct why *why)
{
	struct message **messages;
	size_t n, i;
	TRY(statement_large_due(db, unit_arena(unit), LOOKED_AT, &messages, &n, why));
	for (i = 0; i < n && !*did; i++)
		TRY(take(db, unit_arena(unit), messages[i], did, why));
	if (!*did)
		return OK;
	crash_here(CRASH_LARGE_TAKEN);
	TRY(unit_run(unit, &messages[i - 1], 1, NULL, 0, why));
	crash_here(CRASH_LARGE_DECIDED);
	return OK;
}

static enum err decide_next(struct db *db, bool *did, struct why *why)
{
	struct unit *unit = unit_open(&reconciliation_working, db);
	enum err err = decide(unit, db, did, why);
	unit_close(unit);
	if (err == OK && *did) {
		role_wake(ROLE_TICK);
		role_wake(ROLE_RELAY);
	}
	return err;
}

enum err bulk_next(struct role *role, struct db *db, struct arena *arena, bool *did, struct why *why)
{
	TRY(upload_read_next(role, db, arena, did, why));
	if (!*did)
		TRY(decide_next(db, did, why));
	return *did ? OK : recount_next(db, arena, did, why);
}
