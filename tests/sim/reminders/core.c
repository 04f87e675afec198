#include <string.h>

#include "rows.h"

/* ---- rows ---- */

static struct memory *memory_open(struct arena *arena, struct world *world)
{
	struct memory *m = ARENA_NEW(arena, struct memory);

	m->arena = arena;
	m->world = world;
	mem_open(&m->merchants, arena, sizeof(struct merchant), "merchants");
	mem_open(&m->customers, arena, sizeof(struct customer), "customers");
	mem_open(&m->accounts, arena, sizeof(struct account), "accounts");
	mem_open(&m->items, arena, sizeof(struct item), "items");
	mem_open(&m->holds, arena, sizeof(struct hold), "holds");
	mem_open(&m->notices, arena, sizeof(struct notice), "notices");
	mem_open(&m->receipts, arena, sizeof(bool), "receipts");
	mem_open(&m->statements, arena, sizeof(struct statement), "statements");
	mem_open(&m->tallies, arena, sizeof(struct tally), "tallies");
	mem_index_open(&m->items_of_customer, arena, "items of a customer");
	mem_index_open(&m->items_of_invoice, arena, "items of an invoice");
	mem_index_open(&m->holds_of_customer, arena, "holds of a customer");
	mem_index_open(&m->notices_of_customer, arena, "notices of a customer");
	mem_index_open(&m->notices_of_item, arena, "notices of an item");
	mem_index_open(&m->statements_of_account, arena, "statements of an account");
	mem_index_open(&m->accounts_of_merchant, arena, "accounts of a merchant");
	mem_open(&m->said, arena, 1, "said");
	mem_open(&m->mailbox, arena, 1, "mailbox");
	return m;
}

/* As tests/store/reminders/world.c sets it. */
static struct book *memory_book(struct memory *m, struct arena *arena)
{
	(void)m;
	return book_open(arena, policy_find("standard"), "mail.example");
}

/* ---- find and fetch ---- */

static void found(struct book *book, struct need *need, const struct find *f, struct span customer)
{
	struct uuid id;
	struct owner owner = { .customer = customer };
	struct span key;

	if (uuid_from_bytes(f->text, &id) != OK)
		bug("no id");
	key = key_owner(book->arena, f->what, f->merchant, id);
	if (!shelf_is_loaded(&book->owners, key))
		shelf_put(&book->owners, key, &owner);
	need_key(need, KIND_CUSTOMER, f->merchant, customer);
	need_want(need, WANT_CUSTOMER, f->merchant, customer);
}

static void memory_find(struct memory *m, struct book *book, struct need *need)
{
	size_t n = need->find_count;

	for (size_t i = 0; i < n; i++) {
		const struct find f = need->finds[i];
		struct span key = mem_pair(book->arena, f.merchant, f.text);
		const struct hold *hold = mem_find(&m->holds, key);
		const struct mem_rows *items = mem_index_find(&m->items_of_invoice, key);

		if (f.what == FIND_HOLD && hold != NULL)
			found(book, need, &f, hold->customer);
		if (f.what == FIND_INVOICE && items->count > 0)
			found(book, need, &f, ((const struct item *)items->at[0]->value)->customer);
	}
}

static void put_zone(struct book *book, struct span name)
{
	struct zone_entry entry;

	if (name.size == 0 || shelf_is_loaded(&book->zones, name))
		return;
	entry.zone = zone_load(span_cstr(book->arena, name));
	shelf_put(&book->zones, name, &entry);
}

static void fetch_merchant(struct memory *m, struct book *book, struct span merchant)
{
	const struct merchant *known = mem_find(&m->merchants, merchant);

	mem_load(&book->merchants, mem_row(&m->merchants, merchant));
	if (known != NULL)
		put_zone(book, known->zone);
	mem_load_all(&book->accounts, mem_index_find(&m->accounts_of_merchant, merchant));
}

static bool is_owed(const void *item)
{
	return ((const struct item *)item)->open > 0;
}

static bool is_active(const void *hold)
{
	return ((const struct hold *)hold)->state == HOLD_ACTIVE;
}

static bool is_planned(const void *notice)
{
	return ((const struct notice *)notice)->state == NOTICE_PLANNED;
}

static void fetch_customer(struct memory *m, struct book *book, const struct want *w, struct span key)
{
	const struct customer *c = mem_find(&m->customers, key);

	fetch_merchant(m, book, w->merchant);
	mem_load(&book->customers, mem_row(&m->customers, key));
	if (c != NULL)
		put_zone(book, c->zone);
	mem_load_sorted(&book->items, book->arena, mem_index_find(&m->items_of_customer, key), is_owed);
	mem_load_sorted(&book->holds, book->arena, mem_index_find(&m->holds_of_customer, key), is_active);
	mem_load_sorted(&book->notices, book->arena, mem_index_find(&m->notices_of_customer, key), is_planned);
}

