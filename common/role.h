/*
 * role: the threads of a daemon, their orderly stop, and what they share: wake-up fds and counters, nothing else.
 */
#ifndef DUNLIN_ROLE_H
#define DUNLIN_ROLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct service;

enum role_kind { ROLE_HTTP, ROLE_CONSUME, ROLE_RELAY, ROLE_TICK, ROLE_SEND, ROLE_BULK, ROLE_OPS };

struct role {
	enum role_kind kind;
	int number;     /* of its kind, from 0 */
	int wake_fd;    /* eventfd, readable when woken or told to stop; drain it with role_drain */
	atomic_bool stop; /* finish what you have, then return */
	_Atomic int64_t beat; /* monotonic µs of its last sign of life, for /livez */
};

/* All roles of this process, for /livez. */
size_t role_count(void);
const struct role *role_at(size_t i);
const char *role_name(enum role_kind);

/* True when it is time to return. */
bool role_stopping(struct role *);
void role_beat(struct role *);
/* Sleeps until woken, told to stop, or the timeout. */
void role_wait(struct role *, int timeout_ms);
void role_drain(struct role *);
/* Wakes every role of a kind in this process. Safe from any thread. */
void role_wake(enum role_kind);

/* From here on SIGTERM and SIGINT wait for role_run, which stops in order. */
void role_hold_signals(void);

/* The bulk role: a service's long work (service.h), apart from the others, which never wait for it. */
enum err bulk_run(const struct service *, struct role *, struct why *) MUST_CHECK;

/* Starts the roles of `roles` ("http,consume,relay,tick,send,bulk"; ops always), waits for SIGTERM or SIGINT, stops them in order (http, consume, bulk,
 * tick, send, relay, ops) within drain_seconds, and returns the process's exit code. A role that returns an error ends the process: exit 3 for
 * ERR_RETRY, else 1. */
int role_run(const struct service *, const char *roles);

/* The tick role: leader lock, due work as messages, partitions kept. */
enum err tick_run(const struct service *, struct role *, struct why *) MUST_CHECK;

#endif
