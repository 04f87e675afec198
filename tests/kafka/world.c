#include "world.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "kafka.h"
#include "log.h"
#include "probe.h"
#include "role.h"
#include "verbs.h"

enum { PATIENCE_S = 60 };

/* ---- a process of a test ---- */

static struct role the_role;

static void on_term(int signal_number)
{
	uint64_t one = 1;

	(void)signal_number;
	atomic_store(&the_role.stop, true);
	if (write(the_role.wake_fd, &one, sizeof one) < 0)
		_exit(70);
}

static int run_role(const struct service *service, enum role_kind kind)
{
	struct why why = { 0 };
	enum err err;

	the_role.kind = kind;
	the_role.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	signal(SIGTERM, on_term);
	log_init(service->name, LOG_INFO);
	log_role(kind == ROLE_RELAY ? "relay" : "consume");
	common_settings.database_url = getenv("W_DATABASE_URL");
	common_settings.brokers = getenv("W_BROKERS");
	common_settings.kafka_options = getenv("W_OPTIONS");
	common_settings.kafka_instance_id = getenv("W_INSTANCE");
	common_settings.embedded_broker = getenv("W_EMBEDDED") != NULL;
	common_settings.patience_seconds = getenv("W_PATIENCE") != NULL ? strtol(getenv("W_PATIENCE"), NULL, 10) : 60;
	err = kind == ROLE_RELAY ? relay_run(service, &the_role, &why) : consume_run(service, &the_role, &why);
	if (err == OK)
		return 0;
	log_why(LOG_ERROR, "the role can't go on", &why);
	return err == ERR_RETRY ? 3 : 1;
}

static void setting(const char *service, const char *name, const char *value)
{
	char full[80];
	size_t n = 0;

	for (; *service != '\0'; service++)
		full[n++] = (char)(*service >= 'a' && *service <= 'z' ? *service - 32 : *service);
	snprintf(full + n, sizeof full - n, "_%s", name);
	setenv(full, value, 1);
}

bool world_main(int argc, char **argv, int *code)
{
	const struct service *service;

	if (argc < 2)
		return false;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	service = probe_service(getenv("W_SERVICE"));
	setting(service->name, "DATABASE_URL", getenv("W_DATABASE_URL"));
	setting(service->name, "BROKERS", getenv("W_BROKERS"));
	setting(service->name, "PARTITIONS", getenv("W_PARTITIONS"));
	if (strcmp(argv[1], "consume") == 0)
		*code = run_role(service, ROLE_CONSUME);
	else if (strcmp(argv[1], "relay") == 0)
		*code = run_role(service, ROLE_RELAY);
	else if (strcmp(argv[1], "topics") == 0)
		*code = topics_verb(service, argc - 2, argv + 2);
	else
		*code = positions_verb(service, argc - 2, argv + 2);
	return true;
}

struct process *world_start(struct world *w, const char *const *argv, ...)
{
	struct process *p = &w->processes[w->process_count];
	char *args[16] = { arena_strdup(w->arena, "probe") };
	const char *setting;
	size_t n = 1;
	va_list list;
	int fd;

	assert_true(w->process_count < PROCESSES);
	for (; *argv != NULL; argv++)
		args[n++] = arena_strdup(w->arena, *argv);
	snprintf(p->log, sizeof p->log, "%s/%zu.log", w->dir, w->process_count++);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid > 0)
		return p;
	setenv("W_SERVICE", w->service->name, 1);
	setenv("W_DATABASE_URL", getenv("DUNLIN_TEST_DATABASE_URL"), 1);
	setenv("W_BROKERS", w->brokers, 1);
	setenv("W_PARTITIONS", "4", 1);
	va_start(list, argv);
	while ((setting = va_arg(list, const char *)) != NULL)
		putenv(arena_strdup(w->arena, setting));
	va_end(list);
	fd = open(p->log, O_CREAT | O_WRONLY | O_APPEND, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execv("/proc/self/exe", args);
	_exit(127);
}

void world_signal(struct process *p, int signal_number)
{
	assert_int_equal(kill(p->pid, signal_number), 0);
}

static void print_log(const struct process *p)
{
	char line[2000];
	FILE *f = fopen(p->log, "r");

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		fprintf(stderr, "# %s", line);
	if (f != NULL)
		fclose(f);
}

