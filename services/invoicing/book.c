#include "book.h"

#include <string.h>

const struct kind book_locks[LOCKS + 1] = {
	[LOCK_REFERENCE] = { .name = "reference" },
	[LOCK_CUSTOMER] = { .name = "customer", .stream = true },
	[LOCK_SERIES] = { .name = "series" },
};

/* A zone, and what a reference or number leads to, as values of shelves. */
struct named_zone {
	const struct zone *zone;
};

static const struct {
	const char *name;
	size_t size;
} shelf_types[SHELVES] = {
	[SHELF_MERCHANTS] = { "merchants", sizeof(struct merchant) },
	[SHELF_ZONES] = { "zones", sizeof(struct named_zone) },
	[SHELF_CUSTOMERS] = { "customers", sizeof(struct customer) },
	[SHELF_DRAFTS] = { "drafts", sizeof(struct uuid) },
	[SHELF_CHARGES] = { "charges", sizeof(struct charge) },
	[SHELF_INVOICES] = { "invoices", sizeof(struct invoice) },
	[SHELF_INVOICE_REFS] = { "invoice references", sizeof(struct uuid) },
	[SHELF_NUMBERS] = { "numbers", sizeof(struct uuid) },
	[SHELF_CREDIT_NOTES] = { "credit notes", sizeof(struct credit_note) },
	[SHELF_CREDIT_REFS] = { "credit note references", sizeof(struct uuid) },
	[SHELF_SERIES] = { "series", sizeof(struct series) },
	[SHELF_ITEMS] = { "open items", sizeof(struct item) },
};

struct book *book_open(struct arena *arena, struct span secret)
{
	struct book *book = ARENA_NEW(arena, struct book);

	book->arena = arena;
	book->secret = secret;
	for (int i = 0; i < SHELVES; i++)
		shelf_init(&book->shelves[i], arena, shelf_types[i].size, shelf_types[i].name);
	return book;
}

void book_mark(struct book *book)
{
	for (int i = 0; i < SHELVES; i++)
		shelf_mark(&book->shelves[i]);
}

void book_restore(struct book *book)
{
	for (int i = 0; i < SHELVES; i++)
		shelf_restore(&book->shelves[i]);
}

struct digest book_digest(const struct book *book)
{
	struct digest digests[SHELVES];
	struct span spans[SHELVES];

	for (int i = 0; i < SHELVES; i++) {
		digests[i] = shelf_digest(&book->shelves[i]);
		spans[i] = span_bytes(digests[i].b, sizeof digests[i].b);
	}
	return digest_list(spans, SHELVES);
}

/* --- keys: parts with a NUL between, which none of the texts can hold --- */

static struct span join(struct book *book, struct span a, struct span b)
{
	char *at = arena_raw(book->arena, a.size + 1 + b.size);

	memcpy(at, a.at, a.size);
	at[a.size] = '\0';
	if (b.size > 0)
		memcpy(at + a.size + 1, b.at, b.size);
	return span_bytes(at, a.size + 1 + b.size);
}

struct span key_merchant(struct book *book, struct span merchant)
{
	return span_copy(book->arena, merchant);
}

struct span key_ref(struct book *book, struct span merchant, struct span ref)
{
	return join(book, merchant, ref);
}

struct span key_draft(struct book *book, struct span merchant, struct span customer_ref, struct currency currency)
{
	return join(book, join(book, merchant, customer_ref), span_of(currency.code));
}

struct span key_id(struct book *book, struct span merchant, struct uuid id)
{
	return join(book, merchant, uuid_span(&id));
}

struct span key_series(struct book *book, const struct series *s)
{
	return join(book, s->merchant,
		span_of(arena_printf(book->arena, "%s %d %.*s", document_names[s->document], s->year, SPAN_ARG(s->name))));
}

/* As the store's want names it: the id, and the part as text. */
struct span key_item(struct book *book, struct span merchant, struct uuid invoice, int part)
{
	struct text t;

