#include "csv_balance.h"

void csv_balance_init(struct csv_balance *b)
{
	*b = (struct csv_balance){ .oldest = true, .newest = true };
}

void csv_balance_row(struct csv_balance *b, int64_t amount)
{
	b->above = b->sum;
	b->overflowed |= __builtin_add_overflow(b->sum, amount, &b->sum);
}

void csv_balance_told(struct csv_balance *b, int64_t balance, struct place place)
{
	int64_t opening, closing;
	b->overflowed |= __builtin_sub_overflow(balance, b->sum, &opening);
	b->overflowed |= __builtin_add_overflow(balance, b->above, &closing);
	if (!b->any) {
		b->any = true;
		b->opening = opening;
		b->closing = closing;
		b->first = place;
		return;
	}
	if (b->oldest && opening != b->opening) {
		b->oldest = false;
		b->oldest_broke = place;
	}
	if (b->newest && closing != b->closing) {
		b->newest = false;
		b->newest_broke = place;
	}
}

static bool later(struct place a, struct place b)
{
	return a.byte > b.byte;
}

/* Which order holds; CSV_ANY_ORDER when none does, or either. */
static enum csv_order order_of(const struct csv_balance *b, enum csv_order order, int falling)
{
	bool oldest = b->oldest && order != CSV_NEWEST_FIRST, newest = b->newest && order != CSV_OLDEST_FIRST;
	if (oldest && newest && b->opening + b->sum != b->closing)
		return falling > 0 ? CSV_NEWEST_FIRST : falling < 0 ? CSV_OLDEST_FIRST : CSV_ANY_ORDER;
	return oldest ? CSV_OLDEST_FIRST : newest ? CSV_NEWEST_FIRST : CSV_ANY_ORDER;
}

bool csv_balance_ends(
	const struct csv_balance *b, enum csv_order order, int falling, int64_t *opening, int64_t *closing, struct place *where)
{
	*where = (struct place){ 0 };
	if (b->overflowed)
		return false;
	switch (order_of(b, order, falling)) {
	case CSV_OLDEST_FIRST: *opening = b->opening; return !__builtin_add_overflow(b->opening, b->sum, closing);
	case CSV_NEWEST_FIRST: *closing = b->closing; return !__builtin_sub_overflow(b->closing, b->sum, opening);
	case CSV_ANY_ORDER: break;
	}
	if (!b->oldest && (!b->newest || order == CSV_OLDEST_FIRST))
		*where = order != CSV_OLDEST_FIRST && later(b->newest_broke, b->oldest_broke) ? b->newest_broke : b->oldest_broke;
	else if (!b->newest)
		*where = b->newest_broke;
	return false;
}
