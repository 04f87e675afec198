#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <unistd.h>

#include "settings.h"

struct common {
	const char *database_url;
	int64_t threads;
	bool sandbox;
};
struct own {
	const char *greeting;
};

static struct common common;
static struct own own;
static const char *const no_environment[] = { NULL };
static char folder[] = "/tmp/dunlin-settings-XXXXXX";

static enum err is_polite(const char *value, struct why *why)
{
	return strcmp(value, "hello") == 0 ? OK : why_set(why, ERR_INVALID, "setting_invalid", "must be polite");
}

static const struct setting common_table[] = {
	{ .name = "database_url", .offset = offsetof(struct common, database_url), .flags = SETTING_SECRET, .help = "Where rows are." },
	{ .name = "threads",
		.type = SETTING_NUMBER,
		.offset = offsetof(struct common, threads),
		.initial = "2",
		.least = 1,
		.most = 8,
		.help = "How many." },
	{ .name = "sandbox", .type = SETTING_BOOL, .offset = offsetof(struct common, sandbox), .help = "Toys." },
	{ .name = NULL },
};
static const struct setting own_table[] = {
	{ .name = "greeting",
		.offset = offsetof(struct own, greeting),
		.initial = "hello",
		.flags = SETTING_REQUIRED,
		.check = is_polite,
		.help = "What to say." },
	{ .name = NULL },
};
static const struct setting *const tables[] = { common_table, own_table, NULL };
static void *const structs[] = { &common, &own };

static struct settings settings;
static struct why why;

#define LOAD(environment, ...) load(environment, (const char *const[]){ __VA_ARGS__, NULL })
#define ENVIRONMENT(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* main() gets its words as char *, so do settings. */
static char **copied(const char *const *words, int *count)
{
	static char *kept[64];
	static size_t next;
	char **first = &kept[next];

	for (*count = 0; words[*count] != NULL; (*count)++) {
		free(kept[next]);
		kept[next++] = strdup(words[*count]);
	}
	free(kept[next]);
	kept[next++] = NULL;
	if (next > 32)
		next = 0;
	return first;
}

static enum err load_as(
	enum err (*how)(struct settings *, int, char **, char **, struct why *), const char *const *environment, const char *const *argv)
{
	int argc, count;
	char **words = copied(argv, &argc), **variables = copied(environment, &count);

	settings.service = "shop";
	settings.tables = tables;
	settings.structs = structs;
	why = (struct why){ 0 };
	return how(&settings, argc, words, variables, &why);
}

static enum err load(const char *const *environment, const char *const *argv)
{
	return load_as(settings_load, environment, argv);
}

static enum err load_nothing(const char *const *environment)
{
	return load(environment, no_environment);
}

static void assert_says(enum err err, const char *code, const char *field, const char *text)
{
	assert_int_equal(err, ERR_INVALID);
	assert_string_equal(why.code, code);
	assert_string_equal(why.field, field);
	if (strstr(why.text, text) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why.text, text);
}

static char *file_with(const char *name, const char *content)
{
	static char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
	return path;
}

/* A flag that names the file: "--config=/tmp/…" or "SHOP_DATABASE_URL_FILE=/tmp/…". */
static char *pointing(const char *flag, const char *name, const char *content)
{
	static char word[256];

	snprintf(word, sizeof(word), "%s=%s", flag, file_with(name, content));
	return word;
}

static void defaults_hold_where_nothing_is_given(void **state)
{
	(void)state;
	assert_int_equal(load_nothing(no_environment), OK);
	assert_string_equal(common.database_url, "");
	assert_int_equal(common.threads, 2);
	assert_false(common.sandbox);
	assert_string_equal(own.greeting, "hello");
	assert_string_equal(settings.origin[1], "default");
}

static void a_file_beats_defaults_the_environment_the_file_and_the_command_line_all(void **state)
{
	char *config = pointing("--config", "levels", "threads = 3\n");

	(void)state;
	assert_int_equal(LOAD(no_environment, config), OK);
	assert_int_equal(common.threads, 3);
	assert_non_null(strstr(settings.origin[1], "levels:1"));
	assert_int_equal(LOAD(ENVIRONMENT("SHOP_THREADS=4"), config), OK);
	assert_int_equal(common.threads, 4);
	assert_string_equal(settings.origin[1], "environment");
	assert_int_equal(LOAD(ENVIRONMENT("SHOP_THREADS=4"), config, "--threads", "5"), OK);
	assert_int_equal(common.threads, 5);
	assert_string_equal(settings.origin[1], "command line");
}

