#include "verbs_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/verbs.h"
#include "http_rules.h"
#include "json_in.h"
#include "json_out.h"
#include "store_replay.h"
#include "verb_command.h"
#include "wire.h"

enum { EXIT_USAGE = 2, MONTHS = 3, MONTHS_MOST = 120 };

static void print_line(void *ctx, struct arena *arena, const struct replay_line *line, const struct replayed *now)
{
	struct text t;
	(void)ctx;
	text_init(&t, arena);
	replay_print(&t, line, now);
	printf("%.*s", SPAN_ARG(text_done(&t)));
}

static void print_sums(struct arena *arena, const struct replay_sums *s)
{
	printf("%" PRId64 " lines with candidates", s->lines);
	for (int i = 0; i < REPLAY_CHANGES; i++)
		printf(", %" PRId64 " %s", s->changes[i], replay_word((enum replay_change)i));
	printf("\ndigest %.*s\n", SPAN_ARG(span_hex(arena, span_bytes(s->digest.b, sizeof(s->digest.b)))));
}

static bool read_months(const char *text, int *months)
{
	int64_t n = MONTHS;
	if (text && (span_int64(span_of(text), &n) != OK || n < 1 || n > MONTHS_MOST))
		return false;
	*months = (int)n;
	return true;
}

/* A version's number; else a file as POST /v1/rule-sets takes it. *version stays below 0 for a file and for none. */
static enum err read_set(struct db *db, struct arena *arena, int argc, char **argv, struct rule_set *set, int32_t *version, struct why *why)
{
	const char *from = verb_option(argc, argv, "--set");
	struct json_in in;
	struct span text;
	int64_t number;
	*version = -1;
	if (!from)
		return rule_set_read(span_of(verb_option(argc, argv, "--wait")), set, why);
	if (span_int64(span_of(from), &number) == OK) {
		TRY(wire_read_version(span_of(from), version, why));
		return replay_load_set(db, arena, span_of(argv[1]), *version, set, why);
	}
	TRY(verb_read_file(arena, from, &text, why));
	TRY(json_in_open(&in, arena, text, why));
	TRY(wire_read_rule_set(&in, arena, set, why));
	return json_in_done(&in, why);
}

/* A stored version's replay is kept, so that it may go live with it. */
static enum err replay(struct db *db, struct arena *arena, int argc, char **argv, int months, struct why *why)
{
	const struct replay_wish wish = { months, 0 };
	struct replay_sums sums;
	struct rule_set set;
	int32_t version;
	TRY(read_set(db, arena, argc, argv, &set, &version, why));
	TRY(replay_run(db, span_of(argv[1]), &wish, &set, print_line, NULL, &sums, why));
	print_sums(arena, &sums);
	return version < 0 ? OK : replay_keep(db, arena, span_of(argv[1]), version, months, &sums, SPAN("verb"), why);
}

static enum err replay_months(const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, struct why *why)
{
	int months;
	(void)service;
	if (!read_months(verb_option(argc, argv, "--months"), &months))
		return why_set(why, ERR_INVALID, "usage", "--months is 1 to %d", MONTHS_MOST);
	return replay(db, arena, argc, argv, months, why);
}

/* ---- versions ---- */

static enum err define(const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, struct why *why)
{
	const struct verb_command command = {
		.source = "verb:rules define", .type = "dunlin.reconciliation.DefineRuleSet", .merchant = argv[1]
	};
	(void)arena, (void)argc;
	return verb_command_file(service, db, command, argv[2], why);
}

static enum err list(const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, struct why *why)
{
	struct span body;
	(void)service, (void)argc;
	TRY(rule_sets_json(db, arena, span_of(argv[1]), &body, why));
	printf("%.*s\n", SPAN_ARG(body));
	return OK;
}

static enum err show(const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, struct why *why)
{
	struct span body;
	int32_t version;
	(void)service, (void)argc;
	TRY(wire_read_version(span_of(argv[2]), &version, why));
	TRY(rule_set_json(db, arena, span_of(argv[1]), version, &body, why));
	printf("%.*s\n", SPAN_ARG(body));
	return OK;
}

static bool has_flag(int argc, char **argv, const char *flag)
{
	for (int i = 0; i < argc; i++)
		if (!strcmp(argv[i], flag))
			return true;
	return false;
}

/* What was left out is left out here too: the handler says what is missing. */
static struct span activation(struct arena *arena, int argc, char **argv)
{
	static const char *const options[] = { "who", "why", "replay" };
	struct json_out out;
	struct text t;
	text_init(&t, arena);
	json_out_init(&out, &t);
	json_out_object(&out, NULL);
	for (size_t i = 0; i < 3; i++) {
		const char *value = verb_option(argc, argv, arena_printf(arena, "--%s", options[i]));
		if (value)
			json_out_string(&out, options[i], value);
	}
	if (has_flag(argc, argv, "--not-replayed"))
		json_out_bool(&out, "not_replayed", true);
	json_out_object_end(&out);
	json_out_done(&out);
	return text_done(&t);
}

static enum err activate(const struct service *service, struct db *db, struct arena *arena, int argc, char **argv, struct why *why)
{
	const struct verb_command command = { .source = "verb:rules activate",
		.type = "dunlin.reconciliation.ActivateRuleSet",
		.merchant = argv[1],
		.path = span_of(arena_printf(arena, "/v1/rule-sets/%s/activate", argv[2])),
		.json = activation(arena, argc, argv) };
	return verb_command_run(service, db, &command, why);
}

static const struct {
	const char *word;
	int least; /* arguments, with the word */
	enum err (*work)(const struct service *, struct db *, struct arena *, int argc, char **argv, struct why *);
} works[] = {
	{ "define", 3, define },
	{ "list", 2, list },
	{ "show", 3, show },
	{ "activate", 3, activate },
	{ "replay", 2, replay_months },
};

int verb_rule_sets(const struct service *service, int argc, char **argv)
{
	struct db *db = NULL;
	struct why why = { 0 };
	size_t i = 0, n = sizeof(works) / sizeof(works[0]);
	while (i < n && (argc < works[i].least || strcmp(argv[0], works[i].word) != 0 || argv[1][0] == '-'))
		i++;
	if (i == n) {
		fprintf(stderr, "usage: reconciliation " RULES_USAGE "\n"
				"       FILE is JSON, as POST /v1/rule-sets takes it; 3 months, at most 120; RULE as `rules` prints it\n");
		return EXIT_USAGE;
	}
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	struct arena *arena = arena_open();
	if (works[i].work(service, db, arena, argc, argv, &why) != OK)
		code = verb_fail(&why);
	arena_close(arena);
	db_close(db);
	return code;
}
