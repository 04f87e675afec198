/*
 * A settings file.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	const char *secret, *text;
	int64_t number;
	bool flag;
} values;

static const struct setting table[] = {
	{ .name = "secret", .offset = offsetof(__typeof__(values), secret), .flags = SETTING_SECRET, .help = "Secret." },
	{ .name = "text", .offset = offsetof(__typeof__(values), text), .help = "Text.", .check = setting_is_address },
	{ .name = "number",
		.type = SETTING_NUMBER,
		.offset = offsetof(__typeof__(values), number),
		.initial = "5",
		.least = 1,
		.most = 9,
		.help = "Number." },
	{ .name = "flag", .type = SETTING_BOOL, .offset = offsetof(__typeof__(values), flag), .help = "Flag." },
	{ .name = NULL },
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct settings *settings)
{
	char *printed = NULL;
	size_t size;
	FILE *file = open_memstream(&printed, &size);

	settings_print(settings, file);
	fclose(file);
	demand(values.number >= 1 && values.number <= 9);
	demand(strncmp(printed, values.secret[0] == '\0' ? "secret =   # " : "secret = ***  # ", 13) == 0);
	free(printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct setting *const tables[] = { table, NULL };
	static void *const structs[] = { &values };
	struct settings settings = { .service = "fuzz", .tables = tables, .structs = structs };
	int fd = memfd_create("settings", MFD_CLOEXEC);
	char option[64], *argv[] = { option, NULL }, *environment[] = { NULL };
	struct why why = { .text = "" };

	demand(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(option, sizeof(option), "--config=/proc/self/fd/%d", fd);
	if (settings_load(&settings, 1, argv, environment, &why) == OK)
		check(&settings);
	else
		demand(why.err == ERR_INVALID && why.code[0] != '\0' && why.text[0] != '\0');
	settings_clear(&settings);
	close(fd);
	return 0;
}
