/*
 * db: one PostgreSQL connection of one thread, with straight-line calls.
 *
 * The connection is non-blocking inside: calls poll() with a deadline, sending while draining, so that a large pipeline can't
 * deadlock. Statements are prepared from named queries at open. All values travel in binary. Rows are copied into the
 * caller's arena and stay valid until its reset. SQL parameters are never logged.
 *
 * Errors: connection trouble, deadlock, serialisation, lock timeout, lack of resources: ERR_RETRY (the connection is
 * reopened by the next db_begin or db_exec outside a transaction); everything else the server says: ERR_BUG, why.code = SQLSTATE.
 */
#ifndef DUNLIN_DB_H
#define DUNLIN_DB_H

#include <stdbool.h>

#include "arena.h"
#include "date.h"
#include "span.h"
#include "uuid.h"

struct db;

/* A statement by name; generated from sql/queries.sql. */
struct query {
	const char *name;
	const char *sql;
};

enum db_type { DB_BOOL, DB_INT4, DB_INT8, DB_TEXT, DB_BYTES, DB_UUID, DB_DATE, DB_INSTANT };

struct db_options {
	const char *url;
	const char *name; /* application_name */
	int deadline_ms;  /* of one call; 0: 30,000 */
};

enum err db_open(struct db **, const struct db_options *, struct why *) MUST_CHECK;
/* Prepares a NULL-terminated list; otherwise each is prepared at its first use. */
enum err db_prepare(struct db *, const struct query *const *, struct why *) MUST_CHECK;
void db_close(struct db *); /* NULL is allowed; rolls back */

/* Parameters of one statement, in order. */
struct args;
struct array;
struct args *args_new(struct arena *);
void args_bool(struct args *, bool);
void args_int4(struct args *, int32_t);
void args_int8(struct args *, int64_t);
void args_text(struct args *, struct span);
void args_bytes(struct args *, struct span);
void args_uuid(struct args *, struct uuid);
void args_date(struct args *, struct date);
void args_instant(struct args *, struct instant);
void args_null(struct args *);
/* An array parameter (for unnest); add its elements with array_…. */
struct array *args_array(struct args *, enum db_type);
void array_bool(struct array *, bool);
void array_int4(struct array *, int32_t);
void array_int8(struct array *, int64_t);
void array_text(struct array *, struct span);
void array_bytes(struct array *, struct span);
void array_uuid(struct array *, struct uuid);
void array_date(struct array *, struct date);
void array_instant(struct array *, struct instant);
void array_null(struct array *);

/* Rows of one result. */
struct rows {
	size_t count;    /* rows returned */
	size_t affected; /* rows touched by INSERT, UPDATE, DELETE */
	int columns;
	const char **names;
	struct span *cells; /* count × columns; at == NULL is SQL null */
	int *near;          /* where a column was found last: who reads a row asks for them in their order. NULL: not kept */
};

int rows_column(const struct rows *, const char *name); /* bug() when there is none */
bool rows_is_null(const struct rows *, size_t row, int column);
bool rows_bool(const struct rows *, size_t row, int column);
int32_t rows_int4(const struct rows *, size_t row, int column);
int64_t rows_int8(const struct rows *, size_t row, int column);
struct span rows_text(const struct rows *, size_t row, int column); /* text and bytea; null gives the empty span */
struct uuid rows_uuid(const struct rows *, size_t row, int column); /* null gives zero */
struct date rows_date(const struct rows *, size_t row, int column);
struct instant rows_instant(const struct rows *, size_t row, int column);

/* Runs one statement and everything queued before it. Outside db_begin it is a transaction of its own. args may be NULL. */
enum err db_exec(struct db *, struct arena *, const struct query *, const struct args *, struct rows *, struct why *) MUST_CHECK;

/* Queues a statement for the next db_exec, db_flush or db_commit; its rows are dropped. `expect` is the number of rows it must
 * touch or return, or -1; another count is ERR_BUG at the flush. */
void db_queue(struct db *, const struct query *, const struct args *, int64_t expect);
enum err db_flush(struct db *, struct why *) MUST_CHECK;

/* Queues a fetch whose rows are wanted: *rows is filled by the next flush, exec or commit. */
void db_queue_rows(struct db *, struct arena *, const struct query *, const struct args *, struct rows *);

/* BEGIN travels with the first statement. db_rollback is safe at any time. A commit whose answer is lost is ERR_RETRY: run the batch again,
 * its claims tell what happened. db_commit sends COMMIT in one pipeline with what is queued; a count that differs from its
 * `expect` is found only after the commit, so flush first where counts matter. */
enum err db_begin(struct db *, struct why *) MUST_CHECK;
enum err db_commit(struct db *, struct why *) MUST_CHECK;
void db_rollback(struct db *);
/* In a transaction that has begun: until its end its calls, COMMIT among them, may take so many seconds, and so long may pass between two of them. For work
 * that is as large as the world makes it, such as a file of a million lines. */
void db_patience(struct db *, int seconds);

/* Plain SQL text without parameters, several statements allowed: migrations and verbs. */
enum err db_script(struct db *, const char *sql, struct why *) MUST_CHECK;
/* A statement that is not prepared. */
enum err db_query(struct db *, struct arena *, const char *sql, const struct args *, struct rows *, struct why *) MUST_CHECK;

/* Waits up to timeout_ms for the connection to say something: a broken leader lock is seen. False when the connection is gone. */
bool db_is_alive(struct db *);

#endif
