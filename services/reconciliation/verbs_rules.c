#include "verbs_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/verbs.h"
#include "json_in.h"
#include "store_replay.h"
#include "verbs.h"
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

int verb_replay(const struct service *service, int argc, char **argv)
{
	struct db *db = NULL;
	struct why why = { 0 };
	int months;
	if (argc < 2 || strcmp(argv[0], "replay") != 0 || argv[1][0] == '-' || !read_months(verb_option(argc, argv, "--months"), &months)) {
		fprintf(stderr, "usage: reconciliation " RULES_USAGE "   3 months, at most 120; RULE as `rules` prints it\n");
		return EXIT_USAGE;
	}
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	struct arena *arena = arena_open();
	if (replay(db, arena, argc, argv, months, &why) != OK)
		code = verb_fail(&why);
	arena_close(arena);
	db_close(db);
	return code;
}
