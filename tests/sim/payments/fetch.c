#include <string.h>

#include "rows.h"

/* What the find and fetch steps of the store read, on rows in memory. */

/* ---- find ---- */

static void note_owner(struct book *book, int what, const struct attempt *a, struct uuid refund, struct span text)
{
	struct span key = key_owner(book->arena, what, a->merchant, text);
	struct owner owner = { .attempt = a->id, .customer = a->customer, .payment = a->payment, .refund = refund };

	if (!shelf_is_loaded(&book->owners, key))
		shelf_put(&book->owners, key, &owner);
}

static void found(struct book *book, struct need *need, const struct find *f, const struct attempt *a, struct uuid refund)
{
	bool quiet = (f->what & FIND_QUIET) != 0;

	if (!quiet) {
		need_key(need, KIND_CUSTOMER, a->merchant, a->customer);
		need_want(need, WANT_ATTEMPT, a->merchant, span_copy(book->arena, uuid_span(&a->id)));
	}
	note_owner(book, f->what & ~FIND_QUIET, a, refund, f->text);
}

static struct span reference_of(const struct attempt *a, int what)
{
	return what == FIND_SESSION ? a->session : what == FIND_PAYMENT ? a->payment : a->charge;
}

static void find_by(struct memory *m, const struct mem_table *index, struct book *book, struct need *need, const struct find *f)
{
	const struct mem_rows *rows = mem_index_find(index, mem_pair(book->arena, f->merchant, f->text));

	(void)m;
	for (size_t i = 0; i < rows->count; i++) {
		const struct attempt *a = rows->at[i]->value;

		if (span_equal(book_pair(book->arena, a->account, reference_of(a, f->what & ~FIND_QUIET)), f->text))
			found(book, need, f, a, (struct uuid){ { 0 } });
	}
}

static void find_refund(struct memory *m, struct book *book, struct need *need, const struct find *f)
{
	const struct mem_rows *rows = mem_index_find(&m->refunds_of_provider, mem_pair(book->arena, f->merchant, f->text));
	struct span account, reference;

	if (rows->count == 0 || !span_cut(f->text, '\0', &account, &reference))
		return;
	found(book, need, f, rows->at[0]->value, refund_find_provider(rows->at[0]->value, reference)->id);
}

void sim_find(struct memory *m, struct book *book, struct need *need)
{
	size_t n = need->find_count;

	for (size_t i = 0; i < n; i++) {
		const struct find f = need->finds[i];
		const struct mem_rows *items;
		const struct attempt *a;

		switch (f.what & ~FIND_QUIET) {
		case FIND_ATTEMPT:
			a = mem_find(&m->attempts, mem_pair(book->arena, f.merchant, f.text));
			if (a != NULL)
				found(book, need, &f, a, (struct uuid){ { 0 } });
			break;
		case FIND_INVOICE:
			items = mem_index_find(&m->items_of_invoice, mem_pair(book->arena, f.merchant, f.text));
			for (size_t k = 0; k < items->count; k++)
				need_key(need, KIND_CUSTOMER, f.merchant, ((const struct item *)items->at[k]->value)->customer);
			break;
		case FIND_SESSION: find_by(m, &m->attempts_of_session, book, need, &f); break;
		case FIND_PAYMENT: find_by(m, &m->attempts_of_payment, book, need, &f); break;
		case FIND_CHARGE: find_by(m, &m->attempts_of_charge, book, need, &f); break;
		case FIND_REFUND: find_refund(m, book, need, &f); break;
		default: bug("nobody finds %d", f.what);
		}
	}
}

/* ---- fetch ---- */

static void load_attempt(struct memory *m, struct book *book, struct span merchant, struct uuid id)
{
	if (!uuid_is_zero(id))
		mem_load(&book->attempts, mem_row(&m->attempts, key_attempt(book->arena, merchant, id)));
}

static void load_invoice(struct memory *m, struct book *book, const struct want *w)
{
	const struct mem_rows *items = mem_index_find(&m->items_of_invoice, mem_pair(book->arena, w->merchant, w->id));

	mem_load_all(&book->items, items);
	for (size_t i = 0; i < items->count; i++)
		load_attempt(m, book, w->merchant, ((const struct item *)items->at[i]->value)->live_attempt);
}

/* The attempt, and those that hold what it pays. */
static void load_wanted(struct memory *m, struct book *book, const struct want *w)
{
	const struct attempt *a = mem_find(&m->attempts, mem_pair(book->arena, w->merchant, w->id));

	mem_load(&book->attempts, mem_row(&m->attempts, mem_pair(book->arena, w->merchant, w->id)));
	for (size_t i = 0; a != NULL && i < a->item_count; i++) {
		const struct item *item = mem_find(&m->items, key_item(book->arena, a->merchant, a->items[i].invoice, a->items[i].part));

		if (item != NULL)
			load_attempt(m, book, a->merchant, item->live_attempt);
	}
}

static void put_seen(struct book *book, const struct webhook *w)
{
	struct span key = key_seen(book->arena, w->merchant, w->account, w->object, w->type);

	if (!shelf_is_loaded(&book->seen, key))
		shelf_put(&book->seen, key, &(bool){ true });
}

