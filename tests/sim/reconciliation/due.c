#include <string.h>

#include "../core.h"
#include "rows.h"
#include "wire.h"

/* ---- what falls due ---- */

struct looking {
	struct memory *m;
	struct arena *arena;
	const struct sim_inbox *inbox;
	struct instant now;
	struct message **messages;
	size_t count, room;
};

static void make(struct looking *l, const char *source, const char *type, struct span merchant, struct uuid of, const char *id)
{
	struct message *m;
	struct own own = { merchant, of };

	if (l->inbox->has != NULL && l->inbox->has(l->inbox->node, span_of(source), span_of(id)))
		return;
	if (l->count == l->room) {
		struct message **wider = ARENA_ARRAY(l->arena, struct message *, l->room * 2 + 16);

		if (l->count > 0)
			memcpy(wider, l->messages, l->count * sizeof(struct message *));
		l->messages = wider;
		l->room = l->room * 2 + 16;
	}
	m = ARENA_NEW(l->arena, struct message);
	m->source = span_of(source);
	m->id = span_of(id);
	m->type = span_of(type);
	m->format = FORMAT_JSON;
	m->payload = wire_print_own(l->arena, &own);
	m->time = l->now;
	m->fate = FATE_SET_ASIDE;
	l->messages[l->count++] = m;
}

static bool is_first_staged(struct memory *m, size_t at)
{
	const struct mem_rows *rows = &m->tables[BOOK_STATEMENTS].rows;
	const struct statement *s = rows->at[at]->value;

	for (size_t i = 0; i < at; i++) {
		const struct statement *o = rows->at[i]->value;

		if (o->state == STATEMENT_STAGED && span_equal(o->merchant, s->merchant) && span_equal(o->identifier, s->identifier))
			return false;
	}
	return true;
}

/* No line of an account is posted while one of its statements is being undone. */
static bool is_being_undone(struct memory *m, const struct statement *s)
{
	const struct mem_rows *rows = &m->tables[BOOK_STATEMENTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct statement *o = rows->at[i]->value;

		if (o->state == STATEMENT_UNDOING && span_equal(o->merchant, s->merchant) && span_equal(o->identifier, s->identifier))
			return true;
	}
	return false;
}

/* What was undone may be posted again, once for each time. */
static const char *post_id(const struct looking *l, const struct line *line)
{
	const struct account *a = mem_find(&l->m->tables[BOOK_ACCOUNTS], sim_key_uuid(l->arena, line->merchant, line->account));
	const char *again = a != NULL && a->undone > 0 ? arena_printf(l->arena, ":%lld", (long long)a->undone) : "";

	return arena_printf(l->arena, "%.*s/%s:%.*s:%d%s", SPAN_ARG(line->merchant), uuid_text(l->arena, line->account),
		SPAN_ARG(span_hex(l->arena, span_bytes(line->key.b, sizeof line->key.b))), (int)line->occurrence, again);
}

static void due_undo_of(struct looking *l, const struct mem_rows *lines, bool returns)
{
	for (size_t i = lines->count; i-- > 0;) {
		const struct line *line = lines->at[i]->value;

		if (line->state != LINE_KNOWN && line->state != LINE_UNDONE &&
			(line->as == LINE_AS_RETURN && line->state == LINE_MATCHED) == returns)
			make(l, "tick:undo", type_undo_line, line->merchant, line->id, uuid_text(l->arena, line->id));
	}
}

/* Returns before what they took back, the last of the file first. */
static void due_undo(struct looking *l)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_STATEMENTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct statement *s = rows->at[i]->value;
		const struct mem_rows *lines = mem_index_find(&l->m->lines_of_statement, sim_key_uuid(l->arena, s->merchant, s->id));

		if (s->state != STATEMENT_UNDOING)
			continue;
		due_undo_of(l, lines, true);
		due_undo_of(l, lines, false);
	}
}

static void due_statements(struct looking *l)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_STATEMENTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct statement *s = rows->at[i]->value;
		const struct mem_rows *lines, *open;

		if (s->state == STATEMENT_STAGED && is_first_staged(l->m, i))
			make(l, "tick:statement", type_decide_statement, s->merchant, s->id, uuid_text(l->arena, s->id));
		if (s->state == STATEMENT_REPLACED) {
			open = mem_index_find(&l->m->exceptions_of_subject, sim_key_uuid(l->arena, s->merchant, s->id));
			for (size_t k = 0; k < open->count; k++) {
				const struct exception *e = open->at[k]->value;

				if (e->open && e->kind == EXCEPTION_STATEMENT_QUARANTINED)
					make(l, "tick:statement", type_decide_statement, s->merchant, s->id,
						arena_printf(l->arena, "%s:replaced", uuid_text(l->arena, s->id)));
			}
		}
		if (s->state != STATEMENT_ACCEPTED || is_being_undone(l->m, s))
			continue;
		lines = mem_index_find(&l->m->lines_of_statement, sim_key_uuid(l->arena, s->merchant, s->id));
		for (size_t k = 0; k < lines->count; k++) {
			const struct line *line = lines->at[k]->value;

			if (line->state == LINE_STAGED)
				make(l, "tick:line", type_post_line, line->merchant, line->id, post_id(l, line));
		}
	}
}

static void rematch(struct looking *l, const struct line *line, struct uuid cause)
{
	make(l, "tick:rematch", type_try_line, line->merchant, line->id,
		arena_printf(l->arena, "%s:%s", uuid_text(l->arena, line->id), uuid_text(l->arena, cause)));
}

