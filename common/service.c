#include "service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "common_queries.h"
#include "crash.h"
#include "kafka.h"
#include "log.h"
#include "ops.h"
#include "parked.h"
#include "random.h"
#include "role.h"
#include "statements.h"
#include "token.h"
#include "verbs.h"
#include "version.h"

extern char **environ;

enum { EXIT_USAGE = 2, EXIT_LATER = 3, WAIT_MS = 1000, INTAKES_MOST = 30 };

int verb_fail(const struct why *why)
{
	fprintf(stderr, "%s%s%s\n", why->field[0] != '\0' ? why->field : "", why->field[0] != '\0' ? ": " : "", why->text);
	return why->err == ERR_RETRY ? EXIT_LATER : why->err == ERR_INVALID ? EXIT_USAGE : 1;
}

/* --- settings --- */

static bool is_setting(const struct setting *table, struct span option)
{
	char name[64];
	size_t n = 0;

	for (; n < option.size && n < sizeof name - 1; n++)
		name[n] = option.at[n] == '-' ? '_' : option.at[n];
	name[n] = '\0';
	for (; table != NULL && table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return true;
	return strcmp(name, "config") == 0;
}

/* Those of argv that are settings; a verb's own options and words are left to it. */
static int settings_of(const struct service *s, int argc, char **argv, char **out)
{
	int n = 0;

	for (int i = 0; i < argc; i++) {
		struct span name, value;
		bool joined;

		if (strncmp(argv[i], "--", 2) != 0)
			continue;
		joined = span_cut(span_of(argv[i] + 2), '=', &name, &value);
		if (!is_setting(common_setting_table, name) && !is_setting(s->settings, name))
			continue;
		out[n++] = argv[i];
		if (!joined && i + 1 < argc)
			out[n++] = argv[++i];
	}
	out[n] = NULL;
	return n;
}

static const struct setting *tables[3] = { common_setting_table };
static void *structs[3] = { &common_settings };
static struct settings loaded = { .tables = tables, .structs = structs };

static enum log_level level_of(const char *name)
{
	return strcmp(name, "debug") == 0   ? LOG_DEBUG
	       : strcmp(name, "warn") == 0  ? LOG_WARN
	       : strcmp(name, "error") == 0 ? LOG_ERROR
					    : LOG_INFO;
}

static enum err load(const struct service *s, int argc, char **argv, struct why *why)
{
	loaded.service = s->name;
	tables[1] = s->settings;
	structs[1] = s->options;
	TRY(settings_load(&loaded, argc, argv, environ, why));
	log_init(s->name, level_of(common_settings.log_level));
	TRY(kafka_check_options(common_settings.kafka_options, why));
	TRY(crash_arm(common_settings.crash_at, why));
	return s->start != NULL ? s->start(s->options, why) : OK;
}

/* --- database --- */

static enum err open_db(const struct service *s, const char *name, int deadline_ms, struct db **db, struct why *why)
{
	char full[64];

	snprintf(full, sizeof full, "dunlin-%s-%s", s->name, name);
	TRY(settings_require(&loaded, "database_url", why));
	return db_open(db, &(struct db_options){ .url = common_settings.database_url, .name = full, .deadline_ms = deadline_ms }, why);
}

enum err service_db(const struct service *s, const char *name, struct db **db, struct why *why)
{
	return open_db(s, name, 0, db, why);
}

enum err service_db_wait(const struct service *s, struct role *role, const char *name, struct db **db, struct why *why)
{
	bool said = false;
	enum err err;

	*db = NULL;
	while (!role_stopping(role)) {
		err = service_db(s, name, db, why);
		if (err != ERR_RETRY)
			return err;
		if (!said)
			log_why(LOG_WARN, "waiting for the database", why);
		said = true;
		role_wait(role, WAIT_MS);
	}
	return OK;
}

enum err service_check_schema(const struct service *s, struct db *db, struct why *why)
{
	TRY(migrate_check(db, "common", common_migrations, why));
	return s->migrations != NULL ? migrate_check(db, s->name, s->migrations, why) : OK;
}

/* --- verbs --- */

const char *verb_option(int argc, char **argv, const char *name)
{
	size_t n = strlen(name);

	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], name, n) != 0)
			continue;
		if (argv[i][n] == '=')
			return argv[i] + n + 1;
		if (argv[i][n] == '\0' && i + 1 < argc)
			return argv[i + 1];
	}
	return NULL;
}

