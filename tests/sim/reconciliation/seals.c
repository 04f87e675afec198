#include <string.h>

#include "rows.h"
#include "undo.h"

/* What is closed, exported or undone: what must hold of it. Months are told apart here by entry (journal_period of the schema), in months.c by month. */

/* ---- the month of an entry ---- */

static struct date later(struct date a, struct date b)
{
	return a.day > b.day ? a : b;
}

/* That of its day, or the first that was open when it came; what came before the first close is in the first closed month at the earliest. */
static struct date month_of(const struct memory *m, const struct posted *p)
{
	const struct mem_rows *rows = &m->tables[BOOK_PERIODS].rows;
	struct date month = sim_month(p->transfer.day), first = { INT32_MAX };
	bool is_late = false;

	for (size_t i = 0; i < rows->count; i++) {
		const struct period *c = rows->at[i]->value;

		if (c->state != PERIOD_CLOSED || !span_equal(c->merchant, p->transfer.merchant))
			continue;
		first = c->month.day < first.day ? c->month : first;
		if (c->last_entry >= p->entry)
			continue;
		is_late = true;
		month = later(month, month_after(c->month));
	}
	return is_late || first.day == INT32_MAX ? month : later(month, first);
}

/* A step that posts adds nothing to a month that was closed before it. */
void seals_posted(struct memory *m, const struct posted *p)
{
	const struct period *last = sim_period_last(m, p->transfer.merchant);

	if (last == NULL)
		return;
	SIM_HOLDS(month_of(m, p).day > last->month.day, "period_entered", "an entry came into a month that is closed");
	if (p->transfer.day.day <= date_month_end(last->month).day)
		cover("period: an entry came late and is in the next month");
}

/* ---- a closed month ---- */

static struct mem_row *sum_row(struct mem_table *to, const char *what, const struct posted *p, struct span account)
{
	struct span key = span_of(arena_printf(to->arena, "%s %s %.*s", what, p->transfer.amount.currency.code, SPAN_ARG(account)));
	struct mem_row *row = mem_row(to, key);

	return row != NULL ? row : mem_put(to, key, "");
}

/* What its entries come to, one by one; how many there are. */
static int64_t sum_month(struct memory *m, const struct period *p, struct mem_table *to)
{
	const struct mem_rows *rows = &m->journal.rows;
	int64_t entries = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct posted *e = rows->at[i]->value;

		if (!span_equal(e->transfer.merchant, p->merchant) || month_of(m, e).day != p->month.day)
			continue;
		sum_row(to, "debit", e, e->transfer.debit)->sum += e->transfer.amount.minor;
		sum_row(to, "credit", e, e->transfer.credit)->sum += e->transfer.amount.minor;
		entries++;
	}
	return entries;
}

static int64_t sum_at(const struct mem_table *sums, const char *what, const struct period_balance *b)
{
	const struct mem_row *row =
		mem_row(sums, span_of(arena_printf(sums->arena, "%s %s %.*s", what, b->currency.code, SPAN_ARG(b->account))));

	return row != NULL ? row->sum : 0;
}

static int64_t total(const struct mem_table *sums)
{
	int64_t all = 0;

	for (size_t i = 0; i < sums->rows.count; i++)
		all += sums->rows.at[i]->sum;
	return all;
}

/* Its sealed rows, in the order in which they were sealed: debits, credits and seal are those of its entries. */
static void check_month(struct memory *m, const struct period *p)
{
	const struct mem_rows *rows = &m->tables[BOOK_PERIOD_BALANCES].rows;
	struct period_balance *sealed = ARENA_ARRAY(m->arena, struct period_balance, rows->count + 1);
	struct mem_table sums;
	int64_t both = 0;
	size_t n = 0;
	struct digest digest;

	mem_open(&sums, m->arena, 1, "sums of a month");
	sum_month(m, p, &sums);
	for (size_t i = 0; i < rows->count; i++) {
		const struct period_balance *b = rows->at[i]->value;

		if (!span_equal(b->merchant, p->merchant) || b->month.day != p->month.day)
			continue;
		SIM_HOLDS(b->debit == sum_at(&sums, "debit", b) && b->credit == sum_at(&sums, "credit", b), "sealed_balance",
			"%.*s of %s: sealed are %lld and %lld, its entries come to %lld and %lld", SPAN_ARG(b->account),
			month_text(m->arena, p->month), (long long)b->debit, (long long)b->credit, (long long)sum_at(&sums, "debit", b),
			(long long)sum_at(&sums, "credit", b));
		both += b->debit + b->credit;
		sealed[n++] = *b;
	}
	SIM_HOLDS(both == total(&sums), "sealed_account", "a closed month lacks an account that it moves");
	digest = digest_sha256(period_csv(m->arena, sealed, n));
	SIM_HOLDS(digest_equal(digest.b, p->seal.b, sizeof digest.b), "seal", "a closed month is not what was sealed");
}