int world_wait(struct world *w, struct process *p)
{
	int64_t until = clock_monotonic_us() + PATIENCE_S * US_PER_SECOND;
	int status = 0;
	pid_t pid;

	(void)w;
	while ((pid = waitpid(p->pid, &status, WNOHANG)) == 0 && clock_monotonic_us() < until)
		(void)poll(NULL, 0, 5);
	if (pid != p->pid) {
		print_log(p);
		fail_msg("process %d does not end", (int)p->pid);
	}
	p->pid = 0;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void world_stop(struct world *w, struct process *p)
{
	int code;

	world_signal(p, SIGTERM);
	code = world_wait(w, p);
	if (code != 0)
		print_log(p);
	assert_int_equal(code, 0);
}

bool world_logged(const struct process *p, const char *text)
{
	char line[4000];
	FILE *f = fopen(p->log, "r");
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
		found = strstr(line, text) != NULL;
	if (f != NULL)
		fclose(f);
	return found;
}

/* A process that ended although nobody asked it to would have the test wait for nothing. */
static void check_processes(struct world *w, const char *waiting_for)
{
	int status;

	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i];

		if (p->pid == 0 || waitpid(p->pid, &status, WNOHANG) == 0)
			continue;
		print_log(p);
		fail_msg("process %d ended (%d) before: %s", (int)p->pid, status, waiting_for);
	}
}

static void give_up(struct world *w, const char *waiting_for)
{
	for (size_t i = 0; i < w->process_count; i++)
		print_log(&w->processes[i]);
	fail_msg("waited too long for: %s", waiting_for);
}

int64_t world_number(struct world *w, const char *sql)
{
	struct arena *arena = arena_open();
	struct why why = { 0 };
	struct rows r;
	int64_t n;

	if (db_query(w->db, arena, sql, NULL, &r, &why) != OK || r.count != 1)
		fail_msg("%s: %s", sql, why.text);
	n = rows_is_null(&r, 0, 0) ? -1 : rows_int8(&r, 0, 0);
	arena_close(arena);
	return n;
}

void world_sql(struct world *w, const char *sql)
{
	struct why why = { 0 };

	if (db_script(w->db, sql, &why) != OK)
		fail_msg("%s: %s", sql, why.text);
}

void world_until(struct world *w, const char *sql, int64_t least)
{
	int64_t until = clock_monotonic_us() + PATIENCE_S * US_PER_SECOND;

	while (world_number(w, sql) < least) {
		check_processes(w, sql);
		if (clock_monotonic_us() > until)
			give_up(w, sql);
		(void)poll(NULL, 0, 10);
	}
}

void world_until_logged(struct world *w, const struct process *p, const char *text)
{
	int64_t until = clock_monotonic_us() + PATIENCE_S * US_PER_SECOND;

	while (!world_logged(p, text)) {
		check_processes(w, text);
		if (clock_monotonic_us() > until)
			give_up(w, text);
		(void)poll(NULL, 0, 10);
	}
}

/* ---- setup ---- */

static struct db *connect_as(const char *url)
{
	struct why why = { 0 };
	struct db *db;

	if (db_open(&db, &(struct db_options){ .url = url, .name = "test" }, &why) != OK)
		fail_msg("%s", why.text);
	return db;
}

struct db *world_connect(void)
{
	return connect_as(getenv("DUNLIN_TEST_DATABASE_URL"));
}

static void prepare_database(struct world *w)
{
	struct db *owner = connect_as(getenv("DUNLIN_TEST_OWNER_DATABASE_URL"));
	struct why why = { 0 };
	struct rows r;
	const char *role;
	int applied;

	w->db = world_connect();
	world_sql(w, "set enable_nestloop to off"); /* tables that were just filled have no statistics */
	if (db_query(w->db, w->arena, "select current_user::text", NULL, &r, &why) != OK)
		fail_msg("%s", why.text);
	role = span_cstr(w->arena, rows_text(&r, 0, 0));
	if (migrate_run(owner, "common", common_migrations, role, 0, &applied, &why) != OK ||
		migrate_run(owner, "probe", probe_migrations, role, 0, &applied, &why) != OK ||
		db_script(owner,
			"truncate inbox, inbox_own, answer, key, outbox, consumer_position, relay_cursor, parked, dead_letter, audit, applied;"
			"alter sequence outbox_seq restart",
			&why) != OK)
		fail_msg("%s: %s", why.code, why.text);
	db_close(owner);
}

