/*
 * mover: moves business time. It goes to the next instant at which anybody has something to do, the services (their /idle says) or the world
 * itself, and only when everything is quiet: two equal rounds of all /idle with nothing to do in them, nothing of our own under way.
 */
#ifndef SANDBOX_MOVER_H
#define SANDBOX_MOVER_H

#include "door.h"

struct mover *mover_open(struct world *);
void mover_close(struct mover *);

/* Something of our own is under way until the same number of ends: webhooks, uploads, payers on their way. */
void mover_begin(struct world *);
void mover_end(struct world *);

extern const struct door mover_doors[];

#endif
