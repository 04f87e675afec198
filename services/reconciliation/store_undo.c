#include "store_undo.h"

#include "reconciliation_queries.h"
#include "store_rows.h"
#include "store_words.h"

static const struct column chain_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, chain_before, merchant),
	COLUMN("statement_id", COLUMN_UUID, chain_before, statement),
	COLUMN("account_id", COLUMN_UUID, chain_before, account),
	COLUMN("chain_started", COLUMN_BOOL, chain_before, chain.started),
	COLUMN("chain_opening", COLUMN_INT8, chain_before, chain.opening),
	COLUMN("chain_closing", COLUMN_INT8, chain_before, chain.closing),
	COLUMN("chain_line_sum", COLUMN_INT8, chain_before, chain.line_sum),
	COLUMN("chain_gap_sum", COLUMN_INT8, chain_before, chain.gap_sum),
	COLUMN("chain_from", COLUMN_DATE, chain_before, chain.from),
	COLUMN("chain_to", COLUMN_DATE, chain_before, chain.to),
	COLUMN("chain_covered_to", COLUMN_DATE, chain_before, chain.covered_to),
	COLUMN("chain_sequence", COLUMN_INT8, chain_before, chain.sequence),
	COLUMN("chain_last", COLUMN_UUID, chain_before, chain.last),
	COLUMNS_END,
};
static const struct column gap_columns[] = {
	COLUMN("merchant_id", COLUMN_TEXT, gap_before, merchant),
	COLUMN("statement_id", COLUMN_UUID, gap_before, statement),
	COLUMN("gap_id", COLUMN_UUID, gap_before, gap),
	COLUMN("from_day", COLUMN_DATE, gap_before, from_day),
	COLUMN("to_day", COLUMN_DATE, gap_before, to_day),
	COLUMN("balance_before", COLUMN_INT8, gap_before, before),
	COLUMN("balance_after", COLUMN_INT8, gap_before, after),
	COLUMN("open", COLUMN_BOOL, gap_before, open),
	COLUMNS_END,
};

static struct span chain_key(const struct book *book, const void *value)
{
	const struct chain_before *c = value;
	return book_key_uuid(book, c->merchant, c->statement);
}

static struct span gap_key(const struct book *book, const void *value)
{
	const struct gap_before *g = value;
	return book_key(book, book_key_uuid(book, g->merchant, g->statement), uuid_span(&g->gap));
}

static const struct table chains = { .shelf = BOOK_CHAINS_BEFORE,
	.size = sizeof(struct chain_before),
	.columns = chain_columns,
	.insert = &q_chain_before_insert,
	.key = chain_key };
static const struct table gaps = {
	.shelf = BOOK_GAPS_BEFORE, .size = sizeof(struct gap_before), .columns = gap_columns, .insert = &q_gap_before_insert, .key = gap_key
};

static void put_facts(struct book *book, struct span merchant, struct uuid statement, const struct rows *found)
{
	struct undo_facts facts = { merchant, statement, rows_int8(found, 0, rows_column(found, "lines")),
		obstacle_find(rows_text(found, 0, rows_column(found, "obstacle"))), rows_text(found, 0, rows_column(found, "name")) };
	struct shelf *shelf = &book->shelves[BOOK_UNDO_FACTS];
	struct span key = book_key_uuid(book, merchant, statement);
	if (!shelf_is_loaded(shelf, key))
		shelf_put(shelf, key, &facts);
}

static struct args *args_of(struct arena *arena, const struct want *want, struct uuid *id)
{
	struct args *args = args_new(arena);
	if (uuid_from_bytes(want->id, id) != OK)
		bug("a statement's id of %zu bytes", want->id.size);
	args_text(args, want->merchant);
	args_uuid(args, *id);
	return args;
}

static enum err fetch_one(struct db *db, struct arena *arena, struct book *book, const struct want *want, struct why *why)
{
	struct rows found, chain, before, now, exceptions;
	struct uuid id;
	struct args *args = args_of(arena, want, &id);
	db_queue_rows(db, arena, &q_undo_facts, args, &found);
	db_queue_rows(db, arena, &q_chain_before_fetch, args, &chain);
	db_queue_rows(db, arena, &q_gap_before_fetch, args, &before);
	db_queue_rows(db, arena, &q_undo_gap_fetch, args, &now);
	db_queue_rows(db, arena, &q_undo_gap_exception_fetch, args, &exceptions);
	TRY(db_flush(db, why));
	put_facts(book, want->merchant, id, &found);
	table_load(&chains, arena, book, &chain);
	table_load(&gaps, arena, book, &before);
	table_load(table_of(BOOK_GAPS), arena, book, &now);
	table_load(table_of(BOOK_EXCEPTIONS), arena, book, &exceptions);
	return OK;
}

enum err undo_fetch(struct db *db, struct arena *arena, struct book *book, const struct need *need, struct why *why)
{
	for (size_t i = 0; i < need->want_count; i++)
		if (need->wants[i].what == WANT_UNDO)
			TRY(fetch_one(db, arena, book, &need->wants[i], why));
	return OK;
}

/* What is told of notices stays; that they are about lines which are gone does not. */
static void free_notices(struct db *db, struct arena *arena, const struct book *book)
{
	const struct shelf *shelf = &book->shelves[BOOK_LINES];
	struct args *args = args_new(arena);
	struct array *merchants = args_array(args, DB_TEXT), *lines = args_array(args, DB_UUID);
	size_t n = 0;
	for (size_t i = 0; i < shelf_count(shelf); i++) {
		struct span key;
		const void *value;
		enum shelf_state state;
		shelf_at(shelf, i, &key, &value, &state);
		const struct line *line = value;
		if (state != SHELF_CHANGED || line->state != LINE_UNDONE)
			continue;
		array_text(merchants, line->merchant);
		array_uuid(lines, line->id);
		n++;
	}
	if (n)
		db_queue(db, &q_notice_free, args, -1);
}

void undo_save(struct db *db, struct arena *arena, const struct book *book)
{
	table_save(&chains, db, arena, book);
	table_save(&gaps, db, arena, book);
	free_notices(db, arena, book);
}
