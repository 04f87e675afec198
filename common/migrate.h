/*
 * migrate: schema changes, forward only, numbered, hashed, each in a transaction, all under one advisory lock.
 *
 * Run as the owner role. "common" is a component of its own and comes before the service's. A migration that was applied and whose text
 * has changed since is an error: nothing runs.
 */
#ifndef DUNLIN_MIGRATE_H
#define DUNLIN_MIGRATE_H

#include "db.h"

struct migration {
	int number; /* from 1, without gaps; {0} ends the list */
	const char *name;
	const char *sql;
};

/* Applies what is missing, up to number `last` (0: all). `:app` in the SQL stands for the quoted name of the application's role. */
enum err migrate_run(struct db *, const char *component, const struct migration *, const char *app_role, int last, int *applied,
	struct why *) MUST_CHECK;
/* OK when everything is applied and nothing differs; ERR_CONFLICT says what is missing or changed. */
enum err migrate_check(struct db *, const char *component, const struct migration *, struct why *) MUST_CHECK;
/* The schema as text, for the golden file: tables, columns, constraints, indexes, grants, functions; in name order. */
enum err migrate_print_schema(struct db *, struct text *, struct why *) MUST_CHECK;

#endif