static void rematch_tokens(struct looking *l, const struct line *line)
{
	const struct tokens *tokens = mem_find(&l->m->tokens, sim_key_uuid(l->arena, line->merchant, line->id));

	for (size_t i = 0; tokens != NULL && i < tokens->count; i++) {
		const struct mem_rows *rows = mem_index_find(&l->m->references_of_token, sim_key(l->arena, line->merchant, tokens->at[i]));

		for (size_t k = 0; k < rows->count; k++)
			rematch(l, line, ((const struct reference *)rows->at[k]->value)->target);
	}
}

static void rematch_line(struct looking *l, const struct line *line)
{
	const struct mem_rows *payouts = &l->m->tables[BOOK_PAYOUTS].rows, *payers;

	rematch_tokens(l, line);
	for (size_t i = 0; i < payouts->count; i++) {
		const struct payout *p = payouts->at[i]->value;

		if (p->paid && !p->has_arrived && p->amount == line->amount.minor && span_equal(p->merchant, line->merchant) &&
			currency_equal(p->currency, line->amount.currency))
			rematch(l, line, p->id);
	}
	if (!line->party_iban.size)
		return;
	payers = mem_index_find(&l->m->payers_of_iban, sim_key(l->arena, line->merchant, line->party_iban));
	for (size_t i = 0; i < payers->count; i++) {
		const struct payer *p = payers->at[i]->value;
		const struct mem_rows *items;

		if (!payer_holds(p))
			continue;
		items = mem_index_find(&l->m->items_of_customer, sim_key(l->arena, p->merchant, p->customer));
		for (size_t k = 0; k < items->count; k++) {
			const struct open_item *item = items->at[k]->value;

			if (item->open > 0 && item->open == line->amount.minor && currency_equal(item->currency, line->amount.currency))
				rematch(l, line, item->invoice);
		}
	}
}

static void due_rematch(struct looking *l)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_LINES].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct line *line = rows->at[i]->value;

		if (line->state == LINE_WAITING && !line->by_person)
			rematch_line(l, line);
	}
}

static int32_t day_of(struct instant at)
{
	return (int32_t)(at.us / US_PER_DAY);
}

static void due_missing(struct looking *l)
{
	const struct mem_rows *payouts = &l->m->tables[BOOK_PAYOUTS].rows, *wanted = &l->m->tables[BOOK_WANTED].rows;

	for (size_t i = 0; i < payouts->count; i++) {
		const struct payout *p = payouts->at[i]->value;

		if (p->paid && !p->has_arrived && !p->overdue && p->arrival.day < day_of(l->now) - 5)
			make(l, "tick:payout", type_miss_payout, p->merchant, p->id, uuid_text(l->arena, p->id));
	}
	for (size_t i = 0; i < wanted->count; i++) {
		const struct wanted *w = wanted->at[i]->value;

		if (w->minor > 0 && wanted->at[i]->sum < l->now.us - US_PER_DAY)
			make(l, "tick:wanted", type_miss_reference, w->merchant, w->receipt, uuid_text(l->arena, w->receipt));
	}
}

static bool is_told(const struct memory *m, struct arena *arena, const struct receipt *r)
{
	const struct mem_rows *rows = mem_index_find(&m->exceptions_of_subject, sim_key_uuid(arena, r->merchant, r->id));
	bool told = false;

	for (size_t i = 0; i < rows->count; i++) {
		const struct exception *e = rows->at[i]->value;

		told |= e->open && e->kind == EXCEPTION_AGED_UNAPPLIED;
	}
	return told;
}

static void due_unapplied(struct looking *l)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_RECEIPTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct receipt *r = rows->at[i]->value;

		if (r->unapplied > 0 && r->value_date.day < day_of(l->now) - 30 && !is_told(l->m, l->arena, r))
			make(l, "tick:unapplied", type_age_unapplied, r->merchant, r->id,
				arena_printf(l->arena, "%s:%lld", uuid_text(l->arena, r->id), (long long)r->revision));
	}
}

static void due_unsettled(struct looking *l)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_RECEIPTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct receipt *r = rows->at[i]->value;

		if (r->unsettled && r->settle_by.day < day_of(l->now))
			make(l, "tick:settlement", type_miss_settlement, r->merchant, r->id,
				arena_printf(l->arena, "%s:%lld", uuid_text(l->arena, r->id), (long long)r->revision));
	}
}

size_t sim_due(struct memory *m, struct arena *arena, struct instant now, const struct sim_inbox *inbox, struct message ***out)
{
	struct looking l = { .m = m, .arena = arena, .inbox = inbox, .now = now };

	due_undo(&l);
	due_statements(&l);
	due_rematch(&l);
	due_missing(&l);
	due_unapplied(&l);
	due_unsettled(&l);
	*out = l.messages;
	return l.count;
}

struct instant sim_next(struct memory *m, struct instant now)
{
	const struct mem_rows *payouts = &m->tables[BOOK_PAYOUTS].rows, *wanted = &m->tables[BOOK_WANTED].rows;
	struct instant next = { INT64_MAX };

	for (size_t i = 0; i < payouts->count; i++) {
		const struct payout *p = payouts->at[i]->value;
		int64_t at = (p->arrival.day + 6) * US_PER_DAY;

		if (p->paid && !p->has_arrived && !p->overdue && at > now.us && at < next.us)
			next.us = at;
	}
	for (size_t i = 0; i < wanted->count; i++) {
		const struct wanted *w = wanted->at[i]->value;
		int64_t at = wanted->at[i]->sum + US_PER_DAY + 1;

		if (w->minor > 0 && at > now.us && at < next.us)
			next.us = at;
	}
	return next;
}