static bool is_seen(struct memory *m, struct span object_key)
{
	const struct mem_rows *rows = mem_index_find(&m->webhooks_of_object, object_key);

	for (size_t i = 0; i < rows->count; i++) {
		const struct webhook *w = rows->at[i]->value;

		if (w->once && w->state == WEBHOOK_APPLIED)
			return true;
	}
	return false;
}

static void load_webhook(struct memory *m, struct book *book, const struct mem_row *row)
{
	const struct webhook *w = row != NULL ? row->value : NULL;
	struct webhook copy;

	if (w == NULL || shelf_is_loaded(&book->webhooks, row->key))
		return;
	copy = *w;
	if (w->state != WEBHOOK_LOOSE)
		copy.body = SPAN("");
	shelf_put(&book->webhooks, row->key, &copy);
	if (w->once && w->state == WEBHOOK_LOOSE && is_seen(m, key_seen(book->arena, w->merchant, w->account, w->object, w->type)))
		put_seen(book, w);
}

static void load_loose(struct memory *m, struct book *book, const struct mem_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		if (((const struct webhook *)rows->at[i]->value)->state == WEBHOOK_LOOSE)
			load_webhook(m, book, rows->at[i]);
}

/* account, event, and where it happens once to an object: object, type. */
static void load_event(struct memory *m, struct book *book, const struct want *w)
{
	struct span account, event, object, type, rest;
	struct webhook of;

	if (!span_cut(w->id, '\0', &account, &rest) || !span_cut(rest, '\0', &event, &rest))
		bug("half a webhook is wanted");
	load_webhook(m, book, mem_row(&m->webhooks, key_webhook(book->arena, w->merchant, account, event)));
	if (!span_cut(rest, '\0', &object, &type))
		return;
	of = (struct webhook){ .merchant = w->merchant, .account = account, .object = object, .type = type };
	if (is_seen(m, key_seen(book->arena, w->merchant, account, object, type)))
		put_seen(book, &of);
}

static void load_accounts(struct memory *m, struct book *book, const struct want *w)
{
	const struct mem_rows *rows = &m->accounts.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct provider_account *a = rows->at[i]->value;

		if (span_equal(a->merchant, w->merchant) && (w->id.size == 0 || span_equal(w->id, a->name)))
			mem_load(&book->accounts, rows->at[i]);
	}
}

static void load_payout(struct memory *m, struct book *book, const struct want *w, bool lines)
{
	struct span account, name;
	const struct payout *p;

	if (!span_cut(w->id, '\0', &account, &name))
		bug("half a payout is wanted");
	p = mem_find(&m->payouts, key_payout(book->arena, w->merchant, account, name));
	if (p == NULL)
		return;
	if (lines) {
		mem_load_all(&book->lines, mem_index_find(&m->lines_of_payout, key_attempt(book->arena, p->merchant, p->id)));
		return;
	}
	mem_load(&book->payouts, mem_row(&m->payouts, key_payout(book->arena, w->merchant, account, name)));
	mem_load(&book->intents, mem_row(&m->intents, key_intent(book->arena, p->merchant, p->id, INTENT_PAYOUT)));
}

static void load_alarm(struct memory *m, struct book *book, const struct want *w)
{
	struct span kind, subject;

	if (span_cut(w->id, '\0', &kind, &subject))
		mem_load(&book->alarms, mem_row(&m->alarms, key_alarm(book->arena, w->merchant, kind, subject)));
}

/* What belongs to the attempts that came. */
static void load_rest(struct memory *m, struct book *book)
{
	for (size_t i = 0; i < shelf_count(&book->attempts); i++) {
		const struct attempt *a;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&book->attempts, i, &key, &value, &state);
		a = value;
		if (a == NULL)
			continue;
		mem_load_all(&book->intents, mem_index_find(&m->intents_of_attempt, key));
		for (size_t k = 0; k < a->item_count; k++)
			mem_load(&book->items,
				mem_row(&m->items, key_item(book->arena, a->merchant, a->items[k].invoice, a->items[k].part)));
	}
}

void sim_fetch(struct memory *m, struct book *book, const struct need *need)
{
	for (size_t i = 0; i < need->want_count; i++) {
		const struct want *w = &need->wants[i];
		struct span key = mem_pair(book->arena, w->merchant, w->id);

		switch (w->what) {
		case WANT_ATTEMPT:
			load_wanted(m, book, w);
			load_loose(m, book, mem_index_find(&m->webhooks_of_attempt, key));
			break;
		case WANT_INVOICE: load_invoice(m, book, w); break;
		case WANT_ACCOUNT: load_accounts(m, book, w); break;
		case WANT_MERCHANT: mem_load(&book->merchants, mem_row(&m->merchants, w->merchant)); break;
		case WANT_WEBHOOK: load_event(m, book, w); break;
		case WANT_LOOSE: load_loose(m, book, mem_index_find(&m->webhooks_of_reference, key)); break;
		case WANT_PAYOUT: load_payout(m, book, w, false); break;
		case WANT_LINES: load_payout(m, book, w, true); break;
		case WANT_ALARM: load_alarm(m, book, w); break;
		default: bug("nobody fetches %d", w->what);
		}
	}
	load_rest(m, book);
}