static void fetch_statement(struct memory *m, struct book *book, const struct mem_row *row)
{
	const struct mem_row *tally = row != NULL ? mem_row(&m->tallies, row->key) : NULL;
	struct statement s;

	if (row == NULL || shelf_is_loaded(&book->statements, row->key))
		return;
	s = *(const struct statement *)row->value;
	s.read = tally != NULL ? ((const struct tally *)tally->value)->receipts : 0;
	shelf_put(&book->statements, row->key, &s);
}

static void fetch_account(struct memory *m, struct book *book, struct span key)
{
	const struct mem_rows *statements = mem_index_find(&m->statements_of_account, key);

	mem_load(&book->accounts, mem_row(&m->accounts, key));
	for (size_t i = 0; i < statements->count; i++)
		if (!((const struct statement *)statements->at[i]->value)->counts)
			fetch_statement(m, book, statements->at[i]);
}

static void fetch_notice(struct memory *m, struct book *book, struct span key)
{
	const struct notice *n = mem_find(&m->notices, key);

	for (size_t i = 0; n != NULL && i < n->item_count; i++)
		mem_load(&book->items, mem_row(&m->items, key_item(book->arena, n->merchant, n->items[i].invoice, n->items[i].part)));
	mem_load(&book->notices, mem_row(&m->notices, key));
}

static void fetch_receipt(struct memory *m, struct book *book, const struct want *w)
{
	struct uuid id;

	if (uuid_from_bytes(span_bytes(w->id.at, sizeof id.b), &id) != OK)
		bug("no id");
	mem_load(&book->receipts, mem_row(&m->receipts, key_source(book->arena, w->merchant, span_from(w->id, sizeof id.b), id)));
}

static void fetch_item(struct memory *m, struct book *book, const struct want *w)
{
	struct uuid id;
	int32_t part;

	if (uuid_from_bytes(span_bytes(w->id.at, sizeof id.b), &id) != OK)
		bug("no id");
	memcpy(&part, w->id.at + sizeof id.b, sizeof part);
	mem_load(&book->items, mem_row(&m->items, key_item(book->arena, w->merchant, id, part)));
}

static void fetch_other(struct memory *m, struct book *book, const struct want *w)
{
	struct span key = mem_pair(book->arena, w->merchant, w->id);

	switch (w->what) {
	case WANT_MERCHANT: fetch_merchant(m, book, w->merchant); break;
	case WANT_ACCOUNT: fetch_account(m, book, key); break;
	case WANT_STATEMENT: fetch_statement(m, book, mem_row(&m->statements, key)); break;
	case WANT_ITEM: fetch_item(m, book, w); break;
	case WANT_HOLD:
		fetch_merchant(m, book, w->merchant);
		mem_load(&book->holds, mem_row(&m->holds, key));
		break;
	case WANT_NOTICE: fetch_notice(m, book, key); break;
	case WANT_RECEIPT: fetch_receipt(m, book, w); break;
	case WANT_ZONE: put_zone(book, w->id); break;
	default: bug("nobody fetches %d", w->what);
	}
}

/* What is a customer's comes first, as in the real one. */
static void memory_fetch(struct memory *m, struct book *book, const struct need *need)
{
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what == WANT_CUSTOMER)
			fetch_customer(m, book, &need->wants[i], mem_pair(book->arena, need->wants[i].merchant, need->wants[i].id));
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what != WANT_CUSTOMER)
			fetch_other(m, book, &need->wants[i]);
}

/* ---- save ---- */

static void saved_plain(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	(void)ctx;
	(void)old;
	(void)now;
	(void)row;
}

static void saved_account(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct account *a = now;

	if (old == NULL)
		mem_index_add(&m->accounts_of_merchant, a->merchant, row);
}

static void saved_statement(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct statement *was = old, *s = now;

	if (s->counts && (was == NULL || !was->counts))
		cover("statement: counts");
	if (old == NULL)
		mem_index_add(&m->statements_of_account, key_id(m->arena, s->merchant, s->account), row);
}

static void add_tally(struct memory *m, struct span key, struct tally tally)
{
	const struct tally *was = mem_find(&m->tallies, key);

	tally.receipts += was != NULL ? was->receipts : 0;
	mem_put(&m->tallies, key, &tally);
}

