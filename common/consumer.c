#include "consumer.h"

#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "common_queries.h"
#include "crash.h"
#include "log.h"
#include "metrics.h"
#include "role.h"

enum { MAGIC = 0x636f6e73, CLOSE_S = 5 };

static struct metric rebalances = {
	.name = "dunlin_consume_rebalances_total",
	.type = METRIC_COUNTER,
	.help = "Changes of the partitions that this process consumes.",
	.labels = "kind",
};
static struct metric assigned = {
	.name = "dunlin_consume_partitions",
	.type = METRIC_GAUGE,
	.help = "Partitions that this thread consumes; 0 while it is not a member of the group.",
	.labels = "thread",
};
static struct metric lag = {
	.name = "dunlin_consume_lag",
	.type = METRIC_GAUGE,
	.help = "Messages between the committed position and the end, of the partitions that this thread consumes.",
	.labels = "topic,thread",
};

static const char *thread_name(const struct consumer *c, char out[12])
{
	snprintf(out, 12, "%d", c->role->number);
	return out;
}

/* --- claiming --- */

static const struct intake *intake_find(const struct service *service, const char *topic)
{
	for (const struct intake *i = service->intakes; i->topic != NULL; i++)
		if (strcmp(i->topic, topic) == 0)
			return i;
	return NULL;
}

struct part *consumer_part(struct consumer *c, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < c->part_count; i++)
		if (c->parts[i].partition == partition && strcmp(c->parts[i].intake->topic, topic) == 0)
			return &c->parts[i];
	return NULL;
}

/* Where a claimed partition goes on. `first` is the lowest offset that its log still has. */
static enum err part_start(struct part *part, int64_t first, struct why *why)
{
	if (part->saved < first)
		return why_set(why, ERR_REFUSED, "position_expired",
			"%s partition %d: the position is %lld but the log begins at %lld, messages between them are gone; see 'positions show' and 'positions reset'",
			part->intake->topic, part->partition, (long long)part->saved, (long long)first);
	part->check = part->last_id.size > 0 && !part->intake->compacted && first < part->saved;
	part->next = part->check ? part->saved - 1 : part->saved;
	part->reported = part->saved;
	part->alone = part->tries >= TRIES_ALONE ? UNIT_MESSAGES : 0;
	part->slot = SIZE_MAX;
	return OK;
}

static enum err claim_rows(struct consumer *c, const rd_kafka_topic_partition_list_t *list, const rd_kafka_topic_partition_list_t *ends,
	struct rows *rows, struct why *why)
{
	struct args *args = args_new(c->assigned);
	struct array *topics, *partitions, *firsts, *pasts;
	char owner[64] = "";

	(void)gethostname(owner, sizeof owner - 1);
	args_text(args, c->cluster);
	args_text(args, span_of(arena_printf(c->assigned, "%s:%d/%d", owner, (int)getpid(), c->role->number)));
	topics = args_array(args, DB_TEXT);
	partitions = args_array(args, DB_INT4);
	firsts = args_array(args, DB_INT8);
	pasts = args_array(args, DB_INT8);
	for (int i = 0; i < list->cnt; i++) {
		array_text(topics, span_of(list->elems[i].topic));
		array_int4(partitions, list->elems[i].partition);
		array_int8(firsts, list->elems[i].offset);
		array_int8(pasts, ends->elems[i].offset);
	}
	return db_exec(c->db, c->assigned, &q_position_claim, args, rows, why);
}

/* A partition where nothing waits is not under suspicion, however often its owner ends. */
static enum err claim_between_ends(struct consumer *c, rd_kafka_topic_partition_list_t *list, struct rows *rows, struct why *why)
{
	rd_kafka_topic_partition_list_t *ends = rd_kafka_topic_partition_list_copy(list);
	enum err err = client_offsets(c->rk, list, RD_KAFKA_OFFSET_BEGINNING, KAFKA_ANSWER_MS, why);

