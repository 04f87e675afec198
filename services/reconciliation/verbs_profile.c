#include "verbs_profile.h"

#include <stdio.h>
#include <string.h>

#include "import_profile.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, TEXT_MOST = PROFILES_TEXT_MOST };

static int usage(void)
{
	fprintf(stderr, "usage: reconciliation profile list | keys | show NAME | check FILE | define MERCHANT FILE\n");
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
	struct why why = { 0 };
	if (!read_text(arena, file, text))
		return false;
	enum err err = profiles_count(*text, count, &why);
	if (err != OK)
		fprintf(stderr, "%s: %s: %s\n", file, why.code, why.text);
	return err == OK;
}

static struct span option(int argc, char **argv, const char *name)
{
	const char *value = verb_option(argc, argv, name);
	return value ? span_of(value) : SPAN("");
}

bool reading_options(struct arena *arena, int argc, char **argv, struct reading_settings *out)
{
	struct span charset = option(argc, argv, "--charset");
	const char *own = verb_option(argc, argv, "--profiles");
	int count;
	*out = (struct reading_settings){
		.charset = charset.size ? charset_find(charset) : CHARSET_AUTO,
		.account = option(argc, argv, "--account"),
		.profile = option(argc, argv, "--profile"),
		.currency = option(argc, argv, "--currency"),
		.opening = option(argc, argv, "--opening"),
		.closing = option(argc, argv, "--closing"),
	};
	if (out->charset == CHARSETS)
		fprintf(stderr, "--charset is " CHARSET_WORDS "\n");
	return out->charset != CHARSETS && (!own || profiles_read(arena, own, &out->profiles, &count));
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
	struct span rest = csv_profiles_shipped(), text;
	struct csv_profile p;
	while (profiles_each(&rest, &p, &text))
		if (span_is(p.name, name)) {
			text = span_trim(text);
			printf("%.*s\n", SPAN_ARG(text));
			return 0;
		}
	fprintf(stderr, "no profile %s comes with Dunlin\n", name);
	return EXIT_FAILED;
}

static int define_verb(const struct service *service, int argc, char **argv)
{
	struct arena *arena = arena_open();
	struct db *db = NULL;
	struct why why = { 0 };
	struct span text;
	int count, code = profiles_read(arena, argv[2], &text, &count) ? verb_begin(service, argc, argv, &db) : EXIT_FAILED;
	if (!code && profiles_define(db, arena, span_of(argv[1]), text, &count, &why) != OK)
		code = verb_fail(&why);
	else if (!code)
		printf("%d profile%s of %s\n", count, count == 1 ? "" : "s", argv[1]);
	db_close(db);
	arena_close(arena);
	return code;
}

int verb_profile(const struct service *service, int argc, char **argv)
{
	if (argc == 1 && !strcmp(argv[0], "list"))
		return list();
	if (argc == 1 && !strcmp(argv[0], "keys"))
		return keys();
	if (argc == 2 && !strcmp(argv[0], "show"))
		return show(argv[1]);
	if (argc >= 3 && !strcmp(argv[0], "define"))
		return define_verb(service, argc, argv);
	return argc == 2 && !strcmp(argv[0], "check") ? check(argv[1]) : usage();
}
