#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common/verbs.h"
#include "random.h"
#include "settings.h"
#include "store.h"
#include "wire.h"

enum { FILE_MOST = 64 << 10, EXIT_USAGE = 2 };

static int usage(void)
{
	fputs("usage: payments account put MERCHANT FILE   FILE (- for standard input) is JSON, as POST /v1/provider-accounts takes it\n"
	      "       payments account list MERCHANT\n",
		stderr);
	return EXIT_USAGE;
}

static enum err read_file(struct arena *arena, const char *name, struct span *bytes, struct why *why)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	char *to = arena_raw(arena, FILE_MOST + 1);
	size_t size;

	if (file == NULL)
		return why_set(why, ERR_INVALID, "file_unreadable", "%s can't be opened", name);
	size = fread(to, 1, FILE_MOST + 1, file);
	if (file != stdin)
		fclose(file);
	if (size > FILE_MOST)
		return why_set(why, ERR_INVALID, "file_too_large", "%s has more than %d bytes", name, FILE_MOST);
	*bytes = span_bytes(to, size);
	return OK;
}

/* Each call is a request of its own. */
static struct message *put_message(struct arena *arena, const char *merchant, struct span json)
{
	struct message *m = ARENA_NEW(arena, struct message);
	struct instant now = clock_real();
	uint8_t random[10];

	random_bytes(random, sizeof(random));
	m->source = SPAN("verb:account put");
	m->id = span_of(uuid_text(arena, uuid_v7(now, random)));
	m->type = SPAN("payments.PutProviderAccount");
	m->format = FORMAT_JSON;
	m->payload = json;
	m->time = now;
	m->fate = FATE_ANSWER;
	m->merchant = span_of(merchant);
	m->client = SPAN("verb");
	return m;
}

static enum err put(const struct service *service, struct db *db, const char *merchant, const char *file, struct why *why)
{
	struct unit *unit = unit_open(service, db);
	struct message *m = NULL;
	struct span json = SPAN("");
	enum err err = read_file(unit_arena(unit), file, &json, why);

	if (err == OK) {
		m = put_message(unit_arena(unit), merchant, json);
		err = unit_run(unit, &m, 1, NULL, 0, why);
	}
	if (err == OK && m->outcome != OUTCOME_APPLIED) {
		*why = m->why;
		err = why->err;
	}
	if (err == OK)
		printf("%.*s\n", SPAN_ARG(m->reply.body));
	unit_close(unit);
	return err;
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
