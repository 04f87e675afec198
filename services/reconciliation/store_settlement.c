#include "reconciliation_queries.h"
#include "store_find.h"

void find_ask_settlements(const struct find_work *w, struct rows *rows)
{
	struct keys keys;
	keys_open(&keys, w->arena, DB_UUID);
	for (size_t i = 0; i < w->need->find_count; i++)
		if (w->need->finds[i].what == FIND_SETTLEMENT)
			keys_add_id(&keys, w->need->finds[i].merchant, w->need->finds[i].text);
	keys_ask(&keys, w->db, w->arena, &q_settlement_find, rows);
}

void find_take_settlements(struct find_work *w, const struct rows *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct span merchant = rows_text(r, i, rows_column(r, "merchant_id"));
		struct uuid id = rows_uuid(r, i, rows_column(r, "receipt_id"));
		find_lock(w, merchant, rows_text(r, i, rows_column(r, "customer_ref")));
		find_lock(w, merchant, rows_text(r, i, rows_column(r, "stream")));
		find_want(w, WANT_RECEIPT, merchant, id);
		find_want(w, WANT_SETTLEMENT, merchant, id);
	}
}
