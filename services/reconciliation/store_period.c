#include "store_period.h"

#include "handlers.h"
#include "reconciliation_queries.h"
#include "store_rows.h"
#include "store_words.h"

static const struct column period_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, period, merchant),
	COLUMN("month", COLUMN_DATE, period, month),
	COLUMN_OF_WORDS("state", period, state, word_period, PERIOD_STATES),
	COLUMN("last_entry", COLUMN_INT8, period, last_entry),
	COLUMN("asked_by", COLUMN_TEXT, period, asked_by),
	COLUMN("closed_by", COLUMN_TEXT, period, closed_by),
	COLUMN("reason", COLUMN_TEXT, period, reason),
	COLUMN("forced", COLUMN_BOOL, period, forced),
	COLUMN("warnings", COLUMN_INT8, period, warnings),
	COLUMN("seal", COLUMN_DIGEST, period, seal),
	COLUMN("closed_at", COLUMN_INSTANT, period, closed),
	COLUMN("revision", COLUMN_INT8, period, revision),
	COLUMNS_END,
};
static const struct column balance_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, period_balance, merchant),
	COLUMN("month", COLUMN_DATE, period_balance, month),
	COLUMN("currency", COLUMN_CURRENCY, period_balance, currency),
	COLUMN("account", COLUMN_TEXT, period_balance, account),
	COLUMN("opening", COLUMN_INT8, period_balance, opening),
	COLUMN("debit", COLUMN_INT8, period_balance, debit),
	COLUMN("credit", COLUMN_INT8, period_balance, credit),
	COLUMNS_END,
};

static struct span key_of(const struct book *book, struct span merchant, struct date month)
{
	return book_key(book, merchant, span_of(month_text(book->arena, month)));
}

static struct span period_key(const struct book *book, const void *value)
{
	const struct period *p = value;
	return key_of(book, p->merchant, p->month);
}

static struct span balance_key(const struct book *book, const void *value)
{
	const struct period_balance *b = value;
	return book_key_pair(book, key_of(book, b->merchant, b->month), b->account, span_of(b->currency.code));
}

static const struct table periods = { .shelf = BOOK_PERIODS,
	.size = sizeof(struct period),
	.columns = period_columns,
	.insert = &q_period_insert,
	.update = &q_period_update,
	.key = period_key };
static const struct table balances = { .shelf = BOOK_PERIOD_BALANCES,
	.size = sizeof(struct period_balance),
	.columns = balance_columns,
	.insert = &q_period_balance_insert,
	.key = balance_key };

void period_save(struct db *db, struct arena *arena, const struct book *book)
{
	table_save(&periods, db, arena, book);
	table_save(&balances, db, arena, book);
}

/* ---- what is to be known ---- */

struct month_work {
	struct db *db;
	struct arena *arena;
	struct span merchant;
	struct date month;
	const struct period *last; /* that is closed; NULL: none */
	struct period_facts facts;
};

static struct period_warning warning_at(const struct rows *r, size_t row)
{
	struct period_warning w = { rows_text(r, row, rows_column(r, "kind")), rows_uuid(r, row, rows_column(r, "id")), false, { 0 },
		rows_text(r, row, rows_column(r, "detail")) };
	struct span code = rows_text(r, row, rows_column(r, "currency"));
	w.has_amount = currency_parse(code, &w.amount.currency) == OK;
	w.amount.minor = rows_int8(r, row, rows_column(r, "amount"));
	return w;
}

static enum err fetch_warnings(struct month_work *w, struct why *why)
{
	struct args *args = args_new(w->arena);
	struct rows r;
	args_text(args, w->merchant);
	args_date(args, date_month_end(w->month));
	args_int8(args, PERIOD_WARNINGS);
	TRY(db_exec(w->db, w->arena, &q_period_warnings, args, &r, why));
	struct period_warning *warnings = ARENA_ARRAY(w->arena, struct period_warning, r.count + 1);
	for (size_t i = 0; i < r.count; i++)
		warnings[i] = warning_at(&r, i);
	w->facts.warnings = warnings;
	w->facts.warning_count = r.count;
	w->facts.warning_total = r.count ? rows_int8(&r, 0, rows_column(&r, "total")) : 0;
	return OK;
}

