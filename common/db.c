#include "db.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db_inside.h"

enum { REPLAN_LEAST = 8, REPLAN_MOST = 4096, REPLAN_ROWS = 64 };
enum { DEADLINE_MS = 30000, CONNECT_MS = 5000, QUEUE_MOST = 512 };

/* One command of the pipeline, in the order of sending. */
struct pending {
	const struct query *query; /* NULL for begin, commit, rollback and plain SQL */
	bool prepares;             /* it is the Parse of `query` */
	int64_t expect;
	struct arena *arena;
	struct rows *rows;
};

/* Which statements this connection knows; open addressing over query addresses. */
struct known {
	const struct query *query;
	enum { KNOWN_NOT, KNOWN_QUEUED, KNOWN_YES } state;
	size_t inserted, replan_at; /* rows that it has inserted, and how many more are too many for the plans there are */
};

struct db {
	PGconn *conn;
	char *url, *name;
	int deadline_ms, patience_ms; /* of a call; of one in this transaction, 0: the same */
	bool in_transaction;
	struct pending queue[QUEUE_MOST];
	size_t queued;
	struct known *known;
	size_t known_room, known_count;
	int64_t begun, replan_at;
	bool grown; /* since plans were made, a table has */
};

static void result_clear(PGresult **r)
{
	PQclear(*r);
}

#define AUTO_RESULT __attribute__((cleanup(result_clear))) PGresult *

/* --- errors --- */

/* Classes of SQLSTATE after which the same batch may well succeed: connection, rollback, resources, intervention, lock. */
static bool is_passing(const char *state)
{
	static const char *const prefixes[] = { "08", "40", "53", "57", "55P03", "58", "25P03" };

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(state, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* A row for which there is no partition is told like a broken CHECK, but names none: the partition is made by `tick`, and the batch is as good as it was. */
static bool is_without_partition(const char *state, const char *constraint)
{
	return strcmp(state, "23514") == 0 && constraint == NULL;
}

static void forget_connection(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->in_transaction = false;
	db->patience_ms = 0;
	db->queued = 0;
	db->begun = 0;
	db->replan_at = REPLAN_LEAST;
	db->grown = false;
	memset(db->known, 0, db->known_room * sizeof *db->known);
	db->known_count = 0;
}

static enum err lost(struct db *db, const char *what, struct why *why)
{
	char text[200] = "";

	if (db->conn != NULL)
		snprintf(text, sizeof text, "%s", PQerrorMessage(db->conn));
	text[strcspn(text, "\n")] = '\0';
	forget_connection(db);
	return why_set(why, ERR_RETRY, "database_away", "%s: %s", what, text);
}

static enum err refused(const PGresult *r, const struct query *query, struct why *why)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);

	if (state == NULL)
		state = "08006";
	return why_set(why, is_passing(state) || is_without_partition(state, constraint) ? ERR_RETRY : ERR_BUG, state, "%s: %s%s%s",
		query != NULL ? query->name : "statement", text != NULL ? text : "no answer", constraint != NULL ? ", constraint " : "",
		constraint != NULL ? constraint : "");
}

/* --- the wire --- */

static int wait_for(struct db *db, short events, int64_t until)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = events };
	int64_t left = (until - clock_monotonic_us()) / 1000;
	int n;

	if (left <= 0)
		return 0;
	do
		n = poll(&fd, 1, (int)left + 1);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Sends what is buffered and reads until the next result is complete. False: the connection is of no more use. */
static bool wait_result(struct db *db, int64_t until)
{
	for (;;) {
		int unsent = PQflush(db->conn);

		if (unsent < 0)
			return false;
		if (unsent == 0 && !PQisBusy(db->conn))
			return true;
		if (wait_for(db, (short)(POLLIN | (unsent ? POLLOUT : 0)), until) <= 0)
			return false;
		if (!PQconsumeInput(db->conn))
			return false;
	}
}

static enum err connect_start(struct db *db, struct why *why)
{
	/* A URL may ask for Kerberos; unasked, libpq looks for a ticket and the server is asked once more at each connection. */
	const char *keys[] = { "gssencmode", "dbname", "application_name", "client_encoding", "options", "tcp_user_timeout", NULL };
	const char *values[] = { "disable", db->url, db->name, "UTF8",
		"-c jit=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c statement_timeout=15000 -c idle_in_transaction_session_timeout=2000 -c timezone=UTC",
		"10000", NULL };
	int64_t until = clock_monotonic_us() + CONNECT_MS * 1000;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	db->conn = PQconnectStartParams(keys, values, 1);
	if (db->conn == NULL)
		bug("no memory for a connection");
	if (PQstatus(db->conn) == CONNECTION_BAD)
		return lost(db, "connect", why);
	while (status != PGRES_POLLING_OK) {
		if (wait_for(db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, until) <= 0)
			return lost(db, "connect: no answer in time", why);
		status = PQconnectPoll(db->conn);
		if (status == PGRES_POLLING_FAILED)
			return lost(db, "connect", why);
	}
	if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn))
		return lost(db, "connect", why);
	return OK;
}

