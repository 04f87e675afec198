#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import_folder.h"
#include "town.h"

/* A folder that statement files are dropped into. */

struct drop {
	struct folder folder;
	const char *path;
};

static struct drop drop_open(struct town *t)
{
	char path[] = "/tmp/dunlin-drop-XXXXXX";
	assert_non_null(mkdtemp(path));
	const char *kept = arena_strdup(t->arena, path);
	return (struct drop){ { SPAN(MERCHANT), kept }, kept };
}

static const char *at(struct town *t, const struct drop *d, const char *name)
{
	return arena_printf(t->arena, "%s/%s", d->path, name);
}

static void put(struct town *t, const struct drop *d, const char *name, struct span bytes)
{
	FILE *file = fopen(at(t, d, name), "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.at, 1, bytes.size, file), bytes.size);
	fclose(file);
}

static bool is_there(struct town *t, const struct drop *d, const char *name)
{
	return access(at(t, d, name), F_OK) == 0;
}

static struct folder_taken look(struct town *t, const struct drop *d, int64_t settle_seconds)
{
	struct folder_taken taken = { 0 };
	struct why why = { 0 };
	if (folder_look(t->db, &d->folder, settle_seconds, &taken, &why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	return taken;
}

static struct span statement(struct town *t, int day)
{
	const struct entry_of entry = { 500, "rent", NULL, NULL, NULL };
	return town_statement(t, arena_printf(t->arena, "S%d", day), day, day, 500 * (day - 1), &entry, 1);
}

static void what_is_whole_is_imported_and_moved_away(void **state)
{
	struct town *t = *state;
	struct drop d = drop_open(t);
	put(t, &d, "first.xml", statement(t, 1));
	put(t, &d, ".second.xml", statement(t, 2));
	put(t, &d, "third.xml.part", statement(t, 3));
	struct folder_taken taken = look(t, &d, 0);
	assert_true(taken.done == 1 && taken.failed == 0);
	assert_true(is_there(t, &d, "done/first.xml") && !is_there(t, &d, "first.xml"));
	assert_true(is_there(t, &d, ".second.xml") && is_there(t, &d, "third.xml.part"));
	assert_string_equal(town_text(t, "select client || ' ' || name from statement_file"), "folder first.xml");
	/* Its writer gives it its name when it is whole. */
	assert_int_equal(rename(at(t, &d, "third.xml.part"), at(t, &d, "third.xml")), 0);
	assert_int_equal(look(t, &d, 0).done, 1);
	assert_int_equal(town_number(t, "select count(*) from statement"), 2);
}

static void what_cannot_be_read_fails_with_its_reason_beside_it(void **state)
{
	struct town *t = *state;
	struct drop d = drop_open(t);
	char reason[200] = "";
	put(t, &d, "broken.xml", SPAN("<?xml version=\"1.0\"?>\n<!DOCTYPE x>\n<x/>"));
	assert_int_equal(look(t, &d, 0).failed, 1);
	assert_true(is_there(t, &d, "failed/broken.xml") && !is_there(t, &d, "broken.xml"));
	FILE *file = fopen(at(t, &d, "failed/broken.xml.reason"), "re");
	assert_non_null(file);
	assert_non_null(fgets(reason, sizeof(reason), file));
	fclose(file);
	assert_non_null(strstr(reason, "line 2: dtd_refused"));
}

static void what_is_still_written_or_was_just_now_is_left(void **state)
{
	struct town *t = *state;
	struct drop d = drop_open(t);
	put(t, &d, "first.xml", statement(t, 1));
	assert_int_equal(look(t, &d, 3600).done, 0);
	int writer = open(at(t, &d, "first.xml"), O_WRONLY | O_CLOEXEC);
	assert_true(writer >= 0);
	assert_int_equal(look(t, &d, 0).done, 0);
	close(writer);
	/* Another process works on it. */
	int other = open(at(t, &d, "first.xml"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(look(t, &d, 0).done, 0);
	close(other);
	assert_int_equal(look(t, &d, 0).done, 1);
}

static void a_file_that_was_imported_before_the_crash_is_only_moved(void **state)
{
	struct town *t = *state;
	struct drop d = drop_open(t);
	put(t, &d, "first.xml", statement(t, 1));
	town_import(t, statement(t, 1));
	assert_int_equal(look(t, &d, 0).done, 1);
	assert_true(is_there(t, &d, "done/first.xml"));
	assert_int_equal(town_number(t, "select count(*) from bank_line"), 1);
}

static void a_name_that_was_there_before_overwrites_nothing(void **state)
{
	struct town *t = *state;
	struct drop d = drop_open(t);
	struct stat before, after;
	put(t, &d, "daily.xml", statement(t, 1));
	assert_int_equal(look(t, &d, 0).done, 1);
	assert_int_equal(stat(at(t, &d, "done/daily.xml"), &before), 0);
	put(t, &d, "daily.xml", statement(t, 2));
	assert_int_equal(look(t, &d, 0).done, 1);
	assert_int_equal(stat(at(t, &d, "done/daily.xml"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_false(is_there(t, &d, "daily.xml"));
	assert_int_equal(town_number(t, "select count(*) from statement_file"), 2);
}

static void the_setting_names_merchants_and_absolute_paths(void **state)
{
	struct town *t = *state;
	struct folder *folders;
	struct why why = { 0 };
	size_t n;
	assert_int_equal(folders_read(t->arena, "nord=/srv/nord,volt=/srv/volt", &folders, &n, &why), OK);
	assert_true(n == 2 && span_is(folders[1].merchant, "volt") && !strcmp(folders[1].path, "/srv/volt"));
	for (const char *const *wrong = (const char *const[]){ "nord", "nord=srv", "=/srv", "nord=", NULL }; *wrong; wrong++)
		assert_int_equal(folders_read(t->arena, *wrong, &folders, &n, &why), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(what_is_whole_is_imported_and_moved_away),
		IN_TOWN(what_cannot_be_read_fails_with_its_reason_beside_it),
		IN_TOWN(what_is_still_written_or_was_just_now_is_left),
		IN_TOWN(a_file_that_was_imported_before_the_crash_is_only_moved),
		IN_TOWN(a_name_that_was_there_before_overwrites_nothing),
		IN_TOWN(the_setting_names_merchants_and_absolute_paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
