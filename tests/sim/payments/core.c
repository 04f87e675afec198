#include "../core.h"

#include <string.h>

#include "move.h"
#include "rows.h"

/* ---- rows ---- */

static struct memory *memory_open(struct arena *arena, struct world *world)
{
	struct memory *m = ARENA_NEW(arena, struct memory);
	struct mem_table *indexes[] = { &m->attempts_of_session, &m->attempts_of_payment, &m->attempts_of_charge, &m->refunds_of_provider,
		&m->items_of_invoice, &m->intents_of_attempt, &m->webhooks_of_reference, &m->webhooks_of_attempt, &m->webhooks_of_object,
		&m->payouts_of_id, &m->lines_of_payout };

	m->arena = arena;
	m->world = world;
	mem_open(&m->attempts, arena, sizeof(struct attempt), "attempts");
	mem_open(&m->items, arena, sizeof(struct item), "items");
	mem_open(&m->accounts, arena, sizeof(struct provider_account), "accounts");
	mem_open(&m->merchants, arena, sizeof(struct merchant), "merchants");
	mem_open(&m->webhooks, arena, sizeof(struct webhook), "webhooks");
	mem_open(&m->payouts, arena, sizeof(struct payout), "payouts");
	mem_open(&m->lines, arena, sizeof(struct payout_line), "payout lines");
	mem_open(&m->intents, arena, sizeof(struct intent), "intents");
	mem_open(&m->alarms, arena, sizeof(struct alarm), "alarms");
	for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
		mem_index_open(indexes[i], arena, "index");
	provider_open(m);
	return m;
}

static struct book *memory_book(struct memory *m, struct arena *arena)
{
	static const struct policy policy = {
		.secret_key = { "0123456789abcdef0123456789abcdef", 32 },
		.link_key = { "fedcba9876543210fedcba9876543210", 32 },
		.public_url = { "https://pay.example.org", 23 },
		.link_days = 30,
		.session_minutes = 1380,
		.reference_hours = 24,
	};

	(void)m;
	return book_open(arena, &policy);
}

/* ---- save ---- */

static void saved_plain(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	(void)ctx;
	(void)old;
	(void)now;
	(void)row;
}

static void note_reference(
	struct memory *m, struct mem_table *index, const struct attempt *a, struct span was, struct span is, struct mem_row *row)
{
	if (is.size > 0 && !span_equal(was, is))
		mem_index_add(index, mem_pair(m->arena, a->merchant, book_pair(m->arena, a->account, is)), row);
}

static void note_refunds(struct memory *m, const struct attempt *was, const struct attempt *a, struct mem_row *row)
{
	for (size_t i = 0; i < a->refund_count; i++) {
		const struct refund *r = &a->refunds[i], *old = was != NULL ? refund_find(was, r->id) : NULL;

		if (old == NULL || old->state != r->state)
			cover_pair("refund", old != NULL ? refund_state_name(old->state) : "new", refund_state_name(r->state));
		SIM_HOLDS(old == NULL || r->state >= old->state, "refund_back", "a refund's state went back");
		if (r->provider_refund.size > 0 && (old == NULL || old->provider_refund.size == 0))
			mem_index_add(&m->refunds_of_provider,
				mem_pair(m->arena, a->merchant, book_pair(m->arena, a->account, r->provider_refund)), row);
	}
}

/* By one act of the machine, or by two in one message. */
static void check_move(enum attempt_state from, enum attempt_state to)
{
	struct why why;

	for (int act = 0; act < ATTEMPT_ACTS; act++) {
		enum attempt_state by;

		if (attempt_machine(from, (enum attempt_act)act, &by, &why) != OK)
			continue;
		if (by == to) {
			cover_pair("attempt", attempt_state_name(from), attempt_state_name(to));
			return;
		}
	}
	for (int act = 0; act < ATTEMPT_ACTS; act++)
		for (int next = 0; next < ATTEMPT_ACTS; next++) {
			enum attempt_state by, end;

			if (attempt_machine(from, (enum attempt_act)act, &by, &why) == OK &&
				attempt_machine(by, (enum attempt_act)next, &end, &why) == OK && end == to)
				return;
		}
	sim_fail("attempt_move", "an attempt went from %s to %s", attempt_state_name(from), attempt_state_name(to));
}

static void saved_attempt(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct attempt *was = old, *a = now;
	const struct span none = SPAN("");

	SIM_HOLDS(a->captured.minor == 0 || a->captured.minor == a->amount.minor, "captured", "captured is neither nothing nor the amount");
	SIM_HOLDS(a->refunded.minor >= 0 && a->refunded.minor <= a->captured.minor, "refunded", "more went back than was captured");
	SIM_HOLDS(was == NULL || was->state != ATTEMPT_SUCCEEDED || a->state == ATTEMPT_SUCCEEDED, "success_for_ever",
		"a success was taken back");
	if (was != NULL && was->state != a->state)
		check_move(was->state, a->state);
	note_reference(m, &m->attempts_of_session, a, was != NULL ? was->session : none, a->session, row);
	note_reference(m, &m->attempts_of_payment, a, was != NULL ? was->payment : none, a->payment, row);
	note_reference(m, &m->attempts_of_charge, a, was != NULL ? was->charge : none, a->charge, row);
	note_refunds(m, was, a, row);
}

