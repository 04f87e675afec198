#include "kafka_client.h"

#include <string.h>

#include "clock.h"
#include "log.h"
#include "metrics.h"
#include "random.h"
#include "role.h"
#include "service.h"

static struct metric client_errors = {
	.name = "dunlin_kafka_client_errors_total",
	.type = METRIC_COUNTER,
	.help = "Errors that librdkafka reported: brokers away, authentication, fatal ones.",
};

/* Exactly-once effects, order and bounded memory rest on these. */
static const char *const ours[] = { "bootstrap.servers", "metadata.broker.list", "group.id", "group.instance.id", "enable.auto.commit",
	"enable.auto.offset.store", "auto.offset.reset", "partition.assignment.strategy", "group.protocol", "enable.idempotence", "acks",
	"request.required.acks", "message.timeout.ms", "delivery.timeout.ms", "retries", "message.send.max.retries", "max.in.flight",
	"max.in.flight.requests.per.connection", "partitioner", "transactional.id", "isolation.level", "allow.auto.create.topics",
	"queue.buffering.max.messages", "queue.buffering.max.kbytes", "queued.max.messages.kbytes", "max.poll.interval.ms",
	"session.timeout.ms", "enable.partition.eof", "consume.callback.max.messages", "enable.gapless.guarantee" };

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strcmp(name, ours[i]) == 0)
			return true;
	return false;
}

static enum err set(rd_kafka_conf_t *conf, const char *name, const char *value, struct why *why)
{
	char text[200];

	if (rd_kafka_conf_set(conf, name, value, text, sizeof text) == RD_KAFKA_CONF_OK)
		return OK;
	return why_field(why, ERR_INVALID, "kafka_option", name, "%s", text);
}

/* Up to the next comma that no backslash stands before; `out` has room for all of it. */
static const char *option_next(const char *at, char *out)
{
	for (; *at != '\0' && *at != ','; at++) {
		if (at[0] == '\\' && at[1] == ',')
			at++;
		*out++ = *at;
	}
	*out = '\0';
	return *at == ',' ? at + 1 : at;
}

static enum err set_options(rd_kafka_conf_t *conf, const char *options, struct arena *arena, struct why *why)
{
	char *one = arena_alloc(arena, strlen(options) + 1);

	/* What is not key=value may be part of a secret: it is counted, not shown. */
	for (int n = 1; *options != '\0'; n++) {
		char *value;

		options = option_next(options, one);
		value = strchr(one, '=');
		if (value == NULL || value == one)
			return why_field(why, ERR_INVALID, "kafka_options", "kafka_options", "number %d is not key=value", n);
		*value++ = '\0';
		if (is_ours(one))
			return why_field(why, ERR_INVALID, "kafka_options", "kafka_options", "%s is not yours to set", one);
		TRY(set(conf, one, value, why));
	}
	return OK;
}

static enum err apply_options(rd_kafka_conf_t *conf, const char *options, struct why *why)
{
	struct arena *arena = arena_open();
	enum err err = set_options(conf, options != NULL ? options : "", arena, why);

	arena_close(arena);
	return err;
}

enum err kafka_check_options(const char *value, struct why *why)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	enum err err = apply_options(conf, value, why);

	rd_kafka_conf_destroy(conf);
	return err;
}

static void on_error(rd_kafka_t *rk, int code, const char *text, void *opaque)
{
	(void)opaque;
	metric_add(&client_errors, 1, NULL);
	log_warn("kafka client error", LOG_TEXT("client", rd_kafka_name(rk)),
		LOG_TEXT("code", rd_kafka_err2name((rd_kafka_resp_err_t)code)), LOG_TEXT("text", text));
}

/* Nagle's algorithm is on by default before librdkafka 2.10. */
static enum err configure(rd_kafka_conf_t *conf, const struct service *service, const struct client_setting *own, struct why *why)
{
	char client_id[64];

	TRY(apply_options(conf, common_settings.kafka_options, why));
	snprintf(client_id, sizeof client_id, "dunlin-%.40s", service->name);
	TRY(set(conf, "client.id", client_id, why));
	TRY(set(conf, "bootstrap.servers", common_settings.brokers != NULL ? common_settings.brokers : "", why));
	TRY(set(conf, "socket.nagle.disable", "true", why));
	TRY(set(conf, "socket.keepalive.enable", "true", why));
	TRY(set(conf, "log.connection.close", "false", why));
	TRY(set(conf, "reconnect.backoff.max.ms", "2000", why));
	for (; own != NULL && own->name != NULL; own++)
		TRY(set(conf, own->name, own->value, why));
	return OK;
}

enum err client_open(rd_kafka_t **out, rd_kafka_type_t type, const struct service *service, const struct client_setting *own,
	void (*callbacks)(rd_kafka_conf_t *), void *opaque, struct why *why)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	enum err err = configure(conf, service, own, why);
	char text[200];

	*out = NULL;
	rd_kafka_conf_set_log_cb(conf, log_kafka);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_opaque(conf, opaque);
	if (callbacks != NULL)
		callbacks(conf);
	if (err == OK && (*out = rd_kafka_new(type, conf, text, sizeof text)) == NULL)
		err = why_field(why, ERR_INVALID, "kafka_client", "kafka_options", "%s", text);
	if (err != OK)
		rd_kafka_conf_destroy(conf);
	return err;
}

