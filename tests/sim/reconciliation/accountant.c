#include "period.h"
#include "rows.h"

/* What accountants ask of reconciliation: months closed, exports made, imports taken back. */

struct asking {
	struct memory *m;
	struct rng *r;
	struct arena *arena;
	struct date today;
	struct span merchant;
	struct message *to;
};

static const char *by(const struct asking *a)
{
	return rng_one_in(a->r, 2) ? "\"who\":\"ada\",\"why\":\"Monatsende\"" : "\"who\":\"bob\",\"why\":\"Monatsende\"";
}

/* ---- months ---- */

static struct date month_before(struct date month)
{
	return sim_month((struct date){ month.day - 1 });
}

/* The next to close: before there is one, one that is just over. */
static struct date next_month(const struct asking *a)
{
	const struct period *last = sim_period_last(a->m, a->merchant);

	return last != NULL ? month_after(last->month) : month_before(sim_month(a->today));
}

/* The next, or one that was closed, is not over, or is not its turn. */
static struct date some_month(const struct asking *a)
{
	struct date next = next_month(a);

	switch (rng_below(a->r, 12)) {
	case 0: return month_before(next);
	case 1: return month_before(month_before(month_before(next)));
	case 2: return month_after(next);
	case 3: return sim_month(a->today);
	default: return next;
	}
}

static bool close_month(const struct asking *a)
{
	world_ask(a->to, a->arena, a->merchant, "dunlin.reconciliation.ClosePeriod",
		arena_printf(a->arena, "/v1/periods/%s/close", month_text(a->arena, some_month(a))), "{%s%s}", by(a),
		rng_one_in(a->r, 2) ? ",\"force\":true" : "");
	return true;
}

/* ---- exports ---- */

static const char *some_target(const struct asking *a)
{
	return export_target_word((enum export_target)rng_below(a->r, EXPORT_TARGETS));
}

static bool make_export(const struct asking *a)
{
	const char *month =
		rng_one_in(a->r, 4) ? arena_printf(a->arena, ",\"month\":\"%s\"", month_text(a->arena, month_before(next_month(a)))) : "";

	world_ask(a->to, a->arena, a->merchant, "dunlin.reconciliation.MakeExport", "/v1/exports", "{%s,\"target\":\"%s\"%s}", by(a),
		some_target(a), month);
	return true;
}

/* Some have codes for all, some for few, some name what is none. */
static bool define_mapping(const struct asking *a)
{
	static const char *const accounts[] = { "", "", ",\"accounts\":[{\"account\":\"cash\",\"code\":\"1210\"}]",
		",\"accounts\":[{\"account\":\"sparschwein\",\"code\":\"1210\"}]",
		",\"accounts\":[{\"account\":\"cash\",\"code\":\"12\"}]" };

	world_ask(a->to, a->arena, a->merchant, "dunlin.reconciliation.DefineExportMapping", "/v1/export-mappings",
		"{%s,\"target\":\"%s\",\"consultant\":1001,\"client\":7%s%s}", by(a), some_target(a),
		rng_one_in(a->r, 4) ? "" : ",\"base\":\"skr04\"", accounts[rng_below(a->r, sizeof accounts / sizeof *accounts)]);
	return true;
}

/* ---- imports ---- */

static const struct statement *last_of(const struct asking *a)
{
	const struct mem_rows *accounts = &a->m->tables[BOOK_ACCOUNTS].rows;

	for (size_t i = 0; i < accounts->count; i++) {
		const struct account *account = accounts->at[i]->value;

		if (span_equal(account->merchant, a->merchant))
			return mem_find(&a->m->tables[BOOK_STATEMENTS], sim_key_uuid(a->arena, a->merchant, account->chain.last));
	}
	return NULL;
}

/* The last one, which alone may go, or any. */
static bool undo(const struct asking *a)
{
	const struct mem_row *row = rng_row(a->r, &a->m->tables[BOOK_STATEMENTS]);
	const struct statement *s = rng_one_in(a->r, 4) ? NULL : last_of(a);

	if (s == NULL && row == NULL)
		return false;
	s = s != NULL ? s : row->value;
	world_ask(a->to, a->arena, s->merchant, "dunlin.reconciliation.UndoStatement",
		arena_printf(a->arena, "/v1/statements/%s/undo", uuid_text(a->arena, s->id)), "{%s}", by(a));
	return true;
}

bool accountant_asks(struct memory *m, struct rng *r, struct arena *arena, struct instant now, struct message *to)
{
	struct asking a = { m, r, arena, { (int32_t)(now.us / US_PER_DAY) }, world_pick_merchant(r), to };

	switch (rng_below(r, 8)) {
	case 0:
	case 1:
	case 2: return next_month(&a).day < sim_month(a.today).day || rng_one_in(r, 6) ? close_month(&a) : undo(&a);
	case 3:
	case 4: return make_export(&a);
	case 5: return define_mapping(&a);
	default: return undo(&a);
	}
}
