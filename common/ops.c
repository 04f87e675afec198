#include "ops.h"

#include <string.h>

#include "clock.h"
#include "common_queries.h"
#include "http_door.h"
#include "json_out.h"
#include "log.h"
#include "metrics.h"
#include "role.h"
#include "service.h"
#include "statements.h"
#include "version.h"

enum { CONNECTIONS = 100, BODY_LIMIT = 1024, BEAT_SECONDS = 30, BULK_BEAT_SECONDS = 1800, AGAIN_MS = 500 };

static struct metric build_info = {
	.name = "dunlin_build_info", .type = METRIC_GAUGE, .help = "1, with what was built.", .labels = "service,version,commit"
};
static struct metric database_up = { .name = "dunlin_database_up", .type = METRIC_GAUGE, .help = "1 when the database answers." };
static struct metric parked = { .name = "dunlin_parked_messages", .type = METRIC_GAUGE, .help = "Messages that are set aside." };
static struct metric produced = { .name = "dunlin_outbox_sequence", .type = METRIC_GAUGE, .help = "Where the outbox's sequence stands." };

static _Atomic int port;

int ops_port(void)
{
	return atomic_load(&port);
}

static struct db *first;

void ops_take(struct db *db)
{
	first = db;
}

struct ops {
	const struct service *service;
	struct role *role;
	struct door *door;
	struct db *db;
	int64_t not_before; /* monotonic: the database was away; it is not asked again sooner */
};

/* --- what is asked --- */

/* A database that is away must not hold up /livez: short deadlines, and a pause between tries. */
static enum err open_db(struct ops *ops, struct why *why)
{
	char name[64];
	enum err err;

	if (ops->db != NULL)
		return OK;
	if (clock_monotonic_us() < ops->not_before)
		return why_set(why, ERR_RETRY, "database_away", "the database does not answer");
	snprintf(name, sizeof(name), "dunlin-%s-ops", ops->service->name);
	err = db_open(
		&ops->db, &(struct db_options){ .url = common_settings.database_url, .name = name, .deadline_ms = OPS_DEADLINE_MS }, why);
	if (err != OK) {
		ops->db = NULL;
		ops->not_before = clock_monotonic_us() + AGAIN_MS * 1000;
	}
	return err;
}

/* After trouble the connection is made anew, with the pause. */
static enum err db_result(struct ops *ops, enum err err)
{
	if (err == ERR_RETRY && ops->db != NULL) {
		db_close(ops->db);
		ops->db = NULL;
		ops->not_before = clock_monotonic_us() + AGAIN_MS * 1000;
	}
	return err;
}

static enum err read_idle(struct ops *ops, struct arena *arena, struct idle *idle, struct why *why)
{
	TRY(open_db(ops, why));
	return db_result(ops, idle_read(ops->service, ops->db, arena, idle, why));
}

static int show_idle(struct ops *ops, struct arena *arena, struct json_out *out)
{
	struct why why = { .err = OK };
	struct idle idle;
	enum err err = read_idle(ops, arena, &idle, &why);

	json_out_bool(out, "idle", err == OK && idle_is(&idle));
	if (err != OK) {
		json_out_string(out, "code", why.code);
		json_out_string(out, "reason", why.text);
		return 503;
	}
	json_out_int(out, "backlog", idle.backlog);
	json_out_int(out, "lag", idle.lag);
	json_out_int(out, "due", idle.due);
	json_out_int(out, "sending", idle.sending);
	json_out_int(out, "parked", idle.parked);
	if (idle.next_due.us == INT64_MAX)
		json_out_null(out, "next_due");
	else
		json_out_int(out, "next_due", idle.next_due.us);
	json_out_int(out, "now", idle.now.us);
	json_out_int(out, "consumed", idle.consumed);
	json_out_int(out, "produced", idle.produced);
	return 200;
}

/* A COMMIT of what a file of a gigabyte says is one call, in which nothing can be said. */
static int64_t beat_seconds(enum role_kind kind)
{
	return kind == ROLE_BULK ? BULK_BEAT_SECONDS : BEAT_SECONDS;
}

/* A thread that hangs is restarted by whoever asks this; so nothing but the threads is asked. */
static int show_live(struct ops *ops, struct arena *arena, struct json_out *out)
{
	int64_t now = clock_monotonic_us();
	bool alive = true;

	(void)ops;
	json_out_object(out, "roles");
	for (size_t i = 0; i < role_count(); i++) {
		const struct role *role = role_at(i);
		int64_t beat = atomic_load(&role->beat);
		bool late = beat < now - beat_seconds(role->kind) * US_PER_SECOND;

		json_out_string(out, arena_printf(arena, "%s-%d", role_name(role->kind), role->number), late ? "silent" : "ok");
		alive = alive && !late;
	}
	json_out_object_end(out);
	json_out_bool(out, "alive", alive);
	return alive ? 200 : 503;
}

static bool say_check(struct json_out *out, const char *name, enum err err, const struct why *why)
{
	json_out_string(out, name, err == OK ? "ok" : why->text);
	return err == OK;
}

static enum err check_database(struct ops *ops, struct arena *arena, struct why *why)
{
	struct rows rows;

