#include "store_export.h"

#include "handlers.h"
#include "reconciliation_queries.h"
#include "store_ledger.h"
#include "store_rows.h"
#include "store_words.h"

static const struct column mapping_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, export_mapping, merchant),
	COLUMN_OF_WORDS("target", export_mapping, target, word_export_target, EXPORT_TARGETS),
	COLUMN("version", COLUMN_INT4, export_mapping, version),
	COLUMN("base", COLUMN_TEXT, export_mapping, base),
	COLUMN("accounts", COLUMN_TEXT, export_mapping, accounts),
	COLUMN("consultant", COLUMN_INT8, export_mapping, consultant),
	COLUMN("client", COLUMN_INT8, export_mapping, client),
	COLUMN("year_start", COLUMN_INT8, export_mapping, year_start),
	COLUMN("tax_rate", COLUMN_TEXT, export_mapping, tax_rate),
	COLUMN("made_by", COLUMN_TEXT, export_mapping, made_by),
	COLUMN("made_at", COLUMN_INSTANT, export_mapping, made),
	COLUMNS_END,
};
static const struct column export_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, export, merchant),
	COLUMN_OF_WORDS("target", export, target, word_export_target, EXPORT_TARGETS),
	COLUMN("number", COLUMN_INT8, export, number),
	COLUMN("month", COLUMN_DATE, export, month),
	COLUMN("version", COLUMN_INT4, export, version),
	COLUMN("entries", COLUMN_INT8, export, entries),
	COLUMN("sums", COLUMN_TEXT, export, sums),
	COLUMN("made_by", COLUMN_TEXT, export, made_by),
	COLUMN("made_at", COLUMN_INSTANT, export, made),
	COLUMNS_END,
};
static const struct table mappings = {
	.shelf = BOOK_EXPORT_MAPPINGS, .size = sizeof(struct export_mapping), .columns = mapping_columns, .insert = &q_export_mapping_insert
};
static const struct table exports = {
	.shelf = BOOK_EXPORTS, .size = sizeof(struct export), .columns = export_columns, .insert = &q_export_insert
};

void export_save(struct db *db, struct arena *arena, const struct book *book)
{
	table_save(&mappings, db, arena, book);
	table_save(&exports, db, arena, book);
}

/* ---- what is to be known ---- */

struct export_work {
	struct db *db;
	struct arena *arena;
	struct span merchant, target;
	struct date month; /* that is asked for */
	bool has_month;
	struct export_facts facts;
};

static struct args *whose(struct arena *arena, struct span merchant, struct span target)
{
	struct args *args = args_new(arena);
	args_text(args, merchant);
	args_text(args, target);
	return args;
}

static enum err fetch_mapping(struct export_work *w, struct why *why)
{
	struct args *args = whose(w->arena, w->merchant, w->target);
	struct rows r;
	args_null(args);
	TRY(db_exec(w->db, w->arena, &q_export_mapping_fetch, args, &r, why));
	if (r.count)
		table_read(&mappings, w->arena, &r, 0, &w->facts.mapping);
	return OK;
}

static enum err fetch_exports(struct export_work *w, struct why *why)
{
	struct rows r;
	TRY(db_exec(w->db, w->arena, &q_export_state, whose(w->arena, w->merchant, w->target), &r, why));
	w->facts.last = rows_int8(&r, 0, rows_column(&r, "last"));
	w->facts.has_next = !rows_is_null(&r, 0, rows_column(&r, "next"));
	if (w->facts.has_next)
		w->facts.next = rows_date(&r, 0, rows_column(&r, "next"));
	if (!w->has_month)
		return OK;
	struct args *args = whose(w->arena, w->merchant, w->target);
	args_date(args, w->month);
	TRY(db_exec(w->db, w->arena, &q_export_of_month, args, &r, why));
	struct export *before = ARENA_NEW(w->arena, struct export);
	if (r.count)
		table_read(&exports, w->arena, &r, 0, before);
	w->facts.before = r.count ? before : NULL;
	return OK;
}

