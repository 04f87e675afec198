#include "refund.h"

#include <string.h>

static const char *const states[] = {
	[REFUND_REQUESTED] = "requested",
	[REFUND_PENDING] = "pending",
	[REFUND_SUCCEEDED] = "succeeded",
	[REFUND_FAILED] = "failed",
};

static const char *const reasons[] = {
	[REFUND_BY_PROVIDER] = "provider",
	[REFUND_UNAPPLIED] = "unapplied",
	[REFUND_CREDITED] = "credited",
	[REFUND_REOPEN] = "reopen",
};

const char *const refund_reason_words[] = { "unapplied", "credited", "reopen", NULL };

const char *refund_state_name(enum refund_state state)
{
	return states[state];
}

enum err refund_state_parse(struct span name, enum refund_state *state)
{
	for (unsigned i = 0; i < REFUND_STATES; i++)
		if (span_is(name, states[i])) {
			*state = (enum refund_state)i;
			return OK;
		}
	return ERR_INVALID;
}

const char *refund_reason_name(enum refund_reason reason)
{
	return reasons[reason];
}

enum err refund_reason_parse(struct span name, enum refund_reason *reason)
{
	for (unsigned i = 0; i < REFUND_REASONS; i++)
		if (span_is(name, reasons[i])) {
			*reason = (enum refund_reason)i;
			return OK;
		}
	return ERR_INVALID;
}

const struct refund *refund_find(const struct attempt *attempt, struct uuid id)
{
	for (size_t i = 0; i < attempt->refund_count; i++)
		if (uuid_equal(attempt->refunds[i].id, id))
			return &attempt->refunds[i];
	return NULL;
}

const struct refund *refund_find_provider(const struct attempt *attempt, struct span provider_refund)
{
	for (size_t i = 0; provider_refund.size > 0 && i < attempt->refund_count; i++)
		if (span_equal(attempt->refunds[i].provider_refund, provider_refund))
			return &attempt->refunds[i];
	return NULL;
}

/* A refund that is over counts for nothing until a person has looked. */
static bool takes(const struct refund *refund)
{
	return refund->state != REFUND_FAILED && !refund->over;
}

struct money refund_room(const struct attempt *attempt)
{
	struct money room = attempt->captured;

	for (size_t i = 0; i < attempt->refund_count; i++)
		if (takes(&attempt->refunds[i]))
			room.minor -= attempt->refunds[i].amount.minor;
	return room;
}

/* What went back: those that were said and did not come back since. */
static void recount(struct attempt *attempt)
{
	attempt->refunded = money_zero(attempt->amount.currency);
	for (size_t i = 0; i < attempt->refund_count; i++)
		if (takes(&attempt->refunds[i]) && attempt->refunds[i].told)
			attempt->refunded.minor += attempt->refunds[i].amount.minor;
}

void refund_put(struct attempt *attempt, struct arena *arena, const struct refund *refund)
{
	struct refund *refunds = ARENA_ARRAY(arena, struct refund, attempt->refund_count + 1);
	bool is_put = false;
	size_t n = 0;

	for (size_t i = 0; i < attempt->refund_count; i++) {
		int order = uuid_compare(attempt->refunds[i].id, refund->id);

		if (order >= 0 && !is_put) {
			refunds[n++] = *refund;
			is_put = true;
		}
		if (order != 0)
			refunds[n++] = attempt->refunds[i];
	}
	if (!is_put)
		refunds[n++] = *refund;
	attempt->refunds = refunds;
	attempt->refund_count = n;
	recount(attempt);
}

static bool is_same_item(const struct attempt_item *a, const struct attempt_item *b)
{
	return uuid_equal(a->invoice, b->invoice) && a->part == b->part;
}

int64_t refund_of_item(const struct attempt *attempt, const struct attempt_item *item)
{
	int64_t back = 0;

	for (size_t i = 0; i < attempt->refund_count; i++)
		for (size_t k = 0; takes(&attempt->refunds[i]) && k < attempt->refunds[i].item_count; k++)
			if (is_same_item(&attempt->refunds[i].items[k], item))
				back += attempt->refunds[i].items[k].amount.minor;
	return back;
}

