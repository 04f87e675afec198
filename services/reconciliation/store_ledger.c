#include "store_ledger.h"

#include <string.h>

#include "reconciliation_queries.h"

enum { BLOCK_ENTRIES = 2000, MERCHANTS = 8, BLOCKS = 4 };

static struct entry entry_at(const struct rows *r, size_t row)
{
	return (struct entry){
		.merchant = rows_text(r, row, rows_column(r, "merchant_id")),
		.number = rows_int8(r, row, rows_column(r, "entry")),
		.id = rows_uuid(r, row, rows_column(r, "transfer_id")),
		.debit = rows_text(r, row, rows_column(r, "debit")),
		.credit = rows_text(r, row, rows_column(r, "credit")),
		.currency = rows_text(r, row, rows_column(r, "currency")),
		.minor = rows_int8(r, row, rows_column(r, "amount")),
		.cause = rows_text(r, row, rows_column(r, "cause")),
		.cause_id = rows_uuid(r, row, rows_column(r, "cause_id")),
		.customer = rows_text(r, row, rows_column(r, "customer_ref")),
		.day = rows_date(r, row, rows_column(r, "day")),
		.posted = rows_instant(r, row, rows_column(r, "posted_at")),
	};
}

struct entry *ledger_entries(struct arena *arena, const struct rows *r)
{
	struct entry *entries = ARENA_ARRAY(arena, struct entry, r->count + 1);
	for (size_t i = 0; i < r->count; i++)
		entries[i] = entry_at(r, i);
	return entries;
}

static struct digest digest_at(const struct rows *r, size_t row, const char *column)
{
	struct span bytes = rows_text(r, row, rows_column(r, column));
	struct digest digest = { 0 };
	memcpy(digest.b, bytes.at, bytes.size < sizeof(digest.b) ? bytes.size : sizeof(digest.b));
	return digest;
}

static struct block block_at(const struct rows *r, size_t row)
{
	return (struct block){
		.merchant = rows_text(r, row, rows_column(r, "merchant_id")),
		.number = rows_int8(r, row, rows_column(r, "number")),
		.first = rows_int8(r, row, rows_column(r, "first_entry")),
		.last = rows_int8(r, row, rows_column(r, "last_entry")),
		.entries = rows_int8(r, row, rows_column(r, "entries")),
		.sums = rows_text(r, row, rows_column(r, "sums")),
		.marks = rows_text(r, row, rows_column(r, "marks")),
		.previous = digest_at(r, row, "previous"),
		.head = digest_at(r, row, "head"),
	};
}

/* ---- seal ---- */

/* How many entries from `i` on are of one merchant. */
static size_t run_of(const struct entry *entries, size_t i, size_t n)
{
	size_t end = i;
	while (end < n && span_equal(entries[end].merchant, entries[i].merchant))
		end++;
	return end - i;
}

static enum err read_heads(struct db *db, struct arena *arena, const struct entry *entries, size_t n, struct rows *heads, struct why *why)
{
	struct args *args = args_new(arena);
	struct array *merchants = args_array(args, DB_TEXT);
	for (size_t i = 0; i < n; i += run_of(entries, i, n))
		array_text(merchants, entries[i].merchant);
	return db_exec(db, arena, &q_ledger_heads, args, heads, why);
}

static struct block head_of(const struct rows *heads, struct span merchant)
{
	for (size_t i = 0; i < heads->count; i++)
		if (span_equal(rows_text(heads, i, rows_column(heads, "merchant_id")), merchant))
			return block_at(heads, i);
	return (struct block){ .merchant = merchant };
}

/* The columns of new blocks, as arrays. */
struct columns {
	struct args *args;
	struct array *merchant, *number, *first, *last, *entries, *sums, *marks, *previous, *head;
};

static struct columns columns_open(struct arena *arena)
{
	struct columns c = { .args = args_new(arena) };
	c.merchant = args_array(c.args, DB_TEXT);
	c.number = args_array(c.args, DB_INT8);
	c.first = args_array(c.args, DB_INT8);
	c.last = args_array(c.args, DB_INT8);
	c.entries = args_array(c.args, DB_INT8);
	c.sums = args_array(c.args, DB_TEXT);
	c.marks = args_array(c.args, DB_BYTES);
	c.previous = args_array(c.args, DB_BYTES);
	c.head = args_array(c.args, DB_BYTES);
	return c;
}

static void columns_add(struct columns *c, const struct block *b)
{
	array_text(c->merchant, b->merchant);
	array_int8(c->number, b->number);
	array_int8(c->first, b->first);
	array_int8(c->last, b->last);
	array_int8(c->entries, b->entries);
	array_text(c->sums, b->sums);
	array_bytes(c->marks, b->marks);
	array_bytes(c->previous, span_bytes(b->previous.b, sizeof(b->previous.b)));
	array_bytes(c->head, span_bytes(b->head.b, sizeof(b->head.b)));
}

