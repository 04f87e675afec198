/*
 * import_upload: statement files that came in parts, read like any other once they are complete. The parts wait as rows, so that any process may take them
 * in and any other read them.
 *
 * 1. An upload is its declared bytes: size and SHA-256 are said first, and what differs from them is not imported.
 * 2. Whoever reads one holds a lock of its session on it; one that dies gives it back, and what it had staged is gone with its transaction.
 * 3. That the file is staged and that the upload is closed is one transaction.
 * 4. One that can't be read to its end (the world fails, the process dies) is tried again behind all that came meanwhile, and later each time.
 */
#ifndef RECONCILIATION_IMPORT_UPLOAD_H
#define RECONCILIATION_IMPORT_UPLOAD_H

#include "db.h"
#include "role.h"

/* Reads, or previews, the upload that has waited longest and that nobody else is at; *did: there was one. ERR_RETRY: the database was away, or the role
 * (NULL: none) is told to stop; it steps back and waits on. */
enum err upload_read_next(struct role *, struct db *, struct arena *, bool *did, struct why *) MUST_CHECK;

#endif
