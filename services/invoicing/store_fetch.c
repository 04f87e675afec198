#include "store_fetch.h"

#include <stdlib.h>
#include <string.h>

#include "invoicing_queries.h"
#include "store_rows.h"

/* --- parts of issued invoices --- */

static int compare_invoices(const void *a, const void *b)
{
	const struct invoice *x = *(struct invoice *const *)a, *y = *(struct invoice *const *)b;
	int order = span_compare(x->merchant, y->merchant);

	return order != 0 ? order : uuid_compare(x->id, y->id);
}

/* The rows of one invoice from in->row on: how many. */
static size_t rows_of(struct reader *in, const struct invoice *i)
{
	struct reader at = *in;

	while (at.row < at.rows->count && span_equal(read_text(&at, "merchant_id"), i->merchant) &&
		uuid_equal(read_uuid(&at, "invoice_id"), i->id))
		at.row++;
	return at.row - in->row;
}

static void take_lines(struct reader *in, struct invoice *i)
{
	struct line *lines;
	struct money *credited;

	i->line_count = rows_of(in, i);
	i->lines = lines = ARENA_ARRAY(in->arena, struct line, i->line_count);
	i->credited_lines = credited = ARENA_ARRAY(in->arena, struct money, i->line_count);
	for (size_t k = 0; k < i->line_count; k++, in->row++) {
		lines[k] = read_line(in, i->currency);
		credited[k] = read_money(in, "credited", i->currency);
	}
}

static void take_taxes(struct reader *in, struct invoice *i)
{
	struct tax_total *taxes;
	struct credited_tax *credited;

	i->totals.tax_count = rows_of(in, i);
	i->totals.taxes = taxes = ARENA_ARRAY(in->arena, struct tax_total, i->totals.tax_count);
	i->credited_taxes = credited = ARENA_ARRAY(in->arena, struct credited_tax, i->totals.tax_count);
	for (size_t k = 0; k < i->totals.tax_count; k++, in->row++) {
		taxes[k] = read_tax(in, i->currency);
		credited[k].taxable = read_money(in, "credited_taxable", i->currency);
		credited[k].amount = read_money(in, "credited_tax", i->currency);
	}
}

enum err fetch_parts(struct db *db, struct arena *arena, struct invoice *invoices, size_t n, struct why *why)
{
	struct invoice **issued = ARENA_ARRAY(arena, struct invoice *, n);
	struct args *a = args_new(arena);
	struct array *merchants = args_array(a, DB_TEXT), *ids = args_array(a, DB_UUID);
	struct rows lines, taxes;
	struct reader in_lines = { .rows = &lines, .arena = arena }, in_taxes = { .rows = &taxes, .arena = arena };
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (invoices[i].state != INVOICE_ISSUED)
			continue;
		issued[count++] = &invoices[i];
		array_text(merchants, invoices[i].merchant);
		array_uuid(ids, invoices[i].id);
	}
	if (count == 0)
		return OK;
	db_queue_rows(db, arena, &q_line_fetch, a, &lines);
	db_queue_rows(db, arena, &q_tax_fetch, a, &taxes);
	TRY(db_flush(db, why));
	/* The rows come in this order. */
	qsort(issued, count, sizeof *issued, compare_invoices);
	for (size_t i = 0; i < count; i++) {
		take_lines(&in_lines, issued[i]);
		take_taxes(&in_taxes, issued[i]);
	}
	if (in_lines.row != lines.count || in_taxes.row != taxes.count)
		bug("lines of %zu invoices are not in order", count);
	return OK;
}

/* --- the book --- */

/* One kind of want: its keys side by side, and the rows that came back. */
struct asked {
	struct args *args;
	struct array *columns[3];
	size_t count;
	struct rows rows;
};

struct fetch {
	struct db *db;
	struct arena *arena;
	struct book *book;
	struct asked asked[WANTS];
	struct shelf seen;
	struct rows drafts, secret;
	/* Invoices on their way to the shelf: drafts first. */
	struct invoice *invoices;
	size_t invoice_count;
};

