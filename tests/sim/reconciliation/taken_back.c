#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "undo.h"

/* What the store finds of a statement whose import is to be undone (store_undo.c, queries_undo.sql). */

struct looking {
	struct memory *m;
	const struct statement *s;
	const struct mem_rows *lines;
	const struct period *sealed; /* the first closed month that holds an entry of it, or NULL */
};

struct found {
	enum obstacle obstacle;
	struct span name;
};

static bool is_in(const struct line *l)
{
	return l->state != LINE_KNOWN && l->state != LINE_UNDONE;
}

static struct span number_of(const struct looking *k, const struct line *l)
{
	return span_of(arena_printf(k->m->arena, "line %lld", (long long)l->number));
}

/* The first line, by number, for which it is so; NULL: none. Lines of a statement are in the order of the file. */
static const struct line *first(const struct looking *k, bool (*is_so)(const struct looking *, const struct line *))
{
	for (size_t i = 0; i < k->lines->count; i++)
		if (is_in(k->lines->at[i]->value) && is_so(k, k->lines->at[i]->value))
			return k->lines->at[i]->value;
	return NULL;
}

static const struct mem_rows *receipts_of(const struct looking *k, const struct line *l)
{
	return mem_index_find(&k->m->receipts_of_source, sim_key_uuid(k->m->arena, l->merchant, l->id));
}

/* ---- one by one ---- */

static bool is_by_person(const struct looking *k, const struct line *l)
{
	(void)k;
	return l->by_person && l->state != LINE_WAITING;
}

static bool is_refunded(const struct looking *k, const struct line *l)
{
	const struct mem_rows *receipts = receipts_of(k, l);
	bool any = false;

	for (size_t i = 0; l->state == LINE_MATCHED && i < receipts->count; i++)
		any |= ((const struct receipt *)receipts->at[i]->value)->refunded > 0;
	return any;
}

/* What a person gave up of the part: what differences did goes back with them. */
static bool is_given_up(const struct looking *k, const struct open_item *item)
{
	const struct mem_rows *all = &k->m->tables[BOOK_DIFFERENCES].rows;
	int64_t by_differences = 0;

	for (size_t i = 0; item->written_off > 0 && i < all->count; i++) {
		const struct difference *d = all->at[i]->value;

		if (uuid_equal(d->invoice, item->invoice) && d->part == item->part && d->kind != DIFFERENCE_DISCOUNT &&
			d->kind != DIFFERENCE_OVER && span_equal(d->merchant, item->merchant))
			by_differences += d->minor;
	}
	return item->written_off > by_differences;
}

static const struct open_item *item_of(const struct looking *k, const struct allocation *a)
{
	const struct mem_rows *items = mem_index_find(&k->m->items_of_invoice, sim_key_uuid(k->m->arena, a->merchant, a->invoice));

	for (size_t i = 0; i < items->count; i++)
		if (((const struct open_item *)items->at[i]->value)->part == a->part)
			return items->at[i]->value;
	return NULL;
}

static const struct open_item *least_number(const struct open_item *a, const struct open_item *b)
{
	return b == NULL || (a != NULL && span_compare(a->number, b->number) <= 0) ? a : b;
}

static const struct open_item *given_up_of(const struct looking *k, const struct receipt *r)
{
	const struct mem_rows *rows = mem_index_find(&k->m->allocations_of_receipt, sim_key_uuid(k->m->arena, r->merchant, r->id));
	const struct open_item *found = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		const struct allocation *a = rows->at[i]->value;
		const struct open_item *item = a->minor > 0 ? item_of(k, a) : NULL;

		if (item != NULL && is_given_up(k, item))
			found = least_number(found, item);
	}
	return found;
}

static const struct open_item *given_up(const struct looking *k, const struct line *l)
{
	const struct mem_rows *receipts = receipts_of(k, l);
	const struct open_item *found = NULL;

	for (size_t i = 0; l->state == LINE_MATCHED && i < receipts->count; i++)
		found = least_number(found, given_up_of(k, receipts->at[i]->value));
	return found;
}

static bool is_written_off(const struct looking *k, const struct line *l)
{
	return given_up(k, l) != NULL;
}

static bool is_reversal(const struct looking *k, const struct line *l)
{
	(void)k;
	return l->as == LINE_AS_RETURN && ((l->amount.minor > 0 && l->state == LINE_MATCHED) || l->returned > 0);
}