/* What a batch has read is added to what was. */
static void save_tallies(struct memory *m, const struct book *book)
{
	for (size_t i = 0; i < shelf_count(&book->tallies); i++) {
		const struct tally *tally;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&book->tallies, i, &key, &value, &state);
		tally = value;
		if (tally != NULL)
			add_tally(m, key, *tally);
	}
}

static void saved_item(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct item *was = old, *i = now;

	SIM_HOLDS(was == NULL || i->ledger_revision >= was->ledger_revision, "projection_back",
		"reminders' item went back to an older revision");
	SIM_HOLDS(was == NULL || i->ledger_revision > was->ledger_revision || i->open == was->open, "projection_made",
		"reminders' item is open otherwise without a word of the ledger");
	sim_item_now(m, row->key);
	if (was != NULL)
		return;
	mem_index_add(&m->items_of_customer, mem_pair(m->arena, i->merchant, i->customer), row);
	mem_index_add(&m->items_of_invoice, mem_pair(m->arena, i->merchant, span_copy(m->arena, uuid_span(&i->invoice))), row);
}

static void saved_hold(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct hold *was = old, *h = now;

	cover_pair("hold", was == NULL ? "new" : hold_state_name(was->state), hold_state_name(h->state));
	SIM_HOLDS(was == NULL || was->state == HOLD_ACTIVE, "hold_final", "a hold that is over was changed");
	if (was == NULL)
		mem_index_add(&m->holds_of_customer, mem_pair(m->arena, h->merchant, h->customer), row);
}

/* I5: nothing is said twice by notices that count. */
static void count_said(struct memory *m, const struct notice *n, int sign)
{
	for (size_t i = 0; i < n->item_count; i++) {
		const struct notice_item *item = &n->items[i];
		struct span key = mem_pair(m->arena, key_item(m->arena, n->merchant, item->invoice, item->part), item->step);
		struct mem_row *row = mem_put(&m->said, span_copy(m->arena, key), "");

		row->sum += sign;
		SIM_HOLDS(row->sum <= 1, "said_twice", "%.*s of %.*s is said twice", SPAN_ARG(item->step), SPAN_ARG(item->number));
		if (sign > 0)
			cover_pair("policy", "standard", span_cstr(m->arena, item->step));
	}
}

/* By one rule, or by two in one batch: handed back, then something else. */
static bool is_move(enum notice_state from, enum notice_state to)
{
	static const enum notice_state moves[][2] = { { NOTICE_PLANNED, NOTICE_CANCELLED }, { NOTICE_PLANNED, NOTICE_DOUBTFUL },
		{ NOTICE_PLANNED, NOTICE_FAILED }, { NOTICE_SENDING, NOTICE_SENT }, { NOTICE_SENDING, NOTICE_PLANNED },
		{ NOTICE_SENDING, NOTICE_DOUBTFUL }, { NOTICE_SENDING, NOTICE_FAILED } };

	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		if (moves[i][0] == from && moves[i][1] == to)
			return true;
	return from == to || (from == NOTICE_SENDING && is_move(NOTICE_PLANNED, to));
}

static void saved_notice(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct notice *was = old, *n = now;

	sim_said(m, was, row);
	if (was == NULL) {
		bool there = true;

		mem_index_add(&m->notices_of_customer, mem_pair(m->arena, n->merchant, n->customer), row);
		cover_pair("notice", "new", n->kind == NOTICE_REMINDER ? "reminder" : "receipt");
		if (n->kind == NOTICE_REMINDER)
			count_said(m, n, 1);
		else
			mem_put(&m->receipts, key_source(m->arena, n->merchant, n->source, n->source_id), &there);
		return;
	}
	SIM_HOLDS(is_move(was->state, n->state), "notice_move", "a notice went from %s to %s", notice_state_name(was->state),
		notice_state_name(n->state));
	if (was->state != n->state)
		cover_pair("notice", notice_state_name(was->state), notice_state_name(n->state));
	if (n->kind == NOTICE_REMINDER && n->state == NOTICE_CANCELLED && was->state != NOTICE_CANCELLED) {
		const struct mem_row *arrived = mem_row(&m->mailbox, uuid_span(&n->id));

		SIM_HOLDS(arrived == NULL || arrived->sum == 0, "cancelled_mailed",
			"a notice that has arrived is cancelled, and may be said again");
		count_said(m, n, -1);
	}
}

static void memory_save(struct memory *m, struct book *book, struct instant now)
{
	(void)now;
	mem_save(&m->merchants, &book->merchants, saved_plain, m);
	mem_save(&m->customers, &book->customers, saved_plain, m);
	mem_save(&m->accounts, &book->accounts, saved_account, m);
	mem_save(&m->statements, &book->statements, saved_statement, m);
	save_tallies(m, book);
	mem_save(&m->items, &book->items, saved_item, m);
	mem_save(&m->holds, &book->holds, saved_hold, m);
	mem_save(&m->notices, &book->notices, saved_notice, m);
}

