#include <string.h>

#include "clock.h"
#include "common_queries.h"
#include "crash.h"
#include "log.h"
#include "metrics.h"
#include "producer.h"
#include "role.h"
#include "service.h"

enum { WAIT_MS = 20, SAVE_MS = 20, LOOK_MS = 1000, READ_ROWS = 2000, READ_BYTES = 2 << 20, FLUSH_MS = 5000 };

static struct metric leads = { .name = "dunlin_relay_leader", .type = METRIC_GAUGE, .help = "1 where this process publishes the outbox." };
static struct metric in_flight = {
	.name = "dunlin_relay_in_flight",
	.type = METRIC_GAUGE,
	.help = "Events handed to Kafka and not acknowledged yet.",
};
static struct metric backlog = {
	.name = "dunlin_outbox_backlog",
	.type = METRIC_GAUGE,
	.help = "Events in the outbox after the acknowledged ones, as the leading relay sees it.",
};
static struct metric oldest = {
	.name = "dunlin_outbox_oldest_seconds",
	.type = METRIC_GAUGE,
	.help = "Age of the oldest event that is read from the outbox and not acknowledged.",
};
static struct metric errors_total = {
	.name = "dunlin_relay_errors_total",
	.type = METRIC_COUNTER,
	.help = "Producers given up after an error of delivery.",
};
static struct metric republished_total = {
	.name = "dunlin_relay_republished_total",
	.type = METRIC_COUNTER,
	.help = "Events handed over again because their acknowledgement was not known.",
};

/*
 * 1. All of the outbox up to `acked` was acknowledged, up to `read` was handed over. 2. Only the cursor's epoch decides who may move it; the
 * advisory lock keeps followers from trying.
 */
struct relay {
	const struct service *service;
	struct role *role;
	struct db *db;
	struct arena *life;  /* of one leadership */
	struct arena *batch; /* of one read */
	struct producer *producer;
	const char *source;
	struct span cluster;
	int64_t epoch, acked, saved, read, ever_read;
	int64_t save_at, look_at; /* monotonic µs */
};

/* --- the cursor --- */

static enum err cursor_save(struct relay *r, struct why *why)
{
	struct args *args;
	struct rows rows;

	if (r->acked <= r->saved)
		return OK;
	args = args_new(r->batch);
	args_text(args, r->cluster);
	args_int8(args, r->epoch);
	args_int8(args, r->acked);
	crash_here(CRASH_CURSOR_BEFORE);
	TRY(db_exec(r->db, r->batch, &q_relay_move, args, &rows, why));
	crash_here(CRASH_CURSOR_AFTER);
	if (rows.affected == 0)
		return why_set(why, ERR_CONFLICT, "not_leader", "another relay has moved on from epoch %lld", (long long)r->epoch);
	r->saved = r->acked;
	return OK;
}

/* A cluster that has no cursor here: the first one, or one that is adopted. Its relay says all that the outbox holds. */
static enum err cluster_check(struct relay *r, struct why *why)
{
	struct rows rows;
	struct span other = SPAN("");

	TRY(db_exec(r->db, r->life, &q_relay_clusters, NULL, &rows, why));
	for (size_t i = 0; i < rows.count; i++) {
		if (rows_bool(&rows, i, rows_column(&rows, "retired")))
			continue;
		other = rows_text(&rows, i, rows_column(&rows, "cluster_id"));
		if (span_equal(other, r->cluster))
			return OK;
	}
	if (other.size == 0)
		return OK;
	if (!common_settings.embedded_broker)
		return why_set(why, ERR_REFUSED, "cluster_unknown",
			"Kafka cluster %.*s is not the one that was written to (%.*s): see 'positions show' and 'positions adopt'",
			SPAN_ARG(r->cluster), SPAN_ARG(other));
	log_info("new embedded broker, told all that the outbox holds", LOG_SPAN("cluster", r->cluster));
	return OK;
}

/* Everything after the claim may be lost in a crash of PostgreSQL but how far we were: then some is said again. */
static enum err cursor_claim(struct relay *r, struct why *why)
{
	struct args *args = args_new(r->life);
	struct rows rows;

	TRY(cluster_check(r, why));
	args_text(args, r->cluster);
	TRY(db_begin(r->db, why));
	if (common_settings.embedded_broker)
		db_queue(r->db, &q_relay_retire, args, -1);
	TRY(db_exec(r->db, r->life, &q_relay_claim, args, &rows, why));
	TRY(db_commit(r->db, why));
	r->saved = r->acked = r->read = rows_int8(&rows, 0, rows_column(&rows, "last_seq"));
	r->epoch = rows_int8(&rows, 0, rows_column(&rows, "epoch"));
	return db_script(r->db, "set synchronous_commit to off", why);
}

