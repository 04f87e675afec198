/*
 * statements: that every statement of the service can be prepared against the schema, so that a typo stops the process and not the customer.
 *
 * It is two thirds of a start. What a build has proven is kept by the digest of its statements and that of the migrations applied (table
 * statements_proven): the next start of the same build over the same migrations is ready without it. What was changed by hand is found by `check`, which always prepares them all.
 */
#ifndef DUNLIN_STATEMENTS_H
#define DUNLIN_STATEMENTS_H

#include "db.h"

struct service;

/* Prepares all of them. ERR_RETRY: the database was away. */
enum err statements_prepare(const struct service *, struct db *, struct why *) MUST_CHECK;
/* Looks whether they are proven, by a connection whose schema has been checked. */
enum err statements_look(const struct service *, struct db *, struct why *) MUST_CHECK;
/* Where they are not: begins a thread that proves them by a connection of its own, and ends the process where one fails. Before the roles begin. */
void statements_begin(const struct service *);
/* False from a look that found them not proven until they are. */
bool statements_fine(void);

#endif
