/*
 * What Stripe says: events and answers of any bytes are read or refused with the field, and never as another amount than they hold.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stripe.h"
#include "webhook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

static void check(const struct notice *notice)
{
	struct money money, refund;

	demand(!notice->has_act || attempt_is_fact(notice->act), "an act of a provider is a fact");
	if (stripe_money(notice->amount, &money, NULL) == OK)
		demand(llabs(money.minor) < MONEY_LIMIT, "an amount fits");
	for (size_t i = 0; i < notice->refund_count; i++)
		if (stripe_money(notice->refunds[i].amount, &refund, NULL) == OK)
			demand(notice->refunds[i].amount.is_known, "no amount out of nothing");
}

static void read_answers(struct arena *arena, struct span body)
{
	struct notice notice = { .live = false };
	struct stripe_page page = { .count = 0 };
	struct provider_amount fee;
	struct span next;
	bool found;

	if (stripe_session_answer(arena, body, &notice, NULL) == OK)
		check(&notice);
	if (stripe_sessions_answer(arena, body, (struct uuid){ { 1 } }, &found, &notice, &next, NULL) == OK)
		check(&notice);
	notice = (struct notice){ .live = false };
	if (stripe_refund_answer(arena, body, &notice, NULL) == OK)
		check(&notice);
	notice = (struct notice){ .live = false };
	if (stripe_refunds_answer(arena, body, &notice, &next, NULL) == OK)
		check(&notice);
	if (stripe_lines_answer(arena, body, &page, NULL) == OK)
		demand(page.count <= STRIPE_PAGE, "a page is no larger than was asked for");
	(void)(stripe_fee_answer(arena, body, &fee, NULL) == OK);
	demand(stripe_error_text(arena, body).size > 0, "an error has a text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_open();
	struct span body = span_bytes(data, size);
	struct webhook_event event;
	struct why why = { .err = OK };
	enum err err = webhook_read(arena, body, &event, &why);

	demand(err == OK || (err == ERR_INVALID && why.code[0] != '\0'), "a refusal says why");
	if (err == OK) {
		demand(event.id.size > 0 && event.type.size > 0, "an event has an id and a type");
		check(&event.notice);
	}
	read_answers(arena, body);
	arena_close(arena);
	return 0;
}