	if (err == OK)
		err = client_offsets(c->rk, ends, RD_KAFKA_OFFSET_END, KAFKA_ANSWER_MS, why);
	crash_here(CRASH_POSITION_BEFORE);
	if (err == OK)
		err = claim_rows(c, list, ends, rows, why);
	crash_here(CRASH_POSITION_CLAIMED);
	rd_kafka_topic_partition_list_destroy(ends);
	return err;
}

static void parts_fill(struct consumer *c, const struct rows *rows)
{
	int topic = rows_column(rows, "topic"), partition = rows_column(rows, "part"), next = rows_column(rows, "next_offset");
	int last = rows_column(rows, "last_id"), epoch = rows_column(rows, "owner_epoch"), tries = rows_column(rows, "tries");
	int stuck = rows_column(rows, "stuck");

	c->parts = ARENA_ARRAY(c->assigned, struct part, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		c->parts[i] = (struct part){
			.intake = intake_find(c->service, span_cstr(c->assigned, rows_text(rows, i, topic))),
			.partition = rows_int4(rows, i, partition),
			.saved = rows_int8(rows, i, next),
			.last_id = rows_text(rows, i, last),
			.epoch = rows_int8(rows, i, epoch),
			.tries = rows_int4(rows, i, tries),
			.stuck = rows_bool(rows, i, stuck),
		};
	c->part_count = rows->count;
}

/* A client that was answered by another cluster than it began with has positions of a log that isn't there. */
static enum err check_same_cluster(struct consumer *c, struct why *why)
{
	struct span cluster;

	TRY(client_cluster(c->rk, c->assigned, KAFKA_ANSWER_MS, &cluster, why));
	c->moved = !span_equal(cluster, c->cluster);
	if (c->moved)
		return why_set(why, ERR_CONFLICT, "cluster_changed", "the cluster is now %.*s", SPAN_ARG(cluster));
	return OK;
}

/* Claims the partitions of the list and sets the offsets to start from in it. */
static enum err claim(struct consumer *c, rd_kafka_topic_partition_list_t *list, struct why *why)
{
	struct rows rows;

	arena_reset(c->assigned);
	c->part_count = 0;
	/* Also where nothing is assigned: a cluster that lost everything has no topics yet. */
	TRY(check_same_cluster(c, why));
	if (list->cnt == 0)
		return OK;
	TRY(claim_between_ends(c, list, &rows, why));
	parts_fill(c, &rows);
	for (int i = 0; i < list->cnt; i++) {
		struct part *part = consumer_part(c, list->elems[i].topic, list->elems[i].partition);

		if (part == NULL || part->intake == NULL)
			bug("%s was assigned but is not read", list->elems[i].topic);
		TRY(part_start(part, list->elems[i].offset, why));
		list->elems[i].offset = part->next;
	}
	return OK;
}

/* Nothing was committed by a claim that failed for a passing reason: again, for a while. */
static enum err claim_patiently(struct consumer *c, rd_kafka_topic_partition_list_t *list, struct why *why)
{
	int64_t until = clock_monotonic_us() + common_settings.patience_seconds * US_PER_SECOND;
	enum err err;

	for (int try = 0;; try++) {
		err = claim(c, list, why);
		if (err != ERR_RETRY || role_stopping(c->role) || clock_monotonic_us() > until)
			return err;
		log_why(LOG_WARN, "claim again", why);
		client_back_off(c->role, try);
	}
}

/* At best: a claim that isn't taken back costs a message that runs alone one day. */
static void release(struct consumer *c)
{
	struct arena *arena = arena_open();
	struct args *args = args_new(arena);
	struct array *topics, *partitions, *epochs;
	struct rows rows;
	struct why why;

	args_text(args, c->cluster);
	topics = args_array(args, DB_TEXT);
	partitions = args_array(args, DB_INT4);
	epochs = args_array(args, DB_INT8);
	for (size_t i = 0; i < c->part_count; i++) {
		array_text(topics, span_of(c->parts[i].intake->topic));
		array_int4(partitions, c->parts[i].partition);
		array_int8(epochs, c->parts[i].epoch);
	}
	if (c->part_count > 0 && db_exec(c->db, arena, &q_position_release, args, &rows, &why) != OK)
		log_why(LOG_INFO, "positions not released", &why);
	crash_here(CRASH_POSITION_RELEASED);
	arena_close(arena);
}

/* --- the group --- */

static void forget_parts(struct consumer *c)
{
	char thread[12];

	for (const struct intake *i = c->service->intakes; i->topic != NULL; i++)
		metric_set(&lag, 0, i->topic, thread_name(c, thread), NULL);
	metric_set(&assigned, 0, thread_name(c, thread), NULL);
	c->part_count = 0;
	c->changed = true;
}

static void take_up(struct consumer *c, rd_kafka_topic_partition_list_t *list)
{
	char thread[12];

	metric_add(&rebalances, 1, "assigned", NULL);
	c->changed = true;
	c->failed = claim_patiently(c, list, &c->why);
	if (c->failed != OK)
		c->part_count = 0;
	metric_set(&assigned, (double)c->part_count, thread_name(c, thread), NULL);
	log_info("partitions assigned", LOG_NUMBER("partitions", (int64_t)c->part_count));
	(void)rd_kafka_assign(c->rk, c->failed == OK ? list : NULL);
}

static void give_up(struct consumer *c)
{
	bool lost = rd_kafka_assignment_lost(c->rk);

	metric_add(&rebalances, 1, lost ? "lost" : "revoked", NULL);
	log_info(lost ? "partitions lost" : "partitions revoked", LOG_NUMBER("partitions", (int64_t)c->part_count));
	if (!lost && c->failed == OK)
		release(c);
	forget_parts(c);
	(void)rd_kafka_assign(c->rk, NULL);
}

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct consumer *c = opaque;

	if (c->magic != MAGIC || c->rk != rk)
		bug("a rebalance for something that is no consumer");
	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
		take_up(c, list);
	else
		give_up(c);
}

