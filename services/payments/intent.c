#include "intent.h"

static const char *const kinds[] = {
	[INTENT_OPEN] = "open",
	[INTENT_EXPIRE] = "expire",
	[INTENT_ASK] = "ask",
	[INTENT_FEE] = "fee",
	[INTENT_REFUND] = "refund",
	[INTENT_REFUNDS] = "refunds",
	[INTENT_PAYOUT] = "payout",
};

static const int32_t ladder_s[] = { 30, 120, 600, 1800, 7200, 21600, 43200, 86400 };
#define RUNGS ((int32_t)(sizeof(ladder_s) / sizeof(ladder_s[0])))

const char *intent_kind_name(enum intent_kind kind)
{
	return kinds[kind];
}

enum err intent_kind_parse(struct span name, enum intent_kind *kind)
{
	for (unsigned i = 0; i < INTENT_KINDS; i++)
		if (span_is(name, kinds[i])) {
			*kind = (enum intent_kind)i;
			return OK;
		}
	return ERR_INVALID;
}

int64_t intent_wait_s(int32_t rung)
{
	return ladder_s[rung < RUNGS ? rung : RUNGS - 1];
}

void intent_arm(struct intent *intent, struct instant at)
{
	intent->is_due = true;
	intent->next_at = at;
	intent->rung = 0;
}

void intent_climb(struct intent *intent, struct instant now)
{
	intent->is_due = true;
	if (instant_add(now, intent_wait_s(intent->rung) * US_PER_SECOND, &intent->next_at) != OK)
		intent->next_at = now;
	intent->rung++;
}

void intent_end(struct intent *intent)
{
	intent->is_due = false;
	intent->rung = 0;
	intent->cursor = SPAN("");
}

void intent_print_rules(struct text *text)
{
	text_add(text, "ladder: seconds until the next call\n");
	for (int32_t rung = 0; rung < RUNGS; rung++)
		text_printf(text, "%d %d%s\n", (int)rung, (int)ladder_s[rung], rung == INTENT_RUNG_ALARM ? " a person is told" : "");
}
