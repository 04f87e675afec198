#include "settings.h"

#include "import_folder.h"

struct reconciliation_settings reconciliation_settings;

static enum err are_folders(const char *value, struct why *why)
{
	struct arena *arena = arena_open();
	struct folder *folders;
	size_t n;
	enum err err = folders_read(arena, value, &folders, &n, why);
	arena_close(arena);
	return err;
}

#define TEXT(field) .name = #field, .type = SETTING_TEXT, .offset = offsetof(struct reconciliation_settings, field)
#define NUMBER(field) .name = #field, .type = SETTING_NUMBER, .offset = offsetof(struct reconciliation_settings, field)

// clang-format off: one setting, one line
const struct setting reconciliation_setting_table[] = {
	{ TEXT(statement_folders), .check = are_folders, .help = "Folders that 'watch' takes statement files from: MERCHANT=/path, more of them behind commas." },
	{ NUMBER(statement_settle_seconds), .initial = "10", .most = 3600, .help = "A file in such a folder is whole when nobody wrote to it for so long." },
	{ NUMBER(statement_bytes_days), .initial = "3650", .most = 36500, .help = "Statement files are kept as they came for so many days. 0: for ever." },
	{ NUMBER(statement_large_lines), .initial = "600000", .most = 10000000, .help = "Statements of so many lines are decided by the role bulk, so that no due work waits for them. 0: none." },
	{ NUMBER(upload_most_mb), .initial = "4096", .least = 1, .most = 65536, .help = "A statement file that comes in parts has at most so many MiB." },
	{ NUMBER(upload_open_most), .initial = "20", .least = 1, .most = 1000, .help = "So many of them may be on their way at once, of one merchant." },
	{ NUMBER(preview_lines), .initial = "20000", .most = 10000000, .help = "So many new lines of a file a preview looks at; the others are counted. 0: all." },
	{ NUMBER(upload_hours), .initial = "72", .least = 1, .most = 8760, .help = "One that is not complete by then is given up, with its parts." },
	{ 0 },
};
// clang-format on
