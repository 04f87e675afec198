/*
 * A log line: the input is message, text and trace of a line, which must stay one JSON object of one line without a card number.
 */
#include <stdlib.h>
#include <string.h>

#include "json_in.h"
#include "log_format.h"
#include "pan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span input = span_bytes(data, size), text;
	const struct log_field fields[] = { LOG_SPAN("a", input), LOG_NUMBER("b", (int64_t)size), LOG_SPAN("c", input),
		LOG_SPAN("d", input), LOG_SPAN("e", input) };
	struct log_head head = { .service = "s", .role = "r", .msg = span_cstr(arena, input), .trace = "" };
	char line[LOG_LINE];
	size_t n = log_format(line, &head, fields, sizeof(fields) / sizeof(*fields));
	struct json_in in;

	if (n > LOG_LINE || memchr(line, '\n', n) != line + n - 1 || json_in_open(&in, arena, span_bytes(line, n - 1), NULL) != OK)
		abort();
	if (json_in_has(&in, "a") && json_in_prose(&in, "a", 0, 4096, &text, NULL) == OK && pan_is_in(text))
		abort();
	if (log_trace_id(input).size != 0 && log_trace_id(input).size != 32)
		abort();
	arena_close(arena);
	return 0;
}
