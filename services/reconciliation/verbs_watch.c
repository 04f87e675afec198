#include "verbs_watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/verbs.h"
#include "import_folder.h"
#include "settings.h"

enum { LOOK_EVERY_MS = 2000, EXIT_USAGE = 2 };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* A file that can't be taken is said and left; the others are not held up by its folder. */
static enum err look_once(struct db *db, const struct folder *folders, size_t n, struct why *why)
{
	for (size_t i = 0; i < n && !stopped; i++) {
		struct folder_taken taken = { 0 };
		enum err err = folder_look(db, &folders[i], reconciliation_settings.statement_settle_seconds, &taken, why);
		if (taken.done || taken.failed)
			printf("%s: %zu taken, %zu failed\n", folders[i].path, taken.done, taken.failed);
		if (err == ERR_INVALID)
			fprintf(stderr, "%s: %s\n", why->code, why->text);
		else
			TRY(err);
		fflush(stdout);
	}
	return OK;
}

static enum err watch(struct db *db, const struct folder *folders, size_t n, bool once, struct why *why)
{
	do {
		TRY(look_once(db, folders, n, why));
		if (!once && !stopped)
			(void)poll(NULL, 0, LOOK_EVERY_MS);
	} while (!once && !stopped);
	return OK;
}

int verb_watch(const struct service *service, int argc, char **argv)
{
	bool once = argc == 1 && !strcmp(argv[0], "--once");
	struct arena *arena = arena_open();
	struct folder *folders;
	struct db *db = NULL;
	struct why why = { 0 };
	size_t n = 0;
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	(void)signal(SIGTERM, stop);
	(void)signal(SIGINT, stop);
	enum err err = folders_read(arena, reconciliation_settings.statement_folders, &folders, &n, &why);
	if (err == OK && !n)
		err = why_set(&why, ERR_INVALID, "no_folders", "the setting statement_folders names no folder");
	if (err == OK)
		err = watch(db, folders, n, once, &why);
	if (err != OK)
		code = verb_fail(&why);
	arena_close(arena);
	db_close(db);
	return code;
}
