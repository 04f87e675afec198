#include "store.h"

#include "handlers.h"
#include "reconciliation_queries.h"
#include "store_keys.h"

/* What is but told of a merchant needs no zone: that is how a merchant gets another. */
static bool needs_zones(const struct need *need)
{
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what != WANT_MERCHANT)
			return true;
	return false;
}

/* Without a zone nobody knows which day it is: what would be posted by it is set aside until tzdata is mended. */
static enum err fetch_with_zones(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	const struct shelf *merchants = &book->shelves[BOOK_MERCHANTS];
	TRY(store_fetch(db, arena, book, need, why));
	for (size_t i = 0; needs_zones(need) && i < shelf_count(merchants); i++) {
		const struct merchant *m;
		const void *value;
		enum shelf_state state;
		struct span key;
		shelf_at(merchants, i, &key, &value, &state);
		m = value;
		if (m && !m->zone)
			return why_set(why, ERR_BUG, "zone_missing", "this machine has no time zone %.*s", SPAN_ARG(m->zone_name));
	}
	return OK;
}

const struct store reconciliation_store = {
	.open = book_open,
	.find = store_find,
	.fetch = fetch_with_zones,
	.save = store_save,
	.mark = book_mark,
	.restore = book_restore,
	.digest = book_digest,
};

const struct service reconciliation_working = {
	.name = "reconciliation",
	.kinds = reconciliation_kinds,
	.handlers = reconciliation_handlers,
	.store = &reconciliation_store,
	.queries = reconciliation_queries,
};

void keys_open(struct keys *k, struct arena *arena, enum db_type of_id)
{
	k->args = args_new(arena);
	k->merchants = args_array(k->args, DB_TEXT);
	k->ids = args_array(k->args, of_id);
	k->count = 0;
}

void keys_add_uuid(struct keys *k, struct span merchant, struct uuid id)
{
	array_text(k->merchants, merchant);
	array_uuid(k->ids, id);
	k->count++;
}

void keys_add_id(struct keys *k, struct span merchant, struct span id)
{
	struct uuid uuid;
	if (uuid_from_bytes(id, &uuid) != OK)
		bug("a key of %zu bytes", id.size);
	keys_add_uuid(k, merchant, uuid);
}

void keys_add_text(struct keys *k, struct span merchant, struct span text)
{
	array_text(k->merchants, merchant);
	array_text(k->ids, text);
	k->count++;
}

void keys_ask(const struct keys *k, struct db *db, struct arena *arena, const struct query *query, struct rows *rows)
{
	*rows = (struct rows){ 0 };
	if (k->count)
		db_queue_rows(db, arena, query, k->args, rows);
}
