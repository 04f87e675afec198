#include "book.h"

#include <stdlib.h>
#include <string.h>

#include "book_index.h"

struct book *book_open(struct arena *arena, const struct policy *policy, const char *mail_domain)
{
	struct book *book = ARENA_NEW(arena, struct book);

	book->arena = arena;
	book->policy = policy;
	book->mail_domain = mail_domain;
	shelf_init(&book->merchants, arena, sizeof(struct merchant), "merchants");
	shelf_init(&book->customers, arena, sizeof(struct customer), "customers");
	shelf_init(&book->accounts, arena, sizeof(struct account), "accounts");
	shelf_init(&book->items, arena, sizeof(struct item), "items");
	shelf_init(&book->holds, arena, sizeof(struct hold), "holds");
	shelf_init(&book->notices, arena, sizeof(struct notice), "notices");
	shelf_init(&book->receipts, arena, sizeof(bool), "receipts");
	shelf_init(&book->owners, arena, sizeof(struct owner), "owners");
	shelf_init(&book->zones, arena, sizeof(struct zone_entry), "zones");
	shelf_init(&book->statements, arena, sizeof(struct statement), "statements");
	shelf_init(&book->tallies, arena, sizeof(struct tally), "tallies");
	book->items_of = index_open(&book->items, arena, offsetof(struct item, merchant), offsetof(struct item, customer));
	book->holds_of = index_open(&book->holds, arena, offsetof(struct hold, merchant), offsetof(struct hold, customer));
	book->notices_of = index_open(&book->notices, arena, offsetof(struct notice, merchant), offsetof(struct notice, customer));
	return book;
}

#define SHELVES(book)                                                                                                                     \
	{ &(book)->merchants, &(book)->customers, &(book)->accounts, &(book)->items, &(book)->holds, &(book)->notices, &(book)->receipts, \
		&(book)->owners, &(book)->zones, &(book)->statements, &(book)->tallies }

void book_mark(struct book *book)
{
	struct shelf *shelves[] = SHELVES(book);

	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		shelf_mark(shelves[i]);
}

void book_restore(struct book *book)
{
	struct shelf *shelves[] = SHELVES(book);

	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		shelf_restore(shelves[i]);
	index_forget(book->items_of);
	index_forget(book->holds_of);
	index_forget(book->notices_of);
}

struct digest book_digest(const struct book *book)
{
	const struct shelf *shelves[] = SHELVES(book);
	struct digest digests[sizeof(shelves) / sizeof(shelves[0])];

	for (size_t i = 0; i < sizeof(shelves) / sizeof(shelves[0]); i++)
		digests[i] = shelf_digest(shelves[i]);
	return digest_sha256(span_bytes(digests, sizeof(digests)));
}

/* ---- keys: parts, each but the first behind a zero byte, which no name has ---- */

static struct span join(struct arena *arena, struct span a, struct span b, struct span c)
{
	struct text t;

	text_init(&t, arena);
	text_span(&t, a);
	text_char(&t, '\0');
	text_span(&t, b);
	if (c.size > 0) {
		text_char(&t, '\0');
		text_span(&t, c);
	}
	return text_done(&t);
}

struct span key_text(struct arena *arena, struct span merchant, struct span text)
{
	return join(arena, merchant, text, SPAN(""));
}

struct span key_id(struct arena *arena, struct span merchant, struct uuid id)
{
	return join(arena, merchant, uuid_span(&id), SPAN(""));
}

struct span key_item(struct arena *arena, struct span merchant, struct uuid invoice, int32_t part)
{
	return join(arena, merchant, want_item(arena, invoice, part), SPAN(""));
}

struct span key_source(struct arena *arena, struct span merchant, struct span source, struct uuid id)
{
	return join(arena, merchant, want_receipt(arena, source, id), SPAN(""));
}

struct span key_owner(struct arena *arena, int what, struct span merchant, struct uuid id)
{
	char byte = (char)what;

	return join(arena, merchant, uuid_span(&id), span_bytes(&byte, 1));
}