static enum err fetch_balances(struct month_work *w, struct why *why)
{
	struct args *args = args_new(w->arena);
	struct rows r;
	args_text(args, w->merchant);
	if (w->last) {
		args_date(args, date_month_end(w->last->month));
		args_int8(args, w->last->last_entry);
	} else {
		args_null(args);
		args_null(args);
	}
	args_date(args, date_month_end(w->month));
	args_int8(args, w->facts.last_entry);
	TRY(db_exec(w->db, w->arena, &q_period_sums, args, &r, why));
	struct period_balance *sums = ARENA_ARRAY(w->arena, struct period_balance, r.count + 1);
	for (size_t i = 0; i < r.count; i++) {
		struct period_balance *b = &sums[i];
		*b = (struct period_balance){ .merchant = w->merchant, .month = w->month };
		if (currency_parse(rows_text(&r, i, rows_column(&r, "currency")), &b->currency) != OK)
			bug("the journal has an unknown currency");
		b->account = rows_text(&r, i, rows_column(&r, "account"));
		b->opening = rows_int8(&r, i, rows_column(&r, "opening"));
		b->debit = rows_int8(&r, i, rows_column(&r, "debit"));
		b->credit = rows_int8(&r, i, rows_column(&r, "credit"));
	}
	w->facts.balances = sums;
	w->facts.balance_count = r.count;
	return OK;
}

/* The horizon, read by a statement of its own, so that the sums that follow see all up to it. It never goes back behind the close before. */
static enum err fetch_horizon(struct month_work *w, struct why *why)
{
	struct args *args = args_new(w->arena);
	struct rows r;
	TRY(db_exec(w->db, w->arena, &q_journal_horizon, NULL, &r, why));
	w->facts.last_entry = rows_int8(&r, 0, 0);
	if (w->last && w->last->last_entry > w->facts.last_entry)
		w->facts.last_entry = w->last->last_entry;
	args_text(args, w->merchant);
	args_date(args, date_month_end(w->month));
	args_int8(args, w->facts.last_entry);
	TRY(db_exec(w->db, w->arena, &q_period_moving, args, &r, why));
	return rows_bool(&r, 0, 0) ? why_set(why, ERR_RETRY, "journal_moving", "entries of the month are still being written") : OK;
}

static enum err fetch_next(struct month_work *w, struct why *why)
{
	TRY(fetch_horizon(w, why));
	TRY(fetch_balances(w, why));
	return fetch_warnings(w, why);
}

static const struct period *find_last(const struct book *book, struct span merchant)
{
	const struct period *p, *last = NULL;
	for (size_t i = 0; (p = book_next(book, BOOK_PERIODS, &i));)
		if (p->state == PERIOD_CLOSED && span_equal(p->merchant, merchant) && (!last || p->month.day > last->month.day))
			last = p;
	return last;
}

/* Only of the month that is the next to close; of others the order alone is to be known. */
static enum err fetch_month(struct db *db, struct arena *arena, struct book *book, struct span merchant, struct date month, struct why *why)
{
	struct month_work w = { .db = db, .arena = arena, .merchant = merchant, .month = month };
	struct args *args = args_new(arena);
	struct rows r;
	args_text(args, merchant);
	args_date(args, month);
	TRY(db_exec(db, arena, &q_period_fetch, args, &r, why));
	table_load(&periods, arena, book, &r);
	w.last = find_last(book, merchant);
	w.facts.has_before = w.last != NULL;
	if (w.last)
		w.facts.before = w.last->month;
	if (!w.last || month_after(w.last->month).day == month.day)
		TRY(fetch_next(&w, why));
	shelf_put(&book->shelves[BOOK_PERIOD_FACTS], key_of(book, merchant, month), &w.facts);
	return OK;
}

enum err period_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	for (size_t i = 0; i < need->want_count; i++) {
		const struct want *want = &need->wants[i];
		struct date month;
		if (want->what != WANT_PERIOD ||
			shelf_is_loaded(&book->shelves[BOOK_PERIOD_FACTS], book_key(book, want->merchant, want->id)))
			continue;
		if (month_parse(want->id, &month) != OK)
			bug("a month that is none");
		TRY(fetch_month(db, arena, book, want->merchant, month, why));
	}
	return OK;
}