	text_init(&t, book->arena);
	text_span(&t, uuid_span(&invoice));
	text_printf(&t, "%d", part);
	return join(book, merchant, text_done(&t));
}

/* --- find --- */

const struct merchant *book_merchant(struct book *book, struct span merchant)
{
	return shelf_find(&book->shelves[SHELF_MERCHANTS], merchant);
}

const struct zone *book_zone(struct book *book, struct span name)
{
	const struct named_zone *found = shelf_find(&book->shelves[SHELF_ZONES], name);

	return found != NULL ? found->zone : NULL;
}

const struct customer *book_customer(struct book *book, struct span merchant, struct span ref)
{
	return shelf_find(&book->shelves[SHELF_CUSTOMERS], key_ref(book, merchant, ref));
}

static const struct invoice *invoice_at(struct book *book, struct span merchant, const struct uuid *id)
{
	return id == NULL || uuid_is_zero(*id) ? NULL : book_invoice(book, merchant, *id);
}

const struct invoice *book_draft(struct book *book, struct span merchant, struct span customer_ref, struct currency currency)
{
	return invoice_at(book, merchant, shelf_find(&book->shelves[SHELF_DRAFTS], key_draft(book, merchant, customer_ref, currency)));
}

const struct charge *book_charge(struct book *book, struct span merchant, struct span external_ref)
{
	return shelf_find(&book->shelves[SHELF_CHARGES], key_ref(book, merchant, external_ref));
}

const struct invoice *book_invoice(struct book *book, struct span merchant, struct uuid id)
{
	return shelf_find(&book->shelves[SHELF_INVOICES], key_id(book, merchant, id));
}

const struct invoice *book_invoice_by_ref(struct book *book, struct span merchant, struct span external_ref)
{
	return invoice_at(book, merchant, shelf_find(&book->shelves[SHELF_INVOICE_REFS], key_ref(book, merchant, external_ref)));
}

const struct invoice *book_invoice_by_number(struct book *book, struct span merchant, struct span number)
{
	return invoice_at(book, merchant, shelf_find(&book->shelves[SHELF_NUMBERS], key_ref(book, merchant, number)));
}

const struct credit_note *book_credit_note_by_ref(struct book *book, struct span merchant, struct span external_ref)
{
	const struct uuid *id = shelf_find(&book->shelves[SHELF_CREDIT_REFS], key_ref(book, merchant, external_ref));

	return id == NULL ? NULL : shelf_find(&book->shelves[SHELF_CREDIT_NOTES], key_id(book, merchant, *id));
}

const struct item *book_item(struct book *book, struct span merchant, struct uuid invoice, int part)
{
	return shelf_find(&book->shelves[SHELF_ITEMS], key_item(book, merchant, invoice, part));
}

void book_put_zone(struct book *book, struct span name, const struct zone *zone)
{
	struct named_zone value = { .zone = zone };

	if (!shelf_is_loaded(&book->shelves[SHELF_ZONES], name))
		shelf_put(&book->shelves[SHELF_ZONES], name, zone != NULL ? &value : NULL);
}

/* --- edit --- */

struct merchant *book_edit_merchant(struct book *book, struct span merchant)
{
	return shelf_edit(&book->shelves[SHELF_MERCHANTS], merchant);
}

struct customer *book_edit_customer(struct book *book, const struct customer *c)
{
	return shelf_edit(&book->shelves[SHELF_CUSTOMERS], key_ref(book, c->merchant, c->ref));
}

struct charge *book_edit_charge(struct book *book, const struct charge *c)
{
	return shelf_edit(&book->shelves[SHELF_CHARGES], key_ref(book, c->merchant, c->external_ref));
}

struct invoice *book_edit_invoice(struct book *book, const struct invoice *i)
{
	return shelf_edit(&book->shelves[SHELF_INVOICES], key_id(book, i->merchant, i->id));
}

