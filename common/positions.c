#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "common_queries.h"
#include "kafka_client.h"
#include "service.h"
#include "verbs.h"

enum { EXIT_USAGE = 2, LEADERLESS_S = 10 };

/* What a call of the verb works with. */
struct positions {
	const struct service *service;
	struct db *db;
	rd_kafka_t *rk;
	struct arena *arena;
	struct span cluster;
	const char *topic, *partition, *to, *who, *why;
};

static enum err reach(struct positions *p, struct why *why)
{
	TRY(client_open(&p->rk, RD_KAFKA_PRODUCER, p->service, NULL, NULL, NULL, why));
	return client_cluster(p->rk, p->arena, KAFKA_ANSWER_MS, &p->cluster, why);
}

static enum err who_and_why(const struct positions *p, struct why *why)
{
	if (p->who == NULL || *p->who == '\0' || p->why == NULL || *p->why == '\0')
		return why_field(why, ERR_INVALID, "option_missing", "--who, --why", "say who does this, and why");
	return OK;
}

static enum err audit(struct positions *p, const char *act, const char *subject, struct why *why)
{
	struct args *a = args_new(p->arena);
	struct rows r;

	args_text(a, span_of(p->who));
	args_text(a, span_of(act));
	args_text(a, span_of(subject));
	args_text(a, span_of(p->why));
	return db_exec(p->db, p->arena, &q_audit_write, a, &r, why);
}

/* --- show --- */

static enum err load_positions(struct positions *p, struct span cluster, struct rows *rows, struct why *why)
{
	struct args *a = args_new(p->arena);

	args_text(a, cluster);
	return db_exec(p->db, p->arena, &q_position_list, a, rows, why);
}

/* The ends of the partitions of these rows that are on the cluster that answers; NULL where none does. */
static rd_kafka_topic_partition_list_t *ends_of(struct positions *p, const struct rows *rows, int64_t which)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
	struct why why;

	for (size_t i = 0; i < rows->count; i++)
		if (span_equal(rows_text(rows, i, rows_column(rows, "cluster_id")), p->cluster))
			rd_kafka_topic_partition_list_add(
				list, rows_text(rows, i, rows_column(rows, "topic")).at, rows_int4(rows, i, rows_column(rows, "part")));
	if (client_offsets(p->rk, list, which, KAFKA_ANSWER_MS, &why) == OK)
		return list;
	rd_kafka_topic_partition_list_destroy(list);
	return NULL;
}

static const char *offset_in(struct positions *p, const rd_kafka_topic_partition_list_t *list, const struct rows *rows, size_t i)
{
	struct span topic = rows_text(rows, i, rows_column(rows, "topic"));
	int32_t partition = rows_int4(rows, i, rows_column(rows, "part"));

	if (list == NULL || !span_equal(rows_text(rows, i, rows_column(rows, "cluster_id")), p->cluster))
		return "-";
	for (int k = 0; k < list->cnt; k++)
		if (list->elems[k].partition == partition && span_is(topic, list->elems[k].topic))
			return arena_printf(p->arena, "%" PRId64, list->elems[k].offset);
	return "-";
}

static void print_positions(struct positions *p, const struct rows *r)
{
	rd_kafka_topic_partition_list_t *lows = p->cluster.size > 0 ? ends_of(p, r, RD_KAFKA_OFFSET_BEGINNING) : NULL;
	rd_kafka_topic_partition_list_t *highs = p->cluster.size > 0 ? ends_of(p, r, RD_KAFKA_OFFSET_END) : NULL;

	printf("%-24s %-28s %4s %12s %12s %12s %5s %-28s %s\n", "CLUSTER", "TOPIC", "PART", "NEXT", "FIRST", "END", "TRIES", "MOVED",
		"OWNER");
	for (size_t i = 0; i < r->count; i++)
		printf("%-24.*s %-28.*s %4d %12" PRId64 " %12s %12s %5d %-28s %.*s\n",
			SPAN_ARG(rows_text(r, i, rows_column(r, "cluster_id"))), SPAN_ARG(rows_text(r, i, rows_column(r, "topic"))),
			(int)rows_int4(r, i, rows_column(r, "part")), rows_int8(r, i, rows_column(r, "next_offset")),
			offset_in(p, lows, r, i), offset_in(p, highs, r, i), (int)rows_int4(r, i, rows_column(r, "tries")),
			instant_text(p->arena, rows_instant(r, i, rows_column(r, "updated_at"))),
			SPAN_ARG(rows_text(r, i, rows_column(r, "owner"))));
	if (lows != NULL)
		rd_kafka_topic_partition_list_destroy(lows);
	if (highs != NULL)
		rd_kafka_topic_partition_list_destroy(highs);
}

