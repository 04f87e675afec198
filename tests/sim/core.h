/*
 * core: a service's pure core as the simulator sees it: handlers on books that are filled from rows in memory. Each service gives one such value;
 * its folder's core.c stands in for store*.c, tick.c and send.c, and says which rows must never be.
 */
#ifndef DUNLIN_SIM_CORE_H
#define DUNLIN_SIM_CORE_H

#include "mem.h"
#include "print.h"
#include "unit.h"

struct memory; /* a service's rows */
struct world;  /* what is true outside (world.h) */

/* A call to the outside that was claimed: what is asked, and what the service needs to make a message of the answer. */
struct sim_call {
	struct span id; /* as the service's send role names the call */
	void *intent;
	struct instant claimed_at;
};

/* What came of it: nobody saw it, nobody answered, or the other side did. */
enum sim_reach { REACH_ANSWERED, REACH_NOT_SENT, REACH_ANSWER_LOST, REACH_REFUSED, REACH_BUSY, REACHES };

/* For due work and calls: whether an identity was claimed before, and whether something of a stream is set aside. */
struct sim_inbox {
	bool (*has)(const void *node, struct span source, struct span id);
	bool (*is_parked)(const void *node, struct span merchant, struct span ref);
	const void *node;
};

struct core {
	const char *name;
	const struct kind *kinds;
	const struct handler *handlers;
	const char *const *topics; /* that it reads, NULL-terminated */
	const char *foreign;       /* of them, the one that others write; NULL: none */

	struct memory *(*open)(struct arena *, struct world *);
	struct book *(*book)(struct memory *, struct arena *);
	void (*find)(struct memory *, struct book *, struct need *);
	void (*fetch)(struct memory *, struct book *, const struct need *);
	void (*save)(struct memory *, struct book *, struct instant now); /* the commit; fails the run where an invariant breaks */
	/* What the book's changes must be locked by is among the keys; NULL: not known. */
	void (*check_locks)(struct memory *, struct book *, const struct need *);
	/* False where what was found is not what was fetched under the lock: the batch runs again. NULL: always true. */
	bool (*holds)(const struct book *, const struct need *);
	void (*mark)(struct book *);
	void (*restore)(struct book *);
	void (*refused)(const struct message *, const struct why *, struct instant now, struct say *); /* NULL: none */

	/* Due work at now, as messages. */
	size_t (*due)(struct memory *, struct arena *, struct instant now, const struct sim_inbox *, struct message ***);
	/* The next instant at which something falls due; INT64_MAX: none. */
	struct instant (*next)(struct memory *, struct instant now);

	/* A command of somebody, mostly sensible. False: nothing to ask for. Source, id and road are the caller's, and the message's address in its arena. */
	bool (*operate)(struct memory *, struct rng *, struct arena *, struct instant now, struct message *);

	/* What the outside still has to say when all comes to rest: a message each, or false. NULL: nothing. */
	bool (*rest)(struct memory *, struct rng *, struct arena *, struct message *);

	/* Calls to the outside; NULL where there are none. */
	size_t (*claim)(struct memory *, struct arena *, struct instant now, const struct sim_inbox *, struct sim_call ***);
	void (*answer)(struct memory *, struct arena *, const struct sim_call *, enum sim_reach, struct rng *, struct instant now,
		struct message *);

	/* What must be reached by some history: declares it to cover.h. */
	void (*expect)(void);
	/* All is quiet: what must hold then. */
	void (*quiet)(struct memory *, struct instant now);
	/* How much of a part is open, as this service knows it; false: it does not know it. NULL: it never does. */
	bool (*item)(struct memory *, struct span merchant, struct span invoice, int part, int64_t *open);
	/* The rows, as they are compared with those of the real tables. */
	const struct print_table *tables;
	/* The book's shelves and their number, by the service's order. */
	struct shelf *(*shelves)(struct book *, size_t *n);
};

extern const struct core invoicing_core, payments_core, reconciliation_core, reminders_core;

#endif
