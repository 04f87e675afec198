/*
 * tick_bulk: what takes minutes, and is done by the role bulk of any process, so that nothing else waits for it: uploads are read, statements of very many
 * lines decided, merchants recounted.
 */
#ifndef RECONCILIATION_TICK_BULK_H
#define RECONCILIATION_TICK_BULK_H

#include "db.h"
#include "role.h"

/* One of them, if there is any that nobody else is at (service.h). */
enum err bulk_next(struct role *, struct db *, struct arena *, bool *did, struct why *) MUST_CHECK;

#endif
