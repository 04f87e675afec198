/*
 * log_format: one log line as text; log.c writes it.
 *
 * A line is one JSON object and takes at most LOG_LINE bytes with its newline, so that one write to a pipe is never torn (POSIX: PIPE_BUF).
 * What does not fit is left out whole and the line says "cut":true; a long text ends with an ellipsis.
 */
#ifndef DUNLIN_LOG_FORMAT_H
#define DUNLIN_LOG_FORMAT_H

#include "date.h"
#include "log.h"

enum { LOG_LINE = 4096 };

struct log_head {
	struct instant at;
	enum log_level level;
	const char *service, *role, *msg;
	const char *trace; /* trace id, or "" */
};

/* The line's size. Nothing is written beyond it. */
size_t log_format(char line[LOG_LINE], const struct log_head *, const struct log_field *, size_t n);

/* The trace id (32 hexadecimal digits) of a W3C traceparent header, or the empty span. */
struct span log_trace_id(struct span traceparent);

#endif
