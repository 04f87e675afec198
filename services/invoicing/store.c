#include "store.h"

#include <string.h>

#include "invoicing_queries.h"
#include "store_fetch.h"
#include "store_rows.h"

/* The secret is fetched with the first series that is wanted: only issued documents need it. */
static struct book *store_open(struct arena *arena)
{
	return book_open(arena, SPAN(""));
}

/* --- find --- */

/* What is looked for, side by side, one statement a kind. */
struct search {
	struct args *numbers, *ids;
	struct array *number_merchants, *number_texts, *id_merchants, *id_uuids;
	size_t number_count, id_count;
};

static void search_add(struct search *s, struct book *book, const struct find *f)
{
	struct uuid id;

	switch ((enum book_find)f->what) {
	case FIND_ZONE: book_put_zone(book, f->text, zone_load(span_cstr(book->arena, f->text))); return;
	case FIND_INVOICE_NUMBER:
		array_text(s->number_merchants, f->merchant);
		array_text(s->number_texts, f->text);
		s->number_count++;
		return;
	case FIND_INVOICE:
		if (uuid_from_bytes(f->text, &id) != OK)
			bug("an invoice id of %zu bytes was looked for", f->text.size);
		array_text(s->id_merchants, f->merchant);
		array_uuid(s->id_uuids, id);
		s->id_count++;
		return;
	}
	bug("nobody finds %d", f->what);
}

/* Whoever owns the invoice is locked, then it is fetched. */
static void found_invoice(struct arena *arena, struct need *need, struct reader *in)
{
	struct span merchant = read_text(in, "merchant_id");
	struct uuid id = read_uuid(in, "invoice_id");

	need_key(need, LOCK_CUSTOMER, merchant, read_text(in, "customer_ref"));
	need_want(need, WANT_INVOICE, merchant, span_copy(arena, uuid_span(&id)));
}

static void note_number(struct book *book, struct reader *in)
{
	struct shelf *shelf = &book->shelves[SHELF_NUMBERS];
	struct span key = key_ref(book, read_text(in, "merchant_id"), read_text(in, "number"));
	struct uuid id = read_uuid(in, "invoice_id");

	if (!shelf_is_loaded(shelf, key))
		shelf_put(shelf, key, &id);
}

static enum err store_find(struct db *db, struct arena *arena, struct book *book, struct need *need, struct why *why)
{
	struct search s = { .numbers = args_new(arena), .ids = args_new(arena) };
	struct rows numbers = { 0 }, ids = { 0 };

	s.number_merchants = args_array(s.numbers, DB_TEXT);
	s.number_texts = args_array(s.numbers, DB_TEXT);
	s.id_merchants = args_array(s.ids, DB_TEXT);
	s.id_uuids = args_array(s.ids, DB_UUID);
	for (size_t i = 0; i < need->find_count; i++)
		search_add(&s, book, &need->finds[i]);
	if (s.number_count > 0)
		db_queue_rows(db, arena, &q_find_invoice_number, s.numbers, &numbers);
	if (s.id_count > 0)
		db_queue_rows(db, arena, &q_find_invoice, s.ids, &ids);
	if (s.number_count + s.id_count > 0)
		TRY(db_flush(db, why));
	for (struct reader in = { .rows = &numbers, .arena = arena }; in.row < numbers.count; in.row++) {
		note_number(book, &in);
		found_invoice(arena, need, &in);
	}
	for (struct reader in = { .rows = &ids, .arena = arena }; in.row < ids.count; in.row++)
		found_invoice(arena, need, &in);
	return OK;
}

/* --- save --- */

/* Walks a shelf for its values in one state. */
struct walk {
	const struct shelf *shelf;
	enum shelf_state state;
	size_t at;
};

static const void *walk_next(struct walk *w)
{
	while (w->at < shelf_count(w->shelf)) {
		struct span key;
		const void *value;
		enum shelf_state state;

		shelf_at(w->shelf, w->at++, &key, &value, &state);
		if (state == w->state && value != NULL)
			return value;
	}
	return NULL;
}

struct saving {
	struct db *db;
	struct arena *arena;
	struct book *book;
};

static void send(const struct saving *s, const struct query *query, const struct writer *w)
{
	if (w->rows > 0)
		db_queue(s->db, query, w->args, w->rows);
}