/* ---- what falls due ---- */

/* What it says is no longer so, or somebody holds it. */
bool sim_is_overtaken(struct memory *m, const struct notice *n)
{
	const struct mem_rows *holds = mem_index_find(&m->holds_of_customer, mem_pair(m->arena, n->merchant, n->customer));

	if (n->state != NOTICE_PLANNED || n->kind != NOTICE_REMINDER)
		return false;
	for (size_t i = 0; i < n->item_count; i++) {
		const struct item *item = mem_find(&m->items, key_item(m->arena, n->merchant, n->items[i].invoice, n->items[i].part));

		if (item == NULL || item->open != n->items[i].open.minor)
			return true;
		for (size_t k = 0; k < holds->count; k++) {
			const struct hold *h = holds->at[k]->value;

			if (h->state == HOLD_ACTIVE && (uuid_is_zero(h->invoice) || uuid_equal(h->invoice, n->items[i].invoice)))
				return true;
		}
	}
	return false;
}

const struct customer *sim_customer_of(struct memory *m, const struct notice *n)
{
	return mem_find(&m->customers, mem_pair(m->arena, n->merchant, n->customer));
}

struct looking {
	struct memory *m;
	struct arena *arena;
	struct instant now;
	struct message **messages;
	size_t count;
};

static void make(struct looking *l, const char *type, struct span merchant, struct span customer, struct uuid id, int64_t no)
{
	const struct named named = { .merchant = merchant, .customer = customer, .id = id };

	l->messages[l->count++] = named_message(l->arena, type, &named, no, l->now);
}

/* Whoever handed it over did not come back. */
static void lapse(struct looking *l, const struct notice *n)
{
	struct answered answered = { .of = { .merchant = n->merchant, .customer = n->customer, .id = n->id },
		.tries = n->tries,
		.handover = { .sent = true, .unknown = true } };
	struct message *message = ARENA_NEW(l->arena, struct message);

	message->time = l->now;
	answered_message(l->arena, &answered, message);
	l->messages[l->count++] = message;
}

static void due_notices(struct looking *l)
{
	const struct mem_rows *rows = &l->m->notices.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct notice *n = rows->at[i]->value;

		if (n->state == NOTICE_SENDING && rows->at[i]->sum < l->now.us)
			lapse(l, n);
		if (n->state == NOTICE_PLANNED && n->kind == NOTICE_REMINDER && n->until.us <= l->now.us)
			make(l, type_revise, n->merchant, n->customer, n->id, n->revise_no);
	}
}

static int64_t cover_of(struct memory *m, struct span merchant)
{
	const struct mem_rows *accounts = mem_index_find(&m->accounts_of_merchant, merchant);
	int64_t sum = 0;

	for (size_t i = 0; i < accounts->count; i++) {
		const struct account *a = accounts->at[i]->value;

		sum += a->defined_revision + a->counted_revision;
	}
	return sum;
}

/* The next one of its account, all of whose receipts have been read. */
static void due_statements(struct looking *l)
{
	const struct mem_rows *rows = &l->m->statements.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct statement *s = rows->at[i]->value;
		struct book *book = memory_book(l->m, l->arena);
		const struct statement *known;

		if (s->counts || !s->is_matched)
			continue;
		fetch_account(l->m, book, key_id(l->arena, s->merchant, s->account));
		known = book_statement(book, s->merchant, s->id);
		if (known != NULL && book_may_count(book, known, 0))
			make(l, type_count, s->merchant, span_of(arena_printf(l->arena, "@account:%s", uuid_text(l->arena, s->account))),
				s->id, 0);
	}
}

static size_t memory_due(struct memory *m, struct arena *arena, struct instant now, const struct sim_inbox *inbox, struct message ***out)
{
	struct looking l = { .m = m, .arena = arena, .now = now };
	const struct mem_rows *customers = &m->customers.rows, *holds = &m->holds.rows;

	(void)inbox;
	l.messages = ARENA_ARRAY(
		arena, struct message *, m->notices.rows.count + m->statements.rows.count + customers->count + holds->count + 1);
	due_notices(&l);
	due_statements(&l);
	for (size_t i = 0; i < holds->count; i++) {
		const struct hold *h = holds->at[i]->value;

		if (h->state == HOLD_ACTIVE && h->has_until && h->expires_at.us <= now.us)
			make(&l, type_expire, h->merchant, h->customer, h->id, h->revision);
	}
	for (size_t i = 0; i < customers->count; i++) {
		const struct customer *c = customers->at[i]->value;

		if (c->look_at.us <= now.us || (c->waits_statement && c->seen_cover < cover_of(m, c->merchant)))
			make(&l, type_look, c->merchant, c->ref, (struct uuid){ { 0 } }, c->look_no);
	}
	*out = l.messages;
	return l.count;
}