static enum err seal_entries(struct db *db, struct arena *arena, const struct entry *entries, size_t n, struct instant now, struct why *why)
{
	struct columns columns = columns_open(arena);
	struct rows heads, done;
	size_t run;
	TRY(read_heads(db, arena, entries, n, &heads, why));
	for (size_t i = 0; i < n; i += run) {
		struct block head = head_of(&heads, entries[i].merchant);
		run = run_of(entries, i, n);
		struct block block = chain_seal(arena, &head, &entries[i], run);
		columns_add(&columns, &block);
	}
	args_instant(columns.args, now);
	return db_exec(db, arena, &q_ledger_block_insert, columns.args, &done, why);
}

/* The horizon is read by a statement of its own: what is up to it is seen by those that follow. */
static enum err seal_some(struct db *db, struct arena *arena, struct instant now, bool *more, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows horizon, rows;
	TRY(db_exec(db, arena, &q_journal_horizon, NULL, &horizon, why));
	args_int8(args, rows_int8(&horizon, 0, 0));
	args_int8(args, MERCHANTS);
	args_int8(args, BLOCK_ENTRIES);
	TRY(db_exec(db, arena, &q_unsealed_entries, args, &rows, why));
	*more = rows.count > 0;
	return *more ? seal_entries(db, arena, ledger_entries(arena, &rows), rows.count, now, why) : OK;
}

enum err ledger_seal(struct db *db, struct instant now, struct why *why)
{
	bool more = true;
	while (more) {
		struct arena *arena = arena_open();
		enum err err = seal_some(db, arena, now, &more, why);
		arena_close(arena);
		TRY(err);
	}
	return OK;
}

/* ---- look ---- */

static enum err count_unsealed(struct db *db, struct arena *arena, struct span merchant, int64_t sealed, int64_t *unsealed, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, merchant);
	args_int8(args, sealed);
	TRY(db_exec(db, arena, &q_ledger_unsealed, args, &rows, why));
	*unsealed = rows_int8(&rows, 0, 0);
	return OK;
}

enum err ledger_head(struct db *db, struct arena *arena, struct span merchant, struct ledger_head *head, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	array_text(args_array(args, DB_TEXT), merchant);
	TRY(db_exec(db, arena, &q_ledger_heads, args, &rows, why));
	*head = (struct ledger_head){ .block = head_of(&rows, merchant) };
	if (rows.count)
		head->sealed = rows_instant(&rows, 0, rows_column(&rows, "sealed_at"));
	return count_unsealed(db, arena, merchant, head->block.last, &head->unsealed, why);
}

static enum err verify_block(struct db *db, struct arena *arena, const struct block *previous, const struct block *block,
	struct ledger_verdict *verdict, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, block->merchant);
	args_int8(args, previous->last);
	args_int8(args, block->last);
	TRY(db_exec(db, arena, &q_ledger_entries, args, &rows, why));
	verdict->fault = chain_check(arena, previous, block, ledger_entries(arena, &rows), rows.count);
	if (verdict->fault.misfit)
		return OK;
	verdict->blocks++;
	verdict->entries += block->entries;
	verdict->head = block->head;
	return OK;
}

/* Some blocks after `previous`, which becomes the last of them. */
static enum err verify_some(struct db *db, struct arena *arena, struct span merchant, struct block *previous, const struct digest *met,
	struct ledger_verdict *verdict, bool *more, struct why *why)
{
	struct args *args = args_new(arena);
	struct rows rows;
	args_text(args, merchant);
	args_int8(args, previous->number);
	args_int8(args, BLOCKS);
	TRY(db_exec(db, arena, &q_ledger_blocks_after, args, &rows, why));
	for (size_t i = 0; i < rows.count && !verdict->fault.misfit; i++) {
		struct block block = block_at(&rows, i);
		TRY(verify_block(db, arena, previous, &block, verdict, why));
		verdict->met |= met && digest_equal(met, &block.head, sizeof(block.head));
		*previous = (struct block){ .number = block.number, .last = block.last, .head = block.head };
	}
	*more = rows.count == BLOCKS && !verdict->fault.misfit;
	return OK;
}

enum err ledger_verify(struct db *db, struct span merchant, const struct digest *met, struct ledger_verdict *verdict, struct why *why)
{
	struct block previous = { 0 };
	bool more = true;
	*verdict = (struct ledger_verdict){ .met = !met };
	while (more) {
		struct arena *arena = arena_open();
		enum err err = verify_some(db, arena, merchant, &previous, met, verdict, &more, why);
		if (err == OK && !more)
			err = count_unsealed(db, arena, merchant, previous.last, &verdict->unsealed, why);
		arena_close(arena);
		TRY(err);
	}
	return OK;
}
