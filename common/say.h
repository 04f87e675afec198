/*
 * say: what the unit of work does with what a handler says: events for the outbox and a reply. The handler's side is in unit.h.
 */
#ifndef DUNLIN_SAY_H
#define DUNLIN_SAY_H

#include "unit.h"

struct say {
	struct arena *arena;
	const struct message *message;
	uint32_t ordinal;
	struct said *events;
	size_t count, room;
	struct reply reply;
};

/* An event with further Kafka headers: "name: value" lines. */
void say_extra(struct say *, const char *topic, struct span key, const char *type, struct span payload, struct span extra);

/* Takes everything back: the message was refused. */
void say_forget(struct say *);

#endif
