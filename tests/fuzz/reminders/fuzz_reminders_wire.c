/*
 * Messages of reminders on a book in memory: facts, commands and our own lines of any bytes are applied, or refused with a reason and without a trace
 * (world_run checks it), and whatever came, the tick finds an end and the mail system can take what is due.
 *
 * Beside the handlers' types there are "days" (so many days later, then the tick) and "send" (an answer "STATUS SENT UNKNOWN" for all that may be
 * sent). {hold} and {notice} stand for the newest of its kind.
 */
#include "../fuzz.h"

#include "../../unit/reminders/world.h"

static const struct handler *handler_of(struct span type)
{
	for (const struct handler *h = reminders_handlers; h->type != NULL; h++)
		if (span_is(type, h->type) && h->apply != NULL)
			return h;
	return NULL;
}

static const void *newest(const struct shelf *shelf)
{
	const void *newest = NULL;

	for (size_t i = 0; i < shelf_count(shelf); i++) {
		enum shelf_state state;
		const void *value = NULL;
		struct span key;

		shelf_at(shelf, i, &key, &value, &state);
		newest = value != NULL ? value : newest;
	}
	return newest;
}

static struct span named(const struct world *w, struct span text)
{
	const struct hold *hold = newest(&w->book->holds);
	const struct notice *notice = newest(&w->book->notices);
	struct uuid none = { { 0 } };

	text = fuzz_replace(w->arena, text, "{hold}", uuid_text(w->arena, hold != NULL ? hold->id : none));
	return fuzz_replace(w->arena, text, "{notice}", uuid_text(w->arena, notice != NULL ? notice->id : none));
}

static void pass(struct world *w, struct span text)
{
	int64_t days;

	if (span_int64(text, &days) != OK || days < 0 || days > 400)
		return;
	w->now.us += days * US_PER_DAY;
	world_tick(w);
}

static void send_all(struct world *w, struct span text)
{
	static const struct handover answers[] = { { .sent = true, .status = 250 }, { .sent = true, .status = 421 },
		{ .sent = true, .status = 550 }, { .sent = true, .unknown = true, .status = 354 }, { .sent = false, .status = 0 } };
	int64_t which;

	if (span_int64(text, &which) == OK && which >= 0 && which < (int64_t)(sizeof(answers) / sizeof(*answers)))
		(void)world_send(w, answers[which]);
}

static void run(struct world *w, const struct fuzz_message *from)
{
	struct message *m;
	enum err err;

	if (span_is(from->type, "days"))
		pass(w, from->payload);
	if (span_is(from->type, "send"))
		send_all(w, from->payload);
	/* The world's tick looks at one merchant. */
	if (handler_of(from->type) == NULL || !(span_starts(from->target, "nord:") || span_starts(from->target, "/")))
		return;
	m = world_command(w, span_cstr(w->arena, from->type), "", "");
	m->key = span_starts(from->target, "/") ? SPAN("nord:c1") : from->target;
	m->target = named(w, from->target);
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
	struct world *w = world_open(arena);
	struct fuzz_message m;

	for (int n = 0; n < FUZZ_MESSAGES && fuzz_next(&rest, &m); n++)
		run(w, &m);
	arena_close(arena);
	return 0;
}