/* One statement for a shelf's values in one state. */
#define SAVE(s, SHELF, STATE, query, types, type, write)                                     \
	do {                                                                                 \
		struct walk walk_ = { .shelf = &(s)->book->shelves[SHELF], .state = STATE }; \
		const struct type *value_;                                                   \
		struct writer w_;                                                            \
		writer_open(&w_, (s)->arena, types);                                         \
		while ((value_ = walk_next(&walk_)) != NULL)                                 \
			write(&w_, value_);                                                  \
		send(s, &(query), &w_);                                                      \
	} while (0)

/* Invoices whose lines are not in the database yet. */
static const struct invoice *next_unwritten(struct walk *w)
{
	const struct invoice *i;

	while ((i = walk_next(w)) != NULL) {
		if (i->state == INVOICE_ISSUED && !i->is_written)
			return i;
	}
	return NULL;
}

static void save_parts(
	const struct saving *s, const struct query *query, const char *types, void (*write)(struct writer *, const struct invoice *))
{
	static const enum shelf_state states[] = { SHELF_CHANGED, SHELF_NEW };
	const struct invoice *i;
	struct writer w;

	writer_open(&w, s->arena, types);
	for (size_t k = 0; k < 2; k++) {
		struct walk walk = { .shelf = &s->book->shelves[SHELF_INVOICES], .state = states[k] };

		while ((i = next_unwritten(&walk)) != NULL)
			write(&w, i);
	}
	send(s, query, &w);
}

static void save_credit_parts(const struct saving *s, const struct query *query, const char *types,
	void (*write)(struct writer *, const struct credit_note *, const struct invoice *))
{
	struct walk walk = { .shelf = &s->book->shelves[SHELF_CREDIT_NOTES], .state = SHELF_NEW };
	const struct credit_note *n;
	struct writer w;

	writer_open(&w, s->arena, types);
	while ((n = walk_next(&walk)) != NULL)
		write(&w, n, book_invoice(s->book, n->merchant, n->invoice_id));
	send(s, query, &w);
}

/* What leaves a draft makes way for the next one: changed invoices go before new ones. */
static enum err store_save(struct db *db, struct arena *arena, struct book *book, struct why *why)
{
	struct saving s = { .db = db, .arena = arena, .book = book };

	(void)why;
	SAVE(&s, SHELF_MERCHANTS, SHELF_NEW, q_merchant_insert, merchant_types, merchant, write_merchant);
	SAVE(&s, SHELF_MERCHANTS, SHELF_CHANGED, q_merchant_update, merchant_types, merchant, write_merchant);
	SAVE(&s, SHELF_CUSTOMERS, SHELF_NEW, q_customer_insert, customer_types, customer, write_customer);
	SAVE(&s, SHELF_CUSTOMERS, SHELF_CHANGED, q_customer_update, customer_types, customer, write_customer);
	SAVE(&s, SHELF_SERIES, SHELF_NEW, q_series_insert, series_types, series, write_series);
	SAVE(&s, SHELF_SERIES, SHELF_CHANGED, q_series_update, series_types, series, write_series);
	SAVE(&s, SHELF_INVOICES, SHELF_CHANGED, q_invoice_update, invoice_types, invoice, write_invoice);
	SAVE(&s, SHELF_INVOICES, SHELF_NEW, q_invoice_insert, invoice_types, invoice, write_invoice);
	SAVE(&s, SHELF_CHARGES, SHELF_NEW, q_charge_insert, charge_types, charge, write_charge);
	SAVE(&s, SHELF_CHARGES, SHELF_CHANGED, q_charge_update, charge_change_types, charge, write_charge_change);
	save_parts(&s, &q_line_insert, line_types, write_lines);
	save_parts(&s, &q_tax_insert, tax_types, write_taxes);
	save_parts(&s, &q_party_insert, party_types, write_parties);
	SAVE(&s, SHELF_CREDIT_NOTES, SHELF_NEW, q_credit_note_insert, credit_note_types, credit_note, write_credit_note);
	save_credit_parts(&s, &q_credit_note_line_insert, credit_line_types, write_credit_lines);
	save_credit_parts(&s, &q_credit_note_tax_insert, credit_tax_types, write_credit_taxes);
	SAVE(&s, SHELF_ITEMS, SHELF_NEW, q_item_insert, item_types, item, write_item);
	SAVE(&s, SHELF_ITEMS, SHELF_CHANGED, q_item_update, item_types, item, write_item);
	return OK;
}

const struct store invoicing_store = {
	.open = store_open,
	.find = store_find,
	.fetch = store_fetch,
	.save = store_save,
	.mark = book_mark,
	.restore = book_restore,
	.digest = book_digest,
};