struct span want_item(struct arena *arena, struct uuid invoice, int32_t part)
{
	struct text t;

	text_init(&t, arena);
	text_span(&t, uuid_span(&invoice));
	text_bytes(&t, &part, sizeof(part));
	return text_done(&t);
}

struct span want_receipt(struct arena *arena, struct span source, struct uuid id)
{
	struct text t;

	text_init(&t, arena);
	text_span(&t, uuid_span(&id));
	text_span(&t, source);
	return text_done(&t);
}

/* ---- aggregates ---- */

const struct merchant *book_merchant(const struct book *book, struct span merchant)
{
	return shelf_find(&book->merchants, merchant);
}

const struct customer *book_customer(const struct book *book, struct span merchant, struct span ref)
{
	return shelf_find(&book->customers, key_text(book->arena, merchant, ref));
}

const struct item *book_item(const struct book *book, struct span merchant, struct uuid invoice, int32_t part)
{
	return shelf_find(&book->items, key_item(book->arena, merchant, invoice, part));
}

const struct hold *book_hold(const struct book *book, struct span merchant, struct uuid id)
{
	return shelf_find(&book->holds, key_id(book->arena, merchant, id));
}

const struct notice *book_notice(const struct book *book, struct span merchant, struct uuid id)
{
	return shelf_find(&book->notices, key_id(book->arena, merchant, id));
}

const struct statement *book_statement(const struct book *book, struct span merchant, struct uuid id)
{
	return shelf_find(&book->statements, key_id(book->arena, merchant, id));
}

static bool is_before(const struct statement *a, const struct statement *b)
{
	return a->revision > 0 && a->revision < b->revision && uuid_equal(a->account, b->account) && span_equal(a->merchant, b->merchant);
}

bool book_may_count(const struct book *book, const struct statement *s, int64_t aside)
{
	const struct tally *tally = shelf_find(&book->tallies, key_id(book->arena, s->merchant, s->id));
	int64_t read = s->read + (tally != NULL ? tally->receipts : 0);

	if (s->counts || !s->is_matched || s->revision == 0 || read + aside < s->receipts)
		return false;
	for (size_t i = 0; i < shelf_count(&book->statements); i++) {
		const struct statement *other;
		enum shelf_state state;
		const void *value;
		struct span key;

		shelf_at(&book->statements, i, &key, &value, &state);
		other = value;
		if (other != NULL && !other->counts && is_before(other, s))
			return false;
	}
	return true;
}

const struct owner *book_owner(const struct book *book, int what, struct span merchant, struct uuid id)
{
	return shelf_find(&book->owners, key_owner(book->arena, what, merchant, id));
}

const struct zone *book_zone(const struct book *book, struct span name)
{
	const struct zone_entry *entry = shelf_find(&book->zones, name);

	return entry != NULL && entry->zone != NULL ? entry->zone : zone_utc();
}

const struct zone *book_zone_of(const struct book *book, const struct customer *customer)
{
	const struct merchant *merchant = book_merchant(book, customer->merchant);

	if (customer->zone.size > 0)
		return book_zone(book, customer->zone);
	return book_zone(book, merchant != NULL ? merchant->zone : SPAN("UTC"));
}

struct merchant *book_merchant_of(struct book *book, struct span id)
{
	struct merchant *merchant;

	if (shelf_find(&book->merchants, id) != NULL)
		return shelf_edit(&book->merchants, id);
	merchant = shelf_add(&book->merchants, id);
	merchant->id = id;
	return merchant;
}

struct account *book_account_of(struct book *book, struct span merchant, struct uuid id)
{
	struct span key = key_id(book->arena, merchant, id);
	struct account *account;

	if (shelf_find(&book->accounts, key) != NULL)
		return shelf_edit(&book->accounts, key);
	account = shelf_add(&book->accounts, key);
	account->merchant = merchant;
	account->id = id;
	return account;
}

struct statement *book_statement_of(struct book *book, struct span merchant, struct uuid id)
{
	struct span key = key_id(book->arena, merchant, id);
	struct statement *statement;

