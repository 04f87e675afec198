/*
 * Messages of payments on a book in memory: facts, commands, webhooks, answers to calls and our own texts of any bytes are applied or refused with a
 * reason; what is read of a call's answer is printed as it was.
 *
 * Beside the handlers' types there is "claim" (the send role takes an intent: "open {attempt}"). {attempt}, {refund} and {tries} in a message stand for
 * the newest attempt, its newest refund, and how often its last claimed intent was tried.
 */
#include "../fuzz.h"

#include "stripe.h"

#include "../../unit/payments/world.h"

struct state {
	struct world *w;
	int tries;
};

static const struct handler *handler_of(struct span type)
{
	for (const struct handler *h = payments_handlers; h->type != NULL; h++)
		if (span_is(type, h->type) && h->apply != NULL)
			return h;
	return NULL;
}

static const struct attempt *newest(const struct world *w)
{
	const struct attempt *newest = NULL;

	for (size_t i = 0; i < shelf_count(&w->book->attempts); i++) {
		enum shelf_state state;
		const void *value = NULL;
		struct span key;

		shelf_at(&w->book->attempts, i, &key, &value, &state);
		newest = value != NULL ? value : newest;
	}
	return newest;
}

static struct span named(const struct state *s, struct span text)
{
	const struct attempt *attempt = newest(s->w);
	struct uuid id = attempt != NULL ? attempt->id : (struct uuid){ { 0 } }, refund = { { 0 } };

	if (attempt != NULL && attempt->refund_count > 0)
		refund = attempt->refunds[attempt->refund_count - 1].id;
	text = fuzz_replace(s->w->arena, text, "{attempt}", uuid_text(s->w->arena, id));
	text = fuzz_replace(s->w->arena, text, "{refund}", uuid_text(s->w->arena, refund));
	return fuzz_replace(s->w->arena, text, "{tries}", TEXT(s->w, "%d", s->tries));
}

/* "KIND SUBJECT": the intent is tried once more, as far as there is one that is due. */
static void claim(struct state *s, struct span text)
{
	struct span name, id;
	enum intent_kind kind;
	struct uuid subject;
	const struct intent *intent;

	(void)span_cut(named(s, text), ' ', &name, &id);
	if (intent_kind_parse(name, &kind) != OK || uuid_parse(id, &subject) != OK)
		return;
	intent = world_intent(s->w, subject, kind);
	if (intent == NULL || !intent->is_due)
		return;
	world_claim(s->w, subject, kind);
	s->tries = (int)world_intent(s->w, subject, kind)->tries;
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

static void run(struct state *s, const struct fuzz_message *m)
{
	struct world *w = s->w;
	struct span payload;
	enum err err;

	if (span_is(m->type, "claim")) {
		claim(s, m->payload);
		return;
	}
	if (handler_of(m->type) == NULL)
		return;
	payload = m->payload.at == NULL ? SPAN("") : named(s, m->payload);
	print_again(w->arena, payload);
	if (span_starts(m->type, "dunlin."))
		err = world_fact(w, span_cstr(w->arena, m->type), m->target, payload);
	else
		err = world_run(w, span_cstr(w->arena, m->type), payload, named(s, m->target));
	demand(err == OK || (w->why.err == err && w->why.code[0] != '\0'), "a refusal has a reason");
	demand(err != ERR_BUG && err != ERR_RETRY, "no input is a bug");
}

/* What a provider said goes into paths and bodies of later requests: as visible ASCII alone. */
static void check_request(struct stripe_request request)
{
	for (size_t i = 0; i < request.path.size; i++)
		demand(request.path.at[i] > ' ' && request.path.at[i] < 0x7f, "a path is visible ASCII");
	for (size_t i = 0; i < request.body.size; i++)
		demand(request.body.at[i] > ' ' && request.body.at[i] < 0x7f, "a body is visible ASCII");
}

static void check_requests(const struct world *w, const struct attempt *a)
{
	struct stripe_request request;

	if (stripe_open_request(w->arena, a, w->book->policy, &request, NULL) == OK)
		check_request(request);
	for (size_t i = 0; i < a->refund_count; i++)
		if (stripe_refund_request(w->arena, a, &a->refunds[i], &request, NULL) == OK)
			check_request(request);
	check_request(stripe_expire_request(w->arena, a));
	check_request(stripe_ask_request(w->arena, a, a->payment));
	check_request(stripe_fee_request(w->arena, a));
	check_request(stripe_refunds_request(w->arena, a, a->charge));
	check_request(stripe_lines_request(w->arena, a->session, a->fee_source));
}

static void check_attempts(const struct world *w)
{
	for (size_t i = 0; i < shelf_count(&w->book->attempts); i++) {
		enum shelf_state state;
		const void *value = NULL;
		const struct attempt *a;
		struct span key;

		shelf_at(&w->book->attempts, i, &key, &value, &state);
		a = value;
		demand(a->amount.minor > 0 && a->captured.minor >= 0 && a->captured.minor < MONEY_LIMIT, "amounts are amounts");
		check_requests(w, a);
		demand(a->refunded.minor >= 0 && a->refunded.minor <= a->captured.minor, "no more goes back than came");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span rest = span_copy(arena, span_bytes(data, size));
	struct state state = { .w = world_open(arena) };
	struct fuzz_message m;

	for (int n = 0; n < FUZZ_MESSAGES && fuzz_next(&rest, &m); n++)
		run(&state, &m);
	check_attempts(state.w);
	arena_close(arena);
	return 0;
}