	TRY(open_db(ops, why));
	return db_result(ops, db_exec(ops->db, arena, &q_business_now, NULL, &rows, why));
}

static enum err check_http(struct why *why)
{
	int wanted = 0;

	for (size_t i = 0; i < role_count(); i++)
		wanted += role_at(i)->kind == ROLE_HTTP;
	if (httpd_listening() >= wanted)
		return OK;
	return why_set(why, ERR_RETRY, "http_closed", "%d of %d HTTP threads listen", httpd_listening(), wanted);
}

static enum err check_statements(struct why *why)
{
	return statements_fine() ? OK : why_set(why, ERR_RETRY, "statements_unknown", "not all statements are prepared yet");
}

static int show_ready(struct ops *ops, struct arena *arena, struct json_out *out)
{
	struct why why = { .err = OK };
	bool ready;
	enum err err = check_database(ops, arena, &why);

	json_out_object(out, "checks");
	ready = say_check(out, "database", err, &why);
	if (err == OK)
		err = db_result(ops, service_check_schema(ops->service, ops->db, &why));
	if (err == OK)
		err = check_statements(&why);
	ready = say_check(out, "schema", err, &why) && ready;
	ready = say_check(out, "http", check_http(&why), &why) && ready;
	json_out_object_end(out);
	json_out_bool(out, "ready", ready);
	return ready ? 200 : 503;
}

static int show_version(struct ops *ops, struct arena *arena, struct json_out *out)
{
	(void)arena;
	json_out_string(out, "service", ops->service->name);
	json_out_string(out, "version", DUNLIN_VERSION);
	json_out_string(out, "commit", DUNLIN_COMMIT);
	return 200;
}

/* What only the database knows is read when it is asked for. */
static void refresh(struct ops *ops, struct arena *arena)
{
	struct why why;
	struct rows rows;
	enum err err = open_db(ops, &why);

	if (err == OK)
		err = db_result(ops, db_exec(ops->db, arena, &q_ops_backlog, NULL, &rows, &why));
	metric_set(&database_up, err == OK, NULL);
	if (err != OK)
		return;
	metric_set(&parked, (double)rows_int8(&rows, 0, rows_column(&rows, "parked")), NULL);
	metric_set(&produced, (double)rows_int8(&rows, 0, rows_column(&rows, "produced")), NULL);
}

/* --- the port --- */

static void answer_metrics(struct ops *ops, struct visit *visit)
{
	struct text text;

	refresh(ops, visit->arena);
	text_init(&text, visit->arena);
	metrics_print(&text);
	http_door_answer(
		visit, &(struct answer){ .status = 200, .type = "text/plain; version=0.0.4; charset=utf-8", .body = text_done(&text) });
}

static void answer_json(struct ops *ops, struct visit *visit, int (*show)(struct ops *, struct arena *, struct json_out *))
{
	struct answer answer = { .status = 200 };
	struct json_out out;
	struct text text;

	text_init(&text, visit->arena);
	json_out_init(&out, &text);
	json_out_object(&out, NULL);
	answer.status = show(ops, visit->arena, &out);
	json_out_object_end(&out);
	json_out_done(&out);
	text_char(&text, '\n');
	answer.body = text_done(&text);
	http_door_answer(visit, &answer);
}

static void answer_problem(struct visit *visit, int status, const char *detail)
{
	http_door_answer(visit,
		&(struct answer){ .status = status, .type = PROBLEM_TYPE, .body = problem_status(visit->arena, status, "", detail) });
}

static void enter(void *arg, struct visit *visit)
{
	static const struct {
		const char *path;
		int (*show)(struct ops *, struct arena *, struct json_out *);
	} pages[] = { { "/livez", show_live }, { "/readyz", show_ready }, { "/version", show_version }, { "/idle", show_idle } };
	struct span path, query;

	span_cut(visit->target, '?', &path, &query);
	if (strcmp(visit->method, "GET") != 0 && strcmp(visit->method, "HEAD") != 0) {
		answer_problem(visit, 405, "Only GET is taken here.");
		return;
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (span_is(path, pages[i].path)) {
			answer_json(arg, visit, pages[i].show);
			return;
		}
	if (span_is(path, "/metrics"))
		answer_metrics(arg, visit);
	else
		answer_problem(visit, 404, "There are /livez, /readyz, /metrics, /version and /idle.");
}

enum err ops_run(const struct service *service, struct role *role, struct why *why)
{
	struct ops ops = { .service = service, .role = role, .db = first };
	struct door_options options = {
		.address = common_settings.ops_address,
		.connections = CONNECTIONS,
		.body_limit = BODY_LIMIT,
		.role = role,
		.enter = enter,
		.arg = &ops,
	};

	metric_set(&build_info, 1, service->name, DUNLIN_VERSION, DUNLIN_COMMIT, NULL);
	TRY(http_door_open(&ops.door, &options, why));
	atomic_store(&port, http_door_port(ops.door));
	log_info("listening", LOG_TEXT("address", common_settings.ops_address), LOG_NUMBER("port", ops_port()));
	while (!role_stopping(role))
		http_door_turn(ops.door);
	atomic_store(&port, 0);
	http_door_close(ops.door);
	db_close(ops.db);
	return OK;
}
