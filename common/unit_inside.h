/*
 * unit_inside: the batch, as the files of the unit of work share it: unit.c (the road), unit_claim.c (identities and keys), unit_record.c (what
 * the platform itself writes).
 */
#ifndef DUNLIN_UNIT_INSIDE_H
#define DUNLIN_UNIT_INSIDE_H

#include "say.h"
#include "service.h"
#include "unit.h"

/* One message on its way. */
struct slot {
	struct message *m;
	struct say *say;
	struct slot *twin; /* an earlier message of the same batch with the same identity */
	struct span merchant, ref; /* of its stream key; empty when it has none */
	bool claimed;
	bool behind;       /* set aside only because something before it is */
	enum err early;    /* read or need failed: why is in the message */
	bool counts;       /* it was applied, refused or set aside by this batch: its records are written */
};

struct unit {
	const struct service *service;
	struct db *db;
	struct arena *arena;
	struct instant now;
	int stream_kind;
	char *dlq;

	/* One batch. */
	struct slot *slots;
	size_t count;
	struct need need;
	struct rows locked; /* of unit_lock: keys with something set aside */
	struct book *book;
	struct instant clock_to; /* business time that a sandbox message moves to; 0: none */
	int64_t retried;         /* row of parked that this batch retries; 0: none */
	struct parked_key {
		struct span merchant, ref, topic;
	} *parked;               /* streams with something set aside */
	size_t parked_count, parked_room;
	size_t events;
};

bool unit_is_parked(const struct unit *, const struct slot *);
void unit_note_parked(struct unit *, struct span merchant, struct span ref, struct span topic);

/* BEGIN, positions, identities, business time: one round trip. Fills claimed, twin and the replies of what was seen before. */
enum err unit_claim(struct unit *, const struct position *, size_t n, struct why *) MUST_CHECK;
/* Queues the locks on the keys of need, in the one order. They travel in one pipeline with what is fetched under them: each statement there sees what
 * was committed when it began, which is after the locks before it were given. */
void unit_lock(struct unit *);
/* Has them, if nothing has flushed yet, and notes which streams are parked. */
enum err unit_locked(struct unit *, struct why *) MUST_CHECK;

/* Queues outcomes, answers, dead letters and parked rows. */
void unit_record(struct unit *);
/* Queues the events; nothing when there are none. */
void unit_say(struct unit *);

/* SHA-256 over what makes two requests under one key the same. */
struct digest unit_request_digest(const struct message *);

/* Business time in a ClockMoved payload (dunlin.clock.v1, field 5); 0 when it is not one. */
struct instant clock_moved(struct span payload);
extern const char clock_moved_type[];

#endif
