/*
 * verb_command: a command that a verb gives, as an HTTP route would: JSON to the handler of its type, by the unit of work.
 */
#ifndef DUNLIN_VERB_COMMAND_H
#define DUNLIN_VERB_COMMAND_H

#include "service.h"

enum { VERB_FILE_MOST = 64 << 10 };

/* A whole file of at most VERB_FILE_MOST bytes; "-" for what comes in. ERR_INVALID where it can't be opened or is larger. */
enum err verb_read_file(struct arena *, const char *name, struct span *bytes, struct why *) MUST_CHECK;

struct verb_command {
	const char *source; /* "verb:account define" */
	const char *type;
	const char *merchant;
	struct span path; /* of the HTTP route that is the same, where the handler reads it */
	struct span json;
};

/* Runs it, and prints the answer where it was applied. Each call is a request of its own: nothing tells a second one from a first. A refusal is the error. */
enum err verb_command_run(const struct service *, struct db *, const struct verb_command *, struct why *) MUST_CHECK;

/* The same of what stands in a file. */
enum err verb_command_file(const struct service *, struct db *, struct verb_command, const char *file, struct why *) MUST_CHECK;

#endif
