#include "clock.h"
#include "log.h"
#include "role.h"
#include "service.h"

enum { IDLE_MS = 1000 };

/* What the world keeps from being done is there the next time, too. */
static enum err next_piece(const struct service *service, struct role *role, struct db *db, struct arena *arena, struct why *why)
{
	bool did = false;
	enum err err = service->bulk(role, db, arena, &did, why);

	arena_reset(arena);
	db_rollback(db);
	if (err != OK && err != ERR_RETRY)
		return err;
	if (err == ERR_RETRY && !role_stopping(role))
		log_why(LOG_WARN, "long work waits", why);
	if (!did || err == ERR_RETRY)
		role_wait(role, IDLE_MS);
	return OK;
}

enum err bulk_run(const struct service *service, struct role *role, struct why *why)
{
	struct arena *arena = arena_open();
	struct db *db = NULL;
	enum err err = service_db_wait(service, role, "bulk", &db, why);

	while (err == OK && db != NULL && !role_stopping(role))
		err = next_piece(service, role, db, arena, why);
	db_close(db);
	arena_close(arena);
	return err;
}
