#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kafka_client.h"
#include "service.h"
#include "verbs.h"

enum { EXIT_USAGE = 2, ADMIN_MS = 30000, CONFIGS = 5 };

#define DLQ_MS (INT64_C(30) * 24 * 3600 * 1000)

/* A topic as it must be. Only configuration that is named here is compared. */
struct plan {
	struct topic topic;
	struct {
		const char *name, *value;
	} configs[CONFIGS];
};

static void plan_config(struct plan *p, const char *name, const char *value)
{
	for (size_t i = 0; i < CONFIGS; i++)
		if (p->configs[i].name == NULL) {
			p->configs[i].name = name;
			p->configs[i].value = value;
			return;
		}
	bug("no room for another configuration");
}

/* A message of ours and its headers fit in 1 MiB. */
static struct plan plan_of(struct topic topic, struct arena *arena)
{
	struct plan p = { .topic = topic };

	plan_config(&p, "cleanup.policy", topic.cleanup);
	if (strcmp(topic.cleanup, "compact") != 0)
		plan_config(&p, "retention.ms", arena_printf(arena, "%" PRId64, topic.retention_ms));
	if (topic.tombstone_ms > 0)
		plan_config(&p, "delete.retention.ms", arena_printf(arena, "%" PRId64, topic.tombstone_ms));
	plan_config(&p, "max.message.bytes", "1048576");
	if (common_settings.replication >= 3)
		plan_config(&p, "min.insync.replicas", "2");
	return p;
}

static struct plan *plans_of(const struct service *service, struct arena *arena, size_t *n)
{
	struct topic dlq = { .name = arena_printf(arena, "dunlin.%s.dlq", service->name), .cleanup = "delete", .retention_ms = DLQ_MS };
	struct plan *out;
	size_t count = 0;

	while (service->topics != NULL && service->topics[count].name != NULL)
		count++;
	out = ARENA_ARRAY(arena, struct plan, count + 1);
	for (size_t i = 0; i < count; i++)
		out[i] = plan_of(service->topics[i], arena);
	out[count] = plan_of(dlq, arena);
	*n = count + 1;
	return out;
}

/* --- the admin client --- */

/* What a verb works with. */
struct topics {
	rd_kafka_t *rk;
	struct arena *arena;
	struct plan *plans;
	size_t count;
};

/* Waits for the answer to what was asked on the queue; NULL when there is none. */
static rd_kafka_event_t *answer(rd_kafka_queue_t *queue, struct why *why)
{
	rd_kafka_event_t *e = rd_kafka_queue_poll(queue, ADMIN_MS);

	if (e != NULL && rd_kafka_event_error(e) == RD_KAFKA_RESP_ERR_NO_ERROR)
		return e;
	(void)why_set(why, ERR_RETRY, "kafka_admin", "%s", e != NULL ? rd_kafka_event_error_string(e) : "no answer from Kafka");
	if (e != NULL)
		rd_kafka_event_destroy(e);
	return NULL;
}

static rd_kafka_NewTopic_t *new_topic(const struct plan *p, struct why *why)
{
	char text[200];
	rd_kafka_NewTopic_t *t =
		rd_kafka_NewTopic_new(p->topic.name, (int)common_settings.partitions, (int)common_settings.replication, text, sizeof text);

	if (t == NULL) {
		(void)why_field(why, ERR_INVALID, "topic", p->topic.name, "%s", text);
		return NULL;
	}
	for (size_t i = 0; i < CONFIGS && p->configs[i].name != NULL; i++)
		(void)rd_kafka_NewTopic_set_config(t, p->configs[i].name, p->configs[i].value);
	return t;
}

/* One line for each topic. What is there already is left as it is. */
static enum err print_created(rd_kafka_event_t *e, struct why *why)
{
	size_t n;
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(e), &n);
	enum err err = OK;

	for (size_t i = 0; i < n; i++) {
		const char *name = rd_kafka_topic_result_name(results[i]);
		rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);

		if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
			printf("%s made\n", name);
		else if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			printf("%s is there\n", name);
		else
			err = why_field(why, ERR_REFUSED, "topic", name, "%s", rd_kafka_topic_result_error_string(results[i]));
	}
	return err;
}

static enum err ask_create(struct topics *t, rd_kafka_NewTopic_t **topics, struct why *why)
{
	rd_kafka_queue_t *queue = rd_kafka_queue_new(t->rk);
	rd_kafka_event_t *e;
	enum err err = ERR_RETRY;

	rd_kafka_CreateTopics(t->rk, topics, t->count, NULL, queue);
	e = answer(queue, why);
	if (e != NULL) {
		err = print_created(e, why);
		rd_kafka_event_destroy(e);
	}
	rd_kafka_queue_destroy(queue);
	return err;
}

static enum err create(struct topics *t, struct why *why)
{
	rd_kafka_NewTopic_t **topics = ARENA_ARRAY(t->arena, rd_kafka_NewTopic_t *, t->count);
	size_t n = 0;
	enum err err = OK;

	while (n < t->count && (topics[n] = new_topic(&t->plans[n], why)) != NULL)
		n++;
	err = n == t->count ? ask_create(t, topics, why) : ERR_INVALID;
	rd_kafka_NewTopic_destroy_array(topics, n);
	return err;
}

