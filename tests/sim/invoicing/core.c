#include "../core.h"

#include <string.h>

#include "../world.h"
#include "handlers.h"
#include "rows.h"
#include "wire.h"

/* ---- rows ---- */

static struct memory *memory_open(struct arena *arena, struct world *world)
{
	static const struct {
		enum book_shelf shelf;
		size_t size;
		const char *name;
	} saved[] = {
		{ SHELF_MERCHANTS, sizeof(struct merchant), "merchants" },
		{ SHELF_CUSTOMERS, sizeof(struct customer), "customers" },
		{ SHELF_CHARGES, sizeof(struct charge), "charges" },
		{ SHELF_INVOICES, sizeof(struct invoice), "invoices" },
		{ SHELF_CREDIT_NOTES, sizeof(struct credit_note), "credit notes" },
		{ SHELF_SERIES, sizeof(struct series), "series" },
		{ SHELF_ITEMS, sizeof(struct item), "items" },
	};
	struct memory *m = ARENA_NEW(arena, struct memory);

	m->arena = arena;
	m->world = world;
	for (size_t i = 0; i < sizeof saved / sizeof *saved; i++)
		mem_open(&m->tables[saved[i].shelf], arena, saved[i].size, saved[i].name);
	mem_index_open(&m->of_customer, arena, "invoices of a customer");
	mem_index_open(&m->waiting, arena, "charges of a draft");
	mem_index_open(&m->of_ref, arena, "invoices by reference");
	mem_index_open(&m->of_number, arena, "invoices by number");
	mem_index_open(&m->credit_of_ref, arena, "credit notes by reference");
	mem_open(&m->numbers, arena, 1, "numbers");
	return m;
}

static struct book *memory_book(struct memory *m, struct arena *arena)
{
	(void)m;
	return book_open(arena, SPAN(""));
}

/* ---- find ---- */

static void found(struct need *need, const struct invoice *i)
{
	need_key(need, LOCK_CUSTOMER, i->merchant, i->customer_ref);
	need_want(need, WANT_INVOICE, i->merchant, span_copy(need->arena, uuid_span(&i->id)));
}

static void memory_find(struct memory *m, struct book *book, struct need *need)
{
	size_t n = need->find_count;

	for (size_t k = 0; k < n; k++) {
		const struct find *f = &need->finds[k];
		const struct mem_rows *rows;
		const struct mem_row *row;

		switch ((enum book_find)f->what) {
		case FIND_ZONE: book_put_zone(book, f->text, zone_load(span_cstr(book->arena, f->text))); break;
		case FIND_INVOICE_NUMBER:
			rows = mem_index_find(&m->of_number, key_ref(book, f->merchant, f->text));
			for (size_t i = 0; i < rows->count; i++) {
				const struct invoice *v = rows->at[i]->value;
				struct span key = key_ref(book, v->merchant, v->number.text);

				if (!shelf_is_loaded(&book->shelves[SHELF_NUMBERS], key))
					shelf_put(&book->shelves[SHELF_NUMBERS], key, &v->id);
				found(need, v);
			}
			break;
		case FIND_INVOICE:
			row = mem_row(&m->tables[SHELF_INVOICES], key_ref(book, f->merchant, f->text));
			if (row != NULL)
				found(need, row->value);
			break;
		}
	}
}

/* ---- fetch ---- */

static void put(struct book *book, enum book_shelf shelf, struct span key, const void *value)
{
	if (!shelf_is_loaded(&book->shelves[shelf], key))
		shelf_put(&book->shelves[shelf], key, value);
}

/* The charges that wait on a draft, in order of position; newest first in the list. */
static void put_waiting(struct memory *m, struct book *book, struct invoice *draft)
{
	const struct mem_rows *rows = mem_index_find(&m->waiting, key_id(book, draft->merchant, draft->id));
	int last = 0;

	draft->draft.has_waiting = true;
	for (int left = draft->draft.count; left > 0; left--) {
		const struct charge *next = NULL;
		struct waiting *w = ARENA_NEW(book->arena, struct waiting);

		for (size_t i = 0; i < rows->count; i++) {
			const struct charge *c = rows->at[i]->value;

			if (c->state == CHARGE_WAITING && uuid_equal(c->invoice_id, draft->id) && c->position > last &&
				(next == NULL || c->position < next->position))
				next = c;
		}
		if (next == NULL)
			sim_fail("draft_counts", "a draft counts more charges than wait on it");
		last = next->position;
		put(book, SHELF_CHARGES, key_ref(book, next->merchant, next->external_ref), next);
		*w = (struct waiting){ .charge_ref = next->external_ref, .older = draft->draft.waiting };
		draft->draft.waiting = w;
	}
}

