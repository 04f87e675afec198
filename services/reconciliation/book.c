#include "book.h"

#include <string.h>

#include "book_group.h"
#include "rule_set.h"

static const struct {
	const char *name;
	size_t size;
} kinds[BOOK_SHELVES] = {
	[BOOK_ACCOUNTS] = { "accounts", sizeof(struct account) },
	[BOOK_STATEMENTS] = { "statements", sizeof(struct statement) },
	[BOOK_GAPS] = { "gaps", sizeof(struct gap) },
	[BOOK_CHAINS_BEFORE] = { "chains before", sizeof(struct chain_before) },
	[BOOK_GAPS_BEFORE] = { "gaps before", sizeof(struct gap_before) },
	[BOOK_LINES] = { "lines", sizeof(struct line) },
	[BOOK_HINTS] = { "hints", sizeof(struct hints) },
	[BOOK_INVOICES] = { "invoices", sizeof(struct invoice) },
	[BOOK_ITEMS] = { "items", sizeof(struct open_item) },
	[BOOK_CREDIT_NOTES] = { "credit notes", sizeof(struct credit_note) },
	[BOOK_REFERENCES] = { "references", sizeof(struct reference) },
	[BOOK_RECEIPTS] = { "receipts", sizeof(struct receipt) },
	[BOOK_ALLOCATIONS] = { "allocations", sizeof(struct allocation) },
	[BOOK_DIFFERENCES] = { "differences", sizeof(struct difference) },
	[BOOK_WANTED] = { "wanted", sizeof(struct wanted) },
	[BOOK_REFUNDS] = { "refunds", sizeof(struct refund) },
	[BOOK_CREDITS] = { "credits", sizeof(struct credit) },
	[BOOK_PAYOUTS] = { "payouts", sizeof(struct payout) },
	[BOOK_PAYOUT_LINES] = { "payout lines", sizeof(struct payout_line) },
	[BOOK_REPORTS] = { "payout reports", sizeof(struct payout_report) },
	[BOOK_REPORT_SUMS] = { "payout report sums", sizeof(struct report_sum) },
	[BOOK_REPORT_POSTINGS] = { "payout report postings", sizeof(struct report_posting) },
	[BOOK_SETTLEMENTS] = { "settlements", sizeof(struct settlement) },
	[BOOK_EXCEPTIONS] = { "exceptions", sizeof(struct exception) },
	[BOOK_EXCEPTION_STEPS] = { "exception steps", sizeof(struct exception_step) },
	[BOOK_LIMITS] = { "limits", sizeof(struct limit) },
	[BOOK_POLICIES] = { "difference policies", sizeof(struct difference_policy) },
	[BOOK_LINE_DETAILS] = { "line details", sizeof(struct line_detail) },
	[BOOK_RULE_SETS] = { "rule sets", sizeof(struct stored_rule_set) },
	[BOOK_RULE_REPLAYS] = { "rule replays", sizeof(struct rule_replay) },
	[BOOK_MERCHANTS] = { "merchants", sizeof(struct merchant) },
	[BOOK_CUSTOMERS] = { "customers", sizeof(struct customer) },
	[BOOK_PAYERS] = { "payers", sizeof(struct payer) },
	[BOOK_CANDIDATES] = { "candidates", sizeof(struct kept_candidate) },
	[BOOK_TRANSFERS] = { "transfers", sizeof(struct transfer) },
	[BOOK_PERIODS] = { "periods", sizeof(struct period) },
	[BOOK_PERIOD_BALANCES] = { "period balances", sizeof(struct period_balance) },
	[BOOK_EXPORT_MAPPINGS] = { "export mappings", sizeof(struct export_mapping) },
	[BOOK_EXPORTS] = { "exports", sizeof(struct export) },
	[BOOK_EXPORT_FACTS] = { "export facts", sizeof(struct export_facts) },
	[BOOK_UNDO_FACTS] = { "undo facts", sizeof(struct undo_facts) },
	[BOOK_PERIOD_FACTS] = { "period facts", sizeof(struct period_facts) },
	[BOOK_AUDITS] = { "audits", sizeof(struct audit) },
};

struct book *book_open(struct arena *arena)
{
	struct book *book = ARENA_NEW(arena, struct book);
	book->arena = arena;
	book->groups = book_groups_open(arena);
	for (int i = 0; i < BOOK_SHELVES; i++)
		shelf_init(&book->shelves[i], arena, kinds[i].size, kinds[i].name);
	shelf_init(&book->zones, arena, sizeof(const struct zone *), "zones");
	return book;
}

void book_mark(struct book *book)
{
	for (int i = 0; i < BOOK_SHELVES; i++)
		shelf_mark(&book->shelves[i]);
}

void book_restore(struct book *book)
{
	book_groups_forget(book->groups);
	for (int i = 0; i < BOOK_SHELVES; i++)
		shelf_restore(&book->shelves[i]);
}