int verb_begin(const struct service *s, int argc, char **argv, struct db **db)
{
	char **own = calloc((size_t)argc + 2, sizeof *own);
	struct why why = { 0 };
	enum err err;

	if (own == NULL)
		bug("no memory");
	err = load(s, settings_of(s, argc, argv, own), own, &why);
	if (err == OK && db != NULL)
		err = service_db(s, "verb", db, &why);
	free(own);
	return err == OK ? 0 : verb_fail(&why);
}

/* Prepares every statement and compares the schema: a typo stops the process, not the customer. */
static enum err check_all(const struct service *s, struct why *why)
{
	struct db *db;
	enum err err;

	TRY(service_db(s, "check", &db, why));
	err = service_check_schema(s, db, why);
	if (err == OK)
		err = statements_prepare(s, db, why);
	db_close(db);
	return err;
}

/* Its connection becomes that of the ops port, which needs one first. */
static enum err prepare_start(const struct service *s, struct why *why)
{
	struct arena *arena = arena_open();
	struct args *a = args_new(arena);
	struct rows r;
	struct db *db;
	enum err err = open_db(s, "ops", OPS_DEADLINE_MS, &db, why);

	args_bool(a, common_settings.sandbox);
	if (err == OK)
		err = service_check_schema(s, db, why);
	if (err == OK)
		err = db_exec(db, arena, &q_clock_sandbox, a, &r, why);
	if (err == OK)
		err = statements_look(s, db, why);
	if (err == OK)
		ops_take(db);
	else
		db_close(db);
	arena_close(arena);
	return err;
}

/* exit() takes down OpenSSL and others under the hands of a thread that still uses them: while there is one, the process ends without. */
static int run_ended(int code)
{
	if (statements_fine())
		return code;
	fflush(NULL);
	_exit(code);
}

/* In sandbox mode every service also reads the clock, of which the last word is enough. */
static const struct service *with_clock(const struct service *s)
{
	static struct intake intakes[INTAKES_MOST + 2];
	static struct service whole;
	size_t n = 0;

	if (!common_settings.sandbox)
		return s;
	for (; s->intakes != NULL && s->intakes[n].topic != NULL; n++) {
		if (n == INTAKES_MOST)
			bug("%s reads more than %d topics", s->name, INTAKES_MOST);
		intakes[n] = s->intakes[n];
	}
	intakes[n] = (struct intake){ .topic = "dunlin.clock.v1", .foreign = true, .compacted = true };
	whole = *s;
	whole.intakes = intakes;
	return &whole;
}

/* A database that is not there yet is waited for by the roles; a wrong schema or statement is not. */
static int verb_run(const struct service *s, int argc, char **argv)
{
	struct why why = { 0 };
	enum err err = load(s, argc, argv, &why);
	bool said = false;

	if (err != OK)
		return verb_fail(&why);
	log_role("main");
	s = with_clock(s);
	while ((err = prepare_start(s, &why)) == ERR_RETRY || (err == ERR_CONFLICT && common_settings.wait_for_schema)) {
		if (!said)
			log_why(LOG_WARN, "waiting for the database", &why);
		said = true;
		clock_pause_ms(WAIT_MS / 4);
	}
	if (err != OK) {
		log_why(LOG_ERROR, "can't start", &why);
		return 1;
	}
	role_hold_signals();
	statements_begin(s);
	log_info("started", LOG_TEXT("version", DUNLIN_VERSION), LOG_TEXT("roles", common_settings.roles));
	return run_ended(role_run(s, common_settings.roles));
}

static const char *app_role(struct arena *arena, struct why *why, enum err *err)
{
	struct db *db;
	struct rows r;
	const char *role = NULL;

	*err = db_open(&db, &(struct db_options){ .url = common_settings.database_url, .name = "dunlin-migrate" }, why);
	if (*err == OK)
		*err = db_query(db, arena, "select current_user::text as role", NULL, &r, why);
	if (*err == OK)
		role = span_cstr(arena, rows_text(&r, 0, 0));
	db_close(db);
	return role;
}