static void print_cursors(struct positions *p, const struct rows *r)
{
	printf("\n%-24s %12s %8s %-8s %s\n", "CLUSTER", "SAID TO SEQ", "EPOCH", "", "MOVED");
	for (size_t i = 0; i < r->count; i++)
		printf("%-24.*s %12" PRId64 " %8" PRId64 " %-8s %s\n", SPAN_ARG(rows_text(r, i, rows_column(r, "cluster_id"))),
			rows_int8(r, i, rows_column(r, "last_seq")), rows_int8(r, i, rows_column(r, "epoch")),
			rows_bool(r, i, rows_column(r, "retired")) ? "retired" : "",
			instant_text(p->arena, rows_instant(r, i, rows_column(r, "updated_at"))));
}

/* Also where Kafka is away: then without what only Kafka knows. */
static enum err show(struct positions *p, struct why *why)
{
	struct rows positions, cursors;
	struct why away;

	TRY(load_positions(p, SPAN(""), &positions, why));
	TRY(db_exec(p->db, p->arena, &q_relay_clusters, NULL, &cursors, why));
	if (reach(p, &away) == OK)
		printf("connected to cluster %.*s\n\n", SPAN_ARG(p->cluster));
	else
		printf("not connected: %s\n\n", away.text);
	print_positions(p, &positions);
	print_cursors(p, &cursors);
	return OK;
}

/* --- adopt --- */

static enum err inputs(struct positions *p, rd_kafka_topic_partition_list_t *list, struct why *why)
{
	size_t n;
	struct topic_size *topics = service_inputs(p->service, p->arena, &n);

	TRY(client_topics_there(p->rk, topics, n, why));
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < topics[i].partitions; k++)
			rd_kafka_topic_partition_list_add(list, topics[i].name, k);
	return OK;
}

static struct args *args_of(struct positions *p, const rd_kafka_topic_partition_list_t *list)
{
	struct args *a = args_new(p->arena);
	struct array *topics, *partitions, *offsets;

	args_text(a, p->cluster);
	topics = args_array(a, DB_TEXT);
	partitions = args_array(a, DB_INT4);
	offsets = args_array(a, DB_INT8);
	for (int i = 0; i < list->cnt; i++) {
		array_text(topics, span_of(list->elems[i].topic));
		array_int4(partitions, list->elems[i].partition);
		array_int8(offsets, list->elems[i].offset);
	}
	return a;
}

/* The cursor of this cluster, which from now on is the only one that keeps the outbox. */
static enum err adopt_cursor(struct positions *p, struct rows *cursor, struct why *why)
{
	struct args *a = args_new(p->arena);

	args_text(a, p->cluster);
	db_queue(p->db, &q_relay_retire, a, -1);
	return db_exec(p->db, p->arena, &q_relay_claim, a, cursor, why);
}

/* A topic that was just made, or has just moved, has no leader for a moment. */
static enum err offsets(struct positions *p, rd_kafka_topic_partition_list_t *list, int64_t which, struct why *why)
{
	int64_t end = clock_monotonic_us() + LEADERLESS_S * US_PER_SECOND;
	enum err err;

	while ((err = client_offsets(p->rk, list, which, KAFKA_ANSWER_MS, why)) == ERR_RETRY && clock_monotonic_us() < end)
		clock_pause_ms(250);
	return err;
}

static enum err adopt_list(struct positions *p, rd_kafka_topic_partition_list_t *list, struct why *why)
{
	struct rows made, cursor;