/* Everything that is left of every item; false when earlier refunds named no items, so that nobody knows what is left of which. */
static bool share_rest(const struct attempt *attempt, struct arena *arena, struct refund *refund)
{
	struct attempt_item *items = ARENA_ARRAY(arena, struct attempt_item, attempt->item_count);
	int64_t sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < attempt->item_count; i++) {
		struct attempt_item item = attempt->items[i];

		item.amount.minor -= refund_of_item(attempt, &item);
		if (item.amount.minor <= 0)
			continue;
		sum += item.amount.minor;
		items[n++] = item;
	}
	if (sum != refund->amount.minor)
		return false;
	refund->items = items;
	refund->item_count = n;
	return true;
}

static enum err share(const struct attempt *attempt, struct arena *arena, struct refund *refund, struct why *why)
{
	struct attempt_item *item;

	if (share_rest(attempt, arena, refund))
		return OK;
	if (attempt->item_count != 1)
		return why_field(why, ERR_INVALID, "refund_items_required", "items",
			"the payment is for %zu items: say from which of them the refund is taken", attempt->item_count);
	item = arena_copy(arena, attempt->items, sizeof(*item));
	item->amount = refund->amount;
	refund->items = item;
	refund->item_count = 1;
	return OK;
}

/* The attempt's item that a refund's item names; fills its number. */
static enum err check_item(const struct attempt *attempt, const struct refund *refund, size_t i, int64_t *sum, struct why *why)
{
	const struct attempt_item *asked = &refund->items[i];

	for (size_t k = 0; k < i; k++)
		if (is_same_item(&refund->items[k], asked))
			return why_field(why, ERR_INVALID, "refund_items_wrong", "items", "an item is there twice");
	for (size_t k = 0; k < attempt->item_count; k++) {
		const struct attempt_item *item = &attempt->items[k];

		if (!is_same_item(item, asked))
			continue;
		if (!currency_equal(asked->amount.currency, item->amount.currency) || asked->amount.minor <= 0)
			return why_field(why, ERR_INVALID, "refund_items_wrong", "items",
				"an item's amount must be above 0 and in the payment's currency");
		if (asked->amount.minor > item->amount.minor - refund_of_item(attempt, item))
			return why_field(
				why, ERR_REFUSED, "refund_exceeds_captured", "items", "an item's refund is more than what is left of it");
		*sum += asked->amount.minor;
		return OK;
	}
	return why_field(why, ERR_INVALID, "refund_items_wrong", "items", "an item is not one that the payment paid");
}

enum err refund_check(const struct attempt *attempt, struct arena *arena, struct refund *refund, struct why *why)
{
	struct money room = refund_room(attempt);
	int64_t sum = 0;

	if (attempt->state != ATTEMPT_SUCCEEDED)
		return why_set(why, ERR_REFUSED, "payment_not_captured", "the payment is %s: there is nothing to refund",
			attempt_state_name(attempt->state));
	if (!currency_equal(refund->amount.currency, attempt->amount.currency))
		return why_field(why, ERR_INVALID, "currency_wrong", "amount", "the payment was in %s", attempt->amount.currency.code);
	if (refund->amount.minor <= 0)
		return why_field(why, ERR_INVALID, "amount_not_positive", "amount", "a refund's amount must be above 0");
	if (refund->amount.minor > room.minor)
		return why_field(
			why, ERR_REFUSED, "refund_exceeds_captured", "amount", "%s can be refunded at most", money_text(arena, room));
	if (refund->item_count == 0)
		return share(attempt, arena, refund, why);
	for (size_t i = 0; i < refund->item_count; i++)
		TRY(check_item(attempt, refund, i, &sum, why));
	if (sum != refund->amount.minor)
		return why_field(why, ERR_INVALID, "refund_items_wrong", "items", "the items do not sum to the amount");
	return OK;
}
