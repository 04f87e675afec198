/*
 * tick_upload: uploads that nobody completes are given up, and the parts of those that are closed go.
 */
#ifndef RECONCILIATION_TICK_UPLOAD_H
#define RECONCILIATION_TICK_UPLOAD_H

#include "message.h"
#include "service.h"

/* Makes no messages: nothing of business hangs on it. */
enum err upload_clear(
	struct db *, struct arena *, struct instant now, size_t limit, struct message ***, size_t *n, struct why *) MUST_CHECK;
/* Those that are complete and not read yet; the role bulk reads them. */
enum err upload_next(struct db *, struct arena *, struct instant now, int64_t *due, struct instant *next, struct why *) MUST_CHECK;

#endif
