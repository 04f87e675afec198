/*
 * stream: the sandbox on Kafka. It says business time on dunlin.clock.v1, and hears invoices on dunlin.invoices.v1 from their beginning, as any
 * other reader may, with no place in a group.
 */
#ifndef SANDBOX_STREAM_H
#define SANDBOX_STREAM_H

#include "world.h"

/* Connects, once broker and topics are there: ERR_RETRY until then. Business time goes on where the topic ends. */
enum err stream_open(struct world *, struct why *) MUST_CHECK;
void stream_close(struct stream *);

/* Says world->now. */
void stream_say_clock(struct world *, struct instant before, const char *actor);

/* What was said is acknowledged, and what there is to hear was heard. Asks the broker: a few ms. */
bool stream_is_quiet(struct world *);

#endif