static void sooner(struct instant *next, struct instant at, struct instant now)
{
	if (at.us > now.us && at.us < next->us)
		*next = at;
}

static struct instant memory_next(struct memory *m, struct instant now)
{
	struct instant next = { INT64_MAX };

	for (size_t i = 0; i < m->customers.rows.count; i++)
		sooner(&next, ((const struct customer *)m->customers.rows.at[i]->value)->look_at, now);
	for (size_t i = 0; i < m->holds.rows.count; i++) {
		const struct hold *h = m->holds.rows.at[i]->value;

		if (h->state == HOLD_ACTIVE && h->has_until)
			sooner(&next, h->expires_at, now);
	}
	for (size_t i = 0; i < m->notices.rows.count; i++) {
		const struct notice *n = m->notices.rows.at[i]->value;

		if (n->state == NOTICE_PLANNED) {
			sooner(&next, n->next_try_at, now);
			sooner(&next, n->until, now);
		}
		if (n->state == NOTICE_SENDING)
			sooner(&next, (struct instant){ m->notices.rows.at[i]->sum + 1 }, now);
	}
	return next;
}

/* ---- the rest ---- */

static void memory_expect(void)
{
	static const enum notice_state moves[][2] = { { NOTICE_PLANNED, NOTICE_SENDING }, { NOTICE_PLANNED, NOTICE_CANCELLED },
		{ NOTICE_PLANNED, NOTICE_DOUBTFUL }, { NOTICE_PLANNED, NOTICE_FAILED }, { NOTICE_SENDING, NOTICE_SENT },
		{ NOTICE_SENDING, NOTICE_PLANNED }, { NOTICE_SENDING, NOTICE_DOUBTFUL }, { NOTICE_SENDING, NOTICE_FAILED } };
	const struct policy *policy = policy_find("standard");

	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		cover_expect_pair("notice", notice_state_name(moves[i][0]), notice_state_name(moves[i][1]), NULL);
	for (int i = 0; i < policy->step_count; i++)
		cover_expect_pair("policy", "standard", policy->steps[i].name, NULL);
	cover_expect_pair("notice", "new", "reminder", NULL);
	cover_expect_pair("notice", "new", "receipt", NULL);
	cover_expect_pair("hold", "active", "released", NULL);
	cover_expect_pair("hold", "active", "expired", NULL);
	cover_expect("statement: counts", NULL);
	cover_expect("mail: the same once more, for nobody knew", NULL);
}

static bool memory_item(struct memory *m, struct span merchant, struct span invoice, int part, int64_t *open)
{
	const struct item *item;
	struct uuid id;

	if (uuid_from_bytes(invoice, &id) != OK)
		return false;
	item = mem_find(&m->items, key_item(m->arena, merchant, id, part));
	*open = item != NULL ? item->open : 0;
	return item != NULL && item->is_issued;
}

static void memory_quiet(struct memory *m, struct instant now)
{
	const struct mem_rows *rows = &m->notices.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct notice *n = rows->at[i]->value;
		const struct customer *c = sim_customer_of(m, n);

		SIM_HOLDS(n->state != NOTICE_SENDING || rows->at[i]->sum >= now.us, "sending_left", "a notice is being sent for ever");
		SIM_HOLDS(n->state != NOTICE_PLANNED || n->next_try_at.us > now.us || c == NULL || c->revision == 0, "notice_left",
			"a notice that is due was not sent");
	}
}

static const char *const topics[] = { "dunlin.customers.v1", "dunlin.invoices.v1", "dunlin.payments.v1", "dunlin.ledger.v1", NULL };

static const struct kind kinds[] = { { "customer", true }, { NULL, false } };

const struct core reminders_core = {
	.name = "reminders",
	.kinds = kinds,
	.handlers = reminders_handlers,
	.topics = topics,
	.open = memory_open,
	.book = memory_book,
	.find = memory_find,
	.fetch = memory_fetch,
	.save = memory_save,
	.mark = book_mark,
	.restore = book_restore,
	.due = memory_due,
	.next = memory_next,
	.operate = sim_operate,
	.claim = sim_claim,
	.answer = sim_answer,
	.expect = memory_expect,
	.quiet = memory_quiet,
	.item = memory_item,
	.tables = reminders_tables,
};
