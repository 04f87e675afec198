#include "verbs_undo.h"

#include <stdio.h>

#include "clock.h"
#include "common/verbs.h"
#include "json_out.h"
#include "random.h"
#include "unit.h"

enum { EXIT_USAGE = 2 };

static struct span said(struct arena *arena, const char *who, const char *why)
{
	struct json_out out;
	struct text t;
	text_init(&t, arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	json_out_string(&out, "who", who);
	json_out_string(&out, "why", why);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

/* Each call is a request of its own. */
static struct message *command(struct arena *arena, const char *merchant, const char *statement, const char *who, const char *why)
{
	struct message *m = ARENA_NEW(arena, struct message);
	uint8_t random[10];
	random_bytes(random, sizeof(random));
	m->source = SPAN("verb:undo");
	m->time = clock_real();
	m->id = span_of(uuid_text(arena, uuid_v7(m->time, random)));
	m->type = SPAN("dunlin.reconciliation.UndoStatement");
	m->format = FORMAT_JSON;
	m->target = span_of(arena_printf(arena, "/v1/statements/%s/undo", statement));
	m->payload = said(arena, who, why);
	m->fate = FATE_ANSWER;
	m->merchant = span_of(merchant);
	m->client = SPAN("verb");
	return m;
}

static enum err undo(const struct service *service, struct db *db, struct message *m, struct why *why)
{
	struct unit *unit = unit_open(service, db);
	enum err err = unit_run(unit, &m, 1, NULL, 0, why);
	if (err == OK && m->outcome != OUTCOME_APPLIED) {
		*why = m->why;
		err = why->err;
	}
	if (err == OK)
		printf("%.*s\n", SPAN_ARG(m->reply.body));
	unit_close(unit);
	return err;
}

int verb_undo(const struct service *service, int argc, char **argv)
{
	const char *who = verb_option(argc, argv, "--who"), *why_text = verb_option(argc, argv, "--why");
	struct db *db = NULL;
	struct why why = { 0 };
	if (argc < 2 || argv[0][0] == '-' || !who || !why_text) {
		fprintf(stderr, "usage: reconciliation undo MERCHANT STATEMENT --who NAME --why TEXT\n");
		return EXIT_USAGE;
	}
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	struct arena *arena = arena_open();
	if (undo(service, db, command(arena, argv[0], argv[1], who, why_text), &why) != OK)
		code = verb_fail(&why);
	arena_close(arena);
	db_close(db);
	return code;
}
