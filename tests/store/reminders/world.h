/*
 * world: reminders on a real database: units of work with messages as Kafka, HTTP and timers bring them. Business time stands still where the test
 * puts it; the test is the mail system.
 */
#ifndef DUNLIN_TESTS_STORE_REMINDERS_WORLD_H
#define DUNLIN_TESTS_STORE_REMINDERS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../unit/reminders/facts.h"
#include "handlers.h"
#include "service.h"
#include "settings.h"
#include "store.h"

extern const struct service world_service;

struct world {
	struct db *db, *owner;
	struct unit *unit;
	struct arena *arena; /* of the test */
};

#define TEXT(world, ...) arena_printf((world)->arena, __VA_ARGS__)

/* The database of the run, migrated and emptied, with merchant "nord" and customer "c1" in Berlin, on Friday 2026-10-09 at ten there. */
int world_open(void **state);
int world_close(void **state);
#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)

struct db *world_connect(void);
/* As the owner of the tables. */
void world_script(struct world *, const char *sql);
int64_t world_number(struct world *, const char *sql);
const char *world_word(struct world *, const char *sql);
void world_at(struct world *, const char *instant);
struct instant world_now(struct world *);

void world_run(struct world *, struct message **, size_t n);
/* Runs one and demands that it is applied. */
void world_do(struct world *, struct message *);
struct message *world_command(struct world *, const char *merchant, const char *type, const char *target, const char *json);
/* An invoice of EUR whose two facts have come. */
void world_owe(struct world *, const char *ref, int n, const char *due, int64_t minor);

/* What falls due, until nothing is; how many messages that were. */
size_t world_tick(struct world *);
/* Claims over this connection; how many. */
size_t world_claim(struct world *, struct db *, struct call **);
/* The answer to a call, as the send role brings it. */
void world_answer(struct world *, struct call *, bool sent, bool unknown, int status);
/* Claims and has all of it taken. */
size_t world_send(struct world *);

#endif
