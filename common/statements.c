#include "statements.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "common_queries.h"
#include "digest.h"
#include "log.h"
#include "service.h"

enum { AGAIN_MS = 250 };

static atomic_bool pending;

static void add_queries(struct digest_stream *d, const struct query *const *q)
{
	for (; *q != NULL; q++) {
		digest_add(d, (struct span){ (*q)->name, strlen((*q)->name) + 1 });
		digest_add(d, (struct span){ (*q)->sql, strlen((*q)->sql) + 1 });
	}
}

static struct digest digest_of(const struct service *s)
{
	struct digest_stream *d = digest_open();

	add_queries(d, common_queries);
	add_queries(d, s->queries);
	return digest_close(d);
}

enum err statements_prepare(const struct service *s, struct db *db, struct why *why)
{
	TRY(db_prepare(db, common_queries, why));
	return db_prepare(db, s->queries, why);
}

static enum err ask(const struct service *s, struct db *db, struct arena *arena, const struct query *query, struct rows *r, struct why *why)
{
	struct digest digest = digest_of(s);
	struct args *a = args_new(arena);

	args_bytes(a, (struct span){ (const char *)digest.b, sizeof digest.b });
	return db_exec(db, arena, query, a, r, why);
}

enum err statements_look(const struct service *s, struct db *db, struct why *why)
{
	struct arena *arena = arena_open();
	struct rows r;
	enum err err = ask(s, db, arena, &q_statements_known, &r, why);

	if (err == OK)
		pending = !rows_bool(&r, 0, 0);
	arena_close(arena);
	return err;
}

static enum err prove(const struct service *s, struct why *why)
{
	struct arena *arena;
	struct rows r;
	struct db *db;
	enum err err;

	TRY(service_db(s, "check", &db, why));
	err = statements_prepare(s, db, why);
	arena = arena_open();
	if (err == OK)
		err = ask(s, db, arena, &q_statements_prove, &r, why);
	arena_close(arena);
	db_close(db);
	return err;
}

static void *prove_all(void *arg)
{
	struct why why = { 0 };
	enum err err;

	log_role("main");
	while ((err = prove(arg, &why)) == ERR_RETRY)
		clock_pause_ms(AGAIN_MS);
	if (err != OK) {
		log_why(LOG_ERROR, "can't start", &why);
		_exit(1);
	}
	pending = false;
	return NULL;
}

/* Signals are held already: they are the main thread's. */
void statements_begin(const struct service *s)
{
	pthread_t thread;

	if (!pending)
		return;
	if (pthread_create(&thread, NULL, prove_all, (void *)(uintptr_t)s) != 0 || pthread_detach(thread) != 0)
		bug("no thread");
}

bool statements_fine(void)
{
	return !pending;
}