static void the_config_file_is_also_named_by_the_environment(void **state)
{
	(void)state;
	assert_int_equal(load_nothing(ENVIRONMENT(pointing("SHOP_CONFIG", "env", "# comment\n\n  sandbox=true\r\nthreads = 7"))), OK);
	assert_true(common.sandbox);
	assert_int_equal(common.threads, 7);
}

static void options_take_their_value_after_a_blank_or_an_equals_sign(void **state)
{
	(void)state;
	assert_int_equal(LOAD(no_environment, "--database-url=a=b", "--threads", "1", "--sandbox"), OK);
	assert_string_equal(common.database_url, "a=b");
	assert_int_equal(common.threads, 1);
	assert_true(common.sandbox);
	assert_int_equal(LOAD(ENVIRONMENT("SHOP_SANDBOX=true"), "--sandbox=false"), OK);
	assert_false(common.sandbox);
}

static void an_unknown_key_is_an_error_that_names_it_wherever_it_stands(void **state)
{
	(void)state;
	assert_says(LOAD(no_environment, "--treads", "1"), "setting_unknown", "", "--treads is not a setting");
	assert_says(LOAD(no_environment, "threads"), "setting_unknown", "", "threads");
	assert_says(LOAD(no_environment, "--"), "setting_unknown", "", "--");
	assert_says(load_nothing(ENVIRONMENT("SHOP_TREADS=1")), "setting_unknown", "", "treads is not a setting");
	assert_says(
		LOAD(no_environment, pointing("--config", "unknown", "threads = 1\ntreads = 1\n")), "setting_unknown", "", ":2: treads");
}

static void variables_of_others_and_of_the_container_platform_are_left_alone(void **state)
{
	(void)state;
	assert_int_equal(load_nothing(ENVIRONMENT("PATH=/bin", "SHOPPING_THREADS=x", "SHOP_SERVICE_HOST=10.0.0.1",
				 "SHOP_PORT=tcp://10.0.0.1:80", "SHOP_PORT_80_TCP_ADDR=10.0.0.1")),
		OK);
}

static void a_value_that_cannot_work_is_an_error_with_name_and_origin(void **state)
{
	(void)state;
	assert_says(load_nothing(ENVIRONMENT("SHOP_THREADS=many")), "setting_invalid", "threads",
		"(environment) must be an integer, not \"many\"");
	assert_says(load_nothing(ENVIRONMENT("SHOP_THREADS=")), "setting_invalid", "threads", "integer");
	assert_says(LOAD(no_environment, "--threads=9"), "setting_invalid", "threads", "(command line) must be 1 to 8, not \"9\"");
	assert_says(LOAD(no_environment, "--threads=0"), "setting_invalid", "threads", "1 to 8");
	assert_says(LOAD(no_environment, "--sandbox=yes"), "setting_invalid", "sandbox", "true or false");
	assert_says(LOAD(no_environment, "--greeting=oi"), "setting_invalid", "greeting", "must be polite");
	assert_says(LOAD(no_environment, "--greeting=\x1b[0m"), "setting_invalid", "greeting", "control");
	assert_says(LOAD(no_environment, "--threads"), "setting_invalid", "", "--threads has no value");
}

static void a_setting_given_twice_at_one_level_is_an_error(void **state)
{
	(void)state;
	assert_says(LOAD(no_environment, "--threads=1", "--threads=1"), "setting_twice", "threads", "command line");
	assert_says(LOAD(no_environment, pointing("--config", "twice", "threads = 1\nthreads = 1\n")), "setting_twice", "threads", ":2");
}

static void a_required_setting_must_not_be_empty(void **state)
{
	(void)state;
	assert_says(LOAD(no_environment, "--greeting="), "setting_missing", "greeting", "SHOP_GREETING");
	assert_int_equal(load_nothing(no_environment), OK);
	assert_says(settings_require(&settings, "database_url", &why), "setting_missing", "database_url", "SHOP_DATABASE_URL or its _FILE");
}

static void a_secret_is_read_from_its_file_without_the_last_newline(void **state)
{
	(void)state;
	assert_int_equal(load_nothing(ENVIRONMENT(pointing("SHOP_DATABASE_URL_FILE", "secret", "postgresql://x\n"))), OK);
	assert_string_equal(common.database_url, "postgresql://x");
	assert_non_null(strstr(settings.origin[0], "environment, file /tmp/"));
	assert_int_equal(LOAD(no_environment, pointing("--database-url-file", "secret", "postgresql://y")), OK);
	assert_string_equal(common.database_url, "postgresql://y");
	assert_says(load_nothing(ENVIRONMENT("SHOP_DATABASE_URL_FILE=/nowhere")), "setting_file", "database_url", "/nowhere");
}