static void put_invoice(struct memory *m, struct book *book, const struct invoice *i, bool waiting)
{
	struct invoice invoice = *i;

	if (waiting && i->state == INVOICE_DRAFT)
		put_waiting(m, book, &invoice);
	put(book, SHELF_INVOICES, key_id(book, i->merchant, i->id), &invoice);
	if (i->state == INVOICE_DRAFT)
		put(book, SHELF_DRAFTS, key_draft(book, i->merchant, i->customer_ref, i->currency), &i->id);
	if (i->external_ref.size > 0)
		put(book, SHELF_INVOICE_REFS, key_ref(book, i->merchant, i->external_ref), &i->id);
}

static bool is_wanted(const struct need *need, int what, const struct want *like)
{
	for (size_t i = 0; i < need->want_count; i++) {
		const struct want *w = &need->wants[i];

		if (w->what == what && span_equal(w->merchant, like->merchant) && span_equal(w->id, like->id))
			return true;
	}
	return false;
}

static void fetch_customer(struct memory *m, struct book *book, const struct need *need, const struct want *w)
{
	struct span key = key_ref(book, w->merchant, w->id);
	const struct mem_rows *rows = mem_index_find(&m->of_customer, key);
	bool waiting = is_wanted(need, WANT_WAITING, w);

	put(book, SHELF_CUSTOMERS, key, mem_find(&m->tables[SHELF_CUSTOMERS], key));
	for (size_t i = 0; i < rows->count; i++) {
		const struct invoice *v = rows->at[i]->value;

		if (v->state == INVOICE_DRAFT)
			put_invoice(m, book, v, waiting);
	}
}

static void fetch_series(struct memory *m, struct book *book, const struct want *w)
{
	const struct mem_rows *rows = &m->tables[SHELF_SERIES].rows;

	book->secret = SPAN("0123456789abcdef0123456789abcdef");
	for (size_t i = 0; i < rows->count; i++) {
		const struct series *s = rows->at[i]->value;

		if (span_equal(s->merchant, w->merchant) && span_is(w->id, document_names[s->document]))
			mem_load(&book->shelves[SHELF_SERIES], rows->at[i]);
	}
}

static void fetch_one(struct memory *m, struct book *book, const struct need *need, const struct want *w)
{
	struct span key = w->what == WANT_MERCHANT ? w->merchant : key_ref(book, w->merchant, w->id);
	const struct mem_rows *rows;

	switch ((enum book_want)w->what) {
	case WANT_MERCHANT: put(book, SHELF_MERCHANTS, key, mem_find(&m->tables[SHELF_MERCHANTS], key)); break;
	case WANT_CUSTOMER: fetch_customer(m, book, need, w); break;
	case WANT_WAITING: break; /* with the customer */
	case WANT_CHARGE: put(book, SHELF_CHARGES, key, mem_find(&m->tables[SHELF_CHARGES], key)); break;
	case WANT_INVOICE:
		if (mem_find(&m->tables[SHELF_INVOICES], key) != NULL)
			put_invoice(m, book, mem_find(&m->tables[SHELF_INVOICES], key), false);
		break;
	case WANT_INVOICE_REF:
		rows = mem_index_find(&m->of_ref, key);
		if (rows->count > 0)
			put_invoice(m, book, rows->at[0]->value, false);
		break;
	case WANT_CREDIT_REF:
		rows = mem_index_find(&m->credit_of_ref, key);
		if (rows->count > 0) {
			const struct credit_note *n = rows->at[0]->value;

			mem_load(&book->shelves[SHELF_CREDIT_NOTES], rows->at[0]);
			put(book, SHELF_CREDIT_REFS, key, &n->id);
		}
		break;
	case WANT_SERIES: fetch_series(m, book, w); break;
	case WANT_ITEM: put(book, SHELF_ITEMS, key, mem_find(&m->tables[SHELF_ITEMS], key)); break;
	case WANTS: bug("nobody fetches that");
	}
}

/* What waits on drafts comes with the first that wants it: customers first. */
static void memory_fetch(struct memory *m, struct book *book, const struct need *need)
{
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what == WANT_CUSTOMER)
			fetch_one(m, book, need, &need->wants[i]);
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what != WANT_CUSTOMER)
			fetch_one(m, book, need, &need->wants[i]);
}

/* ---- save ---- */

static struct span series_key(struct memory *m, struct span merchant, enum document document, const struct number *n)
{
	return span_of(arena_printf(m->arena, "%.*s %d %.*s %d", SPAN_ARG(merchant), (int)document, SPAN_ARG(n->series), n->year));
}

