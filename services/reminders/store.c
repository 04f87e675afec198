#include "store.h"

#include "reminders_queries.h"
#include "settings.h"
#include "store_fetch.h"
#include "store_rows.h"

static struct book *store_open(struct arena *arena)
{
	return book_open(arena, reminders_settings_policy(), reminders_settings.mail_domain);
}

enum err store_look(struct db *db, struct arena *arena, const struct need *need, struct book **book, struct why *why)
{
	*book = store_open(arena);
	return store_fetch(db, arena, *book, need, why);
}

/* --- find --- */

static const struct query *const find_queries[] = { [FIND_HOLD] = &q_find_hold, [FIND_INVOICE] = &q_find_invoice };

enum { FINDS = sizeof(find_queries) / sizeof(*find_queries) };

/* Whoever owns it is locked and fetched. */
static void found(struct arena *arena, struct book *book, struct need *need, int what, const struct rows *rows)
{
	for (struct reader in = { .rows = rows }; in.row < rows->count; in.row++) {
		struct span merchant = read_text(&in, "merchant_id");
		struct uuid id = read_uuid(&in, "id");
		struct owner owner = { .customer = read_text(&in, "customer_ref") };
		struct span key = key_owner(arena, what, merchant, id);

		if (!shelf_is_loaded(&book->owners, key))
			shelf_put(&book->owners, key, &owner);
		need_key(need, KIND_CUSTOMER, merchant, owner.customer);
		need_want(need, WANT_CUSTOMER, merchant, owner.customer);
	}
}

static enum err store_find(struct db *db, struct arena *arena, struct book *book, struct need *need, struct why *why)
{
	struct writer asked[FINDS];
	struct rows rows[FINDS] = { { 0 } };

	for (int what = 0; what < FINDS; what++)
		writer_open(&asked[what], arena, id_types);
	for (size_t i = 0; i < need->find_count; i++) {
		const struct find *find = &need->finds[i];
		struct uuid id;

		if (uuid_from_bytes(find->text, &id) != OK)
			bug("an id of %zu bytes was looked for", find->text.size);
		write_id(&asked[find->what], find->merchant, id);
	}
	for (int what = 0; what < FINDS; what++)
		if (asked[what].rows > 0)
			db_queue_rows(db, arena, find_queries[what], asked[what].args, &rows[what]);
	TRY(db_flush(db, why));
	for (int what = 0; what < FINDS; what++)
		found(arena, book, need, what, &rows[what]);
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

static void send(struct db *db, const struct query *query, const struct writer *w, int64_t expect)
{
	if (w->rows > 0)
		db_queue(db, query, w->args, expect);
}

/* One statement for a shelf's values in one state. */
#define SAVE(db, arena, shelf_, STATE, query, types, type, write)           \
	do {                                                                \
		struct walk walk_ = { .shelf = &(shelf_), .state = STATE }; \
		const struct type *value_;                                  \
		struct writer w_;                                           \
		writer_open(&w_, arena, types);                             \
		while ((value_ = walk_next(&walk_)) != NULL)                \
			write(&w_, value_);                                 \
		send(db, &(query), &w_, w_.rows);                           \
	} while (0)

/* Items of which facts have come. What was said of the others is in the notices alone. */
static void save_told(struct db *db, struct arena *arena, struct book *book)
{
	struct walk walk = { .shelf = &book->items, .state = SHELF_CHANGED };
	const struct item *item;
	struct writer w;

	writer_open(&w, arena, item_types);
	while ((item = walk_next(&walk)) != NULL)
		if (item->is_told)
			write_item(&w, item);
	send(db, &q_item_update, &w, w.rows);
}

/* What a notice that is cancelled now would have said. */
static void save_cancelled(struct db *db, struct arena *arena, struct book *book)
{
	struct walk walk = { .shelf = &book->notices, .state = SHELF_CHANGED };
	const struct notice *notice;
	struct writer w;

	writer_open(&w, arena, id_types);
	while ((notice = walk_next(&walk)) != NULL)
		if (notice->state == NOTICE_CANCELLED)
			write_id(&w, notice->merchant, notice->id);
	send(db, &q_said_cancel, &w, -1);
}

/* A notice that is cancelled makes way for the next one: changed ones go before new ones. */
static enum err store_save(struct db *db, struct arena *arena, struct book *book, struct why *why)
{
	(void)why;
	SAVE(db, arena, book->merchants, SHELF_NEW, q_merchant_insert, merchant_types, merchant, write_merchant);
	SAVE(db, arena, book->merchants, SHELF_CHANGED, q_merchant_update, merchant_types, merchant, write_merchant);
	SAVE(db, arena, book->customers, SHELF_NEW, q_customer_insert, customer_types, customer, write_customer);
	SAVE(db, arena, book->customers, SHELF_CHANGED, q_customer_update, customer_types, customer, write_customer);
	SAVE(db, arena, book->accounts, SHELF_NEW, q_account_insert, account_types, account, write_account);
	SAVE(db, arena, book->accounts, SHELF_CHANGED, q_account_update, account_types, account, write_account);
	SAVE(db, arena, book->statements, SHELF_NEW, q_statement_insert, statement_types, statement, write_statement);
	SAVE(db, arena, book->statements, SHELF_CHANGED, q_statement_update, statement_types, statement, write_statement);
	SAVE(db, arena, book->tallies, SHELF_NEW, q_tally_add, tally_types, tally, write_tally);
	SAVE(db, arena, book->items, SHELF_NEW, q_item_insert, item_types, item, write_item);
	save_told(db, arena, book);
	SAVE(db, arena, book->holds, SHELF_NEW, q_hold_insert, hold_types, hold, write_hold);
	SAVE(db, arena, book->holds, SHELF_CHANGED, q_hold_update, hold_types, hold, write_hold);
	save_cancelled(db, arena, book);
	SAVE(db, arena, book->notices, SHELF_CHANGED, q_notice_update, notice_types, notice, write_notice);
	SAVE(db, arena, book->notices, SHELF_NEW, q_notice_insert, notice_types, notice, write_notice);
	SAVE(db, arena, book->notices, SHELF_NEW, q_said_insert, said_types, notice, write_said);
	return OK;
}

/* --- the unit's fetch --- */

/* What is but told of a merchant needs no zone: that is how a merchant gets another. */
static bool needs_zones(const struct need *need)
{
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what != WANT_MERCHANT && need->wants[i].what != WANT_ACCOUNT && need->wants[i].what != WANT_ZONE)
			return true;
	return false;
}

/* Without a zone nobody knows which day it is: what would be decided by it is set aside until tzdata is mended. */
static enum err fetch_with_zones(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	TRY(store_fetch(db, arena, book, need, why));
	for (size_t i = 0; needs_zones(need) && i < shelf_count(&book->zones); i++) {
		enum shelf_state state;
		const void *entry;
		struct span name;

		shelf_at(&book->zones, i, &name, &entry, &state);
		if (entry != NULL && ((const struct zone_entry *)entry)->zone == NULL)
			return why_set(why, ERR_BUG, "zone_missing", "this machine has no time zone %.*s", SPAN_ARG(name));
	}
	return OK;
}

const struct store reminders_store = {
	.open = store_open,
	.find = store_find,
	.fetch = fetch_with_zones,
	.save = store_save,
	.mark = book_mark,
	.restore = book_restore,
	.digest = book_digest,
};