/* Which accounts the month moves, and how much it holds of each currency. */
static enum err fetch_next(struct export_work *w, struct why *why)
{
	struct args *args = args_new(w->arena);
	struct rows r;
	struct text sums;
	if (!w->facts.has_next)
		return OK;
	args_text(args, w->merchant);
	args_date(args, w->facts.next);
	TRY(db_exec(w->db, w->arena, &q_export_accounts, args, &r, why));
	struct span *accounts = ARENA_ARRAY(w->arena, struct span, r.count + 1);
	for (w->facts.account_count = 0; w->facts.account_count < r.count; w->facts.account_count++)
		accounts[w->facts.account_count] = rows_text(&r, w->facts.account_count, 0);
	w->facts.accounts = accounts;
	TRY(db_exec(w->db, w->arena, &q_export_sums, args, &r, why));
	text_init(&sums, w->arena);
	for (size_t i = 0; i < r.count; i++) {
		int64_t entries = rows_int8(&r, i, rows_column(&r, "entries"));
		w->facts.entries += entries;
		text_printf(&sums, "%.*s %lld %lld\n", SPAN_ARG(rows_text(&r, i, rows_column(&r, "currency"))), (long long)entries,
			(long long)rows_int8(&r, i, rows_column(&r, "minor")));
	}
	w->facts.sums = text_done(&sums);
	return OK;
}

/* A want is "datev" or "datev 2026-03". */
static enum err fetch_target(struct db *db, struct arena *arena, struct book *book, const struct want *want, struct why *why)
{
	struct export_work w = { .db = db, .arena = arena, .merchant = want->merchant };
	struct span month;
	if (span_cut(want->id, ' ', &w.target, &month))
		w.has_month = month_parse(month, &w.month) == OK;
	TRY(fetch_mapping(&w, why));
	TRY(fetch_exports(&w, why));
	TRY(fetch_next(&w, why));
	struct span key = book_key(book, want->merchant, want->id);
	shelf_put(&book->shelves[BOOK_EXPORT_FACTS], key, &w.facts);
	return OK;
}

enum err export_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	for (size_t i = 0; i < need->want_count; i++) {
		const struct want *want = &need->wants[i];
		if (want->what == WANT_EXPORT &&
			!shelf_is_loaded(&book->shelves[BOOK_EXPORT_FACTS], book_key(book, want->merchant, want->id)))
			TRY(fetch_target(db, arena, book, want, why));
	}
	return OK;
}

/* ---- files ---- */

enum err export_find(struct db *db, struct arena *arena, struct span merchant, enum export_target target, int64_t number, struct export *e,
	struct export_mapping *m, struct why *why)
{
	struct span word = span_of(export_target_word(target));
	struct args *args = whose(arena, merchant, word), *version = whose(arena, merchant, word);
	struct rows r;
	args_int8(args, number);
	TRY(db_exec(db, arena, &q_export_fetch, args, &r, why));
	if (!r.count)
		return why_set(
			why, ERR_NOT_FOUND, "not_found", "there is no export %lld for %s", (long long)number, export_target_word(target));
	table_read(&exports, arena, &r, 0, e);
	args_int4(version, e->version);
	*m = (struct export_mapping){ .target = target };
	TRY(db_exec(db, arena, &q_export_mapping_fetch, version, &r, why));
	if (r.count)
		table_read(&mappings, arena, &r, 0, m);
	return OK;
}

enum err export_read(struct db *db, struct arena *arena, const struct export *e, const struct export_mapping *m, struct currency currency,
	int64_t part, struct span *file, struct why *why)
{
	int64_t most = (int64_t)export_target_row(e->target)->entries;
	struct args *args = args_new(arena);
	struct rows r;
	args_text(args, e->merchant);
	args_date(args, e->month);
	args_text(args, span_of(currency.code));
	args_int8(args, (part - 1) * most);
	args_int8(args, most);
	TRY(db_exec(db, arena, &q_export_entries, args, &r, why));
	if (!r.count)
		return why_set(why, ERR_NOT_FOUND, "not_found", "the export has no part %lld in %s", (long long)part, currency.code);
	*file = export_print(arena, &(struct export_file){ e, m, currency, ledger_entries(arena, &r), r.count });
	return OK;
}