static void drop_notice(void *unused, const PGresult *r)
{
	(void)unused;
	(void)r;
}

static enum err connect_again(struct db *db, struct why *why)
{
	if (db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK)
		return OK;
	if (db->conn != NULL)
		forget_connection(db);
	TRY(connect_start(db, why));
	PQsetNoticeReceiver(db->conn, drop_notice, NULL);
	return OK;
}

/* --- prepared statements --- */

static struct known *known_find(struct db *db, const struct query *query)
{
	size_t i = ((uintptr_t)query >> 4) * UINT64_C(0x9E3779B97F4A7C15) & (db->known_room - 1);

	while (db->known[i].query != NULL && db->known[i].query != query)
		i = (i + 1) & (db->known_room - 1);
	return &db->known[i];
}

static void known_grow(struct db *db)
{
	struct known *old = db->known;
	size_t room = db->known_room;

	db->known_room = room == 0 ? 64 : room * 2;
	db->known = calloc(db->known_room, sizeof *db->known);
	if (db->known == NULL)
		bug("no memory");
	for (size_t i = 0; i < room; i++)
		if (old[i].query != NULL)
			*known_find(db, old[i].query) = old[i];
	free(old);
}

static struct known *known_of(struct db *db, const struct query *query)
{
	struct known *k;

	if (db->known_count * 2 >= db->known_room)
		known_grow(db);
	k = known_find(db, query);
	if (k->query == NULL) {
		k->query = query;
		k->state = KNOWN_NOT;
		db->known_count++;
	}
	return k;
}

/* --- the queue --- */

static struct pending *pending_new(struct db *db)
{
	if (db->queued == QUEUE_MOST)
		bug("more than %d statements in one pipeline", QUEUE_MOST);
	db->queue[db->queued] = (struct pending){ .expect = -1 };
	return &db->queue[db->queued++];
}

/* A failed send shows itself as a lost connection at the flush. */
static void send_plain(struct db *db, const char *sql)
{
	pending_new(db);
	if (db->conn != NULL)
		(void)PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 1);
}

static void send_prepare(struct db *db, const struct query *query)
{
	struct known *k = known_of(db, query);
	struct pending *p;

	if (k->state != KNOWN_NOT || db->conn == NULL)
		return;
	p = pending_new(db);
	p->query = query;
	p->prepares = true;
	k->state = KNOWN_QUEUED;
	(void)PQsendPrepare(db->conn, query->name, query->sql, 0, NULL);
}

static struct pending *send_query(struct db *db, const struct query *query, const struct args *args)
{
	static const struct args none;
	const char *values[ARGS_MOST];
	int lengths[ARGS_MOST], formats[ARGS_MOST];
	struct pending *p;

	if (args == NULL)
		args = &none;
	send_prepare(db, query);
	args_values(args, values, lengths, formats);
	p = pending_new(db);
	p->query = query;
	if (db->conn != NULL)
		(void)PQsendQueryPrepared(db->conn, query->name, args->count, values, lengths, formats, 1);
	return p;
}

static void rows_copy(struct rows *rows, struct arena *arena, const PGresult *r)
{
	int columns = PQnfields(r), count = PQntuples(r);

	rows->count = (size_t)count;
	rows->columns = columns;
	rows->near = ARENA_NEW(arena, int);
	rows->names = ARENA_ARRAY(arena, const char *, (size_t)columns);
	rows->cells = ARENA_ARRAY(arena, struct span, (size_t)columns * (size_t)count);
	for (int c = 0; c < columns; c++)
		rows->names[c] = arena_strdup(arena, PQfname(r, c));
	for (int i = 0; i < count; i++)
		for (int c = 0; c < columns; c++)
			if (!PQgetisnull(r, i, c))
				rows->cells[i * columns + c] =
					span_copy(arena, span_bytes(PQgetvalue(r, i, c), (size_t)PQgetlength(r, i, c)));
}

static size_t affected(PGresult *r)
{
	return (size_t)strtoull(PQcmdTuples(r), NULL, 10);
}

