/*
 * town: reconciliation over a real database: facts and commands by the unit of work, statement files by the import, due work by its duties.
 */
#ifndef DUNLIN_TESTS_TOWN_H
#define DUNLIN_TESTS_TOWN_H

#include "../../unit/reconciliation/world.h"
#include "db.h"
#include "import.h"
#include "service.h"

extern const struct service town_service;

struct town {
	struct arena *arena;
	struct db *db, *owner;
	struct unit *unit;
	struct world world; /* makes the messages; its own book stays empty */
	int messages;
};

/* Setup and teardown: an empty, migrated database with a merchant, customers c1 … c9 and a bank account in EUR. */
int town_open(void **state);
int town_close(void **state);

/* One message by the unit of work, which must be applied. */
void town_do(struct town *, struct message *);
/* The same, whatever becomes of it. */
enum outcome town_try(struct town *, struct message *);
void town_run(struct town *, struct message **, size_t n);

/* Everything that is due, until nothing is; returns how many messages that were. */
size_t town_due(struct town *);
/* One look of one duty, and what it found done. */
size_t town_duty(struct town *, const char *name);

/* One line of a statement to be. */
struct entry_of {
	int64_t minor;
	const char *text, *end_to_end, *iban, *return_reason;
};

/* A camt.053 file of one statement in EUR: days are days of March 2026. */
struct span town_statement(struct town *, const char *id, int from, int to, int64_t opening, const struct entry_of *, size_t n);
struct imported town_import(struct town *, struct span bytes);

/* One number, or text, of one statement. */
int64_t town_number(struct town *, const char *sql);
const char *town_text(struct town *, const char *sql);
void town_script(struct db *, const char *sql);
/* The application may not do that. */
void town_may_not(struct town *, const char *sql, const char *says);

void assert_town_proven(struct town *);

#define IN_TOWN(test) cmocka_unit_test_setup_teardown(test, town_open, town_close)

#endif