/* By lines of other statements, or by more than its own say. */
static bool is_returned(const struct looking *k, const struct line *l)
{
	int64_t own = 0;

	for (size_t i = 0; l->returned > 0 && i < k->lines->count; i++) {
		const struct line *d = k->lines->at[i]->value;

		if (d->as == LINE_AS_RETURN && d->state == LINE_MATCHED && d->amount.minor < 0 && uuid_equal(d->counterpart, l->id))
			own -= d->amount.minor;
	}
	return l->returned > 0 && l->as != LINE_AS_RETURN && l->returned != own;
}

/* What it took back is something else by now. */
static bool is_earlier_matched(const struct looking *k, const struct line *l)
{
	const struct line *o = mem_find(&k->m->tables[BOOK_LINES], sim_key_uuid(k->m->arena, l->merchant, l->counterpart));
	const struct mem_rows *receipts;
	int64_t returned = 0;

	if (l->as != LINE_AS_RETURN || l->state != LINE_MATCHED || l->amount.minor > 0 || o == NULL)
		return false;
	if (!line_as_has_receipts(o->as))
		return o->as != LINE_AS_NOTHING;
	receipts = receipts_of(k, o);
	for (size_t i = 0; i < receipts->count; i++)
		returned += ((const struct receipt *)receipts->at[i]->value)->returned;
	/* What was exchanged is in another currency: all or nothing. */
	return !l->took_receipts || returned < (o->as == LINE_AS_EXCHANGED ? 1 : -l->amount.minor);
}

/* ---- the first that stands against it ---- */

static bool is_of_it(const struct looking *k, struct uuid cause)
{
	if (uuid_equal(cause, k->s->id))
		return true;
	for (size_t i = 0; i < k->lines->count; i++) {
		const struct line *l = k->lines->at[i]->value;

		if (is_in(l) && uuid_equal(cause, l->id))
			return true;
	}
	return false;
}

/* The first closed month that an entry of it is in, or in a month before. */
static const struct period *find_sealed(const struct looking *k)
{
	const struct mem_rows *entries = &k->m->journal.rows, *periods = &k->m->tables[BOOK_PERIODS].rows;
	const struct period *sealed = NULL;

	for (size_t n = 0; n < periods->count; n++) {
		const struct period *p = periods->at[n]->value;
		bool holds = false;

		if (p->state != PERIOD_CLOSED || !span_equal(p->merchant, k->s->merchant) ||
			(sealed != NULL && sealed->month.day < p->month.day))
			continue;
		for (size_t i = 0; !holds && i < entries->count && (int64_t)i < p->last_entry; i++) {
			const struct transfer *t = &((const struct posted *)entries->at[i]->value)->transfer;

			holds = t->day.day < month_after(p->month).day && span_equal(t->merchant, p->merchant) && is_of_it(k, t->cause_id);
		}
		if (holds)
			sealed = p;
	}
	return sealed;
}

static struct found later(const struct looking *k)
{
	const struct account *a = mem_find(&k->m->tables[BOOK_ACCOUNTS], sim_key_uuid(k->m->arena, k->s->merchant, k->s->account));
	const struct statement *o =
		a != NULL ? mem_find(&k->m->tables[BOOK_STATEMENTS], sim_key_uuid(k->m->arena, a->merchant, a->chain.last)) : NULL;

	if (o == NULL || uuid_equal(o->id, k->s->id))
		return (struct found){ OBSTACLES, SPAN("") };
	return (struct found){ OBSTACLE_LATER, span_of(arena_printf(k->m->arena, "statement %.*s", SPAN_ARG(o->bank_ref))) };
}

static int compare_exports(const struct export *a, const struct export *b)
{
	return a->number != b->number ? (a->number > b->number) - (a->number < b->number)
				      : strcmp(export_target_word(a->target), export_target_word(b->target));
}

static struct found sealed(const struct looking *k)
{
	const struct mem_rows *rows = &k->m->tables[BOOK_EXPORTS].rows;
	const struct export *found = NULL;
	const char *month;

	if (k->sealed == NULL)
		return (struct found){ OBSTACLES, SPAN("") };
	month = month_text(k->m->arena, k->sealed->month);
	for (size_t i = 0; i < rows->count; i++) {
		const struct export *e = rows->at[i]->value;

		if (span_equal(e->merchant, k->s->merchant) && e->month.day == k->sealed->month.day &&
			(found == NULL || compare_exports(e, found) < 0))
			found = e;
	}
	if (found == NULL)
		return (struct found){ OBSTACLE_PERIOD, span_of(month) };
	return (struct found){ OBSTACLE_EXPORTED,
		span_of(arena_printf(k->m->arena, "%s %lld of %s", export_target_word(found->target), (long long)found->number, month)) };
}

