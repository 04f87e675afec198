/*
 * fuzz: what the targets share. An input of messages is text: for each a line with its type, a line with its Kafka key or path, and the payload,
 * up to a line "%%" or the end. So people can read and write inputs, and the fuzzer can splice them.
 */
#ifndef DUNLIN_TESTS_FUZZ_H
#define DUNLIN_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/span.h"

enum { FUZZ_MESSAGES = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

struct fuzz_message {
	struct span type, target, payload;
};

/* The next message of the input; false at its end. */
static inline bool fuzz_next(struct span *rest, struct fuzz_message *m)
{
	static const char end[] = "\n%%\n";
	const char *at;

	if (rest->size == 0)
		return false;
	(void)span_cut(*rest, '\n', &m->type, rest);
	(void)span_cut(*rest, '\n', &m->target, rest);
	at = rest->size > 0 ? memmem(rest->at, rest->size, end, sizeof(end) - 1) : NULL;
	m->payload = at != NULL ? span_bytes(rest->at, (size_t)(at - rest->at)) : *rest;
	*rest = span_from(*rest, m->payload.size + (at != NULL ? sizeof(end) - 1 : 0));
	return true;
}

/* The text with each `word` replaced, so that inputs can name what was made on the way. */
static inline struct span fuzz_replace(struct arena *arena, struct span s, const char *word, const char *by)
{
	struct text text;
	const char *at;

	text_init(&text, arena);
	while (s.size > 0 && (at = memmem(s.at, s.size, word, strlen(word))) != NULL) {
		text_bytes(&text, s.at, (size_t)(at - s.at));
		text_add(&text, by);
		s = span_from(s, (size_t)(at - s.at) + strlen(word));
	}
	text_span(&text, s);
	return text_done(&text);
}

#endif