static void saved_item(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct item *was = old, *i = now;

	SIM_HOLDS(i->taken >= 0, "taken", "what is taken of an item is below 0");
	SIM_HOLDS(was == NULL || (i->ledger_revision >= was->ledger_revision && i->invoice_revision >= was->invoice_revision),
		"projection_back", "payments' item went back to an older revision");
	if (was == NULL)
		mem_index_add(&m->items_of_invoice, mem_pair(m->arena, i->merchant, span_copy(m->arena, uuid_span(&i->invoice))), row);
}

static void saved_intent(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct intent *i = now;

	row->sum = 0; /* its lease ends */
	if (old == NULL && !uuid_is_zero(i->attempt))
		mem_index_add(&m->intents_of_attempt, key_attempt(m->arena, i->merchant, i->attempt), row);
}

static void saved_webhook(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct webhook *was = old, *w = now;
	const struct span references[] = { w->session, w->payment, w->charge };

	cover_pair("webhook", was == NULL ? "new" : webhook_state_name(was->state), webhook_state_name(w->state));
	if (was != NULL) {
		((struct webhook *)row->value)->body = was->body;
		return;
	}
	for (size_t i = 0; i < 3; i++)
		if (references[i].size > 0)
			mem_index_add(&m->webhooks_of_reference,
				mem_pair(m->arena, w->merchant, book_pair(m->arena, w->account, references[i])), row);
	if (!uuid_is_zero(w->reference))
		mem_index_add(&m->webhooks_of_attempt, key_attempt(m->arena, w->merchant, w->reference), row);
	mem_index_add(&m->webhooks_of_object, key_seen(m->arena, w->merchant, w->account, w->object, w->type), row);
}

static void saved_payout(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct payout *was = old, *p = now;

	if (was == NULL || was->state != p->state)
		cover_pair("payout", was == NULL ? "new" : payout_state_name(was->state), payout_state_name(p->state));
	if (was == NULL)
		mem_index_add(&m->payouts_of_id, key_attempt(m->arena, p->merchant, p->id), row);
}

static void saved_line(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct payout_line *l = now;

	SIM_HOLDS(old == NULL, "line_twice", "a payout's line was changed");
	mem_index_add(&m->lines_of_payout, key_attempt(m->arena, l->merchant, l->payout), row);
}

/* As alarm_save: one that is open stays as it was opened. */
static void save_alarms(struct memory *m, const struct book *book)
{
	for (size_t i = 0; i < shelf_count(&book->alarms); i++) {
		enum shelf_state state;
		const void *value;
		struct span key;
		const struct alarm *a, *was;

		shelf_at(&book->alarms, i, &key, &value, &state);
		a = value;
		if (a == NULL || (state != SHELF_NEW && state != SHELF_CHANGED))
			continue;
		was = mem_find(&m->alarms, key);
		if (was == NULL && a->closed_at.us != 0)
			mem_put(&m->alarms, key, a);
		else if (was == NULL || was->closed_at.us != 0 || a->closed_at.us != 0)
			mem_put(&m->alarms, key, a);
		cover_pair("alarm", span_cstr(m->arena, a->kind), a->closed_at.us != 0 ? "closed" : "open");
	}
}

/* A part is held by a live attempt or none, and one that can be paid holds all of its. */
static void check_holders(struct memory *m, const struct book *book)
{
	for (size_t i = 0; i < shelf_count(&book->attempts); i++) {
		enum shelf_state state;
		const struct attempt *a;
		const void *value;
		struct span key;

		shelf_at(&book->attempts, i, &key, &value, &state);
		a = value;
		if (a == NULL || (state != SHELF_NEW && state != SHELF_CHANGED))
			continue;
		for (size_t k = 0; k < a->item_count; k++) {
			const struct item *item =
				mem_find(&m->items, key_item(m->arena, a->merchant, a->items[k].invoice, a->items[k].part));
			bool holds = uuid_equal(item->live_attempt, a->id);

			/* One under way or in review may have come too late to hold it. */
			SIM_HOLDS(holds ? attempt_is_live(a->state) : a->state >= ATTEMPT_CLOSING, "holder",
				"an attempt that is %s %s its part", attempt_state_name(a->state), holds ? "holds" : "does not hold");
		}
	}
}

static void memory_save(struct memory *m, struct book *book, struct instant now)
{
	(void)now;
	mem_save(&m->merchants, &book->merchants, saved_plain, m);
	mem_save(&m->accounts, &book->accounts, saved_plain, m);
	mem_save(&m->attempts, &book->attempts, saved_attempt, m);
	mem_save(&m->items, &book->items, saved_item, m);
	mem_save(&m->webhooks, &book->webhooks, saved_webhook, m);
	mem_save(&m->payouts, &book->payouts, saved_payout, m);
	mem_save(&m->lines, &book->lines, saved_line, m);
	mem_save(&m->intents, &book->intents, saved_intent, m);
	save_alarms(m, book);
	check_holders(m, book);
}

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

