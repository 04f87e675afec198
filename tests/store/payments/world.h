/*
 * world: payments on a real database: units of work with messages as Kafka, HTTP, providers and timers bring them. Business time stands still where
 * the test puts it; calls to the provider are answered by the test.
 */
#ifndef DUNLIN_TESTS_STORE_PAYMENTS_WORLD_H
#define DUNLIN_TESTS_STORE_PAYMENTS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handlers.h"
#include "service.h"
#include "store.h"
#include "wire.h"

extern const struct service world_service;

struct world {
	struct db *db, *owner;
	struct unit *unit;
	struct arena *arena; /* of the test */
	int messages;
};

#define TEXT(world, ...) arena_printf((world)->arena, __VA_ARGS__)

/* The database of the run, migrated and emptied, with accounts "main" of merchants "nord" and "volt", and invoices 1 to 3 of nord's customer c1, each
 * EUR 100.00 in one part. Setup and teardown of a test. */
int world_open(void **state);
int world_close(void **state);

struct db *world_connect(void);
void world_script(struct world *, const char *sql);
int64_t world_number(struct world *, const char *sql);
const char *world_word(struct world *, const char *sql);
void world_wait(struct world *, int64_t seconds); /* moves business time */

struct uuid world_invoice(int n);
struct message *world_issued(struct world *, int invoice, const char *customer, int64_t minor);
struct message *world_command(struct world *, const char *merchant, const char *type, const char *target, const char *json);
/* A verified event of merchant nord's account main. */
struct message *world_event(struct world *, const char *event, const char *type, const char *object);

void world_run(struct world *, struct message **, size_t n);
/* Runs one and demands that it is applied. */
void world_do(struct world *, struct message *);

/* A checkout for all of an invoice; the same opened at the provider as session cs_<invoice>. */
struct uuid world_checkout(struct world *, int invoice);
struct uuid world_opened(struct world *, int invoice);
/* Claims what is due; answers a call. */
size_t world_claim(struct world *, struct due_call **);
void world_answer(struct world *, const struct due_call *, bool unknown, int status, const char *body);
/* Runs what a duty finds due. */
size_t world_tick(struct world *, const char *duty);

const char *session_json(struct world *, int invoice, struct uuid attempt, const char *status, const char *paid);
const char *charge_json(struct world *, int invoice, int64_t refunded);
const char *world_state(struct world *, struct uuid attempt);

#endif
