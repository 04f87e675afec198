/*
 * Messages of reconciliation on a book in memory: facts and commands of any bytes, and lines of a bank. What is refused has a reason and leaves the
 * book as it was (world_run checks it); whatever was applied, the books are proven.
 *
 * Beside the handlers' types there is "line": minor units, end-to-end reference, structured reference, text, IBAN and return reason, cut at '|'.
 * {line}, {statement}, {receipt} and {exception} in a command stand for the newest of its kind.
 */
#include "../fuzz.h"

#include "exception.h"
#include "hand.h"
#include "wire.h"

#include "../../unit/reconciliation/world.h"

/* A bank moves no more than this with one line here, so that a statement's balances stay amounts. */
#define LINE_MOST (INT64_C(1) << 40)

static const struct handler *handler_of(struct span type)
{
	for (const struct handler *h = reconciliation_handlers; h->type != NULL; h++)
		if (span_is(type, h->type) && h->apply != NULL)
			return h;
	return NULL;
}

static const struct uuid *newest(const struct world *w, enum book_shelf shelf)
{
	static const struct uuid none;
	const struct uuid *id = &none;
	const void *v;

	for (size_t i = 0; (v = book_next(w->book, shelf, &i)) != NULL;)
		switch ((int)shelf) {
		case BOOK_LINES: id = &((const struct line *)v)->id; break;
		case BOOK_STATEMENTS: id = &((const struct statement *)v)->id; break;
		case BOOK_RECEIPTS: id = &((const struct receipt *)v)->id; break;
		case BOOK_EXCEPTIONS: id = &((const struct exception *)v)->id; break;
		}
	return id;
}

static struct span named(struct world *w, struct span s)
{
	static const struct {
		const char *word;
		enum book_shelf shelf;
	} words[] = { { "{line}", BOOK_LINES }, { "{statement}", BOOK_STATEMENTS }, { "{receipt}", BOOK_RECEIPTS },
		{ "{exception}", BOOK_EXCEPTIONS } };

	for (size_t i = 0; s.at != NULL && i < sizeof(words) / sizeof(*words); i++)
		s = fuzz_replace(w->arena, s, words[i].word, uuid_text(w->arena, *newest(w, words[i].shelf)));
	return s;
}

static const char *next_field(struct world *w, struct span *rest)
{
	struct span field;

	(void)span_cut(*rest, '|', &field, rest);
	return span_is_text(field) ? span_cstr(w->arena, field) : "";
}

static void bank_line(struct world *w, struct span rest)
{
	struct line_of line;
	int64_t minor;

	if (span_int64(span_of(next_field(w, &rest)), &minor) != OK || minor == 0 || minor > LINE_MOST || minor < -LINE_MOST)
		return;
	line = (struct line_of){ .minor = minor };
	line.end_to_end = next_field(w, &rest);
	line.reference = next_field(w, &rest);
	line.text = next_field(w, &rest);
	line.iban = next_field(w, &rest);
	line.return_reason = next_field(w, &rest);
	(void)world_line(w, line);
}

static void run(struct world *w, const struct fuzz_message *from)
{
	struct message *m = ARENA_NEW(w->arena, struct message);
	enum err err;

	if (span_is(from->type, "line")) {
		bank_line(w, from->payload);
		return;
	}
	if (handler_of(from->type) == NULL)
		return;
	m->type = from->type;
	m->client = SPAN("desk");
	m->merchant = SPAN(MERCHANT);
	if (span_starts(from->target, "/"))
		m->target = named(w, from->target);
	else
		m->key = from->target;
	/* A tombstone has no value; no other message is without one. */
	m->payload = from->payload.size > 0 ? named(w, from->payload) : (struct span){ 0 };
	err = world_run(w, m);
	demand(err == OK || (w->why.err == err && w->why.code[0] != '\0'), "a refusal has a reason");
	demand(err != ERR_BUG && err != ERR_RETRY, "no input is a bug");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span rest = span_copy(arena, span_bytes(data, size));
	struct world w = world_open(arena);
	struct fuzz_message m;

	for (int n = 0; n < FUZZ_MESSAGES && fuzz_next(&rest, &m); n++)
		run(&w, &m);
	assert_proven(&w);
	arena_close(arena);
	return 0;
}