static const struct {
	const struct query *query;
	enum db_type types[3];
	int columns;
	enum book_shelf shelf;
} want_types[WANTS] = {
	[WANT_MERCHANT] = { &q_merchant_fetch, { DB_TEXT }, 1, SHELF_MERCHANTS },
	[WANT_CUSTOMER] = { &q_customer_fetch, { DB_TEXT, DB_TEXT }, 2, SHELF_CUSTOMERS },
	[WANT_WAITING] = { &q_waiting_fetch, { DB_TEXT, DB_TEXT }, 2, SHELVES },
	[WANT_CHARGE] = { &q_charge_fetch, { DB_TEXT, DB_TEXT }, 2, SHELF_CHARGES },
	[WANT_INVOICE] = { &q_invoice_fetch, { DB_TEXT, DB_UUID }, 2, SHELF_INVOICES },
	[WANT_INVOICE_REF] = { &q_invoice_ref_fetch, { DB_TEXT, DB_TEXT }, 2, SHELF_INVOICE_REFS },
	[WANT_CREDIT_REF] = { &q_credit_ref_fetch, { DB_TEXT, DB_TEXT }, 2, SHELF_CREDIT_REFS },
	[WANT_SERIES] = { &q_series_fetch, { DB_TEXT, DB_TEXT }, 2, SHELVES },
	[WANT_ITEM] = { &q_item_fetch, { DB_TEXT, DB_UUID, DB_INT4 }, 3, SHELF_ITEMS },
};

/* Each once, however many messages want it. What is asked for stands on its shelf as absent until its row comes. */
static bool is_asked(struct fetch *f, const struct want *w)
{
	enum book_shelf shelf = want_types[w->what].shelf;
	struct span key = w->what == WANT_MERCHANT ? key_merchant(f->book, w->merchant) : key_ref(f->book, w->merchant, w->id);
	struct text t;

	text_init(&t, f->arena);
	text_printf(&t, "%d ", w->what);
	text_span(&t, key);
	if (shelf_is_loaded(&f->seen, text_done(&t)))
		return true;
	shelf_put(&f->seen, text_done(&t), NULL);
	if (shelf != SHELVES && !shelf_is_loaded(&f->book->shelves[shelf], key))
		shelf_put(&f->book->shelves[shelf], key, NULL);
	return false;
}

static void ask_id(struct asked *a, const struct want *w)
{
	struct uuid id;
	int64_t part;

	if (w->id.size < sizeof id.b || uuid_from_bytes(span_bytes(w->id.at, sizeof id.b), &id) != OK)
		bug("an id of %zu bytes was wanted", w->id.size);
	array_uuid(a->columns[1], id);
	if (a->columns[2] == NULL)
		return;
	if (span_int64(span_from(w->id, sizeof id.b), &part) != OK)
		bug("an open item without a part was wanted");
	array_int4(a->columns[2], (int32_t)part);
}

static void ask(struct fetch *f, const struct want *w)
{
	struct asked *a = &f->asked[w->what];

	if (w->what < 0 || w->what >= WANTS)
		bug("nobody fetches %d", w->what);
	if (is_asked(f, w))
		return;
	if (a->count++ == 0) {
		a->args = args_new(f->arena);
		for (int i = 0; i < want_types[w->what].columns; i++)
			a->columns[i] = args_array(a->args, want_types[w->what].types[i]);
	}
	array_text(a->columns[0], w->merchant);
	if (want_types[w->what].columns > 1 && want_types[w->what].types[1] == DB_UUID)
		ask_id(a, w);
	else if (want_types[w->what].columns > 1)
		array_text(a->columns[1], w->id);
}

static enum err ask_all(struct fetch *f, const struct need *need, struct why *why)
{
	bool any = false;

	for (size_t i = 0; i < need->want_count; i++)
		ask(f, &need->wants[i]);
	for (int i = 0; i < WANTS; i++) {
		if (f->asked[i].count > 0)
			db_queue_rows(f->db, f->arena, want_types[i].query, f->asked[i].args, &f->asked[i].rows);
		any = any || f->asked[i].count > 0;
	}
	if (f->asked[WANT_CUSTOMER].count > 0)
		db_queue_rows(f->db, f->arena, &q_draft_fetch, f->asked[WANT_CUSTOMER].args, &f->drafts);
	if (f->asked[WANT_SERIES].count > 0)
		db_queue_rows(f->db, f->arena, &q_page_secret_fetch, NULL, &f->secret);
	return any ? db_flush(f->db, why) : OK;
}

static void put(struct book *book, enum book_shelf shelf, struct span key, const void *value)
{
	if (shelf_find(&book->shelves[shelf], key) == NULL)
		shelf_put(&book->shelves[shelf], key, value);
}