/* --- publishing --- */

static struct outgoing outgoing_of(const struct relay *r, const struct rows *rows, size_t i)
{
	return (struct outgoing){
		.seq = rows_int8(rows, i, rows_column(rows, "seq")),
		.topic = rows_text(rows, i, rows_column(rows, "topic")).at,
		.key = rows_text(rows, i, rows_column(rows, "part_key")),
		.id = rows_uuid(rows, i, rows_column(rows, "event_id")),
		.source = r->source,
		.type = rows_text(rows, i, rows_column(rows, "type")),
		.trace = rows_text(rows, i, rows_column(rows, "trace")),
		.extra = rows_text(rows, i, rows_column(rows, "extra")),
		.payload = rows->cells[i * (size_t)rows->columns + (size_t)rows_column(rows, "payload")],
		.at = rows_instant(rows, i, rows_column(rows, "created_at")),
	};
}

/* Up to the first that must wait. */
static enum err send_all(struct relay *r, const struct rows *rows, size_t *n, struct why *why)
{
	for (*n = 0; *n < rows->count; ++*n) {
		struct outgoing o = outgoing_of(r, rows, *n);
		bool taken;

		TRY(producer_send(r->producer, &o, &taken, why));
		if (!taken)
			break;
		r->read = o.seq;
		if (o.seq <= r->ever_read)
			metric_add(&republished_total, 1, NULL);
		else
			r->ever_read = o.seq;
	}
	return OK;
}

/* Reads on where there is room for a worthwhile batch. */
static enum err read_on(struct relay *r, size_t *n, struct why *why)
{
	struct args *args;
	struct rows rows;
	int64_t bytes;
	size_t room = producer_room(r->producer, &bytes);

	*n = 0;
	if (room < READ_ROWS || bytes < READ_BYTES)
		return OK;
	args = args_new(r->batch);
	args_int8(args, r->read);
	args_int8(args, READ_ROWS);
	args_int8(args, READ_BYTES);
	TRY(db_exec(r->db, r->batch, &q_relay_read, args, &rows, why));
	if (rows.count > 0)
		crash_here(CRASH_RELAY_READ);
	TRY(send_all(r, &rows, n, why));
	if (*n > 0)
		crash_here(CRASH_RELAY_PRODUCED);
	return OK;
}

/* Once a second: the gauges, and whether it is still the cluster that we began with. */
static enum err look_around(struct relay *r, struct why *why)
{
	struct instant since = producer_oldest(r->producer);
	struct span cluster;
	struct rows rows;
	int64_t behind;

	r->look_at = clock_monotonic_us() + LOOK_MS * INT64_C(1000);
	TRY(db_exec(r->db, r->batch, &q_relay_last, NULL, &rows, why));
	behind = rows_int8(&rows, 0, rows_column(&rows, "last_seq")) - r->acked;
	metric_set(&backlog, behind > 0 ? (double)behind : 0, NULL);
	metric_set(&in_flight, (double)producer_in_flight(r->producer), NULL);
	metric_set(&oldest, since.us == 0 ? 0 : (double)(clock_real().us - since.us) / 1e6, NULL);
	if (client_cluster(producer_client(r->producer), r->batch, 0, &cluster, why) == OK && !span_equal(cluster, r->cluster))
		return why_set(why, ERR_CONFLICT, "cluster_changed", "the cluster is now %.*s", SPAN_ARG(cluster));
	return OK;
}

/* One pass: what was reported, what is to be sent, how far we are. */
static enum err pump(struct relay *r, struct why *why)
{
	int64_t acked, now = clock_monotonic_us();
	size_t n;

	arena_reset(r->batch);
	TRY(producer_reap(r->producer, &acked, why));
	if (acked > r->acked)
		crash_here(CRASH_RELAY_ACKED);
	r->acked = acked > r->acked ? acked : r->acked;
	TRY(read_on(r, &n, why));
	if (now >= r->save_at) {
		TRY(cursor_save(r, why));
		r->save_at = now + SAVE_MS * INT64_C(1000);
	}
	if (now >= r->look_at)
		TRY(look_around(r, why));
	if (n == 0)
		role_wait(r->role, WAIT_MS);
	role_beat(r->role);
	return OK;
}

/* --- producers --- */

static enum err look_for_topics(void *of, struct why *why)
{
	struct relay *r = of;
	size_t n;
	struct topic_size *topics = service_outputs(r->service, r->life, &n);
	rd_kafka_t *rk = producer_client(r->producer);

	TRY(client_cluster(rk, r->life, 1000, &r->cluster, why));
	return client_topics_there(rk, topics, n, why);
}

static enum err producer_start(struct relay *r, struct why *why)
{
	TRY(producer_open(&r->producer, r->service, r->role, why));
	return client_wait(r->role, look_for_topics, r, why);
}

