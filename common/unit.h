/*
 * unit: the unit of work. Everything that changes state takes this road, many messages at a time:
 *
 *   gather > read, need > claim > load (find, lock, fetch) > apply > save > say + commit > answer
 *
 * 1. Nothing is read after the first decision. 2. The lock is the key: one table, one order, children are read by later statements.
 * 3. apply is pure: no SQL, no clock, no I/O, no random numbers. 4. An answer other than OK leaves the book as it was, to the byte.
 * 5. Inbox row, position, effects, outbox rows and answer commit together.
 */
#ifndef DUNLIN_UNIT_H
#define DUNLIN_UNIT_H

#include "db.h"
#include "message.h"

enum { UNIT_MESSAGES = 500, UNIT_BYTES = 4 << 20 };

struct book; /* the service's: aggregates of one batch, with before-images */
struct say;
struct need;

/* A kind of key row. The order of a service's table is the order of locking. */
struct kind {
	const char *name;
	bool stream; /* the kind that a Kafka key "merchant:ref" names: exactly one */
};

struct key {
	int kind; /* index in the service's table */
	struct span merchant, id;
};

/* Something to look for whose owner is not known yet: a reference, a document number, an IBAN. `what` is the service's enum. */
struct find {
	int what;
	struct span merchant, text;
};

/* An aggregate to fetch that the keys alone don't say. `what` is the service's enum. */
struct want {
	int what;
	struct span merchant, id;
};

struct need {
	struct arena *arena;
	struct key *keys;
	size_t key_count;
	struct find *finds;
	size_t find_count;
	struct want *wants;
	size_t want_count;
	size_t key_room, find_room, want_room;
};

/* The spans must live as long as the batch (they point into messages or the arena). Duplicates are allowed. */
void need_key(struct need *, int kind, struct span merchant, struct span id);
void need_find(struct need *, int what, struct span merchant, struct span text);
void need_want(struct need *, int what, struct span merchant, struct span id);

/* What one message may do. */
struct handler {
	const char *type;
	const char *help;
	/* payload -> body, in the arena. Malformed: ERR_INVALID with the field, and body stays NULL: what was read in part is not read, for the
	 * message may run again with the body that it has. Pure. */
	enum err (*read)(struct message *, struct arena *, struct why *);
	/* The keys it touches. Pure. */
	enum err (*need)(const struct message *, struct need *, struct why *);
	/* Decides, changes the book, says events, replies. Pure. */
	enum err (*apply)(struct book *, const struct message *, struct instant now, struct say *, struct why *);
};

/* How a service's book meets its tables. */
struct store {
	struct book *(*open)(struct arena *);
	/* Turns finds into keys and wants (added to need) and notes in the book what was found. No locks. NULL where there are no finds. */
	enum err (*find)(struct db *, struct arena *, struct book *, struct need *, struct why *);
	/* Reads the aggregates of the locked keys and wants into the book. */
	enum err (*fetch)(struct db *, struct arena *, struct book *, const struct need *, struct why *);
	/* Queues one set-based statement per table (db_queue with the expected count). */
	enum err (*save)(struct db *, struct arena *, struct book *, struct why *);
	void (*mark)(struct book *); /* a message begins */
	void (*restore)(struct book *); /* back to the mark */
	struct digest (*digest)(const struct book *); /* for tests */
};

/* --- what apply says --- */

/* Ids derived from the message: the same message makes the same ids in the same order. */
struct uuid say_id(struct say *);
struct arena *say_arena(struct say *);

/* An event for the outbox. topic, type: static strings. key: the Kafka key. payload NULL (at == NULL): a tombstone. */
void say_event(struct say *, const char *topic, struct span key, const char *type, struct span payload);

/* The reply to an HTTP caller; remembered for ever under its Idempotency-Key. */
void say_reply(struct say *, int status, struct span json);

/* For tests and the simulator: what has been said so far. */
struct said {
	const char *topic;
	struct span key;
	const char *type;
	struct span payload;
	struct span extra; /* further headers, "name: value" lines */
	struct uuid id;
};
struct say *say_open(struct arena *, const struct message *); /* ordinal 0, nothing said */
const struct said *say_events(const struct say *, size_t *n);
const struct reply *say_replied(const struct say *);

/* --- running it --- */

/* Where a Kafka batch leaves one partition. */
struct position {
	struct span cluster, topic;
	int32_t partition;
	int64_t epoch;
	int64_t next_offset;
	struct span last_id; /* identity of the last message, for the read-back check */
};

struct service; /* service.h */
struct unit;

struct unit *unit_open(const struct service *, struct db *);
void unit_close(struct unit *);

/* The arena of the coming batch: messages given to unit_run live in it. Reset by unit_forget. */
struct arena *unit_arena(struct unit *);
void unit_forget(struct unit *);

/* Runs a batch. On OK everything is committed, and every message has its outcome, reply and why. ERR_RETRY: nothing was committed, the
 * world failed; run it again. ERR_CONFLICT with code "fenced": another consumer owns a position; nothing was committed. */
enum err unit_run(struct unit *, struct message **, size_t n, const struct position *, size_t positions, struct why *) MUST_CHECK;

/* Sets a message aside without applying it: one that has crashed the process before. */
enum err unit_set_aside(
	struct unit *, struct message *, const struct position *, const char *code, const char *text, struct why *) MUST_CHECK;

/* Runs one message that was set aside (row `seq` of parked) again: its identity is claimed already. Applied: the row ends, and its
 * stream flows again when nothing else of it is set aside. Not applied: it stays, with one more try; see its outcome and why. */
enum err unit_retry(struct unit *, struct message *, int64_t seq, struct why *) MUST_CHECK;

/* Says the current state of up to `limit` aggregates of a compacted topic again, after the one that *after names, and moves *after. `id`
 * makes the ids of this republication its own. *said is 0 at the end. */
enum err unit_republish(
	struct unit *, const char *topic, struct span id, struct span *after, size_t limit, size_t *said, struct why *) MUST_CHECK;

/* Business time as the last claim read it. */
struct instant unit_now(const struct unit *);

#endif