static enum err migrate_all(const struct service *s, struct arena *arena, int *applied, struct why *why)
{
	struct db *db = NULL;
	int more = 0;
	enum err err;
	const char *role = app_role(arena, why, &err);

	TRY(err);
	TRY(db_open(&db, &(struct db_options){ .url = common_settings.owner_database_url, .name = "dunlin-migrate" }, why));
	err = migrate_run(db, "common", common_migrations, role, 0, applied, why);
	if (err == OK && s->migrations != NULL)
		err = migrate_run(db, s->name, s->migrations, role, 0, &more, why);
	*applied += more;
	db_close(db);
	return err;
}

static int verb_migrate(const struct service *s, int argc, char **argv)
{
	struct arena *arena = arena_open();
	struct why why = { 0 };
	int applied = 0;
	enum err err = load(s, argc, argv, &why);

	if (err == OK)
		err = settings_require(&loaded, "owner_database_url", &why);
	if (err == OK)
		err = migrate_all(s, arena, &applied, &why);
	arena_close(arena);
	if (err != OK)
		return verb_fail(&why);
	printf("%d migration%s applied\n", applied, applied == 1 ? "" : "s");
	return 0;
}

static int verb_check(const struct service *s, int argc, char **argv)
{
	struct why why = { 0 };
	enum err err = load(s, argc, argv, &why);

	if (err == OK)
		err = check_all(s, &why);
	if (err != OK)
		return verb_fail(&why);
	puts("settings, schema and statements are fine");
	return 0;
}

static int verb_settings(const struct service *s, int argc, char **argv)
{
	struct why why = { 0 };
	bool markdown = argc > 0 && strcmp(argv[0], "markdown") == 0;

	loaded.service = s->name;
	tables[1] = s->settings;
	structs[1] = s->options;
	if (markdown) {
		settings_markdown(&loaded, stdout);
		return 0;
	}
	if (settings_load(&loaded, argc, argv, environ, &why) != OK)
		return verb_fail(&why);
	settings_print(&loaded, stdout);
	return 0;
}

static int verb_schema(const struct service *s, int argc, char **argv)
{
	struct arena *arena = arena_open();
	struct why why = { 0 };
	struct db *db = NULL;
	struct text t;
	int code = verb_begin(s, argc, argv, &db);

	text_init(&t, arena);
	if (code == 0 && migrate_print_schema(db, &t, &why) != OK)
		code = verb_fail(&why);
	if (code == 0)
		fwrite(t.at, 1, t.size, stdout);
	db_close(db);
	arena_close(arena);
	return code;
}

static int verb_rules(const struct service *s, int argc, char **argv)
{
	struct arena *arena = arena_open();
	struct text t;

	(void)argc;
	(void)argv;
	text_init(&t, arena);
	if (s->rules != NULL)
		s->rules(&t);
	fwrite(t.at, 1, t.size, stdout);
	arena_close(arena);
	return 0;
}

static int verb_crashes(const struct service *s, int argc, char **argv)
{
	(void)s;
	(void)argc;
	(void)argv;
	for (int i = CRASH_NONE + 1; i < CRASH_POINTS; i++)
		printf("%-20s %s\n", crash_points[i].name, crash_points[i].help);
	return 0;
}

static const char *access_name(enum access a)
{
	static const char *const names[] = { "public", "read", "write", "admin" };

	return names[a];
}

static int verb_routes(const struct service *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (const struct route *r = s->routes; r != NULL && r->path != NULL; r++)
		printf("%s\t%s\t%s\t%s\t%s\n", r->method, r->path, access_name(r->access), r->command != NULL ? r->command : "-",
			r->help != NULL ? r->help : "");
	return 0;
}

static enum err republish_all(struct unit *u, const char *topic, size_t *total, struct why *why)
{
	struct span after = SPAN("");
	char id[UUID_TEXT + 1];
	uint8_t random[10];
	size_t n;