/* What has no acknowledgement is sent again by a new producer: consumers know its ids. */
static enum err producer_replace(struct relay *r, int try, struct why *why)
{
	struct span cluster = r->cluster;

	metric_add(&errors_total, 1, NULL);
	log_why(LOG_ERROR, "new producer", why);
	producer_close(r->producer, 0);
	r->producer = NULL;
	r->read = r->acked;
	client_back_off(r->role, try);
	TRY(producer_start(r, why));
	if (!role_stopping(r->role) && !span_equal(cluster, r->cluster))
		return why_set(why, ERR_CONFLICT, "cluster_changed", "the cluster is now %.*s", SPAN_ARG(r->cluster));
	return OK;
}

static bool is_delivery(const struct why *why)
{
	return strcmp(why->code, "delivery") == 0 || strcmp(why->code, "produce") == 0;
}

/* What is on its way gets a few seconds; then the cursor is moved as far as is known. */
static enum err wind_up(struct relay *r, struct why *why)
{
	int64_t until = clock_monotonic_us() + FLUSH_MS * INT64_C(1000);
	int64_t acked;

	do {
		TRY(producer_reap(r->producer, &acked, why));
		r->acked = acked > r->acked ? acked : r->acked;
		if (producer_in_flight(r->producer) == 0)
			break;
		(void)rd_kafka_flush(producer_client(r->producer), 50);
		role_beat(r->role);
	} while (clock_monotonic_us() < until);
	arena_reset(r->batch);
	return cursor_save(r, why);
}

/* Publishes until told to stop, or until somebody else does. */
static enum err publish(struct relay *r, struct why *why)
{
	int failures = 0;

	TRY(producer_start(r, why));
	if (role_stopping(r->role))
		return OK;
	TRY(cursor_claim(r, why));
	crash_here(CRASH_RELAY_LED);
	metric_set(&leads, 1, NULL);
	log_info("relay leads", LOG_SPAN("cluster", r->cluster), LOG_NUMBER("epoch", r->epoch), LOG_NUMBER("seq", r->saved));
	while (!role_stopping(r->role)) {
		int64_t before = r->acked;
		enum err err = pump(r, why);

		if (err != OK && !is_delivery(why))
			return err;
		failures = r->acked > before ? 0 : failures;
		if (err != OK)
			TRY(producer_replace(r, failures++, why));
	}
	return wind_up(r, why);
}

/* --- leading --- */

static enum err try_lead(struct relay *r, bool *lead, struct why *why)
{
	struct rows rows;

	arena_reset(r->batch);
	TRY(db_exec(r->db, r->batch, &q_relay_lead, NULL, &rows, why));
	*lead = rows_bool(&rows, 0, rows_column(&rows, "lead"));
	return OK;
}

/* Waits until the lock is ours. Writers of this process wake us for nothing meanwhile. */
static enum err follow(struct relay *r, bool *lead, struct why *why)
{
	int64_t look_at = 0;

	*lead = false;
	while (!role_stopping(r->role) && !*lead) {
		if (clock_monotonic_us() >= look_at) {
			TRY(try_lead(r, lead, why));
			look_at = clock_monotonic_us() + LOOK_MS * INT64_C(1000);
		}
		if (!*lead)
			role_wait(r->role, LOOK_MS);
	}
	return OK;
}

/* One connection: the lock goes with it, so what follows an error begins with a new one. */
static enum err relay_session(struct relay *r, struct why *why)
{
	bool lead;
	enum err err;

	TRY(service_db_wait(r->service, r->role, "relay", &r->db, why));
	if (r->db == NULL)
		return OK;
	r->life = arena_open();
	err = follow(r, &lead, why);
	if (err == OK && lead)
		err = publish(r, why);
	metric_set(&leads, 0, NULL);
	producer_close(r->producer, 0);
	r->producer = NULL;
	db_close(r->db);
	arena_close(r->life);
	return err;
}

enum err relay_run(const struct service *service, struct role *role, struct why *why)
{
	struct relay r = { .service = service, .role = role };
	char source[64];
	enum err err = OK;

	metrics_register(&errors_total);
	metrics_register(&republished_total);
	metric_set(&leads, 0, NULL);
	snprintf(source, sizeof source, "dunlin/%s", service->name);
	r.source = source;
	r.batch = arena_open();
	for (int try = 0; !role_stopping(role); try++) {
		err = relay_session(&r, why);
		if (err != ERR_RETRY && err != ERR_CONFLICT)
			break;
		log_why(LOG_WARN, "relay begins anew", why);
		client_back_off(role, try < 5 ? try : 5);
		err = OK;
	}
	arena_close(r.batch);
	return err;
}
