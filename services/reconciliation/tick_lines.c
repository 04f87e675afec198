#include "tick_lines.h"

#include <stdatomic.h>

#include "handlers.h"
#include "reconciliation_queries.h"
#include "tick.h"

enum { COUNT_MOST = 1000 };

/* The lock's key of the account that was served last. Whose turn it is is a courtesy, so that a process may begin anew. */
static _Atomic int32_t served = INT32_MIN;

/* What a turn gathers. */
struct gathered {
	struct db *db;
	struct arena *arena;
	struct message **messages;
	size_t count, limit;
};

/* A statement that came while the lines of a large one are posted is decided before they go on: its own take turns with them. Never twice in a row. */
static enum err gives_way(struct db *db, struct arena *arena, bool *way, struct why *why)
{
	static _Atomic bool gave;
	struct rows rows;
	*way = false;
	if (!gave) {
		TRY(db_exec(db, arena, &q_statement_waits, NULL, &rows, why));
		*way = rows_bool(&rows, 0, rows_column(&rows, "waits"));
	}
	gave = *way;
	return OK;
}

static enum err take(const struct gathered *g, int32_t key, bool *taken, struct why *why)
{
	struct args *args = args_new(g->arena);
	struct rows rows;
	args_int4(args, key);
	TRY(db_exec(g->db, g->arena, &q_line_take, args, &rows, why));
	*taken = rows_bool(&rows, 0, rows_column(&rows, "taken"));
	return OK;
}

/* The lock comes before the look: what its last holder committed is seen. */
static enum err gather(struct gathered *g, const struct rows *accounts, size_t i, struct why *why)
{
	int32_t key = rows_int4(accounts, i, rows_column(accounts, "key"));
	struct args *args = args_new(g->arena);
	struct message **more;
	struct rows rows;
	bool taken;
	size_t n;
	TRY(take(g, key, &taken, why));
	if (!taken)
		return OK;
	args_int8(args, (int64_t)(g->limit - g->count));
	args_text(args, rows_text(accounts, i, rows_column(accounts, "merchant_id")));
	args_uuid(args, rows_uuid(accounts, i, rows_column(accounts, "account_id")));
	TRY(db_exec(g->db, g->arena, &q_line_due, args, &rows, why));
	tick_messages(g->arena, &rows, "tick:line", type_post_line, "line_id", &more, &n);
	memcpy(g->messages + g->count, more, n * sizeof(*more));
	g->count += n;
	served = key;
	return OK;
}

/* One large account fills a batch, many small ones share one. */
enum err lines_due(struct db *db, struct arena *arena, struct instant now, size_t limit, struct message ***out, size_t *n, struct why *why)
{
	struct gathered g = { .db = db, .arena = arena, .limit = limit };
	struct args *args = args_new(arena);
	struct rows accounts;
	bool way;
	(void)now;
	*n = 0;
	TRY(gives_way(db, arena, &way, why));
	if (way)
		return OK;
	args_int4(args, served);
	TRY(db_exec(db, arena, &q_line_accounts, args, &accounts, why));
	g.messages = ARENA_ARRAY(arena, struct message *, limit + 1);
	for (size_t i = 0; i < accounts.count && g.count < limit; i++)
		TRY(gather(&g, &accounts, i, why));
	*out = g.messages;
	*n = g.count;
	return OK;
}

enum err lines_done(struct db *db, struct arena *arena, struct why *why)
{
	struct rows rows;
	return db_exec(db, arena, &q_line_give_back, NULL, &rows, why);
}

enum err lines_next(struct db *db, struct arena *arena, struct instant now, int64_t *due, struct instant *next, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	(void)now;
	args_int8(args, COUNT_MOST);
	TRY(db_exec(db, arena, &q_line_waiting, args, &rows, why));
	*due = rows_int8(&rows, 0, 0);
	next->us = INT64_MAX;
	return OK;
}
