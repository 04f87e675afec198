/*
 * A record of Kafka as a message. Input: a first line "own" or "foreign", header lines "name: value" (without a colon: no value), an empty
 * line, a line with the key, and the rest as the value.
 */
#include <stdlib.h>

#include "common/kafka.h"

enum { HEADERS_MOST = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static size_t read_headers(struct span *rest, struct header *headers)
{
	struct span line, value;
	size_t n = 0;

	while (span_cut(*rest, '\n', &line, rest) && line.size > 0 && n < HEADERS_MOST) {
		headers[n].value = (struct span){ 0 };
		if (span_cut(line, ':', &headers[n].name, &value))
			headers[n].value = span_starts(value, " ") ? span_from(value, 1) : value;
		n++;
	}
	return n;
}

static void check(const struct message *m, const struct record *r)
{
	struct uuid uuid;

	demand(m->source.size > 0 && m->source.size <= 640 && span_is_text(m->source));
	demand(m->id.size > 0 && m->id.size <= 640 && span_is_text(m->id));
	demand(m->unreadable != NULL || m->type.size > 0);
	demand(m->unreadable == NULL || (m->unreadable->err == ERR_INVALID && m->unreadable->text[0] != '\0'));
	demand(m->own ? !r->foreign && uuid_parse(m->id, &uuid) == OK && uuid_equal(uuid, m->event_id)
		      : r->foreign || m->unreadable != NULL);
	demand(span_is_text(m->type) && span_is_text(m->key) && span_is_text(m->trace));
	demand(m->trace.size == 0 || m->trace.size == 55);
	demand(m->payload.size == r->value.size && (m->payload.at == NULL) == (r->value.at == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header headers[HEADERS_MOST];
	struct span rest = span_bytes(data, size), first;
	struct record r = { .cluster = SPAN("c"), .topic = SPAN("t"), .partition = 1, .offset = 2, .headers = headers };
	struct arena *arena = arena_open();
	struct message m, again;

	(void)span_cut(rest, '\n', &first, &rest);
	r.foreign = span_is(first, "foreign");
	r.header_count = read_headers(&rest, headers);
	(void)span_cut(rest, '\n', &r.key, &r.value);
	kafka_read_record(&m, &r, arena);
	check(&m, &r);
	kafka_read_record(&again, &r, arena);
	demand(span_equal(m.source, again.source) && span_equal(m.id, again.id) && m.time.us == again.time.us);
	arena_close(arena);
	return 0;
}