static void what_is_no_secret_has_no_file(void **state)
{
	(void)state;
	assert_says(load_nothing(ENVIRONMENT("SHOP_GREETING_FILE=/etc/hostname")), "setting_unknown", "", "greeting_file");
}

static void a_secret_and_its_file_at_one_level_are_an_error(void **state)
{
	(void)state;
	assert_says(load_nothing(ENVIRONMENT("SHOP_DATABASE_URL=a", pointing("SHOP_DATABASE_URL_FILE", "both", "b"))), "setting_twice",
		"database_url", "twice");
}

static void an_error_never_repeats_a_secret(void **state)
{
	(void)state;
	assert_int_equal(load_nothing(ENVIRONMENT("SHOP_DATABASE_URL=hunter\x01")), ERR_INVALID);
	assert_null(strstr(why.text, "hunter"));
}

static void verbs_keep_the_options_that_are_no_setting(void **state)
{
	static const char *const words[] = { "create", "--who", "me", "--threads", "4", "--force", "--days=9", NULL };
	static const char *const wrong[] = { "create", "--who", "me", "--threads", "99", NULL };

	(void)state;
	assert_int_equal(load_as(settings_load_known, no_environment, words), OK);
	assert_int_equal(common.threads, 4);
	assert_says(load_as(settings_load_known, no_environment, wrong), "setting_invalid", "threads", "1 to 8");
}

static char *printed(void (*print)(const struct settings *, FILE *))
{
	static char text[4096];
	FILE *file = fmemopen(text, sizeof(text), "w");

	assert_non_null(file);
	print(&settings, file);
	fclose(file);
	return text;
}

static void printing_shows_values_with_their_origin_and_masks_secrets(void **state)
{
	(void)state;
	assert_int_equal(LOAD(ENVIRONMENT("SHOP_DATABASE_URL=hunter2"), "--threads=8"), OK);
	assert_string_equal(printed(settings_print), "database_url = ***  # environment\n"
						     "threads = 8  # command line\n"
						     "sandbox = false  # default\n"
						     "greeting = hello  # default\n");
}

static void the_table_for_people_has_a_line_for_each_setting(void **state)
{
	(void)state;
	assert_int_equal(load_nothing(no_environment), OK);
	assert_string_equal(printed(settings_markdown),
		"| setting | environment | default | meaning |\n|---|---|---|---|\n"
		"| `database_url` | `SHOP_DATABASE_URL` |  | Where rows are. Secret: `_FILE` reads it from a file. |\n"
		"| `threads` | `SHOP_THREADS` | `2` | How many. 1 to 8. |\n"
		"| `sandbox` | `SHOP_SANDBOX` |  | Toys. true or false. |\n"
		"| `greeting` | `SHOP_GREETING` | `hello` | What to say. Required. |\n");
}

static int begin(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int end(void **state)
{
	static const char *const names[] = { "levels", "env", "unknown", "twice", "secret", "both" };
	char path[128];

	(void)state;
	settings_clear(&settings);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_hold_where_nothing_is_given),
		cmocka_unit_test(a_file_beats_defaults_the_environment_the_file_and_the_command_line_all),
		cmocka_unit_test(the_config_file_is_also_named_by_the_environment),
		cmocka_unit_test(options_take_their_value_after_a_blank_or_an_equals_sign),
		cmocka_unit_test(an_unknown_key_is_an_error_that_names_it_wherever_it_stands),
		cmocka_unit_test(variables_of_others_and_of_the_container_platform_are_left_alone),
		cmocka_unit_test(a_value_that_cannot_work_is_an_error_with_name_and_origin),
		cmocka_unit_test(a_setting_given_twice_at_one_level_is_an_error),
		cmocka_unit_test(a_required_setting_must_not_be_empty),
		cmocka_unit_test(a_secret_is_read_from_its_file_without_the_last_newline),
		cmocka_unit_test(what_is_no_secret_has_no_file),
		cmocka_unit_test(a_secret_and_its_file_at_one_level_are_an_error),
		cmocka_unit_test(an_error_never_repeats_a_secret),
		cmocka_unit_test(verbs_keep_the_options_that_are_no_setting),
		cmocka_unit_test(printing_shows_values_with_their_origin_and_masks_secrets),
		cmocka_unit_test(the_table_for_people_has_a_line_for_each_setting),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
