/*
 * Messages of payments: facts, commands and our own texts of any bytes are read or refused; what is read of a call's answer is printed as it was. Input: a line
 * with the handler's type, a line with the path, then the payload.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

static const struct handler *handler_of(struct span type)
{
	for (const struct handler *h = payments_handlers; h->type != NULL; h++)
		if (span_is(type, h->type) && h->apply != NULL)
			return h;
	return NULL;
}

static void print_again(struct arena *arena, struct span payload)
{
	struct message m = { .payload = payload }, again;

	if (wire_read_answer(&m, arena, NULL) != OK)
		return;
	again = (struct message){ .payload = wire_print_answer(arena, m.body) };
	demand(wire_read_answer(&again, arena, NULL) == OK, "an answer survives its own text");
	demand(span_equal(((struct call_answer *)m.body)->body, ((struct call_answer *)again.body)->body), "to the byte");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct need need = { .arena = arena };
	struct message m = { .key = SPAN("nord:c1"), .merchant = SPAN("nord"), .client = SPAN("main"), .payload = span_bytes(data, size) };
	struct span type, rest = m.payload;
	struct why why = { .err = OK };
	const struct handler *handler;

	print_again(arena, m.payload);
	(void)span_cut(rest, '\n', &type, &rest);
	(void)span_cut(rest, '\n', &m.target, &m.payload);
	handler = handler_of(type);
	if (handler != NULL) {
		if (handler->read(&m, arena, &why) != OK)
			demand(why.err != OK && why.code[0] != '\0', "a refusal says why");
		else
			demand(m.body != NULL && handler->need(&m, &need, &why) == OK, "what was read has needs");
	}
	arena_close(arena);
	return 0;
}
