#include "item.h"

static const char *const hold_states[] = { "active", "released", "expired" };

static const struct {
	enum hold_state from;
	enum hold_act act;
	enum hold_state to;
	const char *name, *why;
} hold_rules[] = {
	{ HOLD_ACTIVE, HOLD_RELEASE, HOLD_RELEASED, "release", "a person lets reminders go on" },
	{ HOLD_ACTIVE, HOLD_EXPIRE, HOLD_EXPIRED, "expire", "its last day is over" },
};

bool item_is_owed(const struct item *item)
{
	return item->is_issued && item->ledger_revision > 0 && item->open > 0;
}

bool hold_stops(const struct hold *hold, const struct item *item)
{
	return hold->state == HOLD_ACTIVE && (uuid_is_zero(hold->invoice) || uuid_equal(hold->invoice, item->invoice));
}

enum err hold_change(struct hold *hold, enum hold_act act, struct instant now, struct why *why)
{
	for (size_t i = 0; i < sizeof(hold_rules) / sizeof(hold_rules[0]); i++)
		if (hold_rules[i].from == hold->state && hold_rules[i].act == act) {
			hold->state = hold_rules[i].to;
			hold->ended_at = now;
			hold->revision++;
			return OK;
		}
	return why_set(why, ERR_CONFLICT, "hold_ended", "the hold is %s already", hold_states[hold->state]);
}

const char *hold_state_name(enum hold_state state)
{
	return hold_states[state];
}

void hold_print_rules(struct text *t)
{
	text_add(t, "hold: from, act, to, why\n");
	for (size_t i = 0; i < sizeof(hold_rules) / sizeof(hold_rules[0]); i++)
		text_printf(t, "  %-10s %-10s %-10s %s\n", hold_states[hold_rules[i].from], hold_rules[i].name,
			hold_states[hold_rules[i].to], hold_rules[i].why);
}
