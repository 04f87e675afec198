/*
 * probe: a service that keeps what it was told, in the order in which it was applied, in table `applied`.
 *
 * It hears NAME.facts (events of ours) and NAME.orders (of others) and writes NAME.said. A payload "garbage" is undecodable, "refuse" is refused,
 * "crash" ends the process, and "gate" waits until the file W_GATE is there.
 */
#ifndef DUNLIN_TESTS_KAFKA_PROBE_H
#define DUNLIN_TESTS_KAFKA_PROBE_H

#include "service.h"

extern const struct migration probe_migrations[];

/* The names are all that differs between tests; one at a time in a process. */
const struct service *probe_service(const char *name);

#endif
