#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/verbs.h"
#include "store.h"
#include "verb_command.h"
#include "wire.h"

enum { EXIT_USAGE = 2 };

static int usage(void)
{
	fputs("usage: invoicing merchant define MERCHANT FILE   FILE (- for standard input) is JSON, as POST /v1/merchants takes it\n"
	      "       invoicing merchant show MERCHANT\n",
		stderr);
	return EXIT_USAGE;
}

static enum err define(const struct service *service, struct db *db, const char *merchant, const char *file, struct why *why)
{
	const struct verb_command command = {
		.source = "verb:merchant define", .type = "dunlin.invoicing.DefineMerchant", .merchant = merchant
	};

	return verb_command_file(service, db, command, file, why);
}

static enum err show(struct db *db, const char *name, struct why *why)
{
	struct arena *arena = arena_open();
	const struct merchant *merchant;
	enum err err = store_merchant(db, arena, span_of(name), &merchant, why);

	if (err == OK && merchant == NULL)
		err = why_set(why, ERR_NOT_FOUND, "merchant_unknown", "merchant %s is not defined", name);
	if (err == OK)
		printf("%.*s\n", SPAN_ARG(json_merchant(arena, merchant)));
	arena_close(arena);
	return err;
}

static int verb_merchant(const struct service *service, int argc, char **argv)
{
	bool defines = argc >= 3 && strcmp(argv[0], "define") == 0, shows = argc >= 2 && strcmp(argv[0], "show") == 0;
	struct db *db = NULL;
	struct why why = { 0 };
	int code;

	if (!defines && !shows)
		return usage();
	code = verb_begin(service, argc, argv, &db);
	if (code != 0)
		return code;
	if ((defines ? define(service, db, argv[1], argv[2], &why) : show(db, argv[1], &why)) != OK)
		code = verb_fail(&why);
	db_close(db);
	return code;
}

const struct verb invoicing_verbs[] = {
	{ "merchant", "merchant define MERCHANT FILE | show MERCHANT", verb_merchant },
	{ NULL, NULL, NULL },
};