struct digest book_digest(const struct book *book)
{
	struct digest each[BOOK_SHELVES];
	for (int i = 0; i < BOOK_SHELVES; i++)
		each[i] = shelf_digest(&book->shelves[i]);
	return digest_sha256(span_bytes(each, sizeof(each)));
}

void book_note_found(struct book *book, const struct line *line)
{
	if (book->found_count == book->found_room) {
		book->found_room = book->found_room ? 2 * book->found_room : 16;
		const struct line **found = ARENA_ARRAY(book->arena, const struct line *, book->found_room);
		if (book->found_count)
			memcpy(found, book->found, book->found_count * sizeof(*found));
		book->found = found;
	}
	book->found[book->found_count++] = arena_copy(book->arena, line, sizeof(*line));
}

void book_note_zone(struct book *book, struct span name, const struct zone *zone)
{
	if (!shelf_is_loaded(&book->zones, name))
		shelf_put(&book->zones, name, &zone);
}

bool book_knows_zone(const struct book *book, struct span name)
{
	return !shelf_is_loaded(&book->zones, name) || book_zone(book, name);
}

const struct zone *book_zone(const struct book *book, struct span name)
{
	const struct zone *const *zone = shelf_find(&book->zones, name);
	return zone ? *zone : NULL;
}

struct span book_key(const struct book *book, struct span merchant, struct span id)
{
	char *at = arena_raw(book->arena, merchant.size + 1 + id.size);
	if (merchant.size)
		memcpy(at, merchant.at, merchant.size);
	at[merchant.size] = 0;
	if (id.size)
		memcpy(at + merchant.size + 1, id.at, id.size);
	return span_bytes(at, merchant.size + 1 + id.size);
}

struct span book_key_uuid(const struct book *book, struct span merchant, struct uuid id)
{
	return book_key(book, merchant, span_bytes(id.b, sizeof(id.b)));
}

struct span book_key_part(const struct book *book, struct span merchant, struct uuid id, int64_t number)
{
	char both[sizeof(id.b) + sizeof(number)];
	memcpy(both, id.b, sizeof(id.b));
	memcpy(both + sizeof(id.b), &number, sizeof(number));
	return book_key(book, merchant, span_bytes(both, sizeof(both)));
}

struct span book_key_pair(const struct book *book, struct span merchant, struct span one, struct span other)
{
	return book_key(book, book_key(book, merchant, one), other);
}

struct span book_key_reference(const struct book *book, struct span merchant, struct span token, struct uuid target)
{
	return book_key(book, book_key(book, merchant, token), uuid_span(&target));
}

const void *book_find(const struct book *book, enum book_shelf which, struct span key)
{
	return shelf_find(&book->shelves[which], key);
}

void *book_edit(struct book *book, enum book_shelf which, struct span key)
{
	return shelf_edit(&book->shelves[which], key);
}

void *book_add(struct book *book, enum book_shelf which, struct span key)
{
	return shelf_add(&book->shelves[which], key);
}

const void *book_next(const struct book *book, enum book_shelf which, size_t *i)
{
	const struct shelf *shelf = &book->shelves[which];
	while (*i < shelf_count(shelf)) {
		struct span key;
		const void *value;
		enum shelf_state state;
		shelf_at(shelf, (*i)++, &key, &value, &state);
		if (value)
			return value;
	}
	return NULL;
}

const struct invoice *book_invoice(const struct book *book, struct span merchant, struct uuid id)
{
	return book_find(book, BOOK_INVOICES, book_key_uuid(book, merchant, id));
}

const struct open_item *book_item(const struct book *book, struct span merchant, struct uuid invoice, int32_t part)
{
	return book_find(book, BOOK_ITEMS, book_key_part(book, merchant, invoice, part));
}

const struct receipt *book_receipt(const struct book *book, struct span merchant, struct uuid id)
{
	return book_find(book, BOOK_RECEIPTS, book_key_uuid(book, merchant, id));
}

const struct line *book_line(const struct book *book, struct span merchant, struct uuid id)
{
	return book_find(book, BOOK_LINES, book_key_uuid(book, merchant, id));
}

const struct account *book_account(const struct book *book, struct span merchant, struct uuid id)
{
	return book_find(book, BOOK_ACCOUNTS, book_key_uuid(book, merchant, id));
}

struct date book_day(const struct book *book, struct span merchant, struct instant at)
{
	const struct merchant *m = book_find(book, BOOK_MERCHANTS, book_key(book, merchant, SPAN("")));
	struct date day;
	if (m && m->zone)
		return zone_date(m->zone, at);
	int64_t days = at.us / US_PER_DAY - (at.us % US_PER_DAY < 0);
	if (date_from_days(days, &day) != OK)
		bug("an instant outside all days");
	return day;
}
