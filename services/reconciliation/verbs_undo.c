#include "verbs_undo.h"

#include <stdio.h>

#include "common/verbs.h"
#include "json_out.h"
#include "verb_command.h"

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
	const struct verb_command command = { .source = "verb:undo",
		.type = "dunlin.reconciliation.UndoStatement",
		.merchant = argv[0],
		.path = span_of(arena_printf(arena, "/v1/statements/%s/undo", argv[1])),
		.json = said(arena, who, why_text) };
	if (verb_command_run(service, db, &command, &why) != OK)
		code = verb_fail(&why);
	arena_close(arena);
	db_close(db);
	return code;
}
