#include "payout.h"

#include <string.h>

static const char *const states[] = {
	[PAYOUT_NOTED] = "noted",
	[PAYOUT_PAID] = "paid",
	[PAYOUT_COMPLETE] = "complete",
};

static const char *const kinds[] = {
	[PAYOUT_LINE_CHARGE] = "charge",
	[PAYOUT_LINE_REFUND] = "refund",
	[PAYOUT_LINE_FEE] = "fee",
	[PAYOUT_LINE_ADJUSTMENT] = "adjustment",
};

/* Types of balance transactions (docs.stripe.com/reports/balance-transaction-types); the rest are adjustments. */
static const struct {
	const char *type;
	enum payout_line_kind kind;
} types[] = {
	{ "charge", PAYOUT_LINE_CHARGE },
	{ "payment", PAYOUT_LINE_CHARGE },
	{ "refund", PAYOUT_LINE_REFUND },
	{ "payment_refund", PAYOUT_LINE_REFUND },
	{ "stripe_fee", PAYOUT_LINE_FEE },
	{ "stripe_fx_fee", PAYOUT_LINE_FEE },
	{ "tax_fee", PAYOUT_LINE_FEE },
	{ "payout_minimum_balance_hold", PAYOUT_LINE_ADJUSTMENT },
	{ "refund_failure", PAYOUT_LINE_ADJUSTMENT },
	{ "payment_failure_refund", PAYOUT_LINE_ADJUSTMENT },
	{ "adjustment", PAYOUT_LINE_ADJUSTMENT },
};

const char *payout_state_name(enum payout_state state)
{
	return states[state];
}

enum err payout_state_parse(struct span name, enum payout_state *state)
{
	for (unsigned i = 0; i < PAYOUT_STATES; i++)
		if (span_is(name, states[i])) {
			*state = (enum payout_state)i;
			return OK;
		}
	return ERR_INVALID;
}

const char *payout_line_kind_name(enum payout_line_kind kind)
{
	return kinds[kind];
}

enum payout_line_kind payout_line_kind_of(struct span type, int64_t net)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (span_is(type, types[i].type))
			return types[i].kind == PAYOUT_LINE_FEE && net >= 0 ? PAYOUT_LINE_ADJUSTMENT : types[i].kind;
	return PAYOUT_LINE_ADJUSTMENT;
}

bool payout_is_itself(struct span type)
{
	return span_is(type, "payout");
}

void payout_print_rules(struct text *text)
{
	text_add(text, "payout line: type of the balance transaction, what it is\n");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		text_printf(text, "%-28s %s\n", types[i].type, kinds[types[i].kind]);
	text_add(text, "payout                       the payout itself: no line\n");
}
