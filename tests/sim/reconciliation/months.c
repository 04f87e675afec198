#include <stdlib.h>
#include <string.h>

#include "period.h"
#include "rows.h"

/* What the store finds of a month that may be closed (store_period.c), and of what a target has not exported yet (store_export.c). */

struct looking {
	struct memory *m;
	struct book *book;
	struct span merchant;
};

static struct instant start_of(struct date day)
{
	return (struct instant){ day.day * US_PER_DAY };
}

struct date sim_month(struct date day)
{
	struct ymd parts = date_parts(day);
	struct date first;

	if (date_ymd(parts.year, parts.month, 1, &first) != OK)
		bug("no month");
	return first;
}

const struct period *sim_period_before(const struct memory *m, struct span merchant, struct date month)
{
	const struct mem_rows *rows = &m->tables[BOOK_PERIODS].rows;
	const struct period *last = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		const struct period *p = rows->at[i]->value;

		if (p->state == PERIOD_CLOSED && span_equal(p->merchant, merchant) && p->month.day < month.day &&
			(last == NULL || p->month.day > last->month.day))
			last = p;
	}
	return last;
}

const struct period *sim_period_last(const struct memory *m, struct span merchant)
{
	return sim_period_before(m, merchant, (struct date){ INT32_MAX });
}

static struct span period_key(const struct looking *l, struct date month)
{
	return book_key(l->book, l->merchant, span_of(month_text(l->book->arena, month)));
}

/* ---- the balances of a month ---- */

/* Up to the month's end and the last entry that it can hold, and not so for the month before. */
static bool is_booked_in(const struct period *before, struct date month, int64_t last_entry, const struct posted *p)
{
	if (p->transfer.day.day > date_month_end(month).day || p->entry > last_entry)
		return false;
	return before == NULL || p->transfer.day.day > date_month_end(before->month).day || p->entry > before->last_entry;
}

static struct period_balance *balance_of(
	struct mem_table *to, struct span merchant, struct date month, struct currency c, struct span account)
{
	struct span key = mem_pair(to->arena, span_of(arena_printf(to->arena, "%s", c.code)), account);
	const struct period_balance none = { .merchant = merchant, .month = month, .currency = c, .account = account };
	struct mem_row *row = mem_row(to, key);

	return row != NULL ? row->value : mem_put(to, key, &none)->value;
}

static void carry_over(const struct looking *l, const struct period *before, struct date month, struct mem_table *to)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_PERIOD_BALANCES].rows;

	for (size_t i = 0; before != NULL && i < rows->count; i++) {
		const struct period_balance *b = rows->at[i]->value;

		if (span_equal(b->merchant, l->merchant) && b->month.day == before->month.day)
			balance_of(to, l->merchant, month, b->currency, b->account)->opening = b->opening + b->debit - b->credit;
	}
}

static void move(const struct looking *l, const struct period *before, struct date month, int64_t last_entry, struct mem_table *to)
{
	const struct mem_rows *rows = &l->m->journal.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct posted *p = rows->at[i]->value;
		const struct transfer *t = &p->transfer;

		if (!span_equal(t->merchant, l->merchant) || !is_booked_in(before, month, last_entry, p))
			continue;
		balance_of(to, l->merchant, month, t->amount.currency, t->debit)->debit += t->amount.minor;
		balance_of(to, l->merchant, month, t->amount.currency, t->credit)->credit += t->amount.minor;
	}
}

static int compare_balances(const void *one, const void *other)
{
	const struct period_balance *a = one, *b = other;
	int by = span_compare(span_of(a->currency.code), span_of(b->currency.code));

	return by != 0 ? by : span_compare(a->account, b->account);
}

static size_t balances(
	const struct looking *l, const struct period *before, struct date month, int64_t last_entry, struct period_balance **out)
{
	struct mem_table sums;
	size_t n = 0;

	mem_open(&sums, l->book->arena, sizeof(struct period_balance), "balances");
	carry_over(l, before, month, &sums);
	move(l, before, month, last_entry, &sums);
	*out = ARENA_ARRAY(l->book->arena, struct period_balance, sums.rows.count + 1);
	for (size_t i = 0; i < sums.rows.count; i++) {
		const struct period_balance *b = sums.rows.at[i]->value;

		if (b->opening != 0 || b->debit != 0 || b->credit != 0)
			(*out)[n++] = *b;
	}
	qsort(*out, n, sizeof **out, compare_balances);
	return n;
}

/* ---- what should be settled before ---- */

struct warned {
	int rank;
	struct period_warning warning;
};

struct warnings {
	struct arena *arena;
	struct warned *at;
	size_t count;
};

static void warn(struct warnings *w, int rank, const char *kind, struct uuid id, struct money amount, const char *detail)
{
	struct currency currency;
	bool has_amount = currency_parse(span_of(arena_printf(w->arena, "%s", amount.currency.code)), &currency) == OK;

	w->at[w->count++] = (struct warned){ rank, { span_of(kind), id, has_amount, amount, span_of(detail) } };
}

