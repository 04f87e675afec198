/*
 * toy: the smallest service that has everything a unit of work needs: counters of customers, kept in one table.
 */
#ifndef DUNLIN_TEST_TOY_H
#define DUNLIN_TEST_TOY_H

#include "service.h"

extern const struct service toy_service;

/* The database of the test run, migrated and emptied; skips the test where there is none. */
struct db *toy_database(void);
/* A connection of its own. */
struct db *toy_connect(void);

/* Makes messages in the arena. "add 5", "refuse", "bug" (a statement of the save fails), "abort" (ERR_BUG). */
struct message *toy_fact(struct arena *, int n, const char *key, const char *payload);    /* our own event, topic toy.facts */
struct message *toy_foreign(struct arena *, const char *id, const char *key, const char *payload); /* topic toy.billing */
struct message *toy_command(struct arena *, const char *id, const char *payload);         /* HTTP, customer m:c1 */

/* One number of one statement. */
int64_t toy_number(struct db *, const char *sql);

#endif
