#include "verbs_profile.h"

#include <stdio.h>
#include <string.h>

#include "readers/csv_profile.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, TEXT_MOST = 256 << 10 };

static int usage(void)
{
	fprintf(stderr, "usage: reconciliation profile list | keys | show NAME | check FILE\n");
	return EXIT_USAGE;
}

static bool read_text(struct arena *arena, const char *name, struct span *text)
{
	FILE *file = fopen(name, "re");
	char *to = arena_raw(arena, TEXT_MOST + 1);
	size_t size = file ? fread(to, 1, TEXT_MOST + 1, file) : 0;
	bool good = file && !ferror(file) && size <= TEXT_MOST;
	if (file)
		fclose(file);
	if (!good)
		fprintf(stderr, "%s can't be read, or has more than %d bytes\n", name, TEXT_MOST);
	*text = span_bytes(to, size);
	return good;
}

bool profiles_read(struct arena *arena, const char *file, struct span *text, int *count)
{
	struct csv_profile p;
	struct why why = { 0 };
	enum err err;
	int line = 0;
	*count = 0;
	if (!read_text(arena, file, text))
		return false;
	for (struct span rest = *text; csv_profile_next(&rest, &line, &p, &err, &why);)
		++*count;
	if (err != OK)
		fprintf(stderr, "%s: %s: %s\n", file, why.code, why.text);
	else if (!*count)
		fprintf(stderr, "%s holds no profile\n", file);
	return err == OK && *count;
}

static int check(const char *file)
{
	struct arena *arena = arena_open();
	struct span text;
	int count;
	bool good = profiles_read(arena, file, &text, &count);
	if (good)
		printf("%d profile%s, whole\n", count, count == 1 ? "" : "s");
	arena_close(arena);
	return good ? 0 : EXIT_FAILED;
}

static int list(void)
{
	struct span rest = csv_profiles_shipped();
	struct csv_profile p;
	struct why why;
	enum err err;
	int line = 0;
	while (csv_profile_next(&rest, &line, &p, &err, &why))
		printf("%-24.*s %-10s %-8s %.*s\n", SPAN_ARG(p.name), p.settlement ? "settlement" : "statement",
			p.columns[CSV_BALANCE].size ? "balances" : "-", SPAN_ARG(p.help));
	return err == OK ? 0 : EXIT_FAILED;
}

static int keys(void)
{
	const char *help, *key;
	for (size_t i = 0; (key = csv_profile_key(i, &help)); i++)
		printf("%-18s %s\n", key, help);
	return 0;
}

/* Its text as it came, to be copied and changed. */
static int show(const char *name)
{
	struct span rest = csv_profiles_shipped(), before = rest;
	struct csv_profile p;
	struct why why;
	enum err err;
	int line = 0;
	for (; csv_profile_next(&rest, &line, &p, &err, &why); before = rest)
		if (span_is(p.name, name)) {
			struct span text = span_trim(span_bytes(before.at, (size_t)(rest.at - before.at)));
			printf("%.*s\n", SPAN_ARG(text));
			return 0;
		}
	fprintf(stderr, "no profile %s comes with Dunlin\n", name);
	return EXIT_FAILED;
}

int verb_profile(const struct service *service, int argc, char **argv)
{
	(void)service;
	if (argc == 1 && !strcmp(argv[0], "list"))
		return list();
	if (argc == 1 && !strcmp(argv[0], "keys"))
		return keys();
	if (argc == 2 && !strcmp(argv[0], "show"))
		return show(argv[1]);
	return argc == 2 && !strcmp(argv[0], "check") ? check(argv[1]) : usage();
}