/* Lines of an accepted statement that are not posted yet. */
static bool is_posting(const struct memory *m, struct span merchant)
{
	const struct mem_rows *rows = &m->tables[BOOK_STATEMENTS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct statement *s = rows->at[i]->value;

		if (s->state == STATEMENT_ACCEPTED && s->remaining > 0 && span_equal(s->merchant, merchant))
			return true;
	}
	return false;
}

void saved_period(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	const struct memory *m = ctx;
	const struct period *was = old, *p = now;

	(void)row;
	SIM_HOLDS(
		was == NULL || was->state != PERIOD_CLOSED || !memcmp(was, p, sizeof *was), "period_changed", "a closed month was changed");
	if (was == NULL || was->state != p->state)
		cover_pair("period", was == NULL ? "open" : period_state_word(was->state), period_state_word(p->state));
	if (p->state == PERIOD_CLOSED && is_posting(m, p->merchant))
		cover("race reconciliation: a month is closed while lines are posted");
	if (p->state != PERIOD_CLOSED || p->warnings == 0)
		return;
	SIM_HOLDS(was != NULL && !span_equal(p->closed_by, span_of(arena_printf(m->arena, "office/%.*s", SPAN_ARG(p->asked_by)))),
		"period_alone", "one person closed a month against a warning");
	cover("period: closed by a second person");
}

/* ---- exports ---- */

/* Numbered from 1, the months in order and none left out: so that each closed month, and each entry of it, is in one. */
static void check_target(struct memory *m, struct span merchant, enum export_target target)
{
	const struct mem_rows *rows = &m->tables[BOOK_EXPORTS].rows;
	const struct period *p;
	int64_t number = 0;
	struct date before = { INT32_MIN };

	for (size_t i = 0; i < rows->count; i++) {
		const struct export *e = rows->at[i]->value;

		if (e->target != target || !span_equal(e->merchant, merchant))
			continue;
		p = mem_find(&m->tables[BOOK_PERIODS], sim_key(m->arena, merchant, span_of(month_text(m->arena, e->month))));
		SIM_HOLDS(e->number == ++number, "export_number", "exports of a target are not numbered one by one");
		SIM_HOLDS(p != NULL && p->state == PERIOD_CLOSED, "export_open", "a month that is not closed was exported");
		SIM_HOLDS(sim_period_before(m, merchant, e->month) == NULL
				  ? before.day == INT32_MIN
				  : sim_period_before(m, merchant, e->month)->month.day == before.day,
			"export_order", "a month was left out, or exported twice");
		before = e->month;
	}
}

/* It says what the month holds. */
void saved_export(void *ctx, const void *old, const void *now, struct mem_row *row)
{
	struct memory *m = ctx;
	const struct export *e = now;
	const struct period *p =
		mem_find(&m->tables[BOOK_PERIODS], sim_key(m->arena, e->merchant, span_of(month_text(m->arena, e->month))));
	struct mem_table sums;

	(void)row;
	SIM_HOLDS(old == NULL, "changed_once", "what is written once was changed");
	cover_pair("export", "made for", export_target_word(e->target));
	check_target(m, e->merchant, e->target);
	mem_open(&sums, m->arena, 1, "sums of a month");
	SIM_HOLDS(p != NULL && e->entries == sum_month(m, p, &sums), "export_entries", "an export has not the entries of its month");
}

/* ---- what was undone ---- */

static void check_undone_receipts(struct memory *m, const struct line *l)
{
	const struct mem_rows *receipts = mem_index_find(&m->receipts_of_source, sim_key_uuid(m->arena, l->merchant, l->id));

	for (size_t i = 0; i < receipts->count; i++)
		SIM_HOLDS(((const struct receipt *)receipts->at[i]->value)->amount == 0, "undone_receipt",
			"a line was undone, and money of it is somebody's");
}

static void check_undone_exceptions(struct memory *m, struct span merchant, struct uuid subject)
{
	const struct mem_rows *rows = mem_index_find(&m->exceptions_of_subject, sim_key_uuid(m->arena, merchant, subject));

	for (size_t i = 0; i < rows->count; i++)
		SIM_HOLDS(!((const struct exception *)rows->at[i]->value)->open, "undone_exception",
			"what was undone is somebody's exception");
}

/* A line that was undone left nothing: no cash, nothing unknown, no receipt, no exception. */
static void check_undone_line(struct memory *m, const struct line *l)
{
	SIM_HOLDS(l->returned == 0 && l->as == LINE_AS_NOTHING, "undone_line", "a line was undone and is something");
	check_undone_receipts(m, l);
	check_undone_exceptions(m, l->merchant, l->id);
}

static bool is_of(const struct posted *p, const struct statement *s, const struct mem_rows *lines)
{
	bool is = uuid_equal(p->transfer.cause_id, s->id);

	for (size_t i = 0; !is && i < lines->count; i++)
		is = uuid_equal(p->transfer.cause_id, ((const struct line *)lines->at[i]->value)->id);
	return is;
}

