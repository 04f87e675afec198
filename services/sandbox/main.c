/* The sandbox: a payment provider, a bank, a mailbox and the clock, for demo and tests. */
#include "daemon.h"
#include "door.h"
#include "kafka.h"
#include "options.h"
#include "service.h"
#include "verbs.h"
#include "version.h"

enum { EXIT_USAGE = 2 };

static int verb_run(int argc, char **argv)
{
	struct why why = { 0 };

	return options_load(argc, argv, &why) == OK ? daemon_run() : verb_fail(&why);
}

static int verb_settings(int argc, char **argv)
{
	bool markdown = argc > 0 && strcmp(argv[0], "markdown") == 0;
	struct why why = { 0 };

	if (!markdown && options_load(argc, argv, &why) != OK)
		return verb_fail(&why);
	options_print(markdown);
	return 0;
}

static int verb_check(int argc, char **argv)
{
	struct why why = { 0 };

	if (options_load(argc, argv, &why) != OK)
		return verb_fail(&why);
	puts("settings are fine");
	return 0;
}

static int verb_routes(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (const struct door *const *table = all_doors; *table != NULL; table++)
		for (const struct door *door = *table; door->path != NULL; door++)
			printf("%s\t%s\t%s\n", door->method != NULL ? door->method : "*", door->path, door->help);
	return 0;
}

static int verb_topics(int argc, char **argv)
{
	return topics_verb(&sandbox, argc, argv);
}

static int verb_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("sandbox %s %s\n", DUNLIN_VERSION, DUNLIN_COMMIT);
	return 0;
}

static const struct {
	const char *name, *help;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "run", "run the daemon", verb_run },
	{ "settings", "effective settings and where each comes from (settings markdown: the table)", verb_settings },
	{ "check", "settings, without starting", verb_check },
	{ "routes", "the HTTP routes", verb_routes },
	{ "topics", "topics create | check | print", verb_topics },
	{ "version", "print the version", verb_version },
};

static int usage(FILE *out)
{
	fputs("usage: sandbox VERB [OPTIONS]\n\n", out);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		fprintf(out, "  %-12s %s\n", verbs[i].name, verbs[i].help);
	return out == stdout ? 0 : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 2, argv + 2);
	fprintf(stderr, "sandbox: no verb \"%s\"\n", argv[1]);
	return usage(stderr);
}