/* --- comparing --- */

static int differ(const char *topic, const char *what, const char *wanted, const char *found)
{
	printf("%s: %s is %s, not %s\n", topic, what, found, wanted);
	return 1;
}

static int compare_configs(const struct plan *p, const rd_kafka_ConfigEntry_t **entries, size_t n)
{
	int differences = 0;

	for (size_t i = 0; i < CONFIGS && p->configs[i].name != NULL; i++)
		for (size_t k = 0; k < n; k++) {
			const char *value = rd_kafka_ConfigEntry_value(entries[k]);

			if (strcmp(rd_kafka_ConfigEntry_name(entries[k]), p->configs[i].name) == 0 &&
				(value == NULL || strcmp(value, p->configs[i].value) != 0))
				differences +=
					differ(p->topic.name, p->configs[i].name, p->configs[i].value, value != NULL ? value : "unset");
		}
	return differences;
}

static int compare_resources(const struct topics *t, rd_kafka_event_t *e)
{
	size_t n, entries;
	const rd_kafka_ConfigResource_t **found = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(e), &n);
	int differences = 0;

	for (size_t i = 0; i < n; i++) {
		const char *name = rd_kafka_ConfigResource_name(found[i]);
		const rd_kafka_ConfigEntry_t **of = rd_kafka_ConfigResource_configs(found[i], &entries);

		for (size_t k = 0; k < t->count; k++)
			if (strcmp(t->plans[k].topic.name, name) == 0)
				differences += compare_configs(&t->plans[k], of, entries);
	}
	return differences;
}

static enum err compare_all(struct topics *t, const struct topic_size *sizes, int *differences, struct why *why)
{
	rd_kafka_ConfigResource_t **wanted = ARENA_ARRAY(t->arena, rd_kafka_ConfigResource_t *, t->count);
	rd_kafka_queue_t *queue;
	rd_kafka_event_t *e;
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		if (sizes[i].partitions > 0)
			wanted[n++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, sizes[i].name);
	if (n == 0)
		return OK;
	queue = rd_kafka_queue_new(t->rk);
	rd_kafka_DescribeConfigs(t->rk, wanted, n, NULL, queue);
	e = answer(queue, why);
	rd_kafka_ConfigResource_destroy_array(wanted, n);
	if (e != NULL) {
		*differences += compare_resources(t, e);
		rd_kafka_event_destroy(e);
	}
	rd_kafka_queue_destroy(queue);
	return e != NULL ? OK : ERR_RETRY;
}

static enum err check(struct topics *t, struct why *why)
{
	struct topic_size *sizes = ARENA_ARRAY(t->arena, struct topic_size, t->count);
	char wanted[24], found[24];
	int differences = 0;

	for (size_t i = 0; i < t->count; i++)
		sizes[i].name = t->plans[i].topic.name;
	TRY(client_topics(t->rk, sizes, t->count, KAFKA_ANSWER_MS, why));
	snprintf(wanted, sizeof wanted, "%lld", (long long)common_settings.partitions);
	for (size_t i = 0; i < t->count; i++) {
		snprintf(found, sizeof found, "%d", sizes[i].partitions);
		if (sizes[i].partitions == 0)
			differences += printf("%s is not there\n", sizes[i].name) > 0;
		else if (strcmp(wanted, found) != 0)
			differences += differ(sizes[i].name, "the number of partitions", wanted, found);
	}
	TRY(compare_all(t, sizes, &differences, why));
	if (differences > 0)
		return why_set(why, ERR_REFUSED, "topics_differ", "%d difference%s", differences, differences == 1 ? "" : "s");
	printf("%zu topics are as they must be\n", t->count);
	return OK;
}

/* For the embedded broker, which makes topics when it starts. */
static enum err print(struct topics *t, struct why *why)
{
	(void)why;
	for (size_t i = 0; i < t->count; i++)
		printf("%s:%lld\n", t->plans[i].topic.name, (long long)common_settings.partitions);
	return OK;
}

static const struct act {
	const char *name;
	enum err (*run)(struct topics *, struct why *);
	bool asks; /* Kafka */
} acts[] = { { "create", create, true }, { "check", check, true }, { "print", print, false } };

static enum err run(const struct service *service, const struct act *act, struct why *why)
{
	struct topics t = { .arena = arena_open() };
	enum err err = OK;

	t.plans = plans_of(service, t.arena, &t.count);
	if (act->asks)
		err = client_open(&t.rk, RD_KAFKA_PRODUCER, service, NULL, NULL, NULL, why);
	if (err == OK)
		err = act->run(&t, why);
	if (t.rk != NULL)
		rd_kafka_destroy(t.rk);
	arena_close(t.arena);
	return err;
}

int topics_verb(const struct service *service, int argc, char **argv)
{
	struct why why = { 0 };
	int code;

	for (size_t i = 0; argc > 0 && i < sizeof acts / sizeof *acts; i++) {
		if (strcmp(argv[0], acts[i].name) != 0)
			continue;
		code = verb_begin(service, argc, argv, NULL);
		if (code == 0 && run(service, &acts[i], &why) != OK)
			code = verb_fail(&why);
		return code;
	}
	fprintf(stderr, "usage: %s topics create | check | print\n", service->name);
	return EXIT_USAGE;
}