static bool is_of_bank(struct span account)
{
	enum chart chart = chart_of(account);

	return chart == CHART_CASH || chart == CHART_UNIDENTIFIED_RECEIPTS || chart == CHART_UNIDENTIFIED_PAYMENTS;
}

/* What its lines moved on the bank's accounts is moved back; the opening balance is the account's of before. */
static void check_undone_entries(struct memory *m, const struct statement *s, const struct mem_rows *lines)
{
	const struct mem_rows *entries = &m->journal.rows;
	struct mem_table sums;

	mem_open(&sums, m->arena, 1, "sums of what was undone");
	for (size_t i = 0; i < entries->count; i++) {
		const struct posted *p = entries->at[i]->value;

		if (!span_equal(p->transfer.merchant, s->merchant) || !is_of(p, s, lines))
			continue;
		sum_row(&sums, "", p, p->transfer.debit)->sum += is_of_bank(p->transfer.debit) ? p->transfer.amount.minor : 0;
		sum_row(&sums, "", p, p->transfer.credit)->sum -= is_of_bank(p->transfer.credit) ? p->transfer.amount.minor : 0;
	}
	for (size_t i = 0; i < sums.rows.count; i++)
		SIM_HOLDS(sums.rows.at[i]->sum == 0, "undone_entries", "a statement was undone and %lld of it are still on%.*s",
			(long long)sums.rows.at[i]->sum, SPAN_ARG(sums.rows.at[i]->key));
}

/* The end: the books are as if it had not been. */
static void check_undone(struct memory *m, const struct statement *s)
{
	const struct mem_rows *lines = mem_index_find(&m->lines_of_statement, sim_key_uuid(m->arena, s->merchant, s->id));

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *l = lines->at[i]->value;

		SIM_HOLDS(l->state == LINE_UNDONE || l->state == LINE_KNOWN, "undone_half", "a statement was undone and a line of it is %s",
			line_state_word(l->state));
	}
	check_undone_exceptions(m, s->merchant, s->id);
	check_undone_entries(m, s, lines);
}

/* The moment it is taken back: the account is what it was before it. */
void seals_taken_back(struct memory *m, const struct statement *s)
{
	const struct chain_before *b = mem_find(&m->tables[BOOK_CHAINS_BEFORE], sim_key_uuid(m->arena, s->merchant, s->id));
	const struct account *a = mem_find(&m->tables[BOOK_ACCOUNTS], sim_key_uuid(m->arena, s->merchant, s->account));

	SIM_HOLDS(b != NULL && a != NULL && !memcmp(&a->chain, &b->chain, sizeof a->chain), "undone_chain",
		"a statement was taken back and its account is not what it was before it");
}

/* ---- at rest ---- */

void seals_quiet(struct memory *m)
{
	const struct mem_rows *rows = &m->tables[BOOK_PERIODS].rows;

	for (size_t i = 0; i < rows->count; i++) {
		const struct period *p = rows->at[i]->value;

		if (p->state == PERIOD_CLOSED)
			check_month(m, p);
	}
	for (size_t w = 0; w < WORLD_MERCHANTS; w++)
		for (int t = 0; t < EXPORT_TARGETS; t++)
			check_target(m, span_of(world_merchants[w].name), (enum export_target)t);
}

/* After a commit: a month that it closed is what its entries are, what it undid is gone. */
void seals_check(struct memory *m, const struct book *book)
{
	const struct period *p;
	const struct line *l;
	const struct statement *s;

	for (size_t i = 0; (l = book_next(book, BOOK_LINES, &i));)
		if (l->state == LINE_UNDONE)
			check_undone_line(m, l);
	for (size_t i = 0; (s = book_next(book, BOOK_STATEMENTS, &i));)
		if (s->state == STATEMENT_UNDONE)
			check_undone(m, s);
	for (size_t i = 0; (p = book_next(book, BOOK_PERIODS, &i));)
		if (p->state == PERIOD_CLOSED)
			check_month(m, mem_find(&m->tables[BOOK_PERIODS],
					       sim_key(m->arena, p->merchant, span_of(month_text(m->arena, p->month)))));
}

void seals_expect(void)
{
	char name[120];

	cover_expect_pair("period", "open", "closed", NULL);
	cover_expect_pair("period", "open", "warned", NULL);
	cover_expect_pair("period", "warned", "closed", NULL);
	cover_expect("period: closed by a second person", NULL);
	cover_expect("race reconciliation: a month is closed while lines are posted", NULL);
	cover_expect("race reconciliation: dunlin.reconciliation.UnmatchLine", NULL);
	cover_expect("period: an entry came late and is in the next month", NULL);
	for (int t = 0; t < EXPORT_TARGETS; t++)
		cover_expect_pair("export", "made for", export_target_word((enum export_target)t), NULL);
	for (int o = 0; o < OBSTACLES; o++) {
		snprintf(name, sizeof name, "refusal reconciliation: %s", obstacle_word((enum obstacle)o));
		cover_expect(name, NULL);
	}
}
