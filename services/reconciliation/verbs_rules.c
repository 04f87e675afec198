#include "verbs_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/verbs.h"
#include "store_replay.h"

enum { EXIT_USAGE = 2, MONTHS = 3, MONTHS_MOST = 120 };

static void print_line(void *ctx, struct arena *arena, const struct replay_line *line, const struct replayed *now)
{
	struct text t;
	(void)ctx;
	text_init(&t, arena);
	replay_print(&t, line, now);
	printf("%.*s", SPAN_ARG(text_done(&t)));
}

static void print_sums(const struct replay_sums *s)
{
	printf("%" PRId64 " lines with candidates", s->lines);
	for (int i = 0; i < REPLAY_CHANGES; i++)
		printf(", %" PRId64 " %s", s->changes[i], replay_word((enum replay_change)i));
	printf("\n");
}

static bool read_months(const char *text, int *months)
{
	int64_t n = MONTHS;
	if (text && (span_int64(span_of(text), &n) != OK || n < 1 || n > MONTHS_MOST))
		return false;
	*months = (int)n;
	return true;
}

int verb_replay(const struct service *service, int argc, char **argv)
{
	struct db *db = NULL;
	struct why why = { 0 };
	struct rule_set set;
	struct replay_sums sums;
	int months;
	if (argc < 2 || strcmp(argv[0], "replay") != 0 || argv[1][0] == '-' || !read_months(verb_option(argc, argv, "--months"), &months)) {
		fprintf(stderr, "usage: reconciliation " RULES_USAGE "   3 months, at most 120; RULE as `rules` prints it\n");
		return EXIT_USAGE;
	}
	if (rule_set_read(span_of(verb_option(argc, argv, "--wait")), &set, &why) != OK)
		return verb_fail(&why);
	int code = verb_begin(service, argc, argv, &db);
	if (code)
		return code;
	if (replay_run(db, span_of(argv[1]), months, &set, print_line, NULL, &sums, &why) == OK)
		print_sums(&sums);
	else
		code = verb_fail(&why);
	db_close(db);
	return code;
}