	if (shelf_find(&book->statements, key) != NULL)
		return shelf_edit(&book->statements, key);
	statement = shelf_add(&book->statements, key);
	statement->merchant = merchant;
	statement->id = id;
	return statement;
}

struct tally *book_tally_of(struct book *book, struct span merchant, struct uuid id)
{
	struct span key = key_id(book->arena, merchant, id);
	struct tally *tally;

	if (shelf_find(&book->tallies, key) != NULL)
		return shelf_edit(&book->tallies, key);
	tally = shelf_add(&book->tallies, key);
	tally->merchant = merchant;
	tally->statement = id;
	return tally;
}

struct customer *book_customer_of(struct book *book, struct span merchant, struct span ref)
{
	struct span key = key_text(book->arena, merchant, ref);
	struct customer *customer;

	if (shelf_find(&book->customers, key) != NULL)
		return shelf_edit(&book->customers, key);
	customer = shelf_add(&book->customers, key);
	customer->merchant = merchant;
	customer->ref = ref;
	customer->name = customer->email = customer->zone = customer->language = SPAN("");
	customer->look_at.us = INT64_MAX;
	return customer;
}

struct item *book_item_of(struct book *book, struct span merchant, struct span customer, struct uuid invoice, int32_t part)
{
	struct span key = key_item(book->arena, merchant, invoice, part);
	struct item *item;

	if (shelf_find(&book->items, key) != NULL)
		return shelf_edit(&book->items, key);
	item = shelf_add(&book->items, key);
	item->merchant = merchant;
	item->customer = customer;
	item->invoice = invoice;
	item->part = part;
	item->number = item->rf_reference = item->document_path = SPAN("");
	return item;
}

struct item *book_edit_item(struct book *book, const struct item *item)
{
	return shelf_edit(&book->items, key_item(book->arena, item->merchant, item->invoice, item->part));
}

struct hold *book_edit_hold(struct book *book, const struct hold *hold)
{
	return shelf_edit(&book->holds, key_id(book->arena, hold->merchant, hold->id));
}

struct notice *book_edit_notice(struct book *book, const struct notice *notice)
{
	return shelf_edit(&book->notices, key_id(book->arena, notice->merchant, notice->id));
}

void book_add_hold(struct book *book, const struct hold *hold)
{
	memcpy(shelf_add(&book->holds, key_id(book->arena, hold->merchant, hold->id)), hold, sizeof(*hold));
}

static int compare_said(const void *one, const void *other)
{
	const struct notice_item *a = one, *b = other;
	int by = uuid_compare(a->invoice, b->invoice);

	return by != 0 ? by : (a->part > b->part) - (a->part < b->part);
}

/* As the database gives them, so that who reads the notice later tells of it as who made it. */
static const struct notice_item *in_order(struct arena *arena, const struct notice *n)
{
	struct notice_item *items;

	if (n->item_count < 2)
		return n->items;
	items = arena_copy(arena, n->items, n->item_count * sizeof(*items));
	qsort(items, n->item_count, sizeof(*items), compare_said);
	return items;
}

void book_add_notice(struct book *book, const struct notice *notice)
{
	struct notice *added = shelf_add(&book->notices, key_id(book->arena, notice->merchant, notice->id));

	*added = *notice;
	added->items = in_order(book->arena, notice);
	if (notice->kind == NOTICE_RECEIPT)
		*(bool *)shelf_add(&book->receipts, key_source(book->arena, notice->merchant, notice->source, notice->source_id)) = true;
}

const struct item *book_next_item(const struct book *book, struct span merchant, struct span customer, size_t *i)
{
	return index_next(book->items_of, key_text(book->arena, merchant, customer), i);
}

const struct hold *book_next_hold(const struct book *book, struct span merchant, struct span customer, size_t *i)
{
	return index_next(book->holds_of, key_text(book->arena, merchant, customer), i);
}

const struct notice *book_next_notice(const struct book *book, struct span merchant, struct span customer, size_t *i)
{
	return index_next(book->notices_of, key_text(book->arena, merchant, customer), i);
}
