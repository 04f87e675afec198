#include <stdlib.h>
#include <string.h>

#include "rows.h"

/* What tick.c finds due, and what send.c does with calls. */

/* ---- what falls due ---- */

struct looking {
	struct memory *m;
	struct arena *arena;
	struct instant now;
	struct message **messages;
	size_t count, room;
};

static struct message *make(struct looking *l, const char *source, const char *type, struct span merchant, struct span client)
{
	struct message *m = ARENA_NEW(l->arena, struct message);

	if (l->count == l->room) {
		struct message **wider = ARENA_ARRAY(l->arena, struct message *, l->room * 2 + 16);

		if (l->count > 0)
			memcpy(wider, l->messages, l->count * sizeof(struct message *));
		l->messages = wider;
		l->room = l->room * 2 + 16;
	}
	m->source = span_of(source);
	m->type = span_of(type);
	m->format = FORMAT_TEXT;
	m->time = l->now;
	m->fate = FATE_SET_ASIDE;
	m->merchant = merchant;
	m->client = client;
	return l->messages[l->count++] = m;
}

static bool was_called(struct memory *m, const struct attempt *a)
{
	const struct intent *i = mem_find(&m->intents, key_intent(m->arena, a->merchant, a->id, INTENT_OPEN));

	return i != NULL && i->tries > 0;
}

static void due_links(struct looking *l)
{
	const struct mem_rows *rows = &l->m->attempts.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct attempt *a = rows->at[i]->value;

		if (a->state <= ATTEMPT_OPENING && a->expires_at.us <= l->now.us && !was_called(l->m, a)) {
			struct message *m = make(l, "tick:expiry", "payments.ExpireAttempt", a->merchant, SPAN(""));

			m->id = span_of(uuid_text(l->arena, a->id));
			m->payload = wire_print_attempt(l->arena, a->id, a->customer);
		}
	}
}

static const struct attempt *first_of(const struct memory *m, const struct mem_table *index, const struct webhook *w, struct span reference)
{
	const struct mem_rows *rows =
		reference.size > 0 ? mem_index_find(index, mem_pair(m->arena, w->merchant, book_pair(m->arena, w->account, reference)))
				   : NULL;

	return rows != NULL && rows->count > 0 ? rows->at[0]->value : NULL;
}

static const struct attempt *joinable(const struct memory *m, const struct webhook *w)
{
	const struct attempt *a = mem_find(&m->attempts, key_attempt(m->arena, w->merchant, w->reference));

	a = a != NULL ? a : first_of(m, &m->attempts_of_session, w, w->session);
	a = a != NULL ? a : first_of(m, &m->attempts_of_payment, w, w->payment);
	return a != NULL ? a : first_of(m, &m->attempts_of_charge, w, w->charge);
}

static void due_webhooks(struct looking *l)
{
	const struct mem_rows *rows = &l->m->webhooks.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct webhook *w = rows->at[i]->value;
		const struct attempt *a;
		struct message *m;

		if (w->state != WEBHOOK_LOOSE)
			continue;
		a = joinable(l->m, w);
		if (a != NULL)
			m = make(l, "tick:join", "payments.JoinWebhook", w->merchant, w->account);
		else if (!w->alarmed && w->received_at.us <= l->now.us - 24 * 3600 * US_PER_SECOND)
			m = make(l, "tick:overdue", "payments.OverdueWebhook", w->merchant, w->account);
		else
			continue;
		m->id = span_of(arena_printf(l->arena, "%.*s:%.*s:%.*s", SPAN_ARG(w->merchant), SPAN_ARG(w->account), SPAN_ARG(w->event)));
		m->payload = wire_print_webhook(
			l->arena, w->event, a != NULL ? a->id : (struct uuid){ { 0 } }, a != NULL ? a->customer : SPAN(""));
	}
}

static struct span payout_name(struct memory *m, const struct intent *i)
{
	const struct mem_rows *rows = mem_index_find(&m->payouts_of_id, key_attempt(m->arena, i->merchant, i->subject));

	return i->kind == INTENT_PAYOUT && rows->count > 0 ? ((const struct payout *)rows->at[0]->value)->provider_payout : SPAN("");
}

static struct call_answer answer_of(struct memory *m, const struct intent *i)
{
	return (struct call_answer){ .kind = i->kind,
		.subject = i->subject,
		.attempt = i->attempt,
		.customer = i->customer,
		.payout = payout_name(m, i),
		.call = i->tries,
		.sent = true,
		.unknown = true };
}

/* Whoever made the call is gone. */
static void due_lapsed(struct looking *l)
{
	const struct mem_rows *rows = &l->m->intents.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct intent *intent = rows->at[i]->value;
		struct call_answer answer;
		struct message *m;

		if (rows->at[i]->sum == 0 || rows->at[i]->sum >= l->now.us)
			continue;
		answer = answer_of(l->m, intent);
		m = make(l, "send:provider", "payments.CallAnswered", intent->merchant, intent->account);
		m->id = wire_call_id(l->arena, &answer);
		m->payload = wire_print_answer(l->arena, &answer);
	}
}

size_t sim_due(struct memory *m, struct arena *arena, struct instant now, const struct sim_inbox *inbox, struct message ***out)
{
	struct looking l = { .m = m, .arena = arena, .now = now };

	(void)inbox;
	due_links(&l);
	due_webhooks(&l);
	due_lapsed(&l);
	*out = l.messages;
	return l.count;
}