static struct span name_of(const struct looking *k, enum obstacle obstacle, const struct line *l)
{
	if (obstacle != OBSTACLE_WRITTEN_OFF)
		return number_of(k, l);
	return span_of(arena_printf(k->m->arena, "line %lld, %.*s", (long long)l->number, SPAN_ARG(given_up(k, l)->number)));
}

static struct found find_obstacle(const struct looking *k)
{
	static const struct {
		enum obstacle obstacle;
		bool (*is_so)(const struct looking *, const struct line *);
	} of_lines[] = { { OBSTACLE_PERSON, is_by_person }, { OBSTACLE_REFUNDED, is_refunded }, { OBSTACLE_WRITTEN_OFF, is_written_off },
		{ OBSTACLE_REVERSAL, is_reversal }, { OBSTACLE_RETURNED, is_returned }, { OBSTACLE_EARLIER, is_earlier_matched } };
	struct found by_account = later(k), by_month = sealed(k);

	if (by_account.obstacle != OBSTACLES)
		return by_account;
	for (size_t i = 0; i < sizeof of_lines / sizeof *of_lines; i++) {
		const struct line *l = first(k, of_lines[i].is_so);

		if (by_month.obstacle < of_lines[i].obstacle)
			return by_month;
		if (l != NULL)
			return (struct found){ of_lines[i].obstacle, name_of(k, of_lines[i].obstacle, l) };
	}
	return (struct found){ OBSTACLES, SPAN("") };
}

static struct undo_facts facts_of(const struct looking *k)
{
	struct found found = find_obstacle(k);
	struct undo_facts facts = { k->s->merchant, k->s->id, 0, found.obstacle, found.name };

	for (size_t i = 0; i < k->lines->count; i++)
		facts.lines += is_in(k->lines->at[i]->value);
	return facts;
}

/* ---- what it was put upon ---- */

static int compare_gaps(const void *one, const void *other)
{
	const struct gap_before *a = (*(const struct mem_row *const *)one)->value, *b = (*(const struct mem_row *const *)other)->value;

	return memcmp(a->gap.b, b->gap.b, sizeof a->gap.b);
}

static void load_gap(struct memory *m, struct book *book, const struct gap_before *b)
{
	struct mem_row *row = mem_row(&m->tables[BOOK_GAPS], sim_key_uuid(m->arena, b->merchant, b->gap));
	const struct gap *g = row->value;

	mem_load(&book->shelves[BOOK_GAPS], row);
	mem_load_all(&book->shelves[BOOK_EXCEPTIONS],
		mem_index_find(&m->exceptions_of_subject, sim_key_uuid(m->arena, g->merchant, g->statement)));
}

static void load_gaps(struct memory *m, struct book *book, const struct statement *s)
{
	const struct mem_rows *rows = &m->tables[BOOK_GAPS_BEFORE].rows;
	struct mem_rows of = { 0 };

	for (size_t i = 0; i < rows->count; i++) {
		const struct gap_before *b = rows->at[i]->value;

		if (uuid_equal(b->statement, s->id) && span_equal(b->merchant, s->merchant))
			mem_rows_add(&of, book->arena, rows->at[i]);
	}
	if (of.count > 1)
		qsort(of.at, of.count, sizeof(struct mem_row *), compare_gaps);
	mem_load_all(&book->shelves[BOOK_GAPS_BEFORE], &of);
	for (size_t i = 0; i < of.count; i++)
		load_gap(m, book, of.at[i]->value);
}

void sim_fetch_undo(struct memory *m, struct book *book, const struct want *w)
{
	struct span key = sim_key(m->arena, w->merchant, w->id);
	struct looking k = {
		.m = m, .s = mem_find(&m->tables[BOOK_STATEMENTS], key), .lines = mem_index_find(&m->lines_of_statement, key)
	};
	struct undo_facts facts;

	if (k.s == NULL || shelf_is_loaded(&book->shelves[BOOK_UNDO_FACTS], key))
		return;
	k.sealed = find_sealed(&k);
	facts = facts_of(&k);
	shelf_put(&book->shelves[BOOK_UNDO_FACTS], key, &facts);
	mem_load(&book->shelves[BOOK_CHAINS_BEFORE], mem_row(&m->tables[BOOK_CHAINS_BEFORE], key));
	load_gaps(m, book, k.s);
}