static void callbacks(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
}

/* A client that has enough looks again after up to a second (librdkafka before 2.2), so the limit in messages, which is per partition, is generous,
 * and that in kilobytes, for all of them, bounds memory; small fetches do too, for a fetched batch is decompressed whole. */
static enum err open_client(struct consumer *c, struct why *why)
{
	const char *id = common_settings.kafka_instance_id;
	const struct client_setting settings[] = {
		{ "group.id", arena_printf(c->life, "dunlin.%s", c->service->name) },
		{ "enable.auto.commit", "false" },
		{ "enable.auto.offset.store", "false" },
		{ "auto.offset.reset", "error" },
		{ "partition.assignment.strategy", "range" },
		{ "session.timeout.ms", "6000" },
		{ "heartbeat.interval.ms", "1000" },
		{ "fetch.wait.max.ms", "10" },
		{ "fetch.max.bytes", "1048576" },
		{ "fetch.message.max.bytes", "262144" },
		{ "topic.metadata.refresh.interval.ms", "10000" },
		{ "queued.min.messages", "30000" },
		{ "queued.max.messages.kbytes", "8192" },
		{ id != NULL && id[0] != '\0' ? "group.instance.id" : NULL, arena_printf(c->life, "%s-%d", id, c->role->number) },
		{ NULL, NULL },
	};

	TRY(client_open(&c->rk, RD_KAFKA_CONSUMER, c->service, settings, callbacks, c, why));
	(void)rd_kafka_poll_set_consumer(c->rk);
	return OK;
}

/* Positions of other clusters and none of this one: only the embedded broker, whose every start is a new cluster, is adopted by itself. */
static enum err check_cluster(struct consumer *c, struct why *why)
{
	struct rows rows;

	TRY(db_exec(c->db, c->life, &q_position_clusters, NULL, &rows, why));
	for (size_t i = 0; i < rows.count; i++)
		if (span_equal(rows_text(&rows, i, 0), c->cluster))
			return OK;
	if (rows.count == 0)
		return OK;
	if (!common_settings.embedded_broker)
		return why_set(why, ERR_REFUSED, "cluster_unknown",
			"Kafka cluster %.*s is not the one that was consumed (%.*s): see 'positions show' and 'positions adopt'",
			SPAN_ARG(c->cluster), SPAN_ARG(rows_text(&rows, 0, 0)));
	log_info("new embedded broker, consumed from its beginning", LOG_SPAN("cluster", c->cluster));
	return OK;
}

