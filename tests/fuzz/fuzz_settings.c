/*
 * What an operator may get wrong: a settings file, an environment and a command line. Input: the file, a line "%%", the environment's variables a line
 * each, a line "%%", and the command line's words a line each. The file is /proc/self/fd/100, a file for secrets /proc/self/fd/101.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "settings.h"

enum { FILE_FD = 100, SECRET_FD = 101, WORDS = 24 };

struct values {
	const char *secret, *text, *url;
	int64_t number, any;
	bool flag;
};

static struct values values;

static const struct setting table[] = {
	{ .name = "secret", .offset = offsetof(struct values, secret), .flags = SETTING_SECRET, .help = "Secret." },
	{ .name = "text", .offset = offsetof(struct values, text), .help = "Text.", .check = setting_is_address },
	{ .name = "url", .offset = offsetof(struct values, url), .help = "URL.", .check = setting_is_url },
	{ .name = "number",
		.type = SETTING_NUMBER,
		.offset = offsetof(struct values, number),
		.initial = "5",
		.least = 1,
		.most = 9,
		.help = "Number." },
	{ .name = "any", .type = SETTING_NUMBER, .offset = offsetof(struct values, any), .help = "Any number." },
	{ .name = "flag", .type = SETTING_BOOL, .offset = offsetof(struct values, flag), .help = "Flag." },
	{ .name = NULL },
};

static void check(const struct settings *settings)
{
	char *printed = NULL;
	size_t size;
	FILE *file = open_memstream(&printed, &size);

	settings_print(settings, file);
	fclose(file);
	demand(values.number >= 1 && values.number <= 9, "a number is within its bounds");
	demand(strncmp(printed, values.secret[0] == '\0' ? "secret =   # " : "secret = ***  # ", 13) == 0, "a secret is not printed");
	demand(span_is_text(span_of(values.text)) && span_is_text(span_of(values.secret)), "a text is a text");
	free(printed);
}

static void file_at(int at, struct span content)
{
	int fd = memfd_create("settings", MFD_CLOEXEC);

	demand(fd >= 0 && write(fd, content.at, content.size) == (ssize_t)content.size && dup2(fd, at) == at, "a file");
	close(fd);
}

/* Other files of /proc and /dev may have no end, or wait for somebody to write. */
static bool is_safe(struct span input)
{
	for (size_t i = 0; i < input.size; i++) {
		struct span path = span_from(input, i);

		if (span_starts(path, "/proc/self/fd/100") || span_starts(path, "/proc/self/fd/101"))
			continue;
		if (span_starts(path, "/proc") || span_starts(path, "/dev"))
			return false;
	}
	return true;
}

/* The part of the input up to a line "%%". */
static struct span part(struct span *rest)
{
	static const char end[] = "%%\n";
	const char *at = rest->size > 0 ? memmem(rest->at, rest->size, end, sizeof(end) - 1) : NULL;
	struct span part = at != NULL ? span_bytes(rest->at, (size_t)(at - rest->at)) : *rest;

	*rest = span_from(*rest, part.size + (at != NULL ? sizeof(end) - 1 : 0));
	return part;
}

static int words(struct arena *arena, struct span from, char **to)
{
	struct span line;
	int n = 0;

	while (from.size > 0 && n < WORDS) {
		(void)span_cut(from, '\n', &line, &from);
		to[n++] = span_cstr(arena, line);
	}
	to[n] = NULL;
	return n;
}

static void load(bool strict, int argc, char **argv, char **environment)
{
	static const struct setting *const tables[] = { table, NULL };
	static void *const structs[] = { &values };
	struct settings settings = { .service = "fuzz", .tables = tables, .structs = structs };
	struct why why = { .text = "" };
	enum err err = (strict ? settings_load : settings_load_known)(&settings, argc, argv, environment, &why);

	if (err == OK)
		check(&settings);
	else
		demand(err == ERR_INVALID && why.err == err && why.code[0] != '\0' && why.text[0] != '\0', "a refusal has a reason");
	if (err == OK && settings_require(&settings, "secret", &why) != OK)
		demand(values.secret[0] == '\0' && why.text[0] != '\0', "what is there is there");
	settings_clear(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span rest = span_bytes(data, size);
	char *argv[WORDS + 2] = { arena_printf(arena, "--config=/proc/self/fd/%d", FILE_FD) }, *environment[WORDS + 1];
	int argc;

	if (!is_safe(rest)) {
		arena_close(arena);
		return 0;
	}
	file_at(FILE_FD, part(&rest));
	file_at(SECRET_FD, SPAN("s3cret\n"));
	words(arena, part(&rest), environment);
	argc = 1 + words(arena, rest, argv + 1);
	load(true, argc, argv, environment);
	load(false, argc, argv, environment);
	arena_close(arena);
	return 0;
}
