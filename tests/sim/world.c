#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message.h"

const struct world_merchant world_merchants[WORLD_MERCHANTS] = {
	{ "nord", "EUR", "Europe/Berlin", "DE89370400440532013000", "R-" },
	{ "volt", "JPY", "Asia/Tokyo", "GB29NWBK60161331926819", "V-" },
};

void world_open(struct world *w, struct arena *arena, uint64_t seed)
{
	*w = (struct world){ .arena = arena, .rng = rng_of(seed, UINT64_MAX) };
	mem_open(&w->debts, arena, sizeof(struct world_debt), "debts");
	mem_open(&w->transfers, arena, sizeof(struct world_transfer), "transfers");
	mem_open(&w->ledger, arena, 1, "sums");
}

const struct world_merchant *world_merchant(struct span name)
{
	for (size_t i = 0; i < WORLD_MERCHANTS; i++)
		if (span_is(name, world_merchants[i].name))
			return &world_merchants[i];
	sim_fail("merchant", "there is no merchant %.*s", SPAN_ARG(name));
}

struct currency world_currency(struct span merchant)
{
	struct currency c;

	if (currency_parse(span_of(world_merchant(merchant)->currency), &c) != OK)
		bug("no currency");
	return c;
}

/* ISO 13616: the check digits make the whole 1 modulo 97. */
struct span world_iban(struct arena *arena, struct span merchant, struct span customer)
{
	char bban[19];
	unsigned rest = 0;

	snprintf(bban, sizeof bban, "37040044%010u", (unsigned)(span_hash(mem_pair(arena, merchant, customer)) % 1000000000U));
	for (const char *c = bban; *c != '\0'; c++)
		rest = (rest * 10 + (unsigned)(*c - '0')) % 97;
	/* D is 13, E is 14. */
	rest = (rest * 1000000 + 131400) % 97;
	return span_of(arena_printf(arena, "DE%02u%s", 98 - rest, bban));
}

const char *world_ref(struct world *w, const char *prefix)
{
	return arena_printf(w->arena, "%s-%06lld", prefix, (long long)++w->counter);
}

void world_transfer(struct world *w, const struct world_transfer *t)
{
	mem_put(&w->transfers, span_of(world_ref(w, "t")), t);
}

static struct span sum_key(const struct world *w, const char *what, struct span merchant)
{
	return span_of(arena_printf(w->arena, "%s:%.*s", what, SPAN_ARG(merchant)));
}

void world_add(struct world *w, const char *what, struct span merchant, int64_t minor)
{
	mem_put(&w->ledger, sum_key(w, what, merchant), "")->sum += minor;
}

int64_t world_sum(const struct world *w, const char *what, struct span merchant)
{
	const struct mem_row *row = mem_row(&w->ledger, sum_key(w, what, merchant));

	return row != NULL ? row->sum : 0;
}

/* ---- commands ---- */

void world_ask(struct message *m, struct arena *arena, struct span merchant, const char *type, const char *target, const char *json, ...)
{
	va_list list;

	va_start(list, json);
	m->payload = span_of(arena_vprintf(arena, json, list));
	va_end(list);
	m->type = span_of(type);
	m->format = FORMAT_JSON;
	m->merchant = merchant;
	m->client = SPAN("office");
	m->target = span_of(target);
}

struct span world_pick_merchant(struct rng *r)
{
	return span_of(world_merchants[rng_one_in(r, 4)].name);
}

struct span world_pick_customer(struct rng *r)
{
	static const char *const names[WORLD_CUSTOMERS] = { "c1", "c2", "c3", "c4", "c5" };

	return span_of(names[rng_below(r, WORLD_CUSTOMERS)]);
}

/* Few different ones, so that amounts are alike. */
int64_t world_price(struct rng *r, struct span merchant)
{
	static const int64_t prices[] = { 1000, 2500, 4999, 9900, 10000, 12345, 1, 99999 };

	(void)merchant;
	return prices[rng_below(r, sizeof prices / sizeof *prices)];
}

const char *world_digits(struct arena *arena, struct span merchant, int64_t minor)
{
	struct money m = { .minor = minor, .currency = world_currency(merchant) };

	return money_digits(arena, m);
}
