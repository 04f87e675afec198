#include <string.h>

#include "crash.h"
#include "service.h"

struct common_settings common_settings;

/* host:port, [v6]:port or :port. Names are resolved when the port is opened. */
enum err setting_is_address(const char *value, struct why *why)
{
	const char *colon = strrchr(value, ':');
	int64_t port;

	if (colon == NULL || span_int64(span_of(colon + 1), &port) != OK || port < 0 || port > 65535)
		return why_set(why, ERR_INVALID, "setting_invalid", "must be an address and a port, such as 127.0.0.1:8080");
	return OK;
}

enum err setting_is_url(const char *value, struct why *why)
{
	struct span url = span_of(value);

	if (!(span_starts(url, "https://") || span_starts(url, "http://")) || value[url.size - 1] == '/')
		return why_set(why, ERR_INVALID, "setting_invalid", "must begin with https:// or http:// and not end with a slash");
	return OK;
}

static bool is_one_of(struct span word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (span_is(word, *words))
			return true;
	return false;
}

static enum err check_roles(const char *value, struct why *why)
{
	static const char *const roles[] = { "http", "consume", "relay", "tick", "send", "bulk", NULL };
	struct span rest = span_of(value), word;

	while (rest.size > 0) {
		span_cut(rest, ',', &word, &rest);
		if (!is_one_of(word, roles))
			return why_set(why, ERR_INVALID, "setting_invalid", "must be a list out of http,consume,relay,tick,send,bulk");
	}
	return OK;
}

static enum err check_level(const char *value, struct why *why)
{
	static const char *const levels[] = { "debug", "info", "warn", "error", NULL };

	return is_one_of(span_of(value), levels) ? OK : why_set(why, ERR_INVALID, "setting_invalid", "must be debug, info, warn or error");
}

/* A comma behind a backslash belongs to the value. */
static enum err check_options(const char *value, struct why *why)
{
	struct span rest = span_of(value), option, name, setting;
	bool goes_on = false;

	while (rest.size > 0) {
		span_cut(rest, ',', &option, &rest);
		if (!goes_on && (!span_cut(option, '=', &name, &setting) || name.size == 0))
			return why_set(why, ERR_INVALID, "setting_invalid", "must be a list of key=value with commas between");
		goes_on = option.size > 0 && option.at[option.size - 1] == '\\';
	}
	return OK;
}

#define TEXT(field) .name = #field, .type = SETTING_TEXT, .offset = offsetof(struct common_settings, field)
#define NUMBER(field) .name = #field, .type = SETTING_NUMBER, .offset = offsetof(struct common_settings, field)
#define BOOL(field) .name = #field, .type = SETTING_BOOL, .offset = offsetof(struct common_settings, field)

const struct setting common_setting_table[] = {
	{ TEXT(database_url), .flags = SETTING_SECRET, .help = "PostgreSQL as the application's role, as a libpq URL." },
	{ TEXT(owner_database_url), .flags = SETTING_SECRET,
		.help = "PostgreSQL as the role that owns the tables; only migrate needs it." },
	{ TEXT(brokers), .initial = "127.0.0.1:9092", .help = "Kafka's bootstrap servers, host:port with commas between." },
	{ TEXT(kafka_options), .flags = SETTING_SECRET, .check = check_options,
		.help = "Further properties of librdkafka (security.protocol, sasl.…), key=value with commas between." },
	{ TEXT(kafka_instance_id), .help = "Static group membership, where the names of instances are stable. Empty: dynamic." },
	{ TEXT(http_address), .initial = "127.0.0.1:8080", .check = setting_is_address,
		.help = "Where HTTP is served. Port 0 takes any; the log line \"listening\" tells which." },
	{ TEXT(ops_address), .initial = "127.0.0.1:9090", .check = setting_is_address,
		.help = "Where /livez, /readyz, /metrics, /version and /idle are served. Not for the public." },
	{ TEXT(public_url), .initial = "http://127.0.0.1:8080", .check = setting_is_url, .help = "How customers reach this service." },
	{ TEXT(roles), .initial = "http,consume,relay,tick,send,bulk", .check = check_roles,
		.help = "What this process does; ops is always there." },
	{ TEXT(log_level), .initial = "info", .check = check_level, .help = "Least level of log lines: debug, info, warn or error." },
	{ TEXT(crash_at), .check = crash_check,
		.help = "For tests of faults: dies, as by kill -9, at the place of this name (the verb crashes prints them), place:3 for the third time, place/what in the course of one command or duty alone." },
	{ NUMBER(http_threads), .initial = "1", .least = 1, .most = 32, .help = "Threads that serve HTTP." },
	{ NUMBER(http_connections), .initial = "1000", .least = 1, .most = 100000,
		.help = "Open HTTP connections of this process at most; others wait in the kernel's queue." },
	{ NUMBER(consume_threads), .initial = "1", .least = 1, .most = 32, .help = "Threads that consume, each a member of the group." },
	{ NUMBER(partitions), .initial = "12", .least = 1, .most = 1000, .help = "Partitions of every topic; the same in all services." },
	{ NUMBER(replication), .initial = "1", .least = 1, .most = 9, .help = "Replicas of the topics that this service creates." },
	{ NUMBER(drain_seconds), .initial = "25", .least = 1, .most = 300, .help = "How long an orderly stop may take." },
	{ NUMBER(patience_seconds), .initial = "60", .least = 1, .most = 200,
		.help = "How long consuming tries on while PostgreSQL is away, before the process leaves its group and ends with 3." },
	{ BOOL(sandbox), .initial = "false", .help = "Business time is moved by dunlin.clock.v1 instead of passing by itself." },
	{ BOOL(embedded_broker), .initial = "false",
		.help = "The broker forgets everything when it stops: the positions of a new cluster are adopted without asking." },
	{ BOOL(wait_for_schema), .initial = "false",
		.help = "Start by waiting for migrate, instead of stopping, while the schema is missing or older." },
	{ .name = NULL },
};