	TRY(inputs(p, list, why));
	TRY(offsets(p, list, RD_KAFKA_OFFSET_BEGINNING, why));
	TRY(db_begin(p->db, why));
	TRY(db_exec(p->db, p->arena, &q_position_adopt, args_of(p, list), &made, why));
	TRY(adopt_cursor(p, &cursor, why));
	TRY(audit(p, "positions adopt", arena_printf(p->arena, "cluster %.*s", SPAN_ARG(p->cluster)), why));
	TRY(db_commit(p->db, why));
	printf("cluster %.*s adopted: %zu partitions from their beginning, the outbox from after seq %" PRId64 "\n", SPAN_ARG(p->cluster),
		made.count, rows_int8(&cursor, 0, rows_column(&cursor, "last_seq")));
	return OK;
}

static enum err adopt(struct positions *p, struct why *why)
{
	rd_kafka_topic_partition_list_t *list;
	enum err err;

	TRY(who_and_why(p, why));
	TRY(reach(p, why));
	list = rd_kafka_topic_partition_list_new(64);
	err = adopt_list(p, list, why);
	rd_kafka_topic_partition_list_destroy(list);
	return err;
}

/* --- reset --- */

static enum err reset_partitions(struct positions *p, rd_kafka_topic_partition_list_t *list, struct why *why)
{
	struct topic_size topic = { .name = p->topic };
	bool is_read = false;
	int64_t only = -1;

	for (const struct intake *i = p->service->intakes; i != NULL && i->topic != NULL; i++)
		is_read = is_read || strcmp(i->topic, p->topic) == 0;
	if (!is_read)
		return why_field(why, ERR_INVALID, "topic", "--topic", "%s does not read %s", p->service->name, p->topic);
	TRY(client_topics_there(p->rk, &topic, 1, why));
	if (p->partition != NULL && (span_int64(span_of(p->partition), &only) != OK || only < 0 || only >= topic.partitions))
		return why_field(
			why, ERR_INVALID, "partition", "--partition", "%s has the partitions 0 to %d", p->topic, topic.partitions - 1);
	for (int k = 0; k < topic.partitions; k++)
		if (only < 0 || only == k)
			rd_kafka_topic_partition_list_add(list, p->topic, k);
	return OK;
}

/* An offset that the log has, or its end. */
static enum err offsets_exact(struct positions *p, rd_kafka_topic_partition_list_t *list, int64_t to, struct why *why)
{
	rd_kafka_topic_partition_list_t *ends = rd_kafka_topic_partition_list_copy(list);
	enum err err = offsets(p, list, RD_KAFKA_OFFSET_BEGINNING, why);

	if (err == OK)
		err = offsets(p, ends, RD_KAFKA_OFFSET_END, why);
	for (int i = 0; i < list->cnt && err == OK; i++) {
		if (to < list->elems[i].offset || to > ends->elems[i].offset)
			err = why_field(why, ERR_INVALID, "offset", "--to", "%s partition %d has the offsets %" PRId64 " to %" PRId64,
				p->topic, (int)list->elems[i].partition, list->elems[i].offset, ends->elems[i].offset);
		list->elems[i].offset = to;
	}
	rd_kafka_topic_partition_list_destroy(ends);
	return err;
}

/* The first message at or after a time; the end where there is none. */
static enum err offsets_since(struct positions *p, rd_kafka_topic_partition_list_t *list, struct instant since, struct why *why)
{
	rd_kafka_topic_partition_list_t *ends = rd_kafka_topic_partition_list_copy(list);
	enum err err = offsets(p, ends, RD_KAFKA_OFFSET_END, why);

	if (err == OK)
		err = offsets(p, list, since.us / 1000, why);
	for (int i = 0; i < list->cnt && err == OK; i++)
		if (list->elems[i].offset < 0)
			list->elems[i].offset = ends->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(ends);
	return err;
}

static enum err offsets_wanted(struct positions *p, rd_kafka_topic_partition_list_t *list, struct why *why)
{
	struct instant since;
	int64_t to;

	if (strcmp(p->to, "beginning") == 0)
		return offsets(p, list, RD_KAFKA_OFFSET_BEGINNING, why);
	if (strcmp(p->to, "end") == 0)
		return offsets(p, list, RD_KAFKA_OFFSET_END, why);
	if (span_int64(span_of(p->to), &to) == OK)
		return offsets_exact(p, list, to, why);
	if (instant_parse(span_of(p->to), &since) == OK && since.us >= 0)
		return offsets_since(p, list, since, why);
	return why_field(why, ERR_INVALID, "to", "--to", "beginning, end, an offset, or a time such as 2026-11-22T13:00:00Z");
}

