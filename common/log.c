#include "log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "log_format.h"

static const char *service_name = "";
static enum log_level least_level = LOG_INFO;

static _Thread_local const char *role_name = "main";
static _Thread_local char trace_id[33];

void log_init(const char *service, enum log_level least)
{
	service_name = service;
	least_level = least;
}

void log_role(const char *role)
{
	role_name = role;
}

void log_trace(struct span traceparent)
{
	struct span id = log_trace_id(traceparent);

	memcpy(trace_id, id.at, id.size);
	trace_id[id.size] = '\0';
}

/* A log that nobody can take (a full disk, a closed pipe) must not stop the work. */
static void write_all(const char *at, size_t size)
{
	while (size > 0) {
		ssize_t n = write(STDOUT_FILENO, at, size);

		if (n < 0 && errno != EINTR)
			return;
		at += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
}

void log_line(enum log_level level, const char *msg, const struct log_field *fields, size_t n)
{
	char line[LOG_LINE];

	if (level < least_level)
		return;
	write_all(line, log_format(line,
				&(struct log_head){
					.at = clock_real(),
					.level = level,
					.service = service_name,
					.role = role_name,
					.msg = msg,
					.trace = trace_id,
				},
				fields, n));
}

void log_why(enum log_level level, const char *msg, const struct why *why)
{
	log_with(level, msg, LOG_TEXT("error", err_name(why->err)), LOG_TEXT("code", why->code),
		why->field[0] == '\0' ? (struct log_field){ .name = NULL } : LOG_TEXT("field", why->field), LOG_TEXT("reason", why->text));
}

/* librdkafka's levels are those of syslog: 0 emergency to 7 debug. */
void log_kafka(const struct rd_kafka_s *kafka, int level, const char *facility, const char *text)
{
	enum log_level ours = level <= 3 ? LOG_ERROR : level == 4 ? LOG_WARN : level <= 6 ? LOG_INFO : LOG_DEBUG;

	(void)kafka;
	log_with(ours, "librdkafka", LOG_TEXT("facility", facility), LOG_TEXT("text", text));
}
