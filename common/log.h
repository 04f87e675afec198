/*
 * log: JSON lines on standard output, one line per event, for machines that collect them.
 *
 * Each line has ts (RFC 3339), level, service, role, msg; then the fields of the thread's context (trace, topic …); then
 * those of the call. No payloads, no SQL parameters, no secrets: pass ids and counts. Values that look like a card number
 * (13-19 digits that pass Luhn, ISO/IEC 7812-1) are masked.
 */
#ifndef DUNLIN_LOG_H
#define DUNLIN_LOG_H

#include <stdint.h>

#include "err.h"
#include "span.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_init(const char *service, enum log_level least); /* once, before threads start */
void log_role(const char *role);                           /* names this thread */
void log_trace(struct span traceparent);                    /* W3C trace context of what this thread works on; empty clears */

struct log_field {
	const char *name;
	struct span text;  /* used when text.at is not NULL */
	int64_t number;
};

#define LOG_TEXT(n, v) ((struct log_field){ .name = (n), .text = span_of(v) })
#define LOG_SPAN(n, v) log_span((n), (v))
#define LOG_NUMBER(n, v) ((struct log_field){ .name = (n), .number = (v) })

/* An empty text is left out. */
struct log_field log_span(const char *name, struct span text);

void log_line(enum log_level, const char *msg, const struct log_field *, size_t n);
#define log_info(msg, ...) log_with(LOG_INFO, msg, ##__VA_ARGS__)
#define log_warn(msg, ...) log_with(LOG_WARN, msg, ##__VA_ARGS__)
#define log_error(msg, ...) log_with(LOG_ERROR, msg, ##__VA_ARGS__)
#define log_with(level, msg, ...)                                                               \
	log_line((level), (msg), (const struct log_field[]){ { .name = NULL }, ##__VA_ARGS__ }, \
		sizeof((const struct log_field[]){ { .name = NULL }, ##__VA_ARGS__ }) / sizeof(struct log_field))
/* Fields with a NULL name are skipped. */
void log_why(enum log_level, const char *msg, const struct why *);

/* Routes the messages of libraries here. */
struct rd_kafka_s;
void log_kafka(const struct rd_kafka_s *, int level, const char *facility, const char *text);

#endif