/* I9: the next number of its series, never one twice. */
static void take_number(struct memory *m, struct span merchant, enum document document, const struct number *n)
{
	struct span key = series_key(m, merchant, document, n);
	struct mem_row *row = mem_row(&m->numbers, key);

	if (row == NULL)
		row = mem_put(&m->numbers, key, "");
	row->sum++;
	if (n->count != row->sum)
		sim_fail("number_gap", "%.*s is not the next number %lld", SPAN_ARG(n->text), (long long)row->sum);
}

static void check_document(const struct invoice *i)
{
	int64_t net = 0, tax = 0;

	for (size_t k = 0; k < i->line_count; k++)
		net += i->lines[k].net.minor;
	for (size_t k = 0; k < i->totals.tax_count; k++)
		tax += i->totals.taxes[k].amount.minor;
	SIM_HOLDS(net == i->totals.net.minor, "document_net", "the lines are not the net");
	SIM_HOLDS(tax == i->totals.tax.minor, "document_tax", "the taxes are not the tax");
	SIM_HOLDS(net + tax == i->totals.gross.minor, "document_gross", "net and tax are not the gross");
}

static void check_credited(const struct invoice *i)
{
	int64_t gross = 0;

	for (size_t k = 0; k < i->line_count; k++) {
		SIM_HOLDS(i->credited_lines[k].minor >= 0 && i->credited_lines[k].minor <= i->lines[k].net.minor, "credited_line",
			"more is taken back of a line than was charged");
		gross += i->credited_lines[k].minor;
	}
	for (size_t k = 0; k < i->totals.tax_count; k++)
		gross += i->credited_taxes[k].amount.minor;
	SIM_HOLDS(gross == i->credited.minor, "credited_sum", "what is credited is not the sum of what was taken back");
	SIM_HOLDS(i->credited.minor <= i->totals.gross.minor, "credited_gross", "more is credited than was invoiced");
}

static void note_debt(struct memory *m, const struct invoice *i)
{
	struct world_debt debt = { .merchant = i->merchant,
		.customer = i->customer_ref,
		.number = i->number.text,
		.rf = i->rf,
		.invoice = i->id,
		.gross = i->totals.gross,
		.credited = i->credited.minor };

	mem_put(&m->world->debts, span_copy(m->arena, uuid_span(&i->id)), &debt);
}

static void cover_move(const struct invoice *was, const struct invoice *is)
{
	if (is->state == INVOICE_DRAFT && is->draft.count > (was != NULL ? was->draft.count : 0))
		cover("invoice: draft collect");
	if (is->state == INVOICE_ISSUED && (was == NULL || was->state == INVOICE_DRAFT))
		cover("invoice: draft issue");
	if (is->state == INVOICE_VOID)
		cover("invoice: draft cancel");
	if (was != NULL && was->state == INVOICE_ISSUED && is->credited.minor > was->credited.minor)
		cover("invoice: issued credit");
	if (was != NULL && was->state != INVOICE_DRAFT)
		SIM_HOLDS(is->state == was->state, "invoice_final", "an invoice that is final has another state");
}

static void saved_invoice(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct invoice *was = old, *i = now;
	struct invoice *kept = row->value;

	cover_move(was, i);
	kept->is_written = i->state == INVOICE_ISSUED;
	kept->draft.waiting = NULL;
	kept->draft.has_waiting = false;
	if (was == NULL)
		mem_index_add(&m->of_customer, mem_pair(m->arena, i->merchant, i->customer_ref), row);
	if (i->state != INVOICE_ISSUED)
		return;
	note_debt(m, i);
	check_credited(i);
	if (was != NULL && was->state == INVOICE_ISSUED)
		return;
	check_document(i);
	mem_rows_add(&m->fresh[DOCUMENT_INVOICE], m->arena, row);
	mem_index_add(&m->of_number, mem_pair(m->arena, i->merchant, i->number.text), row);
	if (i->external_ref.size > 0)
		mem_index_add(&m->of_ref, mem_pair(m->arena, i->merchant, i->external_ref), row);
}

static void saved_credit_note(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct credit_note *n = now;
	struct credit_note *kept = row->value;

	if (old != NULL)
		sim_fail("credit_note_final", "a credit note was changed");
	SIM_HOLDS(n->totals.net.minor + n->totals.tax.minor == n->totals.gross.minor, "credit_gross", "net and tax are not the gross");
	/* As the store reads it again: the head alone. */
	kept->lines = NULL;
	kept->line_count = 0;
	mem_rows_add(&m->fresh[DOCUMENT_CREDIT_NOTE], m->arena, row);
	if (n->external_ref.size > 0)
		mem_index_add(&m->credit_of_ref, mem_pair(m->arena, n->merchant, n->external_ref), row);
}