#define ROWS(f, want, in) \
	for (struct reader in = { .rows = &(f)->asked[want].rows, .arena = (f)->arena }; in.row < in.rows->count; in.row++)

static void put_simple(struct fetch *f)
{
	struct book *book = f->book;

	ROWS(f, WANT_MERCHANT, in)
	{
		struct merchant m = read_merchant(&in);

		put(book, SHELF_MERCHANTS, key_merchant(book, m.id), &m);
	}
	ROWS(f, WANT_CUSTOMER, in)
	{
		struct customer c = read_customer(&in);

		put(book, SHELF_CUSTOMERS, key_ref(book, c.merchant, c.ref), &c);
	}
	ROWS(f, WANT_SERIES, in)
	{
		struct series s = read_series(&in);

		put(book, SHELF_SERIES, key_series(book, &s), &s);
	}
	ROWS(f, WANT_ITEM, in)
	{
		struct item i = read_item(&in);

		put(book, SHELF_ITEMS, key_item(book, i.merchant, i.invoice_id, i.part), &i);
	}
	ROWS(f, WANT_CHARGE, in)
	{
		struct charge c = read_charge(&in);

		put(book, SHELF_CHARGES, key_ref(book, c.merchant, c.external_ref), &c);
	}
	ROWS(f, WANT_CREDIT_REF, in)
	{
		struct credit_note n = read_credit_note(&in);

		put(book, SHELF_CREDIT_NOTES, key_id(book, n.merchant, n.id), &n);
		put(book, SHELF_CREDIT_REFS, key_ref(book, n.merchant, n.external_ref), &n.id);
	}
	if (f->secret.count > 0)
		book->secret = rows_text(&f->secret, 0, rows_column(&f->secret, "secret"));
}

static void take_invoices(struct fetch *f, const struct rows *rows)
{
	for (struct reader in = { .rows = rows, .arena = f->arena }; in.row < rows->count; in.row++)
		f->invoices[f->invoice_count++] = read_invoice(&in);
}

/* The charges of one draft come together and in order. */
static void take_waiting(struct fetch *f)
{
	struct invoice *draft = NULL;

	ROWS(f, WANT_WAITING, in)
	{
		struct charge c = read_charge(&in);
		struct waiting *w = ARENA_NEW(f->arena, struct waiting);

		put(f->book, SHELF_CHARGES, key_ref(f->book, c.merchant, c.external_ref), &c);
		for (size_t i = 0; i < f->invoice_count && (draft == NULL || !uuid_equal(draft->id, c.invoice_id)); i++)
			draft = &f->invoices[i];
		if (draft == NULL || !uuid_equal(draft->id, c.invoice_id))
			bug("a charge waits on a draft that was not fetched");
		*w = (struct waiting){ .charge_ref = c.external_ref, .older = draft->draft.waiting };
		draft->draft.waiting = w;
		draft->draft.has_waiting = true;
	}
}

static void put_invoices(struct fetch *f)
{
	for (size_t i = 0; i < f->invoice_count; i++) {
		const struct invoice *invoice = &f->invoices[i];
		struct book *book = f->book;

		put(book, SHELF_INVOICES, key_id(book, invoice->merchant, invoice->id), invoice);
		if (invoice->state == INVOICE_DRAFT)
			put(book, SHELF_DRAFTS, key_draft(book, invoice->merchant, invoice->customer_ref, invoice->currency), &invoice->id);
		if (invoice->external_ref.size > 0)
			put(book, SHELF_INVOICE_REFS, key_ref(book, invoice->merchant, invoice->external_ref), &invoice->id);
	}
}

enum err store_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	struct fetch f = { .db = db, .arena = arena, .book = book };
	const struct rows *invoices = &f.asked[WANT_INVOICE].rows, *by_ref = &f.asked[WANT_INVOICE_REF].rows;

	shelf_init(&f.seen, arena, 1, "wants");
	TRY(ask_all(&f, need, why));
	put_simple(&f);
	f.invoices = ARENA_ARRAY(arena, struct invoice, f.drafts.count + invoices->count + by_ref->count);
	take_invoices(&f, &f.drafts);
	take_waiting(&f);
	take_invoices(&f, invoices);
	take_invoices(&f, by_ref);
	TRY(fetch_parts(db, arena, f.invoices, f.invoice_count, why));
	put_invoices(&f);
	return OK;
}
