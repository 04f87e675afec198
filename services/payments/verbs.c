#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/verbs.h"
#include "settings.h"
#include "store.h"
#include "verb_command.h"
#include "wire.h"

enum { EXIT_USAGE = 2 };

static int usage(void)
{
	fputs("usage: payments account put MERCHANT FILE   FILE (- for standard input) is JSON, as POST /v1/provider-accounts takes it\n"
	      "       payments account list MERCHANT\n",
		stderr);
	return EXIT_USAGE;
}

static enum err put(const struct service *service, struct db *db, const char *merchant, const char *file, struct why *why)
{
	const struct verb_command command = { .source = "verb:account put", .type = "payments.PutProviderAccount", .merchant = merchant };

	return verb_command_file(service, db, command, file, why);
}

static enum err list(struct db *db, const char *merchant, const struct policy *policy, struct why *why)
{
	struct arena *arena = arena_open();
	struct provider_account *accounts;
	size_t n = 0;
	enum err err = store_accounts(db, arena, span_of(merchant), &accounts, &n, why);

	for (size_t i = 0; err == OK && i < n; i++)
		printf("%.*s\n", SPAN_ARG(wire_account_json(arena, &accounts[i], policy)));
	arena_close(arena);
	return err;
}

static int verb_account(const struct service *service, int argc, char **argv)
{
	bool puts_one = argc >= 3 && strcmp(argv[0], "put") == 0, lists = argc >= 2 && strcmp(argv[0], "list") == 0;
	const struct policy *policy;
	struct db *db = NULL;
	struct why why = { .err = OK };
	int code;

	if (!puts_one && !lists)
		return usage();
	code = verb_begin(service, argc, argv, &db);
	if (code != 0)
		return code;
	if (settings_policy(&policy, &why) != OK ||
		(puts_one ? put(service, db, argv[1], argv[2], &why) : list(db, argv[1], policy, &why)) != OK)
		code = verb_fail(&why);
	db_close(db);
	return code;
}

const struct verb payments_verbs[] = {
	{ "account", "account put MERCHANT FILE | list MERCHANT", verb_account },
	{ NULL, NULL, NULL },
};