static void warn_of_line(struct memory *m, struct warnings *w, const struct line *l)
{
	const struct statement *s = mem_find(&m->tables[BOOK_STATEMENTS], sim_key_uuid(m->arena, l->merchant, l->statement));

	if (l->state == LINE_STAGED && s->state == STATEMENT_ACCEPTED)
		warn(w, 1, "unposted_line", l->id, l->amount, date_text(w->arena, l->booking));
}

static void warn_of_statement(struct warnings *w, const struct statement *s)
{
	if (s->state == STATEMENT_STAGED || s->state == STATEMENT_QUARANTINED || s->state == STATEMENT_UNDOING)
		warn(w, 2, "undecided_statement", s->id, (struct money){ 0 },
			arena_printf(w->arena, "%s %.*s", statement_state_word(s->state), SPAN_ARG(s->bank_ref)));
}

static void warn_of_exception(struct memory *m, struct warnings *w, const struct exception *e, struct date end)
{
	const struct line *l = mem_find(&m->tables[BOOK_LINES], sim_key_uuid(m->arena, e->merchant, e->subject));

	if (e->open && (l != NULL ? l->booking.day <= end.day : e->opened.us < start_of(end).us + US_PER_DAY))
		warn(w, 3, "open_exception", e->id, e->amount, exception_word(e->kind));
}

static int compare_warnings(const void *one, const void *other)
{
	const struct warned *a = one, *b = other;
	int by = (a->rank > b->rank) - (a->rank < b->rank);

	return by != 0 ? by : memcmp(a->warning.id.b, b->warning.id.b, sizeof a->warning.id.b);
}

static void gather_warnings(const struct looking *l, struct date end, struct warnings *w)
{
	const struct mem_rows *lines = &l->m->tables[BOOK_LINES].rows, *statements = &l->m->tables[BOOK_STATEMENTS].rows,
			      *exceptions = &l->m->tables[BOOK_EXCEPTIONS].rows;

	w->arena = l->book->arena;
	w->at = ARENA_ARRAY(w->arena, struct warned, lines->count + statements->count + exceptions->count + 1);
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = lines->at[i]->value;

		if (span_equal(line->merchant, l->merchant) && line->booking.day <= end.day)
			warn_of_line(l->m, w, line);
	}
	for (size_t i = 0; i < statements->count; i++) {
		const struct statement *s = statements->at[i]->value;

		if (span_equal(s->merchant, l->merchant) && s->from.day <= end.day)
			warn_of_statement(w, s);
	}
	for (size_t i = 0; i < exceptions->count; i++)
		if (span_equal(((const struct exception *)exceptions->at[i]->value)->merchant, l->merchant))
			warn_of_exception(l->m, w, exceptions->at[i]->value, end);
	qsort(w->at, w->count, sizeof *w->at, compare_warnings);
}

static void take_warnings(const struct looking *l, struct date end, struct period_facts *facts)
{
	struct warnings all = { 0 };
	struct period_warning *first;

	gather_warnings(l, end, &all);
	facts->warning_total = (int64_t)all.count;
	facts->warning_count = all.count < PERIOD_WARNINGS ? all.count : PERIOD_WARNINGS;
	facts->warnings = first = ARENA_ARRAY(l->book->arena, struct period_warning, facts->warning_count + 1);
	for (size_t i = 0; i < facts->warning_count; i++)
		first[i] = all.at[i].warning;
}

/* ---- a month that may be closed ---- */

/* Nobody else posts at this moment: all entries are known. */
static void fetch_next(const struct looking *l, const struct period *last, struct date month, struct period_facts *facts)
{
	struct period_balance *sums;

	facts->last_entry = (int64_t)l->m->journal.rows.count;
	facts->balance_count = balances(l, last, month, facts->last_entry, &sums);
	facts->balances = sums;
	take_warnings(l, date_month_end(month), facts);
}

void sim_fetch_period(struct memory *m, struct book *book, const struct want *w)
{
	struct looking l = { m, book, w->merchant };
	const struct period *last = sim_period_last(m, w->merchant);
	struct period_facts facts = { 0 };
	struct date month;

	if (month_parse(w->id, &month) != OK)
		bug("a month that is none");
	if (shelf_is_loaded(&book->shelves[BOOK_PERIOD_FACTS], period_key(&l, month)))
		return;
	mem_load(&book->shelves[BOOK_PERIODS], mem_row(&m->tables[BOOK_PERIODS], period_key(&l, month)));
	facts.has_before = last != NULL;
	if (last != NULL) {
		facts.before = last->month;
		mem_load(&book->shelves[BOOK_PERIODS], mem_row(&m->tables[BOOK_PERIODS], period_key(&l, last->month)));
	}
	if (last == NULL || month_after(last->month).day == month.day)
		fetch_next(&l, last, month, &facts);
	shelf_put(&book->shelves[BOOK_PERIOD_FACTS], period_key(&l, month), &facts);
}

/* ---- exports ---- */