static size_t memory_due(struct memory *m, struct arena *arena, struct instant now, const struct sim_inbox *inbox, struct message ***out)
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

static struct instant memory_next(struct memory *m, struct instant now)
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

static size_t memory_claim(struct memory *m, struct arena *arena, struct instant now, struct sim_call ***out)
{
	const struct mem_rows *rows = &m->intents.rows;
	size_t count = 0;

	*out = ARENA_ARRAY(arena, struct sim_call *, AT_ONCE);
	for (size_t i = 0; i < rows->count && count < AT_ONCE; i++) {
		struct intent *intent = rows->at[i]->value;

		if (!intent->is_due || intent->next_at.us > now.us || rows->at[i]->sum != 0 || must_wait(m, intent))
			continue;
		cover_pair("call", intent_kind_name(intent->kind), "claimed");
		rows->at[i]->sum = now.us + LEASE_S * US_PER_SECOND;
		intent->tries++;
		(*out)[count] = ARENA_NEW(arena, struct sim_call);
		*(*out)[count++] = (struct sim_call){ .intent = arena_copy(arena, intent, sizeof *intent), .claimed_at = now };
	}
	return count;
}

static void memory_answer(struct memory *m, struct arena *arena, const struct sim_call *call, enum sim_reach reach, struct rng *r,
	struct instant now, struct message *out)
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

/* ---- the rest ---- */

static const char *not_here(enum attempt_state from, enum attempt_state to)
{
	return from == ATTEMPT_CREATED && to == ATTEMPT_OPEN ? "no event tells of an open session, and nobody asks before we have made one"
							     : NULL;
}

static void memory_expect(void)
{
	static const char *const kinds[] = { "open", "expire", "ask", "fee", "refund", "refunds", "payout" };
	struct why why;

	for (int from = 0; from < ATTEMPT_STATES; from++)
		for (int act = 0; act < ATTEMPT_ACTS; act++) {
			enum attempt_state to;

			if (attempt_machine((enum attempt_state)from, (enum attempt_act)act, &to, &why) == OK && (int)to != from)
				cover_expect_pair("attempt", attempt_state_name((enum attempt_state)from), attempt_state_name(to),
					not_here((enum attempt_state)from, to));
		}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		cover_expect_pair("call", kinds[i], "claimed", NULL);
	cover_expect_pair("webhook", "new", "applied", NULL);
	cover_expect_pair("webhook", "new", "loose", NULL);
	cover_expect_pair("webhook", "new", "repeated", NULL);
	cover_expect_pair("webhook", "new", "questioned", NULL);
	cover_expect_pair("webhook", "loose", "applied", NULL);
	cover_expect_pair("refund", "requested", "succeeded", NULL);
	cover_expect_pair("refund", "requested", "pending", NULL);
	cover_expect_pair("refund", "pending", "succeeded", NULL);
	cover_expect_pair("refund", "pending", "failed", NULL);
	cover_expect_pair("refund", "requested", "failed", NULL);
	cover_expect_pair("payout", "paid", "complete", NULL);
}

static bool memory_item(struct memory *m, struct span merchant, struct span invoice, int part, int64_t *open)
{
	const struct item *item;
	struct uuid id;

	if (uuid_from_bytes(invoice, &id) != OK)
		return false;
	item = mem_find(&m->items, key_item(m->arena, merchant, id, part));
	*open = item != NULL ? item->open : 0;
	return item != NULL && item->is_issued && item->ledger_revision > 0;
}

static void memory_quiet(struct memory *m, struct instant now)
{
	(void)now;
	provider_check(m);
}

static bool memory_rest(struct memory *m, struct rng *r, struct arena *arena, struct message *to)
{
	return provider_tell(m, r, arena, true, to);
}

static const struct kind kinds[] = {
	[KIND_ACCOUNT] = { .name = "account" },
	[KIND_PAYOUT] = { .name = "payout" },
	[KIND_CUSTOMER] = { .name = "customer", .stream = true },
	{ .name = NULL },
};

static const char *const topics[] = { "dunlin.invoices.v1", "dunlin.ledger.v1", "dunlin.customers.v1", NULL };

const struct core payments_core = {
	.name = "payments",
	.kinds = kinds,
	.handlers = payments_handlers,
	.topics = topics,
	.open = memory_open,
	.book = memory_book,
	.find = sim_find,
	.fetch = sim_fetch,
	.save = memory_save,
	.mark = book_mark,
	.restore = book_restore,
	.due = memory_due,
	.next = memory_next,
	.operate = payments_operate,
	.rest = memory_rest,
	.claim = memory_claim,
	.answer = memory_answer,
	.expect = memory_expect,
	.quiet = memory_quiet,
	.item = memory_item,
};
