#include "tick_bulk.h"

#include "handlers.h"
#include "import_upload.h"
#include "reconciliation_queries.h"
#include "store.h"
#include "tick.h"

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

static enum err decide(struct unit *unit, struct db *db, bool *did, struct why *why)
{
	struct message **messages;
	size_t n;
	TRY(statement_large_due(db, unit_arena(unit), 1, &messages, &n, why));
	if (n)
		TRY(take(db, unit_arena(unit), messages[0], did, why));
	return *did ? unit_run(unit, messages, n, NULL, 0, why) : OK;
}

enum err bulk_next(struct role *role, struct db *db, struct arena *arena, bool *did, struct why *why)
{
	TRY(upload_read_next(role, db, arena, did, why));
	if (*did)
		return OK;
	struct unit *unit = unit_open(&reconciliation_working, db);
	enum err err = decide(unit, db, did, why);
	unit_close(unit);
	if (err == OK && *did) {
		role_wake(ROLE_TICK);
		role_wake(ROLE_RELAY);
	}
	return err;
}