static void count_inserted(struct db *db, const struct query *query, PGresult *r)
{
	struct known *k = known_of(db, query);

	k->inserted += affected(r);
	if (k->inserted < k->replan_at + REPLAN_ROWS)
		return;
	k->replan_at = k->inserted * 2;
	db->grown = true;
}

/* Looks at one result. Only the first error of a pipeline is kept: what follows it was not run. */
static enum err take(struct db *db, const struct pending *p, PGresult *r, struct why *why)
{
	ExecStatusType status = PQresultStatus(r);
	size_t n;

	if (status == PGRES_PIPELINE_ABORTED)
		return ERR_BUG;
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return refused(r, p->query, why);
	n = status == PGRES_TUPLES_OK ? (size_t)PQntuples(r) : affected(r);
	if (p->query != NULL && strncmp(PQcmdStatus(r), "INSERT", 6) == 0)
		count_inserted(db, p->query, r);
	if (p->rows != NULL) {
		rows_copy(p->rows, p->arena, r);
		p->rows->affected = affected(r);
	}
	if (p->expect >= 0 && (int64_t)n != p->expect)
		return why_set(why, ERR_BUG, "row_count", "%s touched %zu rows, not %lld", p->query->name, n, (long long)p->expect);
	return OK;
}

static enum err take_next(struct db *db, const struct pending *p, int64_t until, bool *gone, struct why *why)
{
	enum err err = OK;

	for (;;) {
		if (!wait_result(db, until)) {
			*gone = true;
			return ERR_RETRY;
		}
		AUTO_RESULT r = PQgetResult(db->conn);
		if (r == NULL)
			break;
		if (err == OK)
			err = take(db, p, r, why);
		else
			(void)take(db, p, r, NULL);
	}
	if (p->prepares)
		known_of(db, p->query)->state = err == OK ? KNOWN_YES : KNOWN_NOT;
	return err;
}

/* Sync, then reads every answer. */
static enum err flush(struct db *db, struct why *why)
{
	int64_t until = clock_monotonic_us() + (int64_t)(db->patience_ms != 0 ? db->patience_ms : db->deadline_ms) * 1000;
	enum err first = OK;
	bool gone = db->conn == NULL || !PQpipelineSync(db->conn);

	for (size_t i = 0; i < db->queued && !gone; i++) {
		enum err err = take_next(db, &db->queue[i], until, &gone, first == OK ? why : NULL);

		if (first == OK)
			first = err;
	}
	if (!gone && wait_result(db, until)) {
		AUTO_RESULT r = PQgetResult(db->conn);

		gone = r == NULL || PQresultStatus(r) != PGRES_PIPELINE_SYNC;
	} else
		gone = true;
	db->queued = 0;
	if (gone)
		return lost(db, "the connection broke", why);
	return first;
}

/* --- the calls --- */

enum err db_open(struct db **out, const struct db_options *o, struct why *why)
{
	struct db *db = calloc(1, sizeof *db);
	enum err err;

	if (db == NULL)
		bug("no memory");
	db->url = strdup(o->url != NULL ? o->url : "");
	db->name = strdup(o->name != NULL ? o->name : "dunlin");
	db->deadline_ms = o->deadline_ms != 0 ? o->deadline_ms : DEADLINE_MS;
	db->replan_at = REPLAN_LEAST;
	known_grow(db);
	err = connect_again(db, why);
	if (err != OK) {
		db_close(db);
		db = NULL;
	}
	*out = db;
	return err;
}

enum err db_prepare(struct db *db, const struct query *const *list, struct why *why)
{
	for (size_t i = 0; list[i] != NULL; i++) {
		send_prepare(db, list[i]);
		if (db->queued == QUEUE_MOST)
			TRY(flush(db, why));
	}
	return flush(db, why);
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	PQfinish(db->conn);
	free(db->url);
	free(db->name);
	free(db->known);
	free(db);
}

enum err db_exec(struct db *db, struct arena *arena, const struct query *query, const struct args *args, struct rows *rows, struct why *why)
{
	struct pending *p;

	if (!db->in_transaction)
		TRY(connect_again(db, why));
	p = send_query(db, query, args);
	p->arena = arena;
	p->rows = rows;
	return flush(db, why);
}

void db_queue(struct db *db, const struct query *query, const struct args *args, int64_t expect)
{
	send_query(db, query, args)->expect = expect;
}

void db_queue_rows(struct db *db, struct arena *arena, const struct query *query, const struct args *args, struct rows *rows)
{
	struct pending *p = send_query(db, query, args);

	p->arena = arena;
	p->rows = rows;
}

