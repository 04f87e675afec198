/*
 * ops: what operators and platforms ask a process, on a port of its own that is never routed to the public:
 *
 *   GET /livez    every role gave a sign of life within 30 s; never asks anybody else, so that a database that is away restarts nothing
 *   GET /readyz   database, schema and HTTP are there; 503 with the reasons otherwise
 *   GET /metrics  Prometheus text
 *   GET /version  release and commit
 *   GET /idle     what is still to be done, for the sandbox's clock: idle means that nothing will happen until business time moves
 */
#ifndef DUNLIN_OPS_H
#define DUNLIN_OPS_H

#include "db.h"

struct service;

enum { OPS_DEADLINE_MS = 2000 }; /* of one question to the database: one that is away must not hold up /livez */

/* The connection that the start has made; the ops port asks by it and closes it. Before the roles begin. */
void ops_take(struct db *);
/* Where the ops port is; 0 before it is open. */
int ops_port(void);

/* Counted in the order in which work flows (Kafka, what is due, calls, the outbox), so that nothing in flight is missed by all. */
struct idle {
	struct instant now, next_due; /* INT64_MAX: nothing will fall due */
	int64_t lag, consumed, due, sending, backlog, produced, parked;
};
enum err idle_read(const struct service *, struct db *, struct arena *, struct idle *, struct why *) MUST_CHECK;
bool idle_is(const struct idle *);

#endif