static void sooner(struct instant *next, int64_t at, struct instant now)
{
	if (at > now.us && at < next->us)
		next->us = at;
}

struct instant sim_next(struct memory *m, struct instant now)
{
	struct instant next = { INT64_MAX };

	for (size_t i = 0; i < m->intents.rows.count; i++) {
		const struct intent *intent = m->intents.rows.at[i]->value;

		if (m->intents.rows.at[i]->sum > 0)
			sooner(&next, m->intents.rows.at[i]->sum + 1, now);
		else if (intent->is_due)
			sooner(&next, intent->next_at.us, now);
	}
	for (size_t i = 0; i < m->attempts.rows.count; i++) {
		const struct attempt *a = m->attempts.rows.at[i]->value;

		if (a->state <= ATTEMPT_OPENING)
			sooner(&next, a->expires_at.us, now);
	}
	return next;
}

/* ---- calls ---- */

enum { LEASE_S = 60, AT_ONCE = 16 };

/* A new session waits while another one for the same part can still be paid. */
static bool must_wait(struct memory *m, const struct intent *i)
{
	const struct attempt *mine = mem_find(&m->attempts, key_attempt(m->arena, i->merchant, i->subject));
	const struct mem_rows *rows = &m->attempts.rows;

	for (size_t k = 0; i->kind == INTENT_OPEN && mine != NULL && k < rows->count; k++) {
		const struct attempt *o = rows->at[k]->value;

		if (o->state != ATTEMPT_CLOSING || uuid_equal(o->id, mine->id) || !span_equal(o->merchant, mine->merchant))
			continue;
		for (size_t a = 0; a < mine->item_count; a++)
			for (size_t b = 0; b < o->item_count; b++)
				if (uuid_equal(mine->items[a].invoice, o->items[b].invoice) && mine->items[a].part == o->items[b].part)
					return true;
	}
	return false;
}

static bool may_be_claimed(struct memory *m, const struct mem_row *row, struct instant now)
{
	const struct intent *i = row->value;

	return i->is_due && i->next_at.us <= now.us && row->sum == 0 && !must_wait(m, i);
}

/* New sessions first, then what has waited longest. */
static int compare_intents(const void *one, const void *other)
{
	const struct intent *a = (*(struct mem_row *const *)one)->value, *b = (*(struct mem_row *const *)other)->value;
	int by = (a->kind != INTENT_OPEN) - (b->kind != INTENT_OPEN);

	return by != 0 ? by : (a->next_at.us > b->next_at.us) - (a->next_at.us < b->next_at.us);
}

static struct sim_call *claim(struct arena *arena, struct mem_row *row, struct instant now)
{
	struct sim_call *call = ARENA_NEW(arena, struct sim_call);
	struct intent *i = row->value;

	cover_pair("call", intent_kind_name(i->kind), "claimed");
	row->sum = now.us + LEASE_S * US_PER_SECOND;
	i->tries++;
	*call = (struct sim_call){ .intent = arena_copy(arena, i, sizeof *i), .claimed_at = now };
	call->id = span_of(arena_printf(arena, "%s:%s", uuid_text(arena, i->subject), intent_kind_name(i->kind)));
	return call;
}

size_t sim_claim(struct memory *m, struct arena *arena, struct instant now, const struct sim_inbox *inbox, struct sim_call ***out)
{
	const struct mem_rows *rows = &m->intents.rows;
	struct mem_rows due = { 0 };

	(void)inbox;
	for (size_t i = 0; i < rows->count; i++)
		if (may_be_claimed(m, rows->at[i], now))
			mem_rows_add(&due, arena, rows->at[i]);
	if (due.count > 1)
		qsort(due.at, due.count, sizeof *due.at, compare_intents);
	due.count = due.count < AT_ONCE ? due.count : AT_ONCE;
	*out = ARENA_ARRAY(arena, struct sim_call *, due.count + 1);
	for (size_t i = 0; i < due.count; i++)
		(*out)[i] = claim(arena, due.at[i], now);
	return due.count;
}

void sim_answer(struct memory *m, struct arena *arena, const struct sim_call *call, enum sim_reach reach, struct rng *r, struct instant now,
	struct message *out)
{
	const struct intent *intent = call->intent;
	struct call_answer answer = answer_of(m, intent);

	(void)now;
	answer.unknown = false;
	switch (reach) {
	case REACH_ANSWERED: answer.body = provider_answer(m, intent, &answer.status); break;
	case REACH_NOT_SENT: answer.sent = false; break;
	case REACH_ANSWER_LOST:
		if (rng_one_in(r, 2))
			(void)provider_answer(m, intent, &answer.status);
		answer.status = 0;
		answer.unknown = true;
		break;
	case REACH_REFUSED:
		answer.status = 400;
		answer.body = SPAN("{\"error\":{\"code\":\"parameter_invalid\",\"type\":\"invalid_request_error\"}}");
		break;
	case REACH_BUSY:
	case REACHES:
		answer.status = rng_one_in(r, 2) ? 429 : 500;
		answer.body = SPAN("{\"error\":{\"type\":\"api_error\"}}");
		break;
	}
	out->source = SPAN("send:provider");
	out->id = wire_call_id(arena, &answer);
	out->type = SPAN("payments.CallAnswered");
	out->format = FORMAT_TEXT;
	out->merchant = intent->merchant;
	out->client = intent->account;
	out->payload = wire_print_answer(arena, &answer);
}
