#include "say.h"

#include <string.h>

struct uuid say_id(struct say *s)
{
	return uuid_derive(s->message->time, s->message->source, s->message->id, s->ordinal++);
}

struct arena *say_arena(struct say *s)
{
	return s->arena;
}

void say_extra(struct say *s, const char *topic, struct span key, const char *type, struct span payload, struct span extra)
{
	if (s->count == s->room) {
		struct said *more;

		s->room = s->room == 0 ? 4 : s->room * 2;
		more = ARENA_ARRAY(s->arena, struct said, s->room);
		if (s->count > 0)
			memcpy(more, s->events, s->count * sizeof *more);
		s->events = more;
	}
	s->events[s->count++] =
		(struct said){ .topic = topic, .key = key, .type = type, .payload = payload, .extra = extra, .id = say_id(s) };
}

void say_event(struct say *s, const char *topic, struct span key, const char *type, struct span payload)
{
	say_extra(s, topic, key, type, payload, SPAN(""));
}

void say_reply(struct say *s, int status, struct span json)
{
	s->reply = (struct reply){ .status = status, .body = json };
}

struct say *say_open(struct arena *arena, const struct message *m)
{
	struct say *s = ARENA_NEW(arena, struct say);

	s->arena = arena;
	s->message = m;
	return s;
}

void say_forget(struct say *s)
{
	s->count = 0;
	s->ordinal = 0;
	s->reply = (struct reply){ 0 };
}

const struct said *say_events(const struct say *s, size_t *n)
{
	*n = s->count;
	return s->events;
}

const struct reply *say_replied(const struct say *s)
{
	return &s->reply;
}
