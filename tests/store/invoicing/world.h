/*
 * world: invoicing on a real database: units of work with messages as Kafka and HTTP bring them, and everything that the tables hold as
 * one text. Business time stands still where the test puts it.
 */
#ifndef DUNLIN_TESTS_STORE_INVOICING_WORLD_H
#define DUNLIN_TESTS_STORE_INVOICING_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handlers.h"
#include "service.h"
#include "store.h"

extern const struct service world_service;

struct world {
	struct db *db, *owner;
	struct unit *unit;
	struct arena *arena; /* of the test */
};

/* The database of the run, migrated and emptied, with merchants "nord" (EUR, Berlin) and "volt" (JPY, Tokyo); 2026-03-10, noon UTC. Setup
 * and teardown of a test. */
int world_open(void **state);
int world_close(void **state);

/* A connection of its own. */
struct db *world_connect(void);
void world_at(struct world *, const char *instant);

/* A command as dunlin.billing.v1 brings it, but in JSON; `n` is its identity. `type` is the last part of the name. */
struct message *world_command(struct arena *, int n, const char *merchant, const char *customer, const char *type, const char *json);
/* A credit of an invoice by HTTP. */
struct message *world_credit(struct arena *, int n, const char *merchant, struct uuid invoice, const char *json);

/* Runs them as one batch; the test fails where the batch does. */
void world_run(struct world *, struct message **, size_t n);
/* Runs one and demands that it is applied. */
void world_do(struct world *, struct message *);

/* One number, one text, of one statement as the owner. */
int64_t world_number(struct world *, const char *sql);
const char *world_text(struct world *, const char *sql);
/* The application's statement fails and says this. */
void expect_failure(struct world *, const char *sql, const char *says);

/* Every row of invoicing's tables and what was said, sorted, as one text. */
const char *world_print(struct world *);

#endif