static void saved_charge(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct charge *was = old, *c = now;

	cover_pair("charge", was == NULL ? "new" : charge_state_names[was->state], charge_state_names[c->state]);
	if (was != NULL && was->state != CHARGE_WAITING)
		SIM_HOLDS(was->state == c->state, "charge_final", "a charge that is final has another state");
	if (was == NULL || !uuid_equal(was->invoice_id, c->invoice_id))
		mem_index_add(&m->waiting, mem_pair(m->arena, c->merchant, span_copy(m->arena, uuid_span(&c->invoice_id))), row);
}

/* A draft's count and sum are those of what waits on it. */
static void check_drafts(struct memory *m, const struct book *book)
{
	const struct shelf *shelf = &book->shelves[SHELF_INVOICES];

	for (size_t i = 0; i < shelf_count(shelf); i++) {
		const struct invoice *v;
		const struct mem_rows *rows;
		enum shelf_state state;
		struct span key;
		const void *value;
		int64_t net = 0;
		int n = 0;

		shelf_at(shelf, i, &key, &value, &state);
		v = value;
		if (v == NULL || (state != SHELF_NEW && state != SHELF_CHANGED))
			continue;
		rows = mem_index_find(&m->waiting, key);
		for (size_t k = 0; k < rows->count; k++) {
			const struct charge *c = rows->at[k]->value;
			bool waits = c->state == CHARGE_WAITING && uuid_equal(c->invoice_id, v->id);

			n += waits;
			net += waits ? c->line.net.minor : 0;
		}
		SIM_HOLDS(n == v->draft.count && net == v->draft.net.minor, "draft_sum", "a draft counts %d of %lld, there wait %d of %lld",
			v->draft.count, (long long)v->draft.net.minor, n, (long long)net);
	}
}

static int compare_numbers(const struct number *a, const struct number *b)
{
	return (a->count > b->count) - (a->count < b->count);
}

/* New documents of the batch in order of their numbers. */
static void check_numbers(struct memory *m, enum document document)
{
	struct mem_rows *fresh = &m->fresh[document];

	while (fresh->count > 0) {
		size_t least = 0;
		const struct number *number = NULL;
		struct span merchant = SPAN("");

		for (size_t i = 0; i < fresh->count; i++) {
			const struct invoice *v = fresh->at[i]->value;
			const struct credit_note *c = fresh->at[i]->value;
			const struct number *n = document == DOCUMENT_INVOICE ? &v->number : &c->number;

			if (number == NULL || compare_numbers(n, number) < 0) {
				least = i;
				number = n;
				merchant = document == DOCUMENT_INVOICE ? v->merchant : c->merchant;
			}
		}
		take_number(m, merchant, document, number);
		fresh->at[least] = fresh->at[--fresh->count];
	}
}

static void saved_item(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	const struct item *was = old, *i = now;

	(void)ctx;
	(void)row;
	SIM_HOLDS(was == NULL || i->revision > was->revision, "projection_back", "invoicing's open item went back to an older revision");
}

static void saved_plain(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	(void)ctx;
	(void)old;
	(void)now;
	(void)row;
}

static void memory_save(struct memory *m, struct book *book, struct instant now)
{
	static const struct {
		enum book_shelf shelf;
		mem_saved *saved;
	} shelves[] = { { SHELF_MERCHANTS, saved_plain }, { SHELF_CUSTOMERS, saved_plain }, { SHELF_SERIES, saved_plain },
		{ SHELF_CHARGES, saved_charge }, { SHELF_INVOICES, saved_invoice }, { SHELF_CREDIT_NOTES, saved_credit_note },
		{ SHELF_ITEMS, saved_item } };

	(void)now;
	for (size_t i = 0; i < sizeof shelves / sizeof *shelves; i++)
		mem_save(&m->tables[shelves[i].shelf], &book->shelves[shelves[i].shelf], shelves[i].saved, m);
	check_drafts(m, book);
	check_numbers(m, DOCUMENT_INVOICE);
	check_numbers(m, DOCUMENT_CREDIT_NOTE);
}

/* ---- what falls due ---- */

static bool is_due(struct memory *m, const struct invoice *v, struct instant now, struct date *today)
{
	const struct merchant *merchant = mem_find(&m->tables[SHELF_MERCHANTS], v->merchant);

	*today = zone_date(merchant->zone, now);
	return v->state == INVOICE_DRAFT && v->draft.bill_on.known && date_compare(v->draft.bill_on.date, *today) <= 0;
}

