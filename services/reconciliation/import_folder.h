/*
 * import_folder: statement files from a folder that a bank, or an SFTP server, drops them into. What was taken is moved to done/; what can't be read to failed/,
 * with a file NAME.reason beside it that names rule and line.
 *
 * 1. A file is taken when it is whole: it has its final name (none that begins with a dot or ends in .part, .filepart or .tmp), nobody has it open for
 *    writing, and nobody wrote to it for a while.
 * 2. It is moved after the import is committed. Whatever ends the process in between, the next look finds it again, and a file is known by its bytes.
 * 3. Several processes may look at one folder: who works on a file holds a lock on it.
 */
#ifndef RECONCILIATION_IMPORT_FOLDER_H
#define RECONCILIATION_IMPORT_FOLDER_H

#include "db.h"

struct folder {
	struct span merchant;
	const char *path;
};

struct folder_taken {
	size_t done, failed;
};

/* "MERCHANT=/path,MERCHANT=/path". ERR_INVALID says which part is none. */
enum err folders_read(struct arena *, const char *text, struct folder **, size_t *n, struct why *) MUST_CHECK;

/* One look: takes what is whole and adds to *taken. ERR_RETRY: the database is away. A folder that can't be read is ERR_INVALID. */
enum err folder_look(struct db *, const struct folder *, int64_t settle_seconds, struct folder_taken *taken, struct why *) MUST_CHECK;

#endif