enum err db_flush(struct db *db, struct why *why)
{
	return db->queued == 0 ? OK : flush(db, why);
}

/* A plan is made for the size that its tables have at that moment: one that was made over empty tables compares all with all, or takes whatever
 * index the merchant leads. Planned again each time that the rows which a statement has inserted have doubled, or the number of transactions
 * (others insert too), no plan is much older than half of what it reads. */
static void replan(struct db *db)
{
	bool often = db->begun++ >= db->replan_at;

	if (!often && !db->grown)
		return;
	send_plain(db, "discard plans");
	db->grown = false;
	if (often)
		db->replan_at += db->replan_at < REPLAN_MOST ? db->replan_at + REPLAN_LEAST : REPLAN_MOST;
}

enum err db_begin(struct db *db, struct why *why)
{
	if (db->in_transaction)
		bug("a transaction inside a transaction");
	TRY(connect_again(db, why));
	send_plain(db, "begin");
	db->in_transaction = true;
	replan(db);
	return OK;
}

enum err db_commit(struct db *db, struct why *why)
{
	enum err err;

	if (!db->in_transaction)
		bug("a commit without a transaction");
	send_plain(db, "commit");
	err = flush(db, why);
	if (err == OK) {
		db->in_transaction = false;
		db->patience_ms = 0;
	} else
		db_rollback(db);
	return err;
}

/* The server forgets what is set locally at the end of the transaction. */
static void set_local(struct db *db, const char *name, int ms)
{
	char sql[100];

	snprintf(sql, sizeof sql, "set local %s = %d", name, ms);
	send_plain(db, sql);
}

void db_patience(struct db *db, int seconds)
{
	if (!db->in_transaction)
		bug("patience without a transaction");
	db->patience_ms = seconds * 1000;
	set_local(db, "statement_timeout", db->patience_ms);
	set_local(db, "idle_in_transaction_session_timeout", db->patience_ms);
}

void db_rollback(struct db *db)
{
	struct why why;

	if (!db->in_transaction)
		return;
	db->in_transaction = false;
	db->patience_ms = 0;
	if (db->conn == NULL)
		return;
	/* What was queued and not sent off is run in the failed or doomed transaction, and undone with it. */
	if (db->queued > 0)
		(void)!flush(db, &why);
	if (db->conn == NULL)
		return;
	send_plain(db, "rollback");
	(void)!flush(db, &why);
}

enum err db_query(struct db *db, struct arena *arena, const char *sql, const struct args *args, struct rows *rows, struct why *why)
{
	static const struct args none;
	const char *values[ARGS_MOST];
	int lengths[ARGS_MOST], formats[ARGS_MOST];
	struct pending *p;

	if (!db->in_transaction)
		TRY(connect_again(db, why));
	if (args == NULL)
		args = &none;
	args_values(args, values, lengths, formats);
	p = pending_new(db);
	p->arena = arena;
	p->rows = rows;
	if (db->conn != NULL)
		(void)PQsendQueryParams(db->conn, sql, args->count, NULL, values, lengths, formats, 1);
	return flush(db, why);
}

/* Several statements in one text need the simple protocol, which a pipeline does not allow. */
enum err db_script(struct db *db, const char *sql, struct why *why)
{
	int64_t until = clock_monotonic_us() + INT64_C(3600) * US_PER_SECOND;
	enum err err = OK;

	if (!db->in_transaction)
		TRY(connect_again(db, why));
	if (db->queued > 0)
		TRY(flush(db, why));
	if (!PQexitPipelineMode(db->conn) || !PQsendQuery(db->conn, sql))
		return lost(db, "script", why);
	for (;;) {
		if (!wait_result(db, until))
			return lost(db, "script", why);
		AUTO_RESULT r = PQgetResult(db->conn);
		if (r == NULL)
			break;
		if (err == OK && PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
			err = refused(r, NULL, why);
	}
	if (PQstatus(db->conn) != CONNECTION_OK || !PQenterPipelineMode(db->conn))
		return lost(db, "script", why);
	return err;
}

bool db_is_alive(struct db *db)
{
	struct pollfd fd;

	if (db->conn == NULL || PQstatus(db->conn) != CONNECTION_OK)
		return false;
	fd = (struct pollfd){ .fd = PQsocket(db->conn), .events = POLLIN };
	if (poll(&fd, 1, 0) > 0 && !PQconsumeInput(db->conn))
		return false;
	return PQstatus(db->conn) == CONNECTION_OK;
}