static size_t memory_due(struct memory *m, struct arena *arena, struct instant now, const struct sim_inbox *inbox, struct message ***out)
{
	const struct mem_rows *rows = &m->tables[SHELF_INVOICES].rows;
	size_t n = 0;

	*out = ARENA_ARRAY(arena, struct message *, rows->count + 1);
	(void)inbox;
	for (size_t i = 0; i < rows->count; i++) {
		const struct invoice *v = rows->at[i]->value;
		struct date today;

		if (v->state == INVOICE_DRAFT && is_due(m, v, now, &today)) {
			struct bill_customer b = { .merchant = v->merchant,
				.customer_ref = v->customer_ref,
				.currency = v->currency,
				.date = v->draft.bill_on.date };

			(*out)[n++] = bill_customer_message(arena, &b, now);
		}
	}
	return n;
}

static struct instant memory_next(struct memory *m, struct instant now)
{
	const struct mem_rows *rows = &m->tables[SHELF_INVOICES].rows;
	struct instant next = { INT64_MAX };

	for (size_t i = 0; i < rows->count; i++) {
		const struct invoice *v = rows->at[i]->value;
		const struct merchant *merchant;
		struct instant at;

		if (v->state != INVOICE_DRAFT || !v->draft.bill_on.known)
			continue;
		merchant = mem_find(&m->tables[SHELF_MERCHANTS], v->merchant);
		at = zone_instant(merchant->zone, v->draft.bill_on.date, 0);
		if (at.us > now.us && at.us < next.us)
			next = at;
	}
	return next;
}

/* ---- the rest ---- */

static void memory_expect(void)
{
	for (size_t i = 0; i < INVOICE_RULES; i++)
		if (invoice_rules[i].allowed) {
			static char names[INVOICE_RULES][64];

			snprintf(names[i], sizeof names[i], "invoice: %s %s", invoice_state_names[invoice_rules[i].from],
				invoice_act_names[invoice_rules[i].act]);
			cover_expect(names[i], NULL);
		}
	cover_expect_pair("charge", "new", "waiting", NULL);
	cover_expect_pair("charge", "new", "invoiced", NULL);
	cover_expect_pair("charge", "waiting", "invoiced", NULL);
	cover_expect_pair("charge", "waiting", "cancelled", NULL);
}

static bool memory_item(struct memory *m, struct span merchant, struct span invoice, int part, int64_t *open)
{
	const struct item *item;
	struct text t;

	text_init(&t, m->arena);
	text_span(&t, invoice);
	text_printf(&t, "%d", part);
	item = mem_find(&m->tables[SHELF_ITEMS], mem_pair(m->arena, merchant, text_done(&t)));
	*open = item != NULL ? item->open.minor : 0;
	return item != NULL;
}

static void memory_quiet(struct memory *m, struct instant now)
{
	const struct mem_rows *rows = &m->tables[SHELF_SERIES].rows;
	struct message **due;
	struct sim_inbox none = { 0 };

	for (size_t i = 0; i < rows->count; i++) {
		const struct series *s = rows->at[i]->value;
		const struct number n = { .series = s->name, .year = s->year };
		const struct mem_row *row = mem_row(&m->numbers, series_key(m, s->merchant, s->document, &n));

		SIM_HOLDS(row != NULL && row->sum == s->last, "series_count", "series %.*s of %d stands at %lld", SPAN_ARG(s->name),
			s->year, (long long)s->last);
	}
	if (memory_due(m, m->arena, now, &none, &due) > 0)
		sim_fail("billing_left", "%.*s is due, and its draft was not issued", SPAN_ARG(due[0]->id));
}

static struct shelf *memory_shelves(struct book *book, size_t *n)
{
	*n = SHELVES;
	return book->shelves;
}

static const char *const topics[] = { "dunlin.billing.v1", "dunlin.ledger.v1", NULL };

const struct core invoicing_core = {
	.name = "invoicing",
	.kinds = book_locks,
	.handlers = invoicing_handlers,
	.topics = topics,
	.foreign = "dunlin.billing.v1",
	.open = memory_open,
	.book = memory_book,
	.find = memory_find,
	.fetch = memory_fetch,
	.save = memory_save,
	.mark = book_mark,
	.restore = book_restore,
	.refused = invoicing_refused,
	.due = memory_due,
	.next = memory_next,
	.operate = invoicing_operate,
	.expect = memory_expect,
	.quiet = memory_quiet,
	.item = memory_item,
	.tables = invoicing_tables,
	.shelves = memory_shelves,
};
