#include "rows.h"

/* What was said of an item follows from the notices that count, as view item_now has it: nothing of it is stored with the item. */

static void count_notice(struct item *item, const struct notice *n)
{
	const struct policy *policy = policy_find("standard");

	for (size_t i = 0; i < n->item_count; i++) {
		const struct notice_item *said = &n->items[i];
		int step = policy_step(policy, said->step);

		if (!uuid_equal(said->invoice, item->invoice) || said->part != item->part)
			continue;
		if (step >= 0)
			item->said |= UINT32_C(1) << step;
		if (said->level > 0 && (!item->has_level || date_compare(n->day, item->level_day) > 0)) {
			item->has_level = true;
			item->level_day = n->day;
		}
	}
}

void sim_item_now(struct memory *m, struct span key)
{
	const struct mem_rows *notices = mem_index_find(&m->notices_of_item, key);
	const struct mem_row *row = mem_row(&m->items, key);
	struct item *item = row != NULL ? row->value : NULL;

	if (item == NULL)
		return;
	item->said = 0;
	item->has_level = false;
	item->level_day = (struct date){ 0 };
	for (size_t i = 0; i < notices->count; i++) {
		const struct notice *n = notices->at[i]->value;

		if (n->state != NOTICE_CANCELLED)
			count_notice(item, n);
	}
}

static struct span said_key(struct memory *m, const struct notice *n, size_t i)
{
	return key_item(m->arena, n->merchant, n->items[i].invoice, n->items[i].part);
}

void sim_said(struct memory *m, const struct notice *was, struct mem_row *row)
{
	const struct notice *n = row->value;

	if (n->kind != NOTICE_REMINDER || (was != NULL && was->state == n->state && date_compare(was->day, n->day) == 0))
		return;
	for (size_t i = 0; i < n->item_count; i++) {
		if (was == NULL)
			mem_index_add(&m->notices_of_item, said_key(m, n, i), row);
		sim_item_now(m, said_key(m, n, i));
	}
}
