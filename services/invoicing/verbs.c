#include "verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common/verbs.h"
#include "random.h"
#include "store.h"
#include "wire.h"

enum { FILE_MOST = 64 << 10, EXIT_USAGE = 2 };

static int usage(void)
{
	fputs("usage: invoicing merchant define MERCHANT FILE   FILE (- for standard input) is JSON, as POST /v1/merchants takes it\n"
	      "       invoicing merchant show MERCHANT\n",
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
static struct message *define_message(struct arena *arena, const char *merchant, struct span json)
{
	struct message *m = ARENA_NEW(arena, struct message);
	struct instant now = clock_real();
	uint8_t random[10];

	random_bytes(random, sizeof random);
	m->source = SPAN("verb:merchant define");
	m->id = span_of(uuid_text(arena, uuid_v7(now, random)));
	m->type = SPAN("dunlin.invoicing.DefineMerchant");
	m->format = FORMAT_JSON;
	m->payload = json;
	m->time = now;
	m->fate = FATE_ANSWER;
	m->merchant = span_of(merchant);
	return m;
}

static enum err define(const struct service *service, struct db *db, const char *merchant, const char *file, struct why *why)
{
	struct unit *unit = unit_open(service, db);
	struct message *m = NULL;
	struct span json = SPAN("");
	enum err err = read_file(unit_arena(unit), file, &json, why);

	if (err == OK) {
		m = define_message(unit_arena(unit), merchant, json);
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