static rd_kafka_t *plain_client(const char *brokers)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[200];
	rd_kafka_t *rk;

	if (brokers != NULL && rd_kafka_conf_set(conf, "bootstrap.servers", brokers, text, sizeof text) != RD_KAFKA_CONF_OK)
		fail_msg("%s", text);
	(void)rd_kafka_conf_set(conf, "log_level", "2", text, sizeof text);
	(void)rd_kafka_conf_set(conf, "message.max.bytes", "1048576", text, sizeof text);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
	if (rk == NULL)
		fail_msg("%s", text);
	return rk;
}

static void make_topics(struct world *w)
{
	const char *const names[] = { w->facts, w->orders, w->said, w->dlq };
	rd_kafka_NewTopic_t *topics[4];
	rd_kafka_queue_t *queue = rd_kafka_queue_new(w->client);
	rd_kafka_event_t *e;
	char text[200];

	for (int i = 0; i < 4; i++)
		topics[i] = rd_kafka_NewTopic_new(names[i], PARTITIONS, 1, text, sizeof text);
	rd_kafka_CreateTopics(w->client, topics, 4, NULL, queue);
	e = rd_kafka_queue_poll(queue, 30000);
	if (e == NULL || rd_kafka_event_error(e) != RD_KAFKA_RESP_ERR_NO_ERROR)
		fail_msg("no topics");
	rd_kafka_event_destroy(e);
	rd_kafka_NewTopic_destroy_array(topics, 4);
	rd_kafka_queue_destroy(queue);
}

static void mock_start(struct world *w)
{
	const char *const names[] = { w->facts, w->orders, w->said, w->dlq };

	w->host = plain_client(NULL);
	w->mock = rd_kafka_mock_cluster_new(w->host, 1);
	for (int i = 0; i < 4; i++)
		(void)rd_kafka_mock_topic_create(w->mock, names[i], PARTITIONS, 1);
	snprintf(w->brokers, sizeof w->brokers, "%s", rd_kafka_mock_cluster_bootstraps(w->mock));
	w->client = plain_client(w->brokers);
}

static void mock_stop(struct world *w)
{
	rd_kafka_destroy(w->client);
	if (w->mock != NULL)
		rd_kafka_mock_cluster_destroy(w->mock);
	if (w->host != NULL)
		rd_kafka_destroy(w->host);
}

/* The first ends after the second has begun: a mock cluster's id is its address. */
void world_new_mock(struct world *w)
{
	struct world old = *w;

	mock_start(w);
	mock_stop(&old);
}

int world_begin(void **state)
{
	static int count;
	struct world *w = calloc(1, sizeof *w);
	char name[40];

	*state = w;
	if (getenv("DUNLIN_TEST_DATABASE_URL") == NULL)
		skip();
	snprintf(name, sizeof name, "probe%dx%d", (int)getpid(), count++);
	snprintf(w->dir, sizeof w->dir, "/tmp/dunlin-%s", name);
	assert_int_equal(mkdir(w->dir, 0700), 0);
	w->arena = arena_open();
	w->service = probe_service(name);
	snprintf(w->facts, sizeof w->facts, "%s.facts", name);
	snprintf(w->orders, sizeof w->orders, "%s.orders", name);
	snprintf(w->said, sizeof w->said, "%s.said", name);
	snprintf(w->dlq, sizeof w->dlq, "dunlin.%s.dlq", name);
	prepare_database(w);
	w->is_mock = getenv("DUNLIN_TEST_BROKER") == NULL || strcmp(getenv("DUNLIN_TEST_BROKER"), "kafka") != 0;
	if (w->is_mock)
		mock_start(w);
	else {
		snprintf(w->brokers, sizeof w->brokers, "%s", getenv("DUNLIN_TEST_BROKERS"));
		w->client = plain_client(w->brokers);
		make_topics(w);
	}
	return 0;
}