struct item *book_edit_item(struct book *book, const struct item *i)
{
	return shelf_edit(&book->shelves[SHELF_ITEMS], key_item(book, i->merchant, i->invoice_id, i->part));
}

/* --- add --- */

static void *add(struct book *book, enum book_shelf shelf, struct span key, const void *value)
{
	void *added = shelf_add(&book->shelves[shelf], key);

	memcpy(added, value, shelf_types[shelf].size);
	return added;
}

struct merchant *book_add_merchant(struct book *book, const struct merchant *m)
{
	return add(book, SHELF_MERCHANTS, key_merchant(book, m->id), m);
}

struct customer *book_add_customer(struct book *book, const struct customer *c)
{
	return add(book, SHELF_CUSTOMERS, key_ref(book, c->merchant, c->ref), c);
}

struct charge *book_add_charge(struct book *book, const struct charge *c)
{
	return add(book, SHELF_CHARGES, key_ref(book, c->merchant, c->external_ref), c);
}

struct invoice *book_add_invoice(struct book *book, const struct invoice *i)
{
	return add(book, SHELF_INVOICES, key_id(book, i->merchant, i->id), i);
}

struct credit_note *book_add_credit_note(struct book *book, const struct credit_note *c)
{
	return add(book, SHELF_CREDIT_NOTES, key_id(book, c->merchant, c->id), c);
}

struct item *book_add_item(struct book *book, const struct item *i)
{
	return add(book, SHELF_ITEMS, key_item(book, i->merchant, i->invoice_id, i->part), i);
}

/* --- what leads to an aggregate --- */

void book_set_draft(
	struct book *book, struct span merchant, struct span customer_ref, struct currency currency, const struct invoice *draft)
{
	struct shelf *shelf = &book->shelves[SHELF_DRAFTS];
	struct span key = key_draft(book, merchant, customer_ref, currency);
	struct uuid *id = shelf_find(shelf, key) != NULL ? shelf_edit(shelf, key) : shelf_add(shelf, key);

	*id = draft != NULL ? draft->id : (struct uuid){ 0 };
}

void book_note_ref(struct book *book, enum book_shelf shelf, struct span merchant, struct span external_ref, struct uuid id)
{
	if (external_ref.size > 0)
		add(book, shelf, key_ref(book, merchant, external_ref), &id);
}

/* --- numbers --- */

enum err book_take_number(
	struct book *book, const struct merchant *m, enum document document, int year, struct number *number, struct why *why)
{
	struct shelf *shelf = &book->shelves[SHELF_SERIES];
	struct series first = {
		.merchant = m->id, .document = document, .name = prefix_series(book->arena, m->prefixes[document]), .year = year
	};
	struct span key = key_series(book, &first);
	struct series *series;

	if (shelf_find(shelf, key) == NULL)
		add(book, SHELF_SERIES, key, &first);
	series = shelf_edit(shelf, key);
	if (series->last >= SERIES_LAST)
		return why_set(why, ERR_REFUSED, "series_full", "series %.*s of %d has no number left", SPAN_ARG(first.name), year);
	series->last++;
	*number = (struct number){
		.series = first.name,
		.year = year,
		.count = series->last,
		.text = number_print(book->arena, m->prefixes[document], year, series->last),
	};
	return OK;
}

bool book_is_series_taken(struct book *book, struct span merchant, enum document document, struct span name)
{
	const struct shelf *shelf = &book->shelves[SHELF_SERIES];

	for (size_t i = 0; i < shelf_count(shelf); i++) {
		const struct series *s;
		const void *value;
		enum shelf_state state;
		struct span key;

		shelf_at(shelf, i, &key, &value, &state);
		s = value;
		if (s != NULL && s->document != document && span_equal(s->merchant, merchant) && span_equal(s->name, name))
			return true;
	}
	return false;
}