enum err client_error(rd_kafka_resp_err_t code, const char *what, struct why *why)
{
	bool lasts = code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
		     code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED || code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
		     code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED || code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;

	return why_set(why, lasts ? ERR_REFUSED : ERR_RETRY, "kafka", "%s: %s", what, rd_kafka_err2str(code));
}

/* The wait inside rd_kafka_clusterid can sleep through the answer, so the answer is asked for first. */
enum err client_cluster(rd_kafka_t *rk, struct arena *arena, int timeout_ms, struct span *out, struct why *why)
{
	const struct rd_kafka_metadata *none;
	char *id = rd_kafka_clusterid(rk, 0);

	if (id == NULL && rd_kafka_metadata(rk, 0, NULL, &none, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		rd_kafka_metadata_destroy(none);
		id = rd_kafka_clusterid(rk, timeout_ms);
	}
	if (id == NULL)
		return why_set(why, ERR_RETRY, "kafka_away", "no answer from Kafka at %s", common_settings.brokers);
	*out = span_copy(arena, span_of(id));
	rd_kafka_mem_free(rk, id);
	return OK;
}

/* All topics at once: asking for one by name would have some brokers make it. It also fills the client's cache, without which the first
 * record to each topic waits up to a second (librdkafka before 2.10.1). */
enum err client_topics(rd_kafka_t *rk, struct topic_size *topics, size_t n, int timeout_ms, struct why *why)
{
	const struct rd_kafka_metadata *all;
	rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 1, NULL, &all, timeout_ms);

	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return why_set(
			why, ERR_RETRY, "kafka_away", "no answer from Kafka at %s: %s", common_settings.brokers, rd_kafka_err2str(code));
	for (size_t i = 0; i < n; i++) {
		topics[i].partitions = 0;
		for (int k = 0; k < all->topic_cnt; k++)
			if (strcmp(all->topics[k].topic, topics[i].name) == 0 && all->topics[k].err == RD_KAFKA_RESP_ERR_NO_ERROR)
				topics[i].partitions = all->topics[k].partition_cnt;
	}
	rd_kafka_metadata_destroy(all);
	return OK;
}

enum err client_topics_there(rd_kafka_t *rk, struct topic_size *topics, size_t n, struct why *why)
{
	TRY(client_topics(rk, topics, n, KAFKA_ANSWER_MS, why));
	for (size_t i = 0; i < n; i++)
		if (topics[i].partitions == 0)
			return why_field(why, ERR_RETRY, "topic_missing", topics[i].name,
				"topic %s is not there: the service that writes it makes it with 'topics create'", topics[i].name);
	return OK;
}

/* What the client knows of the topics may be from before they had leaders; only asking anew mends that in time. */
static enum err offsets_failed(rd_kafka_t *rk, rd_kafka_resp_err_t code, const char *what, int timeout_ms, struct why *why)
{
	struct why unused;

	(void)!client_topics(rk, NULL, 0, timeout_ms, &unused);
	return client_error(code, what, why);
}

enum err client_offsets(rd_kafka_t *rk, rd_kafka_topic_partition_list_t *list, int64_t which, int timeout_ms, struct why *why)
{
	rd_kafka_resp_err_t code;

	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = which;
	code = list->cnt == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_offsets_for_times(rk, list, timeout_ms);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return offsets_failed(rk, code, "asking for offsets", timeout_ms, why);
	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
			return offsets_failed(rk, list->elems[i].err, list->elems[i].topic, timeout_ms, why);
	return OK;
}

struct topic_size *service_outputs(const struct service *service, struct arena *arena, size_t *n)
{
	struct topic_size *out;
	size_t count = 0;

	while (service->topics != NULL && service->topics[count].name != NULL)
		count++;
	out = ARENA_ARRAY(arena, struct topic_size, count + 1);
	for (size_t i = 0; i < count; i++)
		out[i].name = service->topics[i].name;
	out[count].name = arena_printf(arena, "dunlin.%s.dlq", service->name);
	*n = count + 1;
	return out;
}

struct topic_size *service_inputs(const struct service *service, struct arena *arena, size_t *n)
{
	struct topic_size *out;
	size_t count = 0;

	while (service->intakes != NULL && service->intakes[count].topic != NULL)
		count++;
	out = ARENA_ARRAY(arena, struct topic_size, count);
	for (size_t i = 0; i < count; i++)
		out[i].name = service->intakes[i].topic;
	*n = count;
	return out;
}

/* Wake-ups don't cut it short: it is there so that nothing is tried in a tight loop. */
void client_back_off(struct role *role, int try)
{
	uint32_t most = try < 7 ? 50U <<
	try:
		5000;
	int64_t until = clock_monotonic_us() + (int64_t)(most / 2 + random_below(most / 2)) * 1000;
	int64_t left;

	while (!role_stopping(role) && (left = until - clock_monotonic_us()) > 0) {
		role_beat(role);
		role_wait(role, (int)(left / 1000) + 1);
		role_drain(role);
	}
}

enum err client_wait(struct role *role, enum err (*look)(void *, struct why *), void *of, struct why *why)
{
	char said[sizeof why->text] = "";

	for (int try = 0; !role_stopping(role); try++) {
		enum err err = look(of, why);

		if (err != ERR_RETRY)
			return err;
		if (strcmp(said, why->text) != 0)
			log_why(LOG_WARN, "waiting", why);
		memcpy(said, why->text, sizeof said);
		client_back_off(role, try < 5 ? try : 5);
	}
	return OK;
}