int world_end(void **state)
{
	struct world *w = *state;
	char path[200];

	for (size_t i = 0; i < w->process_count; i++) {
		struct process *p = &w->processes[i];

		if (p->pid > 0) {
			kill(p->pid, SIGKILL);
			waitpid(p->pid, NULL, 0);
		}
		unlink(p->log);
	}
	snprintf(path, sizeof path, "%s/gate", w->dir);
	unlink(path);
	rmdir(w->dir);
	if (w->client != NULL)
		mock_stop(w);
	db_close(w->db);
	arena_close(w->arena);
	free(w);
	return 0;
}

/* ---- records ---- */

const char *world_id(struct world *w, int n)
{
	return uuid_text(w->arena, uuid_derive((struct instant){ INT64_C(1790000000000000) }, SPAN("world"), SPAN("n"), (uint32_t)n));
}

void world_publish(
	struct world *w, const char *topic, int partition, const char *key, const char *id, const char *type, const char *payload)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
	rd_kafka_resp_err_t code;

	rd_kafka_header_add(headers, "ce_specversion", -1, "1.0", -1);
	if (id != NULL) {
		rd_kafka_header_add(headers, "ce_id", -1, id, -1);
		rd_kafka_header_add(headers, "ce_source", -1, "shop", -1);
	}
	if (type != NULL)
		rd_kafka_header_add(headers, "ce_type", -1, type, -1);
	code = rd_kafka_producev(w->client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, strlen(key)),
		RD_KAFKA_V_VALUE(arena_strdup(w->arena, payload), strlen(payload)), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
	assert_int_equal(code, RD_KAFKA_RESP_ERR_NO_ERROR);
	assert_int_equal(rd_kafka_flush(w->client, 30000), RD_KAFKA_RESP_ERR_NO_ERROR);
}

void world_fact(struct world *w, int n, int partition, const char *key, const char *payload)
{
	world_publish(w, w->facts, partition, key, world_id(w, n), "probe.Told", payload);
}

static void seen_fill(struct world *w, struct seen *s, const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers;
	struct text t;

	text_init(&t, w->arena);
	*s = (struct seen){ .partition = m->partition, .offset = m->offset };
	s->key = m->key != NULL ? span_cstr(w->arena, span_bytes(m->key, m->key_len)) : NULL;
	s->payload = m->payload != NULL ? span_cstr(w->arena, span_bytes(m->payload, m->len)) : NULL;
	if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
		for (size_t i = 0; i < rd_kafka_header_cnt(headers); i++) {
			const char *name;
			const void *value;
			size_t size;

			if (rd_kafka_header_get_all(headers, i, &name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
				continue;
			text_printf(&t, "%s=%.*s\n", name, (int)size, (const char *)value);
			if (strcmp(name, "ce_id") == 0)
				s->id = span_cstr(w->arena, span_bytes(value, size));
		}
	s->headers = text_done(&t).at;
}

static rd_kafka_t *reader(struct world *w, const char *topic, int64_t *total)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[200];
	rd_kafka_t *rk;

	rd_kafka_conf_set(conf, "bootstrap.servers", w->brokers, text, sizeof text);
	rd_kafka_conf_set(conf, "group.id", "reader", text, sizeof text);
	rd_kafka_conf_set(conf, "enable.auto.commit", "false", text, sizeof text);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
	assert_non_null(rk);
	rd_kafka_poll_set_consumer(rk);
	*total = 0;
	for (int i = 0; i < PARTITIONS; i++) {
		int64_t low = 0, high = 0;

		if (rd_kafka_query_watermark_offsets(rk, topic, i, &low, &high, 10000) != RD_KAFKA_RESP_ERR_NO_ERROR)
			fail_msg("no ends of %s", topic);
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = low;
		*total += high - low;
	}
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return rk;
}

static int seen_compare(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	if (x->partition != y->partition)
		return x->partition < y->partition ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

struct seen *world_read(struct world *w, const char *topic, size_t *n)
{
	int64_t total, until = clock_monotonic_us() + PATIENCE_S * US_PER_SECOND;
	rd_kafka_t *rk = reader(w, topic, &total);
	struct seen *out = ARENA_ARRAY(w->arena, struct seen, (size_t)total);

	*n = 0;
	while ((int64_t)*n < total && clock_monotonic_us() < until) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 100);

		if (m != NULL && m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			seen_fill(w, &out[(*n)++], m);
		if (m != NULL)
			rd_kafka_message_destroy(m);
	}
	assert_int_equal(*n, total);
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	qsort(out, *n, sizeof *out, seen_compare);
	return out;
}
