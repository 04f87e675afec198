#include "store.h"

#include "store_keys.h"

const struct store reconciliation_store = {
	.open = book_open,
	.find = store_find,
	.fetch = store_fetch,
	.save = store_save,
	.mark = book_mark,
	.restore = book_restore,
	.digest = book_digest,
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
