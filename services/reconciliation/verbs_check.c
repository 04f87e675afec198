#include "verbs_check.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "verbs_profile.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, CHUNK = 1 << 20 };

static void print(void *ctx, struct span line)
{
	(void)ctx;
	printf("%.*s\n", SPAN_ARG(line));
}

static int check(FILE *file, enum check_format format, const struct reading_settings *settings)
{
	static char bytes[CHUNK];
	struct check *c = check_open(settings, format, print, NULL);
	size_t n;
	do
		n = fread(bytes, 1, sizeof(bytes), file);
	while (check_feed(c, span_bytes(bytes, n), !n) && n);
	const struct checked *found = check_result(c);
	if (format == CHECK_TEXT)
		printf("%s: %ld close, %ld would be quarantined, %ld only inform; %ld lines, %ld that inform\n",
			found->format[0] ? found->format : "no format", (long)found->closing, (long)found->quarantined,
			(long)found->informing, (long)found->lines, (long)found->informed);
	int code = found->refused.rule != RULE_NONE || found->quarantined ? EXIT_FAILED : 0;
	check_close(c);
	return code;
}

static int check_named(struct arena *arena, int argc, char **argv)
{
	const char *format = verb_option(argc, argv, "--format");
	struct reading_settings settings;
	if (argc < 1 || argv[0][0] == '-') {
		fprintf(stderr, "usage: reconciliation check FILE " READING_USAGE " [--format json]\n");
		return EXIT_USAGE;
	}
	if (!reading_options(arena, argc, argv, &settings))
		return EXIT_USAGE;
	FILE *file = fopen(argv[0], "re");
	if (!file) {
		fprintf(stderr, "%s can't be opened\n", argv[0]);
		return EXIT_FAILED;
	}
	int code = check(file, format && !strcmp(format, "json") ? CHECK_JSON : CHECK_TEXT, &settings);
	bool broken = ferror(file);
	fclose(file);
	return broken ? EXIT_FAILED : code;
}

int verb_check(const struct service *service, int argc, char **argv)
{
	struct arena *arena = arena_open();
	int code = check_named(arena, argc, argv);
	(void)service;
	arena_close(arena);
	return code;
}
