/*
 * Messages of reminders: facts, commands and our own lines of any bytes are read, and what is read is applied to a book, or refused with a reason.
 * Input: a line with the handler's type, a line with the path or the Kafka key, then the payload.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "handlers.h"
#include "policy.h"

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
	for (const struct handler *h = reminders_handlers; h->type != NULL; h++)
		if (span_is(type, h->type) && h->apply != NULL)
			return h;
	return NULL;
}

static void run(struct arena *arena, const struct handler *handler, struct message *m)
{
	struct book *book = book_open(arena, policy_find("standard"), "mail.example");
	struct instant now = { INT64_C(1790000000000000) };
	struct need need = { .arena = arena };
	struct say *say = say_open(arena, m);
	struct why why = { .err = OK };
	struct digest before, after;
	enum err err = handler->read(m, arena, &why);

	if (err == OK)
		err = handler->need(m, &need, &why);
	if (err == OK) {
		book_mark(book);
		before = book_digest(book);
		err = handler->apply(book, m, now, say, &why);
		if (err != OK) {
			book_restore(book);
			after = book_digest(book);
			demand(digest_equal(before.b, after.b, sizeof before.b), "a refusal leaves the book as it was");
		}
	}
	demand(err == OK || (why.err == err && why.code[0] != '\0'), "a refusal has a reason");
	demand(err != ERR_BUG && err != ERR_RETRY, "no input is a bug");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct message m = {
		.source = SPAN("fuzz"), .id = SPAN("1"), .key = SPAN("nord:c1"), .merchant = SPAN("nord"), .client = SPAN("main")
	};
	struct span type, rest = span_bytes(data, size);
	const struct handler *handler;

	(void)span_cut(rest, '\n', &type, &rest);
	(void)span_cut(rest, '\n', &m.target, &m.payload);
	if (m.target.size > 0 && m.target.at[0] != '/')
		m.key = m.target;
	handler = handler_of(type);
	if (handler != NULL)
		run(arena, handler, &m);
	arena_close(arena);
	return 0;
}
