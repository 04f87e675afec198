#include "item.h"

#include "field.h"

const char *const item_state_names[ITEM_STATES + 1] = {
	[ITEM_NONE] = "unknown",
	[ITEM_OPEN] = "open",
	[ITEM_PART_PAID] = "part_paid",
	[ITEM_SETTLED] = "settled",
};

enum err item_check(const struct item *i, struct why *why)
{
	const struct money *parts[] = { &i->allocated, &i->credited, &i->discounted, &i->written_off, &i->open };
	struct money sum = money_zero(i->amount.currency);

	TRY(field_merchant(i->merchant, why));
	TRY(field_customer(i->customer_ref, why));
	TRY(field_number(i->part, "part", 1, 10000, why));
	TRY(field_number(i->revision, "revision", 1, INT64_MAX, why));
	TRY(field_number(i->state, "state", ITEM_OPEN, ITEM_SETTLED, why));
	for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
		if (parts[k]->minor < 0)
			return why_field(why, ERR_INVALID, "field_invalid", "amount", "an amount of the open item is below 0");
		TRY(money_add(sum, *parts[k], &sum, why));
	}
	if (!money_equal(sum, i->amount))
		return why_field(why, ERR_INVALID, "amounts_differ", "amount",
			"amount is not allocated + credited + discounted + written_off + open");
	return OK;
}

enum item_state items_state(const struct item *items, size_t n)
{
	size_t open = 0, settled = 0;

	for (size_t i = 0; i < n; i++) {
		open += items[i].state == ITEM_OPEN;
		settled += items[i].state == ITEM_SETTLED;
	}
	if (n == 0)
		return ITEM_NONE;
	return settled == n ? ITEM_SETTLED : open == n ? ITEM_OPEN : ITEM_PART_PAID;
}