	random_bytes(random, sizeof random);
	uuid_print(uuid_v7(clock_real(), random), id);
	do {
		char last[256];
		/* Each page is a unit of its own, with ids of its own. */
		char page[UUID_TEXT + 32];

		snprintf(page, sizeof page, "%s/%zu", id, *total);
		TRY(unit_republish(u, topic, span_of(page), &after, UNIT_MESSAGES, &n, why));
		*total += n;
		snprintf(last, sizeof last, "%.*s", SPAN_ARG(after));
		unit_forget(u);
		after = span_copy(unit_arena(u), span_of(last));
	} while (n > 0);
	return OK;
}

static int verb_republish(const struct service *s, int argc, char **argv)
{
	struct why why = { 0 };
	struct db *db = NULL;
	struct unit *u;
	size_t total = 0;
	int code;

	if (s->republish == NULL || argc < 1 || argv[0][0] == '-') {
		fprintf(stderr, "usage: %s republish TOPIC; %s\n", s->name,
			s->republish == NULL ? "this service writes no compacted topic" : "a compacted topic that it writes");
		return EXIT_USAGE;
	}
	code = verb_begin(s, argc, argv, &db);
	if (code != 0)
		return code;
	u = unit_open(s, db);
	if (republish_all(u, argv[0], &total, &why) != OK)
		code = verb_fail(&why);
	else
		printf("%zu aggregates said again on %s\n", total, argv[0]);
	unit_close(u);
	db_close(db);
	return code;
}

static int verb_version(const struct service *s, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("%s %s %s\n", s->name, DUNLIN_VERSION, DUNLIN_COMMIT);
	return 0;
}

static const struct verb common_verbs[] = {
	{ "run", "run the daemon (--roles=http,consume,relay,tick,send,bulk)", verb_run },
	{ "migrate", "apply what is missing of the schema, as the owner", verb_migrate },
	{ "check", "settings, schema and every statement, without starting", verb_check },
	{ "settings", "effective settings and where each comes from (settings markdown: the table)", verb_settings },
	{ "schema", "the schema as text", verb_schema },
	{ "routes", "the HTTP routes", verb_routes },
	{ "rules", "the tables that decide", verb_rules },
	{ "topics", "topics create | check | print", topics_verb },
	{ "positions", "positions show | adopt | reset", positions_verb },
	{ "parked", "parked list | show | retry | discard", parked_verb },
	{ "token", "token create | list | revoke", token_verb },
	{ "republish", "say the state of a compacted topic again", verb_republish },
	{ "crashes", "the places where tests of faults let it die", verb_crashes },
	{ "version", "print the version", verb_version },
	{ NULL, NULL, NULL },
};

static const struct verb *verb_find(const struct verb *verbs, const char *name)
{
	for (; verbs != NULL && verbs->name != NULL; verbs++)
		if (strcmp(verbs->name, name) == 0)
			return verbs;
	return NULL;
}

static void print_verbs(FILE *out, const struct verb *verbs)
{
	for (; verbs != NULL && verbs->name != NULL; verbs++)
		fprintf(out, "  %-12s %s\n", verbs->name, verbs->help);
}

static int usage(const struct service *s, FILE *out)
{
	fprintf(out, "usage: %s VERB [OPTIONS]\n\n", s->name);
	print_verbs(out, common_verbs);
	print_verbs(out, s->verbs);
	fprintf(out, "\nExit: 0 ok, 1 failed, 2 usage, 3 try later. Settings: %s settings\n", s->name);
	return out == stdout ? 0 : EXIT_USAGE;
}

int service_main(const struct service *s, int argc, char **argv)
{
	const struct verb *verb;

	if (argc < 2)
		return usage(s, stderr);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return usage(s, stdout);
	if (strcmp(argv[1], "--version") == 0)
		return verb_version(s, 0, NULL);
	verb = verb_find(s->verbs, argv[1]);
	/* A service's own verb of a common one's name is meant where a word follows it: `check` and `check FILE`. */
	if (verb == NULL || argc < 3 || argv[2][0] == '-')
		verb = verb_find(common_verbs, argv[1]) ? verb_find(common_verbs, argv[1]) : verb;
	if (verb == NULL) {
		fprintf(stderr, "%s: no verb \"%s\"\n", s->name, argv[1]);
		return usage(s, stderr);
	}
	return verb->run(s, argc - 2, argv + 2);
}