static const struct export *last_export(const struct memory *m, struct span merchant, enum export_target target)
{
	const struct mem_rows *rows = &m->tables[BOOK_EXPORTS].rows;
	const struct export *last = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		const struct export *e = rows->at[i]->value;

		if (e->target == target && span_equal(e->merchant, merchant) && (last == NULL || e->number > last->number))
			last = e;
	}
	return last;
}

static const struct period *next_export(const struct memory *m, struct span merchant, enum export_target target)
{
	const struct export *last = last_export(m, merchant, target);
	const struct mem_rows *rows = &m->tables[BOOK_PERIODS].rows;
	const struct period *next = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		const struct period *p = rows->at[i]->value;

		if (p->state == PERIOD_CLOSED && span_equal(p->merchant, merchant) && (last == NULL || p->month.day > last->month.day) &&
			(next == NULL || p->month.day < next->month.day))
			next = p;
	}
	return next;
}

static void fetch_mapping(const struct looking *l, enum export_target target, struct export_facts *facts)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_EXPORT_MAPPINGS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct export_mapping *m = rows->at[i]->value;

		if (m->target == target && span_equal(m->merchant, l->merchant) && m->version > facts->mapping.version)
			facts->mapping = *m;
	}
}

static const struct export *export_of(const struct looking *l, enum export_target target, struct date month)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_EXPORTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct export *e = rows->at[i]->value;

		if (e->target == target && span_equal(e->merchant, l->merchant) && e->month.day == month.day)
			return e;
	}
	return NULL;
}

static int compare_accounts(const void *a, const void *b)
{
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

/* Accounts that move in more than one currency are one. */
static void fetch_accounts(const struct looking *l, struct export_facts *facts)
{
	const struct mem_rows *rows = &l->m->tables[BOOK_PERIOD_BALANCES].rows;
	struct span *accounts = ARENA_ARRAY(l->book->arena, struct span, rows->count + 1);
	size_t n = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct period_balance *b = rows->at[i]->value;

		if (span_equal(b->merchant, l->merchant) && b->month.day == facts->next.day && (b->debit != 0 || b->credit != 0))
			accounts[n++] = b->account;
	}
	qsort(accounts, n, sizeof *accounts, compare_accounts);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !span_equal(accounts[i], accounts[i - 1]))
			accounts[facts->account_count++] = accounts[i];
	facts->accounts = accounts;
}

struct counted {
	struct currency currency;
	int64_t entries, minor;
};

static void count_entries(const struct looking *l, const struct period *p, struct mem_table *to)
{
	const struct period *before = sim_period_before(l->m, l->merchant, p->month);
	const struct mem_rows *rows = &l->m->journal.rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct posted *e = rows->at[i]->value;
		const struct counted none = { .currency = e->transfer.amount.currency };
		struct span key = span_of(arena_printf(to->arena, "%s", none.currency.code));
		struct mem_row *row;
		struct counted *c;

		if (!span_equal(e->transfer.merchant, l->merchant) || !is_booked_in(before, p->month, p->last_entry, e))
			continue;
		row = mem_row(to, key);
		c = (row != NULL ? row : mem_put(to, key, &none))->value;
		c->entries++;
		c->minor += e->transfer.amount.minor;
	}
}

/* Merchants here have one currency: the order of several is the store's affair. */
static struct span export_sums(const struct looking *l, const struct period *p, int64_t *entries)
{
	struct arena *arena = l->book->arena;
	struct mem_table sums;
	struct text t;

	mem_open(&sums, arena, sizeof(struct counted), "entries");
	count_entries(l, p, &sums);
	text_init(&t, arena);
	for (size_t i = 0; i < sums.rows.count; i++) {
		const struct counted *c = sums.rows.at[i]->value;

		*entries += c->entries;
		text_printf(&t, "%s %lld %lld\n", c->currency.code, (long long)c->entries, (long long)c->minor);
	}
	return text_done(&t);
}

void sim_fetch_export(struct memory *m, struct book *book, const struct want *w)
{
	struct looking l = { m, book, w->merchant };
	struct span word, month, key = book_key(book, w->merchant, w->id);
	bool has_month = span_cut(w->id, ' ', &word, &month);
	enum export_target target = export_target_find(word);
	const struct export *last = last_export(m, w->merchant, target);
	const struct period *next = next_export(m, w->merchant, target);
	struct export_facts facts = { .last = last != NULL ? last->number : 0, .has_next = next != NULL };
	struct date which;

	if (shelf_is_loaded(&book->shelves[BOOK_EXPORT_FACTS], key))
		return;
	fetch_mapping(&l, target, &facts);
	if (has_month && month_parse(month, &which) == OK)
		facts.before = export_of(&l, target, which);
	if (next != NULL) {
		facts.next = next->month;
		fetch_accounts(&l, &facts);
		facts.sums = export_sums(&l, next, &facts.entries);
	}
	shelf_put(&book->shelves[BOOK_EXPORT_FACTS], key, &facts);
}
