#include "import_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "import.h"
#include "log.h"

enum { FOLDERS = 100 };

enum err folders_read(struct arena *arena, const char *text, struct folder **out, size_t *n, struct why *why)
{
	struct span rest = span_of(text), one, merchant, path;
	*out = ARENA_ARRAY(arena, struct folder, FOLDERS);
	for (*n = 0; rest.size; (*n)++) {
		span_cut(rest, ',', &one, &rest);
		if (!span_cut(one, '=', &merchant, &path) || !merchant.size || !path.size || path.at[0] != '/')
			return why_set(why, ERR_INVALID, "setting_invalid", "must be MERCHANT=/path, more of them behind commas");
		if (*n == FOLDERS)
			return why_set(why, ERR_INVALID, "setting_invalid", "must be at most %d folders", FOLDERS);
		(*out)[*n] = (struct folder){ merchant, span_cstr(arena, path) };
	}
	return OK;
}

/* ---- is it whole? ---- */

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);
	return n >= m && !strcmp(name + n - m, end);
}

/* What clients call a file while they send it. */
static bool is_final_name(const char *name)
{
	return name[0] != '.' && !ends_in(name, ".part") && !ends_in(name, ".filepart") && !ends_in(name, ".tmp");
}

/* A lease for reading is granted only where nobody has the file open for writing. Who may not ask (not the owner) goes by time alone. */
static bool has_writer(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN;
	(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

static bool is_settled(const struct stat *st, int64_t settle_seconds)
{
	return llabs(clock_real().us / US_PER_SECOND - (int64_t)st->st_mtim.tv_sec) >= settle_seconds;
}

/* Opened and locked, if it is whole and nobody else works on it; else -1. */
static int take(int dir, const char *name, int64_t settle_seconds)
{
	struct stat opened, named;
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!fstat(fd, &opened) && S_ISREG(opened.st_mode) && opened.st_size && is_settled(&opened, settle_seconds) && !has_writer(fd) &&
		!flock(fd, LOCK_EX | LOCK_NB) && !fstatat(dir, name, &named, AT_SYMLINK_NOFOLLOW) && named.st_ino == opened.st_ino)
		return fd;
	close(fd);
	return -1;
}

/* ---- where it goes ---- */

/* Another file of that name may have been there before: then its hash goes before it. */
static bool move(int dir, const char *name, const char *to, const struct imported *imported)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", to, name);
	if (!renameat2(dir, name, dir, path, RENAME_NOREPLACE))
		return true;
	if (errno != EEXIST)
		return false;
	snprintf(path, sizeof(path), "%s/%02x%02x%02x%02x-%s", to, imported->sha256.b[0], imported->sha256.b[1], imported->sha256.b[2],
		imported->sha256.b[3], name);
	return !renameat(dir, name, dir, path);
}

/* Whole or not at all: a reason that is there says everything. */
static bool write_reason(int dir, const char *name, const struct violation *v)
{
	char draft[PATH_MAX], path[PATH_MAX];
	snprintf(draft, sizeof(draft), "failed/.%s.reason", name);
	snprintf(path, sizeof(path), "failed/%s.reason", name);
	int fd = openat(dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return false;
	int written = dprintf(fd, "line %ld: %s: %s\n", (long)v->place.line, rule_word(v->rule), v->text[0] ? v->text : rule_help(v->rule));
	return !close(fd) && written > 0 && !renameat(dir, draft, dir, path);
}

static enum err put_away(int dir, const char *name, const struct imported *imported, struct folder_taken *taken, struct why *why)
{
	bool refused = imported->refused.rule != RULE_NONE;
	if (refused && !write_reason(dir, name, &imported->refused))
		return why_set(why, ERR_INVALID, "folder_unwritable", "failed/%s.reason: %s", name, strerror(errno));
	if (!move(dir, name, refused ? "failed" : "done", imported))
		return why_set(why, ERR_INVALID, "folder_unwritable", "%s can't be moved: %s", name, strerror(errno));
	taken->done += !refused;
	taken->failed += refused;
	return OK;
}

/* ---- one look ---- */

static enum err take_file(
	struct db *db, const struct folder *folder, int dir, const char *name, int fd, struct folder_taken *taken, struct why *why)
{
	struct arena *arena = arena_open();
	const struct import_origin from = { folder->merchant, SPAN("folder"), span_of(name), SPAN("") };
	struct imported imported;
	struct import_source source;
	enum err err = import_descriptor(arena, fd, &source, why);
	if (err == OK)
		err = import_run(db, arena, &from, &source, &imported, why);
	if (err == OK)
		err = put_away(dir, name, &imported, taken, why);
	arena_close(arena);
	return err;
}

static enum err look(
	struct db *db, const struct folder *folder, DIR *entries, int64_t settle_seconds, struct folder_taken *taken, struct why *why)
{
	int dir = dirfd(entries);
	const struct dirent *entry;
	while ((entry = readdir(entries))) {
		int fd = is_final_name(entry->d_name) ? take(dir, entry->d_name, settle_seconds) : -1;
		if (fd < 0)
			continue;
		enum err err = take_file(db, folder, dir, entry->d_name, fd, taken, why);
		close(fd);
		TRY(err);
	}
	return OK;
}

enum err folder_look(struct db *db, const struct folder *folder, int64_t settle_seconds, struct folder_taken *taken, struct why *why)
{
	DIR *entries = opendir(folder->path);
	if (!entries)
		return why_set(why, ERR_INVALID, "folder_unreadable", "%s: %s", folder->path, strerror(errno));
	(void)mkdirat(dirfd(entries), "done", 0750);
	(void)mkdirat(dirfd(entries), "failed", 0750);
	enum err err = look(db, folder, entries, settle_seconds, taken, why);
	closedir(entries);
	return err;
}
