#include "../core.h"

#include <string.h>

#include "move.h"
#include "rows.h"
#include "seal.h"

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

/* As tests/store/payments/world.c sets it. */
static struct book *memory_book(struct memory *m, struct arena *arena)
{
	static const char key[32] = "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37";
	static struct policy policy = {
		.secret_key = { key, sizeof key },
		.public_url = { "https://pay.example", 19 },
		.link_days = 30,
		.session_minutes = 1380,
		.reference_hours = 24,
	};

	policy.link_key = seal_derive(m->arena, policy.secret_key, "links");
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

/* What happens once to an object is applied once. */
static void check_once(struct memory *m, const struct webhook *w, const struct mem_row *row)
{
	const struct mem_rows *rows =
		mem_index_find(&m->webhooks_of_object, key_seen(m->arena, w->merchant, w->account, w->object, w->type));

	for (size_t i = 0; i < rows->count; i++)
		SIM_HOLDS(rows->at[i] == row || ((const struct webhook *)rows->at[i]->value)->state != WEBHOOK_APPLIED, "webhook_once",
			"%.*s of %.*s is applied twice", SPAN_ARG(w->type), SPAN_ARG(w->object));
}

static void saved_webhook(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct webhook *was = old, *w = now;
	const struct span references[] = { w->session, w->payment, w->charge };

	cover_pair("webhook", was == NULL ? "new" : webhook_state_name(was->state), webhook_state_name(w->state));
	if (w->once && w->state == WEBHOOK_APPLIED)
		check_once(m, w, row);
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

/* As alarm_save: one that is open stays as it was opened, and closing changes nothing else of it. */
static struct alarm alarm_after(const struct alarm *was, const struct alarm *now)
{
	struct alarm a = *now;

	if (was == NULL || now->closed_at.us == 0)
		return a;
	a.attempt = was->attempt;
	a.detail = was->detail;
	a.opened_at = was->opened_at;
	return a;
}

static void keep_alarm(struct memory *m, struct span key, struct alarm a)
{
	mem_put(&m->alarms, key, &a);
}

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
		if (was == NULL || was->closed_at.us != 0 || a->closed_at.us != 0)
			keep_alarm(m, key, alarm_after(was, a));
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
	cover_expect("provider: a payment is left out of a payout", NULL);
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
	.due = sim_due,
	.next = sim_next,
	.operate = payments_operate,
	.rest = memory_rest,
	.claim = sim_claim,
	.answer = sim_answer,
	.expect = memory_expect,
	.quiet = memory_quiet,
	.item = memory_item,
	.tables = payments_tables,
};