static const char *position_before(struct positions *p, const struct rows *before, int32_t partition)
{
	for (size_t i = 0; i < before->count; i++)
		if (rows_int4(before, i, rows_column(before, "part")) == partition &&
			span_is(rows_text(before, i, rows_column(before, "topic")), p->topic))
			return arena_printf(p->arena, "%" PRId64, rows_int8(before, i, rows_column(before, "next_offset")));
	return "none";
}

/* Each partition has its line in the audit. */
static enum err reset_rows(struct positions *p, const rd_kafka_topic_partition_list_t *list, struct why *why)
{
	struct rows before, after;

	TRY(db_begin(p->db, why));
	TRY(load_positions(p, p->cluster, &before, why));
	TRY(db_exec(p->db, p->arena, &q_position_reset, args_of(p, list), &after, why));
	for (int i = 0; i < list->cnt; i++)
		TRY(audit(p, "positions reset",
			arena_printf(p->arena, "cluster %.*s %s partition %d from %s to %" PRId64, SPAN_ARG(p->cluster), p->topic,
				(int)list->elems[i].partition, position_before(p, &before, list->elems[i].partition),
				list->elems[i].offset),
			why));
	TRY(db_commit(p->db, why));
	for (int i = 0; i < list->cnt; i++)
		printf("%s partition %d: %s, now %" PRId64 "\n", p->topic, (int)list->elems[i].partition,
			position_before(p, &before, list->elems[i].partition), list->elems[i].offset);
	return OK;
}

static enum err reset_list(struct positions *p, rd_kafka_topic_partition_list_t *list, struct why *why)
{
	TRY(reset_partitions(p, list, why));
	TRY(offsets_wanted(p, list, why));
	return reset_rows(p, list, why);
}

static enum err reset(struct positions *p, struct why *why)
{
	rd_kafka_topic_partition_list_t *list;
	enum err err;

	TRY(who_and_why(p, why));
	if (p->topic == NULL || p->to == NULL)
		return why_field(why, ERR_INVALID, "option_missing", "--topic, --to", "which topic, and to where");
	TRY(reach(p, why));
	list = rd_kafka_topic_partition_list_new(16);
	err = reset_list(p, list, why);
	rd_kafka_topic_partition_list_destroy(list);
	return err;
}

/* --- the verb --- */

static const struct act {
	const char *name;
	enum err (*run)(struct positions *, struct why *);
} acts[] = { { "show", show }, { "adopt", adopt }, { "reset", reset } };

static int run(struct positions *p, const struct act *act, int argc, char **argv)
{
	struct why why = { 0 };
	int code;

	p->topic = verb_option(argc, argv, "--topic");
	p->partition = verb_option(argc, argv, "--partition");
	p->to = verb_option(argc, argv, "--to");
	p->who = verb_option(argc, argv, "--who");
	p->why = verb_option(argc, argv, "--why");
	code = verb_begin(p->service, argc, argv, &p->db);
	if (code != 0)
		return code;
	p->arena = arena_open();
	if (act->run(p, &why) != OK) {
		db_rollback(p->db);
		code = verb_fail(&why);
	}
	if (p->rk != NULL)
		rd_kafka_destroy(p->rk);
	db_close(p->db);
	arena_close(p->arena);
	return code;
}

int positions_verb(const struct service *service, int argc, char **argv)
{
	struct positions p = { .service = service };

	for (size_t i = 0; argc > 0 && i < sizeof acts / sizeof *acts; i++)
		if (strcmp(argv[0], acts[i].name) == 0)
			return run(&p, &acts[i], argc, argv);
	fprintf(stderr,
		"usage: %s positions show | adopt --who WHO --why WHY |\n"
		"       reset --topic TOPIC [--partition N] --to beginning|end|OFFSET|TIME --who WHO --why WHY\n",
		service->name);
	return EXIT_USAGE;
}