static enum err look(void *of, struct why *why)
{
	struct consumer *c = of;
	size_t n;
	struct topic_size *topics = service_inputs(c->service, c->assigned, &n);

	TRY(client_cluster(c->rk, c->life, 1000, &c->cluster, why));
	TRY(client_topics_there(c->rk, topics, n, why));
	return check_cluster(c, why);
}

static enum err subscribe(struct consumer *c, struct why *why)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t code;

	for (const struct intake *i = c->service->intakes; i->topic != NULL; i++)
		rd_kafka_topic_partition_list_add(list, i->topic, RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(c->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code == RD_KAFKA_RESP_ERR_NO_ERROR ? OK : client_error(code, "subscribe", why);
}

enum err consumer_open(struct consumer *c, const struct service *service, struct role *role, struct db *db, struct why *why)
{
	enum err err;

	*c = (struct consumer){ .magic = MAGIC, .service = service, .role = role, .db = db };
	c->life = arena_open();
	c->assigned = arena_open();
	err = open_client(c, why);
	if (err == OK)
		err = client_wait(role, look, c, why);
	if (err == OK && !role_stopping(role))
		err = subscribe(c, why);
	if (err != OK)
		consumer_close(c, false);
	return err;
}

/* librdkafka's own close has no deadline, and hangs when a coordinator goes away meanwhile; its destroy hangs where partitions have disappeared
 * (before 2.6.1). What is not closed in time, or was a member of another cluster, ends with the process. */
void consumer_close(struct consumer *c, bool orderly)
{
	int64_t until = clock_monotonic_us() + CLOSE_S * US_PER_SECOND;
	rd_kafka_queue_t *queue;
	rd_kafka_message_t *m;

	if (!orderly && c->failed == OK)
		c->failed = ERR_RETRY;
	if (c->rk != NULL) {
		queue = rd_kafka_queue_get_consumer(c->rk);
		rd_kafka_error_destroy(rd_kafka_consumer_close_queue(c->rk, queue));
		while (!rd_kafka_consumer_closed(c->rk) && clock_monotonic_us() < until)
			if ((m = rd_kafka_consumer_poll(c->rk, 50)) != NULL)
				rd_kafka_message_destroy(m);
		rd_kafka_queue_destroy(queue);
		if (rd_kafka_consumer_closed(c->rk) && !c->moved)
			rd_kafka_destroy_flags(c->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	}
	c->rk = NULL;
	arena_close(c->assigned);
	arena_close(c->life);
	c->magic = 0;
}

/* --- for those who watch --- */

void consumer_report(struct consumer *c)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)c->part_count);

	for (size_t i = 0; i < c->part_count; i++) {
		struct part *part = &c->parts[i];

		if (part->reported == part->saved)
			continue;
		rd_kafka_topic_partition_list_add(list, part->intake->topic, part->partition)->offset = part->saved;
		part->reported = part->saved;
	}
	if (list->cnt > 0) {
		(void)rd_kafka_commit(c->rk, list, 1);
		crash_here(CRASH_CONSUME_REPORTED);
	}
	rd_kafka_topic_partition_list_destroy(list);
}

static int64_t part_lag(const struct consumer *c, const struct part *part)
{
	int64_t low, high;

	if (rd_kafka_get_watermark_offsets(c->rk, part->intake->topic, part->partition, &low, &high) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	return high > part->saved ? high - part->saved : 0;
}

int64_t consumer_measure(const struct consumer *c)
{
	char thread[12];
	int64_t all = 0;

	for (const struct intake *i = c->service->intakes; i->topic != NULL; i++) {
		int64_t of_topic = 0;

		for (size_t k = 0; k < c->part_count; k++)
			if (c->parts[k].intake == i)
				of_topic += part_lag(c, &c->parts[k]);
		metric_set(&lag, (double)of_topic, i->topic, thread_name(c, thread), NULL);
		all += of_topic;
	}
	return all;
}
