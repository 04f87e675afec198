#include <stdlib.h>

#include "rows.h"

/* ---- sending ---- */

enum { LEASE_S = 150, AT_ONCE = 16 };

static void check_owed(struct memory *m, const struct notice *n)
{
	for (size_t i = 0; i < n->item_count && n->kind == NOTICE_REMINDER; i++) {
		const struct item *item = mem_find(&m->items, key_item(m->arena, n->merchant, n->items[i].invoice, n->items[i].part));

		SIM_HOLDS(item != NULL && item->open > 0, "reminded_paid", "a reminder of %.*s goes out, and it is known to be paid",
			SPAN_ARG(n->items[i].number));
	}
}

/* A reminder to a customer of whom something is set aside waits for a person. */
static bool is_candidate(const struct notice *n, struct instant now, const struct sim_inbox *inbox)
{
	return n->state == NOTICE_PLANNED && n->next_try_at.us <= now.us && n->until.us > now.us &&
	       (n->kind == NOTICE_RECEIPT || !inbox->is_parked(inbox->node, n->merchant, n->customer));
}

static bool has_address(struct memory *m, const struct notice *n)
{
	const struct customer *c = sim_customer_of(m, n);

	return c != NULL && c->revision > 0 && c->email.size > 0 && mem_find(&m->merchants, n->merchant) != NULL;
}

static int compare_notices(const void *one, const void *other)
{
	const struct notice *a = (*(struct mem_row *const *)one)->value, *b = (*(struct mem_row *const *)other)->value;
	int by = (a->next_try_at.us > b->next_try_at.us) - (a->next_try_at.us < b->next_try_at.us);

	by = by != 0 ? by : span_compare(a->merchant, b->merchant);
	return by != 0 ? by : uuid_compare(a->id, b->id);
}

static struct sim_call *claim(struct memory *m, struct arena *arena, struct mem_row *row, struct instant now)
{
	struct sim_call *call = ARENA_NEW(arena, struct sim_call);
	struct answered *of = ARENA_NEW(arena, struct answered);
	struct notice *n = row->value;

	/* Whatever overtakes a planned reminder takes it back in the same transaction. */
	SIM_HOLDS(!sim_is_overtaken(m, n), "overtaken_left", "a reminder is planned that facts have overtaken");
	check_owed(m, n);
	cover_pair("notice", "planned", "sending");
	n->state = NOTICE_SENDING;
	n->tries++;
	row->sum = now.us + LEASE_S * US_PER_SECOND;
	*of = (struct answered){ .of = { .merchant = n->merchant, .customer = n->customer, .id = n->id }, .tries = n->tries };
	*call = (struct sim_call){ .intent = of, .claimed_at = now };
	call->id = span_of(arena_printf(arena, "%s:%d", uuid_text(arena, n->id), n->tries));
	return call;
}

size_t sim_claim(struct memory *m, struct arena *arena, struct instant now, const struct sim_inbox *inbox, struct sim_call ***out)
{
	const struct mem_rows *rows = &m->notices.rows;
	struct mem_rows due = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		if (is_candidate(rows->at[i]->value, now, inbox))
			mem_rows_add(&due, arena, rows->at[i]);
	if (due.count > 1)
		qsort(due.at, due.count, sizeof *due.at, compare_notices);
	*out = ARENA_ARRAY(arena, struct sim_call *, AT_ONCE);
	for (size_t i = 0; i < due.count && i < AT_ONCE; i++)
		if (has_address(m, due.at[i]->value))
			(*out)[count++] = claim(m, arena, due.at[i], now);
	return count;
}

/* The same mail arrives once more only where nobody knew what had become of it. */
static void arrive(struct memory *m, const struct answered *a)
{
	const struct notice *n = mem_find(&m->notices, key_id(m->arena, a->of.merchant, a->of.id));
	struct mem_row *row = mem_put(&m->mailbox, span_copy(m->arena, uuid_span(&a->of.id)), "");

	row->sum++;
	SIM_HOLDS(row->sum <= 1 + n->unknowns, "mailed_twice", "a notice arrives %lld times, and %d were unknown", (long long)row->sum,
		n->unknowns);
	SIM_HOLDS(row->sum <= 2, "mailed_often", "a notice arrives a third time");
	if (row->sum == 2)
		cover("mail: the same once more, for nobody knew");
}

void sim_answer(struct memory *m, struct arena *arena, const struct sim_call *call, enum sim_reach reach, struct rng *r, struct instant now,
	struct message *out)
{
	struct answered a = *(const struct answered *)call->intent;
	const struct notice *n = mem_find(&m->notices, key_id(m->arena, a.of.merchant, a.of.id));

	(void)now;
	/* One that is late has been given up: its mail may be there all the same. */
	if ((reach == REACH_ANSWERED || (reach == REACH_ANSWER_LOST && rng_one_in(r, 2))) && n->state == NOTICE_SENDING &&
		n->tries == a.tries)
		arrive(m, &a);
	switch (reach) {
	case REACH_ANSWERED: a.handover = (struct handover){ .sent = true, .status = 250 }; break;
	case REACH_NOT_SENT: a.handover = (struct handover){ .sent = false }; break;
	case REACH_ANSWER_LOST: a.handover = (struct handover){ .sent = true, .unknown = true }; break;
	case REACH_REFUSED: a.handover = (struct handover){ .sent = true, .status = 550 }; break;
	case REACH_BUSY:
	case REACHES: a.handover = (struct handover){ .sent = true, .status = 451 }; break;
	}
	answered_message(arena, &a, out);
}

/* ---- what people ask for ---- */

bool sim_operate(struct memory *m, struct rng *r, struct arena *arena, struct instant now, struct message *to)
{
	const struct mem_row *row = rng_row(r, &m->items), *held = rng_row(r, &m->holds);
	const struct item *item = row != NULL ? row->value : NULL;
	const struct hold *hold = held != NULL ? held->value : NULL;
	struct date until = { (int32_t)(now.us / US_PER_DAY) + (int32_t)rng_below(r, 20) - 1 };

	if (rng_one_in(r, 20)) {
		world_ask(to, arena, SPAN("nord"), "reminders.ReleaseHold", "/v1/holds/01900000-0000-7000-8000-000000000000/release",
			"{\"reason\":\"x\"}");
		return true;
	}
	if (hold != NULL && rng_one_in(r, 2)) {
		world_ask(to, arena, hold->merchant, "reminders.ReleaseHold",
			arena_printf(arena, "/v1/holds/%s/release", uuid_text(arena, hold->id)), "{\"reason\":\"geklaert\"}");
		return true;
	}
	if (item == NULL)
		return false;
	if (rng_one_in(r, 3))
		world_ask(to, arena, item->merchant, "reminders.PlaceHold", "/v1/holds",
			"{\"kind\":\"promise\",\"customer_ref\":\"%s\",\"until\":\"%s\",\"reason\":\"zahlt\"}",
			rng_one_in(r, 10) ? "nobody" : span_cstr(arena, item->customer), date_text(arena, until));
	else
		world_ask(to, arena, item->merchant, "reminders.PlaceHold", "/v1/holds",
			"{\"kind\":\"dispute\",\"invoice_id\":\"%s\"%s,\"reason\":\"Mangel\"}", uuid_text(arena, item->invoice),
			rng_one_in(r, 8) ? ",\"customer_ref\":\"c1\"" : "");
	return true;
}
